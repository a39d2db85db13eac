"""The rule-book expression language: a boolean over one row, parsed by sqlglot and whitelisted.

Allowed: field names (id, short Chinese name, or c<code>), literals, + - * /, comparisons, and/or/not, between, in,
is null, case, a few functions, and the helpers prev, plan, lookup, plan_changed. Everything else is refused with the
place. Helpers become columns of the prepared relation (see compile.py). Not here: running.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlglot
from sqlglot import exp

from ingestion.catalogue import Catalogue
from ingestion.errors import SetupError
from ingestion.rulebook_model import Form

FUNCTIONS: dict[type[exp.Expression], str] = {
    exp.Abs: "abs",
    exp.Round: "round",
    exp.Coalesce: "coalesce",
    exp.Nullif: "nullif",
    exp.Length: "length",
    exp.Year: "year",
    exp.Month: "month",
}
NODES: tuple[type[exp.Expression], ...] = (
    exp.Column,
    exp.Identifier,
    exp.Literal,
    exp.Boolean,
    exp.Null,
    exp.Add,
    exp.Sub,
    exp.Mul,
    exp.Div,
    exp.Neg,
    exp.EQ,
    exp.NEQ,
    exp.GT,
    exp.GTE,
    exp.LT,
    exp.LTE,
    exp.And,
    exp.Or,
    exp.Not,
    exp.Between,
    exp.In,
    exp.Is,
    exp.Case,
    exp.If,
    exp.Paren,
    exp.Cast,
    exp.DataType,
)


@dataclass(frozen=True)
class Helper:
    """A value that is not on the return itself. kind prev | plan | lookup | plan_changed; n periods back."""

    kind: str
    form: str = ""
    field: str = ""
    n: int = 1

    @property
    def column(self) -> str:
        if self.kind == "plan_changed":
            return "plan_changed"
        if self.kind == "lookup":
            return f"lookup__{self.form}__{self.field}"
        return f"{self.kind}{self.n if self.n > 1 else ''}__{self.field}"

    @property
    def spelling(self) -> str:
        """How messages and worked examples write it: prev.xq_start, lookup.J1.plan_xq."""
        return self.column.replace("__", ".")


@dataclass(frozen=True)
class Compiled:
    sql: str
    fields: frozenset[str]
    helpers: frozenset[Helper]


class _Compiler:
    def __init__(self, form: Form, catalogue: Catalogue, where: str) -> None:
        self.form, self.catalogue, self.where = form, catalogue, where
        self.fields: set[str] = set()
        self.helpers: set[Helper] = set()

    def refuse(self, node: exp.Expression, why: str) -> SetupError:
        return SetupError(f"{self.where}: 表达式中“{node.sql(dialect='duckdb')}”{why}")

    def field(self, name: str, node: exp.Expression, form: Form | None = None) -> str:
        form = form or self.form
        for f in form.fields:
            if name in (f.id, f.name, f"c{f.code}"):
                return f.id
        raise self.refuse(node, f"不是表 {form.id} 的指标 (no such field)")

    def helper(self, node: exp.Anonymous) -> exp.Expression:
        name, args = node.name.lower(), node.expressions
        if name == "plan_changed" and not args:
            helper = Helper("plan_changed")
        elif name == "prev" and 1 <= len(args) <= 2 and isinstance(args[0], exp.Column):
            n = int(args[1].name) if len(args) == 2 and isinstance(args[1], exp.Literal) else 1
            helper = Helper("prev", self.form.id, self.field(args[0].name, args[0]), n)
        elif name == "plan" and len(args) == 1 and isinstance(args[0], exp.Column):
            helper = Helper("plan", "J1", self.field(args[0].name, args[0], self.catalogue.form("J1")))
        elif name == "lookup" and len(args) == 1 and isinstance(args[0], exp.Column) and args[0].table:
            other = self.catalogue.form(args[0].table)
            helper = Helper("lookup", other.id, self.field(args[0].name, args[0], other))
        else:
            raise self.refuse(node, "不是允许的函数 (function not allowed)")
        self.helpers.add(helper)
        return exp.column(helper.column)

    def rewrite(self, node: exp.Expression) -> exp.Expression:
        if isinstance(node, exp.Anonymous):
            return self.helper(node)
        if isinstance(node, exp.Column):
            if node.table or isinstance(node.this, exp.Star):
                raise self.refuse(node, "不是允许的名称 (name not allowed)")
            if node.name == "period":
                return exp.column("period_end")
            field = self.field(node.name, node)
            self.fields.add(field)
            return exp.column(field)
        if not isinstance(node, NODES) and type(node) not in FUNCTIONS:
            raise self.refuse(node, "不允许 (not allowed)")
        if isinstance(node, exp.Is) and not isinstance(node.expression, exp.Null):
            raise self.refuse(node, "不允许 (not allowed)")
        if isinstance(node, exp.In) and (node.args.get("query") or node.args.get("unnest")):
            raise self.refuse(node, "不允许子查询 (no subqueries)")
        for key, value in list(node.args.items()):
            if isinstance(value, exp.Expression) and not isinstance(value, (exp.Identifier, exp.DataType)):
                node.set(key, self.rewrite(value))
            elif isinstance(value, list):
                node.set(key, [self.rewrite(v) if isinstance(v, exp.Expression) else v for v in value])
        return node


def compile_expression(text: str, form: Form, catalogue: Catalogue, where: str) -> Compiled:
    """Parse, check and rewrite one expression.

    Raises: SetupError naming rule and place when anything outside the language is used.
    """
    try:
        tree: Any = sqlglot.parse_one(text, dialect="duckdb")
    except sqlglot.errors.SqlglotError as error:
        raise SetupError(f"{where}: 表达式不合语法：{' '.join(str(error).split())[:200]}") from error
    compiler = _Compiler(form, catalogue, where)
    sql = compiler.rewrite(tree).sql(dialect="duckdb")
    return Compiled(sql, frozenset(compiler.fields), frozenset(compiler.helpers))
