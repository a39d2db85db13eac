"""The headline effects by year: a small panel each, since their units differ."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from dashboards import theme
from dashboards.figures._parts import HOVER, hover, labels, place, scale_of, values
from dashboards.frames import HEADLINE_EFFECTS, Frame

GAP = 0.16  # of the height, between panels
COLUMNS = 2
PANEL, LINE = 170, 15  # px: height of a row of panels, and of a line of the words above one


def _break(axis: str, at: int, lang: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A dashed line before the first year of a series that was computed anew, and the words on it."""
    place = {"xref": f"x{axis}", "yref": f"y{axis} domain"}
    line = {
        "type": "line",
        "x0": at - 0.5,
        "x1": at - 0.5,
        "y0": 0,
        "y1": 1,
        "line": {"color": theme.ORANGE, "dash": "dash"},
    }
    words = {
        "x": at - 0.5,
        "y": 1,
        "xanchor": "left",
        "yanchor": "top",
        "text": "断点" if lang == "zh" else "break",
        "showarrow": False,
        "font": {"size": 10, "color": theme.ORANGE},
    }
    return line | place, words | place


def _name(frame: Frame, indicator: str, lang: str) -> list[str]:
    """An effect and its unit, in lines that fit above its panel."""
    points = [frame.point(indicator, period=y) for y in frame.ordered("period")]
    first = next(p for p in points if p is not None)
    _, unit = scale_of(points)
    name = f"{first.name_zh}（{unit.zh}）" if lang == "zh" else f"{first.name_en} ({unit.en})"
    return theme.lines(name, lang, 16, 26)


def effects_years(
    frame: Frame, lang: str = "zh", breaks: frozenset[tuple[str, str]] = frozenset(), scope: theme.Words | None = None
) -> go.Figure:
    """Bars a year and effect. A year without a figure has none.

    breaks: (effect, year) where a series starts anew. scope: which housing the numbers are of, said in the title.
    """
    held = [i for i in frame.ordered("indicator") if any(not p.is_gap for p in frame.points if p.key.indicator == i)]
    shown = [i for i in HEADLINE_EFFECTS if i in held] or held[:6]
    years = frame.ordered("period")
    rows = -(-len(shown) // COLUMNS)
    layout: dict[str, Any] = {}
    traces: list[object] = []
    notes: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    tall = (1 - GAP * (rows - 1) / max(rows, 1)) / rows
    named = {i: _name(frame, i, lang) for i in shown}
    head = (LINE * max((len(text) for text in named.values()), default=1) + 7) / (PANEL * rows)
    for n, indicator in enumerate(shown):
        points = [frame.point(indicator, period=y) for y in years]
        divisor, _ = scale_of(points)
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
            "domain": [max(0.0, top - tall), top - head],
            "anchor": f"x{suffix}",
            "rangemode": "tozero",
            "nticks": 3,
            "tickfont": {"size": 10},
            "tickformat": ",~g",
        }
        notes.append(
            {
                "x": left,
                "y": top,
                "xref": "paper",
                "yref": "paper",
                "xanchor": "left",
                "yanchor": "top",
                "text": "<br>".join(named[indicator]),
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
        for year in (y for y in years if (indicator, y) in breaks):
            line, words = _break(suffix, years.index(year), lang)
            lines.append(line)
            notes.append(words)
    where = place(frame.points)
    of = theme.Words(f"（{scope.zh}）", f", {scope.en}") if scope else theme.Words("", "")
    return theme.figure(
        traces,
        theme.Words(f"{where.zh}当年改造效果{of.zh}", f"{where.en}: effects in the year{of.en}"),
        None,
        sample=frame.is_sample,
        lang=lang,
        height=120 + PANEL * rows,
        annotations=notes,
        shapes=lines,
        bargap={1: 0.75, 2: 0.6}.get(len(years), 0.35),
        **layout,
    )
