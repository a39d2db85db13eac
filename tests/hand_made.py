"""Accepted returns put into a home by hand, past the audit: for tests of what is computed from them, not of the rules."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ingestion.archive import Archive, sha256_of
from ingestion.catalogue import catalogue
from ingestion.reading import read_bytes
from ingestion.register import Register, column_maps, submissions
from ingestion.store import Store
from tests.factories import write_return, write_roster

Tables = Mapping[str, list[dict[str, Any]]]


def file_return(
    home: Path,
    form: str,
    unit: str,
    period: str,
    values: Mapping[str, Any] | None = None,
    tables: Tables | None = None,
    *,
    sample: bool = False,
    at: str = "2024-02-01T00:00:00.000000Z",
) -> str:
    """Write, read, register as accepted and land one return; values in the units of the form. Returns its id."""
    register = Register(home)
    with register.transaction() as connection:
        seq = register.next_seq(connection)
    path = home / "in" / f"{form}_{unit}_{period}_{seq}.xlsx"
    path.parent.mkdir(parents=True, exist_ok=True)
    filed = {
        k: Decimal(v) if isinstance(v, str) and v.replace(".", "").isdigit() else v for k, v in (values or {}).items()
    }
    if catalogue().form(form).tables:
        write_roster(path, tables or {}, form=form, unit=unit, period=period, sample=sample, values=filed)
    else:
        write_return(path, form, unit=unit, period=period, sample=sample, **filed)
    data = path.read_bytes()
    Archive(home).keep(data, path.suffix)
    result = read_bytes(data, catalogue(), None)[0]
    assert (result.form, result.unit_code, result.period) == (form, unit, period), result.findings
    places = json.dumps(result.column_map, ensure_ascii=False, sort_keys=True)
    map_id = hashlib.sha256(places.encode()).hexdigest()[:16]
    row = {
        "submission_id": f"S{seq:06d}", "seq": seq, "kind": "sample" if sample else "return", "form": form,
        "programme": "national", "unit_code": unit, "province_code": catalogue().province_of(unit), "period": period,
        "plan_version": result.plan_version or "", "version": 1, "status": "accepted", "sha256": sha256_of(data),
        "file_name": path.name, "received_at": at, "decided_at": at, "is_backfilled": True, "map_id": map_id,
        "rulebook_version": "test", "rulebook_hash": "test", "counts": "{}",
    }  # fmt: skip
    with register.transaction() as connection:
        if connection.execute(sa.select(column_maps).where(column_maps.c.map_id == map_id)).first() is None:
            connection.execute(column_maps.insert().values(map_id=map_id, map=places))
        connection.execute(submissions.insert().values(**row))
    held = register.rows(submissions, submissions.c.form == form, submissions.c.period == period)
    Store(home, catalogue()).land(held, {row["submission_id"]: result})
    register.close()
    return str(row["submission_id"])
