"""How numbers look, and how an exact value becomes the float of a trace."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dashboards import theme


@pytest.mark.parametrize(
    ("value", "unit", "half", "shown"),
    [
        ("27100", "个", "50", "2.71万个"),
        ("58000", "个", "500", "5.8万个"),
        ("51294", "个", "0", "51,294个"),
        ("40279", "个", "0.5", "40,279个"),
        ("7357300", "户", "50", "735.73万户"),
        ("48000000", "户", "500000", "4,800万户"),
        ("306179", "个", "1200.5", "30.6万个"),
        ("2356270500", "元", "0", "23.56亿元"),
        ("668600", "元", "50", "66.86万元"),
        ("80.2", "%", None, "80.20%"),
        ("0", "个", None, "0个"),
    ],
)
def test_display_keeps_what_was_printed(value: str, unit: str, half: str | None, shown: str) -> None:
    assert theme.display(Decimal(value), unit, Decimal(half) if half else None) == shown


def test_display_says_no_data_for_a_gap() -> None:
    assert theme.display(None, "个") == "无数据"


def test_traced_leaves_a_gap_a_gap_and_zero_zero() -> None:
    assert theme.traced(None, theme.WAN) is None
    assert theme.traced(Decimal(0), theme.WAN) == 0.0
    assert theme.traced(Decimal("55600.00000000"), theme.WAN) == 5.56


@pytest.mark.parametrize(
    ("qualifier", "arms"),
    [
        ("exact", (0.05, 0.05)),
        ("about", (0.05, 0.05)),
        ("nearly", (0.0, 0.05)),
        ("more_than", (0.05, 0.0)),
        ("at_least", (0.05, 0.0)),
    ],
)
def test_rounding_arms_are_one_sided_where_the_words_are(qualifier: str, arms: tuple[float, float]) -> None:
    assert theme.rounding_arms(Decimal(58000), Decimal(500), qualifier, theme.WAN) == arms


def test_rounding_arms_of_a_gap_are_none() -> None:
    assert theme.rounding_arms(None, Decimal(5), "exact") == (None, None)


def test_heading_of_a_sample_begins_with_the_mark() -> None:
    words = theme.Words("标题", "title")
    assert theme.heading(words, None, sample=True)["title"]["text"].startswith("<b>【模拟数据】")
    assert "模拟数据" not in theme.heading(words, None, sample=False)["title"]["text"]


def test_heading_leads_with_the_language_of_the_page_and_fits_a_phone() -> None:
    words = theme.Words("很长的标题" * 6 + "，2023", "a title that is long enough to need another line or two")
    lines = theme.heading(words, theme.Words("万个", "10,000"), sample=False)["title"]["text"].split("<br>")
    assert len(lines) >= 5 and "单位 unit" in lines[-1]
    english = theme.heading(words, theme.Words("万个", "10,000"), sample=False, lang="en")["title"]["text"]
    assert not [c for c in english if "\u4e00" <= c <= "\u9fff"]


def test_display_speaks_english() -> None:
    assert theme.display(Decimal(27100), "个", Decimal(50), "en") == "27,100"
    assert theme.display(Decimal("2356270500"), "元", None, "en") == "2,356.27 million yuan"
    assert theme.display(Decimal(7357300), "户", Decimal(50), "en") == "7,357,300 households"
