"""What a table with units missing leaves for them: the printed total less the rows that are there, as an interval.

Belongs here: which table bounds a missing unit, and the words about it. The value of a missing unit stays unknown;
nothing is imputed. Not here: the arithmetic (dbt's marts/reconciliation), the answer around it (figures.py).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ingestion.catalogue import NATION
from ingestion.units import json_number, plain

if TYPE_CHECKING:
    from filings.reader import Reader


def missing_units(
    reader: Reader, indicator: str, period: str, area: str = NATION, programme: str = "national"
) -> list[dict[str, Any]]:
    """One entry a table with units missing and whole figure that bounds them, the table that lacks fewest units first.

    Returns: [{units, low, high, left, printed_total, printed, sum_of_rows, rows, basis, sources}] in the indicator's
    unit; low and high hold for the units together (high None: not bounded above), left = printed_total − sum_of_rows.
    Whole counts printed in full carry no rounding; every other row and the total carry theirs.
    Raises:  UsageError for an unknown indicator. A release holds no rows of publications: the list is empty.
    """
    asked = reader.catalogue.indicator(indicator)
    if reader.release is not None:
        return []
    rows = reader.rows(
        """select * from consistency_sums
           where indicator = ? and period = ? and area_code = ? and programme = ? and len(units_lacking) > 0
           order by len(units_lacking), source_id, submission_id,
             list_position(['total', 'earlier', 'later', 'rates'], basis), choice_rank""",
        [indicator, period, area, programme],
    )
    return [
        {
            "units": row["units_lacking"],
            "low": json_number(row["rest_low"], asked.unit),
            "high": json_number(row["rest_high"], asked.unit),
            "left": json_number(row["rest_point"], asked.unit),
            "printed_total": json_number(row["other_point"], asked.unit),
            "printed": _said(row),
            "sum_of_rows": json_number(row["point"], asked.unit),
            "rows": row["units_reported"],
            "basis": row["basis"],
            "sources": list(dict.fromkeys([row["source_id"], *row["sources"]])),
        }
        for row in rows
    ]


def _said(row: dict[str, Any]) -> str:
    """The whole figure as printed, with its publication; a plan that only rates imply in words of its own."""
    if row["basis"] == "rates":
        low, high = plain(row["other_low"]), plain(row["other_high"])
        return f"由各月开工数与所印开工率推得计划{low}—{high}"
    return f"{row['other_printed']}，{row['sources'][0]}"


def interval_for(reader: Reader, indicator: str, period: str, area: str, programme: str) -> dict[str, Any] | None:
    """The interval of a unit without a value, from the table of its parent area that lacks fewest units beside it.

    Several units missing: low and high are theirs together (joint), unit_low and unit_high its own. None when no table
    leaves one, or when the bounds contradict each other.
    """
    unit = reader.catalogue.area(area)
    if not unit.parent_code:
        return None
    asked = reader.catalogue.indicator(indicator)
    entries = [e for e in missing_units(reader, indicator, period, unit.parent_code, programme) if area in e["units"]]
    if not entries:
        return None
    first = entries[0]
    same = [e for e in entries if e["units"] == first["units"] and e["sources"][0] == first["sources"][0]]
    low = max(Decimal(str(e["low"])) for e in same)
    highs = [Decimal(str(e["high"])) for e in same if e["high"] is not None]
    high = min(highs, default=None)
    if high is None or low > high:
        return None
    joint = len(first["units"]) > 1
    names = [_short(reader, code) for code in first["units"]]
    used = [e for e in same if e["high"] is not None and Decimal(str(e["high"])) == high]
    used += [e for e in same if e not in used and Decimal(str(e["low"])) == low and low > 0]
    sources = list(dict.fromkeys(s for e in used for s in e["sources"]))
    shown_zh, shown_en = f"{plain(low)}—{plain(high)}{asked.unit}", f"{plain(low)} to {plain(high)}"
    parent = _short(reader, unit.parent_code)
    zh = f"{first['sources'][0]}印出的{first['rows']}行合计{first['sum_of_rows']}{asked.unit}，与{parent}的数"
    zh += f"（{'；'.join(dict.fromkeys(e['printed'] for e in used))}）相比，余{shown_zh}，"
    zh += f"是{'、'.join(names)}合计；其中本单位在0—{plain(high)}之间" if joint else "即本单位的数所在的区间"
    en = f"{first['rows']} rows of {first['sources'][0]} add up to {first['sum_of_rows']}; against the whole figure "
    en += f"{shown_en} is left for {len(names)} units together" if joint else f"{shown_en} is left for this unit"
    return {
        "low": json_number(low, asked.unit),
        "high": json_number(high, asked.unit),
        "units": first["units"],
        "joint": joint,
        "unit_low": json_number(Decimal(0) if joint else low, asked.unit),
        "unit_high": json_number(high, asked.unit),
        "sources": sources,
        "reason_zh": f"{zh}；本数没有印出，不作估计。",
        "reason_en": f"{en}; it was not printed and is not estimated.",
    }


def _short(reader: Reader, code: str) -> str:
    area = reader.catalogue.area(code)
    return area.short_zh or area.name_zh
