"""The seeds that say what changed in the territories of units: breaks, changes inside a year, heirs of plans.

Not here: the units themselves and the other seeds (seeds.py), how the changes are read (boundaries.py).
"""

from __future__ import annotations

from ingestion.areas import AreaDirectory
from ingestion.boundary_model import Opening


def breaks(c: AreaDirectory) -> list[list[str]]:
    """First months that cannot be compared with the one before, under the codes of then. accum: `flow`, or all."""
    rows = {(area, b.month, b.accum) for area, held in c.boundaries.breaks.items() for b in held}
    return [["area_code", "month", "accum"], *(list(row) for row in sorted(rows))]


def histories(c: AreaDirectory) -> list[list[str]]:
    """Codes whose sum is today's area, in the months in which each counts; of areas whose past was another."""
    rows = {
        (area, one.code, one.start or "", one.end or "")
        for area, history in c.boundaries.histories.items()
        for one in history.members
    }
    return [["area_code", "unit_code", "valid_from", "valid_to"], *(list(row) for row in sorted(rows))]


def openings(c: AreaDirectory) -> list[list[str]]:
    """Units of a change inside a year. side: before (taken off in the first month) or after."""
    rows = [["opening_id", "month", "side", "unit_code", "units", "is_known"]]
    for number, one in enumerate(c.boundaries.openings, start=1):
        units = len(one.before) + len(one.after)
        rows += [
            [str(number), one.month, side, unit, str(units), str(one.is_known).lower()]
            for side, codes in (("before", one.before), ("after", one.after))
            for unit in codes
        ]
    return rows


def opening_areas(c: AreaDirectory) -> list[list[str]]:
    """Areas to whose flow a change inside a year adds: those above all of its units, and its only successor."""
    rows = [["opening_id", "area_code", "basis"]]
    for number, one in enumerate(c.boundaries.openings, start=1):
        above = [a for a in c.areas if a not in one.after and _holds(c, a, one)]
        single = one.after if len(one.after) == 1 else ()
        rows += [[str(number), area, "summed"] for area in above] + [[str(number), area, "filed"] for area in single]
    return rows


def _holds(c: AreaDirectory, area: str, opening: Opening) -> bool:
    return all(c.is_within(unit, area) for unit in (*opening.before, *opening.after))


def heirs(c: AreaDirectory) -> list[list[str]]:
    """Units that went as a whole into another one: month is the first in which the heir stands for them."""
    return [["unit_code", "heir_code", "month"], *(list(row) for row in sorted(c.boundaries.heirs))]


def followers(c: AreaDirectory) -> list[list[str]]:
    """Who holds a unit's territory, or parts of it, from a month on: other units, and itself where its code stands on."""
    moved = [one for one in c.boundaries.changes if one.old != one.new]
    rows = {(one.old, one.new, one.month) for one in moved}
    rows |= {(one.old, one.old, one.month) for one in moved if c.area(one.old).is_valid(one.month)}
    return [["unit_code", "follower_code", "month"], *(list(row) for row in sorted(rows))]
