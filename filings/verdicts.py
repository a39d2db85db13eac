"""The verdict on every published control total: one answer a row of control_totals.csv, never a row skipped.

Belongs here: the verdict on the best evidence, the explanations of the rule book, and the sentence that says both. dbt
stores what `judge` returns (marts/reconciliation); commands and pages read the mart (reconcile.py). Not here: what a
total is compared with (evidence.py), gates (quality), printing (orchestration).
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from filings.evidence import Gatherer
from filings.holdings import Holdings
from filings.intervals import Comparison, Interval, compare, tolerance
from filings.judged import Judged, PrintedTotal
from filings.reader import Reader
from filings.usable import Evidence
from ingestion.catalogue import catalogue
from ingestion.printed_model import Explanation
from ingestion.units import plain

_BEST = {"agrees": 0, "explained": 1, "other_definition": 2, "differs": 3}


def judge(reader: Reader) -> list[dict[str, Any]]:
    """Every published control total tested against real figures that do not contain its own cell, in file order.

    Returns: [{total_id, verdict, ours, ours_low, ours_high, tolerance, independence, coverage, guard, reason_zh,
        reason_en, ours_basis, ours_sources}]; quantities exact, in the base unit of the indicator. coverage: complete |
        partial (units missing) | window (the words name another span of time than the sum) | none. guard: which
        definition kept it apart: printed_name | row_words | publication, else empty.
    """
    holdings = Holdings(reader)
    return [_Row(holdings, total).answer() for total in reader.catalogue.control_totals]


def judged_table(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """What `judge` finds in the build that dbt is making, as typed columns; called by marts/reconciliation."""
    amount = pa.decimal128(38, 8)
    schema = pa.schema(
        [(name, pa.string()) for name in ("total_id", "verdict")]
        + [(name, amount) for name in ("ours", "ours_low", "ours_high", "tolerance")]
        + [
            (name, pa.string())
            for name in ("independence", "coverage", "guard", "reason_zh", "reason_en", "ours_basis")
        ]
        + [("ours_sources", pa.list_(pa.string()))]
    )
    book = catalogue()
    reader = Reader(connection, book, None, "", Path(), (book.version, book.content_hash))
    return pa.Table.from_pylist(judge(reader), schema=schema)


class _Row(PrintedTotal):
    """One control total on its way to an answer."""

    # -- the answer ---------------------------------------------------------------------------------------------
    def answer(self) -> dict[str, Any]:
        judged = self._judge()
        evidence, sources = judged.evidence, list(judged.evidence.sources) if judged.evidence else []
        ours = evidence.interval.point if evidence else None
        low, high = (evidence.interval.low, evidence.interval.high) if evidence else (None, None)
        basis = evidence.basis if evidence else None
        if judged.verdict == "same_source":
            ours = low = high = self.own[0]["value"]
            basis, sources = "filed", [self.total.key]
        independence = "same_publication" if self.total.key in sources else "independent"
        return {
            "total_id": self.total.total_id,
            "verdict": judged.verdict,
            "ours": ours,
            "ours_low": low,
            "ours_high": high,
            "tolerance": tolerance(self.printed, evidence.interval) if evidence else None,
            "independence": independence if evidence else None,
            "coverage": judged.coverage,
            "guard": judged.guard,
            "reason_zh": judged.zh,
            "reason_en": judged.en,
            "ours_basis": basis,
            "ours_sources": sources,
        }

    def _judge(self) -> Judged:
        if not self.names:
            return self.uncatalogued()
        other = self.catalogue.explanations.other(self.total.total_id)
        if other is not None:
            words = f"{self.said_zh}：{other.zh}。", f"{self.said_en}: {other.en}."
            return Judged("other_definition", *words, guard="row_words")
        wrong = next((o for o in self.own if o["value"] != self.value), None)
        if wrong is not None:
            return self.miscopied(wrong)
        if self.total.accumulation == "stock" and self.catalogue.indicator(self.names[0][0]).kind in ("flow", "scaled"):
            return self.no_data(
                "没有说明从何时累计，不能与任何时期的数相比", "the start of the cumulation is not given"
            )
        gatherer = Gatherer(self.holdings, self.total, self.names, self.own)
        judged = [j for e in gatherer.evidence() if (j := self._compare(e)) is not None]
        if judged:
            # two readings of one window (see Gatherer._tails): the better one counts; else the first evidence does
            first = judged[0].evidence
            readings = [j for j in judged if first and j.evidence and _same_test(first, j.evidence)]
            return min(readings, key=lambda j: _BEST[j.verdict])
        bounds = [self._bound(e) for e in gatherer.bounds()]
        if bounds:
            return min(
                bounds, key=lambda j: ("differs", "explained", "other_definition", "agrees", "no_data").index(j.verdict)
            )
        return self.nothing(gatherer)

    # -- comparing ----------------------------------------------------------------------------------------------
    def _compare(self, evidence: Evidence) -> Judged | None:
        """The verdict on one piece of evidence; None when it can neither confirm nor contradict."""
        if evidence.interval.is_open and not evidence.bounds_only:
            # a word without an upper bound (全部开工) proves the same or a weaker word, or refutes a smaller number
            proves = self.printed.is_open and evidence.interval.low >= self.printed.low
            if not proves and self.printed.meets(evidence.interval):
                return None
        outcome = compare(self.printed, evidence.interval, self.step, evidence.step)
        zh, en = self.measured(evidence)
        # what is known about a difference goes before what its digits suggest (河南 2022: a task of its own, not a cut)
        if outcome == "differs" or (outcome != "agrees" and self._known(evidence)):
            return self._differs(evidence, zh, en)
        verdict, why_zh, why_en = self._met(outcome, evidence)
        doubts_zh, doubts_en = self.doubts(evidence)
        return Judged(verdict, f"{zh}{why_zh}{doubts_zh}。", f"{en}{why_en}{doubts_en}.", evidence)

    def _met(self, outcome: Comparison, evidence: Evidence) -> tuple[str, str, str]:
        same = self.total.key in evidence.sources
        kind_zh, kind_en = ("含同一公布资料", "same publication") if same else ("来源独立", "independent")
        if outcome == "cut":
            return (
                "explained",
                f"；把{plain(evidence.interval.point)}截到所印位数正是{plain(self.value)}，是截尾而非四舍五入（{kind_zh}）",
                f"; {plain(evidence.interval.point)} cut to the printed digits is {plain(self.value)}: cut, not rounded "
                f"({kind_en})",
            )
        if outcome == "cut_back":
            return (
                "explained",
                f"；对方的数是把{plain(self.value)}截尾而非四舍五入所得（{kind_zh}）",
                f"; the other print is {plain(self.value)} cut, not rounded ({kind_en})",
            )
        if evidence.before:
            return (
                "explained",
                f"，相符（{kind_zh}）；字面自{self.total.period_start.year}年起，而2019年起的合计即已相符，2019年以前没有计入",
                f", agrees ({kind_en}); the words reach back to {self.total.period_start.year}, yet the sum since 2019 "
                "agrees: nothing before 2019 is in it",
            )
        return "agrees", f"，相符（{kind_zh}）", f", agrees ({kind_en})"

    def _differs(self, evidence: Evidence, zh: str, en: str) -> Judged:
        """A difference: explained by the rule book, by a doubtful figure on either side, or left as it is."""
        known = self._known(evidence)
        if known is not None:
            guard = "publication" if known.verdict == "other_definition" else ""
            return Judged(known.verdict, f"{zh}；已知：{known.zh}。", f"{en}; known: {known.en}.", evidence, guard)
        doubts_zh, doubts_en = self.doubts(evidence)
        if doubts_zh:
            return Judged("explained", f"{zh}{doubts_zh}。", f"{en}{doubts_en}.", evidence)
        return Judged("differs", f"{zh}，超出容差，原因未知。", f"{en}: differs, the reason is not known.", evidence)

    def _known(self, evidence: Evidence) -> Explanation | None:
        """The rule book's explanation of this difference; what only says why a total is doubtful is none."""
        for known in self.catalogue.explanations.by_total.get(self.total.total_id, []):
            if set(known.against) & set(evidence.sources) or not (known.against or self.total.is_doubtful):
                return known
        return None

    def _bound(self, evidence: Evidence) -> Judged:
        """Bounds refute what lies outside them; they prove only what they hold entirely."""
        limits = evidence.interval
        zh, en = self.measured(evidence)
        if not self.printed.meets(limits):
            over = limits.high is not None and limits.high < self.printed.low
            nearest = limits.high if over and limits.high is not None else limits.low
            evidence = _at(evidence, nearest)
            zh, en = self.measured(evidence)
            return self._differs(evidence, f"{zh}；{evidence.rest_zh}", f"{en}; {evidence.rest_en}")
        proved = limits.low >= self.printed.low and (
            self.printed.high is None or (limits.high is not None and limits.high <= self.printed.high)
        )
        if proved:
            return Judged("agrees", f"{zh}；{evidence.rest_zh}，相符。", f"{en}; {evidence.rest_en}: agrees.", evidence)
        return Judged(
            "no_data",
            f"{self.said_zh}没有完整的对照；{evidence.zh}：{evidence.rest_zh}，并不矛盾{self.doubts()[0]}。",
            f"{self.said_en}: nothing complete to compare with; {evidence.en}: {evidence.rest_en}, no contradiction"
            f"{self.doubts()[1]}.",
            is_partial=True,
        )


def _same_test(first: Evidence, other: Evidence) -> bool:
    """Sums of years that differ only in the month they are taken to end with."""
    return first is other or first.basis == other.basis == "years"


def _at(evidence: Evidence, point: Decimal) -> Evidence:
    return replace(evidence, interval=Interval(point, evidence.interval.low, evidence.interval.high))
