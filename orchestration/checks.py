"""Checks as Dagster shows them: what a severity does there, names and texts of dbt tests.

Checks show; what decides is stored elsewhere: the register for a return, the verdict for a release, the build's pointer
for a dbt test. Not here: the audit of returns (audits.py), gates (assets/gates.py), the rules themselves (rulebook/).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dagster as dg

from ingestion.errors import SetupError
from quality.dbt_build import NodeResult


@dataclass(frozen=True)
class Weight:
    """What a check's failure does in Dagster."""

    blocking: bool
    severity: dg.AssetCheckSeverity


def weight_of(level: str, *, stops: bool) -> Weight:
    """Our error, warning, info → Dagster's (blocking, severity).

    Names mislead there: a *blocking* check that fails with WARN lets everything through, and a *non-blocking* ERROR
    leaves the run green. So only an error of something that stops the run may block, and it must be an ERROR.

    Args:    level: error | warning | warn | info | cannot_tell, any case; stops: whether it may stop the run at all
             (dbt tests do; audits and gates are shown here and decided elsewhere).
    Raises:  SetupError for a level that is not declared.
    """
    known = {"error": True, "warning": False, "warn": False, "info": False, "cannot_tell": False}
    if level.lower() not in known:
        raise SetupError(f"没有级别 {level} (no such severity)")
    is_error = known[level.lower()]
    return Weight(is_error and stops, dg.AssetCheckSeverity.ERROR if is_error else dg.AssetCheckSeverity.WARN)


TEXTS = {
    "not_null": "{column} 不为空。 {column} is never empty.",
    "unique": "{column} 不重复。 {column} is unique.",
    "unique_key": "{columns} 合起来不重复。 The combination of {columns} is unique.",
    "contributions_add_up": "每个数恰为其单元格之和（权重×值）。 Every figure is exactly the sum of its cells (weight × value).",
}


def check_name_of(node: Mapping[str, Any]) -> str:
    """`not_null__period`: test and column. dbt's own name repeats the model and runs to 130 characters."""
    test = (node.get("test_metadata") or {}).get("name") or node["name"]
    return f"{test}__{node['column_name']}" if node.get("column_name") else str(test)


def check_spec_of(node: Mapping[str, Any], asset: dg.AssetKey, others: Sequence[dg.AssetKey] = ()) -> dg.AssetCheckSpec:
    """A dbt test as a check on the asset it is attached to."""
    metadata = node.get("test_metadata") or {}
    text = node.get("description") or TEXTS.get(metadata.get("name", ""), "dbt: {name}").format(
        column=node.get("column_name") or "", columns="、".join(metadata.get("kwargs", {}).get("columns", [])),
        name=node["name"],
    )  # fmt: skip
    return dg.AssetCheckSpec(
        name=check_name_of(node),
        asset=asset,
        additional_deps=others,
        description=text,
        blocking=weight_of(node["config"]["severity"], stops=True).blocking,
        metadata={"dbt/unique_id": node["unique_id"]},
    )


def dbt_result(spec: dg.AssetCheckSpec, node: Mapping[str, Any], result: NodeResult) -> dg.AssetCheckResult:
    """What dbt said of a test."""
    metadata: dict[str, Any] = {"不符行数 failing rows": result.failures or 0}
    if result.message:
        metadata["dbt"] = result.message
    return dg.AssetCheckResult(
        asset_key=spec.asset_key,
        check_name=spec.name,
        passed=result.status == "pass",
        severity=weight_of(node["config"]["severity"], stops=True).severity,
        metadata=metadata,
    )
