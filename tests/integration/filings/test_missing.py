"""What a table leaves for the units it lacks: intervals worked by hand in control-totals-notes §1."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from filings.figures import figure
from filings.missing import missing_units
from filings.question import Question
from filings.reader import Reader, open_reader
from ingestion.catalogue import catalogue
from ingestion.errors import UsageError
from ingestion.transcripts import write_source
from quality.receive import Receiver
from quality.warehouse import build

XINJIANG, XPCC, TIANJIN, TIBET = "650000", "660000", "120000", "540000"


@pytest.fixture(scope="module")
def published(published_home: Path) -> Iterator[Reader]:
    with open_reader(published_home) as reader:
        yield reader


def entry(reader: Reader, indicator: str, period: str, basis: str = "total") -> dict[str, Any]:
    """The first of the table that lacks fewest units."""
    return next(e for e in missing_units(reader, indicator, period) if e["basis"] == basis)


@pytest.mark.parametrize(
    ("indicator", "period", "units", "printed", "summed", "low", "high"),
    [
        ("started_communities", "2022", [XINJIANG, XPCC], 52_500, 51_192, 1_258, 1_358),
        ("started_communities", "2022-12", [XINJIANG, XPCC], 52_500, 51_192, 1_258, 1_358),
        ("started_communities", "2023-08", [TIANJIN, TIBET], 49_800, 49_590, 160, 260),  # 210 ± 50
        # 24.05万 ± 0.5 of the print, and ± 0.15 of thirty rows printed to 0.01万
        ("plan_households", "2022", [XINJIANG, XPCC], 8_400_000, 8_159_500, 234_000, 247_000),
    ],
)
def test_a_printed_total_less_the_rows_is_an_interval(
    published: Reader, indicator: str, period: str, units: list[str], printed: int, summed: int, low: int, high: int
) -> None:
    e = entry(published, indicator, period)
    assert (e["units"], e["printed_total"], e["sum_of_rows"]) == (units, printed, summed)
    assert (e["low"], e["high"], e["left"]) == (low, high, printed - summed)
    assert e["rows"] == 32 - len(units)


def test_the_month_before_bounds_from_below(published: Reader) -> None:
    e = entry(published, "started_households", "2022", "earlier")
    # 876.01万 in November less 853.02万 is 22.99万; ± 0.005 of the print, ± 0.15 of thirty rows
    assert (e["left"], e["low"], e["high"]) == (229_900, 229_900 - 50 - 1_500, None)
    interval = figure(published, Question("started_households", XPCC, "2022"))["interval"]
    assert (interval["low"], interval["high"]) == (228_350, 8_765_000 - 8_530_200 + 1_500)


def test_printed_rates_narrow_the_plan_of_the_one_unit_without(published: Reader) -> None:
    e = entry(published, "plan_communities", "2022", "rates")
    assert (e["units"], e["sum_of_rows"], e["low"], e["high"]) == ([XPCC], 51_077, 51_155 - 51_077, 51_193 - 51_077)
    answer = figure(published, Question("plan_communities", XPCC, "2022"))
    assert answer["value"] is None
    interval = answer["interval"]
    assert (interval["low"], interval["high"], interval["joint"], interval["units"]) == (78, 116, False, [XPCC])
    assert (interval["unit_low"], interval["unit_high"]) == (78, 116)


def test_several_missing_units_share_one_interval_and_keep_no_value(published: Reader) -> None:
    for unit in (XINJIANG, XPCC):
        answer = figure(published, Question("started_communities", unit, "2022"))
        assert answer["value"] is None and answer["obs_status"] == "L"
        interval = answer["interval"]
        assert (interval["low"], interval["high"], interval["joint"]) == (1_258, 1_358, True)
        assert (interval["unit_low"], interval["unit_high"]) == (0, 1_358)
        assert "新疆、兵团合计" in interval["reason_zh"] and "together" in interval["reason_en"]


@pytest.mark.parametrize(
    ("indicator", "area", "period", "more"),
    [
        ("started_communities", XPCC, "2023-09", {}),  # a value is there
        ("started_communities", "000000", "2018", {}),  # nothing lies above the nation
        ("started_communities", XPCC, "2019", {}),  # no table
        ("start_rate_communities_printed", XPCC, "2022", {}),  # rates do not add up
        ("started_communities", XPCC, "2022", {"sample": True}),
        ("started_communities", XPCC, "2022-12", {"flow": True}),
        ("started_communities", XPCC, "2022", {"programme": "local"}),
    ],
)
def test_no_interval_where_none_can_be_had(
    published: Reader, indicator: str, area: str, period: str, more: dict[str, Any]
) -> None:
    assert figure(published, Question(indicator, area, period, **more))["interval"] is None


def test_a_complete_table_lacks_nobody_and_an_unknown_indicator_says_so(published: Reader) -> None:
    assert missing_units(published, "started_communities", "2023-09") == []
    with pytest.raises(UsageError):
        missing_units(published, "nothing", "2022")


def test_rows_that_exceed_the_total_leave_no_interval(tmp_path: Path) -> None:
    receiver = Receiver(tmp_path)
    receiver.store.seed()
    path = tmp_path / "T2212.xlsx"
    write_source(catalogue().source("T2212"), catalogue(), path)
    book = openpyxl.load_workbook(path)
    cell = next(row[3] for row in book["表"].iter_rows() if row[1].value == "河南")
    cell.value = int(cell.value) + 5_000
    book.save(path)
    assert receiver.receive([path], source_id="T2212")[0]["verdict"] == "accepted"
    build(tmp_path)
    with open_reader(tmp_path) as reader:
        assert entry(reader, "started_communities", "2022")["left"] == 1_308 - 5_000
        assert figure(reader, Question("started_communities", XPCC, "2022"))["interval"] is None
        assert D(entry(reader, "started_communities", "2022")["low"]) == 0
