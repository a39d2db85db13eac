"""The provinces as tiles of one size, roughly where they lie: small units are as readable as large ones."""

from __future__ import annotations

import html
from typing import Any

import plotly.graph_objects as go

from dashboards import theme
from dashboards.figures._classes import NONE, NOT_COVERED, legend, scale_for, title_of
from dashboards.figures._parts import hover
from dashboards.figures.province_map import LETTERS, UNCOVERED
from dashboards.frames import Frame, Point

# column and row of each tile, north first
TILES = {
    "230000": (7, 0), "650000": (0, 1), "150000": (5, 1), "220000": (7, 1), "660000": (0, 2), "620000": (2, 2),
    "640000": (3, 2), "140000": (4, 2), "110000": (5, 2), "120000": (6, 2), "210000": (7, 2), "630000": (1, 3),
    "610000": (3, 3), "410000": (4, 3), "130000": (5, 3), "370000": (6, 3), "540000": (0, 4), "510000": (2, 4),
    "500000": (3, 4), "420000": (4, 4), "340000": (5, 4), "320000": (6, 4), "310000": (7, 4), "530000": (1, 5),
    "520000": (2, 5), "430000": (4, 5), "360000": (5, 5), "330000": (6, 5), "450000": (3, 6), "440000": (4, 6),
    "350000": (5, 6), "710000": (7, 6), "820000": (3, 7), "810000": (4, 7), "460000": (2, 7),
}  # fmt: skip
SIZE = 0.47  # half a tile


def _tile(code: str, colour: str, text: str) -> go.Scatter:
    x, y = TILES[code]
    return go.Scatter(
        x=[x - SIZE, x + SIZE, x + SIZE, x - SIZE, x - SIZE],
        y=[y - SIZE, y - SIZE, y + SIZE, y + SIZE, y - SIZE],
        mode="lines",
        fill="toself",
        fillcolor=colour,
        line={"color": "#9aa5b1", "width": 1},
        hoveron="fills",
        hoverinfo="text",
        text=text,
        name=code,
        showlegend=False,
    )


def _said(point: Point | None, lang: str) -> str:
    """The value on a tile, short enough for 36 px."""
    if point is None or point.value is None:
        return "—"
    if point.unit == "%":
        return theme.trimmed(point.value, 1)
    if point.value >= theme.WAN:
        return (
            f"{theme.trimmed(point.value / theme.WAN, 1)}万"
            if lang == "zh"
            else f"{theme.trimmed(point.value / 1000, 0)}k"
        )
    return theme.trimmed(point.value, 0)


def tile_map(frame: Frame, lang: str = "zh") -> go.Figure:
    """32 tiles with 兵团 beside 新疆, and grey ones for Hong Kong, Macao and Taiwan. The value stands under the name."""
    points = {p.key.area: p for p in frame.points}
    scale = scale_for(list(frame.points))
    traces: list[Any] = []
    notes = []
    for code, (x, y) in TILES.items():
        point = points.get(code)
        if point is None:
            said = UNCOVERED[code].zh if lang == "zh" else UNCOVERED[code].en
            name = said if lang == "zh" else LETTERS[code]
            colour, ink, text = NONE, theme.MUTED, f"<b>{html.escape(said)}</b><br>{NOT_COVERED.text(lang)}"
            value = ""
        else:
            name = point.area_zh if lang == "zh" else LETTERS[code]
            empty = scale.place(point) is None
            colour, ink = (theme.PAPER, theme.INK) if empty else (scale.colour(point), scale.ink(point))
            text, value = hover(point, point.area_zh if lang == "zh" else point.area_en, lang), _said(point, lang)
        traces.append(_tile(code, colour, text))
        label = f"<b>{html.escape(name)}</b>" + (f"<br><span style='font-size:10px'>{value}</span>" if value else "")
        notes.append({"x": x, "y": y, "text": label, "showarrow": False, "font": {"size": 11, "color": ink}})
    hidden = {"visible": False, "fixedrange": True, "zeroline": False, "showgrid": False}
    unit = theme.unit_words(frame.points[0].unit)
    return theme.figure(
        [*traces, *legend(scale, frame, lang)],
        title_of(frame, theme.Words("各省（方格图）", "Provinces as tiles")),
        unit,
        sample=frame.is_sample,
        lang=lang,
        height=560,
        meta={"shape": "tiles"},
        annotations=notes,
        xaxis=hidden | {"range": [-0.6, 7.6]},
        yaxis=hidden | {"range": [7.6, -0.6]},
    )
