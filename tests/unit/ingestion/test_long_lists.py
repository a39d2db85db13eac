"""A list of many rows is read by column: every cell means what it means in a short list, and what is odd is said at its cell."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from ingestion.catalogue import catalogue
from ingestion.cell_columns import LIST_ROWS, columns_of, is_list
from ingestion.errors import UnreadableFile
from ingestion.model import ReadResult
from ingestion.reading import read_bytes
from ingestion.store import rows_of
from ingestion.workbook import LONG_FILE, Sheet, read_workbook, read_workbooks
from tests.factories import SOUND_TASK, cell_of, edit, write_roster

COUNT = LIST_ROWS + 20


def task(n: int) -> dict[str, Any]:
    uid = f"110108{n:06d}"
    return {**SOUND_TASK, "xq_uid": uid, "task_id": f"{uid}-2023", "xq_name": f"松涛小区{n}", "hh": 100 + n % 7}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("long") / "a.xlsx"
    return write_roster(path, {"J4": [task(n) for n in range(1, COUNT + 1)]}).read_bytes()


def read(data: bytes) -> ReadResult:
    return read_bytes(data, catalogue(), today=dt.date(2024, 1, 31))[0]


def test_every_row_says_what_was_written(sound: bytes) -> None:
    assert read_workbook(sound).sheets[0].columns, "the list is held by column"
    result = read(sound)
    rows = result.tables["J4"]
    assert result.findings == [] and len(rows) == COUNT
    assert rows.filed("task_id") == [f"110108{n:06d}-2023" for n in range(1, COUNT + 1)]
    assert rows.values("hh") == [Decimal(100 + n % 7) for n in range(1, COUNT + 1)]
    assert rows.values("inv_total") == [Decimal(9_000_000)] * COUNT  # 900.00 万元
    assert rows.filed("d_plan") == [dt.date(2023, 1, 20)] * COUNT
    assert rows.values("xq_alias") == [None] * COUNT
    landed = rows_of({"s1": result}, catalogue().field_sets["J4"])
    assert landed["hh"].to_pylist() == rows.values("hh") and landed["row_no"].to_pylist() == rows.row_nos
    assert set(landed["submission_id"].to_pylist()) == {"s1"}


def odd(sheet: Any) -> None:
    """Row n of the list is n rows below the header."""
    cell_of(sheet, "改造户数", 10).value = "1,200"  # a number as text
    cell_of(sheet, "改造户数", 20).value = "很多"
    cell_of(sheet, "改造户数", 30).value = -0.0
    cell_of(sheet, "改造户数", 31).value = 0
    cell_of(sheet, "改造户数", 40).value = "=1+1"  # without its value
    cell_of(sheet, "任务编号", 50).value = None
    for cell in sheet[cell_of(sheet, "改造户数", 60).row]:
        cell.value = None
    for cell in sheet[cell_of(sheet, "改造户数", 70).row]:
        cell.value = None
    sheet.cell(cell_of(sheet, "改造户数", 70).row, 1).value = "注：以下为补报"
    for n in (80, 81):
        sheet.cell(cell_of(sheet, "改造户数", n).row, sheet.max_column + (n == 80)).value = "备用"


def test_what_is_odd_is_said_at_its_cell_and_nothing_else_is_lost(sound: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(sound)
    edit(path, odd)
    sheet = openpyxl.load_workbook(path).worksheets[0]
    households = {n: cell_of(sheet, "改造户数", n).coordinate for n in (10, 20, 40)}
    key, note = cell_of(sheet, "任务编号", 50).coordinate, sheet.cell(cell_of(sheet, "改造户数", 70).row, 1).coordinate
    stranger = sheet.cell(cell_of(sheet, "改造户数", 80).row, sheet.max_column).coordinate
    result = read(path.read_bytes())
    said = {(f.rule, f.cell, f.found) for f in result.findings if f.rule != "ROW-003"}
    assert said == {
        ("FDT-003", households[10], "1,200"),
        ("FDT-001", households[20], "很多"),
        ("FML-001", households[40], "=1+1"),
        ("ROW-009", key, "空"),
        ("ROW-007", note, "注：以下为补报"),
        ("ROW-004", stranger, "2"),
    }
    rows = result.tables["J4"]
    kept = [n for n in range(1, COUNT + 1) if n not in (50, 60, 70)]
    assert rows.filed("task_id") == [f"110108{n:06d}-2023" for n in kept]
    other = {10: Decimal(1200), 20: None, 30: Decimal(0), 31: Decimal(0), 40: None}
    assert rows.filed("hh") == [other.get(n, Decimal(100 + n % 7)) for n in kept]
    held = {row.values["task_id"].filed: row for row in rows}[f"110108{10:06d}-2023"]
    assert (held.values["hh"].cell, held.values["hh"].raw) == (households[10], "1,200")


def test_values_that_python_holds_for_equal_stay_apart() -> None:
    different: list[Any] = [1, 1.0, True, 0.0, -0.0, False, "1", "", dt.date(2023, 1, 1), dt.datetime(2023, 1, 1)]
    rows = [[value] for value in different] * LIST_ROWS
    assert is_list(rows)
    [column] = columns_of(rows, lambda v: (type(v).__name__, repr(v)))
    for n, value in enumerate(different, start=1):
        wanted = None if value == "" else repr(value)
        held = column.codes[n - 1]
        assert (column.texts[held - 1] if held else None) == wanted


def test_a_list_gives_the_cells_that_rows_give(sound: bytes) -> None:
    sheet = read_workbook(sound).sheets[0]
    whole = Sheet(sheet.name, True, dict(sheet.cells))
    last = sheet.last_row
    assert sheet.columns and not whole.columns
    assert (last, sheet.last_column, sheet.count) == (whole.last_row, whole.last_column, whole.count)
    assert [*sheet.filled()] == [*whole.filled()]
    assert list(sheet.top(40).items()) == list(whole.top(40).items())
    assert list(sheet.in_rows([3, last]).items()) == list(whole.in_rows([3, last]).items())
    assert all(sheet.at(row, column) == cell for (row, column), cell in whole.cells.items())
    assert sheet.at(last + 1, 1) is None and sheet.at(1, sheet.last_column + 1) is None


def text_of(name: str, is_long: bool) -> bytes:
    """Separated text of two columns, `name` in its first cell."""
    return (f"{name},值\n" + "行,1\n" * (LONG_FILE // 6 + 1 if is_long else 1)).encode()


def test_long_and_short_files_are_answered_in_the_order_in_which_they_were_given() -> None:
    names = ["long1", "long2", "", "short1", "long3", "short2", "long4", "long5", ""]
    files = [text_of(name, "long" in name) if name else b"" for name in names]
    assert all((len(data) >= LONG_FILE) == ("long" in name) for name, data in zip(names, files, strict=True))
    found = ["" if isinstance(book, UnreadableFile) else book.sheets[0].text(1, 1) for book in read_workbooks(files)]
    assert found == names


def test_a_reading_that_stops_in_the_middle_leaves_no_answer_to_the_next_one() -> None:
    reading = read_workbooks([text_of(str(n), True) for n in range(4)])
    next(reading)
    reading.close()  # type: ignore[attr-defined]
    assert read_workbook(text_of("末", False)).sheets[0].text(1, 1) == "末"
