"""Audit relations as formulas of a spreadsheet, so that a blank shows while typing what the audit would say.

Made from the SQL that the audit itself runs, and only for what one sheet knows: relations between numbers of one row.
What looks at other periods, forms or rows, at codes or dates, has no formula. A blank leaves a relation unjudged, as in
the audit. Not here: where the cells stand and their colours (ingestion.blank_checks).
"""

from __future__ import annotations

from typing import Any

import sqlglot
from sqlglot import exp

from ingestion.blank_checks import LiveCheck
from ingestion.catalogue import Catalogue
from ingestion.form_model import FieldSet
from quality.audit.compile import Check, compiled_form
from quality.audit.language import COMPARISONS, ROW

DIGITS = 6  # behind the point: cells hold doubles, whose sums differ in the last digits
SIGNS: dict[type[exp.Expression], str] = {
    exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/",
    exp.EQ: "=", exp.NEQ: "<>", exp.GT: ">", exp.GTE: ">=", exp.LT: "<", exp.LTE: "<=",
}  # fmt: skip


class _NoFormulaError(Exception):
    """The relation asks for more than the numbers of one row."""


class _Writer:
    """Writes one condition. needed: fields without which it is not judged."""

    def __init__(self, fields: FieldSet) -> None:
        self.fields = fields
        self.needed: dict[str, None] = {}

    def field(self, node: exp.Expression) -> str:
        item = self.fields.by_id.get(node.name) if isinstance(node, exp.Column) and node.table == ROW else None
        if item is None or not item.is_number:
            raise _NoFormulaError
        return item.id

    def write(self, node: Any) -> str:
        if isinstance(node, exp.Column):
            name = self.field(node)
            self.needed[name] = None
            return "{" + name + "}"
        if isinstance(node, exp.Literal) and not node.is_string:
            return str(node.name)
        if isinstance(node, exp.Boolean):
            return "TRUE" if node.this else "FALSE"
        if isinstance(node, exp.Paren):
            return f"({self.write(node.this)})"
        if isinstance(node, exp.Neg):
            return f"-{self.write(node.this)}"
        if isinstance(node, COMPARISONS):
            return self._compared(self.write(node.this), SIGNS[type(node)], self.write(node.expression))
        if isinstance(node, (exp.Add, exp.Sub, exp.Mul, exp.Div)):
            return f"{self.write(node.this)}{SIGNS[type(node)]}{self.write(node.expression)}"
        return self._function(node)

    def _compared(self, left: str, sign: str, right: str) -> str:
        return f"ROUND({left}-({right}),{DIGITS}){sign}0"

    def _function(self, node: Any) -> str:
        if isinstance(node, (exp.And, exp.Or)):
            word = "AND" if isinstance(node, exp.And) else "OR"
            return f"{word}({self.write(node.this)},{self.write(node.expression)})"
        if isinstance(node, exp.Not):
            return f"NOT({self.write(node.this)})"
        if isinstance(node, exp.Abs):
            return f"ABS({self.write(node.this)})"
        if isinstance(node, exp.Between):
            value = self.write(node.this)
            low, high = (self._compared(value, s, self.write(node.args[k])) for s, k in ((">=", "low"), ("<=", "high")))
            return f"AND({low},{high})"
        if isinstance(node, exp.Is):
            return f"NOT(ISNUMBER({{{self.field(node.this)}}}))"
        if isinstance(node, exp.Nullif) and node.expression.name == "0":
            return self.write(node.this)  # only ever divided by, and a division by zero colours nothing either
        if isinstance(node, exp.Coalesce) and len(node.expressions) == 1:
            return self._or_zero(node.this, node.expressions[0])
        if isinstance(node, exp.Case):
            return self._guarded(node)
        raise _NoFormulaError

    def _or_zero(self, column: Any, other: Any) -> str:
        """coalesce(part, 0), or 0 only once another field is filled."""
        if isinstance(other, exp.Case) and len(other.args["ifs"]) == 1 and not other.args.get("default"):
            [case] = other.args["ifs"]
            filled = case.this
            if not (isinstance(filled, exp.Not) and isinstance(filled.this, exp.Is)):
                raise _NoFormulaError
            self.needed[self.field(filled.this.this)] = None
            other = case.args["true"]
        if not isinstance(other, exp.Literal) or other.name != "0":
            raise _NoFormulaError
        return f"N({{{self.field(column)}}})"

    def _guarded(self, node: exp.Case) -> str:
        """What `when` of a rule becomes: CASE WHEN guard THEN (condition) WHEN NOT (guard) THEN true END."""
        ifs = node.args["ifs"]
        if node.this or node.args.get("default") or len(ifs) != 2:
            raise _NoFormulaError
        return f"IF({self.write(ifs[0].this)},{self.write(ifs[0].args['true'])},TRUE)"


def _live(check: Check) -> LiveCheck | None:
    writer = _Writer(check.over)
    try:
        holds = writer.write(sqlglot.parse_one(check.condition, dialect="duckdb"))
    except _NoFormulaError:
        return None
    known = ",".join("{" + name + "}" for name in writer.needed)
    rule = check.rule
    return LiveCheck(
        check.over.id, check.fields[0], f"AND(COUNT({known})={len(writer.needed)},NOT({holds}))", rule.severity,
        f"{rule.name}（{rule.id}）。{rule.hint.zh}",
    )  # fmt: skip


def live_checks(form_id: str, catalogue: Catalogue) -> list[LiveCheck]:
    """The relations of a form that a spreadsheet can judge by itself, in the order of the rule book."""
    made = (_live(c) for c in compiled_form(form_id, catalogue).checks if c.required is None)
    return [live for live in made if live is not None]
