"""对账: published figures against ours and against each other: verdicts, plans behind rates, sums, sets, years, effects."""

from __future__ import annotations

from collections import Counter
from typing import Any

from dashboards.data import reconciliation as data
from dashboards.data.reading import area_words
from dashboards.pages._page import Block, Cell, Page, Table
from dashboards.pages._plans import plans_block, runs_block, year_of
from dashboards.pages._tests import TESTS
from dashboards.pages.overview import SAMPLE_WARNING
from dashboards.theme import Words
from dashboards.view import View
from filings.reader import Reader
from filings.reconcile import VERDICTS

TITLE = Words("对账", "Reconciliation")
QUESTION = Words(
    "公布过的数，与我们的数、与其他公布数合不合？", "Do published figures agree with ours, and with each other?"
)
VERDICT_WORDS = {
    "agrees": Words("相符", "agrees"),
    "differs": Words("不符", "differs"),
    "explained": Words("已说明", "explained"),
    "other_definition": Words("口径不同", "other definition"),
    "same_source": Words("同一来源", "same source"),
    "no_data": Words("无可比", "nothing to compare"),
    "interval": Words("区间", "interval"),
}
MEANING = {
    "agrees": Words("与不含本格的数相符，舍入之内", "within rounding of figures that do not hold its own cell"),
    "differs": Words("超出容差，原因未知", "beyond the tolerance, reason unknown"),
    "explained": Words("有差异，原因已知：截尾、存疑、改动、期间不同", "a difference with a known reason: digits cut, doubtful, revised, another span"),
    "other_definition": Words("名称或原文的口径不同，不与任何数比", "its name or words mean something else: compared with nothing, or known to differ"),
    "same_source": Words("只有这一格，没有第二个来源", "its own cell is the only one"),
    "no_data": Words("没有完整的对照，或不是本调查的指标", "nothing complete to compare with, or no indicator of the survey"),
}  # fmt: skip
COVERAGE = {
    "complete": Words("完整", "complete"),
    "partial": Words("缺单位或前后期", "bounds only"),
    "window": Words("期间与字面不同", "another span than its words"),
    "none": Words("", ""),
}
SHOWN = ("differs", "explained", "other_definition", "agrees", "same_source", "no_data", "interval")


class Teller:
    """Names and links that every table of the page uses."""

    def __init__(self, reader: Reader, view: View, found: data.Found) -> None:
        self.reader, self.view, self.found = reader, view, found

    def area(self, code: str) -> Words:
        return Words(*area_words(self.reader, code))

    def indicator(self, name: str) -> Words:
        held = self.reader.catalogue.indicators.get(name)
        return Words(held.name.zh, held.name.en) if held else Words(name, name)

    def reason(self, row: dict[str, Any]) -> str:
        return str(row["reason"] if self.view.lang == "zh" else row["reason_en"])

    def verdict(self, row: dict[str, Any]) -> Cell:
        return Cell(VERDICT_WORDS[row["verdict"]], sort=str(SHOWN.index(row["verdict"])))

    def cell(self, observation: str | None) -> Cell:
        """The source cell, linked to the sheet it stands in."""
        place = self.found.place(observation)
        if place is None:
            return Cell(Words("未收到", "not received"))
        if place.indicator not in self.reader.catalogue.indicators or place.period.startswith("stock"):
            return Cell(place.words)
        to = self.view.trace(place.indicator, place.area, place.period, place.dim, place.programme, "level")
        return Cell(place.words, to)


def _counts(found: data.Found) -> Block:
    counts = Counter(r["verdict"] for r in found.totals)
    guards = Counter(r["coverage"] for r in found.totals if r["verdict"] in ("agrees", "differs", "explained"))
    rows = [
        [Cell(VERDICT_WORDS[v]), Cell(str(counts[v]), sort=str(counts[v])), Cell(MEANING[v])]
        for v in VERDICTS
        if counts[v]
    ]
    note = Words(
        f"共 {len(found.totals)} 个公布数，逐个有结论。其中相比的：" + "，".join(f"{COVERAGE[c].zh} {n}" for c, n in guards.most_common()) + "。",
        f"{len(found.totals)} published figures, each with a verdict. Compared: "
        + ", ".join(f"{COVERAGE[c].en} {n}" for c, n in guards.most_common()) + ".",
    )  # fmt: skip
    headers = [Words("判定", "verdict"), Words("个数", "figures"), Words("意思", "meaning")]
    return Block(
        "verdicts", Words("结论有几种", "Verdicts by number"), table=Table(headers, rows, frozenset({1})), notes=(note,)
    )


def _totals(found: data.Found, teller: Teller) -> Block:
    rows = []
    for r in sorted(found.totals, key=lambda r: SHOWN.index(r["verdict"])):
        if r["verdict"] in ("same_source", "no_data"):
            continue
        area, name = teller.area(r["area"]), teller.indicator(r["indicator"])
        rows.append(
            [
                Cell(Words(f"{area.zh} {r['period']} {name.zh}", f"{area.en} {r['period']} {name.en}"), title=r["total_id"]),
                teller.verdict(r),
                Cell(r["printed"]),
                Cell("" if r["ours"] is None else str(r["ours"])),
                Cell("" if r["difference"] is None else f"{r['difference']} (±{r['tolerance']})", sort=str(r["difference"])),
                Cell(COVERAGE[r["coverage"]]),
                Cell(teller.reason(r)),
                teller.cell(r["observations"][0]),
            ]
        )  # fmt: skip
    headers = [
        Words("地区、报告期、指标", "area, period, indicator"),
        Words("判定", "verdict"),
        Words("原文", "as printed"),
        Words("对照的数", "compared with"),
        Words("差（容差）", "difference (tolerance)"),
        Words("覆盖", "coverage"),
        Words("理由", "reason"),
        Words("单元格", "cell"),
    ]
    note = Words(
        "下表列出有可比对象的；只有一个来源的和无可比的见 jiugai reconcile --json。",
        "Listed are those with something to compare; jiugai reconcile --json gives the rest.",
    )
    return Block(
        "reconciliation",
        Words("与已公布数对照", "Against published figures"),
        table=Table(headers, rows, frozenset({3})),
        notes=(note,),
    )


def page(reader: Reader, view: View) -> Page:
    return Page(view, TITLE, QUESTION, _blocks(reader, view), reader.as_of, (SAMPLE_WARNING,) if view.sample else ())


def _blocks(reader: Reader, view: View) -> tuple[Block, ...]:
    if view.sample or reader.release is not None:
        sample = Words("样例报表不与公布数对照。", "Sample returns are not compared with what was published.")
        release = Words(
            "对照要用构建：发布里没有单个观测。",
            "The comparison reads a build: a release holds no single observations.",
        )
        return (Block("reconciliation", TITLE, notes=(sample if view.sample else release,)),)
    found = data.found(reader, view.area)
    teller = Teller(reader, view, found)
    plans = [plans_block(found, year_of(found, view.period), teller.area, view.lang)] if found.plans else []
    runs = [runs_block(found, teller.area, teller.cell)] if found.plans else []
    tests = [made for make in TESTS if (made := make(found, teller)) is not None]
    return (_counts(found), *plans, *runs, *tests, _totals(found, teller))
