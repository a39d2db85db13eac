"""What places really send: each trap gets its message with sheet and cell, and never a wrong value."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingestion.catalogue import catalogue
from ingestion.model import Finding, ReadResult
from ingestion.reading import read_all, read_bytes
from tests.factories import (
    SOUND_J2,
    edit,
    far_corner,
    row_of,
    set_header,
    set_value,
    write_return,
    write_roster,
    write_rows,
)

TODAY = dt.date(2024, 1, 31)


def read(path: Path) -> ReadResult:
    return read_bytes(path.read_bytes(), catalogue(), today=TODAY)[0]


def errors(result: ReadResult) -> list[Finding]:
    return [f for f in result.findings if f.severity == "error"]


def test_files_read_ahead_are_answered_in_order_though_one_kills_the_reader(tmp_path: Path) -> None:
    units = ["110101", "110102", "110105", "110106"]
    sound = [write_return(tmp_path / f"{u}.xlsx", unit=u).read_bytes() for u in units]
    files = [sound[0], far_corner(), sound[1], b"", sound[2], b"<html></html>", sound[3]]
    results = [result for result, _ in read_all(files, catalogue(), today=TODAY)]
    assert [r.unit_code for r in results] == [units[0], None, units[1], None, units[2], None, units[3]]
    assert [r.findings[0].rule for r in results if r.unreadable] == ["FLF-005", "FLF-001", "FLF-004"]


def test_a_sound_return_reads_every_value_with_its_cell(tmp_path: Path) -> None:
    result = read(write_return(tmp_path / "a.xlsx"))
    assert not errors(result)
    assert (result.form, result.unit_code, result.period) == ("J2", "110108", "2023-09")
    assert set(result.values) == set(SOUND_J2)
    paid = result.values["p_total"]
    assert (paid.value, paid.filed, paid.unit) == (Decimal(5_000_000), Decimal(500), "元")
    assert result.values["pipe_done"].value == Decimal(3500)  # 3.5 公里 in metres
    assert paid.cell.startswith("D")
    assert "xq_start_m" in result.blanks  # blank is known by its cell, and is no zero


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "FLF-001"),
        (b"not a workbook", "FLF-002"),
        (b"PK\x03\x04broken", "FLF-002"),
        (b"<html><table></table></html>", "FLF-004"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "FLF-003"),
        (far_corner(), "FLF-005"),
    ],
    ids=["empty", "text", "broken zip", "html", "encrypted", "aborts the reader"],
)
def test_what_is_no_readable_workbook_says_what_to_do(content: bytes, rule: str) -> None:
    result, _ = read_bytes(content, catalogue(), today=TODAY)
    assert result.unreadable
    assert [f.rule for f in result.findings] == [rule]
    assert len(result.findings[0].message_zh) > 10


def test_the_reader_lives_on_after_a_file_that_aborts_it(tmp_path: Path) -> None:
    read_bytes(far_corner(), catalogue(), today=TODAY)
    assert not errors(read(write_return(tmp_path / "a.xlsx")))


def test_wrong_form_names_what_was_found_and_what_is_expected(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "x.xlsx", [["农贸市场改造情况表"], ["代码", "指标名称"]])
    finding = errors(read(path))[0]
    assert finding.rule == "EVA-001"
    assert finding.cell == "A1"
    assert "农贸市场" in finding.message_zh and "J2" in (finding.expected or "")


@pytest.mark.parametrize(
    ("label", "value", "rule"),
    [
        ("填报单位代码", "999999", "EVA-002"),
        ("填报单位代码", None, "EVA-002"),
        ("填报单位代码", "110101", "EVA-003"),  # 东城区 with the name 海淀区
        ("报告期", "2023-13", "EVA-004"),
        ("报告期", "去年九月", "EVA-004"),
        ("报告期", "2023", "EVA-004"),  # a year on a monthly form
        ("报告期", "2031-01", "EVA-005"),
    ],
)
def test_header_faults_name_the_cell(tmp_path: Path, label: str, value: Any, rule: str) -> None:
    found = errors(read(edit(write_return(tmp_path / "a.xlsx"), set_header(label, value))))
    assert [f.rule for f in found] == [rule]
    assert found[0].sheet and found[0].cell and found[0].cell.startswith("B")


@pytest.mark.parametrize("spelling", ["2023年9月", "202309", "2023-09", "2023/9", "２０２３年９月"])
def test_a_period_reads_in_its_many_spellings(tmp_path: Path, spelling: str) -> None:
    result = read(edit(write_return(tmp_path / "a.xlsx"), set_header("报告期", spelling)))
    assert (result.period, errors(result)) == ("2023-09", [])


@pytest.mark.parametrize("text", ["2000万", "约500", "三百", "—", "/", "无", "12,34", "5 00人"])
def test_text_where_a_number_must_be_is_asked_never_guessed(tmp_path: Path, text: str) -> None:
    result = read(edit(write_return(tmp_path / "a.xlsx"), set_value("42", text)))
    assert [f.rule for f in errors(result)] == ["FDT-001"]
    assert errors(result)[0].cell and text in errors(result)[0].message_zh
    assert "f_total" not in result.values


@pytest.mark.parametrize("text", ["800", "800.00", "8,00", "８００"])
def test_a_number_stored_as_text_is_read_exactly_or_not_at_all(tmp_path: Path, text: str) -> None:
    result = read(edit(write_return(tmp_path / "a.xlsx"), set_value("42", text)))
    if text == "8,00":
        assert [f.rule for f in errors(result)] == ["FDT-001"]
    else:
        assert result.values["f_total"].filed == Decimal(800)
        assert [f.rule for f in result.findings] == ["FDT-003"]


def test_a_formula_without_a_value_is_said_and_is_no_zero(tmp_path: Path) -> None:
    result = read(edit(write_return(tmp_path / "a.xlsx"), set_value("42", "=SUM(D43:D54)")))
    assert [(f.rule, f.found) for f in errors(result)] == [("FML-001", "=SUM(D43:D54)")]
    assert "f_total" not in result.values


def test_a_fraction_in_a_count_and_too_many_decimals_are_refused(tmp_path: Path) -> None:
    path = edit(write_return(tmp_path / "a.xlsx"), set_value("01", 6.5))
    assert [f.rule for f in errors(read(path))] == ["FDT-002"]
    path = edit(write_return(tmp_path / "b.xlsx"), set_value("42", "800.1234567891234"))
    assert [f.rule for f in errors(read(path))] == ["FDT-004"]


def test_a_number_beyond_what_the_form_holds_is_too_long_and_never_missing(tmp_path: Path) -> None:
    path = edit(write_return(tmp_path / "x.xlsx"), set_value("01", 10**16))
    assert [(f.rule, f.cell) for f in errors(read(path))] == [("FDT-004", "D13")]
    largest = edit(write_return(tmp_path / "y.xlsx"), set_value("01", 9_999_999_999_999_990))
    assert read(largest).values["xq_start"].value == 9_999_999_999_999_990


@pytest.mark.parametrize(
    ("value", "asked"), [("0.95", True), ("1", True), ("0", False), ("1.01", False), ("95", False)]
)
def test_a_rate_that_may_be_a_share_is_asked_about(tmp_path: Path, value: str, asked: bool) -> None:
    path = write_roster(tmp_path / "x.xlsx", {}, form="J3", period="2022", values={"agree_rate": Decimal(value)})
    result = read(path)
    found = [(f.severity, f.field) for f in result.findings if f.rule == "UNT-004"]
    assert found == ([("warning", "agree_rate")] if asked else [])
    assert result.values["agree_rate"].value == Decimal(value)


def test_more_decimals_than_the_form_prints_are_kept(tmp_path: Path) -> None:
    result = read(edit(write_return(tmp_path / "a.xlsx"), set_value("42", 800.123456)))
    assert result.values["f_total"].value == Decimal("8001234.56")


def test_an_inserted_row_moves_nothing(tmp_path: Path) -> None:
    def insert(sheet: Any) -> None:
        sheet.insert_rows(row_of(sheet, "05"))

    before, after = read(write_return(tmp_path / "a.xlsx")), read(edit(write_return(tmp_path / "b.xlsx"), insert))
    assert {k: v.value for k, v in after.values.items()} == {k: v.value for k, v in before.values.items()}
    assert after.values["p_total"].cell != before.values["p_total"].cell


def test_labels_that_moved_against_their_codes_are_an_error(tmp_path: Path) -> None:
    def swap(sheet: Any) -> None:
        a, b = row_of(sheet, "01"), row_of(sheet, "02")
        sheet.cell(a, 2).value, sheet.cell(b, 2).value = sheet.cell(b, 2).value, sheet.cell(a, 2).value

    result = read(edit(write_return(tmp_path / "a.xlsx"), swap))
    assert [f.rule for f in errors(result)] == ["ROW-001", "ROW-001"]
    assert not {"xq_start", "hh_start"} & set(result.values)


def test_a_unit_in_another_size_is_converted_and_said_and_a_missing_one_is_refused(tmp_path: Path) -> None:
    def unit(text: str | None) -> Any:
        def change(sheet: Any) -> None:
            sheet.cell(row_of(sheet, "42"), 3).value = text

        return change

    result = read(edit(write_return(tmp_path / "a.xlsx", f_total=Decimal(8000000)), unit("元")))
    assert result.values["f_total"].value == Decimal(8000000)
    assert [f.rule for f in result.findings] == ["UNT-002"]
    for text in (None, "公里", "块"):
        result = read(edit(write_return(tmp_path / "b.xlsx"), unit(text)))
        assert [f.rule for f in errors(result)] == ["UNT-001"]
        assert "f_total" not in result.values


def test_a_missing_header_and_a_row_twice_are_errors(tmp_path: Path) -> None:
    def no_header(sheet: Any) -> None:
        row = next(r for r in range(1, 20) if sheet.cell(r, 2).value == "指标名称")
        sheet.cell(row, 4).value = "数"

    found = errors(read(edit(write_return(tmp_path / "a.xlsx"), no_header)))
    assert [f.rule for f in found] == ["FLF-010"] and found[0].expected == "本年累计"

    def twice(sheet: Any) -> None:
        source, target = row_of(sheet, "01"), sheet.max_row + 1
        for column in range(1, 5):
            sheet.cell(target, column).value = sheet.cell(source, column).value

    assert [f.rule for f in errors(read(edit(write_return(tmp_path / "b.xlsx"), twice)))] == ["ROW-005"]


def test_a_value_in_an_unknown_row_is_never_dropped_in_silence(tmp_path: Path) -> None:
    def extra(sheet: Any) -> None:
        row = sheet.max_row + 1
        for column, value in enumerate(["99", "另加一项", "个", 5], start=1):
            sheet.cell(row, column).value = value

    result = read(edit(write_return(tmp_path / "a.xlsx"), extra))
    assert [(f.rule, f.severity, f.found) for f in result.findings] == [("ROW-004", "warning", "5")]


def test_a_number_beside_the_table_is_never_dropped_in_silence(tmp_path: Path) -> None:
    def beside(sheet: Any) -> None:
        sheet.cell(row_of(sheet, "01"), 9).value = 99
        sheet.cell(row_of(sheet, "02"), 9).value = "备注"

    result = read(edit(write_return(tmp_path / "a.xlsx"), beside))
    assert [(f.rule, f.severity, f.found, (f.cell or "")[0]) for f in result.findings] == [
        ("ROW-011", "warning", "99", "I")
    ]


def test_a_truth_value_is_no_text(tmp_path: Path) -> None:
    """LibreOffice shows it as 1, TRUE or 是, as its format says."""
    result = read(edit(write_return(tmp_path / "a.xlsx", "J1", period="2023"), set_value("03", True)))
    assert [(f.rule, f.field, f.found) for f in errors(result)] == [("FDT-001", "plan_doc_no", "true")]


def test_a_sample_is_known_by_either_mark(tmp_path: Path) -> None:
    path = write_return(tmp_path / "a.xlsx", sample=True)
    assert read(path).is_sample
    assert read(edit(path, lambda sheet: None, keep_meta=False)).is_sample
    assert not read(write_return(tmp_path / "b.xlsx")).is_sample


def test_a_form_without_our_hidden_sheet_is_known_by_its_title(tmp_path: Path) -> None:
    result = read(edit(write_return(tmp_path / "a.xlsx"), lambda sheet: None, keep_meta=False))
    assert (result.form, errors(result)) == ("J2", [])


def test_plan_year_and_period_must_be_the_same(tmp_path: Path) -> None:
    result = read(write_return(tmp_path / "a.xlsx", "J1", period="2022"))
    assert [f.rule for f in errors(result)] == ["EVA-006"]
    result = read(edit(write_return(tmp_path / "b.xlsx", "J1", period="2023"), set_value("02", "V9")))
    assert [(f.rule, f.found) for f in errors(result)] == [("COV-001", "V9")]


def test_a_code_that_is_no_longer_used_names_what_replaced_it(tmp_path: Path) -> None:
    found = errors(read(edit(write_return(tmp_path / "a.xlsx"), set_header("填报单位代码", "140726"))))
    assert [f.rule for f in found] == ["EVA-002"]
    # 太谷县 became 太谷区 in 2019 (rulebook/areas/area_changes.csv, 国函〔2019〕104号)
    assert "已停用" in found[0].message_zh and "2019" in found[0].message_zh and "140703 太谷区" in found[0].message_zh
