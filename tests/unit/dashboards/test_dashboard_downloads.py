"""The CSV files: exact, complete, marked."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest

from dashboards.downloads import COLUMNS, FILING_COLUMNS, columns_csv, content, file_name, xlsx_bytes
from dashboards.frames import FilingCell, FilingFrame, Frame, Point

P = Callable[..., Point]
F = Callable[..., Frame]


def read(data: bytes) -> list[dict[str, str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def csv_of(made: Frame | FilingFrame) -> bytes:
    return content(made, "csv")


def test_values_are_exact_decimals_in_base_units(point: P, frame: F) -> None:
    made = frame(
        point("funds_arrived", "2023-12", "2356270500.10000000", printed="235,627.05万元", half_unit="50", source="R22")
    )
    [row] = read(csv_of(made))
    assert row["value"] == "2356270500.1" and row["unit"] == "元" and row["half_unit"] == "50"
    assert row["printed"] == "235,627.05万元" and row["source_id"] == "R22" and row["publisher"] == "ministry"
    assert row["obs_status"] == "A" and row["programme"] == "national" and row["as_of"].startswith("2026-11-25")


def test_a_gap_is_a_row_without_value_and_with_its_reason(point: P, frame: F) -> None:
    [row] = read(
        csv_of(frame(point("started_communities", "2024", None, reason_zh="没有公布", reason_en="not printed")))
    )
    assert row["value"] == "" and row["obs_status"] == "L" and row["reason_zh"] == "没有公布"


def test_zero_is_written_as_zero(point: P, frame: F) -> None:
    [row] = read(csv_of(frame(point("started_communities", "2024", "0E-8"))))
    assert row["value"] == "0"


def test_alternatives_follow_with_their_rank(point: P, frame: F) -> None:
    made = frame(
        point("started_communities", "2020", "40279"),
        others=(point("started_communities", "2020", "40300", choice_rank=2),),
    )
    assert [(r["value"], r["choice_rank"]) for r in read(csv_of(made))] == [("40279", "1"), ("40300", "2")]


def test_sample_files_are_marked_in_name_first_line_and_every_row(point: P, frame: F) -> None:
    made = frame(point("started_communities", "2023", "1"), point("started_communities", "2024", None), sample=True)
    text = csv_of(made).decode("utf-8-sig").splitlines()
    assert "模拟数据" in file_name(made, "csv") and all("模拟数据" in line for line in text) and len(text) == 3
    real = frame(point("started_communities", "2023", "1"))
    assert "模拟数据" not in file_name(real, "csv") + csv_of(real).decode()


def test_text_that_a_spreadsheet_would_run_is_made_plain(point: P, frame: F) -> None:
    [row] = read(csv_of(frame(point("started_communities", "2023", "-5", printed="=1+1"))))
    assert row["printed"] == "'=1+1" and row["value"] == "-5"


def test_filing_status_lists_every_unit(point: P) -> None:
    cell = FilingCell("J2", "2023-04", "110117", "平谷区", "110000", "北京", "missing", 0, None)
    [row] = read(csv_of(FilingFrame("filing_status", (cell,), True, "2026-11-25", None, True)))
    assert row["status"] == "missing" and row["status_zh"] == "缺报" and row["unit_code"] == "110117"


def test_columns_file_explains_every_column(point: P, frame: F) -> None:
    rows: list[dict[str, Any]] = list(read(columns_csv()))
    assert [r["column"] for r in rows] == [c.name for c in (*COLUMNS, *FILING_COLUMNS)]
    assert all(r["meaning_zh"] and r["meaning_en"] for r in rows)
    assert list(read(csv_of(frame(point("started_communities", "2023", "1"))))[0]) == [c.name for c in COLUMNS]


# -- workbooks --------------------------------------------------------------------------------------------------------
def sheet_of(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content), data_only=False).worksheets[0]


def test_workbook_holds_the_same_rows_as_the_csv(point: P, frame: F) -> None:
    made = frame(
        point("funds_arrived", "2023-12", "2356270500.10", printed="235,627.05万元", source="R22"),
        point("started_communities", "2024", None, reason_zh="没有公布"),
    )
    rows = list(sheet_of(xlsx_bytes(made)).iter_rows(values_only=True))
    texts = [["" if v is None else str(v) for v in row] for row in rows[1:]]
    assert list(rows[0]) == [c.name for c in COLUMNS]
    assert texts == [list(r.values()) for r in read(csv_of(made))]


def test_workbook_numbers_are_numbers_only_where_they_stay_exact(point: P, frame: F) -> None:
    made = frame(point("funds_arrived", "2023", "1234567.25"), point("funds_paid", "2023", "12345678901234567.89"))
    sheet = sheet_of(xlsx_bytes(made))
    at = [c.name for c in COLUMNS].index("value") + 1
    assert sheet.cell(2, at).value == 1234567.25 and sheet.cell(3, at).value == "12345678901234567.89"
    assert sheet.cell(2, [c.name for c in COLUMNS].index("area_code") + 1).value == "000000"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")'])
def test_workbook_has_no_formula_and_no_link(point: P, frame: F, text: str) -> None:
    made = xlsx_bytes(frame(point("started_communities", "2023", "5", printed=text, dim_zh=text)))
    names = zipfile.ZipFile(io.BytesIO(made))
    xml = names.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in xml and "hyperlink" not in xml
    assert all(c.data_type != "f" for row in sheet_of(made).iter_rows() for c in row)


def test_workbook_of_samples_is_marked_and_the_same_twice(point: P, frame: F) -> None:
    made = frame(point("started_communities", "2023", "1"), sample=True)
    sheet = sheet_of(xlsx_bytes(made))
    assert sheet.title == "模拟数据" and all("模拟数据" in str(row[0].value) for row in sheet.iter_rows())
    assert xlsx_bytes(made) == xlsx_bytes(made) and "模拟数据" in file_name(made, "xlsx")
