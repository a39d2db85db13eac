"""Colours, fonts, number formats and the one Plotly template of all charts.

Belongs here: how a number or a word looks. Not here: reading (data.py), which chart shows what (figures/), pages.
Display formats round for the eye (万个, 万户, 亿元); downloads never pass through here and keep exact decimals.
"""

from __future__ import annotations

import textwrap
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

    def text(self, lang: str) -> str:
        """For a Chinese reader Chinese with English behind it, for an English reader English alone."""
        return f"{self.zh} {self.en}".strip() if lang == "zh" else self.en or self.zh


STATUS = {
    "A": Words("正常", "normal"),
    "P": Words("初步", "provisional"),
    "B": Words("范围变动", "break"),
    "E": Words("估算", "estimate"),
    "L": Words("缺失", "missing"),
    "M": Words("不存在", "cannot exist"),
    "U": Words("部分", "partial"),
    "Q": Words("不公开", "suppressed"),
    "V": Words("未说明", "unexplained"),
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


def gap_mark(words: Words, lang: str) -> str:
    """What is written where a bar would stand: narrow enough for a seventh of a 360 px screen."""
    return f"{words.zh}<br>n/a" if lang == "zh" else "n/a"


WAN, YI = Decimal(10_000), Decimal(100_000_000)


def trimmed(value: Decimal, decimals: int) -> str:
    """Rounded half up to at most `decimals`, thousands grouped, no trailing zeros."""
    text = f"{value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


UNITS_EN = {
    "个": "", "户": "households", "人": "persons", "平方米": "m²", "米": "m", "元": "yuan", "栋": "buildings",
    "处": "places", "部": "lifts", "盏": "lamps", "单元": "stairwells", "组": "sets", "件": "cases", "项": "items",
    "元/户": "yuan a household", "元/平方米": "yuan per m²", "比": "to 1", "公里": "km", "套": "sets",
}  # fmt: skip


def unit_words(unit: str) -> Words:
    """A unit of measure in both languages."""
    return Words(unit, UNITS_EN.get(unit, unit) or "number")


def display(value: Decimal | None, unit: str, half_unit: Decimal | None = None, lang: str = "zh") -> str:
    """A value for reading: 2.71万个 when it was printed rounded, 51,294个 when whole, 23.56亿元, 33.43%.

    In English 27,100, 2,356.27 million yuan. None gives 无数据. A rounded figure keeps no more digits than its half
    unit supports.
    """
    if value is None:
        return NO_DATA.zh if lang == "zh" else NO_DATA.en
    if lang == "en" and unit != "%":
        if unit == "元":
            return f"{trimmed(value / 1_000_000, 2)} million yuan"
        return f"{trimmed(value, 2)} {UNITS_EN.get(unit, unit)}".strip()
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
    title: Words,
    unit: Words | None,
    *,
    sample: bool,
    lang: str = "zh",
    more: int = 0,
    below: Sequence[str] = (),
) -> dict[str, Any]:
    """Layout entries for a chart's title block: Chinese, English, unit; a sample says so in its first line.

    Lines must fit a 360 px screen, because Plotly never wraps. `below` are further lines of text, `more` reserves
    empty ones above the plot.
    """
    lines = [f"<b>【{SAMPLE_ZH}】</b> <span style='font-size:12px'>{SAMPLE_EN}</span>"] if sample else []
    small = f"<span style='font-size:12px;color:{MUTED}'>"
    if lang == "zh":
        lines += [f"<b>{part}</b>" for part in _parts(title.zh, 18)]
        lines += [f"{small}{part}</span>" for part in textwrap.wrap(title.en, 42)]
    else:
        lines += [f"<b>{part}</b>" for part in textwrap.wrap(title.en, 34)]
    if unit is not None:
        same = unit.zh == unit.en
        said = f"unit: {unit.en}" if lang == "en" else f"单位 unit：{unit.zh}" + ("" if same else f" ({unit.en})")
        lines.append(f"{small}{said}</span>")
    lines += [f"<span style='font-size:12px'>{line}</span>" for line in below]
    # a line's height below the top, in pixels: the place may be lower than the figure was made for
    return {
        "title": {
            "text": "<br>".join(lines),
            "x": 0,
            "xref": "container",
            "xanchor": "left",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "pad": {"l": 4, "t": 18},
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
WATERMARK = {
    "name": "watermark",
    "text": SAMPLE_ZH,
    "x": 0.5,
    "y": 0.5,
    "xref": "paper",
    "yref": "paper",
    "showarrow": False,
    "textangle": -18,
    "opacity": 0.13,
    "font": {"size": 44, "color": "#8a2b06"},
}


def figure(
    traces: list[Any],
    title: Words,
    unit: Words | None,
    *,
    sample: bool,
    height: int,
    lang: str = "zh",
    more: int = 0,
    below: Sequence[str] = (),
    annotations: Sequence[dict[str, Any]] = (),
    **layout: Any,
) -> go.Figure:
    """A figure with the house template and title block. `height` in px; a long legend gets room of its own.

    A narrow screen wraps the legend onto a line an entry, so that room is reserved on every screen.
    """
    entries = sum(1 for t in traces if t.name and t.showlegend is not False)
    lines = min(entries, 4) if entries <= 4 else (entries + 1) // 2
    tall = height + 20 * max(0, lines - 1)
    whole = {
        "template": TEMPLATE,
        "height": tall,
        "annotations": [*annotations, *([WATERMARK] if sample else [])],
        **heading(title, unit, sample=sample, lang=lang, more=more, below=below),
        **layout,
    }
    return go.Figure(data=traces, layout=whole)


def _parts(text: str, width: int) -> list[str]:
    """Chinese text in lines of at most `width`, broken behind a mark where one stands in the second half of a line."""
    found = []
    while len(text) > width:
        marks = [i + 1 for i, c in enumerate(text[:width]) if c in "：，、；）" and i >= width // 2]
        at = marks[-1] if marks else width
        found.append(text[:at])
        text = text[at:]
    return [*found, text]


def lines(text: str, lang: str, wide: int, wide_en: int) -> list[str]:
    """Text in lines that fit a place of so many Chinese or Latin letters."""
    return _parts(text, wide) if lang == "zh" else textwrap.wrap(text, wide_en)


def wrapped(text: str, width: int) -> str:
    """Chinese label broken for an axis."""
    return "<br>".join(_parts(text, width))
