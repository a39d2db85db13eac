"""Planned investment by content class: basic, improvement, upgrading."""

from __future__ import annotations

import plotly.graph_objects as go

from dashboards import theme
from dashboards.figures._parts import HOVER, hover, labels, place, scale_of, values
from dashboards.frames import Frame

COLOURS = {"JC": theme.BLUE, "WS": theme.SKY, "TS": theme.ORANGE}


def content_classes(frame: Frame, lang: str = "zh") -> go.Figure:
    """A bar a class; their sum is the first point of the frame, named in the title of the bars' axis."""
    points = [p for p in frame.points if p.key.dim_code]
    divisor, unit = scale_of(points)
    names = [p.dim_zh if lang == "zh" else p.dim_en for p in points]
    where, period = place(frame.points), frame.points[0].key.period
    bars = go.Bar(
        x=names,
        y=values(points, divisor),
        width=0.45,
        marker={"color": [COLOURS.get(p.key.dim_code, theme.SLATE) for p in points]},
        text=labels(points, divisor),
        textposition="outside",
        textfont={"size": 12},
        cliponaxis=False,
        showlegend=False,
        hovertext=[hover(p, n, lang) for p, n in zip(points, names, strict=True)],
        hovertemplate=HOVER,
    )
    return theme.figure(
        [bars],
        theme.Words(f"{where.zh}计划投资按改造内容，{period}", f"{where.en}: planned investment by content, {period}"),
        unit,
        sample=frame.is_sample,
        lang=lang,
        height=360,
        xaxis={"type": "category", "showgrid": False},
        yaxis={"rangemode": "tozero", "nticks": 5, "tickformat": ",~g"},
    )
