"""Run the audit rules of a form over returns: all of them over a table at once, violations with cells. Writes nothing.

A rule gives pass, fail or cannot tell (a NULL operand); cannot tell is counted and listed apart, never a failure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from ingestion.catalogue import Catalogue
from ingestion.model import ReadResult
from ingestion.table_rows import FiledRows
from ingestion.validity import is_asked
from quality.audit.compile import Check, CompiledForm, compiled_form
from quality.audit.language import VIEWS, base_of
from quality.audit.messages import MOST, Said, Target, cannot_tell, failure, more
from quality.audit.relations import Case, Outcome, evaluate, period_end

Context = Mapping[str, Any]  # helper column → value in form units; table of another form → its rows
AGAINST = "against"  # in a context: table of another form → (Chinese, English) words for the return it came from


def case_of(result: ReadResult, context: Context, catalogue: Catalogue) -> Case:
    """One return in form units, with what is known beside it."""
    assert result.form and result.period
    tables: dict[str, Sequence[Mapping[str, Any]]] = {
        table.id: FiledRows(result.tables[table.id]) if table.id in result.tables else []
        for table in catalogue.form(result.form).tables
    }
    tables |= {name: rows for name, rows in context.items() if base_of(name) in catalogue.field_sets}
    beside = {name: value for name, value in context.items() if name not in tables}
    if result.unit_code in catalogue.areas:
        area = catalogue.area(str(result.unit_code))
        beside |= {
            "unit__level": area.level,
            "unit__name_zh": area.name_zh,
            "unit__province": catalogue.province_of(area.code),
        }
    return Case(period_end(result.period), {n: held.filed for n, held in result.values.items()}, tables, beside)


def report(compiled: CompiledForm, targets: Sequence[Target], outcomes: Sequence[Outcome]) -> None:
    """Turn outcomes into findings of the returns, by rule; outcomes come in the order of `evaluate`."""
    faulty = [{(f.sheet, f.cell) for f in t.result.findings if f.severity == "error" and f.cell} for t in targets]
    misread = [{f.field for f in t.result.findings if f.severity == "error" and f.field} for t in targets]
    months = [t.case.period_end.strftime("%Y-%m") for t in targets]

    def is_known(outcome: Outcome) -> bool:
        """A required cell that could not be read has its own message already."""
        item = outcome.check.required if isinstance(outcome.check, Check) else None
        target = targets[outcome.case]
        if item is None:
            return False
        if target.table_row(outcome.check.over, outcome.row) is None:
            return item.id in misread[outcome.case]
        return target.place(outcome.check.over, outcome.row, item.id) in faulty[outcome.case]

    # a field that is not asked for yet is neither missing nor unknown
    early = {
        (id(check), month, verdict)
        for check in compiled.checks
        for month in set(months)
        if any(not is_asked(check.over.by_id[name].since, month) for name in check.fields)
        for verdict in ((None, False) if check.required else (None,))
    }
    outcomes = [o for o in outcomes if (id(o.check), months[o.case], o.verdict) not in early]
    said_before: Said = {}
    for (case, _), group in groupby(outcomes, key=lambda o: (o.case, o.check.rule.id)):
        target, said = targets[case], list(group)
        failed = [o for o in said if o.verdict is False and not is_known(o)]
        unknown = [o for o in said if o.verdict is None]
        for outcome in failed[:MOST]:
            target.result.add(failure(outcome, target, compiled))
        if len(failed) > MOST:
            target.result.add(more(failed, target))
        if unknown:
            target.result.add(cannot_tell(unknown, target, said_before))


def _absent(form_id: str, contexts: Sequence[Context], catalogue: Catalogue) -> frozenset[str]:
    """Tables of other forms, and views, that no context knows. Told from names, so that nothing is compiled to find out."""
    own = {fields.id for fields in catalogue.form(form_id).field_sets}
    views = {f"{view}.{table}" for view in VIEWS for table in catalogue.field_sets}
    return frozenset((catalogue.field_sets.keys() - own) | views).difference(*contexts)


def audit(results: Sequence[ReadResult], contexts: Sequence[Context], catalogue: Catalogue) -> None:
    """Add findings to returns of one form. Returns without unit or period, or of no known form, are left alone."""
    able = [(r, c) for r, c in zip(results, contexts, strict=True) if r.form in catalogue.forms and r.period]
    if not able:
        return
    form_id = able[0][0].form
    assert form_id and all(r.form == form_id for r, _ in able)
    absent = _absent(form_id, [context for _, context in able], catalogue)
    compiled = compiled_form(form_id, catalogue, absent)  # counts over tables nobody has cost most of the planning
    targets = [Target(r, case_of(r, c, catalogue), against=c.get(AGAINST, {})) for r, c in able]
    report(compiled, targets, evaluate(compiled, [t.case for t in targets], catalogue))
    for result, _ in able:
        result.sort_findings()
