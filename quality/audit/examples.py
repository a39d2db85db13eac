"""The worked examples of a rule (`tests:` in the rule book), run through the very code that audits returns.

One example is one return, written as the fields of the row that is judged. The format stands in
docs/methods/audit-language.md. Not here: which examples a rule must have (quality.rulebook_checks).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from ingestion.catalogue import Catalogue
from ingestion.catalogue import catalogue as project_catalogue
from ingestion.errors import SetupError
from ingestion.form_model import FieldSet, FormField, FormTable
from ingestion.rule_model import Rule
from quality.audit.compile import SET_TYPES, Check, CompiledForm, SetCheck, compile_rules
from quality.audit.language import base_of
from quality.audit.relations import Case, evaluate, period_end

PERIOD = "2023-12"  # of an example that names none
OUTCOMES = {False: "fail", None: "na", True: "pass"}


def _value(item: FormField, value: Any, where: str) -> Any:
    if value is None:
        return None
    try:
        if item.is_number:
            return Decimal(str(value))
        if item.type == "date":
            return value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))
    except (ValueError, InvalidOperation):
        raise SetupError(f"{where}: {item.id}: {value} is no {item.type}") from None
    return value if isinstance(value, bool) else str(value)


def _row(fields: FieldSet, given: Mapping[str, Any], where: str) -> dict[str, Any]:
    if unknown := [name for name in given if name not in fields.by_id]:
        raise SetupError(f"{where}: no field {', '.join(unknown)} in {fields.id}")
    return {name: _value(fields.by_id[name], value, where) for name, value in given.items()}


def case_of_example(rule: Rule, example: Mapping[str, Any], compiled: CompiledForm, catalogue: Catalogue) -> Case:
    """One example as the return that it stands for. Raises SetupError for a name that the rule cannot know."""
    where = f"rulebook/rules: {rule.id}: tests"
    over = catalogue.field_sets[rule.tables[0]] if rule.tables else compiled.form.field_sets[0]
    helpers = {h.spelling: h for h in compiled.helpers}
    given = {k: v for k, v in example.items() if k not in ("period", "rows") and k not in helpers}
    beside: dict[str, Any] = {}
    for name in example.keys() & helpers.keys():
        helper = helpers[name]
        held = catalogue.field_sets[helper.form].by_id[helper.field] if helper.form else None
        beside[helper.column] = _value(held, example[name], where) if held else example[name]
    tables: dict[str, Sequence[Mapping[str, Any]]] = {}
    for table, rows in (example.get("rows") or {}).items():
        fields = catalogue.field_sets.get(base_of(table))
        if fields is None or (base_of(table) != table and table not in compiled.foreign):
            raise SetupError(f"{where}: no table {table}")
        tables[table] = [_row(fields, row, where) for row in rows]
    row = _row(over, given, where)
    if isinstance(over, FormTable) and over.id not in tables:
        tables[over.id] = [row]
    items = row if not isinstance(over, FormTable) else {}
    return Case(period_end(str(example.get("period", PERIOD))), items, tables, beside)


def _outcomes(rule: Rule, examples: Sequence[Mapping[str, Any]], catalogue: Catalogue) -> list[str | SetupError]:
    """How examples come out, all judged together; the fault of one that the rule cannot know."""
    compiled = compile_rules(catalogue.form(rule.form), [rule], catalogue)
    cases: list[Case] = []
    came_out: list[str | SetupError | int] = []
    for example in examples:
        try:
            cases.append(case_of_example(rule, example, compiled, catalogue))
            came_out.append(len(cases) - 1)
        except SetupError as error:
            came_out.append(error)
    verdicts: dict[int, set[bool | None]] = {}
    for found in evaluate(compiled, cases, catalogue, everything=True) if cases else []:
        verdicts.setdefault(found.case, set()).add(found.verdict)

    def outcome(n: int) -> str:
        said = verdicts.get(n, set())
        return OUTCOMES[False if False in said else None if None in said else True]

    return [outcome(n) if isinstance(n, int) else n for n in came_out]


def outcome_of(rule: Rule, example: Mapping[str, Any], catalogue: Catalogue) -> str:
    """pass, fail or na: how an example comes out. It fails where any of its rows or checks fails.

    Raises SetupError for a name that the rule cannot know.
    """
    (came_out,) = _outcomes(rule, [example], catalogue)
    if isinstance(came_out, SetupError):
        raise came_out
    return came_out


def may_lack(rule: Rule, catalogue: Catalogue) -> bool:
    """Whether a rule can come out as cannot tell: an operand may be blank, or stands on another return."""
    compiled = compile_rules(catalogue.form(rule.form), [rule], catalogue)
    if compiled.helpers or compiled.foreign:
        return True
    if rule.type in ("FDM", *SET_TYPES):
        return False
    return any(c.over.by_id[f].required != "always" for c in compiled.checks for f in c.fields)


def run_examples(rule: Rule, catalogue: Catalogue | None = None) -> list[str]:
    """What is wrong with a rule's examples, in words; empty when all come out as they say.

    FDM rules need none: required items are tried on returns.
    """
    catalogue = catalogue or project_catalogue()
    problems = []
    if rule.type != "FDM":
        needed = ["pass", "fail", *(["na"] if may_lack(rule, catalogue) else [])]
        given = {str(w) for w, found in rule.tests.items() if found}
        problems = [f"{rule.id}: 缺 tests.{w} 样例 (no {w} example)" for w in needed if w not in given]
    given_examples = [(wanted, n, e) for wanted, some in rule.tests.items() for n, e in enumerate(some, start=1)]
    outcomes = _outcomes(rule, [e for *_, e in given_examples], catalogue)
    for (wanted, n, _), came_out in zip(given_examples, outcomes, strict=True):
        if isinstance(came_out, SetupError):
            problems.append(str(came_out))
        elif came_out != wanted:
            problems.append(f"{rule.id}: tests.{wanted} 第{n}例结果是 {came_out} (example {n} comes out as {came_out})")
    return problems


def placeholders(rule: Rule, catalogue: Catalogue | None = None) -> set[str]:
    """Every name that a message of the rule may use in braces."""
    catalogue = catalogue or project_catalogue()
    compiled = compile_rules(catalogue.form(rule.form), [rule], catalogue)
    names = {h.spelling for h in compiled.helpers} | {"operands.zh", "operands.en"}
    both: list[Check | SetCheck] = [*compiled.checks, *compiled.sets]
    for made in both:
        names |= {f.id for f in made.over.fields}
        if isinstance(made, Check):
            names |= {name for name, _ in made.values}
            names |= {"diff"} if {"total", "left"} & names else set()
            names |= {"tolerance"} if rule.type == "VAD" else set()
            names |= {"each", "each.code", "each.name", "each.label_en"} if made.each else set()
            names |= {"field.code", "field.name", "field.label_en"} if made.required else set()
        else:
            names |= {f"other.{f.id}" for f in made.over.fields} | {"other.cell"}
            names |= {"key", "value", "similarity", "root", "code", "now", "field.name", "field.label_en"}
            names |= {"touched", "rows"}
    return names
