"""Warnings wait for an explanation, the level above decides, and every state can be asked as of a moment."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from ingestion.errors import UsageError
from ingestion.moments import CHINA
from ingestion.register import in_force, submissions
from quality.answers import list_submissions, show_submission
from quality.decisions import decide, explain
from quality.receive import Receiver
from quality.status import Partition, new_since, state_of, totals
from quality.warehouse import build, is_stale, open_build, query
from tests.factories import write_return, write_rows


@pytest.fixture
def receiver(tmp_path: Path) -> Receiver:
    return Receiver(tmp_path / "home")


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=CHINA)


def receive(receiver: Receiver, path: Path, at: str | None = None, **changes: Any) -> dict[str, Any]:
    write_return(path, **changes)
    return receiver.receive([path], received_at=moment(at) if at else None)[0]


def asked(receiver: Receiver, tmp_path: Path, at: str | None = None, **changes: Any) -> str:
    """A return with two warnings: started outside the plan (J2-015), money idle over a year (J2-023)."""
    answer = receive(receiver, tmp_path / "b.xlsx", at, xq_off=2, f_idle_1y=50, **changes)
    assert answer["verdict"] == "needs_explanation"
    return str(answer["submission_id"])


def now_in_force(receiver: Receiver, as_of: dt.datetime | None = None) -> set[str]:
    return {r["submission_id"] for r in in_force(receiver.register.states(as_of=as_of), as_of).values()}


def test_warnings_wait_until_each_is_explained_then_the_level_above_accepts(receiver: Receiver, tmp_path: Path) -> None:
    waiting, home = asked(receiver, tmp_path), receiver.home
    assert now_in_force(receiver) == set()
    refused = decide(home, waiting, "accept", by="王某")
    assert (
        refused["state"] == "refused" and "J2-015" in refused["reasons_zh"][0] and "J2-023" in refused["reasons_zh"][0]
    )
    assert explain(home, waiting, "J2-015", "W3", by="海淀区")["unexplained"] == ["J2-023"]
    assert decide(home, waiting, "accept", by="王某")["state"] == "refused"
    assert explain(home, waiting, "J2-023", "W9", text="待决算")["unexplained"] == []
    assert now_in_force(receiver) == set()  # explained, and nobody has decided yet
    done = decide(home, waiting, "accept", by="王某", note="同意")
    assert (done["state"], done["status"], done["in_force"]) == ("decided", "accepted", waiting)
    assert now_in_force(receiver) == {waiting}
    shown = show_submission(home, waiting)
    assert (shown["status"], shown["first_verdict"], shown["to_explain"]) == ("accepted", "needs_explanation", [])
    assert {f["rule"] for f in shown["findings"] if f["explained"]} == {"J2-015", "J2-023"}
    assert [(e["rule"], e["reason"], e["text"], e["by"]) for e in shown["explanations"]] == [
        ("J2-015", "W3", None, "海淀区"), ("J2-023", "W9", "待决算", None)]  # fmt: skip
    assert [(d["status"], d["by"], d["note"]) for d in shown["decisions"]] == [("accepted", "王某", "同意")]
    stored = receiver.register.rows(submissions)[0]
    assert stored["status"] == "needs_explanation"  # the first verdict is never rewritten


def test_an_explanation_given_twice_keeps_both_and_asks_no_more(receiver: Receiver, tmp_path: Path) -> None:
    waiting = asked(receiver, tmp_path)
    explain(receiver.home, waiting, "J2-015", "W8")
    explain(receiver.home, waiting, "J2-015", "W3", text="改正说明")
    shown = show_submission(receiver.home, waiting)
    assert [e["reason"] for e in shown["explanations"]] == ["W8", "W3"] and shown["to_explain"] == ["J2-023"]


def test_what_cannot_be_explained_is_refused(receiver: Receiver, tmp_path: Path) -> None:
    home, waiting = receiver.home, asked(receiver, tmp_path)
    clean = receive(receiver, tmp_path / "clean.xlsx", unit="110101")["submission_id"]
    wrong = receive(receiver, tmp_path / "wrong.xlsx", unit="110102", f_total=None, xq_off=2)["submission_id"]
    for submission, rule, reason, text, said in (
        ("S999999", "J2-015", "W8", None, "S999999"),
        (waiting, "J2-003", "W8", None, "J2-015"),  # did not fire: the ones that did are named
        (waiting, "J2-015", "W77", None, "W77"),
        (waiting, "J2-015", "W9", "  ", "--text"),
        (clean, "J2-015", "W8", None, "无须说明"),
        (wrong, "J2-015", "W8", None, "更正后重报"),
    ):
        with pytest.raises(UsageError, match=said):
            explain(home, submission, rule, reason, text=text)
    assert show_submission(home, waiting)["explanations"] == []


def test_errors_are_not_overridden_and_decisions_are_not_repeated(receiver: Receiver, tmp_path: Path) -> None:
    home = receiver.home
    wrong = receive(receiver, tmp_path / "wrong.xlsx", f_total=None)["submission_id"]
    refused = decide(home, wrong, "accept", by="王某")
    assert refused["state"] == "refused" and "错误不能放行" in refused["reasons_zh"][0]
    assert decide(home, wrong, "return", by="王某")["state"] == "refused"
    clean = receive(receiver, tmp_path / "clean.xlsx", unit="110101")["submission_id"]
    assert decide(home, clean, "accept", by="王某")["reasons_zh"] == ["已经接收"]
    bad = tmp_path / "bad.xlsx"
    bad.write_bytes(b"not a workbook")
    unreadable = receiver.receive([bad])[0]["submission_id"]
    assert decide(home, unreadable, "accept", by="王某")["state"] == "refused"
    with pytest.raises(UsageError, match="S999999"):
        decide(home, "S999999", "accept", by="王某")
    with pytest.raises(UsageError, match="姓名"):
        decide(home, clean, "return", by="  ")


def test_a_returned_version_gives_way_to_the_one_before_it_and_may_be_accepted_again(
    receiver: Receiver, tmp_path: Path
) -> None:
    home = receiver.home
    first = receive(receiver, tmp_path / "a.xlsx")["submission_id"]
    second = receive(receiver, tmp_path / "b.xlsx", hh_start=610)["submission_id"]
    assert now_in_force(receiver) == {second}
    back = decide(home, second, "return", by="王某", note="与台账不符")
    assert (back["status"], back["in_force"]) == ("returned", first)
    assert now_in_force(receiver) == {first}
    texts = _texts(home / "answers" / f"{second}.xlsx")
    assert any("王某：与台账不符" in t for t in texts)
    again = decide(home, second, "accept", by="李某")
    assert (again["status"], again["supersedes"], again["in_force"]) == ("accepted", first, second)
    assert now_in_force(receiver) == {second}


def test_the_same_file_does_not_undo_the_decision_that_returned_it(receiver: Receiver, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    first = receive(receiver, path)["submission_id"]
    decide(receiver.home, first, "return", by="王某", note="与台账不符")
    copy = tmp_path / "again.xlsx"
    copy.write_bytes(path.read_bytes())
    again = receiver.receive([copy])[0]
    assert (again["duplicate_of"], again["verdict"]) == (first, "returned")
    assert now_in_force(receiver) == set()


def test_in_force_is_the_one_received_last_not_the_one_decided_last(receiver: Receiver, tmp_path: Path) -> None:
    waiting = asked(receiver, tmp_path, "2023-10-04T09:00")
    later = receive(receiver, tmp_path / "c.xlsx", "2023-10-05T09:00", hh_start=620)["submission_id"]
    for rule in ("J2-015", "J2-023"):
        explain(receiver.home, waiting, rule, "W8")
    done = decide(receiver.home, waiting, "accept", by="王某")
    assert (done["supersedes"], done["in_force"]) == (None, later)
    assert now_in_force(receiver) == {later}


def test_the_state_as_of_a_moment_is_that_of_the_last_decision_until_then(receiver: Receiver, tmp_path: Path) -> None:
    home, waiting = receiver.home, asked(receiver, tmp_path, "2023-10-04T09:00")
    for rule in ("J2-015", "J2-023"):
        explain(home, waiting, rule, "W8", at=moment("2023-10-05T10:00"))
    early = decide(home, waiting, "accept", by="王某", at=moment("2023-10-05T09:00"))
    assert early["state"] == "refused"  # what was not explained yet at that moment could not be accepted
    accepted = moment("2023-10-06T09:00")
    assert decide(home, waiting, "accept", by="王某", at=accepted)["is_backfilled"]
    decide(home, waiting, "return", by="李某", at=moment("2023-10-20T09:00"))

    def status(at: dt.datetime) -> str:
        return str(receiver.register.states(as_of=at)[0]["status"])

    instant = dt.timedelta(microseconds=1)
    assert status(moment("2023-10-05T12:00")) == "needs_explanation"
    assert (status(accepted - instant), status(accepted)) == ("needs_explanation", "accepted")
    assert now_in_force(receiver, accepted - instant) == set()
    assert now_in_force(receiver, accepted) == {waiting}  # decided_at = t counts
    assert (status(moment("2023-10-20T08:59")), status(moment("2023-10-20T09:00"))) == ("accepted", "returned")
    assert now_in_force(receiver) == set()


def test_back_filled_times_lie_between_what_they_follow_and_now(receiver: Receiver, tmp_path: Path) -> None:
    home, waiting = receiver.home, asked(receiver, tmp_path, "2023-10-04T09:00")
    with pytest.raises(UsageError, match="--at 早于"):
        explain(home, waiting, "J2-015", "W8", at=moment("2023-10-04T08:00"))
    with pytest.raises(UsageError, match="将来"):
        decide(home, waiting, "return", by="王某", at=moment("2199-01-01T08:00"))
    decide(home, waiting, "return", by="王某", at=moment("2023-10-06T09:00"))
    with pytest.raises(UsageError, match="--decided-at 早于"):
        decide(home, waiting, "return", by="王某", at=moment("2023-10-05T09:00"))


def test_differences_between_levels_and_publications_ask_nobody(receiver: Receiver, tmp_path: Path) -> None:
    receive(receiver, tmp_path / "county.xlsx")
    own = receive(receiver, tmp_path / "own.xlsx", unit="110000", xq_start=13, st_build=10)
    warned = {f["rule"] for f in receiver.register.findings_of(own["submission_id"]) if f["severity"] == "warning"}
    assert own["verdict"] == "accepted" and warned == {"L-001", "L-002"}


def test_a_warning_of_the_reader_is_explained_too(receiver: Receiver, tmp_path: Path) -> None:
    """A row that the form does not have holds a value: it was not read, and the sender says why it stands there."""
    path = write_return(tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    sheet.cell(sheet.max_row + 1, 1).value = "99"
    sheet.cell(sheet.max_row, 4).value = 5
    book.save(path)
    answer = receiver.receive([path])[0]
    assert answer["verdict"] == "needs_explanation"
    assert show_submission(receiver.home, answer["submission_id"])["to_explain"] == ["ROW-004"]


def _texts(path: Path) -> list[str]:
    return [str(c.value) for row in openpyxl.load_workbook(path).worksheets[0].iter_rows() for c in row]


def test_the_answer_workbook_says_how_to_explain(receiver: Receiver, tmp_path: Path) -> None:
    waiting = asked(receiver, tmp_path)
    texts = _texts(receiver.home / "answers" / f"{waiting}.xlsx")
    assert any("发回" in t for t in texts) and any(f"报送：{waiting}" in t for t in texts)
    assert {"说明", "W9", "其他（须说明）"} <= set(texts)


def test_lists_status_pages_and_staleness_follow_explanations_and_decisions(receiver: Receiver, tmp_path: Path) -> None:
    home, waiting = receiver.home, asked(receiver, tmp_path)
    partition = Partition("J2", "2023-09", "110000")
    assert [r["submission_id"] for r in list_submissions(home, status="needs_explanation")] == [waiting]
    unit = state_of(home, receiver.register, partition).units[0]
    assert (unit.status, unit.rule) == ("needs_explanation", "J2-015") and "计划外" in unit.reason_zh
    explain(home, waiting, "J2-015", "W8")
    assert state_of(home, receiver.register, partition).units[0].rule == "J2-023"
    explain(home, waiting, "J2-023", "W6")
    _, shown = new_since(receiver.register, 0)
    before = receiver.register.watermark
    decide(home, waiting, "accept", by="王某")
    assert receiver.register.watermark > before
    assert new_since(receiver.register, shown)[0] == [partition]
    assert [(t["status"], t["submissions"]) for t in totals(receiver.register)] == [("accepted", 1)]
    assert list_submissions(home, status="needs_explanation") == []
    assert state_of(home, receiver.register, partition).units[0].status == "accepted"


def test_later_rules_see_a_return_from_its_decision_on(receiver: Receiver, tmp_path: Path) -> None:
    """October rises from 6 to 7 communities but says 2 began in the month: J2-004 needs September to tell."""
    waiting = asked(receiver, tmp_path)
    october: dict[str, Any] = {"period": "2023-10", "xq_start": 7, "xq_start_m": 2, "st_build": 4, "st_wait": 0}
    before = receive(receiver, tmp_path / "o1.xlsx", **october)
    assert "J2-004" not in _rules(receiver, before, "error")
    for rule in ("J2-015", "J2-023"):
        explain(receiver.home, waiting, rule, "W8")
    decide(receiver.home, waiting, "accept", by="王某")
    after = receive(receiver, tmp_path / "o2.xlsx", **october, hh_start=650)
    assert "J2-004" in _rules(receiver, after, "error")


def _rules(receiver: Receiver, answer: dict[str, Any], severity: str) -> set[str]:
    return {f["rule"] for f in receiver.register.findings_of(answer["submission_id"]) if f["severity"] == severity}


def test_a_build_holds_what_was_in_force_at_its_moment(receiver: Receiver, tmp_path: Path) -> None:
    home = receiver.home
    first = receive(receiver, tmp_path / "a.xlsx", "2023-10-03T09:00")["submission_id"]
    waiting = asked(receiver, tmp_path, "2023-10-04T09:00", hh_start=640)
    for rule in ("J2-015", "J2-023"):
        explain(home, waiting, rule, "W8", at=moment("2023-10-05T09:00"))
    decide(home, waiting, "accept", by="王某", at=moment("2023-10-06T09:00"))

    def held(as_of: str | None) -> tuple[list[str], list[str]]:
        with open_build(build(home, moment(as_of) if as_of else None).build) as connection:
            return (
                [r["submission_id"] for r in query(connection, "select * from int_submissions__in_force")],
                [r["status"] for r in query(connection, "select * from stg_register__submissions order by seq")],
            )

    assert held("2023-10-05T12:00") == ([first], ["accepted", "needs_explanation"])
    assert held(None) == ([waiting], ["accepted", "accepted"])
    assert not is_stale(home)
    decide(home, waiting, "return", by="李某")
    assert is_stale(home)
    assert held(None) == ([first], ["accepted", "returned"])


def test_a_publication_with_warnings_is_accepted(receiver: Receiver, tmp_path: Path) -> None:
    from ingestion.catalogue import catalogue
    from ingestion.transcripts import write_source

    source = catalogue().source("T2309")
    path = tmp_path / "T2309.xlsx"
    assert write_source(source, catalogue(), path)
    answer = receiver.receive([path], source_id="T2309")[0]
    assert answer["verdict"] == "accepted"
    unknown = write_rows(tmp_path / "x.xlsx", [["随便"]])
    assert receiver.receive([unknown])[0]["verdict"] in ("returned", "unreadable")
