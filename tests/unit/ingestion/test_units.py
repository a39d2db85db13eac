"""Printed text to exact numbers."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.catalogue import catalogue
from ingestion.units import decimal_of, half_unit_tolerance, parse_printed, plain, ratio


@pytest.mark.parametrize(
    ("text", "value", "half_unit", "qualifier", "unit"),
    [
        ("40279个", "40279", "0.5", "exact", "个"),
        ("4.03万个", "40300", "50", "exact", "个"),
        ("17,558.00万元", "175580000", "50", "exact", "元"),
        ("近700万户", "7000000", "1000000", "nearly", "户"),
        ("2900多万户", "29000000", "1000000", "more_than", "户"),
        ("超过2800万户", "28000000", "1000000", "more_than", "户"),
        ("5万个以上", "50000", "10000", "at_least", "个"),
        ("约735.73万户", "7357300", "100", "about", "户"),
        ("3.52 million households", "3520000", "5000", "exact", "households"),
        ("over 25,000", "25000", "1000", "more_than", ""),
        ("22057.41万元(截至2020年5月底)", "220574100", "50", "exact", "元"),
        ("6万", "60000", "5000", "exact", ""),
    ],
)
def test_parse_printed_reads_value_rounding_and_words(
    text: str, value: str, half_unit: str, qualifier: str, unit: str
) -> None:
    printed = parse_printed(text)
    assert printed is not None
    assert (printed.value, printed.half_unit) == (Decimal(value), Decimal(half_unit))
    assert (printed.qualifier, printed.unit) == (qualifier, unit)


@pytest.mark.parametrize("text", ["", "全部开工", "1—4月", "1639个、228769户", "20亿平方米至30亿平方米", "12,34个"])
def test_parse_printed_asks_instead_of_guessing(text: str) -> None:
    assert parse_printed(text) is None


def test_every_printed_control_total_reads_as_transcribed() -> None:
    """The transcriber's value and ours were made apart: 1,000 printed forms must give the same number."""
    checked = 0
    for total in catalogue().control_totals:
        printed = parse_printed(total.printed)
        if printed is None or total.indicator not in catalogue().printed_names or "DERIVED" in total.note:
            continue
        in_wan = total.unit == "户" and printed.value * 10000 == total.value  # tables print the unit in the header
        factor = catalogue().units[total.unit].factor  # 17.8万米 is transcribed as 178 公里
        in_base = printed.unit == catalogue().units[total.unit].base and printed.value == total.value * factor
        assert printed.value == total.value or in_wan or in_base, total.total_id
        checked += 1
    assert checked > 800


@given(st.decimals(min_value=0, max_value=10**12, places=2))
def test_a_number_typed_into_a_workbook_comes_back_exactly(number: Decimal) -> None:
    assert decimal_of(float(number)) == number


@given(st.integers(min_value=0, max_value=10**9))
def test_thousands_commas_and_full_width_digits_do_not_change_a_number(number: int) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) for c in str(number))
    assert decimal_of(f"{number:,}") == decimal_of(wide) == Decimal(number)


@pytest.mark.parametrize("text", ["2000万", "三百", "1e5", "12,34", "—", "1.2.3", "", "nan", "Infinity"])
def test_decimal_of_refuses_what_is_not_plainly_a_number(text: str) -> None:
    assert decimal_of(text) is None


def test_half_unit_tolerance_is_the_largest_honest_difference() -> None:
    assert half_unit_tolerance(2, Decimal("0.005")) == Decimal("0.015")
    with pytest.raises(ValueError, match="part"):
        half_unit_tolerance(0, Decimal("0.005"))


def test_ratio_rounds_half_up_and_has_no_answer_for_zero() -> None:
    assert ratio(Decimal("66.86"), Decimal(200), Decimal(100), 2) == Decimal("33.43")
    assert ratio(Decimal(1), Decimal(800), Decimal(100), 2) == Decimal("0.13")  # 0.125 %
    assert ratio(Decimal(1), Decimal(0), Decimal(100), 2) is None


def test_plain_has_no_exponent_and_no_trailing_zero() -> None:
    assert [plain(Decimal(t)) for t in ("1E+3", "2.500", "-0.00", "0E-8")] == ["1000", "2.5", "0", "0"]
    assert plain(None) is None
