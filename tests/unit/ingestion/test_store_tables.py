"""Typed rows of a form with tables: a partition a table, written once, and made again when it is lost."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from ingestion.archive import Archive
from ingestion.catalogue import catalogue
from ingestion.model import ReadResult
from ingestion.store import Store
from ingestion.table_rows import Slot, TableRows
from tests.factories import write_roster

TABLES = ("J4", "J4C", "J4F", "J4P", "J4R")


@pytest.fixture
def row(tmp_path: Path) -> dict[str, Any]:
    data = write_roster(tmp_path / "a.xlsx").read_bytes()
    sha256 = Archive(tmp_path).keep(data, ".xlsx")
    return {
        "submission_id": "s1", "sha256": sha256, "source_id": None, "form": "J4", "unit_code": "110108",
        "period": "2023-09", "province_code": "110000",
    }  # fmt: skip


def rows_in(path: Path) -> list[dict[str, Any]]:
    return pq.ParquetFile(path).read().to_pylist()


def test_a_number_of_more_than_twenty_digits_lands_whole(tmp_path: Path, row: dict[str, Any]) -> None:
    rows = TableRows("项目", [Slot("inv_total", "A", "元")])
    rows.add(10, [(Decimal(10**22 + 1), Decimal(10**18), "…")])
    result = ReadResult(form="J4", unit_code="110108", period="2023-09", tables={"J4": rows})
    written = Store(tmp_path, catalogue()).land([row], {"s1": result})
    assert [r["inv_total"] for r in rows_in(written[0])] == [Decimal(10**22 + 1)]


def test_every_table_lands_in_a_partition_of_its_own(tmp_path: Path, row: dict[str, Any]) -> None:
    written = Store(tmp_path, catalogue()).land([row])
    assert [p.parts[-4] for p in written] == [f"form={t}" for t in TABLES]
    held = {p.parts[-4].removeprefix("form="): rows_in(p) for p in written}
    assert {t: len(held[t]) for t in TABLES} == {"J4": 2, "J4C": 1, "J4F": 2, "J4P": 0, "J4R": 0}
    assert held["J4F"][1]["arrived"] == Decimal(2_000_000) and held["J4F"][1]["doc_no"] == "=京财〔2023〕1号"
    assert [(r["row_no"], r["submission_id"], r["unit_code"]) for r in held["J4"]] == [
        (10, "s1", "110108"),
        (11, "s1", "110108"),
    ]


def test_a_lost_partition_is_made_again_and_nothing_else_is_touched(tmp_path: Path, row: dict[str, Any]) -> None:
    store = Store(tmp_path, catalogue())
    written = store.land([row])
    assert store.land([row]) == []  # a table without rows is not read again each time
    before = {p: rows_in(p) for p in written}
    lost = next(p for p in written if "form=J4F" in p.parts)
    lost.unlink()
    assert store.land([row]) == [lost]
    assert {p: rows_in(p) for p in written} == before


def test_a_submission_that_the_register_forgot_leaves_every_table(tmp_path: Path, row: dict[str, Any]) -> None:
    store = Store(tmp_path, catalogue())
    store.land([row, {**row, "submission_id": "s2"}])
    written = store.land([row])
    assert len(written) == len(TABLES)
    assert {r["submission_id"] for p in written for r in rows_in(p)} == {"s1"}
