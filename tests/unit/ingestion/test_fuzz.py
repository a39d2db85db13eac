"""No mutant of a workbook is a traceback, and what is read of one is what LibreOffice shows in the same cells.

`make fuzz` reads 10,000; JIUGAI_FUZZ and JIUGAI_FUZZ_SEED choose how many and which.
"""

from __future__ import annotations

import datetime as dt
import os
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pytest
import python_calamine

from ingestion.catalogue import catalogue
from ingestion.model import CellValue, ReadResult
from ingestion.reading import read_bytes
from ingestion.samples import sound_returns
from ingestion.workbook import split_address
from quality.audit.run import audit
from tests.mutants import in_sheet, mutants
from tests.office import save_as

COUNT = int(os.environ.get("JIUGAI_FUZZ", "500"))
SEED = int(os.environ.get("JIUGAI_FUZZ_SEED", "1"))
TODAY = dt.date(2024, 6, 1)
BATCH = 250  # workbooks that LibreOffice opens in one go


def held(result: ReadResult) -> list[CellValue]:
    of_rows = [v for rows in result.tables.values() for row in rows for v in row.values.values()]
    return [*result.values.values(), *of_rows]


def contents(values: list[CellValue]) -> set[tuple[str, str, str]]:
    return {(v.sheet, v.cell, v.raw) for v in values}


def is_same(ours: CellValue, shown: Any) -> bool:
    """What we read of a cell (its raw text) and what LibreOffice saved of it."""
    raw = ours.raw.strip()
    if isinstance(shown, bool):
        return raw.upper() in (str(shown).upper(), str(int(shown)))
    if isinstance(shown, (int, float)):
        try:
            return Decimal(raw) == Decimal(str(shown))
        except InvalidOperation:
            return False
    if isinstance(shown, (dt.datetime, dt.date)):
        return raw[:10] == shown.isoformat()[:10]
    return raw == str(shown or "").strip()


def shown_by_libreoffice(files: list[Path], out: Path) -> None:
    for start in range(0, len(files), BATCH):
        batch = files[start : start + BATCH]
        save_as("xlsx", batch, out)
        for file in batch:  # it sometimes ends before its last files; each of those is then asked for alone
            if not (out / file.name).is_file():
                save_as("xlsx", [file], out)


@pytest.mark.parametrize("stored", ["NaN", "1e999", "-1e999", "nan"])
def test_a_number_that_is_none_is_asked_at_its_cell(tmp_path: Path, stored: str) -> None:
    """Found by seed 20251125: NaN in an amount was a traceback."""
    data = sound_returns(tmp_path)["J1"].read_bytes()
    broken = in_sheet(data, rb'(<c r="D53"[^>]*><v>)[^<]*', rb"\g<1>" + stored.encode())
    result, _ = read_bytes(broken, catalogue(), today=TODAY)
    assert [(f.rule, f.sheet, f.cell) for f in result.findings if f.severity == "error"] == [
        ("FML-002", "城镇老旧小区改造年度计划", "D53")
    ]
    assert "pf_total" not in result.values


@pytest.mark.timeout(7200)
def test_mutants_are_answered_and_read_as_they_are_shown(tmp_path: Path) -> None:
    book = catalogue()
    base = {form: path.read_bytes() for form, path in sound_returns(tmp_path / "sound").items()}
    read: dict[str, list[CellValue]] = {}
    unreadable = 0
    (tmp_path / "mutants").mkdir()
    for form, data in base.items():  # the sound ones too: what LibreOffice does not open is held against them
        read[form] = held(read_bytes(data, book, today=TODAY)[0])
        (tmp_path / "mutants" / f"{form}.xlsx").write_bytes(data)
    for mutant in mutants(base, COUNT, SEED):
        try:
            result, _ = read_bytes(mutant.data, book, today=TODAY)
            audit([result], [{}], book)
        except Exception as error:
            raise AssertionError(f"{mutant.name} (seed {SEED})") from error
        unreadable += result.unreadable
        assert result.values or result.tables or any(f.severity == "error" for f in result.findings), mutant.name
        if values := held(result):
            (tmp_path / "mutants" / f"{mutant.name}.xlsx").write_bytes(mutant.data)
            read[mutant.name] = values
    assert unreadable and len(read) > COUNT // 4  # both kinds are met
    files = [tmp_path / "mutants" / f"{name}.xlsx" for name in read]
    shown_by_libreoffice(files, tmp_path / "shown")
    wrong: list[tuple[Any, ...]] = []
    for name, values in read.items():
        path = tmp_path / "shown" / f"{name}.xlsx"
        if not path.is_file():
            # it is stricter with the archive's own bookkeeping (a disk number in the directory): then nothing may differ
            if contents(values) != contents(read[name.split("-")[0]]):
                wrong.append((name, "LibreOffice does not open it, and not all is read as before"))
            continue
        saved = python_calamine.CalamineWorkbook.from_path(str(path))
        sheets = {n: saved.get_sheet_by_name(n).to_python(skip_empty_area=False) for n in saved.sheet_names}
        for value in values:
            row, column = split_address(value.cell)
            rows = sheets[value.sheet]
            shown = rows[row - 1][column - 1] if row <= len(rows) and column <= len(rows[row - 1]) else None
            if not is_same(value, shown):
                wrong.append((name, value.sheet, value.cell, value.raw, shown))
    assert not wrong, f"seed {SEED}"
