"""A sheet of an archived workbook as a grid with headings and marked cells: whole when small, else a window.

The original is read by its hash through the limited child reader, never opened in this process. Its text is hostile
until it is written out: it travels as plain text only. Not here: which cells make a figure (filings.trace), markup.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ingestion.archive import Archive
from ingestion.workbook import Sheet, Workbook, column_letters, read_workbook, split_address

WHOLE_ROWS, WHOLE_COLUMNS = 46, 14  # a sheet up to this size is shown whole
ROWS, COLUMNS = 15, 8  # either side of the marked cell in a larger one


@dataclass(frozen=True)
class Square:
    """One place of the grid. rows, columns: how many it spans, from a merged range."""

    text: str
    is_marked: bool
    is_number: bool
    formula: str
    rows: int = 1
    columns: int = 1


@dataclass(frozen=True)
class Grid:
    """Column letters, and rows of (row number, squares); a place covered by a merge is None."""

    letters: list[str]
    rows: list[tuple[int, list[Square | None]]]
    is_whole: bool
    last: str


class Originals:
    """Archived workbooks, read once each."""

    def __init__(self, home: Path) -> None:
        self.archive = Archive(home)
        self.books: dict[str, Workbook] = {}

    def sheet(self, sha256: str, name: str) -> Sheet | None:
        if sha256 not in self.books:
            self.books[sha256] = read_workbook(self.archive.read(sha256))
        return self.books[sha256].sheet(name)


def grid(sheet: Sheet, marked: Iterable[str], at: str) -> Grid:
    """The sheet around the cell `at`, with every cell of `marked` that falls inside marked."""
    row, column = split_address(at)
    marks = {split_address(m) for m in marked}
    last_row, last_column = max(sheet.last_row, row), max(sheet.last_column, column)
    whole = last_row <= WHOLE_ROWS and last_column <= WHOLE_COLUMNS
    top, bottom = (1, last_row) if whole else (max(1, row - ROWS), min(last_row, row + ROWS))
    left, right = (1, last_column) if whole else (max(1, column - COLUMNS), min(last_column, column + COLUMNS))
    spans, covered = _merges(sheet, top, left, bottom, right)
    rows = []
    for r in range(top, bottom + 1):
        squares: list[Square | None] = []
        for c in range(left, right + 1):
            if (r, c) in covered:
                squares.append(None)
                continue
            cell = sheet.at(r, c)
            high, wide = spans.get((r, c), (1, 1))
            text = cell.shown if cell else ""
            number = cell is not None and cell.kind == "n"
            squares.append(Square(text, (r, c) in marks, number, sheet.formulas.get((r, c), ""), high, wide))
        rows.append((r, squares))
    letters = [column_letters(c) for c in range(left, right + 1)]
    return Grid(letters, rows, whole, f"{column_letters(sheet.last_column or 1)}{sheet.last_row}")


def _merges(
    sheet: Sheet, top: int, left: int, bottom: int, right: int
) -> tuple[dict[tuple[int, int], tuple[int, int]], set[tuple[int, int]]]:
    """Spans of merged ranges whose first cell is in the window, cut at its edge, and the places that they cover."""
    spans, covered = {}, set()
    for r1, c1, r2, c2 in sheet.merged:
        if top <= r1 <= bottom and left <= c1 <= right:
            high, wide = min(r2, bottom) - r1 + 1, min(c2, right) - c1 + 1
            spans[r1, c1] = (high, wide)
            covered |= {(r, c) for r in range(r1, r1 + high) for c in range(c1, c1 + wide)} - {(r1, c1)}
    return spans, covered
