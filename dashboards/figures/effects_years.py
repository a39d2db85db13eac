"""The headline effects by year: a small panel each, since their units differ."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from dashboards import theme
from dashboards.figures._parts import HOVER, hover, labels, place, scale_of, values
from dashboards.frames import HEADLINE_EFFECTS, Frame

GAP = 0.16  # of the height, between panels
COLUMNS = 2


def effects_years(frame: Frame, lang: str = "zh") -> go.Figure:
    """Bars a year and effect. A year without a figure has none."""
    held = [i for i in frame.ordered("indicator") if any(not p.is_gap for p in frame.points if p.key.indicator == i)]
    shown = [i for i in HEADLINE_EFFECTS if i in held] or held[:6]
    years = frame.ordered("period")
    rows = -(-len(shown) // COLUMNS)
    layout: dict[str, Any] = {}
    traces: list[object] = []
    notes = []
    tall = (1 - GAP * (rows - 1) / max(rows, 1)) / rows
    for n, indicator in enumerate(shown):
        points = [frame.point(indicator, period=y) for y in years]
        divisor, unit = scale_of(points)
        row, column = divmod(n, COLUMNS)
        suffix = "" if n == 0 else str(n + 1)
        top = 1 - row * (tall + GAP / max(rows, 1))
        left = column * 0.53
        layout[f"xaxis{suffix}"] = {
            "type": "category",
            "domain": [left, left + 0.47],
            "anchor": f"y{suffix}",
            "showgrid": False,
            "tickfont": {"size": 11},
        }
        layout[f"yaxis{suffix}"] = {
            "domain": [max(0.0, top - tall), top - 0.055],
            "anchor": f"x{suffix}",
            "rangemode": "tozero",
            "nticks": 3,
            "tickfont": {"size": 10},
            "tickformat": ",~g",
        }
        first = next(p for p in points if p is not None)
        name = f"{first.name_zh}（{unit.zh}）" if lang == "zh" else f"{first.name_en} ({unit.en})"
        notes.append(
            {
                "x": left,
                "y": top,
                "xref": "paper",
                "yref": "paper",
                "xanchor": "left",
                "yanchor": "top",
                "text": "<br>".join(theme.lines(name, lang, 16, 26)),
                "align": "left",
                "showarrow": False,
                "font": {"size": 11, "color": theme.INK},
            }
        )
        traces.append(
            go.Bar(
                x=years,
                y=values(points, divisor),
                marker={"color": theme.BLUE},
                text=labels(points, divisor),
                textposition="auto",
                textfont={"size": 10},
                showlegend=False,
                hovertext=[hover(p, y, lang) for y, p in zip(years, points, strict=True)],
                hovertemplate=HOVER,
                xaxis=f"x{suffix}",
                yaxis=f"y{suffix}",
            )
        )
    where = place(frame.points)
    return theme.figure(
        traces,
        theme.Words(f"{where.zh}当年改造效果", f"{where.en}: effects in the year"),
        None,
        sample=frame.is_sample,
        lang=lang,
        height=120 + 170 * rows,
        annotations=notes,
        bargap={1: 0.75, 2: 0.6}.get(len(years), 0.35),
        **layout,
    )
