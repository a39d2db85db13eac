"""People's output of `jiugai reconcile`: differences as sentences, plans and tests as tables, counts last."""

from __future__ import annotations

from collections import Counter
from typing import Any

from orchestration.display import console, new_table, pick

COLOURS = {
    "differs": "red",
    "explained": "yellow",
    "other_definition": "cyan",
    "revised": "red",
    "pinned": "green",
    "impossible": "red",
}
PLAN_VERDICTS = {
    "pinned": ("唯一", "pinned"),
    "narrowed": ("收窄", "narrowed"),
    "at_most": ("只有上限", "upper bound only"),
    "revised": ("改动未公布", "revised without notice"),
    "impossible": ("无此计划", "no such plan"),
}
MEASURES = {"communities": ("小区", "communities"), "households": ("户", "households")}
VERDICTS = {
    "agrees": ("相符", "agrees"),
    "differs": ("不符", "differs"),
    "explained": ("已说明", "explained"),
    "other_definition": ("口径不同", "other definition"),
    "interval": ("区间", "interval"),
    "no_data": ("无可比", "nothing to compare"),
}


def show_totals(rows: list[dict[str, Any]], lang: str) -> None:
    """Every difference as a sentence, then the counts; the rows that agree stand in `--json`."""
    for r in rows:
        if r["verdict"] in COLOURS:
            reason = r["reason"] if lang == "zh" else r["reason_en"]
            console().print(f"{_coloured(r['verdict'], r['verdict'])} [bold]{r['total_id']}[/] {reason}")
    _counts(rows, f"{len(rows)} 个公布数，逐个结论见 --json · control totals, each answered with --json")


def show_plans(rows: list[dict[str, Any]], lang: str, names: dict[str, str]) -> None:
    """A line a run of months that agree on one plan."""
    heads = (
        "年 year",
        "地区 area",
        "口径 measure",
        "月 months",
        "推得的计划 plan implied",
        "结论 verdict",
        "印出的计划 printed",
    )
    table = new_table(*heads)
    for r in rows:
        first, last = r["months"][0]["period"], r["months"][-1]["period"]
        span = first if first == last else f"{first} — {last}"
        table.add_row(
            r["year"],
            names[r["area"]],
            pick(MEASURES[r["measure"]], lang),
            span,
            _range(r["low"], r["high"]),
            _coloured(r["verdict"], pick(PLAN_VERDICTS[r["verdict"]], lang)),
            " ".join([*(f"✓{p}" for p in r["printed_inside"]), *(f"✗{p}" for p in r["printed_outside"])]),
        )
    console().print(table)
    _counts(rows, "✓ 在区间内 inside · ✗ 在区间外 outside · 月份与单元格见 --json months and cells with --json")


def show_consistency(rows: list[dict[str, Any]], lang: str, names: dict[str, str]) -> None:
    """A line a test; `no_data` is only counted."""
    heads = (
        "期 period",
        "地区 area",
        "指标 indicator",
        "公布 printed",
        "对照 against",
        "差或余 rest",
        "结论 verdict",
        "说明 why",
    )
    table = new_table(*heads)
    for r in rows:
        if r["verdict"] == "no_data":
            continue
        other = r["other_printed"] or _range(r["other_low"], r["other_high"])
        lacking = "、".join(names[code] for code in r["units_lacking"][:3])
        more = f"（{lacking}{'…' if len(r['units_lacking']) > 3 else ''}）" if lacking else ""
        table.add_row(
            r["period"],
            names[r["area"]],
            r["indicator"],
            f"{r['source_id'] or ''} {r['printed'] or r['point'] or ''}".strip(),
            f"{other} {' '.join(s for s in r['other_sources'] if s != r['source_id'])}".strip(),
            _range(r["rest_low"], r["rest_high"]) + more,
            _coloured(r["verdict"], pick(VERDICTS[r["verdict"]], lang)),
            (r["reason"] if lang == "zh" else r["reason_en"]) or "",
        )
    console().print(table)
    _counts(rows, f"{len(rows)} 项对照 tests")


def _coloured(verdict: str, word: str) -> str:
    return f"[{COLOURS[verdict]}]{word}[/]" if verdict in COLOURS else word


def _range(low: Any, high: Any) -> str:
    if low is None and high is None:
        return "—"
    if low == high:
        return str(low)
    return f"≤ {high}" if low is None else f"≥ {low}" if high is None else f"{low} — {high}"


def _counts(rows: list[dict[str, Any]], last: str) -> None:
    counts = Counter(r["verdict"] for r in rows)
    console().print(" · ".join(f"{k} {v}" for k, v in sorted(counts.items())))
    console().print(last)
