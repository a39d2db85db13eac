"""A return whose values are open: every field as a variable of the solver, within what the form and its code lists allow.

A field may be blank; a table has at most so many rows, each there or not; what lies beside the return (earlier periods,
the plan, lists of other forms) is open too, or not known. Not here: rules (question.py).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import z3

from ingestion.catalogue import Catalogue
from ingestion.form_model import FieldSet, FormField, FormTable
from quality.audit.compile import CompiledForm
from quality.audit.language import Helper, base_of, known_column
from quality.audit.relations import Case
from quality.audit.sets import valid_codes
from quality.proof.formulas import YEARS, Line, Term, Texts, known

LARGEST = 10**9  # of a number in a return, in the unit of the form
FEW_CODES = 80  # of a longer list (counties, fund sources of history) only these and the ones that rules name
MOST_COPIES = 20_000  # of one row of another form's list


@dataclass
class OpenReturn:
    """One return to find. rows: at most so many a table; a row of another form's list may stand for many (`copies`)."""

    compiled: CompiledForm
    catalogue: Catalogue
    period_end: dt.date
    texts_of_rules: set[str]
    rows: int
    allowed: list[Any] = field(default_factory=list)  # what any return satisfies
    tables: dict[str, list[Line]] = field(default_factory=dict)  # own ones, other forms' and views
    beside: dict[str, Term] = field(default_factory=dict)
    _names: int = 0

    def __post_init__(self) -> None:
        own = {f.id: f for f in self.compiled.form.field_sets}
        foreign = {t: self.catalogue.field_sets[base_of(t)] for t in sorted(self.compiled.foreign)}
        self.sets: dict[str, FieldSet] = {**own, **foreign}
        self.fields = {name: self._looked_at(name) for name in self.sets}
        self.texts = Texts(set(self._every_text()))
        for name, fields in self.sets.items():
            many = self.rows if isinstance(fields, FormTable) or name in foreign else 1
            self.tables[name] = [self._line(name, n) for n in range(many)]
        self.allowed.append(self.tables[next(iter(own))][0].present)
        self.known = {table: self._variable(z3.Bool) for table in foreign}
        self.beside = {
            "period_end": known(z3.IntVal(self.period_end.toordinal()), "date"),
            "ret": known(z3.IntVal(0), "number"),
            **{h.column: self._helper(h) for h in sorted(self.compiled.helpers, key=lambda h: h.column)},
            **{known_column(table): known(is_known, "bool") for table, is_known in self.known.items()},
        }

    def _looked_at(self, name: str) -> list[FormField]:
        """All of the return's own fields; of others only what rules look at."""
        wanted = self.compiled.columns.get(name, set())
        return [f for f in self.sets[name].fields if name not in self.compiled.foreign or f.id in wanted]

    # -- what may stand in a field --------------------------------------------------------------------------------
    def _every_text(self) -> Iterator[str]:
        yield from self.texts_of_rules
        helpers = (self._helped(h) for h in self.compiled.helpers)
        for item in (*(f for fields in self.fields.values() for f in fields), *(f for f in helpers if f)):
            yield from self._choices(item)

    def _helped(self, helper: Helper) -> FormField | None:
        """The field of another return that a helper gives."""
        return self.catalogue.field_sets[helper.form].by_id[helper.field] if helper.form else None

    def _choices(self, item: FormField) -> list[str]:
        if item.codelists:
            codes = list(self.catalogue.codes_of(item))
            if len(codes) <= FEW_CODES:
                return codes
            valid = sorted(valid_codes(item, f"{self.period_end:%Y-%m}", self.catalogue))
            return sorted({*valid[:FEW_CODES], *(self.texts_of_rules & set(codes))})
        if item.type == "month":
            return [f"{self.period_end:%Y-%m}", f"{self.period_end.year - 1}-12"]
        return [f"样例{n + 1}" for n in range(self.rows)] + sorted(self.texts_of_rules)

    def valid_numbers(self, item: FormField) -> list[int]:
        """The codes of a field that are valid in the period, as texts of this return."""
        valid = valid_codes(item, f"{self.period_end:%Y-%m}", self.catalogue)
        return [self.texts.numbers[c] for c in self._choices(item) if c in valid]

    def _line(self, name: str, n: int) -> Line:
        row = {item.id: self._open(item) for item in self.fields[name]}
        row |= {"ret": known(z3.IntVal(0), "number"), "row_order": known(z3.IntVal(n), "number")}
        if name == self.compiled.form.id and self.compiled.form.fields:
            return Line(z3.BoolVal(True), row)
        if name not in self.compiled.foreign:
            return Line(self._variable(z3.Bool), row)
        copies = self._variable(z3.Int)
        self.allowed.append(z3.And(copies >= 1, copies <= MOST_COPIES))
        return Line(self._variable(z3.Bool), row, copies)

    def _variable(self, sort: Any) -> Any:
        self._names += 1
        return sort(f"v{self._names}")

    def _open(self, item: FormField) -> Term:
        blank = self._variable(z3.Bool)
        if item.type == "bool":
            return Term(blank, self._variable(z3.Bool), "bool")
        whole = self._variable(z3.Int)
        if item.is_number:
            size = LARGEST * 10**item.decimals
            self.allowed.append(z3.And(whole >= -size, whole <= size))
            value = z3.ToReal(whole) / 10**item.decimals if item.decimals else whole
            return Term(blank, value, "number")
        if item.type == "date":
            first, last = dt.date(YEARS[0], 1, 1), self.period_end + dt.timedelta(days=366)
            self.allowed.append(z3.And(whole >= first.toordinal(), whole <= last.toordinal()))
            return Term(blank, whole, "date")
        numbers = sorted(self.texts.numbers[text] for text in self._choices(item))
        self.allowed.append(z3.Or(*(z3.And(whole >= first, whole <= last) for first, last in _runs(numbers))))
        return Term(blank, whole, "text")

    def _helper(self, helper: Helper) -> Term:
        if helper.kind == "plan_changed":
            return Term(self._variable(z3.Bool), self._variable(z3.Bool), "bool")
        item = self._helped(helper)
        if item is not None:
            return self._open(item)
        value = self._variable(z3.Int)
        self.allowed.append(z3.And(value >= 0, value < len(self.texts.ordered)))
        return Term(z3.BoolVal(False), value, "text")

    def helpers(self) -> list[Term]:
        """What other returns and periods say of this one."""
        return [self.beside[h.column] for h in self.compiled.helpers if h.kind != "unit"]

    # -- the return that was found --------------------------------------------------------------------------------
    def case(self, model: Any) -> Case:
        """The return of a solution, as the audit judges it."""

        def holds(condition: Any) -> bool:
            return bool(z3.is_true(model.eval(condition, True)))

        tables: dict[str, list[dict[str, Any]]] = {}
        for name, fields in self.fields.items():
            if not holds(self.known.get(name, z3.BoolVal(True))):
                continue
            tables[name] = []
            for line in (line for line in self.tables[name] if holds(line.present)):
                row = {f.id: self._value(f, line.row[f.id], model) for f in fields}
                copy = {n: Decimal(0) if isinstance(v, Decimal) and n in line.summed else v for n, v in row.items()}
                tables[name] += [row, *([copy] * (model.eval(line.copies, True).as_long() - 1))]
        items = tables.pop(self.compiled.form.id)[0] if self.compiled.form.fields else {}
        beside = {}
        for helper in self.compiled.helpers:
            beside[helper.column] = self._value(self._helped(helper), self.beside[helper.column], model)
        return Case(self.period_end, items, tables, beside)

    def _value(self, item: FormField | None, term: Term, model: Any) -> Any:
        if z3.is_true(model.eval(term.blank, True)):
            return None
        value = model.eval(term.value, True)
        if term.kind == "bool":
            return z3.is_true(value)
        if item is not None and item.is_number:
            exact = value.as_fraction() if z3.is_rational_value(value) else value.as_long()
            return Decimal(str(exact)) if isinstance(exact, int) else Decimal(exact.numerator) / exact.denominator
        whole = value.as_long()
        return dt.date.fromordinal(whole) if term.kind == "date" else self.texts.ordered[whole]


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Numbers in order as first and last of what follows on each other."""
    first = last = numbers[0]
    for number in numbers[1:]:
        if number != last + 1:
            yield first, last
            first = number
        last = number
    yield first, last
