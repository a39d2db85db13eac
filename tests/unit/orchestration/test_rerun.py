"""One province for one period run again from Dagster: the rows come back, differences show, and a build follows by itself."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from ingestion.catalogue import catalogue
from ingestion.register import Register, submissions
from ingestion.transcripts import write_source
from orchestration.sensors import receive_due
from quality.receive import Receiver
from quality.warehouse import build
from tests.factories import write_return, write_roster


def _rerun(defs: dg.Definitions, instance: dg.DagsterInstance, job: str, key: str) -> dg.ExecuteInProcessResult:
    return defs.resolve_job_def(job).execute_in_process(instance=instance, partition_key=key, raise_on_error=False)


def _shown(result: dg.ExecuteInProcessResult, node: str) -> dict[str, Any]:
    (event,) = result.asset_materializations_for_node(node)
    return {name: value.value for name, value in event.metadata.items()}


def _decisions(home: Path) -> list[dict[str, Any]]:
    register = Register(home)
    try:
        return register.rows(submissions, order=submissions.c.seq)
    finally:
        register.close()


@pytest.mark.parametrize(
    ("form", "period", "job"), [("J2", "2023-09", "rerun_province_month"), ("J1", "2023", "rerun_province_year")]
)
def test_a_lost_partition_is_back_after_a_rerun(
    home_defs: dg.Definitions, home: Path, instance: dg.DagsterInstance, form: str, period: str, job: str
) -> None:
    Receiver(home).receive([write_return(home / "out" / "a.xlsx", form, unit="110108", period=period)])
    path = home / "returns" / f"form={form}" / f"period={period}" / "province=110000" / "rows.parquet"
    rows, decided = path.read_bytes(), _decisions(home)
    build(home)
    path.unlink()
    key = dg.AssetKey(f"returns_{form.lower()}")

    result = _rerun(home_defs, instance, job, f"{period}|110000")

    assert result.success and path.read_bytes() == rows and _decisions(home) == decided
    shown = _shown(result, f"returns_{form.lower()}")
    assert (shown["重读前行数 rows before"], shown["重读后行数 rows after"]) == (0, 1)
    assert "已恢复" in shown["重读 read again"] and shown["已接收 accepted"] == 1
    checks = {e.check_name: e for e in result.get_asset_check_evaluations() if e.asset_key == key}
    assert (checks["complete"].partition, checks["complete"].passed) == (f"{period}|110000", False)
    # else Dagster would show what the audit said before as not evaluated
    assert {"audit_errors", "audit_warnings"} <= set(checks)
    order = [e.event_type_value for e in result.all_events if e.step_key == f"returns_{form.lower()}"]
    assert order.index("ASSET_MATERIALIZATION") < order.index("ASSET_CHECK_EVALUATION")
    # the build follows without anybody asking
    assert isinstance(receive_due(instance, home, time.time() + 60, 5), dg.RunRequest)


def test_every_table_of_a_roster_comes_back(
    home_defs: dg.Definitions, home: Path, instance: dg.DagsterInstance
) -> None:
    Receiver(home).receive([write_roster(home / "a.xlsx", unit="110108", period="2023-09")])
    of_j4 = {p: p.read_bytes() for p in (home / "returns").glob("form=J4*/period=2023-09/province=110000/rows.parquet")}
    assert len(of_j4) == len(catalogue().form("J4").field_sets)
    for n, path in enumerate(of_j4):
        path.write_bytes(b"damaged") if n % 2 else path.unlink()

    result = _rerun(home_defs, instance, "rerun_province_month", "2023-09|110000")

    assert result.success and {p: p.read_bytes() for p in of_j4} == of_j4
    assert f"{len(of_j4)} 个文件丢失或损坏" in _shown(result, "returns_j4")["重读 read again"]


def test_a_rerun_that_finds_nothing_new_asks_for_no_build(
    home_defs: dg.Definitions, home: Path, instance: dg.DagsterInstance
) -> None:
    Receiver(home).receive([write_return(home / "out" / "a.xlsx")])
    build(home)

    result = _rerun(home_defs, instance, "rerun_province_month", "2023-09|110000")

    assert _shown(result, "returns_j2")["重读 read again"].startswith("与现有一致")
    assert isinstance(receive_due(instance, home, time.time() + 60, 5), dg.SkipReason)


def test_where_nobody_filed_nothing_is_materialized_and_the_missing_are_named(
    home_defs: dg.Definitions, instance: dg.DagsterInstance
) -> None:
    result = _rerun(home_defs, instance, "rerun_province_month", "2023-09|440000")

    assert result.success and result.get_asset_materialization_events() == []
    assert {(e.check_name, e.passed) for e in result.get_asset_check_evaluations()} == {("complete", False)}
    assert all("缺报 missing 124" in (e.description or "") for e in result.get_asset_check_evaluations())


def test_a_lost_original_fails_the_run(home_defs: dg.Definitions, home: Path, instance: dg.DagsterInstance) -> None:
    Receiver(home).receive([write_return(home / "out" / "a.xlsx")])
    next((home / "archive").rglob("*.xlsx")).unlink()

    assert not _rerun(home_defs, instance, "rerun_province_month", "2023-09|110000").success


def test_a_publication_is_read_again_from_its_asset(
    home_defs: dg.Definitions, home: Path, instance: dg.DagsterInstance
) -> None:
    source = catalogue().source("T2309")
    path = home / "out" / "T2309.xlsx"
    path.parent.mkdir(parents=True)
    assert write_source(source, catalogue(), path)
    Receiver(home).receive([path], source_id="T2309")
    rows = home / "returns" / "form=PUB" / "source=T2309" / "rows.parquet"
    before = rows.read_bytes()
    rows.write_bytes(b"damaged")

    result = home_defs.resolve_implicit_global_asset_job_def().execute_in_process(
        instance=instance, partition_key="T2309", asset_selection=[dg.AssetKey("publications")]
    )

    assert result.success and rows.read_bytes() == before
