"""Rows of a list whose cells are plain: told apart and read by column, so that each different cell is looked at once.

Of a plain row nothing has to be said: its key is there, every cell of a column that is read can be read as it stands, and
it is no total, note, formula or merged cell. Every other row is left to be read cell by cell (tables.py).
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ingestion.cell_columns import CODE, CellColumn
from ingestion.columns import Column, Head
from ingestion.model import Content
from ingestion.workbook import Cell, Sheet


@dataclass(frozen=True)
class _Seen:
    """A column of the sheet below the header. blank: its codes where nothing stands, or nothing but spaces."""

    column: CellColumn
    codes: memoryview
    used: frozenset[int]
    blank: frozenset[int]

    def cell(self, code: int) -> Cell:
        """What a code stands for, at no row."""
        return Cell(0, self.column.number, self.column.kinds[code - 1], self.column.texts[code - 1])

    def rows(self, codes: frozenset[int] | set[int]) -> Iterator[int]:
        """Places, counted from the first row below the header, where one of some codes stands."""
        return (n for n, code in enumerate(self.codes) if code in codes) if codes & self.used else iter(())


def _seen(column: CellColumn, head_row: int) -> _Seen:
    codes = memoryview(column.codes)[head_row:]
    used = frozenset(codes)
    blank = {n for n, (kind, text) in enumerate(zip(column.kinds, column.texts, strict=True), 1) if not text.strip()}
    return _Seen(column, codes, used, frozenset({0, *(n for n in blank if column.kinds[n - 1] == "s")}))


class PlainRows:
    """Looks at the rows below a header. slots: the columns that are read; must: those without which a row is none.

    is_aside: whether a row may be none of data, by the column and the text of its first text.
    """

    def __init__(
        self, head: Head, slots: Sequence[Column], must: Sequence[Column], is_aside: Callable[[int, str], bool]
    ) -> None:
        self.sheet, self.head, self.is_aside = head.sheet, head, is_aside
        self.seen = {c.number: _seen(c, head.row) for c in self.sheet.columns}
        self.count = max((len(s.codes) for s in self.seen.values()), default=0)
        self.contents: list[list[Content | None]] = []  # for each slot what its codes say
        self.codes: list[memoryview] = []
        odd = {row - head.row - 1 for row in self._marked(self.sheet) if row > head.row}
        for slot in slots:
            odd.update(self._read(slot))
        for column in must:
            held = self.seen.get(column.number)
            odd.update(held.rows(held.blank) if held else range(self.count))
        odd.update(self._asides())
        self.odd = sorted(odd)

    @staticmethod
    def _marked(sheet: Sheet) -> Iterator[int]:
        """Rows with a cell that has to be looked at by its place."""
        yield from (row for row, _ in sheet.formulas)
        yield from (row for row, _ in sheet.beside)
        yield from (row for row, *_ in sheet.merged)

    def _read(self, slot: Column) -> Iterator[int]:
        """Read a column. Returns the rows in which something is to be said of it."""
        held = self.seen.get(slot.number)
        if held is None:
            self.contents.append([None])
            self.codes.append(memoryview(array(CODE, [0]) * self.count))
            return iter(())
        contents: list[Content | None] = [None] * (len(held.column.texts) + 1)
        odd = set()
        for code in held.used - held.blank:
            contents[code] = slot.reader.plain(held.cell(code))
            if contents[code] is None:
                odd.add(code)
        self.contents.append(contents)
        self.codes.append(held.codes)
        return held.rows(odd)

    def _asides(self) -> Iterator[int]:
        """Rows that may be a total, a note or the header again."""
        left: Sequence[int] = range(self.count)
        for number, held in self.seen.items():
            texts = {c for c in held.used - held.blank if held.column.kinds[c - 1] == "s"}
            aside = {c for c in texts if self.is_aside(number, held.column.texts[c - 1])}
            if aside:
                yield from (n for n in left if held.codes[n] in aside)
            left = [n for n in left if held.codes[n] not in texts] if held.used - texts else ()
            if not left:
                return

    def spans(self) -> Iterator[tuple[int, int, bool]]:
        """The rows below the header as (first, behind the last, plain), top down; of odd ones each alone."""
        start = 0
        for n in self.odd:
            if n > start:
                yield start, min(n, self.count), True
            yield n, n + 1, False
            start = n + 1
        if self.count > start:
            yield start, self.count, True

    def strangers(self) -> Iterator[tuple[int, list[int]]]:
        """Columns that are no field, and the plain rows in which something stands there, counted from the header."""
        odd = set(self.odd)
        for number, held in self.seen.items():
            if number not in self.head.columns and number not in self.head.refused:
                yield number, [n for n in held.rows(held.used - held.blank) if n not in odd]
