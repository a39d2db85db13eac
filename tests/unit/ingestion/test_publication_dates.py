"""Dates as tables print them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.publication_dates import printed_date


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2023.6", "2023-06-30"),
        ("2023年6月底", "2023-06-30"),
        ("2024年2月末", "2024-02-29"),
        ("截至3月23日", "2022-03-23"),  # of the year that the table is of
        ("截止到2023年8月31日", "2023-08-31"),
        ("2023年6月份", "2023-06-30"),
        ("６月２０日", "2022-06-20"),
        ("2023年底", "2023-12-31"),
        ("年末", "2022-12-31"),
        ("2023年", "2023-12-31"),
    ],
)
def test_a_day_or_the_last_day_of_what_is_named(text: str, day: str) -> None:
    assert printed_date(text, 2022) == dt.date.fromisoformat(day)


@pytest.mark.parametrize(
    "text",
    [
        *("已完工", "预计于2021年2月完工", "2020年9月已完成竣工结算", "45097", "2023", "3.23", "6月", "年底", ""),
        *("2023年2月30日", "2023.13", "2023-6.20", "2023年6月20日底"),
    ],
)
def test_what_names_no_day_is_none(text: str) -> None:
    assert printed_date(text) is None


@given(st.dates(dt.date(1990, 1, 1), dt.date(2049, 12, 31)))
def test_every_spelling_of_a_day_is_that_day(day: dt.date) -> None:
    y, m, d = day.year, day.month, day.day
    spellings = (
        *(f"{y}年{m}月{d}日", f"{y}-{m:02d}-{d:02d}", f"{y}/{m}/{d}", f"{y}.{m}.{d}", f"截至{y}年{m:02d}月{d:02d}日"),
        *(f"{y} 年 {m} 月 {d} 日", f"{m}月{d}日"),
    )
    for text in spellings:
        assert printed_date(text, y) == day, text
