"""What a printed rate can be tested with: starts divided by plans that others printed, or what bounds them.

Not here: every other kind of evidence (evidence.py).
"""

from __future__ import annotations

from typing import Any

from filings.holdings import RETURNS, Part
from filings.intervals import counted, percent
from filings.usable import Evidence, Usable, doubtful_ids, range_en, range_zh
from ingestion.units import plain

RATES = {
    "start_rate_communities_printed": ("started_communities", "plan_communities"),
    "start_rate_households_printed": ("started_households", "plan_households"),
}


class Rates(Usable):
    """Evidence for one printed rate."""

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
                doubtful = (*doubtful_ids(top), *doubtful_ids(bottom))
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
                rest_zh=f"累计数不减，开工率应在{range_zh(rate, '%')}",
                rest_en=f"starts never fall: the rate is {range_en(rate)} %",
            )
        ]
