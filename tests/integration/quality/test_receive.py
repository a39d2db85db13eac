"""Receiving: verdicts, versions, duplicates, and what a kill or a bad file must never do."""

from __future__ import annotations

import datetime as dt
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from ingestion.errors import RetriableError, UsageError
from ingestion.moments import CHINA
from ingestion.register import submissions
from ingestion.store import Store
from quality.receive import Receiver
from tests.factories import edit, far_corner, set_header, set_value, write_return


@pytest.fixture
def receiver(tmp_path: Path) -> Receiver:
    return Receiver(tmp_path / "home")


def rows(receiver: Receiver) -> list[dict[str, Any]]:
    return receiver.register.rows(submissions, order=submissions.c.seq)


def landed(receiver: Receiver) -> set[str]:
    found: set[str] = set()
    for path in (receiver.home / "returns").rglob("rows.parquet"):
        found |= set(pq.ParquetFile(path).read(["submission_id"]).column(0).to_pylist())
    return found


def findings(receiver: Receiver, submission_id: str, severity: str = "error") -> list[str]:
    return [f["rule"] for f in receiver.register.findings_of(submission_id) if f["severity"] == severity]


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=CHINA)


def test_a_sound_return_is_accepted_archived_and_landed(receiver: Receiver, tmp_path: Path) -> None:
    path = write_return(tmp_path / "a.xlsx")
    answer = receiver.receive([path])[0]
    assert (answer["verdict"], answer["duplicate_of"], answer["supersedes"]) == ("accepted", None, None)
    row = rows(receiver)[0]
    assert receiver.archive.read(row["sha256"]) == path.read_bytes()
    assert landed(receiver) == {answer["submission_id"]}
    assert path.exists()  # only inbox files are moved


def test_an_error_returns_the_file_with_an_answer_that_names_the_cell(receiver: Receiver, tmp_path: Path) -> None:
    answer = receiver.receive([write_return(tmp_path / "a.xlsx", f_total=Decimal("810.00"))])[0]
    assert answer["verdict"] == "returned"
    assert set(findings(receiver, answer["submission_id"])) == {"J2-007", "J2-008"}
    first = receiver.register.findings_of(answer["submission_id"])[0]
    assert first["cell"] and first["sheet"] and "810" in first["message_zh"] and "差 10" in first["message_zh"]
    assert (receiver.home / "answers" / f"{answer['submission_id']}.xlsx").is_file()


def test_warnings_are_listed_and_wait_for_an_explanation(receiver: Receiver, tmp_path: Path) -> None:
    answer = receiver.receive([write_return(tmp_path / "a.xlsx", xq_off=2)])[0]
    assert answer["verdict"] == "needs_explanation" and answer["supersedes"] is None
    assert findings(receiver, answer["submission_id"], "warning") == ["J2-015"]


def test_missing_required_items_each_get_their_own_message(receiver: Receiver, tmp_path: Path) -> None:
    answer = receiver.receive([write_return(tmp_path / "a.xlsx", hh_start=None, park_done=None)])[0]
    assert answer["verdict"] == "returned"
    found = [f for f in receiver.register.findings_of(answer["submission_id"]) if f["severity"] == "error"]
    assert [(f["rule"], f["field"]) for f in found] == [("J2-001", "hh_start"), ("J2-001", "park_done")]
    assert all(f["cell"] for f in found)


def test_the_same_file_twice_is_registered_once(receiver: Receiver, tmp_path: Path) -> None:
    path = write_return(tmp_path / "a.xlsx")
    first = receiver.receive([path])[0]
    again = receiver.receive([path])[0]
    copy = tmp_path / "other name.xlsx"
    copy.write_bytes(path.read_bytes())
    third = receiver.receive([copy])[0]
    assert again["duplicate_of"] == third["duplicate_of"] == first["submission_id"]
    assert len(rows(receiver)) == 1


def test_going_back_to_the_first_version_is_a_third_version(receiver: Receiver, tmp_path: Path) -> None:
    a = write_return(tmp_path / "a.xlsx")
    b = write_return(tmp_path / "b.xlsx", hh_start=610)
    first, second = receiver.receive([a])[0], receiver.receive([b])[0]
    back = tmp_path / "back.xlsx"
    back.write_bytes(a.read_bytes())
    third = receiver.receive([back])[0]
    assert second["supersedes"] == first["submission_id"]
    assert third["duplicate_of"] is None and third["supersedes"] == second["submission_id"]
    assert [r["version"] for r in rows(receiver)] == [1, 2, 3]


def test_back_filling_the_same_history_twice_adds_nothing(receiver: Receiver, tmp_path: Path) -> None:
    history = [("2023-10-04T09:00", 600), ("2023-10-20T09:00", 610)]
    for _ in range(2):
        for n, (at, households) in enumerate(history):
            path = write_return(tmp_path / f"{n}.xlsx", hh_start=households)
            os.utime(path, (n, n * 1000 + len(rows(receiver))))  # written anew: another file time
            receiver.receive([path], received_at=moment(at))
    assert [r["version"] for r in rows(receiver)] == [1, 2]


def test_a_plan_version_never_overwrites_another(receiver: Receiver, tmp_path: Path) -> None:
    one = receiver.receive([write_return(tmp_path / "1.xlsx", "J1", period="2023")])[0]
    changes: dict[str, Any] = {"plan_version": "V2", "plan_xq": 11, "adj_in_xq": 1, "adj_out_xq": 0,
                               "adj_reason": "R8", "plan_confirm_date": "2023-06-20"}  # fmt: skip
    two = receiver.receive([write_return(tmp_path / "2.xlsx", "J1", period="2023", **changes)])[0]
    assert (one["verdict"], two["verdict"], two["supersedes"]) == ("accepted", "accepted", None)
    wrong = receiver.receive([write_return(tmp_path / "3.xlsx", "J1", period="2023", **{**changes, "plan_xq": 12})])[0]
    assert findings(receiver, wrong["submission_id"]) == ["J1-017"]


def test_rules_judge_by_the_plan_known_when_the_return_was_decided(receiver: Receiver, tmp_path: Path) -> None:
    """Stages of 10 are right under V1 (10) until V2 (11, confirmed 20 June) is in; then June needs 11."""
    receiver.receive([write_return(tmp_path / "p.xlsx", "J1", period="2023")], received_at=moment("2023-01-25T09:00"))
    wrong = write_return(tmp_path / "wrong.xlsx", period="2023-05", st_wait=5)
    answer = receiver.receive([wrong], received_at=moment("2023-06-03T09:00"))[0]
    assert findings(receiver, answer["submission_id"]) == ["J2-005"]
    june = write_return(tmp_path / "june.xlsx", period="2023-06")
    assert receiver.receive([june], received_at=moment("2023-07-03T09:00"))[0]["verdict"] == "accepted"
    v2 = write_return(tmp_path / "v2.xlsx", "J1", period="2023", plan_version="V2", plan_xq=11, adj_in_xq=1,
                      adj_out_xq=0, adj_reason="R8", plan_confirm_date="2023-06-20")  # fmt: skip
    assert receiver.receive([v2], received_at=moment("2023-07-10T09:00"))[0]["verdict"] == "accepted"
    again = write_return(tmp_path / "again.xlsx", period="2023-06", park_done=41)
    answer = receiver.receive([again], received_at=moment("2023-07-11T09:00"))[0]
    assert findings(receiver, answer["submission_id"]) == ["J2-005"]
    assert [r["status"] for r in rows(receiver) if r["period"] == "2023-06"] == ["accepted", "returned"]
    may = write_return(tmp_path / "may.xlsx", period="2023-05")
    assert receiver.receive([may], received_at=moment("2023-07-12T09:00"))[0]["verdict"] == "accepted"


def test_a_fall_is_a_warning_and_the_opening_balance_an_error(receiver: Receiver, tmp_path: Path) -> None:
    receiver.receive([write_return(tmp_path / "8.xlsx", period="2022-12")], received_at=moment("2023-01-03T09:00"))
    january = write_return(tmp_path / "1.xlsx", period="2023-01", f_open=Decimal("100.00"))
    answer = receiver.receive([january], received_at=moment("2023-02-03T09:00"))[0]
    assert findings(receiver, answer["submission_id"]) == ["J2-009"]  # last December closed with 400.00
    receiver.receive([write_return(tmp_path / "f.xlsx", period="2023-05")], received_at=moment("2023-06-03T09:00"))
    fell = write_return(tmp_path / "j.xlsx", period="2023-06", hh_start=590)
    answer = receiver.receive([fell], received_at=moment("2023-07-03T09:00"))[0]
    assert "J2-003" in findings(
        receiver, answer["submission_id"], "cannot_tell"
    )  # no plan: cannot tell whether it changed
    assert answer["verdict"] == "accepted"


def test_one_bad_file_never_fails_the_batch(receiver: Receiver, tmp_path: Path) -> None:
    folder = tmp_path / "batch"
    folder.mkdir()
    write_return(folder / "good.xlsx")
    (folder / "far.xlsx").write_bytes(far_corner())
    (folder / "empty.xlsx").write_bytes(b"")
    (folder / "~$good.xlsx").write_bytes(b"lock")
    (folder / ".half.tmp").write_bytes(b"half")
    edit(write_return(folder / "unknown.xlsx", unit="110101"), set_header("填报单位代码", "000001"))
    edit(write_return(folder / "period.xlsx", unit="110102"), set_header("报告期", "2023-99"))
    answers = {Path(a["file"]).name: a["verdict"] for a in receiver.receive([folder])}
    assert answers == {"good.xlsx": "accepted", "far.xlsx": "unreadable", "empty.xlsx": "unreadable",
                       "unknown.xlsx": "returned", "period.xlsx": "returned"}  # fmt: skip
    assert len(rows(receiver)) == 5
    assert all(receiver.archive.path(r["sha256"]) for r in rows(receiver))


def test_the_inbox_is_emptied_into_the_archive(receiver: Receiver) -> None:
    path = write_return(receiver.inbox / "a.xlsx")
    data = path.read_bytes()
    receiver.receive([receiver.inbox])
    assert not path.exists()
    assert receiver.archive.read(rows(receiver)[0]["sha256"]) == data


def test_a_file_that_replaces_another_while_the_batch_runs_is_not_lost(
    receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_return(receiver.inbox / "a.xlsx")
    newer = write_return(tmp_path / "newer.xlsx", hh_start=640)
    land = receiver.land

    def replaced_meanwhile(fresh: dict[str, Any]) -> None:
        land(fresh)
        if newer.exists():
            newer.replace(path)

    monkeypatch.setattr(receiver, "land", replaced_meanwhile)
    receiver.receive([receiver.inbox])
    assert path.exists()
    receiver.receive([receiver.inbox])
    assert not path.exists()
    assert [r["version"] for r in rows(receiver)] == [1, 2]


@pytest.mark.parametrize("step", ["keep_all", "_record", "land", "_clear"])
def test_a_kill_at_any_step_loses_nothing_and_counts_nothing_twice(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = write_return(receiver.inbox / "a.xlsx")
    data = path.read_bytes()
    target = receiver.archive if step == "keep_all" else receiver

    def die(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(target, step, die)
        with pytest.raises(KeyboardInterrupt):
            receiver.receive([receiver.inbox])
    assert path.read_bytes() == data  # still in the inbox: nothing is cleared before it is registered
    after = Receiver(receiver.home)
    after.receive([after.inbox])
    after.store.repair(after.register)
    assert not path.exists()
    accepted = rows(after)
    assert [r["status"] for r in accepted] == ["accepted"]
    assert landed(after) == {accepted[0]["submission_id"]}


def test_nothing_half_written_is_visible_when_the_disk_fails(
    receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver.receive([write_return(tmp_path / "a.xlsx")])
    before = {p: p.read_bytes() for p in (receiver.home / "returns").rglob("*.parquet")}

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(RetriableError, match="No space"):
            receiver.receive([write_return(tmp_path / "b.xlsx", hh_start=700)])
    assert {p: p.read_bytes() for p in (receiver.home / "returns").rglob("*.parquet")} == before
    assert not list(receiver.home.rglob("*.tmp"))
    receiver.receive([tmp_path / "b.xlsx"])
    assert landed(receiver) == {r["submission_id"] for r in rows(receiver)}


def test_typed_rows_can_be_rebuilt_from_archive_and_register(receiver: Receiver, tmp_path: Path) -> None:
    receiver.receive([write_return(tmp_path / "a.xlsx"), write_return(tmp_path / "b.xlsx", unit="110101")])
    receiver.receive([write_return(tmp_path / "c.xlsx", hh_start=640)])
    files = sorted((receiver.home / "returns").rglob("form=J2/period=2023-09/*/rows.parquet"))
    before = [pq.ParquetFile(f).read().to_pylist() for f in files]
    for f in files:
        f.unlink()
    Store(receiver.home, receiver.catalogue).repair(receiver.register)
    assert [pq.ParquetFile(f).read().to_pylist() for f in files] == before
    assert len(before[0]) == 3


def test_originals_are_read_only_and_a_changed_one_is_noticed(receiver: Receiver, tmp_path: Path) -> None:
    receiver.receive([write_return(tmp_path / "a.xlsx")])
    digest = rows(receiver)[0]["sha256"]
    path = receiver.archive.path(digest)
    assert path is not None and not path.stat().st_mode & 0o222
    path.chmod(0o644)
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(RetriableError, match="指纹"):
        receiver.archive.read(digest)


def test_back_filled_times_are_kept_marked_and_checked(receiver: Receiver, tmp_path: Path) -> None:
    path = write_return(tmp_path / "a.xlsx")
    with pytest.raises(UsageError, match="早于"):
        receiver.receive([path], received_at=moment("2023-10-05T09:00"), decided_at=moment("2023-10-04T09:00"))
    with pytest.raises(UsageError, match="received-at"):
        receiver.receive([path], decided_at=moment("2023-10-04T09:00"))
    receiver.receive([path], received_at=moment("2023-10-05T09:00"), decided_at=moment("2023-10-06T09:00"))
    row = rows(receiver)[0]
    assert row["is_backfilled"]
    assert (row["received_at"][:16], row["decided_at"][:16]) == ("2023-10-05T01:00", "2023-10-06T01:00")


def test_a_sample_and_a_real_return_of_one_unit_are_two_keys(receiver: Receiver, tmp_path: Path) -> None:
    real = receiver.receive([write_return(tmp_path / "a.xlsx")])[0]
    sample = receiver.receive([write_return(tmp_path / "b.xlsx", sample=True)])[0]
    assert sample["supersedes"] is None and sample["duplicate_of"] is None
    assert {r["submission_id"]: r["kind"] for r in rows(receiver)} == {
        real["submission_id"]: "return", sample["submission_id"]: "sample"}  # fmt: skip


def test_text_in_a_number_cell_returns_with_one_message_for_the_cell(receiver: Receiver, tmp_path: Path) -> None:
    path = edit(write_return(tmp_path / "a.xlsx"), set_value("42", "800万"))
    answer = receiver.receive([path])[0]
    assert answer["verdict"] == "returned"
    assert findings(receiver, answer["submission_id"]) == ["FDT-001"]  # not a second time as “blank”


def test_a_level_total_is_compared_with_the_level_below_and_both_are_kept(receiver: Receiver, tmp_path: Path) -> None:
    """Two counties with 6 started each, and a city total of 13: L-001 names the cell and the residual, L-002 the rest."""
    counties = [write_return(tmp_path / f"{u}.xlsx", unit=u) for u in ("110101", "110108")]
    receiver.receive(counties)
    own = write_return(tmp_path / "own.xlsx", unit="110000", xq_start=13, st_build=10)
    answer = receiver.receive([own])[0]
    assert answer["verdict"] == "accepted"
    found = [f for f in receiver.register.findings_of(answer["submission_id"]) if f["severity"] == "warning"]
    starts = next(f for f in found if f["rule"] == "L-001" and f["field"] == "xq_start")
    assert (starts["found"], starts["expected"]) == ("13", "12") and starts["cell"] and "差 1" in starts["message_zh"]
    missing = next(f for f in found if f["rule"] == "L-002")
    assert "14 个单位" in missing["message_zh"] and "西城区" in missing["message_zh"]
    assert [r["unit_code"] for r in rows(receiver)] == ["110101", "110108", "110000"]


def test_legal_marks_that_are_not_known_cannot_be_told_and_never_block(receiver: Receiver, tmp_path: Path) -> None:
    answer = receiver.receive([write_return(tmp_path / "a.xlsx")])[0]
    assert "V-005" in findings(receiver, answer["submission_id"], "cannot_tell")
    assert answer["verdict"] == "accepted"
