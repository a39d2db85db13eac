"""Answers about files and submissions in the words of the command contract. Reads only."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ingestion.model import ReadResult
from ingestion.register import Register, submissions
from ingestion.units import plain
from quality.receive import counts_of, verdict_of


def _printed(value: Any, unit: str) -> int | str | None:
    return int(value) if value == value.to_integral_value() and unit not in ("元", "平方米", "%") else plain(value)


def check_answer(path: Path, result: ReadResult, sha256: str, *, records: bool = False) -> dict[str, Any]:
    """One object a file: verdict, counts, findings, and values (one-row forms) or rows (publications)."""
    answer: dict[str, Any] = {
        "file": str(path),
        "sha256": sha256,
        "form": result.form,
        "unit_code": result.unit_code,
        "period": result.period,
        "verdict": verdict_of(result),
        "counts": counts_of(result.findings),
        "findings": [f.as_json() for f in result.findings],
        "sample_data": result.is_sample,
    }
    if result.form and result.form.startswith("PUB:"):
        answer["rows"] = len({(o.sheet, o.row_no) for o in result.observations})
        if records:
            by_row: dict[tuple[str, int], dict[str, Any]] = {}
            for o in result.observations:
                row = by_row.setdefault((o.sheet, o.row_no), {"unit_code": o.unit_code, "values": {}})
                name = o.indicator + (f"[{o.dim_name}={o.dim_code}]" if o.dim_code else "")
                row["values"][name] = {
                    "value": _printed(o.value, o.unit),
                    "unit": o.unit,
                    "sheet": o.sheet,
                    "cell": o.cell,
                    "raw": o.printed,
                    "half_unit": plain(o.half_unit),
                    "qualifier": o.qualifier,
                }
            answer["records"] = list(by_row.values())
    else:
        answer["values"] = {name: held.as_json() for name, held in result.values.items()}
        answer["rows"] = 1 if result.values else 0
    return answer


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {**{k: row[k] for k in row if k not in ("seq", "map_id", "counts")}, "counts": json.loads(row["counts"])}


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
