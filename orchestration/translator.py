"""dbt models as Dagster assets: key = (layer, model), group = step of the survey, description in both languages.

One translator for the one dbt project. No schema and no target in a key, so that it never differs by environment.
Not here: dbt tests (checks.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings

from ingestion.catalogue import catalogue
from orchestration.audits import PUBLICATIONS, returns_asset
from orchestration.checks import check_spec_of
from orchestration.steps import COLLECT, COMPUTE, PROCESS, RULEBOOK, TABULATE, Step, describe

LANDING = "landing"  # dbt's source of typed rows, one table a form or table of a form
LAYERS = {"seeds": RULEBOOK, "staging": PROCESS, "intermediate": PROCESS, "marts": COMPUTE, "publish": TABULATE}
RED = {
    "seeds": "`make seeds` 由规则库重新生成 generated from the rule book",
    "staging": "看检查：哪一列、几行不符；多半是落地的列变了 see the check: which column, how many rows",
    "intermediate": "看检查；这一层只整理不改数 see the check; this layer arranges and changes no value",
    "marts": "构建作废，`current` 不动，页面与发布照旧；看检查里的行数与 SQL the build is thrown away and nothing published changes",
    "publish": "看检查；上游 `fct_figures` 先绿再看这里 see the check; look at fct_figures first",
}


def layer_of(node: Mapping[str, Any]) -> str:
    return "seeds" if node["resource_type"] == "seed" else str(node["fqn"][1])


def _step(node: Mapping[str, Any]) -> Step:
    return COLLECT if node["resource_type"] == "source" else LAYERS[layer_of(node)]


def landing_asset(table: str) -> dg.AssetKey:
    """The asset that a landed table belongs to: j4c is a table of form J4, so `returns_j4`."""
    if table.upper() == PUBLICATIONS:
        return returns_asset(PUBLICATIONS)
    return returns_asset(catalogue().form_of(table.upper()).id)


class Translator(DagsterDbtTranslator):
    """dagster-dbt's reading of a manifest, with our keys, groups and texts."""

    def __init__(self) -> None:
        # the tables of one form are several sources and one asset
        super().__init__(DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True))

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        if dbt_resource_props["resource_type"] != "source":
            return dg.AssetKey([layer_of(dbt_resource_props), dbt_resource_props["name"]])
        if dbt_resource_props["source_name"] == LANDING:
            return landing_asset(dbt_resource_props["name"])
        key: dg.AssetKey = super().get_asset_key(dbt_resource_props)  # meta.dagster.asset_key
        return key

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        return _step(dbt_resource_props).group

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        return [_step(dbt_resource_props).owner]

    def get_tags(self, dbt_resource_props: Mapping[str, Any]) -> dict[str, str]:
        """Form and frequency of a staging model, audience of a published table."""
        found = {"programme": "all"}
        folder = dbt_resource_props["fqn"][2] if len(dbt_resource_props["fqn"]) > 3 else ""
        form = catalogue().forms.get(folder.upper())
        if form is not None:
            found |= {"form": form.id, "frequency": form.frequency}
        if folder in ("public", "ministry"):
            found["audience"] = folder
        return found

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        layer, name = layer_of(dbt_resource_props), dbt_resource_props["name"]
        if dbt_resource_props["resource_type"] == "source":
            return str(dbt_resource_props["description"])
        told = describe(
            LAYERS[layer], dbt_resource_props["description"], "",
            fresh="每次收件后整体重算 rebuilt whole after every receipt",
            where=f"构建文件 `warehouse/*.duckdb` 的表 `main.{name}`；源码 `dbt_project/{dbt_resource_props['original_file_path']}`",
            red=RED[layer],
        )  # fmt: skip
        code = dbt_resource_props.get("raw_code")
        return f"{told}\n\n```sql\n{code}\n```" if code else told

    def get_metadata(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, Any]:
        found = dict(super().get_metadata(dbt_resource_props))
        if dbt_resource_props["resource_type"] != "source":
            found["dagster/table_name"] = f"main.{dbt_resource_props['name']}"  # dbt's own names a scratch file
        return found

    def get_asset_check_spec(
        self, asset_spec: dg.AssetSpec, manifest: Mapping[str, Any], unique_id: str, project: Any
    ) -> dg.AssetCheckSpec | None:
        node = manifest["nodes"][unique_id]
        if node["attached_node"] is None:
            return None
        attached = self.get_asset_key(manifest["nodes"][node["attached_node"]])
        if attached != asset_spec.key:
            return None
        others = {p for p in node["depends_on"]["nodes"] if p != node["attached_node"]}
        return check_spec_of(node, attached, [self.get_asset_key(manifest["nodes"][p]) for p in sorted(others)])


def code_version(node: Mapping[str, Any], manifest: Mapping[str, Any]) -> str:
    """Hash of a model and of the project's macros it uses: dagster-dbt's own misses a changed macro."""
    digest = hashlib.sha256(node.get("raw_code", "").encode() + node["checksum"]["checksum"].encode())
    for name in sorted(node["depends_on"].get("macros", [])):
        if name.startswith("macro.jiugai."):
            digest.update(manifest["macros"][name]["macro_sql"].encode())
    return digest.hexdigest()[:16]
