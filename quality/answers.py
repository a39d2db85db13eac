"""What is in the register, in the words of the command contract. Reads only."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ingestion.catalogue import catalogue
from ingestion.model import SAMPLE_MARK
from ingestion.register import Register, compiled_rules, decisions, explanations, submissions
from quality.answer_book import place_of
from quality.decisions import unexplained


def _row(row: dict[str, Any]) -> dict[str, Any]:
    """A register row as people may see it; a sample says so."""
    kept = {k: v for k, v in row.items() if k not in ("seq", "map_id", "counts")}
    marker = SAMPLE_MARK if row["kind"] == "sample" else None
    return {**kept, "marker": marker, "counts": json.loads(row["counts"])}


def list_submissions(
    home: Path,
    *,
    unit: str | None = None,
    form: str | None = None,
    period: str | None = None,
    status: str | None = None,
) -> list[dict[str, Any]]:
    """Register rows, oldest first, filtered by exact values."""
    register = Register(home)
    wanted = {"unit_code": unit, "form": form, "period": period}
    rows = register.states(*[submissions.c[k] == v for k, v in wanted.items() if v is not None])
    register.close()
    return [_row(r) for r in rows if status is None or r["status"] == status]


def show_submission(home: Path, submission_id: str) -> dict[str, Any]:
    """One submission with its findings, what was explained and what was decided. Raises UsageError when there is none.

    A finding is `explained` once its rule was answered; `to_explain` lists the rules that still wait. `rules` gives the
    hash and the SQL of each rule of the findings, as it judged then.
    """
    register = Register(home)
    try:
        row = register.submission(submission_id)
        first = register.rows(submissions, submissions.c.submission_id == submission_id)[0]
        answer = place_of(home, submission_id)
        reasons = catalogue().codelist("explain_reasons")
        said = [
            {**e, "reason_zh": reasons.get(e["reason"], {}).get("name_zh", "")}
            for e in _rows(register, explanations, submission_id)
        ]
        answered = {e["rule"] for e in said}
        found = register.findings_of(submission_id)
        return {
            **_row(row),
            "first_verdict": first["status"],
            "findings": [
                {**f, "explained": f["explained"] or (f["severity"] == "warning" and f["rule"] in answered)}
                for f in found
            ],
            "rules": _rules(register, row["rulebook_hash"], {f["rule"] for f in found}),
            "explanations": said,
            "to_explain": unexplained(register, row) if row["status"] != "accepted" else [],
            "decisions": _rows(register, decisions, submission_id),
            "answer": str(answer) if answer.exists() else None,
        }
    finally:
        register.close()


def _rules(register: Register, rulebook_hash: str, rules: set[str]) -> dict[str, dict[str, Any]]:
    where = compiled_rules.c.rulebook_hash == rulebook_hash, compiled_rules.c.rule.in_(rules)
    rows = register.rows(compiled_rules, *where, order=compiled_rules.c.rule)
    return {r["rule"]: {"rule_hash": r["rule_hash"], "sql": json.loads(r["sql"])} for r in rows}


def _rows(register: Register, table: sa.Table, submission_id: str) -> list[dict[str, Any]]:
    """What was recorded of one submission, oldest first."""
    rows = register.rows(table, table.c.submission_id == submission_id, order=[table.c.at, table.c.seq])
    return [{k: v for k, v in r.items() if k not in ("seq", "submission_id")} for r in rows]
