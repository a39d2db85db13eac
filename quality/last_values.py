"""The last accepted number of a field, unit by unit: what a unit weighs that has not filed, or whose cell cannot be read.

Reads only. Not here: who owes a return (chase.py), what a finding may change (influence.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from ingestion.areas import last_month
from ingestion.boundary_model import month_before
from ingestion.catalogue import Catalogue
from ingestion.register import Register, in_force, submissions
from ingestion.store import Store
from ingestion.units import plain

SHARE = Decimal("0.000001")  # of the nation, one county is a few thousandths


def share(part: Decimal, whole: Decimal | None) -> str | None:
    """A share to six digits; None where there is no total above zero."""
    return plain((part / whole).quantize(SHARE)) if whole is not None and whole > 0 else None


def last_accepted(
    register: Register, store: Store, kind: str, form: str, field: str, until: str, units: Iterable[str], period: str
) -> dict[str, Decimal]:
    """unit → the field's value, in the base unit, in what the unit has in force last of a form.

    until: the newest period that counts; period: the one that the units stand in. Units without one are left out; a
    later plan version of a period goes first. A unit that others went into since weighs what they filed last, together.
    """
    rows = register.states(submissions.c.kind == kind, submissions.c.form == form, submissions.c.period <= until)
    last: dict[str, dict[str, Any]] = {}
    for row in in_force(rows).values():
        held = last.get(row["unit_code"])
        if held is None or (held["period"], held["plan_version"]) < (row["period"], row["plan_version"]):
            last[row["unit_code"]] = row
    codes = {unit: last_codes(store.catalogue, unit, last.get(unit), period) for unit in units}
    wanted = {code: last[code] for held in codes.values() for code in held if code in last}
    values = _values_of(store, list(wanted.values()), field)
    return {
        u: sum((values[c] for c in held), Decimal(0)) for u, held in codes.items() if held and values.keys() >= held
    }


def last_codes(catalogue: Catalogue, unit: str, own: Mapping[str, Any] | None, period: str) -> set[str]:
    """The codes whose last numbers are a unit's: its own, or of what went into it since; empty when nobody can say."""
    boundaries, month = catalogue.boundaries, last_month(period)
    start = boundaries.start_of(unit, month)
    begun = catalogue.area(unit).valid_from or ""
    if start is None or (own is not None and (last_month(own["period"]) >= start or last_month(own["period"]) < begun)):
        return {unit}  # or the whole was filed under its later code before that began
    return set(boundaries.codes_then(unit, month, month_before(start)) or ())


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
