"""Any legal values typed into a blank come back; any moving of rows and columns reads the same or says so.

Sheets are kept as grids of cells, so that a workbook is made in milliseconds. What is meant is drawn first; what is
typed, in which unit and spelling, follows from it.
"""

from __future__ import annotations

import copy
import datetime as dt
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.blank import write_form
from ingestion.catalogue import catalogue
from ingestion.form_model import FieldSet, FormField, FormTable
from ingestion.model import ReadResult
from ingestion.reading import read_bytes
from tests.legal_values import UNIT, typed

PERIODS = {"J1": "2023", "J2": "2023-09", "J3": "2023", "J4": "2023-09"}
# the units that a form may print instead of its own: how many of the smallest one is worth
WORTH = {
    "money": {"元": 1, "万元": 10**4, "千万元": 10**7, "亿元": 10**8},
    "length": {"米": 1, "公里": 10**3, "万米": 10**4},
    "area": {"平方米": 1, "万平方米": 10**4},
    "communities": {"个": 1, "万个": 10**4},
    "households": {"户": 1, "万户": 10**4},
}
ROWS = 3
Grid = list[list[Any]]
property_test = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@dataclass
class Sheet:
    """One set of fields on its sheet: the grid, the row of its header, and where each field stands."""

    name: str
    fields: FieldSet
    is_items: bool
    head: int  # index of the header row
    places: dict[str, tuple[int, int]]  # field → cell of an item, or header cell of a column
    grid: Grid


@lru_cache(maxsize=8)
def _blank(form: str) -> tuple[list[Sheet], dict[str, Grid]]:
    """The sheets of a blank that hold fields, and all its other sheets."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        write_form(
            catalogue().form(form), path, unit_code=UNIT, unit_name="海淀区", period=PERIODS[form], rulebook_version="0"
        )
        book = openpyxl.load_workbook(path)
    grids = {page.title: [list(row) for row in page.iter_rows(values_only=True)] for page in book.worksheets}
    sheets = []
    for fields in catalogue().form(form).field_sets:
        lines = [line for line in grids["_jiugai"][1:] if line[5] == fields.id]
        places = {line[6]: (book[line[3]][line[4]].row - 1, book[line[3]][line[4]].column - 1) for line in lines}
        is_items = fields.id == form and bool(catalogue().form(form).fields)
        first = min(row for row, _ in places.values())
        sheets.append(Sheet(lines[0][3], fields, is_items, first - is_items, places, grids.pop(lines[0][3])))
    return sheets, grids


def saved(sheets: Sequence[Sheet], others: dict[str, Grid]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    for name, grid in [*((s.name, s.grid) for s in sheets), *others.items()]:
        page = book.add_worksheet(name)
        for r, row in enumerate(grid):
            for c, value in enumerate(row):
                if isinstance(value, str):
                    page.write_string(r, c, value)
                elif value is not None:
                    page.write_number(r, c, value)
        if name.startswith("_"):
            page.hide()
    book.close()
    return out.getvalue()


Meant = dict[str, list[dict[str, Any]]]


def _other_unit(draw: Any, field: FormField, value: Decimal) -> tuple[Any, str | None]:
    """The same amount in another unit of its kind, when a cell can hold it."""
    kinds = [units for units in WORTH.values() if field.unit in units]
    if not kinds or not draw(st.booleans()):
        return None, None
    name = draw(st.sampled_from(sorted(kinds[0])))
    number = value * kinds[0][str(field.unit)] / kinds[0][name]
    return (float(number), name) if len(number.normalize().as_tuple().digits) <= 15 else (None, None)


@st.composite
def filled(draw: Any, form: str) -> tuple[list[Sheet], dict[str, Grid], Meant]:
    """A blank with some fields filled in."""
    held, others = _blank(form)
    sheets = copy.deepcopy(held)
    meant: Meant = {}
    for sheet in sheets:
        chosen = draw(st.lists(st.sampled_from(sheet.fields.fields), min_size=1, max_size=12, unique_by=lambda f: f.id))
        fill = _fill_items if sheet.is_items else _fill_rows
        meant[sheet.fields.id] = fill(draw, sheet, [f for f in chosen if f.id != "plan_year"])
    return sheets, others, meant


def _fill_items(draw: Any, sheet: Sheet, chosen: Sequence[FormField]) -> list[dict[str, Any]]:
    meant = {}
    for field in chosen:
        row, column = sheet.places[field.id]
        cell, meant[field.id] = draw(typed(field))
        if field.is_number:
            number, unit = _other_unit(draw, field, meant[field.id])
            if unit is not None:
                cell, sheet.grid[row][column - 1] = number, unit
        sheet.grid[row][column] = cell
    return [meant]


def _fill_rows(draw: Any, sheet: Sheet, chosen: Sequence[FormField]) -> list[dict[str, Any]]:
    table = cast(FormTable, sheet.fields)
    keys = [f for f in table.fields if f.id in table.key]
    units = {}
    for field in chosen:
        row, column = sheet.places[field.id]
        kinds = [kind for kind in WORTH.values() if field.unit in kind]
        if field.is_number and kinds and draw(st.booleans()):
            name = units[field.id] = draw(st.sampled_from(sorted(kinds[0])))
            sheet.grid[row][column] = str(sheet.grid[row][column]).replace(f"（{field.unit}）", f"（{name}）")
    is_printed = sheet.grid[sheet.head + 1][0] is not None
    rows = []
    for number in range(ROWS):
        values: dict[str, Any] = {}
        line = sheet.grid[sheet.head + 1 + number]
        for field in {f.id: f for f in [*keys, *chosen]}.values():
            column = sheet.places[field.id][1]
            if line[column] is not None:  # a code printed in advance
                values[field.id] = line[column].split(" ")[0]
                continue
            cell, value = draw(typed(field))
            if field in keys and field.type == "text":
                cell = value = f"{number}号"
            if field.id in units:
                worth = next(kind for kind in WORTH.values() if field.unit in kind)
                amount = value * worth[str(field.unit)] / worth[units[field.id]]
                if len(amount.normalize().as_tuple().digits) > 15:
                    continue
                cell = float(amount)
            line[column], values[field.id] = cell, value
        rows.append(values)
    # a code printed in advance and nothing beside it was not filled in
    return [row for row in rows if row.keys() - table.key or not is_printed]


def read(sheets: Sequence[Sheet], others: dict[str, Grid]) -> ReadResult:
    return read_bytes(saved(sheets, others), catalogue(), today=dt.date(2024, 1, 31))[0]


def held_in(result: ReadResult, sheets: Sequence[Sheet]) -> Meant:
    held: Meant = {}
    for sheet in sheets:
        rows = [result.values] if sheet.is_items else [r.values for r in result.tables.get(sheet.fields.id, [])]
        held[sheet.fields.id] = [{name: value.filed for name, value in row.items()} for row in rows]
    return held


@pytest.mark.parametrize("form", PERIODS)
@property_test
@given(data=st.data())
def test_what_is_typed_into_a_blank_comes_back_in_every_unit_and_spelling(form: str, data: Any) -> None:
    sheets, others, meant = data.draw(filled(form))
    result = read(sheets, others)
    assert held_in(result, sheets) == meant


# -- moving ---------------------------------------------------------------------------------------------------------
def _insert_rows(draw: Any, sheet: Sheet) -> None:
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(sheet.grid)))
        sheet.grid.insert(at, draw(st.sampled_from([[], ["注：本表由区县填报"], [None, "备注：以上已核对"]])))


def _insert_titles(draw: Any, sheet: Sheet) -> None:
    titles: Grid = [["附件2"], [], [None, None, "二〇二三年"]]
    sheet.grid[:0] = titles[: draw(st.integers(1, 3))]


def _delete_row(draw: Any, sheet: Sheet) -> None:
    """Any row but one that was typed into a list: what is no longer there, nobody can miss."""
    rows = [n for n, row in enumerate(sheet.grid) if sheet.is_items or n <= sheet.head or not any(row)]
    del sheet.grid[draw(st.sampled_from(rows))]


def _shuffle_rows(draw: Any, sheet: Sheet) -> None:
    rows = sheet.grid[sheet.head + 1 :]
    sheet.grid[sheet.head + 1 :] = draw(st.permutations(rows))


def _shuffle_columns(draw: Any, sheet: Sheet) -> None:
    first = sheet.head if sheet.is_items else sheet.head - 1
    width = max(len(row) for row in sheet.grid[first:])
    order = draw(st.permutations(range(width)))
    for row in sheet.grid[first:]:
        row.extend([None] * (width - len(row)))
        row[:] = [row[n] for n in order]


def _insert_column(draw: Any, sheet: Sheet) -> None:
    at, text = draw(st.integers(0, 6)), draw(st.sampled_from([None, "备注", "序号"]))
    for number, row in enumerate(sheet.grid):
        row.insert(at, text if number == sheet.head else None)


def _delete_column(draw: Any, sheet: Sheet) -> None:
    at = draw(st.integers(0, max(len(row) for row in sheet.grid) - 1))
    for row in sheet.grid:
        del row[at : at + 1]


def _swap_words(draw: Any, sheet: Sheet) -> None:
    """Two labels of items, or two header words, change places, without codes and values."""
    if sheet.is_items:
        first, second = draw(
            st.lists(st.integers(sheet.head + 1, len(sheet.grid) - 1), min_size=2, max_size=2, unique=True)
        )
        one, other = sheet.grid[first], sheet.grid[second]
        if len(one) > 1 and len(other) > 1:
            one[1], other[1] = other[1], one[1]
    else:
        head = sheet.grid[sheet.head]
        first, second = draw(st.lists(st.integers(0, len(head) - 1), min_size=2, max_size=2, unique=True))
        head[first], head[second] = head[second], head[first]


def _erase_word(draw: Any, sheet: Sheet) -> None:
    """A code, a label or a header word goes."""
    if sheet.is_items:
        row = sheet.grid[draw(st.integers(sheet.head + 1, len(sheet.grid) - 1))]
        at = draw(st.integers(0, 1))
    else:
        row = sheet.grid[sheet.head]
        at = draw(st.integers(0, len(row) - 1))
    if at < len(row):
        row[at] = None


MOVES: dict[str, Callable[[Any, Sheet], None]] = {
    "rows in another order": _shuffle_rows,
    "columns in another order": _shuffle_columns,
    "rows put in": _insert_rows,
    "titles put on top": _insert_titles,
    "a column put in": _insert_column,
    "a row taken out": _delete_row,
    "a column taken out": _delete_column,
    "two words changed": _swap_words,
    "a word taken out": _erase_word,
}


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("form", PERIODS)
@property_test
@given(data=st.data())
def test_what_was_moved_reads_the_same_or_is_said_never_as_another_value(form: str, move: str, data: Any) -> None:
    sheets, others, meant = data.draw(filled(form))
    sheet = data.draw(st.sampled_from(sheets))
    MOVES[move](data.draw, sheet)
    result = read(sheets, others)
    held = held_in(result, sheets)
    is_whole = True
    for page in sheets:
        name, table = page.fields.id, cast(FormTable, page.fields)
        if page.is_items:
            pairs = [(held[name][0], meant[name][0])]
        else:
            key = table.key[0]  # different in each row that is typed
            rows = {row[key]: row for row in meant[name]}
            assert {row[key] for row in held[name]} <= rows.keys()
            pairs = [(row, rows[row[key]]) for row in held[name]]
            is_whole &= len(held[name]) == len(meant[name])
        for got, wanted in pairs:
            assert {k: wanted.get(k) for k in got} == got
            is_whole &= got.keys() == wanted.keys()
    # a column that need not be filled and is gone is told as information
    assert is_whole or [f for f in result.findings if f.severity != "info" or f.rule == "ROW-003"]
