"""Dagster's folder in a home, and what `jiugai dev` refuses before it starts anything."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import socket
from pathlib import Path

import dagster as dg
import pytest
import yaml

from ingestion.errors import UsageError
from orchestration import manifest
from orchestration.environment import environment
from orchestration.instance import command, end_left_over, local_instance, prepare, run_dev, sweep_runs
from orchestration.resources import POOL


def test_prepare_writes_the_settings_once(home: Path) -> None:
    folder = prepare(home, environment("test"))
    before = (folder / "dagster.yaml").stat().st_mtime_ns

    prepare(home, environment("test"))

    assert folder == home / "dagster"
    assert (folder / "dagster.yaml").stat().st_mtime_ns == before
    assert yaml.safe_load((folder / "dagster.yaml").read_text())["telemetry"] == {"enabled": False}


def test_the_pool_of_one_is_set_before_the_first_run(home: Path) -> None:
    with local_instance(home, environment("test")) as instance:
        limits = {p.name: p.limit for p in instance.event_log_storage.get_pool_limits()}

    assert limits[POOL] == 1


def test_runs_of_a_stopped_server_are_ended(instance: dg.DagsterInstance) -> None:
    @dg.op
    def step() -> None: ...

    @dg.job
    def job() -> None:
        step()

    run = instance.create_run_for_job(job)

    assert end_left_over(instance) == 1
    found = instance.get_run_by_id(run.run_id)
    assert found and found.status == dg.DagsterRunStatus.FAILURE
    assert end_left_over(instance) == 0


def test_a_taken_port_is_said_before_anything_starts(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(UsageError, match=str(port)):
            run_dev(home, port)

    assert not (home / "dagster" / "dev.log").exists()


def test_a_home_that_is_served_already_is_refused(home: Path) -> None:
    (home / "dagster").mkdir()
    with (home / "dagster" / "dev.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)

        with pytest.raises(UsageError, match="already running"):
            run_dev(home, 3999)


def test_the_server_listens_on_loopback_alone() -> None:
    words = command(Path("/h/dagster"), 3000)

    assert words[words.index("-h") + 1] == "127.0.0.1"


def test_the_ui_calls_the_code_by_the_projects_name(home: Path) -> None:
    folder = prepare(home, environment("test"))

    (loaded,) = yaml.safe_load((folder / "workspace.yaml").read_text())["load_from"]
    assert loaded["python_module"]["location_name"] == "jiugai"


def test_old_runs_go_and_the_unfinished_stay(instance: dg.DagsterInstance) -> None:
    @dg.op
    def step() -> None: ...

    @dg.job
    def job() -> None:
        step()

    done = job.execute_in_process(instance=instance).run_id
    waiting = instance.create_run_for_job(job).run_id

    assert sweep_runs(instance) == 0
    assert sweep_runs(instance, keep=dt.timedelta(days=-1)) == 1
    assert {r.run_id for r in instance.get_runs()} == {waiting} != {done}


def test_a_manifest_is_current_until_a_model_is_newer(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    model, made = tmp_path / "models" / "m.sql", tmp_path / "target" / "manifest.json"
    assert not manifest.is_current(made, tmp_path)
    made.parent.mkdir()
    model.write_text("select 1")
    made.write_text("{}")
    assert manifest.is_current(made, tmp_path)

    os.utime(model, (made.stat().st_mtime + 5,) * 2)
    assert not manifest.is_current(made, tmp_path)


def test_a_manifest_is_old_once_a_model_is_gone(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    model, made = tmp_path / "models" / "m.sql", tmp_path / "manifest.json"
    model.write_text("select 1")
    made.write_text("{}")
    then = made.stat().st_mtime - 10
    for path in (model, model.parent, made):  # the clock of files is coarse
        os.utime(path, (then, then))
    assert manifest.is_current(made, tmp_path)

    model.unlink()
    assert not manifest.is_current(made, tmp_path)


def test_a_missing_manifest_is_made_on_the_spot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest, "MANIFEST", tmp_path / "target" / "manifest.json")

    found = manifest.manifest.__wrapped__()

    assert len(manifest.models(found)) > 20
    made = [p.name for p in (tmp_path / "target").iterdir()]
    assert "manifest.json" in made and len(made) == 2  # and what dbt parsed, which builds read
