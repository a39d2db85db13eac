"""What people are given to fill in: lists to choose from, rows ready for typing, nothing that could be taken for data."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from ingestion.blank import PREVIOUS, write_form
from ingestion.catalogue import catalogue
from ingestion.errors import UsageError
from ingestion.reading import read_bytes
from tests.factories import SOUND_J4, cell_of, row_of, with_decimals, write_roster

PERIODS = {"J1": "2023", "J2": "2023-09", "J3": "2023", "J4": "2023-09"}


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
    assert sheet.cell(row, 5).fill.start_color.rgb != sheet.cell(row, 4).fill.start_color.rgb
    assert PREVIOUS in [sheet.cell(12, column).value for column in range(1, 6)]


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
