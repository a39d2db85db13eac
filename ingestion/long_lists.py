"""Columns as the reader's child tells them → columns of cells: of a list of any length, part by part."""

from __future__ import annotations

from array import array
from typing import Any

from ingestion.cell_columns import CODE, CellColumn


def columns_told(raw: list[Any], rows: int, codes: memoryview) -> tuple[list[CellColumn], memoryview]:
    """The columns of a list that was told at once, and the codes of those of other sheets."""
    made = []
    for number, kinds, texts in raw:
        own = array(CODE)
        own.frombytes(codes[: rows * own.itemsize])
        codes = codes[rows * own.itemsize :]
        made.append(CellColumn(number, kinds, texts, own))
    return made, codes


class _Column:
    def __init__(self) -> None:
        self.kinds: list[str] = []
        self.texts: list[str] = []
        self.codes = array(CODE)

    def blank_to(self, rows: int) -> None:
        """Nothing stands from its last row down to another one."""
        self.codes.frombytes(bytes((rows - len(self.codes)) * self.codes.itemsize))


class LongList:
    """One list. Its codes count on from part to part, so that nothing told before is looked at again.

    told: what was said of the sheet beside its columns.
    """

    def __init__(self) -> None:
        self._columns: dict[int, _Column] = {}
        self._rows = 0
        self.told: dict[str, Any] = {}

    def add(self, part: dict[str, Any], codes: memoryview) -> None:
        if "columns" not in part:
            self.told = part
            return
        first, rows = int(part["first"]), int(part["rows"])
        for told in columns_told(part["columns"], rows, codes)[0]:
            column = self._columns.setdefault(told.number, _Column())
            column.kinds.append(told.kinds)
            column.texts += told.texts
            column.blank_to(first)
            column.codes += told.codes
        self._rows = first + rows

    def columns(self) -> list[CellColumn]:
        """All that was told, from left to right. Only once."""
        made = []
        for number in sorted(self._columns):
            column = self._columns.pop(number)
            column.blank_to(self._rows)
            made.append(CellColumn(number, "".join(column.kinds), column.texts, column.codes))
        return made
