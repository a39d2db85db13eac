"""One account's money from planned to idle, a bar a step: what was planned, allotted, arrived, paid, returned, left over."""

from __future__ import annotations

import plotly.graph_objects as go

from dashboards import theme
from dashboards.figures._parts import HOVER, hover, labels, place, scale_of, values
from dashboards.frames import Frame

STEPS = (
    ("funds_planned", theme.Words("计划", "planned"), theme.PALE),
    ("funds_allotted", theme.Words("下达", "allotted"), theme.SLATE),
    ("funds_arrived", theme.Words("到位", "arrived"), theme.BLUE),
    ("funds_paid", theme.Words("支付", "paid"), theme.ORANGE),
    ("funds_returned", theme.Words("退回", "returned"), "#8c4a9e"),
    ("funds_balance", theme.Words("结余", "balance"), theme.SKY),
    ("funds_idle_over_1y", theme.Words("闲置一年以上", "idle over a year"), "#7a2f0d"),
)


def funds_chain(frame: Frame, lang: str = "zh") -> go.Figure:
    """A step that was not asked or printed says so in its place; it is never drawn as zero."""
    points = [frame.point(indicator) for indicator, _, _ in STEPS]
    names = [words.zh if lang == "zh" else words.en for _, words, _ in STEPS]
    divisor, unit = scale_of(points)
    drawn = values(points, divisor)
    where, period = place(frame.points), frame.points[0].key.period
    bars = go.Bar(
        y=names,
        x=drawn,
        orientation="h",
        marker={"color": [colour for _, _, colour in STEPS]},
        text=labels(points, divisor),
        textposition="outside",
        textfont={"size": 12},
        cliponaxis=False,
        showlegend=False,
        hovertext=[hover(p, n, lang) for n, p in zip(names, points, strict=True)],
        hovertemplate=HOVER,
    )
    empty = {"x": 0, "xanchor": "left", "showarrow": False, "font": {"size": 11, "color": theme.MUTED}}
    return theme.figure(
        [bars],
        theme.Words(f"{where.zh}资金从计划到闲置，{period}", f"{where.en}: funds from planned to idle, {period}"),
        unit,
        sample=frame.is_sample,
        lang=lang,
        height=360,
        annotations=[
            empty | {"y": name, "text": f" {theme.NO_DATA.text(lang)}"}
            for name, value in zip(names, drawn, strict=True)
            if value is None
        ],
        bargap=0.32,
        yaxis={"autorange": "reversed", "type": "category", "showgrid": False},
        xaxis={
            "range": [0, max([v for v in drawn if v is not None] or [1.0]) * 1.22],
            "nticks": 5,
            "tickformat": ",~g",
        },
    )
