"""What one published figure can be tested with, best first: other prints, sums of rows and years, rates, bounds.

Belongs here: choosing and combining figures into evidence, never with the compared cell itself. Not here: loading
(holdings.py), which figures are usable (usable.py), rates (rates.py), interval arithmetic (intervals.py), the verdict
and its explanation (verdicts.py).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from filings.holdings import Names, Part, month_end
from filings.intervals import Interval, added, multiplied
from filings.rates import Rates
from filings.usable import Evidence, range_en, range_zh
from ingestion.catalogue import NATION
from ingestion.units import plain

# Nothing before 2019 is in the national cumulative figures, whatever the words say (the 16.3万 of 十年来, printed in
# August 2022, is the sum of 2019 to August 2022): control-totals-notes §2.
NATIONAL_START = 2019
STALE_DAYS = 62  # a statement in mid-month may rest on the figure published last, but not on an older one


class Gatherer(Rates):
    """Evidence for one total."""

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
                        rest_zh=f"累计数不减，本数应在{range_zh(interval, self.indicator.unit)}",
                        rest_en=f"a year-to-date figure never falls: {range_en(interval)}",
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

    # -- bounds -------------------------------------------------------------------------------------------------
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
