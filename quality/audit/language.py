"""The vocabulary of the rule-book language: what an expression may hold, and what a compiled one needs.

The grammar and its NULL semantics stand in docs/methods/audit-language.md. Not here: parsing and rewriting
(expressions.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sqlglot import exp

ROW, INNER, BESIDE = "t", "x", "c"
FUNCTIONS: tuple[type[exp.Expression], ...] = (
    exp.Abs, exp.Round, exp.Coalesce, exp.Nullif, exp.Length, exp.Year, exp.Month,
)  # fmt: skip
NODES: tuple[type[exp.Expression], ...] = (
    exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg, exp.EQ,
    exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.And, exp.Or, exp.Not, exp.Between, exp.In, exp.Is, exp.Like, exp.Case, exp.If,
    exp.Paren, exp.Cast, exp.DataType, *FUNCTIONS,
)  # fmt: skip
COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)
DATE_PARTS = ("YEAR", "MONTH", "DAY")
UNIT_ATTRIBUTES = ("level", "name_zh", "province")
# `rows` is a word of window frames to the parser; it goes in under another name
COUNT, SUM, DISTINCT, MEDIAN, MAD = "rows_count", "rows_sum", "rows_distinct", "rows_median", "rows_mad"
# rows of the same form that are not of the return itself: `before.J4` is the list of the period before
VIEWS = {
    "before": ("最近一期在册的", "the last period in force of"),
    "past": ("本单位以前各期的", "earlier periods of"),
    "peers": ("同省其他单位的", "other units' of the province"),
    "replaced": ("被更正的", "the version that is replaced of"),
    "closing": ("上年12月的", "last December's"),
}


@dataclass(frozen=True)
class Helper:
    """A value that is not on the return itself. kind prev | first | plan | lookup | plan_changed | unit; n periods back."""

    kind: str
    form: str = ""
    field: str = ""
    n: int = 1

    @cached_property
    def column(self) -> str:
        if self.kind == "plan_changed":
            return "plan_changed"
        if self.kind == "lookup":
            return f"lookup__{self.form}__{self.field}"
        return f"{self.kind}{self.n if self.n > 1 else ''}__{self.field}"

    @cached_property
    def spelling(self) -> str:
        """How messages and worked examples write it: prev.xq_start, lookup.J1.plan_xq."""
        return self.column.replace("__", ".")


@dataclass(frozen=True)
class Compiled:
    """SQL of an expression and what it needs. sides: the two values of a single comparison."""

    sql: str
    fields: tuple[str, ...]  # of the row that is judged, in the order of the form
    helpers: frozenset[Helper]
    columns: frozenset[tuple[str, str]]  # (set of fields, field) of every table it looks at
    tables: frozenset[str]  # tables and views looked into by rows() and its kin
    sides: tuple[str, str] | None


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def base_of(table: str) -> str:
    """The table that a view shows: before.J4 → J4."""
    return table.rpartition(".")[2]


def in_words(table: str) -> tuple[str, str]:
    """A table or view in Chinese and English."""
    view, _, base = table.rpartition(".")
    zh, en = VIEWS.get(view, ("", ""))
    return f"{zh} {base}".strip(), f"{en} {base}".strip()


def known_column(table: str) -> str:
    """Name of the mark that a table of another form, or a view, is there to be looked into."""
    return f"known__{table}"
