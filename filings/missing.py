"""What a table with units missing leaves for them: the printed total less the rows that are there, as an interval.

Belongs here: which totals bound which rows. The value of a missing unit stays unknown; nothing is imputed. Not here:
interval arithmetic (intervals.py), the answer around it (figures.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING, Any

from filings.intervals import Interval, added, counted, printed_interval
from ingestion.catalogue import NATION
from ingestion.rulebook_model import Indicator
from ingestion.units import json_number, plain

if TYPE_CHECKING:
    from filings.figures import Reader

# A plan that nobody printed exactly follows from starts and the rates printed of them: control-totals-notes §3.3.
RATES_OF_PLAN = {
    "plan_communities": ("started_communities", "start_rate_communities_printed"),
    "plan_households": ("started_households", "start_rate_households_printed"),
}


@dataclass(frozen=True)
class _Bound:
    """A whole figure of the area, or what one says about it. basis: total | earlier | later | rates."""

    interval: Interval
    basis: str
    printed: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class _Table:
    """The rows of one publication, and the units that it lacks."""

    source: str
    rows: int
    summed: Interval
    lacking: tuple[str, ...]


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
    if reader.release is not None or asked.kind not in ("flow", "stock", "plan") or asked.unit == "%":
        return []
    tables = _tables(reader, indicator, period, area, programme)
    if not tables:
        return []
    entries = []
    for table in tables:
        for bound in _bounds(reader, asked, period, area, programme):
            rest = _rest(bound.interval, table.summed, asked)
            entries.append(
                {
                    "units": list(table.lacking),
                    "low": json_number(rest.low, asked.unit),
                    "high": json_number(rest.high, asked.unit),
                    "left": json_number(rest.point, asked.unit) if bound.basis != "rates" else None,
                    "printed_total": json_number(bound.interval.point, asked.unit) if bound.basis != "rates" else None,
                    "printed": bound.printed,
                    "sum_of_rows": json_number(table.summed.point, asked.unit),
                    "rows": table.rows,
                    "basis": bound.basis,
                    "sources": list(dict.fromkeys([table.source, *bound.sources])),
                }
            )
    return entries


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


def _rest(whole: Interval, summed: Interval, indicator: Indicator) -> Interval:
    """whole − sum, never below zero; bounds of counts are whole numbers."""
    low, high = whole.low - (summed.high or summed.point), None if whole.high is None else whole.high - summed.low
    if indicator.decimals == 0:
        low = low.to_integral_value(ROUND_CEILING)
        high = None if high is None else high.to_integral_value(ROUND_FLOOR)
    return Interval(whole.point - summed.point, max(low, Decimal(0)), high)


def _tables(reader: Reader, indicator: str, period: str, area: str, programme: str) -> list[_Table]:
    children = reader.catalogue.children.get(area, [])
    held: dict[str, list[dict[str, Any]]] = {}
    for row in reader.rows(
        """select submission_id, source_id, unit_code, value, half_unit, qualifier from fct_observations
           where not is_sample and role = 'row' and dim_code = '' and not is_doubtful
             and programme = ? and indicator = ? and period = ? order by submission_id, unit_code""",
        [programme, indicator, period],
    ):
        if row["unit_code"] in children:
            held.setdefault(row["submission_id"], []).append(row)
    tables = []
    for rows in held.values():
        seen = {row["unit_code"] for row in rows}
        lacking = tuple(code for code in children if code not in seen)
        if lacking:
            tables.append(_Table(rows[0]["source_id"], len(seen), added(_interval(r) for r in rows), lacking))
    return sorted(tables, key=lambda t: (len(t.lacking), t.source))


def _interval(row: dict[str, Any]) -> Interval:
    return counted(printed_interval(row["value"], row["half_unit"] or Decimal(0), row["qualifier"] or "exact"))


def _wholes(reader: Reader, indicator: str, area: str, programme: str, year: str) -> dict[str, list[dict[str, Any]]]:
    """Printed figures of a year and its months by period, the chosen one first; sums and doubtful ones left out."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in reader.rows(
        """select period, value, half_unit, qualifier, printed, source_id from fct_figures
           where not is_sample and accum = 'level' and basis = 'filed' and source_id is not null and not is_doubtful
             and dim_code = '' and obs_status in ('A', 'B') and value is not null
             and programme = ? and indicator = ? and area_code = ? and left(period, 4) = ? and length(period) in (4, 7)
           order by period, choice_rank""",
        [programme, indicator, area, year],
    ):
        found.setdefault(row["period"], []).append(row)
    return found


def _bounds(reader: Reader, indicator: Indicator, period: str, area: str, programme: str) -> list[_Bound]:
    wholes = _wholes(reader, indicator.id, area, programme, period[:4])
    found = [_bound(row, "total") for row in wholes.get(period, [])]
    if indicator.kind == "flow":
        month = period if len(period) == 7 else f"{period}-12"
        earlier = [p for p in wholes if len(p) == 7 and p < month]
        later = [p for p in wholes if len(p) == 7 and p > month]
        for near in ([max(earlier)] if earlier else []) + ([min(later)] if later else []):
            bound = _bound(wholes[near][0], "earlier" if near < month else "later")
            whole = bound.interval
            # the year to date never falls: the month before is the least, the month after the most
            limits = (
                Interval(whole.point, whole.low, None)
                if near < month
                else Interval(whole.point, Decimal(0), whole.high)
            )
            found.append(_Bound(limits, bound.basis, f"{near}：{bound.printed}", bound.sources))
    rates = _plan_from_rates(reader, indicator.id, period, area, programme)
    return [*found, *([rates] if rates else [])]


def _bound(row: dict[str, Any], basis: str) -> _Bound:
    return _Bound(_interval(row), basis, f"{row['printed']}，{row['source_id']}", (row["source_id"],))


def _plan_from_rates(reader: Reader, plan: str, year: str, area: str, programme: str) -> _Bound | None:
    """The plan that the printed rates of a year divide by: starts ÷ rate of every month, intersected.

    None when no month has both, or when the months contradict each other (the plan was moved).
    """
    if plan not in RATES_OF_PLAN or len(year) != 4:
        return None
    started, rate = RATES_OF_PLAN[plan]
    starts = _wholes(reader, started, area, programme, year)
    low, high = Decimal(0), Decimal("Infinity")
    sources: dict[str, None] = {}
    for period, printed in _wholes(reader, rate, area, programme, year).items():
        for row in printed if period in starts else []:
            share, top = _interval(row), _interval(starts[period][0])
            if share.high is None or top.high is None or share.low <= 0:
                continue
            low, high = max(low, top.low * 100 / share.high), min(high, top.high * 100 / share.low)
            sources |= {starts[period][0]["source_id"]: None, row["source_id"]: None}
    if not sources or low > high:
        return None
    low, high = low.to_integral_value(ROUND_CEILING), high.to_integral_value(ROUND_FLOOR)
    words = f"由各月开工数与所印开工率推得计划{plain(low)}—{plain(high)}"
    return _Bound(Interval(low, low, high), "rates", words, tuple(sources))
