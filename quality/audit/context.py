"""What a rule may look at beside the return: earlier periods, plans, versions, as known when it was decided.

Reads the register (which version was in force) and the typed rows (its values, back in form units).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import sqlalchemy as sa

from ingestion.catalogue import Catalogue
from ingestion.model import ReadResult
from ingestion.register import Register, in_force, submissions
from ingestion.rulebook_model import Form
from ingestion.store import Store
from quality.audit.compile import compiled_form
from quality.audit.expressions import Helper
from quality.audit.run import period_end


def months_before(period: str, n: int) -> str:
    """`2023-01`, 1 → `2022-12`; a year counts in years."""
    if len(period) == 4:
        return str(int(period) - n)
    index = int(period[:4]) * 12 + int(period[5:7]) - 1 - n
    return f"{index // 12}-{index % 12 + 1:02d}"


class Contexts:
    """One receive call's view; `forget` what was landed: those partitions are newer than the cache."""

    def __init__(self, register: Register, store: Store, catalogue: Catalogue) -> None:
        self.register, self.store, self.catalogue = register, store, catalogue
        self._rows: dict[str, dict[str, dict[str, Any]]] = {}

    def forget(self, partitions: Iterable[Path]) -> None:
        for path in partitions:
            self._rows.pop(str(path), None)

    def _values(self, row: dict[str, Any]) -> dict[str, Any]:
        """Typed values of one accepted submission, in form units."""
        path = self.store.partition_of(row)
        if path is None or not path.exists():
            return {}
        if row["submission_id"] not in self._rows.get(str(path), {}):  # new to us, or landed by another process
            self._rows[str(path)] = {
                r["submission_id"]: r for r in pq.ParquetFile(path).read(use_threads=False).to_pylist()
            }
        return self._filed(self._rows[str(path)].get(row["submission_id"], {}), self.catalogue.form(row["form"]))

    def _filed(self, row: dict[str, Any], form: Form) -> dict[str, Any]:
        found = {}
        for item in form.fields:
            value = row.get(item.id)
            if isinstance(value, Decimal) and item.unit:
                value = value / self.catalogue.unit(item.unit).factor
            found[item.id] = value
        return found

    def _accepted(self, kind: str, as_of: dt.datetime, *where: sa.ColumnElement[bool]) -> list[dict[str, Any]]:
        rows = self.register.rows(submissions, submissions.c.kind == kind, *where)
        return list(in_force(rows, as_of).values())

    def _accepted_of(self, form: str, unit: str, kind: str, as_of: dt.datetime) -> list[dict[str, Any]]:
        return self._accepted(kind, as_of, submissions.c.form == form, submissions.c.unit_code == unit)

    def accepted_below(
        self, result: ReadResult, units: set[str], kind: str, as_of: dt.datetime
    ) -> dict[str, dict[str, Any]]:
        """unit → what it has in force for the same form, period and version, in form units; only units that filed."""
        rows = self._accepted(
            kind,
            as_of,
            submissions.c.form == result.form,
            submissions.c.period == result.period,
            submissions.c.plan_version == (result.plan_version or ""),
        )
        return {r["unit_code"]: self._values(r) for r in rows if r["unit_code"] in units}

    def of(self, result: ReadResult, kind: str, as_of: dt.datetime) -> dict[str, Any]:
        """Helper columns of one return; a helper that cannot be had is absent (NULL: cannot tell)."""
        if result.form not in self.catalogue.forms or result.unit_code is None or result.period is None:
            return {}
        helpers = compiled_form(result.form, self.catalogue).helpers
        own = self._accepted_of(result.form, result.unit_code, kind, as_of)
        plans: list[dict[str, Any]] = []
        if any(h.kind in ("plan", "lookup", "plan_changed") for h in helpers):
            plans = [
                {**self._values(r), "_version": r["plan_version"]}
                for r in self._accepted_of("J1", result.unit_code, kind, as_of)
                if r["period"] == result.period[:4]
            ]
        found: dict[str, Any] = {}
        for helper in helpers:
            value = self._helper(helper, result, own, plans)
            if value is not None:
                found[helper.column] = value
        return found

    def _helper(
        self, helper: Helper, result: ReadResult, own: list[dict[str, Any]], plans: list[dict[str, Any]]
    ) -> Any:
        assert result.period and result.form
        if helper.kind == "prev":
            if self.catalogue.form(result.form).version_field:
                older = sorted(
                    (
                        r
                        for r in own
                        if r["period"] == result.period and r["plan_version"] < (result.plan_version or "")
                    ),
                    key=lambda r: r["plan_version"],
                )
                return self._values(older[-1]).get(helper.field) if older else None
            wanted = months_before(result.period, helper.n)
            row = next((r for r in own if r["period"] == wanted), None)
            return self._values(row).get(helper.field) if row else None
        if helper.kind == "plan":
            return next((p.get(helper.field) for p in plans if p["_version"] == "V1"), None)
        then = _plan_in_force(plans, period_end(result.period))
        if helper.kind == "lookup":
            return then.get(helper.field) if then else None
        before = _plan_in_force(plans, period_end(months_before(result.period, 1)))
        return None if then is None else (before or {}).get("_version") != then["_version"]


def _plan_in_force(plans: list[dict[str, Any]], day: dt.date) -> dict[str, Any] | None:
    """The latest version confirmed on or before a day; V0 never counts (survey-forms §1b.3)."""
    able = [p for p in plans if p["_version"] != "V0" and p.get("plan_confirm_date") and p["plan_confirm_date"] <= day]
    return max(able, key=lambda p: (p["plan_confirm_date"], p["_version"]), default=None)
