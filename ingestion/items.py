"""The items of a one-row form (one row an indicator): sheet → values with cells.

Rows are found by code and label below the anchor, never by fixed address: counties insert rows. Not here: what a cell
means for its field (cells.py), tables with many rows (tables.py), the header block (returns.py).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from dataclasses import field as default
from decimal import Decimal
from functools import lru_cache, partial

from ingestion.blank_map import CellMap
from ingestion.catalogue import Catalogue
from ingestion.cells import (
    FieldReader,
    SheetFindings,
    clean,
    is_blank,
    kept_of_item,
    reported_unit,
    too_early,
    uncached_formula,
)
from ingestion.form_model import Form, FormField, Locate
from ingestion.model import CellValue, Content, ReadResult
from ingestion.rulebook_model import Unit
from ingestion.units import normalise, plain
from ingestion.validity import is_asked
from ingestion.workbook import Cell, Sheet, column_letters

_VALUE = partial(tuple.__new__, CellValue)  # without the time that a call of the class takes
CLOSE = 0.6  # a label this like the wanted one is the same label slightly changed


@lru_cache(maxsize=64)
def _names(catalogue: Catalogue, form_id: str) -> dict[str, FormField]:
    return {clean(f.name): f for f in catalogue.form(form_id).fields}


def _code_and_label(code: str, label: str) -> tuple[str, str]:
    """What the cells of code and label say, for comparing."""
    bare = clean(code).removesuffix(".0")
    return bare.zfill(2) if bare.isdigit() else bare, clean(label).lstrip("★☆* ")


@lru_cache(maxsize=1 << 12)
def _sure(catalogue: Catalogue, form_id: str, code: str, label: str) -> FormField | None:
    """The item that code and label both name, or the code where there is no label; of a blank they come in every return."""
    bare, name = _code_and_label(code, label)
    field = catalogue.form(form_id).by_code.get(bare)
    return field if not name or _names(catalogue, form_id).get(name) is field else None


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an item stands: its cell, and what the sheet prints as its unit. by_period: period → what is known by then."""

    field: FormField
    place: tuple[int, int]
    address: str
    unit_text: str
    unit_address: str
    by_period: dict[str | None, Known] = default(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """filed_in: the unit; is_usual: it is the form's own; printed: the base unit of its values; kept: what cells were found
    to say (kept_of_item)."""

    filed_in: Unit | None
    is_usual: bool
    printed: str | None
    kept: dict[tuple[str, str], Content]


@dataclass(frozen=True)
class _Plan:
    """The items of a frame, all of them sure. head: the row and text of the anchor."""

    head: tuple[int, str]
    spots: tuple[Spot, ...]
    places: frozenset[tuple[int, int]]
    rows: dict[str, int]

    def holds_with(self, own: dict[tuple[int, int], Cell]) -> bool:
        """Whether these cells stand where answers do, or above the items, where they change nothing."""
        row, anchor = self.head
        return all(place[0] < row and normalise(own[place].text) != anchor for place in own.keys() - self.places)


@lru_cache(maxsize=64)
def _plan(frame: Sheet, catalogue: Catalogue, form_id: str) -> _Plan | None:
    """The items of all sheets on a frame; None where something has to be said of it, or an item has no row."""
    form = catalogue.form(form_id)
    assert form.locate
    reader = ItemsReader(frame, form, form.locate, catalogue, ReadResult(form=form_id), {})
    spots, anchor = tuple(reader.spots()), frame.find(form.locate.anchor)
    if anchor is None or reader.result.findings or len(spots) < len(form.fields):
        return None
    head = anchor.row, normalise(anchor.text)
    return _Plan(head, spots, frozenset(spot.place for spot in spots), reader.rows)


class ItemsReader:
    """Reads the sheet of a form's items into `result`."""

    def __init__(
        self, sheet: Sheet, form: Form, locate: Locate, catalogue: Catalogue, result: ReadResult, places: CellMap
    ) -> None:
        self.sheet, self.form, self.locate, self.catalogue, self.result = sheet, form, locate, catalogue, result
        self.places = places
        self.findings = SheetFindings(result, sheet.name)
        self.names = _names(catalogue, form.id)
        self.rows: dict[str, int] = {}  # field → the row it was found in

    def read(self) -> None:
        plan = _plan(self.sheet.frame, self.catalogue, self.form.id) if self.sheet.frame else None
        if plan is not None and plan.holds_with(self.sheet.own):
            self.rows = plan.rows
            self._known_values(plan.spots)
        elif (located := self._columns()) is not None:
            self._values(self._spots(*located))
            self._strays(located[0])
        else:
            return
        missing = [f for f in self.form.fields if f.id not in self.rows and not self._not_yet(f)]
        if missing:
            names_zh = "、".join(f"{f.code} {f.name}" for f in missing[:5])
            more = f"等{len(missing)}行" if len(missing) > 5 else ""
            self.findings.say(
                "ROW-003",
                f"表中缺少：{names_zh}{more}",
                f"rows missing: {', '.join(f.code for f in missing[:5])}",
                severity="warning",
                found=str(len(missing)),
                expected="0",
            )
        self.findings.sum_up()

    def spots(self) -> Iterator[Spot]:
        """Where the items stand, from the top; findings say what is wrong on the way."""
        located = self._columns()
        return iter(()) if located is None else self._spots(*located)

    def _spots(self, header_row: int, columns: dict[str, int]) -> Iterator[Spot]:
        value, unit = columns["value"], columns["unit"]
        for row in range(header_row + 1, self.sheet.last_row + 1):
            field = self._field_of(row, columns)
            if field is not None:
                beside = f"{column_letters(unit)}{row}"  # the cell to mend
                yield Spot(field, (row, value), f"{column_letters(value)}{row}", self.sheet.text(row, unit), beside)

    def _strays(self, header_row: int) -> None:
        """Numbers below the headings in columns that have none: nobody said what they are."""
        headed = {c.column for c in self.sheet.cells.values() if c.row == header_row}
        below = (c for c in self.sheet.cells.values() if c.row > header_row and c.kind in "nd")
        strays = [c for c in below if c.column not in headed]
        if strays:
            first, more = strays[0], f"等{len(strays)}处" if len(strays) > 1 else ""
            self.findings.say(
                "ROW-011",
                f"{first.address}{more}有数（{first.shown}）而所在列没有表头，没有读取；请移到应填的单元格，或删去",
                f"{first.address} holds a number ({first.shown}) in a column without a heading, which was not read"
                f" ({len(strays)} such cells); move it where it belongs, or delete it",
                severity="warning",
                cell=first.address,
                found=first.shown,
            )

    def _columns(self) -> tuple[int, dict[str, int]] | None:
        locate = self.locate
        anchor = self.sheet.find(locate.anchor)
        if anchor is None:
            self.findings.say(
                "FLF-010", f"找不到表头“{locate.anchor}”", f"no header “{locate.anchor}”", expected=locate.anchor
            )
            return None
        header = sorted((c for c in self.sheet.cells.values() if c.row == anchor.row), key=lambda c: -c.column)
        in_row = {clean(c.text): c.column for c in header}
        columns: dict[str, int] = {"name": anchor.column}
        for key, wanted in (("code", locate.code_column), ("unit", locate.unit_column), ("value", locate.value_column)):
            if clean(wanted) not in in_row:
                self.findings.say(
                    "FLF-010",
                    f"表头第{anchor.row}行缺“{wanted}”列",
                    f"header row {anchor.row} has no column “{wanted}”",
                    cell=anchor.address,
                    expected=wanted,
                )
                return None
            columns[key] = in_row[clean(wanted)]
        return anchor.row, columns

    def _field_of(self, row: int, columns: dict[str, int]) -> FormField | None:
        """The item of a row; None when there is none, or none that is sure: then a finding says so."""
        say = self.findings.say
        code_cell, name_cell = self.sheet.at(row, columns["code"]), self.sheet.at(row, columns["name"])
        texts = code_cell.text if code_cell else "", name_cell.text if name_cell else ""
        sure = _sure(self.catalogue, self.form.id, *texts)
        if sure is not None and sure.id not in self.rows:
            self.rows[sure.id] = row
            return sure
        value_cell = self.sheet.at(row, columns["value"])
        address = f"{column_letters(columns['value'])}{row}"
        code, label = _code_and_label(*texts)
        field = self.form.by_code.get(code)
        by_name = self.names.get(label)
        if field is None and by_name is None:
            if value_cell is not None and not is_blank(value_cell):
                what = f"第{row}行“{code} {label}”不是本表指标" if code or label else f"{address} 所在行无代码、无名称"
                said = f"“{code} {label}” is no item of this form" if code or label else "has neither code nor label"
                stood = self.form.by_id.get(self.places.get((self.sheet.name, address), ""))
                was = f"{stood.code} {stood.name}" if stood else None
                mend = (
                    (f"；发表时此行为“{was}”，请恢复代码和名称", f"; it was {was}: restore code and label")
                    if was
                    else ("", "")
                )
                say(
                    "ROW-004",
                    f"{what}，数值 {value_cell.shown} 未读取{mend[0]}",
                    f"row {row} {said}; its value was not read{mend[1]}",
                    severity="error" if was else "warning",
                    cell=address,
                    found=value_cell.shown,
                    expected=was,
                )
            return None
        if field is None:
            assert by_name is not None
            field = by_name
            say(
                "ROW-002",
                f"第{row}行代码“{code or '空'}”应为 {field.code}；按名称“{field.name}”读取",
                f"row {row}: code should be {field.code}; read by its label",
                severity="warning",
                cell=address,
                field=field.id,
                found=code or "空",
                expected=field.code,
            )
        if label and by_name is not field:
            close = difflib.SequenceMatcher(None, label, clean(field.name)).ratio() >= CLOSE
            if by_name is not None or not close:
                say(
                    "ROW-001",
                    f"第{row}行代码 {field.code} 应为“{field.name}”，却写“{label}”：行可能错位，请更正",
                    f"row {row}: code {field.code} is “{field.name}” but the label says “{label}”; rows may have moved",
                    cell=address,
                    field=field.id,
                    found=label,
                    expected=field.name,
                )
                return None
            say(
                "ROW-002",
                f"第{row}行名称“{label}”与“{field.name}”略有不同，按代码 {field.code} 读取",
                f"row {row}: label “{label}” differs slightly from “{field.name}”; read by its code",
                severity="warning",
                cell=address,
                field=field.id,
                found=label,
                expected=field.name,
            )
        if field.id in self.rows:
            say(
                "ROW-005",
                f"指标 {field.code}“{field.name}”出现两次（第{self.rows[field.id]}、{row}行），请删去一行",
                f"item {field.code} stands twice (rows {self.rows[field.id]} and {row})",
                cell=address,
                field=field.id,
            )
            return None
        self.rows[field.id] = row
        return field

    def _not_yet(self, field: FormField) -> bool:
        return self.result.period is not None and not is_asked(field.since, self.result.period)

    def _values(self, spots: Iterable[Spot]) -> None:
        for spot in spots:
            self._value(spot)

    def _known_values(self, spots: Iterable[Spot]) -> None:
        """As `_values`, of a blank: most of its cells say what a cell of the same item said in a return before."""
        name, cells, result = self.sheet.name, self.sheet.beside, self.result
        for spot in spots:
            cell, known = cells.get(spot.place), spot.by_period.get(result.period)
            content = known.kept.get(cell[2:]) if known is not None and cell is not None else None
            if known is None or content is None or not known.is_usual:
                self._value(spot)
            else:
                value, filed, raw = content
                result.values[spot.field.id] = _VALUE((value, filed, known.printed, name, spot.address, raw))

    def _value(self, spot: Spot) -> None:
        field, address, sheet = spot.field, spot.address, self.sheet
        cell = sheet.at(*spot.place)
        if self._not_yet(field):
            if cell is not None and not is_blank(cell):
                too_early(self.findings, field, str(self.result.period), address, cell.shown)
            return
        if cell is None or is_blank(cell):
            if spot.place in sheet.formulas:
                uncached_formula(self.findings, address, sheet.formulas[spot.place], field)
            else:
                self.result.blanks[field.id] = (sheet.name, address)
            return
        known = spot.by_period.get(self.result.period) or self._known(spot)
        if known is None:
            return
        content = known.kept.get((cell.kind, cell.text))
        if content is None:
            content = self._reader(field, known).content(cell, address)
            if content is None:
                return
        value = self.result.values[field.id] = CellValue(*content[:2], known.printed, sheet.name, address, content[2])
        if known.filed_in is not None and not known.is_usual:
            assert isinstance(value.filed, Decimal)
            filed = plain(value.filed)
            self.findings.say(
                "UNT-002",
                f"{address}“{field.name}”以“{known.filed_in.name}”填报，按 {filed} {field.unit} 读取",
                f"{address} was filed in {known.filed_in.name}; read as {filed} {field.unit}",
                severity="warning",
                cell=address,
                field=field.id,
                found=f"{value.raw} {known.filed_in.name}",
                expected=field.unit,
            )

    def _known(self, spot: Spot) -> Known | None:
        """What can be known of an item before its cell is looked at; None where a finding says that it cannot be read."""
        field, period = spot.field, self.result.period
        filed_in, is_readable = reported_unit(field, spot.unit_text, self.catalogue, self.findings, spot.unit_address)
        if not is_readable:
            return None
        kept = kept_of_item(self.catalogue, field, filed_in, period)
        printed = FieldReader(field, filed_in, self.catalogue, self.findings).printed
        known = Known(filed_in, filed_in is None or field.unit == filed_in.name, printed, {} if kept is None else kept)
        return known if kept is None else spot.by_period.setdefault(period, known)

    def _reader(self, field: FormField, known: Known) -> FieldReader:
        unit, period = self.result.unit_code, self.result.period
        return FieldReader(field, known.filed_in, self.catalogue, self.findings, unit, period, known.kept)
