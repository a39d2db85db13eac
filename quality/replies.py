"""An answer workbook that came back becomes explanations, in the transaction that registers it.

What cannot be taken is a finding at its cell of that workbook; the rest is taken all the same. Not here: what an
explanation is and who decides on it (decisions.py).
"""

from __future__ import annotations

import re

import sqlalchemy as sa

from ingestion.catalogue import Catalogue
from ingestion.model import Finding, Reply, ReplyLine
from ingestion.moments import now_utc, stamp
from ingestion.replies import WORK_SHEET
from quality.decisions import Explanation, current_state, findings_on, open_rules, refusal, write_explanation


def take_reply(
    connection: sa.Connection, reply: Reply, by: str | None, at: str, is_backfilled: bool, catalogue: Catalogue
) -> list[Finding]:
    """Record what is said and return what is to be said of it. The same answer again records nothing."""
    row = current_state(connection, reply.submission_id)
    if row is None:
        known = "收件登记库里的编号"
        zh = f"审核结果工作簿答复的报送“{reply.submission_id}”不在登记库；请发给当初退回它的单位"
        en = f"no submission {reply.submission_id} here; send the workbook to whom it came from"
        return [_said("RPL-002", "error", zh, en, None, reply.submission_id, known)]
    if row["status"] == "accepted":
        zh, en = f"{reply.submission_id} 已接收，不再需要说明", f"{reply.submission_id} is accepted already"
        return [_said("RPL-003", "info", zh, en)]
    found: list[Finding] = []
    taken = findings_on(connection, reply.submission_id)
    for rule, reason, lines in _grouped(reply.lines):
        said = Explanation(rule, reason, _words(lines) or None, by, at, is_backfilled)
        refused = refusal(row, taken, said, catalogue)
        if refused:
            zh, en = refused
            found.append(_said("RPL-004", "error", zh, en, lines[0].address, lines[0].reason or lines[0].text))
        else:
            write_explanation(connection, reply.submission_id, said)
    left = open_rules(connection, row, stamp(now_utc()), catalogue)
    if left and not found:
        zh = f"{reply.submission_id} 还有未说明的：{'、'.join(left)}；请在“原因代码”列补填后再发回"
        en = f"not explained yet: {', '.join(left)}; fill in their reason codes and send it again"
        found.append(_said("RPL-005", "error", zh, en, expected="、".join(left)))
    if not found:
        zh = f"已记下对 {reply.submission_id} 的说明，等待上级审定"
        found.append(_said("RPL-006", "info", zh, f"explanations of {reply.submission_id} recorded; decision follows"))
    return found


def _grouped(lines: list[ReplyLine]) -> list[tuple[str, str, list[ReplyLine]]]:
    """By rule and reason, in the order of the sheet. A line with words alone belongs to the reason given above it."""
    groups: dict[tuple[str, str], list[ReplyLine]] = {}
    last: dict[str, str] = {}
    for line in lines:
        hit = re.match(r"[A-Za-z]\w*", line.reason)
        reason = hit[0].upper() if hit else line.reason or last.get(line.rule, "")
        last[line.rule] = reason
        groups.setdefault((line.rule, reason), []).append(line)
    return [(rule, reason, held) for (rule, reason), held in groups.items()]


def _words(lines: list[ReplyLine]) -> str:
    texts = [(line.cell, line.text) for line in lines if line.text]
    return "；".join(f"{cell}：{text}" if cell and len(texts) > 1 else text for cell, text in texts)


def _said(
    rule: str, severity: str, zh: str, en: str, cell: str | None = None, found: str | None = None,
    expected: str | None = None,
) -> Finding:  # fmt: skip
    return Finding(rule, severity, "B0", zh, en, sheet=WORK_SHEET, cell=cell, found=found, expected=expected)
