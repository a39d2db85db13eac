"""What Dagster loads: keys that never move, texts in both languages, one check for each dbt test."""

from __future__ import annotations

import re
from pathlib import Path

import dagster as dg
import pytest

from orchestration import manifest
from orchestration.assets.warehouse import check_specs, warehouse_specs
from orchestration.build import build_defs
from orchestration.environment import ENVIRONMENTS
from orchestration.resources import POOL

SNAPSHOT = Path(__file__).with_name("asset_keys.txt")
LINE = ["submissions", "audit", "warehouse", "gated_series", "release_candidate", "filing", "dashboard_site"]


@pytest.mark.parametrize("name", list(ENVIRONMENTS))
def test_definitions_load_in_every_environment(name: str) -> None:
    dg.Definitions.validate_loadable(build_defs(name))


def test_asset_keys_are_those_of_the_snapshot(defs: dg.Definitions) -> None:
    """A key that moves loses its history: change the snapshot on purpose, in the same commit."""
    keys = sorted(k.to_user_string() for k in defs.resolve_asset_graph().get_all_asset_keys())

    assert keys == SNAPSHOT.read_text().split()


def test_every_asset_has_a_group_kinds_and_a_text_in_both_languages(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        text = (node.description or "").split("\n\n```")[0]
        assert re.fullmatch(r"[0-6]_[a-z]+", node.group_name or ""), key
        assert re.search(r"[一-鿿]", text) and re.search(r"[A-Za-z]{3,} [a-z]{2,}", text), (key, text)
        assert node.kinds, key


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
        ("receive_and_build", LINE[:3]),
        ("build_warehouse", LINE[2:3]),
        ("monthly_filing", LINE[3:6]),
        ("refresh_site", LINE[5:]),
        ("whole_line", LINE),
    ],
)
def test_jobs_run_their_steps_in_order(defs: dg.Definitions, name: str, steps: list[str]) -> None:
    assert [n.name for n in defs.resolve_job_def(name).nodes_in_topological_order] == steps
