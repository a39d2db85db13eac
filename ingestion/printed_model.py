"""Figures that were printed, and what is known of them, as frozen types: control totals and rulebook/explained.yaml.

Shapes only. Not here: what is compared with them (filings.verdicts, dbt_project).
"""

from __future__ import annotations

import calendar
import datetime as dt
from decimal import Decimal
from functools import cached_property
from typing import Literal

from pydantic import Field as Attr

from ingestion.rulebook_model import RulebookModel


class ControlTotal(RulebookModel):
    """One published figure, as transcribed. value and rounding_half_unit are in `unit`."""

    total_id: str
    indicator: str
    area_code: str
    period_start: dt.date
    period_end: dt.date
    accumulation: Literal["year_to_date", "annual", "cumulative", "stock"]
    value: Decimal
    unit: str
    printed: str
    rounding_half_unit: Decimal
    qualifier: Literal["exact", "about", "nearly", "at_least", "more_than"]
    definition: str
    published_on: dt.date | None
    source_title: str
    source_url: str
    secondary: str
    note: str

    @property
    def key(self) -> str:
        return self.total_id.split("-")[0]

    @property
    def label(self) -> str:
        """The period as the marts write it: a year, a month, a range of years, two dates, or a day."""
        start, end = self.period_start, self.period_end
        whole = (start.month, start.day, end.month, end.day) == (1, 1, 12, 31)
        if self.accumulation == "cumulative":
            return f"{start.year}/{end.year}" if whole else f"{start}/{end}"
        if self.accumulation == "annual" and whole and start.year == end.year:
            return str(end.year)
        return f"{end:%Y-%m}" if end.day == calendar.monthrange(end.year, end.month)[1] else end.isoformat()

    @property
    def is_doubtful(self) -> bool:
        return "DOUBTFUL" in self.note

    @property
    def is_derived(self) -> bool:
        """Not printed itself, but computed from a printed change."""
        return "DERIVED" in self.note


class NameGuard(RulebookModel):
    """Printed names that answer for no indicator, and why. A trailing * stands for any ending."""

    names: list[str]
    verdict: Literal["other_definition", "no_data"]
    near: str | None = None
    zh: str
    en: str


class Explanation(RulebookModel):
    """A known difference of one control total. against: the publications it explains; empty = whatever differs."""

    total_id: str
    verdict: Literal["explained", "other_definition"]
    against: list[str] = Attr(default_factory=list)
    zh: str
    en: str
    source: str


class FactorRange(RulebookModel):
    low: Decimal
    high: Decimal
    source: str


class Rebasing(RulebookModel):
    """A printed series that was computed anew: what was printed before a day and after it are two vintages.

    Both stay visible; nothing is ever differenced across them.
    """

    indicators: list[str]
    area: str
    printed_before: dt.date
    zh: str
    en: str
    source: str


class Explanations(RulebookModel):
    """rulebook/explained.yaml: what the reconciliation knows beside the figures."""

    persons_per_household: FactorRange
    rebased: list[Rebasing] = Attr(default_factory=list)
    names: list[NameGuard]
    totals: list[Explanation]

    def guard(self, printed_name: str) -> NameGuard | None:
        """The guard of a printed name, if it has one."""
        for guard in self.names:
            for name in guard.names:
                if printed_name == name or (name.endswith("*") and printed_name.startswith(name[:-1])):
                    return guard
        return None

    def other(self, total_id: str) -> Explanation | None:
        """Why a total is of another definition than its printed name, whatever it is compared with."""
        held = self.by_total.get(total_id, [])
        return next((e for e in held if e.verdict == "other_definition" and not e.against), None)

    @cached_property
    def by_total(self) -> dict[str, list[Explanation]]:
        found: dict[str, list[Explanation]] = {}
        for explanation in self.totals:
            found.setdefault(explanation.total_id, []).append(explanation)
        return found
