"""Published figures against each other. Every expected number is worked out beside it from the figures as printed."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from filings.intervals import printed_interval
from filings.reader import open_reader
from filings.reconcile import CONSISTENCY, consistency, plans, reconcile
from ingestion.catalogue import catalogue
from ingestion.transcripts import write_source
from orchestration.commands.figures import reconcile as command
from quality.receive import Receiver
from quality.warehouse import build

Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def runs(published_home: Path) -> Rows:
    with open_reader(published_home) as reader:
        return plans(reader)


@pytest.fixture(scope="module")
def tests(published_home: Path) -> dict[str, Rows]:
    with open_reader(published_home) as reader:
        return {kind: consistency(reader, kind) for kind in CONSISTENCY}


def of(runs: Rows, area: str, year: str, measure: str = "communities") -> Rows:
    return [r for r in runs if (r["area"], r["year"], r["measure"]) == (area, year, measure)]


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three tables of 2023 with four cells changed: name → column and value."""
    changes: dict[str, dict[str, tuple[int, int | None]]] = {
        "T2306": {"浙江": (2, 458)},  # printed 358
        "T2308": {"江苏": (2, 1_500), "上海": (3, None)},  # printed 1593; 全部开工
        "T2309": {"天津": (2, 210)},  # printed 200
    }
    home = tmp_path_factory.mktemp("planted")
    receiver = Receiver(home)
    receiver.store.seed()
    for source_id, cells in changes.items():
        path = home / "demo" / f"{source_id}.xlsx"
        assert write_source(catalogue().source(source_id), catalogue(), path)
        book = openpyxl.load_workbook(path)
        for row in book["表"].iter_rows():
            for label, (column, value) in cells.items():
                if label in (row[0].value, row[1].value):
                    row[column].value = value
        book.save(path)
        assert receiver.receive([path], source_id=source_id)[0]["verdict"] == "accepted"
    build(home)
    return home


# -- the plan behind the rates ----------------------------------------------------------------------------------------
# started ÷ plan lies in [rate − half, rate + half): plan > 100·started ÷ (rate + half), plan ≤ 100·started ÷ (rate − half)
PINNED = [
    # 天津: 128 of 47 % (269.5 < p ≤ 275.3); 200 of 72.7 % (274.9 < p ≤ 275.3)
    ("120000", 275, {"2023-06": (270, 275), "2023-09": (275, 275)}),
    # 河南: 2522 of 75 % (3340.4, 3385.2); 3104 of 93 % (3319.8, 3355.7); 3349 of 99.8 % (3354.03, 3357.4)
    ("410000", 3355, {"2023-06": (3341, 3385), "2023-08": (3320, 3355), "2023-09": (3355, 3357)}),
    # 北京: 237 of 79 % (298.1, 301.9); 240 of 80 % (298.1, 301.9); 270 of 90.0 % (299.8, 300.2)
    ("110000", 300, {"2023-06": (299, 301), "2023-08": (299, 301), "2023-09": (300, 300)}),
    # 甘肃: 707 of 57 % (1229.6, 1251.3); 1179 of 94 % (1247.6, 1260.96); 1179 of 94.2 % (1250.9, 1252.3)
    ("620000", 1251, {"2023-06": (1230, 1251), "2023-08": (1248, 1260), "2023-09": (1251, 1252)}),
    # 兵团: 45 of 48 % (92.8, 94.7); 82 of 88.2 % (92.9, 93.02)
    ("660000", 93, {"2023-06": (93, 94), "2023-09": (93, 93)}),
    # 湖北: 4284 of 99 % (4305.5, 4349.2); 4306 and all started (p ≤ 4306), twice
    ("420000", 4306, {"2023-06": (4306, 4349), "2023-08": (None, 4306), "2023-09": (None, 4306)}),
]


@pytest.mark.parametrize(("area", "plan", "months"), PINNED)
def test_months_of_2023_pin_the_plan(
    runs: Rows, area: str, plan: int, months: dict[str, tuple[int | None, int]]
) -> None:
    (run,) = of(runs, area, "2023")
    assert (run["verdict"], run["pinned"], run["low"], run["high"]) == ("pinned", plan, plan, plan)
    assert {m["period"]: (m["low"], m["high"]) for m in run["months"]} == months


@pytest.mark.parametrize(
    ("area", "spans"),
    [
        # 辽宁: 1366 of 95 % (1430.4, 1445.5), 1388 of 97 % (1423.6, 1438.3); 1393 of 97.5 % (1427.99, 1429.4)
        ("210000", [("2023-06", 1431, 1438), ("2023-09", 1428, 1429)]),
        # 山东: 3818 of 97 % (3915.9, 3956.5); all of it started in August with 3903
        ("370000", [("2023-06", 3916, 3956), ("2023-08", None, 3903)]),
        # 内蒙古: 1532 of 95 % (1604.2, 1621.2) and all started with 1606; in November 1639 of 102.3 % (1601.4, 1602.9)
        ("150000", [("2023-06", 1605, 1606), ("2023-11", 1602, 1602)]),
    ],
)
def test_an_empty_intersection_is_a_revision_that_nobody_announced(
    runs: Rows, area: str, spans: list[tuple[str, int | None, int]]
) -> None:
    found = of(runs, area, "2023")
    assert [(r["months"][0]["period"], r["low"], r["high"]) for r in found] == spans
    assert {r["verdict"] for r in found} == {"revised"}
    assert [r["revised_by"] for r in found] == [None, spans[1][0]]


def test_no_other_plan_of_communities_was_revised(runs: Rows) -> None:
    revised = {(r["area"], r["year"]) for r in runs if r["verdict"] == "revised" and r["measure"] == "communities"}
    assert revised == {("210000", "2023"), ("370000", "2023"), ("150000", "2023")}


@pytest.mark.parametrize(
    ("area", "year", "measure", "inside", "outside"),
    [
        ("000000", "2023", "communities", ["T2306 5.3万个", "seed000 5万个以上"], []),
        # 53,000 is the target of the Government Work Report; 2.29万 of 42.4 % alone is more than 53,829
        ("000000", "2021", "communities", [], ["M2105 5.3万个", "M2108scio 5.3万个"]),
        ("110000", "2023", "communities", [], ["PBJ2303 301个"]),
        ("640000", "2022", "communities", ["T2205 374"], ["T2212 333"]),  # 237 of 63.4 % is 374
    ],
)
def test_whether_a_printed_plan_is_the_denominator(
    runs: Rows, area: str, year: str, measure: str, inside: list[str], outside: list[str]
) -> None:
    (run,) = of(runs, area, year, measure)
    assert (run["printed_inside"], run["printed_outside"]) == (inside, outside)


def test_starts_and_rate_as_of_a_day_imply_a_plan_too(runs: Rows) -> None:
    # 湖南, 25 August 2025: 1561 of 91.82 % (1699.97, 1700.16)
    (run,) = of(runs, "430000", "2025")
    assert (run["verdict"], run["pinned"], run["printed_outside"]) == ("pinned", 1700, [])
    assert [m["period"] for m in run["months"]] == ["2025-08-25"]


def test_each_end_of_an_interval_prints_the_rate_and_the_next_plan_does_not(runs: Rows) -> None:
    """The other way round: from a plan and the starts of a province, which print in full, to the rate that would be printed."""
    tried = 0
    for run in runs:
        for m in run["months"]:
            if run["measure"] != "communities" or run["area"] == "000000":
                continue
            if not (rate := re.fullmatch(r"([0-9]+(?:\.([0-9]+))?)%?", m["rate_printed"])) or m["starts"] == "0":
                continue
            step = Fraction(1, 10 ** len(rate[2] or ""))
            beside = [p for p in (m["low"] - 1, m["low"], m["high"], m["high"] + 1) if p > 0]
            rounded = {p: math.floor(100 * Fraction(m["starts"]) / p / step + Fraction(1, 2)) * step for p in beside}
            assert {p for p, r in rounded.items() if r == Fraction(rate[1])} == {m["low"], m["high"]}, (run["area"], m)
            tried += 1
    assert tried > 100


def test_digits_cut_are_another_hypothesis_with_an_answer_of_its_own(runs: Rows) -> None:
    # 北京 2022: 283 of 70.8 %: rounded 28300 ÷ 70.75 = 400; cut, p ≤ 28300 ÷ 70.8 = 399.7 and p > 28300 ÷ 70.9 = 399.2
    (beijing,) = of(runs, "110000", "2022")
    assert (beijing["pinned"], beijing["cut"]) == (400, None)
    # 辽宁 2023 with digits cut: 95–96 % 1423–1437, 97–98 % 1417–1430, 97.5–97.6 % 1428 alone: one plan in every month
    assert all(r["cut"] == {"low": 1428, "high": 1428} for r in of(runs, "210000", "2023"))
    # 甘肃 2023 with digits cut: 707 of 57–58 % is at most 1240, 1179 of 94–95 % at least 1242: no plan at all
    assert of(runs, "620000", "2023")[0]["cut"] is None


def test_a_planted_month_empties_the_intersection(planted: Path) -> None:
    # 天津: 128 of 47 % leaves 270–275; 210 of 72.7 %: 21000 ÷ 72.75 = 288.7, ÷ 72.65 = 289.1 → 289
    with open_reader(planted) as reader:
        first, second = of(plans(reader, "2023"), "120000", "2023")
    assert (first["low"], first["high"], first["verdict"]) == (270, 275, "revised")
    assert (second["pinned"], second["revised_by"], second["verdict"]) == (289, "2023-09", "revised")


# -- sums, years, effects, publishers, lists --------------------------------------------------------------------------
def test_rows_that_are_all_there_add_up_and_missing_ones_leave_an_interval(tests: dict[str, Rows]) -> None:
    held = {
        (r["source_id"], r["indicator"], r["period"], r["other_basis"], r["other_printed"]): r
        for r in tests["sums"]
        if r["area"] == "000000"
    }
    june = held["T2306", "started_communities", "2023-06", "total", "42621"]
    assert (june["verdict"], june["units_reported"], june["rest_low"], june["rest_high"]) == ("agrees", 32, 0, 0)
    may = held["T2405", "started_communities", "2024-05", "total", "2.26万个"]  # 22,627 within 22,550–22,650
    assert (may["verdict"], may["point"], may["units_expected"]) == ("agrees", 22_627, 32)
    august = held["T2308", "started_communities", "2023-08", "total", "4.98万个"]  # 49,590; 210 ± 50 is left
    assert (august["verdict"], august["units_lacking"]) == ("interval", ["120000", "540000"])
    assert (august["rest_low"], august["rest_high"]) == (160, 260)
    # 31 rows are 51,077; the rates of 2022 divide by 51,155–51,193: 78–116 is left for 兵团
    plan = held["T2212", "plan_communities", "2022", "rates", None]
    assert (plan["units_lacking"], plan["rest_low"], plan["rest_high"]) == (["660000"], 78, 116)


def test_a_wrong_row_makes_the_sum_differ(planted: Path) -> None:
    with open_reader(planted) as reader:
        found = [r for r in consistency(reader, "sums", "2023-06") if r["other_printed"] == "42621"]
    assert [(r["verdict"], r["rest_point"]) for r in found] == [("differs", -100)]


def test_effects_jump_between_two_windows_and_the_rule_book_knows_why(tests: dict[str, Rows]) -> None:
    rests = {r["indicator"]: r["rest_point"] for r in tests["effects"]}
    # cumulative 2019–2023 less 2023 less cumulative to October 2022: notes §2
    assert rests == {
        "effect_elev": 11_000,  # 10.8 − 3.6 − 6.1万
        "effect_park_add": 521_000,  # 325 − 85 − 187.9万
        "effect_evc": 32_400,  # 10.4 − 3.66 − 3.5万
        "effect_svc_total": 11_000,  # 6.8 − 2.1 − 3.6万
        "effect_pipe_total": 35_000_000,  # 29.6 − 7.6 − 18.5万公里, in metres
    }
    assert {r["verdict"] for r in tests["effects"]} == {"explained"}


@pytest.mark.parametrize(
    ("sources", "indicator", "area", "verdict", "rest"),
    [
        ({"PGD23", "T2308"}, "started_communities", "440000", "explained", 62),  # 1409 and 1347
        ({"PBJ2303", "T2212"}, "started_communities", "110000", "other_definition", 81),  # 411 and 330
        ({"T2205", "T2212"}, "plan_communities", "640000", "explained", 41),  # 374 and 333
        ({"PHA23", "T2212"}, "started_households", "410000", "agrees", 0),  # 38.94万 twice
    ],
)
def test_two_publications_of_one_figure(
    tests: dict[str, Rows], sources: set[str], indicator: str, area: str, verdict: str, rest: int
) -> None:
    (found,) = [
        r
        for r in tests["publishers"]
        if {r["source_id"], *r["other_sources"]} == sources and (r["indicator"], r["area"]) == (indicator, area)
    ]
    assert (found["verdict"], abs(found["rest_point"])) == (verdict, rest)
    assert len(found["observations"]) == 2


def test_a_list_is_a_set_that_starts_and_plans_must_bear_out(tests: dict[str, Rows]) -> None:
    august = {r["area"]: r for r in tests["sets"] if r["source_id"] == "T2308"}
    assert len(august) == 13 and all(r["printed"] == "全部开工" for r in august.values())
    # 江苏: June 1498 of 99 % is a plan of 1506–1520, and 1593 had started
    assert (august["320000"]["verdict"], august["320000"]["rest_low"]) == ("agrees", 1593 - 1520)
    # 山东: a plan of 3916–3956, and 3903 had started: enough for the 3898 of PSD23
    assert (august["370000"]["verdict"], august["370000"]["rest_high"]) == ("explained", 3903 - 3916)
    # 河北 is named in every month: no rate of 2023 but the lists says what it had planned
    assert august["130000"]["verdict"] == "no_data"


def test_a_list_is_refuted_by_fewer_starts_and_by_a_unit_it_leaves_out(planted: Path) -> None:
    with open_reader(planted) as reader:
        found = {r["area"]: r for r in consistency(reader, "sets", "2023-08")}
    # 江苏 by its June rate had planned 1506 or more: 1500 started and "all" hold only of a plan nobody printed
    assert (found["320000"]["verdict"], found["320000"]["rest_high"]) == ("differs", 1_500 - 1_506)
    # 上海 by its June rate had planned 202 at most: 204 started, and the list leaves it out
    assert (found["310000"]["verdict"], found["310000"]["printed"]) == ("differs", "")


# -- control totals ---------------------------------------------------------------------------------------------------
def test_bounds_of_printed_words_are_the_same_in_both_languages_of_the_code(published_home: Path) -> None:
    with open_reader(published_home) as reader:
        rows = {r["total_id"]: r for r in reader.rows("select * from fct_control_totals")}
    book = catalogue()
    for total in book.control_totals:
        factor = book.unit(total.unit).factor if total.indicator in book.printed_names else 1
        expected = printed_interval(total.value * factor, total.rounding_half_unit * factor, total.qualifier)
        held = rows[total.total_id]
        assert (held["printed_low"], held["printed_high"]) == (expected.low, expected.high), total.total_id
    by_hand = {
        "seed000-000000-old_communities-20201231-s": (210_000, 230_000),  # 约有22万个
        "seed000-000000-old_households-20201231-s": (38_000_000, 39_000_000),  # 近3900万户
        "seed000-000000-plan_communities-20231231-a": (50_000, 60_000),  # 5万个以上
        "M2010-460000-start_rate_communities-20201031-y": (100, None),  # 全部开工
    }
    assert {t: (rows[t]["printed_low"], rows[t]["printed_high"]) for t in by_hand} == by_hand


def test_coverage_and_guards_are_said(published_home: Path) -> None:
    with open_reader(published_home) as reader:
        rows = {r["total_id"]: r for r in reader.rows("select * from fct_control_totals")}
    ten_years = rows["M2208-000000-start_communities-20220831-c"]  # 十年来: since 2019
    assert (ten_years["coverage"], ten_years["verdict"]) == ("window", "explained")
    assert rows["M2510x-000000-start_communities-20251011-c"]["coverage"] == "window"  # to the end of September
    assert rows["T2308-000000-start_communities-20230831-y"]["coverage"] == "partial"  # 30 of 32
    assert rows["T2309-000000-start_communities-20230930-y"]["coverage"] == "complete"
    assert rows["PHL24-230000-pipelines_water_km-20241115-c"]["guard"] == "row_words"
    assert rows["PBJ2303-110000-start_communities-20221231-a"]["guard"] == "publication"
    assert {r["guard"] for r in rows.values() if r["printed_name"] == "chargers_total"} == {"printed_name"}


def test_a_total_names_the_cell_that_prints_it(published_home: Path, tmp_path: Path) -> None:
    path = tmp_path / "T2309.xlsx"
    write_source(catalogue().source("T2309"), catalogue(), path)
    sheets = openpyxl.load_workbook(path)
    with open_reader(published_home) as reader:
        rows = reader.rows(
            """select t.value, o.sheet, o.cell from fct_control_totals as t
               inner join fct_observations as o on t.observation_id = o.observation_id
               where t.source_id = 'T2309' and t.printed_name = 'start_communities' and t.area_code <> '000000'"""
        )
    assert len(rows) == 32
    assert all(int(sheets[r["sheet"]][r["cell"]].value) == r["value"] for r in rows)


def test_a_build_of_the_past_knows_only_what_was_published(published_home: Path) -> None:
    with open_reader(published_home, as_of=dt.datetime(2023, 8, 15, tzinfo=dt.UTC)) as reader:
        listed = reconcile(reader)
        later = reader.rows("select total_id from fct_control_totals where source_id in ('T2309', 'M2312')")
        held = plans(reader, "2023")
    dates = {t.total_id: t.published_on for t in catalogue().control_totals}
    assert 0 < len(listed) < len(dates)
    assert all((day := dates[a["total_id"]]) is None or day <= dt.date(2023, 8, 15) for a in listed)
    assert {m["period"] for r in held for m in r["months"]} == {"2023-06"}  # T2306 of 24 July is the last one
    assert later == [] and all(m["period"] < "2023-08" for r in held for m in r["months"])


# -- the command ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["plans", "sums", "years", "effects", "publishers", "sets"])
def test_the_command_answers_every_kind_for_people_and_machines(published_home: Path, kind: str) -> None:
    asked = ["--home", str(published_home), "--kind", kind]
    machine = CliRunner().invoke(command, [*asked, "--json"])
    rows = json.loads(machine.stdout)
    assert rows and machine.exit_code == int(any(r["verdict"] == "differs" for r in rows))
    assert not any(isinstance(v, float) for r in rows for v in r.values())
    for lang in ("zh", "en"):
        people = CliRunner().invoke(command, [*asked, "--lang", lang])
        assert people.exit_code == machine.exit_code and f"{rows[0]['verdict']} " in people.stdout


def test_the_command_refuses_a_period_that_is_none(published_home: Path) -> None:
    with open_reader(published_home) as reader, pytest.raises(Exception, match="无法识别"):
        plans(reader, "last year")
