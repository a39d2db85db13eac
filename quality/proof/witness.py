"""Proof that a rule book asks for nothing impossible: for each form returns that pass every error rule.

A solver looks for them among everything the form allows, and the audit itself then judges what it found: only its word
counts. Where there is none, the smallest sets of rules that cannot hold together are named. Not here: rules as
assumptions (question.py), what a condition means to the solver (formulas.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import z3

from ingestion.catalogue import Catalogue
from ingestion.form_model import Form
from quality.audit.compile import Check, CompiledForm, SetCheck, compile_rules
from quality.audit.relations import Case, evaluate, period_end
from quality.proof.question import Question

ROWS = (3, 8)  # at most so many a table; the larger number is only tried before it is said that there is no return


@dataclass(frozen=True)
class Proof:
    """What was found for one form, version and month. returns: witnesses, each judged by `rules` error rules.

    not_exercised: rules that do not apply there: they could not tell, or `when` held nowhere. fired: rules that the
    witnesses break all the same, because the solver knows no formula of them. conflicts: the smallest sets of rules of
    which no return can be judged and pass all; undecided: the solver gave up.
    """

    form: str
    of: str
    returns: int
    rules: int
    fired: tuple[str, ...]
    not_exercised: tuple[str, ...]
    conflicts: tuple[tuple[str, ...], ...] = ()
    undecided: bool = False

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def prove(book: Catalogue) -> list[Proof]:
    """One proof a form, version and stretch of time in which the same rules hold."""
    return [proof for form in book.forms.values() for proof in _of_form(form, book)]


def _of_form(form: Form, book: Catalogue) -> Iterator[Proof]:
    rules = [r for r in book.rules.get(form.id, []) if r.severity == "error"]
    versions: Sequence[str | None] = [None]
    if form.version_field:
        versions = list(book.codes_of(form.by_id[form.version_field]))
    compiled = compile_rules(form, rules, book)
    for period in _periods(compiled):
        day = period_end(period)
        held = compile_rules(form, [r for r in rules if r.valid.covers(day)], book)
        few, many = Question(held, book, day, ROWS[0]), None
        for version in versions:
            of = f"{version} {period}" if version else period
            proof = _proof(few, version, of)
            if proof.conflicts or proof.undecided:
                many = many or Question(held, book, day, ROWS[1])
                proof = _proof(many, version, of)
            yield proof


def _periods(compiled: CompiledForm) -> list[str]:
    """A period of every stretch in which the same rules and fields hold; two where rules ask for the month."""
    form = compiled.form
    starts = {form.since, *(r.valid.start for r in compiled.rules)}
    starts |= {_after(r.valid.to) for r in compiled.rules if r.valid.to}
    starts |= {f.since for fields in form.field_sets for f in fields.fields if f.since}
    if form.frequency == "yearly":
        return sorted({s[:4] for s in starts if s >= form.since})
    asks = any('MONTH("c"."period_end")' in c.condition for c in compiled.checks)
    later = {f"{s[:4]}-12" for s in starts} if asks else set()
    return sorted(s for s in starts | later if s >= form.since)


def _after(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12}-{number % 12 + 1:02d}"


def _proof(question: Question, version: str | None, of: str) -> Proof:
    """A return with everything filled and known beside it, one with as little as the form allows, and one more for
    every check that neither of them let be judged."""
    form, rules = question.compiled.form, len(question.compiled.rules)
    fixed = question.version(version)
    alone = [z3.Not(is_known) for is_known in question.open.known.values()]
    filled = question.solution(fixed, [*(mark for _, mark in question.told), *_wishes(question, True)])
    blank = question.solution([*fixed, *alone], _wishes(question, False))
    if filled is None or blank is None:
        found = tuple(question.conflicts(fixed if filled is None else [*fixed, *alone]))
        return Proof(form.id, of, 0, rules, (), (), found, undecided=not found)
    models, conflicts = [filled, blank], dict[tuple[str, ...], None]()
    for _, mark in question.told:
        if any(z3.is_true(model.eval(mark)) for model in models):
            continue
        more = question.solution([*fixed, mark], _wishes(question, True)[:1])
        if more is not None:
            models.append(more)
        elif conflict := question.conflict([*fixed, mark], list(question.marks)):
            conflicts[conflict] = None
    fired, silent = _judged(question, [question.case(model) for model in models])
    smallest = tuple(c for c in conflicts if not any(set(other) < set(c) for other in conflicts))
    return Proof(form.id, of, len(models), rules, fired, silent, smallest)


def _wishes(question: Question, filled: bool) -> list[Any]:
    """What a return should be like where the rules let it: no number below zero, and everything filled, or as little."""
    numbers, found = [], []
    own = {f.id for f in question.compiled.form.field_sets}
    for name, fields in question.open.fields.items():
        for line in question.open.tables[name]:
            found.append(line.present if filled and z3.is_const(line.present) else z3.Not(line.present))
            if name not in own:
                found.append(question.literal(line.copies == 1))
            for item in fields:
                held = line.row[item.id]
                is_asked = filled or item.required == "always" or name not in own
                found.append(z3.Not(held.blank) if is_asked else held.blank)
                if held.kind == "number":
                    numbers.append(held.value >= 0)
    beside = [t.blank for t in question.open.helpers()]
    found += [z3.Not(b) for b in beside] if filled else beside
    known = question.open.known.values() if filled else []
    return [question.literal(z3.And(*numbers)), *known, *(w for w in found if not _is_settled(w))]


def _is_settled(wish: Any) -> bool:
    inner = wish.arg(0) if z3.is_not(wish) else wish
    return bool(z3.is_true(inner) or z3.is_false(inner))


def _judged(question: Question, cases: Sequence[Case]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What the audit says of the returns: rules that fire, and rules that say nothing of any row of them."""
    compiled = question.compiled
    found = evaluate(compiled, cases, question.book, everything=True)
    fired = {o.check.rule.id for o in found if o.verdict is False}
    untold = {(id(o.check), o.case, o.row) for o in found if o.verdict is None}
    guarded = replace(compiled, checks=question.guard_checks, sets=[])
    guards = evaluate(guarded, cases, question.book, everything=True) if question.guard_checks else []
    idle = {(o.check.rule.id, o.check.over.id, o.case, o.row) for o in guards}
    both: list[Check | SetCheck] = [*compiled.checks, *compiled.sets]
    told = {
        check.rule.id
        for check in both
        for n, case in enumerate(cases)
        for row in range(len(case.rows(check.over)))
        if (id(check), n, row) not in untold and (check.rule.id, check.over.id, n, row) not in idle
    }
    rules = [r.id for r in compiled.rules]
    return tuple(r for r in rules if r in fired), tuple(r for r in rules if r not in told)
