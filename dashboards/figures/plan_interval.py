"""The plan that a year's rates imply, month by month, as a small picture that fits a list of provinces on any screen.

An SVG and no Plotly figure: thirty-two interactive charts would make the page slow and say no more. The numbers stand in
the table below and in the words beside.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from dashboards import theme

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 220, 96, 44, 16, 8


@dataclass(frozen=True)
class Bar:
    """A month's interval; low None: only an upper bound is implied. run: which plan it belongs to, from 1."""

    month: int
    low: int | None
    high: int | None
    run: int


@dataclass(frozen=True)
class Band:
    """What the months of a run have in common."""

    first: int
    last: int
    low: int | None
    high: int | None


def plan_picture(bars: Sequence[Bar], bands: Sequence[Band], printed: Sequence[int]) -> str:
    """The address of the picture. printed: plans that were printed; one far outside is drawn at the edge, as an arrow."""
    ends = [v for b in bars for v in (b.low, b.high) if v is not None]
    pad = max(1, (max(ends) - min(ends)) // 8)
    low, high = min(ends) - pad, max(ends) + pad
    near = [p for p in printed if low - 4 * pad <= p <= high + 4 * pad]
    low, high = min([low, *(p - 1 for p in near)]), max([high, *(p + 1 for p in near)])

    def y(value: int) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / (high - low)

    months = sorted({b.month for b in bars})
    step = (WIDTH - LEFT - 12) / max(1, len(months))

    def x(month: int) -> float:
        return LEFT + step * (months.index(month) + 0.5)

    parts = [_axis(low, high)]
    for band in bands:
        if band.low is None or band.high is None or band.low > band.high:
            continue
        top, bottom = y(band.high), y(band.low)
        left, right = x(band.first) - step / 2, x(band.last) + step / 2
        tall = max(bottom - top, 2.0)
        if band.low == band.high:  # pinned
            parts.append(f'<circle cx="{right:.1f}" cy="{top:.1f}" r="4" fill="{theme.BLUE}"/>')
        parts.append(
            f'<rect x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{tall:.1f}" fill="{theme.PALE}"/>'
        )
    for bar in bars:
        parts.append(
            _bar(
                bar, x(bar.month), y(bar.high if bar.high is not None else high), y(low if bar.low is None else bar.low)
            )
        )
    for value in printed:
        parts.append(_printed(value, low, high, y))
    labels = "".join(f'<text x="{x(m):.1f}" y="{HEIGHT - 3}" text-anchor="middle">{m}</text>' for m in months)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="10" '
        f'fill="{theme.INK}">{"".join(parts)}{labels}</svg>'
    )
    return f"data:image/svg+xml,{quote(svg)}"


def _axis(low: int, high: int) -> str:
    rows = [(high, TOP), (low, HEIGHT - BOTTOM)]
    return "".join(
        f'<line x1="{LEFT}" x2="{WIDTH}" y1="{at}" y2="{at}" stroke="{theme.GRID}"/>'
        f'<text x="{LEFT - 4}" y="{at + 4}" text-anchor="end" fill="{theme.MUTED}">{value}</text>'
        for value, at in rows
    )


def _bar(bar: Bar, x: float, top: float, bottom: float) -> str:
    colour = theme.BLUE if bar.run == 1 else theme.ORANGE
    dash = ' stroke-dasharray="2 2"' if bar.low is None else ""
    ends = [top] if bar.low is None else [top, bottom]
    caps = "".join(f'<line x1="{x - 5:.1f}" x2="{x + 5:.1f}" y1="{e:.1f}" y2="{e:.1f}"/>' for e in ends)
    line = f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top:.1f}" y2="{bottom:.1f}"{dash}/>'
    return f'<g stroke="{colour}" stroke-width="2">{line}{caps}</g>'


def _printed(value: int, low: int, high: int, y: Callable[[int], float]) -> str:
    if low <= value <= high:
        at = y(value)
        return (
            f'<line x1="{LEFT}" x2="{WIDTH}" y1="{at:.1f}" y2="{at:.1f}" stroke="{theme.INK}" stroke-width="1.4" '
            'stroke-dasharray="6 3"/>'
        )
    at, mark = (TOP + 8, "↑") if value > high else (HEIGHT - BOTTOM - 2, "↓")
    return f'<text x="{WIDTH - 2}" y="{at}" text-anchor="end">{mark} {value}</text>'
