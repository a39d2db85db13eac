"""The cells of a sheet that is a long list, by column: each different cell once, and for each row which one stands there.

A list says the same thousands of times, so that what a cell means has to be worked out far less often than it is met.
Used by the reader's child, which makes them, and by those that read the list. Knows no form.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from math import copysign
from typing import Any

LIST_ROWS = 100  # a sheet of so many rows and more is a list …
DENSE = 4  # … if one in so many of its cells is filled: blanks take place here
CODE = "I"  # of an array: four bytes a row
MOST_KNOWN = 10_000  # different cells of a column that a list in pieces remembers
_BLANK = ""  # as the reading library gives it
_NUMBERS = {bool, int, float}


@dataclass(frozen=True)
class CellColumn:
    """One column from row 1 down. codes: for each row 0 where nothing stands, else n for the n-th kind and text."""

    number: int
    kinds: str
    texts: Sequence[str]
    codes: array[int]

    def at(self, row: int) -> tuple[str, str] | None:
        """Kind and text in a row, which is counted from 1."""
        code = self.codes[row - 1] if row <= len(self.codes) else 0
        return (self.kinds[code - 1], self.texts[code - 1]) if code else None

    @property
    def last_row(self) -> int:
        """The last row in which something stands; 0 for none."""
        return next((row for row in range(len(self.codes), 0, -1) if self.codes[row - 1]), 0)


def is_list(rows: Sequence[Sequence[Any]]) -> bool:
    """Whether rows of one length, blanks as empty text, are better held by column."""
    if len(rows) < LIST_ROWS:
        return False
    return DENSE * sum(len(row) - row.count("") for row in rows) >= len(rows) * len(rows[0])


def columns_of(
    rows: Iterable[Sequence[Any]], cell: Callable[[Any], tuple[str, str]], left: int = 1
) -> list[CellColumn]:
    """Columns in which something stands. cell: value → kind and text; left: the number of the first column."""
    made = []
    for number, values in enumerate(zip(*rows, strict=True), start=left):
        different, codes = _coded(values)
        filled = different
        if _is_mixed(values, different):  # each with what it is, as 1, 1.0 and True are one key
            kept, codes = _coded([(type(v), repr(v), v) if v != _BLANK else v for v in values])
            filled = [value for *_, value in kept]
        if filled:
            kinds, texts = zip(*map(cell, filled), strict=True)
            made.append(CellColumn(number, "".join(kinds), texts, codes))
    return made


def _coded(values: Iterable[Any]) -> tuple[list[Any], array[int]]:
    """Different values in the order in which they come, and for each value which one, counted from 1; 0 for a blank."""
    codes: defaultdict[Any, int] = defaultdict(count(1).__next__, {_BLANK: 0})
    coded = array(CODE, map(codes.__getitem__, values))
    return [*codes][1:], coded


class CountedOn:
    """One column of a list that comes in pieces: its codes count on from piece to piece. What was told is not told again
    while there is little of it; of a column of names or sums nearly every cell is another one."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], int] = {("s", _BLANK): 0}
        self._count = 0

    def next(self, piece: CellColumn) -> CellColumn:
        """The next piece with its codes counted on, and only what is new of its kinds and texts."""
        if len(self._known) > MOST_KNOWN:
            self._known = {("s", _BLANK): 0}
        table, fresh = [0], []
        for said in zip(piece.kinds, piece.texts, strict=True):
            code = self._known.get(said)
            if code is None:
                self._count += 1
                code = self._known[said] = self._count
                fresh.append(said)
            table.append(code)
        codes = array(CODE, map(table.__getitem__, piece.codes))
        return CellColumn(piece.number, "".join(k for k, _ in fresh), [t for _, t in fresh], codes)


def _is_mixed(values: Sequence[Any], different: Collection[Any]) -> bool:
    """Whether values that are not the same are one key of a dict: numbers of several types, 0.0 and -0.0."""
    if not _NUMBERS & set(map(type, different)):
        return False
    types = set(map(type, values))
    if len(types & _NUMBERS) > 1:
        return True
    if float not in types or 0.0 not in different:
        return False
    return any(v == 0 and copysign(1, v) < 0 for v in values if type(v) is float)
