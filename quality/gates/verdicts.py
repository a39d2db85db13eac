"""May this data be published? Stored verdicts for exactly this data, or the reasons why not."""

from __future__ import annotations

from typing import Any

from ingestion.catalogue import catalogue
from ingestion.register import Register, verdicts
from quality.gates.frames import SeriesKey


def verdicts_of(register: Register, key: SeriesKey) -> list[dict[str, Any]]:
    """Every stored verdict on a series, on whatever data, oldest first."""
    return register.rows(
        verdicts,
        verdicts.c.series == key.series,
        verdicts.c.period == key.period,
        verdicts.c.kind == key.kind,
        verdicts.c.programme == key.programme,
        verdicts.c.source_kind == key.source_kind,
        order=verdicts.c.seq,
    )


def latest_on(rows: list[dict[str, Any]], data_hash: str) -> dict[str, dict[str, Any]]:
    """gate → the latest verdict on data with this hash under today's suite."""
    suite = catalogue().gates.suite_version
    return {r["gate"]: r for r in rows if r["data_hash"] == data_hash and r["suite_version"] == suite}


def reasons_against(register: Register, key: SeriesKey, data_hash: str) -> list[tuple[str, str]]:
    """(zh, en) reasons; empty means every error gate passed on data with this hash under today's suite.

    A verdict on other data, of another suite version, missing, failed or not evaluated is a reason against.
    """
    rows = verdicts_of(register, key)
    if not rows:
        return [("未评估关口，请先运行 jiugai gates run", "no gate was run")]
    latest = latest_on(rows, data_hash)
    if not latest:
        return [
            (
                "关口评估的不是这份数据（数据或规则已变），请重新运行 jiugai gates run",
                "the verdicts are of other data; run the gates again",
            )
        ]
    reasons = []
    for gate in catalogue().gates.due(key.kind):
        if gate.severity != "error":
            continue
        row = latest.get(gate.id)
        if row is None:
            reasons.append((f"{gate.zh}：没有评估", f"{gate.en}: not evaluated"))
        elif row["verdict"] != "passed":
            reasons.append((row["message_zh"], row["message_en"]))
    return reasons
