"""Conditions of compiled rules as formulas of a solver, with SQL's three values: true, false, blank.

Reads the same SQL that the audit runs, so that no rule is written twice. What has no formula here (medians, months
between dates that are open) raises NoFormula; the audit judges it afterwards all the same. Not here: which values a
return may hold (returns.py), searching (witness.py).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import sqlglot
import z3
from sqlglot import exp

from quality.audit.language import INNER

YEARS = range(1980, 2041)  # that an open date may lie in
ZERO = {"number": z3.IntVal(0), "date": z3.IntVal(0), "text": z3.IntVal(0), "bool": z3.BoolVal(False)}
ADDING: dict[type[exp.Expression], Callable[[Any, Any], Any]] = {
    exp.Add: lambda a, b: a + b, exp.Sub: lambda a, b: a - b, exp.Mul: lambda a, b: a * b,
}  # fmt: skip
COMPARING: dict[type[exp.Expression], Callable[[Any, Any], Any]] = {
    exp.EQ: lambda a, b: a == b, exp.NEQ: lambda a, b: a != b, exp.GT: lambda a, b: a > b,
    exp.GTE: lambda a, b: a >= b, exp.LT: lambda a, b: a < b, exp.LTE: lambda a, b: a <= b,
}  # fmt: skip


ONE = z3.IntVal(1)


class NoFormula(Exception):
    """This part of a condition cannot be put to the solver."""


@dataclass(frozen=True)
class Term:
    """A value that may be blank. kind: number | date (days) | text (its number among all texts) | bool | null."""

    blank: Any
    value: Any
    kind: str

    @property
    def holds(self) -> Any:
        return z3.And(z3.Not(self.blank), self.value)

    @property
    def fails(self) -> Any:
        return z3.And(z3.Not(self.blank), z3.Not(self.value))

    def same(self, other: Term) -> Any:
        """Blank as the other, or of its value."""
        filled = z3.And(z3.Not(self.blank), z3.Not(other.blank), self.value == other.value)
        return z3.Or(z3.And(self.blank, other.blank), filled)


def known(value: Any, kind: str) -> Term:
    return Term(z3.BoolVal(False), value, kind)


NULL = Term(z3.BoolVal(True), None, "null")
Row = Mapping[str, Term]


@dataclass(frozen=True)
class Line:
    """A row that may be there or not. copies: it stands for so many rows, of which only one holds what is summed."""

    present: Any
    row: Row
    copies: Any = ONE
    summed: set[str] = field(default_factory=set)  # fields that a formula adds up


Group = Sequence[tuple[Any, Line]]  # rows that a condition chooses


class Texts:
    """Every text that may stand in a return, in order, each as its number."""

    def __init__(self, texts: set[str]) -> None:
        self.ordered = sorted(texts)
        self.numbers = {text: n for n, text in enumerate(self.ordered)}

    def like(self, pattern: str) -> list[int]:
        parts = (".*" if c == "%" else "." if c == "_" else re.escape(c) for c in pattern)
        wanted = re.compile("".join(parts), re.S)
        return [n for n, text in enumerate(self.ordered) if wanted.fullmatch(text)]


def tree_of(sql: str) -> exp.Expression:
    tree: Any = sqlglot.parse_one(sql, dialect="duckdb")
    found: exp.Expression = tree
    return found


def texts_in(tree: exp.Expression) -> set[str]:
    return {n.this for n in tree.find_all(exp.Literal) if n.is_string}


def _chosen(condition: Any, one: Term, other: Term) -> Term:
    kind = one.kind if one.kind != "null" else other.kind
    if kind == "null":
        return NULL
    values = [ZERO[kind] if t.value is None else t.value for t in (one, other)]
    return Term(z3.If(condition, one.blank, other.blank), z3.If(condition, *values), kind)


def _real(value: Any) -> Any:
    return z3.ToReal(value) if z3.is_int(value) else value


class Formulas:
    """Translates conditions about one return. tables: name → its lines; beside: what is known of it."""

    def __init__(self, tables: Mapping[str, Sequence[Line]], beside: Row, texts: Texts) -> None:
        self.tables, self.beside, self.texts = tables, beside, texts

    def of(self, tree: exp.Expression, row: Row) -> Term:
        """The value of an expression for a row that is judged. Raises NoFormula."""
        return self._term(tree, {"t": row, "c": self.beside}, None)

    def _term(self, node: exp.Expression, env: dict[str, Row], group: Group | None) -> Term:
        def sub(part: exp.Expression) -> Term:
            return self._term(part, env, group)

        if isinstance(node, exp.Paren | exp.Subquery) and not isinstance(node.this, exp.Select):
            return sub(node.this)
        if isinstance(node, exp.Subquery):
            return self._select(node.this, env)
        if isinstance(node, exp.Column):
            try:
                return env[node.table][node.name]
            except KeyError:
                raise NoFormula(node.sql()) from None
        if group is not None and isinstance(node, exp.Count | exp.Sum | exp.Min):
            return self._gathered(node, env, group)
        for made in (self._literal(node), self._logic(node, sub), self._arithmetic(node, sub), self._choice(node, sub)):
            if made is not None:
                return made
        raise NoFormula(node.sql())

    # -- single values --------------------------------------------------------------------------------------------
    def _literal(self, node: exp.Expression) -> Term | None:
        if isinstance(node, exp.Null):
            return NULL
        if isinstance(node, exp.Boolean):
            return known(z3.BoolVal(bool(node.this)), "bool")
        if isinstance(node, exp.Literal):
            if node.is_string:
                return known(z3.IntVal(self.texts.numbers[node.this]), "text")
            return known(z3.IntVal(node.this) if node.is_int else z3.RealVal(node.this), "number")
        if isinstance(node, exp.Cast) and isinstance(node.this, exp.Literal) and node.to.is_type("date"):
            return known(z3.IntVal(dt.date.fromisoformat(node.this.name).toordinal()), "date")
        return None

    def _logic(self, node: exp.Expression, sub: Callable[[exp.Expression], Term]) -> Term | None:
        if isinstance(node, exp.Not):
            inner = sub(node.this)
            return Term(inner.blank, z3.BoolVal(False) if inner.kind == "null" else z3.Not(inner.value), "bool")
        if isinstance(node, exp.And | exp.Or):
            both = [sub(node.this), sub(node.expression)]
            decides = [t.fails if isinstance(node, exp.And) else t.holds for t in both]
            blank = z3.And(z3.Or(*(t.blank for t in both)), z3.Not(z3.Or(*decides)))
            value = z3.And(*(t.holds for t in both)) if isinstance(node, exp.And) else z3.Or(*decides)
            return Term(blank, value, "bool")
        if isinstance(node, exp.Is):
            return known(sub(node.this).blank, "bool")
        if type(node) in COMPARING:
            return _compared(COMPARING[type(node)], sub(node.this), sub(node.expression))
        if isinstance(node, exp.Between):
            low, high = (exp.GTE(this=node.this, expression=node.args["low"]),
                         exp.LTE(this=node.this, expression=node.args["high"]))  # fmt: skip
            return sub(exp.And(this=low, expression=high))
        if isinstance(node, exp.In):
            found: exp.Expression = exp.false()
            for one in node.expressions:
                found = exp.Or(this=found, expression=exp.EQ(this=node.this, expression=one))
            return sub(found)
        if isinstance(node, exp.Like):
            text = sub(node.this)
            return Term(text.blank, z3.Or(*(text.value == n for n in self.texts.like(node.expression.name))), "bool")
        return None

    def _arithmetic(self, node: exp.Expression, sub: Callable[[exp.Expression], Term]) -> Term | None:
        if type(node) in ADDING or isinstance(node, exp.Div):
            a, b = sub(node.this), sub(node.expression)
            if "null" in (a.kind, b.kind):
                return NULL
            blank = z3.Or(a.blank, b.blank)
            if isinstance(node, exp.Div):
                return Term(z3.Or(blank, b.value == 0), _real(a.value) / _real(b.value), "number")
            return Term(blank, ADDING[type(node)](a.value, b.value), "number")
        if isinstance(node, exp.Neg | exp.Abs):
            a = sub(node.this)
            value = -a.value if isinstance(node, exp.Neg) else z3.If(a.value >= 0, a.value, -a.value)
            return Term(a.blank, value, "number")
        if isinstance(node, exp.Year | exp.Month):
            return self._part_of_date(node, sub(node.this))
        return None

    @staticmethod
    def _part_of_date(node: exp.Expression, day: Term) -> Term:
        if day.kind != "date":
            raise NoFormula(node.sql())
        if z3.is_int_value(day.value):
            date = dt.date.fromordinal(day.value.as_long())
            return Term(day.blank, z3.IntVal(date.year if isinstance(node, exp.Year) else date.month), "number")
        if isinstance(node, exp.Month):
            raise NoFormula(node.sql())
        passed = (z3.If(day.value >= dt.date(y, 1, 1).toordinal(), 1, 0) for y in YEARS[1:])
        return Term(day.blank, YEARS[0] + z3.Sum(*passed), "number")

    def _choice(self, node: exp.Expression, sub: Callable[[exp.Expression], Term]) -> Term | None:
        if isinstance(node, exp.Coalesce):
            parts = [sub(p) for p in (node.this, *node.expressions)]
            return reduce(lambda rest, t: _chosen(z3.Not(t.blank), t, rest), parts[-2::-1], parts[-1])
        if isinstance(node, exp.Nullif):
            a, b = sub(node.this), sub(node.expression)
            return Term(z3.Or(a.blank, z3.And(z3.Not(b.blank), a.value == b.value)), a.value, a.kind)
        if isinstance(node, exp.Case):
            default = node.args.get("default")
            rest = sub(default) if default is not None else NULL
            for way in reversed(node.args["ifs"]):
                asked = exp.EQ(this=node.this, expression=way.this) if node.this else way.this
                rest = _chosen(sub(asked).holds, sub(way.args["true"]), rest)
            return rest
        return None

    # -- rows that are looked into ----------------------------------------------------------------------------------
    def _select(self, node: exp.Select, env: dict[str, Row]) -> Term:
        table = node.find(exp.Table)
        where = node.args.get("where")
        if table is None or table.name not in self.tables or where is None:
            raise NoFormula(node.sql())
        group = []
        for line in self.tables[table.name]:
            condition = self._term(where.this, {**env, INNER: line.row}, None)
            group.append((z3.And(line.present, condition.holds), line))
        return self._term(node.expressions[0], env, group)

    def _gathered(self, node: exp.Expression, env: dict[str, Row], group: Group) -> Term:
        if isinstance(node.this, exp.Star):
            return known(_count((chosen, line.copies) for chosen, line in group), "number")
        is_distinct = isinstance(node.this, exp.Distinct)
        what = node.this.expressions[0] if is_distinct else node.this
        held = [(chosen, line, self._term(what, {**env, INNER: line.row}, None)) for chosen, line in group]
        filled = [(z3.And(chosen, z3.Not(t.blank)), t) for chosen, _, t in held]
        if isinstance(node, exp.Count) and is_distinct:
            first = [
                z3.And(there, *(z3.Not(z3.And(before, t.value == other.value)) for before, other in filled[:n]))
                for n, (there, t) in enumerate(filled)
            ]
            return known(_count((there, 1) for there in first), "number")
        if isinstance(node, exp.Count):
            return known(_count((z3.And(c, z3.Not(t.blank)), line.copies) for c, line, t in held), "number")
        for line in (line for _, line in group):
            line.summed.update(c.name for c in what.find_all(exp.Column))
        none = z3.Not(z3.Or(*(there for there, _ in filled)))
        if isinstance(node, exp.Sum):
            return Term(none, z3.Sum(z3.IntVal(0), *(z3.If(there, t.value, 0) for there, t in filled)), "number")
        least = reduce(
            lambda rest, one: _chosen(z3.And(one[0], z3.Or(rest.blank, one[1].value < rest.value)), one[1], rest),
            filled,
            Term(z3.BoolVal(True), z3.IntVal(0), "number"),
        )
        return Term(none, least.value, "number")


def _count(weighed: Iterable[tuple[Any, Any]]) -> Any:
    return z3.Sum(z3.IntVal(0), *(z3.If(condition, weight, 0) for condition, weight in weighed))


def _compared(how: Callable[[Any, Any], Any], a: Term, b: Term) -> Term:
    if "null" in (a.kind, b.kind):
        return Term(z3.BoolVal(True), z3.BoolVal(False), "bool")
    if a.kind != b.kind:
        raise NoFormula(f"{a.kind} beside {b.kind}")
    return Term(z3.Or(a.blank, b.blank), how(a.value, b.value), "bool")
