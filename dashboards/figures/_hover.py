"""The words that appear when the pointer rests on a mark: the same for every chart."""

from __future__ import annotations

from dashboards import theme
from dashboards.data import Point


def hover(point: Point, label: str) -> str:
    """label, exact value, printed form and publication; a partial sum, an estimate and a doubt are said."""
    lines = [f"<b>{label}</b>", point.name_zh, point.name_en,
             f"{theme.trimmed(point.value, 2)} {point.unit}" if point.value is not None else theme.NO_DATA.zh]
    if point.printed:
        lines.append(f"原文 printed: {point.printed}")
    if point.is_partial or (point.units_expected or 1) > 1:
        lines.append(f"{'部分合计 partial sum' if point.is_partial else '覆盖 coverage'} "
                     f"{point.units_reported}/{point.units_expected}")
    if point.is_doubtful:
        lines.append("存疑 doubtful")
    if point.publication is not None:
        source = point.publication
        lines.append(f"{theme.PUBLISHER[source.publisher].zh if source.publisher in theme.PUBLISHER else ''} "
                     f"{source.source_id} {source.published_on or ''}".strip())
    return "<br>".join(lines)


def joined(points: list[Point], label: str) -> str:
    """Hover of several printed figures that fall on one mark."""
    first, *more = points
    lines = [hover(first, label)]
    for point in more:
        source = point.publication
        lines.append(f"另 also: {point.printed or theme.trimmed(point.value or 0 * theme.WAN, 2)}"
                     f" · {source.source_id if source else ''} {(source.published_on or '') if source else ''}".rstrip())
    return "<br>".join(lines)
