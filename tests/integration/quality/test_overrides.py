"""An error that the level above lets through: for one rule, unit and period, by two names, for a time, and never silently."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from ingestion.errors import UsageError
from ingestion.moments import CHINA, now_utc
from ingestion.register import submissions
from quality.answers import show_submission
from quality.overrides import grant, granted
from quality.receive import Receiver
from tests.factories import write_return

LATER = dt.date.today() + dt.timedelta(days=30)
GIVEN: dict[str, Any] = {"reason": "账户合并，下月更正", "asked_by": "张某", "by": "王某", "until": LATER}


@pytest.fixture
def receiver(tmp_path: Path) -> Receiver:
    return Receiver(tmp_path / "home")


def wrong(tmp_path: Path, **changes: Any) -> Path:
    """The closing balance is 1 off: an error of J2-008 alone."""
    return write_return(tmp_path / "a.xlsx", f_close=301, **changes)


def let(receiver: Receiver, **changes: Any) -> dict[str, Any]:
    return grant(receiver.home, "J2-008", "110108", "2023-09", **{**GIVEN, **changes})


def test_the_same_file_is_accepted_once_its_error_is_let_through(receiver: Receiver, tmp_path: Path) -> None:
    path = wrong(tmp_path)
    [first] = receiver.receive([path])
    assert first["verdict"] == "returned"
    assert let(receiver)["until"] == LATER.isoformat()
    (tmp_path / "again").mkdir()
    again = tmp_path / "again" / "a.xlsx"
    again.write_bytes(path.read_bytes())
    [second] = receiver.receive([again])
    assert (second["verdict"], second["duplicate_of"]) == ("accepted", None)
    shown = show_submission(receiver.home, second["submission_id"])
    [f] = [f for f in shown["findings"] if f["rule"] == "J2-008"]
    assert (f["severity"], f["explained"]) == ("warning", True)
    assert "张某申请、王某批准放行" in f["message_zh"] and "账户合并" in f["message_zh"]
    assert receiver.register.rows(submissions)[0]["status"] == "returned"  # what was, stays


@pytest.mark.parametrize(
    "changes", [{"unit": "110105"}, {"period": "2023-08"}, {"f_total": 12345}], ids=["unit", "period", "another error"]
)
def test_it_holds_for_its_rule_unit_and_period_alone(
    receiver: Receiver, tmp_path: Path, changes: dict[str, Any]
) -> None:
    let(receiver)
    [answer] = receiver.receive([wrong(tmp_path, **changes)])
    assert answer["verdict"] == "returned"


def test_it_holds_from_its_grant_to_its_last_day(receiver: Receiver, tmp_path: Path) -> None:
    at, until = dt.datetime(2023, 10, 10, tzinfo=CHINA), dt.date(2023, 10, 20)
    let(receiver, at=at, until=until)
    verdicts = []
    for n, day in enumerate((9, 10, 20, 21)):
        taken = dt.datetime(2023, 10, day, 23, tzinfo=CHINA)
        path = write_return(tmp_path / f"{n}.xlsx", f_close=301, hh_start=600 + n)
        [answer] = receiver.receive([path], received_at=taken, decided_at=taken)
        verdicts.append(answer["verdict"])
    assert verdicts == ["returned", "accepted", "accepted", "returned"]
    [row] = granted(receiver.home)
    assert row["is_backfilled"] and not row["holds"]


@pytest.mark.parametrize(
    ("rule", "changes", "words"),
    [
        ("J9-001", {}, "没有规则"),
        ("J2-015", {}, "jiugai explain"),
        ("J2-001", {}, "必填"),
        ("J2-008", {"reason": "  "}, "--reason"),
        ("J2-008", {"asked_by": "王某"}, "两个人"),
        ("J2-008", {"until": dt.date(2020, 1, 1)}, "早于批准日"),
        ("J2-008", {"at": now_utc() + dt.timedelta(days=1)}, "将来"),
    ],
)
def test_what_cannot_be_let_through_is_refused(
    receiver: Receiver, rule: str, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        grant(receiver.home, rule, "110108", "2023-09", **{**GIVEN, **changes})
    assert granted(receiver.home) == []
