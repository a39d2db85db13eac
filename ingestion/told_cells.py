"""How cells travel from the reader's child to its parent: by row as [row, columns, kinds, texts], kinds being one letter a cell.

n number, s text, d date or time, b boolean, e error. Numbers travel as the shortest text that gives the same double back, so
nothing is rounded on the way.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import Any

from ingestion.opening_facts import SheetFacts

MORE = 1 << 63  # of the length of a part: another one follows
# an error value that was pasted as text, or saved in separated text, is one
_ERRORS = {"#REF!", "#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#VALUE!", "#SPILL!", "#CALC!"}


def cell_of(value: Any) -> tuple[str, str]:
    """Kind and text of what is not blank, as the fast reader gives it."""
    if type(value) is str:  # most cells
        return ("e", value) if value in _ERRORS else ("s", value)
    if isinstance(value, bool):
        return "b", str(value).lower()
    if isinstance(value, (int, float)):
        return ("n" if math.isfinite(value) else "e"), repr(value)  # NaN, or too large for a double: no number
    return "d", str(value) if isinstance(value, dt.timedelta) else value.isoformat()


def row_of(row: int, cells: Sequence[tuple[int, str, str]]) -> list[Any]:
    """A row as it travels. cells: column, kind, text."""
    columns, kinds, texts = zip(*cells, strict=True)
    return [row, columns, "".join(kinds), texts]


def travelling(row: int, values: Sequence[Any], start: int = 0) -> list[Any] | None:
    """The cells of a row from one on, as they travel; None where nothing stands there."""
    filled = [(c, *cell_of(value)) for c, value in enumerate(values[start:], start=start + 1) if value != ""]
    return row_of(row, filled) if filled else None


def sheet_of(name: str, visible: bool, cells: list[list[Any]], facts: SheetFacts) -> dict[str, Any]:
    hidden = [facts.hidden_rows, facts.hidden_columns]
    return {"name": name, "visible": visible, "cells": cells, "columns": [], "rows": 0,
            "formulas": facts.formulas, "merged": facts.merged, "hidden": hidden, "cut": []}  # fmt: skip
