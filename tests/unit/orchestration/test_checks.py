"""Severities in Dagster are not what they sound like: one function, one table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from ingestion.errors import SetupError
from orchestration import manifest
from orchestration.assets.gates import series_result
from orchestration.checks import audit_results, check_name_of, check_spec_of, dbt_result, weight_of
from quality.status import UnitState
from quality.warehouse import NodeResult

ERROR, WARN = dg.AssetCheckSeverity.ERROR, dg.AssetCheckSeverity.WARN


@pytest.mark.parametrize(
    ("level", "stops", "blocking", "severity"),
    [
        ("error", True, True, ERROR),
        ("error", False, False, ERROR),
        ("ERROR", True, True, ERROR),  # dbt writes it in capitals
        ("warning", True, False, WARN),  # a blocking check that fails with WARN would stop nothing
        ("warning", False, False, WARN),
        ("WARN", True, False, WARN),
        ("info", True, False, WARN),
        ("info", False, False, WARN),
        ("cannot_tell", False, False, WARN),
    ],
)
def test_weight_of_each_severity(level: str, stops: bool, blocking: bool, severity: dg.AssetCheckSeverity) -> None:
    weight = weight_of(level, stops=stops)

    assert (weight.blocking, weight.severity) == (blocking, severity)


def test_an_undeclared_severity_is_an_error() -> None:
    with pytest.raises(SetupError, match="fatal"):
        weight_of("fatal", stops=True)


def _test_node(name: str) -> Any:
    return next(n for n in manifest.tests().values() if n["name"].startswith(name))


def test_dbt_checks_have_short_names_and_both_languages() -> None:
    node = _test_node("unique_key_fct_figures")
    spec = check_spec_of(node, dg.AssetKey(["marts", "fct_figures"]))

    assert spec.name == "unique_key"
    assert "choice_rank" in (spec.description or "") and "不重复" in (spec.description or "")
    assert check_name_of(_test_node("not_null_fct_figures_period")) == "not_null__period"


@pytest.mark.parametrize(("status", "passed"), [("pass", True), ("fail", False), ("warn", False), ("error", False)])
def test_dbt_result_says_what_dbt_said(status: str, passed: bool) -> None:
    node = _test_node("not_null_fct_figures_period")
    spec = check_spec_of(node, dg.AssetKey(["marts", "fct_figures"]))

    result = dbt_result(spec, node, NodeResult(node["unique_id"], status, 0.1, "Got 3 results", 3))

    assert (result.passed, result.severity) == (passed, ERROR)
    assert result.metadata["不符行数 failing rows"].value == 3


def _unit(status: str, warnings: int = 0, answer: Path | None = None) -> UnitState:
    return UnitState(
        "110106", "丰台区", "sample", status, 1, "S000001", "a.xlsx", "2023-09-05T00:05:00", "", 0, warnings, "J2-007",
        "D54：到位资金 ≠ 分项之和", "money", answer,
    )  # fmt: skip


def test_audit_checks_say_who_why_and_where() -> None:
    back = _unit("returned", answer=Path("/h/answers/S000001.xlsx"))
    errors, warnings = audit_results("J2", [_unit("accepted"), _unit("accepted", warnings=2), back])

    assert (errors.passed, errors.severity, errors.check_name) == (False, ERROR, "audit_errors")
    text = str(errors.metadata["明细 list"].value)
    assert "110106 丰台区" in text and "J2-007" in text and "/h/answers/S000001.xlsx" in text
    assert (warnings.passed, warnings.severity) == (False, WARN)


def test_audit_checks_pass_when_nothing_stands_returned() -> None:
    assert [r.passed for r in audit_results("J2", [_unit("accepted")])] == [True, True]


def _row(gate: str, verdict: str, severity: str = "error") -> dict[str, Any]:
    return {"gate": gate, "verdict": verdict, "severity": severity, "observed": "", "expected": "", "data_hash": "h",
            "suite_version": "1", "message_zh": gate}  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "passed", "severity"),
    [
        ([_row("coverage", "passed")], True, WARN),
        ([_row("coverage", "failed")], False, ERROR),
        ([_row("coverage", "failed", "warning")], True, WARN),  # a warning lists, it does not stop
        ([_row("rows_present", "failed"), _row("coverage", "not_evaluated")], False, WARN),  # nothing to judge
        ([_row("coverage", "not_evaluated")], False, WARN),
    ],
)
def test_a_series_passes_only_when_every_error_gate_did(
    rows: list[dict[str, Any]], passed: bool, severity: dg.AssetCheckSeverity
) -> None:
    result = series_result("started_communities", rows)

    assert (result.passed, result.severity) == (passed, severity)
