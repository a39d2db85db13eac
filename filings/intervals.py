"""Intervals of rounded figures: what a printed number may have been, and what sums and quotients of such may be.

Belongs here: arithmetic on Decimal bounds and the comparison of two of them. Not here: which figures to compare, or
the words about it (reconcile.py); the reading of a printed number (ingestion.units).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Literal

Comparison = Literal["agrees", "cut", "cut_back", "differs"]
PLACES = Decimal("0.0001")  # of a computed rate in percent: two more than any publication prints


@dataclass(frozen=True)
class Interval:
    """low ≤ true value ≤ high, with the number as printed or computed. high None: no upper bound was said."""

    point: Decimal
    low: Decimal
    high: Decimal | None

    @property
    def is_open(self) -> bool:
        return self.high is None

    def holds(self, value: Decimal) -> bool:
        return self.low <= value and (self.high is None or value <= self.high)

    def meets(self, other: Interval) -> bool:
        return (other.high is None or self.low <= other.high) and (self.high is None or other.low <= self.high)


def printed_interval(value: Decimal, half_unit: Decimal, qualifier: str) -> Interval:
    """What a printed number may stand for: `nearly` lies below it, `more_than` and `at_least` above it.

    A word without rounding (全部开工, 开工率超过90%: half unit 0) has no upper bound.
    """
    if qualifier in ("more_than", "at_least"):
        return Interval(value, value, value + half_unit if half_unit else None)
    return Interval(value, value - half_unit, value if qualifier == "nearly" else value + half_unit)


def counted(part: Interval) -> Interval:
    """A count printed in full has no rounding (as in the sums of the marts): 270 of 301 is 89.7 %, never 90.0."""
    half = part.point - part.low
    is_whole = part.point == part.point.to_integral_value() and part.high == part.point + half
    return Interval(part.point, part.point, part.point) if is_whole and half <= Decimal("0.5") else part


def added(parts: Iterable[Interval]) -> Interval:
    """Sum of figures: bounds add up, since all may be rounded the same way."""
    point = low = Decimal(0)
    high: Decimal | None = Decimal(0)
    for part in parts:
        point, low = point + part.point, low + part.low
        high = None if high is None or part.high is None else high + part.high
    return Interval(point, low, high)


def multiplied(part: Interval, factor: Decimal, low: Decimal, high: Decimal) -> Interval:
    """A count times a factor that is itself only known between low and high."""
    return Interval(part.point * factor, part.low * low, None if part.high is None else part.high * high)


def percent(numerator: Interval, denominator: Interval) -> Interval | None:
    """numerator ÷ denominator × 100 to four decimals, bounds rounded outwards. None when the denominator may be zero."""
    if denominator.low <= 0:
        return None
    point = (numerator.point * 100 / denominator.point).quantize(PLACES, ROUND_HALF_UP)
    low = (
        Decimal(0)
        if denominator.high is None
        else (numerator.low * 100 / denominator.high).quantize(PLACES, ROUND_FLOOR)
    )
    high = None if numerator.high is None else (numerator.high * 100 / denominator.low).quantize(PLACES, ROUND_CEILING)
    return Interval(point, low, high)


def tolerance(printed: Interval, ours: Interval) -> Decimal:
    """Largest difference in the direction of ours − printed that rounding on both sides can cause.

    |ours − printed| ≤ tolerance exactly when the two intervals meet. An open side adds nothing beyond what is needed.
    """
    if ours.point >= printed.point:
        room = abs(ours.point - printed.point) if printed.high is None else printed.high - printed.point
        return room + ours.point - ours.low
    room = abs(ours.point - printed.point) if ours.high is None else ours.high - ours.point
    return room + printed.point - printed.low


def cut(value: Decimal, step: Decimal) -> Decimal:
    """value with everything behind the last printed digit dropped (114,879 in steps of 1,000 → 114,000)."""
    return (value / step).to_integral_value(ROUND_DOWN) * step


def compare(printed: Interval, ours: Interval, step: Decimal | None, our_step: Decimal | None) -> Comparison:
    """Whether ours is what was printed. step is one unit of the last printed digit, None behind a word such as 近.

    Order: within the printed rounding → agrees; dropped instead of rounded digits → cut; within both roundings →
    agrees; the printed figure cut gives ours → cut_back (we hold the coarser print); else differs.
    """
    if printed.holds(ours.point):
        return "agrees"
    if step and cut(ours.point, step) == printed.point:
        return "cut"
    if printed.meets(ours):
        return "agrees"
    if our_step and cut(printed.point, our_step) == ours.point:
        return "cut_back"
    return "differs"
