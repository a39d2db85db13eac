"""Rosters, lots, name lists and a form that places really published: totals worked by hand in the README of the tables."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from ingestion.catalogue import catalogue
from ingestion.model import Listed, ReadResult
from ingestion.publications import read_publication
from ingestion.workbook import read_workbook
from tests.unit.ingestion.test_published_tables import changed, found, overwritten, whole, written


def rows(result: ReadResult, role: str = "row") -> list[Listed]:
    return [r for r in result.listed if r.role == role]


def sum_of(result: ReadResult, name: str, role: str = "row") -> D:
    held = [r.values[name].value for r in rows(result, role) if name in r.values]
    return sum((v for v in held if v is not None), D(0))


# -- 04 雨花: streets and progress --------------------------------------------------------------------------------------
def test_seventeen_communities_of_yuhua_and_twelve_of_the_provincial_programme() -> None:
    result = whole("R04")
    assert len(rows(result)) == 17 and not result.observations  # a list that breaks off counts nothing
    assert sum("programme" in r.values for r in rows(result)) == 12
    assert [f.found for f in found(result, "LST-001")] == ["已开工 17 行", "省民生实事 12 行，空白 5 行"]
    (cut,) = found(result, "CUT-001")
    assert (cut.cell, cut.found) == ("A20", "17")
    last = rows(result)[-2]
    assert (last.name, last.values["place.street"].printed) == ("王家冲小区(20—29栋、43栋)", "砂子塘街道")
    assert last.values["place.community"].printed == "茶园坡社区"


def test_a_street_that_cannot_be_split_is_kept_whole_and_said() -> None:
    result = changed("R04", B5="左家塘")
    assert [f.cell for f in found(result, "ROW-004")] == ["B5"]
    assert rows(result)[2].values["place"].printed == "左家塘"


def test_a_row_with_its_number_alone_is_a_finding_where_no_copy_breaks_off() -> None:
    source = catalogue().source("R04").model_copy(update={"cut": None})
    result = read_publication(read_workbook(written("R04")), source, catalogue())
    assert [f.cell for f in found(result, "ROW-004")] == ["A20"] and not found(result, "CUT-001")


# -- 07 天长: projects ---------------------------------------------------------------------------------------------------
def test_eight_of_twelve_projects_are_incomplete_and_their_money_was_spread() -> None:
    result = whole("R07")
    assert [sum_of(result, n) for n in ("hh", "bld", "area", "inv_total")] == [554, 18, 56600, D("18222000")]
    (cut,) = found(result, "CUT-001")
    for words in (
        "“12个”称12个，已读8个",
        "“703户”，已读各行之和554户",
        "69500平方米",
        "“约2240万元”，已读各行之和18222000元",
    ):
        assert words in cut.message_zh
    assert not found(result, "L-004", "LST-002")
    (even,) = found(result, "LST-004")
    assert (even.cell, even.found, even.severity) == ("F2", "321—324", "warning") and "元/平方米" in even.message_zh


def test_costs_worked_out_for_each_place_are_not_called_even() -> None:
    assert not found(changed("R07", F2="500万元"), "LST-004")


def test_rows_above_what_the_page_announced_are_wrong_even_in_a_cut_copy() -> None:
    said = found(changed("R07", C2="1050户"), "L-004")
    assert [(f.severity, f.found, f.expected) for f in said] == [("warning", "703户", "1499")]


@pytest.mark.parametrize(
    ("text", "rule", "severity"),
    [
        ("105", "UNT-001", "warning"),  # a number without a unit is asked about
        ("105平方米", "UNT-001", "error"),
        ("105户、3栋", "FDT-001", "error"),  # two measures and no rule that parts them
        ("1\ufffd5户", "FDT-001", "error"),
        ("5-8户", "FDT-001", "error"),
    ],
)
def test_a_cell_that_is_no_one_quantity_is_refused_at_its_cell(text: str, rule: str, severity: str) -> None:
    result = changed("R07", C2=text)
    assert [(f.cell, f.severity) for f in found(result, rule)] == [("C2", severity)]
    held = rows(result)[0].values.get("hh")
    assert (held and held.unit) is None and sum(r.values["hh"].value or 0 for r in rows(result)[1:]) == 449


# -- 11 尖草坪: lots ------------------------------------------------------------------------------------------------------
def test_investment_of_a_lot_is_its_own_and_never_filled_down() -> None:
    result = whole("R11")
    lots = {r.name: r.values["lot_investment"].value for r in rows(result, "group")}
    assert lots == {
        "一标段": D("37750000"), "二标段": D("37440000"), "三标段": D("36840000"), "四标段": D("33840000"),
        "五标段": D("50690000"),
    }  # fmt: skip
    assert sum(v for v in lots.values() if v) == sum_of(result, "lot_investment", "total") == D("196560000")
    assert {r.values["lot_investment"].qualifier for r in rows(result, "group")} == {"about"}
    assert not any("lot_investment" in r.values for r in rows(result))
    assert (len(rows(result)), sum_of(result, "bld"), sum_of(result, "hh")) == (9, 80, 3241)
    assert [r.labels["标段"] for r in rows(result)[:3]] == ["一标段", "一标段", "二标段"]
    assert not found(result, "L-004", "LST-002") and not result.observations


def test_of_two_areas_in_a_cell_the_rule_takes_one_and_says_so() -> None:
    result = whole("R11")
    assert rows(result)[-1].values["area"].value == 14100  # 5850 is under protection, not all of it
    assert [(f.cell, f.severity) for f in found(result, "LST-007")] == [("E10", "info")]
    assert [f.cell for f in found(changed("R11", E10="甲5850平方米,乙14100平方米"), "FDT-001")] == ["E10"]


def test_lots_that_do_not_add_up_and_communities_that_lack_are_said() -> None:
    assert [f.expected for f in found(changed("R11", F2="约为3875万元"), "L-004")] == ["197560000"]
    said = found(changed("R11", B11="10个"), "LST-002")
    assert [(f.cell, f.found, f.expected) for f in said] == [("B11", "9", "10")]
    assert [f.cell for f in found(changed("R11", F3="约为100万元"), "LST-006")] == ["F3"]


# -- 13 平度 and 20 合肥: names -----------------------------------------------------------------------------------------
def test_fifty_three_names_and_the_two_that_may_be_one_bank() -> None:
    result = whole("R13")
    assert len(rows(result)) == len({r.name for r in rows(result)}) == 53
    assert [(o.indicator, o.value, o.unit_code) for o in result.observations] == [("plan_communities", 53, "370283")]
    # 福泰花园(东阁) and (凤台), 农业局家属楼(泽山街6号) and (8号) are two each
    said = found(result, "SIM-001")
    assert [(f.severity, f.found, f.expected) for f in said] == [("info", "农行家属楼", "农业银行家属楼")]
    lacking = changed("R13", A54=None)
    assert [(f.found, f.expected) for f in found(lacking, "LST-002")] == [("52", "53")]


def test_house_numbers_of_luyang_go_back_to_their_street() -> None:
    result = whole("R20")
    counts = {r.labels["区"]: 0 for r in rows(result)}
    for row in rows(result):
        counts[row.labels["区"]] += 1
    assert counts == {"包河区18处": 18, "庐阳区21处": 21, "蜀山区11处": 11, "瑶海区14处": 14}
    names = {r.name for r in rows(result)}
    assert {"操兵巷1、18号", "操兵巷24号", "阜阳路144、146-5号", "阳光公寓", "互感器厂及华兴AB楼"} <= names
    assert not found(result, "LST-002")
    (cut,) = found(result, "CUT-001")
    assert "合计 90个，已读各行之和 64" in cut.message_zh
    households = next(o for o in result.observations if o.indicator == "renovated_households")
    assert (households.value, households.qualifier) == (15000, "more_than")


def test_a_district_that_names_more_or_fewer_than_it_claims_is_said() -> None:
    for text, count in (("甲小区、乙小区、18号", "3"), ("甲小区", "1")):
        said = found(changed("R20", B4=text), "LST-002")
        assert [(f.cell, f.found, f.expected) for f in said] == [("A4", count, "11")]


# -- 16 南湖: a form ------------------------------------------------------------------------------------------------------
def test_a_form_with_two_stacked_tables() -> None:
    result = whole("R16")
    (form,) = rows(result, "form")
    texts = {name: v.printed for name, v in form.values.items()}
    assert (texts["domain.name"], texts["domain.code"]) == ("老旧小区改造领域", "15500")
    assert texts["unit"] == "罗湖区南湖街道办事处" and "12个住宅小区以及城中村" in texts["goal"]
    money, *targets = rows(result)
    assert [(v.value, v.unit) for v in money.values.values()] == [(1437, None)] * 3  # 万元 is nowhere printed
    assert [f.found for f in found(result, "UNT-001")] == ["实际支出金额", "下达额度", "实际完成值", "1"]
    assert {r.labels["一级指标"] for r in targets} == {"产出指标(50分)"}
    assert [r.labels["二级指标"] for r in targets] == ["数量指标"] * 3 + ["质量指标"] * 2
    assert [(f.cell, f.found, f.expected) for f in found(result, "LST-003")] == [("F10", "1806套", "1785套")]
    assert [f.cell for f in found(result, "CUT-001")] == ["D13"]


def test_money_beyond_its_limit_and_a_text_without_label_are_said() -> None:
    assert [f.cell for f in found(changed("R16", D7="1,438"), "LST-003")] == ["D7", "F10"]
    assert [f.cell for f in found(changed("R16", F3="另有说明"), "ROW-004")] == ["F3"]
    assert found(changed("R16", A3="内容"), "FLF-010")


def test_a_formula_without_a_value_is_no_blank() -> None:
    book = read_workbook(written("R07"))
    sheet = book.sheets[0] = overwritten(book.sheets[0], {(2, 3): None})
    sheet.formulas[(2, 3)] = "=SUM(A1:A2)"
    result = read_publication(book, catalogue().source("R07"), catalogue())
    assert [(f.cell, f.severity) for f in found(result, "FML-001")] == [("C2", "error")]
