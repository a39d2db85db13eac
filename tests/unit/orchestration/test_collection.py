"""The matrix of `collection_status`: the missing province in sight, samples apart, and the provinces that are due by name."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from ingestion.register import Register
from orchestration.assets.collection import last_due, status_of
from quality.receive import Receiver
from tests.factories import write_return

TODAY = dt.date(2023, 11, 20)
MATRIX = "J2 城镇老旧小区改造进展情况 · 报表 returns"


@pytest.fixture
def received(home: Path) -> Path:
    """2023-09: two of 北京 (one returned), one of the corps. Nobody for 2023-10."""
    receiver = Receiver(home)
    out = home / "out"
    receiver.receive([write_return(out / "a.xlsx", unit="110108"), write_return(out / "b.xlsx", unit="110106", f_total=12345),
                      write_return(out / "c.xlsx", unit="659002")])  # fmt: skip
    receiver.register.close()
    return home


def _status(home: Path) -> tuple[dict[str, Any], dict[str, dg.AssetCheckResult]]:
    register = Register(home)
    try:
        metadata, results = status_of(home, register, TODAY)
    finally:
        register.close()
    return metadata, {str(r.check_name): r for r in results}


def test_the_matrix_shows_every_province_and_the_period_that_is_due(received: Path) -> None:
    metadata, _ = _status(received)

    lines = str(metadata[MATRIX].value).splitlines()
    assert lines[0] == "|  | 2023-10 | 2023-09 |"
    rows = {line.split("|")[1].strip(): line for line in lines[2:]}
    assert len(rows) == 32
    assert rows["110000 北京"] == "| 110000 北京 | 缺 | **1/16** 缺14 退1 |"
    assert rows["440000 广东"] == "| 440000 广东 | 缺 | 缺 |"
    assert rows["660000 兵团"].startswith("| 660000 兵团 | 缺 | **1/")


def test_the_check_names_the_provinces_to_chase(received: Path) -> None:
    metadata, checks = _status(received)

    due = checks["due_j2"]
    assert (due.passed, due.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert "2023-10" in (due.description or "") and "全缺 nobody filed 32：北京、" in (due.description or "")
    assert due.metadata["全缺 nobody filed"].value == 32
    assert metadata["J2 2023-10 到期 due"].startswith("全缺 nobody filed 32")
    assert checks["due_j1"].passed and "还没有收到过真实报表" in (checks["due_j1"].description or "")


def test_samples_stand_in_a_matrix_of_their_own_and_make_nobody_late(home: Path) -> None:
    Receiver(home).receive([write_return(home / "out" / "s.xlsx", unit="110108", sample=True)])
    metadata, checks = _status(home)

    assert MATRIX not in metadata
    assert "**1/16** 缺15" in str(metadata[MATRIX.replace("报表 returns", "模拟 samples")].value)
    assert all(c.passed for c in checks.values())


@pytest.mark.parametrize(
    ("form", "today", "period"),
    [
        ("J2", dt.date(2023, 10, 10), "2023-08"),  # provinces have until the 10th
        ("J2", dt.date(2023, 10, 11), "2023-09"),
        ("J1", dt.date(2023, 2, 1), "2022"),
        ("J1", dt.date(2023, 3, 1), "2023"),
        ("J3", dt.date(2024, 3, 1), "2023"),
    ],
)
def test_last_due_is_the_newest_period_whose_date_has_passed(form: str, today: dt.date, period: str) -> None:
    assert last_due(form, today) == period


def test_the_asset_itself_runs(home_defs: dg.Definitions, received: Path, instance: dg.DagsterInstance) -> None:
    result = home_defs.resolve_job_def("refresh_collection_status").execute_in_process(instance=instance)

    (event,) = result.asset_materializations_for_node("collection_status")
    assert MATRIX in event.metadata
    assert {"due_j1", "due_j2"} <= {e.check_name for e in result.get_asset_check_evaluations()}
