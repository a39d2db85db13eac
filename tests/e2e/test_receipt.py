"""Receiving as it goes on a bad day: killed again and again, twice at once, thousands of files; nothing is lost or doubled."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pyarrow.parquet as pq
import pytest

from ingestion.catalogue import catalogue
from ingestion.register import Register, submissions
from ingestion.store import Store
from ingestion.workbook import read_workbook
from quality.receive import Receiver
from quality.warehouse import build, current_build
from tests.factories import far_corner, write_return

JIUGAI = Path(sys.executable).with_name("jiugai")


def receiving(home: Path, inbox: Path) -> subprocess.Popen[str]:
    return subprocess.Popen([str(JIUGAI), "receive", str(inbox), "--home", str(home), "--json"], text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)  # fmt: skip


def state_of(home: Path) -> tuple[list[Any], list[Any]]:
    """What is registered and what is landed, by file, without times and running numbers."""
    rows = {r["submission_id"]: r for r in Receiver(home).register.rows(submissions)}
    names = ("file_name", "sha256", "status", "version", "unit_code", "period", "counts")
    landed = []
    for parquet in sorted((home / "returns").rglob("form=J2/period=2023-0*/*/rows.parquet")):
        for row in pq.ParquetFile(parquet).read().to_pylist():
            landed.append((rows[row.pop("submission_id")]["file_name"], sorted(row.items())))
    return sorted(tuple(r[n] for n in names) for r in rows.values()), sorted(landed)


def test_killing_receive_at_any_moment_ends_as_if_it_had_never_been_killed(tmp_path: Path) -> None:
    sent: dict[str, bytes] = {}
    for unit in catalogue().children["110000"]:
        for month in ("2023-08", "2023-09"):
            path = write_return(tmp_path / "sent" / f"{unit}_{month}.xlsx", unit=unit, period=month)
            sent[path.name] = path.read_bytes()
    wrong = write_return(tmp_path / "sent" / "wrong.xlsx", unit="110101", period="2023-07", xq_start=-1)
    sent["wrong.xlsx"] = wrong.read_bytes()
    calm, home = tmp_path / "calm", tmp_path / "home"
    for one in (calm, home):
        shutil.copytree(tmp_path / "sent", one / "inbox")
    started = time.monotonic()
    assert receiving(calm, calm / "inbox").wait() == 1  # one is returned
    whole = time.monotonic() - started
    moments = [random.SystemRandom().uniform(0.3, 1.0) * whole for _ in range(8)]
    for moment in moments:
        process = receiving(home, home / "inbox")
        time.sleep(moment)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        for parquet in (home / "returns").rglob("*.parquet"):
            pq.ParquetFile(parquet).read()  # what is visible is whole
    last = receiving(home, home / "inbox")
    out, err = last.communicate()
    assert last.returncode in (0, 1), (moments, err)  # 1 where the wrong one came so far
    json.loads(out)
    Store(home, catalogue()).repair(Register(home))  # as each build does
    assert state_of(home) == state_of(calm), moments
    receiver = Receiver(home)
    rows = receiver.register.rows(submissions)
    assert sorted(r["file_name"] for r in rows) == sorted(sent)
    assert all(receiver.archive.read(r["sha256"]) == sent[r["file_name"]] for r in rows)
    assert [r["file_name"] for r in rows if r["status"] == "returned"] == ["wrong.xlsx"]
    answered = {p.stem for p in (home / "answers").iterdir()}
    assert answered == {r["submission_id"] for r in rows if r["status"] != "accepted"}
    assert not [p for p in (home / "inbox").iterdir() if not p.name.startswith(".")]


@pytest.mark.parametrize(
    "kill", [os.kill, os.killpg]
)  # the process that reads alone, or the one that writes for it too
def test_killing_receive_while_answers_are_written_leaves_whole_ones_and_no_process(
    tmp_path: Path, kill: Callable[[int, int], None]
) -> None:
    home = tmp_path / "home"
    for n, unit in enumerate(sorted(catalogue().basic_units)[:120]):  # enough for the second process
        wrong = {"xq_start": -1} if n % 2 == 0 else {}
        write_return(home / "inbox" / f"{unit}.xlsx", unit=unit, **wrong)
    answers = home / "answers"
    process = receiving(home, home / "inbox")
    while process.poll() is None and not list(answers.glob("S*.xlsx")):
        time.sleep(0.002)
    beside = psutil.Process(process.pid).children()
    assert any("ingestion.helper" in child.cmdline() for child in beside)
    kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert not psutil.wait_procs(beside, timeout=60)[1]
    for answer in answers.glob("S*.xlsx"):
        assert read_workbook(answer.read_bytes()).sheets
    out, err = receiving(home, home / "inbox").communicate()
    assert json.loads(out), err
    rows = Receiver(home).register.rows(submissions)
    returned = {r["submission_id"] for r in rows if r["status"] == "returned"}
    assert (len(rows), len(returned)) == (120, 60)
    assert {p.stem for p in answers.glob("S*.xlsx")} == returned
    assert not list((home / "inbox").glob("*.xlsx"))


def test_two_receivers_at_once_do_not_harm_each_other(tmp_path: Path) -> None:
    """Both take the same inbox, and each a folder of its own for the same province and month."""
    home, units = tmp_path / "home", catalogue().children["110000"]
    for n, unit in enumerate(units):
        folder = (home / "inbox", tmp_path / "one", tmp_path / "two")[n % 3]
        write_return(folder / f"{unit}.xlsx", unit=unit)
    command = [str(JIUGAI), "receive", str(home / "inbox"), "--home", str(home), "--json"]
    both = [
        subprocess.Popen([*command[:3], str(tmp_path / own), *command[3:]], stdout=subprocess.PIPE, text=True)
        for own in ("one", "two")
    ]
    answers = [json.loads(process.communicate()[0]) for process in both]
    assert [process.returncode for process in both] == [0, 0]
    taken = {Path(a["file"]).stem for given in answers for a in given if a["duplicate_of"] is None}
    assert taken == set(units)
    registered, landed = state_of(home)
    assert [r[4] for r in registered] == sorted(units)
    assert len(landed) == len(units)


def test_three_thousand_files_with_a_bad_one_are_one_answer_and_the_rest_accepted(tmp_path: Path) -> None:
    units = sorted(catalogue().basic_units)
    # a month between: the same figures again would be asked about
    keys = [(unit, month) for month in ("2023-07", "2023-09") for unit in units][:2_999]
    for unit, month in keys:
        write_return(tmp_path / "sent" / f"{unit}_{month}.xlsx", unit=unit, period=month)
    (tmp_path / "sent" / "bad.xlsx").write_bytes(far_corner())
    home = tmp_path / "home"
    process = receiving(home, tmp_path / "sent")
    out, _ = process.communicate()
    answers = {Path(a["file"]).stem: a["verdict"] for a in json.loads(out)}
    assert (answers.pop("bad"), process.returncode) == ("unreadable", 1)
    assert len(answers) == 2_999 and set(answers.values()) == {"accepted"}
    assert len(list((home / "answers").iterdir())) == 1


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
