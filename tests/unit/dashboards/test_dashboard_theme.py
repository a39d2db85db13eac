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
    assert theme.heading(words, None, sample=True, height=400)["title"]["text"].startswith("<b>【模拟数据】")
    assert "模拟数据" not in theme.heading(words, None, sample=False, height=400)["title"]["text"]
