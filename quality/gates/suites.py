"""Indicator gates → one Great Expectations suite, and its verdicts. The only module that imports GX.

A gate passes only on something: an empty table, an all-null column, a missing column or an expectation that could not
run is not_evaluated, which is not passed. Results are matched by a key in `meta`, never by order.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, cached_property
from typing import Any

from ingestion.release_model import Gate, Gates
from quality.gates.frames import TOTAL_COLUMNS, UNIT_COLUMNS, SeriesData

NOTHING = "没有数据行"
COLUMNS = {"units": UNIT_COLUMNS, "total": TOTAL_COLUMNS}


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

    @property
    def key(self) -> str:
        """Carried in the expectation's meta: results come back in any order."""
        return f"{self.gate.id}:{self.table}:{self.column or ''}"


def _plans(gates: Gates, kind: str) -> list[_Plan]:
    from great_expectations.expectations import core as gxe

    plans: list[_Plan] = []
    for gate in gates.due(kind):
        least = gate.min.get(kind, Decimal(1))
        among, between = gxe.ExpectColumnValuesToBeInSet, gxe.ExpectColumnValuesToBeBetween
        parts, every = {"mostly": float(least)}, "关口所需各列"
        known: dict[str, list[tuple[str, str | None, Any, dict[str, Any], str]]] = {
            "columns_present": [
                (table, None, gxe.ExpectTableColumnsToMatchSet, {"column_set": list(names), "exact_match": True}, every)
                for table, names in COLUMNS.items()
            ],
            "rows_present": [
                (table, None, gxe.ExpectTableRowCountToBeBetween, {"min_value": 1}, "≥ 1 行") for table in COLUMNS
            ],
            "values_complete": [
                ("total", "has_value", among, {"value_set": [True]}, "合计有值"),
                ("units", "has_value", gxe.ExpectColumnValuesToNotBeNull, parts, f"≥ {float(least):.0%} 单位有值"),
            ],
            "values_not_negative": [("units", "sign", between, {"min_value": 0}, "≥ 0")],
            "falls_explained": [("total", "falls_unexplained", between, {"max_value": 0}, "0 个单位无原因")],
            "units_unique": [
                ("units", "area_code", gxe.ExpectColumnValuesToBeUnique, {}, "每个单位一行"),
                ("units", "is_expected", among, {"value_set": [True]}, "均为应报单位"),
            ],
            "coverage": [
                ("total", "coverage_ppm", between, {"min_value": int(least * 1_000_000)}, f"≥ {least * 100}%")
            ],
            "total_adds_up": [("total", "residual_ok", among, {"value_set": [1]}, "差额在舍入之内")],
            "control_totals_agree": [("total", "answers_differing", between, {"max_value": 0}, "0 个不一致")],
            "not_partial": [("total", "is_partial", among, {"value_set": [0]}, "不是部分合计")],
        }
        if gate.id not in known:
            raise KeyError(f"gate {gate.id} has no expectation")
        for table, column, expectation, settings, expected in known[gate.id]:
            plan = _Plan(gate, table, column, None, expected)
            named = {"column": column} if column else {}
            made = expectation(**named, **settings, meta={"gate": plan.key})
            plans.append(replace(plan, expectation=made))
    return plans


@cache
def _tables() -> dict[str, Any]:
    """What Great Expectations calls batch definitions, of the two tables. One ephemeral context for all series of a process:
    making one costs as much as judging, and of a frame that was judged it keeps nothing."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    source = context.data_sources.add_pandas("frames")
    return {table: source.add_dataframe_asset(table).add_batch_definition_whole_dataframe(table) for table in COLUMNS}


class Judge:
    """The gates of a kind of release as suites, which any number of series are judged by: making them costs as much."""

    def __init__(self, gates: Gates, kind: str) -> None:
        self.gates, self.due = gates, gates.due(kind)
        self.kind = kind

    @cached_property
    def _plans(self) -> list[_Plan]:
        return _plans(self.gates, self.kind)

    @cached_property
    def _suites(self) -> dict[str, Any]:
        import great_expectations as gx

        return {
            table: gx.ExpectationSuite(
                name=table, expectations=[p.expectation for p in self._plans if p.table == table]
            )
            for table in COLUMNS
        }

    def outcomes(self, data: SeriesData) -> list[Outcome]:
        """Every gate over one series, tables one after another."""
        if not data.units and not data.total:  # nothing to hand over: no need to load Great Expectations to say so
            return [
                Outcome(g, "failed" if g.id == "rows_present" else "not_evaluated", NOTHING, "≥ 1 行") for g in self.due
            ]
        tables = _tables()
        import pandas as pd

        results: dict[str, Any] = {}
        frames: dict[str, Any] = {}
        for table, rows in (("units", data.units), ("total", data.total)):
            # numbers go over as small integers and flags; quantities stay exact decimals and are only hashed
            frames[table] = pd.DataFrame(rows) if rows else pd.DataFrame(columns=list(COLUMNS[table]))
            batch = tables[table].get_batch(batch_parameters={"dataframe": frames[table]})
            for r in batch.validate(self._suites[table], result_format="SUMMARY").results:
                if r.expectation_config is not None and r.expectation_config.meta:
                    results[r.expectation_config.meta["gate"]] = r
        outcomes: list[Outcome] = []
        for gate in {p.gate.id: p.gate for p in self._plans}.values():
            mine = [p for p in self._plans if p.gate.id == gate.id]
            judged = [_judge(p, results.get(p.key), frames[p.table]) for p in mine]
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
