"""Forms: a label and its text, side by side or one below the other. Kept as they are printed; nothing in them is a figure.

Not here: the tables of a form, which are lists (publication_lists.py).
"""

from __future__ import annotations

from ingestion.layout_model import LayoutSheet
from ingestion.model import Listed, ListedValue
from ingestion.publication_cells import PageContext
from ingestion.publication_lists import parts_of
from ingestion.units import normalise
from ingestion.workbook import Cell


def read_pairs(context: PageContext, spec: LayoutSheet) -> None:
    """Read one view, down to where the next begins; a label that lacks and a cell that no label explains are findings."""
    sheet = context.sheet
    end = sheet.find(spec.until) if spec.until else None
    last = end.row - 1 if end else sheet.last_row
    labels = {normalise(pair.label) for pair in spec.pairs}
    used: set[tuple[int, int]] = set()
    values: dict[str, ListedValue] = {}
    for pair in spec.pairs:
        label = sheet.find(pair.label)
        if label is None or label.row > last:
            context.lacks_header(pair.label)
            continue
        used.add((label.row, label.column))
        cell = _below(context, label, last) if pair.at == "below" else _right_of(context, label)
        if cell is None or normalise(cell.text) in labels:
            zh, en = f"{label.address}“{label.shown}”没有内容", f"{label.address} has no text"
            context.find("FDM-001", "warning", zh, en, label.address, label.shown)
            continue
        used.add((cell.row, cell.column))
        values |= parts_of(context, cell, pair.id, pair.pattern)
    for place, cell in sorted(sheet.cells.items()):
        if cell.row <= last and place not in used and normalise(cell.text) not in map(normalise, spec.ignore_rows):
            context.unread_row(cell)
    if values:
        first = min(used)
        at = sheet.cells[first].address
        context.result.listed.append(Listed(first[0], sheet.name, at, "form", "", {}, values))


def _right_of(context: PageContext, label: Cell) -> Cell | None:
    columns = range(label.column + 1, context.sheet.last_column + 1)
    return next((c for at in columns if (c := context.sheet.at(label.row, at))), None)


def _below(context: PageContext, label: Cell, last: int) -> Cell | None:
    return next((c for row in range(label.row + 1, last + 1) if (c := context.sheet.at(row, label.column))), None)
