"""What one published figure can be tested with, best first: other prints, sums of rows and years, rates, bounds.

Belongs here: choosing and combining figures into evidence, never with the compared cell itself. Not here: loading
(holdings.py), interval arithmetic (intervals.py), the verdict and its explanation (reconcile.py).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal

from filings.holdings import RETURNS, Holdings, Names, Part, month_end
from filings.intervals import Interval, added, counted, multiplied, percent
from ingestion.catalogue import NATION
from ingestion.printed_model import ControlTotal
from ingestion.units import plain

# Nothing before 2019 is in the national cumulative figures, whatever the words say (the 16.3万 of 十年来, printed in
# August 2022, is the sum of 2019 to August 2022): control-totals-notes §2.
NATIONAL_START = 2019
STALE_DAYS = 62  # a statement in mid-month may rest on the figure published last, but not on an older one
RATES = {
    "start_rate_communities_printed": ("started_communities", "plan_communities"),
    "start_rate_households_printed": ("started_households", "plan_households"),
}

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


class Gatherer:
    """Evidence for one total. The cells that are the total itself never enter."""

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
        return Evidence(part.interval, (part.source,), basis, zh, en, part.step, doubtful=_doubtful(part))

    # -- evidence -----------------------------------------------------------------------------------------------
    def evidence(self) -> list[Evidence]:
        """Complete evidence: certain before doubtful, counts before estimates, other publications before this one,
        sums of years and computed rates before single prints."""
        found: list[Evidence] = []
        if self.indicator.kind == "printed":
            found += self._rates()
        if self.total.accumulation == "cumulative":
            found += self._years(self.names)
        parts = [p for p in self._periods(self.names).get(self.label, []) if p.basis != "partial"]
        found += [self._evidence(p) for p in sorted(parts, key=self._choice)]
        if self.indicator.kind == "scaled":
            found += self._estimates()
        return sorted(
            found, key=lambda e: (bool(e.doubtful), e.basis == "estimate", self.total.key in e.sources)
        )  # a stable sort

    def bounds(self) -> list[Evidence]:
        """What only limits the figure: partial sums of a table; the year to date before and after the day."""
        if self.indicator.kind == "printed":
            return self._rate_bounds()
        periods = self._periods(self.names)
        found = [self._partial(p) for p in periods.get(self.label, []) if p.basis == "partial" and not p.is_doubtful]
        if len(self.label) == 10 and self.total.accumulation == "year_to_date":
            bracket = self._bracket(periods)
            if bracket:
                interval, parts = bracket
                zh, en = self.holdings.listed(parts)
                found.append(
                    Evidence(
                        interval,
                        tuple(dict.fromkeys(p.source for p in parts)),
                        "interval",
                        f"前后各期的年初累计数（{zh.replace('＋', '、')}）",
                        f"the year-to-date figures before and after ({en.replace(' + ', ', ')})",
                        bounds_only=True,
                        rest_zh=f"累计数不减，本数应在{_range(interval, self.indicator.unit)}",
                        rest_en=f"a year-to-date figure never falls: {_range_en(interval)}",
                    )
                )
        return found

    # -- years against a cumulative figure ----------------------------------------------------------------------
    def _years(self, names: Names) -> list[Evidence]:
        """Σ of whole years, plus the year to date of the last one; nothing when a year is missing."""
        start, end = self.total.period_start, self.total.period_end
        before = self.total.area_code == NATION and start.year < NATIONAL_START
        if not before and (start.month, start.day) != (1, 1):
            return []
        periods = self._periods(names)
        is_whole = (end.month, end.day) == (12, 31) or self.indicator.kind == "plan"
        years = [str(y) for y in range(NATIONAL_START if before else start.year, end.year + int(is_whole))]
        found = []
        for tail in [""] if is_whole else self._tails(periods, end):
            labels = [*years, tail] if tail else years
            best = {p: self._best(periods.get(p, [])) for p in labels}
            parts = [p for p in best.values() if p is not None]
            absent = [label for label, part in best.items() if part is None]
            if absent or len(parts) < 2:
                self.missing = self.missing or absent
                continue
            interval = added(p.interval for p in parts)
            zh, en = self.holdings.listed(parts)
            found.append(
                Evidence(
                    interval,
                    tuple(dict.fromkeys(p.source for p in parts)),
                    "years",
                    f"各年之和{plain(interval.point)}{parts[0].unit}（{zh}）",
                    f"the sum of the years {plain(interval.point)} ({en})",
                    before=before,
                    ends=tail if tail and month_end(tail) != end else "",
                )
            )
        return found

    def _tails(self, periods: dict[str, list[Part]], end: dt.date) -> list[str]:
        """Months that a window ending at `end` may rest on. In mid-month: the month before, or the newest month that
        had been published by that day (the 11.2万 said on 9 December 2021 counts to October)."""
        if end == month_end(f"{end:%Y-%m}"):
            return [f"{end:%Y-%m}"]
        last = end.replace(day=1) - dt.timedelta(days=1)
        found = [f"{last:%Y-%m}"] if last.year == end.year else []
        known = [
            period
            for period, parts in periods.items()
            if len(period) == 7
            and 0 <= (end - month_end(period)).days <= STALE_DAYS
            and period[:4] == str(end.year)
            and any(p.published_on and p.published_on <= end.isoformat() for p in parts)
        ]
        return list(dict.fromkeys([*found, *sorted(known)[-1:]]))

    # -- residents ----------------------------------------------------------------------------------------------
    def _estimates(self) -> list[Evidence]:
        """Households × the named factor, which is known only within the range that printed pairs give."""
        assert self.indicator.base
        factor, known = self.catalogue.persons_per_household, self.catalogue.explanations.persons_per_household
        base: Names = [(self.indicator.base, {})]
        found = self._years(base) if self.total.accumulation == "cumulative" else []
        parts = [p for p in self._periods(base).get(self.label, []) if p.basis != "partial"]
        found += [self._evidence(p) for p in sorted(parts, key=self._choice)]
        return [
            replace(
                e,
                interval=multiplied(e.interval, factor, known.low, known.high),
                basis="estimate",
                step=None,
                zh=f"估算数{plain(e.interval.point * factor)}{self.indicator.unit}，即{e.zh}×每户{factor}人"
                f"（每户{known.low}—{known.high}人）",
                en=f"the estimate {plain(e.interval.point * factor)}: {e.en} × {factor} persons a household "
                f"({known.low} to {known.high})",
            )
            for e in found
        ]

    # -- rates --------------------------------------------------------------------------------------------------
    def _operands(self) -> tuple[dict[str, list[Part]], list[Part]]:
        """Started figures by period, and the plans of the year."""
        started, plan = RATES[self.indicator.id]
        plans = self._periods([(plan, {})]).get(str(self.total.period_end.year), [])
        return self._periods([(started, {})]), [p for p in plans if p.basis != "partial"]

    def _pair_order(self, top: Part, bottom: Part) -> tuple[Any, ...]:
        """Operands that stand in one publication belong together: a plan printed elsewhere may be another version."""
        own = self.total.key in (top.source, bottom.source)
        doubtful = top.is_doubtful or bottom.is_doubtful
        return doubtful, own, top.source != bottom.source, self._choice(bottom), self._choice(top)

    def _rates(self) -> list[Evidence]:
        started, plans = self._operands()
        tops = [p for p in started.get(self.label, []) if p.basis != "partial"]
        self.lacking = "plan" if not plans else "" if tops else "starts"
        found = []
        for top, bottom in sorted(((t, b) for t in tops for b in plans), key=lambda pair: self._pair_order(*pair)):
            rate = percent(counted(top.interval), counted(bottom.interval))
            if rate is not None:
                zh = f"开工{top.amount}（{top.short}）÷计划{bottom.amount}（{bottom.short}）＝{plain(rate.point)}%"
                en = f"{plain(top.value)} started ({top.source}) ÷ {plain(bottom.value)} planned ({bottom.source}) = "
                doubtful = (*_doubtful(top), *_doubtful(bottom))
                sources = tuple(dict.fromkeys((top.source, bottom.source)))
                found.append(Evidence(rate, sources, "ratio", zh, f"{en}{plain(rate.point)} %", doubtful=doubtful))
        return found

    def _rate_bounds(self) -> list[Evidence]:
        """No starts are printed for the period: those before and after it, divided by the plan, bound the rate."""
        started, plans = self._operands()
        bracket = self._bracket(started)
        if bracket is None:
            return []
        starts, parts = bracket
        # a province's own plan may be another list than the ministry's (辽宁 2024: 700 against 916): it bounds nothing
        publisher = self.catalogue.source(self.total.key).publisher
        fit = [
            p
            for p in plans
            if not p.is_doubtful and (p.source == RETURNS or self.catalogue.source(p.source).publisher == publisher)
        ]
        same = min(fit, key=lambda p: (p.source not in {t.source for t in parts}, self._choice(p)), default=None)
        rate = percent(starts, counted(same.interval)) if same else None
        if same is None or rate is None:
            return []
        zh, en = self.holdings.listed(parts)
        return [
            Evidence(
                rate,
                tuple(dict.fromkeys([*(p.source for p in parts), same.source])),
                "interval",
                f"前后各期开工数（{zh.replace('＋', '、')}）÷计划{same.amount}（{same.short}）",
                f"the starts before and after ({en.replace(' + ', ', ')}) ÷ {plain(same.value)} planned ({same.source})",
                bounds_only=True,
                rest_zh=f"累计数不减，开工率应在{_range(rate, '%')}",
                rest_en=f"starts never fall: the rate is {_range_en(rate)} %",
            )
        ]

    # -- bounds -------------------------------------------------------------------------------------------------
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

    def _partial(self, part: Part) -> Evidence:
        """Rows of a table with units missing: what is left must be zero or more."""
        zh, en = self.holdings.words(part)
        left = self.total.value * self.factor - part.value
        lacking = self.holdings.units_without(part)
        count = part.expected - part.reported
        named = "、".join(lacking) if 0 < len(lacking) <= 3 else f"{count}个单位"
        half = plain(self.total.rounding_half_unit * self.factor + part.half_unit)
        return Evidence(
            Interval(part.value, part.interval.low, None),
            (part.source,),
            "partial",
            f"{zh}（应有{part.expected}行）",
            f"{en} (of {part.expected})",
            bounds_only=True,
            rest_zh=f"余{plain(left)}{self.indicator.unit}（±{half}）应为{named}的数",
            rest_en=f"{plain(left)} (± {half}) is left for {count} missing units",
        )


def _doubtful(part: Part) -> tuple[str, ...]:
    return (part.total_id or part.source,) if part.is_doubtful else ()


def _range(interval: Interval, unit: str) -> str:
    low, high = plain(interval.low), plain(interval.high)
    return f"{low}{unit}以上" if high is None else f"{low}—{high}{unit}之间"


def _range_en(interval: Interval) -> str:
    return (
        f"{plain(interval.low)} or more"
        if interval.high is None
        else f"{plain(interval.low)} to {plain(interval.high)}"
    )
