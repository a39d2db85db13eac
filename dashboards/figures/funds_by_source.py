"""One account's money by source: allotted, arrived and paid, with totals and the three rates in words."""

from __future__ import annotations

from decimal import Decimal

import plotly.graph_objects as go

from dashboards import theme
from dashboards.data import RATES, Frame, Point
from dashboards.figures._hover import hover

STEPS = (("funds_planned", theme.Words("计划", "planned"), theme.PALE), ("funds_allotted", theme.Words("下达", "allotted"), theme.SLATE),
         ("funds_arrived", theme.Words("到位", "arrived"), theme.BLUE), ("funds_paid", theme.Words("支付", "paid"), theme.ORANGE))
RATE_NAMES = {"arrival_rate": theme.Words("资金到位率", "arrived ÷ planned"),
              "payment_rate": theme.Words("资金支付率", "paid ÷ arrived"), "execution_rate": theme.Words("预算执行率", "paid ÷ allotted")}


def rate_lines(frame: Frame) -> list[str]:
    """The three rates in words, a line each year that has one; a rate that cannot be made is 无数据 with its reason."""
    lines = []
    for rate in RATES:
        points = [p for p in frame.points if p.key.indicator == rate]
        words = RATE_NAMES[rate]
        given = [p for p in points if p.value is not None]
        if not given:
            reason = min((p.reason_zh for p in points), key=len, default="")  # what is lacking in every period
            lines.append(f"{words.zh}：{theme.NO_DATA.zh}" + (f"（{reason.removesuffix('，不能计算')}）" if reason else ""))
        for point in given:
            year = f" {point.key.period}" if len(points) > 1 else ""
            lines.append(f"{words.zh}{year}：<b>{theme.display(point.value, '%')}</b> {words.en}")
        lacking = [p.key.period for p in points if p.value is None]
        if given and lacking:
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
            held = [p for p in frame.points if p.key.period == period and p.key.dim_code == code]
            if code and any(not p.is_gap for p in held):
                rows.append((theme.wrapped(f"{year}{held[0].dim_zh}", 9), period, code))
    return rows


def _divisor(points: list[Point]) -> tuple[Decimal, theme.Words]:
    largest = max((p.value for p in points if p.value is not None and p.unit == "元"), default=Decimal(0))
    return (theme.YI, theme.Words("亿元", "100 million yuan")) if largest >= theme.YI else \
        (theme.WAN, theme.Words("万元", "10,000 yuan"))


def funds_by_source(frame: Frame) -> go.Figure:
    """Horizontal bars, a row a source and one for the total. A step that was not asked or printed has no bar.

    A period without any figure keeps its row, marked 无数据, and is never drawn as zero.
    """
    rows = _rows(frame)
    divisor, unit = _divisor(list(frame.points))
    labels = [label for label, _, _ in rows]
    traces: list[object] = []
    drawn: list[list[float | None]] = []
    for indicator, words, colour in STEPS:
        points = [frame.point(indicator, period=period, dim=code) for _, period, code in rows]
        values = [theme.traced(p.value, divisor) if p else None for p in points]
        drawn.append(values)
        if all(v is None for v in values):
            continue
        traces.append(go.Bar(
            name=f"{words.zh} {words.en}", y=labels, x=values, orientation="h", marker={"color": colour}, cliponaxis=False,
            text=[theme.trimmed(p.value / divisor, 2) if p and p.value is not None else "" for p in points],
            textposition="outside", textfont={"size": 11}, textangle=0,
            hovertext=[hover(p, f"{p.dim_zh or '合计'} {p.dim_en or 'total'}") if p else "" for p in points],
            hovertemplate="%{hovertext}<extra></extra>"))
    empty = [label for i, label in enumerate(labels) if all(values[i] is None for values in drawn)]
    annotations = [{"x": 0, "y": label, "text": f" {theme.NO_DATA.zh} {theme.NO_DATA.en}", "showarrow": False, "xanchor": "left",
                    "font": {"size": 11, "color": theme.MUTED}} for label in empty]
    lines = rate_lines(frame)
    first = frame.points[0]
    span = f"{frame.span[0]}—{frame.span[1]}" if frame.span[0] != frame.span[1] else frame.span[0]
    top = max([v for values in drawn for v in values if v is not None], default=1.0) or 1.0
    steps = len(traces) or 1
    return theme.figure(
        traces, theme.Words(f"{first.area_zh}资金的来源与去向，{span}", f"Funds by source or purpose, {span}"), unit,
        sample=frame.is_sample, height=190 + len(rows) * (16 + 13 * steps) + 17 * len(lines), below=lines,
        annotations=annotations, bargap=0.24, barmode="group",
        yaxis={"autorange": "reversed", "type": "category", "showgrid": False, "categoryorder": "array", "categoryarray": labels},
        xaxis={"range": [0, top * 1.2], "nticks": 5, "tickformat": ",~g"}, legend={"traceorder": "normal"})
