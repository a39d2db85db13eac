"""What sheets of one blank have in common, which the reader's child tells once: all cells but the numbers, and where what is.

Of the next sheet on the blank only the other cells travel. A sheet on which a cell of the frame is missing, or that differs
in its formulas, merged or hidden cells, is told in full, and is the frame from then on. Plain data, nothing read into it.
Used by the child; what the parent makes of it stands in workbook.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

MOST_FRAMES = 64
MOST_CELLS = 5_000  # of a sheet that can be a frame
Row = tuple[tuple[int, ...], str, tuple[str, ...]]  # columns, kinds, texts
Travelling = Callable[[int, Sequence[Any], int], list[Any] | None]


class _Frame(NamedTuple):
    """facts: all that is known of the sheet but its cells. starts: the rows of nothing but text, as the library gives them."""

    number: int
    facts: dict[str, Any]
    rows: dict[int, Row]
    starts: dict[int, list[str]]


class Told:
    """The frames that the parent knows. A frame has a number (`frame`), which its sheet and those like it carry."""

    def __init__(self) -> None:
        self._frames: dict[tuple[int, tuple[str, ...]], _Frame] = {}

    def is_told(
        self, names: tuple[str, ...], sheet: dict[str, Any], values: Sequence[Sequence[Any]], travelling: Travelling
    ) -> bool:
        """Whether a sheet is on a frame; it then gets the other cells, as their rows, columns, kinds and texts.

        names: of all sheets. sheet: without its cells. values: its rows, blanks as empty text. travelling: number of a row,
        its values, from which on → the row as it travels, None where nothing stands there.
        """
        frame = self._frames.get((names.index(sheet["name"]), names))
        if frame is None or frame.facts != _facts(sheet):
            return False
        others, met = list[list[Any]](), 0
        for number, held in enumerate(values, start=1):
            start = frame.starts.get(number)
            if start is not None and held[: len(start)] == start:
                met += 1
                rest = held[len(start) :]
                row = travelling(number, held, len(start)) if rest.count("") < len(rest) else None
            else:
                row, known = travelling(number, held, 0), frame.rows.get(number)
                if known is not None:
                    met += 1
                    row = None if row is None else _own(known, row)
                    if row is None:
                        return False
            if row is not None and row[1]:
                others.append(row)
        if met < len(frame.rows):
            return False
        rows = [number for number, columns, *_ in others for _ in columns]
        columns, kinds, texts = ([held for row in others for held in row[part]] for part in (1, 2, 3))
        sheet.update(cells=[rows, columns, "".join(kinds), texts], frame=frame.number, is_like=True)
        return True

    def tell(self, sheets: list[dict[str, Any]]) -> None:
        """Say of sheets that are on no frame that they are one from now on."""
        names = tuple(sheet["name"] for sheet in sheets)
        for n, sheet in enumerate(sheets):
            if not sheet["columns"] and not sheet.get("is_like"):
                self._tell((n, names), sheet)

    def _tell(self, key: tuple[int, tuple[str, ...]], sheet: dict[str, Any]) -> None:
        cells, facts = sheet["cells"], _facts(sheet)
        if any(after[0] <= row[0] for row, after in pairwise(cells)):
            return  # errors were added at the end
        if sum(len(row[1]) for row in cells) <= MOST_CELLS:
            known = self._frames.get(key)
            if known is None and len(self._frames) == MOST_FRAMES:
                self._frames.clear()
            number = known.number if known else len(self._frames)
            rows = {row[0]: held for row in cells if (held := _texts(row))[0]}
            self._frames[key] = _Frame(number, facts, rows, {n: s for n, row in rows.items() if (s := _start(row))})
            sheet.update(frame=number)


def _facts(sheet: dict[str, Any]) -> dict[str, Any]:
    return {name: held for name, held in sheet.items() if name not in ("cells", "rows")}


def _texts(row: list[Any]) -> Row:
    """A row without its numbers."""
    _, columns, kinds, texts = row
    if "n" not in kinds:
        return columns, kinds, texts
    kept = [n for n, kind in enumerate(kinds) if kind != "n"]
    return tuple(columns[n] for n in kept), "".join(kinds[n] for n in kept), tuple(texts[n] for n in kept)


def _start(row: Row) -> list[str]:
    """A row of texts as the library gives it, down to the last of them; empty where anything else is in it."""
    columns, kinds, texts = row
    if kinds.strip("s"):
        return []
    held = dict(zip(columns, texts, strict=True))
    return [held.get(column, "") for column in range(1, columns[-1] + 1)]


def _own(frame: Row, row: list[Any]) -> list[Any] | None:
    """The cells of a row that are not those of the frame; None where one of the frame's is missing."""
    number, columns, kinds, texts = row
    if not set(frame[0]) <= set(columns):
        return None
    known = {c: (kind, text) for c, kind, text in zip(*frame, strict=True)}
    own = [n for n, c in enumerate(columns) if known.get(c) != (kinds[n], texts[n])]
    return [number, *([part[n] for n in own] for part in (columns, kinds, texts))]
