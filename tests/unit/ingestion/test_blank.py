"""What people are given to fill in: lists to choose from, rows ready for typing, nothing that could be taken for data."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from ingestion.blank import write_form
from ingestion.blank_checks import LiveCheck
from ingestion.blank_tables import LastRows
from ingestion.catalogue import catalogue
from ingestion.columns import PREVIOUS
from ingestion.errors import UsageError
from ingestion.reading import read_bytes
from tests.factories import SOUND_J4, cell_of, edit, row_of, with_decimals, write_roster

PERIODS = {"J1": "2023", "J2": "2023-09", "J3": "2023", "J4": "2023-09"}
ITEMS = ("J1", "J2", "J3")  # forms of one row an item; the rest are tables


def blank(path: Path, form: str, **how: Any) -> Path:
    write_form(
        catalogue().form(form), path, unit_code="110108", unit_name="海淀区", period=PERIODS[form],
        rulebook_version="0", **how,
    )  # fmt: skip
    return path


@pytest.mark.parametrize("form", PERIODS)
def test_a_blank_gives_the_same_bytes_and_reads_as_nothing_filled_in(tmp_path: Path, form: str) -> None:
    first, second = blank(tmp_path / "a.xlsx", form), blank(tmp_path / "b.xlsx", form)
    assert first.read_bytes() == second.read_bytes()
    result = read_bytes(first.read_bytes(), catalogue(), today=dt.date(2024, 1, 31))[0]
    assert (result.form, result.unit_code, result.period) == (form, "110108", PERIODS[form])
    assert result.values == {} and not any(result.tables.values())
    assert set(result.blanks) == {f.id for f in catalogue().form(form).fields}
    assert [f.rule for f in result.findings] == (["ROW-006"] if form == "J4" else [])


def test_a_roster_offers_lists_definitions_and_rows_and_keeps_its_names_in_view(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(blank(tmp_path / "a.xlsx", "J4"))
    tables = catalogue().form("J4").tables
    assert book.sheetnames == [*(t.sheet for t in tables), "代码表", "_jiugai"]
    assert book["_jiugai"].sheet_state == "hidden"
    sheet = book["改造项目"]
    assert sheet.freeze_panes == "F10"  # below the header, behind the name of the community
    head = cell_of(sheet, "合同金额", 0)
    assert (head.row, head.value) == (9, "合同金额（万元）")
    assert sheet.cell(8, head.column).value == "62"
    assert head.comment.text == tables[0].by_id["contract_amt"].definition
    lists = {str(v.sqref).split(":")[0]: v for v in sheet.data_validations.dataValidation}
    kinds = lists[cell_of(sheet, "小区类型").coordinate]
    column = kinds.formula1.split("$")[1]
    choices = [c.value for c in book["代码表"][column] if c.value]
    assert choices[1] == "K1 成片小区" and not kinds.showErrorMessage  # other spellings are not forbidden
    assert lists[cell_of(sheet, "设计师进社区").coordinate].formula1 == '"是,否"'
    number = lists[cell_of(sheet, "改造户数").coordinate]
    assert (number.type, number.errorStyle, number.error) == ("whole", "warning", "应填整数，单位：户。仍要这样填吗？")
    assert cell_of(sheet, "县级区划代码").coordinate not in lists  # 3000 codes are no list to choose from
    assert cell_of(sheet, "入库日期", 50).number_format == "@"


def test_the_accounts_list_every_source_that_a_unit_files(tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(blank(tmp_path / "a.xlsx", "J3"))["年度资金决算"]
    listed = [sheet.cell(row, 1).value for row in range(5, 60) if sheet.cell(row, 1).value]
    assert len(listed) == 30 and listed[0] == "F11 中央财政补助资金"
    assert not any(text.startswith(("F10", "F30", "F50")) for text in listed)


def test_last_values_stand_beside_the_empty_cells(tmp_path: Path) -> None:
    path = blank(tmp_path / "a.xlsx", "J2", previous={"xq_start": Decimal(5), "f_total": Decimal("700.50")})
    sheet = openpyxl.load_workbook(path).worksheets[0]
    row = row_of(sheet, "42")
    assert (sheet.cell(row, 4).value, sheet.cell(row, 5).value) == (None, 700.5)
    assert sheet.cell(row, 6).value == f'=IF(COUNT(D{row},E{row})=2,ROUND(D{row}-E{row},6),"")'
    assert sheet.cell(row, 5).fill.start_color.rgb != sheet.cell(row, 4).fill.start_color.rgb
    assert PREVIOUS in [sheet.cell(12, column).value for column in range(1, 6)]


@pytest.mark.parametrize("form", PERIODS)
def test_only_what_is_to_be_filled_in_can_be_typed_into(tmp_path: Path, form: str) -> None:
    book = openpyxl.load_workbook(blank(tmp_path / "a.xlsx", form))
    for sheet in book.worksheets[:-1]:
        assert sheet.protection.sheet and sheet.protection.password is None
    for name, address, fields, field in places_of(book):
        sheet, cell = book[name], book[name][address]
        below = 0 if fields in ITEMS else 1
        # J3F: its codes are printed in advance
        assert sheet.cell(cell.row + below, cell.column).protection.locked == (field == "src" and fields == "J3F")
        assert sheet.cell(cell.row, 1).protection.locked
    head = book.worksheets[0]
    filed_on = next(c for row in head.iter_rows(max_row=12) for c in row if c.value == "报出日期")
    assert not head.cell(filed_on.row, filed_on.column + 1).protection.locked
    assert head.cell(filed_on.row - 1, filed_on.column + 1).protection.locked  # the period is not the clerk's to change


def places_of(book: openpyxl.Workbook) -> list[tuple[str, str, str, str]]:
    """Sheet, address, set and field of each line of the hidden map."""
    head, *rows = book["_jiugai"].iter_rows(min_col=4, max_col=9, values_only=True)
    assert head == ("sheet", "cell", "set", "field", "code", "unit")
    return [(str(r[0]), str(r[1]), str(r[2]), str(r[3])) for r in rows]


@pytest.mark.parametrize("form", PERIODS)
def test_the_hidden_map_names_the_cell_of_every_field(tmp_path: Path, form: str) -> None:
    book = openpyxl.load_workbook(blank(tmp_path / "a.xlsx", form))
    places = places_of(book)
    assert [p[2:] for p in places] == [(s.id, f.id) for s in catalogue().form(form).field_sets for f in s.fields]
    for name, address, fields, field in places:
        cell = book[name][address]
        label = book[name].cell(cell.row, 2) if fields in ITEMS else cell
        assert catalogue().field_sets[fields].by_id[field].name in str(label.value)


@pytest.mark.parametrize("form", PERIODS)
def test_a_copy_without_title_and_hidden_sheet_says_what_to_do(tmp_path: Path, form: str) -> None:
    def untitle(sheet: Any) -> None:
        sheet["A1"].value = None

    copied = edit(blank(tmp_path / "a.xlsx", form), untitle, keep_meta=False)
    result = read_bytes(copied.read_bytes(), catalogue())[0]
    [found] = result.findings
    assert (result.form, found.rule, found.cell) == (None, "EVA-001", "A1")
    assert "在首行写上表名" in found.message_zh and catalogue().form(form).title.zh in found.message_zh
    assert "write its title into the first row" in found.message_en


def test_an_answer_whose_code_and_label_were_erased_is_asked_for_by_name(tmp_path: Path) -> None:
    def erase(sheet: Any) -> None:
        row = row_of(sheet, "42")
        sheet.cell(row, 1).value = sheet.cell(row, 2).value = None
        sheet.cell(row, 4).value = 800

    result = read_bytes(edit(blank(tmp_path / "a.xlsx", "J2"), erase).read_bytes(), catalogue())[0]
    [found] = [f for f in result.findings if f.rule == "ROW-004"]
    assert (found.severity, found.expected, found.found) == ("error", "42 到位资金合计", "800")
    assert "f_total" not in result.values


def test_a_column_whose_header_was_erased_is_asked_for_by_name(tmp_path: Path) -> None:
    def erase(sheet: Any) -> None:
        cell_of(sheet, "任务编号").value = "110108000001-2023"
        cell_of(sheet, "小区统一编码").value = "110108000001"
        head = cell_of(sheet, "合同金额", 0)
        sheet.cell(head.row + 1, head.column).value = 12
        head.value = None

    result = read_bytes(edit(blank(tmp_path / "a.xlsx", "J4"), erase).read_bytes(), catalogue())[0]
    [found] = [f for f in result.findings if f.rule == "ROW-004"]
    assert (found.severity, found.expected) == ("error", "合同金额")


def test_a_header_word_that_stands_over_another_code_is_said_whatever_the_field_asks(tmp_path: Path) -> None:
    """实际开工日期 is required only in some stages: the word over a wrong code ended in a traceback."""

    def swap(sheet: Any) -> None:
        one, other = cell_of(sheet, "小区统一编码", 0), cell_of(sheet, "实际开工日期", 0)
        one.value, other.value = other.value, one.value

    path = edit(blank(tmp_path / "a.xlsx", "J4", last={"J4": LastRows(rows=[with_decimals(SOUND_J4["J4"][0])])}), swap)
    result = read_bytes(path.read_bytes(), catalogue())[0]
    assert [(f.rule, f.found, f.expected) for f in result.findings if f.rule == "ROW-001"] == [
        ("ROW-001", "★实际开工日期", "小区统一编码"),
        ("ROW-001", "★小区统一编码", "实际开工日期"),
    ]
    [row] = result.tables["J4"]
    assert not row.values.keys() & {"xq_uid", "d_start"} and row.values["xq_name"].value == "松涛小区"


def test_what_is_no_number_turns_red_and_what_is_wanted_yellow(tmp_path: Path) -> None:
    check = LiveCheck("J2", "f_total", "AND({f_total}>1,{f_prov}>2)", "error", "只是试验")
    sheet = openpyxl.load_workbook(blank(tmp_path / "a.xlsx", "J2", checks=[check])).worksheets[0]
    row, prov = row_of(sheet, "42"), row_of(sheet, "45")
    rules = {r.formula[0]: r.dxf.fill.bgColor.rgb for r in sheet.conditional_formatting[f"D{row}"]}
    assert rules == {
        f"AND($D${row}>1,$D${prov}>2)": "FFFF7C80",
        f"OR(ISTEXT($D${row}))": "FFFF7C80",
        f"LEN($D${row})=0": "FFFFF2CC",
    }
    assert sheet.cell(row, 2).comment.text.endswith("变红：只是试验")


def test_last_rows_are_carried_forward_and_what_grows_stands_beside(tmp_path: Path) -> None:
    rows = [with_decimals(SOUND_J4["J4"][0]), with_decimals(SOUND_J4["J4"][1])]
    path = blank(tmp_path / "a.xlsx", "J4", last={"J4": LastRows(frozenset({"fund_arr"}), rows)})
    sheet = openpyxl.load_workbook(path)["改造项目"]
    name, money = cell_of(sheet, "小区名称", 2), cell_of(sheet, "累计到位资金")
    assert name.value == "云杉小区" and not name.protection.locked
    assert money.value is None and not money.protection.locked
    before = sheet.cell(money.row, money.column + 1)
    assert (sheet.cell(money.row - 1, before.column).value, before.value) == (PREVIOUS, 200)
    assert before.protection.locked
    result = read_bytes(path.read_bytes(), catalogue())[0]
    held = [{n: v.filed for n, v in row.values.items()} for row in result.tables["J4"]]
    assert held == [{n: v for n, v in row.items() if n != "fund_arr"} for row in rows]
    assert not [f for f in result.findings if f.rule.startswith("ROW")]


def test_a_filled_roster_has_its_mark_on_every_sheet_and_no_formula(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_roster(tmp_path / "a.xlsx", sample=True))
    assert all("模拟数据" in page["A1"].value for page in book.worksheets[:-1])
    assert not any(c.data_type == "f" for page in book for row in page.iter_rows() for c in row)
    assert "代码表" not in book.sheetnames


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"tables": {"J9": []}}, "J9"),
        ({"tables": {"J4": [{"nothing": "x"}]}}, "nothing"),
        ({"tables": {"J4": [{"hh": "many"}]}}, "改造户数"),
        ({"tables": {"J4": [{"hh": Decimal("1234567890123456")}]}}, "15"),
        ({"tables": {"J4": [{"xq_name": "长" * 40_000}]}}, "小区名称"),
        ({"values": {"hh": Decimal(1)}}, "hh"),
        ({"previous": {"hh": Decimal(1)}}, "hh"),
    ],
)
def test_what_a_workbook_could_not_give_back_is_refused(tmp_path: Path, how: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        blank(tmp_path / "a.xlsx", "J4", **how)
    assert not (tmp_path / "a.xlsx").exists()


def test_the_order_of_what_is_given_does_not_change_the_bytes(tmp_path: Path) -> None:
    rows = {t: [with_decimals(r) for r in held] for t, held in SOUND_J4.items()}
    turned = {t: [dict(reversed(r.items())) for r in held] for t, held in reversed(rows.items())}
    first, second = blank(tmp_path / "a.xlsx", "J4", tables=rows), blank(tmp_path / "b.xlsx", "J4", tables=turned)
    assert first.read_bytes() == second.read_bytes()
