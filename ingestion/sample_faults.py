"""Faults in first versions of sample rosters: what the receiving side must send back. Each is mended in the next version.

Not here: what stays as it is and is only asked about (sample_profiles.py), files and times (samples.py).
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from ingestion.model import Value
from ingestion.sample_communities import month_no
from ingestion.sample_plans import OFF_PLAN
from ingestion.sample_profiles import NEWER
from ingestion.sample_rosters import Row, Tables, day_of


def _changed(tables: Tables, task: Value, changes: Row) -> Tables:
    return {**tables, "J4": [row | changes if row["task_id"] == task else row for row in tables["J4"]]}


def _first(tables: Tables, wanted: Callable[[Row], bool]) -> Value:
    return next(row["task_id"] for row in tables["J4"] if wanted(row))


def _without_evidence(tables: Tables, month: int) -> Tables:
    return _changed(tables, _first(tables, lambda row: row["stage"] == "ST07"), {"start_ev": "E9"})


def _accepted_ahead(tables: Tables, month: int) -> Tables:
    """Works not yet accepted are entered as accepted on a day of the month after."""
    task = _first(tables, lambda row: row["stage"] in ("ST07", "ST08"))
    return _changed(tables, task, {"d_finish": day_of(month, 28), "d_accept": day_of(month + 1, 12)})


def _in_ten_thousands(tables: Tables, month: int) -> Tables:
    """The area of the largest community of the year's plan in 万平方米, as once stood in an official notice."""
    planned = (row for row in tables["J4"] if row["plan_year"] == month // 12)
    largest = max(planned, key=lambda row: str(row["hh"]).zfill(9))
    area = largest["area"]
    assert isinstance(area, Decimal)
    return _changed(tables, largest["task_id"], {"area": (area / 10_000).quantize(Decimal("0.01"))})


def _as_old(tables: Tables, month: int) -> Tables:
    return _changed(tables, _first(tables, lambda row: row["elig"] == "Y3"), {"elig": "Y1"})


def _one_off_plan_left_out(tables: Tables, month: int) -> Tables:
    left_out = _first(tables, lambda row: row["membership"] == "M2")
    return {name: [row for row in rows if row["task_id"] != left_out] for name, rows in tables.items()}


FAULTS: dict[tuple[str, int], tuple[Callable[[Tables, int], Tables], str]] = {
    ("110107", month_no(2022, 12)): (
        _accepted_ahead,
        "应退回：一个小区的验收日期晚于报告期末，违反J4-010 (to be returned: accepted in the future)",
    ),
    ("110111", month_no(2023, 3)): (
        _in_ten_thousands,
        "应退回：一个小区的面积按万平方米填报，触发J4-023并违反X-002 (to be returned: area in the wrong unit)",
    ),
    (NEWER, month_no(2023, 3)): (
        _as_old,
        "应退回：2006年建成的小区按2000年底前纳入，违反J4-006 (to be returned: a newer community entered as old)",
    ),
    (OFF_PLAN, month_no(2023, 3)): (
        _one_off_plan_left_out,
        "应退回：计划外开工2个，清单只列1个，违反X-006 (to be returned: a start outside the plan is not listed)",
    ),
    ("110106", month_no(2023, 6)): (
        _without_evidence,
        "应退回：一个开工小区无任何开工佐证，违反J4-011 (to be returned: started without evidence)",
    ),
}
