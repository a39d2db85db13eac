"""The indicator catalogue against itself and the models: each fault is found by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.catalogue import Catalogue, catalogue
from ingestion.gating import series_of
from quality.catalogue_checks import catalogue_faults
from tests.rulebooks import change, copied


@pytest.mark.parametrize(
    ("file", "old", "new", "who", "said"),
    [
        ("indicators/indicators.yaml", 'en: "Communities planned"}', 'en: "计划小区"}', "plan_communities", "name has no English"),
        ("indicators/indicators.yaml", 'zh: "新开工改造小区数"', 'zh: "Starts"', "started_communities", "name has no Chinese"),
        ("indicators/indicators.yaml", 'en: "Paid ÷ arrived"', 'en: ""', "payment_rate", "definition has no English"),
        ("indicators/indicators.yaml", "  returns: {form: J2, field: xq_early}\n", "", "started_early", "what it is made of"),
        ("indicators/indicators.yaml", "  denominator: funds_planned\n", "", "arrival_rate", "what it is made of"),
        ("indicators/indicators.yaml", "  factor: persons_per_household\n", "", "benefited_residents", "what it is made of"),
        ("indicators/indicators.yaml", "  version: first\n", "", "plan_communities_first", "which plan version"),
        ("indicators/indicators.yaml", "  decimals: 0\n", "  decimals: 9\n", "plan_communities", "decimals should be"),
        ("gates.yaml", "started_communities, ", "", "start_rate_communities_plan_then", "no gated series"),
        ("gates.yaml", "effect_evc, ", "", "effect_evc", "no gated series"),
    ],
)  # fmt: skip
def test_what_an_indicator_lacks_is_said(tmp_path: Path, file: str, old: str, new: str, who: str, said: str) -> None:
    change(copied(tmp_path) / file, old, new)
    book = Catalogue(tmp_path / "rulebook")
    if file == "gates.yaml" and who == "effect_evc":  # one that no other name of the item carries
        book.indicators[who] = book.indicators[who].model_copy(update={"audience": "public"})
    assert any(place == who and said in en for _, place, _, en in catalogue_faults(book, tmp_path))


def test_a_model_may_name_only_what_the_catalogue_holds(tmp_path: Path) -> None:
    (tmp_path / "marts").mkdir()
    (tmp_path / "marts" / "fct_new.sql").write_text(
        "select 'started_communities' as indicator union all select 'starts' as indicator\n"
        "union all select indicator from x where indicator = 'begun' or indicator in ('plan_communities', 'planned')\n"
        "union all select y.indicator || '_then' as indicator from y where kind = 'plan'"
    )
    found = {(place, name) for place, name, _, _ in catalogue_faults(catalogue(), tmp_path)}
    place = "dbt_project/models/marts/fct_new.sql"
    assert found == {(place, "starts"), (place, "begun"), (place, "planned")}


def test_an_indicator_rests_on_the_gates_of_what_it_is_made_of() -> None:
    book = catalogue()
    gated = {i: series_of(book, book.indicators[i]) for i in book.indicators}
    assert gated["started_communities"] == ["started_communities"]
    assert gated["start_rate_households_plan_now"] == ["started_households", "plan_households"]
    assert gated["benefited_residents"] == ["benefited_households"]
    assert gated["started_early"] == []  # a memo item: no release holds it
