"""Printed quantities: whatever the spelling, the same value, unit and bound, or no value at all."""

from __future__ import annotations

import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.catalogue import catalogue
from ingestion.quantities import numeral, parse_printed

DIGITS = "零一二三四五六七八九"


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
        ("两个", "2", "0.5", "exact", "个"),
        ("十八个片区", "18", "0.5", "exact", "个片区"),
        ("二十一亿余元", "2100000000", "100000000", "more_than", "元"),
        ("三千户", "3000", "500", "exact", "户"),
        ("3千户", "3000", "500", "exact", "户"),
        ("两万零五户", "20005", "0.5", "exact", "户"),
        ("十余个", "10", "10", "more_than", "个"),
        ("百分之六十三", "63", "0.5", "exact", "%"),
        ("百分之63.5", "63.5", "0.05", "exact", "%"),
        ("5.6万㎡", "56000", "500", "exact", "㎡"),
        ("100m2", "100", "0.5", "exact", "m2"),
        ("1\u00a0234\u3000567元", "1234567", "0.5", "exact", "元"),
        ("300户左右", "300", "100", "about", "户"),
        ("不足300户", "300", "100", "nearly", "户"),
        ("不少于300户", "300", "100", "at_least", "户"),
        ("约为3775万元", "37750000", "10000", "about", "元"),
        ("多达1.5万余户", "15000", "1000", "more_than", "户"),
        ("300户余", "300", "100", "more_than", "户"),
        ("超出3万户", "30000", "10000", "more_than", "户"),
        ("不止3万户", "30000", "10000", "more_than", "户"),
        ("不满300户", "300", "100", "nearly", "户"),
        ("5000户（约）", "5000", "1000", "about", "户"),
        ("5000户（以上）", "5000", "1000", "at_least", "户"),
        ("5000户（近）", "5000", "1000", "nearly", "户"),
        ("￥2000万元", "20000000", "5000", "exact", "元"),
    ],
)
def test_parse_printed_reads_value_rounding_and_words(
    text: str, value: str, half_unit: str, qualifier: str, unit: str
) -> None:
    printed = parse_printed(text)
    assert printed is not None
    assert (printed.value, printed.half_unit) == (Decimal(value), Decimal(half_unit))
    assert (printed.qualifier, printed.unit) == (qualifier, unit)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "全部开工",
            "已完工",
            "1—4月",
            "2023年6月底",
            "截至3月23日",
            "1639个、228769户",
            "20亿平方米至30亿平方米",
        ),
        *("12,34个", "12 3户", "12.5.3", "1e5", "5.", ".5", ",000户", "1亿2000万元", "12万3千户", "3-5户", "3~5户"),
        *(
            "-5个",
            "−5",
            "负5个",
            "第5",
            "不超过300户",
            "不超300户",
            "未达300户",
            "核减5个",
            "上限300户",
            "300户以下",
            "减少5个",
            "少于300户",
        ),  # no such bound is ours
        *("十几个", "数千户", "几百户", "二百五户", "二〇二三年", "三县二区", "二轻公司三栋", "五十百户", "3几户"),
        *("57.3\ufffd万元", "5\ufffd7户", "锟斤拷12户", "5?户", "5*户", "1□4户", "12\ue001户"),
        *("五十来个", "50来户", "5+个", "1个半", "一个半", "¥2000", "$5"),  # a header may say 万元
        *("①5", "5①", "²5", "5²", "5½"),
    ],
)
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


def spelled(number: int) -> str:
    """A Chinese numeral, written by the rules of primary school: every place named, one 零 for a gap."""
    text = ""
    for size, mark in ((10**8, "亿"), (10**4, "万"), (1, "")):
        part = number // size % 10_000
        if not part:
            text += "零" if text and not text.endswith("零") and number % (size or 1) else ""
            continue
        if text and part < 1000 and not text.endswith("零"):
            text += "零"
        inner = ""
        for place, word in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
            digit = part // place % 10
            if digit:
                inner += DIGITS[digit] + word
            elif inner and part % place and not inner.endswith("零"):
                inner += "零"
        text += inner + mark
    return text.rstrip("零")


@given(st.integers(min_value=1, max_value=10**12 - 1))
def test_a_numeral_is_the_number_it_spells(number: int) -> None:
    assert numeral(spelled(number)) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("十", 10),
        ("十八", 18),
        ("一百一十", 110),
        ("一千零一", 1001),
        ("两万五千", 25000),
        ("三亿零二十万", 300_200_000),
    ],
)
def test_numerals_in_daily_use(text: str, number: int) -> None:
    assert numeral(text) == number


@pytest.mark.parametrize(
    "text", ["二百五", "一千二", "两万五", "百", "千万", "一二", "二〇", "十十", "零零", "一百零", "万"]
)
def test_a_numeral_that_may_be_two_numbers_is_none(text: str) -> None:
    assert numeral(text) is None


WIDE = str.maketrans({chr(c): chr(c + 0xFEE0) for c in range(0x21, 0x7F)})
SPELLINGS = {
    "个": ["个"], "户": ["户"], "栋": ["栋"], "元": ["元"], "平方米": ["平方米", "㎡", "m²", "m2", "平米"],
    "米": ["米", "m"], "公里": ["公里", "千米", "km"], "部": ["部"], "%": ["%", "％"],
}  # fmt: skip
BOUNDS = [
    ("", "", "exact"),
    ("约", "", "about"),
    ("近", "", "nearly"),
    ("超过", "", "more_than"),
    ("", "以上", "at_least"),
]


@given(
    number=st.decimals(min_value=0, max_value=10**7, places=2),
    scale=st.sampled_from(["", "万", "亿"]),
    unit=st.sampled_from(sorted(SPELLINGS)),
    bound=st.sampled_from(BOUNDS),
    data=st.data(),
)
def test_any_spelling_of_a_quantity_gives_the_same_value_unit_and_bound(
    number: Decimal, scale: str, unit: str, bound: tuple[str, str, str], data: st.DataObject
) -> None:
    before, behind, qualifier = bound
    digits = format(number, data.draw(st.sampled_from(["f", ",f"])))
    digits = digits.replace(",", data.draw(st.sampled_from([",", " ", "\u00a0", "\u3000"])))
    word = data.draw(st.sampled_from(SPELLINGS[unit]))
    gap = data.draw(st.sampled_from(["", " ", "\u3000"]))
    text = f"{before}{digits}{gap}{scale}{word}{behind}"
    if data.draw(st.booleans()):
        text = text.translate(WIDE)
    printed = parse_printed(text)
    assert printed is not None, text
    found = catalogue().unit_spelled(printed.unit)
    assert found is not None and found.base == catalogue().unit(unit).base, text
    wanted = number * {"": 1, "万": 10_000, "亿": 100_000_000}[scale] * catalogue().unit(unit).factor
    assert (printed.value * found.factor, printed.qualifier) == (wanted, qualifier), text


@given(number=st.integers(min_value=0, max_value=10**9), place=st.integers(min_value=0, max_value=9), data=st.data())
def test_a_quantity_that_lost_a_character_is_never_a_smaller_one(number: int, place: int, data: st.DataObject) -> None:
    text = f"{number}户"
    at = min(place, len(text) - 2)
    lost = data.draw(st.sampled_from(["\ufffd", "?", "□", "*", "锟斤拷"]))
    assert parse_printed(text[:at] + lost + text[at + 1 :]) is None


@given(st.text(max_size=20))
def test_no_text_is_a_traceback_and_a_value_comes_from_digits(text: str) -> None:
    printed = parse_printed(text)
    if printed is not None:
        held = unicodedata.normalize("NFKC", text)
        assert any(c.isdigit() for c in held) or any(c in "一二两三四五六七八九十百千万亿零〇" for c in held)
        assert printed.value >= 0
