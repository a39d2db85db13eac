"""What dbt says of everything that the forms ask: landed tables, staging models and rows in force, as one generated yml.

Name, unit, definition and code list of a column are the rule book's; what no form asks (submission, row, period) has a doc
block of the dbt project (`models/columns.md`). Written by ingestion.seeds, committed, checked for drift by a test.
Not here: the SQL of these models, which is written by hand, and the words of every other model.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from ingestion.catalogue import Catalogue
from ingestion.form_model import FieldSet, FormField, FormTable

MODELS = Path(__file__).resolve().parent.parent / "dbt_project" / "models"
HEAD = "# Generated from rulebook/forms by ingestion.dbt_words (`make seeds`); never edited by hand.\n"
STAGED = {
    "J1": "stg_j1__plan",
    "J2": "stg_j2__progress",
    "J3": "stg_j3__effect",
    "J3F": "stg_j3__funds",
    "J4": "stg_j4__projects",
    "J4C": "stg_j4__content",
    "J4F": "stg_j4__funds",
    "J4P": "stg_j4__utilities",
    "J4R": "stg_j4__resources",
}
WHO = ("submission_id", "row_no", "unit_code")
WHERE = ("form", "period", "province")  # the folders that a landed file lies in
WHEN = ("period", "period_year", "period_end")
# codes that decide whether a task counts: one outside the list would drop it without a word
DECIDING = ("membership", "rec_status")
SEMANTICS = {
    "ytd": ("年初累计", "year to date"),
    "period": ("本期", "of the period"),
    "stock": ("期末数", "at the end of the period"),
    "plan": ("计划", "planned"),
}
WARN = {"severity": "warn"}


def _words(c: Catalogue, asked: FieldSet, field: FormField) -> str:
    """Both languages: name, place on the form, unit as stored, what it means."""
    zh, en = [f"{asked.id} {field.code}"], [f"{asked.id} {field.code}"]
    if field.unit:
        base = c.unit(field.unit).base
        zh.append(base if base == field.unit else f"{base}，表上为{field.unit}")
        en.append(f"stored in {base}")
    if field.is_number and field.semantics in SEMANTICS:
        zh.append(SEMANTICS[field.semantics][0])
        en.append(SEMANTICS[field.semantics][1])
    if field.codelists:
        lists = "、".join(field.codelists)
        zh.append(f"代码表 {lists}")
        en.append(f"code list {' or '.join(field.codelists)}")
    said = f"{field.label.zh}（{'；'.join(zh)}）：{field.definition}"
    return f"{said} {field.label.en} ({'; '.join(en)}): {field.definition_en}"


def _block(name: str) -> dict[str, Any]:
    return {"name": name, "description": f'{{{{ doc("{name}") }}}}'}


def _columns(c: Catalogue, asked: FieldSet) -> list[dict[str, Any]]:
    return [*map(_block, WHO), *({"name": f.id, "description": _words(c, asked, f)} for f in asked.fields)]


def _said(asked: FieldSet, zh: str, en: str) -> str:
    """A table's description: what it is, what state its rows are in, its grain, units."""
    grain_zh, grain_en = "每行一份报送", "one row a submission"
    if isinstance(asked, FormTable):
        keys = [asked.by_id[k].label for k in asked.key]
        grain_zh, grain_en = (
            "每行一个" + "、".join(k.zh for k in keys),
            "one row a " + " and ".join(k.en.lower() for k in keys),
        )
    return (
        f"{asked.title.zh}（{asked.id}）{zh}，{grain_zh}，数值为基本单位。 "
        f"{asked.title.en} ({asked.id}), {en}: {grain_en}, numbers in base units."
    )


def _landed(c: Catalogue, asked: FieldSet) -> dict[str, Any]:
    form = c.form_of(asked.id).id
    return {
        "name": asked.id.lower(),
        "description": _said(asked, "报送原值，各版本都在", "as filed, every version, a Parquet file a partition"),
        "config": {"meta": {"dagster": {"asset_key": [f"returns_{form.lower()}"]}}},
        "columns": [*_columns(c, asked), *map(_block, WHERE)],
    }


def _staged(c: Catalogue, asked: FieldSet) -> dict[str, Any]:
    columns = _columns(c, asked)
    model: dict[str, Any] = {
        "name": STAGED[asked.id],
        "description": _said(asked, "报送原值，各版本都在", "as filed, every version"),
    }
    if isinstance(asked, FormTable):
        model["tests"] = [{"unique_key": {"arguments": {"columns": ["submission_id", "row_no"]}}}]
        columns[0]["tests"] = columns[1]["tests"] = ["not_null"]
    else:
        columns[0]["tests"] = ["unique", "not_null"]
    return model | {"columns": columns}


def _kept(asked: FieldSet) -> set[str]:
    """The columns that rows in force keep: those that the model names, of a model that names none all."""
    sql = (MODELS / "intermediate" / "rows" / f"int_{asked.id.lower()}__in_force.sql").read_text(encoding="utf-8")
    named = re.search(r"rows_in_force\([^\[)]*\[(.*?)\]", sql, re.S)
    return set(re.findall(r"'(\w+)'", named[1])) if named else {*WHO, *asked.by_id}


def _in_force(c: Catalogue, asked: FieldSet) -> dict[str, Any]:
    """Rows in force, with what their readers rely on: faults of returns, so they warn."""
    kept = _kept(asked)
    summed_by = {
        column for i in c.indicators.values() for f in i.accounts if f.form == asked.id for column in f.rows_by.values()
    }
    tests: list[Any] = []
    if isinstance(asked, FormTable):
        if any(t.parent in asked.key for t in c.form_of(asked.id).tables if t.id != asked.id and asked.parent is None):
            key = ["submission_id", *asked.key]  # rows of the other tables name one of these
            tests.append({"unique_key": {"arguments": {"columns": key}, "config": WARN}})
        if asked.parent is not None:
            tests.append({"task_on_roster": {"config": WARN}})
    columns = [*(one for one in _columns(c, asked) if one["name"] in kept), *map(_block, WHEN)]
    for column in columns:
        field = asked.by_id.get(column["name"])
        if column["name"] in summed_by and field is not None:
            to = {"to": f"ref('{field.codelists[0]}')", "field": "code"}
            column["tests"] = [{"relationships": {"arguments": to, "config": WARN}}]
        if column["name"] in DECIDING and field is not None:
            values = list(c.codes_of(field))
            column["tests"] = [{"accepted_values": {"arguments": {"values": values}, "config": WARN}}]
    model: dict[str, Any] = {
        "name": f"int_{asked.id.lower()}__in_force",
        "description": _said(asked, "有效版本的行", "rows of the versions in force"),
    }
    return model | ({"tests": tests} if tests else {}) | {"columns": columns}


def form_words(c: Catalogue) -> str:
    """The yml of every landed table, staging model and table of rows in force."""
    asked = [s for form in c.forms.values() for s in form.field_sets]
    document = {
        "version": 2,
        "sources": [{"name": "landing", "tables": [_landed(c, s) for s in asked]}],
        "models": [
            *(_staged(c, s) for s in asked),
            *(_in_force(c, s) for s in asked),
        ],
    }
    return HEAD + yaml.dump(document, Dumper=_Plain, allow_unicode=True, sort_keys=False, width=10_000)


class _Plain(yaml.SafeDumper):
    """Without anchors: the same words twice are written twice, so that a reader finds them where they are."""

    def ignore_aliases(self, data: Any) -> bool:
        return True
