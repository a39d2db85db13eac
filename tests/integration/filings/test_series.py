"""Series from 2019 to 2025: each value as printed, gaps as gaps, conflicting prints beside each other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from filings.reader import Reader, open_reader
from filings.series import comparable, series, windows
from ingestion.errors import UsageError

NATION, SHANDONG, XPCC = "000000", "370000", "660000"


@pytest.fixture(scope="module")
def published(published_home: Path) -> Iterator[Reader]:
    with open_reader(published_home) as reader:
        yield reader


def values(rows: list[dict[str, Any]]) -> list[Any]:
    return [row["value"] for row in rows]


@pytest.mark.parametrize(
    ("indicator", "expected"),
    [  # as printed: control_totals.csv, national rows of the years
        ("started_communities", [19_000, 40_279, 55_600, 52_500, 53_700, 58_000, 27_100]),
        ("started_households", [3_520_000, 7_357_300, 9_650_000, 8_760_000, 8_970_000, None, 4_990_000]),
        ("plan_communities", [19_000, 39_000, 53_000, 51_000, 53_000, 54_000, 25_000]),
        ("plan_households", [None, 7_000_000, 9_000_000, 8_400_000, 8_650_000, None, None]),
        ("investment_done", [None, None, None, None, "240000000000", None, "133200000000"]),
        ("effect_elev", [None, None, None, None, 36_000, None, None]),
        ("effect_park_add", [None, None, None, None, 850_000, None, None]),
        ("effect_pipe_total", [None, None, None, None, 76_000_000, None, None]),  # 7.6万公里
    ],
)
def test_the_nation_from_2019_to_2025(published: Reader, indicator: str, expected: list[Any]) -> None:
    rows = series(published, indicator, NATION, 2019, 2025)
    assert [row["period"] for row in rows] == [str(year) for year in range(2019, 2026)]
    assert values(rows) == expected
    for row in rows:
        assert row["gap"] == (row["value"] is None)
        if row["gap"]:
            assert row["reason_zh"] and row["reason_en"] and row["obs_status"] in ("L", "M") and not row["source_id"]
        else:
            assert row["printed"] and row["half_unit"] and row["source_title"] and row["publisher"], row
            assert row["reason_zh"] is None


def test_each_value_carries_its_publication_and_its_rounding(published: Reader) -> None:
    year = series(published, "started_communities", NATION, 2020, 2020)[0]
    assert (year["printed"], year["half_unit"], year["qualifier"]) == ("40279个", "0.5", "exact")
    assert (year["source_id"], year["publisher"], year["published_on"]) == ("M2012cyol", "ministry", "2021-01-21")
    assert {(a["value"], a["source_id"], a["agrees"]) for a in year["alternatives"]} == {
        (40_300, "M2012", True),
        (40_300, "seed000", True),
    }


def test_conflicting_prints_stay_beside_the_answer(published: Reader) -> None:
    plan = series(published, "plan_communities", "220000", 2022, 2022)[0]  # 吉林: the ministry 1142, the province 1100
    assert plan["value"] == 1142
    assert [(a["value"], a["publisher"], a["agrees"]) for a in plan["alternatives"]] == [(1100, "province", False)]
    partial = [
        a for a in series(published, "started_communities", NATION, 2022, 2022)[0]["alternatives"]
        if a["basis"] == "partial"
    ]  # fmt: skip
    assert [(a["value"], a["agrees"]) for a in partial] == [(51_192, None)]


def test_a_gap_says_what_was_printed_of_the_year_and_what_a_table_leaves(published: Reader) -> None:
    year = series(published, "effect_elev", NATION, 2022, 2022)[0]
    assert year["gap"] and (year["within"]["period"], year["within"]["value"]) == ("2022-10", 12_300)
    assert "2022-10" in year["reason_zh"]
    shandong = series(published, "started_communities", SHANDONG, 2023, 2023)[0]
    assert (shandong["value"], shandong["within"]["period"], shandong["within"]["value"]) == (None, "2023-09", 3_903)
    xpcc = series(published, "started_communities", XPCC, 2022, 2022)[0]
    assert xpcc["gap"] and (xpcc["interval"]["unit_low"], xpcc["interval"]["unit_high"]) == (0, 1_358)


def test_months_that_nobody_printed_are_rows_too(published: Reader) -> None:
    rows = series(published, "started_communities", NATION, 2023, 2023, freq="month")
    assert [row["period"] for row in rows] == [f"2023-{month:02d}" for month in range(1, 13)]
    held = {row["period"][5:]: row["value"] for row in rows if not row["gap"]}
    assert held == {"06": 42_621, "07": 46_600, "08": 49_800, "09": 51_294, "10": 52_800, "12": 53_700}
    assert all(row["within"] is None for row in rows)


def test_two_vintages_of_the_effects_are_both_shown_and_never_subtracted(published: Reader) -> None:
    rows = {row["period"]: row for row in windows(published, "effect_evc", NATION)}
    old, new = rows["2019-01-01/2022-10-31"], rows["2019/2023"]
    assert (old["value"], old["vintage"]) == (35_000, "before")
    assert (new["value"], new["vintage"]) == (104_000, "after")
    flow = series(published, "effect_evc", NATION, 2023, 2023)[0]
    assert not comparable(new, old) and comparable(new, flow)
    assert [row["period"] for row in windows(published, "effect_elev", NATION)] == [
        "2019-01-01/2021-12-09",
        "2019-01-01/2022-10-31",
        "2019/2023",
        "2019-01-01/2024-08-02",
        "2019/2024",
        "2021-01-01/2025-10-11",
    ]


def test_other_definitions_never_enter_a_series(published: Reader) -> None:
    lifts = series(published, "effect_elev", NATION, 2025, 2025)[0]
    assert lifts["value"] is None  # 1.4万 of 2025 is printed under urban renewal
    assert {row["period"] for row in windows(published, "effect_evc", NATION)} == {
        "2019-01-01/2022-10-31", "2019/2023", "2019-01-01/2024-08-02",
    }  # fmt: skip  # 105万 to 2024 counts bicycles too
    water = windows(published, "effect_p_water", "230000")  # 1万余公里 holds drainage
    assert water == []
    beijing = series(published, "effect_elev", "110000", 2022, 2022)[0]
    assert beijing["value"] == 467 and beijing["alternatives"] == []  # 1326 were started


def test_funds_by_source_stay_apart(published: Reader) -> None:
    invested = series(published, "funds_allotted", NATION, 2019, 2021, dims={"source": "F12"})
    assert values(invested) == ["25000000000", "54300000000", None]
    assert values(series(published, "funds_allotted", NATION, 2022, 2022, dims={"source": "F11"})) == ["30700000000"]


def test_a_programme_is_a_series_of_its_own(published: Reader) -> None:
    assert values(series(published, "plan_communities", "430000", 2021, 2021)) == [3529]
    assert values(series(published, "plan_communities", "430000", 2021, 2021, programme="local")) == [1500]
    years = series(published, "renovated_communities", "211102", 2019, 2022, programme="local")
    assert values(years) == [6, 3, 5, 2]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"first_year": 2025, "last_year": 2019}, "不成范围"),
        ({"freq": "week"}, "week"),
        ({"indicator": "nothing"}, "nothing"),
        ({"area": "123456"}, "123456"),
        ({"dims": {"colour": "red"}}, "colour"),
        ({"first_year": 19, "last_year": 2019}, "19"),
    ],
)
def test_a_series_that_cannot_be_asked_for_says_why(published: Reader, change: dict[str, Any], said: str) -> None:
    asked = {"indicator": "started_communities", "area": NATION, "first_year": 2019, "last_year": 2025, **change}
    with pytest.raises(UsageError, match=said):
        series(published, **asked)
