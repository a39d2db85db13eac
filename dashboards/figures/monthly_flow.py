"""Communities started in each month alone."""

from __future__ import annotations

import plotly.graph_objects as go

from dashboards import theme
from dashboards.data import Frame
from dashboards.figures._hover import hover

TITLE = theme.Words("当月新开工小区数", "Communities started in the month")
UNIT = theme.Words("个", "communities")


def monthly_flow(frame: Frame) -> go.Figure:
    """A bar a month. A month that some units did not file is hatched and says how many did; a month without the month
    before it has no flow and is a gap."""
    months = frame.ordered("period")
    points = [frame.point("started_communities", period=m) for m in months]
    ticks = [f"{int(m[5:])}<br>{m[:4]}" if i == 0 or m.endswith("-01") else str(int(m[5:])) for i, m in enumerate(months)]
    traces: list[object] = []
    for partial, name in ((False, "各单位均报 all units filed"), (True, "部分单位 some units missing")):
        mine = [p if p and p.is_partial == partial else None for p in points]
        if not any(p and not p.is_gap for p in mine):
            continue
        traces.append(go.Bar(
            name=name, x=list(range(len(months))), y=[theme.traced(p.value) if p else None for p in mine],
            marker={"color": theme.BLUE, "pattern": {"shape": "/" if partial else "", "fillmode": "overlay", "fgcolor": "#ffffff",
                                                     "size": 7, "solidity": 0.3}},
            text=[theme.trimmed(p.value, 0) if p and p.value is not None else "" for p in mine],
            textposition="outside", textfont={"size": 11}, textangle=0, cliponaxis=False, constraintext="none",
            hovertext=[hover(p, m) if p else "" for m, p in zip(months, mine, strict=True)],
            hovertemplate="%{hovertext}<extra></extra>"))
    gaps = [i for i, p in enumerate(points) if p is None or p.is_gap]
    return theme.figure(
        traces, TITLE, UNIT, sample=frame.is_sample, height=420, barmode="overlay",
        annotations=[{"x": i, "y": 0, "text": "无<br>n/a", "showarrow": False, "yanchor": "bottom",
                      "font": {"size": 11, "color": theme.MUTED}} for i in gaps],
        shapes=[{"type": "rect", "x0": i - 0.42, "x1": i + 0.42, "y0": 0, "y1": 1, "yref": "paper", "layer": "below",
                 "fillcolor": theme.GAP, "line": {"width": 0}} for i in gaps],
        xaxis={"tickmode": "array", "tickvals": list(range(len(months))), "ticktext": ticks, "showgrid": False, "tickangle": 0,
               "range": [-0.6, len(months) - 0.4]},
        yaxis={"rangemode": "tozero", "nticks": 6})
