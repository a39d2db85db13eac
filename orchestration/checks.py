"""Checks as Dagster shows them: what a severity does there, names and texts of dbt tests, and the audit of returns.

Checks show; what decides is stored elsewhere: the register for a return, the verdict for a release, the build's pointer
for a dbt test. Not here: gates (assets/gates.py), the rules themselves (rulebook/).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dagster as dg

from ingestion.catalogue import catalogue
from ingestion.errors import SetupError
from ingestion.register import Register
from orchestration.metadata import returned_list, units_table
from orchestration.resources import HomeResource
from quality.status import BACK, UnitState, standing
from quality.warehouse import NodeResult


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
        raise SetupError(f"没有这个级别 no such severity: {level}")
    is_error = known[level.lower()]
    return Weight(is_error and stops, dg.AssetCheckSeverity.ERROR if is_error else dg.AssetCheckSeverity.WARN)


# -- dbt tests ----------------------------------------------------------------------------------------------------
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


# -- audit of returns ---------------------------------------------------------------------------------------------
def returns_asset(form: str) -> dg.AssetKey:
    return dg.AssetKey("publications" if form == "PUB" else f"returns_{form.lower()}")


def audited_forms() -> list[str]:
    return [*catalogue().forms, "PUB"]


def audit_results(form: str, units: Sequence[UnitState]) -> Iterator[dg.AssetCheckResult]:
    """The two checks of a form, over the last version of every unit and period. Neither ever stops a run."""
    back = [u for u in units if u.status in BACK]
    warned = [u for u in units if u.status not in BACK and u.warnings]
    samples = sum(u.kind == "sample" for u in units)
    for name, level, found, text in (
        ("audit_errors", "error", back, f"{len(back)} 份退回未改 returned and not corrected"),
        ("audit_warnings", "warning", warned, f"{len(warned)} 份有核实性问题 accepted with warnings"),
    ):
        yield dg.AssetCheckResult(
            asset_key=returns_asset(form),
            check_name=name,
            passed=not found,
            severity=weight_of(level, stops=False).severity,
            description=f"{text} / {len(units)}",
            metadata={
                "份数 found": len(found),
                "已审 audited": f"{len(units)}（模拟数据 samples {samples}）",
                "明细 list": returned_list(found) if name == "audit_errors" else units_table(found),
            },
        )


def evaluation_of(result: dg.AssetCheckResult) -> dg.AssetCheckEvaluation:
    """A result as an event of its own, for what happened outside a run."""
    assert result.asset_key is not None and result.check_name is not None
    return dg.AssetCheckEvaluation(
        asset_key=result.asset_key, check_name=result.check_name, passed=result.passed, metadata=result.metadata,
        severity=result.severity, description=result.description, blocking=False,
    )  # fmt: skip


def audit_checks() -> dg.AssetChecksDefinition:
    """Two checks for each form and for publications, read from the register; also run by hand from an asset's page."""
    specs = []
    for form in audited_forms():
        title = "公布资料 publications" if form == "PUB" else f"{form} {catalogue().form(form).title.zh}"
        specs += [
            dg.AssetCheckSpec(
                name="audit_errors", asset=returns_asset(form), additional_deps=["submissions"],
                description=f"{title}：没有退回未改的报送。 No unit's last version stands returned (errors of the audit).",
            ),
            dg.AssetCheckSpec(
                name="audit_warnings", asset=returns_asset(form), additional_deps=["submissions"],
                description=f"{title}：已接收的报送没有核实性问题。 No accepted version carries a warning of the audit.",
            ),
        ]  # fmt: skip

    @dg.multi_asset_check(
        name="audit", specs=specs, can_subset=True, description="登记库里各表的审核结论。 What the audit says, by form."
    )
    def audit(context: dg.AssetCheckExecutionContext, home: HomeResource) -> Iterator[dg.AssetCheckResult]:
        wanted = context.selected_asset_check_keys
        register = Register(home.folder)
        try:
            for form in audited_forms():
                for result in audit_results(form, standing(home.folder, register, form)):
                    if dg.AssetCheckKey(returns_asset(form), result.check_name or "") in wanted:
                        yield result
        finally:
            register.close()

    return audit
