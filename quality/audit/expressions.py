"""The rule-book expression language: one boolean over one row, parsed by sqlglot, whitelisted and turned into SQL.

The grammar and its NULL semantics stand in docs/methods/audit-language.md. Everything outside it is refused with the
place. In the SQL that comes out, `t` is the row that is judged, `x` a row of a table that is looked into, and `c` what
is known of the return beside its own rows (period_end and helpers). Not here: rules (compile.py), running.
"""

from __future__ import annotations

import re
from collections.abc import Set
from typing import Any

import sqlglot
from sqlglot import exp

from ingestion.catalogue import Catalogue
from ingestion.errors import SetupError, UsageError
from ingestion.form_model import FieldSet, Form, FormTable
from ingestion.units import PLAIN_NUMBER
from quality.audit.language import (
    BESIDE,
    COMPARISONS,
    COUNT,
    DATE_PARTS,
    DISTINCT,
    INNER,
    MAD,
    MEDIAN,
    NODES,
    ROW,
    SUM,
    UNIT_ATTRIBUTES,
    VIEWS,
    Compiled,
    Helper,
    base_of,
    known_column,
    quoted,
)


class _Compiler:
    def __init__(self, fields: FieldSet, catalogue: Catalogue, where: str, absent: Set[str]) -> None:
        self.row, self.catalogue, self.where, self.absent = fields, catalogue, where, absent
        self.form = catalogue.form_of(fields.id)
        self.inner: FieldSet | None = None  # the rows that are looked into, and what they are called
        self.inner_table = ""
        self.fields: set[str] = set()
        self.helpers: set[Helper] = set()
        self.columns: set[tuple[str, str]] = set()
        self.tables: set[str] = set()

    def refuse(self, node: exp.Expression, zh: str, en: str) -> SetupError:
        return SetupError(f"{self.where}: 表达式中“{node.sql(dialect='duckdb')}”{zh} ({en})")

    # -- names --------------------------------------------------------------------------------------------------
    def named(self, name: str, node: exp.Expression, fields: FieldSet) -> str:
        for f in fields.fields:
            if name in (f.id, f.name, f"c{f.code}"):
                return f.id
        raise self.refuse(node, f"不是表 {fields.id} 的指标", "no such field")

    def column(self, node: exp.Column) -> exp.Expression:
        if isinstance(node.this, exp.Star) or node.args.get("db") or node.args.get("catalog"):
            raise self.refuse(node, "不是允许的名称", "name not allowed")
        if node.table == "this" and self.inner:
            return self._of_row(node)
        if node.table:
            raise self.refuse(node, "不是允许的名称", "name not allowed")
        if node.name in ("period", "period_end"):
            return exp.column("period_end", BESIDE, quoted=True)
        if self.inner is None:
            return self._of_row(node)
        field = self.named(node.name, node, self.inner)
        self.columns.add((self.inner_table, field))
        return exp.column(field, INNER, quoted=True)

    def _of_row(self, node: exp.Column) -> exp.Expression:
        field = self.named(node.name, node, self.row)
        if self.inner is None:  # `this.` only says which rows are looked at
            self.fields.add(field)
        self.columns.add((self.row.id, field))
        return exp.column(field, ROW, quoted=True)

    # -- helpers ------------------------------------------------------------------------------------------------
    def helper(self, node: exp.Anonymous) -> exp.Expression:
        name, args = node.name.lower(), node.expressions
        first = args[0] if args else None
        if name in (COUNT, SUM, DISTINCT) and len(args) == 2 and isinstance(first, exp.Column):
            return self._rows(name, first, None, args[1], node)
        if name in (MEDIAN, MAD) and len(args) == 3 and isinstance(first, exp.Column):
            return self._rows(name, first, args[1], args[2], node)
        if name == "code_attr" and len(args) == 2 and isinstance(first, exp.Column) and _is_text(args[1]):
            return self._code_attribute(first, args[1].name)
        if name == "plan_changed" and not args:
            return self._beside(Helper("plan_changed"))
        if name == "unit_attr" and len(args) == 1 and _is_text(first) and args[0].name in UNIT_ATTRIBUTES:
            return self._beside(Helper("unit", field=args[0].name))
        if not isinstance(first, exp.Column):
            raise self.refuse(node, "不是允许的函数", "function not allowed")
        if name == "prev" and len(args) <= 2 and not first.table and not isinstance(self.row, FormTable):
            n = int(args[1].name) if len(args) == 2 and args[1].is_int else 1
            return self._beside(Helper("prev", self.form.id, self.named(first.name, first, self.row), n))
        if name == "first_version" and len(args) == 1 and not first.table and not isinstance(self.row, FormTable):
            return self._beside(Helper("first", self.form.id, self.named(first.name, first, self.row)))
        if name == "plan" and len(args) == 1 and not first.table:
            return self._beside(Helper("plan", "J1", self.named(first.name, first, self.catalogue.form("J1"))))
        if name == "lookup" and len(args) == 1 and first.table:
            other = self._other_form(first)
            return self._beside(Helper("lookup", other.id, self.named(first.name, first, other)))
        raise self.refuse(node, "不是允许的函数", "function not allowed")

    def _beside(self, helper: Helper) -> exp.Expression:
        self.helpers.add(helper)
        return exp.column(helper.column, BESIDE, quoted=True)

    def _other_form(self, node: exp.Column) -> Form:
        form = self.catalogue.forms.get(node.table)
        if form is None or not form.fields or form.id == self.form.id:
            raise self.refuse(node, "不是另一张一行一指标的表", "lookup takes another form of items")
        return form

    def _rows(
        self, name: str, what: exp.Column, value: exp.Expression | None, condition: exp.Expression, node: exp.Expression
    ) -> exp.Expression:
        """A count, sum, count of different values, or a robust value, over the rows for which a condition is true."""
        if self.inner is not None:
            raise self.refuse(node, "不得嵌套", "not inside another rows()")
        # T or view.T, with the field behind it where one is summed
        spelled = [part.name for part in what.parts]
        field = spelled.pop() if name in (SUM, DISTINCT) else None
        table = ".".join(spelled)
        view, base = table.rpartition(".")[0], base_of(table)
        try:
            fields = self.catalogue.field_sets[base]
            form = self.catalogue.form_of(base)
        except (KeyError, UsageError):
            raise self.refuse(what, "不是表", "no such table") from None
        if view not in ("", *VIEWS) or not (view or isinstance(fields, FormTable)):
            raise self.refuse(what, "不是表", "no such table")
        self.tables.add(table)
        if table in self.absent:
            return exp.cast(exp.null(), "double")
        self.inner, self.inner_table = fields, table
        held = "*"
        if field is not None:
            name_of = self.named(field, what, fields)
            self.columns.add((table, name_of))
            held = f"{INNER}.{quoted(name_of)}"
        elif value is not None:
            held = self.rewrite(value).sql(dialect="duckdb")
        chosen = self.rewrite(condition).sql(dialect="duckdb")
        self.inner = None
        total = {
            COUNT: "count(*)",
            DISTINCT: f"count(DISTINCT {held})",
            # a chosen row with a blank value leaves the sum unknown; no row at all is zero
            SUM: f"CASE WHEN count(*) = count({held}) THEN coalesce(sum({held}), 0) END",
            MEDIAN: f"median({held})",
            MAD: f"mad({held})",
        }[name]
        same = f"{INNER}.ret = {ROW}.ret"
        sql = f"(SELECT {total} FROM {quoted(table)} AS {INNER} WHERE {same} AND ({chosen}))"
        if view or form.id != self.form.id:
            sql = f"(CASE WHEN {BESIDE}.{quoted(known_column(table))} THEN {sql} END)"
        return _tree(sql)

    def _code_attribute(self, node: exp.Column, attribute: str) -> exp.Expression:
        """An attribute of a code, as a number where all of its list are; NULL where the list says nothing."""
        fields = self.inner if self.inner and node.table != "this" else self.row
        field = fields.by_id[self.named(node.name, node, fields)]
        codes = self.catalogue.codes_of(field)
        if not codes or any(attribute not in row for row in codes.values()):
            raise self.refuse(node, f"的代码表没有属性 {attribute}", "its code list has no such attribute")
        held = {code: row[attribute] for code, row in codes.items() if row[attribute]}
        is_number = all(PLAIN_NUMBER.match(v) for v in held.values())
        ifs = [
            exp.If(this=exp.Literal.string(c), true=exp.Literal.number(v) if is_number else exp.Literal.string(v))
            for c, v in held.items()
        ]
        return exp.Case(this=self.column(node), ifs=ifs)

    def _of_month(self, node: exp.Expression) -> exp.Expression | None:
        """The first day of a field that is filed as a month, 2023-06; None of anything else."""
        if not isinstance(node, exp.Column) or node.name in ("period", "period_end"):
            return None
        fields = self.inner if self.inner and node.table != "this" else self.row
        if fields.by_id[self.named(node.name, node, fields)].type != "month":
            return None
        return _tree(f"try_cast(concat({self.column(node).sql(dialect='duckdb')}, '-01') AS DATE)")

    # -- nodes --------------------------------------------------------------------------------------------------
    def rewrite(self, node: exp.Expression) -> exp.Expression:
        if isinstance(node, exp.Anonymous):
            return self.helper(node)
        if isinstance(node, exp.Column):
            return self.column(node)
        if isinstance(node, (exp.Year, exp.Month)) and (month := self._of_month(node.this)) is not None:
            node.set("this", month)
            return node
        if isinstance(node, exp.DateDiff):
            unit = node.args["unit"].name.upper()
            if unit not in DATE_PARTS:
                raise self.refuse(node, "只认 year、month、day", "unknown unit of time")
            parts = [exp.Literal.string(unit.lower()), self.rewrite(node.expression), self.rewrite(node.this)]
            return exp.Anonymous(this="date_sub", expressions=parts)  # complete months, not calendar boundaries
        if isinstance(node, (exp.Greatest, exp.Least)):
            args = [self.rewrite(a) for a in (node.this, *node.expressions)]
            whole = exp.and_(*[exp.Not(this=exp.Is(this=a.copy(), expression=exp.Null())) for a in args])
            chosen = exp.Anonymous(this="greatest" if isinstance(node, exp.Greatest) else "least", expressions=args)
            return exp.Case(ifs=[exp.If(this=whole, true=chosen)])  # DuckDB would leave a NULL out
        self._allow(node)
        for key, value in list(node.args.items()):
            if isinstance(value, exp.Expression) and not isinstance(value, (exp.Identifier, exp.DataType)):
                node.set(key, self.rewrite(value))
            elif isinstance(value, list):
                node.set(key, [self.rewrite(v) if isinstance(v, exp.Expression) else v for v in value])
        return node

    def _allow(self, node: exp.Expression) -> None:
        if not isinstance(node, NODES):
            raise self.refuse(node, "不允许", "not allowed")
        if isinstance(node, exp.Is) and not isinstance(node.expression, exp.Null):
            raise self.refuse(node, "不允许", "not allowed")
        if isinstance(node, exp.Like) and not _is_text(node.expression):
            raise self.refuse(node, "只能与固定文字比较", "like takes a fixed text")
        if isinstance(node, exp.Cast) and not (_is_text(node.this) and node.to.is_type("date")):
            raise self.refuse(node, "不允许转换", "no casts")
        if isinstance(node, exp.In) and (node.args.get("query") or node.args.get("unnest")):
            raise self.refuse(node, "不允许子查询", "no subqueries")


def _is_text(node: Any) -> bool:
    return isinstance(node, exp.Literal) and node.is_string


def _tree(sql: str) -> exp.Expression:
    tree: Any = sqlglot.parse_one(sql, dialect="duckdb")
    found: exp.Expression = tree
    return found


def _parsed(text: str, where: str) -> exp.Expression:
    outside = re.split(r"('(?:[^']|'')*')", text)  # every second piece is a text literal
    outside[::2] = [re.sub(r"\brows\s*\(", f"{COUNT}(", piece, flags=re.I) for piece in outside[::2]]
    try:
        return _tree("".join(outside))
    except sqlglot.errors.SqlglotError as error:
        raise SetupError(
            f"{where}: 表达式不合语法：{' '.join(str(error).split())[:200]} (the expression is not understood)"
        ) from error


def compile_expression(
    text: str, fields: FieldSet, catalogue: Catalogue, where: str, absent: Set[str] = frozenset()
) -> Compiled:
    """Parse, check and rewrite one expression over a row of `fields`.

    absent: tables of other forms that no return at hand knows; what looks into them is NULL without a look.
    Raises: SetupError naming rule and place when anything outside the language is used.
    """
    compiler = _Compiler(fields, catalogue, where, absent)
    tree = compiler.rewrite(_parsed(text, where))
    compared = tree.unnest()
    sides = None
    if isinstance(compared, COMPARISONS):
        sides = compared.this.sql(dialect="duckdb"), compared.expression.sql(dialect="duckdb")
    return Compiled(
        tree.sql(dialect="duckdb"),
        tuple(f.id for f in fields.fields if f.id in compiler.fields),
        frozenset(compiler.helpers),
        frozenset(compiler.columns),
        frozenset(compiler.tables),
        sides,
    )
