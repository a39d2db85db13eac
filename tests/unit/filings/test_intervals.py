"""Interval arithmetic by hand-worked cases."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from filings.intervals import Interval, added, compare, counted, cut, multiplied, percent, printed_interval, tolerance


@pytest.mark.parametrize(
    ("qualifier", "half", "low", "high"),
    [
        ("exact", D(50), D(950), D(1050)),
        ("about", D(50), D(950), D(1050)),
        ("nearly", D(50), D(950), D(1000)),
        ("more_than", D(50), D(1000), D(1050)),
        ("at_least", D(50), D(1000), D(1050)),
        ("at_least", D(0), D(1000), None),
    ],
)
def test_a_word_says_on_which_side_the_rounding_lies(qualifier: str, half: D, low: D, high: D | None) -> None:
    assert printed_interval(D(1000), half, qualifier) == Interval(D(1000), low, high)


def test_a_sum_adds_points_and_bounds() -> None:
    parts = [printed_interval(D(19000), D(500), "exact"), printed_interval(D(40279), D("0.5"), "exact")]
    assert added(parts) == Interval(D(59279), D("58778.5"), D("59779.5"))
    assert added([*parts, printed_interval(D(1), D(0), "at_least")]).high is None


def test_a_factor_that_is_a_range_widens_the_product() -> None:
    households = Interval(D(100), D(90), D(110))
    assert multiplied(households, D("2.6"), D("2.5"), D("2.7")) == Interval(D(260), D(225), D(297))


def test_a_rate_is_rounded_outwards_and_needs_a_positive_plan() -> None:
    rate = percent(printed_interval(D(27400), D(50), "exact"), printed_interval(D(51000), D(500), "exact"))
    # 27350 ÷ 51500 = 53.10679… and 27450 ÷ 50500 = 54.35643…
    assert rate == Interval(D("53.7255"), D("53.1067"), D("54.3565"))
    assert percent(rate, Interval(D(1), D(0), D(2))) is None


@pytest.mark.parametrize(
    ("ours", "expected"),
    [
        (Interval(D(114_300), D(114_300), D(114_300)), "agrees"),  # within half a unit of the last digit
        (Interval(D(114_879), D(114_328), D(115_430)), "cut"),  # 11.4 is 11.49 cut; rounding would print 11.5
        (Interval(D(113_100), D(112_600), D(113_600)), "agrees"),  # our own rounding reaches 11.35
        (Interval(D(115_100), D(115_050), D(115_150)), "differs"),
        (Interval(D(112_900), D(112_850), D(112_950)), "differs"),
    ],
)
def test_the_order_of_comparing_is_rounding_then_cut_then_both_roundings(ours: Interval, expected: str) -> None:
    assert compare(printed_interval(D(114_000), D(500), "exact"), ours, D(1000), None) == expected


def test_a_coarser_print_that_was_cut_is_recognised_from_the_other_side() -> None:
    exact, spoken = printed_interval(D(53_700), D(50), "exact"), printed_interval(D(53_000), D(500), "exact")
    assert compare(exact, spoken, D(100), D(1000)) == "cut_back"
    assert compare(exact, spoken, D(100), None) == "differs"


def test_the_tolerance_is_met_exactly_when_the_intervals_meet() -> None:
    nearly = printed_interval(D(280_000), D(10_000), "nearly")
    below, above = Interval(D(279_079), D(277_928), D(280_230)), Interval(D(281_500), D(280_500), D(282_500))
    assert tolerance(nearly, below) == 10_000 + D(280_230 - 279_079)
    assert tolerance(nearly, above) == 1000  # nothing above a number that says 近
    assert not nearly.meets(above)


def test_cut_drops_digits() -> None:
    assert cut(D(114_879), D(1000)) == 114_000
    assert cut(D("99.6011"), D(1)) == 99


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (printed_interval(D(270), D("0.5"), "exact"), Interval(D(270), D(270), D(270))),  # a count printed in full
        (printed_interval(D("53.7"), D("0.05"), "exact"), Interval(D("53.7"), D("53.65"), D("53.75"))),
        (printed_interval(D(52_500), D(50), "exact"), Interval(D(52_500), D(52_450), D(52_550))),
        (printed_interval(D(100), D(0), "at_least"), Interval(D(100), D(100), None)),
    ],
)
def test_only_a_count_printed_in_full_has_no_rounding(part: Interval, expected: Interval) -> None:
    assert counted(part) == expected
