"""Every control total answered. Expectations are worked by hand from control-totals-notes.md, not from output."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from filings.reader import open_reader
from filings.reconcile import VERDICTS, reconcile
from ingestion.catalogue import catalogue
from ingestion.errors import UsageError
from ingestion.transcripts import write_source
from quality.receive import Receiver
from quality.warehouse import build

Answers = dict[str, dict[str, Any]]
NATION = "000000"


def answers_of(home: Path, period: str | None = None) -> list[dict[str, Any]]:
    with open_reader(home) as reader:
        return reconcile(reader, period)


def home_with(home: Path, sources: Iterable[str], cells: dict[str, int] | None = None) -> Answers:
    """A home that received only these publications; cells of their table sheet overwritten as told."""
    receiver = Receiver(home)
    receiver.store.seed()
    for source_id in sources:
        path = home / "demo" / f"{source_id}.xlsx"
        assert write_source(catalogue().source(source_id), catalogue(), path)
        if cells:
            book = openpyxl.load_workbook(path)
            for address, value in cells.items():
                book["表"][address] = value
            book.save(path)
        assert receiver.receive([path], source_id=source_id)[0]["verdict"] == "accepted"
    build(home)
    return {a["total_id"]: a for a in answers_of(home)}


@pytest.fixture(scope="module")
def listed(published_home: Path) -> list[dict[str, Any]]:
    return answers_of(published_home)


@pytest.fixture(scope="module")
def answers(listed: list[dict[str, Any]]) -> Answers:
    return {a["total_id"]: a for a in listed}


# -- all of them ------------------------------------------------------------------------------------------------------
def test_every_total_is_answered_once_and_in_file_order(listed: list[dict[str, Any]]) -> None:
    assert [a["total_id"] for a in listed] == [t.total_id for t in catalogue().control_totals]
    assert len(listed) == 1299
    assert {a["verdict"] for a in listed} == set(VERDICTS)
    assert {a["independence"] for a in listed} == {"independent", "same_publication", None}


def test_every_answer_has_a_sentence_in_both_languages(listed: list[dict[str, Any]]) -> None:
    for a in listed:
        assert a["reason"].endswith("。") and a["reason_en"].endswith("."), a
        assert not any(isinstance(a[k], float) for k in a), a


def test_independent_evidence_never_rests_on_the_compared_publication(listed: list[dict[str, Any]]) -> None:
    for a in listed:
        key = a["total_id"].split("-")[0]
        if a["independence"] == "independent":
            assert key not in a["ours_sources"], a
        if a["independence"] == "same_publication":
            assert key in a["ours_sources"], a
        if a["verdict"] in ("same_source", "no_data"):
            assert a["independence"] is None, a


def test_the_tolerance_separates_agreement_from_difference(listed: list[dict[str, Any]]) -> None:
    open_ended = {t.total_id for t in catalogue().control_totals if t.qualifier != "exact" and not t.rounding_half_unit}
    for a in listed:
        if a["total_id"] in open_ended:
            continue
        if a["verdict"] == "agrees":
            assert abs(D(a["difference"])) <= D(a["tolerance"]), a
        if a["verdict"] == "differs":
            assert abs(D(a["difference"])) > D(a["tolerance"]), a
        if a["difference"] is not None:
            assert D(a["difference"]) == D(a["ours"]) - D(a["published_value"]), a


def test_doubtful_totals_say_so_and_are_never_plainly_different(answers: Answers) -> None:
    doubtful = [t for t in catalogue().control_totals if t.is_doubtful]
    assert len(doubtful) == 11
    for t in doubtful:
        assert "存疑" in answers[t.total_id]["reason"]
        assert answers[t.total_id]["verdict"] != "differs"


def test_derived_totals_say_that_they_were_not_printed(answers: Answers) -> None:
    for total_id in ("M2105-000000-start_rate_communities-20210430-y", "M2206rm-000000-parking_spaces-20210531-y"):
        assert answers[total_id]["verdict"] == "no_data"
        assert "并未印出" in answers[total_id]["reason"]


# -- notes §1: rows against the national figure -----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("total_id", "ours", "difference"),
    [
        ("T2306-000000-start_communities-20230630-y", 42_621, 0),
        ("T2306-000000-start_communities-20230630-y-text", 42_621, 21),
        ("T2309-000000-start_communities-20230930-y", 51_294, 0),
        ("T2309-000000-start_communities-20230930-y-text", 51_294, -6),
        ("T2405-000000-start_communities-20240531-y", 22_627, 27),
    ],
)
def test_the_32_rows_add_up_to_the_national_figure(answers: Answers, total_id: str, ours: int, difference: int) -> None:
    a = answers[total_id]
    assert (a["verdict"], a["independence"], a["ours_basis"]) == ("agrees", "same_publication", "summed")
    assert (a["ours"], a["difference"]) == (ours, difference)


def test_rows_with_units_missing_leave_an_interval_and_no_verdict(answers: Answers) -> None:
    august = answers["T2308-000000-start_communities-20230831-y"]
    assert august["verdict"] == "no_data" and august["ours"] is None
    for word in ("49590", "210", "±50", "天津", "西藏"):
        assert word in august["reason"]
    december = answers["T2212-000000-start_households-20221231-a"]
    assert december["verdict"] == "no_data"
    for word in ("8530200", "229800", "新疆", "兵团"):  # 876.00万 − 853.02万
        assert word in december["reason"]


# -- notes §2: years against the cumulative figures -------------------------------------------------------------------
@pytest.mark.parametrize(
    ("total_id", "ours", "verdict"),
    [
        ("M2109-000000-start_communities-20201231-c", 59_279, "agrees"),  # 1.9万 + 40279
        ("M2109-000000-benefited_households-20201231-c", 10_877_300, "agrees"),  # 352 + 735.73万
        ("M2112-000000-start_communities-20211231-c", 114_879, "explained"),
        ("M2309gy-000000-start_communities-20221231-c", 148_379, "agrees"),
        ("M2309gy-000000-benefited_households-20221231-c", 25_767_300, "agrees"),  # 735.73 + 965 + 876万
        ("seed000-000000-start_communities-20221231-c", 167_379, "agrees"),
        ("M2303ni-000000-start_communities-20221231-c", 167_379, "agrees"),
        ("seed000-000000-benefited_households-20221231-c", 29_287_300, "agrees"),
        ("M2208-000000-start_communities-20220831-c", 163_179, "explained"),  # + 4.83万 of August 2022
        ("M2405sy-000000-start_communities-20231231-c", 221_079, "agrees"),
        ("M2405sy-000000-benefited_households-20231231-c", 38_257_300, "agrees"),
        ("M2408qin-000000-start_communities-20240731-c", 259_079, "agrees"),  # + 3.8万 of July 2024
        ("M2408scio-000000-start_communities-20240802-c", 254_079, "agrees"),  # + 3.3万: June was the last published
        ("M2503ni-000000-start_communities-20241231-c", 279_079, "agrees"),
        ("M2505qin-000000-start_communities-20241231-c", 279_079, "agrees"),
        ("M2510x-000000-start_communities-20251011-c", 244_100, "agrees"),  # only to the end of September 2025
        ("M2112w-000000-start_communities-20211209-c", 112_679, "explained"),  # 11.27 with October, printed 11.2
    ],
)
def test_the_years_add_up_to_the_cumulative_figure(answers: Answers, total_id: str, ours: int, verdict: str) -> None:
    a = answers[total_id]
    assert (a["verdict"], a["ours"], a["ours_basis"]) == (verdict, ours, "years")


def test_22万_agrees_with_years_of_other_publications_alone(answers: Answers) -> None:
    a = answers["M2312-000000-start_communities-20231231-c"]
    assert (a["verdict"], a["independence"]) == ("agrees", "independent")


def test_11_4万_is_cut_and_not_rounded(answers: Answers) -> None:
    a = answers["M2112-000000-start_communities-20211231-c"]
    assert a["difference"] == 879
    assert "截尾而非四舍五入" in a["reason"] and "cut, not rounded" in a["reason_en"]


def test_ten_years_hold_nothing_before_2019(answers: Answers) -> None:
    a = answers["M2208-000000-start_communities-20220831-c"]
    assert a["period"] == "2012-09-01/2022-08-31" and "2019年以前没有计入" in a["reason"]


def test_money_adds_up_as_text(answers: Answers) -> None:
    a = answers["F2011ndrc-000000-central_budget_investment-20201231-c"]  # 250亿 + 543亿
    assert (a["indicator"], a["dims"], a["verdict"]) == ("funds_allotted", {"source": "F12"}, "agrees")
    assert (a["ours"], a["difference"]) == ("79300000000", "0")


def test_a_sum_that_lacks_a_year_says_which(answers: Answers) -> None:
    a = answers["M2505qin-000000-benefited_households-20241231-c"]  # households of 2024 were never printed
    assert a["verdict"] == "same_source" and "缺2024年的数" in a["reason"]


# -- two publications -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("total_id", "ours", "difference", "source"),
    [
        ("M2012-000000-start_communities-20201231-a", 40_279, -21, "M2012cyol"),
        ("seed000-000000-start_communities-20221231-a", 52_500, 0, "T2212"),
        ("PSN20-610000-start_communities-20201231-a", 2_943, 0, "M2012cyol"),
        ("PHA23-410000-start_households-20221231-a", 389_400, 0, "T2212"),
        ("PSD23-370000-plan_communities-20221231-a", 3_889, 0, "T2212"),
    ],
)
def test_two_publications_agree(answers: Answers, total_id: str, ours: int, difference: int, source: str) -> None:
    a = answers[total_id]
    assert (a["verdict"], a["independence"], a["ours_sources"]) == ("agrees", "independent", [source])
    assert (a["ours"], a["difference"]) == (ours, difference)


@pytest.mark.parametrize(
    ("total_id", "difference", "verdict"),
    [
        ("PBJ2303-110000-start_communities-20221231-a", 411 - 330, "other_definition"),
        ("T2212-110000-start_communities-20221231-a", 330 - 411, "other_definition"),
        ("PGD23-440000-start_communities-20230831-y", 1347 - 1409, "explained"),
        ("PSC20-510000-start_communities-20201231-a", 4221 - 4219, "explained"),
        ("PJL22-220000-plan_communities-20221231-a", 1142 - 1100, "explained"),
        ("PHA23-410000-plan_households-20221231-a", 378_600 - 370_000, "other_definition"),
        ("M2403ni-000000-start_communities-20231231-a", 53_700 - 53_000, "explained"),  # spoken, cut
        (
            "T2205-640000-plan_communities-20221231-a",
            333 - 374,
            "explained",
        ),  # the plan was revised between the two tables
    ],
)
def test_known_differences_are_told_from_unknown_ones(
    answers: Answers, total_id: str, difference: int, verdict: str
) -> None:
    assert (answers[total_id]["difference"], answers[total_id]["verdict"]) == (difference, verdict)


def test_an_explanation_holds_only_against_the_publications_that_it_names(answers: Answers) -> None:
    for explanation in catalogue().explanations.totals:
        a = answers[explanation.total_id]
        if explanation.against:
            assert set(explanation.against) & set(a["ours_sources"]), explanation.total_id
            assert explanation.zh in a["reason"], explanation.total_id


# -- rates ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("total_id", "ours", "verdict"),
    [
        ("T2205-110000-start_rate_communities-20220531-y", "70.75", "agrees"),  # 283 ÷ 400, printed 70.8
        ("T2205-130000-start_rate_communities-20220531-y", "100", "agrees"),  # 3698 ÷ 3698, 全部开工
        ("M2107-140000-start_rate_communities-20210731-y", "48.2315", "agrees"),  # 900 ÷ 1866, printed 48.2
        ("T2306-000000-start_rate_communities-20230630-y", "80.417", "agrees"),  # 42621 ÷ 5.3万, printed 80.4
        ("M2105-000000-start_rate_communities-20210531-y", "43.2075", "explained"),  # 2.29万 ÷ 5.3万, printed 42.4
        ("T2306-210000-start_rate_communities-20230630-y", "113.8333", "explained"),  # 1366 ÷ 1200, printed 95
        ("T2309-110000-start_rate_communities-20230930-y", "89.701", "differs"),  # 270 ÷ 301, printed 90.0
    ],
)
def test_a_rate_is_started_over_planned(answers: Answers, total_id: str, ours: str, verdict: str) -> None:
    assert (answers[total_id]["ours"], answers[total_id]["verdict"]) == (ours, verdict)


def test_a_rate_without_a_printed_plan_cannot_be_tested(answers: Answers) -> None:
    a = answers["T2306-410000-start_rate_communities-20230630-y"]
    assert a["verdict"] == "no_data" and "没有资料印出河南2023年的计划数" in a["reason"]


def test_starts_of_other_months_bound_a_membership_list(answers: Answers) -> None:
    # 山东 had started 3892 of 3889 by August 2022: whatever September was, all had started
    assert answers["M2209-370000-start_rate_communities-20220930-y"]["verdict"] == "agrees"
    # 湖北 had 2660 of 3053 in May and 3248 in December: July is open
    assert answers["M2207-420000-start_rate_communities-20220731-y"]["verdict"] == "no_data"


# -- names and definitions --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "name",
    ["central_subsidy_housing_total", "chargers_total", "complete_communities_outside_plan", "urban_pipelines_km",
     "start_communities_2019_plan"],
)  # fmt: skip
def test_another_definition_is_named_and_not_called_missing(listed: list[dict[str, Any]], name: str) -> None:
    found = [a for a in listed if a["indicator"] == name]
    assert found and {a["verdict"] for a in found} == {"other_definition"}


@pytest.mark.parametrize(
    "total_id",
    [
        "PHL24-230000-pipelines_water_km-20241115-c",  # water and drainage
        "M2206rm-000000-ev_chargers-20220531-y",  # of which kind is not said
        "M2512-000000-elevators-20251231-a",  # under urban renewal
        "PNM2311-150000-energy_retrofit_area_m2-20231130-y",  # newly started
    ],
)
def test_a_row_whose_words_differ_from_its_name_is_not_received_under_it(answers: Answers, total_id: str) -> None:
    a = answers[total_id]
    assert (a["verdict"], a["ours"], a["independence"]) == ("other_definition", None, None)
    assert catalogue().explanations.other(total_id).zh in a["reason"]  # type: ignore[union-attr]


def test_effects_printed_twice_agree_and_old_vintages_are_compared_with_none(answers: Answers) -> None:
    assert answers["M2405sy-000000-elevators-20231231-c"]["ours_sources"] == ["M2312"]
    assert answers["M2312-000000-parking_spaces-20231231-a"]["verdict"] == "agrees"
    for name in ("elevators", "parking_spaces", "ev_chargers", "service_facilities", "pipelines_km"):
        assert answers[f"M2210tv-000000-{name}-20221031-c"]["verdict"] == "same_source"


def test_one_source_of_funds_is_never_taken_for_another(answers: Answers) -> None:
    a = answers["PNM2311-150000-provincial_subsidy-20231130-y"]  # 5.3亿 beside 20.56亿 of the centre, one table
    assert (a["verdict"], a["ours"]) == ("same_source", "530000000")


def test_only_three_differences_have_no_known_reason(listed: list[dict[str, Any]]) -> None:
    assert {a["total_id"] for a in listed if a["verdict"] == "differs"} == {
        "M2211-000000-start_rate_households-20221130-y",  # 876.01 ÷ 840 = 104.29 %, printed 104.4
        "M2210rm-000000-benefited_households-20221031-c",  # more than 2800万 against 2911.98万
        "T2309-110000-start_rate_communities-20230930-y",  # 270 ÷ 301
    }


@pytest.mark.parametrize("name", ["example_consent_rate", "content_classes", "need_households", "tax_inclusion_rate"])
def test_what_is_no_figure_of_the_survey_says_why(listed: list[dict[str, Any]], name: str) -> None:
    found = [a for a in listed if a["indicator"] == name]
    assert found and {a["verdict"] for a in found} == {"no_data"}


def test_a_stock_is_not_compared_with_the_year_to_date_of_the_same_day(answers: Answers) -> None:
    a = answers["PJS22-320000-benefited_people-20221124-s"]  # 1300万人 so far; 56.2万户 started in the year
    assert (a["verdict"], a["ours"]) == ("no_data", None)


# -- copies, plants and removals --------------------------------------------------------------------------------------
def test_rows_of_the_transcribed_table_are_copies_of_its_cells(answers: Answers) -> None:
    a = answers["T2309-320000-start_communities-20230930-y"]
    assert (a["verdict"], a["ours"], a["difference"]) == ("same_source", 1_595, 0)


def test_the_period_filter_keeps_matching_rows_only(published_home: Path) -> None:
    assert {a["period"] for a in answers_of(published_home, "2023-09")} == {"2023-09"}
    assert {a["period"] for a in answers_of(published_home, "2019/2022")} == {"2019/2022"}
    assert {a["period"] for a in answers_of(published_home, "2022")} <= {"2022", "2022-12"}
    assert answers_of(published_home, "2018-02") == []
    with pytest.raises(UsageError):
        answers_of(published_home, "last year")


def test_a_wrong_row_makes_the_total_differ(tmp_path: Path, cell_of: Callable[[str, str], str]) -> None:
    planted = home_with(tmp_path, ["T2306"], {cell_of("T2306", "江苏"): 1_598})  # printed 1498
    total = planted["T2306-000000-start_communities-20230630-y"]
    assert (total["verdict"], total["independence"]) == ("differs", "same_publication")
    assert (total["ours"], total["difference"]) == (42_721, 100)
    assert planted["T2306-320000-start_communities-20230630-y"]["verdict"] == "differs"
    assert planted["T2306-310000-start_communities-20230630-y"]["verdict"] == "same_source"


def test_a_wrong_total_row_differs_though_its_rows_add_up(tmp_path: Path, cell_of: Callable[[str, str], str]) -> None:
    planted = home_with(tmp_path, ["T2306"], {cell_of("T2306", "合计"): 42_612})  # two digits changed places
    total = planted["T2306-000000-start_communities-20230630-y"]
    assert (total["verdict"], total["ours"], total["difference"]) == ("differs", 42_612, -9)
    assert planted["T2306-000000-start_communities-20230630-y-text"]["verdict"] == "agrees"


def test_a_publication_less_is_evidence_less(tmp_path: Path) -> None:
    both = home_with(tmp_path / "both", ["M2012", "M2012cyol"])
    one = home_with(tmp_path / "one", ["M2012"])
    total_id, other_id = "M2012-000000-start_communities-20201231-a", "M2012cyol-610000-start_communities-20201231-a"
    assert both[total_id]["verdict"] == "agrees" and one[total_id]["verdict"] == "same_source"
    assert both[other_id]["verdict"] == "same_source" and one[other_id]["verdict"] == "no_data"
    assert len(one) == 1299


@pytest.fixture
def cell_of(tmp_path: Path) -> Callable[[str, str], str]:
    """Where a publication prints the starts of a unit: the third column of its table."""

    def find(source_id: str, label: str) -> str:
        path = tmp_path / "look.xlsx"
        write_source(catalogue().source(source_id), catalogue(), path)
        for row in openpyxl.load_workbook(path)["表"].iter_rows():
            if label in (row[0].value, row[1].value):
                return str(row[2].coordinate)
        raise AssertionError(f"{source_id} prints no row {label}")

    return find
