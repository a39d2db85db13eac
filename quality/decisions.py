"""Answers to warnings, and the decision of the level above: who said what of a submission, and when.

Append-only: each explanation and each decision is a row of its own, and a submission's state is read from them
(`ingestion.register.states`). A refused decision is an answer with its reasons, not an error. Not here: the first
verdict (receive.py), letting an error through (overrides.py).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ingestion.catalogue import Catalogue
from ingestion.catalogue import catalogue as project_catalogue
from ingestion.errors import UsageError
from ingestion.model import Finding
from ingestion.moments import now_utc, stamp
from ingestion.register import (
    Register,
    decisions,
    event,
    events,
    explanations,
    findings,
    in_force,
    key_of,
    states,
    submissions,
)
from quality.answer_book import Answer, write_answers
from quality.check import reasons_of, rules_to_explain

BECOMES = {"accept": "accepted", "return": "returned"}


@dataclass(frozen=True)
class Explanation:
    """What is said to the warnings of one rule. reason: a code of the list explain_reasons; at as the register writes it."""

    rule: str
    reason: str
    text: str | None
    by: str | None
    at: str
    is_backfilled: bool


def findings_on(connection: sa.Connection, submission_id: str) -> list[Finding]:
    rows = connection.execute(
        sa.select(findings.c.finding).where(findings.c.submission_id == submission_id).order_by(findings.c.n)
    )
    return [Finding(**json.loads(text)) for (text,) in rows]


def _explained(connection: sa.Connection, submission_id: str, as_of: str) -> set[str]:
    query = sa.select(explanations.c.rule).where(
        explanations.c.submission_id == submission_id, explanations.c.at <= as_of
    )
    return set(connection.execute(query).scalars())


def current_state(connection: sa.Connection, submission_id: str) -> dict[str, Any] | None:
    found = states(connection, submissions.c.submission_id == submission_id)
    return found[0] if found else None


def _state(connection: sa.Connection, submission_id: str) -> dict[str, Any]:
    row = current_state(connection, submission_id)
    if row is None:
        raise UsageError(f"没有报送 {submission_id} (no such submission)")
    return row


def _moment(given: dt.datetime | None, not_before: str, option: str) -> str:
    """The moment of an act as the register writes it; a back-filled one lies between what it follows and now."""
    now = now_utc()
    at = stamp(given or now)
    if at > stamp(now):
        raise UsageError(f"{option} 在将来 (lies in the future)")
    if at < not_before:
        raise UsageError(f"{option} 早于 {not_before[:19]}Z 的收件或决定 (earlier than the receipt or decision before)")
    return at


def unexplained(register: Register, row: dict[str, Any], catalogue: Catalogue | None = None) -> list[str]:
    """Rules whose warnings a submission has not answered yet."""
    with register.transaction() as connection:
        return open_rules(connection, row, stamp(now_utc()), catalogue or project_catalogue())


def open_rules(connection: sa.Connection, row: dict[str, Any], as_of: str, catalogue: Catalogue) -> list[str]:
    asked = rules_to_explain(findings_on(connection, row["submission_id"]), row["form"], catalogue)
    answered = _explained(connection, row["submission_id"], as_of)
    return [rule for rule in asked if rule not in answered]


def _no_reason(rule: str, reason: str, text: str | None, catalogue: Catalogue) -> tuple[str, str] | None:
    """Why a reason answers nothing at all, zh and en."""
    reasons = catalogue.codelist("explain_reasons")
    if reason not in reasons:
        listed = "、".join(f"{code} {r['name_zh']}" for code, r in reasons.items())
        shown = f"没有原因代码 {reason}" if reason else f"{rule} 没有填原因代码"
        return f"{shown}；可用：{listed}", "no such reason code"
    if reasons[reason]["needs_text"] and not text:
        return (
            f"原因 {reason} {reasons[reason]['name_zh']}：请用文字写明（“说明”列，或 --text）",
            "this reason needs words",
        )
    return None


def refusal(
    row: dict[str, Any], found: Sequence[Finding], said: Explanation, catalogue: Catalogue
) -> tuple[str, str] | None:
    """Why an explanation cannot be taken, zh and en; None when it can. found: the findings of the submission `row`."""
    reasons, name = catalogue.codelist("explain_reasons"), row["submission_id"]
    refused = _no_reason(said.rule, said.reason, said.text, catalogue)
    if refused:
        return refused
    if row["status"] == "accepted":
        return f"{name} 已接收，无须说明", "accepted already: nothing to explain"
    if row["status"] == "unreadable" or any(f.severity == "error" for f in found):
        return f"{name} 有须更正的错误，请更正后重报", "it has errors: correct it and file again"
    asked = rules_to_explain(found, row["form"], catalogue)
    if said.rule not in asked:
        listed = "、".join(asked)
        return f"{name} 没有规则 {said.rule} 的待说明问题；须说明的：{listed}", "that rule asks for nothing here"
    only = reasons_of(said.rule, catalogue)
    if said.reason not in only:
        listed = "、".join(f"{code} {reasons[code]['name_zh']}" for code in only)
        return f"规则 {said.rule} 不能以 {said.reason} 说明；可用：{listed}", "this reason does not answer that rule"
    return None


def write_explanation(connection: sa.Connection, submission_id: str, said: Explanation) -> None:
    """Record one that is not refused. What was said last of the rule, said again by the same words, is no new row."""
    held = explanations.c
    last = connection.execute(
        sa.select(held.reason, held.text)
        .where(held.submission_id == submission_id, held.rule == said.rule)
        .order_by(held.seq.desc())
    ).first()
    if last is not None and tuple(last) == (said.reason, said.text):
        return
    connection.execute(explanations.insert().values(submission_id=submission_id, **asdict(said)))
    logged = event("explained", submission_id, said.by, rule=said.rule, reason=said.reason)
    connection.execute(events.insert().values(logged))


def explain(
    home: Path,
    submission_id: str,
    rule: str,
    reason: str,
    *,
    text: str | None = None,
    by: str | None = None,
    at: dt.datetime | None = None,
    catalogue: Catalogue | None = None,
) -> dict[str, Any]:
    """Answer one rule's warnings of a submission with a reason code. Said again, the later answer is the one shown.

    Returns: {submission_id, rule, reason, reason_zh, reason_en, text, by, at, is_backfilled, status, unexplained}.
    Raises:  UsageError for an unknown submission or reason, a rule that asked nothing of it, a submission that waits for
             no explanation, or 其他 without words.
    """
    catalogue = catalogue or project_catalogue()
    text = (text or "").strip() or None
    refused = _no_reason(rule, reason, text, catalogue)
    if refused:
        raise UsageError("{} ({})".format(*refused))
    register = Register(home)
    try:
        with register.transaction() as connection:
            row = _state(connection, submission_id)
            moment = _moment(at, row["received_at"], "--at")
            said = Explanation(rule, reason, text, by, moment, at is not None)
            refused = refusal(row, findings_on(connection, submission_id), said, catalogue)
            if refused:
                raise UsageError("{} ({})".format(*refused))
            write_explanation(connection, submission_id, said)
            left = open_rules(connection, row, stamp(now_utc()), catalogue)
    finally:
        register.close()
    given = catalogue.codelist("explain_reasons")[reason]
    names = {f"reason_{lang}": given[f"name_{lang}"] for lang in ("zh", "en")}
    return {"submission_id": submission_id, **asdict(said), **names, "status": row["status"], "unexplained": left}


def decide(
    home: Path,
    submission_id: str,
    verdict: str,
    *,
    by: str,
    note: str | None = None,
    at: dt.datetime | None = None,
    catalogue: Catalogue | None = None,
) -> dict[str, Any]:
    """The level above accepts a submission or returns it, from this moment on.

    A returned one goes out of force and the version before it comes back. at back-fills history and is marked so.
    Returns: {submission_id, decision, state: decided|refused, status, by, note, decided_at, is_backfilled, supersedes,
             in_force, reasons_zh, reasons_en}. in_force: the submission that holds for this unit, form and period now.
    Raises:  UsageError for an unknown submission, an empty name, or an impossible time.
    """
    catalogue = catalogue or project_catalogue()
    by, note = by.strip(), (note or "").strip() or None
    if not by:
        raise UsageError("--by 须写姓名 (a name is needed)")
    register = Register(home)
    try:
        with register.transaction() as connection:
            row = _state(connection, submission_id)
            moment = _moment(at, row["decided_at"], "--decided-at")
            reasons = _against(connection, row, verdict, moment, catalogue)
            of_unit = (submissions.c.form == row["form"], submissions.c.unit_code == row["unit_code"])
            rivals = [r for r in states(connection, *of_unit) if key_of(r) == key_of(row)]
            before = in_force(rivals).get(key_of(row))
            supersedes = None
            if not reasons:
                received = (row["received_at"], row["seq"])
                if verdict == "accept" and before and (before["received_at"], before["seq"]) < received:
                    supersedes = before["submission_id"]
                connection.execute(
                    decisions.insert().values(
                        submission_id=submission_id,
                        status=BECOMES[verdict],
                        by=by,
                        note=note,
                        at=moment,
                        supersedes=supersedes,
                        is_backfilled=at is not None,
                    )
                )
                row = _state(connection, submission_id)
                rivals = [row if r["submission_id"] == submission_id else r for r in rivals]
                before = in_force(rivals).get(key_of(row))
            what = "decision_refused" if reasons else "decided"
            register.log(connection, what, submission_id, by, decision=verdict, note=note)
            found = findings_on(connection, submission_id)
        places = register.column_map(row["map_id"])
    finally:
        register.close()
    if verdict == "return" and not reasons:
        write_answers(home, [Answer(row, found, places, f"{by}：{note}" if note else by)])
    return {
        "submission_id": submission_id,
        "decision": verdict,
        "state": "refused" if reasons else "decided",
        "status": row["status"],
        "by": by,
        "note": note,
        "decided_at": row["decided_at"],
        "is_backfilled": at is not None,
        "supersedes": supersedes,
        "in_force": before["submission_id"] if before else None,
        "reasons_zh": [zh for zh, _ in reasons],
        "reasons_en": [en for _, en in reasons],
    }


def _against(
    connection: sa.Connection, row: dict[str, Any], verdict: str, moment: str, catalogue: Catalogue
) -> list[tuple[str, str]]:
    """Why a decision cannot be taken, zh and en; empty when it can."""
    if verdict == "return":
        return [("已是退回状态", "it is returned already")] if row["status"] in ("returned", "unreadable") else []
    if row["status"] == "accepted":
        return [("已经接收", "it is accepted already")]
    errors = json.loads(row["counts"]).get("error", 0)
    if row["status"] == "unreadable" or errors:
        return [
            (
                f"有 {errors} 条强制性错误；错误不能放行，请更正后重报",
                f"{errors} errors: they cannot be overridden; the return is corrected and filed again",
            )
        ]
    left = open_rules(connection, row, moment, catalogue)
    if left:
        names = "、".join(left)
        return [
            (
                f"尚未说明：{names}；先用 jiugai explain {row['submission_id']} 规则 --reason 代码",
                f"not explained yet: {', '.join(left)}",
            )
        ]
    return []
