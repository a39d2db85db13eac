"""Central money allotted to the national programme, by stream and year, as published."""

from __future__ import annotations

import plotly.graph_objects as go

from dashboards import theme
from dashboards.figures._parts import (
    HOVER,
    gap_bands,
    gap_notes,
    hover,
    labels,
    rounding_bars,
    values,
    year_axis,
)
from dashboards.frames import Frame

TITLE = theme.Words("中央资金下达数（公布）", "Central funds allotted, as published")
UNIT = theme.Words("亿元", "100 million yuan")
STREAMS = (
    ("F12", theme.Words("中央预算内投资", "central budgetary investment"), theme.BLUE, -0.2),
    ("F11", theme.Words("中央财政补助资金", "central fiscal subsidy"), theme.ORANGE, 0.2),
)


def central_allotments(frame: Frame, lang: str = "zh") -> go.Figure:
    """A bar a stream and year; none where no publication states it. The streams are not added up."""
    years = [int(p) for p in frame.ordered("period")]
    traces: list[object] = []
    seen: set[int] = set()
    for code, words, colour, shift in STREAMS:
        points = [frame.point("funds_allotted", period=str(y), dim=code) for y in years]
        drawn = values(points, theme.YI)
        seen |= {y for y, v in zip(years, drawn, strict=True) if v is not None}
        traces.append(
            go.Bar(
                name=words.text(lang),
                x=years,
                y=drawn,
                width=0.4,
                offset=shift - 0.2,
                marker={"color": colour},
                error_y=rounding_bars(points, theme.YI),
                text=labels(points, theme.YI),
                textposition="outside",
                textangle=0,
                textfont={"size": 11},
                constraintext="none",
                cliponaxis=False,
                hovertext=[hover(p, str(y), lang) for y, p in zip(years, points, strict=True)],
                hovertemplate=HOVER,
            )
        )
    gaps = [y for y in years if y not in seen]
    return theme.figure(
        traces,
        TITLE,
        UNIT,
        sample=frame.is_sample,
        lang=lang,
        height=420,
        annotations=gap_notes(gaps, theme.NO_DATA, lang),
        shapes=gap_bands(gaps),
        xaxis=year_axis(years),
        yaxis={"rangemode": "tozero", "tickformat": ",~g"},
    )
