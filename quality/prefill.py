"""The workbook that a unit is asked to fill in, on demand with its last accepted values.

What grows stands beside the empty cells, never in them: a year-to-date figure of last month left unchanged would be a
wrong return. The rest of a list's rows, which rarely changes, is filled in, to be checked. Not here: the layout of the
workbook (ingestion.blank).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingestion.blank import write_form
from ingestion.blank_tables import LastRows
from ingestion.calendar_days import check_period
from ingestion.catalogue import Catalogue
from ingestion.catalogue import catalogue as project_catalogue
from ingestion.cells import AREAS
from ingestion.errors import UsageError
from ingestion.form_model import FieldSet, FormField, FormTable
from ingestion.model import Value
from ingestion.register import Register, in_force, submissions
from ingestion.store import Store
from quality.audit.predecessors import together
from quality.last_values import last_codes
from quality.live_checks import live_checks


@dataclass(frozen=True)
class Previous:
    """The last accepted return of a unit before a period, or of the units that went into it since.

    returns: their rows of the register. values: field id → value in the unit printed on the form, of several returns the
    sums of what adds up and what all of them hold.
    """

    returns: tuple[Mapping[str, Any], ...]
    values: dict[str, Value]
    tables: dict[str, LastRows]

    @property
    def count(self) -> int:
        return len(self.values) + sum(len(row) for held in self.tables.values() for row in held.rows)

    def as_json(self, catalogue: Catalogue) -> dict[str, Any]:
        """The submission, or None where it is several; `of` lists them with their units."""
        only = self.returns[0] if len(self.returns) == 1 else None
        of = [
            {name: row[name] for name in ("submission_id", "unit_code", "period", "plan_version")}
            | {"unit_name": catalogue.area(row["unit_code"]).name_zh}
            for row in self.returns
        ]
        last = max(self.returns, key=lambda r: (r["period"], r["plan_version"]))
        return {
            "submission_id": only["submission_id"] if only else None, "period": last["period"],
            "plan_version": last["plan_version"], "values": self.count, "of": of,
        }  # fmt: skip

    def in_words(self, unit: str, catalogue: Catalogue) -> str:
        """Where the values come from, where that is not the unit itself."""
        if [row["unit_code"] for row in self.returns] == [unit]:
            return ""
        named = (f"{r['unit_code']} {catalogue.area(r['unit_code']).name_zh} {r['period']}" for r in self.returns)
        added = "，数为各单位之和" if len(self.returns) > 1 else ""
        return f"区划有变，上期数取自：{'、'.join(named)}{added}。"


def _in_form_units(
    held: Mapping[str, Any], fields: FieldSet, names: Iterable[str], catalogue: Catalogue
) -> dict[str, Value]:
    """Filled-in fields of a typed row, in the units that the form prints."""
    found: dict[str, Value] = {}
    for name in names:
        value = held.get(name)
        if value is None:
            continue
        unit = fields.by_id[name].unit
        if isinstance(value, Decimal):
            value = (value / catalogue.unit(unit).factor if unit else value).normalize()
        found[name] = value
    return found


def filed_values(store: Store, row: Mapping[str, Any], wanted: list[str] | None = None) -> dict[str, Value]:
    """Filled-in items of one accepted return (all, or the wanted ones), in form units; blanks are left out."""
    form = store.catalogue.form(row["form"])
    path = store.partition_of(row, form)
    if not form.fields or path is None or not path.exists():
        return {}
    names = wanted or [f.id for f in form.fields]
    table = pq.ParquetFile(path).read(["submission_id", *names], use_threads=False)
    held: dict[str, Any] = next((r for r in table.to_pylist() if r["submission_id"] == row["submission_id"]), {})
    return _in_form_units(held, form, names, store.catalogue)


def filed_rows(store: Store, row: Mapping[str, Any], table: FormTable) -> list[dict[str, Value]]:
    """Rows of one table of an accepted return, in the order of its sheet and in form units; blanks are left out."""
    path = store.partition_of(row, table)
    if path is None or not path.exists():
        return []
    own = pc.field("submission_id") == row["submission_id"]
    held = pq.read_table(path, filters=own, use_threads=False, partitioning=None).sort_by("row_no").to_pylist()
    return [_in_form_units(r, table, table.by_id, store.catalogue) for r in held]


def grows(field: FormField) -> bool:
    """Whether a column is an amount or count that goes on from period to period: money so far, not a year or a rate."""
    if not field.is_number or field.semantics not in ("ytd", "stock", "period"):
        return False
    return field.unit is None or field.adds_up  # of content items, the unit follows from the code


def previous_return(
    home: Path, form_id: str, unit: str, period: str, *, sample: bool = False, catalogue: Catalogue | None = None
) -> Previous | None:
    """The last accepted return of the unit: of an earlier period, of a plan also an earlier version; of a unit that has
    filed nothing since its territory changed, those of the units that it was made of. None: there is none."""
    catalogue = catalogue or project_catalogue()
    form = catalogue.form(form_id)
    register = Register(home)
    try:
        rows = register.states(
            submissions.c.kind == ("sample" if sample else "return"),
            submissions.c.form == form_id,
            submissions.c.period <= period if form.version_field else submissions.c.period < period,
        )
    finally:
        register.close()
    last = _last_of(list(in_force(rows).values()), unit, period, catalogue)
    if not last:
        return None
    store = Store(home, catalogue)
    tables = {t.id: _carried(store, last, t, unit) for t in form.tables}
    values = together([filed_values(store, row) for row in last], form)
    return Previous(tuple(last), values, {name: held for name, held in tables.items() if held.rows})


def _last_of(rows: list[dict[str, Any]], unit: str, period: str, catalogue: Catalogue) -> list[dict[str, Any]]:
    """The last return of each code that a unit's territory was under when it filed last; [] unless all of them filed."""
    by_unit: dict[str, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda r: (r["period"], r["plan_version"])):
        by_unit[row["unit_code"]] = row
    codes = last_codes(catalogue, unit, by_unit.get(unit), period)
    return [by_unit[code] for code in sorted(codes)] if by_unit.keys() >= codes else []


def _carried(store: Store, last: Sequence[Mapping[str, Any]], table: FormTable, unit: str) -> LastRows:
    """The rows of one table in all returns. What stands under one key in several of them is added up; a row names the
    unit that files it now."""
    held = [row for one in last for row in filed_rows(store, one, table)]
    beside = frozenset(f.id for f in table.fields if grows(f))
    areas = [f.id for f in table.fields if AREAS in f.codelists]
    codes = {one["unit_code"] for one in last}
    found: dict[tuple[Value, ...], dict[str, Value]] = {}
    for row in held:
        moved = {name: unit for name in areas if row.get(name) in codes}
        key = tuple(str(row.get(name)) for name in table.key)
        before = found.get(key)
        found[key] = {**row, **moved} if before is None else before | _sum(before, row, beside)
    return LastRows(beside, list(found.values()))


def _sum(one: Mapping[str, Value], other: Mapping[str, Value], names: Iterable[str]) -> dict[str, Value]:
    """What both rows hold, added up; what one of them alone holds stays."""
    found = {n: v for n in names for v in (one.get(n), other.get(n)) if v is not None}
    for name in found:
        a, b = one.get(name), other.get(name)
        if isinstance(a, Decimal) and isinstance(b, Decimal):
            found[name] = a + b
    return found


def check_asked(form_id: str, unit: str, period: str, catalogue: Catalogue | None = None) -> None:
    """Refuse a workbook that nobody could file. Raises UsageError that says what to ask for instead."""
    catalogue = catalogue or project_catalogue()
    form = catalogue.form(form_id)
    area = catalogue.area(unit)
    if (area.level if area.level != "national" else "ministry") not in form.chain:
        raise UsageError(
            f"{unit} {area.name_zh} 不填报 {form_id}；填报级别：{'、'.join(form.chain)} (that level does not file this form)"
        )
    check_period(period, "month" if form.frequency == "monthly" else "year", form_id)


def write_blank(
    home: Path,
    form_id: str,
    unit: str,
    period: str,
    out: Path | None = None,
    *,
    prefill: bool = False,
    sample: bool = False,
    catalogue: Catalogue | None = None,
) -> dict[str, Any]:
    """Write the workbook to fill in, by default `J2_110108_2023-09.xlsx` in the current folder.

    Returns: {path, form, unit_code, unit_name, period, previous: {submission_id, period, plan_version, values, of}|None,
             sample_data}; previous only when asked for, and None when nothing was accepted before. of: the submissions
             whose values are shown, several after a merger, and then submission_id is None.
    Raises:  UsageError for a unit, form or period that do not belong together, and for a file that is there already.
    """
    catalogue = catalogue or project_catalogue()
    check_asked(form_id, unit, period, catalogue)
    form = catalogue.form(form_id)
    path = out or Path(f"{form_id}_{unit}_{period}.xlsx")
    if path.exists():
        raise UsageError(f"{path}: 已有此文件，请换名或先移走 (the file exists already)")
    before = previous_return(home, form_id, unit, period, sample=sample, catalogue=catalogue) if prefill else None
    name = catalogue.area(unit).name_zh
    write_form(
        form,
        path,
        unit_code=unit,
        unit_name=name,
        period=period,
        previous=before.values if before else None,
        last=before.tables if before else None,
        carried_from=before.in_words(unit, catalogue) if before else "",
        checks=live_checks(form_id, catalogue),
        sample=sample,
        rulebook_version=catalogue.version,
    )
    told = before.as_json(catalogue) if before else None
    return {
        "path": str(path), "form": form_id, "unit_code": unit, "unit_name": name, "period": period, "previous": told,
        "sample_data": sample,
    }  # fmt: skip
