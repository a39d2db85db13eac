"""The verdict on every published control total: one answer a row of control_totals.csv, never a row skipped.

Belongs here: the verdict on the best evidence, the explanations of the rule book, and the sentence that says both. dbt
stores what `judge` returns (marts/reconciliation); commands and pages read the mart (reconcile.py). Not here: what a
total is compared with (evidence.py), gates (quality), printing (orchestration).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from filings.evidence import Evidence, Gatherer
from filings.holdings import Holdings, Names, period_zh
from filings.intervals import Comparison, Interval, compare, printed_interval, tolerance
from filings.reader import Reader
from ingestion.catalogue import catalogue
from ingestion.printed_model import ControlTotal, Explanation
from ingestion.units import plain

_BEST = {"agrees": 0, "explained": 1, "other_definition": 2, "differs": 3}


@dataclass(frozen=True)
class _Judged:
    """A verdict with its sentences. evidence None: nothing was compared."""

    verdict: str
    zh: str
    en: str
    evidence: Evidence | None = None
    guard: str = ""
    is_partial: bool = False

    @property
    def coverage(self) -> str:
        if self.evidence is None:
            return "partial" if self.is_partial else "none"
        if self.evidence.before or self.evidence.ends:
            return "window"
        return "partial" if self.evidence.bounds_only else "complete"


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


class _Row:
    """One control total on its way to an answer."""

    def __init__(self, holdings: Holdings, total: ControlTotal) -> None:
        self.holdings, self.total = holdings, total
        self.catalogue = holdings.catalogue
        self.names: Names = self.catalogue.printed_names.get(total.indicator, [])
        self.unit = self.catalogue.indicator(self.names[0][0]).unit if self.names else total.unit
        factor = self.catalogue.unit(total.unit).factor if self.names else Decimal(1)
        self.value = total.value * factor
        self.half_unit = total.rounding_half_unit * factor
        self.printed = printed_interval(self.value, self.half_unit, total.qualifier)
        self.step = self.half_unit * 2 if total.qualifier == "exact" and self.half_unit else None
        self.own = holdings.own_cells(total, self.names)
        self.said_zh = f"公布数“{total.printed}”（{total.key}）" + (
            "（此数并未印出，由印出的变动推得）" if total.is_derived else ""
        )
        self.said_en = f"{total.printed} ({total.key})" + (
            " (not printed itself: derived from a printed change)" if total.is_derived else ""
        )

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

    def _judge(self) -> _Judged:
        if not self.names:
            return self._uncatalogued()
        other = self.catalogue.explanations.other(self.total.total_id)
        if other is not None:
            words = f"{self.said_zh}：{other.zh}。", f"{self.said_en}: {other.en}."
            return _Judged("other_definition", *words, guard="row_words")
        wrong = next((o for o in self.own if o["value"] != self.value), None)
        if wrong is not None:
            return self._miscopied(wrong)
        if self.total.accumulation == "stock" and self.catalogue.indicator(self.names[0][0]).kind in ("flow", "scaled"):
            return self._no_data(
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
        return self._nothing(gatherer)

    # -- comparing ----------------------------------------------------------------------------------------------
    def _compare(self, evidence: Evidence) -> _Judged | None:
        """The verdict on one piece of evidence; None when it can neither confirm nor contradict."""
        if evidence.interval.is_open and not evidence.bounds_only:
            # a word without an upper bound (全部开工) proves the same or a weaker word, or refutes a smaller number
            proves = self.printed.is_open and evidence.interval.low >= self.printed.low
            if not proves and self.printed.meets(evidence.interval):
                return None
        outcome = compare(self.printed, evidence.interval, self.step, evidence.step)
        zh, en = self._measured(evidence)
        # what is known about a difference goes before what its digits suggest (河南 2022: a task of its own, not a cut)
        if outcome == "differs" or (outcome != "agrees" and self._known(evidence)):
            return self._differs(evidence, zh, en)
        verdict, why_zh, why_en = self._met(outcome, evidence)
        doubts_zh, doubts_en = self._doubts(evidence)
        return _Judged(verdict, f"{zh}{why_zh}{doubts_zh}。", f"{en}{why_en}{doubts_en}.", evidence)

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

    def _measured(self, evidence: Evidence) -> tuple[str, str]:
        """What was compared with what, and by how much it differs."""
        difference = evidence.interval.point - self.value
        room = tolerance(self.printed, evidence.interval)
        unit = self.unit
        if self.printed.is_open:
            gap_zh, gap_en = f"，对照{plain(self.value)}%的界限", f", against the bound of {plain(self.value)} %"
        else:
            gap_zh = f"，差{plain(difference)}{unit}，容差{plain(room)}{unit}"
            gap_en = f", difference {plain(difference)}, tolerance {plain(room)}"
        return (
            f"{self.said_zh}与{evidence.zh}相比{gap_zh}",
            f"{self.said_en} against {evidence.en}{gap_en}",
        )

    def _differs(self, evidence: Evidence, zh: str, en: str) -> _Judged:
        """A difference: explained by the rule book, by a doubtful figure on either side, or left as it is."""
        known = self._known(evidence)
        if known is not None:
            guard = "publication" if known.verdict == "other_definition" else ""
            return _Judged(known.verdict, f"{zh}；已知：{known.zh}。", f"{en}; known: {known.en}.", evidence, guard)
        doubts_zh, doubts_en = self._doubts(evidence)
        if doubts_zh:
            return _Judged("explained", f"{zh}{doubts_zh}。", f"{en}{doubts_en}.", evidence)
        return _Judged("differs", f"{zh}，超出容差，原因未知。", f"{en}: differs, the reason is not known.", evidence)

    def _known(self, evidence: Evidence) -> Explanation | None:
        """The rule book's explanation of this difference; what only says why a total is doubtful is none."""
        for known in self.catalogue.explanations.by_total.get(self.total.total_id, []):
            if set(known.against) & set(evidence.sources) or not (known.against or self.total.is_doubtful):
                return known
        return None

    def _doubts(self, evidence: Evidence | None = None) -> tuple[str, str]:
        """The doubtful totals that took part, with what is known about each."""
        ids = [self.total.total_id] if self.total.is_doubtful else []
        zh, en = "", ""
        for total_id in [*ids, *(evidence.doubtful if evidence else ())]:
            notes = self.catalogue.explanations.by_total.get(total_id, [])
            note = next((n for n in notes if not n.against), None)
            whose_zh, whose_en = ("本数", "this figure") if total_id in ids else (f"所比的{total_id}", total_id)
            zh += f"；{whose_zh}存疑：{note.zh if note else '见摘录注'}"
            en += f"; {whose_en} is doubtful: {note.en if note else 'see its note'}"
        return zh, en

    def _bound(self, evidence: Evidence) -> _Judged:
        """Bounds refute what lies outside them; they prove only what they hold entirely."""
        limits = evidence.interval
        zh, en = self._measured(evidence)
        if not self.printed.meets(limits):
            over = limits.high is not None and limits.high < self.printed.low
            nearest = limits.high if over and limits.high is not None else limits.low
            evidence = _at(evidence, nearest)
            zh, en = self._measured(evidence)
            return self._differs(evidence, f"{zh}；{evidence.rest_zh}", f"{en}; {evidence.rest_en}")
        proved = limits.low >= self.printed.low and (
            self.printed.high is None or (limits.high is not None and limits.high <= self.printed.high)
        )
        if proved:
            return _Judged(
                "agrees", f"{zh}；{evidence.rest_zh}，相符。", f"{en}; {evidence.rest_en}: agrees.", evidence
            )
        return _Judged(
            "no_data",
            f"{self.said_zh}没有完整的对照；{evidence.zh}：{evidence.rest_zh}，并不矛盾{self._doubts()[0]}。",
            f"{self.said_en}: nothing complete to compare with; {evidence.en}: {evidence.rest_en}, no contradiction"
            f"{self._doubts()[1]}.",
            is_partial=True,
        )

    # -- nothing to compare -------------------------------------------------------------------------------------
    def _uncatalogued(self) -> _Judged:
        guard = self.catalogue.explanations.guard(self.total.indicator)
        near = f"（相近指标：{self.catalogue.indicator(guard.near).name.zh}）" if guard and guard.near else ""
        said_zh, said_en = f"{self.said_zh}，{self.total.indicator}", f"{self.said_en}, {self.total.indicator}"
        if guard is None:
            return _Judged(
                "no_data", f"{said_zh}：还不是指标目录中的指标。", f"{said_en}: not an indicator of the catalogue yet."
            )
        kept = "printed_name" if guard.verdict == "other_definition" else ""
        return _Judged(guard.verdict, f"{said_zh}：{guard.zh}{near}。", f"{said_en}: {guard.en}.", guard=kept)

    def _miscopied(self, cell: dict[str, Any]) -> _Judged:
        """The received cell is not what the rule book holds: one of the two copies is wrong."""
        point = cell["value"]
        evidence = Evidence(
            Interval(point, point, point),
            (self.total.key,),
            "filed",
            f"所收{self.holdings.source_zh(self.total.key)}{cell['sheet']}!{cell['cell']}“{cell['printed']}”",
            f"the received cell {cell['sheet']}!{cell['cell']} of {self.total.key} ({cell['printed']})",
        )
        zh, en = self._measured(evidence)
        return _Judged(
            "differs",
            f"{zh}：同一格的两份抄录不一致，请核对原文。",
            f"{en}: two copies of one cell differ; check the original.",
            evidence,
        )

    def _no_data(self, zh: str, en: str) -> _Judged:
        doubts_zh, doubts_en = self._doubts()
        return _Judged("no_data", f"{self.said_zh}：{zh}{doubts_zh}。", f"{self.said_en}: {en}{doubts_en}.")

    def _nothing(self, gatherer: Gatherer) -> _Judged:
        area, label = self.holdings.area_zh(self.total.area_code), period_zh(self.total.label)
        if gatherer.lacking == "plan":
            year = self.total.period_end.year
            return self._no_data(
                f"没有资料印出{area}{year}年的计划数，开工率无从计算", f"no plan of {year} is printed for the area"
            )
        if gatherer.lacking == "starts":
            return self._no_data(
                f"有计划数，但没有资料印出{area}{label}的开工数", "a plan is printed, but no starts for the period"
            )
        more_zh, more_en = self._doubts()
        if gatherer.missing:
            more_zh = f"；缺{'、'.join(period_zh(m) for m in gatherer.missing)}的数，各年不能相加{more_zh}"
            more_en = f"; without {', '.join(gatherer.missing)} the years do not add up to it{more_en}"
        if self.own:
            cell = self.own[0]
            return _Judged(
                "same_source",
                f"{area}{label}只有这一格本身（{self.total.key} {cell['sheet']}!{cell['cell']}“{cell['printed']}”），"
                f"没有其他公布资料或报表可比{more_zh}。",
                f"only the cell itself ({self.total.key} {cell['sheet']}!{cell['cell']}) gives this area and period"
                f"{more_en}.",
            )
        return self._no_data(
            f"没有其他公布资料或报表给出{area}{label}的这一指标，本资料也未收到{more_zh}",
            f"no other publication or return gives this area and period, and this one was not received{more_en}",
        )


def _same_test(first: Evidence, other: Evidence) -> bool:
    """Sums of years that differ only in the month they are taken to end with."""
    return first is other or first.basis == other.basis == "years"


def _at(evidence: Evidence, point: Decimal) -> Evidence:
    return replace(evidence, interval=Interval(point, evidence.interval.low, evidence.interval.high))
