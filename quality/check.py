"""One file read and audited without keeping anything: a respondent's tool that needs no home and answers at once.

Loads neither the register nor the store. Not here: keeping files (receive.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ingestion.archive import sha256_of
from ingestion.catalogue import Catalogue
from ingestion.catalogue import catalogue as project_catalogue
from ingestion.errors import UsageError
from ingestion.model import SEVERITIES, Finding, Listed, ReadResult
from ingestion.reading import read_bytes
from ingestion.units import json_number, plain
from quality.audit.levels import check_marks
from quality.audit.run import audit

PUBLICATION = "PUB:"


def counts_of(found: Iterable[Finding]) -> dict[str, int]:
    counter = Counter(f.severity for f in found)
    return {s: counter.get(s, 0) for s in SEVERITIES}


def rules_to_explain(found: Iterable[Finding], form: str | None, catalogue: Catalogue) -> list[str]:
    """Rules whose warnings the respondent has to answer, each once, in the order of the findings.

    Nobody can be asked about a publication or about what was let through, and rules marked `explain: false` only show a
    difference.
    """
    if form is None or form.startswith(PUBLICATION):
        return []
    questions = dict.fromkeys(f.rule for f in found if f.severity == "warning" and not f.explained)
    rules = catalogue.rules_by_id  # what the reader itself asks is no rule of it
    return [rule for rule in questions if rule not in rules or rules[rule].explain]


def reasons_of(rule: str, catalogue: Catalogue) -> list[str]:
    """The codes of explain_reasons that answer a rule's warning: its own, or all of them."""
    known = catalogue.rules_by_id.get(rule)
    return known.reasons if known and known.reasons else list(catalogue.codelist("explain_reasons"))


def verdict_of(result: ReadResult, catalogue: Catalogue | None = None) -> str:
    """Errors return; warnings wait until they are explained; what is clean is accepted at once."""
    if result.unreadable:
        return "unreadable"
    if any(f.severity == "error" for f in result.findings):
        return "returned"
    asked = rules_to_explain(result.findings, result.form, catalogue or project_catalogue())
    return "needs_explanation" if asked else "accepted"


def check_file(path: Path, source_id: str | None = None, catalogue: Catalogue | None = None) -> tuple[ReadResult, str]:
    """Read and audit one file without keeping anything. Returns the result and the file's sha256."""
    catalogue = catalogue or project_catalogue()
    if path.is_dir():
        raise UsageError(f"{path}: 是文件夹，请写出其中的文件 (a folder: name the files in it)")
    if not path.is_file():
        raise UsageError(f"{path}: 没有这个文件 (no such file)")
    data = path.read_bytes()
    result, _ = read_bytes(data, catalogue, source_id)
    audit([result], [{}], catalogue)
    check_marks(result, catalogue)
    return result, sha256_of(data)


def check_answer(path: Path, result: ReadResult, sha256: str, *, records: bool = False) -> dict[str, Any]:
    """One object a file: verdict, counts, findings, values (one-row items) and rows (publications, tables of a form)."""
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
    if result.form and result.form.startswith(PUBLICATION):
        places = {(o.sheet, o.row_no) for o in result.observations} | {(r.sheet, r.row_no) for r in result.listed}
        answer["rows"] = len(places)
        if records:
            by_row: dict[tuple[str, int], dict[str, Any]] = {}
            for o in result.observations:
                row = by_row.setdefault((o.sheet, o.row_no), {"unit_code": o.unit_code, "values": {}})
                name = o.indicator + (f"[{o.dim_name}={o.dim_code}]" if o.dim_code else "")
                row["values"][name] = {
                    "value": json_number(o.value, o.unit),
                    "unit": o.unit,
                    "sheet": o.sheet,
                    "cell": o.cell,
                    "raw": o.printed,
                    "half_unit": plain(o.half_unit),
                    "qualifier": o.qualifier,
                }
            answer["records"] = [*by_row.values(), *(_listed(row) for row in result.listed)]
    else:
        answer["values"] = {name: held.as_json() for name, held in result.values.items()}
        roster = result.tables.get(result.form or "")  # the first table of a roster is named as its form
        answer["rows"] = len(roster) if roster is not None else int(bool(result.values))
        if records and result.tables:
            answer["records"] = [
                {
                    "table": table,
                    "unit_code": result.unit_code,
                    "values": {name: held.as_json() for name, held in row.values.items()},
                }
                for table, rows in result.tables.items()
                for row in rows
            ]
    return answer


def _listed(row: Listed) -> dict[str, Any]:
    """One name of a published list. A number without a unit is as printed, and asked about in a finding."""
    return {
        "unit_code": None,
        "role": row.role,
        "name": row.name,
        "labels": row.labels,
        "values": {
            name: {
                "value": v.printed if v.value is None else json_number(v.value, v.unit),
                "unit": v.unit,
                "sheet": row.sheet,
                "cell": v.cell,
                "raw": v.printed,
                "half_unit": None if v.value is None else plain(v.half_unit),
                "qualifier": v.qualifier,
            }
            for name, v in row.values.items()
        },
    }
