"""Communities started from January to each month's end, one line a year."""

from __future__ import annotations

import plotly.graph_objects as go

from dashboards import theme
from dashboards.data import Frame
from dashboards.figures._hover import hover

TITLE = theme.Words("年初至月末新开工小区数", "Communities started, year to date")
UNIT = theme.Words("万个", "10,000 communities")


def monthly_progress(frame: Frame) -> go.Figure:
    """A marker for each published month. A solid line joins neighbouring months, a dotted one crosses months that were
    never published; nothing is interpolated."""
    years = list(dict.fromkeys(p[:4] for p in frame.ordered("period")))
    months = list(range(1, 13))
    traces: list[object] = []
    for year in years:
        place = min(max(int(year) - 2020, 0), len(theme.YEARS) - 1)
        points = [frame.point("started_communities", period=f"{year}-{m:02d}") for m in months]
        values = [theme.traced(p.value, theme.WAN) if p else None for p in points]
        if all(v is None for v in values):
            continue
        colour = theme.YEARS[place]
        traces.append(go.Scatter(x=months, y=values, mode="lines", connectgaps=True, hoverinfo="skip", showlegend=False,
                                 legendgroup=year, line={"color": colour, "width": 1.2, "dash": "dot"}))
        traces.append(go.Scatter(
            name=year, x=months, y=values, mode="lines+markers", connectgaps=False, legendgroup=year,
            line={"color": colour, "width": 2}, marker={"symbol": theme.YEAR_SYMBOLS[place], "size": 8, "color": colour},
            hovertext=[hover(p, f"{year}年{m}月末") if p else "" for m, p in zip(months, points, strict=True)],
            hovertemplate="%{hovertext}<extra></extra>"))
    return theme.figure(
        traces, TITLE, UNIT, sample=frame.is_sample, height=470,
        xaxis={"tickmode": "array", "tickvals": months, "ticktext": [str(m) for m in months], "range": [0.5, 12.5],
               "showgrid": False, "title": {"text": "月 month", "standoff": 4}},
        yaxis={"rangemode": "tozero", "tickformat": "~g"})
