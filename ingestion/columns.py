"""Where the tables of a form stand in a workbook, and which column of a sheet is which field.

A sheet is known by the words of its header row, whatever stands above it and in whatever order its columns are. Not
here: the rows below (tables.py), what a cell means for its field (cells.py).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from ingestion.catalogue import Catalogue
from ingestion.cells import FieldReader, SheetFindings, clean, is_blank, reported_unit, too_early
from ingestion.form_model import FormField, FormTable
from ingestion.model import ReadResult
from ingestion.rulebook_model import Unit
from ingestion.validity import is_asked
from ingestion.workbook import Cell, Sheet, column_letters

HEAD_ROWS = 200  # a header is looked for in so many filled rows from the top
ALIKE = 0.8  # a header this like one name, and less like every other, is that name slightly changed
CODED = 0.6  # … and this much is enough when the code above it says the same
_BRACKET = re.compile(r"(.+?)[(\[【](?:单位[:：])?([^()\[\]【】]+)[)\]】]")
PREVIOUS = "上期数"  # our blanks show last values in columns of this name; they are no answers
SERIAL = frozenset({"序号", "序", "行号", "行次", "no", "no."})  # counts rows and means nothing


@dataclass(frozen=True)
class Column:
    """One column of a sheet that is read. reader: reads its cells; filed_in: the unit its header prints."""

    field: FormField
    number: int
    letters: str
    filed_in: Unit | None
    reader: FieldReader


@dataclass
class Head:
    """The header of a table: its row and what its columns are. refused: columns that an error says are not read."""

    table: FormTable
    sheet: Sheet
    row: int
    columns: dict[int, Column] = field(default_factory=dict)
    refused: set[int] = field(default_factory=set)
    texts: dict[int, str] = field(default_factory=dict)  # column → header text as it stands

    @property
    def by_field(self) -> dict[str, Column]:
        return {c.field.id: c for c in self.columns.values()}


@dataclass(frozen=True)
class Located:
    """A table and the cells of the row that looks like its header."""

    table: FormTable
    sheet: Sheet
    cells: tuple[Cell, ...]
    above: tuple[Cell, ...]


def header_words(table: FormTable) -> dict[str, FormField]:
    """What a header cell may say for each field: its name, or its code and name in one cell."""
    return {clean(text): f for f in table.fields for text in (f.name, f.code + f.name)}


def split_header(text: str, words: Mapping[str, FormField]) -> tuple[str, str]:
    """`★合同金额（万元）` → (`合同金额`, `万元`). A name that has brackets of its own stays whole (街道（镇）)."""
    bare = clean(text).strip("★☆*")
    hit = None if bare in words else _BRACKET.fullmatch(bare)
    return (hit[1], hit[2]) if hit else (bare, "")


def _filled_rows(sheet: Sheet) -> Iterator[tuple[Cell, ...]]:
    """Rows from the top, without blank cells."""
    for row in sheet.filled():
        cells = tuple(c for c in row if not is_blank(c))
        if cells:
            yield cells


def _score(table: FormTable, words: Mapping[str, FormField], cells: Sequence[Cell], is_named: bool) -> int:
    """How many columns of the table a row names; 0 when the row is no header of it."""
    hits = (words.get(split_header(c.text, words)[0]) for c in cells if c.kind == "s")
    found = {f.id for f in hits if f is not None}
    anchored = words[clean(table.anchor)].id in found and 2 * sum(k in found for k in table.key) >= len(table.key)
    least = 2 if anchored or is_named else max(2, len(table.fields) // 2)
    return len(found) if len(found) >= least else 0


def locate_tables(
    sheets: Sequence[Sheet], tables: Sequence[FormTable]
) -> tuple[dict[str, Located], list[tuple[Sheet, FormTable]]]:
    """Which sheet holds which table: the best match of header words first, a sheet's own name breaking ties.

    Returns: table id → where it stands, and sheets that look like a table that already stands elsewhere.
    """
    words = {t.id: header_words(t) for t in tables}
    offers: list[tuple[int, bool, int, Located]] = []
    for order, sheet in enumerate(sheets):
        above: tuple[Cell, ...] = ()
        for count, cells in enumerate(_filled_rows(sheet)):
            scores = [(_score(t, words[t.id], cells, t.sheet == sheet.name), t) for t in tables]
            if any(score for score, _ in scores):
                offers += [
                    (score, t.sheet == sheet.name, -order, Located(t, sheet, cells, above))
                    for score, t in scores
                    if score
                ]
                break
            if count >= HEAD_ROWS:
                break
            above = cells
    found: dict[str, Located] = {}
    used: set[str] = set()
    for _, _, _, offer in sorted(offers, key=lambda o: o[:3], reverse=True):
        if offer.table.id not in found and offer.sheet.name not in used:
            found[offer.table.id] = offer
            used.add(offer.sheet.name)
    spare = {o.sheet.name: (o.sheet, o.table) for _, _, _, o in sorted(offers, key=lambda o: o[:3])}
    return found, [pair for name, pair in spare.items() if name not in used]


class HeaderReader:
    """Reads one header row into a Head, and says what is odd about it, once a column."""

    def __init__(self, located: Located, catalogue: Catalogue, result: ReadResult, findings: SheetFindings) -> None:
        self.located, self.catalogue, self.result, self.findings = located, catalogue, result, findings
        self.table, self.words = located.table, header_words(located.table)
        self.head = Head(self.table, located.sheet, located.cells[0].row)
        self.taken: dict[str, str] = {}  # field → letters of its column

    def read(self) -> Head | None:
        """None when no row could be told from another: a key column is missing or cannot be read."""
        codes = self._codes_above()
        for cell in self.located.cells:
            self.head.texts[cell.column] = cell.shown.strip()
            name, unit_text = split_header(cell.text, self.words)
            known = self._field_of(cell, name, codes.get(cell.column))
            if known is not None:
                self._take(known, cell, unit_text)
        places = self.result.columns.setdefault(self.table.id, {})
        for column in self.head.columns.values():
            places[column.field.id] = (self.head.sheet.name, column.letters)
        return self.head if self._complete() else None

    def _codes_above(self) -> dict[int, FormField]:
        """Field by column from a row of codes right above the header, when there is one."""
        found = {c.column: self.table.by_code.get(clean(c.shown).zfill(2)) for c in self.located.above}
        known = {column: f for column, f in found.items() if f is not None}
        return known if 2 * len(known) > len(found) else {}

    def _field_of(self, cell: Cell, name: str, coded: FormField | None) -> FormField | None:
        say = self.findings.say
        named = self.words.get(name)
        if named is not None:
            if coded is None or coded is named:
                return named
            self.head.refused.add(cell.column)
            say(
                "ROW-001",
                f"{cell.address} 代码 {coded.code} 应为“{coded.name}”，表头却写“{named.name}”：列可能错位，请更正",
                f"{cell.address}: code {coded.code} is “{coded.name}” but the header says “{named.name}”",
                cell=cell.address,
                field=coded.id,
                found=cell.shown,
                expected=coded.name,
            )
            return None
        if coded is None:
            meant = self._nearest(name)
        else:
            meant = coded if _likeness(name, coded) >= CODED else None
        if meant is not None:
            say(
                "ROW-002",
                f"{cell.address} 表头“{cell.shown.strip()}”与“{meant.name}”略有不同，按“{meant.name}”读取",
                f"{cell.address}: header “{cell.shown.strip()}” differs slightly from “{meant.name}”; read as that",
                severity="warning",
                cell=cell.address,
                field=meant.id,
                found=cell.shown.strip(),
                expected=meant.name,
            )
        return meant

    def _nearest(self, name: str) -> FormField | None:
        """The one field whose name is alike; None when none is, or two are: 计划竣工月 is no safe 计划开工月."""
        ranked = sorted(((_likeness(name, f), n) for n, f in enumerate(self.table.fields)), reverse=True)
        best, second = ranked[0], ranked[1]
        return self.table.fields[best[1]] if best[0] >= ALIKE and best[0] > second[0] else None

    def _take(self, known: FormField, cell: Cell, unit_text: str) -> None:
        before, letters = self.taken.get(known.id), column_letters(cell.column)
        if before is not None:
            self.head.refused.add(cell.column)
            self.findings.say(
                "ROW-005",
                f"{cell.address} 表头“{known.name}”出现两次（{before}、{letters}列），请删去一列",
                f"{cell.address}: column “{known.name}” stands twice ({before} and {letters})",
                cell=cell.address,
                field=known.id,
                found=cell.shown,
            )
            return
        filed_in, readable = self._unit_of(known, cell, unit_text)
        if not readable:
            self.head.refused.add(cell.column)
            return
        if self.not_yet(known):
            self.head.refused.add(cell.column)
            self._say_too_early(known, cell)
            return
        reader = FieldReader(known, filed_in, self.catalogue, self.findings, self.result.unit_code, self.result.period)
        self.taken[known.id] = letters
        self.head.columns[cell.column] = Column(known, cell.column, letters, filed_in, reader)

    def not_yet(self, known: FormField) -> bool:
        """Whether a field begins after the period of the return."""
        return self.result.period is not None and not is_asked(known.since, self.result.period)

    def _say_too_early(self, known: FormField, head: Cell) -> None:
        """A column that is not asked for yet: nothing to say while it is empty."""
        filled = self.head.sheet.in_column(head.column, lambda kind, text: kind != "s" or bool(text.strip()))
        filed = [*islice((c for c in filled if c.row > head.row), 1)]
        if filed:
            too_early(self.findings, known, str(self.result.period), filed[0].address, filed[0].shown)

    def _unit_of(self, known: FormField, cell: Cell, text: str) -> tuple[Unit | None, bool]:
        """The unit of a column. A unit of the same quantity is converted and said; any other stops the column."""
        if known.unit is None and known.is_number and text and self.catalogue.unit_spelled(text):
            self.findings.say(
                "UNT-001",
                f"{cell.address}“{known.name}”的单位由每行的代码决定，表头不应写“{text}”；该列未读取",
                f"{cell.address}: the unit follows from the code of each row, not from the header",
                cell=cell.address,
                field=known.id,
                found=text,
                expected="无单位",
            )
            return None, False
        filed_in, readable = reported_unit(known, text, self.catalogue, self.findings, cell.address)
        if filed_in is not None and filed_in.name != known.unit:
            self.findings.say(
                "UNT-002",
                f"{cell.address}“{known.name}”整列以“{filed_in.name}”填报，已换算为 {known.unit} 读取",
                f"{cell.address}: the column is filed in {filed_in.name}; converted to {known.unit}",
                severity="warning",
                cell=cell.address,
                field=known.id,
                found=filed_in.name,
                expected=known.unit,
            )
        return filed_in, readable

    def _complete(self) -> bool:
        """Say which columns are missing. False: a key column is not there, so no row can be named."""
        read = {c.field.id for c in self.head.columns.values()}
        asked = {f.id for f in self.table.fields if f.core} | set(self.table.key)
        standing = [self.words.get(split_header(self.head.texts[c], self.words)[0]) for c in self.head.refused]
        stopped = {f.id for f in standing if f is not None}  # they stand there, and an error says why they are not read
        header = f"第{self.head.row}行表头"
        missing = [f for f in self.table.fields if f.id not in read | stopped and not self.not_yet(f)]
        for lost in (f for f in missing if f.id in asked):
            self.findings.say(
                "ROW-003",
                f"{header}缺少“{lost.name}”列（{lost.code}）",
                f"the header in row {self.head.row} has no column “{lost.name}”",
                field=lost.id,
                cell=self.located.cells[0].address,
                expected=lost.name,
            )
        others = [f.name for f in missing if f.id not in asked]
        if others:
            more = f"等{len(others)}列" if len(others) > 5 else ""
            self.findings.say(
                "ROW-003",
                f"{header}没有{'、'.join(others[:5])}{more}，视为未填",
                f"{len(others)} columns are not in the header; taken as blank",
                severity="info",
                cell=self.located.cells[0].address,
                found=str(len(others)),
                expected="0",
            )
        return all(k in read for k in self.table.key if self.table.by_id[k].required == "always")


def _likeness(name: str, known: FormField) -> float:
    return difflib.SequenceMatcher(None, name, clean(known.name)).ratio()
