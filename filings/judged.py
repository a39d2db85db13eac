"""One published total as a verdict speaks of it, and what is said where there is nothing to compare it with.

Not here: the verdict on evidence (verdicts.py), the evidence (evidence.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from filings.evidence import Gatherer
from filings.holdings import Holdings, Names, period_zh
from filings.intervals import Interval, printed_interval, tolerance
from filings.usable import Evidence
from ingestion.printed_model import ControlTotal
from ingestion.units import plain


@dataclass(frozen=True)
class Judged:
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


class PrintedTotal:
    """One control total, and the words for it."""

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

    def measured(self, evidence: Evidence) -> tuple[str, str]:
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

    def doubts(self, evidence: Evidence | None = None) -> tuple[str, str]:
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

    # -- nothing to compare -------------------------------------------------------------------------------------
    def uncatalogued(self) -> Judged:
        guard = self.catalogue.explanations.guard(self.total.indicator)
        near = f"（相近指标：{self.catalogue.indicator(guard.near).name.zh}）" if guard and guard.near else ""
        said_zh, said_en = f"{self.said_zh}，{self.total.indicator}", f"{self.said_en}, {self.total.indicator}"
        if guard is None:
            return Judged(
                "no_data", f"{said_zh}：还不是指标目录中的指标。", f"{said_en}: not an indicator of the catalogue yet."
            )
        kept = "printed_name" if guard.verdict == "other_definition" else ""
        return Judged(guard.verdict, f"{said_zh}：{guard.zh}{near}。", f"{said_en}: {guard.en}.", guard=kept)

    def miscopied(self, cell: dict[str, Any]) -> Judged:
        """The received cell is not what the rule book holds: one of the two copies is wrong."""
        point = cell["value"]
        evidence = Evidence(
            Interval(point, point, point),
            (self.total.key,),
            "filed",
            f"所收{self.holdings.source_zh(self.total.key)}{cell['sheet']}!{cell['cell']}“{cell['printed']}”",
            f"the received cell {cell['sheet']}!{cell['cell']} of {self.total.key} ({cell['printed']})",
        )
        zh, en = self.measured(evidence)
        return Judged(
            "differs",
            f"{zh}：同一格的两份抄录不一致，请核对原文。",
            f"{en}: two copies of one cell differ; check the original.",
            evidence,
        )

    def no_data(self, zh: str, en: str) -> Judged:
        doubts_zh, doubts_en = self.doubts()
        return Judged("no_data", f"{self.said_zh}：{zh}{doubts_zh}。", f"{self.said_en}: {en}{doubts_en}.")

    def nothing(self, gatherer: Gatherer) -> Judged:
        area, label = self.holdings.area_zh(self.total.area_code), period_zh(self.total.label)
        if gatherer.lacking == "plan":
            year = self.total.period_end.year
            return self.no_data(
                f"没有资料印出{area}{year}年的计划数，开工率无从计算", f"no plan of {year} is printed for the area"
            )
        if gatherer.lacking == "starts":
            return self.no_data(
                f"有计划数，但没有资料印出{area}{label}的开工数", "a plan is printed, but no starts for the period"
            )
        more_zh, more_en = self.doubts()
        if gatherer.missing:
            more_zh = f"；缺{'、'.join(period_zh(m) for m in gatherer.missing)}的数，各年不能相加{more_zh}"
            more_en = f"; without {', '.join(gatherer.missing)} the years do not add up to it{more_en}"
        if self.own:
            cell = self.own[0]
            return Judged(
                "same_source",
                f"{area}{label}只有这一格本身（{self.total.key} {cell['sheet']}!{cell['cell']}“{cell['printed']}”），"
                f"没有其他公布资料或报表可比{more_zh}。",
                f"only the cell itself ({self.total.key} {cell['sheet']}!{cell['cell']}) gives this area and period"
                f"{more_en}.",
            )
        return self.no_data(
            f"没有其他公布资料或报表给出{area}{label}的这一指标，本资料也未收到{more_zh}",
            f"no other publication or return gives this area and period, and this one was not received{more_en}",
        )
