"""Parts that several charts share: hover words, rounding bars, bands over gaps, an axis of years."""

from __future__ import annotations

import html
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from dashboards import theme
from dashboards.frames import Point

HOVER = "%{hovertext}<extra></extra>"


def hover(point: Point | None, label: str) -> str:
    """label, exact value, printed form and publication; a partial sum and a doubt are said."""
    if point is None:
        return label
    value = theme.NO_DATA.zh if point.value is None else f"{theme.trimmed(point.value, 2)} {point.unit}"
    lines = [f"<b>{label}</b>", point.name_zh, point.name_en, value]
    if point.printed:
        lines.append(f"原文 printed: {html.escape(point.printed, quote=False)}")
    if point.is_partial:
        lines.append(f"部分合计 partial sum {point.units_reported}/{point.units_expected}")
    elif (point.units_expected or 1) > 1:
        lines.append(f"覆盖 coverage {point.units_reported}/{point.units_expected}")
    if point.is_doubtful:
        lines.append("存疑 doubtful")
    if point.publication is not None:
        lines.append(_source(point))
    return "<br>".join(lines)


def _source(point: Point) -> str:
    source = point.publication
    if source is None:
        return ""
    who = theme.PUBLISHER[source.publisher].zh if source.publisher in theme.PUBLISHER else ""
    return " ".join(part for part in (who, source.source_id, source.published_on) if part)


def joined(points: Sequence[Point], label: str) -> str:
    """Hover of several printed figures that fall on one mark."""
    first, *more = points
    lines = [hover(first, label)]
    for point in more:
        shown = point.printed or theme.display(point.value, point.unit, point.half_unit)
        lines.append(f"另 also: {html.escape(shown, quote=False)} · {_source(point)}")
    return "<br>".join(lines)


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


def gap_notes(places: Sequence[int], words: theme.Words) -> list[dict[str, Any]]:
    """A few words where a bar would stand."""
    font = {"size": 11, "color": theme.MUTED}
    text = theme.gap_mark(words)
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
