"""What the reconciliation found, read from its marts: control totals, plans, sums, years, sets.

Belongs here: the contract's objects of `jiugai reconcile`. Not here: verdicts (verdicts.py, dbt's marts/reconciliation),
printing (orchestration), pages (dashboards).
"""

from __future__ import annotations

from typing import Any

from filings.question import is_period
from filings.reader import Reader
from ingestion.errors import UsageError
from ingestion.units import json_number

VERDICTS = ("agrees", "differs", "explained", "other_definition", "same_source", "no_data")
CONSISTENCY = ("sums", "years", "effects", "publishers", "sets")
KINDS = ("totals", "plans", *CONSISTENCY)


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


def plans(reader: Reader, period: str | None = None) -> list[dict[str, Any]]:
    """What the ministry divided by: one entry a run of months that agree on one plan, with the months behind it.

    Args:    period: only plans of that year, or runs that hold that month or a day of it.
    Returns: [{programme, area, year, measure, run, runs, verdict, low, high, pinned, revised_by, cut, publishers,
        printed_plans, printed_inside, printed_outside, months}]; whole numbers, low None: only an upper bound is implied. cut: the same
        if digits had been dropped, None where that explains no plan at all. verdict: pinned | narrowed | at_most |
        revised (two runs or more) | impossible.
    Raises:  UsageError as `reconcile`.
    """
    _readable(reader, period)
    months: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for m in reader.rows("select * from fct_plan_inference order by period, publisher"):
        months.setdefault((m["programme"], m["area_code"], m["plan_year"], m["measure"]), []).append(m)
    found = []
    for row in reader.rows(
        "select * from fct_plan_inference_runs order by measure, plan_year, area_code, run, programme"
    ):
        held = months[row["programme"], row["area_code"], row["plan_year"], row["measure"]]
        first, last = _end(row["first_period"]), _end(row["last_period"])
        inside = [_month(m) for m in held if first <= _end(m["period"]) <= last]
        if (
            period is None
            or row["plan_year"] == period
            or any(period in (m["period"], m["period"][:7]) for m in inside)
        ):
            found.append(_run(row, inside))
    return found


def _end(period: str) -> str:
    """What a month or a day is put in order by: a month goes by its last day."""
    return period if len(period) == 10 else f"{period}-31"


def _run(row: dict[str, Any], months: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "programme": row["programme"],
        "area": row["area_code"],
        "year": row["plan_year"],
        "measure": row["measure"],
        "run": row["run"],
        "runs": row["runs"],
        "verdict": row["verdict"],
        "low": row["plan_low"],
        "high": row["plan_high"],
        "pinned": row["pinned"],
        "revised_by": row["revised_by"],
        "cut": None if row["is_cut_refuted"] else {"low": row["cut_low"], "high": row["cut_high"]},
        "publishers": row["publishers"].split(),
        "printed_plans": row["printed_plans"],
        "printed_inside": row["printed_inside"],
        "printed_outside": row["printed_outside"],
        "months": months,
    }


def _month(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "period": row["period"],
        "starts": json_number(row["starts"], ""),
        "rate_printed": row["rate_printed"],
        "low": row["plan_low"],
        "high": row["plan_high"],
        "sources": list(dict.fromkeys([row["starts_source_id"], row["rate_source_id"]])),
        "observations": [row["starts_observation_id"], row["rate_observation_id"]],
    }


def consistency(reader: Reader, kind: str, period: str | None = None) -> list[dict[str, Any]]:
    """Published figures against each other: one entry a test of fct_consistency.

    Args:    kind: one of CONSISTENCY; period: as in `reconcile`.
    Returns: [{test_id, kind, programme, indicator, area, period, source_id, printed, point, low, high, other_basis,
        other_printed, other_point, other_low, other_high, other_sources, rest_point, rest_low, rest_high, units_reported,
        units_expected, units_lacking, verdict, reason, reason_en, total_id, observations}]. The rest is other − tested;
        of a table with units missing it is what is left for them (verdict `interval`).
    Raises:  UsageError as `reconcile`.
    """
    _readable(reader, period)
    rows = reader.rows(
        "select * from fct_consistency where kind = ? order by period, area_code, indicator, test_id", [kind]
    )
    return [_test(reader, row) for row in rows if _same_period(row["period"], period)]


def _test(reader: Reader, row: dict[str, Any]) -> dict[str, Any]:
    held = reader.catalogue.indicators.get(row["indicator"])
    # a set compares starts with a plan, whatever the list prints
    unit = "个" if row["kind"] == "sets" or held is None else held.unit
    amounts = ("point", "low", "high", "other_point", "other_low", "other_high", "rest_point", "rest_low", "rest_high")
    kept = ("test_id", "kind", "programme", "indicator")
    more = ("units_reported", "units_expected", "units_lacking", "verdict")
    return {
        **{name: row[name] for name in kept},
        "area": row["area_code"],
        "period": row["period"],
        "source_id": row["source_id"],
        "printed": row["printed"],
        "other_basis": row["other_basis"],
        "other_printed": row["other_printed"],
        "other_sources": row["other_sources"],
        **{name: json_number(row[name], unit) for name in amounts},
        **{name: row[name] for name in more},
        "reason": row["reason_zh"],
        "reason_en": row["reason_en"],
        "total_id": row["total_id"],
        "observations": [o for o in (row["observation_id"], row["other_observation_id"]) if o],
    }
