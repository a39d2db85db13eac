"""Charts as data: what figure.to_dict() holds, on frames made by hand."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from dashboards.data.money import CHAIN
from dashboards.figures.benefited_households import benefited_households
from dashboards.figures.central_allotments import central_allotments
from dashboards.figures.effects_years import effects_years
from dashboards.figures.filing_status import MOST_UNITS, filing_status
from dashboards.figures.funds_by_source import funds_by_source, rate_lines
from dashboards.figures.funds_chain import funds_chain
from dashboards.figures.monthly_flow import monthly_flow
from dashboards.figures.monthly_progress import monthly_progress
from dashboards.figures.yearly_starts import yearly_starts
from dashboards.frames import FilingCell, FilingFrame, Frame, Point

P = Callable[..., Point]
F = Callable[..., Frame]


def traces(figure: Any) -> list[dict[str, Any]]:
    return list(figure.to_dict()["data"])


def named(figure: Any, words: str) -> dict[str, Any]:
    """The one trace whose name holds the words."""
    [found] = [t for t in traces(figure) if words in t.get("name", "")]
    return found


def title(figure: Any) -> str:
    return str(figure.to_dict()["layout"]["title"]["text"])


def notes(figure: Any) -> list[str]:
    return [a["text"] for a in figure.to_dict()["layout"].get("annotations", [])]


# -- yearly starts ----------------------------------------------------------------------------------------------------
@pytest.fixture
def starts(point: P, frame: F) -> Frame:
    s, p = "started_communities", "plan_communities"
    return frame(
        point(s, "2021", "55600", half_unit="50", printed="5.56万个", source="M2112"),
        point(p, "2021", "53000", half_unit="500", source="M2105"),
        point(s, "2022", None),
        point(p, "2022", "51000", half_unit="500"),
        point(s, "2023", "53700", half_unit="50"),
        point(p, "2023", "50000", half_unit="10000", qualifier="at_least"),
        others=(
            point(s, "2021", "56000", printed="5.6万个", source="GWR2022", choice_rank=2),
            point(s, "2021", "56000", printed="近5.6万个", source="seed000", choice_rank=3),
            point(s, "2023", "51192", basis="partial", units_reported=30, units_expected=32, choice_rank=2),
        ),
    )


def test_yearly_starts_leaves_a_year_without_data_empty(starts: Frame) -> None:
    figure = yearly_starts(starts)
    assert named(figure, "新开工")["y"] == [5.56, None, 5.37]
    assert named(figure, "计划")["y"] == [5.3, 5.1, 5.0]
    assert notes(figure) == ["无数据<br>n/a"]
    [band] = figure.to_dict()["layout"]["shapes"]
    assert band["x0"] < 2022 < band["x1"]


def test_yearly_starts_error_bars_are_the_half_units(starts: Frame) -> None:
    started, plan = named(yearly_starts(starts), "新开工")["error_y"], named(yearly_starts(starts), "计划")["error_y"]
    assert started["array"] == started["arrayminus"] == [0.005, None, 0.005]
    assert plan["array"] == [0.05, 0.05, 1.0] and plan["arrayminus"] == [0.05, 0.05, 0.0]


def test_yearly_starts_marks_other_figures_hollow_with_their_words_and_publication(starts: Frame) -> None:
    other = named(yearly_starts(starts), "其他公布数")
    assert other["y"] == [5.6] and other["marker"]["symbol"] == "circle-open"
    assert (
        "5.6万个" in other["hovertext"][0] and "GWR2022" in other["hovertext"][0] and "seed000" in other["hovertext"][0]
    )
    partial = named(yearly_starts(starts), "部分合计")
    assert partial["marker"]["symbol"] == "diamond-open" and "30/32" in partial["hovertext"][0]


# -- households -------------------------------------------------------------------------------------------------------
@pytest.fixture
def households(point: P, frame: F) -> Frame:
    i = "benefited_households"
    return frame(
        point(i, "2019", "3520000", half_unit="5000"),
        point(i, "2020", "7357300", half_unit="50", qualifier="about"),
        point(i, "2021", None),
        point(i, "2022", "4990000", half_unit="5000"),
        point(i, "2019/2020", "10877300", basis="summed", half_unit="5050"),
        point(i, "2019/2021", "20000000", half_unit="10000000", qualifier="more_than", printed="2000多万户"),
        point(i, "2019/2022", None),
    )


def test_benefited_households_shows_the_year_never_printed_as_a_gap(households: Frame) -> None:
    figure = benefited_households(households)
    assert named(figure, "当年")["y"] == [352.0, 735.73, None, 499.0]
    assert "未公布<br>n/a" in notes(figure)
    assert len(figure.to_dict()["layout"]["shapes"]) == 2


def test_benefited_households_sums_only_while_every_year_is_there(households: Frame) -> None:
    figure = benefited_households(households)
    line = named(figure, "逐年相加")
    assert line["y"] == [352.0, 1087.73, None, None] and line["connectgaps"] is False
    printed = named(figure, "公布的累计数")
    assert printed["x"] == [2021] and printed["y"] == [2000.0] and printed["marker"]["symbol"] == "diamond-open"
    assert printed["error_y"]["array"] == [1000.0] and printed["error_y"]["arrayminus"] == [0.0]


# -- months -----------------------------------------------------------------------------------------------------------
def test_monthly_progress_joins_only_neighbouring_months(point: P, frame: F) -> None:
    held = {5: "22900", 6: "36400", 9: "51200"}
    figure = monthly_progress(
        frame(*(point("started_communities", f"2021-{m:02d}", held.get(m)) for m in range(1, 13)))
    )
    dotted, solid = traces(figure)
    assert solid["y"] == [None] * 4 + [2.29, 3.64, None, None, 5.12, None, None, None]
    assert solid["connectgaps"] is False and solid["mode"] == "lines+markers"
    assert dotted["connectgaps"] is True and dotted["line"]["dash"] == "dot" and dotted["showlegend"] is False


def test_monthly_flow_hatches_partial_months_and_leaves_the_first_empty(point: P, frame: F) -> None:
    i = "started_communities"
    figure = monthly_flow(
        frame(
            point(i, "2023-03", None, accum="flow"),
            point(i, "2023-04", "45", accum="flow", basis="partial", units_reported=15, units_expected=16),
            point(i, "2023-05", "0", accum="flow", basis="summed", units_reported=16, units_expected=16),
            sample=True,
        )
    )
    assert named(figure, "各单位均报")["y"] == [None, None, 0.0]
    partial = named(figure, "部分单位")
    assert partial["y"] == [None, 45.0, None] and partial["marker"]["pattern"]["shape"] == "/"
    assert "15/16" in partial["hovertext"][1]
    assert notes(figure) == ["无<br>n/a", "模拟数据"]  # the second is the watermark


# -- provinces and counties -------------------------------------------------------------------------------------------
# -- funds ------------------------------------------------------------------------------------------------------------
@pytest.fixture
def funds(point: P, frame: F) -> Frame:
    total = [
        point("funds_planned", "2023-12", "3143879100", area_zh="北京"),
        point("funds_allotted", "2023-12", None),
        point("funds_arrived", "2023-12", "2356270500"),
        point("funds_paid", "2023-12", "1981350400"),
    ]
    by = {"dim_name": "source"}
    parts = [
        point("funds_arrived", "2023-12", "362379700", dim="F11", dim_zh="中央财政补助资金", **by),
        point("funds_paid", "2023-12", "289560500", dim="F11", dim_zh="中央财政补助资金", **by),
        point("funds_arrived", "2023-12", "0", dim="F42", dim_zh="地方政府一般债券", **by),
        point("funds_paid", "2023-12", None, dim="F42", dim_zh="地方政府一般债券", obs_status="M", **by),
    ]
    rates = [
        point("arrival_rate", "2023-12", "74.95"),
        point("payment_rate", "2023-12", "84.09"),
        point("execution_rate", "2023-12", None, reason_zh="缺下达资金，不能计算"),
    ]
    return frame(*total, *parts, *rates, sample=True)


def test_funds_by_source_draws_zero_as_zero_and_what_is_not_asked_not_at_all(funds: Frame) -> None:
    figure = funds_by_source(funds)
    assert named(figure, "到位")["x"] == [23.562705, 3.623797, 0.0]
    assert named(figure, "支付")["x"] == [19.813504, 2.895605, None]
    assert named(figure, "计划")["x"] == [31.438791, None, None]
    assert not [t for t in traces(figure) if "下达" in t["name"]]


def test_funds_by_source_says_the_three_rates_and_why_one_is_missing(funds: Frame) -> None:
    assert rate_lines(funds) == [
        "资金到位率：<b>74.95%</b> arrived ÷ planned",
        "资金支付率：<b>84.09%</b> paid ÷ arrived",
        "预算执行率：无数据（缺下达资金）",
    ]
    assert "无数据（缺下达资金）" in title(funds_by_source(funds))


def test_funds_by_source_keeps_the_row_of_a_year_without_figures(point: P, frame: F) -> None:
    figure = funds_by_source(
        frame(
            point("funds_allotted", "2017", "590000000", area_zh="山东"),
            point("funds_allotted", "2018", None),
            point("execution_rate", "2017", "80.20"),
            point("execution_rate", "2018", None, reason_zh="缺支付资金"),
        )
    )
    bar = named(figure, "下达")
    assert bar["y"] == ["<b>2017 合计</b>", "<b>2018 合计</b>"] and bar["x"] == [5.9, None]
    assert notes(figure) == [" 无数据 no data"]
    assert "预算执行率 2018：无数据" in title(figure)


def test_central_allotments_never_adds_the_streams(point: P, frame: F) -> None:
    by = {"dim_name": "source"}
    figure = central_allotments(
        frame(
            point("funds_allotted", "2020", "54300000000", dim="F12", half_unit="50000000", **by),
            point("funds_allotted", "2020", None, dim="F11", **by),
            point("funds_allotted", "2021", None, dim="F12", **by),
            point("funds_allotted", "2021", None, dim="F11", **by),
        )
    )
    assert named(figure, "预算内投资")["y"] == [543.0, None]
    assert named(figure, "预算内投资")["error_y"]["array"] == [0.5, None]
    assert notes(figure) == ["无数据<br>n/a"]


# -- filing -----------------------------------------------------------------------------------------------------------
def _filing(units: int, missing: int) -> FilingFrame:
    cells = [
        FilingCell(
            "J2",
            "2023-04",
            f"{110101 + n}",
            f"单位{n}",
            "110000",
            "北京",
            "missing" if n < missing else "returned" if n == missing else "accepted",
            1,
            None,
        )
        for n in range(units)
    ]
    return FilingFrame("filing_status", tuple(cells), True, "2026-11-25", None, True)


def test_filing_status_writes_a_letter_on_what_is_not_accepted() -> None:
    heat = traces(filing_status(_filing(3, 1)))[0]
    assert heat["text"] == [["缺"], ["退"], [""]] and heat["z"] == [[0], [2], [4]]
    names = [t["name"] for t in traces(filing_status(_filing(3, 1)))[1:]]
    assert [n[:2] for n in names] == ["已接", "退回", "缺报"]


def test_filing_status_draws_provinces_when_units_are_many() -> None:
    heat = traces(filing_status(_filing(MOST_UNITS + 1, 2)))[0]
    assert heat["y"] == ["北京"] and heat["text"] == [[f"{MOST_UNITS + 1 - 3}/{MOST_UNITS + 1}"]] and heat["z"] == [[0]]


# -- all --------------------------------------------------------------------------------------------------------------
DRAWN = {
    yearly_starts: ("starts", "2021"),
    benefited_households: ("households", "2019"),
    funds_by_source: ("funds", "2023-12"),
}


@pytest.mark.parametrize("draw", DRAWN, ids=lambda d: str(d.__name__))
@pytest.mark.parametrize("sample", [True, False])
def test_every_sample_title_carries_the_mark(draw: Any, sample: bool, frame: F, request: pytest.FixtureRequest) -> None:
    given = request.getfixturevalue(DRAWN[draw][0])
    figure = draw(frame(*given.points, others=given.others, sample=sample))
    assert ("模拟数据" in title(figure)) is sample


@pytest.mark.parametrize("draw", DRAWN, ids=lambda d: str(d.__name__))
def test_a_figure_is_pure(draw: Any, request: pytest.FixtureRequest) -> None:
    given = request.getfixturevalue(DRAWN[draw][0])
    before = given.points
    assert draw(given).to_json() == draw(given).to_json()
    assert given.points == before
    assert not [t for t in traces(draw(given)) if "geo" in t["type"] or "choropleth" in t["type"]]  # stack.md: fetches


def test_values_stay_exact_until_the_trace(starts: Frame) -> None:
    assert all(isinstance(p.value, Decimal) for p in starts.points if not p.is_gap)


@pytest.mark.parametrize("draw", DRAWN, ids=lambda d: str(d.__name__))
def test_an_english_chart_has_no_chinese_but_names(draw: Any, frame: F, request: pytest.FixtureRequest) -> None:
    given = request.getfixturevalue(DRAWN[draw][0])
    english = draw(frame(*given.points, others=given.others), "en")
    said = title(english) + "".join(t.get("name", "") for t in traces(english))
    assert not [c for c in said if "\u4e00" <= c <= "\u9fff"]


def test_funds_chain_says_what_is_missing_and_draws_zero_as_zero(point: P, frame: F) -> None:
    values = {"funds_planned": "100000000", "funds_arrived": "80000000", "funds_returned": "0"}
    figure = funds_chain(frame(*(point(i, "2023-12", values.get(i)) for i in CHAIN)))
    [bars] = traces(figure)
    assert bars["x"] == [1.0, None, 0.8, None, 0.0, None, None]
    assert len([n for n in notes(figure) if "无数据" in n]) == 4


def test_effects_have_a_panel_each_and_no_bar_for_a_year_without_a_figure(point: P, frame: F) -> None:
    figure = effects_years(
        frame(
            point("effect_elev", "2021", "12000", area_zh="全国"),
            point("effect_elev", "2022", None),
            point("effect_park_add", "2021", "850000"),
            point("effect_park_add", "2022", "1"),
        )
    )
    bars = traces(figure)
    assert [t["y"] for t in bars] == [[1.2, None], [85.0, 0.0001]] and len({t["xaxis"] for t in bars}) == 2
