"""Which province-level unit has filed a form for which period: accepted, waiting, returned and missing units. Reads only.

Grain of `coverage`: one row a form × period × province-level unit; the basic units of the period stand in exactly one of
the four lists. Not here: one partition in detail with reasons and answers (status.py), chasing by due date, drawing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ingestion.catalogue import Catalogue
from ingestion.catalogue import catalogue as project_catalogue
from ingestion.moments import stamp
from ingestion.register import Register, submissions

LIST_OF = {"accepted": "accepted", "needs_explanation": "waiting", "returned": "returned", "unreadable": "returned"}


@dataclass(frozen=True)
class Coverage:
    """Codes of the basic units of a province, each by what became of the version it filed last."""

    form: str
    period: str
    province: str
    is_sample: bool
    accepted: tuple[str, ...]
    waiting: tuple[str, ...]  # received, and the unit still owes an explanation
    returned: tuple[str, ...]  # sent back or unreadable, and not corrected since
    missing: tuple[str, ...]  # nothing filed

    @property
    def expected(self) -> int:
        return len(self.accepted) + len(self.waiting) + len(self.returned) + len(self.missing)

    @property
    def is_complete(self) -> bool:
        """Every expected unit's last version is accepted."""
        return len(self.accepted) == self.expected

    @property
    def is_empty(self) -> bool:
        """No unit filed anything."""
        return len(self.missing) == self.expected


def coverage(
    source: Path | Register,
    form: str,
    periods: Iterable[str] | None = None,
    *,
    sample: bool = False,
    as_of: dt.datetime | None = None,
    catalogue: Catalogue | None = None,
) -> list[Coverage]:
    """The matrix of a form, by period and then province in the order of the rule book.

    Args:    source: a home, or its register; periods: which to ask about, also such that nobody filed for; None = those
             that somebody filed for; sample: the samples instead of the returns (the two never meet); as_of: what was
             received and decided by then.
    Returns: for returns all 32 province-level units. A sample stands for itself: only provinces with a sample of this
             form, since nobody else was asked for one.
    Raises:  UsageError for a form that the rule book does not have.
    """
    book = catalogue or project_catalogue()
    book.form(form)
    register = source if isinstance(source, Register) else Register(source)
    try:
        last = _last_status(register, form, "sample" if sample else "return", as_of)
    finally:
        if register is not source:
            register.close()
    wanted = sorted({period for _, period in last} if periods is None else set(periods))
    expected: dict[str, list[str]] = {a.code: [] for a in book.areas.values() if a.level == "province"}
    for unit in sorted({*book.basic_units, *book.former_areas}):
        expected[book.province_of(unit)].append(unit)
    if sample:
        asked = {book.province_of(unit) for unit, _ in last}
        expected = {province: units for province, units in expected.items() if province in asked}
    standing = {period: book.basic_units_in(period) for period in wanted}
    return [
        _row(form, period, province, sample, {u: last.get((u, period)) for u in units if u in standing[period]})
        for period in wanted
        for province, units in expected.items()
    ]


def _last_status(register: Register, form: str, kind: str, as_of: dt.datetime | None) -> dict[tuple[str, str], str]:
    """(unit, period) → state of what was received last; of a plan, whichever version of it that was."""
    s = submissions.c
    known = [s.form == form, s.kind == kind, s.unit_code.is_not(None), s.period.is_not(None)]
    if as_of is not None:
        known.append(s.received_at <= stamp(as_of))
    rows = register.states(*known, as_of=as_of)
    rows.sort(key=lambda r: (r["received_at"], r["seq"]))
    return {(r["unit_code"], r["period"]): r["status"] for r in rows}


def _row(form: str, period: str, province: str, sample: bool, units: dict[str, str | None]) -> Coverage:
    lists: dict[str, list[str]] = {"accepted": [], "waiting": [], "returned": [], "missing": []}
    for unit, status in units.items():
        lists["missing" if status is None else LIST_OF[status]].append(unit)
    return Coverage(form, period, province, sample, **{name: tuple(codes) for name, codes in lists.items()})
