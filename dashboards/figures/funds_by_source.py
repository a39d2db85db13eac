"""One account's money by source: planned, allotted, arrived and paid, with totals and the three rates in words."""

from __future__ import annotations

import textwrap

import plotly.graph_objects as go

from dashboards import theme
from dashboards.figures._parts import HOVER, hover, labels, place, scale_of, values
from dashboards.frames import RATES, Frame, Point

STEPS = (
    ("funds_planned", theme.Words("计划", "planned"), theme.PALE),
    ("funds_allotted", theme.Words("下达", "allotted"), theme.SLATE),
    ("funds_arrived", theme.Words("到位", "arrived"), theme.BLUE),
    ("funds_paid", theme.Words("支付", "paid"), theme.ORANGE),
)
RATE_WORDS = {
    "arrival_rate": theme.Words("资金到位率", "arrived ÷ planned"),
    "payment_rate": theme.Words("资金支付率", "paid ÷ arrived"),
    "execution_rate": theme.Words("预算执行率", "paid ÷ allotted"),
}

MANY = 16  # more rows than this stand closer


def rate_lines(frame: Frame, lang: str = "zh") -> list[str]:
    """The three rates in words, a line each year that has one; a rate that cannot be made is 无数据 with its reason."""
    lines = []
    for rate in RATES:
        points = [p for p in frame.points if p.key.indicator == rate]
        words = RATE_WORDS[rate]
        given = [p for p in points if not p.is_gap]
        if not given:
            lines.append(_no_rate(points, words, lang))
            continue
        for point in given:
            year = f" {point.key.period}" if len(points) > 1 else ""
            said = f"<b>{theme.display(point.value, '%')}</b>"
            lines.append(f"{words.zh}{year}：{said} {words.en}" if lang == "zh" else f"{words.en}{year}: {said}")
        lacking = [p.key.period for p in points if p.is_gap]
        if lacking:
            none = theme.NO_DATA.zh if lang == "zh" else theme.NO_DATA.en
            lines.append(f"{words.zh if lang == 'zh' else words.en} {'、'.join(lacking)}：{none}")
    return lines


def _no_rate(points: list[Point], words: theme.Words, lang: str) -> str:
    """A rate that no period has, with what is lacking in every one."""
    if lang == "en":
        return f"{words.en}: {theme.NO_DATA.en}"
    reason = min((p.reason_zh for p in points), key=len, default="")
    why = f"（{reason.removesuffix('，不能计算')}）" if reason else ""
    return f"{words.zh}：{theme.NO_DATA.zh}{why}"


def _rows(frame: Frame, lang: str) -> list[tuple[str, str, str]]:
    """(label, period, dim code): the total of each period, then its sources that have any figure."""
    periods = frame.ordered("period")
    rows = []
    for period in periods:
        year = f"{period[:4]} " if len(periods) > 1 else ""
        rows.append((f"<b>{year}{'合计' if lang == 'zh' else 'total'}</b>", period, ""))
        for code in frame.ordered("dim_code"):
            held = [p for p in frame.points if p.key.period == period and p.key.dim_code == code and not p.is_gap]
            if code and held:
                name = theme.wrapped(f"{year}{held[0].dim_zh}", 9)
                if lang == "en":
                    name = "<br>".join(textwrap.wrap(f"{year}{held[0].dim_en or code}", 18))
                rows.append((name, period, code))
    return rows


def funds_by_source(frame: Frame, lang: str = "zh") -> go.Figure:
    """Horizontal bars, a row a source and one for the total. A step that was not asked or printed has no bar.

    A period without any figure keeps its row, marked 无数据, and is never drawn as zero.
    """
    rows = _rows(frame, lang)
    names = [name for name, _, _ in rows]
    divisor, unit = scale_of([p for p in frame.points if p.unit == "元"])
    traces: list[object] = []
    seen: set[str] = set()
    top = 0.0
    for indicator, words, colour in STEPS:
        points = [frame.point(indicator, period=period, dim=code) for _, period, code in rows]
        drawn = values(points, divisor)
        if all(v is None for v in drawn):
            continue
        seen |= {name for name, v in zip(names, drawn, strict=True) if v is not None}
        top = max([top, *(v for v in drawn if v is not None)])
        traces.append(
            go.Bar(
                name=words.text(lang),
                y=names,
                x=drawn,
                orientation="h",
                marker={"color": colour},
                text=labels(points, divisor),
                textposition="outside",
                textangle=0,
                textfont={"size": 11},
                cliponaxis=False,
                hovertext=[
                    hover(p, theme.Words(p.dim_zh or "合计", p.dim_en or "total").text(lang), lang) if p else ""
                    for p in points
                ],
                hovertemplate=HOVER,
            )
        )
    empty = {"x": 0, "xanchor": "left", "showarrow": False, "font": {"size": 11, "color": theme.MUTED}}
    first, last = frame.span
    span = first if first == last else f"{first}—{last}"
    lines = rate_lines(frame, lang)
    where = place(frame.points)
    return theme.figure(
        traces,
        theme.Words(f"{where.zh}资金的来源与去向，{span}", f"{where.en}: funds by source or purpose, {span}"),
        unit,
        sample=frame.is_sample,
        lang=lang,
        height=190 + len(rows) * (16 + (13 if len(rows) <= MANY else 9) * max(1, len(traces))) + 17 * len(lines),
        below=lines,
        annotations=[empty | {"y": name, "text": f" {theme.NO_DATA.text(lang)}"} for name in names if name not in seen],
        barmode="group",
        bargap=0.24,
        legend={"traceorder": "normal"},
        yaxis={
            "autorange": "reversed",
            "type": "category",
            "showgrid": False,
            "categoryorder": "array",
            "categoryarray": names,
        },
        xaxis={"range": [0, (top or 1.0) * 1.2], "nticks": 5, "tickformat": ",~g"},
    )
