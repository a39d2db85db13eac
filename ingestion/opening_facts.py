"""What stands in a file beside its values: formulas, error values, hidden rows and columns, merged ranges.

The fast reader gives errors as blank and knows nothing of the others, so xlsx is looked at once more with openpyxl (only
where there is anything to see), xls with xlrd, and ods in its own XML. Runs in the reader's child.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from xml.parsers import expat

from ingestion.opening_parts import KEPT, SMALL

MAX_ROWS, MAX_COLUMNS = 1 << 20, 1 << 14  # the grid of xlsx and ods


@dataclass
class SheetFacts:
    """Of one sheet, 1-based. formulas: [row, column, text]; errors: [row, column, "e", text]; merged: corners."""

    formulas: list[list[Any]] = field(default_factory=list)
    errors: list[list[Any]] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    merged: list[list[int]] = field(default_factory=list)


# What to look for in the XML of a sheet: a byte that is rare there, what may stand around it, and what settles it where
# that is not enough. XML may be written with a prefix, either quotation mark and any space. A formula is not the <formula1>
# of a list.
_TO_SEE = [
    (b"f", re.compile(rb"f(?<=[<:]f)[\s/>]"), re.compile(rb"<(?:\w+:)?f[\s/>]")),
    (b"e", re.compile(rb"""e(?<=["']e)["']"""), re.compile(rb"""\st\s*=\s*["']e["']""")),
    (b"d", re.compile(rb"""d(?<=\shid)den\s*=\s*["'](?:1|true)["']"""), None),
    (b"h", re.compile(rb"""h(?<=\sh)t\s*=\s*["']0(?:\.0*)?["']"""), None),
    (b"d", re.compile(rb"""d(?<=\swid)th\s*=\s*["']0(?:\.0*)?["']"""), None),
]
_RARE = 20_000  # so many times a byte is found one by one, ten times as fast as by a pattern where it hardly stands
# a shared text whose number is none: every program shows another one then
_BAD_TEXT = [
    (mark, re.compile(mark + rb"[^>]*>\s*<(?:\w+:)?v[^>]*(?<!/)>(?![0-9]+</)[^<]*<")) for mark in (b'"s"', b"'s'")
]


def _holds(sheet: bytes, word: bytes) -> bool:
    """Few programs write the other quotation mark, and one byte is found much faster than several."""
    return (b"'" not in word or b"'" in sheet) and word in sheet


def _stands(sheet: bytes, byte: bytes, around: re.Pattern[bytes]) -> bool:
    """Whether a pattern that begins with a byte is there."""
    at = sheet.find(byte)
    for _ in range(_RARE):
        if at < 0:
            return False
        if around.match(sheet, at):
            return True
        at = sheet.find(byte, at + 1)
    return at >= 0 and around.search(sheet, at) is not None


def is_to_see(sheet: bytes) -> bool:
    """Whether the XML of a sheet may hold formulas, error values or anything hidden. Raises ValueError on a damaged one."""
    for mark, pattern in _BAD_TEXT:
        if _holds(sheet, mark) and (damaged := pattern.search(sheet)):
            raise ValueError(f"a text without its number: {damaged[0].decode(errors='replace')[:80]}")
    return any(
        _stands(sheet, byte, around) and (settles is None or settles.search(sheet)) for byte, around, settles in _TO_SEE
    )


_is_to_see_before = lru_cache(maxsize=KEPT)(is_to_see)  # sheets of a blank that nobody changes


def of_xlsx(data: bytes, sheets: list[bytes]) -> dict[str, SheetFacts]:
    """By sheet name; merged ranges come from the fast reader. sheets: their XML. Raises ValueError on a damaged one."""
    to_see = [(_is_to_see_before if len(sheet) <= SMALL else is_to_see)(sheet) for sheet in sheets]
    if not any(to_see):
        return {}
    import openpyxl

    return {s.title: _of_sheet(s) for s in openpyxl.load_workbook(io.BytesIO(data), data_only=False).worksheets}


def _of_sheet(sheet: Any) -> SheetFacts:
    facts = SheetFacts()
    facts.hidden_rows = [n for n, d in sheet.row_dimensions.items() if d.hidden or d.height == 0]
    facts.hidden_columns = [
        n
        for d in sheet.column_dimensions.values()
        if d.hidden or d.width == 0
        for n in range(d.min or d.index, (d.max or d.min) + 1)
    ]
    for row in sheet.iter_rows():
        for cell in row:
            if cell.data_type == "f":
                text = getattr(cell.value, "text", None) or str(cell.value)
                facts.formulas.append([cell.row, cell.column, text])
            elif cell.data_type == "e":
                facts.errors.append([cell.row, cell.column, "e", str(cell.value)])
    return facts


_TABLE, _OFFICE, _TEXT = (f"urn:oasis:names:tc:opendocument:xmlns:{n}:1.0|" for n in ("table", "office", "text"))
_ERROR = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0|value-type"


class _Ods:
    """Walks content.xml. A row or cell that repeats stands once in the XML with its number of times."""

    def __init__(self) -> None:
        self.sheets: dict[str, SheetFacts] = {}
        self.facts = SheetFacts()
        self.row = self.column = 0  # the last one taken by what was seen
        self.row_times = 1
        self.is_hidden = self.is_held = False
        self.error: str | None = None  # text of the error cell that is open

    def start(self, name: str, has: dict[str, str]) -> None:
        if name == f"{_TABLE}table":
            self.facts = self.sheets.setdefault(has.get(f"{_TABLE}name", ""), SheetFacts())
            self.row = self.column = 0
        elif name == f"{_TABLE}table-column":
            times = self._times(has, "columns", MAX_COLUMNS)
            if has.get(f"{_TABLE}visibility", "visible") != "visible":
                self.facts.hidden_columns += range(self.column + 1, self.column + times + 1)
            self.column += times
        elif name == f"{_TABLE}table-row":
            self.row_times = self._times(has, "rows", MAX_ROWS)
            self.is_hidden, self.is_held = has.get(f"{_TABLE}visibility", "visible") != "visible", False
            self.column = 0
        elif name in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            self._cell(has)

    def _times(self, has: dict[str, str], what: str, most: int) -> int:
        return min(int(has.get(f"{_TABLE}number-{what}-repeated", "1")), most)

    def _cell(self, has: dict[str, str]) -> None:
        row, column = self.row + 1, self.column + 1
        self.column += self._times(has, "columns", MAX_COLUMNS)
        if f"{_OFFICE}value-type" in has:
            self.is_held = True
        if formula := has.get(f"{_TABLE}formula"):
            self.facts.formulas.append([row, column, formula.removeprefix("of:")])
        if has.get(_ERROR) == "error":
            self.error = ""
        down, right = (int(has.get(f"{_TABLE}number-{n}-spanned", "1")) for n in ("rows", "columns"))
        if down > 1 or right > 1:
            self.facts.merged.append([row, column, row + down - 1, column + right - 1])

    def text(self, text: str) -> None:
        if self.error is not None:
            self.error += text

    def end(self, name: str) -> None:
        if name == f"{_TABLE}table-cell" and self.error is not None:
            self.facts.errors.append([self.row + 1, self.column, "e", self.error.strip()])
            self.error = None
        elif name == f"{_TABLE}table-row":
            if self.is_hidden and self.is_held:
                self.facts.hidden_rows += range(self.row + 1, self.row + self.row_times + 1)
            self.row += self.row_times


def _no_entities(*declared: object) -> None:
    raise ValueError(f"an entity is declared: {declared[0]}")


def of_ods(content: bytes) -> dict[str, SheetFacts]:
    """By sheet name. content: content.xml. Raises ExpatError or ValueError where it is damaged."""
    walk = _Ods()
    parser = expat.ParserCreate(namespace_separator="|")
    parser.EntityDeclHandler = _no_entities
    parser.StartElementHandler, parser.EndElementHandler = walk.start, walk.end
    parser.CharacterDataHandler = walk.text
    parser.Parse(content, True)
    return walk.sheets


def of_xls(data: bytes) -> dict[str, SheetFacts] | None:
    """By sheet name, for Excel 5.0 to 2003 and what WPS saves so; None where only the fast reader can open it.

    A formula is known where it gave no value: as text of no length.
    """
    import xlrd

    try:
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=io.StringIO())
    except Exception:  # noqa: BLE001 - it raises whatever its parser met; the fast reader decides whether the file is broken
        return None
    found = {}
    for sheet in book.sheets():
        facts = found[sheet.name] = SheetFacts()
        facts.hidden_rows = [n + 1 for n, row in sheet.rowinfo_map.items() if row.hidden or row.height == 0]
        facts.hidden_columns = [n + 1 for n, column in sheet.colinfo_map.items() if column.hidden or column.width == 0]
        for row in range(sheet.nrows):
            kinds = sheet.row_types(row)
            if xlrd.XL_CELL_ERROR not in kinds and xlrd.XL_CELL_TEXT not in kinds:
                continue
            for column, kind in enumerate(kinds):
                value = sheet.cell_value(row, column)
                if kind == xlrd.XL_CELL_ERROR:
                    text = xlrd.error_text_from_code.get(value, f"#{value}")
                    facts.errors.append([row + 1, column + 1, "e", text])
                elif kind == xlrd.XL_CELL_TEXT and value == "":
                    facts.formulas.append([row + 1, column + 1, "="])
    return found
