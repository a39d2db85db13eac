"""Relations between two forms when the list arrives: judged on what it is held against, said of the list.

A rule that stands on J2 and counts rows of J4 is judged on the J2 when that arrives (run.py), and here when the J4
arrives after it. While the other side is missing it cannot be told. Not here: finding the other side (context.py).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from ingestion.model import Finding, ReadResult
from quality.audit.compile import CompiledForm, crossing_form
from quality.audit.context import Contexts
from quality.audit.messages import Target
from quality.audit.relations import Case, evaluate, period_end
from quality.audit.run import case_of, report


def _missing(compiled: CompiledForm, result: ReadResult) -> None:
    form = compiled.form.id
    for rule in compiled.rules:
        zh = f"“{rule.name}”无法判断：缺 {form} 报表"
        en = f"cannot tell {rule.id}: no {form} is in force"
        result.add(Finding(rule.id, "cannot_tell", rule.level, zh, en, result.form, expected=rule.hint.zh))


def _is_due(compiled: CompiledForm, result: ReadResult) -> bool:
    """A yearly form that follows the year is held against its December alone; the plan is there all year."""
    yearly = compiled.form.frequency == "yearly" and compiled.form.version_field is None
    return not yearly or str(result.period).endswith("-12")


def check_crossings(
    results: Sequence[ReadResult], kinds: Sequence[str], decided: Sequence[dt.datetime], contexts: Contexts
) -> None:
    """Returns of one form against the one-row returns that count its rows, by what was known when each was decided."""
    catalogue = contexts.catalogue
    able = [
        (r, kind, at, case_of(r, {}, catalogue).tables)
        for r, kind, at in zip(results, kinds, decided, strict=True)
        if r.form in catalogue.forms and r.unit_code and r.period and r.tables
    ]
    if not able:
        return
    for form in catalogue.forms:
        compiled = crossing_form(form, str(able[0][0].form), catalogue)
        if compiled is None:
            continue
        targets = []
        for result, kind, at, tables in able:
            if not _is_due(compiled, result):
                continue
            anchor = contexts.anchor(form, result, kind, at)
            if anchor is None:
                _missing(compiled, result)
            else:
                views = contexts.views.of(compiled, result, kind, at)
                case = Case(period_end(anchor.period), anchor.items, {**tables, **views})
                targets.append(Target(result, case, own=False, against=anchor.places))
        if targets:
            report(compiled, targets, evaluate(compiled, [t.case for t in targets], catalogue))
