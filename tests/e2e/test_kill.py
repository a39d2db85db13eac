"""Real kills: a receive run is killed again and again; nothing is lost, doubled or half-visible afterwards."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq

from ingestion.catalogue import catalogue
from ingestion.register import submissions
from quality.receive import Receiver
from quality.warehouse import build, current_build
from tests.factories import write_return

JIUGAI = Path(sys.executable).with_name("jiugai")


def test_killing_receive_at_any_moment_loses_and_doubles_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    inbox = home / "inbox"
    units = catalogue().children["110000"]
    sent: dict[str, bytes] = {}
    for unit in units:
        for month in ("2023-08", "2023-09"):
            path = write_return(inbox / f"{unit}_{month}.xlsx", unit=unit, period=month)
            sent[path.name] = path.read_bytes()
    for delay in (0.7, 0.9, 1.0, 1.1, 1.2, 1.35):
        process = subprocess.Popen([str(JIUGAI), "receive", str(inbox), "--home", str(home), "--json"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)  # fmt: skip
        time.sleep(delay)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for parquet in (home / "returns").rglob("*.parquet"):
            pq.ParquetFile(parquet).read()  # what is visible is whole
    done = subprocess.run([str(JIUGAI), "receive", str(inbox), "--home", str(home), "--json"],
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    json.loads(done.stdout)
    receiver = Receiver(home)
    rows = receiver.register.rows(submissions)
    assert sorted(r["file_name"] for r in rows) == sorted(sent)
    assert all(receiver.archive.read(r["sha256"]) == sent[r["file_name"]] for r in rows)
    assert not [p for p in inbox.iterdir() if not p.name.startswith(".")]
    receiver.store.repair(receiver.register)
    landed: list[str] = []
    for parquet in (home / "returns").rglob("form=J2/period=2023-0*/*/rows.parquet"):
        landed += pq.ParquetFile(parquet).read(["submission_id"]).column(0).to_pylist()
    assert sorted(landed) == sorted(r["submission_id"] for r in rows)


def test_killing_a_build_leaves_the_current_one(tmp_path: Path) -> None:
    home = tmp_path / "home"
    Receiver(home).receive([write_return(tmp_path / "a.xlsx")])
    build(home)
    before = current_build(home)
    Receiver(home).receive([write_return(tmp_path / "b.xlsx", hh_start=650)])
    for delay in (1.5, 3.0, 4.0):
        process = subprocess.Popen([str(JIUGAI), "build", "--home", str(home)],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)  # fmt: skip
        time.sleep(delay)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert current_build(home).path.is_file()
    shown = subprocess.run([str(JIUGAI), "figure", "started_households", "--area", "110108", "--period", "2023-09", "--json",
                            "--home", str(home)], capture_output=True, text=True, check=True)  # fmt: skip
    assert json.loads(shown.stdout)["value"] in (600, 650)
    assert json.loads(shown.stdout)["value"] == 600 or current_build(home) != before
    made = build(home).build
    assert made.build_id == current_build(home).build_id
