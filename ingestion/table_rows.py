"""The rows of one table of a return, kept so that a national list fits into memory.

Of a cell only what it says is held, and that once for all cells of a column that say the same: what its place adds
(sheet, cell, unit) is put to it when a value is asked for. Plain data; no reading, no judging.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

from ingestion.cell_columns import CODE
from ingestion.model import CellValue, Content, TableRow, Value

if TYPE_CHECKING:
    import pyarrow as pa

Coded = tuple[Sequence[Value | None], "array[int]"]  # values, and for each row which of them it holds


@dataclass(frozen=True)
class Slot:
    """Where the values of one field stand. unit: the base unit of its numbers, None for everything else."""

    field: str
    letters: str
    unit: str | None


class TableRows(Sequence[TableRow]):
    """Rows of one sheet, top down. slots: the fields that may be filled, in the order in which a row lists them.

    contents: for each slot what its cells say, the first of them nothing; codes: for each slot and row which of these.
    """

    def __init__(self, sheet: str, slots: Sequence[Slot]) -> None:
        self.sheet, self.slots = sheet, tuple(slots)
        self.order = {slot.field: n for n, slot in enumerate(self.slots)}
        self.row_nos: list[int] = []
        self.contents: list[list[Content | None]] = [[None] for _ in self.slots]
        self.codes: list[array[int]] = [array(CODE) for _ in self.slots]
        self._known: list[dict[int, int]] = [{} for _ in self.slots]  # id of a content, which is held here → its code

    def add(self, row_no: int, contents: Sequence[Content | None]) -> None:
        """A row of the sheet: for each slot what stands there, None where nothing was read."""
        self.row_nos.append(row_no)
        for held, codes, known, content in zip(self.contents, self.codes, self._known, contents, strict=True):
            code = 0 if content is None else known.get(id(content))
            if code is None:
                code = known[id(content)] = len(held)
                held.append(content)
            codes.append(code)

    def expect(self, contents: Sequence[list[Content | None]]) -> None:
        """What the cells of each slot say, before any row: `extend` adds rows by the codes of these."""
        self.contents = list(contents)

    def extend(self, row_nos: Sequence[int], codes: Sequence[memoryview]) -> None:
        """Rows at once: for each slot the codes of what stands there."""
        self.row_nos += row_nos
        for held, more in zip(self.codes, codes, strict=True):
            held.frombytes(more.cast("B"))

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
            slot.field: CellValue(said[0], said[1], slot.unit, sheet, f"{slot.letters}{row_no}", said[2])
            for slot, held, codes in zip(self.slots, self.contents, self.codes, strict=True)
            if (said := held[codes[n]]) is not None
        }
        return TableRow(row_no, sheet, values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    def values(self, field: str) -> list[Value | None]:
        """One field of every row, in the base unit; None: nothing there."""
        return _spread(*self.coded(field))

    def filed(self, field: str) -> list[Value | None]:
        """One field of every row, in the unit of the form."""
        return _spread(*self.coded_as_filed(field))

    def coded(self, field: str) -> Coded:
        """As `values`: the different ones (some may be there twice, or in no row), and for each row which one."""
        return self._column(field, 0)

    def coded_as_filed(self, field: str) -> Coded:
        """As `filed`, coded."""
        return self._column(field, 1)

    def said(self, field: str) -> tuple[Sequence[Content | None], array[int]]:
        """The different contents of a field's cells, coded as `values` are."""
        at = self.order.get(field)
        if at is None:
            return [None], array(CODE, bytes(len(self) * array(CODE).itemsize))
        return self.contents[at], self.codes[at]

    def _column(self, field: str, part: int) -> Coded:
        held, codes = self.said(field)
        return [None if content is None else content[part] for content in held], codes


def as_indices(codes: array[int]) -> pa.Array:
    """Codes of rows for Arrow, without a copy."""
    import pyarrow as pa

    return pa.Array.from_buffers(pa.uint32(), len(codes), [None, pa.py_buffer(codes)])


def _spread(values: Sequence[Value | None], codes: Sequence[int]) -> list[Value | None]:
    return list(map(values.__getitem__, codes))


class FiledRow(Mapping[str, Value]):
    """The fields of one row that are filled, in the units of the form."""

    __slots__ = ("_n", "_rows")

    def __init__(self, rows: TableRows, n: int) -> None:
        self._rows, self._n = rows, n

    def get(self, name: str, default: Any = None) -> Any:
        at = self._rows.order.get(name)
        held = None if at is None else self._held(at)
        return default if held is None else held[1]

    def _held(self, at: int) -> Content | None:
        return self._rows.contents[at][self._rows.codes[at][self._n]]

    def __getitem__(self, name: str) -> Value:
        held = self._held(self._rows.order[name])
        if held is None:
            raise KeyError(name)
        return held[1]

    def __iter__(self) -> Iterator[str]:
        return (name for name, at in self._rows.order.items() if self._held(at) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


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
        return FiledRow(self.rows, range(len(self))[n])

    def column(self, field: str) -> list[Value | None]:
        return self.rows.filed(field)

    def coded(self, field: str) -> Coded:
        return self.rows.coded_as_filed(field)
