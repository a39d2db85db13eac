"""Rules of a form → checks: SQL conditions over the rows of one set of fields. Generated, never written by hand.

A rule becomes one check or several (one a required field, one an expression of its list, one a field of `params.each`),
so that a blank in one never hides a failure in another. Relations between the rows of a set (RWD, SIM, SPL), versions of it
(RTS, RRL) and codes (COV) have no expression: sets.py judges them, and only which rows they look at is SQL. Not here: running (relations.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from ingestion.catalogue import Catalogue
from ingestion.errors import SetupError
from ingestion.form_model import FieldSet, Form, FormField
from ingestion.rule_model import Rule
from ingestion.units import half_unit_tolerance, plain
from quality.audit.expressions import compile_expression
from quality.audit.language import INNER, ROW, VIEWS, Compiled, Helper, base_of, quoted
from quality.audit.templates import Template, templates_of

VERSION_TYPES = {"RTS": ("key", "among", "columns", "kept"), "RRL": ("key", "among", "share")}  # and what they must say
SET_TYPES = ("RWD", "SIM", "SPL", "COV", *VERSION_TYPES)


@dataclass(frozen=True)
class Check:
    """One condition over one row: true pass, false fail, NULL cannot tell. The other SQL gives values for messages."""

    rule: Rule
    over: FieldSet
    condition: str
    fields: tuple[str, ...] = ()  # a finding points at the first of them that is filled
    values: tuple[tuple[str, str], ...] = ()  # name → SQL: total, calc | left, right | what a type adds
    tolerance: Decimal = Decimal(0)
    required: FormField | None = None
    each: FormField | None = None
    foreign: tuple[str, ...] = ()  # tables of other forms that it looks into


@dataclass(frozen=True)
class SetCheck:
    """A relation between the rows of one return; condition: SQL of the rows that it looks at."""

    rule: Rule
    over: FieldSet
    condition: str


@dataclass
class CompiledForm:
    form: Form
    checks: list[Check] = field(default_factory=list)
    sets: list[SetCheck] = field(default_factory=list)
    helpers: set[Helper] = field(default_factory=set)
    columns: dict[str, set[str]] = field(default_factory=dict)  # set of fields → its fields that SQL looks at
    foreign: set[str] = field(default_factory=set)  # tables of other forms that it looks into
    rules: list[Rule] = field(default_factory=list)  # in the order of the rule book
    absent: Set[str] = frozenset()  # tables of other forms that no return at hand knows: not looked into

    def uses(self, made: Compiled) -> Compiled:
        self.helpers |= made.helpers
        for set_id, name in made.columns:
            self.columns.setdefault(set_id, set()).add(name)
        for table in made.tables - self.absent:  # one may be counted without a look at any of its columns
            self.columns.setdefault(table, set())
        own = {f.id for f in self.form.field_sets}
        self.foreign |= made.tables - own
        return made


def _field_sets(rule: Rule, form: Form, where: str) -> list[FieldSet]:
    """The rows a rule judges: FDM and COV look at everything the form asks unless tables are named."""
    if not rule.tables:
        return form.field_sets if rule.type in ("FDM", "COV") else form.field_sets[:1]
    found = {f.id: f for f in form.field_sets}
    if unknown := [name for name in rule.tables if name not in found]:
        raise SetupError(f"{where}: no table {', '.join(unknown)} in {form.id}")
    return [found[name] for name in rule.tables]


class _Maker:
    """Makes the checks of one rule over one set of fields."""

    def __init__(self, rule: Rule, over: FieldSet, compiled: CompiledForm, catalogue: Catalogue) -> None:
        self.rule, self.over, self.compiled, self.catalogue = rule, over, compiled, catalogue
        self.where = f"rulebook/rules: {rule.id}"

    def expression(self, text: str, place: str = "") -> Compiled:
        text = re.sub(r"\blimit\((\w+)\)", self._limit, text)
        return self.compiled.uses(
            compile_expression(text, self.over, self.catalogue, self.where + place, self.compiled.absent)
        )

    def _limit(self, named: re.Match[str]) -> str:
        """A limit of the rule: one for all, or one that some provinces set for themselves (`else`: all others)."""
        try:
            given = self.rule.params["limits"][named[1]]
        except KeyError:
            raise SetupError(f"{self.where}: no limit {named[1]}") from None
        if not isinstance(given, dict):
            return f"({given})"
        own = " ".join(f"when '{code}' then {value}" for code, value in given.items() if code != "else")
        return f"(case unit_attr('province') {own} else {given['else']} end)" if own else f"({given['else']})"

    def guarded(self, condition: str) -> str:
        if "once" in self.rule.params:
            condition = f"{ROW}.row_order > ({self._first_row()}) OR ({condition})"
        if not self.rule.when:
            return condition
        guard = self.expression(self.rule.when).sql
        return f"CASE WHEN {guard} THEN ({condition}) WHEN NOT ({guard}) THEN true END"

    def _first_row(self) -> str:
        """What is said of a table as a whole is said at its first row, or the first with the same values of `once`."""
        same = [f"{INNER}.{quoted(n)} = {self.column(n)}" for n in self.rule.params["once"]]
        where = " AND ".join([f"{INNER}.ret = {ROW}.ret", *same])
        return f"SELECT min({INNER}.row_order) FROM {quoted(self.over.id)} AS {INNER} WHERE {where}"

    def required(self) -> list[Check]:
        checks = []
        for item in self.over.fields:
            if item.required == "never":
                continue
            filled = f"{self.column(item.id)} IS NOT NULL"
            if isinstance(item.required, dict):
                needed = self.expression(item.required["when"], f": {item.id}")
                filled = f"NOT coalesce({needed.sql}, false) OR {filled}"
            checks.append(Check(self.rule, self.over, self.guarded(filled), (item.id,), required=item))
        return checks

    def column(self, name: str) -> str:
        if name not in self.over.by_id:
            raise SetupError(f"{self.where}: no field {name} in {self.over.id}")
        self.compiled.columns.setdefault(self.over.id, set()).add(name)
        return f"{ROW}.{quoted(name)}"

    def _part(self, name: str) -> str:
        """A part that need not be filed counts as zero once its total is filed (blank_means of the field)."""
        column, means = self.column(name), self.over.by_id[name].blank_means
        if not means:
            return column
        return f"coalesce({column}, CASE WHEN {self.column(means['zero_when'])} IS NOT NULL THEN 0 END)"

    def total(self) -> Check:
        total = self.expression(str(self.rule.params["total"]))
        terms, names = [], []
        for part in self.rule.params["parts"]:
            sign, name = ("-", part[1:]) if part.startswith("-") else ("+", part)
            names.append(name)
            terms.append(f"{sign} {self._part(name)}")
        calc = " ".join(terms).removeprefix("+ ")
        half = Decimal(1).scaleb(-max(self.over.by_id[n].decimals for n in names)) / 2
        given = self.rule.tolerance
        rounding = half_unit_tolerance(len(names), half) if given == "rounding" else Decimal(0)
        tolerance = rounding if isinstance(given, str) else given.abs
        return Check(
            self.rule,
            self.over,
            self.guarded(f"abs(({total.sql}) - ({calc})) <= {plain(tolerance)}"),
            (*total.fields, *names),
            (("total", total.sql), ("calc", calc)),
            tolerance,
        )

    def expressions(self) -> list[Check]:
        checks = []
        for template in templates_of(self.rule, self.over, self.where):
            fields = self.rule.params.get("each", []) if re.search(r"\beach\b", template.text) else [template.each]
            checks += [self.check(template, name) for name in fields]
        return checks

    def check(self, template: Template, name: str | None) -> Check:
        """One expression, of one field where it stands for a list of them."""
        text, each = template.text, None
        if name is not None:
            self.column(name)
            each, text = self.over.by_id[name], re.sub(r"\beach\b", name, text)
        made = self.expression(text)
        foreign = tuple(sorted(made.tables & self.compiled.foreign))
        if made.helpers and any(self.catalogue.form_of(base_of(t)).id != self.compiled.form.id for t in foreign):
            raise SetupError(f"{self.where}: rows() of another form goes with no prev, plan or lookup")
        # a finding points at what its message names first
        named = [f for f in re.findall(r"\{(\w+)\}", self.rule.message.zh) if f in made.fields]
        at = self.rule.params.get("at")
        if at is not None:
            self.column(at)
        fields = (*([at] if at else []), *([each.id] if each else []), *named, *made.fields)
        wants = any("{" + w + "}" in self.rule.message.zh for w in ("left", "right", "diff"))
        values = [("left", made.sides[0]), ("right", made.sides[1])] if made.sides and wants else []
        values = [(n, self.expression(sql).sql) for n, sql in template.values.items()] or values
        return Check(
            self.rule,
            self.over,
            self.guarded(made.sql),
            tuple(dict.fromkeys(fields)),
            tuple(values),
            each=each,
            foreign=foreign,
        )

    def make(self) -> None:
        if self.rule.type in SET_TYPES:
            condition = self.expression(self.rule.when).sql if self.rule.when else "true"
            self._looks_at_other_versions()
            self.compiled.sets.append(SetCheck(self.rule, self.over, condition))
        elif self.rule.type == "FDM":
            self.compiled.checks += self.required()
        elif self.rule.type == "VAD" and "parts" in self.rule.params:
            self.compiled.checks.append(self.total())
        else:
            self.compiled.checks += self.expressions()

    def _looks_at_other_versions(self) -> None:
        """A relation between versions of a list needs the columns of the other one."""
        p = self.rule.params
        if self.rule.type not in VERSION_TYPES:
            return
        if missing := [name for name in VERSION_TYPES[self.rule.type] if name not in p]:
            raise SetupError(f"{self.where}: params of type {self.rule.type} are missing: {', '.join(missing)}")
        view, names = str(p["among"]), p.get("columns") or [f.id for f in self.over.fields]
        if base_of(view) != self.over.id or view.rpartition(".")[0] not in VIEWS:
            raise SetupError(f"{self.where}: {view} is no other version of {self.over.id}")
        for name in (p["key"], *p.get("kept", {}), *names):
            self.column(name)
        if view not in self.compiled.absent:
            self.compiled.columns.setdefault(view, set()).update(names)
        self.compiled.foreign.add(view)


def compile_rules(
    form: Form, rules: Sequence[Rule], catalogue: Catalogue, absent: Set[str] = frozenset()
) -> CompiledForm:
    """Some rules of a form. Raises SetupError when a rule is outside the language."""
    compiled = CompiledForm(form, rules=list(rules), absent=absent)
    for rule in rules:
        for over in _field_sets(rule, form, f"rulebook/rules: {rule.id}"):
            _Maker(rule, over, compiled, catalogue).make()
    return compiled


@lru_cache(maxsize=64)
def compiled_form(form_id: str, catalogue: Catalogue, absent: Set[str] = frozenset()) -> CompiledForm:
    """All rules of a form. absent: a frozen set of tables of other forms that none of the returns to judge knows."""
    return compile_rules(catalogue.form(form_id), catalogue.rules.get(form_id, []), catalogue, absent)


@lru_cache(maxsize=16)
def crossing_form(form_id: str, other: str, catalogue: Catalogue) -> CompiledForm | None:
    """The rules of a form that look into tables of another one: judged when either of the two arrives."""
    tables = {f.id for f in catalogue.form(other).field_sets}
    form = catalogue.form(form_id)
    if form_id == other:
        return None
    rules = [r for r in catalogue.rules.get(form_id, []) if compile_rules(form, [r], catalogue).foreign & tables]
    return compile_rules(form, rules, catalogue) if rules else None
