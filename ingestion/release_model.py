"""What releases are held to, as frozen types: gates, due dates and the statutory calendar.

Shapes only. Not here: judging a gate (quality.gates), making a release (filings).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field as Attr
from pydantic import model_validator

from ingestion.rulebook_model import Day, MonthDay, RulebookModel


class Gate(RulebookModel):
    id: str
    severity: Literal["error", "warning"]
    zh: str
    en: str
    min: dict[str, Decimal] = Attr(default_factory=dict)
    kinds: list[str] = Attr(default_factory=list)


class Gates(RulebookModel):
    suite_version: str
    gates: list[Gate]
    series: dict[Literal["public", "ministry"], list[str]]

    def due(self, kind: str) -> list[Gate]:
        """The gates that a release of this kind must face."""
        return [g for g in self.gates if not g.kinds or kind in g.kinds]


class DueDates(RulebookModel):
    """When a form is due by reporting level: a day of the month after, or MM-DD of a year. Unmoved for holidays."""

    form: str
    version: str | None = None  # plan version, or `revised` for a second filing of the same period
    every: Literal["month", "year"]
    years_after: Literal[0, 1] = 0  # a yearly date falls in the reference year, or in the one after
    by: dict[Literal["county", "city", "province"], Day | MonthDay]


class ReleaseDay(RulebookModel):
    """A statutory filing, unmoved: `day` of the month after the period, or `month` and `day` of a year."""

    form: str
    every: Literal["month", "year"]
    years_after: Literal[0, 1] = 0
    month: Annotated[int, Attr(ge=1, le=12)] | None = None  # of a yearly release alone
    day: Day
    kind: Literal["provisional", "revised", "final", "correction"]
    of: str | None = None  # the filing whose later edition this is
    series: Literal["all"] | list[str] = "all"

    @model_validator(mode="after")
    def _month_of_a_yearly_one(self) -> ReleaseDay:
        if (self.month is not None) != (self.every == "year"):
            raise ValueError("month belongs to a yearly release, and to no other")
        return self

    @property
    def date(self) -> str | None:
        """MM-DD of a yearly release."""
        return f"{self.month:02d}-{self.day:02d}" if self.month else None


class Calendar(RulebookModel):
    source: Literal["ours"]
    due: list[DueDates]
    release: dict[str, ReleaseDay]
    headline: dict[str, list[Annotated[str, Attr(pattern=r"^[A-Z0-9]+\.[a-z0-9_]+$")]]]
