"""One list against another version of it: rows that went without a word (RTS), and how much a revision changed (RRL).

`among` names the other list as expressions do: before.J4 is the one in force before, replaced.J4 the one of the same
period that this one corrects. Not here: finding it (views.py), one row against another version (templates.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from ingestion.catalogue import Catalogue
from quality.audit.compile import SetCheck
from quality.audit.relations import WHOLE, Case, Chosen, Row, shown

Found = Iterator[tuple[int, int | None, dict[str, Any]]]  # row, the row it equals, values for the message (at: a field)


def _by_key(check: SetCheck, rows: Sequence[Row]) -> dict[Any, Row]:
    key = check.rule.params["key"]
    return {row[key]: row for row in rows if row.get(key) is not None}


def vanished(check: SetCheck, rows: Chosen, case: Case, catalogue: Catalogue) -> Found:
    """Rows of the list before that stand no more in this one. kept: columns and the values that rows which must stay
    have."""
    p = check.rule.params
    here = _by_key(check, case.rows(check.over))
    for value, row in _by_key(check, case.tables[p["among"]]).items():
        if value not in here and all(row.get(name) in values for name, values in p["kept"].items()):
            yield WHOLE, None, {"at": p["key"], "value": value, **{n: shown(row.get(n)) for n in p["columns"]}}


def revised(check: SetCheck, rows: Chosen, case: Case, catalogue: Catalogue) -> Found:
    """A revision that adds, drops or changes more than `share` of the rows."""
    p = check.rule.params
    here, before = _by_key(check, [rows.held[n] for n in rows.numbers]), _by_key(check, case.tables[p["among"]])
    names = [f.id for f in check.over.fields]
    both = here.keys() & before.keys()
    changed = [key for key in both if any(here[key].get(n) != before[key].get(n) for n in names)]
    touched, all_rows = len(changed) + len(here.keys() ^ before.keys()), len(here.keys() | before.keys())
    if touched > Decimal(str(p["share"])) * all_rows:
        yield WHOLE, None, {"at": p["key"], "touched": touched, "rows": all_rows}
