"""What a finding may change in the published totals: its possible effect, and that as a share of province and nation.

The effect is the difference to the value that the rule expects of this very cell, else the whole value of the cell, else
(a cell that is blank or cannot be read) the unit's last accepted value. Reads only. Not here: what a missing unit may
change (chase.py, by the same last values).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from ingestion.catalogue import Catalogue
from ingestion.catalogue import catalogue as project_catalogue
from ingestion.form_model import FieldSet, FormField, FormTable
from ingestion.model import SEVERITIES
from ingestion.register import Register, batched, findings, in_force, submissions
from ingestion.store import Store
from ingestion.units import decimal_of, json_number
from quality.answers import list_submissions, show_submission
from quality.audit.compile import Check, compiled_form
from quality.audit.context import months_before
from quality.audit.language import ROW, quoted
from quality.audit.levels import ANY
from quality.last_values import last_accepted, share

Row = Mapping[str, Any]
JUDGED = ("error", "warning", "info")


@dataclass
class _Column:
    """One field of one form and period: every filed value by submission and sheet row, and the totals in force."""

    values: dict[tuple[str, int], Decimal] = field(default_factory=dict)
    provinces: dict[str, Decimal] = field(default_factory=dict)
    nation: Decimal | None = None


class Influences:
    """Effects of the findings of one register; what is read is kept, so that a list asks each partition once."""

    def __init__(self, register: Register, store: Store, catalogue: Catalogue) -> None:
        self.register, self.store, self.catalogue = register, store, catalogue
        self._rows: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        self._columns: dict[tuple[str, ...], _Column] = {}
        self._last: dict[tuple[str, ...], dict[str, Decimal]] = {}

    @cached_property
    def _published(self) -> dict[tuple[str, str], list[str]]:
        """(set of fields, field) → the published indicators that are made of it."""
        found: dict[tuple[str, str], list[str]] = {}
        for indicator in self.catalogue.indicators.values():
            for formula in indicator.accounts:
                parts = [p for dim in formula.by for names in formula.fields_by(dim).values() for p in names]
                for name in dict.fromkeys([*([formula.field] if formula.field else []), *parts, *formula.minus]):
                    found.setdefault((formula.form, name), []).append(indicator.id)
        return found

    def of(self, row: Row, finding: Row) -> dict[str, Any]:
        """The influence of one finding of a submission.

        Returns: {indicators, effect, unit, basis: difference|value|last_accepted|null, share_province, share_nation,
                 reason_zh, reason_en}. effect: exact, in the base unit; null with a reason where nothing can be said.
        """
        place = self._place(row, finding)
        if place is None:
            return _nothing("问题不指一个指标的数", "the finding is of no single number")
        fields, item = place
        indicators = self._published.get((fields.id, item.id), [])
        if not indicators:
            return _nothing(f"“{item.name}”不进入发布指标", f"{item.id} feeds no published indicator")
        unit = self.catalogue.unit(item.unit).base if item.unit else None
        column = self._column(row, fields, item)
        effect, basis = self._effect(row, finding, fields, item, column)
        if effect is None:
            said = "单元格没有数，也没有已接收的往期数", "the cell holds no number, and none was accepted before"
            return {**_nothing(*said), "indicators": indicators, "unit": unit}
        answer = {"indicators": indicators, "effect": json_number(effect, unit), "unit": unit, "basis": basis}
        if not all(self.catalogue.indicators[i].is_additive for i in indicators):
            said = "比率不相加，没有份额", "a rate adds up to no total"
            return {**answer, **_shares(None, None), "reason_zh": said[0], "reason_en": said[1]}
        province = share(effect, column.provinces.get(str(row["province_code"])))
        nation = share(effect, column.nation)
        is_known = province is not None and nation is not None
        return {
            **answer, **_shares(province, nation),
            "reason_zh": "" if is_known else "本期在效的合计为零或还没有",
            "reason_en": "" if is_known else "the total in force is zero, or there is none yet",
        }  # fmt: skip

    def _place(self, row: Row, finding: Row) -> tuple[FieldSet, FormField] | None:
        """The number that a finding is about. Of a form with several sets of fields, the sheet says which."""
        if row["form"] not in self.catalogue.forms or not finding["field"]:
            return None
        sets = self.catalogue.form(row["form"]).field_sets
        on_sheet = [f for f in sets if isinstance(f, FormTable) and f.sheet == finding["sheet"]]
        for fields in [*on_sheet, *sets]:
            item = fields.by_id.get(finding["field"])
            if item is not None:
                return (fields, item) if item.is_number else None
        return None

    def _effect(
        self, row: Row, finding: Row, fields: FieldSet, item: FormField, column: _Column
    ) -> tuple[Decimal | None, str | None]:
        digits = re.search(r"[0-9]+$", finding["cell"] or "") if isinstance(fields, FormTable) else None
        value = column.values.get((row["submission_id"], int(digits[0]) if digits else 1))
        if value is not None:
            expected = decimal_of(finding["expected"]) if self._expects_of(finding["rule"], row["form"], item) else None
            if expected is None:
                return abs(value), "value"
            factor = self.catalogue.unit(item.unit).factor if item.unit else Decimal(1)
            return abs(value - expected * factor), "difference"
        if isinstance(fields, FormTable):
            return None, None  # the rows of a list have no counterpart that is sure
        last = self._last_accepted(row, item).get(row["unit_code"])
        return (None, None) if last is None else (abs(last), "last_accepted")

    def _expects_of(self, rule_id: str, form: str, item: FormField) -> bool:
        """Whether what a rule expects is a value of this very field: a total, or the one side of a comparison."""
        if any(r.id == rule_id and r.params.get("scope") == "hierarchy" for r in self.catalogue.rules.get(ANY, [])):
            return True
        own = f"{quoted(ROW)}.{quoted(item.id)}"
        checks: list[Check] = [c for c in compiled_form(form, self.catalogue).checks if c.rule.id == rule_id]
        sides = [c.values[0][1] if c.values else None for c in checks if item.id in c.fields]
        return bool(sides) and all(side == own for side in sides)

    # -- what is filed ------------------------------------------------------------------------------------------
    def _filed(self, row: Row) -> list[dict[str, Any]]:
        """Every submission of the same kind, form and period."""
        key = row["kind"], row["form"], row["period"]
        if key not in self._rows:
            s = submissions.c
            self._rows[key] = self.register.states(s.kind == key[0], s.form == key[1], s.period == key[2])
        return self._rows[key]

    def _last_accepted(self, row: Row, item: FormField) -> dict[str, Decimal]:
        """unit → what it had in force last before the period, for all that filed for it."""
        key = row["kind"], row["form"], row["period"], item.id
        if key not in self._last:
            units = {r["unit_code"] for r in self._filed(row)}
            before = months_before(row["period"], 1)
            self._last[key] = last_accepted(self.register, self.store, key[0], key[1], item.id, before, units, key[2])
        return self._last[key]

    def _column(self, row: Row, fields: FieldSet, item: FormField) -> _Column:
        key = row["kind"], row["form"], row["period"], fields.id, item.id
        if key not in self._columns:
            self._columns[key] = self._read(self._filed(row), fields, item)
        return self._columns[key]

    def _read(self, rows: list[dict[str, Any]], fields: FieldSet, item: FormField) -> _Column:
        """Totals are of basic units alone: what levels above file of themselves would count twice. Of several plan
        versions in force the last one holds."""
        last: dict[str, dict[str, Any]] = {}
        for held in in_force(rows).values():
            other = last.get(held["unit_code"])
            if self.catalogue.is_basic(held["unit_code"]) and (
                other is None or other["plan_version"] < held["plan_version"]
            ):
                last[held["unit_code"]] = held
        counted = {r["submission_id"]: str(r["province_code"]) for r in last.values()}
        column = _Column()
        paths: set[Path] = {p for r in rows if (p := self.store.partition_of(r, fields)) and p.exists()}
        for path in sorted(paths):
            table = pq.ParquetFile(path).read(["submission_id", "row_no", item.id], use_threads=False).to_pydict()
            for key, row_no, value in zip(table["submission_id"], table["row_no"], table[item.id], strict=True):
                if value is None:
                    continue
                column.values[key, row_no] = value
                if key in counted:
                    above = counted[key]
                    column.provinces[above] = column.provinces.get(above, Decimal(0)) + value
                    column.nation = (column.nation or Decimal(0)) + value
        return column


def _shares(province: str | None, nation: str | None) -> dict[str, Any]:
    return {"share_province": province, "share_nation": nation}


def _nothing(zh: str, en: str) -> dict[str, Any]:
    empty: dict[str, Any] = {"indicators": [], "effect": None, "unit": None, "basis": None}
    return {**empty, **_shares(None, None), "reason_zh": zh, "reason_en": en}


def _rank(influence: Row | None) -> tuple[Decimal, Decimal]:
    """For sorting, greatest first; what is not known comes last."""
    shares = [influence[name] if influence else None for name in ("share_nation", "share_province")]
    nation, province = (Decimal(-1) if s is None else Decimal(s) for s in shares)
    return -nation, -province


def show_with_influence(home: Path, submission_id: str, catalogue: Catalogue | None = None) -> dict[str, Any]:
    """`show_submission`, each finding with its `influence`; within a severity the greatest come first."""
    answer = show_submission(home, submission_id)
    with_influence(home, [answer], catalogue)
    answer["findings"].sort(key=lambda f: (SEVERITIES.index(f["severity"]), *_rank(f["influence"])))
    return answer


def list_by_influence(
    home: Path,
    *,
    unit: str | None = None,
    form: str | None = None,
    period: str | None = None,
    status: str | None = None,
    catalogue: Catalogue | None = None,
) -> list[dict[str, Any]]:
    """`list_submissions`, those with the greatest possible effect first; each with its greatest as `influence`.

    influence: as of a finding, with the `rule`, `sheet` and `cell` of that finding; null where nothing was found.
    """
    rows = list_submissions(home, unit=unit, form=form, period=period, status=status)
    held = _findings(home, [row["submission_id"] for row in rows])
    for row in rows:
        row["findings"] = held.get(row["submission_id"], [])
    with_influence(home, rows, catalogue)
    for row in rows:
        said = [f for f in row.pop("findings") if f["influence"] is not None]
        first = min(said, key=lambda f: _rank(f["influence"]), default=None)
        row["influence"] = {**first["influence"], **{k: first[k] for k in ("rule", "sheet", "cell")}} if first else None
    return sorted(rows, key=lambda r: (r["influence"] is None, *_rank(r["influence"])))


def _findings(home: Path, ids: list[str]) -> dict[str, list[dict[str, Any]]]:
    """submission → its findings in their order, for many at once."""
    found: dict[str, list[dict[str, Any]]] = {}
    register = Register(home)
    try:
        for some in batched(ids):
            for row in register.rows(findings, findings.c.submission_id.in_(some), order=findings.c.n):
                found.setdefault(row["submission_id"], []).append(json.loads(row["finding"]))
    finally:
        register.close()
    return found


def with_influence(home: Path, rows: list[dict[str, Any]], catalogue: Catalogue | None = None) -> None:
    """Give every finding of these submissions its `influence`; null for what could not be told, and of publications."""
    catalogue = catalogue or project_catalogue()
    register = Register(home)
    try:
        made = Influences(register, Store(home, catalogue), catalogue)
        for row in rows:
            for finding in row["findings"]:
                is_judged = finding["severity"] in JUDGED and row["source_id"] is None
                finding["influence"] = made.of(row, finding) if is_judged else None
    finally:
        register.close()
