"""The figures that one published total may be compared with: its own cells are never among them.

Belongs here: which figures are usable, which of them goes first, and what one of them is as evidence. Not here: what
they are combined to (evidence.py, rates.py), loading (holdings.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from filings.holdings import Holdings, Names, Part, month_end
from filings.intervals import Interval, counted
from ingestion.printed_model import ControlTotal
from ingestion.units import plain

Basis = Literal["filed", "summed", "partial", "years", "ratio", "estimate", "interval"]


@dataclass(frozen=True)
class Evidence:
    """One thing to compare a total with.

    bounds_only: the figure lies in the interval, its point is only a bound. before: the window printed in words starts
    earlier than the sum. ends: the month a sum ends with where the words name a later day. doubtful: ids of the totals
    marked doubtful that are in it. rest_*: what follows from bounds.
    """

    interval: Interval
    sources: tuple[str, ...]
    basis: Basis
    zh: str
    en: str
    step: Decimal | None = None
    before: bool = False
    ends: str = ""
    doubtful: tuple[str, ...] = ()
    bounds_only: bool = False
    rest_zh: str = ""
    rest_en: str = ""


class Usable:
    """Usable figures for one total. own: the cells that are the total itself, which never enter."""

    def __init__(self, holdings: Holdings, total: ControlTotal, names: Names, own: list[dict[str, Any]]) -> None:
        self.holdings, self.total, self.names = holdings, total, names
        self.catalogue = holdings.catalogue
        self.indicator = self.catalogue.indicator(names[0][0])
        self.programme = self.catalogue.source(total.key).programme
        self.own = {o["group"] for o in own}
        self.label = total.label
        self.factor = self.catalogue.unit(total.unit).factor
        self.missing: list[str] = []  # the periods that a sum of years would need
        self.lacking: Literal["", "plan", "starts"] = ""  # the operand of a rate that nobody printed

    # -- figures ------------------------------------------------------------------------------------------------
    def _periods(self, names: Names) -> dict[str, list[Part]]:
        """Usable figures by period; indicators under one printed name are taken together, one cell once."""
        accumulates = self.catalogue.indicator(names[0][0]).kind in ("flow", "scaled")
        found: dict[str, dict[str, Part]] = {}
        for indicator, dim in names:
            for period, parts in self.holdings.parts(self.programme, indicator, dim, self.total.area_code).items():
                for part in parts:
                    other = self.holdings.totals.get(part.total_id or "")
                    # a stock (1300万人 so far) shares its label with the year to date and is never compared with it
                    if part.group in self.own or (other and accumulates and other.accumulation == "stock"):
                        continue
                    found.setdefault(period, {}).setdefault(part.group, part)
        return {period: list(parts.values()) for period, parts in found.items()}

    def _choice(self, part: Part) -> tuple[bool, bool, Decimal, int]:
        """Another publication first, then the sharper print, then the order in which a figure is chosen."""
        return part.is_doubtful, part.source == self.total.key, part.half_unit, part.rank

    def _best(self, parts: Iterable[Part]) -> Part | None:
        """The figure of a period that goes into a sum: complete and not doubtful."""
        fit = [p for p in parts if p.basis != "partial" and not p.is_doubtful]
        return min(fit, key=self._choice, default=None)

    def _evidence(self, part: Part) -> Evidence:
        zh, en = self.holdings.words(part)
        basis: Basis = "filed" if part.basis == "filed" else "summed"
        return Evidence(part.interval, (part.source,), basis, zh, en, part.step, doubtful=doubtful_ids(part))

    def _bracket(self, periods: dict[str, list[Part]]) -> tuple[Interval, list[Part]] | None:
        """The year to date just before and just after the total's day, as one interval."""
        end = self.total.period_end
        months = {p: self._best(parts) for p, parts in periods.items() if len(p) == 7 and p[:4] == str(end.year)}
        held = sorted((period, part) for period, part in months.items() if part is not None)
        earlier = [part for period, part in held if month_end(period) < end]
        later = [part for period, part in held if month_end(period) > end]
        parts = [*earlier[-1:], *later[:1]]
        if not parts:
            return None
        low = counted(earlier[-1].interval).low if earlier else Decimal(0)
        return Interval(parts[0].value, low, counted(later[0].interval).high if later else None), parts


def doubtful_ids(part: Part) -> tuple[str, ...]:
    return (part.total_id or part.source,) if part.is_doubtful else ()


def range_zh(interval: Interval, unit: str) -> str:
    low, high = plain(interval.low), plain(interval.high)
    return f"{low}{unit}以上" if high is None else f"{low}—{high}{unit}之间"


def range_en(interval: Interval) -> str:
    return (
        f"{plain(interval.low)} or more"
        if interval.high is None
        else f"{plain(interval.low)} to {plain(interval.high)}"
    )
