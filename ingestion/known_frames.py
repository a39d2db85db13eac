"""What sheets of one blank have in common, which the reader's child tells once: all cells but the numbers, and where what is.

Of the next sheet on the blank only the other cells travel. A sheet on which a cell of the frame is missing, or that differs
in its formulas, merged or hidden cells, is told in full, and is the frame from then on. Plain data, nothing read into it.
Used by the child; what the parent makes of it stands in workbook.py.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

MOST_FRAMES = 64
MOST_CELLS = 5_000  # of a sheet that can be a frame
Row = tuple[tuple[int, ...], str, tuple[str, ...]]  # columns, kinds, texts


class Told:
    """The frames that the parent knows. A frame has a number (`frame`), which its sheet and those like it carry."""

    def __init__(self) -> None:
        self._frames: dict[tuple[Any, ...], tuple[int, dict[str, Any], dict[int, Row]]] = {}

    def shorten(self, sheets: list[dict[str, Any]]) -> None:
        """Leave out of sheets what was told before, and say of which frame it is."""
        names = tuple(sheet["name"] for sheet in sheets)
        for n, sheet in enumerate(sheets):
            if not sheet["columns"]:
                self._shorten((n, names), sheet)

    def _shorten(self, key: tuple[Any, ...], sheet: dict[str, Any]) -> None:
        cells, facts = sheet["cells"], {k: v for k, v in sheet.items() if k not in ("cells", "rows")}
        if any(after[0] <= row[0] for row, after in pairwise(cells)):
            return  # errors were added at the end
        known = self._frames.get(key)
        if known is not None and known[1] == facts and (others := _others(known[2], cells)) is not None:
            sheet.update(cells=others, frame=known[0], is_like=True)
        elif sum(len(row[1]) for row in cells) <= MOST_CELLS:
            if known is None and len(self._frames) == MOST_FRAMES:
                self._frames.clear()
            number = known[0] if known else len(self._frames)
            self._frames[key] = number, facts, {row[0]: held for row in cells if (held := _texts(row))[0]}
            sheet.update(frame=number)


def _texts(row: list[Any]) -> Row:
    """A row without its numbers."""
    _, columns, kinds, texts = row
    if "n" not in kinds:
        return columns, kinds, texts
    kept = [n for n, kind in enumerate(kinds) if kind != "n"]
    return tuple(columns[n] for n in kept), "".join(kinds[n] for n in kept), tuple(texts[n] for n in kept)


def _others(frame: dict[int, Row], cells: list[list[Any]]) -> list[list[Any]] | None:
    """The cells that are not those of a frame, by row; None where one of the frame's is missing."""
    others, met = [], 0
    for row in cells:
        number, columns, kinds, texts = row
        held = frame.get(number)
        if held is None:
            others.append(row)
            continue
        met += 1
        size = len(held[0])
        if (columns[:size], kinds[:size], texts[:size]) == held:  # numbers stand behind their labels
            if len(columns) > size:
                others.append([number, columns[size:], kinds[size:], texts[size:]])
            continue
        if not set(held[0]) <= set(columns):
            return None
        known = {c: (kind, text) for c, kind, text in zip(*held, strict=True)}
        own = [n for n, c in enumerate(columns) if known.get(c) != (kinds[n], texts[n])]
        if own:
            others.append([number, *([part[n] for n in own] for part in (columns, kinds, texts))])
    return others if met == len(frame) else None
