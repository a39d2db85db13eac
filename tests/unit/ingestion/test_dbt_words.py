"""Words that dbt has from the rule book: no drift, and a field's name, unit, place and meaning in both languages."""

from __future__ import annotations

import yaml

from ingestion.catalogue import catalogue
from ingestion.dbt_words import form_words
from ingestion.seeds import FORMS


def test_generated_words_do_not_drift_from_the_rule_book() -> None:
    assert FORMS.read_text(encoding="utf-8") == form_words(catalogue()), "run: make seeds"


def test_a_column_says_what_its_field_says() -> None:
    models = {m["name"]: m for m in yaml.safe_load(form_words(catalogue()))["models"]}
    progress = {c["name"]: c["description"] for c in models["stg_j2__progress"]["columns"]}
    assert progress["inv_done"] == (
        "完成投资（J2 40；元，表上为万元；年初累计）：按形象进度计的本年完成工作量，不等于支付。 "
        "Investment completed (J2 40; stored in 元; year to date): Work done this year by physical progress; not the same as paid."
    )
    assert "代码表 fund_sources" in {c["name"]: c["description"] for c in models["int_j4f__in_force"]["columns"]}["src"]


def test_readers_of_rows_rely_on_codes_and_keys_that_are_tested() -> None:
    models = {m["name"]: m for m in yaml.safe_load(form_words(catalogue()))["models"]}
    asked = {c["name"]: c.get("tests") for c in models["int_j4__in_force"]["columns"]}
    assert [name for name, tests in asked.items() if tests] == ["membership", "rec_status"]
    assert models["int_j4__in_force"]["tests"][0]["unique_key"]["arguments"]["columns"] == ["submission_id", "task_id"]
    on_roster = [n for n, m in models.items() for t in m.get("tests", []) if "task_on_roster" in t]
    assert on_roster == [f"int_{t}__in_force" for t in ("j4c", "j4f", "j4p", "j4r")]
