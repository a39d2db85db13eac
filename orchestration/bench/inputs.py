"""Workbooks to measure with: a month of J2, one for each of the first basic units, and a month of J4, one a province or one
for all of them.

The numbers are those of the sample returns, in turn, and say 模拟数据.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

import python_calamine
import xlsxwriter  # type: ignore[import-untyped, unused-ignore]

from ingestion.blank import write_form
from ingestion.catalogue import NATION, Catalogue, catalogue
from ingestion.form_model import FormField
from ingestion.outputs import WORKBOOK_OPTIONS
from ingestion.returns import META_SHEET
from ingestion.sample_numbers import World, as_filed, month_no
from ingestion.sample_rosters import Rosters, Row

MONTH, SEED = (2023, 9), 20231001
NATION_UNITS, NATION_ROWS = 2_851, 220_000  # units that file, and communities that they list in all


def write_month(folder: Path, count: int) -> list[Path]:
    """Write the J2; the same count gives the same bytes."""
    book = catalogue()
    form, world = book.form("J2"), World(book, SEED)
    rows = [as_filed(form, world.progress(unit)[month_no(*MONTH)]) for unit in world.units]
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for n, unit in enumerate(sorted(book.basic_units)[:count]):
        path = folder / f"J2_{unit}_2023-09.xlsx"
        write_form(
            form, path, unit_code=unit, unit_name=book.area(unit).name_zh, period=f"{MONTH[0]}-{MONTH[1]:02d}",
            values=rows[n % len(rows)], sample=True, rulebook_version=book.version,
        )  # fmt: skip
        paths.append(path)
    return paths


def write_rosters(folder: Path, count: int) -> tuple[list[Path], int]:
    """Write the J4 of the provinces that the first `count` units lie in, without lists below the communities.

    Returns: the workbooks, and how many rows they hold: as many a unit as the nation's 220,000 give.
    """
    book = catalogue()
    form = book.form("J4")
    samples = cycle(sample_rows(book))
    shares: dict[str, list[tuple[str, int]]] = {}  # province → its units, and rows of each
    for n, unit in enumerate(sorted(book.basic_units)[:count]):
        shares.setdefault(book.province_of(unit), []).append((unit, _share(n)))
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for province, units in shares.items():
        path = folder / f"J4_{province}_2023-09.xlsx"
        tasks = [_of_unit(next(samples), unit, n) for unit, rows in units for n in range(1, rows + 1)]
        write_form(
            form, path, unit_code=province, unit_name=book.area(province).name_zh,
            period=f"{MONTH[0]}-{MONTH[1]:02d}", tables={**{t.id: [] for t in form.tables}, "J4": tasks},
            sample=True, rulebook_version=book.version,
        )  # fmt: skip
        paths.append(path)
    return paths, sum(rows for units in shares.values() for _, rows in units)


def write_nation(folder: Path, count: int) -> tuple[Path, int]:
    """Write the J4 of the first `count` units as one workbook of the nation. As `write_rosters` otherwise."""
    book = catalogue()
    form = book.form("J4")
    folder.mkdir(parents=True, exist_ok=True)
    head, path = folder / "head.xlsx", folder / "J4_000000_2023-09.xlsx"
    write_form(
        form, head, unit_code=NATION, unit_name=book.area(NATION).name_zh, period=f"{MONTH[0]}-{MONTH[1]:02d}",
        tables={t.id: [] for t in form.tables}, sample=True, rulebook_version=book.version,
    )  # fmt: skip
    empty = python_calamine.CalamineWorkbook.from_path(str(head))
    # rows go to the disk as they come: whole, so many cells take more memory than receiving them
    made = xlsxwriter.Workbook(str(path), {**WORKBOOK_OPTIONS, "in_memory": False, "constant_memory": True})
    day = made.add_format({"num_format": "yyyy-mm-dd"})
    samples, fields, rows = cycle(sample_rows(book)), form.tables[0].fields, 0
    for name in (form.tables[0].sheet, META_SHEET):
        sheet = made.add_worksheet(name)
        top = empty.get_sheet_by_name(name).to_python(skip_empty_area=False)
        for r, values in enumerate(top):
            for c, value in enumerate(values):
                if value != "":
                    sheet.write(r, c, value)
        for n, unit in enumerate(sorted(book.basic_units)[:count] if name != META_SHEET else ()):
            for own in range(1, _share(n) + 1):
                _write_row(sheet, len(top) + rows, _of_unit(next(samples), unit, own), fields, day)
                rows += 1
    sheet.hide()
    made.close()
    head.unlink()
    return path, rows


def _write_row(sheet: Any, row: int, task: Row, fields: Sequence[FormField], day: Any) -> None:
    for column, item in enumerate(fields):
        value = task.get(item.id)
        if isinstance(value, bool):
            sheet.write_string(row, column, "是" if value else "否")
        elif isinstance(value, dt.date):
            sheet.write_datetime(row, column, dt.datetime.combine(value, dt.time()), day)
        elif isinstance(value, str):
            sheet.write_string(row, column, value)
        elif value is not None:
            sheet.write_number(row, column, float(value))


def _share(n: int) -> int:
    """Rows of the unit number n, counted from 0."""
    return NATION_ROWS * (n + 1) // NATION_UNITS - NATION_ROWS * n // NATION_UNITS


def sample_rows(book: Catalogue) -> list[Row]:
    """The J4 rows of every sample unit in the month, in form units."""
    world = World(book, SEED)
    rosters = Rosters(world, SEED)
    return [row for unit in world.units for row in rosters.tables(unit, month_no(*MONTH))["J4"]]


def _of_unit(sample: Row, unit: str, n: int) -> Row:
    """The same community as another one: of another unit, with a name and a house number of its own, and no contents."""
    uid = f"{unit}{n:06d}"
    own = {"xq_uid": uid, "task_id": f"{uid}-{sample['plan_year']}", "county_code": unit, "addr": f"模拟路{n}号"}
    none = dict.fromkeys(("has_jc", "has_ws", "has_ts"), False)
    return {**sample, **own, **none, "proj_id": f"XM{unit}-{n}", "xq_name": f"{sample['xq_name']}{n}区"}
