"""Colours, fonts, number formats and the one Plotly template of all charts.

Belongs here: how a number or a word looks. Not here: reading (data.py), which chart shows what (figures/), pages.
Display formats round for the eye (万个, 万户, 亿元); downloads never pass through here and keep exact decimals.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

import plotly.graph_objects as go

FONT = "Noto Sans CJK SC, Microsoft YaHei, SimHei, sans-serif"

# Blue and orange with greys: told apart with every common colour blindness and in grey print (checked by lightness).
INK, MUTED, GRID, PAPER, GAP = "#1f2933", "#52606d", "#dde3e9", "#ffffff", "#f0f2f4"
BLUE, PALE, ORANGE, SKY, SLATE = "#1a5a8a", "#a9bccd", "#c9701b", "#5b9bc8", "#7b8794"
YEARS = ("#9aa5b1", "#c9a227", "#8c4a9e", "#c9701b", "#2f8fa3", "#123c63")  # oldest pale, newest dark
YEAR_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "star")
STATUS_COLOURS = {
    "accepted": "#b3d0e5",
    "needs_explanation": "#e6c65c",
    "returned": ORANGE,
    "unreadable": "#7a2f0d",
    "missing": "#3b4754",
}

SAMPLE_ZH, SAMPLE_EN = "模拟数据", "sample data — not real"
SAMPLE_MARK = f"{SAMPLE_ZH} ({SAMPLE_EN})"


class Words(NamedTuple):
    """The same words in Chinese and in English."""

    zh: str
    en: str


STATUS = {
    "A": Words("正常", "normal"),
    "P": Words("初步", "provisional"),
    "E": Words("估算", "estimate"),
    "L": Words("缺失", "missing"),
    "M": Words("不存在", "cannot exist"),
    "U": Words("部分", "partial"),
    "Q": Words("不公开", "suppressed"),
    "D": Words("口径不同", "definition"),
}
BASIS = {
    "summed": Words("下级相加", "summed from below"),
    "partial": Words("部分相加", "partial sum"),
    "filed": Words("本级所报", "as filed"),
}
SOURCE_KIND = {
    "publication": Words("公布资料", "publications"),
    "return": Words("填报报表", "returns"),
    "sample": Words("样例报表", "sample returns"),
}
PUBLISHER = {
    "ministry": Words("部委", "ministry"),
    "province": Words("省级", "province"),
    "city": Words("市级", "city"),
    "county": Words("县级", "county"),
    "press": Words("报刊", "press"),
}
RETURN_STATUS = {
    "accepted": Words("已接收", "accepted"),
    "needs_explanation": Words("待说明", "needs explanation"),
    "returned": Words("退回", "returned"),
    "unreadable": Words("无法读取", "unreadable"),
    "missing": Words("缺报", "missing"),
}
NO_DATA = Words("无数据", "no data")
NOT_PRINTED = Words("未公布", "not printed")


def gap_mark(words: Words) -> str:
    """What is written where a bar would stand: narrow enough for a seventh of a 360 px screen."""
    return f"{words.zh}<br>n/a"


WAN, YI = Decimal(10_000), Decimal(100_000_000)


def trimmed(value: Decimal, decimals: int) -> str:
    """Rounded half up to at most `decimals`, thousands grouped, no trailing zeros."""
    text = f"{value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def display(value: Decimal | None, unit: str, half_unit: Decimal | None = None) -> str:
    """A value for reading: 2.71万个 when it was printed rounded, 51,294个 when whole, 23.56亿元, 33.43%.

    None gives 无数据. A rounded figure keeps no more digits than its half unit supports.
    """
    if value is None:
        return NO_DATA.zh
    if unit == "元":
        if abs(value) >= YI:
            return f"{trimmed(value / YI, 2)}亿元"
        return f"{trimmed(value / WAN, 2)}万元" if abs(value) >= WAN else f"{trimmed(value, 2)}元"
    if unit == "%":
        return f"{value.quantize(Decimal('0.01'), rounding=ROUND_HALF_UP):f}%"
    if half_unit is not None and half_unit >= 5 and abs(value) >= WAN:
        # half a unit of the last printed digit: 50 → 0.01万, 500 → 0.1万
        digits = max(0, -(half_unit * 2 / WAN).adjusted())
        return f"{trimmed(value / WAN, digits)}万{unit}"
    return f"{trimmed(value, 2)}{unit}"


def traced(value: Decimal | None, divisor: Decimal = Decimal(1)) -> float | None:
    """The only way from an exact value into a trace; None stays None, so a gap is never drawn as zero."""
    return None if value is None else float(value / divisor)


def rounding_arms(
    value: Decimal | None, half_unit: Decimal | None, qualifier: str | None, divisor: Decimal = Decimal(1)
) -> tuple[float | None, float | None]:
    """Error bar (up, down) that printing alone allows: both sides, above only for 多/以上, below only for 近."""
    if value is None or half_unit is None:
        return None, None
    arm = traced(half_unit, divisor)
    return (0.0 if qualifier == "nearly" else arm), (0.0 if qualifier in ("more_than", "at_least") else arm)


def heading(
    title: Words, unit: Words | None, *, sample: bool, height: int, more: int = 0, below: Sequence[str] = ()
) -> dict[str, Any]:
    """Layout entries for a chart's title block: Chinese, English, unit; a sample says so in its first line.

    Lines must fit a 360 px screen, because Plotly never wraps. `below` are further lines of text, `more` reserves
    empty ones above the plot.
    """
    lines = [f"<b>【{SAMPLE_ZH}】</b> <span style='font-size:12px'>{SAMPLE_EN}</span>"] if sample else []
    lines += [f"<b>{title.zh}</b>", f"<span style='font-size:12px;color:{MUTED}'>{title.en}</span>"]
    if unit is not None:
        lines.append(f"<span style='font-size:12px;color:{MUTED}'>单位 unit：{unit.zh} ({unit.en})</span>")
    lines += [f"<span style='font-size:12px'>{line}</span>" for line in below]
    # y counts from the bottom of the figure; one line height below the top keeps the first line whole
    return {
        "title": {
            "text": "<br>".join(lines),
            "x": 0,
            "xref": "container",
            "xanchor": "left",
            "y": 1 - 18 / height,
            "yref": "container",
            "yanchor": "top",
            "pad": {"l": 4},
            "font": {"size": 15},
        },
        "margin": {"t": 24 + 20 * len(lines) + 18 * more, "l": 8, "r": 12, "b": 8},
    }


def _template() -> go.layout.Template:
    axis = {
        "gridcolor": GRID,
        "linecolor": "#9aa5b1",
        "zerolinecolor": "#9aa5b1",
        "zerolinewidth": 1,
        "automargin": True,
        "ticks": "",
        "ticklabelstandoff": 4,
        "tickfont": {"size": 12},
        "fixedrange": True,
        "title": {"font": {"size": 12}},
    }
    return go.layout.Template(
        layout={
            "font": {"family": FONT, "size": 13, "color": INK},
            "paper_bgcolor": PAPER,
            "plot_bgcolor": PAPER,
            "colorway": [BLUE, ORANGE, SLATE, SKY, PALE],
            "xaxis": axis,
            "yaxis": axis,
            "dragmode": False,
            "hovermode": "closest",
            "hoverlabel": {
                "font": {"family": FONT, "size": 12},
                "align": "left",
                "namelength": 0,
                "bgcolor": "#ffffff",
                "bordercolor": MUTED,
            },
            "legend": {
                "orientation": "h",
                "x": 0,
                "xref": "container",
                "xanchor": "left",
                "y": 0,
                "yref": "container",
                "yanchor": "bottom",
                "font": {"size": 12},
                "itemclick": False,
                "itemdoubleclick": False,
                "tracegroupgap": 4,
            },
            "bargap": 0.28,
            "separators": ".,",
        }
    )


TEMPLATE = _template()


def figure(
    traces: list[Any],
    title: Words,
    unit: Words | None,
    *,
    sample: bool,
    height: int,
    more: int = 0,
    below: Sequence[str] = (),
    **layout: Any,
) -> go.Figure:
    """A figure with the house template and title block. `height` in px is for a full-width screen."""
    made = go.Figure(data=traces)
    made.update_layout(
        template=TEMPLATE, height=height, **heading(title, unit, sample=sample, height=height, more=more, below=below)
    )
    made.update_layout(**layout)
    return made


def wrapped(text: str, width: int) -> str:
    """Chinese label broken every `width` characters for an axis."""
    return "<br>".join(text[i : i + width] for i in range(0, len(text), width))
