"""dbt models as Dagster assets: key = (layer, model), group = step of the survey, description in both languages.

One translator for the one dbt project. No schema and no target in a key, so that it never differs by environment.
Not here: dbt tests (checks.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator

from orchestration.checks import check_spec_of

# the steps of the survey, numbered so that Dagster lists them in order
RULEBOOK, COLLECT, PROCESS, COMPUTE, PUBLISH, FILE, SHOW = (
    "0_rulebook", "1_collect", "2_process", "3_compute", "4_publish", "5_file", "6_show",
)  # fmt: skip
GROUPS = {
    "seeds": RULEBOOK, "staging": PROCESS, "intermediate": PROCESS, "marts": COMPUTE, "publish": PUBLISH,
}  # fmt: skip


def layer_of(node: Mapping[str, Any]) -> str:
    return "seeds" if node["resource_type"] == "seed" else str(node["fqn"][1])


class Translator(DagsterDbtTranslator):
    """dagster-dbt's reading of a manifest, with our keys, groups and texts."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        if dbt_resource_props["resource_type"] == "source":
            key: dg.AssetKey = super().get_asset_key(dbt_resource_props)  # meta.dagster.asset_key
            return key
        return dg.AssetKey([layer_of(dbt_resource_props), dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        if dbt_resource_props["resource_type"] == "source":
            return COLLECT
        return GROUPS[layer_of(dbt_resource_props)]

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        parts = [dbt_resource_props["description"], f"`dbt_project/{dbt_resource_props['original_file_path']}`"]
        if dbt_resource_props.get("raw_code"):
            parts.append(f"```sql\n{dbt_resource_props['raw_code']}\n```")
        return "\n\n".join(parts)

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
