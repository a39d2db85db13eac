"""The plan that the ministry divided by: a picture an area, then the runs of months as a table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dashboards.data.reconciliation import Found
from dashboards.figures.plan_interval import Band, Bar, plan_picture
from dashboards.markup import Child, node, one, said
from dashboards.pages._page import Block, Cell, Table
from dashboards.theme import Words
from ingestion.catalogue import NATION

PLAN_VERDICTS = {
    "revised": Words("改动未公布", "revised without notice"),
    "impossible": Words("无此计划", "no such plan"),
    "pinned": Words("唯一", "pinned"),
    "narrowed": Words("收窄", "narrowed"),
    "at_most": Words("只有上限", "upper bound only"),
}
ORDER = tuple(PLAN_VERDICTS)
MEASURES = {"communities": Words("小区", "communities"), "households": Words("户", "households")}
NOTES = (
    Words(
        "当月开工数÷所印开工率＝计划；开工率四舍五入到所印位数，故每月只给出一个区间。各月区间求交：只剩一个数即“唯一”；"
        "交集为空，说明计划在该月之前改动而未另行公布，以后的月份另起一段。“全部开工”只给上限。",
        "Starts divided by the printed rate are the plan; the rate is rounded, so each month gives an interval. Months are "
        "intersected: one number left is pinned; an empty intersection means that the plan was revised before that month "
        "without notice, and a new run begins. “All started” gives an upper bound alone.",
    ),
    Words(
        "图中竖线为当月区间（虚线：只有上限），浅色带为各月之交，橙色为改动后的月份，横虚线为印出的计划数（箭头：在图外）。",
        "Upright lines: a month's interval (dotted: upper bound only). Pale band: what the months share. Orange: months after a "
        "revision. Dashed across: a printed plan (an arrow: beyond the picture).",
    ),
)


def year_of(found: Found, period: str) -> str:
    """The year asked for, else the one whose plans rest on most months: it says most."""
    months: dict[str, int] = {}
    for run in found.plans:
        if run["measure"] == "communities":
            months[run["year"]] = months.get(run["year"], 0) + len(run["months"])
    return period[:4] if period[:4] in months else max(months, key=lambda y: (months[y], y), default="")


def plans_block(found: Found, year: str, name: Callable[[str], Words], lang: str) -> Block:
    """A picture an area, of one year."""
    drawn: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for run in found.plans:
        if run["year"] == year and run["programme"] == "national":
            drawn.setdefault((run["measure"], run["area"]), []).append(run)
    first = [(runs, _item(runs, name(area), lang)) for (_, area), runs in _ordered(drawn)]
    told = [item for runs, item in first if runs[0]["verdict"] not in ("narrowed", "at_most") or _is_nation(runs)]
    rest = [item for _, item in first if item not in told]
    counts = {v: sum(runs[0]["verdict"] == v for runs in drawn.values()) for v in ORDER}
    told_zh = "，".join(f"{PLAN_VERDICTS[v].zh} {n}" for v, n in counts.items() if n)
    told_en = ", ".join(f"{PLAN_VERDICTS[v].en} {n}" for v, n in counts.items() if n)
    summary = Words(f"{year}年：{told_zh}。", f"{year}: {told_en}.")
    title = Words("开工率的分母是哪个计划", "Which plan do the rates divide by?")
    more = Words(
        f"另外{len(rest)}个：收窄到几个数，或只有上限",
        f"{len(rest)} more: narrowed to a few numbers, or an upper bound",
    )
    pictures: list[Child] = [node("ul", told, klass="plans")]
    if rest:
        pictures.append(
            node("details", node("summary", said(more, lang)), node("ul", rest, klass="plans"), klass="numbers")
        )
    return Block("plans", title, notes=(summary, *NOTES), extra=tuple(pictures))


def _is_nation(runs: list[dict[str, Any]]) -> bool:
    return bool(runs[0]["area"] == NATION)


def _ordered(drawn: dict[tuple[str, str], list[dict[str, Any]]]) -> list[tuple[tuple[str, str], list[dict[str, Any]]]]:
    """The nation, then what was revised, what is pinned, and the rest."""
    return sorted(
        drawn.items(), key=lambda held: (not _is_nation(held[1]), ORDER.index(held[1][0]["verdict"]), held[0])
    )


def _item(runs: list[dict[str, Any]], area: Words, lang: str) -> Child:
    bars = [Bar(int(m["period"][5:]), m["low"], m["high"], r["run"]) for r in runs for m in r["months"]]
    bands = [
        Band(int(r["months"][0]["period"][5:]), int(r["months"][-1]["period"][5:]), r["low"], r["high"]) for r in runs
    ]
    printed = sorted({plan for r in runs for plan in r["printed_plans"]})
    verdict = PLAN_VERDICTS[runs[0]["verdict"]]
    unit = MEASURES[runs[0]["measure"]]
    words = Words("、".join(span(r).zh for r in runs), ", ".join(span(r).en for r in runs))
    alt = f"{one(area, lang)}：{one(words, lang)}"
    return node(
        "li",
        node("span", said(Words(f"{area.zh}（{unit.zh}）", f"{area.en} ({unit.en})"), lang), klass="name"),
        node("img", src=plan_picture(bars, bands, printed), alt=alt),
        node("span", node("strong", one(verdict, lang)), " ", one(words, lang), klass="detail"),
        klass=runs[0]["verdict"],
    )


def span(run: dict[str, Any]) -> Words:
    """1605—1606, from 2023-11: 1602."""
    low, high = run["low"], run["high"]
    text = str(high) if low == high else f"≤{high}" if low is None else f"≥{low}" if high is None else f"{low}—{high}"
    if run["revised_by"]:
        return Words(f"{run['revised_by']}起 {text}", f"from {run['revised_by']} {text}")
    return Words(text, text)


def runs_block(found: Found, name: Callable[[str], Words], cells: Callable[..., Cell]) -> Block:
    """Every year's runs as a table; revised and pinned ones first."""
    rows = []
    ordered = sorted(found.plans, key=lambda r: (ORDER.index(r["verdict"]), -int(r["year"]), r["measure"], r["area"]))
    for r in ordered:
        months = r["months"]
        first, last = months[0]["period"], months[-1]["period"]
        cut = r["cut"]
        cut_text = "—" if cut is None or cut["high"] is None else f"{cut['low'] or 0}—{cut['high']}"
        rows.append(
            [
                Cell(Words(f"{name(r['area']).zh} {r['year']} {MEASURES[r['measure']].zh}",
                           f"{name(r['area']).en} {r['year']} {MEASURES[r['measure']].en}")),
                Cell(PLAN_VERDICTS[r["verdict"]], sort=str(ORDER.index(r["verdict"]))),
                Cell(first if first == last else f"{first} — {last}"),
                Cell(span(r)),
                Cell("；".join(f"{m['starts']}/{m['rate_printed']}" for m in months)),
                Cell("；".join([*(f"✓ {p}" for p in r["printed_inside"]), *(f"✗ {p}" for p in r["printed_outside"])]) or "—"),
                Cell(cut_text),
                cells(months[-1]["observations"][0]),
            ]
        )  # fmt: skip
    headers = [
        Words("地区、年度", "area, year"),
        Words("结论", "verdict"),
        Words("月份", "months"),
        Words("推得的计划", "plan implied"),
        Words("开工数/开工率", "starts / rate"),
        Words("印出的计划：✓在内 ✗在外", "printed plans: ✓ inside ✗ outside"),
        Words("若系截尾", "if digits were cut"),
        Words("末月开工数的单元格", "cell of the last starts"),
    ]
    title = Words("推得的计划，逐年", "Plans implied, year by year")
    note = Words(
        "“若系截尾”：假定印出的数是截去而非四舍五入，各月之交；“—”为截尾之说不能解释各月。",
        "If digits were cut: the same where print drops digits instead of rounding; a dash where that explains no plan.",
    )
    return Block("plan_runs", title, table=Table(headers, rows, frozenset()), notes=(note,))
