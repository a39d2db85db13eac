"""An answer workbook that comes back filled in: which submission it answers, and what is said of each rule.

Not here: what that does to the submission (quality.replies), writing the workbook (quality.answer_book).
"""

from __future__ import annotations

from ingestion.model import Finding, ReadResult, Reply, ReplyLine
from ingestion.units import normalise
from ingestion.workbook import Workbook, column_letters

REPLY_SHEET = "_jiugai_reply"  # hidden; keys in the first column, texts in the second
WORK_SHEET = "审核结果"
SUBMISSION = "submission_id"
RULE, CELL, REASON, TEXT = "规则", "单元格", "原因代码", "说明"


def read_reply(book: Workbook) -> ReadResult | None:
    """What an answer workbook says; None for every other file. What cannot be read of it is a finding."""
    hidden, work = book.sheet(REPLY_SHEET), book.sheet(WORK_SHEET)
    if hidden is None:
        return None
    keys = {hidden.text(row, 1): hidden.text(row, 2) for row in range(1, hidden.last_row + 1)}
    result = ReadResult(reply=Reply(keys.get(SUBMISSION, ""), []))
    head = work.find(REASON) if work else None
    columns = {normalise(c.text): c.column for c in work.cells.values() if c.row == head.row} if work and head else {}
    lacks = [name for name in (RULE, CELL, REASON, TEXT) if name not in columns]
    if work is None or head is None or lacks:
        wanted = "、".join(lacks) or REASON
        zh = f"审核结果工作簿“{WORK_SHEET}”中找不到列“{wanted}”；请在收到的那份工作簿上填写后发回"
        en = f"the answer workbook has no column {wanted}; fill in the workbook as it was sent"
        result.add(Finding("RPL-001", "error", "B0", zh, en, sheet=WORK_SHEET, expected=wanted))
        return result
    assert result.reply is not None
    for row in range(head.row + 1, work.last_row + 1):
        rule, cell, reason, text = (work.text(row, columns[n]).strip() for n in (RULE, CELL, REASON, TEXT))
        if rule and (reason or text):
            address = f"{column_letters(columns[REASON])}{row}"
            result.reply.lines.append(ReplyLine(rule, cell, reason, text, address))
    return result
