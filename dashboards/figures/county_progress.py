"""Communities started in each unit beside its plan as first confirmed, as it stood then and as it stands now."""

from __future__ import annotations

import plotly.graph_objects as go

from dashboards import theme
from dashboards.figures._parts import HOVER, area_names, hover, period_words, values
from dashboards.frames import Frame

UNIT = theme.Words("个", "communities")
PLANS = (
    ("plan_communities", theme.Words("计划任务", "plan"), "diamond-open", 11, theme.ORANGE),
    ("plan_communities_first", theme.Words("首版计划", "first plan"), "diamond-open", 11, theme.SLATE),
    ("plan_communities_then", theme.Words("当时计划", "plan then"), "line-ns-open", 13, theme.INK),
    ("plan_communities_now", theme.Words("现行计划", "plan now"), "circle-open", 8, theme.ORANGE),
)


def county_progress(frame: Frame, lang: str = "zh") -> go.Figure:
    """Bars: started from the start of the year. Marks: the plan versions that are there; they often coincide."""
    areas = frame.ordered("area")
    month = frame.ordered("period")[0]
    started = [frame.point("started_communities", area=a) for a in areas]
    names = area_names(frame, lang)
    traces: list[object] = [
        go.Bar(
            name=theme.Words("新开工", "started").text(lang),
            y=names,
            x=values(started),
            orientation="h",
            marker={"color": theme.BLUE},
            hovertext=[hover(p, n, lang) for n, p in zip(names, started, strict=True)],
            hovertemplate=HOVER,
        )
    ]
    for indicator, words, symbol, size, colour in PLANS:
        points = [frame.point(indicator, area=a) for a in areas]
        if all(p is None or p.is_gap for p in points):
            continue
        traces.append(
            go.Scatter(
                name=words.text(lang),
                y=names,
                x=values(points),
                mode="markers",
                marker={"symbol": symbol, "size": size, "color": colour, "line": {"width": 2, "color": colour}},
                cliponaxis=False,
                hovertext=[hover(p, n, lang) for n, p in zip(names, points, strict=True)],
                hovertemplate=HOVER,
            )
        )
    return theme.figure(
        traces,
        theme.Words(f"新开工与计划，{period_words(month)}", f"Started against the plan, {month}"),
        UNIT,
        sample=frame.is_sample,
        lang=lang,
        height=230 + 26 * len(areas),
        bargap=0.35,
        yaxis={"autorange": "reversed", "type": "category", "showgrid": False},
        xaxis={"rangemode": "tozero", "nticks": 6},
    )
