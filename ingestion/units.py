"""Exact decimals: printed text to numbers, form units to base units, rounding and tolerances.

Belongs here: parsing of one printed number, conversion, half units. Not here: cells, forms, rules.
No float ever holds a quantity: a cell that a library hands over as float goes through `decimal_of`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

SCALES = {
    "": Decimal(1),
    "万": Decimal(10_000),
    "亿": Decimal(100_000_000),
    "million": Decimal(1_000_000),
    "billion": Decimal(1_000_000_000),
    "百万": Decimal(1_000_000),
    "千": Decimal(1000),
}
STORE_DECIMALS = 8  # DECIMAL(38,8) in the landing files; more filed decimals are an error, never rounded away

_NUMBER = re.compile(
    r"(?<![0-9.])(?P<number>[0-9][0-9,]*(?:\.[0-9]+)?)(?P<more>[余多]*)\s*"
    r"(?P<scale>万|亿|million|billion)?(?P<more2>[余多]*)\s*(?P<unit>[^0-9,，。;；(（]*)"
)
_BEFORE = (
    ("nearly", ("近", "nearly", "almost")),
    ("about", ("约", "大概", "左右", "about", "around")),
    ("more_than", ("超过", "超", "more than", "over", "逾")),
)
_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$|[0-9]+(\.[0-9]+)?$")
PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?$")


@dataclass(frozen=True)
class Printed:
    """One number as printed. value and half_unit are in the unit named by `unit` (scale words applied)."""

    value: Decimal
    half_unit: Decimal
    qualifier: str  # exact | about | nearly | at_least | more_than
    unit: str  # the words behind the number, scale word removed ("" when none was printed)
    scale: Decimal
    decimals: int
    note: str = ""  # what stands in brackets behind the number


def normalise(text: str) -> str:
    """Full-width digits and signs to half-width, odd spaces out: for comparing and parsing, never for storing."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


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
    text = normalise(str(value))
    if not _GROUPED.match(text.lstrip("+-")):
        return None
    try:
        return Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None


def parse_printed(text: str) -> Printed | None:
    """Read one printed number with its words: `近700万户`, `2900多万户`, `17,558.00万元`, `3.52 million people`.

    Returns None when there is no number, or more than one: the caller asks instead of guessing.
    The half unit is half of the last printed digit; for about, nearly, more_than and at_least it is one whole
    unit of the last significant digit (the rounding is then one-sided or loose).
    """
    raw = unicodedata.normalize("NFKC", text).strip()
    note = ""
    bracket = re.search(r"[(（]([^)）]*)[)）]\s*$", raw)
    if bracket and re.search(r"[0-9]", raw[: bracket.start()]):
        note, raw = bracket.group(1), raw[: bracket.start()].strip()
    hits = list(_NUMBER.finditer(raw))
    if len(hits) != 1:
        return None
    hit = hits[0]
    digits = hit["number"].rstrip(",")
    if not _GROUPED.match(digits):
        return None
    plain = digits.replace(",", "")
    number = Decimal(plain)
    scale = SCALES[hit["scale"] or ""]
    unit = hit["unit"].strip()
    before = raw[: hit.start()].strip().lower()
    qualifier = "exact"
    for name, words in _BEFORE:
        if any(before.endswith(w) or ((" " in w or w.isascii()) and w in before) for w in words):
            qualifier = name
    if hit["more"] or hit["more2"]:
        qualifier = "more_than"
    if "以上" in unit or "不少于" in unit:
        qualifier, unit = "at_least", unit.replace("以上", "").replace("不少于", "").strip()
    decimals = len(plain.split(".")[1]) if "." in plain else 0
    step = Decimal(1).scaleb(-decimals)
    if qualifier == "exact":
        half = step / 2
    else:
        # one unit of the last significant digit: trailing zeros of a whole number are taken as rounding
        significant = plain.rstrip("0") if "." not in plain else plain
        half = Decimal(1).scaleb(len(plain) - len(significant)) if "." not in plain else step
    return Printed(number * scale, half * scale, qualifier, unit, scale, decimals, note)


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


def json_number(value: Decimal | None, unit: str | None) -> int | str | None:
    """JSON form of a quantity: whole counts as integers; money, areas and rates always as exact decimal text."""
    if value is None:
        return None
    if value == value.to_integral_value() and unit not in ("元", "平方米", "%", "元/户"):
        return int(value)
    return plain(value)


def ratio(numerator: Decimal, denominator: Decimal, scale: Decimal, decimals: int) -> Decimal | None:
    """numerator ÷ denominator × scale, rounded half up for display; None when the denominator is zero."""
    if denominator == 0:
        return None
    return (numerator * scale / denominator).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
