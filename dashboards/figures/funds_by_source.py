"""One account's money by source: planned, allotted, arrived and paid, with totals and the three rates in words."""

from __future__ import annotations

from decimal import Decimal

import plotly.graph_objects as go

from dashboards import theme
from dashboards.data import RATES
from dashboards.figures._parts import HOVER, hover, labels, values
from dashboards.frames import Frame

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


def rate_lines(frame: Frame) -> list[str]:
    """The three rates in words, a line each year that has one; a rate that cannot be made is 无数据 with its reason."""
    lines = []
    for rate in RATES:
        points = [p for p in frame.points if p.key.indicator == rate]
        words = RATE_WORDS[rate]
        given = [p for p in points if not p.is_gap]
        if not given:
            reason = min((p.reason_zh for p in points), key=len, default="")  # what is lacking in every period
            why = f"（{reason.removesuffix('，不能计算')}）" if reason else ""
            lines.append(f"{words.zh}：{theme.NO_DATA.zh}{why}")
            continue
        for point in given:
            year = f" {point.key.period}" if len(points) > 1 else ""
            lines.append(f"{words.zh}{year}：<b>{theme.display(point.value, '%')}</b> {words.en}")
        lacking = [p.key.period for p in points if p.is_gap]
        if lacking:
            lines.append(f"{words.zh} {'、'.join(lacking)}：{theme.NO_DATA.zh}")
    return lines


def _rows(frame: Frame) -> list[tuple[str, str, str]]:
    """(label, period, dim code): the total of each period, then its sources that have any figure."""
    periods = frame.ordered("period")
    rows = []
    for period in periods:
        year = f"{period[:4]} " if len(periods) > 1 else ""
        rows.append((f"<b>{year}合计</b>", period, ""))
        for code in frame.ordered("dim_code"):
            held = [p for p in frame.points if p.key.period == period and p.key.dim_code == code and not p.is_gap]
            if code and held:
                rows.append((theme.wrapped(f"{year}{held[0].dim_zh}", 9), period, code))
    return rows


def _money_unit(frame: Frame) -> tuple[Decimal, theme.Words]:
    """亿元 where a figure reaches one, else 万元."""
    largest = max((p.value for p in frame.points if p.value is not None and p.unit == "元"), default=Decimal(0))
    if largest >= theme.YI:
        return theme.YI, theme.Words("亿元", "100 million yuan")
    return theme.WAN, theme.Words("万元", "10,000 yuan")


def funds_by_source(frame: Frame) -> go.Figure:
    """Horizontal bars, a row a source and one for the total. A step that was not asked or printed has no bar.

    A period without any figure keeps its row, marked 无数据, and is never drawn as zero.
    """
    rows = _rows(frame)
    names = [name for name, _, _ in rows]
    divisor, unit = _money_unit(frame)
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
                name=f"{words.zh} {words.en}",
                y=names,
                x=drawn,
                orientation="h",
                marker={"color": colour},
                text=labels(points, divisor),
                textposition="outside",
                textangle=0,
                textfont={"size": 11},
                cliponaxis=False,
                hovertext=[hover(p, f"{p.dim_zh or '合计'} {p.dim_en or 'total'}") if p else "" for p in points],
                hovertemplate=HOVER,
            )
        )
    empty = {"x": 0, "xanchor": "left", "showarrow": False, "font": {"size": 11, "color": theme.MUTED}}
    first, last = frame.span
    span = first if first == last else f"{first}—{last}"
    lines = rate_lines(frame)
    return theme.figure(
        traces,
        theme.Words(f"{frame.points[0].area_zh}资金的来源与去向，{span}", f"Funds by source or purpose, {span}"),
        unit,
        sample=frame.is_sample,
        height=190 + len(rows) * (16 + 13 * max(1, len(traces))) + 17 * len(lines),
        below=lines,
        annotations=[
            empty | {"y": name, "text": f" {theme.NO_DATA.zh} {theme.NO_DATA.en}"} for name in names if name not in seen
        ],
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
