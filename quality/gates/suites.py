"""Indicator gates → one Great Expectations suite, and its verdicts. The only module that imports GX.

A gate passes only on something: an empty table, an all-null column, a missing column or an expectation that could not
run is not_evaluated, which is not passed. Results are matched by a key in `meta`, never by order.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ingestion.rulebook_model import Gate, Gates
from quality.gates.frames import TOTAL_COLUMNS, UNIT_COLUMNS, SeriesData

NOTHING = "没有数据行"


@dataclass(frozen=True)
class Outcome:
    gate: Gate
    verdict: str  # passed | failed | not_evaluated
    observed: str
    expected: str


@dataclass(frozen=True)
class _Plan:
    """One gate as an expectation on one of the two tables. column None = the table itself."""

    gate: Gate
    table: str  # units | total
    column: str | None
    expectation: Any
    expected: str


def _plans(gates: Gates, kind: str) -> list[_Plan]:
    from great_expectations.expectations import core as gxe

    plans: list[_Plan] = []
    for gate in gates.gates:
        if gate.kinds and kind not in gate.kinds:
            continue
        meta = {"gate": gate.id}
        if gate.id == "columns_present":
            for table, columns in (("units", UNIT_COLUMNS), ("total", TOTAL_COLUMNS)):
                plans.append(
                    _Plan(
                        gate,
                        table,
                        None,
                        gxe.ExpectTableColumnsToMatchSet(
                            column_set=list(columns), exact_match=True, meta={"gate": f"{gate.id}:{table}"}
                        ),
                        "关口所需各列",
                    )
                )
        elif gate.id == "rows_present":
            for table in ("units", "total"):
                plans.append(
                    _Plan(
                        gate,
                        table,
                        None,
                        gxe.ExpectTableRowCountToBeBetween(min_value=1, meta={"gate": f"{gate.id}:{table}"}),
                        "≥ 1 行",
                    )
                )
        elif gate.id == "values_complete":
            share = float(gate.min.get(kind, Decimal(1)))
            plans.append(
                _Plan(
                    gate,
                    "total",
                    "has_value",
                    gxe.ExpectColumnValuesToBeInSet(column="has_value", value_set=[True], meta=meta),
                    "合计有值",
                )
            )
            plans.append(
                _Plan(
                    gate,
                    "units",
                    "has_value",
                    gxe.ExpectColumnValuesToNotBeNull(
                        column="has_value", mostly=share, meta={"gate": f"{gate.id}:units"}
                    ),
                    f"≥ {share:.0%} 单位有值",
                )
            )
        elif gate.id == "values_not_negative":
            plans.append(
                _Plan(
                    gate,
                    "units",
                    "sign",
                    gxe.ExpectColumnValuesToBeBetween(column="sign", min_value=0, meta=meta),
                    "≥ 0",
                )
            )
        elif gate.id == "units_unique":
            plans.append(
                _Plan(
                    gate,
                    "units",
                    "area_code",
                    gxe.ExpectColumnValuesToBeUnique(column="area_code", meta=meta),
                    "每个单位一行",
                )
            )
            plans.append(
                _Plan(
                    gate,
                    "units",
                    "is_expected",
                    gxe.ExpectColumnValuesToBeInSet(
                        column="is_expected", value_set=[True], meta={"gate": f"{gate.id}:expected"}
                    ),
                    "均为应报单位",
                )
            )
        elif gate.id == "coverage":
            least = gate.min[kind]
            plans.append(
                _Plan(
                    gate,
                    "total",
                    "coverage_ppm",
                    gxe.ExpectColumnValuesToBeBetween(
                        column="coverage_ppm", min_value=int(least * 1_000_000), meta=meta
                    ),
                    f"≥ {least * 100}%",
                )
            )
        elif gate.id == "total_adds_up":
            plans.append(
                _Plan(
                    gate,
                    "total",
                    "residual_ok",
                    gxe.ExpectColumnValuesToBeInSet(column="residual_ok", value_set=[1], meta=meta),
                    "差额在舍入之内",
                )
            )
        elif gate.id == "control_totals_agree":
            plans.append(
                _Plan(
                    gate,
                    "total",
                    "answers_differing",
                    gxe.ExpectColumnValuesToBeBetween(column="answers_differing", max_value=0, meta=meta),
                    "0 个不一致",
                )
            )
        elif gate.id == "not_partial":
            plans.append(
                _Plan(
                    gate,
                    "total",
                    "is_partial",
                    gxe.ExpectColumnValuesToBeInSet(column="is_partial", value_set=[0], meta=meta),
                    "不是部分合计",
                )
            )
        else:
            raise KeyError(f"gate {gate.id} has no expectation")
    return plans


def evaluate(data: SeriesData, gates: Gates, kind: str) -> list[Outcome]:
    """Run every gate of a kind over one series. One ephemeral context a run, tables one after another."""
    if not data.units and not data.total:  # nothing to hand over: no need to load Great Expectations to say so
        due = [g for g in gates.gates if not g.kinds or kind in g.kinds]
        return [Outcome(g, "failed" if g.id == "rows_present" else "not_evaluated", NOTHING, "≥ 1 行") for g in due]
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    import pandas as pd
    from great_expectations.data_context.types.base import ProgressBarsConfig

    plans = _plans(gates, kind)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    source = context.data_sources.add_pandas("frames")
    results: dict[str, Any] = {}
    frames: dict[str, Any] = {}
    for table, rows, columns in (("units", data.units, UNIT_COLUMNS), ("total", data.total, TOTAL_COLUMNS)):
        # numbers go over as small integers and flags; quantities stay exact decimals and are only hashed
        frame = pd.DataFrame(rows) if rows else pd.DataFrame(columns=list(columns))
        frames[table] = frame
        mine = [p.expectation for p in plans if p.table == table]
        batch = (
            source.add_dataframe_asset(table)
            .add_batch_definition_whole_dataframe(table)
            .get_batch(batch_parameters={"dataframe": frame})
        )
        suite = gx.ExpectationSuite(name=table, expectations=mine)
        outcome = batch.validate(suite, result_format="SUMMARY")
        for r in outcome.results:
            if r.expectation_config is not None and r.expectation_config.meta:
                results[r.expectation_config.meta["gate"]] = r
    outcomes: list[Outcome] = []
    for gate in {p.gate.id: p.gate for p in plans}.values():
        mine = [p for p in plans if p.gate.id == gate.id]
        judged = [_judge(p, results.get(p.expectation.meta["gate"]), frames[p.table]) for p in mine]
        order = ("not_evaluated", "failed", "passed")
        worst = min(judged, key=lambda j: order.index(j[0]))
        outcomes.append(Outcome(gate, worst[0], worst[1], mine[judged.index(worst)].expected))
    return outcomes


def _judge(plan: _Plan, result: Any, frame: Any) -> tuple[str, str]:
    if result is None:
        return "not_evaluated", "没有结果"
    raised = any(
        v.get("raised_exception") if isinstance(v, dict) else False
        for v in (
            [result.exception_info]
            if "raised_exception" in result.exception_info
            else list(result.exception_info.values())
        )
    )
    if plan.column is not None and plan.column not in frame.columns:
        return "not_evaluated", f"缺列 {plan.column}"
    if len(frame) == 0 and plan.gate.id != "rows_present":
        return "not_evaluated", NOTHING
    empty = len(frame) > 0 and ("has_value" not in frame.columns or not frame["has_value"].fillna(False).any())
    if (empty and plan.gate.id not in ("values_complete", "columns_present")) or (
        plan.column is not None and plan.gate.id != "values_complete" and frame[plan.column].isna().all()
    ):
        return "not_evaluated", "没有一个数值"
    if empty and plan.gate.id == "columns_present" and result.success:
        return "not_evaluated", "没有一个数值"
    if raised:
        return "not_evaluated", "不能执行"
    shown = result.result.get("observed_value")
    if shown is None:
        wrong = result.result.get("unexpected_count")
        shown = f"{wrong} 个不符" if wrong is not None else ""
        if plan.table == "total" and plan.column and len(frame):
            first = frame[plan.column].iloc[0]
            shown = f"{Decimal(int(first)) / 10_000}%" if plan.column == "coverage_ppm" else str(first)
    return ("passed" if result.success else "failed"), str(shown)
