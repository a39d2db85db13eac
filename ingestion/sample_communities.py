"""One invented community of the sample returns: its size, its plan, the months of its works, the money of each source.

Everything is an integer in the last digit that a form prints (0.01 万元, 0.01 平方米); months are counted by month_no.
Not here: which communities there are (sample_numbers.py), names, dates and rows of the roster (sample_rosters.py).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field


def month_no(year: int, month: int) -> int:
    return year * 12 + month - 1


NEVER = month_no(2030, 1)
BEFORE_START = ("st_tender", "st_review", "st_scheme", "st_consult")  # stage 1, 2, 3, 4 months before works begin
STAGES = ("st_wait", *reversed(BEFORE_START), "st_build", "st_done", "st_accept", "st_out")

# Groups of sources: field of the plan, field of arrival, codes of the rosters.
GROUPS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("pf_cen_fin", "f_cen_fin", ("F11",)),
    ("pf_cen_inv", "f_cen_inv", ("F12",)),
    ("pf_prov", "f_prov", ("F21",)),
    ("pf_city", "f_local", ("F31",)),
    ("pf_cnty", "f_local", ("F32", "F33", "F34", "F35")),
    ("pf_sbond", "f_sbond", ("F41",)),
    ("pf_gbond", "f_gbond", ("F42",)),
    ("pf_res", "f_res", ("F51", "F52", "F53", "F54", "F55", "F56")),
    ("pf_pipe", "f_pipe", ("F61", "F62")),
    ("pf_owner", "f_owner", ("F71", "F72")),
    ("pf_social", "f_social", ("F81", "F82", "F83")),
    ("pf_loan", "f_loan", ("F91", "F92", "F93", "F94")),
    ("pf_other", "f_other", ("F99",)),
)
CODES = {plan: codes for plan, _, codes in GROUPS}
# What a community may be paid from: codes (one of them), weight, in how many of 100 communities.
MIX: tuple[tuple[tuple[str, ...], int, int], ...] = (
    (("F11",), 14, 100),
    (("F21",), 22, 100),
    (("F32",), 26, 100),
    (("F12",), 16, 25),
    (("F33", "F34", "F35"), 10, 12),
    (("F41",), 14, 20),
    (("F42",), 8, 4),
    (CODES["pf_res"], 12, 30),
    (CODES["pf_pipe"], 14, 30),
    (CODES["pf_owner"], 12, 15),
    (CODES["pf_social"], 12, 10),
    (CODES["pf_loan"], 10, 6),
    (CODES["pf_other"], 4, 6),
)
FISCAL = frozenset(("F11", "F12", "F21", *CODES["pf_cnty"], "F41", "F42"))  # allotted by a document
AT_ONCE = frozenset(("F11", "F12", "F21", "F41", "F42"))  # paid into the account whole when works begin
ADVANCED, BASE = "F11", "F32"  # the source that may arrive in the year before; the one that every community has
ALLOTTED_IN = 4  # April


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Whole shares that add up to `total`: largest remainder, the earlier one first among equals."""
    whole = sum(weights)
    shares = [total * w // whole for w in weights]
    order = sorted(range(len(weights)), key=lambda i: -(total * weights[i] % whole))
    for i in order[: total - sum(shares)]:
        shares[i] += 1
    return shares


@dataclass(eq=False)
class Community:
    """One community of one plan year, compared by identity. Area in 0.01 m², invest in 0.01 万元, pipe in 0.01 km.

    since/until: the plan version that adds and the one that removes it. counted: the version from which it counts
    as a community of its own; until then it is a building of its `host` (households and money count all along).
    """

    unit: str
    year: int  # of the plan
    households: int
    buildings: int
    area: int
    invest: int
    since: int
    counted: int
    until: int = 99
    start: int = NEVER  # the month in which it enters the starts of its plan year
    early: int = 0  # works began so many months before, in the year before
    done: int = NEVER
    accept: int = NEVER
    out: int = NEVER  # from this month it waits to be taken out of the plan
    effects: dict[str, int] = field(default_factory=dict)
    host: Community | None = None
    number: int = 0  # of the communities of its unit
    project: int = 0  # of the projects of its unit and year
    funds: dict[str, int] = field(default_factory=dict)  # source → planned; adds up to invest
    arrives: int = 90  # % of what is planned that arrives
    pays: int = 70  # % of the work done that is paid before acceptance
    advance: int = 0  # % of the central subsidy that arrived in December of the year before the plan
    held: frozenset[str] = frozenset()  # sources of which half is never paid out

    @property
    def begun(self) -> int:
        return self.start - self.early

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

    def _worked(self, month: int) -> tuple[int, int]:
        """Months of work done by the end of a month, and months of work in all; nothing is booked without an end."""
        if self.done == NEVER:
            return 0, 1
        length = self.done - self.start
        return min(max(min(month, self.out - 1) - self.start + 1, 0), length), length

    def spent(self, month: int) -> int:
        """Work done by the end of a month: in equal parts from start to done, nothing once it waits to be taken out."""
        worked, length = self._worked(month)
        return self.invest * worked // length

    # -- money of one source, life to date ------------------------------------------------------------------------
    def planned_by(self, src: str) -> int:
        return self.funds.get(src, 0)

    def first_arrival(self, src: str) -> int:
        return month_no(self.year - 1, 12) if self.advance and src == ADVANCED else self.start

    def _whole(self, src: str) -> int:
        return self.planned_by(src) * self.arrives // 100

    def allotted(self, src: str, month: int) -> int:
        """By document: when works begin, in April at the latest; nothing for what never starts."""
        if src not in FISCAL or self.start == NEVER:
            return 0
        return self._whole(src) if month >= min(self.first_arrival(src), month_no(self.year, ALLOTTED_IN)) else 0

    def arrived(self, src: str, month: int) -> int:
        """In the account: at once from above, otherwise three tenths at the start and the rest with the works."""
        whole = self._whole(src)
        if month < self.start:
            return whole * self.advance // 100 if src == ADVANCED and month >= self.first_arrival(src) else 0
        if src in AT_ONCE:
            return whole
        worked, length = self._worked(month)
        return whole * (3 * length + 7 * worked) // (10 * length)

    def paid(self, src: str, month: int) -> int:
        """Paid out: a part of the work done, and all that arrived once done (from above) or accepted (the rest)."""
        worked, length = self._worked(month)
        if src in self.held:
            return self._whole(src) * worked // (2 * length) if worked else 0
        if month >= (self.done if src in AT_ONCE else self.accept):
            return self.arrived(src, month)
        return self._whole(src) * worked * self.pays // (100 * length) if worked else 0

    def returned(self, src: str, month: int) -> int:
        """Taken back: half of the county's money that is left when a started community is to be taken out."""
        if src != BASE or month < self.out or self.start >= self.out:
            return 0
        return (self.arrived(src, month) - self.paid(src, month)) // 2

    def balance(self, src: str, month: int) -> int:
        return self.arrived(src, month) - self.paid(src, month) - self.returned(src, month)

    def idle(self, src: str, month: int) -> int:
        """The balance of a source whose first money came in twelve complete months ago."""
        return self.balance(src, month) if month - self.first_arrival(src) >= 12 else 0


def communities(
    rng: random.Random, year: int, units: Sequence[str], households: int, area: int, since: int
) -> list[Community]:
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
            "parking": max(0, rng.randint(-40, 60)),
            "chargers": max(0, rng.randint(-10, 12)),
            "elder": elder,
            "child": child,
            "services": elder + child + max(0, rng.randint(-2, 2)),
        }
        found.append(
            Community(
                unit,
                year,
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


def share_out(community: Community, rng: random.Random, jitter: Sequence[int]) -> None:
    """Give a community its sources. jitter: % of each weight of MIX, one a unit and year."""
    chosen = [
        (rng.choice(codes), weight * jitter[i])
        for i, (codes, weight, often) in enumerate(MIX)
        if rng.randrange(100) < often
    ]
    shares = apportion(community.invest, [weight for _, weight in chosen])
    community.funds = dict(zip([src for src, _ in chosen], shares, strict=True))
