"""The map of cells on the hidden sheet of our blanks: what stood where when the workbook was handed out.

Values are still found by code and label, since rows move. The map says what a cell was for whose code and label are gone,
so that an answer there is asked for and not only left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from ingestion.workbook import Sheet

MAP_COLUMN = 4  # counted from 1; keys and values stand left of it
MAP_HEAD = ("sheet", "cell", "set", "field", "code", "unit")
CellMap = Mapping[tuple[str, str], str]  # (sheet, address) → field: the cell of an item, the header cell of a column


def cell_map(hidden: Sheet | None) -> CellMap:
    """The map of a workbook; empty for a workbook that is no blank of ours."""
    if hidden is None:
        return {}
    return _map_of_frame(hidden.frame) if hidden.frame and not hidden.own else _map(hidden)


def _map(hidden: Sheet) -> CellMap:
    columns = range(MAP_COLUMN, MAP_COLUMN + len(MAP_HEAD))
    rows = ([hidden.text(row, column) for column in columns] for row in range(1, hidden.last_row + 1))
    return {
        (sheet, cell): field for sheet, cell, _, field, *_ in rows if cell and field and (sheet, cell) != MAP_HEAD[:2]
    }


_map_of_frame = lru_cache(maxsize=64)(_map)
