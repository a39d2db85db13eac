"""The rows of one table of a return, kept so that a national list fits into memory.

Of a cell only what it says is held, and that once for all cells of a column that say the same: what its place adds
(sheet, cell, unit) is put to it when a value is asked for. Plain data; no reading, no judging.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import overload

from ingestion.model import CellValue, Content, TableRow, Value


@dataclass(frozen=True)
class Slot:
    """Where the values of one field stand. unit: the base unit of its numbers, None for everything else."""

    field: str
    letters: str
    unit: str | None


class TableRows(Sequence[TableRow]):
    """Rows of one sheet, top down. slots: the fields that may be filled, in the order in which a row lists them."""

    def __init__(self, sheet: str, slots: Sequence[Slot]) -> None:
        self.sheet, self.slots = sheet, tuple(slots)
        self.order = {slot.field: n for n, slot in enumerate(self.slots)}
        self.row_nos: list[int] = []
        self.contents: list[Sequence[Content | None]] = []

    def add(self, row_no: int, contents: Sequence[Content | None]) -> None:
        """A row of the sheet: for each slot what stands there, None where nothing was read."""
        self.row_nos.append(row_no)
        self.contents.append(contents)

    def __len__(self) -> int:
        return len(self.row_nos)

    @overload
    def __getitem__(self, n: int) -> TableRow: ...
    @overload
    def __getitem__(self, n: slice) -> list[TableRow]: ...
    def __getitem__(self, n: int | slice) -> TableRow | list[TableRow]:
        if isinstance(n, slice):
            return [self[i] for i in range(*n.indices(len(self)))]
        row_no, sheet = self.row_nos[n], self.sheet
        values = {
            slot.field: CellValue(held[0], held[1], slot.unit, sheet, f"{slot.letters}{row_no}", held[2])
            for slot, held in zip(self.slots, self.contents[n], strict=True)
            if held is not None
        }
        return TableRow(row_no, sheet, values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    def values(self, field: str) -> list[Value | None]:
        """One field of every row, in the base unit; None: nothing there."""
        return self._column(field, 0)

    def filed(self, field: str) -> list[Value | None]:
        """One field of every row, in the unit of the form."""
        return self._column(field, 1)

    def _column(self, field: str, part: int) -> list[Value | None]:
        at = self.order.get(field)
        if at is None:
            return [None] * len(self)
        return [None if (content := held[at]) is None else content[part] for held in self.contents]


class FiledRow(Mapping[str, Value]):
    """The fields of one row that are filled, in the units of the form."""

    __slots__ = ("_contents", "_order")

    def __init__(self, order: Mapping[str, int], contents: Sequence[Content | None]) -> None:
        self._order, self._contents = order, contents

    def __getitem__(self, name: str) -> Value:
        held = self._contents[self._order[name]]
        if held is None:
            raise KeyError(name)
        return held[1]

    def __iter__(self) -> Iterator[str]:
        return (name for name, at in self._order.items() if self._contents[at] is not None)

    def __len__(self) -> int:
        return sum(held is not None for held in self._contents)


class FiledRows(Sequence[FiledRow]):
    """The rows of a table in the units of its form, as rules look at them."""

    def __init__(self, rows: TableRows) -> None:
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, n: int) -> FiledRow: ...
    @overload
    def __getitem__(self, n: slice) -> list[FiledRow]: ...
    def __getitem__(self, n: int | slice) -> FiledRow | list[FiledRow]:
        if isinstance(n, slice):
            return [self[i] for i in range(*n.indices(len(self)))]
        return FiledRow(self.rows.order, self.rows.contents[n])

    def column(self, field: str) -> list[Value | None]:
        return self.rows.filed(field)
