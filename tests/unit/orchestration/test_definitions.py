"""What Dagster loads: keys that never move, texts in both languages, one check for each dbt test."""

from __future__ import annotations

import re
from pathlib import Path

import dagster as dg
import pytest

from ingestion.catalogue import catalogue
from orchestration import manifest
from orchestration.assets.warehouse import check_specs, warehouse_specs
from orchestration.build import build_defs
from orchestration.environment import ENVIRONMENTS
from orchestration.resources import POOL
from orchestration.schemas import form_columns
from orchestration.steps import STEPS
from orchestration.translator import landing_asset

SNAPSHOT = Path(__file__).with_name("asset_keys.txt")
RECEIVE = ["submissions", "audit", "collection_status", "warehouse"]
RELEASE = ["gated_series", "release_candidate", "filing"]


@pytest.mark.parametrize("name", list(ENVIRONMENTS))
def test_definitions_load_in_every_environment(name: str) -> None:
    dg.Definitions.validate_loadable(build_defs(name))


def test_asset_keys_are_those_of_the_snapshot(defs: dg.Definitions) -> None:
    """A key that moves loses its history: change the snapshot on purpose, in the same commit."""
    keys = sorted(k.to_user_string() for k in defs.resolve_asset_graph().get_all_asset_keys())

    assert keys == SNAPSHOT.read_text().split()


def test_every_asset_says_what_it_is_and_who_answers_for_it(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        text = (node.description or "").split("\n\n```")[0]
        assert node.group_name in STEPS, key
        assert node.owners == [STEPS[str(node.group_name)].owner], key
        assert re.search(r"[一-鿿]", text) and re.search(r"[A-Za-z]{3,} [a-z]{2,}", text), (key, text)
        assert all(word in text for word in ("how fresh", "where", "when red")), key
        assert 1 <= len(node.kinds) <= 3, key
        assert "programme" in node.tags, key


def test_steps_sort_in_the_order_of_the_process() -> None:
    assert list(STEPS) == sorted(STEPS)
    assert [s.group[0] for s in STEPS.values()] == [str(n) for n in range(len(STEPS))]


@pytest.mark.parametrize("form", list(catalogue().forms))
def test_each_form_has_an_asset_with_its_items_as_columns(defs: dg.Definitions, form: str) -> None:
    node = defs.resolve_asset_graph().get(dg.AssetKey(f"returns_{form.lower()}"))
    schema = node.metadata["dagster/column_schema"]
    described = {c.name: c.description for c in schema.columns}

    assert len(described) == 3 + sum(len(s.fields) for s in catalogue().form(form).field_sets)
    assert all(re.search(r"[一-鿿]", text) and re.search(r"[A-Za-z]", text) for text in described.values())
    assert node.tags["form"] == form and node.tags["frequency"] == catalogue().form(form).frequency
    assert node.partitions_def is not None and node.is_materializable


def test_columns_carry_the_unit_of_the_rule_book() -> None:
    described = {c.name: c.description or "" for c in form_columns("J2").columns}

    assert "万元" in described["f_total"] and "stored in 元" in described["f_total"]
    assert described["xq_start"].startswith("★ 01") and "个" in described["xq_start"]


@pytest.mark.parametrize(
    ("table", "asset"),
    [("j1", "returns_j1"), ("j3f", "returns_j3"), ("j4", "returns_j4"), ("j4c", "returns_j4"), ("pub", "publications")],
)
def test_a_landed_table_belongs_to_its_form(table: str, asset: str) -> None:
    assert landing_asset(table) == dg.AssetKey(asset)


def test_every_model_and_seed_of_the_manifest_is_an_asset_named_by_layer() -> None:
    specs = warehouse_specs()

    assert set(specs) == set(manifest.models())
    assert {s.key.path[0] for s in specs.values()} == {"seeds", "staging", "intermediate", "marts", "publish"}
    assert all(len(s.key.path) == 2 and s.kinds >= {"dbt", "duckdb"} for s in specs.values())


def test_every_data_test_of_the_manifest_is_a_check(defs: dg.Definitions) -> None:
    """Not every dbt test becomes one by itself: those with two parents get lost in silence."""
    specs = warehouse_specs()
    checks = check_specs(specs)
    dbt_keys = {s.key for s in specs.values()}
    shown = [k for k in defs.resolve_asset_graph().asset_check_keys if k.asset_key in dbt_keys]

    assert len(manifest.tests()) > 20
    assert set(checks) == set(manifest.tests())
    assert len(shown) == len(checks) == len({(c.asset_key, c.name) for c in checks.values()})
    assert all(c.blocking == (manifest.tests()[u]["config"]["severity"].lower() == "error") for u, c in checks.items())


def test_landing_and_register_feed_the_staging_models(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()

    def parents(*key: str) -> set[str]:
        return {k.to_user_string() for k in graph.get(dg.AssetKey(key)).parent_keys}

    assert parents("staging", "stg_j2__progress") == {"returns_j2"}
    assert parents("staging", "stg_pub__cells") == {"publications"}
    assert parents("staging", "stg_register__submissions") == {"submissions"}
    assert parents("release_candidate") >= {"gated_series", "marts/fct_figures"}
    assert parents("dashboard_site") >= {"filing"}


def test_the_warehouse_step_is_whole_and_takes_the_pool(defs: dg.Definitions) -> None:
    (warehouse,) = [a for a in defs.assets or [] if isinstance(a, dg.AssetsDefinition) and len(a.keys) > 10]

    assert not warehouse.can_subset
    assert warehouse.op.pool == POOL


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("receive_and_build", RECEIVE),
        ("build_warehouse", ["warehouse"]),
        ("refresh_collection_status", ["audit", "collection_status"]),
        ("rerun_province_month", ["returns_j2", "returns_j4"]),
        ("rerun_province_year", ["returns_j1", "returns_j3"]),
        ("make_candidate", RELEASE),
        ("refresh_site", ["filing", "dashboard_site"]),
        ("whole_line", [*RECEIVE, *RELEASE, "dashboard_site"]),
    ],
)
def test_jobs_run_their_steps_in_order(defs: dg.Definitions, name: str, steps: list[str]) -> None:
    assert [n.name for n in defs.resolve_job_def(name).nodes_in_topological_order] == steps
