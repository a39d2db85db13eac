"""Indicators over rows of tables: generated models do not drift, and a fault in one names its place."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ingestion.catalogue import RULEBOOK, Catalogue, catalogue
from ingestion.errors import SetupError
from ingestion.row_measures import row_models
from ingestion.seeds import MODELS
from tests.rulebooks import copied


def book_with(tmp_path: Path, returns: str) -> Catalogue:
    """The rule book with one more indicator, as a statistician would add it."""
    root = copied(tmp_path)
    text = f"""indicators:
- id: ours
  name: {{zh: 新指标, en: New}}
  definition: {{zh: 新指标, en: New}}
  kind: stock
  unit: 元
  decimals: 2
  audience: ministry
  returns: {returns}
"""
    (root / "indicators" / "zz_new.yaml").write_text(text, encoding="utf-8")
    return Catalogue(root)


def test_generated_models_do_not_drift_from_the_rule_book() -> None:
    models = row_models(catalogue())
    assert {p.stem for p in MODELS.glob("*.sql")} == set(models)
    for name, sql in models.items():
        assert (MODELS / f"{name}.sql").read_text(encoding="utf-8") == sql, f"run: make seeds ({name})"


def test_a_new_indicator_needs_no_programmer(tmp_path: Path) -> None:
    book = book_with(
        tmp_path,
        "{form: J4P, field: invest, where: {self_built: true, pu: [U1, U2], d_transfer: {year: of_period}, rec_status: A,"
        " stage: {attribute: {counts_as_completed: '1'}}}}",
    )
    sql = row_models(book)["int_rows__measured"].split("'ours' as indicator")[1].split("union all")[0]
    assert "from {{ ref('int_j4p__in_force') }} as r" in sql
    for said in (
        "r.self_built", "r.pu in ('U1', 'U2')", "year(r.d_transfer) = r.period_year", "p.rec_status in ('A')",
        "p.stage in ('ST09', 'ST10', 'ST11')", "p.task_id = r.task_id",
    ):  # fmt: skip
        assert said in sql


@pytest.mark.parametrize(
    ("returns", "said"),
    [
        ("{form: J4F, field: arived}", "arived"),
        ("{form: J9, field: x}", "J9"),
        ("{form: J2, field: f_total, where: {membership: M1}}", "J2 is no table"),
        ("{form: J2}", "J2 is no table"),
        ("{form: J4F, field: paid, where: {membership: M9}}", "no code M9"),
        ("{form: J4F, field: paid, where: {colour: M1}}", "no column colour"),
        ("{form: J4F, field: paid, where: {stage: {attribute: {colour: '1'}}}}", "no such attribute"),
        ("{form: J4F, field: paid, where: {src: {months_before: 12}}}", "needs a date"),
        (
            "{form: J4F, field: paid, where: {plan_year: {year: of_period, months_before: 2}}}",
            "returns.where.plan_year",
        ),
        ("{form: J4F, field: paid, where: {first_arr: true}}", "yes-no"),
        ("{form: J4F, field: paid, rows_by: {content: src}}", "no codes of dimension content"),
        ("{form: J4F, field: paid, rows_by: {colour: src}}", "no codes of dimension colour"),
    ],
)
def test_a_fault_in_a_formula_names_file_and_place(tmp_path: Path, returns: str, said: str) -> None:
    with pytest.raises(SetupError, match=said) as caught:
        _ = book_with(tmp_path, returns).indicators
    assert "zz_new.yaml: ours" in str(caught.value)


def test_every_source_and_item_has_its_level_and_class() -> None:
    book = catalogue()
    levels = book.dimensions["level"]
    assert set(levels.adds_to) == set(book.codelist("fund_sources"))
    assert {c for codes in levels.adds_to.values() for c in codes} == set(levels.codes)
    # the two central streams never stand under one source's name; only the level, by its own name, holds both
    assert book.dimensions["source"].adds_to["F11"] == {"F11"} and book.dimensions["source"].adds_to["F12"] == {"F12"}
    assert levels.adds_to["F11"] == levels.adds_to["F12"] == {"central"}
    assert book.dimensions["content"].adds_to["WS15"] == {"WS15", "WS"}
    described = yaml.safe_load((RULEBOOK / "indicators" / "roster.yaml").read_text(encoding="utf-8"))["indicators"]
    assert all(i["name"]["zh"] and i["name"]["en"] for i in described)
