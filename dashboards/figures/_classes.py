"""Colour classes of a map: which class a value falls in, its colour and its words in the legend.

Rates have fixed classes that go on past 100 and are never capped; counts get four classes with round bounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import plotly.graph_objects as go

from dashboards import theme
from dashboards.frames import Frame, Point

# One hue from pale to dark: told apart in grey print and with every colour blindness.
BLUES = ("#dbe9f3", "#a9cce3", "#6aa3cb", "#2f74a8", "#123c63")
NONE = "#e3e6e9"
RATE_BOUNDS = (Decimal(60), Decimal(80), Decimal(95), Decimal(100))
NOT_COVERED = theme.Words("未统计", "not covered")
ROUND = (1, 2, 5)


@dataclass(frozen=True)
class Scale:
    """bounds: upper ends of the classes but the last (exclusive); colours: one more than bounds."""

    bounds: tuple[Decimal, ...]
    colours: tuple[str, ...]
    unit: str

    def place(self, point: Point | None) -> int | None:
        """The class of a point; None without a value."""
        if point is None or point.value is None:
            return None
        return sum(point.value >= bound for bound in self.bounds)

    def colour(self, point: Point | None) -> str:
        place = self.place(point)
        return NONE if place is None else self.colours[place]

    def ink(self, point: Point | None) -> str:
        """The colour of text on a class."""
        place = self.place(point)
        return theme.PAPER if place is not None and self.colours[place] in BLUES[2:] else theme.INK

    def words(self, place: int, lang: str) -> str:
        """“80–95%”, with the first and the last class open."""
        shown = [_short(b, self.unit, lang) for b in self.bounds]
        if place == 0:
            return f"<{shown[0]}" if lang == "en" else f"不足{shown[0]}"
        if place == len(self.bounds):
            return f"≥{shown[-1]}" if lang == "en" else f"{shown[-1]}及以上"
        return f"{shown[place - 1]}–{shown[place]}"


def _short(value: Decimal, unit: str, lang: str) -> str:
    if unit == "%":
        return f"{value:f}%"
    if lang == "zh" and value >= theme.WAN:
        return f"{theme.trimmed(value / theme.WAN, 1)}万"
    return theme.trimmed(value, 0)


def _round_down(value: Decimal) -> Decimal:
    """The largest of 1, 2, 5, 10, 20, 50 … that is not above the value."""
    if value < 1:
        return Decimal(1)
    power = Decimal(10) ** (len(str(int(value))) - 1)
    return max(power * r for r in ROUND if power * r <= value)


def scale_for(points: list[Point]) -> Scale:
    """The classes for what a map shows."""
    unit = points[0].unit
    if unit == "%":
        return Scale(RATE_BOUNDS, BLUES, unit)
    held = sorted(p.value for p in points if p.value is not None)
    quartiles = [held[len(held) * q // 4] for q in (1, 2, 3)] if held else []
    bounds = tuple(sorted({_round_down(q) for q in quartiles}))
    return Scale(bounds, BLUES[5 - len(bounds) - 1 :], unit)


def legend(scale: Scale, frame: Frame, lang: str) -> list[go.Scatter]:
    """A square a class that occurs, and one for units without a figure and one for areas that the survey leaves out."""
    seen = {scale.place(p) for p in frame.points}
    names = [(scale.colours[i], scale.words(i, lang)) for i in range(len(scale.colours)) if i in seen]
    if None in seen:
        names.append((theme.PAPER, theme.NO_DATA.text(lang)))
    names.append((NONE, NOT_COVERED.text(lang)))
    return [
        go.Scatter(
            x=[None],
            y=[None],
            mode="markers",
            name=name,
            hoverinfo="skip",
            marker={"symbol": "square", "size": 13, "color": colour, "line": {"width": 1, "color": theme.MUTED}},
        )
        for colour, name in names
    ]


def title_of(frame: Frame, lead: theme.Words) -> theme.Words:
    """What is shown, by which base and of when, in a map's title."""
    first = frame.points[0]
    return theme.Words(
        f"{lead.zh}：{first.name_zh}，{first.key.period}", f"{lead.en}: {first.name_en}, {first.key.period}"
    )
