"""The audit of returns as checks: what stands returned or unexplained in a form, and what is still open in a partition.

The register decides; nothing here stops a run. Not here: the rules (rulebook/), gates (assets/gates.py).
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg

from ingestion.catalogue import catalogue
from ingestion.register import Register, submissions
from orchestration import partitions
from orchestration.checks import weight_of
from orchestration.metadata import open_text, returned_list, state_text, units_table
from orchestration.resources import HomeResource
from quality.status import BACK, PartitionState, UnitState, standing

PUBLICATIONS = "PUB"
COMPLETE = "complete"


def returns_asset(form: str) -> dg.AssetKey:
    return dg.AssetKey("publications" if form == PUBLICATIONS else f"returns_{form.lower()}")


def audited_forms() -> list[str]:
    return [*catalogue().forms, PUBLICATIONS]


# -- a form, over all its periods -----------------------------------------------------------------------------------
def audit_results(home: Path, register: Register, form: str) -> Iterator[dg.AssetCheckResult]:
    """The two checks of a form, over the last version of every unit and period."""
    units = standing(home, register, form)
    back = [u for u in units if u.status in BACK]
    waiting = [u for u in units if u.status == "needs_explanation"]
    warned = [u for u in units if u.status == "accepted" and u.warnings]
    samples = sum(u.kind == "sample" for u in units)
    audited = f"{len(units)}（模拟数据 samples {samples}）"
    periods = _periods(register, [*back, *waiting])
    yield dg.AssetCheckResult(
        asset_key=returns_asset(form),
        check_name="audit_errors",
        passed=not back,
        severity=weight_of("error", stops=False).severity,
        description=f"{len(back)} 份退回未改 returned and not corrected / {len(units)}",
        metadata={"份数 found": len(back), "已审 audited": audited, "明细 list": returned_list(back, periods)},
    )
    yield dg.AssetCheckResult(
        asset_key=returns_asset(form),
        check_name="audit_warnings",
        passed=not waiting and not warned,
        severity=weight_of("warning", stops=False).severity,
        description=f"{len(waiting)} 份待说明 to be explained，{len(warned)} 份已接收而有核实性问题 accepted with warnings / {len(units)}",
        metadata={
            "待说明 to be explained": len(waiting),
            "份数 found": len(waiting) + len(warned),
            "已审 audited": audited,
            "待说明的报送 list": returned_list(waiting, periods),
            "已接收的报送 accepted": units_table(warned),
        },
    )


def _periods(register: Register, units: Sequence[UnitState]) -> dict[str, str]:
    ids = [u.submission_id for u in units]
    rows = register.rows(submissions, submissions.c.submission_id.in_(ids)) if ids else []
    return {r["submission_id"]: r["period"] or "" for r in rows}


def audit_checks() -> dg.AssetChecksDefinition:
    """Two checks for each form and for publications, read from the register; also run by hand from an asset's page."""
    specs = []
    for form in audited_forms():
        title = "公布资料 publications" if form == PUBLICATIONS else f"{form} {catalogue().form(form).title.zh}"
        specs += [
            dg.AssetCheckSpec(
                name="audit_errors", asset=returns_asset(form), additional_deps=["submissions"],
                description=f"{title}：没有退回未改的报送。 No unit's last version stands returned (errors of the audit).",
            ),
            dg.AssetCheckSpec(
                name="audit_warnings", asset=returns_asset(form), additional_deps=["submissions"],
                description=f"{title}：没有待说明的报送，已接收的也没有核实性问题。 Nothing waits for an explanation, and nothing "
                            "accepted carries a warning of the audit.",
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
                for result in audit_results(home.folder, register, form):
                    if dg.AssetCheckKey(returns_asset(form), result.check_name or "") in wanted:
                        yield result
        finally:
            register.close()

    return audit


# -- a partition ------------------------------------------------------------------------------------------------------
def complete_spec(form: str) -> dg.AssetCheckSpec:
    """By partition: a month of one province may be whole while another's is not."""
    title = catalogue().form(form).title
    return dg.AssetCheckSpec(
        COMPLETE, asset=returns_asset(form), partitions_def=partitions.of_returns(catalogue().form(form).frequency),
        description=f"{title.zh}：这一期、这个省级单位的应报单位都已接收；否则写明缺报、退回与待说明的单位。 Every unit expected in "
                    "this partition is accepted; else the missing, returned and unexplained ones are named.",
    )  # fmt: skip


def complete_result(state: PartitionState, names: Mapping[str, str]) -> dg.AssetCheckResult:
    """Who still has to act on a partition. Missing units are a warning: they may not be due yet."""
    waits = open_text(state, names)
    metadata: dict[str, Any] = {"状态 status": state_text(state)}
    open_units = [u for u in state.units if u.status != "accepted"]
    if open_units:
        metadata["退回与待说明 returned or to be explained"] = returned_list(open_units)
    answers = [u.answer for u in open_units if u.answer]
    if answers:
        metadata["答复 answer"] = dg.MetadataValue.path(answers[-1])
    return dg.AssetCheckResult(
        asset_key=returns_asset(state.partition.form),
        check_name=COMPLETE,
        passed=not waits,
        severity=weight_of("warning", stops=False).severity,
        description=waits or f"{state_text(state)}，齐了 complete",
        metadata=metadata,
    )


def evaluation_of(result: dg.AssetCheckResult, partition: str | None = None) -> dg.AssetCheckEvaluation:
    """A result as an event of its own, for what happened outside a run or in a run over no partition."""
    assert result.asset_key is not None and result.check_name is not None
    return dg.AssetCheckEvaluation(
        asset_key=result.asset_key, check_name=result.check_name, passed=result.passed, metadata=result.metadata,
        severity=result.severity, description=result.description, blocking=False, partition=partition,
    )  # fmt: skip
