"""Overrides: the level above lets one rule's error pass for one unit and period, named, reasoned and for a time.

Append-only. A finding that is let through stays with the return, as a question that is answered, and says by whom. What is
not filed at all cannot be let through, and neither can a fault of the file: there would be nothing to publish.
Not here: explanations of questions (decisions.py).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ingestion.catalogue import Catalogue
from ingestion.catalogue import catalogue as project_catalogue
from ingestion.errors import UsageError
from ingestion.model import ReadResult
from ingestion.moments import CHINA, now_utc, stamp
from ingestion.register import Register, batched, overrides

MANDATORY = "FDM"  # type of the rules that ask for what must be filed


def grant(
    home: Path,
    rule: str,
    unit: str,
    period: str,
    *,
    reason: str,
    asked_by: str,
    by: str,
    until: dt.date,
    at: dt.datetime | None = None,
    catalogue: Catalogue | None = None,
) -> dict[str, Any]:
    """Let the errors of a rule pass for a unit and period, in what is decided from now until a day.

    Returns: the row. Raises: UsageError for an unknown or not overridable rule, an unknown unit, one person for both
    parties, no reason, or an end that lies before its beginning.
    """
    catalogue = catalogue or project_catalogue()
    known = catalogue.rules_by_id.get(rule)
    if known is None:
        raise UsageError(f"没有规则 {rule} (no such rule)")
    if known.severity != "error":
        raise UsageError(f"{rule} 不是强制性规则，用 jiugai explain 说明即可 (not an error rule: explain it)")
    if known.type == MANDATORY:
        raise UsageError(f"{rule} 要求填报必填项，不能放行 (what must be filed cannot be let through)")
    area = catalogue.area(unit)
    reason, asked_by, by = (text.strip() for text in (reason, asked_by, by))
    if not reason:
        raise UsageError("请用 --reason 写明放行的原因 (say why)")
    if not asked_by or not by or asked_by == by:
        raise UsageError("申请人与批准人须是两个人，都要写姓名 (who asks and who grants are two people)")
    now = now_utc()
    begins = at or now
    if begins > now:
        raise UsageError("--at 在将来 (lies in the future)")
    if until < begins.astimezone(CHINA).date():
        raise UsageError(f"--until {until} 早于批准日 (ends before it begins)")
    row = {
        "rule": rule, "unit_code": area.code, "period": period, "reason": reason, "asked_by": asked_by, "by": by,
        "at": stamp(begins), "until": until.isoformat(), "is_backfilled": at is not None,
    }  # fmt: skip
    register = Register(home)
    try:
        with register.transaction() as connection:
            connection.execute(overrides.insert().values(row))
            register.log(connection, "overridden", f"{rule} {unit} {period}", by, asked_by=asked_by, until=row["until"])
    finally:
        register.close()
    return row


def granted(home: Path) -> list[dict[str, Any]]:
    """All that were ever granted, oldest first, each with whether it still holds today."""
    today = now_utc().astimezone(CHINA).date().isoformat()
    register = Register(home)
    try:
        rows = register.rows(overrides, order=overrides.c.seq)
    finally:
        register.close()
    return [{**{k: v for k, v in r.items() if k != "seq"}, "holds": r["until"] >= today} for r in rows]


def let_through(results: Sequence[ReadResult], decided: Iterable[dt.datetime], register: Register) -> None:
    """Turn errors that an override covers at the moment of decision into answered questions, in place."""
    units = sorted({r.unit_code for r in results if r.unit_code})
    held: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for codes in batched(units):
        for row in register.rows(overrides, overrides.c.unit_code.in_(codes), order=overrides.c.seq):
            held.setdefault((row["unit_code"], row["period"]), []).append(row)
    if not held:
        return
    for result, moment in zip(results, decided, strict=True):
        now, day = stamp(moment), moment.astimezone(CHINA).date().isoformat()
        rows = held.get((result.unit_code or "", result.period or ""), [])
        by_rule = {row["rule"]: row for row in rows if row["at"] <= now and day <= row["until"]}
        for n, f in enumerate(result.findings):
            if f.severity == "error" and f.rule in by_rule:
                row = by_rule[f.rule]
                zh = f"{f.message_zh}（{row['asked_by']}申请、{row['by']}批准放行至{row['until']}：{row['reason']}）"
                en = f"{f.message_en} (let through until {row['until']}, asked by {row['asked_by']}, granted by {row['by']})"
                result.findings[n] = replace(f, severity="warning", explained=True, message_zh=zh, message_en=en)
