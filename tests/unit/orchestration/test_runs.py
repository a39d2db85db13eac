"""Jobs run in this process: what a receive run shows, that a bad file stops nothing, that a bad build is thrown away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from orchestration import manifest
from orchestration.assets import warehouse as warehouse_module
from orchestration.line import report_build, report_register
from quality.dbt_build import BuildFailed, NodeResult
from quality.receive import Receiver
from quality.warehouse import BuildResult, build, current_build
from tests.factories import write_return

J2 = dg.AssetKey("returns_j2")


def _run(defs: dg.Definitions, instance: dg.DagsterInstance, job: str, **options: Any) -> dg.ExecuteInProcessResult:
    return defs.resolve_job_def(job).execute_in_process(instance=instance, raise_on_error=False, **options)


def _partition(instance: dg.DagsterInstance, asset: dg.AssetKey, partition: str) -> dict[str, Any]:
    """Metadata of a partition as its page shows it."""
    found = instance.fetch_materializations(dg.AssetRecordsFilter(asset, asset_partitions=[partition]), limit=1)
    materialization = found.records[0].asset_materialization
    assert materialization is not None
    return {name: value.value for name, value in materialization.metadata.items()}


def _verdicts(result: dg.ExecuteInProcessResult) -> dict[str, bool]:
    return {f"{e.asset_key.to_user_string()}:{e.check_name}": e.passed for e in result.get_asset_check_evaluations()}


@pytest.fixture
def dropped(home: Path) -> Path:
    """A sound return, one that breaks a relation, and something that is no workbook, in the inbox."""
    inbox = home / "inbox"
    write_return(inbox / "good.xlsx", unit="110108", period="2023-09")
    write_return(inbox / "bad.xlsx", unit="110106", period="2023-09", f_total=12345)
    (inbox / "odd.xlsx").write_bytes(b"not a workbook")
    return inbox


def test_a_receive_run_shows_the_partitions_it_touched_and_builds(
    home_defs: dg.Definitions, home: Path, instance: dg.DagsterInstance, dropped: Path
) -> None:
    result = _run(home_defs, instance, "receive_and_build")

    assert result.success  # one bad file never fails the batch
    assert list(dropped.iterdir()) == []
    shown = _partition(instance, J2, "2023-09|110000")
    assert (shown["已接收 accepted"], shown["退回未改 returned"]) == (1, 1)
    assert shown["缺报 missing"] == 14 and "110101" in shown["缺报单位 missing units"]
    assert "110106 丰台区" in shown["退回过的报送 returned"] and "J2-007" in shown["退回过的报送 returned"]
    answer = Path(shown["答复 answer"])
    assert answer.is_file() and answer.parent == home / "answers"
    assert shown["dagster/partition_row_count"] == 2
    batch = result.asset_materializations_for_node("submissions")[-1].metadata
    assert [batch[k].value for k in ("文件 files", "已接收 accepted", "退回 returned", "无法读取 unreadable")] == [
        3,
        1,
        1,
        1,
    ]

    verdicts = _verdicts(result)
    assert verdicts["returns_j2:audit_errors"] is False and verdicts["returns_j1:audit_errors"] is True
    assert verdicts["returns_j2:complete"] is False  # of the partition that was touched
    of_dbt = [k for k in verdicts if not k.startswith(("returns", "publications", "collection_status"))]
    assert len(of_dbt) == len(manifest.tests())
    figures = instance.get_latest_materialization_event(dg.AssetKey(["marts", "fct_figures"]))
    assert figures and figures.asset_materialization
    metadata = figures.asset_materialization.metadata
    assert int(str(metadata["dagster/row_count"].value)) > 0
    assert "| indicator |" in str(metadata["预览 preview"].value)
    assert metadata["构建 build"].value == current_build(home).build_id
    parts = instance.get_latest_materialization_event(dg.AssetKey(["marts", "fct_contributions"]))
    assert parts and parts.asset_materialization
    schema = parts.asset_materialization.metadata["dagster/column_schema"].value
    columns = {c.name: c.description for c in schema.columns}  # type: ignore[union-attr]
    assert "指标" in str(columns["indicator"])  # described, though the model itself declares no columns
    assert instance.get_latest_materialization_event(dg.AssetKey(["staging", "stg_register__submissions"]))


def test_a_failed_dbt_test_shows_and_nothing_is_published(
    home_defs: dg.Definitions, home: Path, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = next(n for n in manifest.tests().values() if n["name"].startswith("unique_key_fct_figures"))

    def refuse(_home: Path) -> BuildResult:
        raise BuildFailed("dbt: 不唯一", [NodeResult(test["unique_id"], "fail", 0.1, "Got 2 results", 2)])

    monkeypatch.setattr(warehouse_module, "build", refuse)
    result = _run(home_defs, instance, "build_warehouse")

    assert not result.success
    assert _verdicts(result) == {"marts/fct_figures:unique_key": False}
    assert instance.get_latest_materialization_event(dg.AssetKey(["marts", "fct_figures"])) is None


def test_what_was_received_outside_is_shown_once(home: Path, instance: dg.DagsterInstance) -> None:
    receiver = Receiver(home)
    receiver.receive([write_return(home / "out" / "J2.xlsx", unit="659002", period="2023-09")])
    assert report_register(instance, home) == 1
    assert report_register(instance, home) == 0
    assert instance.get_latest_materialization_event(dg.AssetKey("collection_status"))
    shown = _partition(instance, J2, "2023-09|660000")  # the corps, by the parent chain and not by prefix
    assert shown["省级单位 province"].startswith("660000")

    receiver.receive([write_return(home / "out" / "J1.xlsx", form="J1", unit="110108", period="2023")])
    assert report_register(instance, home) == 1
    assert _partition(instance, dg.AssetKey("returns_j1"), "2023|110000")["已接收 accepted"] == 1


def test_a_build_made_outside_is_shown_once(home: Path, instance: dg.DagsterInstance) -> None:
    Receiver(home).receive([write_return(home / "out" / "J2.xlsx")])
    assert report_build(instance, home) == 0
    build(home)
    assert report_build(instance, home) == len(manifest.models())
    assert report_build(instance, home) == 0


# -- releases -----------------------------------------------------------------------------------------------------
def _candidate(result: dg.ExecuteInProcessResult) -> dict[str, Any]:
    (event,) = result.asset_materializations_for_node("release_candidate")
    return {name: value.value for name, value in event.metadata.items()}


@pytest.fixture
def one_return(home: Path) -> Path:
    """One unit of 16 filed: every coverage gate of the month must fail."""
    Receiver(home).receive([write_return(home / "out" / "J2.xlsx", unit="110108", period="2023-09")])
    build(home)
    return home


def test_a_release_alone_after_failed_gates_refuses(
    home_defs: dg.Definitions, one_return: Path, instance: dg.DagsterInstance
) -> None:
    """A blocking check stops only its own run; the stored verdict stops every later one."""
    key = "2023-09|provisional"
    gated = _run(home_defs, instance, "make_candidate", partition_key=key)
    assert gated.success
    assert not any(_verdicts(gated).values())
    assert _candidate(gated)["状态 state"].startswith("不发布")

    alone = _run(
        home_defs, instance, "make_candidate", partition_key=key, asset_selection=[dg.AssetKey("release_candidate")]
    )

    assert alone.success  # a no-filing is an answer, not a failure
    shown = _candidate(alone)
    assert shown["状态 state"] == "不发布 no filing"
    assert "started_communities" in shown["未列入的指标与原因 left out, and why"]
    assert not (one_return / "candidates").exists() and not (one_return / "releases").exists()


def test_a_release_without_any_gate_run_refuses(
    home_defs: dg.Definitions, one_return: Path, instance: dg.DagsterInstance
) -> None:
    key = "2023-09|provisional"
    alone = _run(
        home_defs, instance, "make_candidate", partition_key=key, asset_selection=[dg.AssetKey("release_candidate")]
    )

    assert alone.success
    assert "未评估关口" in _candidate(alone)["未列入的指标与原因 left out, and why"]
