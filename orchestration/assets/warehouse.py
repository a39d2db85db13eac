"""The dbt build as assets and checks. It is one step, since a build is whole or nothing (quality.warehouse.build).

A failed test of error severity throws the build away and leaves `current` where it was, so the step is not split: what
stands below it would otherwise read a build that was never made. Not here: running dbt.
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster_dbt import build_dbt_asset_specs

from ingestion.errors import JiugaiError, RetriableError
from orchestration import manifest
from orchestration.checks import dbt_result
from orchestration.freshness import EVERY_MONTH
from orchestration.metadata import table_metadata
from orchestration.resources import POOL, HomeResource
from orchestration.steps import COMPUTE, TABULATE
from orchestration.translator import Translator, code_version
from quality.dbt_build import BuildFailed
from quality.preview import table_views
from quality.warehouse import Build, build

REPORTED_BUILD = "jiugai/reported_build"


def warehouse_specs() -> dict[str, dg.AssetSpec]:
    """dbt unique id → asset."""
    found = manifest.manifest()
    specs = build_dbt_asset_specs(manifest=found, dagster_dbt_translator=Translator())
    nodes = manifest.models(found)
    return {
        str(s.metadata["dagster_dbt/unique_id"]): s.replace_attributes(
            code_version=code_version(nodes[s.metadata["dagster_dbt/unique_id"]], found),
            freshness_policy=EVERY_MONTH if s.group_name in (COMPUTE.group, TABULATE.group) else None,
        )
        for s in specs
    }


def check_specs(specs: dict[str, dg.AssetSpec]) -> dict[str, dg.AssetCheckSpec]:
    """dbt unique id → check. Every data test of the manifest has one; a test counts them."""
    translator, found = Translator(), manifest.manifest()
    checks = {}
    for test in manifest.tests(found).values():
        spec = specs.get(test["attached_node"] or "")
        check = spec and translator.get_asset_check_spec(spec, found, test["unique_id"], None)
        if check:
            checks[test["unique_id"]] = check
    return checks


def table_results(made: Build, specs: dict[str, dg.AssetSpec]) -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
    """One result a table of a build: rows, columns, a preview, the file."""
    nodes = manifest.models()
    # a column means the same in every model: one that a model leaves undescribed is described where it first stands
    shared = {name: c["description"] for n in nodes.values() for name, c in n["columns"].items() if c["description"]}
    views = table_views(made, {nodes[u]["name"]: nodes[u]["config"]["meta"].get("preview", True) for u in specs})
    for unique_id, spec in specs.items():
        node = nodes[unique_id]
        described = shared | {name: c["description"] for name, c in node["columns"].items() if c["description"]}
        view = views.get(node["name"])
        yield dg.MaterializeResult(
            asset_key=spec.key,
            metadata={
                **(table_metadata(view, described) if view else {}),
                "构建 build": made.build_id,
                "登记号 register watermark": made.watermark,
                "文件 file": dg.MetadataValue.path(made.path),
            },
        )


def warehouse_asset() -> dg.AssetsDefinition:
    """All models and seeds of the project."""
    specs = warehouse_specs()
    checks = check_specs(specs)

    @dg.multi_asset(
        name="warehouse",
        specs=list(specs.values()),
        check_specs=list(checks.values()),
        pool=POOL,
        description="用 dbt 重算一切，成为一个新的 DuckDB 文件；全部成功才成为现用。 dbt makes a new DuckDB file; it becomes "
        "the current one when whole.",
    )
    def warehouse(context: dg.AssetExecutionContext, home: HomeResource) -> Iterator[Any]:
        tests = manifest.tests()
        try:
            result = build(home.folder)
        except BuildFailed as error:
            for node in error.nodes:
                if node.unique_id in checks and node.status not in ("skipped", "error"):
                    yield dbt_result(checks[node.unique_id], tests[node.unique_id], node)
            raise dg.Failure(str(error), allow_retries=False) from error
        except RetriableError:
            raise
        except JiugaiError as error:  # set-up: trying again cannot help
            raise dg.Failure(str(error), allow_retries=False) from error
        tests_run = [n for n in result.nodes if n.unique_id in checks]
        context.log.info(
            f"构建 {result.build.build_id} 完成：{len(result.nodes) - len(tests_run)} 张表，{len(tests_run)} 项检查，"
            f"{sum(n.status != 'pass' for n in tests_run)} 项未过；"
            f"{f'由 {result.renewed_from} 更新' if result.renewed_from else '整体构建'}。 The build is finished and current."
        )
        context.instance.daemon_cursor_storage.set_cursor_values({REPORTED_BUILD: result.build.build_id})
        # in dbt's order: Dagster wants parents first. A renewal runs no seed: they are as they were
        run = [n.unique_id for n in result.nodes if n.unique_id in specs]
        done = {u: specs[u] for u in [*(u for u in specs if u not in run), *run]}
        yield from table_results(result.build, done)
        for node in tests_run:
            yield dbt_result(checks[node.unique_id], tests[node.unique_id], node)

    return warehouse


def unreported(instance: dg.DagsterInstance, made: Build) -> Iterator[dg.AssetMaterialization]:
    """The tables of a build that was made outside Dagster (`jiugai build`), as events. Then remembers it."""
    storage = instance.daemon_cursor_storage
    if storage.get_cursor_values({REPORTED_BUILD}).get(REPORTED_BUILD) == made.build_id:
        return
    for result in table_results(made, warehouse_specs()):
        assert result.asset_key is not None
        yield dg.AssetMaterialization(asset_key=result.asset_key, metadata=result.metadata)
    storage.set_cursor_values({REPORTED_BUILD: made.build_id})
