"""The provinces as a schematic map: filled outlines on plain axes, the South China Sea in an inset, 兵团 in a box beside.

Never Plotly's geo traces: they fetch a base map from the network. The boundaries carry no review number, so 示意图 is
printed on the map.
"""

from __future__ import annotations

import html
from typing import Any

import plotly.graph_objects as go

from dashboards import theme
from dashboards.figures._classes import NONE, NOT_COVERED, Scale, legend, scale_for, title_of
from dashboards.figures._parts import hover
from dashboards.frames import Frame, Point
from dashboards.maps import projection as km

MARK = theme.Words("示意图", "schematic map")
XPCC = "660000"  # no territory of its own on the map: never drawn inside 新疆
XPCC_BOX: km.Box = (-2640.0, -2330.0, -1560.0, -1870.0)
OUTLINE = "#ffffff"
EDGE = "#7b8794"
UNCOVERED = {
    "710000": theme.Words("台湾", "Taiwan"),
    "810000": theme.Words("香港", "Hong Kong"),
    "820000": theme.Words("澳门", "Macao"),
}
# English names do not fit a phone: the letters of GB/T 2260 stand for them, the name is in the hover
LETTERS = {
    "110000": "BJ", "120000": "TJ", "130000": "HE", "140000": "SX", "150000": "NM", "210000": "LN", "220000": "JL",
    "230000": "HL", "310000": "SH", "320000": "JS", "330000": "ZJ", "340000": "AH", "350000": "FJ", "360000": "JX",
    "370000": "SD", "410000": "HA", "420000": "HB", "430000": "HN", "440000": "GD", "450000": "GX", "460000": "HI",
    "500000": "CQ", "510000": "SC", "520000": "GZ", "530000": "YN", "540000": "XZ", "610000": "SN", "620000": "GS",
    "630000": "QH", "640000": "NX", "650000": "XJ", "660000": "XPCC", "710000": "TW", "810000": "HK", "820000": "MO",
}  # fmt: skip
# where a name is written (km): inside the outline, or in the sea where the area is too small for it
PLACES = {
    "110000": (945, 470), "120000": (1200, 330), "130000": (900, 190), "140000": (560, 150), "150000": (480, 640),
    "210000": (1490, 730), "220000": (1730, 970), "230000": (1760, 1230), "310000": (1720, -330), "320000": (1300, -200),
    "330000": (1400, -640), "340000": (1130, -370), "350000": (1250, -990), "360000": (1010, -810), "370000": (1190, 80),
    "410000": (770, -180), "420000": (690, -480), "430000": (620, -860), "440000": (830, -1340), "450000": (330, -1240),
    "460000": (190, -1910), "500000": (260, -640), "510000": (-220, -560), "520000": (140, -960), "530000": (-340, -1200),
    "540000": (-1530, -380), "610000": (370, -70), "620000": (-620, 480), "630000": (-830, 10), "640000": (115, 170),
    "650000": (-1640, 660), "710000": (1610, -1270), "810000": (1140, -1570), "820000": (700, -1700),
}  # fmt: skip


def _area_trace(code: str, rings: list[km.Ring], colour: str, text: str, *, inset: bool = False) -> go.Scatter:
    x, y = km.flat(rings)
    return go.Scatter(
        x=x,
        y=y,
        mode="lines",
        fill="toself",
        fillcolor=colour,
        line={"color": EDGE, "width": 0.6},
        hoveron="fills",
        hoverinfo="skip" if inset else "text",
        text=text,
        name=code,
        showlegend=False,
        xaxis="x2" if inset else "x",
        yaxis="y2" if inset else "y",
    )


def _dashes(lines: list[km.Ring], *, inset: bool) -> go.Scatter:
    x, y = km.flat(lines)
    return go.Scatter(
        x=x,
        y=y,
        mode="lines",
        name="dash lines",
        line={"color": theme.MUTED, "width": 1.6},
        hoverinfo="skip",
        showlegend=False,
        xaxis="x2" if inset else "x",
        yaxis="y2" if inset else "y",
    )


def _box(box: km.Box) -> km.Ring:
    west, south, east, north = box
    return [(west, south), (east, south), (east, north), (west, north), (west, south)]


def _name(code: str, point: Point | None, lang: str) -> str:
    if code in UNCOVERED:
        return UNCOVERED[code].zh if lang == "zh" else UNCOVERED[code].en
    assert point is not None
    return point.area_zh if lang == "zh" else point.area_en or point.area_zh


def _labels(points: dict[str, Point], scale: Scale, lang: str) -> go.Scatter:
    """The names, in English their letters."""
    codes = list(PLACES)
    outside = {"120000", "310000", "460000", "810000", "820000"}  # written in the sea, on paper
    return go.Scatter(
        x=[PLACES[c][0] for c in codes],
        y=[PLACES[c][1] for c in codes],
        mode="text",
        name="names",
        text=[_name(c, points.get(c), lang) if lang == "zh" else LETTERS[c] for c in codes],
        textfont={
            "size": 11,
            "color": [theme.INK if c in outside else scale.ink(points.get(c)) for c in codes],
        },
        hoverinfo="skip",
        showlegend=False,
        cliponaxis=False,
    )


def province_map(frame: Frame, lang: str = "zh") -> go.Figure:
    """One indicator of the 32 units as colour classes. Hover gives the exact value, its printed form and source."""
    held = km.boundaries()
    points = {p.key.area: p for p in frame.points}
    scale = scale_for(list(frame.points))
    traces: list[Any] = []
    inset: list[Any] = []
    for code, rings in held.areas.items():
        point = points.get(code)
        name = _name(code, point, lang)
        known = point is not None
        colour = NONE if not known else theme.PAPER if scale.place(point) is None else scale.colour(point)
        text = hover(point, name, lang) if known else f"<b>{html.escape(name)}</b><br>{NOT_COVERED.text(lang)}"
        traces.append(_area_trace(code, km.on_main(rings), colour, text))
        if cut := km.clipped(rings, km.SEA_BOX):
            inset.append(_area_trace(code, cut, colour, text, inset=True))
    corps = points[XPCC]
    label = _name(XPCC, corps, lang)
    box_colour = theme.PAPER if scale.place(corps) is None else scale.colour(corps)
    traces.append(_area_trace(XPCC, [_box(XPCC_BOX)], box_colour, hover(corps, label, lang)))
    traces += [
        _dashes(km.on_main(held.dashes), inset=False),
        *inset,
        _dashes(km.within(held.dashes, km.SEA_BOX), inset=True),
    ]
    traces += [_labels(points, scale, lang), *legend(scale, frame, lang)]
    return theme.figure(
        traces,
        title_of(frame, theme.Words("各省", "Provinces")),
        None,
        sample=frame.is_sample,
        lang=lang,
        height=620,
        meta={"shape": "map"},
        annotations=_notes(label, corps, scale, lang),
        **_axes(),
    )


def _notes(corps_name: str, corps: Point, scale: Scale, lang: str) -> list[dict[str, Any]]:
    west, south, east, north = XPCC_BOX
    small = {"showarrow": False, "font": {"size": 10, "color": theme.MUTED}}
    place = km.sea_place()
    sea = theme.Words("南海诸岛", "South China Sea")
    return [
        {
            "x": (west + east) / 2,
            "y": (south + north) / 2,
            "text": corps_name,
            "showarrow": False,
            "font": {"size": 12, "color": scale.ink(corps)},
        },
        small
        | {
            "x": west,
            "y": north,
            "xanchor": "left",
            "yanchor": "bottom",
            "text": "单列，无独立辖区" if lang == "zh" else "no territory of its own",
        },
        small
        | {
            "x": place[2],
            "y": place[1],
            "xanchor": "right",
            "yanchor": "top",
            "text": sea.zh if lang == "zh" else sea.en,
        },
        {
            "name": "mark",
            "x": km.MAIN_BOX[0],
            "y": km.MAIN_BOX[3],
            "xanchor": "left",
            "yanchor": "top",
            "text": f"<b>{MARK.zh if lang == 'zh' else MARK.en}</b>",
            "showarrow": False,
            "font": {"size": 13, "color": theme.MUTED},
        },
    ]


def _axes() -> dict[str, Any]:
    """The main pair and the inset pair. Both fill the same place and keep their shape, so that the inset stays in its
    corner at every width: its range is the main one seen through SEA_SCALE."""
    west, south, east, north = km.MAIN_BOX
    place, scale = km.sea_place(), km.SEA_SCALE

    def through(value: float, corner: float, start: float) -> float:
        return (value - corner) / scale + start

    hidden = {"visible": False, "fixedrange": True, "constrain": "domain", "zeroline": False, "showgrid": False}
    sea_x = [through(v, place[0], km.SEA_BOX[0]) for v in (west, east)]
    sea_y = [through(v, place[1], km.SEA_BOX[1]) for v in (south, north)]
    frame = {"type": "rect", "x0": place[0], "y0": place[1], "x1": place[2], "y1": place[3], "fillcolor": theme.PAPER}
    return {
        "xaxis": hidden | {"range": [west, east]},
        "yaxis": hidden | {"range": [south, north], "scaleanchor": "x", "constraintoward": "top"},
        "xaxis2": hidden | {"range": sea_x, "overlaying": "x", "anchor": "y2"},
        "yaxis2": hidden
        | {"range": sea_y, "overlaying": "y", "anchor": "x2", "scaleanchor": "x2", "constraintoward": "top"},
        "shapes": [frame | {"layer": "below", "name": "inset", "line": {"color": theme.MUTED, "width": 1}}],
        "plot_bgcolor": theme.PAPER,
    }
