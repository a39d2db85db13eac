"""May this data be published? Stored verdicts for exactly this data, or the reasons why not."""

from __future__ import annotations

from ingestion.catalogue import catalogue
from ingestion.register import Register, verdicts
from quality.gates.frames import SeriesData


def reasons_against(register: Register, data: SeriesData) -> list[tuple[str, str]]:
    """(zh, en) reasons; empty means every error gate passed on data with this hash under today's suite.

    A verdict on other data, of another suite version, missing, failed or not evaluated is a reason against.
    """
    key = data.key
    gates = catalogue().gates
    rows = register.rows(
        verdicts,
        verdicts.c.series == key.series,
        verdicts.c.period == key.period,
        verdicts.c.kind == key.kind,
        verdicts.c.programme == key.programme,
        verdicts.c.source_kind == key.source_kind,
        order=verdicts.c.seq,
    )
    if not rows:
        return [("未评估关口，请先运行 jiugai gates run", "no gate was run")]
    same = [r for r in rows if r["data_hash"] == data.data_hash and r["suite_version"] == gates.suite_version]
    if not same:
        return [
            (
                "关口评估的不是这份数据（数据或规则已变），请重新运行 jiugai gates run",
                "the verdicts are of other data; run the gates again",
            )
        ]
    latest = {r["gate"]: r for r in same}
    reasons = []
    for gate in gates.gates:
        if gate.severity != "error" or (gate.kinds and key.kind not in gate.kinds):
            continue
        row = latest.get(gate.id)
        if row is None:
            reasons.append((f"{gate.zh}：没有评估", f"{gate.en}: not evaluated"))
        elif row["verdict"] != "passed":
            reasons.append((row["message_zh"], row["message_en"]))
    return reasons
