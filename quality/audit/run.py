"""Run the audit rules of a form over returns: one scan, violations with cells. Writes nothing.

A rule gives pass, fail or cannot tell (a NULL operand); cannot tell is counted and listed apart, never a failure.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

import duckdb

from ingestion.catalogue import Catalogue
from ingestion.model import Finding, ReadResult
from ingestion.rulebook_model import Form
from ingestion.units import plain
from quality.audit.compile import NUMBER_TYPE, CompiledForm, CompiledRule, compiled_form

Context = Mapping[str, Any]  # helper column → value in form units


def period_end(period: str) -> dt.date:
    """Last day of a reference period."""
    year, month = int(period[:4]), int(period[5:7]) if len(period) > 4 else 12
    return dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)


def _type(form: Form, name: str) -> str:
    item = form.by_id[name]
    return NUMBER_TYPE if item.is_number else "DATE" if item.type == "date" else "VARCHAR"


@lru_cache(maxsize=1)
def locked_connection() -> duckdb.DuckDBPyConnection:
    """In memory, no file and no network access, settings locked: rule text never reaches anything else."""
    return duckdb.connect(
        ":memory:", config={"enable_external_access": "false", "lock_configuration": "true", "threads": "1"}
    )


def evaluate(compiled: CompiledForm, rows: Sequence[Mapping[str, Any]], catalogue: Catalogue) -> list[dict[str, Any]]:
    """One result row a return: r<n> True/False/None, calc<n>, total<n>. rows hold fields, period_end and helpers."""
    form = compiled.form
    columns = [("row_order", "INTEGER"), ("period_end", "DATE")]
    columns += [(f.id, _type(form, f.id)) for f in form.fields]
    for helper in sorted(compiled.helpers, key=lambda h: h.column):
        kind = "BOOLEAN" if helper.kind == "plan_changed" else _type(catalogue.form(helper.form), helper.field)
        columns.append((helper.column, kind))
    connection = locked_connection().cursor()  # opening a database costs 12 ms, a cursor nothing
    try:
        connection.execute("CREATE OR REPLACE TEMP TABLE t (" + ", ".join(f'"{n}" {k}' for n, k in columns) + ")")
        marks = ", ".join("?" for _ in columns)
        connection.executemany(
            f"INSERT INTO t VALUES ({marks})",
            [[i if n == "row_order" else row.get(n) for n, _ in columns] for i, row in enumerate(rows)],
        )
        cursor = connection.execute(compiled.sql)
        names = [d[0] for d in cursor.description or []]
        return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
    finally:
        connection.close()


def _shown(value: Any) -> str:
    if value is None:
        return "空"
    return plain(value) or "0" if isinstance(value, Decimal) else str(value)


def filled(template: str, values: Mapping[str, Any]) -> str:
    """A message of the rule book with its placeholders filled; a value that is not there says 空."""
    return re.sub(r"\{([A-Za-z0-9_.]+)\}", lambda m: _shown(values.get(m[1])), template)


def _finding(
    made: CompiledRule,
    outcome: Mapping[str, Any],
    n: int,
    row: Mapping[str, Any],
    result: ReadResult,
    compiled: CompiledForm,
    severity: str,
) -> Finding:
    rule = made.rule
    values: dict[str, Any] = dict(row)
    values.update({h.spelling: row.get(h.column) for h in compiled.helpers})
    if made.required:
        values.update(
            {
                "field.code": made.required.code,
                "field.name": made.required.name,
                "field.label_en": made.required.label.en,
            }
        )
    if made.calc:
        total, calc = outcome.get(f"total{n}"), outcome.get(f"calc{n}")
        values.update(
            {
                "total": total,
                "calc": calc,
                "tolerance": made.tolerance,
                "diff": total - calc if total is not None and calc is not None else None,
            }
        )
    first = next((f for f in made.fields if f in result.values), made.fields[0] if made.fields else None)
    held = result.values.get(first) if first else None
    place = (held.sheet, held.cell) if held else result.blanks.get(first or "")
    sheet, cell = place or (None, None)
    found = held.raw if held else ("空" if first else None)
    expected = _shown(values["calc"]) if made.calc else rule.hint.zh
    if severity == "cannot_tell":
        lacking = "、".join(compiled.form.by_id[f].name for f in made.fields if row.get(f) is None) or "上期或计划数据"
        zh, en = f"“{rule.name}”无法判断：缺{lacking}", f"cannot tell {rule.id}: an operand is missing"
    else:
        zh = f"{cell + '：' if cell else ''}{filled(rule.message.zh, values)}；{rule.hint.zh}"
        en = f"{cell + ': ' if cell else ''}{filled(rule.message.en, values)}; {rule.hint.en}"
    return Finding(rule.id, severity, rule.level, zh, en, rule.form, first, sheet, cell, None, found, expected)


def relation_row(result: ReadResult, context: Context) -> dict[str, Any]:
    """Values of one return in form units, with its helpers."""
    assert result.period
    row: dict[str, Any] = {name: held.filed for name, held in result.values.items()}
    row["period_end"] = period_end(result.period)
    row.update(context)
    return row


def audit(results: Sequence[ReadResult], contexts: Sequence[Context], catalogue: Catalogue) -> None:
    """Add findings to returns of one form. Returns without unit or period, or of no known form, are left alone."""
    able = [(r, c) for r, c in zip(results, contexts, strict=True) if r.form in catalogue.forms and r.period]
    if not able:
        return
    form_id = able[0][0].form
    assert form_id and all(r.form == form_id for r, _ in able)
    compiled = compiled_form(form_id, catalogue)
    rows = [relation_row(r, c) for r, c in able]
    for (result, _), row, outcome in zip(able, rows, evaluate(compiled, rows, catalogue), strict=True):
        faulty = {f.field for f in result.findings if f.severity == "error" and f.field}
        for n, made in enumerate(compiled.rules):
            verdict = outcome[f"r{n}"]
            if verdict is True or (made.required and made.required.id in faulty):
                continue  # a cell that could not be read has its own message already
            severity = made.rule.severity if verdict is False else "cannot_tell"
            result.add(_finding(made, outcome, n, row, result, compiled, severity))
        result.sort_findings()
