"""The last accepted number of a field, unit by unit: what a unit weighs that has not filed, or whose cell cannot be read.

Reads only. Not here: who owes a return (chase.py), what a finding may change (influence.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from ingestion.register import Register, in_force, submissions
from ingestion.store import Store
from ingestion.units import plain

SHARE = Decimal("0.000001")  # of the nation, one county is a few thousandths


def share(part: Decimal, whole: Decimal | None) -> str | None:
    """A share to six digits; None where there is no total above zero."""
    return plain((part / whole).quantize(SHARE)) if whole is not None and whole > 0 else None


def last_accepted(
    register: Register, store: Store, kind: str, form: str, field: str, until: str, units: Iterable[str]
) -> dict[str, Decimal]:
    """unit → the field's value, in the base unit, in what the unit has in force last of a form.

    until: the newest period that counts. Units without one are left out; a later plan version of a period goes first.
    """
    rows = register.states(submissions.c.kind == kind, submissions.c.form == form, submissions.c.period <= until)
    last: dict[str, dict[str, Any]] = {}
    for row in in_force(rows).values():
        held = last.get(row["unit_code"])
        if held is None or (held["period"], held["plan_version"]) < (row["period"], row["plan_version"]):
            last[row["unit_code"]] = row
    return _values_of(store, [last[u] for u in units if u in last], field)


def _values_of(store: Store, rows: list[dict[str, Any]], field: str) -> dict[str, Decimal]:
    """unit → one number of its return, in the base unit. A partition is opened once, however many units it holds."""
    by_path: dict[Path, dict[str, str]] = {}
    for row in rows:
        path = store.partition_of(row)
        if path is not None and path.exists():
            by_path.setdefault(path, {})[row["submission_id"]] = row["unit_code"]
    found: dict[str, Decimal] = {}
    for path, units in by_path.items():
        for held in pq.ParquetFile(path).read(["submission_id", field], use_threads=False).to_pylist():
            if held["submission_id"] in units and held[field] is not None:
                found[units[held["submission_id"]]] = held[field]
    return found
