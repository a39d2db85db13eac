"""Forms of tables: whatever is written is read back, whatever places send is read right or asked about."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from ingestion.catalogue import catalogue
from ingestion.form_model import FormField, FormTable
from ingestion.model import Finding, ReadResult
from ingestion.reading import read_bytes
from quality.check import check_answer
from tests.factories import SECOND_TASK, SOUND_J4, SOUND_TASK, cell_of, edit, write_roster

TODAY = dt.date(2024, 1, 31)
FIRST, SECOND = SOUND_TASK["task_id"], SECOND_TASK["task_id"]


def read(path: Path) -> ReadResult:
    return read_bytes(path.read_bytes(), catalogue(), today=TODAY)[0]


def said(result: ReadResult, *severities: str) -> list[tuple[str, str | None, str | None]]:
    """Rule, cell and row key of the findings of these severities."""
    return [(f.rule, f.cell, f.row_key) for f in result.findings if f.severity in (severities or ("error", "warning"))]


def rules(result: ReadResult, *severities: str) -> list[str]:
    return [rule for rule, _, _ in said(result, *severities)]


def filed(result: ReadResult, table: str = "J4") -> list[dict[str, Any]]:
    return [{k: v.filed for k, v in row.values.items()} for row in result.tables[table]]


def changed(tmp_path: Path, change: Callable[[Any], None], sheet: str | int = 0, **how: Any) -> ReadResult:
    return read(edit(write_roster(tmp_path / "a.xlsx"), change, sheet=sheet, **how))


def put(header: str, value: Any, row: int = 1) -> Callable[[Any], None]:
    def change(sheet: Any) -> None:
        cell = cell_of(sheet, header, row)
        cell.value = value
        if isinstance(value, str) and value.startswith("#"):
            cell.data_type = "s"  # an error shown as text; one in a formula is a formula without a value

    return change


# -- there and back ---------------------------------------------------------------------------------------------
TEXTS = st.one_of(
    st.text(
        st.characters(codec="utf-8", categories=("L", "N", "P", "S"), exclude_characters="\ufeff"), min_size=1, max_size=12
    ).filter(lambda t: t == t.strip() and not t.startswith(("注", "备注", "说明", "合计", "小计", "总计", "共计"))),
    st.sampled_from(["=1+1", "@SUM(A1)", "+86", "-", "=HYPERLINK(\"http://x\",\"y\")", "<b>&amp;", "007", "1e5", "TRUE"]),
)  # fmt: skip


def values_of(field: FormField) -> st.SearchStrategy[Any]:
    if field.is_number:
        return st.integers(-(10**9), 10**12).map(lambda n: Decimal(n).scaleb(-field.decimals))
    if field.type == "code":
        codes = ["110108"] if "areas" in field.codelists else sorted(catalogue().codes_of(field))
        if field.many:
            return st.lists(st.sampled_from(codes), min_size=1, max_size=4, unique=True).map(";".join)
        return st.sampled_from(codes)
    days = st.dates(dt.date(1950, 1, 1), dt.date(2099, 12, 31))
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "date": days,
        "month": days.map(lambda d: d.isoformat()[:7]),
        "bool": st.booleans(),
    }
    return kinds.get(field.type, TEXTS)


@st.composite
def rows_of(draw: st.DrawFn, table: FormTable, parents: list[str] | None, most: int = 3) -> list[dict[str, Any]]:
    rows = []
    for number in range(draw(st.integers(0 if parents else 1, most))):
        fields = draw(st.sets(st.sampled_from(table.fields).map(lambda f: f.id), max_size=8)) | set(table.key)
        row = {f.id: draw(values_of(f)) for f in table.fields if f.id in fields}
        if table.parent:
            row[table.parent] = draw(st.sampled_from(parents or [""]))
        elif table.id == "J4":
            row["task_id"] = f"110108{number:06d}-2023"
        else:
            row["arrived"] = Decimal("1.00")  # a row of printed codes counts once something is filled in
        rows.append(row)
    return rows


@st.composite
def rosters(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    first, *others = catalogue().form("J4").tables
    found = {first.id: draw(rows_of(first, None))}
    parents = [r["task_id"] for r in found[first.id]]
    return {**found, **{t.id: draw(rows_of(t, parents)) for t in others}}


def of_form(result: ReadResult, tables: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    return {t: filed(result, t) for t in tables}


MAY_BE_A_SHARE = {"UNT-004"}  # a rate up to 1 % is asked about, and kept as it stands
SLOW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@SLOW
@given(rosters())
def test_whatever_is_written_is_read_back_from_its_own_cells(tables: dict[str, list[dict[str, Any]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write_roster(Path(folder) / "a.xlsx", tables)
        result = read(path)
        book = openpyxl.load_workbook(path)
    assert set(rules(result)) <= MAY_BE_A_SHARE
    assert of_form(result, tables) == tables
    for table, rows in result.tables.items():
        for row in rows:
            for name, held in row.values.items():
                shown = book[held.sheet][held.cell].value
                assert held.raw == (
                    shown if isinstance(shown, str) else format(Decimal(repr(shown)), "f").removesuffix(".0")
                )
                sheet, letters = result.columns[table][name]
                assert (held.sheet, held.cell) == (sheet, f"{letters}{row.row_no}")


@SLOW
@given(st.data())
def test_j3_is_read_back_with_its_items_and_its_accounts(data: st.DataObject) -> None:
    form = catalogue().form("J3")
    items = {f.id: data.draw(values_of(f)) for f in form.fields if data.draw(st.booleans())}
    rows = data.draw(rows_of(form.tables[0], None, most=6))
    with tempfile.TemporaryDirectory() as folder:
        result = read(write_roster(Path(folder) / "a.xlsx", {"J3F": rows}, form="J3", period="2023", values=items))
    assert set(rules(result)) <= MAY_BE_A_SHARE
    assert {k: v.filed for k, v in result.values.items()} == items
    assert filed(result, "J3F") == rows


@SLOW
@given(rosters(), st.data())
def test_moved_columns_titles_and_blank_rows_change_no_value(
    tables: dict[str, list[dict[str, Any]]], data: st.DataObject
) -> None:
    """Columns in any order with blank ones between, rows put in above and between: the same values, or a finding."""

    def shuffle(sheet: Any) -> None:
        cells = [[sheet.cell(r, c).value for c in range(1, 100)] for r in range(1, sheet.max_row + 1)]
        start = next(n for n, row in enumerate(cells) if "★任务编号" in row) - 1
        order = data.draw(st.permutations([*range(99), *["blank"] * 2]))
        spread = [[None if n == "blank" else row[n] for n in order] for row in cells[start:]]
        for gap in data.draw(st.lists(st.integers(2, len(spread)), max_size=3)):
            spread.insert(gap, [None] * len(order))
        if data.draw(st.booleans()):
            del spread[0]  # the row of codes
        above = [
            [text]
            for text in data.draw(st.lists(st.sampled_from(["附件一", "（密级：内部）", "任务清单"]), max_size=3))
        ]
        sheet.delete_rows(start + 1, sheet.max_row)
        for number, row in enumerate([*above, *spread], start=start + 1):
            for column, value in enumerate(row, start=1):
                sheet.cell(number, column).value = value
                if isinstance(value, str):
                    sheet.cell(number, column).data_type = "s"

    with tempfile.TemporaryDirectory() as folder:
        path = edit(write_roster(Path(folder) / "a.xlsx", tables), shuffle, data.draw(st.booleans()))
        result = read(path)
    assert set(rules(result)) <= MAY_BE_A_SHARE
    assert of_form(result, tables) == tables


# -- header faults ----------------------------------------------------------------------------------------------
def test_a_sound_roster_has_nothing_to_say_and_money_in_yuan(tmp_path: Path) -> None:
    result = read(write_roster(tmp_path / "a.xlsx"))
    assert (result.form, result.unit_code, result.period, result.findings) == ("J4", "110108", "2023-09", [])
    assert [len(result.tables[t]) for t in ("J4", "J4C", "J4F", "J4P", "J4R")] == [2, 1, 2, 0, 0]
    invested = result.tables["J4"][0].values["inv_total"]
    assert (invested.value, invested.filed, invested.unit) == (Decimal(9_000_000), Decimal(900), "元")
    assert result.column_map["J4F.doc_no"] == ["资金明细", "I"]


def test_a_column_in_another_size_is_converted_and_said_once(tmp_path: Path) -> None:
    result = changed(tmp_path, put("计划总投资", "★计划总投资（元）", 0))
    assert [r.values["inv_total"].value for r in result.tables["J4"]] == [Decimal(900), Decimal(900)]
    assert filed(result)[0]["inv_total"] == Decimal("0.09")
    assert rules(result) == ["UNT-002"]


@pytest.mark.parametrize("header", ["★计划总投资", "★计划总投资（公里）", "★计划总投资（块）"])
def test_a_column_without_a_fitting_unit_is_asked_and_not_read(tmp_path: Path, header: str) -> None:
    result = changed(tmp_path, put("计划总投资", header, 0))
    assert said(result) == [("UNT-001", "BK9", None)]
    assert all("inv_total" not in row for row in filed(result))


def test_a_unit_over_quantities_whose_code_decides_it_is_asked(tmp_path: Path) -> None:
    result = changed(tmp_path, put("计划数量", "计划数量（米）", 0), "改造内容")
    assert rules(result) == ["UNT-001"] and "plan_qty" not in filed(result, "J4C")[0]


def test_a_renamed_header_is_read_with_a_warning_that_names_its_cell(tmp_path: Path) -> None:
    result = changed(tmp_path, put("任务编号", "任务编码", 0))  # the code above says what is meant
    assert said(result) == [("ROW-002", "B9", None)]
    assert [r["task_id"] for r in filed(result)] == [FIRST, SECOND]


def test_a_header_that_could_be_two_columns_is_none(tmp_path: Path) -> None:
    def rename(sheet: Any) -> None:
        cell_of(sheet, "计划开工月", 0).value = "计划竣工月"  # as near to 计划完工月
        cell_of(sheet, "计划开工月".replace("开", "完"), 0).value = None
        for column in range(1, 100):
            sheet.cell(8, column).value = None
        cell_of(sheet, "计划竣工月", 1).value = "2023-05"

    result = changed(tmp_path, rename)
    assert rules(result) == ["ROW-004"]
    assert not {"plan_start", "plan_finish"} & set(filed(result)[0])


def test_a_header_against_its_code_is_an_error(tmp_path: Path) -> None:
    def swap(sheet: Any) -> None:
        a, b = cell_of(sheet, "小区名称", 0), cell_of(sheet, "详细地址", 0)
        a.value, b.value = b.value, a.value

    result = changed(tmp_path, swap)
    assert said(result) == [("ROW-001", "E9", None), ("ROW-001", "G9", None)]
    assert not {"xq_name", "addr"} & set(filed(result)[0])


@pytest.mark.parametrize("field", [f for f in catalogue().field_sets["J4"].fields if f.core], ids=lambda f: f.id)
def test_any_core_header_over_another_code_is_an_error_at_its_cell(tmp_path: Path, field: FormField) -> None:
    """Whatever is asked of the column: always, on a condition, or never."""
    place: list[str] = []

    def change(sheet: Any) -> None:
        head = cell_of(sheet, field.name, 0)
        place.append(head.coordinate)
        over = "03" if field.code != "03" else "04"  # of another column
        sheet.cell(head.row - 1, head.column).value = over

    result = read(edit(write_roster(tmp_path / "a.xlsx"), change))
    assert place[0] in {f.cell for f in result.findings if f.severity == "error"}


def test_missing_columns_core_ones_are_errors_and_the_rest_one_line(tmp_path: Path) -> None:
    def drop(sheet: Any) -> None:
        for name in ("小区名称", "经度", "纬度", "街道"):
            sheet.delete_cols(cell_of(sheet, name, 0).column)

    result = changed(tmp_path, drop)
    assert rules(result) == ["ROW-003"]
    assert "小区名称" in result.findings[0].message_zh
    assert [f.found for f in result.findings if f.severity == "info"] == ["3"]


def test_without_its_key_column_a_table_is_not_read(tmp_path: Path) -> None:
    result = changed(tmp_path, lambda s: s.delete_cols(2))
    assert rules(result) == ["ROW-003"] and "J4" not in result.tables


def test_a_column_twice_is_an_error_and_the_first_is_read(tmp_path: Path) -> None:
    def twice(sheet: Any) -> None:
        sheet.cell(9, 101).value, sheet.cell(10, 101).value = "★改造户数（户）", 999

    result = changed(tmp_path, twice)
    assert said(result) == [("ROW-005", "CW9", None)]
    assert filed(result)[0]["hh"] == Decimal(300)


def test_an_unknown_column_is_said_once_and_a_serial_number_only_shown(tmp_path: Path) -> None:
    def extra(sheet: Any) -> None:
        for column, header in ((101, "包保领导"), (102, "序号")):
            sheet.cell(9, column).value = header
            sheet.cell(10, column).value, sheet.cell(11, column).value = "1", "2"

    result = changed(tmp_path, extra)
    assert [(f.rule, f.severity, f.cell, f.found) for f in result.findings] == [
        ("ROW-004", "warning", "CW10", "2"),
        ("ROW-004", "info", "CX10", "2"),
    ]


# -- rows -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("stated", "expected"), [(420, []), (421, ["ROW-008"])])
def test_a_totals_row_is_no_data_and_is_checked(tmp_path: Path, stated: int, expected: list[str]) -> None:
    def total(sheet: Any) -> None:
        sheet.cell(12, 1).value = "合 计"
        cell_of(sheet, "改造户数", 3).value = stated

    result = changed(tmp_path, total)
    assert rules(result) == expected
    assert len(result.tables["J4"]) == 2 and rules(result, "info") == ["ROW-007"]
    if expected:
        finding = result.findings[-1] if result.findings[-1].rule == "ROW-008" else result.findings[0]
        assert (finding.found, finding.expected) == ("421", "420 户")


def test_part_totals_count_the_rows_since_the_last_one(tmp_path: Path) -> None:
    def totals(sheet: Any) -> None:
        sheet.insert_rows(11)
        for row, text, households in ((11, "小计", 300), (13, "小计", 120), (14, "总计", 420)):
            sheet.cell(row, 1).value = text
            sheet.cell(row, 28).value = households

    assert rules(changed(tmp_path, totals)) == []


def test_notes_and_repeated_headers_are_kept_as_information(tmp_path: Path) -> None:
    def notes(sheet: Any) -> None:
        for column in range(1, 100):
            sheet.cell(13, column).value = sheet.cell(9, column).value
        sheet.cell(14, 1).value = "注：本表含2023年全部任务。"
        sheet.cell(15, 1).value, sheet.cell(15, 5).value = "单位负责人：张三", "填表人：李四"
        sheet.cell(16, 3).value = "数据截至9月30日"
        sheet.merge_cells("C16:H16")
        sheet.cell(17, 1).value = "（以下空白）"

    result = changed(tmp_path, notes)
    assert rules(result) == [] and len(result.tables["J4"]) == 2
    assert [f.cell for f in result.findings if f.rule == "ROW-007"] == ["A13", "A14", "A15", "C16", "A17"]


def test_a_row_without_its_key_is_an_error_that_names_its_cells(tmp_path: Path) -> None:
    result = changed(tmp_path, put("任务编号", None, 2))
    errors = [f for f in result.findings if f.severity == "error"]
    assert [(f.rule, f.cell) for f in errors] == [("ROW-009", "B11"), ("REF-001", "A6")]
    assert "A11、C11" in errors[0].message_zh


def test_rows_of_a_list_must_name_a_task(tmp_path: Path) -> None:
    result = changed(tmp_path, put("任务编号", "110108999999-2023"), "资金明细")
    assert said(result) == [("REF-001", "A5", "110108999999-2023/F11")]


def test_an_empty_roster_is_asked_about(tmp_path: Path) -> None:
    assert rules(read(write_roster(tmp_path / "a.xlsx", {"J4": []}))) == ["ROW-006"]


def test_a_county_outside_the_reporting_unit_is_an_error(tmp_path: Path) -> None:
    result = changed(tmp_path, put("县级区划代码", "110105"))
    assert said(result) == [("EVA-008", "L10", FIRST)]
    city = {"J4": [{**SOUND_TASK, "county_code": "130102"}]}
    assert rules(read(write_roster(tmp_path / "b.xlsx", city, unit="130100"))) == []


def test_findings_of_one_kind_are_named_fifty_times_and_then_counted(tmp_path: Path) -> None:
    tasks = [{**SOUND_TASK, "task_id": f"110108{n:06d}-2023", "county_code": "110105"} for n in range(70)]
    result = read(write_roster(tmp_path / "a.xlsx", {"J4": tasks}))
    found = [f for f in result.findings if f.rule == "EVA-008"]
    assert len(found) == 51
    assert (found[-1].cell, found[-1].found) == (None, "70") and "20" in found[-1].message_zh


# -- cells ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("header", "shown", "field", "value"),
    [
        ("设计师进社区", "是", "designer", True),
        ("设计师进社区", "无", "designer", False),
        ("设计师进社区", "TRUE", "designer", True),
        ("设计师进社区", True, "designer", True),
        ("设计师进社区", 0, "designer", False),
        ("计划开工月", "2023年5月", "plan_start", "2023-05"),
        ("计划开工月", "2023.5", "plan_start", "2023-05"),
        ("计划开工月", "2023.10", "plan_start", "2023-10"),
        ("计划开工月", 2023.5, "plan_start", "2023-05"),
        ("计划开工月", "202305", "plan_start", "2023-05"),
        ("计划开工月", dt.date(2023, 5, 1), "plan_start", "2023-05"),
        ("入库日期", "2023年6月2日", "d_reserve", dt.date(2023, 6, 2)),
        ("入库日期", "2023.6.2", "d_reserve", dt.date(2023, 6, 2)),
        ("入库日期", "20230602", "d_reserve", dt.date(2023, 6, 2)),
        ("入库日期", dt.datetime(2023, 6, 2), "d_reserve", dt.date(2023, 6, 2)),
        ("小区类型", "成片小区", "xq_kind", "K1"),
        ("小区类型", "K1 成片小区", "xq_kind", "K1"),
        ("小区类型", "ｋ１－成片小区", "xq_kind", "K1"),
        ("县级区划代码", "海淀区", "county_code", "110108"),
        ("县级区划代码", 110108, "county_code", "110108"),
        ("调出或停工原因", "居民阻工", "out_reason", "T1"),
        ("底线问题", "D01；D02 ;", "bl_codes", "D01;D02"),
        ("投资项目统一代码", 2301, "proj_code", "2301"),
        ("改造户数", "１,３００", "hh", Decimal(1300)),
    ],
)
def test_the_many_spellings_of_one_value(tmp_path: Path, header: str, shown: Any, field: str, value: Any) -> None:
    result = changed(tmp_path, put(header, shown))
    assert rules(result) == []
    assert filed(result)[0][field] == value


@pytest.mark.parametrize(
    ("header", "shown", "rule"),
    [
        ("设计师进社区", "部分", "FDT-006"),
        ("计划开工月", 2023.1, "FDT-005"),  # a number cell: 2023.1 or 2023.10
        ("计划开工月", "2023-13", "FDT-005"),
        ("计划开工月", "上半年", "FDT-005"),
        ("入库日期", "2023-02-30", "FDT-005"),
        ("入库日期", 32873, "FDT-005"),  # a day of 1989: a number of something else
        ("入库日期", 45097.5, "FDT-005"),
        ("小区类型", "K1 单栋楼", "COV-001"),
        ("调出或停工原因", "其他", "COV-001"),  # in both of its lists
        ("底线问题", "D01;D99", "COV-001"),
        ("投资项目统一代码", 230112345678901234, "FDT-007"),
        ("改造户数", "三百", "FDT-001"),
        ("改造户数", 300.5, "FDT-002"),
        ("改造户数", "#REF!", "FML-002"),
        ("小区名称", "#N/A", "FML-002"),
        ("改造户数", "=SUM(A1:A2)", "FML-001"),
    ],
)
def test_what_cannot_be_read_is_asked_with_its_cell_and_row(tmp_path: Path, header: str, shown: Any, rule: str) -> None:
    result = changed(tmp_path, put(header, shown))
    (found,) = said(result, "error")
    assert found == (rule, found[1], FIRST) and found[1] and found[1].endswith("10")
    assert len(filed(result)) == 2


def test_the_number_of_a_day_is_read_as_spreadsheets_count_and_asked_about(tmp_path: Path) -> None:
    """Excel shows 45097 as 2023-06-20 when the cell is formatted as a date; counted from 1904 it is another day."""

    def put_twice(sheet: Any) -> None:
        for row in (1, 2):
            cell_of(sheet, "入库日期", row).value = 45097

    result = changed(tmp_path, put_twice)
    assert [row["d_reserve"] for row in filed(result)] == [dt.date(2023, 6, 20)] * 2
    assert [(rule, cell[-2:]) for rule, cell, _ in said(result, "warning")] == [("FDT-008", "10"), ("FDT-008", "11")]
    path = edit(write_roster(tmp_path / "old.xlsx"), put_twice)
    book = openpyxl.load_workbook(path)
    book.epoch = CALENDAR_MAC_1904
    book.save(path)
    assert {f.rule for f in read(path).findings if f.severity == "error"} == {"FLF-019"}


def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    path = write_roster(tmp_path / "a.xlsx")
    assert filed(read(path), "J4F")[1]["doc_no"] == "=京财〔2023〕1号"
    assert openpyxl.load_workbook(path)["资金明细"]["I6"].data_type == "s"


# -- sheets -----------------------------------------------------------------------------------------------------
def test_a_copy_without_our_hidden_sheet_under_other_sheet_names_is_read(tmp_path: Path) -> None:
    def rename(sheet: Any) -> None:
        for number, page in enumerate(sheet.parent.worksheets[:-1]):
            page.title = f"Sheet{number + 1}"
        sheet.parent.move_sheet(sheet, 3)

    result = changed(tmp_path, rename, keep_meta=False)
    assert (result.form, rules(result)) == ("J4", [])
    assert of_form(result, SOUND_J4) == of_form(read(write_roster(tmp_path / "b.xlsx")), SOUND_J4)


def test_a_second_sheet_of_the_same_table_is_never_dropped_in_silence(tmp_path: Path) -> None:
    def copy(sheet: Any) -> None:
        sheet.parent.move_sheet(sheet.parent.copy_worksheet(sheet), -6)

    result = changed(tmp_path, copy)
    assert rules(result) == ["FLF-011"] and len(result.tables["J4"]) == 2


def test_a_missing_sheet_is_said_and_the_first_one_is_an_error(tmp_path: Path) -> None:
    result = changed(tmp_path, lambda s: None, "资金明细", hide=True)
    assert rules(result) == ["ROW-003"] and "资金明细" in result.findings[0].message_zh
    assert rules(changed(tmp_path, lambda s: s.delete_rows(7, 9))) == ["FLF-010"]


def test_a_row_far_below_is_read(tmp_path: Path) -> None:
    def far(sheet: Any) -> None:
        for column in range(1, 100):
            sheet.cell(6000, column).value = sheet.cell(11, column).value
            sheet.cell(11, column).value = None

    result = changed(tmp_path, far)
    assert rules(result) == [] and [r.row_no for r in result.tables["J4"]] == [10, 6000]


def test_a_roster_of_three_thousand_tasks_is_read_whole(tmp_path: Path) -> None:
    tasks = [{**SOUND_TASK, "task_id": f"110108{n:06d}-2023"} for n in range(3000)]
    result = read(write_roster(tmp_path / "a.xlsx", {"J4": tasks, "J4F": SOUND_J4["J4F"][:1]}))
    assert len(result.tables["J4"]) == 3000 and rules(result) == []
    assert sum(r["hh"] for r in filed(result)) == 900_000


def test_findings_carry_form_and_sheet(tmp_path: Path) -> None:
    finding: Finding = changed(tmp_path, put("来源代码", "F00"), "资金明细").findings[0]
    assert (finding.form, finding.sheet, finding.cell, finding.row_key) == ("J4", "资金明细", "B5", f"{FIRST}/F00")


def test_a_finding_names_its_row_by_code_however_the_code_was_spelled(tmp_path: Path) -> None:
    def change(sheet: Any) -> None:
        cell_of(sheet, "来源代码").value = "F11 中央财政补助资金"
        cell_of(sheet, "累计到位").value = "若干"

    assert said(changed(tmp_path, change, "资金明细")) == [("FDT-001", "E5", f"{FIRST}/F11")]


def test_check_answers_with_every_row_of_every_table(tmp_path: Path) -> None:
    path = write_roster(tmp_path / "a.xlsx")
    answer = check_answer(path, read(path), "0", records=True)
    assert answer["rows"] == 2 and [r["table"] for r in answer["records"]] == ["J4", "J4", "J4C", "J4F", "J4F"]
    assert answer["records"][3]["values"]["arrived"]["cell"] == "E5"
