"""What was filed for a unit's territory before it stood under this code, or before it took another unit in.

One code: its values. Several: their sum, for numbers that add up, and only where every one has a number; of a territory
that no set of codes was, nothing is known. Not here: which codes those are (ingestion.boundaries), the rules.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ingestion.areas import last_month
from ingestion.boundary_model import month_before
from ingestion.form_model import Form
from ingestion.model import ReadResult

if TYPE_CHECKING:
    from quality.audit.context import Contexts

State = dict[str, Any]


class Predecessors:
    """Of one receive call, as the contexts it belongs to."""

    def __init__(self, contexts: Contexts) -> None:
        self.contexts = contexts
        self.boundaries = contexts.catalogue.boundaries

    def codes(self, result: ReadResult, period: str) -> list[str] | None:
        """The codes that filed a period for the territory of a return's unit; None when nobody can say."""
        return self.boundaries.codes_then(str(result.unit_code), last_month(str(result.period)), last_month(period))

    def states(self, form: str, result: ReadResult, kind: str, as_of: dt.datetime, period: str) -> list[State]:
        """What is in force of a period for the territory: one row a code, or of the unit itself, which may have filed
        under its later code. [] when a code has none, or nobody can say which they were."""
        codes, unit = self.codes(result, period), str(result.unit_code)
        own = self.contexts.accepted_of(form, unit, kind, as_of, period)
        if codes == [unit] or (own and self._began_after(unit, period)):
            return own
        held = [self.contexts.accepted_of(form, code, kind, as_of, period) for code in codes or []]
        return [rows[0] for rows in held] if all(held) else []

    def _began_after(self, unit: str, period: str) -> bool:
        return (self.contexts.catalogue.area(unit).valid_from or "") > last_month(period)

    def lists_before(self, form: str, result: ReadResult, kind: str, as_of: dt.datetime) -> list[State]:
        """The last list before a return: of the unit, or of each code that its territory was under before it changed."""
        unit, period = str(result.unit_code), str(result.period)
        last = self._last(form, unit, kind, as_of, period)
        if last and self.codes(result, str(last[0]["period"])) == [unit]:
            return last
        start = self.boundaries.start_of(unit, last_month(period))
        codes = self.boundaries.codes_then(unit, last_month(period), month_before(start)) if start else [unit]
        if not codes or (last and self._began_after(unit, str(last[0]["period"]))):
            return last if codes else []
        held = [self._last(form, code, kind, as_of, period) for code in codes]
        return [rows[0] for rows in held] if all(held) else []

    def _last(self, form: str, unit: str, kind: str, as_of: dt.datetime, period: str) -> list[State]:
        rows = [r for r in self.contexts.accepted_of(form, unit, kind, as_of, "") if r["period"] < period]
        return [max(rows, key=lambda r: str(r["period"]))] if rows else []

    def past(self, form: str, result: ReadResult, kind: str, as_of: dt.datetime) -> list[State]:
        """Earlier periods of the same territory, oldest first: of the unit, and of the one code that it was before."""
        unit, period = str(result.unit_code), str(result.period)
        start = self.boundaries.start_of(unit, last_month(period))
        before = self.boundaries.codes_then(unit, last_month(period), month_before(start)) if start else [unit]
        codes = {unit, *(before if before and len(before) == 1 else [])}
        rows = [r for code in codes for r in self.contexts.accepted_of(form, code, kind, as_of, "")]
        able = [r for r in rows if r["period"] < period and self._is_same(result, r)]
        return sorted(able, key=lambda r: str(r["period"]))

    def _is_same(self, result: ReadResult, row: State) -> bool:
        unit, period = str(row["unit_code"]), str(row["period"])
        own = unit == result.unit_code and self._began_after(unit, period)
        return own or self.codes(result, period) == [unit]

    def plans(self, plans: list[State], result: ReadResult, kind: str, as_of: dt.datetime) -> list[State]:
        """The plans of a unit's year with those of the units that went into it in that year, which count until the unit
        has a version confirmed after the merger. Their sum stands under the version that was confirmed last."""
        month = last_month(str(result.period))
        merged = [(old, m) for old, new, m in self.boundaries.heirs if new == result.unit_code
                  and m[:4] == month[:4] and m <= month]  # fmt: skip
        if not merged:
            return plans
        day = dt.date.fromisoformat(f"{merged[0][1]}-01")
        later = [p for p in plans if isinstance(p.get("plan_confirm_date"), dt.date) and p["plan_confirm_date"] >= day]
        parts = [self.contexts.plans_of(old, month[:4], kind, as_of) for old, _ in merged]
        earlier = [p for p in plans if p not in later]
        parts += [earlier] if earlier else []
        return [*_together(parts, self.contexts.catalogue.form("J1")), *later]


def _together(parts: Sequence[Sequence[State]], form: Form) -> list[State]:
    """Plans of several units as versions of one: at each confirmation the sum of what was then in force."""
    made = []
    confirmed = [[p for p in held if p["_version"] != "V0" and isinstance(p.get("plan_confirm_date"), dt.date)]
                 for held in parts]  # fmt: skip
    for day in sorted({p["plan_confirm_date"] for held in confirmed for p in held}):
        then = [[p for p in held if p["plan_confirm_date"] <= day] for held in confirmed]
        if all(then):
            last = [max(held, key=lambda p: (p["plan_confirm_date"], p["_version"])) for held in then]
            version = max(p["_version"] for p in last)
            made.append({**together(last, form), "plan_confirm_date": day, "_version": version})
    return made


def together(values: Sequence[Mapping[str, Any]], form: Form) -> State:
    """Items of one return as they are; of several the sums of those that add up and that all of them hold."""
    if len(values) < 2:
        return dict(values[0]) if values else {}
    found = {}
    for item in form.fields:
        parts = [v.get(item.id) for v in values]
        numbers = [p for p in parts if isinstance(p, Decimal | int)]
        if item.adds_up and len(numbers) == len(parts):
            found[item.id] = sum(numbers, Decimal(0))
    return found
