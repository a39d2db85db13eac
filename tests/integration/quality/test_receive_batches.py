"""Files that come in together: archived in batches, registered in one transaction, each judged by its own history."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import quality.arrivals
from ingestion.catalogue import catalogue
from ingestion.errors import UsageError
from ingestion.moments import CHINA
from ingestion.register import events, submissions
from quality.arrivals import Arrival
from quality.receive import Receiver
from quality.registration import Registration
from tests.factories import cell_of, edit, far_corner, write_return, write_roster

UNITS = ("110101", "110102", "110105", "110106", "110107")


@pytest.fixture
def receiver(tmp_path: Path) -> Receiver:
    return Receiver(tmp_path / "home")


def rows(receiver: Receiver) -> list[dict[str, Any]]:
    return receiver.register.rows(submissions, order=submissions.c.seq)


def test_more_files_than_a_batch_with_a_bad_one_among_them(
    receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quality.arrivals, "BATCH_FILES", 2)
    paths = [write_return(tmp_path / f"{unit}.xlsx", unit=unit) for unit in UNITS]
    bad = tmp_path / "bad.xlsx"
    bad.write_bytes(far_corner())
    paths.insert(3, bad)
    told: list[tuple[int, int]] = []
    answers = receiver.receive(paths, progress=lambda done, total: told.append((done, total)))
    assert [a["file"] for a in answers] == [str(p) for p in paths]
    assert [a["verdict"] for a in answers] == ["accepted"] * 3 + ["unreadable"] + ["accepted"] * 2
    assert told == [(n, 6) for n in range(1, 7)]
    assert {receiver.archive.read(r["sha256"]) for r in rows(receiver)} == {p.read_bytes() for p in paths}


def test_the_same_bytes_twice_in_one_call_are_one_submission(receiver: Receiver, tmp_path: Path) -> None:
    first = write_return(tmp_path / "a.xlsx")
    second = tmp_path / "b.xlsx"
    second.write_bytes(first.read_bytes())
    one, two = receiver.receive([first, second])
    assert two["duplicate_of"] == one["submission_id"] and len(rows(receiver)) == 1
    said = receiver.register.rows(events, order=events.c.seq)
    assert [e["what"] for e in said] == ["received", "duplicate"]
    assert [a["duplicate_of"] for a in receiver.receive([first, second])] == [one["submission_id"]] * 2


def test_two_versions_in_one_call_follow_each_other(receiver: Receiver, tmp_path: Path) -> None:
    one, two = receiver.receive([write_return(tmp_path / "a.xlsx"), write_return(tmp_path / "b.xlsx", hh_start=640)])
    assert two["supersedes"] == one["submission_id"]
    assert [r["version"] for r in rows(receiver)] == [1, 2]


def test_a_kill_in_the_middle_of_registering_leaves_none_of_the_group(
    receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [write_return(tmp_path / f"{unit}.xlsx", unit=unit) for unit in UNITS]
    add, taken = Registration.add, []

    def dies_at_the_third(self: Registration, *args: Any) -> dict[str, Any]:
        taken.append(args)
        if len(taken) == 3:
            raise KeyboardInterrupt
        return add(self, *args)

    with monkeypatch.context() as patch:
        patch.setattr(Registration, "add", dies_at_the_third)
        with pytest.raises(KeyboardInterrupt):
            receiver.receive(paths)
    assert rows(receiver) == [] and receiver.register.rows(events) == []
    again = Receiver(receiver.home)
    assert [a["verdict"] for a in again.receive(paths)] == ["accepted"] * 5
    assert [r["submission_id"] for r in rows(again)] == [f"S{n:06d}" for n in range(1, 6)]


def test_returns_that_come_together_are_each_judged_by_their_own_earlier_month(
    receiver: Receiver, tmp_path: Path
) -> None:
    """Each closed December 2022 with another balance; January opens with the first one's."""
    december = [
        write_return(tmp_path / f"12-{unit}.xlsx", unit=unit, period="2022-12", f_open=Decimal(n), f_close=300 + n)
        for n, unit in zip((100, 200), UNITS, strict=False)
    ]
    taken = dt.datetime(2023, 1, 3, 9, tzinfo=CHINA)
    assert [a["verdict"] for a in receiver.receive(december, received_at=taken)] == ["accepted"] * 2
    january = [
        write_return(tmp_path / f"1-{unit}.xlsx", unit=unit, period="2023-01", f_open=Decimal(400), f_close=700)
        for unit in UNITS[:2]
    ]
    taken = dt.datetime(2023, 2, 3, 9, tzinfo=CHINA)
    answers = receiver.take([Arrival(path, None, taken, taken) for path in january])
    errors = [
        [f["rule"] for f in receiver.register.findings_of(a["submission_id"]) if f["severity"] == "error"]
        for a in answers
    ]
    assert errors == [[], ["J2-009"]]  # 400 = 400, and 400 ≠ 500


def test_two_receivers_at_once_register_every_file_once(receiver: Receiver, tmp_path: Path) -> None:
    paths = [write_return(tmp_path / f"{unit}.xlsx", unit=unit) for unit in UNITS]
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda r: r.receive(paths), [receiver, Receiver(receiver.home)]))
    assert sorted(r["unit_code"] for r in rows(receiver)) == sorted(UNITS)
    for one, two in zip(*both, strict=True):
        assert one["submission_id"] == two["submission_id"]
        assert [one["duplicate_of"], two["duplicate_of"]].count(None) == 1


def test_an_inbox_file_that_another_receiver_took_is_left_to_it(receiver: Receiver, tmp_path: Path) -> None:
    gone, here = receiver.inbox / "gone.xlsx", write_return(receiver.inbox / "here.xlsx")
    answers = receiver.take([Arrival(gone), Arrival(here)])
    assert [a["file"] for a in answers] == [str(here)]
    with pytest.raises(UsageError, match="没有这个文件"):
        receiver.take([Arrival(tmp_path / "never.xlsx")])


@pytest.mark.parametrize(("typed", "rule"), [("1988", "FDT-003"), ("八十年代", "FDT-001")])
def test_what_is_said_of_a_cell_is_said_of_every_cell_with_the_same_content(
    receiver: Receiver, tmp_path: Path, typed: str, rule: str
) -> None:
    path = write_roster(tmp_path / "j4.xlsx")
    table = next(t for t in catalogue().form("J4").tables if t.id == "J4")
    name = table.by_id["built_first"].name
    places: list[str] = []
    for row in (1, 2):

        def change(sheet: Any, row: int = row) -> None:
            cell = cell_of(sheet, name, row)
            cell.value = typed
            places.append(cell.coordinate)

        edit(path, change, sheet=table.sheet)
    answer = receiver.receive([path])[0]
    said = receiver.register.findings_of(answer["submission_id"])
    assert [f["cell"] for f in said if f["rule"] == rule] == places
