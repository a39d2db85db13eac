"""Households and residents that renovation reached, with the years of a window by name. Reads a build only.

惠及 in print means households of communities on which work started; households of accepted communities stand beside it.
Residents are an estimate by a named factor, or what was filed; the two are never mixed (mart fct_benefits).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from filings.windows import window
from ingestion.errors import UsageError
from ingestion.model import SAMPLE_MARK
from ingestion.units import json_number, plain

if TYPE_CHECKING:
    from filings.reader import Reader

PERIOD = re.compile(r"20\d\d(/20\d\d)?")
MEASURES = {
    "households_started": ("benefited_households", "户"),
    "households_accepted": ("accepted_households", "户"),
    "residents_estimated": ("benefited_residents", "人"),
    "residents_accepted_estimated": ("accepted_residents", "人"),
    "residents_filed": ("effect_e_pop", "人"),
    "residents_planned_filed": ("plan_residents", "人"),
    "households_effect": ("effect_e_hh", "户"),
}
# where the number stands, and whose basis it has: an estimate has that of its households
COLUMNS = {
    "residents_estimated": ("residents_started_estimated", "households_started"),
    "residents_accepted_estimated": ("residents_accepted_estimated", "households_accepted"),
}


def last_years(
    reader: Reader, area: str, count: int, *, programme: str = "national", sample: bool = False
) -> str | None:
    """The window of the newest `count` years with households started, as a period; None when no year has any."""
    rows = reader.rows(
        """select max(last_year) as year from fct_benefits where is_sample = ? and programme = ? and area_code = ?
           and length(period) = 4 and households_started is not null""",
        [sample, programme, area],
    )
    last = rows[0]["year"] if rows else None
    if last is None:
        return None
    return f"{last - count + 1}/{last}" if count > 1 else str(last)


def benefits(
    reader: Reader, area: str, period: str, *, programme: str = "national", sample: bool = False
) -> dict[str, Any]:
    """Every measure of a year or a range of years; value None where there is none, or where a year of the range lacks one.

    Returns: {window, <measure>: {indicator, name_zh, name_en, value, unit, basis, missing}, factor, accepted_beside_effect,
    ...}; missing: [{year, newest_month, reason_zh, reason_en}], the years of the window without a figure, newest_month the
    last month of the year that has one. accepted_beside_effect is None for ranges and where no unit filed both J2 25 and
    J3 02.
    Raises:  UsageError for an unknown area, or a period that is no year and no range of years.
    """
    held = reader.catalogue.area(area)
    first, _, last = period.partition("/")
    if not PERIOD.fullmatch(period) or (last and first > last):
        raise UsageError(f"“{period}”应为年份或年份段，如 2023 或 2019/2023 (a year, or a range of years)")
    rows = reader.rows(
        "select * from fct_benefits where is_sample = ? and programme = ? and area_code = ? and period = ?",
        [sample, programme, area, period],
    )
    row = rows[0] if rows else None
    missing = _missing(reader, area, period, programme, sample)
    answer: dict[str, Any] = {
        "area": area,
        "area_name": held.name_zh,
        "period": period,
        "window": window(period),
        "programme": programme,
        "sample_data": sample,
        "as_of": reader.as_of,
        "factor": {
            "name": "persons_per_household",
            "name_zh": "每户人数系数",
            "value": plain(reader.catalogue.persons_per_household),
            "note_zh": "估算系数，不是计数",
            "note_en": "a factor for estimates, not a count",
        },
        "accepted_beside_effect": None,
    }
    for name, (indicator, unit) in MEASURES.items():
        column, counted = COLUMNS.get(name, (name, name))
        words = reader.catalogue.indicator(indicator).name
        answer[name] = {
            "indicator": indicator,
            "name_zh": words.zh,
            "name_en": words.en,
            "value": json_number(row[column], unit) if row else None,
            "unit": unit,
            "basis": row[f"{counted}_basis"] if row else None,
            "missing": missing[MEASURES[counted][0]],
        }
    if row and row["compared_units"]:
        answer["accepted_beside_effect"] = {
            "units_compared": row["compared_units"],
            "accepted": json_number(row["compared_accepted"], "户"),
            "effect": json_number(row["compared_effect"], "户"),
            "difference": json_number(row["compared_difference"], "户"),
        }
    if sample:
        answer["marker"] = SAMPLE_MARK
    return answer


def _missing(reader: Reader, area: str, period: str, programme: str, sample: bool) -> dict[str, list[dict[str, Any]]]:
    """Indicator → years of the window without a figure: of a year that goes on, and that is none before its December."""
    first, last = int(period[:4]), int(period[-4:])
    indicators = sorted({indicator for indicator, _ in MEASURES.values()})
    rows = reader.rows(
        """select indicator, left(period, 4)::integer as year, bool_or(length(period) = 4) as has_year,
             max(period) filter (where length(period) = 7) as newest_month
           from fct_figures
           where is_sample = ? and programme = ? and area_code = ? and list_contains(?::varchar[], indicator)
             and accum = 'level' and dim_code = '' and choice_rank = 1 and length(period) in (4, 7)
             and period between ? and ?
           group by all""",
        [sample, programme, area, indicators, str(first), f"{last}-12"],
    )
    held = {(r["indicator"], r["year"]): r for r in rows}
    found: dict[str, list[dict[str, Any]]] = {}
    for indicator in indicators:
        years = [(y, held.get((indicator, y))) for y in range(first, last + 1)]
        found[indicator] = [_without(y, row["newest_month"] if row else None) for y, row in years
                            if row is None or not row["has_year"]]  # fmt: skip
    return found


def _without(year: int, newest_month: str | None) -> dict[str, Any]:
    zh, en = "没有可用的报表或公布数", "nothing usable was filed or published"
    if newest_month:
        zh, en = f"只到 {newest_month}，年数须有12月", f"known to {newest_month}; a year is its December"
    return {"year": year, "newest_month": newest_month, "reason_zh": zh, "reason_en": en}
