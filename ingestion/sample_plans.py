"""The plans behind the sample returns of 北京: which communities each version lists, when works begin and end, who pays.

Totals meet the published ones for any seed. Not here: one community (sample_communities.py), the rows of the returns
(sample_numbers.py, sample_rosters.py, sample_effects.py).

411 started of 400 planned (published for 2022-12) cannot stand in returns that keep J2-005 and J2-006: all stages add
up to the plan in force, so no more can have started than are planned. The published plan (400, 213,000 households)
is version V2 here. Version V3 of 26 December, the sample's own, lists 11 buildings apart from the community they
stood in: 411 communities, the same 213,000 households, all started.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ingestion.catalogue import Catalogue
from ingestion.errors import SetupError
from ingestion.sample_communities import (
    BASE,
    MIX,
    NEVER,
    Community,
    apportion,
    communities,
    month_no,
    share_out,
)

PROVINCE = "110000"
FIRST, LAST = (2022, 10), (2023, 12)
CONFIRMED = {
    2022: {1: dt.date(2022, 1, 20), 2: dt.date(2022, 6, 15), 3: dt.date(2022, 12, 26)},
    2023: {1: dt.date(2023, 1, 20), 2: dt.date(2023, 6, 20)},
}
OFF_PLAN, IDLE, STALLED = "110112", "110109", "110105"  # the units whose returns warn: see samples.py

FINAL = 3  # no version comes later
# Months without a published total: the sample's own, between the published ones. Year to date.
OWN_STARTS = {
    2022: {3: 90, 4: 190, 6: 315, 7: 335, 8: 352, 9: 370, 10: 384, 11: 395},
    2023: {1: 30, 2: 38, 3: 84, 4: 131, 5: 186, 7: 238, 10: 282, 11: 290, 12: 296},
}
# What version V2 takes out and puts in, unit by unit. In 2023 it leaves 300 of 301: 237 and 270 started are printed
# as 79 % and 90.0 %, which only a plan of 300 gives.
SWAPS = {2022: ((3, 3), (3, 3), (2, 2), (2, 2), (1, 1), (1, 1)), 2023: ((2, 1), (1, 2), (1, 1), (1, 0))}
SIZE = {"110101": 28, "110102": 34, "110105": 62, "110106": 40, "110107": 14, "110108": 56}  # the inner districts
OTHER_SIZE = 9
SMALLEST = 6  # communities a unit has at least
AREA_PER_HOUSEHOLD = 78
SPLIT_HOUSEHOLDS = 48  # at most, of the two buildings that look like a community split up
HOUSEHOLDS_2023 = 93_600  # gives the published 702 万平方米 at 75 m² each


@dataclass(frozen=True)
class Published:
    """What the sample must add up to, read from the rule book's control totals."""

    plan_2022: int
    households_first: int
    households: int
    started_2022: dict[int, int]
    plan_2023: int
    area_2023: int
    started_2023: dict[int, int]

    @classmethod
    def read(cls, book: Catalogue) -> Published:
        values = {t.total_id: int(t.value) for t in book.control_totals}

        def get(key: str, what: str, end: str) -> int:
            try:
                return values[f"{key}-{PROVINCE}-{what}-{end}"]
            except KeyError as error:
                raise SetupError(f"rulebook/control_totals.csv: the samples need {error}") from None

        starts = "start_communities"
        return cls(
            get("T2212", "plan_communities", "20221231-a"),
            get("T2205", "plan_households", "20221231-a"),
            get("T2212", "plan_households", "20221231-a"),
            {5: get("T2205", starts, "20220531-y"), 12: get("T2212", starts, "20221231-a")},
            get("PBJ2303", "plan_communities", "20231231-a"),
            get("PBJ2303", "plan_floor_area_m2", "20231231-a"),
            {
                int(end[4:6]): get(key, starts, f"{end}-y")
                for key, end in (("T2306", "20230630"), ("T2308", "20230831"), ("T2309", "20230930"))
            },
        )


def version_at(month: int) -> int:
    """The plan version in force at the end of a month."""
    return max(v for v, day in CONFIRMED[month // 12].items() if month_no(day.year, day.month) <= month)


def count(some: Iterable[Community], version: int) -> int:
    return sum(c.counted <= version for c in some)


class Plans:
    """All communities of the plan years.

    plans: those of 2022 and 2023; of 2024 only the ones begun early. off_plan: begun without being in any plan.
    """

    def __init__(self, book: Catalogue, seed: int) -> None:
        self.units = sorted(book.children[PROVINCE])
        if missing := {OFF_PLAN, IDLE, STALLED} - set(self.units):
            raise SetupError(f"rulebook/areas: the samples need the units {', '.join(sorted(missing))}")
        self._rng = random.Random(seed)
        published = Published.read(book)
        self.plans = {2022: self._plan_2022(published), 2023: self._plan_2023(published)}
        ahead = [u for u in self.units for _ in range(self._rng.randint(0, 2))]
        self.plans[2024] = communities(self._rng, 2024, ahead, 150 * len(ahead), 11_700 * 100 * len(ahead), 0)
        self.off_plan = communities(self._rng, 2023, [OFF_PLAN] * 2, 260, 20_280 * 100, 1)
        for community in self.plans[2024]:
            community.start = month_no(2024, 1)
        for community in self.off_plan:
            community.start = month_no(2023, 3)
        for year in (2023, 2024):
            self._begin_early(year)
        self._number()
        self._finance()

    # -- the two plan years -------------------------------------------------------------------------------------
    def _first_list(self, year: int, number: int, households: int, area: int) -> list[Community]:
        weights = [SIZE.get(u, OTHER_SIZE) * self._rng.randint(85, 115) for u in self.units]
        counts = apportion(number - SMALLEST * len(self.units), weights)
        units = [u for u, n in zip(self.units, counts, strict=True) for _ in range(n + SMALLEST)]
        return communities(self._rng, year, units, households, area, 1)

    def _revise(self, plan: list[Community], year: int, more_households: int) -> list[Community]:
        """Version V2: some units swap communities; those that leave never start. Returns the ones that enter."""
        leaving: list[Community] = []
        entering: list[str] = []
        for unit, (out, into) in zip(self._rng.sample(self.units, len(SWAPS[year])), SWAPS[year], strict=True):
            leaving += self._rng.sample([c for c in plan if c.unit == unit], out)
            entering += [unit] * into
        for community in leaving:
            community.until, community.out = 2, month_no(year, 4 + self._rng.randint(0, 1))
        households = sum(c.households for c in leaving) + more_households
        area = sum(c.area for c in leaving) + more_households * AREA_PER_HOUSEHOLD * 100
        return communities(self._rng, year, entering, households, area, 2)

    def _in_order(self, some: Iterable[Community], pace: dict[str, int]) -> list[Community]:
        return [c for _, _, c in sorted((self._rng.randrange(1000) + pace[c.unit], i, c) for i, c in enumerate(some))]

    def _schedule(self, order: list[Community], entering: list[Community], year: int, starts: dict[int, int]) -> None:
        """Start months so that the number started by each month is the given one; the rest starts a year later.

        Whoever enters with version V2 of late June starts after June.
        """
        half = starts[6]
        order = order[:half] + self._in_order([*order[half:], *entering], self._pace())
        begun = 0
        for month, total in sorted(starts.items()):
            for community in order[begun:total]:
                community.start = month_no(year, month)
            begun = total
        for community in order[begun:]:
            community.start = month_no(year + 1, self._rng.randint(2, 5))
        for community in order:
            community.done = community.start + self._rng.randint(4, 8)
            community.accept = community.done + self._rng.randint(1, 3)

    def _pace(self) -> dict[str, int]:
        return {u: self._rng.randint(0, 200) for u in self.units}

    def _plan_2022(self, published: Published) -> list[Community]:
        households = published.households_first
        plan = self._first_list(2022, published.plan_2022, households, households * AREA_PER_HOUSEHOLD * 100)
        entering = self._revise(plan, 2022, published.households - households)
        starts = OWN_STARTS[2022] | published.started_2022 | {12: published.plan_2022}
        self._schedule(self._in_order((c for c in plan if c.in_plan(2)), self._pace()), entering, 2022, starts)
        plan += entering
        return plan + self._set_apart(plan, published.started_2022[12] - published.plan_2022)

    def _set_apart(self, plan: list[Community], number: int) -> list[Community]:
        """Version V3: single buildings of large communities, in the five largest units, listed by themselves.

        Two small ones come from the same community: it looks as if it was split up for the count (J4-005).
        """
        of_unit = {u: sum(c.unit == u for c in plan) for u in self.units}
        large = sorted(self.units, key=lambda u: (-of_unit[u], u))[:5]
        hosts = sorted((c for c in plan if c.unit in large and c.in_plan(2)), key=lambda c: -c.households)[: 4 * number]
        apart: list[Community] = []
        split, *others = self._rng.sample(hosts, number - 1)
        for host in (split, split, *others):
            share = host.buildings
            one = replace(
                host,
                households=min(host.households // share, SPLIT_HOUSEHOLDS if host is split else host.households),
                buildings=1,
                area=host.area // share,
                invest=host.invest // share,
                counted=3,
                effects=dict.fromkeys(host.effects, 0),
                host=host,
            )
            host.households -= one.households
            host.buildings -= 1
            host.area -= one.area
            host.invest -= one.invest
            apart.append(one)
        return apart

    def _plan_2023(self, published: Published) -> list[Community]:
        plan = self._first_list(2023, published.plan_2023, HOUSEHOLDS_2023, published.area_2023 * 100)
        entering = self._revise(plan, 2023, 0)
        order = self._in_order((c for c in plan if c.in_plan(2)), self._pace())
        first = [next(c for c in order if c.unit == u) for u in self.units]  # every unit begins one in January
        order = first + [c for c in order if c not in first]
        self._schedule(order, entering, 2023, OWN_STARTS[2023] | published.started_2023)
        stalled = max((c for c in order if c.unit == STALLED and c.start <= month_no(2023, 6)), key=lambda c: c.invest)
        stalled.done, stalled.accept, stalled.out = stalled.start + 12, NEVER, month_no(2023, 10)
        return plan + entering

    def _begin_early(self, year: int) -> None:
        """The starts of January were begun in the year before: the first half of them in November."""
        for unit in self.units:
            begun = [c for c in self.plans[year] if c.unit == unit and c.start == month_no(year, 1)]
            for i, community in enumerate(begun):
                community.early = 2 if i < len(begun) // 2 else 1

    # -- who is in which plan -----------------------------------------------------------------------------------
    def members(self, unit: str, year: int, version: int) -> list[Community]:
        return [c for c in self.plans.get(year, []) if c.unit == unit and c.in_plan(version)]

    def changes(self, unit: str, year: int, version: int) -> tuple[int, int]:
        """Communities added and removed by a version, against the version before."""
        before, after = ([c for c in self.members(unit, year, v) if c.counted <= v] for v in (version - 1, version))
        return len([c for c in after if c not in before]), len([c for c in before if c not in after])

    # -- numbers, projects and money ------------------------------------------------------------------
    def of(self, unit: str) -> list[Community]:
        """All communities of a unit, in the order of their numbers."""
        return [c for some in (*self.plans.values(), self.off_plan) for c in some if c.unit == unit]

    def _number(self) -> None:
        """Numbers for life, and projects: two for three communities; a building set apart stays in its project."""
        for unit in self.units:
            members: Counter[int] = Counter()
            for number, community in enumerate(self.of(unit), start=1):
                community.number = number
                if community.host:
                    community.project = community.host.project
                else:
                    whole, part = divmod(members[community.year], 3)
                    community.project = 2 * whole + part // 2 + 1
                    members[community.year] += 1

    def _finance(self) -> None:
        """Sources of each community; the subsidy in advance; money that is held back in one unit."""
        rng = self._rng
        arrives, pays = ({u: rng.randint(*span) for u in self.units} for span in ((85, 98), (60, 80)))
        advance = {u: rng.randint(50, 90) for u in self.units}
        jitter = {(u, y): [rng.randint(80, 120) for _ in MIX] for u in self.units for y in self.plans}
        for community in [c for u in self.units for c in self.of(u)]:
            community.arrives, community.pays = arrives[community.unit], pays[community.unit]
            if community.host:
                shares = apportion(community.invest, list(community.host.funds.values()))
                community.funds = dict(zip(community.host.funds, shares, strict=True))
            else:
                share_out(community, rng, jitter[community.unit, community.year])
            if community.done < month_no(2023, 1):  # or the advance would lie for over a year
                community.advance = advance[community.unit]
        for community in self.off_plan:
            community.funds, community.arrives = {BASE: community.invest}, 0
        held = min((c for c in self.of(IDLE) if c.year == 2022), key=lambda c: (c.start, c.number))
        if "F41" not in held.funds:
            held.funds = {src: n - n // 10 for src, n in held.funds.items()}
            held.funds["F41"] = held.invest - sum(held.funds.values())
        held.held = frozenset({"F41", BASE})
