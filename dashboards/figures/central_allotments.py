"""Central money allotted to the national programme, by stream and year, as published."""

from __future__ import annotations

import plotly.graph_objects as go

from dashboards import theme
from dashboards.data import Frame
from dashboards.figures._hover import hover

TITLE = theme.Words("中央资金下达数（公布）", "Central funds allotted, as published")
UNIT = theme.Words("亿元", "100 million yuan")
STREAMS = (("F12", theme.Words("中央预算内投资", "central budgetary investment"), theme.BLUE, -0.2),
           ("F11", theme.Words("中央财政补助资金", "central fiscal subsidy"), theme.ORANGE, 0.2))


def central_allotments(frame: Frame) -> go.Figure:
    """A bar a stream and year; a stream that no publication states for a year has none. The streams are not added up."""
    years = [int(p) for p in frame.ordered("period")]
    traces = []
    seen: set[int] = set()
    for code, words, colour, shift in STREAMS:
        points = [frame.point("funds_allotted", period=str(y), dim=code) for y in years]
        values = [theme.traced(p.value, theme.YI) if p else None for p in points]
        seen |= {y for y, v in zip(years, values, strict=True) if v is not None}
        arms = [theme.rounding_arms(p.value, p.half_unit, p.qualifier, theme.YI) if p else (None, None) for p in points]
        traces.append(go.Bar(
            name=f"{words.zh} {words.en}", x=years, y=values, width=0.4, offset=shift - 0.2, marker={"color": colour},
            text=[theme.trimmed(p.value / theme.YI, 2) if p and p.value is not None else "" for p in points],
            textposition="outside", textangle=0, textfont={"size": 11}, cliponaxis=False, constraintext="none",
            error_y={"type": "data", "symmetric": False, "array": [a[0] for a in arms], "arrayminus": [a[1] for a in arms],
                     "color": theme.INK, "thickness": 1, "width": 3},
            hovertext=[hover(p, f"{y}") if p else "" for y, p in zip(years, points, strict=True)],
            hovertemplate="%{hovertext}<extra></extra>"))
    gaps = [y for y in years if y not in seen]
    return theme.figure(
        traces, TITLE, UNIT, sample=frame.is_sample, height=420,
        annotations=[{"x": y, "y": 0, "text": theme.gap_mark(theme.NO_DATA), "showarrow": False, "yanchor": "bottom",
                      "font": {"size": 11, "color": theme.MUTED}} for y in gaps],
        shapes=[{"type": "rect", "x0": y - 0.46, "x1": y + 0.46, "y0": 0, "y1": 1, "yref": "paper", "layer": "below",
                 "fillcolor": theme.GAP, "line": {"width": 0}} for y in gaps],
        xaxis={"tickmode": "array", "tickvals": years, "ticktext": [str(y) for y in years], "showgrid": False,
               "range": [years[0] - 0.6, years[-1] + 0.6]},
        yaxis={"rangemode": "tozero", "tickformat": ",~g"})
