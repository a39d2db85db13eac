"""Workbooks for tests, each defect by name: made from a sound return by changing one thing with openpyxl."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter
from openpyxl.worksheet.worksheet import Worksheet

from ingestion.blank import write_form
from ingestion.catalogue import catalogue

# A J2 of one county and month in which every error relation holds (worked by hand; money in 万元).
SOUND_J2: dict[str, Any] = {
    "xq_start": 6, "hh_start": 600, "bld_start": 30, "area_start": Decimal("48000.00"), "xq_off": 0, "xq_early": 0,
    "st_wait": 1, "st_consult": 1, "st_scheme": 1, "st_review": 0, "st_tender": 1, "st_build": 3, "st_done": 2,
    "st_accept": 1, "st_out": 0, "xq_accept": 1, "hh_accept": 90, "pipe_done": Decimal("3.50"), "elev_done": 2,
    "park_done": 40, "evc_done": 5, "elder_done": 1, "child_done": 0, "svc_done": 2, "inv_plan": Decimal("2000.00"),
    "inv_done": Decimal("900.00"), "f_open": Decimal("100.00"), "f_total": Decimal("800.00"),
    "f_cen_fin": Decimal("300.00"), "f_cen_inv": Decimal("0.00"), "f_prov": Decimal("100.00"),
    "f_local": Decimal("250.00"), "f_sbond": Decimal("100.00"), "f_res": Decimal("30.00"), "f_pipe": Decimal("20.00"),
    "p_total": Decimal("500.00"), "p_cen_fin": Decimal("200.00"), "p_sbond": Decimal("50.00"),
    "f_close": Decimal("400.00"), "f_idle_1y": Decimal("0.00"), "xq_late": 0, "st_out_started": 0,
}  # fmt: skip
SOUND_J1: dict[str, Any] = {
    "plan_year": 2023, "plan_version": "V1", "plan_doc_no": "京建发〔2023〕1号", "plan_confirm_date": "2023-01-20",
    "plan_proj": 8, "plan_xq": 10, "plan_bld": 50, "plan_hh": 1000, "plan_area": Decimal("80000.00"), "plan_elev": 4,
    "plan_elder": 1, "plan_child": 1, "pf_total": Decimal("2700.00"), "pf_cen_fin": Decimal("900.00"),
    "pf_cnty": Decimal("1800.00"),
}  # fmt: skip

# Two tasks of one county and their lists: every core column is filled, money in 万元.
SOUND_TASK: dict[str, Any] = {
    "xq_uid": "110108000001", "task_id": "110108000001-2023", "proj_id": "P-2023-01", "xq_name": "松涛小区",
    "addr": "松涛路1号", "county_code": "110108", "xq_kind": "K1", "built_first": 1988, "affil": "A1", "elig": "Y1",
    "prior": "N0", "bld": 6, "hh": 300, "area": Decimal("24000.50"), "plan_year": 2023, "membership": "M1",
    "vote_hh": 300, "vote_part": 280, "vote_agree": 270, "d_plan": dt.date(2023, 1, 20), "stage": "ST02",
    "inv_total": Decimal("900.00"), "inv_done_total": Decimal("100.00"), "fund_arr": Decimal("200.00"),
    "fund_paid": Decimal("80.00"), "rec_status": "A",
}  # fmt: skip
SECOND_TASK = {**SOUND_TASK, "xq_uid": "110108000002", "task_id": "110108000002-2023", "xq_name": "云杉小区", "hh": 120}
SOUND_J4: dict[str, list[dict[str, Any]]] = {
    "J4": [SOUND_TASK, SECOND_TASK],
    "J4C": [{"task_id": "110108000001-2023", "item": "JC01", "plan_qty": Decimal("1.20"), "done_ym": "2023-08"}],
    "J4F": [
        {"task_id": "110108000001-2023", "src": "F11", "arrived": Decimal("200.00")},
        {"task_id": "110108000002-2023", "src": "F32", "arrived": Decimal("200.00"), "doc_no": "=京财〔2023〕1号"},
    ],
}


def with_decimals(values: Mapping[str, Any]) -> dict[str, Any]:
    return {k: Decimal(v) if isinstance(v, int) and not isinstance(v, bool) else v for k, v in values.items()}


def write_roster(
    path: Path,
    tables: Mapping[str, list[dict[str, Any]]] | None = None,
    *,
    form: str = "J4",
    unit: str = "110108",
    period: str = "2023-09",
    sample: bool = False,
    values: Mapping[str, Any] | None = None,
) -> Path:
    """A form of tables; by default a sound J4 of two tasks."""
    rows = SOUND_J4 if tables is None else tables
    write_form(
        catalogue().form(form), path, unit_code=unit, unit_name=catalogue().area(unit).name_zh, period=period,
        values=with_decimals(values or {}), tables={t: [with_decimals(r) for r in held] for t, held in rows.items()},
        sample=sample, rulebook_version=catalogue().version,
    )  # fmt: skip
    return path


def write_return(
    path: Path,
    form: str = "J2",
    *,
    unit: str = "110108",
    period: str = "2023-09",
    sample: bool = False,
    **changes: Any,
) -> Path:
    """A sound return with some values changed (None = left blank)."""
    values = {**(SOUND_J2 if form == "J2" else SOUND_J1), **changes}
    values = {k: Decimal(v) if isinstance(v, int) else v for k, v in values.items() if v is not None}
    path.parent.mkdir(parents=True, exist_ok=True)
    write_form(
        catalogue().form(form), path, unit_code=unit, unit_name=catalogue().area(unit).name_zh, period=period,
        values=values, sample=sample, rulebook_version=catalogue().version,
    )  # fmt: skip
    return path


def row_of(sheet: Worksheet, code: str) -> int:
    """Row of an item by its printed code."""
    return next(r for r in range(1, sheet.max_row + 1) if str(sheet.cell(r, 1).value) == code)


def edit(
    path: Path, change: Callable[[Worksheet], None], keep_meta: bool = True, sheet: str | int = 0, *, hide: bool = False
) -> Path:
    """Change one sheet of a workbook in place, by default the first; hide: from sight, as people do."""
    book = openpyxl.load_workbook(path)
    page = book.worksheets[sheet] if isinstance(sheet, int) else book[sheet]
    change(page)
    if hide:
        page.sheet_state = "hidden"
    if not keep_meta:
        del book["_jiugai"]
    book.save(path)
    return path


def cell_of(sheet: Worksheet, header: str, row: int = 1) -> Any:
    """The cell of a table below a header word (without ★ and unit), `row` rows down; 0 is the header cell itself."""
    for cells in sheet.iter_rows(max_row=40):
        for cell in cells:
            if str(cell.value).lstrip("★").split("（")[0] == header:
                return sheet.cell(cell.row + row, cell.column)
    raise AssertionError(f"no header {header}")


def set_value(code: str, value: Any) -> Callable[[Worksheet], None]:
    def change(sheet: Worksheet) -> None:
        sheet.cell(row_of(sheet, code), 4).value = value

    return change


def set_header(label: str, value: Any) -> Callable[[Worksheet], None]:
    def change(sheet: Worksheet) -> None:
        row = next(r for r in range(1, 15) if sheet.cell(r, 1).value == label)
        sheet.cell(row, 2).value = value

    return change


def far_corner() -> bytes:
    """A workbook with values in A1 and XFD1048576: it aborts the reading library."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write("A1", "x")
    sheet.write("XFD1048576", 1)
    book.close()
    return buffer.getvalue()


def write_rows(path: Path, rows: list[list[Any]], sheet: str = "Sheet1", meta: Mapping[str, str] | None = None) -> Path:
    """Any table as a workbook."""
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet(sheet)
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            if value not in (None, ""):
                page.write(r, c, value)
    if meta:
        hidden = book.add_worksheet("_jiugai")
        for r, pair in enumerate(meta.items()):
            hidden.write_row(r, 0, pair)
        hidden.hide()
    book.close()
    return path
