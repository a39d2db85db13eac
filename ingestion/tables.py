"""The tables of a form (one row a key): sheets → rows of values with cells.

What is no row of data is told apart here: blank rows, totals, notes, rows without a key. Not here: finding sheets and
columns (columns.py), what a cell means for its field (cells.py), whether keys are unique and values fit (quality.audit).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from ingestion.blank_map import CellMap
from ingestion.catalogue import Catalogue
from ingestion.cells import AREAS, SheetFindings, clean, is_blank, uncached_formula
from ingestion.columns import PREVIOUS, SERIAL, Column, Head, HeaderReader, locate_tables
from ingestion.form_model import Form, FormTable
from ingestion.model import Content, ReadResult, TableRow, Value
from ingestion.plain_rows import PlainRows
from ingestion.table_rows import Slot, TableRows
from ingestion.units import decimal_of, plain
from ingestion.workbook import Cell, Sheet, Workbook, column_letters

_TOTAL = re.compile(r"(?:本页|本表|全县|全市|全区|全省)?(合计|小计|总计|共计)(?:[(:：].*)?")
_NOTE = re.compile(
    r"[(\[【※*]*(?:注|备注|说明|填报说明|填表说明|填表人|制表人|审核人|单位负责人|统计负责人|联系人|联系电话)[\d一二三]*[:：.、]"
    r"|[(（]?(?:以下空白|以下无正文)"
)


@dataclass(frozen=True)
class _Total:
    """A row of totals: where it stands among the rows of data, and the numbers it states."""

    is_part: bool  # 小计: of the rows since the last one
    position: int
    stated: list[tuple[Column, str, Decimal]]


class TableReader:
    """Reads the rows below one header into `rows`."""

    def __init__(
        self, head: Head, catalogue: Catalogue, result: ReadResult, findings: SheetFindings, places: CellMap
    ) -> None:
        self.head, self.table, self.sheet, self.stood = head, head.table, head.sheet, places
        self.catalogue, self.result, self.findings = catalogue, result, findings
        by_id = head.by_field
        self.keys = [by_id[k] for k in self.table.key if k in by_id]
        self.must_keys = [c for c in self.keys if c.field.required == "always"]
        self.key_numbers = {c.number for c in self.keys}
        # a list of all codes, printed in advance: a row with its code alone was not filled in
        self.is_printed = prints_codes(self.table)
        self.merged = {(r, c) for r, c, _, _ in self.sheet.merged}
        others = [head.columns[n] for n in sorted(head.columns.keys() - self.key_numbers)]
        self.slots = [*self.keys, *others]
        self.rows = TableRows(self.sheet.name, [Slot(c.field.id, c.letters, c.reader.printed) for c in self.slots])
        self.totals: list[_Total] = []
        self.strangers: dict[int, list[int]] = {}  # column that is no field → rows in which something stands there
        self.formulas: dict[int, dict[int, str]] = {}
        for (row, number), formula in self.sheet.formulas.items():
            if row > head.row and number in head.columns:
                self.formulas.setdefault(row, {})[number] = formula

    def read(self) -> TableRows:
        if self.sheet.columns and self.must_keys and not self.is_printed:
            self._read_list()
        else:
            rows: dict[int, dict[int, Cell]] = {}
            for (row, column), cell in self.sheet.cells.items():
                if row > self.head.row:
                    rows.setdefault(row, {})[column] = cell
            for row in sorted(rows.keys() | self.formulas.keys()):
                self._read_row(row, rows.get(row, {}))
        for total in self.totals:
            self._check_total(total)
        self._say_strangers()
        return self.rows

    def _read_list(self) -> None:
        """Plain rows all at once, every other row by itself."""
        first = self.head.row + 1
        plain = PlainRows(self.head, self.slots, self.must_keys, self._may_be_aside)
        self.rows.expect(plain.contents)
        for start, end, is_plain in plain.spans():
            if is_plain:
                self.rows.extend(range(first + start, first + end), [codes[start:end] for codes in plain.codes])
            else:
                self._read_row(first + start, self.sheet.row(first + start))
        for number, places in plain.strangers():
            self.strangers.setdefault(number, []).extend(first + n for n in places)

    def _read_row(self, row: int, cells: dict[int, Cell]) -> None:
        filled = {column: cell for column, cell in cells.items() if not is_blank(cell)}
        formulas = {column: text for column, text in self.formulas.get(row, {}).items() if column not in cells}
        if (filled or formulas) and not self._is_aside(row, filled):
            self._row(row, filled, formulas)

    # -- rows that are no data ----------------------------------------------------------------------------------
    def _is_aside(self, row: int, cells: dict[int, Cell]) -> bool:
        """Totals, notes and repeated headers: kept as an info finding, not read as data."""
        column = min((c for c, cell in cells.items() if cell.kind == "s"), default=0)
        if not column:
            return False
        first = cells[column]
        text = clean(first.text)
        total = _TOTAL.fullmatch(text)
        if total:
            self._total(row, total[1] == "小计", cells)
            what, en = "合计行", "a row of totals"
        elif self._is_note(row, column, text, cells):
            what, en = "说明文字", "a note"
        elif column in self.head.columns and text == clean(self.head.texts[column]):
            what, en = "重复的表头", "the header again"
        else:
            return False
        self.findings.say(
            "ROW-007",
            f"第{row}行是{what}“{first.text.strip()[:40]}”，未作为数据读取",
            f"row {row} is {en}; it was not read as data",
            severity="info",
            cell=first.address,
            found=first.text.strip()[:200],
        )
        return True

    def _may_be_aside(self, column: int, text: str) -> bool:
        """Whether a row may be aside, by the first text in it; a note that stands alone has no key."""
        bare = clean(text)
        is_header = column in self.head.columns and bare == clean(self.head.texts[column])
        return is_header or _TOTAL.fullmatch(bare) is not None or _NOTE.match(bare) is not None

    def _is_note(self, row: int, column: int, text: str, cells: dict[int, Cell]) -> bool:
        if _NOTE.match(text):
            return all(cell.kind == "s" for cell in cells.values())
        return len(cells) == 1 and (column not in self.head.columns or (row, column) in self.merged)

    def _total(self, row: int, is_part: bool, cells: dict[int, Cell]) -> None:
        stated = []
        for number, cell in cells.items():
            column = self.head.columns.get(number)
            if column is None or not column.field.adds_up:
                continue
            value = decimal_of(cell.text) if cell.kind == "s" else cell.number
            if value is not None:
                stated.append((column, f"{column.letters}{row}", value))
        self.totals.append(_Total(is_part, len(self.rows), stated))

    def _check_total(self, total: _Total) -> None:
        """A stated total is the sum of all rows; a part total of the rows since, or until, the next part total."""
        spans = [(0, len(self.rows))]
        if total.is_part:
            marks = sorted({0, len(self.rows), *(t.position for t in self.totals if t.is_part)})
            before = max((m for m in marks if m < total.position), default=0)
            after = min((m for m in marks if m > total.position), default=len(self.rows))
            spans = [(before, total.position), (total.position, after)]
        for column, address, stated in total.stated:
            field, filed_in, unit = column.field, column.filed_in, column.reader.unit
            assert filed_in is not None and unit is not None
            half = Decimal(1).scaleb(-field.decimals) / 2 * unit.factor
            column_values = self.rows.values(field.id)
            sums = [_sum(column_values[start:end]) for start, end in spans]
            if any(abs(stated * filed_in.factor - s) <= half for s in sums):
                continue
            read = f"{plain(sums[0] / filed_in.factor)} {filed_in.name}"
            self.findings.say(
                "ROW-008",
                f"{address}“{field.name}”合计 {plain(stated)} {filed_in.name}，各行之和为 {read}，请核对",
                f"{address}: the total says {plain(stated)} but the rows add up to {read}",
                severity="warning",
                level="B1",
                cell=address,
                field=field.id,
                found=plain(stated),
                expected=read,
            )

    # -- rows of data -------------------------------------------------------------------------------------------
    def _row(self, row: int, cells: dict[int, Cell], formulas: dict[int, str]) -> None:
        columns = self.head.columns
        for number in cells:
            if number not in columns and number not in self.head.refused:
                self.strangers.setdefault(number, []).append(row)
        filled = cells.keys() & columns.keys() | formulas.keys()
        if not filled or (self.is_printed and filled <= self.key_numbers):
            return
        lost = [c for c in self.must_keys if c.number not in filled]
        if lost:
            places = [f"{column_letters(n)}{row}" for n in sorted(filled)]
            more = f"等{len(places)}格" if len(places) > 5 else ""
            self.findings.say(
                "ROW-009",
                f"第{row}行没有{'、'.join(c.field.name for c in lost)}，{'、'.join(places[:5])}{more}的内容未读取",
                f"row {row} has no key ({', '.join(c.field.label.en for c in lost)}); its values were not read",
                cell=f"{lost[0].letters}{row}",
                field=lost[0].field.id,
                found="空",
                expected=lost[0].field.name,
            )
            return
        keys = [c for c in self.keys if c.number in cells]
        order = self.rows.order
        held: list[Content | None] = [None] * len(order)
        for column in keys:
            content = column.reader.content(
                cells[column.number],
                f"{column.letters}{row}",
                lambda: "/".join(cells[c.number].shown.strip() for c in keys),
            )
            held[order[column.field.id]] = content

        def row_key() -> str:
            """As audit rules name the row: by codes, however they were spelled."""
            read = ((held[order[c.field.id]], cells[c.number]) for c in keys)
            return "/".join(cell.shown if content is None else str(content[1]) for content, cell in read)

        for number, cell in cells.items():
            if number in columns and number not in self.key_numbers:
                column = columns[number]
                content = column.reader.kept.get((cell.kind, cell.text))
                if content is None:
                    content = column.reader.content(cell, f"{column.letters}{row}", row_key)
                held[order[column.field.id]] = content
        for number, formula in formulas.items():
            column = columns[number]
            uncached_formula(self.findings, f"{column.letters}{row}", formula, column.field, row_key())
        self.rows.add(row, held)

    def _say_strangers(self) -> None:
        for number, rows in sorted(self.strangers.items()):
            if not rows:
                continue
            header = self.head.texts.get(number, "")
            if header == PREVIOUS:
                continue
            letters = column_letters(number)
            first = f"{letters}{min(rows)}"
            stood = self.stood.get((self.sheet.name, f"{letters}{self.head.row}"))
            was = self.table.by_id[stood].name if stood in self.table.by_id and not header else None
            mend = (f"；发表时此列为“{was}”，请恢复表头", f"; it was {was}: restore the header") if was else ("", "")
            severity = "error" if was else "info" if clean(header).casefold() in SERIAL else "warning"
            self.findings.say(
                "ROW-004",
                f"{letters}列“{header or '无表头'}”不是本表指标，{len(rows)} 个值未读取（{first} 起）{mend[0]}",
                f"column {letters} “{header}” is no column of this table; {len(rows)} values not read{mend[1]}",
                severity=severity,
                cell=first,
                found=str(len(rows)),
                expected=was,
            )


def prints_codes(table: FormTable) -> bool:
    """Whether a blank lists every code of the key in advance: J3F, one row a source of money."""
    keys = [table.by_id[k] for k in table.key]
    return table.parent is None and len(keys) == 1 and keys[0].type == "code" and AREAS not in keys[0].codelists


def key_of(row: TableRow, table: FormTable) -> str:
    return "/".join(str(row.values[k].filed) for k in table.key if k in row.values)


def _sum(values: Sequence[Value | None]) -> Decimal:
    return sum((v for v in values if isinstance(v, Decimal)), Decimal(0))


# -- all tables of a form ---------------------------------------------------------------------------------------
def read_tables(
    book: Workbook, form: Form, catalogue: Catalogue, result: ReadResult, items: Sheet | None, places: CellMap
) -> None:
    """Read every table of a form into `result.tables`. items: the sheet of the form's one-row items, when it has any."""
    sheets = [s for s in book.sheets if s.visible and s is not items]
    located, spare = locate_tables(sheets, form.tables)
    said: dict[str, SheetFindings] = {}
    for table in form.tables:
        place = located.get(table.id)
        named = next((s.name for s in sheets if s.name == table.sheet), None)
        findings = said[table.id] = SheetFindings(result, place.sheet.name if place else table.sheet)
        if place is None:
            _say_missing(table, named, table is form.tables[0] and items is None, findings)
            continue
        head = HeaderReader(place, catalogue, result, findings).read()
        if head is not None:
            result.tables[table.id] = TableReader(head, catalogue, result, findings, places).read()
            _check_areas(table, catalogue, result, findings)
    for sheet, table in spare:
        SheetFindings(result, sheet.name).say(
            "FLF-011",
            f"工作表“{sheet.name}”也像是“{table.title.zh}”，未读取；如是续表，请并入“{located[table.id].sheet.name}”",
            f"sheet “{sheet.name}” also looks like {table.id} and was not read; move its rows into one sheet",
            severity="warning",
            found=sheet.name,
        )
    first = form.tables[0]
    for table in form.tables[1:]:
        if first.id in result.tables:
            _check_parents(table, first, result, said[table.id])
    if items is None and first.id in result.tables and not result.tables[first.id]:
        said[first.id].say(
            "ROW-006",
            f"表“{first.title.zh}”中没有任何一行；本期如确无{first.title.zh}，请与上级核实后说明，不要报空表",
            f"there is no row in {first.id}; if there is nothing to report, say so instead of filing an empty table",
            found="0",
            expected="≥ 1",
        )
    for findings in said.values():
        findings.sum_up()


def _say_missing(table: FormTable, named: str | None, is_body: bool, findings: SheetFindings) -> None:
    if named is not None or is_body:
        where = f"工作表“{named}”中" if named else "各工作表中"
        findings.say(
            "FLF-010",
            f"{where}找不到“{table.title.zh}”的表头（应有“{table.anchor}”一列）",
            f"no header row of {table.id} (a column “{table.anchor}” is expected)",
            expected=table.anchor,
        )
        return
    findings.say(
        "ROW-003",
        f"缺少工作表“{table.sheet}”（{table.title.zh}），视为未填",
        f"no sheet “{table.sheet}” ({table.id}); taken as not filled in",
        severity="warning",
        expected=table.sheet,
    )


def _check_areas(table: FormTable, catalogue: Catalogue, result: ReadResult, findings: SheetFindings) -> None:
    """A unit reports what lies in it: its own code, or one below it."""
    unit = result.unit_code
    fields = [f for f in table.fields if AREAS in f.codelists]
    if unit is None or not fields:
        return
    is_within = lru_cache(maxsize=None)(lambda code: catalogue.is_within(code, unit))
    rows = result.tables[table.id]
    columns = [(field, rows.values(field.id)) for field in fields]
    for n in range(len(rows)):
        for field, codes in columns:
            if codes[n] is not None and not is_within(codes[n]):
                row = rows[n]
                held = row.values[field.id]
                findings.say(
                    "EVA-008",
                    f"{held.cell}“{field.name}”{held.value} 不在填报单位 {unit} {catalogue.area(unit).name_zh} 范围内",
                    f"{held.cell}: {held.value} does not lie in the reporting unit {unit}",
                    level="B1",
                    cell=held.cell,
                    field=field.id,
                    row_key=key_of(row, table),
                    found=str(held.value),
                    expected=unit,
                )


def _check_parents(table: FormTable, first: FormTable, result: ReadResult, findings: SheetFindings) -> None:
    if table.parent is None:
        return
    rows = result.tables.get(table.id)
    if rows is None:
        return
    known = set(result.tables[first.id].values(table.parent))
    for n, value in enumerate(rows.values(table.parent)):
        if value is not None and value not in known:
            row = rows[n]
            held = row.values[table.parent]
            findings.say(
                "REF-001",
                f"{held.cell}“{table.by_id[table.parent].name}”{held.value} 不在“{first.title.zh}”表中",
                f"{held.cell}: {held.value} is in no row of {first.id}",
                level="B1",
                cell=held.cell,
                field=table.parent,
                row_key=key_of(row, table),
                found=str(held.value),
                expected=first.sheet,
            )
