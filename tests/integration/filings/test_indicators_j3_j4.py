"""Indicators from J3, J3F and the rosters: cohorts, breakdowns, accounts and cells, against sums made on paper (conftest)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from shutil import copytree
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest

from filings.figures import figure
from filings.question import Question
from filings.reader import Reader, open_reader
from filings.trace import trace
from ingestion.errors import RetriableError
from quality.gates.frames import SeriesKey, series_data
from quality.warehouse import build
from tests.hand_made import file_return

CITY, YUSHUI, FENYI = "360500", "360502", "360521"
WAN = 10000


@pytest.fixture(scope="module")
def reader(xinyu_home: Path) -> Iterator[Reader]:
    with open_reader(xinyu_home) as opened:
        yield opened


def ask(reader: Reader, indicator: str, area: str = CITY, period: str = "2023", **dims: str) -> dict[str, Any]:
    return figure(reader, Question(indicator, area, period, dims))


@pytest.mark.parametrize(
    ("indicator", "dims", "yushui", "fenyi"),
    [  # 万元; 渝水 a2 and a3, 分宜 b1: the tasks of plan year 2023 that are in the plan and active
        ("cohort_funds_planned", {}, 100 + 30 + 40, 60 + 5),
        ("cohort_funds_allotted", {}, 80 + 30 + 10, 60 + 5),
        ("cohort_funds_arrived", {}, 70 + 20, 50 + 5),
        ("cohort_funds_paid", {}, 30 + 5, 20 + 5),
        ("cohort_funds_returned", {}, 0, 0),
        ("cohort_funds_balance", {}, 40 + 15, 30),
        ("cohort_funds_arrived", {"source": "F11"}, 70, 50),
        ("cohort_funds_arrived", {"source": "F42"}, 0, 5),  # a roster without a row of a source has none of it
        ("cohort_funds_balance", {"source": "F12"}, 15, 0),  # nothing returned: blank beside a filed payment
        ("cohort_funds_arrived", {"level": "central"}, 70 + 20, 50),
        ("cohort_funds_planned", {"level": "bonds"}, 0, 5),
        ("roster_funds_arrived", {}, 180 + 40 + 70 + 20, 55),
        ("roster_funds_arrived", {"source": "F30"}, 40, 0),
        ("roster_funds_balance", {}, 25 + 0 + 40 + 15, 30),
        ("cohort_investment_planned", {}, 540, 60),
        ("cohort_investment_planned", {"content": "JC"}, 340, 60),
        ("cohort_investment_planned", {"content": "JC01"}, 100, 0),
        ("cohort_investment_done", {}, 100, 10),
        # first money 12 complete months ago: a1 F11 (25 left) and a2 F12 (2022-12-31, 15 left)
        ("funds_idle_upper_bound", {}, 25 + 15, 0),
    ],
)
def test_rows_of_the_roster_add_up_to_the_unit_and_the_city(
    reader: Reader, indicator: str, dims: dict[str, str], yushui: int, fenyi: int
) -> None:
    for area, value in ((YUSHUI, yushui), (FENYI, fenyi), (CITY, yushui + fenyi)):
        for period in ("2023", "2023-12"):  # a year's figure is its December lock
            answer = ask(reader, indicator, area, period, **dims)
            assert Decimal(answer["value"]) == value * WAN, (area, period)
    assert answer["basis"] == "summed" and answer["coverage"]["units_reported"] == 2


def test_counts_of_the_roster_leave_out_the_withdrawn_and_the_unplanned(reader: Reader) -> None:
    assert ask(reader, "roster_communities")["value"] == 2  # a2 and b1
    assert ask(reader, "roster_households")["value"] == 200 + 120
    assert (
        ask(reader, "roster_started_communities")["value"] == 1
    )  # a2; b1 waits, a3 is withdrawn, a4 was never planned


def test_a_cohort_is_of_its_plan_year_and_a_unit_without_one_says_zero(reader: Reader) -> None:
    before = ask(reader, "cohort_funds_arrived", period="2022")
    assert (Decimal(before["value"]), before["basis"]) == ((100 + 40 + 10) * WAN, "summed")
    assert ask(reader, "cohort_funds_arrived", FENYI, "2022")["value"] == "0"


def test_rates_of_a_cohort_take_operands_of_the_same_rows(reader: Reader) -> None:
    assert ask(reader, "cohort_arrival_rate", YUSHUI)["value"] == "52.94"  # 90 of 170
    assert ask(reader, "cohort_payment_rate", YUSHUI)["value"] == "38.89"  # 35 of 90
    assert ask(reader, "cohort_execution_rate", YUSHUI)["value"] == "29.17"  # 35 of 120
    assert ask(reader, "cohort_arrival_rate", YUSHUI, source="F11")["value"] == "70"
    assert ask(reader, "cohort_arrival_rate", YUSHUI, level="central")["value"] == "69.23"  # 90 of 130
    assert ask(reader, "cohort_arrival_rate")["account"] == "J4F"


def test_blank_columns_lower_the_coverage_and_are_no_zero(reader: Reader) -> None:
    improvement = ask(reader, "cohort_investment_planned", content="WS")  # in J4 分宜 fills in 基础类 alone
    (partial,) = [a for a in improvement["alternatives"] if a["account"] == "J4"]
    assert (Decimal(partial["value"]), partial["basis"]) == (200 * WAN, "partial")
    assert partial["coverage"]["units_reported"] == 1
    # its content items J4C are whole: 分宜 lists none of 完善类
    assert (improvement["account"], Decimal(improvement["value"])) == ("J4C", 50 * WAN)
    assert ask(reader, "cohort_investment_planned", content="TS")["value"] is None  # nobody fills it in
    june = ask(reader, "cohort_funds_arrived", period="2023-06")
    assert (june["basis"], june["coverage"]["units_reported"]) == ("partial", 1)
    assert ask(reader, "cohort_funds_paid", YUSHUI, "2023-06")["value"] is None  # filled in for no task
    assert ask(reader, "cohort_funds_balance", YUSHUI, "2023-06")["value"] is None


def test_december_of_j2_answers_for_the_year_and_the_annual_accounts_stand_beside_it(reader: Reader) -> None:
    arrived = ask(reader, "funds_arrived")
    assert (Decimal(arrived["value"]), arrived["account"], arrived["basis"]) == ((170 + 55) * WAN, "J2", "summed")
    beside = [a for a in arrived["alternatives"] if a["basis"] == "summed"]
    assert [(a["account"], Decimal(a["value"])) for a in beside] == [("J3F", (150 + 20 + 55) * WAN)]
    central = ask(reader, "funds_arrived", level="central")
    assert (central["account"], Decimal(central["value"])) == ("J2", (150 + 20 + 50) * WAN)
    assert ask(reader, "funds_arrived", source="F51")["account"] == "J3F"  # J2 gathers F51–F56
    allotted = ask(reader, "funds_allotted")
    assert (allotted["account"], Decimal(allotted["value"])) == ("J3F", (130 + 30 + 10 + 60 + 5) * WAN)
    assert ask(reader, "funds_returned")["value"] == str(5 * WAN)  # 分宜 left it blank beside its closing balance
    # both operands of a rate come from one account: J2 for arrived, J3F alone knows what was allotted
    assert ask(reader, "arrival_rate")["value"] == "91.84"  # 225 of 245, J2
    execution = ask(reader, "execution_rate")
    assert (execution["value"], execution["account"]) == ("63.83", "J3F")  # 150 of 235
    assert ask(reader, "execution_rate", source="F11")["value"] == "73.68"  # 140 of 190


def test_a_month_has_no_annual_account_and_says_so(reader: Reader) -> None:
    unsplit = ask(reader, "funds_arrived", period="2023-12", source="F51")
    assert (unsplit["value"], unsplit["obs_status"]) == (None, "M")
    assert ask(reader, "funds_allotted", period="2023-12")["value"] is None
    assert {a["account"] for a in ask(reader, "funds_arrived", period="2023-12")["alternatives"]} <= {"J2"}


def test_effects_are_yearly_and_a_percentage_is_never_added_up(reader: Reader) -> None:
    assert ask(reader, "effect_elev")["value"] == 4 + 2
    assert ask(reader, "effect_e_hh")["value"] == 790 and ask(reader, "accepted_households")["value"] == 780
    assert ask(reader, "effect_sat_rate", YUSHUI)["value"] == "90.5"
    assert ask(reader, "effect_sat_rate")["value"] is None  # of two units: there is no weight to add them with


def test_a_limit_is_marked_as_an_estimate_and_the_filed_figure_is_another_indicator(reader: Reader) -> None:
    bound = ask(reader, "funds_idle_upper_bound")
    assert bound["obs_status"] == "E" and "上限" in bound["formula_zh"]
    assert Decimal(ask(reader, "funds_idle_over_1y")["value"]) == 20 * WAN


def test_a_trace_opens_the_cells_of_the_rows(reader: Reader, xinyu_home: Path) -> None:
    traced = trace(reader, Question("cohort_funds_balance", CITY, "2023"))
    assert Decimal(traced["sum"]) == 85 * WAN == Decimal(traced["figure"]["value"])
    assert {c["weight"] for c in traced["contributions"]} == {1, -1}
    assert len(traced["contributions"]) == 3 * (3 + 2)  # three columns of a2 F11, a2 F12, a3 F21, b1 F11, b1 F42
    added = Decimal(0)
    for c in traced["contributions"]:
        assert c["sheet"] == "资金明细" and c["field"].startswith("J4F.")
        cell = openpyxl.load_workbook(xinyu_home / "in" / c["file"])[c["sheet"]][c["cell"]]
        added += c["weight"] * Decimal(str(cell.value or 0)) * WAN
    assert added == 85 * WAN
    rate = trace(reader, Question("cohort_arrival_rate", YUSHUI, "2023", {"source": "F11"}))
    assert {c["role"]: c["value"] for c in rate["contributions"]} == {"numerator": "700000", "denominator": "1000000"}
    counted = trace(reader, Question("roster_communities", CITY, "2023"))
    assert {c["raw"] for c in counted["contributions"]} == {"360502000002-2023", "360521000001-2023"}
    none = trace(reader, Question("cohort_funds_arrived", YUSHUI, "2023", {"source": "F42"}))
    assert [(c["cell"], c["value"]) for c in none["contributions"]] == [(None, "0")]  # no row says it


def test_the_cells_of_rows_are_told_without_their_workbooks(reader: Reader, xinyu_home: Path, tmp_path: Path) -> None:
    """What was landed tells them; of rows that an older version landed, which kept no texts, the workbooks are needed."""
    for name in ("register.db", "returns"):
        (tmp_path / name).symlink_to(xinyu_home / name)
    alone, question = replace(reader, home=tmp_path), Question("cohort_funds_balance", YUSHUI, "2023")
    told = [(c["weight"], c["raw"]) for c in trace(alone, question)["contributions"]]
    # arrived, then paid and returned: a2 F11 70, 30, 0; a2 F12 20, 5, blank; a3 F21 0, 0, blank
    told.sort(key=str)
    assert told == [(-1, "0"), (-1, "0"), (-1, "30"), (-1, "5"), (-1, None), (-1, None), (1, "0"), (1, "20"), (1, "70")]
    (tmp_path / "returns").unlink()
    copytree(xinyu_home / "returns", tmp_path / "returns")
    for path in (tmp_path / "returns" / "form=J4F").rglob("rows.parquet"):
        pq.write_table(pq.read_table(path, partitioning=None).replace_schema_metadata(), path)
    with pytest.raises(RetriableError, match=r"archive|原件"):
        trace(alone, question)
    (tmp_path / "archive").symlink_to(xinyu_home / "archive")
    assert sorted(((c["weight"], c["raw"]) for c in trace(alone, question)["contributions"]), key=str) == told


def test_sample_and_real_stay_apart(reader: Reader) -> None:
    sample = figure(reader, Question("funds_arrived", YUSHUI, "2023", {"source": "F11"}, sample=True))
    assert (Decimal(sample["value"]), sample["account"]) == (999 * WAN, "J3F")
    assert Decimal(ask(reader, "funds_arrived", YUSHUI, source="F11")["value"]) == 150 * WAN
    assert figure(reader, Question("cohort_funds_arrived", YUSHUI, "2023", sample=True))["value"] is None


def test_gates_see_each_unit_once_and_no_other_account(reader: Reader) -> None:
    [data] = series_data(reader.connection, [SeriesKey("funds_allotted", "2023", "provisional", "national", "real")])
    held = [u for u in data.units if u["has_value"]]
    assert [u["area_code"] for u in held] == [YUSHUI, FENYI]  # sums of rows, and not their cells
    assert [u["value"] for u in held] == [170 * WAN, 65 * WAN]
    [arrived] = series_data(reader.connection, [SeriesKey("funds_arrived", "2023", "provisional", "national", "real")])
    assert arrived.total[0]["answers_differing"] == 0


def test_a_corrected_return_changes_what_is_known_later(xinyu_home: Path, copy_of: Callable[[Path], Path]) -> None:
    home = copy_of(xinyu_home)
    rows = [{"src": "F11", "allotted": Decimal(61), "arrived": Decimal(51)}]
    file_return(home, "J3", FENYI, "2023", {"e_xq": 1}, {"J3F": rows}, at="2024-03-15T00:00:00.000000Z")
    build(home)
    with open_reader(home) as later:
        assert Decimal(ask(later, "funds_allotted")["value"]) == (170 + 61) * WAN
    moment = dt.datetime(2024, 2, 10, tzinfo=dt.UTC)
    with open_reader(home, as_of=moment) as earlier:
        assert Decimal(ask(earlier, "funds_allotted")["value"]) == (170 + 65) * WAN
