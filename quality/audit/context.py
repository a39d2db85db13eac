"""What a rule may look at beside the return: earlier periods, plans, other forms, as known when it was decided.

Which version was in force is the register's word; files of the same receive call are held against each other. Not
here: how typed rows are read (typed_rows.py), what is found (run.py, crossing.py).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ingestion.areas import last_month
from ingestion.catalogue import Catalogue
from ingestion.model import ReadResult
from ingestion.register import History, Register, batched, in_force, submissions
from ingestion.store import Store
from ingestion.table_rows import FiledRows
from quality.audit.compile import compiled_form
from quality.audit.language import Helper, base_of
from quality.audit.predecessors import Predecessors, together
from quality.audit.relations import Row, period_end
from quality.audit.run import AGAINST
from quality.audit.typed_rows import TypedRows
from quality.audit.views import Views

PLAN = "J1"


def months_before(period: str, n: int) -> str:
    """`2023-01`, 1 → `2022-12`; a year counts in years."""
    if len(period) == 4:
        return str(int(period) - n)
    index = int(period[:4]) * 12 + int(period[5:7]) - 1 - n
    return f"{index // 12}-{index % 12 + 1:02d}"


@dataclass(frozen=True)
class Anchor:
    """A one-row return that a list is held against. places: field → where it stands, in words."""

    period: str
    items: Row
    places: Mapping[str, tuple[str, str]]


class Contexts:
    """One receive call's view; `forget` what was landed: those partitions are newer than the cache."""

    def __init__(self, register: Register, store: Store, catalogue: Catalogue) -> None:
        self.register, self.store, self.catalogue = register, store, catalogue
        self.typed = TypedRows(register, store, catalogue)
        self.views = Views(self)
        self.predecessors = Predecessors(self)
        self._arriving: dict[tuple[str, str | None, str | None], list[ReadResult]] = {}  # by kind, form and unit
        self._units: set[str] = set()
        self._histories: dict[tuple[str, str, str], dict[str, list[History]]] = {}
        self._maps: dict[str | None, dict[str, list[str]]] = {}

    def forget(self, partitions: Iterable[Path]) -> None:
        self._units, self._histories = set(), {}
        self.views.forget()
        self.typed.forget(partitions)

    def expect(self, results: Iterable[ReadResult]) -> None:
        """The returns that are judged next: what the register holds of their units is read once for all of them.

        Until `forget`, which follows their registration.
        """
        self._units, self._histories = {r.unit_code for r in results if r.unit_code}, {}

    def arriving(self, files: Iterable[tuple[str, ReadResult]]) -> None:
        """The files of this receive call, with their kinds: forms that come together are held against each other."""
        self._arriving = {}
        for kind, r in files:
            if not r.unreadable and (r.values or r.tables):
                self._arriving.setdefault((kind, r.form, r.unit_code), []).append(r)

    def _arrived(self, form: str, result: ReadResult, kind: str) -> list[ReadResult]:
        return self._arriving.get((kind, form, result.unit_code), [])

    # -- what was in force --------------------------------------------------------------------------------------
    def accepted(self, kind: str, as_of: dt.datetime, *where: sa.ColumnElement[bool]) -> list[dict[str, Any]]:
        rows = self.register.states(submissions.c.kind == kind, *where, as_of=as_of)
        return list(in_force(rows, as_of).values())

    def accepted_of(self, form: str, unit: str, kind: str, as_of: dt.datetime, period: str) -> list[dict[str, Any]]:
        """What one unit has in force of a form. period: one of them, a year for all that lie in it, "" for all."""
        held = self._history(form, unit, kind, period)
        return list(in_force((history.state(as_of) for history in held), as_of).values()) if held else []

    def _history(self, form: str, unit: str, kind: str, period: str) -> list[History]:
        key = kind, form, period
        wanted = self._units if unit in self._units else {unit}
        held = self._histories.get(key)
        if held is None or unit not in held:
            held = {unit: [] for unit in wanted}
            where = [submissions.c.kind == kind, submissions.c.form == form, submissions.c.period.startswith(period)]
            for units in batched(sorted(wanted)):
                for history in self.register.histories(*where, submissions.c.unit_code.in_(units)):
                    held[history.first["unit_code"]].append(history)
            if unit in self._units:
                self._histories[key] = held
        return held[unit]

    def _values(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Items of one accepted submission, in form units."""
        found = self.typed.rows(row, self.catalogue.form(row["form"]))
        return dict(found[0]) if found else {}

    def accepted_below(
        self, result: ReadResult, units: set[str], kind: str, as_of: dt.datetime
    ) -> dict[str, dict[str, Any]]:
        """unit → its items in force for the same form, period and version, in form units; only units that filed."""
        rows = self.accepted(
            kind,
            as_of,
            submissions.c.form == result.form,
            submissions.c.period == result.period,
            submissions.c.plan_version == (result.plan_version or ""),
        )
        has_items = bool(result.form and self.catalogue.form(result.form).fields)
        return {r["unit_code"]: self._values(r) if has_items else {} for r in rows if r["unit_code"] in units}

    # -- beside a return ----------------------------------------------------------------------------------------
    def of(self, result: ReadResult, kind: str, as_of: dt.datetime) -> dict[str, Any]:
        """Helper columns and foreign tables of one return; what cannot be had is absent (NULL: cannot tell)."""
        if result.form not in self.catalogue.forms or result.unit_code is None or result.period is None:
            return {}
        compiled = compiled_form(result.form, self.catalogue)
        found: dict[str, Any] = {}
        back = {h.n for h in compiled.helpers if h.kind == "prev"}
        earlier = {n: self._earlier(result, n, kind, as_of) for n in back}
        first = self._first_version(result, kind, as_of) if any(h.kind == "first" for h in compiled.helpers) else {}
        plans: list[dict[str, Any]] = []
        if any(h.form == PLAN or h.kind == "plan_changed" for h in compiled.helpers if h.kind not in ("prev", "first")):
            plans = self._plans(result, kind, as_of)
        others: dict[str, dict[str, Any]] = {}  # lookup of other forms than the plan
        for form in {h.form for h in compiled.helpers if h.kind == "lookup" and h.form != PLAN}:
            rows = self.accepted_of(form, result.unit_code, kind, as_of, self._same_time(result.period, form))
            others[form] = self._values(rows[0]) if rows else {}
        is_known = first or plans or any(others.values()) or any(earlier.values())
        for helper in compiled.helpers if is_known else ():
            value = first.get(helper.field) if helper.kind == "first" else None
            if helper.kind != "first":
                value = self._helper(helper, result, earlier, plans, others)
            if value is not None:
                found[helper.column] = value
        lists = {t for t in compiled.foreign if base_of(t) == t}
        for form in {self.catalogue.form_of(table).id for table in lists}:
            tables = {t: names for t, names in compiled.columns.items() if t in lists}
            found |= self._list_beside(form, tables, result, kind, as_of)
        return found | self.views.of(compiled, result, kind, as_of)

    def _first_version(self, result: ReadResult, kind: str, as_of: dt.datetime) -> dict[str, Any]:
        """Items of the version of this return that was accepted first; {} while there was none."""
        assert result.form and result.unit_code and result.period
        states = [h.state(as_of) for h in self._history(result.form, result.unit_code, kind, result.period)]
        before = [
            s
            for s in states
            if (s["status"], s["period"], s["plan_version"]) == ("accepted", result.period, result.plan_version or "")
            and dt.datetime.fromisoformat(s["decided_at"]) <= as_of
        ]
        return self._values(min(before, key=lambda s: (s["received_at"], s["seq"]))) if before else {}

    def _earlier(self, result: ReadResult, n: int, kind: str, as_of: dt.datetime) -> dict[str, Any]:
        """Items of the return that `prev` looks at, so many periods ago; of a plan the version before it, of its own year:
        of the unit, or of those that went into it together."""
        assert result.period and result.form and result.unit_code
        if not self.catalogue.form(result.form).version_field:
            wanted = months_before(result.period, n)
            rows = self.predecessors.states(result.form, result, kind, as_of, wanted)
            return together([self._values(r) for r in rows if r["period"] == wanted], self.catalogue.form(result.form))
        older = [p for p in self._plans(result, kind, as_of) if p["_version"] < (result.plan_version or "")]
        return max(older, key=lambda p: (p["_version"], str(p.get("plan_confirm_date") or "")), default={})

    def _same_time(self, period: str, form: str) -> str:
        """The period of another form that belongs to one: a year takes its December."""
        if self.catalogue.form(form).frequency == "yearly":
            return period[:4]
        return last_month(period)

    def _plans(self, result: ReadResult, kind: str, as_of: dt.datetime) -> list[dict[str, Any]]:
        """Every plan version of the year that was in force, in form units."""
        assert result.unit_code and result.period
        plans = self.plans_of(result.unit_code, result.period[:4], kind, as_of)
        return self.predecessors.plans(plans, result, kind, as_of)

    def plans_of(self, unit: str, year: str, kind: str, as_of: dt.datetime) -> list[dict[str, Any]]:
        """Plan versions that one code has in force for a year."""
        rows = self.accepted_of(PLAN, unit, kind, as_of, year)
        return [{**self._values(r), "_version": r["plan_version"], "_row": r} for r in rows]

    def _helper(
        self,
        helper: Helper,
        result: ReadResult,
        earlier: Mapping[int, dict[str, Any]],
        plans: list[dict[str, Any]],
        others: Mapping[str, dict[str, Any]],
    ) -> Any:
        assert result.period and result.form
        if helper.kind == "unit":
            return None  # the return itself says which unit it is of
        if helper.kind == "prev":
            return earlier[helper.n].get(helper.field)
        if helper.kind == "plan":
            return next((p.get(helper.field) for p in plans if p["_version"] == "V1"), None)
        if helper.kind == "lookup" and helper.form != PLAN:
            return others[helper.form].get(helper.field)
        then = plan_in_force(plans, period_end(result.period)) if plans else None
        if helper.kind == "lookup":
            return then.get(helper.field) if then else None
        before = plan_in_force(plans, period_end(months_before(result.period, 1)))
        return None if then is None else (before or {}).get("_version") != then["_version"]

    # -- lists and what they are held against -------------------------------------------------------------------
    def _list_beside(
        self, form: str, tables: Mapping[str, set[str]], result: ReadResult, kind: str, as_of: dt.datetime
    ) -> dict[str, Any]:
        """The tables of the list that a one-row return is held against, and how to name it; {} when there is none."""
        assert result.unit_code and result.period
        period = result.period[:4] if result.form == PLAN else self._same_time(result.period, form)
        arrived = [r for r in self._arrived(form, result, kind) if r.period and r.period.startswith(period)]
        rows = self.accepted_of(form, result.unit_code, kind, as_of, period)
        if result.form == PLAN:
            arrived = [r for r in arrived if self._is_plan_of(result, str(r.period), kind, as_of)]
            rows = [
                r
                for r in rows
                if self._is_plan_of(result, r["period"], kind, dt.datetime.fromisoformat(r["decided_at"]))
            ]
        if arrived:
            last = max(arrived, key=lambda r: str(r.period))
            held = {t: FiledRows(last.tables[t]) if t in last.tables else [] for t in tables}
            return {**held, AGAINST: dict.fromkeys(tables, (f"同批报送的 {form}", f"the {form} filed with it"))}
        if not rows:
            return {}
        row = max(rows, key=lambda r: str(r["period"]))
        words = (
            f"{form} 报送 {row['submission_id']}（{row['period']}）",
            f"{form} {row['submission_id']} ({row['period']})",
        )
        held_rows = {t: self.typed.rows(row, self.catalogue.field_sets[t], names) for t, names in tables.items()}
        return {**held_rows, AGAINST: dict.fromkeys(tables, words)}

    def _is_plan_of(self, plan: ReadResult, month: str, kind: str, known_at: dt.datetime) -> bool:
        """Whether a list of a month was made under the plan version that now arrives: confirmed by the month's end,
        and no other version was in force when the list was decided. A list right under V1 is not held against V2."""
        held = plan.values.get("plan_confirm_date")
        if held is None or not isinstance(held.filed, dt.date) or held.filed > period_end(month):
            return False
        then = plan_in_force(self._plans(plan, kind, known_at), period_end(month))
        return then is None or then["_version"] == plan.plan_version

    def anchor(self, form: str, result: ReadResult, kind: str, as_of: dt.datetime) -> Anchor | None:
        """The one-row return that an arriving list is held against: the plan in force at the end of its month, the
        return of the same month, the yearly one of its December."""
        assert result.unit_code and result.period
        if form == PLAN:
            plans = {p["_version"]: p for p in self._plans(result, kind, as_of)}
            for r in self._arrived(PLAN, result, kind):
                if r.period == result.period[:4] and r.plan_version:
                    items = {n: v.filed for n, v in r.values.items()}
                    plans[r.plan_version] = {**items, "_version": r.plan_version, "_result": r}
            then = plan_in_force(list(plans.values()), period_end(result.period))
            if then is None:
                return None
            if "_result" in then:
                return self._of_arrived(then["_result"])
            if "_row" not in then:  # of units that went into this one: no single cell holds it
                return Anchor(result.period[:4], then, {})
            return self._of_accepted(then["_row"])
        period = self._same_time(result.period, form)
        together = [r for r in self._arrived(form, result, kind) if r.period == period]
        if together:
            return self._of_arrived(together[-1])
        rows = self.accepted_of(form, result.unit_code, kind, as_of, period)
        return self._of_accepted(rows[0]) if rows else None

    def _of_arrived(self, other: ReadResult) -> Anchor:
        places = {
            n: (f"同批报送的 {other.form} {v.cell}", f"{v.cell} of the {other.form} filed with it")
            for n, v in other.values.items()
        }
        return Anchor(str(other.period), {n: v.filed for n, v in other.values.items()}, places)

    def _of_accepted(self, row: Mapping[str, Any]) -> Anchor:
        where = self._column_map(row["map_id"])
        form, key = row["form"], row["submission_id"]
        places = {n: (f"{form} 报送 {key} 的 {place[1]}", f"{place[1]} of {form} {key}") for n, place in where.items()}
        return Anchor(row["period"], self._values(row), places)

    def _column_map(self, map_id: str | None) -> dict[str, list[str]]:
        """Named by its content, so that it never changes; all returns on one blank share it."""
        if map_id not in self._maps:
            self._maps[map_id] = self.register.column_map(map_id)
        return self._maps[map_id]


def plan_in_force(plans: list[dict[str, Any]], day: dt.date) -> dict[str, Any] | None:
    """The latest version confirmed on or before a day; V0 never counts (survey-forms §1b.3)."""
    able = [
        p
        for p in plans
        if p["_version"] != "V0" and isinstance(p.get("plan_confirm_date"), dt.date) and p["plan_confirm_date"] <= day
    ]
    return max(able, key=lambda p: (p["plan_confirm_date"], p["_version"]), default=None)
