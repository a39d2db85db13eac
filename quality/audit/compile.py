"""Rules of a form → one SQL statement over one prepared relation `t`. Generated, never written by hand.

The relation has one row a return: every field in form units (DECIMAL(24,8), DATE or VARCHAR), period_end, and one
column for each helper. Each rule becomes a BOOLEAN column: true pass, false fail, NULL cannot tell.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from ingestion.catalogue import Catalogue
from ingestion.errors import SetupError
from ingestion.rulebook_model import Form, FormField, Rule
from ingestion.units import half_unit_tolerance, plain
from quality.audit.expressions import Compiled, Helper, compile_expression

NUMBER_TYPE = "DECIMAL(24,8)"


@dataclass(frozen=True)
class CompiledRule:
    rule: Rule
    condition: str
    calc: str | None = None  # SQL of the sum of parts, for VAD messages
    total: str | None = None  # SQL of the total
    tolerance: Decimal = Decimal(0)
    fields: tuple[str, ...] = ()  # the fields a finding points at, first one first
    required: FormField | None = None


@dataclass
class CompiledForm:
    form: Form
    rules: list[CompiledRule]
    helpers: set[Helper] = field(default_factory=set)
    sql: str = ""


def _blank_aware(name: str, form: Form) -> str:
    """A part that need not be filed counts as zero once its total is filed (blank_means of the field)."""
    item = form.by_id[name]
    if item.blank_means:
        return f"coalesce({name}, CASE WHEN {item.blank_means['zero_when']} IS NOT NULL THEN 0 END)"
    return name


def _total_parts(rule: Rule, form: Form, catalogue: Catalogue, helpers: set[Helper]) -> CompiledRule:
    where = f"rulebook/rules: {rule.id}"
    total = compile_expression(str(rule.params["total"]), form, catalogue, where)
    helpers |= total.helpers
    terms, names = [], []
    for part in rule.params["parts"]:
        sign, name = ("-", part[1:]) if part.startswith("-") else ("+", part)
        if name not in form.by_id:
            raise SetupError(f"{where}: no field {name} in {form.id}")
        names.append(name)
        terms.append(f"{sign} {_blank_aware(name, form)}")
    calc = " ".join(terms).removeprefix("+ ")
    decimals = max(form.by_id[n].decimals for n in names)
    tolerance = (
        Decimal(0) if rule.tolerance == "exact" else half_unit_tolerance(len(names), Decimal(1).scaleb(-decimals) / 2)
    )
    return CompiledRule(
        rule,
        f"abs(({total.sql}) - ({calc})) <= {plain(tolerance)}",
        calc,
        total.sql,
        tolerance,
        (*total.fields, *names),
    )


def compile_form(form: Form, catalogue: Catalogue) -> CompiledForm:
    """All rules of a form. Raises SetupError when a rule is outside the language."""
    compiled = CompiledForm(form, [])
    for rule in catalogue.rules.get(form.id, []):
        where = f"rulebook/rules: {rule.id}"
        guard: Compiled | None = compile_expression(rule.when, form, catalogue, where) if rule.when else None
        if rule.type == "FDM":
            for item in form.fields:
                if item.required == "never":
                    continue
                condition = f"({item.id} IS NOT NULL)"
                if isinstance(item.required, dict):
                    needed = compile_expression(item.required["when"], form, catalogue, f"{where}: {item.id}")
                    condition = f"(NOT coalesce({needed.sql}, false) OR {item.id} IS NOT NULL)"
                compiled.rules.append(CompiledRule(rule, condition, fields=(item.id,), required=item))
            continue
        if rule.type == "VAD" and rule.params:
            made = _total_parts(rule, form, catalogue, compiled.helpers)
        elif rule.check:
            expression = compile_expression(rule.check, form, catalogue, where)
            compiled.helpers |= expression.helpers
            order = [f.id for f in form.fields if f.id in expression.fields]
            named = [f for f in order if "{" + f + "}" in rule.message.zh]
            made = CompiledRule(rule, expression.sql, fields=tuple(named + [f for f in order if f not in named]))
        else:
            raise SetupError(f"{where}: neither params nor check")
        if guard:
            compiled.helpers |= guard.helpers
            made = CompiledRule(
                rule,
                f"CASE WHEN {guard.sql} THEN ({made.condition}) WHEN NOT ({guard.sql}) THEN true END",
                made.calc,
                made.total,
                made.tolerance,
                made.fields,
            )
        compiled.rules.append(made)
    columns = []
    for n, made in enumerate(compiled.rules):
        columns.append(f"({made.condition})::BOOLEAN AS r{n}")
        if made.calc:
            columns.append(f"({made.calc}) AS calc{n}, ({made.total}) AS total{n}")
    compiled.sql = "SELECT " + ",\n  ".join(columns or ["true AS r"]) + "\nFROM t ORDER BY row_order"
    return compiled


@lru_cache(maxsize=16)
def compiled_form(form_id: str, catalogue: Catalogue) -> CompiledForm:
    return compile_form(catalogue.form(form_id), catalogue)
