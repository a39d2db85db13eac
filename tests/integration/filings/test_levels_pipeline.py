"""Levels, bounds, falls, rates and the pipeline of a small nation worked by hand: one city of two counties in 江西.

渝水区 360502 and 分宜县 360521 make 新余市 360500. What is filed stands in `nation`; every number below follows from it.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner

from filings.benefits import benefits
from filings.figures import figure
from filings.levels import levels
from filings.pipeline import pipeline
from filings.question import Question
from filings.reader import open_reader
from filings.trace import trace
from ingestion.errors import RetriableError, SetupError, UsageError
from ingestion.moments import parse_moment
from ingestion.register import Register, explanations
from orchestration.cli import cli
from orchestration.display_levels import show_levels
from quality.gates.run import run_gates
from quality.warehouse import build, current_build, export_register
from tests.factories import SOUND_TASK
from tests.hand_made import file_return

CITY, YUSHUI, FENYI, PROVINCE, NATION = "360500", "360502", "360521", "360000", "000000"
DAY = dt.date.fromisoformat


def task(number: int, unit: str, cohort: int, stage: str, hh: int, dates: str = "", **changes: Any) -> dict[str, Any]:
    """A task by its dates in order: planned, started, completed, accepted, handed over."""
    names = ("d_plan", "d_start", "d_finish", "d_accept", "d_handover")
    held = {name: DAY(text) for name, text in zip(names, dates.split(), strict=False)}
    uid = f"{unit}{number:06d}"
    return {
        **SOUND_TASK, "xq_uid": uid, "task_id": f"{uid}-{cohort}", "county_code": unit, "plan_year": cohort,
        "stage": stage, "hh": hh, **held, **changes,
    }  # fmt: skip


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("levels")

    def j2(unit: str, period: str, started: int, **more: Any) -> str:
        return file_return(home, "J2", unit, period, {"xq_start": started, "hh_start": started * 100, **more})

    def j1(unit: str, version: str, confirmed: str, communities: int, **more: Any) -> None:
        values = {
            "plan_year": 2023, "plan_version": version, "plan_confirm_date": confirmed, "plan_xq": communities,
            "plan_hh": communities * 100, **more,
        }  # fmt: skip
        file_return(home, "J1", unit, "2023", values)

    j1(YUSHUI, "V1", "2023-01-20", 16)
    j1(FENYI, "V1", "2023-01-20", 12)
    j1(FENYI, "V2", "2023-07-10", 15, adj_reason="R1")
    # the year before, for the weight of those that report
    j2(YUSHUI, "2022-09", 30)
    j2(FENYI, "2022-09", 10)
    # both fall in April: 渝水区 says why, 分宜县 does not
    j2(YUSHUI, "2023-03", 6)
    why = j2(YUSHUI, "2023-04", 5)
    j2(FENYI, "2023-03", 5)
    j2(FENYI, "2023-04", 4)
    # 分宜县 falls in July, in which its plan is adjusted for a reason
    j2(FENYI, "2023-06", 10)
    j2(FENYI, "2023-07", 8)
    # in September 分宜县 is missing; city and province file totals of their own
    # of money in 万元: 渝水 300 of F11 and 20 of F12, its city 350 and none, the province 300 and none
    j2(YUSHUI, "2023-09", 20, f_cen_inv="20")
    j2(CITY, "2023-09", 26, f_cen_fin="350")
    j2(PROVINCE, "2023-09", 26)
    # the years' ends, for households
    j2(YUSHUI, "2022-12", 40, hh_accept=1000)
    j2(YUSHUI, "2023-12", 21, hh_accept=1500)
    j2(FENYI, "2023-12", 11, hh_accept=700)
    file_return(home, "J3", YUSHUI, "2023", {"e_xq": 3, "e_hh": 1450, "e_pop": 4000})
    register = Register(home)
    with register.transaction() as connection:
        connection.execute(
            explanations.insert().values(
                submission_id=why, rule="J2-003", reason="W2", text=None, by="赵", at="2024-01-31T00:00:00.000000Z",
                is_backfilled=True,
            )
        )  # fmt: skip
    register.close()
    rosters = {
        YUSHUI: [
            task(1, YUSHUI, 2023, "ST09", 100, "2023-01-20 2023-03-20 2023-09-20 2023-11-20"),
            task(2, YUSHUI, 2023, "ST07", 200, "2023-01-20 2023-05-21"),
            task(3, YUSHUI, 2023, "ST06", 300, "2023-01-20"),
            task(4, YUSHUI, 2023, "ST98", 50, "2023-01-20", out_reason="R1"),
            task(5, YUSHUI, 2023, "ST07", 60, "2023-01-20 2023-04-20", membership="M2"),
            task(6, YUSHUI, 2022, "ST09", 700, "2022-01-20 2022-03-20 2023-02-20 2023-03-20"),
        ],
        FENYI: [task(1, FENYI, 2023, "ST07", 400, "2023-02-20 2023-03-20")],
    }
    for unit, rows in rosters.items():
        file_return(home, "J4", unit, "2023-12", tables={"J4": rows})
    # in August 分宜县 has nothing but a task outside the plan on its roster
    file_return(home, "J4", YUSHUI, "2023-08", tables={"J4": [task(3, YUSHUI, 2023, "ST06", 300, "2023-01-20")]})
    file_return(home, "J4", FENYI, "2023-08", tables={"J4": [task(9, FENYI, 2023, "ST07", 80, membership="M2")]})
    build(home)
    return home


def asked(home: Path, indicator: str, area: str, period: str, **more: Any) -> dict[str, Any]:
    with open_reader(home) as reader:
        return figure(reader, Question(indicator, area, period, **more))


# -- levels and bounds ------------------------------------------------------------------------------------------------
def test_each_level_stands_beside_the_sum_of_the_level_below(nation: Path) -> None:
    with open_reader(nation) as reader:
        city = levels(reader, Question("started_communities", CITY, "2023-09"))
        above = levels(reader, Question("started_communities", PROVINCE, "2023-09"))
        top = levels(reader, Question("started_communities", NATION, "2023-09"))
    own, *counties = city["rows"]
    assert (own["filed"], own["sum_below"], own["residual"], own["parts_at"]) == (26, 20, 6, "city")
    assert own["coverage"] == {
        "units_reported": 1, "units_expected": 2, "share": "0.5", "share_of_last_year": "0.75",
    }  # fmt: skip
    # the missing county stays in the list, without a number
    assert [(c["area"], c["filed"], c["coverage"]["units_expected"]) for c in counties] == [
        (YUSHUI, 20, 1),
        (FENYI, None, None),
    ]
    province = above["rows"][0]
    assert (province["filed"], province["sum_below"], province["residual"]) == (26, 26, 0)
    assert (province["parts_at"], province["parted_areas"]) == ("city", 1)  # parted below it, not at it
    whole = top["rows"][0]
    assert (whole["filed"], whole["sum_below"], whole["residual"], whole["parts_at"]) == (None, 26, None, "city")
    assert (whole["children_known"], whole["children_expected"]) == (1, 32)


def test_where_no_two_numbers_meet_nothing_is_said_to_agree(nation: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for period, said in (("2023-12", "nothing to compare"), ("2023-09", "first part at the city level")):
        with open_reader(nation) as reader:
            show_levels(levels(reader, Question("started_communities", CITY, period)), "en")
        shown = capsys.readouterr().out
        assert said in shown and "no level parts" not in shown


def test_each_part_stands_beside_the_same_part_below(nation: Path) -> None:
    """F11: 350 − 300; F12: 0 − 20; all of the central level, which two fields make: 350 − 320. Each parts at the city."""
    with open_reader(nation) as reader:
        money = Question("funds_arrived", CITY, "2023-09")
        source = {p["dim_code"]: p for p in levels(reader, money, by="source")["parts"]}
        central = {p["dim_code"]: p for p in levels(reader, money, by="level")["parts"]}["central"]
        below = levels(reader, Question("funds_arrived", CITY, "2023-09", {"source": "F11"}))
        above = levels(reader, Question("funds_arrived", PROVINCE, "2023-09", {"source": "F11"}))["rows"][0]
    numbers = [(p["filed"], p["sum_below"], p["residual"]) for p in (source["F11"], source["F12"], central)]
    assert numbers == [("3500000", "3000000", "500000"), ("0", "200000", "-200000"), ("3500000", "3200000", "300000")]
    assert {p["parts_at"] for p in (source["F11"], source["F12"], central)} == {"city"}
    assert central["coverage"] == {
        "units_reported": 1, "units_expected": 2, "share": "0.5", "share_of_last_year": "0.5",
    }  # fmt: skip
    assert [(r["area"], r["filed"]) for r in below["rows"][1:]] == [(YUSHUI, "3000000"), (FENYI, None)]
    assert (above["filed"], above["sum_below"], above["residual"]) == ("3000000", "3500000", "-500000")
    assert (above["parts_at"], above["parted_areas"]) == ("city", 1)


@pytest.mark.parametrize(
    ("dims", "by", "said"),
    [({"source": "F11"}, "source", "--by"), ({}, "moon", "moon"), ({"source": "F98"}, None, "F98")],
)
def test_a_breakdown_that_makes_no_sense_is_refused(
    nation: Path, dims: dict[str, str], by: str | None, said: str
) -> None:
    with open_reader(nation) as reader, pytest.raises(UsageError, match=said):
        levels(reader, Question("funds_arrived", CITY, "2023-09", dims), by)


def test_bounds_stand_apart_from_the_figure_and_name_who_was_filled_in(nation: Path) -> None:
    missing = asked(nation, "started_communities", FENYI, "2023-09")
    assert missing["value"] is None and missing["obs_status"] == "L"
    assert (missing["bounds"]["lower"], missing["bounds"]["upper"]) == (8, 15)
    city = asked(nation, "started_communities", CITY, "2023-09")
    bounds = city["bounds"]
    assert (bounds["lower"], bounds["upper"]) == (28, 35)  # 20 + the 8 of July; 20 + a plan of 15
    assert bounds["lower_units"] == [{"unit_code": FENYI, "period": "2023-07", "value": 8}]
    assert bounds["upper_units"] == [{"unit_code": FENYI, "value": 15}]
    partial = [a for a in [city, *city["alternatives"]] if a["basis"] == "partial"]
    assert [a["value"] for a in partial] == [20]  # nothing filled in
    assert asked(nation, "started_communities", PROVINCE, "2023-09")["bounds"]["upper"] is None  # others have no plan
    assert asked(nation, "started_communities", CITY, "2023-12")["bounds"] is None  # whole
    assert asked(nation, "plan_communities", CITY, "2023-09")["bounds"] is None  # no year-to-date count
    assert asked(nation, "accepted_households", CITY, "2023-09")["bounds"]["upper"] is None  # bound by no plan


def test_levels_are_of_totals_that_add_up(nation: Path) -> None:
    with open_reader(nation) as reader:
        for wrong in (
            Question("start_rate_communities_plan_first", CITY, "2023-09"),
            Question("started_communities", CITY, "2023-09", flow=True),
        ):
            with pytest.raises(UsageError):
                levels(reader, wrong)


# -- plans ------------------------------------------------------------------------------------------------------------
def test_a_rate_above_a_hundred_is_capped_in_print_alone(nation: Path) -> None:
    rate = asked(nation, "start_rate_communities_plan_first", YUSHUI, "2023-09")
    assert (rate["value"], rate["print_value"], rate["print_cap"]) == ("125", "100", "100")  # 20 ÷ 16
    below = asked(nation, "start_rate_communities_plan_then", FENYI, "2023-07")
    assert (below["value"], below["print_value"]) == ("53.33", "53.33")  # 8 ÷ 15, the version of July
    first = asked(nation, "start_rate_communities_plan_first", FENYI, "2023-07")
    assert first["value"] == "66.67"  # 8 ÷ 12


# -- months that fell -------------------------------------------------------------------------------------------------
def test_a_negative_month_stays_and_says_who_gave_no_reason(nation: Path) -> None:
    city = asked(nation, "started_communities", CITY, "2023-04", flow=True)
    assert (city["value"], city["obs_status"]) == (-2, "V")
    assert [(f["unit_code"], f["flow"], f["reason"], f["is_explained"]) for f in city["falls"]] == [
        (YUSHUI, -1, "W2", True),
        (FENYI, -1, None, False),
    ]
    alone = asked(nation, "started_communities", YUSHUI, "2023-04", flow=True)
    assert (alone["value"], alone["obs_status"]) == (-1, "A")
    planned = asked(nation, "started_communities", FENYI, "2023-07", flow=True)
    assert (planned["value"], planned["obs_status"]) == (-2, "A")
    assert [(f["reason"], f["reason_from"]) for f in planned["falls"]] == [("R1", "plan")]
    with open_reader(nation) as reader:
        assert trace(reader, Question("started_communities", CITY, "2023-04", flow=True))["sum"] == -2


def test_a_month_without_a_reason_stops_at_the_gate(nation: Path) -> None:
    def verdicts(period: str) -> dict[str, tuple[str, str]]:
        rows = run_gates(nation, period, series=["started_communities", "investment_done"])
        return {r["series"]: (r["verdict"], r["observed"]) for r in rows if r["gate"] == "falls_explained"}

    assert verdicts("2023-04") == {"started_communities": ("failed", "1"), "investment_done": ("passed", "0")}
    assert verdicts("2023-07")["started_communities"] == ("passed", "0")


@pytest.mark.parametrize(
    "indicator", ["start_rate_communities_plan_first", "plan_communities_then", "benefited_residents"]
)
def test_what_has_no_month_alone_says_so_and_shows_no_operand(nation: Path, indicator: str) -> None:
    answer = asked(nation, indicator, YUSHUI, "2023-04", flow=True)
    assert (answer["value"], answer["obs_status"]) == (None, "M")
    assert (answer["numerator"], answer["denominator"]) == (None, None)
    assert "没有当月数" in answer["reason_zh"] and "no month alone" in answer["reason_en"]


def test_what_is_exported_of_a_past_moment_was_explained_by_then(nation: Path, tmp_path: Path) -> None:
    register = Register(nation)
    held = {}
    for day in ("2024-01-30", "2024-01-31"):
        export_register(register, tmp_path / day, parse_moment(day))
        held[day] = duckdb.read_parquet(str(tmp_path / day / "explanations.parquet")).fetchall()
    register.close()
    assert (len(held["2024-01-30"]), len(held["2024-01-31"])) == (0, 1)


def test_a_build_of_another_version_is_told_apart_from_a_fault(nation: Path, tmp_path: Path) -> None:
    shutil.copytree(nation / "warehouse", tmp_path / "warehouse")
    with duckdb.connect(str(current_build(tmp_path).path)) as connection:
        connection.execute("drop view fct_levels")
    with pytest.raises(SetupError, match=r"fct_levels.*jiugai build"):
        asked(tmp_path, "started_communities", CITY, "2023-09")


# -- the pipeline -----------------------------------------------------------------------------------------------------
def test_the_cohort_stands_by_stage_and_by_milestone(nation: Path) -> None:
    with open_reader(nation) as reader:
        city = pipeline(reader, CITY, 2023)
    assert (city["month"], city["communities"], city["households"]) == ("2023-12", 4, 1000)
    assert city["coverage"] == {"units_reported": 2, "units_expected": 2}
    assert [(s["stage"], s["communities"], s["households"], s["is_in_plan"]) for s in city["stages"]] == [
        ("ST06", 1, 300, True),
        ("ST07", 2, 600, True),
        ("ST09", 1, 100, True),
        ("ST98", 1, 50, False),
    ]
    reached = {m["milestone"]: (m["communities"], m["households"], m["undated"]) for m in city["milestones"]}
    assert reached["planned"] == (4, 1000, 0)
    assert reached["started"] == (3, 700, 0)
    assert reached["completed"] == reached["accepted"] == (1, 100, 0)
    assert reached["settled"] == (0, 0, 4)  # never filled: unknown, and not "not yet"


def test_a_roster_without_a_task_of_the_plan_was_filed_too(nation: Path) -> None:
    with open_reader(nation) as reader:
        city = pipeline(reader, CITY, 2023, "2023-08")
    assert (city["communities"], city["households"]) == (1, 300)
    assert city["coverage"] == {"units_reported": 2, "units_expected": 2}


def test_durations_and_shares_of_the_cohort(nation: Path) -> None:
    with open_reader(nation) as reader:
        city = pipeline(reader, CITY, 2023, "2023-12")
    days = {(d["from"], d["to"]): d for d in city["durations"]}
    start = days["planned", "started"]  # 28, 59 and 121 days
    assert (start["n"], start["lower_quartile_days"], start["median_days"], start["upper_quartile_days"]) == (
        3,
        "43.5",
        "59",
        "90",
    )
    assert (days["completed", "accepted"]["n"], days["completed", "accepted"]["median_days"]) == (1, "61")
    assert ("handed_over", "settled") not in days
    curves = {(s["from"], s["to"]): s for s in city["survival"]}
    steps = curves["planned", "started"]
    # one after one month, one after two, one after five (a day more than four); the fourth is open after eleven
    assert [
        (c["months"], c["at_risk"], c["reached"], c["censored"], c["share_not_reached"]) for c in steps["curve"]
    ] == [
        (1, 4, 1, 0, "0.75"),
        (2, 3, 1, 0, "0.5"),
        (5, 2, 1, 0, "0.25"),
        (11, 1, 0, 1, "0.25"),
    ]
    assert steps["median_months"] == 2
    works = curves["started", "completed"]["curve"]  # six months, and two still open after seven and nine
    assert [(c["months"], c["at_risk"], c["share_exact"]) for c in works] == [
        (6, 3, "2/3"),
        (7, 2, "2/3"),
        (9, 1, "2/3"),
    ]


def test_another_plan_year_is_another_cohort_and_a_month_without_rosters_is_empty(nation: Path) -> None:
    with open_reader(nation) as reader:
        older = pipeline(reader, YUSHUI, 2022)
        none = pipeline(reader, YUSHUI, 2023, "2023-06")
        with pytest.raises(UsageError, match="2023-13"):
            pipeline(reader, YUSHUI, 2023, "2023-13")
    assert (older["communities"], older["households"]) == (1, 700)
    assert none["stages"] == [] and none["communities"] is None


# -- households -------------------------------------------------------------------------------------------------------
def test_households_in_the_published_and_the_real_usage(nation: Path) -> None:
    with open_reader(nation) as reader:
        city = benefits(reader, PROVINCE, "2023")
        both = benefits(reader, YUSHUI, "2022/2023")
    assert (city["households_started"]["value"], city["households_accepted"]["value"]) == (3200, 2200)
    assert city["residents_estimated"]["value"] == int(Decimal(3200) * Decimal(city["factor"]["value"]))
    assert city["factor"]["name"] == "persons_per_household"
    assert city["residents_filed"]["value"] == 4000
    # 分宜县 filed no J3, and is in no difference
    assert city["accepted_beside_effect"] == {
        "units_compared": 1, "accepted": 1500, "effect": 1450, "difference": -50,
    }  # fmt: skip
    assert (both["window"]["label_zh"], both["window"]["years"]) == ("2022—2023年（2年）", [2022, 2023])
    assert (both["households_started"]["value"], both["households_accepted"]["value"]) == (6100, 2500)


def test_a_window_that_lacks_a_year_says_which_and_how_far_it_goes(nation: Path) -> None:
    with open_reader(nation) as reader:
        blank = benefits(reader, FENYI, "2021/2023")["households_started"]
        whole = benefits(reader, YUSHUI, "2022/2023")["households_started"]
    assert blank["value"] is None and whole["missing"] == []
    # 2021: nothing was filed; 2022: September alone, and a year is its December
    assert [(m["year"], m["newest_month"]) for m in blank["missing"]] == [(2021, None), (2022, "2022-09")]
    shown = CliRunner().invoke(cli, ["benefits", "--area", FENYI, "--period", "2021/2023", "--home", str(nation)])
    assert shown.exit_code == 1 and "2022-09" in shown.output and "2021" in shown.output.split("缺数年份")[1]


@pytest.mark.parametrize(
    ("indicator", "area", "period", "expected"),
    [
        ("started_communities", YUSHUI, "2020", 1),
        ("started_communities", CITY, "2020", 2),  # 渝水区 and 分宜县
        ("start_rate_communities_plan_first", CITY, "2020", 2),  # so do the operands of a rate
        ("effect_e_pop", CITY, "2023-06", 0),  # of the year alone: no form asks for it by month
    ],
)
def test_units_that_should_have_filed_are_known_where_nobody_did(
    nation: Path, indicator: str, area: str, period: str, expected: int
) -> None:
    answer = asked(nation, indicator, area, period, sample=True)
    assert answer["value"] is None
    assert (answer["coverage"]["units_reported"], answer["coverage"]["units_expected"]) == (0, expected)


def test_a_trace_is_written_cell_by_cell_and_is_the_same(nation: Path) -> None:
    question = ["trace", "started_communities", "--area", CITY, "--period", "2023-12", "--home", str(nation)]
    written = json.loads(CliRunner().invoke(cli, [*question, "--json"]).output)
    with open_reader(nation) as reader:
        whole = trace(reader, Question("started_communities", CITY, "2023-12"))
    assert written == whole
    assert written["sum"] == 32 and [c["value"] for c in written["contributions"]] == [21, 11]
    shown = CliRunner().invoke(cli, question)
    assert shown.exit_code == 0 and shown.output.count("!") == 2 and "2 个单元格" in shown.output


def test_a_build_of_another_version_is_answered_with_what_to_do(nation: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(nation / "warehouse", home / "warehouse")
    made = current_build(home)
    with duckdb.connect(str(made.path)) as older:
        older.execute("drop view fct_levels")
    told = made.path.with_suffix(".json")
    told.write_text(told.read_text().replace(made.project_hash, "0" * 64))
    question = ["figure", "started_communities", "--area", CITY, "--period", "2023-12", "--home", str(home)]
    answer = CliRunner().invoke(cli, question)
    assert isinstance(answer.exception, SetupError) and "jiugai build" in str(answer.exception)


def test_a_trace_without_its_register_says_what_is_lost(nation: Path, tmp_path: Path) -> None:
    shutil.copytree(nation / "warehouse", tmp_path / "warehouse")
    with open_reader(tmp_path) as reader:
        question = Question("started_communities", CITY, "2023-12")
        with pytest.raises(RetriableError, match="register"):
            trace(reader, question)
        Register(tmp_path).close()
        with pytest.raises(RetriableError, match="2 submissions"):
            trace(reader, question)
