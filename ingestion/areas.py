"""Reporting units: today's, registered zones, and those that ended, with their months, names and what replaced them.

A month is text, `2021-12`; a period's units are those of its last month. Changes take effect on 1 January after the year
that area_changes.csv gives, unless boundary_notes.csv knows the month. Not here: what a file or a figure makes of it,
which territory a code had when (boundaries.py).
"""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import Any

from ingestion.area_names import spellings
from ingestion.boundaries import Boundaries
from ingestion.boundary_model import FOUNDS, first_month, month_before, note_key
from ingestion.errors import SetupError, UsageError
from ingestion.rulebook_files import parse, place_of, read_csv
from ingestion.rulebook_model import Area
from ingestion.units import normalise

NATION = "000000"
LONGEST_NAME = 40  # characters of a unit's name with all names above it
MERGED_INTO = (
    "撤销",
    "撤区设区",
)  # what takes over may have stood before; every other change of a code makes a new unit


def last_month(period: str) -> str:
    """`2023` → `2023-12`; a month is itself; of a range its end."""
    end = period.rpartition("/")[2]
    return end[:7] if len(end) > 4 else f"{end}-12"


class AreaDirectory:
    """The part of the rule book that knows the units. Everything is read on first use."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @cached_property
    def area_changes(self) -> list[dict[str, str]]:
        """Renamings, mergers and moves, as areas/area_changes.csv has them."""
        return self._dated("area_changes.csv")

    @cached_property
    def boundary_notes(self) -> list[dict[str, str]]:
        """What the change list leaves open or has wrong, each with its reason: extent, month, moves that it lacks."""
        return self._dated("boundary_notes.csv")

    def _dated(self, name: str) -> list[dict[str, str]]:
        """Rows with a year, and a month where they have one. Raises SetupError."""
        path = self.root / "areas" / name
        rows = read_csv(path)
        for line, row in enumerate(rows, start=2):
            if not re.fullmatch(r"20\d\d", row["year"]):
                raise SetupError(f"{place_of(path)}: line {line}: 年份“{row['year']}”应如 2021 (year not understood)")
            month = row.get("effective") or ""
            if month and not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", month):
                raise SetupError(f"{place_of(path)}: line {line}: 生效月份“{month}”应如 2021-04 (month not understood)")
        return rows

    @cached_property
    def boundaries(self) -> Boundaries:
        """Territories of units over time."""
        return Boundaries(self)

    @cached_property
    def _first_months(self) -> list[tuple[dict[str, str], str]]:
        """Rows of the change list, each with the first month of the new state."""
        notes = {note_key(n): n for n in self.boundary_notes}
        return [(r, first_month(r, notes.get(note_key(r)))) for r in self.area_changes]

    @cached_property
    def _begun(self) -> dict[str, str]:
        """Codes that a change made, with their first month."""
        return {n["new_code"]: first_month(n, n) for n in self.boundary_notes if n["extent"] == FOUNDS} | {
            r["new_code"]: month
            for r, month in self._first_months
            if r["new_code"] and r["new_code"] != r["old_code"] and r["type_zh"] not in MERGED_INTO
        }

    @cached_property
    def areas(self) -> dict[str, Area]:
        """Units of today by six-digit code; zones (non-statutory units) included."""
        path = self.root / "areas" / "areas.csv"
        found = {}
        for r in read_csv(path):
            data: dict[str, Any] = {**r, "valid_from": self._begun.get(r["code"])}
            found[r["code"]] = parse(Area, data, path, r["code"])
        path = self.root / "areas" / "zones.csv"
        for r in read_csv(path):
            data = {
                **{k: r[k] for k in ("code", "name_zh", "short_zh", "parent_code")},
                "name_en": "", "level": "county", "note": r["source"], "is_zone": True,
                "valid_from": r["valid_from"] or None, "valid_to": r["valid_to"] or None,
                "also": r["also"].split(";") if r["also"] else [],
            }  # fmt: skip
            found[r["code"]] = parse(Area, data, path, r["code"])
        return found

    @cached_property
    def former_areas(self) -> dict[str, Area]:
        """Units that ended, under the codes that they had. Their parent is the one that the code is made of."""
        found: dict[str, Area] = {}
        path = self.root / "areas" / "area_changes.csv"
        for r, month in self._first_months:
            code = r["old_code"]
            if not code or code in self.areas:
                continue
            above = next((a for a in (f"{code[:4]}00", f"{code[:2]}0000") if a in self.areas), "")
            data = {
                "code": code, "name_zh": r["old_name"], "short_zh": "", "name_en": "", "level": "county",
                "parent_code": above, "note": r["source"], "valid_from": self._begun.get(code), "valid_to": month_before(month),
            }  # fmt: skip
            found[code] = parse(Area, data, path, code)
        return found

    @cached_property
    def all_areas(self) -> dict[str, Area]:
        """Units of every time."""
        return {**self.areas, **self.former_areas}

    def area(self, code: str) -> Area:
        """A unit of today or one that ended."""
        try:
            return self.all_areas[code]
        except KeyError:
            raise UsageError(f"没有地区代码 {code} (unknown area code; six digits as in rulebook/areas)") from None

    @cached_property
    def changed_areas(self) -> set[str]:
        """Codes on either side of a renaming, merger or move."""
        return {r[k] for r in self.area_changes for k in ("old_code", "new_code") if r[k]}

    @cached_property
    def successors(self) -> dict[str, str]:
        """Code that is no longer in use → what to file under instead, in words: year, what happened, code and name."""
        found: dict[str, list[str]] = {}
        for r in self.area_changes:
            if r["old_code"] in self.former_areas:
                now = f"{r['new_code']} {r['new_name']}".strip() or "已撤销，按并入的单位填报"
                found.setdefault(r["old_code"], []).append(f"{r['year']}年{r['type_zh']}：{now}")
        return {code: "；".join(words) for code, words in found.items()}

    def predecessors_in_words(self, code: str) -> str:
        """What a unit was made of: year, what happened, codes and names; empty where nothing is known."""
        words = [
            f"{r['year']}年{r['type_zh']}" + (f"：{r['old_code']} {r['old_name']}" if r["old_code"] else "")
            for r in self.area_changes
            if r["new_code"] == code and r["old_code"] != code
        ]
        return "；".join(words)

    def codes_of_then(self, code: str, period: str) -> set[str]:
        """Other codes under which the same county may have filed a period: what a unit that did not exist yet was made of,
        and what did not exist yet and is made of a unit that did."""
        if code not in self.changed_areas:
            return set()
        month = last_month(period)
        pairs = [(r["old_code"], r["new_code"]) for r in self.area_changes if r["old_code"] and r["new_code"]]
        if not self.area(code).is_valid(month):
            return {old for old, new in pairs if new == code and old != code}
        later = {new for old, new in pairs if old == code and new != code and new in self.all_areas}
        return {new for new in later if not self.area(new).is_valid(month)}

    def names_of(self, code: str) -> set[str]:
        """Every name of a unit, normalised: full, short, printed otherwise, and borne earlier under the same code."""
        area = self.area(code)
        earlier = [r["old_name"] for r in self.area_changes if r["old_code"] == code]
        return {normalise(n) for n in (area.name_zh, area.short_zh, *area.also, *earlier) if n}

    @cached_property
    def children(self) -> dict[str, list[str]]:
        """Areas of today directly below one."""
        return _by_parent(self.areas)

    @cached_property
    def all_children(self) -> dict[str, list[str]]:
        """The same with those that ended."""
        return _by_parent(self.all_areas)

    def children_in(self, code: str, period: str) -> list[str]:
        """Areas that stood directly below one in the last month of a period."""
        month = last_month(period)
        return sorted(c for c in self.all_children.get(code, []) if self.all_areas[c].is_valid(month))

    def is_basic(self, code: str) -> bool:
        """Whether a unit, of today or one that ended, fills in returns: totals of areas are made of these alone."""
        return code in self.basic_units or code in self.former_areas

    @cached_property
    def basic_units(self) -> set[str]:
        """Units of today that fill in returns: counties, zones, and cities without counties."""
        return {
            a.code
            for a in self.areas.values()
            if a.level == "county" or (a.level == "city" and not self.children.get(a.code))
        }

    def basic_units_in(self, period: str) -> set[str]:
        """Units that filled in returns in the last month of a period."""
        month = last_month(period)
        return {c for c in (*self.basic_units, *self.former_areas) if self.area(c).is_valid(month)}

    @cached_property
    def _below(self) -> dict[str, dict[str, list[str]]]:
        return {}  # month → unit → those below it, filled as they are asked for

    def basic_units_below(self, code: str, period: str) -> list[str]:
        """Of `basic_units_in` those that lie below a unit, sorted. Worked out once a month for all units: each return asks."""
        month = last_month(period)
        if month not in self._below:
            found = self._below[month] = {}
            for unit in sorted(self.basic_units_in(period)):
                above = self.all_areas[unit].parent_code
                while above:
                    found.setdefault(above, []).append(unit)
                    above = self.all_areas[above].parent_code if above in self.all_areas else ""
        return self._below[month].get(code, [])

    def province_of(self, code: str) -> str:
        """The province-level unit above, by the parent chain (兵团 counties are 659xxx but belong to 660000)."""
        area = self.area(code)
        while area.level not in ("province", "national"):
            area = self.area(area.parent_code)
        return area.code

    def find_area(self, name: str, within: str = NATION, level: str | None = None) -> list[str]:
        """Codes of today's units with that full, short or otherwise printed name, below `within`; of a name that begins
        with those above it (湖北省武汉市东西湖区) the unit there. Several: ask."""
        wanted = normalise(name)
        found = [c for c in self._areas_spelled.get(wanted, ()) if self.is_within(c, within)]
        if not found and len(wanted) <= LONGEST_NAME:
            above = (
                (n, c) for end in range(2, len(wanted)) for n in [wanted[:end]] for c in self._areas_spelled.get(n, ())
            )
            held = (c for n, up in above if up != NATION and self.is_within(up, within)
                    for c in self.find_area(wanted[len(n):], up) if c != up)  # fmt: skip
            found = list(dict.fromkeys(held))
        return [c for c in found if level is None or self.areas[c].level == level]

    @cached_property
    def _areas_spelled(self) -> dict[str, list[str]]:
        """Every spelling → the codes of today's units that bear it, in their order."""
        provinces = {a.short_zh for a in self.areas.values() if a.level == "province"}
        found: dict[str, list[str]] = {}
        for area in self.areas.values():
            names = {area.name_zh, area.short_zh, *area.also} - {""}
            if area.level in ("city", "county"):
                made = spellings(area.name_zh)
                names |= made if area.name_zh.endswith(("市", "县", "区")) else made - provinces  # 海南: the province
            for name in names:
                found.setdefault(normalise(name), []).append(area.code)
        return found

    def is_within(self, code: str, ancestor: str) -> bool:
        while code:
            if code == ancestor:
                return True
            code = self.all_areas[code].parent_code if code in self.all_areas else ""
        return False


def _by_parent(areas: dict[str, Area]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for area in areas.values():
        found.setdefault(area.parent_code, []).append(area.code)
    return found
