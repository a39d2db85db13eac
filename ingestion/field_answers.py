"""Compiles which fields of one-row forms answer an indicator into the dbt macro that the model over them loops through.

A part that need not be filed is zero once its total is filed: the macro names the total beside the part. Written by
ingestion.seeds, committed, checked for drift. Not here: which indicator a field answers (the seed indicator_fields).
"""

from __future__ import annotations

from ingestion.catalogue import Catalogue
from ingestion.form_model import FormTable

HEAD = "{# Generated from rulebook/indicators by ingestion.field_answers (`make seeds`); never edited by hand.\n"
SAID = "   Fields of a one-row form that answer an indicator, each with the total that makes a blank one zero, or none. #}\n"


def answering_fields(c: Catalogue) -> dict[str, dict[str, str | None]]:
    """form → field → the total, in the order of the form."""
    answers: dict[str, dict[str, str | None]] = {}
    for asked in (s for form in c.forms.values() for s in form.field_sets if not isinstance(s, FormTable)):
        named = {
            name
            for formula in (a for i in c.indicators.values() for a in i.accounts if a.form == asked.id)
            for name in [
                formula.field,
                *(f for dim in formula.by for fs in formula.fields_by(dim).values() for f in fs),
            ]
        }
        answers[asked.id] = {
            f.id: f.blank_means["zero_when"] if f.blank_means else None for f in asked.fields if f.id in named
        }
    return answers


def field_macro(c: Catalogue) -> str:
    """The text of macros/generated/answering_fields.sql."""
    lines = [f"{HEAD}{SAID}{{% macro answering_fields() -%}}\n  {{{{ return({{\n"]
    for form, fields in answering_fields(c).items():
        lines.append(f"      '{form}': {{\n")
        lines += [f"          '{f}': {repr(total) if total else 'none'},\n" for f, total in fields.items()]
        lines.append("      },\n")
    return "".join(lines) + "  }) }}\n{%- endmacro %}\n"
