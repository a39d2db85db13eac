"""Exact decimals: the number of a cell, its canonical text, rounding and tolerances.

Not here: numbers with words around them (quantities.py), cells, forms, rules.
No float ever holds a quantity: a cell that a library hands over as float goes through `decimal_of`.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

STORE_DECIMALS = 8  # DECIMAL(38,8) in the landing files; more filed decimals are an error, never rounded away

# thousands in threes, by one kind of mark throughout: `12 3` is no 123
GROUPED = re.compile(r"(?:[0-9]{1,3}(?P<mark>[, ])[0-9]{3}(?:(?P=mark)[0-9]{3})*|[0-9]+)(?:\.[0-9]+)?")
PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?$")
# what decoding puts where bytes were lost, and what that becomes when it is saved once more in another encoding
LOST = re.compile("\ufffd|锟斤拷")


def normalise(text: str) -> str:
    """Full-width digits and signs to half-width, odd spaces out: for comparing and parsing, never for storing."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def half_width(text: str) -> str:
    """Full-width digits and signs to half-width, every kind of space to a plain one; ①, ² and ㎡ stay as they are: their
    digit is no digit of a number."""
    if text.isascii():
        return text
    return "".join(
        " " if c.isspace() else c if unicodedata.category(c) in ("No", "So") else unicodedata.normalize("NFKC", c)
        for c in text
    )


def decimal_of(value: Any) -> Decimal | None:
    """An exact decimal of a cell value; None when it is not a number.

    A float comes from a workbook that stores doubles; its shortest repr is the number that was typed
    (exact up to 15 significant digits, which is all a workbook keeps).
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            return None
        number = Decimal(repr(value))
        return (
            number.quantize(Decimal(1))
            if number == number.to_integral_value() and abs(number) < Decimal(10) ** 28
            else number
        )
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    text = half_width(str(value)).strip()
    sign, digits = (text[0], text[1:].lstrip()) if text[:1] in ("+", "-") else ("", text)
    return Decimal(sign + digits.replace(",", "").replace(" ", "")) if GROUPED.fullmatch(digits) else None


def rounding_of(half_unit: Decimal, unit: str | None) -> Decimal:
    """What rounding can hide of a printed number: half a unit of its last digit, nothing of a count printed in full."""
    return half_unit if half_unit > Decimal("0.5") or unit == "元" else Decimal(0)


def half_unit_tolerance(parts: int, half_unit: Decimal) -> Decimal:
    """Largest difference that rounding alone can cause between a total and its parts: (parts + 1) half units.

    Raises: ValueError if parts < 1. Source: rule-book format §4, `rounding`.
    Example: two parts printed to 0.01 → 3 × 0.005 = 0.015.
    """
    if parts < 1:
        raise ValueError("a total needs at least one part")
    return (parts + 1) * half_unit


def plain(value: Decimal | None) -> str | None:
    """Canonical text of an exact decimal: no exponent, no trailing zeros. None stays None."""
    if value is None:
        return None
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


EXACT_TEXT = frozenset({"元", "平方米", "%", "元/户", "元/平方米", "比"})  # in JSON text even where a value is whole


def json_number(value: Decimal | None, unit: str | None) -> int | str | None:
    """JSON form of a quantity: whole counts as integers; money, areas and rates always as exact decimal text."""
    if value is None:
        return None
    if value == value.to_integral_value() and unit not in EXACT_TEXT:
        return int(value)
    return plain(value)


def ratio(numerator: Decimal, denominator: Decimal, scale: Decimal, decimals: int) -> Decimal | None:
    """numerator ÷ denominator × scale, rounded half up for display; None when the denominator is zero."""
    if denominator == 0:
        return None
    return (numerator * scale / denominator).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
