"""The workbook that goes back: links, marks, reasons to choose from; filled in and sent back it is explanations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from dashboards.answer import answer_html
from ingestion.cell_columns import LIST_ROWS
from ingestion.register import explanations, submissions
from quality.answers import show_submission
from quality.decisions import decide, explain
from quality.receive import Receiver
from tests.factories import SOUND_TASK, cell_of, edit, row_of, write_return, write_roster

WORK = "审核结果"


@pytest.fixture
def receiver(tmp_path: Path) -> Receiver:
    return Receiver(tmp_path / "home")


def received(receiver: Receiver, path: Path, by: str | None = None) -> dict[str, Any]:
    [answer] = receiver.receive([path], filed_by=by)
    return answer


def answer_to(receiver: Receiver, submission_id: str) -> Path:
    return receiver.home / "answers" / f"{submission_id}.xlsx"


def table(sheet: Worksheet) -> tuple[int, dict[str, int]]:
    """Row of the header and column of each of its words."""
    for cells in sheet.iter_rows(max_row=10):
        if cells[0].value == "级别":
            return cells[0].row, {str(c.value): c.column for c in cells}
    raise AssertionError("no header")


def asking(receiver: Receiver, tmp_path: Path) -> str:
    """A return with two questions: 2 starts outside the plan (J2-015), money idle over a year (J2-023)."""
    path = write_return(tmp_path / "a.xlsx", xq_off=2, f_idle_1y=5)
    answer = received(receiver, path)
    assert answer["verdict"] == "needs_explanation"
    return str(answer["submission_id"])


def filled(receiver: Receiver, submission_id: str, out: Path, said: dict[str, tuple[str | None, str | None]]) -> Path:
    book = openpyxl.load_workbook(answer_to(receiver, submission_id))
    sheet = book[WORK]
    head, columns = table(sheet)
    for row in range(head + 1, sheet.max_row + 1):
        rule = sheet.cell(row, columns["规则"]).value
        if rule in said:
            sheet.cell(row, columns["原因代码"]).value, sheet.cell(row, columns["说明"]).value = said[rule]
    book.save(out)
    return out


def test_each_finding_links_to_its_marked_cell_in_a_copy_of_the_return(receiver: Receiver, tmp_path: Path) -> None:
    path = write_return(tmp_path / "a.xlsx", f_total=12345)
    source = openpyxl.load_workbook(path).worksheets[0]
    cell = f"D{row_of(source, '42')}"
    answer = received(receiver, path)
    assert answer["verdict"] == "returned"
    book = openpyxl.load_workbook(answer_to(receiver, answer["submission_id"]))
    head, columns = table(book[WORK])
    rows = [r for r in range(head + 1, book[WORK].max_row + 1) if book[WORK].cell(r, columns["规则"]).value == "J2-007"]
    link = book[WORK].cell(rows[0], columns["单元格"])
    assert link.value == cell and link.hyperlink.location == f"'{source.title}'!{cell}"
    parts = [f"D{row_of(source, str(code))}" for code in (43, 54)]  # the first and the last source of the total
    assert book[WORK].cell(rows[0], columns["可一并核对"]).value == f"{parts[0]}:{parts[1]}"
    copy = book[source.title]
    assert [c.value for row in copy.iter_rows() for c in row if c.value] == [
        c.value for row in source.iter_rows() for c in row if c.value
    ]
    marked = [c.coordinate for row in copy.iter_rows() for c in row if c.comment and "J2-007" in c.comment.text]
    assert marked == [cell] and copy[cell].fill.fgColor.rgb == "FFF8CBAD"


def test_a_filled_in_answer_is_read_as_explanations_and_the_return_can_be_accepted(
    receiver: Receiver, tmp_path: Path
) -> None:
    waiting = asking(receiver, tmp_path)
    sheet = openpyxl.load_workbook(answer_to(receiver, waiting))[WORK]
    choices = [choice.formula1 for choice in sheet.data_validations.dataValidation]
    assert len(choices) == 2 and all("W3 " in choice and len(choice) <= 257 for choice in choices)
    said = {"J2-015": ("W3 计划调整", "六月调整时补入"), "J2-023": ("w6", None)}
    reply = filled(receiver, waiting, tmp_path / "reply.xlsx", said)
    answer = received(receiver, reply, by="张某")
    assert (answer["verdict"], answer["duplicate_of"], answer["supersedes"]) == ("accepted", None, None)
    held = receiver.register.rows(explanations, order=explanations.c.seq)
    assert [(e["submission_id"], e["rule"], e["reason"], e["text"], e["by"]) for e in held] == [
        (waiting, "J2-015", "W3", "六月调整时补入", "张某"),
        (waiting, "J2-023", "W6", None, "张某"),
    ]
    [registered] = receiver.register.rows(submissions, submissions.c.kind == "reply")
    assert receiver.archive.read(registered["sha256"]) == reply.read_bytes()
    assert decide(receiver.home, waiting, "accept", by="王某")["status"] == "accepted"


def test_the_same_answer_twice_says_nothing_twice(receiver: Receiver, tmp_path: Path) -> None:
    waiting = asking(receiver, tmp_path)
    said: dict[str, tuple[str | None, str | None]] = {"J2-015": ("W3", None), "J2-023": ("W6", None)}
    reply = filled(receiver, waiting, tmp_path / "reply.xlsx", said)
    first = received(receiver, reply)
    (tmp_path / "again").mkdir()
    again = tmp_path / "again" / "reply.xlsx"
    again.write_bytes(reply.read_bytes())
    assert received(receiver, again)["duplicate_of"] == first["submission_id"]
    assert len(receiver.register.rows(explanations)) == 2


@pytest.mark.parametrize(
    ("said", "rule", "words"),
    [
        ({"J2-015": ("W77", None), "J2-023": ("W6", None)}, "RPL-004", "没有原因代码 W77"),
        ({"J2-015": ("W9", None), "J2-023": ("W6", None)}, "RPL-004", "请用文字写明"),
        ({"J2-015": (None, "忘了"), "J2-023": ("W6", None)}, "RPL-004", "J2-015 没有填原因代码"),
        ({"J2-023": ("W6", None)}, "RPL-005", "J2-015"),
    ],
)
def test_what_cannot_be_taken_is_answered_and_the_rest_is_taken(
    receiver: Receiver, tmp_path: Path, said: Any, rule: str, words: str
) -> None:
    waiting = asking(receiver, tmp_path)
    answer = received(receiver, filled(receiver, waiting, tmp_path / "reply.xlsx", said))
    assert answer["verdict"] == "returned"
    [found] = [f for f in receiver.register.findings_of(answer["submission_id"]) if f["severity"] == "error"]
    assert found["rule"] == rule and words in found["message_zh"]
    assert [e["rule"] for e in receiver.register.rows(explanations)] == ["J2-023"]
    assert answer_to(receiver, answer["submission_id"]).is_file()


def test_an_answer_to_what_another_home_received_is_refused(receiver: Receiver, tmp_path: Path) -> None:
    waiting = asking(receiver, tmp_path)
    reply = filled(receiver, waiting, tmp_path / "reply.xlsx", {"J2-015": ("W3", None)})
    elsewhere = Receiver(tmp_path / "elsewhere")
    answer = received(elsewhere, reply)
    assert answer["verdict"] == "returned"
    assert [f["rule"] for f in elsewhere.register.findings_of(answer["submission_id"])] == ["RPL-002"]


def test_an_answer_whose_columns_are_gone_is_refused(receiver: Receiver, tmp_path: Path) -> None:
    waiting = asking(receiver, tmp_path)
    reply = filled(receiver, waiting, tmp_path / "reply.xlsx", {})

    def forget(sheet: Worksheet) -> None:
        head, columns = table(sheet)
        sheet.cell(head, columns["原因代码"]).value = None

    answer = received(receiver, edit(reply, forget, sheet=WORK))
    assert answer["verdict"] == "returned"
    rules = {f["rule"] for f in receiver.register.findings_of(answer["submission_id"])}
    assert rules & {"RPL-001", "RPL-005"}


def test_lists_are_copied_too_and_what_cannot_be_opened_is_answered_without_a_copy(
    receiver: Receiver, tmp_path: Path
) -> None:
    def break_one(sheet: Worksheet) -> None:
        cell_of(sheet, "改造户数").value = "三百"

    answer = received(receiver, edit(write_roster(tmp_path / "j4.xlsx"), break_one))
    assert answer["verdict"] == "returned"
    book = openpyxl.load_workbook(answer_to(receiver, answer["submission_id"]))
    [marked] = [c for row in book.worksheets[1].iter_rows() for c in row if c.comment and "FDT-001" in c.comment.text]
    assert marked.value == "三百" and "资金明细" in book.sheetnames
    bad = tmp_path / "bad.xlsx"
    bad.write_bytes(b"PK\x03\x04 not a workbook")
    answer = received(receiver, bad)
    book = openpyxl.load_workbook(answer_to(receiver, answer["submission_id"]))
    assert book.sheetnames == [WORK, "_jiugai_reply"]


def test_a_long_list_is_copied_from_what_was_read_as_if_it_were_opened_again(
    receiver: Receiver, tmp_path: Path
) -> None:
    tasks = [{**SOUND_TASK, "task_id": f"110108{n:06d}-2023"} for n in range(1, LIST_ROWS + 21)]
    path = write_roster(tmp_path / "a.xlsx", {"J4": tasks})
    edit(path, lambda sheet: setattr(cell_of(sheet, "改造户数", 90), "value", "很多"))
    answer = received(receiver, path)
    assert answer["verdict"] == "returned"
    place = answer_to(receiver, answer["submission_id"])
    said = place.read_bytes()
    copy = openpyxl.load_workbook(place).worksheets[1]
    assert cell_of(copy, "改造户数", 90).value == "很多" and cell_of(copy, "任务编号", 90).value == "110108000090-2023"
    place.unlink()  # as a run that was killed leaves it
    assert received(receiver, path)["duplicate_of"] == answer["submission_id"]
    assert place.read_bytes() == said


def test_the_answer_as_a_page_escapes_what_was_typed_and_loads_nothing(receiver: Receiver, tmp_path: Path) -> None:
    def typed(sheet: Worksheet) -> None:
        sheet.cell(row_of(sheet, "42"), 4).value = "<script>alert(1)</script>"

    answer = received(receiver, edit(write_return(tmp_path / "a.xlsx", sample=True), typed))
    page = answer_html(show_submission(receiver.home, answer["submission_id"])).decode()
    assert "<script" not in page and "&lt;script&gt;alert(1)" in page
    assert "模拟数据" in page and "退回更正" in page and 'class="error"' in page
    assert "http" not in page.replace("http-equiv", "")


def test_the_page_shows_what_was_said_and_decided(receiver: Receiver, tmp_path: Path) -> None:
    waiting = asking(receiver, tmp_path)
    explain(receiver.home, waiting, "J2-015", "W3", text="六月补入", by="张某")
    decide(receiver.home, waiting, "return", by="王某", note="再核")
    page = answer_html(show_submission(receiver.home, waiting)).decode()
    said = page[page.index("说明与决定") :]
    assert said.index("张某 说明 J2-015：W3 计划调整 六月补入") < said.index("王某 退回更正 再核")
    assert page.count("已说明 explained") == 1
