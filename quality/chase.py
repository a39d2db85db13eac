"""Who still owes a return, by weight in the total: missing, returned, or waiting for an explanation or a decision. Reads only.

A unit with a version in force owes nothing, whatever else it filed. Weight is the unit's share of the last known total
of a headline field (rulebook/calendar.yaml); a unit without history has none and says so. Not here: what a province's
partition shows (status.py), the dates (ingestion.calendar_days).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from ingestion.calendar_days import LEVELS, due_date, due_entry
from ingestion.catalogue import Catalogue
from ingestion.catalogue import catalogue as project_catalogue
from ingestion.errors import UsageError
from ingestion.moments import CHINA, now_utc
from ingestion.register import Register, in_force, submissions
from ingestion.store import Store
from ingestion.units import json_number, plain
from quality.decisions import unexplained
from quality.last_values import last_accepted, share

SHARE = Decimal("0.0001")


def chase(
    home: Path,
    form_id: str,
    period: str,
    *,
    level: str = "county",
    province: str | None = None,
    sample: bool = False,
    today: dt.date | None = None,
    catalogue: Catalogue | None = None,
) -> dict[str, Any]:
    """Every expected unit that has nothing in force for a form and period, heaviest first.

    Args:    level: whose return is asked for; county means the basic units (cities without counties too).
    Returns: {form, plan_version, period, level, province, sample_data, due: {date, original, why_zh, why_en,
             holidays_known}, today, days_late, expected, in_force, weighed_by, rows: [{unit_code, unit_name,
             province_code, province_name, status: missing|returned|needs_explanation, waits_for: unit|level_above,
             to_explain, submission_id, received_at, weight, weight_reason_zh, weight_reason_en, effect, effect_unit,
             share_province, share_nation, days_late}]}. weight: share of the units asked for. effect: what the totals
             lack without the unit, its last accepted value of weighed_by; as a share of the province and the nation.
    Raises:  UsageError for an unknown form, level or province, or a period that does not fit.
    """
    catalogue = catalogue or project_catalogue()
    form = catalogue.form(form_id)
    version = due_entry(form_id, catalogue=catalogue).version if form.version_field else None
    day = due_date(form_id, level, period, version, catalogue)
    today = today or now_utc().astimezone(CHINA).date()
    late = max((today - day.date).days, 0)
    kind = "sample" if sample else "return"
    register, store = Register(home), Store(home, catalogue)
    try:
        rows = register.states(submissions.c.kind == kind, submissions.c.form == form_id, submissions.c.period == period,
                               submissions.c.plan_version == (version or ""))  # fmt: skip
        provinces = _provinces(register, kind) if sample else None
        expected = _expected(catalogue, level, province, provinces, period)
        everyone = _expected(catalogue, level, None, provinces, period)
        done = {r["unit_code"] for r in in_force(rows).values()}
        weights, field = _weights(register, store, kind, form_id, period, expected, everyone, catalogue)
        total = sum((weights[u] for u in expected if u in weights), Decimal(0))
        nation, provincial = sum(weights.values(), Decimal(0)), _by_province(weights, catalogue)
        unit_of_effect = _base_unit(field, catalogue)
        owing = [u for u in expected if u not in done]
        owing.sort(key=lambda u: (-weights.get(u, Decimal(-1)), catalogue.area(u).name_zh, u))
        found = []
        for unit in owing:
            last = max(
                (r for r in rows if r["unit_code"] == unit), key=lambda r: (r["received_at"], r["seq"]), default=None
            )
            status = last["status"] if last else "missing"
            waiting = unexplained(register, last, catalogue) if last and status == "needs_explanation" else []
            weight = weights[unit] / total if unit in weights and total else None
            effect = weights.get(unit)
            above = catalogue.province_of(unit)
            found.append({
                "unit_code": unit, "unit_name": catalogue.area(unit).name_zh, "province_code": above,
                "province_name": catalogue.area(above).name_zh, "status": status,
                "waits_for": "level_above" if status == "needs_explanation" and not waiting else "unit",
                "to_explain": waiting, "submission_id": last["submission_id"] if last else None,
                "received_at": last["received_at"] if last else None,
                "weight": plain(weight.quantize(SHARE)) if weight is not None else None,
                "weight_reason_zh": "" if weight is not None else "无历史数据，权重未知",
                "weight_reason_en": "" if weight is not None else "no history: weight unknown",
                "effect": json_number(effect, unit_of_effect), "effect_unit": unit_of_effect,
                "share_province": share(effect, provincial[above]) if effect is not None else None,
                "share_nation": share(effect, nation) if effect is not None else None,
                "days_late": late,
            })  # fmt: skip
    finally:
        register.close()
    return {
        "form": form_id, "plan_version": version, "period": period, "level": level, "province": province,
        "sample_data": sample,
        "due": {"date": day.date.isoformat(), "original": day.original.isoformat(), "why_zh": day.why_zh,
                "why_en": day.why_en, "holidays_known": day.holidays_known},
        "today": today.isoformat(), "days_late": late, "expected": len(expected),
        "in_force": len(expected) - len(owing), "weighed_by": field,
        "rows": found,
    }  # fmt: skip


def _provinces(register: Register, kind: str) -> set[str]:
    rows = register.rows(submissions, submissions.c.kind == kind)
    return {r["province_code"] for r in rows if r["province_code"]}


def _by_province(values: Mapping[str, Decimal], catalogue: Catalogue) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for unit, value in values.items():
        above = catalogue.province_of(unit)
        found[above] = found.get(above, Decimal(0)) + value
    return found


def _base_unit(headline: str | None, catalogue: Catalogue) -> str | None:
    """The unit in which the values of a headline field (J1.plan_hh) are held."""
    if headline is None:
        return None
    form, _, field = headline.partition(".")
    unit = catalogue.field_sets[form].by_id[field].unit
    return catalogue.unit(unit).base if unit else None


def _expected(
    catalogue: Catalogue, level: str, province: str | None, provinces: Iterable[str] | None, period: str
) -> list[str]:
    """Units of a level that file for a period: of one province, or of some."""
    if level not in LEVELS:
        raise UsageError(f"没有级别 {level}；可用：{'、'.join(LEVELS)} (no such level)")
    if province is not None and catalogue.area(province).level != "province":
        raise UsageError(f"{province} {catalogue.area(province).name_zh} 不是省级单位 (not a province-level unit)")
    within = {province} if province else set(provinces) if provinces is not None else None
    if level == "county":
        units = sorted(catalogue.basic_units_in(period))
    else:
        units = [a.code for a in catalogue.areas.values() if a.level == level and a.code not in catalogue.basic_units]
    return [u for u in units if within is None or catalogue.province_of(u) in within]


def _weights(
    register: Register,
    store: Store,
    kind: str,
    form_id: str,
    period: str,
    units: list[str],
    everyone: list[str],
    catalogue: Catalogue,
) -> tuple[dict[str, Decimal], str | None]:
    """unit → last accepted value of the headline field that most of the units have, and that field's name.

    everyone: the units of the nation, whose values are given too: they make the totals that shares are of.
    """
    best: dict[str, Decimal] = {}
    name: str | None = None
    for headline in catalogue.calendar.headline.get(form_id, []):
        form, _, field = headline.partition(".")
        # a plan of the period's year is known in the year, so a year is compared with the year of a month
        until = period if len(period) == 7 and catalogue.form(form).frequency == "monthly" else period[:4] + "-12"
        values = last_accepted(register, store, kind, form, field, until, everyone, period)
        if sum(u in values for u in units) > sum(u in best for u in units):
            best, name = values, headline
    return best, name
