"""Severities in Dagster are not what they sound like: one function, one table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from ingestion.errors import SetupError
from ingestion.register import Register
from orchestration import manifest
from orchestration.assets.gates import series_result
from orchestration.audits import audit_results, complete_result
from orchestration.checks import check_name_of, check_spec_of, dbt_result, weight_of
from quality.dbt_build import NodeResult
from quality.receive import Receiver
from quality.status import Partition, state_of
from tests.factories import write_return

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


@pytest.fixture
def received(home: Path) -> Path:
    """A sound return, one returned, and one of the same unit that was returned and then corrected."""
    receiver = Receiver(home)
    out = home / "out"
    receiver.receive([write_return(out / "a.xlsx", unit="110108"), write_return(out / "b.xlsx", unit="110106", f_total=12345),
                      write_return(out / "c.xlsx", unit="110105", f_total=12345)])  # fmt: skip
    receiver.receive([write_return(out / "d.xlsx", unit="110105")])
    receiver.register.close()
    return home


def _audit(home: Path, form: str) -> dict[str, dg.AssetCheckResult]:
    register = Register(home)
    try:
        return {str(r.check_name): r for r in audit_results(home, register, form)}
    finally:
        register.close()


def test_audit_checks_say_who_when_why_in_both_languages_and_where(received: Path) -> None:
    errors = _audit(received, "J2")["audit_errors"]

    assert (errors.passed, errors.severity) == (False, ERROR)
    assert errors.metadata["份数 found"].value == 1
    text = str(errors.metadata["明细 list"].value)
    assert "110106 丰台区" in text and "2023-09" in text and "J2-007" in text
    assert "到位资金" in text and "funds arrived" in text
    assert str(received / "answers" / "S000002.xlsx") in text
    assert "110105" not in text  # corrected since


def test_audit_warnings_are_a_warning(received: Path) -> None:
    warnings = _audit(received, "J2")["audit_warnings"]

    assert warnings.severity == WARN
    assert warnings.passed == (warnings.metadata["份数 found"].value == 0)


def test_audit_checks_pass_when_nothing_stands_returned(received: Path) -> None:
    assert [r.passed for r in _audit(received, "J1").values()] == [True, True]


@pytest.mark.parametrize(
    ("province", "period", "passed", "said"),
    [
        ("110000", "2023-09", False, ["缺报 missing 13：110101", "退回 returned 1：110106 丰台区（J2-007）"]),
        ("120000", "2023-09", False, ["缺报 missing 16"]),
    ],
)
def test_a_partition_names_who_still_has_to_act(
    received: Path, province: str, period: str, passed: bool, said: list[str]
) -> None:
    register = Register(received)
    try:
        result = complete_result(state_of(received, register, Partition("J2", period, province)), {})
    finally:
        register.close()

    assert (result.passed, result.severity, result.check_name) == (passed, WARN, "complete")
    assert all(text in (result.description or "") for text in said), result.description


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
