"""Communities started from January to each month's end, one line a year."""

from __future__ import annotations

import plotly.graph_objects as go

from dashboards import theme
from dashboards.figures._parts import HOVER, hover, place, scale_of, values
from dashboards.frames import FIRST_YEAR, Frame

MONTHS = list(range(1, 13))


def _place(year: str) -> int:
    """A year keeps its colour and symbol whatever other years are shown."""
    return (int(year) - FIRST_YEAR - 1) % len(theme.YEARS)


def monthly_progress(frame: Frame, lang: str = "zh") -> go.Figure:
    """A marker for each published month; nothing is interpolated.

    A solid line joins neighbouring months, a dotted one crosses months that were never published.
    """
    divisor, unit = scale_of(frame.points)
    where = place(frame.points)
    traces: list[object] = []
    for year in dict.fromkeys(p[:4] for p in frame.ordered("period")):
        points = [frame.point("started_communities", period=f"{year}-{m:02d}") for m in MONTHS]
        drawn = values(points, divisor)
        if all(v is None for v in drawn):
            continue
        colour = theme.YEARS[_place(year)]
        traces.append(
            go.Scatter(
                x=MONTHS,
                y=drawn,
                mode="lines",
                connectgaps=True,
                line={"color": colour, "width": 1.2, "dash": "dot"},
                legendgroup=year,
                showlegend=False,
                hoverinfo="skip",
            )
        )
        traces.append(
            go.Scatter(
                name=year,
                x=MONTHS,
                y=drawn,
                mode="lines+markers",
                connectgaps=False,
                line={"color": colour, "width": 2},
                marker={"symbol": theme.YEAR_SYMBOLS[_place(year)], "size": 8, "color": colour},
                legendgroup=year,
                hovertext=[hover(p, f"{year}-{m:02d}", lang) for m, p in zip(MONTHS, points, strict=True)],
                hovertemplate=HOVER,
            )
        )
    return theme.figure(
        traces,
        theme.Words(f"{where.zh}年初至月末新开工小区数", f"{where.en}: communities started, year to date"),
        unit,
        sample=frame.is_sample,
        lang=lang,
        height=470,
        xaxis={
            "tickmode": "array",
            "tickvals": MONTHS,
            "ticktext": [str(m) for m in MONTHS],
            "range": [0.5, 12.5],
            "showgrid": False,
            "title": {"text": theme.Words("月", "month").text(lang), "standoff": 4},
        },
        yaxis={"rangemode": "tozero", "tickformat": "~g"},
    )
