"""Compiles the indicators that sum rows of tables into the two dbt models that read them. No SQL is written by hand.

The rule book says which rows (`where`), which columns (`field`, `minus`) and which breakdown (`rows_by`, `by`); here each
becomes a few plain selects over `int_<table>__in_force`. Written by ingestion.seeds, committed, checked for drift.
Not here: adding up, zeros and coverage (int_rows__totaled).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ingestion.catalogue import Catalogue
from ingestion.form_model import FormField, FormTable
from ingestion.indicator_model import Indicator, ReturnFormula, RowCondition

HEAD = "-- Generated from rulebook/indicators by ingestion.row_measures (`make seeds`); never edited by hand.\n"
MEASURED = "-- The cells that each indicator takes from the rows of tables. Grain: indicator × cell × breakdown.\n"
AND = "\n  and "
RENEWED = (
    """{{ config(materialized='incremental', pre_hook=["{{ ask_late('submissions') }}", "{{ make_room('submission') }}"], """
    """post_hook="{{ ask_all() }}") }}\n"""
)
UNANSWERED = """-- Returns in force that had something to fill in for an indicator and filled none of it.
-- noqa: disable=LT01,LT05
"""


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def in_force(table_id: str) -> str:
    """The dbt model that holds the rows in force of a table."""
    return f"{{{{ ref('int_{table_id.lower()}__in_force') }}}}"


def _condition(c: Catalogue, alias: str, condition: str | bool | list[str] | RowCondition, column: FormField) -> str:
    """One `where` as SQL. Names are ids of the rule book, which the catalogue has checked; codes are quoted."""
    name = f"{alias}.{column.id}"
    if isinstance(condition, bool):
        return name if condition else f"not {name}"
    if isinstance(condition, RowCondition):
        if condition.year is not None:
            return f"{name if column.type == 'integer' else f'year({name})'} = {alias}.period_year"
        if condition.months_before is not None:
            past = f"{name} + interval {condition.months_before} month <= {alias}.period_end"
            return f"({name} is null or {past})" if condition.or_blank else past
        rows = c.codes_of(column)
        codes = [
            code
            for code, row in rows.items()
            if code not in condition.excluding and all(row[a] == v for a, v in condition.attribute.items())
        ]
    else:
        codes = [condition] if isinstance(condition, str) else condition
    return f"{name} in ({', '.join(_quoted(code) for code in codes)})"


class _Formula:
    """One account of one indicator, in SQL. r is the table; p, where there is one, the table its rows belong to."""

    def __init__(self, c: Catalogue, indicator: Indicator, formula: ReturnFormula) -> None:
        self.indicator, self.formula = indicator, formula
        table = c.field_sets[formula.form]
        assert isinstance(table, FormTable)
        self.table = table
        self.parent = c.parent_of(formula.form)
        self.form = c.form_of(formula.form)
        self.of_row: list[str] = []
        self.of_parent: list[str] = []
        for name, condition in formula.where.items():
            column = c.column_of(formula, name)
            assert column is not None
            mine = name in table.by_id or self.parent is None
            (self.of_row if mine else self.of_parent).append(_condition(c, "r" if mine else "p", condition, column))

    @property
    def main(self) -> str:
        """The column that stands for the indicator: the one summed, or the key of the rows counted."""
        return self.formula.field or self.table.key[0]

    def value(self, column: str) -> str:
        """A column's value, NULL where it was not filed."""
        if self.formula.field is None:
            return "1"
        other = self.formula.zero_with.get(column)
        return (
            f"case when r.{other} is not null then coalesce(r.{column}, 0) else r.{column} end"
            if other
            else f"r.{column}"
        )

    def known(self, columns: list[str]) -> list[str]:
        return [f"{self.value(f)} is not null" for f in columns]

    @property
    def terms(self) -> list[tuple[str, int]]:
        return [(self.main, 1), *((f, -1) for f in self.formula.minus)]

    @property
    def breakdown(self) -> tuple[str, str]:
        dim, column = next(iter(self.formula.rows_by.items()), ("", ""))
        return dim, f"coalesce(r.{column}, '')" if column else "''"

    def belongs(self) -> str:
        assert self.table.parent is not None
        return f"p.submission_id = r.submission_id and p.{self.table.parent} = r.{self.table.parent}"

    def head(self) -> str:
        return f"select\n    {_quoted(self.indicator.id)} as indicator,\n    {_quoted(self.table.id)} as account,\n"

    def measured(self) -> Iterator[str]:
        """Selects of the cells that count: those of the total, then those of columns that are a breakdown alone."""
        dim, member = self.breakdown
        columns = [f for f, _ in self.terms]
        where = [*self.of_row, *self.known(columns)]
        if self.formula.only_positive:
            where.append(
                " ".join(f"{'-' if w < 0 else '+'} {self.value(f)}" for f, w in self.terms).lstrip("+ ") + " > 0"
            )
        for column, weight in self.terms:
            yield self._cells(column, weight, dim, member, True, where)
        for name in self.formula.by:
            for code, fields in self.formula.fields_by(name).items():
                for field in fields:
                    yield self._cells(field, 1, name, _quoted(code), False, [*self.of_row, *self.known(fields)])

    def _cells(self, column: str, weight: int, dim: str, member: str, in_total: bool, where: list[str]) -> str:
        where = list(where)
        if self.parent is not None:
            inner = "\n      and ".join([self.belongs(), *self.of_parent])
            where.append(f"exists (\n    select 1 from {in_force(self.parent.id)} as p\n    where {inner}\n  )")
        return (
            f"{self.head()}"
            f"    {_quoted(f'{self.table.id}.{column}')} as field,\n"
            f"    {_quoted(dim)} as base_dim,\n    {member} as member,\n    {str(in_total).lower()} as in_total,\n"
            f"    r.submission_id,\n    r.row_no,\n    {weight} as weight,\n    {self.value(column)} as value\n"
            f"from {in_force(self.table.id)} as r\nwhere " + AND.join(where)
        )

    def unanswered(self) -> Iterator[_Asked]:
        """What a submission may leave blank: at all, of a code that it has rows of, of a code's column."""
        if self.formula.field is None:
            return  # a count of rows is known as soon as the form is in
        columns = [f for f, _ in self.terms]
        dim, member = self.breakdown
        yield self._asked("''", "''", columns)
        if dim:
            yield self._asked(_quoted(dim), member, columns, of_rows=True)
        for name in self.formula.by:
            for code, fields in self.formula.fields_by(name).items():
                yield self._asked(_quoted(name), _quoted(code), fields)

    def _asked(self, dim: str, member: str, columns: list[str], *, of_rows: bool = False) -> _Asked:
        """of_rows: one answer a code that a row names, instead of one a submission."""
        known = self.known(columns)
        if self.parent is not None:
            kind = "inner" if of_rows else "left"
            source = (
                f"{in_force(self.parent.id)} as p\n    {kind} join {in_force(self.table.id)} as r on {self.belongs()}"
            )
            key, answered = "p.submission_id", f"bool_or({' and '.join(known)})" + _among(self.of_parent)
        elif self.form.fields and not of_rows:  # a table in a form with items: empty is blank, and no nil return
            form = f"s.form = {_quoted(self.form.id)}"
            submissions = (
                f"(select s.submission_id from {{{{ ref('int_submissions__in_force') }}}} as s where {form}) as s"
            )
            source = f"{submissions}\n    left join {in_force(self.table.id)} as r on s.submission_id = r.submission_id"
            key, answered = "s.submission_id", f"count(*){_among([*self.of_row, *known])} > 0"
        else:
            source, key = f"{in_force(self.table.id)} as r", "r.submission_id"
            answered = f"bool_or({' and '.join(known)})" + _among(self.of_row)
        names = (self.indicator.id, self.table.id)
        said = zip(("indicator", "account"), map(_quoted, names), strict=True)
        cells = [*said, ("base_dim", dim), ("member", member), ("answered", answered)]
        return _Asked((source, key, member if of_rows else ""), ", ".join(f"'{n}': {v}" for n, v in cells))


def _among(conditions: list[str]) -> str:
    return f" filter (where {' and '.join(conditions)})" if conditions else ""


class _Asked(NamedTuple):
    """One question to a submission: rows that answer it, grouped by (source, key, code), and the answer as a struct.

    answered is NULL where no row is asked.
    """

    group: tuple[str, str, str]
    answer: str


def _unanswered(group: tuple[str, str, str], answers: list[str]) -> str:
    """One pass over a source, for all that is asked of its rows."""
    source, key, member = group
    listed = ",\n        ".join(f"{{{answer}}}" for answer in answers)
    return (
        f"    select {key}, unnest([\n        {listed}\n    ]) as told\n    from {source}\n"
        f"    where {{{{ asked('submissions', '{key}') }}}}\n    group by {key}{f', {member}' if member else ''}"
    )


def _formulas(c: Catalogue) -> list[_Formula]:
    return [
        _Formula(c, indicator, formula)
        for indicator in c.indicators.values()
        for formula in indicator.accounts
        if isinstance(c.field_sets[formula.form], FormTable)
    ]


def row_models(c: Catalogue) -> dict[str, str]:
    """dbt model name → its SQL."""
    formulas = _formulas(c)
    measured = [sql for f in formulas for sql in f.measured()]
    asked: dict[tuple[str, str, str], list[str]] = {}
    for question in (q for f in formulas for q in f.unanswered()):
        asked.setdefault(question.group, []).append(question.answer)
    unanswered = "\n    union all\n".join(_unanswered(group, answers) for group, answers in asked.items())
    return {
        "int_rows__measured": f"{HEAD}{MEASURED}" + "\nunion all\n".join(measured) + "\n",
        "int_rows__unanswered": f"{HEAD}{UNANSWERED}{RENEWED}"
        "select told.indicator, told.account, told.base_dim, told.member, submission_id\n"
        f"from (\n{unanswered}\n) as found\nwhere not told.answered\n",
    }
