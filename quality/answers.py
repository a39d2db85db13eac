"""What is in the register, in the words of the command contract. Reads only."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ingestion.register import Register, submissions
from ingestion.returns import SAMPLE_MARK


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
    wanted = {"unit_code": unit, "form": form, "period": period, "status": status}
    rows = register.rows(
        submissions, *[submissions.c[k] == v for k, v in wanted.items() if v is not None], order=submissions.c.seq
    )
    register.close()
    return [_row(r) for r in rows]


def show_submission(home: Path, submission_id: str) -> dict[str, Any]:
    """One submission with its findings. Raises UsageError when there is none."""
    register = Register(home)
    try:
        row = register.submission(submission_id)
        answer = home / "answers" / f"{submission_id}.xlsx"
        return {
            **_row(row),
            "findings": register.findings_of(submission_id),
            "answer": str(answer) if answer.exists() else None,
        }
    finally:
        register.close()
