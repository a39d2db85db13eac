"""Blanks as the command writes them, filled in, saved by LibreOffice in three formats, read again: the same values.

One LibreOffice process saves them all in one format. What is typed is worked out here, not taken from our reading.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from ingestion.blank_cells import fileable_codes
from ingestion.catalogue import catalogue
from ingestion.form_model import FieldSet, FormField
from ingestion.model import ReadResult
from ingestion.reading import read_bytes
from quality.prefill import write_blank
from tests.factories import SOUND_J2, SOUND_J4, cell_of
from tests.hand_made import file_return
from tests.office import save_as

PERIODS = {"J1": "2023", "J2": "2023-09", "J3": "2023", "J4": "2023-09"}
FILES = [*PERIODS, "J2-prefilled", "J4-prefilled"]
ROWS = 3  # typed into each table
Rows = dict[str, list[dict[str, Any]]]


def legal(field: FormField, number: int) -> tuple[Any, Any]:
    """What goes into a cell, and what it means: a different value for each field and row."""
    if field.id == "plan_year":
        return 2023, Decimal(2023)
    if field.is_number:
        value = Decimal(number) + (Decimal(number % 89 + 1).scaleb(-field.decimals) if field.decimals else 0)
        return (float(value) if field.decimals else int(value)), value
    if field.type == "date":
        day = dt.date(2023, 1, 1) + dt.timedelta(days=number % 240)
        return (day.isoformat() if number % 2 else dt.datetime(day.year, day.month, day.day)), day
    if field.type == "month":
        return f"2023年{number % 9 + 1}月", f"2023-{number % 9 + 1:02d}"
    if field.type == "bool":
        return ("是", True) if number % 2 else ("否", False)
    if "areas" in field.codelists:
        return "110108 海淀区", "110108"
    if field.codelists:
        codes = fileable_codes(field.codelists, catalogue(), "2023-09")
        return codes[number % len(codes)], codes[number % len(codes)].split(" ")[0]
    return f"文字{number}号", f"文字{number}号"


def fill(path: Path, form: str) -> Rows:
    """Type into every cell of a blank that its hidden map names; tables get three rows. Returns what it means."""
    book = openpyxl.load_workbook(path)
    meant: Rows = {}
    for name, address, set_id, field_id in book["_jiugai"].iter_rows(min_row=2, min_col=4, max_col=7, values_only=True):
        field = catalogue().field_sets[str(set_id)].by_id[str(field_id)]
        start = book[str(name)][str(address)]
        is_item = set_id == form and bool(catalogue().form(form).fields)
        rows = meant.setdefault(str(set_id), [{} for _ in range(1 if is_item else ROWS)])
        for number, row in enumerate(rows):
            cell = book[str(name)].cell(start.row + (0 if is_item else number + 1), start.column)
            if cell.protection.locked:  # a code printed in advance
                row[field.id] = str(cell.value).split(" ")[0]
            else:
                cell.value, row[field.id] = legal(field, 7 * cell.row + 11 * cell.column)
    book.save(path)
    return meant


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Rows]]:
    folder = tmp_path_factory.mktemp("filled")
    home = folder / "home"
    file_return(home, "J2", "110108", "2023-08", SOUND_J2)
    file_return(home, "J4", "110108", "2023-08", {}, SOUND_J4)
    meant = {}
    for name in FILES:
        form, _, prefill = name.partition("-")
        path = folder / f"{name}.xlsx"
        made = write_blank(home, form, "110108", PERIODS[form], path, prefill=bool(prefill))
        assert bool(made["previous"]) == bool(prefill)
        meant[name] = fill(path, form)
    for kind in ("xlsx", "xls", "ods"):
        save_as(kind, [folder / f"{n}.xlsx" for n in FILES], folder / "saved")
    return folder, meant


def held_in(result: ReadResult) -> Rows:
    """What was read, in the units of the form."""
    fields: FieldSet = catalogue().form(str(result.form))
    items = {str(result.form): [{n: v.filed for n, v in result.values.items()}]} if fields.fields else {}
    return items | {t: [{n: v.filed for n, v in r.values.items()} for r in rows] for t, rows in result.tables.items()}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("kind", ["as filled in", "xlsx", "xls", "ods"])
def test_every_value_comes_back(filled: tuple[Path, dict[str, Rows]], name: str, kind: str) -> None:
    folder, meant = filled
    path = folder / f"{name}.xlsx" if kind == "as filled in" else folder / "saved" / f"{name}.{kind}"
    result = read_bytes(path.read_bytes(), catalogue(), today=dt.date(2024, 1, 31))[0]
    form = name.partition("-")[0]
    assert (result.form, result.unit_code, result.period, result.is_sample) == (form, "110108", PERIODS[form], False)
    assert held_in(result) == meant[name]
    # one made-up value for each field: only what compares rows of different sheets may be wrong
    assert {f.rule for f in result.findings if f.severity == "error"} <= {"REF-001"}
    assert not [f for f in result.findings if f.rule.startswith(("ROW", "UNT", "FLF", "FML"))]


def test_a_list_is_carried_forward_but_for_what_grows(tmp_path: Path) -> None:
    file_return(tmp_path, "J4", "110108", "2023-08", {}, SOUND_J4)
    file_return(tmp_path, "J4", "110105", "2023-08", {}, {"J4": [{**SOUND_J4["J4"][0], "xq_name": "外区小区"}]})
    out = tmp_path / "september.xlsx"
    made = write_blank(tmp_path, "J4", "110108", "2023-09", out, prefill=True)
    assert (made["previous"]["submission_id"], made["previous"]["period"]) == ("S000001", "2023-08")

    read = held_in(read_bytes(out.read_bytes(), catalogue())[0])
    growing = {"inv_done_total", "fund_arr", "fund_paid", "arrived"}  # of what the factory fills in
    meant = {t: [{k: v for k, v in row.items() if k not in growing} for row in rows] for t, rows in SOUND_J4.items()}
    assert {t: rows for t, rows in read.items() if rows} == meant
    sheet = openpyxl.load_workbook(out)["改造项目"]
    money = cell_of(sheet, "累计到位资金", 2)
    assert (money.value, sheet.cell(money.row, money.column + 1).value) == (None, 200)


def test_the_accounts_of_last_year_stand_beside_their_codes(tmp_path: Path) -> None:
    accounts = {"J3F": [{"src": "F12", "arrived": Decimal("12.50")}, {"src": "F99", "paid": Decimal(3)}]}
    file_return(tmp_path, "J3", "110108", "2022", {"e_xq": 5}, accounts)
    out = tmp_path / "2023.xlsx"
    write_blank(tmp_path, "J3", "110108", "2023", out, prefill=True)
    result = read_bytes(out.read_bytes(), catalogue())[0]
    assert result.values == {} and result.tables["J3F"] == []  # nothing was filled in, all of it is beside
    sheet = openpyxl.load_workbook(out)["年度资金决算"]
    head = cell_of(sheet, "本年到位", 0)
    shown = {sheet.cell(r, 1).value: sheet.cell(r, head.column + 1).value for r in range(head.row + 1, head.row + 31)}
    assert {k: v for k, v in shown.items() if v is not None} == {"F12 中央预算内投资": 12.5}
