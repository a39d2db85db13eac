"""Moments as people write them: which instant each spelling means, and that the register's texts compare as times do."""

from __future__ import annotations

import datetime as dt

import pytest

from ingestion.errors import UsageError
from ingestion.moments import parse_limit, parse_moment, stamp


@pytest.mark.parametrize(
    ("text", "utc"),
    [  # a bare day is known until its end in China, eight hours ahead
        ("2023-08-15", "2023-08-15T15:59:59.999999+00:00"),
        ("20230815", "2023-08-15T15:59:59.999999+00:00"),
        ("2023-08-15T00:00", "2023-08-14T16:00:00.000000+00:00"),
        ("2023-08-15T09:00:00", "2023-08-15T01:00:00.000000+00:00"),
        ("2023-08-15T09:00:00Z", "2023-08-15T09:00:00.000000+00:00"),
        ("2023-08-15T09:00:00-05:00", "2023-08-15T14:00:00.000000+00:00"),
        ("0999-01-01", "0999-01-01T15:59:59.999999+00:00"),
    ],
)
def test_each_spelling_is_one_instant(text: str, utc: str) -> None:
    assert stamp(parse_moment(text)) == utc


@pytest.mark.parametrize(
    ("text", "utc"),
    [  # a limit holds all of the second that it names; a fraction is meant as written
        ("2023-08-15", "2023-08-15T15:59:59.999999+00:00"),
        ("2023-08-15T23:59:59", "2023-08-15T15:59:59.999999+00:00"),
        ("2023-08-15T09:00", "2023-08-15T01:00:00.999999+00:00"),
        ("20230815T090000Z", "2023-08-15T09:00:00.999999+00:00"),
        ("2023-08-15T09:00:00.5+08:00", "2023-08-15T01:00:00.500000+00:00"),
        ("2023-08-15T09:00:00,000", "2023-08-15T01:00:00.000000+00:00"),
    ],
)
def test_a_limit_covers_the_whole_second_that_it_names(text: str, utc: str) -> None:
    assert stamp(parse_limit(text)) == utc


def test_texts_compare_as_times_do_from_the_first_century_on() -> None:
    moments = [
        parse_moment(t) for t in ("0001-01-02", "0999-12-31", "1999-12-31", "2023-01-01T00:00:00.000001", "9999-12-30")
    ]
    assert sorted(moments) == moments and sorted(map(stamp, moments)) == list(map(stamp, moments))


@pytest.mark.parametrize(
    "text",
    ["", "2023-08", "2023-02-30", "yesterday", "0001-01-01T00:00:00", "9999-12-31T23:59:59-08:00", "２０２３-08-15x"],
)
def test_what_is_no_moment_says_so_and_how_to_write_one(text: str) -> None:
    with pytest.raises(UsageError, match=r"2023-10-05T09:00:00\+08:00"):
        parse_moment(text)


def test_a_time_without_offset_has_no_stamp() -> None:
    with pytest.raises(UsageError, match="2023-01-01T00:00:00"):
        stamp(dt.datetime(2023, 1, 1))
