"""Cells to exact numbers."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.units import decimal_of, half_unit_tolerance, plain, ratio


@given(st.decimals(min_value=0, max_value=10**12, places=2))
def test_a_number_typed_into_a_workbook_comes_back_exactly(number: Decimal) -> None:
    assert decimal_of(float(number)) == number


@given(st.integers(min_value=0, max_value=10**9))
def test_thousands_commas_and_full_width_digits_do_not_change_a_number(number: int) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) for c in str(number))
    assert decimal_of(f"{number:,}") == decimal_of(wide) == Decimal(number)
    for space in " \u00a0\u3000\u2009":
        assert decimal_of(f"{number:,}".replace(",", space)) == Decimal(number)


@pytest.mark.parametrize(
    "text", ["2000万", "三百", "1e5", "12,34", "12 3", "1,000 000", "①5", "5²", "—", "1.2.3", "", "nan", "Infinity"]
)
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
