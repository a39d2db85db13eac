"""Accepted returns put into a home by hand, past the audit: for tests of what is computed from them, not of the rules."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ingestion.archive import Archive, sha256_of
from ingestion.catalogue import catalogue
from ingestion.model import ReadResult
from ingestion.reading import read_bytes
from ingestion.register import Register, column_maps, submissions
from ingestion.store import Store
from tests.factories import write_return, write_roster

Tables = Mapping[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Filing:
    """One return to be filed: exactly these values and rows, in the units of the form, and its place in time."""

    form: str
    unit: str
    period: str
    values: Mapping[str, Any] | None = None
    tables: Tables | None = None
    sample: bool = False
    received: str = "2024-02-01T00:00:00.000000Z"
    decided: str = "2024-02-01T00:00:00.000000Z"
    status: str = "accepted"
    version: int = 1


def file_returns(home: Path, filings: Sequence[Filing]) -> list[str]:
    """Write, read, register and land returns, in this order of arrival. Returns their ids."""
    register = Register(home)
    results: dict[str, ReadResult] = {}
    rows = []
    with register.transaction() as connection:
        first = register.next_seq(connection)
    for seq, filing in enumerate(filings, start=first):
        path = home / "in" / f"{filing.form}_{filing.unit}_{filing.period}_{seq}.xlsx"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_roster(
            path, filing.tables or {}, form=filing.form, unit=filing.unit, period=filing.period, sample=filing.sample,
            values=filing.values,
        )  # fmt: skip
        row, result = _registered(home, filing, seq, path)
        results[row["submission_id"]] = result
        rows.append(row)
    _keep(home, register, rows, results)
    register.close()
    return [row["submission_id"] for row in rows]


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
    filing = Filing(form, unit, period, sample=sample, received=at, decided=at)
    row, result = _registered(home, filing, seq, path)
    _keep(home, register, [row], {row["submission_id"]: result})
    register.close()
    return str(row["submission_id"])


def _registered(home: Path, filing: Filing, seq: int, path: Path) -> tuple[dict[str, Any], ReadResult]:
    """The register's row of a workbook, and what is read from it."""
    data = path.read_bytes()
    Archive(home).keep(data, path.suffix)
    result = read_bytes(data, catalogue(), None)[0]
    assert (result.form, result.unit_code, result.period) == (filing.form, filing.unit, filing.period), result.findings
    places = json.dumps(result.column_map, ensure_ascii=False, sort_keys=True)
    return {
        "submission_id": f"S{seq:06d}", "seq": seq, "kind": "sample" if filing.sample else "return",
        "form": filing.form, "programme": "national", "unit_code": filing.unit,
        "province_code": catalogue().province_of(filing.unit), "period": filing.period,
        "plan_version": result.plan_version or "", "version": filing.version, "status": filing.status,
        "sha256": sha256_of(data), "file_name": path.name, "received_at": filing.received,
        "decided_at": filing.decided, "is_backfilled": True, "rulebook_version": "test", "rulebook_hash": "test",
        "counts": "{}", "map_id": hashlib.sha256(places.encode()).hexdigest()[:16],
    }, result  # fmt: skip


def _keep(home: Path, register: Register, rows: list[dict[str, Any]], results: Mapping[str, ReadResult]) -> None:
    with register.transaction() as connection:
        for row in rows:
            if connection.execute(sa.select(column_maps).where(column_maps.c.map_id == row["map_id"])).first() is None:
                places = json.dumps(results[row["submission_id"]].column_map, ensure_ascii=False, sort_keys=True)
                connection.execute(column_maps.insert().values(map_id=row["map_id"], map=places))
            connection.execute(submissions.insert().values(**row))
    forms, periods = {r["form"] for r in rows}, {r["period"] for r in rows}
    held = register.rows(submissions, submissions.c.form.in_(forms), submissions.c.period.in_(periods))
    Store(home, catalogue()).land(held, results)
