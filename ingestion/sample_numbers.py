"""The invented communities behind the sample returns of 北京, and the rows of J1 and J2 they add up to.

Every community has its households, money and dates; a return is a count over communities, so that identities hold
by construction and totals meet the published ones for any seed. Everything is an integer in the last digit that the
form prints (0.01 万元, 0.01 平方米); `as_filed` makes Decimals. Not here: files, times and planted faults (samples.py).

411 started of 400 planned (published for 2022-12) cannot stand in returns that keep J2-005 and J2-006: all stages add
up to the plan in force, so no more can have started than are planned. The published plan (400, 213,000 households)
is version V2 here. Version V3 of 26 December, the sample's own, lists 11 buildings apart from the community they
stood in: 411 communities, the same 213,000 households, all started.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from ingestion.catalogue import Catalogue
from ingestion.errors import SetupError
from ingestion.model import Value
from ingestion.rulebook_model import Form

Row = dict[str, int]

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
HOUSEHOLDS_2023 = 93_600  # gives the published 702 万平方米 at 75 m² each

# Sources: planned field, field of arrival, weight, whether it is allotted by the centre in spring.
SOURCES = (
    ("pf_cen_fin", "f_cen_fin", 14, True),
    ("pf_cen_inv", "f_cen_inv", 8, True),
    ("pf_prov", "f_prov", 22, False),
    ("pf_city", "f_local", 0, False),
    ("pf_cnty", "f_local", 26, False),
    ("pf_sbond", "f_sbond", 6, True),
    ("pf_gbond", "f_gbond", 0, False),
    ("pf_res", "f_res", 6, False),
    ("pf_pipe", "f_pipe", 8, False),
    ("pf_owner", "f_owner", 5, False),
    ("pf_social", "f_social", 3, False),
    ("pf_loan", "f_loan", 1, False),
    ("pf_other", "f_other", 1, False),
)
ARRIVED = {
    True: (0, 0, 100, 300, 600, 850, 900, 950, 1000, 1000, 1000, 1000),  # ‰ by the end of each month
    False: (40, 80, 150, 240, 340, 450, 540, 630, 710, 790, 860, 920),
}
BEFORE_START = ("st_tender", "st_review", "st_scheme", "st_consult")  # stage 1, 2, 3, 4 months before works begin
STAGES = ("st_wait", *reversed(BEFORE_START), "st_build", "st_done", "st_accept", "st_out")
EFFECTS = {
    "pipe_done": "pipe",
    "elev_done": "lifts",
    "park_done": "parking",
    "evc_done": "chargers",
    "elder_done": "elder",
    "child_done": "child",
    "svc_done": "services",
}
PLANNED_EFFECTS = {"plan_elev": "lifts", "plan_elder": "elder", "plan_child": "child"}


def month_no(year: int, month: int) -> int:
    return year * 12 + month - 1


NEVER = month_no(2030, 1)


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Whole shares that add up to `total`: largest remainder, the earlier one first among equals."""
    whole = sum(weights)
    shares = [total * w // whole for w in weights]
    order = sorted(range(len(weights)), key=lambda i: -(total * weights[i] % whole))
    for i in order[: total - sum(shares)]:
        shares[i] += 1
    return shares


def as_filed(form: Form, row: Row) -> dict[str, Value]:
    """Integers in the last printed digit → exact decimals in the unit of the form."""
    return {name: Decimal(number).scaleb(-form.by_id[name].decimals) for name, number in row.items()}


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


@dataclass(eq=False)
class Community:
    """One community of one plan year, compared by identity. Area in 0.01 m², invest in 0.01 万元, pipe in 0.01 km, months by month_no.

    since/until: the plan version that adds and the one that removes it. counted: the version from which it counts
    as a community of its own; until then it is a building of its neighbour (households and money count all along).
    """

    unit: str
    households: int
    buildings: int
    area: int
    invest: int
    since: int
    counted: int
    until: int = 99
    start: int = NEVER
    done: int = NEVER
    accept: int = NEVER
    out: int = NEVER  # from this month it waits to be taken out of the plan
    effects: dict[str, int] = field(default_factory=dict)

    def in_plan(self, version: int) -> bool:
        return self.since <= version < self.until

    def stage(self, month: int) -> str:
        if month >= self.out:
            return "st_out"
        for begin, name in ((self.accept, "st_accept"), (self.done, "st_done"), (self.start, "st_build")):
            if month >= begin:
                return name
        ahead = self.start - month
        return BEFORE_START[ahead - 1] if ahead <= len(BEFORE_START) else "st_wait"

    def spent(self, month: int) -> int:
        """Work done by the end of a month: in equal parts from start to done, nothing once it waits to be taken out."""
        length = self.done - self.start
        return self.invest * min(max(min(month, self.out - 1) - self.start + 1, 0), length) // length if length else 0


def _communities(rng: random.Random, units: Sequence[str], households: int, area: int, since: int) -> list[Community]:
    """One community for each entry of `units`, with exactly these households and this area together."""
    floor = 60
    shares = apportion(households - floor * len(units), [rng.randint(40, 160) for _ in units])
    sizes = [floor + share for share in shares]
    areas = apportion(area, [size * rng.randint(85, 120) for size in sizes])
    found = []
    for unit, size, floor_area in zip(units, sizes, areas, strict=True):
        elder, child = int(rng.randrange(8) == 0), int(rng.randrange(16) == 0)
        effects = {
            "pipe": size * rng.randint(40, 120) // 100,
            "lifts": max(0, rng.randint(-5, 5)),
            "parking": rng.randint(0, 60),
            "chargers": rng.randint(0, 12),
            "elder": elder,
            "child": child,
            "services": elder + child + rng.randint(0, 2),
        }
        found.append(
            Community(
                unit,
                size,
                max(1, size // rng.randint(40, 70)),
                floor_area,
                size * rng.randint(220, 360) + rng.randint(0, 99),
                since,
                since,
                effects=effects,
            )
        )
    return found


def _version(month: int) -> int:
    """The plan version in force at the end of a month."""
    return max(v for v, day in CONFIRMED[month // 12].items() if month_no(day.year, day.month) <= month)


def _count(communities: Iterable[Community], version: int) -> int:
    return sum(c.counted <= version for c in communities)


class World:
    """All communities of both plan years, and the rows of the returns they make."""

    def __init__(self, book: Catalogue, seed: int) -> None:
        self.units = sorted(book.children[PROVINCE])
        if missing := {OFF_PLAN, IDLE, STALLED} - set(self.units):
            raise SetupError(f"rulebook/areas: the samples need the units {', '.join(sorted(missing))}")
        self._rng = rng = random.Random(seed)
        published = Published.read(book)
        self.plans = {2022: self._plan_2022(published), 2023: self._plan_2023(published)}
        self._weights = {
            (u, y): [w * rng.randint(80, 120) for _, _, w, _ in SOURCES] for u in self.units for y in self.plans
        }
        self._arrives = {u: rng.randint(85, 98) for u in self.units}  # % of the plan that arrives
        self._pays = {u: rng.randint(60, 80) for u in self.units}  # % of the work done that is paid
        self._opens = {u: rng.randint(4, 8) for u in self.units}  # % of the plan left from 2021
        self._early = {u: rng.randint(0, 2) for u in self.units}  # communities of 2024 begun in 2023

    # -- the two plan years -------------------------------------------------------------------------------------
    def _first_list(self, count: int, households: int, area: int) -> list[Community]:
        weights = [SIZE.get(u, OTHER_SIZE) * self._rng.randint(85, 115) for u in self.units]
        counts = apportion(count - SMALLEST * len(self.units), weights)
        units = [u for u, n in zip(self.units, counts, strict=True) for _ in range(n + SMALLEST)]
        return _communities(self._rng, units, households, area, 1)

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
        return _communities(self._rng, entering, households, area, 2)

    def _in_order(self, communities: Iterable[Community], pace: dict[str, int]) -> list[Community]:
        return [
            c for _, _, c in sorted((self._rng.randrange(1000) + pace[c.unit], i, c) for i, c in enumerate(communities))
        ]

    def _schedule(self, order: list[Community], year: int, starts: dict[int, int]) -> None:
        """Start months so that the number started by each month is the given one; the rest starts a year later."""
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
        plan = self._first_list(published.plan_2022, households, households * AREA_PER_HOUSEHOLD * 100)
        plan += self._revise(plan, 2022, published.households - households)
        starts = OWN_STARTS[2022] | published.started_2022 | {12: published.plan_2022}
        self._schedule(self._in_order((c for c in plan if c.in_plan(2)), self._pace()), 2022, starts)
        return plan + self._set_apart(plan, published.started_2022[12] - published.plan_2022)

    def _set_apart(self, plan: list[Community], count: int) -> list[Community]:
        """Version V3: single buildings of large communities, in the five largest units, listed by themselves."""
        of_unit = {u: sum(c.unit == u for c in plan) for u in self.units}
        large = sorted(self.units, key=lambda u: (-of_unit[u], u))[:5]
        hosts = sorted((c for c in plan if c.unit in large and c.in_plan(2)), key=lambda c: -c.households)[: 4 * count]
        apart = []
        for host in self._rng.sample(hosts, count):
            share = host.buildings
            one = replace(
                host,
                households=host.households // share,
                buildings=1,
                area=host.area // share,
                invest=host.invest // share,
                counted=3,
                effects=dict.fromkeys(host.effects, 0),
            )
            host.households -= one.households
            host.buildings -= 1
            host.area -= one.area
            host.invest -= one.invest
            apart.append(one)
        return apart

    def _plan_2023(self, published: Published) -> list[Community]:
        plan = self._first_list(published.plan_2023, HOUSEHOLDS_2023, published.area_2023 * 100)
        entering = self._revise(plan, 2023, 0)
        starts = OWN_STARTS[2023] | published.started_2023
        order = self._in_order((c for c in plan if c.in_plan(2)), self._pace())
        first = [next(c for c in order if c.unit == u) for u in self.units]  # every unit begins one in January
        order = first + [c for c in order if c not in first]
        half = starts[6]  # whoever enters with version V2 of late June starts later
        self._schedule(order[:half] + self._in_order([*order[half:], *entering], self._pace()), 2023, starts)
        stalled = [c for c in order if c.unit == STALLED and c.start <= month_no(2023, 6)][-1]
        stalled.done, stalled.accept, stalled.out = stalled.start + 12, NEVER, month_no(2023, 10)
        return plan + entering

    # -- rows of J1 ---------------------------------------------------------------------------------------------
    def members(self, unit: str, year: int, version: int) -> list[Community]:
        return [c for c in self.plans.get(year, []) if c.unit == unit and c.in_plan(version)]

    def changes(self, unit: str, year: int, version: int) -> tuple[int, int]:
        """Communities added and removed by a version, against the version before."""
        before, after = ([c for c in self.members(unit, year, v) if c.counted <= v] for v in (version - 1, version))
        return len([c for c in after if c not in before]), len([c for c in before if c not in after])

    def plan(self, unit: str, year: int, version: int) -> Row:
        listed = self.members(unit, year, version)
        total = sum(c.invest for c in listed)
        row = {
            "plan_year": year,
            "plan_xq": _count(listed, version),
            "plan_proj": -(-2 * _count(listed, 2) // 3),
            "plan_bld": sum(c.buildings for c in listed),
            "plan_hh": sum(c.households for c in listed),
            "plan_area": sum(c.area for c in listed),
            "pf_total": total,
        }
        row |= {name: sum(c.effects[key] for c in listed) for name, key in PLANNED_EFFECTS.items()}
        row |= zip([s[0] for s in SOURCES], apportion(total, self._weights[unit, year]), strict=True)
        if version > 1:
            row["adj_in_xq"], row["adj_out_xq"] = self.changes(unit, year, version)
        return row

    # -- rows of J2 ---------------------------------------------------------------------------------------------
    def progress(self, unit: str) -> dict[int, Row]:
        """month_no → row of J2, for every month of the sample."""
        rows: dict[int, Row] = {}
        year_open: dict[int, int] = {}
        for month in range(month_no(*FIRST), month_no(*LAST) + 1):
            year = month // 12
            if year not in year_open:
                before = rows.get(month - 1)
                plan = self.plan(unit, year, 1)["pf_total"]
                year_open[year] = before["f_close"] if before else plan * self._opens[unit] // 100 + 37
            row = self._works(unit, month)
            rows[month] = row | self._money(unit, month, row["inv_done"], year_open[year])
        return rows

    def _works(self, unit: str, month: int) -> Row:
        year = month // 12
        january = month_no(year, 1)
        version = _version(month)
        planned = _version(max(january, month_no(*FIRST)))  # planned investment is set once a year
        listed = self.members(unit, year, version)
        older = self.members(unit, year - 1, FINAL)
        begun = [c for c in listed if c.start <= month]
        accepted = [[c for c in some if january <= c.accept <= month] for some in (listed, older)]
        finished = [c for c in listed + older if january <= c.done <= month]
        stages = Counter(c.stage(month) for c in listed if c.counted <= version)
        row = {
            "xq_start": _count(begun, version),
            "hh_start": sum(c.households for c in begun),
            "bld_start": sum(c.buildings for c in begun),
            "area_start": sum(c.area for c in begun),
            "xq_off": 2 if unit == OFF_PLAN and month >= month_no(2023, 3) else 0,
            "xq_late": 0,
            "xq_early": self._begun_early(unit, year) * max(0, month % 12 - 9) // 2,
            "xq_accept": _count(accepted[0], version) + _count(accepted[1], FINAL),
            "hh_accept": sum(c.households for some in accepted for c in some),
            "st_out_started": _count([c for c in begun if c.stage(month) == "st_out"], version),
        }
        row |= {stage: stages[stage] for stage in STAGES}
        row |= {name: sum(c.effects[key] for c in finished) for name, key in EFFECTS.items()}
        row["inv_plan"] = self.plan(unit, year, planned)["pf_total"] + sum(
            c.invest - c.spent(january - 1) for c in older
        )
        row["inv_done"] = sum(c.spent(month) - c.spent(january - 1) for c in listed + older)
        return row

    def _begun_early(self, unit: str, year: int) -> int:
        """By December, communities of next year's plan already begun: they are its starts of January."""
        if year + 1 not in self.plans:
            return self._early[unit]
        return sum(c.start == month_no(year + 1, 1) for c in self.members(unit, year + 1, 1))

    def _money(self, unit: str, month: int, inv_done: int, opening: int) -> Row:
        year, index = divmod(month, 12)
        planned = self.plan(unit, year, 2)
        row = {"f_open": opening, "f_total": 0}
        for plan_field, field_id, _, central in SOURCES:
            arrived = planned[plan_field] * ARRIVED[central][index] * self._arrives[unit] // 100_000
            row[field_id] = row.get(field_id, 0) + arrived
            row["f_total"] += arrived
        row["f_return"] = 3650 if unit == STALLED and month >= month_no(2023, 10) else 0
        cash = opening + row["f_total"] - row["f_return"]
        paid = row["p_total"] = min(inv_done * self._pays[unit] // 100, cash * 95 // 100)
        row["p_cen_fin"] = min(paid * 15 // 100, row["f_cen_fin"])
        row["p_sbond"] = min(paid * 6 // 100, row["f_sbond"])
        row["f_close"] = cash - paid
        idle = min(opening // 12, row["f_close"]) if unit == IDLE and month >= month_no(2023, 6) else 0
        return row | {"f_idle_1y": idle, "f_idle_sb": idle // 3}
