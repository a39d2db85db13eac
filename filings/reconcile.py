"""What the reconciliation found, read from its marts: control totals, plans, sums, years, sets.

Belongs here: the contract's objects of `jiugai reconcile`. Not here: verdicts (verdicts.py, dbt's marts/reconciliation),
printing (orchestration), pages (dashboards).
"""

from __future__ import annotations

from typing import Any

from filings.figures import Reader, is_period
from ingestion.errors import UsageError
from ingestion.units import json_number

VERDICTS = ("agrees", "differs", "explained", "other_definition", "same_source", "no_data")


def _readable(reader: Reader, period: str | None) -> None:
    if period is not None and not is_period(period):
        raise UsageError(f"报告期“{period}”无法识别；应为 2023、2023-09 或 2019/2022 (period not understood)")
    if reader.release is not None:
        raise UsageError("对账要用构建，不能用发布；请去掉 --release (reconcile reads a build, not a release)")


def _same_period(label: str, asked: str | None) -> bool:
    """A year and its December are one."""
    return asked is None or label == asked or label == f"{asked}-12" or asked == f"{label}-12"


def reconcile(reader: Reader, period: str | None = None) -> list[dict[str, Any]]:
    """Every published control total with its verdict, in file order.

    Args:    period: only totals of that label (2023, 2023-09, 2019/2022); a year and its December are one.
    Returns: the contract's objects, with `reason_en`, `ours_basis`, `ours_sources` and `dims`.
    Raises:  UsageError for a period that is none, or for a release (it holds no single observations).
    """
    _readable(reader, period)
    rows = reader.rows("select * from fct_control_totals order by file_order")
    return [_total(row) for row in rows if _same_period(row["period"], period)]


def _total(row: dict[str, Any]) -> dict[str, Any]:
    unit = row["unit"]
    return {
        "total_id": row["total_id"],
        "indicator": row["indicator"],
        "dims": {row["dim_name"]: row["dim_code"]} if row["dim_name"] else {},
        "area": row["area_code"],
        "period": row["period"],
        "printed": row["printed"],
        "published_value": json_number(row["value"], unit),
        "ours": json_number(row["ours"], unit),
        "difference": json_number(row["difference"], unit),
        "tolerance": json_number(row["tolerance"], unit),
        "verdict": row["verdict"],
        "independence": row["independence"],
        "reason": row["reason_zh"],
        "reason_en": row["reason_en"],
        "ours_basis": row["ours_basis"],
        "ours_sources": row["ours_sources"],
    }
