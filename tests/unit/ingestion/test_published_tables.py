"""The real tables, read as printed: totals worked by hand in the README of the transcripts, faults planted in copies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal as D
from functools import cache
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from ingestion.catalogue import catalogue
from ingestion.model import Finding, Observation, ReadResult
from ingestion.publications import read_publication
from ingestion.reading import read_bytes
from ingestion.transcripts import write_source
from ingestion.workbook import Cell, Sheet, Workbook, read_workbook, split_address

TABLES = [s.id for s in catalogue().sources.values() if s.transcript]
CUT = ("T2205", "R03", "R04", "R07", "R09", "R16", "R20")


@cache
def written(source: str) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x.xlsx"
        assert write_source(catalogue().source(source), catalogue(), path)
        return path.read_bytes()


@cache
def whole(source: str) -> ReadResult:
    return read_publication(read_workbook(written(source)), catalogue().source(source), catalogue())


def overwritten(sheet: Sheet, cells: Mapping[tuple[int, int], str | D | None]) -> Sheet:
    """A sheet with other contents in some cells (None: emptied). Sheets of one blank share what they hold: none is changed."""
    made = dict(sheet.cells)
    for place, value in cells.items():
        if value is None:
            del made[place]
        else:
            made[place] = Cell(*place, "s" if isinstance(value, str) else "n", str(value))
    hidden = sheet.hidden_rows, sheet.hidden_columns
    return Sheet(sheet.name, sheet.visible, made, dict(sheet.formulas), sheet.merged, *hidden, sheet.cut_at)


def changed(source: str, **cells: str | D | None) -> ReadResult:
    """The same table with some cells of its first sheet overwritten (None: emptied)."""
    book = read_workbook(written(source))
    book.sheets[0] = overwritten(book.sheets[0], {split_address(a): v for a, v in cells.items()})
    return read_publication(book, catalogue().source(source), catalogue())


def found(result: ReadResult, *rules: str) -> list[Finding]:
    return [f for f in result.findings if f.rule in rules]


def held(result: ReadResult, indicator: str, role: str, dim: str = "") -> list[Observation]:
    return [o for o in result.observations if (o.indicator, o.role, o.dim_code) == (indicator, role, dim)]


def test_rows_beside_a_lump_are_never_summed_into_the_city_and_registered_zones_are_rows() -> None:
    roles = {
        source: {o.role for o in whole(source).observations if o.indicator == "plan_communities"} for source in TABLES
    }
    assert {s for s, held_by in roles.items() if "part" in held_by} == {"R10", "R12"}
    # 三县 are lumped in 蚌埠; the zones of 襄阳 and 徐州 are units, so that all rows are there
    assert "row" not in roles["R10"] and all("row" in roles[s] for s in ("R08", "R19"))
    assert {o.role for o in held(whole("R01"), "plan_communities", "row")} == {"row"}
    # the districts of 十堰 in 2021 stand beside 其他县市区
    assert roles["R12"] == {"part", "total"}


def sum_of(result: ReadResult, indicator: str, role: str, dim: str = "") -> D:
    return sum((o.value for o in held(result, indicator, role, dim)), D(0))


# -- all of them ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("source", TABLES)
def test_a_table_is_read_without_an_error_and_only_a_cut_copy_warns_of_it(source: str) -> None:
    result = whole(source)
    assert result.observations or result.listed
    assert not [f for f in result.findings if f.severity == "error"]
    assert bool(found(result, "CUT-001")) == (source in CUT)
    # 渌口 reports 100 % paid of a third, 天长 spread its money by area, 南湖 prints no unit: the other warnings
    others = {"R07": {"LST-004"}, "R16": {"UNT-001"}, "R18": {"CTL-001"}}.get(source, set())
    assert {f.rule for f in result.findings if f.severity == "warning"} - {"CUT-001"} == others


def cells_of(book: Workbook) -> Iterator[tuple[int, tuple[int, int]]]:
    for n, sheet in enumerate(book.sheets):
        for key in list(sheet.cells):
            if sheet.visible:
                yield n, key


@pytest.mark.parametrize("source", TABLES)
def test_any_cell_may_hold_anything_and_is_never_a_traceback(source: str) -> None:
    book = read_workbook(written(source))
    texts = cycle(["", "约", "-5", "12、", "1,2,3个", "９９９９年13月", "((", "合计", "2e400"])
    for (n, key), text in zip(list(cells_of(book)), texts, strict=False):
        before = book.sheets[n]
        book.sheets[n] = overwritten(before, {key: text})
        read_publication(book, catalogue().source(source), catalogue())
        book.sheets[n] = before


@pytest.mark.parametrize("source", TABLES)
def test_an_empty_sheet_and_a_header_alone_are_findings(source: str) -> None:
    book = read_workbook(written(source))
    sheet = book.sheets[0]
    rows = [*whole(source).observations, *(r for r in whole(source).listed if r.role != "form")]
    top = min(r.row_no for r in rows if r.sheet == sheet.name)
    for kept in ({}, {k: c for k, c in sheet.cells.items() if k[0] < top}):
        empty = Workbook([Sheet(sheet.name, True, dict(kept), {}, sheet.merged)], False)
        result = read_publication(empty, catalogue().source(source), catalogue())
        assert not result.observations and not [r for r in result.listed if r.role != "form"]
        assert found(result, "RNR-001") or result.listed
    assert found(read_publication(Workbook([], False), catalogue().source(source), catalogue()), "FLF-010")


def test_a_count_below_zero_is_asked_about() -> None:
    result = changed("R08", C3="-26个")
    assert [(f.cell, f.severity) for f in found(result, "FDT-001")] == [("C3", "error")]


@pytest.mark.parametrize("source", [s for s in TABLES if not catalogue().source(s).columns])
def test_the_transcript_itself_reads_as_the_workbook_does(source: str) -> None:
    held = catalogue().source(source)
    data = (catalogue().root / "sources" / "transcripts" / str(held.transcript)).read_bytes()
    result, _ = read_bytes(data, catalogue(), source)
    assert not [f for f in result.findings if f.severity == "error"]
    figures = {(o.indicator, o.unit_code, o.dim_code, o.value) for o in whole(source).observations if o.role != "text"}
    assert {(o.indicator, o.unit_code, o.dim_code, o.value) for o in result.observations} == figures
    assert len([r for r in result.listed if r.role == "row"]) == len(
        [r for r in whole(source).listed if r.role == "row"]
    )


def test_a_count_below_zero_is_asked_about_in_a_number_cell_too() -> None:
    result = changed("R01", D6=D("-44"))
    assert [(f.cell, f.severity) for f in found(result, "FDT-001")] == [("D6", "error")]
    assert sum_of(result, "started_communities", "row") == D(1110 - 44)


def test_a_number_kept_as_text_is_read_and_said() -> None:
    result = changed("R01", D6="４４")
    assert [(f.cell, f.found) for f in found(result, "FDT-003")] == [("D6", "４４")]
    assert sum_of(result, "started_communities", "row") == D(1110)


def hunan(*rows: str, at: int = 99, without: tuple[int, ...] = ()) -> ReadResult:
    """The table of Hunan as text with rows put in before a line, or left out. Line 5 is 长沙, 19 is the total."""
    path = catalogue().root / "sources" / "transcripts" / "01_hunan_progress_2021-08.csv"
    lines = [line for n, line in enumerate(path.read_text("utf-8").splitlines(), start=1) if n not in without]
    lines[at - 1 : at - 1] = rows
    return read_bytes("\n".join([*lines, ""]).encode(), catalogue(), "R01")[0]


@pytest.mark.parametrize("label", ["小计", "小 计", "长株潭小计", "合计（三市）", "累计", "总计：", "全省合计"])
def test_a_subtotal_in_any_position_is_checked_and_never_added(label: str) -> None:
    # 150 + 71 + 87 = 308; 143 + 44 + 71 = 258; 86157.25 + 13533.40 + 19099.87 = 118790.52; … = 48523.29
    sound = hunan(f",{label},308,258,,118790.52,48523.29,", at=8)
    assert not found(sound, "L-004") or [f.cell for f in found(sound, "L-004")] == ["F20"]  # the printed 0.03
    assert [(f.cell, f.severity) for f in found(sound, "ROW-007")] == [("B8", "info")]
    assert sound.observations != [] and sum_of(sound, "plan_communities", "row") == D(1500)
    wrong = hunan(f",{label},308,259,,118790.52,48523.29,", at=8)
    assert [(f.cell, f.severity) for f in found(wrong, "L-004") if f.cell != "F20"] == [("D8", "warning")]


def test_a_part_of_a_row_is_not_added_and_a_subtotal_may_stand_above_its_rows() -> None:
    part = hunan(",其中：市本级,50,40,,1,1,", at=6)
    assert sum_of(part, "started_communities", "row") == D(1110) and not found(part, "EVA-002")
    above = hunan(",三市小计,308,258,,118790.52,48523.29,", ",其余小计,1192,852,,633603.24,233159.31,", at=5)
    assert {f.cell for f in found(above, "L-004")} <= {"C6", "D6", "F6", "G6", "F21"}


def test_two_totals_that_differ_are_an_error_and_two_that_agree_are_none() -> None:
    twice = hunan("全省,,1500,1111,74.00%,752393.73,281682.60,37.44%")
    assert [(f.cell, f.severity) for f in found(twice, "RWD-001")] == [("D20", "error")]
    assert not found(hunan("全省,,1500,1110,74.00%,752393.73,281682.60,37.44%"), "RWD-001")


def test_a_row_below_the_total_and_a_table_without_its_total_are_asked_about() -> None:
    below = hunan("14,湘西州,85,30,35.29%,77402,5468.18,7.06%", without=(18,))
    assert [(f.cell, f.found) for f in found(below, "ROW-010")] == [("A19", "湘西州")]
    assert sum_of(below, "plan_communities", "row") == D(1500)
    cut = hunan(without=tuple(range(12, 20)))
    assert [(f.cell, f.severity) for f in found(cut, "CUT-002")] == [("A11", "warning")]


def test_footers_are_kept_as_notes() -> None:
    result = hunan("注：按月调度", "填表人：〔略〕,,审核：〔略〕")
    assert [(f.cell, f.severity) for f in found(result, "ROW-007")] == [("A20", "info"), ("A21", "info")]
    assert not found(result, "ROW-004")


@pytest.mark.parametrize("text", ["44个月", "44个百分点", "44户", "44立方米"])
def test_a_word_that_only_holds_the_name_of_the_unit_is_another_unit(text: str) -> None:
    assert [f.cell for f in found(changed("R01", D6=text), "UNT-001")] == ["D6"]


# -- 01 Hunan ---------------------------------------------------------------------------------------------------------
def test_hunan_counts_its_own_programme_and_its_investment_lacks_three_hundred_yuan() -> None:
    result = whole("R01")
    assert catalogue().source("R01").programme == "local"
    for indicator, value in {
        "plan_communities": D(1500),
        "started_communities": D(1110),
        "investment_done": D("2816826000"),  # 281682.60 万元
    }.items():
        assert sum_of(result, indicator, "row") == sum_of(result, indicator, "total") == value
        assert len({o.unit_code for o in held(result, indicator, "row")}) == 14
    assert sum_of(result, "funds_planned", "row") - sum_of(result, "funds_planned", "total") == 300  # .76 − .73 万元
    (said,) = found(result, "L-004")
    assert (said.severity, said.cell, said.found) == ("info", "F19", "752393.73") and "0.03" in said.message_zh
    assert {o.period_end for o in held(result, "started_communities", "total")} == {dt.date(2021, 8, 31)}
    assert not found(result, "CTL-001")  # all thirty printed rates agree
    # fifteen amounts of 0.01 万元 explain 0.075 at most
    assert [f.severity for f in found(changed("R01", F5=D("86157.35")), "L-004")] == ["warning"]


def test_a_rate_is_compared_with_the_operands_of_its_own_row() -> None:
    said = found(changed("R01", E6="63.97%"), "CTL-001")
    assert [(f.cell, f.found, f.expected) for f in said] == [("E6", "63.97%", "61.97%")]


def test_a_column_without_any_unit_is_a_question_and_the_others_are_read() -> None:
    source = catalogue().source("R01").model_copy(update={"units": {}})
    result = read_publication(read_workbook(written("R01")), source, catalogue())
    assert [(f.cell, f.severity) for f in found(result, "UNT-001")] == [("C4", "warning"), ("D4", "warning")]
    assert not held(result, "plan_communities", "row") and sum_of(result, "investment_done", "row") == D("2816826000")


def without_evidence(source: str, **cells: D) -> ReadResult:
    """The table of a source that states no unit for what prints none."""
    book = read_workbook(written(source))
    book.sheets[0] = overwritten(book.sheets[0], {split_address(a): v for a, v in cells.items()})
    return read_publication(book, catalogue().source(source).model_copy(update={"units": {}}), catalogue())


@pytest.mark.parametrize(("source", "cell"), [("R02", "F1"), ("R03", "G3")])
def test_a_missing_unit_that_the_ratios_leave_one_of_is_proposed_and_not_taken(source: str, cell: str) -> None:
    result = without_evidence(source)
    asked = found(result, "UNT-001")
    assert [(f.cell, f.severity, f.expected) for f in asked] == [(cell, "warning", "万平方米")]
    assert "可能是“万平方米”" in asked[0].message_zh and not held(result, "plan_area_sqm", "row")


def test_a_missing_unit_is_not_proposed_when_one_row_does_not_fit() -> None:
    # 104.87 of 3,000,000 households: 0.35 ㎡ each in 万平方米, and less in any other unit
    (asked,) = found(without_evidence("R02", E3=D(3_000_000)), "UNT-001")
    assert asked.expected is None and "可能是" not in asked.message_zh


@pytest.mark.parametrize(
    ("value", "proposed"),
    [("0.6197", "61.97%"), ("0.62", "62%"), ("1", None)],  # 1 is 1 % or 100 %, and 44 of 71 is neither
)
def test_a_fraction_in_a_rate_column_is_asked_about(value: str, proposed: str | None) -> None:
    assert "61.97%" in [c.text for c in read_workbook(written("R01")).sheets[0].cells.values() if c.row == 6]
    result = changed("R01", E6=D(value))
    asked = found(result, "UNT-002")
    assert [(f.cell, f.severity, f.expected) for f in asked] == [("E6", "warning", proposed)]
    rates = held(result, "start_rate_communities_printed", "row")
    assert not [o for o in rates if o.cell == "E6"] and len(rates) == 13


def test_a_table_of_another_month_is_said() -> None:
    said = found(changed("R01", A3="(截至2021年9月底)"), "EVA-006")
    assert [(f.cell, f.severity, f.found, f.expected) for f in said] == [("A3", "warning", "2021-09-30", "2021-08-31")]
    assert not found(changed("R01", A3="(截至2021.8)"), "EVA-006")


# -- 03, 05, 09: copies that break off --------------------------------------------------------------------------------
def test_jinan_is_incomplete_and_not_wrong() -> None:
    result = whole("R03")
    for indicator, rows, total in [
        ("plan_communities", D(453), D(525)),
        ("plan_buildings", D(2196), D(2440)),  # the broken row prints its buildings
        ("plan_households", D(90644), D(99891)),
        ("plan_area_sqm", D("6752200"), D("7559100")),
    ]:
        assert (sum_of(result, indicator, "row"), sum_of(result, indicator, "total")) == (rows, total)
    assert not found(result, "L-004")
    (said,) = found(result, "CUT-001")
    assert said.severity == "warning"
    for word in ("莱芜区", "户数(户)、建筑面积", "525", "453", "6752200"):
        assert word in said.message_zh
    lixia = next(o for o in held(result, "plan_households", "row") if o.unit_code == "370102")
    assert lixia.value == 56525  # 其中:1.历下区


def test_rows_of_a_cut_copy_above_their_total_are_wrong_all_the_same() -> None:
    assert [f.cell for f in found(changed("R03", D5=D(999)), "L-004")] == ["D4"]


def test_the_table_of_may_2022_wins_and_what_it_lacks_comes_from_its_text() -> None:
    result = whole("T2205")
    rows = [o for o in result.observations if o.role == "row"]
    assert len({o.unit_code for o in rows}) == 11
    assert not [o for o in rows if (o.unit_code, o.indicator) == ("320000", "start_rate_households_printed")]
    (said,) = found(result, "CUT-001")
    assert "江苏" in said.message_zh and "涉及居民户数(万户)/开工率" in said.message_zh
    hebei = {o.indicator: o for o in rows if o.unit_code == "130000"}
    assert hebei["started_households"].value == 532500 and hebei["plan_households"].value == 530000
    assert hebei["start_rate_households_printed"].qualifier == "at_least"
    text = {(o.indicator, o.printed) for o in result.observations if o.role == "text"}
    assert ("started_communities", "2.74万个") in text and ("plan_households", "840万户") in text
    assert not found(result, "CTL-001")  # 宁夏 3.23 ÷ 5.10 = 63.3 %, printed 63.4 %: the operands are rounded


@pytest.mark.parametrize("source", ["T2205", "T2309", "M2210tv", "M2312", "M2510x", "PNM2311"])
def test_a_transcribed_table_loses_no_figure_of_its_key_and_doubles_none(source: str) -> None:
    book, result = catalogue(), whole(source)
    for t in (t for t in book.control_totals if t.key == source):
        if t.indicator not in book.printed_names or book.explanations.other(t.total_id):
            continue
        factor = book.unit(t.unit).factor
        for indicator, dim in book.printed_names[t.indicator]:
            same = [
                o
                for o in result.observations
                if (o.unit_code, o.indicator, o.period_end, o.value)
                == (t.area_code, indicator, t.period_end, t.value * factor)
                and o.dim_code == next(iter(dim.values()), "")
                and o.period_start == t.period_start
            ]
            # a table prints started households alone; 惠及 is the word of sentences
            assert len(same) <= 1, t.total_id
            assert same or (indicator == "benefited_households" and t.indicator == "start_households"), t.total_id


def test_districts_of_wuhan_give_what_each_of_them_printed() -> None:
    result = whole("R09")
    assert sum_of(result, "plan_communities", "row") == 21 + 80 + 24 + 31 + 29
    assert {o.unit_code for o in held(result, "plan_buildings", "row")} == {"420107", "420105"}  # 青山 and 汉阳 alone
    assert sum_of(result, "plan_area_sqm", "row") == D("531800") + D("1359000")
    assert not held(result, "plan_communities", "total")


# -- 08 Xiangyang, 10 Bengbu, 12 Shiyan, 19 Xuzhou: stages, lumps and levels ------------------------------------------
def test_stages_of_xiangyang_add_up_to_its_plan() -> None:
    result = whole("R08")
    plan = sum_of(result, "plan_communities", "total")
    stages = [sum_of(result, "stage_communities", "total", s) for s in ("on_site", "in_tender", "in_design")]
    assert (plan, stages) == (151, [55, 44, 52]) and sum(stages) == plan
    assert sum_of(result, "plan_communities", "row") == 151
    assert sum_of(result, "stage_communities", "row", "in_design") == 52
    zone = {o.indicator: o.value for o in result.observations if o.unit_code == "420671"}  # 高新区, a registered zone
    assert zone == {"plan_communities": 3, "stage_communities": 3}
    assert sum_of(result, "plan_households", "total") == 28743
    for county in {o.unit_code for o in held(result, "plan_communities", "row")}:
        of_county = [o for o in result.observations if o.unit_code == county]
        assert sum(o.value for o in of_county if o.indicator == "stage_communities") == next(
            o.value for o in of_county if o.indicator == "plan_communities"
        )
    assert not found(result, "L-004")
    assert [f.cell for f in found(changed("R08", C22="20个"), "L-004")] == ["C20"]


def test_three_counties_of_bengbu_count_in_the_check_and_are_no_unit() -> None:
    result = whole("R10")
    assert sum_of(result, "plan_communities", "total") == 78
    assert sum_of(result, "plan_communities", "part") == 78 - 7  # 三县; with 15 of the zone 经开区
    assert sum_of(result, "plan_investment", "total") == D("347730000")
    (said,) = found(result, "L-004")  # 25438 households of `25000余户`
    assert (said.severity, said.expected) == ("info", "25438")
    assert not {o.unit_code for o in result.observations} & {"340321", "340322", "340323"}


def test_levels_of_shiyan_add_up_within_each_year() -> None:
    result = whole("R12")
    assert sum_of(result, "plan_communities", "total") == 249  # 60 + 189
    assert sum_of(result, "plan_households", "total") == 66752  # 39883 + 26869
    assert not found(result, "L-004")
    by_year = {(o.unit_code, o.period_end.year): o.value for o in held(result, "plan_households", "row")}
    assert by_year == {("420302", 2020): 12252, ("420303", 2020): 1838, ("420371", 2020): 1126}  # 15216
    assert [f.cell for f in found(changed("R12", E4="1828户"), "L-004")] == ["E2"]  # a member against its group
    assert [f.cell for f in found(changed("R12", D11="188个"), "L-004")] == ["D6"]  # a group against the total
    # the investment of 2021 is the city's; that of 2020 is of the city proper, which is no unit
    assert [(o.period_end.year, o.value) for o in held(result, "plan_investment", "total")] == [(2021, D("2100000000"))]


def test_xuzhou_adds_up_on_two_levels_and_keeps_off_plan_starts_apart() -> None:
    result = whole("R19")
    assert sum_of(result, "plan_communities", "total") == 130
    # 31 of three districts, 99 of nine others, of which 2 and 9 in two registered zones
    assert sum_of(result, "plan_communities", "row") == 31 + 99
    by_unit = {o.unit_code: o.value for o in held(result, "plan_communities", "row")}
    assert (by_unit["320371"], by_unit["320372"]) == (2, 9)
    assert sum_of(result, "plan_buildings", "total") == 715  # 屋, a character lost
    assert sum_of(result, "started_outside_plan", "total") == 5
    assert not held(result, "started_communities", "total")  # 113 holds five that are in no plan
    assert sum_of(result, "effect_elev", "total") == 31
    assert not found(result, "L-004")
    assert [f.cell for f in found(changed("R19", B4="22个"), "L-004")] == ["B3"]
    assert [f.cell for f in found(changed("R19", B25="102部"), "L-004")] == ["B22"]  # 31 + 21 + 101 = 153


# -- 14, 15, 17, 21: labelled figures ---------------------------------------------------------------------------------
def test_two_numbers_in_a_cell_are_told_apart_by_their_units() -> None:
    result = whole("PNM2311")
    assert sum_of(result, "started_communities", "total") == 1639
    assert sum_of(result, "started_households", "total") == 228769
    assert sum_of(result, "accepted_households", "total") == 167900
    assert sum_of(result, "investment_done", "total") == D("4912000000")
    assert sum_of(result, "effect_p_gas", "total") == 178000  # 17.8万米
    assert not held(result, "effect_energy_area", "total")  # 新开工: started, not finished
    assert sum_of(result, "start_rate_communities_printed", "total") == D("102.3")
    unread = changed("PNM2311", B2="1639个、228769户、3部")
    assert [f.cell for f in found(unread, "ROW-004")] == ["B2"]
    assert [f.cell for f in found(changed("PNM2311", B2="1639个、229户、228769户"), "FDT-001")]


def test_parts_of_the_funds_add_up_though_most_answer_no_indicator() -> None:
    assert not found(whole("PNM2311"), "L-004")  # 20.56 + 5.3 + 2 + 2.9 = 30.76
    assert {f.cell for f in found(whole("PNM2311"), "IND-001")} == {"B4", "B7", "B8"}
    said = found(changed("PNM2311", B5="21.56亿元"), "L-004")
    assert [(f.cell, f.severity, f.expected) for f in said] == [("B4", "warning", "3176000000")]


def test_windows_of_the_national_effects_stay_apart() -> None:
    lifts = {
        (o.period_start.isoformat(), o.period_end.isoformat()): o.value
        for source in ("M2210tv", "M2312", "M2510x")
        for o in held(whole(source), "effect_elev", "total")
    }
    assert lifts == {
        ("2022-01-01", "2022-10-31"): 12300,
        ("2019-01-01", "2022-10-31"): 61000,
        ("2023-01-01", "2023-12-31"): 36000,
        ("2019-01-01", "2023-12-31"): 108000,
        ("2021-01-01", "2025-10-11"): 129000,
    }
    households = next(
        o for o in held(whole("M2312"), "benefited_households", "total") if o.accumulation == "cumulative"
    )
    assert (households.value, households.half_unit, households.qualifier) == (38_000_000, 1_000_000, "more_than")
    assert "按2019年起" in next(o.note for o in held(whole("M2210tv"), "effect_evc", "total") if o.value == 35000)


def test_every_number_of_shuangtaizi_with_余_is_a_lower_bound() -> None:
    result = whole("R21")
    assert {o.qualifier for o in result.observations if "余" in o.printed} == {"more_than"}
    assert sum_of(result, "renovated_communities", "row") == sum_of(result, "renovated_communities", "total") == 16
    assert sum_of(result, "renovated_buildings", "row") == 770
    assert sum_of(result, "renovated_area_sqm", "row") == 2_730_000  # 76 + 45 + 110 + 42 万
    households = sum_of(result, "renovated_households", "row"), sum_of(result, "renovated_households", "total")
    assert households == (32400, 33000)
    assert {(f.cell, f.severity) for f in found(result, "L-004")} == {("D2", "info"), ("E2", "info")}
    assert {o.accumulation for o in held(result, "renovated_communities", "total")} == {"cumulative"}


def test_a_return_of_one_indicator_ends_with_its_filer_and_date() -> None:
    result = whole("R17")
    assert [(o.indicator, o.value, o.period_end.isoformat()) for o in result.observations] == [
        ("plan_communities", 15, "2021-12-31"),
        ("started_communities", 15, "2021-12-15"),
    ]
    assert not found(result, "CTL-001", "ROW-004")
    assert [f.cell for f in found(changed("R17", C3=D(14)), "CTL-001")] == ["D3"]  # 14 of 15 is not 100 %


def test_chizhou_says_renovated_and_it_is_neither_started_nor_accepted() -> None:
    result = whole("R22")
    assert sum_of(result, "renovated_communities", "total") == 57 and sum_of(
        result, "renovated_area_sqm", "total"
    ) == D("2287600")
    assert not {o.indicator for o in result.observations} & {"started_communities", "accepted_communities"}
