"""Every indicator of a nation made by hand, against answers worked out on paper (tests/nation, with the events)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest

from filings.figures import figure
from filings.question import Question
from filings.reader import Reader, open_reader
from filings.trace import trace
from ingestion.catalogue import catalogue
from tests.nation.home import ACCEPTED, table

PLAN_QUESTIONS = {"first": "_first", "then": "_then", "now": "_now", "task": ""}
STATUS = {"filed": "A", "summed": "A", "partial": "U"}
# in the catalogue, and no form of the survey asks for it: publications alone answer
PRINTED_ONLY = {
    "start_rate_communities_printed", "start_rate_households_printed", "renovated_communities",
    "renovated_households", "renovated_buildings", "renovated_area_sqm", "stage_communities",
}  # fmt: skip


@pytest.fixture(scope="module")
def reader(nation_home: Path) -> Iterator[Reader]:
    with open_reader(nation_home) as opened:
        yield opened


def worked_out(text: str) -> Decimal:
    """The arithmetic written in a table: numbers with + − × ÷, left to right within a product."""
    assert re.fullmatch(r"[0-9.+*/-]+", text), text
    total = Decimal(0)
    for sign, product in re.findall(r"([+-]?)([0-9.*/]+)", text):
        value = Decimal(1)
        for operator, number in re.findall(r"([*/]?)([0-9.]+)", product):
            value = value / Decimal(number) if operator == "/" else value * Decimal(number)
        total += -value if sign == "-" else value
    return total


Key = tuple[str, str, str, str, str]  # indicator, area, period, dim, flow


def key_of(row: dict[str, str]) -> Key:
    return row["indicator"], row["area"], row["period"], row["dim"], row["flow"]


TOLD = {key_of(r): r for r in table("figures") if not r["as_of"]}


def answer_of(reader: Reader, key: Key) -> dict[str, Any]:
    indicator, area, period, dim, flow = key
    dims = dict([dim.split("=")]) if dim else {}
    return figure(reader, Question(indicator, area, period, dims, flow=bool(flow)))


def shown(answer: dict[str, Any]) -> tuple[Any, ...]:
    value = answer["value"]
    coverage = answer["coverage"]
    return (
        None if value is None else Decimal(value), coverage["units_reported"], coverage["units_expected"],
        answer["basis"], answer["obs_status"],
    )  # fmt: skip


def told(row: dict[str, str]) -> tuple[Any, ...]:
    value = worked_out(row["value"]) if row["value"] else None
    if value is not None and "/" in row["value"]:
        decimals = catalogue().indicator(row["indicator"]).decimals
        value = value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    expected = int(row["expected"]) if row["expected"] else None
    return value, int(row["units"]), expected, row["basis"] or None, row["status"]


def systematic() -> Iterator[tuple[Key, tuple[Any, ...]]]:
    """Sums of started (J2), planned (J1) and accepted (J3) communities × the factor of each item's row."""
    factors = table("factors")
    for row in table("sums"):
        base = worked_out(row["sum"])
        rest = (int(row["units"]), int(row["expected"]), row["basis"])
        flow = "flow" if row["question"] == "flow" else ""
        for name, dim, factor in _asked(row, factors):
            kind = catalogue().indicator(name).kind
            is_j3 = name.startswith("effect_") and row["form"] == "J2" and row["period"] == "2022"
            if not (is_j3 or (flow and kind == "stock")):
                status = row["status"] if factor or row["status"] != "V" else ""  # nothing fell where nothing was
                yield (name, row["area"], row["period"], dim, flow), (base * factor, *rest, status or STATUS[rest[-1]])


def _asked(row: dict[str, str], factors: list[dict[str, str]]) -> Iterator[tuple[str, str, Decimal]]:
    """Indicator, breakdown and factor of everything that one sum answers."""
    if row["form"] == "J3":
        for field in catalogue().form("J3").fields:
            if field.type != "code" and field.unit != "%":
                times = {"公里": 1000, "万元": 10000}.get(field.unit or "", 1)
                yield f"effect_{field.id}", "", Decimal(int(field.code) * times)
        return
    for held in factors:
        if held["form"] == row["form"]:
            factor = Decimal(held["factor"]) * Decimal(held["times"])
            if held["field"] in ("plan_xq", "plan_hh"):
                name = {"plan_xq": "plan_communities", "plan_hh": "plan_households"}[held["field"]]
                yield name + PLAN_QUESTIONS[row["question"]], "", factor
            elif row["question"] in ("level", "flow", "task"):
                for asked in filter(None, held["indicators"].split(";")):
                    name, _, dim = asked.partition(" ")
                    yield name, dim, factor


EXPECTED = {key: value for key, value in systematic() if key not in TOLD}


@pytest.mark.parametrize("indicator", sorted({key[0] for key in EXPECTED}))
def test_every_item_is_its_factor_times_the_sum_on_paper(reader: Reader, indicator: str) -> None:
    wrong = {}
    for key, value in EXPECTED.items():
        if key[0] == indicator and (found := shown(answer_of(reader, key))) != value:
            wrong[key] = (found, value)
    assert not wrong


@pytest.mark.parametrize("key", sorted(TOLD), ids="-".join)
def test_figures_worked_out_one_by_one(reader: Reader, key: Key) -> None:
    answer = answer_of(reader, key)
    expected = told(TOLD[key])
    if expected[0] is None and expected[3] is None:  # no figure: the units expected are not said
        assert (answer["value"], answer["obs_status"], answer["basis"]) == (None, expected[4], None)
        assert answer["reason_zh"] and answer["reason_en"]
    else:
        assert shown(answer) == expected, TOLD[key]["why"]


def test_figures_as_of_a_moment(nation_home: Path) -> None:
    rows = [r for r in table("figures") if r["as_of"]]
    for text in sorted({r["as_of"] for r in rows}):
        with open_reader(nation_home, as_of=dt.datetime.fromisoformat(text)) as then:
            for row in (r for r in rows if r["as_of"] == text):
                found = shown(answer_of(then, key_of(row)))
                expected = told(row)
                if expected[0] is None:
                    assert (found[0], found[4]) == (None, expected[4]), row["why"]
                else:
                    assert found == expected, row["why"]


def test_every_indicator_that_returns_answer_is_worked_out() -> None:
    held = {key[0] for key in EXPECTED} | {key[0] for key in TOLD}
    elsewhere = {r["indicator"] for r in table("elsewhere")}
    of_units = {f"effect_{f.id}" for f in catalogue().form("J3").fields if f.unit == "%"}
    assert set(catalogue().indicators) == held | elsewhere | of_units | PRINTED_ONLY


def test_percentages_stay_with_the_unit_that_filed_them(reader: Reader) -> None:
    for field in catalogue().form("J3").fields:
        if field.unit == "%":  # as filed: the number of the row
            for unit in ACCEPTED:
                assert Decimal(figure(reader, Question(f"effect_{field.id}", unit, "2022"))["value"]) == int(field.code)
            assert figure(reader, Question(f"effect_{field.id}", "420700", "2022"))["value"] is None


def test_what_a_level_files_itself_stands_beside_the_sum_of_its_units(reader: Reader) -> None:
    city = figure(reader, Question("started_communities", "420700", "2022-12"))
    assert [(a["value"], a["basis"]) for a in city["alternatives"]] == [(39, "filed")]
    province = figure(reader, Question("started_communities", "420000", "2022-12"))
    assert [(a["value"], a["basis"]) for a in province["alternatives"]] == [(12 + 8 + 18 + 5 + 9 + 3, "partial")]


def test_the_sample_return_answers_for_itself_alone(reader: Reader) -> None:
    assert figure(reader, Question("started_communities", "420702", "2022-12", sample=True))["value"] == 999


def test_a_merged_county_ends_and_what_took_over_goes_on(reader: Reader) -> None:
    assert figure(reader, Question("started_communities", "350402", "2021-12"))["value"] == 11
    assert figure(reader, Question("started_communities", "350402", "2022-01"))["value"] is None
    parts = trace(reader, Question("started_communities", "350400", "2021-12"))["contributions"]
    assert {c["unit_code"] for c in parts} == {"350402", "350404", "350427", "350481"}
    parts = trace(reader, Question("started_communities", "350400", "2022-12"))["contributions"]
    assert {c["unit_code"] for c in parts} == {"350404", "350405", "350481"}


def test_the_nation_opens_into_the_cells_of_eleven_returns(reader: Reader) -> None:
    traced = trace(reader, Question("started_communities", "000000", "2022-12"))
    raw = {c["unit_code"]: c["raw"] for c in traced["contributions"]}
    assert traced["sum"] == 91 and sum(map(int, raw.values())) == 91 and len(raw) == 11
    assert raw["429004"] == "5"  # the return that was sent back said 55
    # the rule book of the formula is this one; that of the audit is what the register noted when it judged
    assert traced["figure"]["rulebook_hash"] == catalogue().content_hash
    assert traced["audited_under"] == [{"rulebook_version": "test", "rulebook_hash": "test", "submissions": 11}]
    assert {c["rulebook_version"] for c in traced["contributions"]} == {"test"}
    flow = trace(reader, Question("started_communities", "000000", "2022-10", flow=True))
    assert flow["sum"] == 4 and len(flow["contributions"]) == 5 * 2
    assert {c["weight"] for c in flow["contributions"]} == {1, -1}
