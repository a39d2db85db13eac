"""What judged a return, as the register keeps it: each rule as it stood, and the SQL that it was compiled to.

A rule book moves on; what its rules were when a return was judged stays with the results. Not here: judging (run.py).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from ingestion.catalogue import Catalogue
from quality.audit.compile import Check, SetCheck, compiled_form
from quality.audit.levels import ANY


def forms_judged(rules: Iterable[str], form: str | None, catalogue: Catalogue) -> set[str]:
    """The sets of rules that findings and a form belong to: a form's own, and those of other forms that looked at it."""
    known = (catalogue.rules_by_id.get(rule) for rule in rules)
    return {r.form for r in known if r is not None} | ({form, ANY} if form in catalogue.forms else set())


def compiled_rules_of(form: str, catalogue: Catalogue) -> list[dict[str, Any]]:
    """One row a rule: rule_hash names it with its SQL; sql is a JSON list of {over, condition, values}, one a table.

    Relations between levels and counties are no SQL: their list is empty.
    """
    made: dict[str, list[dict[str, Any]]] = {}
    if form != ANY:
        compiled = compiled_form(form, catalogue)
        checks: list[Check | SetCheck] = [*compiled.checks, *compiled.sets]
        for check in checks:
            values = dict(check.values) if isinstance(check, Check) else {}
            made.setdefault(check.rule.id, []).append(
                {"over": check.over.id, "condition": check.condition, "values": values}
            )
    rows = []
    for rule in catalogue.rules.get(form, []):
        sql = json.dumps(made.get(rule.id, []), ensure_ascii=False)
        digest = hashlib.sha256(f"{rule.model_dump_json()}\n{sql}".encode()).hexdigest()
        rows.append(
            {
                "rulebook_hash": catalogue.content_hash,
                "form": form,
                "rule": rule.id,
                "rule_hash": digest,
                "sql": sql,
            }
        )
    return rows
