"""Parts that several charts share: hover words, rounding bars, bands over gaps, an axis of years."""

from __future__ import annotations

import html
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from dashboards import theme
from dashboards.frames import Frame, Point

HOVER = "%{hovertext}<extra></extra>"
PRINTED, ALSO = theme.Words("原文", "printed"), theme.Words("另", "also")
PARTIAL, COVERAGE = theme.Words("部分合计", "partial sum"), theme.Words("覆盖", "coverage")
DOUBTFUL = theme.Words("存疑", "doubtful")


def hover(point: Point | None, label: str, lang: str = "zh") -> str:
    """label, exact value, printed form and publication; a partial sum and a doubt are said."""
    if point is None:
        return label
    value = theme.NO_DATA.text(lang) if point.value is None else f"{theme.trimmed(point.value, 2)} {_unit(point, lang)}"
    named = [point.name_zh, point.name_en] if lang == "zh" else [point.name_en]
    lines = [f"<b>{html.escape(label, quote=False)}</b>", *named, value.strip()]
    if point.printed:
        lines.append(f"{PRINTED.text(lang)}: {html.escape(point.printed, quote=False)}")
    if point.is_partial:
        lines.append(f"{PARTIAL.text(lang)} {point.units_reported}/{point.units_expected}")
    elif (point.units_expected or 1) > 1:
        lines.append(f"{COVERAGE.text(lang)} {point.units_reported}/{point.units_expected}")
    if point.obs_status == "E":
        lines.append(theme.STATUS["E"].text(lang))
    if point.is_doubtful:
        lines.append(DOUBTFUL.text(lang))
    if point.publication is not None:
        lines.append(_source(point, lang))
    return "<br>".join(lines)


def _unit(point: Point, lang: str) -> str:
    return point.unit if lang == "zh" or point.unit == "%" else theme.UNITS_EN.get(point.unit, point.unit)


def _source(point: Point, lang: str) -> str:
    source = point.publication
    if source is None:
        return ""
    who = theme.PUBLISHER.get(source.publisher, theme.Words("", ""))
    return " ".join(
        part for part in (who.zh if lang == "zh" else who.en, source.source_id, source.published_on) if part
    )


def joined(points: Sequence[Point], label: str, lang: str = "zh") -> str:
    """Hover of several printed figures that fall on one mark."""
    first, *more = points
    lines = [hover(first, label, lang)]
    for point in more:
        shown = point.printed or theme.display(point.value, point.unit, point.half_unit, lang)
        lines.append(f"{ALSO.text(lang)}: {html.escape(shown, quote=False)} · {_source(point, lang)}")
    return "<br>".join(lines)


def period_words(period: str) -> str:
    """2023-09 → 2023年1—9月, for figures that count from January."""
    return f"{period[:4]}年1—{int(period[5:])}月" if len(period) == 7 else f"{period}年"


def area_names(frame: Frame, lang: str) -> list[str]:
    """Names of the areas of a chart in asked order, each once."""
    named = {p.key.area: p.area_zh if lang == "zh" else p.area_en or p.area_zh for p in frame.points}
    return [named[code] for code in frame.ordered("area")]


KM = Decimal(1000)


def scale_of(points: Sequence[Point | None]) -> tuple[Decimal, theme.Words]:
    """What to divide by and the unit that then stands on the axis: 万 and 亿 where figures reach them."""
    held = [p for p in points if p is not None]
    unit = held[0].unit if held else ""
    largest = max((abs(p.value) for p in held if p.value is not None), default=Decimal(0))
    if unit == "元":
        if largest >= theme.YI:
            return theme.YI, theme.Words("亿元", "100 million yuan")
        return theme.WAN, theme.Words("万元", "10,000 yuan")
    if unit == "米" and largest >= theme.WAN:
        far = largest >= KM * theme.WAN
        return (KM * theme.WAN, theme.Words("万公里", "10,000 km")) if far else (KM, theme.Words("公里", "km"))
    if unit != "%" and largest >= theme.WAN:
        return theme.WAN, theme.Words(f"万{unit}", f"10,000 {theme.UNITS_EN.get(unit, unit)}".strip())
    return Decimal(1), theme.unit_words(unit)


def place(points: Sequence[Point]) -> theme.Words:
    """The one area of a chart, for its title; a code where there is no English name."""
    first = points[0]
    return theme.Words(first.area_zh, first.area_en or f"area {first.key.area}")


def values(points: Sequence[Point | None], divisor: Decimal = Decimal(1)) -> list[float | None]:
    """What a trace draws; None for a gap."""
    return [theme.traced(p.value, divisor) if p else None for p in points]


def labels(points: Sequence[Point | None], divisor: Decimal = Decimal(1), decimals: int = 2) -> list[str]:
    """Numbers written on marks; empty for a gap."""
    return [theme.trimmed(p.value / divisor, decimals) if p and p.value is not None else "" for p in points]


def rounding_bars(points: Sequence[Point | None], divisor: Decimal) -> dict[str, Any]:
    """error_y of a trace: half a unit of the last printed digit, one-sided where the words are."""
    arms = [theme.rounding_arms(p.value, p.half_unit, p.qualifier, divisor) if p else (None, None) for p in points]
    return {
        "type": "data",
        "symmetric": False,
        "array": [up for up, _ in arms],
        "arrayminus": [down for _, down in arms],
        "color": theme.INK,
        "thickness": 1.2,
        "width": 4,
    }


def gap_notes(places: Sequence[int], words: theme.Words, lang: str = "zh") -> list[dict[str, Any]]:
    """A few words where a bar would stand."""
    font = {"size": 11, "color": theme.MUTED}
    text = theme.gap_mark(words, lang)
    return [{"x": x, "y": 0, "text": text, "showarrow": False, "yanchor": "bottom", "font": font} for x in places]


def gap_bands(places: Sequence[int], xref: str = "x") -> list[dict[str, Any]]:
    """A grey band over the height of the panel for each place without a figure."""
    return [
        {
            "type": "rect",
            "xref": xref,
            "x0": x - 0.46,
            "x1": x + 0.46,
            "yref": f"y{xref[1:]} domain",
            "y0": 0,
            "y1": 1,
            "layer": "below",
            "fillcolor": theme.GAP,
            "line": {"width": 0},
        }
        for x in places
    ]


def year_axis(years: Sequence[int]) -> dict[str, Any]:
    """Every year has its tick, whether it has a figure or not."""
    return {
        "tickmode": "array",
        "tickvals": list(years),
        "ticktext": [str(y) for y in years],
        "showgrid": False,
        "range": [years[0] - 0.6, years[-1] + 0.6],
    }


def hollow(symbol: str, size: int = 8) -> dict[str, Any]:
    """Marker of a figure that is shown beside the chosen one."""
    return {"symbol": symbol, "size": size, "color": theme.ORANGE, "line": {"width": 1.8, "color": theme.ORANGE}}
