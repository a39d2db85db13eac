"""Rows beside a return that stand on other returns of the same or another form: its versions, its past, its peers.

Each view is what was in force at the moment of the decision. Not here: what expressions call them (language.py), helpers
and lists that a number is held against (context.py).
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from ingestion.model import ReadResult
from ingestion.register import History, in_force, submissions
from quality.audit.compile import CompiledForm
from quality.audit.language import base_of

if TYPE_CHECKING:
    from quality.audit.context import Contexts

State = dict[str, Any]
PAST = 24  # periods looked back at


class Views:
    """Of one receive call, as the contexts it belongs to."""

    def __init__(self, contexts: Contexts) -> None:
        self.contexts = contexts
        self._provinces: dict[tuple[str, str, str, str], list[History]] = {}

    def forget(self) -> None:
        self._provinces = {}

    def of(self, compiled: CompiledForm, result: ReadResult, kind: str, as_of: dt.datetime) -> dict[str, Any]:
        """Rows of every view that the rules of a form look into; one that nothing is known of is absent."""
        found: dict[str, Any] = {}
        for table in (t for t in compiled.foreign if base_of(t) != t):
            fields = self.contexts.catalogue.field_sets[base_of(table)]
            names = compiled.columns.get(table, set())
            states = self._states(table, result, kind, as_of)
            if states:
                found[table] = [row for s in states for row in self.contexts.typed.rows(s, fields, names)]
        return found

    def _states(self, table: str, result: ReadResult, kind: str, as_of: dt.datetime) -> list[State]:
        view, form = table.rpartition(".")[0], self.contexts.catalogue.form_of(base_of(table)).id
        unit, period = str(result.unit_code), str(result.period)
        if view == "peers":
            return self._peers(form, result, kind, as_of)
        predecessors = self.contexts.predecessors
        if view == "closing":
            return predecessors.states(form, result, kind, as_of, f"{int(period[:4]) - 1}-12")
        if view == "replaced":
            rows = self.contexts.accepted_of(form, unit, kind, as_of, period)
            return [r for r in rows if r["plan_version"] == (result.plan_version or "")]
        if view == "before":
            return predecessors.lists_before(form, result, kind, as_of)
        return predecessors.past(form, result, kind, as_of)[-PAST:]

    def _peers(self, form: str, result: ReadResult, kind: str, as_of: dt.datetime) -> list[State]:
        """The same period and version of other units of the same level in the province."""
        catalogue = self.contexts.catalogue
        area = catalogue.areas.get(str(result.unit_code))
        if area is None:
            return []
        key = (kind, form, str(result.period), catalogue.province_of(area.code))
        if key not in self._provinces:
            where = [submissions.c.kind == kind, submissions.c.form == form, submissions.c.period == key[2]]
            register = self.contexts.register
            self._provinces[key] = register.histories(*where, submissions.c.province_code == key[3])
        states = in_force((h.state(as_of) for h in self._provinces[key]), as_of).values()
        return [
            s
            for s in states
            if s["unit_code"] != area.code
            and s["plan_version"] == (result.plan_version or "")
            and s["unit_code"] in catalogue.areas
            and catalogue.areas[s["unit_code"]].level == area.level
        ]
