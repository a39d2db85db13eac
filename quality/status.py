"""Who filed what, partition by partition, as the register says: accepted, returned with the reason, missing. Reads only.

A partition is a form × period × province-level unit, or one publication: what Dagster shows and what one Parquet file
holds. Not here: deciding (receive.py, decisions.py), chasing by due date (chase.py), how any of it is drawn (orchestration).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import sqlalchemy as sa

from ingestion.catalogue import Catalogue
from ingestion.catalogue import catalogue as project_catalogue
from ingestion.form_model import FormTable
from ingestion.register import Register, events, submissions
from ingestion.store import Store
from ingestion.units import plain
from quality.answer_book import place_of
from quality.decisions import unexplained

BACK = ("returned", "unreadable")  # the sender has to act
PREVIEW_ROWS = 20
PREVIEW_FIELDS = 8


@dataclass(frozen=True, order=True)
class Partition:
    """form is J1, J2 … or PUB; the other three are empty where they do not apply."""

    form: str
    period: str = ""
    province: str = ""
    source_id: str = ""


@dataclass(frozen=True)
class UnitState:
    """The last version that a unit filed (for plans: of each plan version)."""

    unit_code: str
    unit_name: str
    kind: str  # return | sample | publication
    status: str
    version: int
    submission_id: str
    file_name: str
    received_at: str
    plan_version: str
    errors: int
    warnings: int
    rule: str  # of what was returned or is to be explained: its first finding, and what it says
    reason_zh: str
    reason_en: str
    answer: Path | None  # the workbook that went back


@dataclass
class PartitionState:
    """units by their last version; sent_back: every version that was returned, also those corrected since.

    missing: basic units of the province that filed nothing (a partition of samples alone is judged by the samples).
    """

    partition: Partition
    units: list[UnitState]
    sent_back: list[UnitState] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    rows: int = 0
    path: Path | None = None
    preview: list[dict[str, str]] = field(default_factory=list)

    def with_status(self, *statuses: str) -> list[UnitState]:
        return [u for u in self.units if u.status in statuses]

    @property
    def is_sample(self) -> bool:
        return bool(self.units) and all(u.kind == "sample" for u in self.units)


def partition_of(row: dict[str, Any]) -> Partition | None:
    """Where a register row belongs; None for a file whose form, unit or period was not recognised."""
    if row["source_id"]:
        return Partition("PUB", source_id=row["source_id"])
    if not (row["form"] and row["period"] and row["province_code"]):
        return None
    return Partition(row["form"], row["period"], row["province_code"])


def new_since(register: Register, seq: int) -> tuple[list[Partition], int]:
    """Partitions touched by acts after this number (receipts, decisions), and the number of the newest act."""
    acts = sa.and_(events.c.seq > seq, events.c.what.in_(("received", "decided")))
    touched = register.rows(submissions, submissions.c.submission_id.in_(sa.select(events.c.subject).where(acts)))
    found = {p for p in map(partition_of, touched) if p is not None}
    last = register.rows(events, events.c.seq == sa.select(sa.func.max(events.c.seq)).where(acts).scalar_subquery())
    return sorted(found), int(last[0]["seq"]) if last else seq


def last_versions(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The version received last of each kind, unit or source, form, period and plan version."""
    last: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        key = (row["kind"], row["source_id"] or row["unit_code"], row["form"], row["source_id"] or row["period"],
               row["plan_version"])  # fmt: skip
        held = last.get(key)
        if held is None or (row["received_at"], row["seq"]) > (held["received_at"], held["seq"]):
            last[key] = row
    return sorted(last.values(), key=lambda r: (r["unit_code"] or r["source_id"] or "", r["plan_version"], r["kind"]))


def unit_state(home: Path, register: Register, row: dict[str, Any], catalogue: Catalogue) -> UnitState:
    """A register row in words, with the reason and the answer of what was returned."""
    counts = json.loads(row["counts"])
    reason: dict[str, Any] = {}
    if row["status"] != "accepted":
        found = register.findings_of(row["submission_id"])
        asked = unexplained(register, row, catalogue) if row["status"] == "needs_explanation" else []
        wanted = (f for f in found if f["severity"] == "error" or f["rule"] in asked)
        reason = next(wanted, found[0] if found else {})
    answer = place_of(home, row["submission_id"])
    code = row["unit_code"] or ""
    name = catalogue.areas[code].name_zh if code in catalogue.areas else ""
    if row["source_id"]:
        name = catalogue.source(row["source_id"]).title if row["source_id"] in catalogue.sources else row["source_id"]
    return UnitState(
        code, name, row["kind"], row["status"], row["version"], row["submission_id"], row["file_name"],
        row["received_at"], row["plan_version"], counts.get("error", 0), counts.get("warning", 0),
        reason.get("rule", ""), reason.get("message_zh", ""), reason.get("message_en", ""), answer if answer.exists() else None,
    )  # fmt: skip


def state_of(
    home: Path, register: Register, partition: Partition, catalogue: Catalogue | None = None
) -> PartitionState:
    """Everything a partition's page tells: units by their last version, the missing ones, rows and a preview."""
    catalogue = catalogue or project_catalogue()
    same = (
        [submissions.c.source_id == partition.source_id]
        if partition.source_id
        else [
            submissions.c.form == partition.form,
            submissions.c.period == partition.period,
            submissions.c.province_code == partition.province,
        ]
    )
    rows = register.states(*same)
    state = PartitionState(
        partition,
        units=[unit_state(home, register, r, catalogue) for r in last_versions(rows)],
        sent_back=[unit_state(home, register, r, catalogue) for r in rows if r["status"] in BACK],
    )
    if partition.province:
        filed = {u.unit_code for u in state.units if u.kind == "return"} or {u.unit_code for u in state.units}
        expected = {
            u for u in catalogue.basic_units_in(partition.period) if catalogue.province_of(u) == partition.province
        }
        state.missing = sorted(expected - filed)
    path = Store(home, catalogue).partition_of(rows[-1]) if rows else None
    if path is not None and path.exists():
        state.path = path
        state.rows = pq.read_metadata(path).num_rows
        state.preview = _preview(path, partition, catalogue)
    return state


def _preview(path: Path, partition: Partition, catalogue: Catalogue) -> list[dict[str, str]]:
    """At most 20 rows; of a form the unit, the keys and the first core numbers of its first table, by Chinese names."""
    if partition.source_id:
        names = {n: n for n in ("unit_code", "indicator", "dim_code", "period_end", "printed", "value", "unit", "cell")}
    else:
        first = catalogue.form(partition.form).field_sets[0]
        keys = first.key if isinstance(first, FormTable) else []
        told = [f for f in first.fields if f.id in keys or (f.core and f.is_number)][:PREVIEW_FIELDS]
        names = {"submission_id": "submission_id", "unit_code": "unit_code", **{f.id: f.name for f in told}}
    rows = pq.ParquetFile(path).read(list(names)).slice(0, PREVIEW_ROWS).to_pylist()
    return [{names[k]: _shown(v) for k, v in row.items()} for row in rows]


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return str(plain(value) if isinstance(value, Decimal) else value)


def standing(home: Path, register: Register, form: str, catalogue: Catalogue | None = None) -> list[UnitState]:
    """Last versions of a form (PUB: of all publications), every unit and period: what stands as accepted or returned."""
    catalogue = catalogue or project_catalogue()
    where = submissions.c.source_id.is_not(None) if form == "PUB" else submissions.c.form == form
    rows = register.states(where)
    return [unit_state(home, register, r, catalogue) for r in last_versions(rows)]


def totals(register: Register) -> list[dict[str, Any]]:
    """What the register holds: submissions by form, kind and status, with the last receipt. One row each."""
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for row in register.states():
        key = (row["form"] or "", row["kind"], row["status"])
        held = found.setdefault(key, {"form": row["form"], "kind": row["kind"], "status": row["status"],
                                      "submissions": 0, "last_received": ""})  # fmt: skip
        held["submissions"] += 1
        held["last_received"] = max(held["last_received"], row["received_at"])
    return [found[key] for key in sorted(found)]
