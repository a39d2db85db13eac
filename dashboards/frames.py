"""The small frames that charts are drawn from: points, gaps, alternatives and what stands beside them. Plain data.

Values are exact decimals in base units. Not here: queries (data.py), drawing (figures/), formats (theme.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

FIRST_YEAR = 2019  # the national programme; earlier work was pilots
HEADLINE_EFFECTS = (
    "effect_pipe_total", "effect_elev", "effect_park_add", "effect_evc", "effect_svc_total", "effect_svc_elder",
    "effect_svc_child", "effect_green_area", "effect_light_cnt",
)  # fmt: skip
RATES = ("arrival_rate", "payment_rate", "execution_rate")


@dataclass(frozen=True)
class Key:
    """What one point of a chart asks for."""

    indicator: str
    area: str
    period: str
    dim_name: str = ""
    dim_code: str = ""
    accum: str = "level"


@dataclass(frozen=True)
class Publication:
    """Where a figure was printed. address "" when the copy has none that can be opened."""

    source_id: str
    title: str
    address: str
    publisher: str
    published_on: str | None


@dataclass(frozen=True)
class Point:
    """One figure, or a gap: value None with status and reason. Counts, yuan, m² and % as exact decimals."""

    key: Key
    name_zh: str
    name_en: str
    area_zh: str
    area_en: str
    dim_zh: str
    dim_en: str
    value: Decimal | None
    unit: str
    obs_status: str
    choice_rank: int
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    basis: str | None = None
    source_kind: str | None = None
    printed: str | None = None
    half_unit: Decimal | None = None
    qualifier: str | None = None
    is_doubtful: bool = False
    submission_id: str | None = None
    publication: Publication | None = None
    units_reported: int = 0
    units_expected: int | None = None
    reason_zh: str = ""
    reason_en: str = ""

    @property
    def is_gap(self) -> bool:
        return self.value is None

    @property
    def is_partial(self) -> bool:
        return self.basis == "partial"


@dataclass(frozen=True)
class Coverage:
    """How much of what was asked is there: figures of a chart, reporting units of the weakest figure
    (None when figures are single filed or printed numbers), and areas with any figure where a chart compares areas."""

    given: int
    asked: int
    units: tuple[int, int] | None
    areas: tuple[int, int] | None = None


@dataclass(frozen=True)
class Frame:
    """The figures of one chart. points: chosen answers and gaps in drawing order; others: alternatives, by rank."""

    name: str
    points: tuple[Point, ...]
    others: tuple[Point, ...]
    as_of: str
    release: str | None
    programme: str
    programme_zh: str
    programme_en: str
    is_sample: bool

    @property
    def has_data(self) -> bool:
        return any(not p.is_gap for p in self.points)

    @property
    def coverage(self) -> Coverage:
        given = [p for p in self.points if not p.is_gap]
        pairs = [(p.units_reported, p.units_expected) for p in given if p.units_expected]
        units = min(pairs, key=lambda pair: Decimal(pair[0]) / pair[1], default=None)
        if not any(p.is_partial for p in given) and any(expected == 1 for _, expected in pairs):
            units = None  # figures filed or printed as one number: there are no units to count
        areas = len(self.ordered("area"))
        return Coverage(
            len(given), len(self.points), units, (len({p.key.area for p in given}), areas) if areas > 1 else None
        )

    @property
    def source_kinds(self) -> list[str]:
        return sorted({p.source_kind for p in self.points + self.others if p.source_kind})

    @property
    def publications(self) -> list[Publication]:
        found = {p.publication.source_id: p.publication for p in self.points + self.others if p.publication}
        return [found[key] for key in sorted(found)]

    @property
    def span(self) -> tuple[str, str]:
        """First and last reference period that has a figure; of all that was asked when none has."""
        periods = {p.key.period for p in self.points if not p.is_gap} or {p.key.period for p in self.points} or {""}
        ends = sorted({end for period in periods for end in period.split("/")})
        return ends[0], ends[-1]

    def point(
        self, indicator: str, *, area: str | None = None, period: str | None = None, dim: str = ""
    ) -> Point | None:
        """The chosen point of a key; None when the chart did not ask for it."""
        return next(
            (
                p
                for p in self.points
                if p.key.indicator == indicator
                and p.key.dim_code == dim
                and area in (None, p.key.area)
                and period in (None, p.key.period)
            ),
            None,
        )

    def alternatives(self, indicator: str, period: str, area: str | None = None) -> list[Point]:
        return [
            p
            for p in self.others
            if p.key.indicator == indicator and p.key.period == period and area in (None, p.key.area) and not p.is_gap
        ]

    def ordered(self, what: str) -> list[str]:
        """Distinct indicators, areas, periods or dim codes in asked order."""
        return list(dict.fromkeys(str(getattr(p.key, what)) for p in self.points))


@dataclass(frozen=True)
class FilingCell:
    """Whether one unit's return of one form and period is there. status as in the register, or missing."""

    form: str
    period: str
    unit_code: str
    unit_zh: str
    province_code: str
    province_zh: str
    status: str
    versions: int
    received_at: str | None


@dataclass(frozen=True)
class FilingFrame:
    """Who filed what. available is False for a release, which holds figures only."""

    name: str
    cells: tuple[FilingCell, ...]
    available: bool
    as_of: str
    release: str | None
    is_sample: bool

    @property
    def has_data(self) -> bool:
        return bool(self.cells)

    @property
    def coverage(self) -> Coverage:
        accepted = sum(c.status == "accepted" for c in self.cells)
        return Coverage(accepted, len(self.cells), None)
