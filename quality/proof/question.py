"""The error rules of one form and period, put to a solver: each an assumption, so that it can be asked without one.

Not here: conditions as formulas (formulas.py), values of a return (returns.py), which returns are wanted (witness.py).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import z3

from ingestion.catalogue import Catalogue
from ingestion.form_model import FormTable
from ingestion.rule_model import Rule
from quality.audit.compile import Check, CompiledForm, SetCheck
from quality.audit.expressions import compile_expression
from quality.audit.relations import Case
from quality.proof.formulas import Formulas, Line, NoFormula, Term, known, texts_in, tree_of
from quality.proof.returns import OpenReturn

SECONDS = 20  # for one question to the solver
MOST_CONFLICTS = 5  # named of one form


class Question:
    """rows: at most so many a table. told: (rule, literal that one of its checks is judged) of every check."""

    def __init__(self, compiled: CompiledForm, book: Catalogue, day: dt.date, rows: int) -> None:
        self.compiled, self.book = compiled, book
        trees = {check.condition: tree_of(check.condition) for check in compiled.checks}
        self.guards = {(c.rule.id, c.over.id): tree_of(c.condition) for c in self.guard_checks}
        texts = {text for tree in (*trees.values(), *self.guards.values()) for text in texts_in(tree)}
        self.open = OpenReturn(compiled, book, day, texts, rows)
        self.formulas = Formulas(self.open.tables, self.open.beside, self.open.texts)
        self.solver = z3.Solver()
        self.solver.set(timeout=SECONDS * 1000, random_seed=0)
        self.marks: dict[str, Any] = {r.id: z3.Bool(f"rule {r.id}") for r in compiled.rules}
        self.told: list[tuple[str, Any]] = []
        self._named = 0
        for check in compiled.checks:
            self._holds(check, trees[check.condition])
        for relation in compiled.sets:
            self._holds_of_rows(relation)
        self.solver.add(*self.open.allowed)

    @cached_property
    def guard_checks(self) -> list[Check]:
        """What `when` of a rule says, as checks: the audit itself tells where a rule was not judged."""
        both: list[Check | SetCheck] = [*self.compiled.checks, *self.compiled.sets]
        over = {(c.rule.id, c.over.id): c for c in both if c.rule.when}

        def sql(check: Check | SetCheck) -> str:
            made = compile_expression(str(check.rule.when), check.over, self.book, check.rule.id)
            return self.compiled.uses(made).sql

        return [Check(c.rule, c.over, sql(c)) for c in over.values()]

    def literal(self, condition: Any) -> Any:
        """A name for a condition, to be assumed."""
        self._named += 1
        name = z3.Bool(f"wish {self._named}")
        self.solver.add(z3.Implies(name, condition))
        return name

    # -- rules ------------------------------------------------------------------------------------------------------
    def _ask(self, rule: Rule, condition: Any) -> None:
        self.solver.add(z3.Implies(self.marks[rule.id], condition))

    def _tell(self, rule: Rule, lines: Sequence[Any]) -> None:
        self.told.append((rule.id, self.literal(z3.Or(*lines))))

    def _holds(self, check: Check, tree: Any) -> None:
        lines = self.open.tables[check.over.id]
        try:
            said = [(line, self.formulas.of(tree, line.row), self._guard(check, line)) for line in lines]
        except NoFormula:
            return  # the audit judges it all the same
        for line, verdict, _ in said:
            self._ask(check.rule, z3.Not(z3.And(line.present, verdict.fails)))
        self._tell(check.rule, [z3.And(n.present, z3.Not(v.blank), guard.holds) for n, v, guard in said])

    def _guard(self, check: Check | SetCheck, line: Line) -> Term:
        guard = self.guards.get((check.rule.id, check.over.id))
        return self.formulas.of(guard, line.row) if guard is not None else known(z3.BoolVal(True), "bool")

    def _holds_of_rows(self, check: SetCheck) -> None:
        """Keys that stand once, codes that are valid; of other relations nothing is put to the solver."""
        lines = self.open.tables[check.over.id]
        self._tell(check.rule, [z3.And(line.present, self._guard(check, line).holds) for line in lines])
        if check.rule.type == "COV":
            for item in (f for f in check.over.fields if f.codelists):
                valid = self.open.valid_numbers(item)
                for line in lines:
                    held = line.row[item.id]
                    in_list = z3.Or(held.blank, *(held.value == n for n in valid))
                    self._ask(check.rule, z3.Or(z3.Not(line.present), in_list))
        elif check.rule.type == "RWD":
            given = check.rule.params["keys"]
            keys = [check.over.key] if given == "own" and isinstance(check.over, FormTable) else given
            for key in keys:
                self._key_stands_once(check, key, lines)

    def _key_stands_once(self, check: SetCheck, key: Sequence[str], lines: Sequence[Line]) -> None:
        must = [name for name in key if check.over.by_id[name].required == "always"]
        chosen = [z3.And(line.present, self._guard(check, line).holds) for line in lines]
        for n, one in enumerate(lines):
            filled = [z3.Not(one.row[name].blank) for name in must]
            for m, other in enumerate(lines[:n]):
                same = [one.row[name].same(other.row[name]) for name in key]
                differ = [z3.Not(one.row[f].same(other.row[f])) for f in check.rule.params.get("differ", [])]
                clash = [chosen[n], chosen[m], *filled, *same, *([z3.Or(*differ)] if differ else [])]
                self._ask(check.rule, z3.Not(z3.And(*clash)))

    # -- answers ----------------------------------------------------------------------------------------------------
    def version(self, code: str | None) -> list[Any]:
        """That the return is of a version of its plan."""
        name = self.compiled.form.version_field
        if name is None or code is None:
            return []
        held = self.open.tables[self.compiled.form.id][0].row[name]
        return [self.literal(z3.And(z3.Not(held.blank), held.value == self.open.texts.numbers[code]))]

    def solution(self, fixed: Sequence[Any], wishes: Sequence[Any]) -> Any:
        """A model that satisfies every rule and what is fixed, and as many wishes as it can, the first most wanted.

        None when there is none, or the solver gave up.
        """
        left = list(wishes)
        while True:
            answer = self.solver.check(*self.marks.values(), *fixed, *left)
            if answer == z3.sat:
                return self.solver.model()
            against = {str(c) for c in self.solver.unsat_core()} if answer == z3.unsat else {str(w) for w in left}
            loosened = [w for w in left if str(w) in against]
            if not loosened:
                return None
            left.remove(loosened[-1])

    def conflict(self, fixed: Sequence[Any], rules: Sequence[str]) -> tuple[str, ...] | None:
        """The smallest set of rules that cannot hold together with what is fixed; None when they can."""
        if self._check(fixed, rules) != z3.unsat:
            return None
        core = {str(c).removeprefix("rule ") for c in self.solver.unsat_core()}
        smallest = [r for r in rules if r in core]
        for rule in list(smallest):
            without = [r for r in smallest if r != rule]
            if self._check(fixed, without) == z3.unsat:
                smallest = without
        return tuple(smallest)

    def _check(self, fixed: Sequence[Any], rules: Sequence[str]) -> Any:
        return self.solver.check(*fixed, *(self.marks[r] for r in rules))

    def conflicts(self, fixed: Sequence[Any]) -> Iterator[tuple[str, ...]]:
        """One conflict after the other, each without the rules of the ones before."""
        left = list(self.marks)
        for _ in range(MOST_CONFLICTS):
            found = self.conflict(fixed, left)
            if not found:
                return
            yield found
            left = [r for r in left if r not in found]

    def case(self, model: Any) -> Case:
        return self.open.case(model)
