"""A workbook dropped in the inbox becomes a changed figure without any command: the real server, as `jiugai dev` starts it.

Given a home that was received and built, with `jiugai dev` serving it; when a corrected return is renamed into the
inbox; then the figure changes, the run and its partition stand in Dagster, a returned file shows its reason, and
stopping leaves no process behind.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import psutil
import pytest

from orchestration.instance import local_instance
from tests.factories import edit, row_of, write_return

START, CHANGE, STOP = 150.0, 150.0, 60.0
MORE = 7  # buildings added by the correction; households and area must agree with the list of communities
J2 = dg.AssetKey("returns_j2")


@dataclass
class Server:
    process: subprocess.Popen[str]
    home: Path
    port: int

    def family(self) -> list[psutil.Process]:
        parent = psutil.Process(self.process.pid)
        return [parent, *parent.children(recursive=True)]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _until(wanted: Callable[[], bool], seconds: float, what: str, home: Path) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if wanted():
            return
        time.sleep(1)
    log = home / "dagster" / "dev.log"
    raise AssertionError(f"{what} not within {seconds:.0f} s; log:\n{log.read_text()[-3000:] if log.exists() else '-'}")


def _figure(home: Path) -> int:
    """What `jiugai figure` answers; it only reads."""
    answer = subprocess.run(
        [sys.executable, "-m", "orchestration.cli", "figure", "started_buildings", "--area", "110000",
         "--period", "2023-09", "--sample", "--json", "--home", str(home)],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    return int(json.loads(answer.stdout)["value"])


@pytest.fixture
def server(demo_home: Path, tmp_path: Path) -> Iterator[Server]:
    home = tmp_path / "home"
    shutil.copytree(demo_home, home)
    port, output = _free_port(), tmp_path / "dev.out"
    with output.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "orchestration.cli", "dev", "--home", str(home), "--port", str(port)],
            env={**os.environ, "JIUGAI_ENV": "test", "PYTHONUNBUFFERED": "1"}, stdout=file, stderr=subprocess.STDOUT,
            text=True, start_new_session=True,
        )  # fmt: skip
    made = Server(process, home, port)
    try:
        _until(lambda: "ready" in output.read_text() or process.poll() is not None, START, "server", home)
        assert process.poll() is None, output.read_text()
        yield made
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP)
            except subprocess.TimeoutExpired:
                for p in made.family():
                    p.kill()


def _corrected(home: Path, folder: Path) -> Path:
    """The return of 海淀区 for 2023-09 with a few more buildings begun, as the county would send it again."""
    path = shutil.copy(home / "demo" / "returns" / "J2_110108_2023-09.xlsx", folder / "arriving.xlsx")

    def change(sheet: Any) -> None:
        cell = sheet.cell(row_of(sheet, "03"), 4)
        cell.value += MORE

    return edit(Path(path), change)


def _drop(path: Path, inbox: Path, name: str) -> None:
    """As the manual says: under a temporary name, then renamed."""
    part = inbox / f".{name}.tmp"
    shutil.copy(path, part)
    part.rename(inbox / name)


@pytest.mark.timeout(600)
def test_a_dropped_workbook_becomes_a_changed_figure_without_any_command(server: Server, tmp_path: Path) -> None:
    home, inbox = server.home, server.home / "inbox"
    before = _figure(home)
    listening = {
        c.laddr.ip for p in server.family() for c in p.net_connections("inet") if c.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}

    bad = write_return(tmp_path / "bad.xlsx", unit="440305", period="2023-09", f_total=12345)
    _drop(bad, inbox, "深圳南山.xlsx")
    _drop(_corrected(home, tmp_path), inbox, "海淀区_更正.xlsx")
    _until(lambda: _figure(home) != before, CHANGE, "figure", home)

    assert _figure(home) == before + MORE
    assert list(inbox.iterdir()) == []

    # the run is over and stands in Dagster, with the partitions it touched
    with local_instance(home) as instance:
        filters = dg.RunsFilter(job_name="receive_and_build", statuses=[dg.DagsterRunStatus.SUCCESS])
        _until(lambda: instance.get_runs_count(filters) >= 1, 30, "run", home)
        (run,) = instance.get_runs(filters)
        assert run.tags["dagster/sensor_name"] == "inbox" and run.tags["what"].startswith("收件 2 个文件")
        shown = instance.fetch_materializations(dg.AssetRecordsFilter(J2, asset_partitions=["2023-09|110000"]), limit=1)
        assert shown.records[0].run_id == run.run_id
        returned = instance.fetch_materializations(
            dg.AssetRecordsFilter(J2, asset_partitions=["2023-09|440000"]), limit=1
        )
        assert returned.records[0].asset_materialization
        metadata = {k: v.value for k, v in returned.records[0].asset_materialization.metadata.items()}
        assert metadata["退回未改 returned"] == 1 and Path(str(metadata["答复 answer"])).is_file()
        assert "440305 南山区" in str(metadata["退回过的报送 returned"]) and "J2-007" in str(
            metadata["退回过的报送 returned"]
        )
        status = instance.get_latest_materialization_event(dg.AssetKey("collection_status"))
        assert status and status.asset_materialization and status.run_id == run.run_id
        told = {k: str(v.value) for k, v in status.asset_materialization.metadata.items()}
        assert any("440000 广东" in text and "退1" in text for text in told.values())

    # nothing stays behind
    family = server.family()
    assert len(family) > 3
    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(STOP) == 0
    _, alive = psutil.wait_procs(family, timeout=5)
    assert alive == []
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", server.port)) != 0
