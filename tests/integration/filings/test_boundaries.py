"""Counties that were renamed, merged, split and moved: the months before and after, on the areas of then and of now.

Communities started (J2 row 02, year to date), put in by hand; what each area should say is added up on paper:
  renamed   太谷县 140726 7 (2019-11), 9 (2019-12) → 太谷区 140703 2 (2020-01)
  merged    蓬莱市 370684 8, 10 and 长岛县 370634 —, 4 (2020-11, 2020-12) → 蓬莱区 370614 3 (2021-01), 5 (2021-02)
  merged into one that stood  湾里区 360105 6 and 新建区 360112 20 (2019-12) → 新建区 1 (2020-01)
  split     余杭区 330110 20 (2021-03) → 余杭区 13 and 临平区 330113 9 (2021-04), announced on 2021-04-09
  founded   龙港市 330383 6 (2020-01), of what is not in the list
  moved     公主岭市 四平 220381 11 (2020-12) → 长春 220184 1 (2021-01); beside it 南关区 220102 30 → 2 and 铁西区 220302 5 → 1
  zone      德州经济技术开发区 371471 4 (2022-01); nothing happened to it
  a year on 蓬莱区 14, 公主岭市 220184 4 and 余杭区 25 (2021-12; in 2020-12 it had 30), without 临平区 and 南关区
Plans of 2021: 蓬莱市 40 and 长岛县 10 confirmed before the merger; 蓬莱区 55, confirmed on 2021-06-10.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dashboards.pages import trace as trace_page
from dashboards.theme import Words
from dashboards.view import BadView, View
from filings.figures import figure
from filings.levels import levels
from filings.question import Question
from filings.reader import Reader, open_reader
from filings.trace import trace
from ingestion.errors import UsageError
from quality.gates.frames import SeriesKey, series_data
from quality.warehouse import build
from tests.hand_made import file_return

STARTED = {
    ("140726", "2019-11"): 7, ("140726", "2019-12"): 9, ("140703", "2020-01"): 2,
    ("370684", "2020-11"): 8, ("370684", "2020-12"): 10, ("370634", "2020-12"): 4, ("370614", "2021-01"): 3,
    ("370614", "2021-02"): 5,
    ("360105", "2019-12"): 6, ("360112", "2019-12"): 20, ("360112", "2020-01"): 1,
    ("330110", "2021-03"): 20, ("330110", "2021-04"): 13, ("330113", "2021-04"): 9,
    ("330383", "2020-01"): 6,
    ("220381", "2020-12"): 11, ("220184", "2021-01"): 1, ("220102", "2020-12"): 30, ("220102", "2021-01"): 2,
    ("220302", "2020-12"): 5, ("220302", "2021-01"): 1,
    ("371471", "2022-01"): 4,
    ("370614", "2021-12"): 14, ("220184", "2021-12"): 4, ("330110", "2020-12"): 30, ("330110", "2021-12"): 25,
}  # fmt: skip


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    home: Path = tmp_path_factory.mktemp("boundaries")
    for (unit, month), started in STARTED.items():
        file_return(home, "J2", unit, month, {"xq_start": started})
    for unit, version, day, planned in (
        ("370684", "V1", "2020-12-20", 40), ("370634", "V1", "2020-12-21", 10), ("370614", "V2", "2021-06-10", 55),
    ):  # fmt: skip
        plan = {"plan_year": 2021, "plan_version": version, "plan_confirm_date": day, "plan_xq": planned}
        file_return(home, "J1", unit, "2021", plan)
    build(home)
    with open_reader(home) as opened:
        yield opened


def ask(reader: Reader, area: str, period: str, areas: str = "now", *, flow: bool = False,
        indicator: str = "started_communities") -> dict[str, Any]:  # fmt: skip
    question = Question(indicator, area, period, flow=flow, areas=areas)
    answer = figure(reader, question)
    traced = trace(reader, question)  # whatever is asked, the cells add up to it
    if indicator != "start_rate_communities_plan_then" and answer["value"] is not None:
        assert traced["sum"] == answer["value"]
        assert sum(Decimal(c["weight"]) * Decimal(c["value"]) for c in traced["contributions"]) == answer["value"]
    return answer


def said(answer: dict[str, Any]) -> tuple[Any, str, str | None]:
    return answer["value"], answer["obs_status"], answer["basis"]


def test_a_renamed_county_is_one_series_on_todays_code(reader: Reader) -> None:
    assert said(ask(reader, "140703", "2019-11")) == (7, "A", "filed")
    assert said(ask(reader, "140703", "2019-12", flow=True)) == (2, "A", "filed")
    assert said(ask(reader, "140703", "2019")) == (9, "A", "filed")
    assert said(ask(reader, "140703", "2020-01")) == (2, "A", "filed")


def test_on_the_areas_of_then_each_code_answers_for_its_own_months(reader: Reader) -> None:
    assert said(ask(reader, "140726", "2019-12", "then")) == (9, "A", "filed")
    for area, period in (("140703", "2019-12"), ("140726", "2020-01"), ("370614", "2020-12")):
        answer = ask(reader, area, period, "then")
        assert said(answer) == (None, "M", None)
        assert area in answer["reason_zh"] and "--areas now" in answer["reason_zh"] and answer["reason_en"]


def test_two_counties_merged_are_their_sum_and_partial_while_one_is_missing(reader: Reader) -> None:
    assert said(ask(reader, "370614", "2020-12")) == (10 + 4, "A", "summed")
    lacking = ask(reader, "370614", "2020-11")
    assert said(lacking) == (8, "U", "partial")
    assert (lacking["coverage"]["units_reported"], lacking["coverage"]["units_expected"]) == (1, 2)
    assert said(ask(reader, "370614", "2020-12", flow=True)) == (2, "U", "partial")  # 长岛's November is unknown
    assert said(ask(reader, "370614", "2021-01")) == (3, "A", "filed")


def test_a_county_that_took_another_in_breaks_under_its_code_and_not_in_the_sum(reader: Reader) -> None:
    assert said(ask(reader, "360112", "2019-12", "then")) == (20, "A", "filed")
    broken = ask(reader, "360112", "2020-01", "then")
    assert said(broken) == (1, "B", "filed") and "360105 湾里区" in broken["reason_zh"]
    assert said(ask(reader, "360112", "2019-12")) == (26, "A", "summed")
    assert said(ask(reader, "360112", "2020-01")) == (1, "A", "filed")


@pytest.mark.parametrize("area", ["330110", "330113"])
def test_a_split_is_a_break_and_nothing_is_invented_before_it(reader: Reader, area: str) -> None:
    before = ask(reader, area, "2021-03")
    assert said(before) == (None, "M", None)
    assert "330110 余杭区 → 330113 临平区" in before["reason_zh"] and "330113" in before["reason_en"]
    after = ask(reader, area, "2021-04")
    assert said(after) == (STARTED[area, "2021-04"], "B", "filed") and "2021-04" in after["reason_zh"]
    assert ask(reader, area, "2021-04", "then", flow=True)["value"] is None  # of which part, nobody can say
    if area == "330110":
        assert said(ask(reader, area, "2021-03", "then")) == (20, "A", "filed")


def test_above_a_split_inside_a_year_the_month_is_known(reader: Reader) -> None:
    for area in ("330100", "330000", "000000"):
        for areas in ("then", "now"):
            assert ask(reader, area, "2021-04", areas, flow=True)["value"] == 13 + 9 - 20


def test_a_founded_county_has_no_past(reader: Reader) -> None:
    before, after = ask(reader, "330383", "2019-12"), ask(reader, "330383", "2020-01")
    assert said(before) == (None, "M", None) and "新设" in before["reason_zh"]
    assert said(after) == (6, "B", "filed")


def test_a_county_that_moved_counts_for_its_city_of_then_or_of_now(reader: Reader) -> None:
    assert said(ask(reader, "220184", "2020-12")) == (11, "A", "filed")
    for areas, changchun, siping in (("then", 30, 5 + 11), ("now", 30 + 11, 5)):
        assert ask(reader, "220100", "2020-12", areas)["value"] == changchun
        assert ask(reader, "220300", "2020-12", areas)["value"] == siping
        assert ask(reader, "220100", "2021-01", areas)["value"] == 2 + 1
        assert ask(reader, "220300", "2021-01", areas)["value"] == 1


def test_a_zone_to_which_nothing_happened_says_the_same_either_way(reader: Reader) -> None:
    for areas in ("then", "now"):
        assert said(ask(reader, "371471", "2022-01", areas)) == (4, "A", "filed")
        assert said(ask(reader, "371471", "2021-12", areas)) == (None, "L", None)


def test_totals_above_are_the_same_whichever_areas_are_asked(reader: Reader) -> None:
    months = sorted({month for _, month in STARTED})
    for area in ("000000", "140000", "220000", "330000", "360000", "370000"):
        province = {m: sum(n for (u, p), n in STARTED.items() if p == m and area in ("000000", f"{u[:2]}0000"))
                    for m in months}  # fmt: skip
        for month in months:
            then, now = (ask(reader, area, month, areas) for areas in ("then", "now"))
            assert {**then, "areas": ""} == {**now, "areas": ""}
            assert (then["value"] or 0) == province[month]


def test_a_merged_countys_plan_counts_until_its_successor_has_one(reader: Reader) -> None:
    for area in ("370614", "370600", "370000"):
        assert ask(reader, area, "2021-05", "then", indicator="plan_communities_then")["value"] == 50
        assert ask(reader, area, "2021-06", "then", indicator="plan_communities_then")["value"] == 55
        assert ask(reader, area, "2021-06", "then", indicator="plan_communities_first")["value"] == 50
        assert ask(reader, area, "2021-05", "then", indicator="plan_communities_now")["value"] == 55


def test_every_figure_to_date_opens_into_what_the_view_of_all_figures_says(reader: Reader) -> None:
    """Items to date are asked for without that view: every one of this home, inherited plans and areas above too."""
    figures = reader.rows(
        """select indicator, area_code, period, group_id, case basis when 'filed' then basis else 'summed' end as basis
           from fct_figures where accum = 'level' and not is_sample and choice_rank = 1 and account is not null
           and indicator in ('started_communities', 'plan_communities') and length(period) <> 9"""
    )
    assert len(figures) > 100
    said: dict[tuple[str, ...], set[tuple[Any, ...]]] = {}
    for c in reader.rows(
        "select * from fct_contributions where accum = 'level' and indicator in ('started_communities', 'plan_communities')"
    ):
        key = c["indicator"], c["area_code"], c["period"], c["group_id"], c["basis"]
        said.setdefault(key, set()).add((c["submission_id"], c["field"], c["weight"], c["value"], c["figure_role"]))
    for f in figures:
        cells = trace(reader, Question(f["indicator"], f["area_code"], f["period"]))["contributions"]
        found = {(c["submission_id"], c["field"], c["weight"], Decimal(c["value"]), c["role"]) for c in cells}
        assert found == said[tuple(f.values())], f
        assert len(found) == len(cells)


def test_the_rate_of_a_successor_stands_on_the_plans_of_those_that_went_into_it(reader: Reader) -> None:
    for area in ("370614", "370600"):
        rate = ask(reader, area, "2021-02", "then", indicator="start_rate_communities_plan_then")
        assert (rate["numerator"], rate["denominator"], rate["value"]) == (5, 50, "10"), area


def test_a_code_that_ended_is_not_one_of_today(reader: Reader) -> None:
    with pytest.raises(UsageError, match="370614 蓬莱区"):
        figure(reader, Question("started_communities", "370634", "2020-12", areas="now"))


def test_a_county_that_ended_stands_in_the_sum_of_the_level_below(reader: Reader) -> None:
    """As in the figure: what 湾里区 and 蓬莱市 filed is part of their cities' sums, and 长岛县 is missing by name."""
    for area, period, filed in (
        ("360100", "2019-12", {"360105": 6, "360112": 20}),
        ("370600", "2020-11", {"370684": 8, "370634": None}),
    ):
        own, *below = levels(reader, Question("started_communities", area, period))["rows"]
        held = {r["area"]: r["filed"] for r in below}
        assert {code: held[code] for code in filed} == filed
        assert own["sum_below"] == sum(n for n in filed.values() if n) == ask(reader, area, period, "then")["value"]
        assert own["coverage"]["units_reported"] == own["children_known"] == sum(n is not None for n in filed.values())
        assert own["children_expected"] == own["coverage"]["units_expected"] == len(below)
    successors = levels(reader, Question("started_communities", "370600", "2021-12"))["rows"]
    assert {"370684", "370634"}.isdisjoint(r["area"] for r in successors)


@pytest.mark.parametrize(
    ("area", "period", "share"),
    [
        ("370614", "2021-12", "1"),  # 蓬莱市's 10 and 长岛县's 4 of last year lie in it
        ("370600", "2021-12", "1"),
        ("360112", "2020-01", None),  # neither it nor 湾里区 had filed January a year before
        ("220184", "2021-12", "1"),
        ("220100", "2021-12", "0.2683"),  # 11 of 公主岭市, now here, and 30 of 南关区, which is missing
        ("330100", "2021-12", "0"),  # 临平区 holds a part of what had 30, and is missing
        ("330110", "2021-12", None),  # what it was a year before holds another unit's part
    ],
)
def test_the_weight_of_last_year_follows_the_territory(
    reader: Reader, area: str, period: str, share: str | None
) -> None:
    own = levels(reader, Question("started_communities", area, period))["rows"][0]
    assert own["coverage"]["share_of_last_year"] == share


def test_the_gates_expect_the_units_of_the_period_alone(reader: Reader) -> None:
    """2,851 in December 2021 (tests/nation/README.md), counties that ended before it and began after it left out."""
    key = SeriesKey("started_communities", "2021-12", "provisional", "national", "real")
    (data,) = series_data(reader.connection, [key])
    assert sum(u["is_expected"] for u in data.units) == len(data.units) == data.total[0]["units_expected"] == 2_851
    codes = {u["area_code"] for u in data.units}
    assert {"370614", "330113", "350402"} <= codes and codes.isdisjoint({"370634", "360105", "350405"})


def test_the_plans_of_merged_counties_bound_their_successor_from_above(reader: Reader) -> None:
    bounds = ask(reader, "370614", "2021-03", "then")["bounds"]
    assert (bounds["lower"], bounds["upper"]) == (5, 40 + 10)


def test_the_page_of_a_figure_of_many_cells_says_how_many_there_are(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The merged county's two months of 10 and 4, of which the page is to list one: the sum stays that of both."""
    monkeypatch.setattr(trace_page, "MOST", 1)
    view = View("trace", area="370600", period="2020-12", indicator="started_communities")
    figure, cells, *_ = trace_page.page(reader, view).blocks
    assert figure.table is not None and cells.table is not None and len(cells.table.rows) == 1
    assert "2 个单元格" in cells.notes[0].zh and "前 1 个" in cells.notes[1].zh
    facts = {name.text.zh: said.text for name, said in figure.table.rows if isinstance(name.text, Words)}
    assert facts["由单元格加总"] == "14"
    for at, words in ((1, "前 1 个"), (2, "只有 2 个")):
        with pytest.raises(BadView, match=words):
            trace_page.page(reader, replace(view, at=at))
