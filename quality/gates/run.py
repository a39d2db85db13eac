"""Run gates over a build and store the verdicts, keyed to exactly the data they saw.

Not here: what a release does with them (verdicts.py, filings.release).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ingestion.catalogue import catalogue
from ingestion.errors import UsageError
from ingestion.moments import now_utc, stamp
from ingestion.register import Register, verdicts
from quality.gates.frames import SeriesKey, read_series
from quality.warehouse import current_build

KINDS = ("provisional", "revised", "final", "correction")
WORDS = {
    "passed": ("通过", "passed"),
    "failed": ("未通过", "failed"),
    "not_evaluated": ("未能评估（不等于通过）", "not evaluated (not passed)"),
}


def check_kind(kind: str) -> str:
    if kind not in KINDS:
        raise UsageError(f"发布种类“{kind}”不存在；可用：{'、'.join(KINDS)} (no such kind of release)")
    return kind


def release_series(audience: str | None = None) -> list[str]:
    """Series that a release may hold, by the rule book."""
    series = catalogue().gates.series
    return [s for a, names in series.items() if audience in (None, a) for s in names]


def run_gates(
    home: Path,
    period: str,
    kind: str = "provisional",
    *,
    sample: bool = False,
    programme: str = "national",
    series: list[str] | None = None,
) -> list[dict[str, Any]]:
    """Evaluate and store. Returns one row a gate and series, in the contract's words.

    Raises: UsageError for an unknown kind or series, or when nothing was built.
    """
    from quality.gates.suites import Judge

    check_kind(kind)
    names = series or release_series()
    for name in names:
        catalogue().indicator(name)
    made = current_build(home)
    rows: list[dict[str, Any]] = []
    source_kind = "sample" if sample else "real"
    keys = tuple(SeriesKey(name, period, kind, programme, source_kind) for name in names)
    judge = Judge(catalogue().gates, kind)
    for data in read_series(made, keys):
        name = data.key.series
        title = catalogue().indicator(name).name
        for outcome in judge.outcomes(data):
            zh, en = WORDS[outcome.verdict]
            mark = "模拟数据 " if sample else ""
            rows.append(
                {
                    "gate": outcome.gate.id,
                    "series": name,
                    "period": period,
                    "kind": kind,
                    "programme": programme,
                    "source_kind": source_kind,
                    "severity": outcome.gate.severity,
                    "verdict": outcome.verdict,
                    "observed": outcome.observed,
                    "expected": outcome.expected,
                    "data_hash": data.data_hash,
                    "suite_version": judge.gates.suite_version,
                    "message_zh": f"{mark}{title.zh} {period}：{outcome.gate.zh}{zh}；实为 {outcome.observed or '—'}，应为 {outcome.expected}",
                    "message_en": f"{title.en} {period}: {outcome.gate.en} {en}; observed {outcome.observed or '—'}",
                }
            )
    register = Register(home)
    moment = stamp(now_utc())
    with register.transaction() as connection_:
        connection_.execute(verdicts.insert(), [{**r, "build_id": made.build_id, "evaluated_at": moment} for r in rows])
        register.log(
            connection_,
            "gates",
            period,
            None,
            kind=kind,
            build=made.build_id,
            failed=sum(r["verdict"] != "passed" for r in rows),
        )
    register.close()
    return rows


def stored(home: Path, *, period: str | None = None) -> list[dict[str, Any]]:
    """The latest stored verdict of every gate, series, period, kind, programme and source kind."""
    register = Register(home)
    rows = register.rows(verdicts, *([verdicts.c.period == period] if period else []), order=verdicts.c.seq)
    register.close()
    latest = {(r["gate"], r["series"], r["period"], r["kind"], r["programme"], r["source_kind"]): r for r in rows}
    return list(latest.values())
