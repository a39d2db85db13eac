"""Figures, alternatives and cells: right values from printed tables and hand sums, never from our own output."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from filings.figures import figure
from filings.question import Question
from filings.reader import Reader, open_reader
from filings.trace import trace
from ingestion.errors import UsageError

MONTHS_2023 = [f"2023-{m:02d}" for m in range(1, 13)]


@pytest.fixture(scope="module")
def published(published_home: Path) -> Iterator[Reader]:
    with open_reader(published_home) as reader:
        yield reader


@pytest.fixture(scope="module")
def demo(demo_home: Path) -> Iterator[Reader]:
    with open_reader(demo_home) as reader:
        yield reader


def ask(reader: Reader, indicator: str, area: str, period: str, **rest: Any) -> dict[str, Any]:
    return figure(reader, Question(indicator, area, period, **rest))


def test_september_2023_is_the_sum_of_thirty_two_cells(published: Reader) -> None:
    answer = ask(published, "started_communities", "000000", "2023-09")
    assert (answer["value"], answer["basis"], answer["source_kind"]) == (51294, "summed", "publication")
    assert answer["coverage"] == {"units_reported": 32, "units_expected": 32, "share": "1"}
    assert {(a["value"], a["printed"]) for a in answer["alternatives"]} == {(51294, "51294"), (51300, "5.13万个")}
    traced = trace(published, Question("started_communities", "000000", "2023-09"))
    cells = {(c["file"], c["sheet"], c["cell"]) for c in traced["contributions"]}
    assert len(cells) == 32
    assert sum(int(c["raw"]) for c in traced["contributions"]) == traced["sum"] == 51294


@pytest.mark.parametrize(
    ("period", "value", "half_unit", "printed", "others"),
    [
        ("2019", 19000, "500", "19,000", {19000}),
        ("2020", 40279, "0.5", "40279个", {40300}),
        ("2021", 55600, "50", "5.56万个", {55600, 56000}),
        ("2022", 52500, "50", "5.25万个", {52500, 51192}),
    ],
)
def test_years_are_given_as_printed_with_their_rounding(
    published: Reader, period: str, value: int, half_unit: str, printed: str, others: set[int]
) -> None:
    answer = ask(published, "started_communities", "000000", period)
    assert (answer["value"], answer["half_unit"], answer["printed"]) == (value, half_unit, printed)
    assert answer["basis"] == "filed"
    assert {a["value"] for a in answer["alternatives"]} == others


def test_june_2023_and_a_table_without_two_units(published: Reader) -> None:
    assert ask(published, "started_communities", "000000", "2023-06")["value"] == 42621
    partial = [
        a for a in ask(published, "started_communities", "000000", "2022")["alternatives"] if a["basis"] == "partial"
    ]
    # 30 of 32: without 新疆's and 兵团's starts the sum is no national figure
    assert [(a["value"], a["coverage"]["units_reported"]) for a in partial] == [(51192, 30)]


def test_a_range_of_years_is_their_sum_and_the_printed_cumulative_stays_beside_it(published: Reader) -> None:
    answer = ask(published, "started_communities", "000000", "2019/2022")
    assert answer["value"] == 19000 + 40279 + 55600 + 52500
    assert 167000 in {a["value"] for a in answer["alternatives"]}
    traced = trace(published, Question("started_communities", "000000", "2019/2022"))
    assert traced["sum"] == answer["value"] and len(traced["contributions"]) == 4
    households = ask(published, "benefited_households", "000000", "2020/2022")
    assert households["value"] == 7357300 + 9650000 + 8760000


def test_a_year_that_was_never_printed_is_a_gap(published: Reader) -> None:
    answer = ask(published, "started_households", "000000", "2024")
    assert (answer["value"], answer["obs_status"]) == (None, "L") and answer["reason_zh"]
    assert ask(published, "started_households", "000000", "2019/2025")["value"] is None


@pytest.mark.parametrize(
    ("indicator", "area", "period", "dims", "value"),
    [  # print gives dates that are no month: they can be asked for as they are
        ("plan_communities", "420600", "2023", {}, 151),
        ("stage_communities", "420600", "2023-03-23", {"stage": "in_tender"}, 44),
        ("stage_communities", "420683", "2023-03-23", {"stage": "on_site"}, 19),
        ("started_communities", "430102", "2021-12-15", {}, 15),
        ("renovated_communities", "211102", "2019/2022", {}, 16),
    ],
)
def test_tables_of_places_answer_in_their_own_programme(
    published: Reader, indicator: str, area: str, period: str, dims: dict[str, str], value: int
) -> None:
    assert ask(published, indicator, area, period, dims=dims, programme="local")["value"] == value
    assert ask(published, indicator, area, period, dims=dims)["value"] is None


def test_hunan_has_two_programmes_and_they_never_meet(published: Reader) -> None:
    national = ask(published, "plan_communities", "430000", "2021")
    local = ask(published, "plan_communities", "430000", "2021", programme="local")
    assert (national["value"], local["value"]) == (3529, 1500)  # the state's list and the livelihood list
    assert (local["basis"], local["coverage"]["units_reported"]) == ("summed", 14)
    paid = ask(published, "investment_done", "430000", "2021-08", programme="local")
    assert paid["value"] == "2816826000"


def test_prints_of_effects_between_two_days_can_be_opened(published: Reader) -> None:
    old = ask(published, "effect_elev", "000000", "2019-01-01/2022-10-31")
    assert (old["value"], old["printed"], old["source_id"]) == (61000, "6.1万部", "M2210tv")
    cells = trace(published, Question("effect_elev", "000000", "2019-01-01/2022-10-31"))["contributions"]
    assert [(c["raw"], c["sheet"]) for c in cells] == [("6.1万部", "表")]
    assert ask(published, "effect_elev", "000000", "2019/2023")["value"] == 108000


@pytest.mark.parametrize(
    ("area", "period", "programme", "rate"),
    [
        ("430212", "2020", "local", "33.43"),  # 66.86 of 200; the report says 100 %
        ("341700", "2020", "local", "11.23"),  # 2,487.59 of 22,141.47
        ("370000", "2017", "subsidy", "80.2"),  # 47,317.66 of 59,000
        ("370000", "2019", "subsidy", "43.26"),  # 22,057.41 of 50,988
    ],
)
def test_fund_rates_are_computed_from_printed_operands(
    published: Reader, area: str, period: str, programme: str, rate: str
) -> None:
    answer = ask(published, "execution_rate", area, period, programme=programme)
    assert answer["value"] == rate
    traced = trace(published, Question("execution_rate", area, period, programme=programme))
    roles = {c["role"]: Decimal(c["value"]) for c in traced["contributions"]}
    assert roles["numerator"] * 100 / roles["denominator"] - Decimal(rate) < Decimal("0.005")


def test_a_missing_operand_is_null_with_a_status_and_programmes_never_mix(published: Reader) -> None:
    answer = ask(published, "payment_rate", "430212", "2020", programme="local")
    assert (answer["value"], answer["obs_status"], answer["numerator"]) == (None, "L", "668600")
    assert "到位" in answer["reason_zh"]
    assert ask(published, "execution_rate", "370000", "2020", programme="subsidy")["value"] is None
    other = ask(published, "execution_rate", "430212", "2020")
    assert other["value"] is None and "local" in other["reason_zh"]


@pytest.mark.parametrize(
    ("indicator", "period", "value"),
    [  # the ministry's tables of December 2022 and June and September 2023 print these for 北京
        ("started_communities", "2022", 411),
        ("plan_communities", "2022", 400),
        ("plan_households", "2022", 213000),
        ("started_households", "2022", 213000),
        ("started_communities", "2023-06", 237),
        ("started_communities", "2023-09", 270),
        ("plan_communities", "2023-06", 300),
        ("plan_communities", "2023-05", 301),
    ],
)
def test_sample_counties_add_up_to_the_printed_figures_of_beijing(
    demo: Reader, indicator: str, period: str, value: int
) -> None:
    answer = ask(demo, indicator, "110000", period, sample=True)
    assert (answer["value"], answer["basis"], answer["source_kind"]) == (value, "summed", "sample")
    assert answer["marker"] == "模拟数据" and answer["coverage"]["units_reported"] == 16
    parts = [ask(demo, indicator, c["unit_code"], period, sample=True)["value"]
             for c in trace(demo, Question(indicator, "110000", period, sample=True))["contributions"]]  # fmt: skip
    assert sum(parts) == value


def test_sample_and_real_never_meet(demo: Reader) -> None:
    real = ask(demo, "started_communities", "110000", "2023-09")
    assert (real["value"], real["source_kind"], real["sample_data"]) == (270, "publication", False)
    assert not [a for a in real["alternatives"] if a["source_kind"] == "sample"]
    assert ask(demo, "started_communities", "000000", "2023-09")["value"] == 51294
    sample = ask(demo, "started_communities", "000000", "2023-09", sample=True)
    assert (sample["value"], sample["basis"], sample["obs_status"]) == (270, "partial", "U")
    mixed = demo.rows("select count(*) as n from fct_observations where is_sample <> (source_kind = 'sample')")
    assert mixed[0]["n"] == 0


def test_the_cells_of_a_sample_figure_hold_the_values_in_the_workbook(demo: Reader, demo_home: Path) -> None:
    traced = trace(demo, Question("funds_paid", "110000", "2023-06", sample=True))
    assert len(traced["contributions"]) == 16
    added = Decimal(0)
    for c in traced["contributions"]:
        book = openpyxl.load_workbook(demo_home / "demo" / "returns" / c["file"])
        cell = book[c["sheet"]][c["cell"]]
        assert str(cell.value) in (c["raw"], f"{c['raw']}.0") and cell.row
        added += Decimal(str(cell.value)) * 10000  # the form is filled in 万元
    assert added == Decimal(traced["sum"])


def test_the_correction_replaces_and_the_returned_version_never_counts(demo: Reader) -> None:
    versions = demo.rows(
        "select unit_code, period, status, versions from fct_return_status where versions > 1 and form = 'J2'"
    )
    assert {v["period"] for v in versions} == {"2023-05", "2023-08"}
    for v in versions:
        traced = trace(demo, Question("started_households", v["unit_code"], v["period"], sample=True))
        assert [c["version"] for c in traced["contributions"]] == [2]


def test_a_missing_month_is_missing_and_its_flow_unknown(demo: Reader) -> None:
    missing = demo.rows(
        "select unit_code from fct_return_status where is_missing and form = 'J2' and period = '2023-04'"
    )
    assert len(missing) == 1
    unit = missing[0]["unit_code"]
    april = ask(demo, "started_communities", "110000", "2023-04", sample=True)
    assert (april["basis"], april["obs_status"], april["coverage"]["units_reported"]) == ("partial", "U", 15)
    assert ask(demo, "started_communities", unit, "2023-04", sample=True)["value"] is None
    assert ask(demo, "started_communities", unit, "2023-05", sample=True, flow=True)["value"] is None
    may = ask(demo, "started_communities", "110000", "2023-05", sample=True, flow=True)
    assert may["coverage"]["units_reported"] == 15


def test_flows_are_differences_and_add_up_to_the_year(demo: Reader) -> None:
    for unit in ("110101", "110108"):
        flows = [ask(demo, "started_communities", unit, m, sample=True, flow=True)["value"] for m in MONTHS_2023]
        assert sum(flows) == ask(demo, "started_communities", unit, "2023", sample=True)["value"]
    traced = trace(demo, Question("started_communities", "110101", "2023-07", sample=True, flow=True))
    assert sorted(c["weight"] for c in traced["contributions"]) == [-1, 1]


def test_three_denominators_of_a_start_rate(demo: Reader) -> None:
    def rate(name: str, period: str) -> str:
        return str(ask(demo, f"start_rate_communities_plan_{name}", "110000", period, sample=True)["value"])

    assert (rate("first", "2022-12"), rate("then", "2022-12")) == ("102.75", "100")  # 411 of 400, of 411
    assert rate("first", "2023-06") == "78.74"  # 237 of 301
    assert rate("then", "2023-06") == rate("now", "2023-06") == "79"  # 237 of 300
    assert rate("then", "2023-05") != rate("now", "2023-05")  # the plan was cut on 20 June


def test_funds_by_source_add_up_and_what_is_not_asked_is_said(demo: Reader) -> None:
    codes = ["F11", "F12", "F21", "F30", "F41", "F42", "F50", "F60", "F70", "F80", "F90", "F99"]
    parts = [ask(demo, "funds_arrived", "110000", "2023", sample=True, dims={"source": c})["value"] for c in codes]
    assert sum(Decimal(p) for p in parts) == Decimal(ask(demo, "funds_arrived", "110000", "2023", sample=True)["value"])
    unsplit = ask(demo, "funds_paid", "110000", "2023-06", sample=True, dims={"source": "F21"})
    assert (unsplit["value"], unsplit["obs_status"]) == (None, "M")
    arrived, planned = (
        ask(demo, i, "110000", "2023", sample=True)["value"] for i in ("funds_arrived", "funds_planned")
    )
    rate = ask(demo, "arrival_rate", "110000", "2023", sample=True)
    assert (rate["numerator"], rate["denominator"]) == (arrived, planned)


def test_residents_are_an_estimate_with_a_named_factor(demo: Reader) -> None:
    answer = ask(demo, "benefited_residents", "110101", "2023-09", sample=True)
    households = ask(demo, "benefited_households", "110101", "2023-09", sample=True)["value"]
    assert Decimal(str(answer["value"])) == households * Decimal("2.6")
    assert answer["obs_status"] == "E"


def test_as_of_a_past_moment_gives_what_was_known_then(demo_home: Path, copy_of: Any) -> None:
    from ingestion.moments import parse_moment
    from quality.warehouse import current_build

    home = copy_of(demo_home)
    before = current_build(home).build_id
    with open_reader(home, as_of=parse_moment("2023-06-10")) as reader:
        fixed = reader.rows("select unit_code from fct_return_status where form = 'J2' and period = '2023-05'")
        assert len(fixed) == 16
        assert ask(reader, "started_communities", "110000", "2023-06", sample=True)["value"] is None
        assert ask(reader, "plan_communities", "110000", "2023", sample=True)["value"] == 301  # V2 came on 20 June
        assert ask(reader, "started_communities", "000000", "2023-09")["value"] is None  # printed in November
    assert current_build(home).build_id == before
    with open_reader(home) as reader:
        assert ask(reader, "plan_communities", "110000", "2023", sample=True)["value"] == 300


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"indicator": "nothing"}, "nothing"),
        ({"area": "123456"}, "123456"),
        ({"period": "2023-13"}, "2023-13"),
        ({"period": "2022/2019"}, "颠倒"),
        ({"period": "2023-02-30"}, "2023-02-30"),
        ({"period": "2022-10-31/2019-01-01"}, "颠倒"),
        ({"dims": {"stage": "ST06"}}, "stage"),
        ({"flow": True, "period": "2023"}, "--flow"),
        ({"programme": "mixed"}, "mixed"),
        ({"dims": {"source": "F00"}}, "F00"),
        ({"dims": {"colour": "red"}}, "colour"),
    ],
)
def test_a_question_that_cannot_be_asked_says_why(published: Reader, change: dict[str, Any], said: str) -> None:
    question = {"indicator": "started_communities", "area": "000000", "period": "2023-09", **change}
    with pytest.raises(UsageError, match=said):
        figure(published, Question(**question))
