"""Workbooks to measure with: one J2 of one month for each of the first `count` basic units of the nation.

The numbers are those of the sample returns, unit by unit in turn, and say 模拟数据.
"""

from __future__ import annotations

from pathlib import Path

from ingestion.blank import write_form
from ingestion.catalogue import catalogue
from ingestion.sample_numbers import World, as_filed, month_no

MONTH, SEED = (2023, 9), 20231001


def write_month(folder: Path, count: int) -> list[Path]:
    """Write the workbooks; the same count gives the same bytes."""
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
