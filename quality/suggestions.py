"""Which other cells to look at for a finding: the operands of its rule in the same row, as a person would check them.

Nothing is changed and none is accused: which of them is wrong is for the respondent to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ingestion.catalogue import Catalogue
from ingestion.model import Finding
from ingestion.workbook import column_letters, is_address, split_address
from quality.audit.compile import compiled_form

SHOWN = 8  # cells or ranges


def cells_to_check(f: Finding, form: str | None, places: Mapping[str, Sequence[str]], catalogue: Catalogue) -> str:
    """Addresses on the sheet of the finding, runs of a column as ranges; "" where the rule has no other cell there.

    places: field → sheet and cell, or `table.field` → sheet and column letters.
    """
    if form not in catalogue.forms or not is_address(f.cell):
        return ""
    row = split_address(f.cell)[0]
    found: list[tuple[int, int]] = []
    for check in compiled_form(form, catalogue).checks:
        if check.rule.id != f.rule or f.field not in check.fields:
            continue
        for name in check.fields:
            place = places.get(name) or places.get(f"{check.over.id}.{name}")
            if place is None or place[0] != f.sheet:
                continue
            address = place[1] if is_address(place[1]) else f"{place[1]}{row}"
            if address != f.cell:
                found.append(split_address(address))
    return "、".join(_ranges(sorted(set(found), key=lambda p: (p[1], p[0])))[:SHOWN])


def _ranges(places: Sequence[tuple[int, int]]) -> list[str]:
    """Rows that follow each other in one column as one range."""
    runs: list[list[tuple[int, int]]] = []
    for place in places:
        if runs and runs[-1][-1] == (place[0] - 1, place[1]):
            runs[-1].append(place)
        else:
            runs.append([place])
    names = [[f"{column_letters(c)}{r}" for r, c in run] for run in runs]
    return [run[0] if len(run) == 1 else f"{run[0]}:{run[-1]}" for run in names]
