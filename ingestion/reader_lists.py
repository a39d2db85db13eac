"""Lists of any length, told in parts: a workbook with a long sheet (opening_pieces.py), and separated text.

Runs in the reader's child. Of a long list first comes the workbook without it, then some rows at a time, by column, and last
what stands beside its values. Limits are ratios: what is unpacked, filled or different must be worth what it takes here and
in the process that asked.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

from ingestion.cell_columns import CellColumn, CountedOn, columns_of, is_list
from ingestion.opening_facts import MAX_COLUMNS, MAX_ROWS, SheetFacts, is_to_see, of_xlsx
from ingestion.opening_pieces import MARK, PieceBooks, left_of
from ingestion.opening_text import MAX_CELLS, TEXT_SHEET, OpeningFault, kind_of, rows_of
from ingestion.told_cells import cell_of, row_of, sheet_of

Part = tuple[
    dict[str, Any], list["array[int]"], bool
]  # what is told, the codes of columns behind it, whether one follows
ROWS = 10_000  # of separated text that travel together
MOST_CELLS = 40_000_000  # filled ones of a list
SPARSE = 16  # one in so many cells between the first and the last must be filled, as blanks take place in the parent
BYTES_A_CELL = 400  # of XML
FREE = 4 << 20  # bytes and cells that are not looked at so closely
MOST_DIFFERENT = 1 << 30  # bytes that different texts take in the parent, about …
A_TEXT = 100  # … each so many and its characters


class _Told:
    """What of one list was told so far."""

    def __init__(self, number: int) -> None:
        self.number, self.rows = number, 0
        self.columns: dict[int, CountedOn] = {}
        self.filled = self.size = self.bytes = 0
        self.cut: list[int] = []

    def part(
        self, values: Sequence[Sequence[Any]], first: int, left: int, cell: Callable[[Any], tuple[str, str]]
    ) -> Part:
        """Rows, the first of which stands behind so many others. Raises OpeningFault for what is worth no reading."""
        if first < self.rows:
            raise OpeningFault("broken", f"row {first + 1} stands behind row {self.rows}")
        pieces = columns_of(values, cell, left)
        columns = [self.columns.setdefault(piece.number, CountedOn()).next(piece) for piece in pieces]
        self.rows = first + len(values)
        self._count(columns)
        said = {"sheet": self.number, "first": first, "rows": len(values), "columns": told(columns)}
        return said, [c.codes for c in columns], True

    def _count(self, columns: Sequence[CellColumn]) -> None:
        self.filled += sum(len(c.codes) - c.codes.count(0) for c in columns)
        self.size += sum(len(text) + A_TEXT for c in columns for text in c.texts)
        width = max(self.columns, default=0)
        if (
            self.filled > MOST_CELLS
            or self.size > MOST_DIFFERENT
            or self.rows * width > SPARSE * self.filled + FREE
            or self.bytes > BYTES_A_CELL * self.filled + FREE
        ):
            raise OpeningFault("too_large", f"{self.filled} cells in {self.rows} rows")


def told(columns: Sequence[CellColumn]) -> list[Any]:
    """Columns as they travel, without their codes."""
    return [[c.number, c.kinds, c.texts] for c in columns]


def in_pieces(book: PieceBooks, numbers: dict[str, int]) -> Iterator[Part]:
    """The long sheets of a workbook. numbers: name → place among its sheets. Raises OpeningFault, and what libraries raise."""
    for name, sheet in book.sheets.items():
        strings = book.strings(name)

        def cell(value: Any, strings: Sequence[Any] = strings) -> tuple[str, str]:
            is_shared = type(value) is str and value[:1] == MARK
            return cell_of(strings[int(value[1:])] if is_shared else value)

        seen, left = _Told(numbers[name]), []
        for rows in sheet.pieces():
            seen.bytes += len(rows)
            values, first, column = _values(book.of(name, rows))
            if first + len(values) >= MAX_ROWS or column + len(values[0] if values else ()) > MAX_COLUMNS:
                raise OpeningFault("too_large", f"{name}: its grid is full")
            if is_to_see(rows):
                left.append(left_of(rows))
            yield seen.part(values, first, column, cell)
        yield {"sheet": seen.number, **_beside(book, name, left)}, [], name != [*book.sheets][-1]


def _values(sheet: Any) -> tuple[list[list[Any]], int, int]:
    """Rows of a piece, how many stand before them, and the column of their first value."""
    row, column = sheet.start or (0, 0)
    return sheet.to_python(), row, column + 1


def _beside(book: PieceBooks, name: str, left: list[bytes]) -> dict[str, Any]:
    """What a sheet holds beside its values. errors: those that the fast reader gave as blanks."""
    data, content = book.left(name, left)
    facts = of_xlsx(data, [content]).get(name, SheetFacts())
    ranges = book.of(name, b"", b"</sheetData>" + book.sheets[name].tail).merged_cell_ranges or []
    merged = [[a[0] + 1, a[1] + 1, b[0] + 1, b[1] + 1] for a, b in ranges]
    errors = [row_of(r, [(c, kind, text)]) for r, c, kind, text in facts.errors]
    hidden = [facts.hidden_rows, facts.hidden_columns]
    return {"formulas": facts.formulas, "hidden": hidden, "merged": merged, "errors": errors}


# -- separated text -------------------------------------------------------------------------------------------------
def of_text(data: bytes) -> Iterator[Part]:
    """Separated text as one sheet. Raises OpeningFault."""
    rows, is_cut = rows_of(data)
    some = iter(lambda: [[*map(str.strip, row)] for row in _limited(islice(rows, ROWS))], [])
    first, second = next(some, []), next(some, [])
    book = {"kind": "text", "shows_facts": True, "has_macros": False, "has_links": False, "from_1904": False}
    sheet = sheet_of(TEXT_SHEET, True, [], SheetFacts())
    values = _of_one_length(first)
    if values is None or not is_list(values):
        sheet["cells"] = cells = _by_row(_limited(row for part in chain([first, second], some) for row in part))
        sheet["cut"] = [cells[-1][0], cells[-1][1][-1]] if cells and is_cut else []
        yield {"sheets": [sheet], **book}, [], False
    elif not second:
        columns = columns_of(values, _text_cell)
        sheet |= {"columns": told(columns), "rows": len(values), "cut": _last(values, 0) if is_cut else []}
        yield {"sheets": [sheet], **book}, [c.codes for c in columns], False
    else:
        yield {"sheets": [sheet | {"is_long": True}], **book}, [], True
        seen, cut = _Told(0), list[int]()
        for part in chain([first, second], some):
            values = _of_one_length(part)
            if values is None:
                raise OpeningFault("too_large", f"{max(map(len, part))} columns")
            cut = _last(values, seen.rows) or cut
            yield seen.part(values, seen.rows, 1, _text_cell)
        yield {"sheet": 0, "cut": cut if is_cut else []}, [], False


def _text_cell(text: str) -> tuple[str, str]:
    return kind_of(text), text


def _limited(rows: Iterable[list[str]]) -> Iterator[list[str]]:
    held = 0
    for row in rows:
        held += len(row)
        if held > MAX_CELLS:
            raise OpeningFault("too_large", f"> {MAX_CELLS} cells")
        yield row


def _of_one_length(rows: list[list[str]]) -> list[list[str]] | None:
    """Rows with blanks behind the shorter ones; None where these would be too many."""
    width = max(map(len, rows), default=0)
    if width >= MAX_COLUMNS or width * len(rows) > SPARSE * sum(map(len, rows)) + FREE:
        return None
    return [row + [""] * (width - len(row)) if len(row) < width else row for row in rows]


def _last(values: Sequence[Sequence[str]], before: int) -> list[int]:
    """The last cell of the last row in which something stands."""
    for n in range(len(values), 0, -1):
        if filled := [c for c, text in enumerate(values[n - 1], 1) if text]:
            return [before + n, filled[-1]]
    return []


def _by_row(rows: Iterable[list[str]]) -> list[list[Any]]:
    cells = []
    for r, row in enumerate(rows, 1):
        if filled := [(c, *_text_cell(text)) for c, text in enumerate(row, 1) if text]:
            cells.append(row_of(r, filled))
    return cells
