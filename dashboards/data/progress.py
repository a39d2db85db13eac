"""Frames of starts, plans and households: by year, by month, by province and by the units of one province."""

from __future__ import annotations

from collections.abc import Sequence

from dashboards.data.reading import (
    HOUSEHOLDS,
    PERIODS,
    PLAN,
    STARTED,
    areas_with,
    latest,
    periods_with,
    provinces,
    read_frame,
    years_with,
)
from dashboards.frames import FIRST_YEAR, Frame, Key
from filings.reader import Reader
from ingestion.catalogue import NATION

BASES = ("first", "then", "now")
PLAN_VERSIONS = tuple(f"{PLAN}_{base}" for base in BASES)
RATES_BY_BASE = tuple(f"start_rate_communities_plan_{base}" for base in BASES)
PRINTED_RATE = "start_rate_communities_printed"
# what the map of provinces can show, the first one that any province has being shown first
MEASURES = (
    "start_rate_communities_plan_first",
    PRINTED_RATE,
    *RATES_BY_BASE[1:],
    STARTED,
    "started_households",
    HOUSEHOLDS,
)
RESIDENTS = "benefited_residents"


def top_area(reader: Reader, sample: bool) -> str:
    """The widest area that has figures: the nation, or the one province that the samples cover."""
    held = areas_with(reader, [STARTED, PLAN], sample)
    covered = [p for p in provinces(reader) if p in held]
    return covered[0] if sample and len(covered) == 1 else NATION


def key_figures(reader: Reader, area: str, period: str, sample: bool) -> Frame:
    """Starts, plan, households and money of one period, and what the nation reached since FIRST_YEAR."""
    base = PLAN_VERSIONS[0] if sample and reader.release is None else PLAN
    asked = [STARTED, base, f"start_rate_communities_plan_{'first' if sample else 'then'}", HOUSEHOLDS, RESIDENTS]
    asked += ["funds_planned", "funds_arrived", "funds_paid"]
    keys = [Key(i, area, period) for i in asked]
    for indicator in (STARTED, HOUSEHOLDS):
        rows = reader.rows(
            """select max(period) as period from fct_figures where is_sample = ? and programme = 'national'
               and indicator = ? and area_code = ? and regexp_full_match(period, ? || '/20[0-9][0-9]')
               and choice_rank = 1""",
            [sample, indicator, area, str(FIRST_YEAR)],
        )
        if rows[0]["period"]:
            keys.append(Key(indicator, area, rows[0]["period"]))
    if not sample:
        keys += [Key("funds_allotted", area, year, "source", code) for code, year in _central(reader, area)]
    return read_frame(reader, "key_figures", keys, sample=sample)


def _central(reader: Reader, area: str) -> list[tuple[str, str]]:
    """The two central streams, each with the last year for which money was allotted."""
    rows = reader.rows(
        """select dim_code, max(period) as period from fct_figures where not is_sample and programme = 'national'
           and area_code = ? and indicator = 'funds_allotted' and dim_code in ('F11', 'F12') and accum = 'level'
           and regexp_full_match(period, '20[0-9][0-9]') group by dim_code order by dim_code""",
        [area],
    )
    return [(r["dim_code"], r["period"]) for r in rows]


def overview_period(reader: Reader, area: str, sample: bool) -> str:
    """The latest year with starts, else the latest month; the plan of a coming year does not move the page on."""
    found = (
        latest(reader, [i], area, sample, length=n)
        for n in ((7, 4) if sample else (4, 7))
        for i in (STARTED, HOUSEHOLDS, PLAN)
    )
    return next((p for p in found if p), str(FIRST_YEAR))


def yearly_starts(reader: Reader, area: str = NATION, sample: bool = False) -> Frame:
    """Communities started and planned in each year, with every other printed figure."""
    years = years_with(reader, (STARTED, PLAN), area, sample)
    keys = [Key(i, area, str(y)) for y in years for i in (STARTED, PLAN)]
    return read_frame(reader, "yearly_starts", keys, sample=sample)


def monthly_progress(reader: Reader, area: str = NATION, sample: bool = False) -> Frame:
    """Communities started from the start of the year to each month's end, twelve months of every year with a figure."""
    held = {p[:4] for p in periods_with(reader, [STARTED], area, sample) if len(p) == 7}
    years = sorted(held) or [str(FIRST_YEAR + 1)]
    keys = [Key(STARTED, area, f"{y}-{m:02d}") for y in years for m in range(1, 13)]
    return read_frame(reader, "monthly_progress", keys, sample=sample)


def monthly_flow(reader: Reader, area: str, sample: bool) -> Frame:
    """Communities started in each month alone. Published figures give no flows, returns do."""
    months = [p for p in periods_with(reader, [STARTED], area, sample) if len(p) == 7] or [f"{FIRST_YEAR}-12"]
    return read_frame(reader, "monthly_flow", [Key(STARTED, area, m, accum="flow") for m in months], sample=sample)


def benefited(reader: Reader, area: str = NATION, sample: bool = False) -> Frame:
    """Households benefited in each year, and since FIRST_YEAR to the end of each year."""
    years = years_with(reader, (HOUSEHOLDS, STARTED), area, sample)
    keys = [Key(HOUSEHOLDS, area, str(y)) for y in years]
    keys += [Key(HOUSEHOLDS, area, f"{FIRST_YEAR}/{y}") for y in years if y > FIRST_YEAR and area == NATION]
    return read_frame(reader, "benefited_households", keys, sample=sample)


def residents(reader: Reader, area: str, sample: bool) -> Frame:
    """The estimate of residents beside the households it is made from, a row a period that has one."""
    held = periods_with(reader, [RESIDENTS], area, sample) or [f"{FIRST_YEAR}"]
    years = [p for p in held if len(p) == 4] or held[-1:]
    keys = [Key(i, area, p) for p in years for i in (HOUSEHOLDS, RESIDENTS)]
    return read_frame(reader, "benefited_residents", keys, sample=sample)


# -- by province ------------------------------------------------------------------------------------------------------
def province_counts(reader: Reader, indicators: Sequence[str], sample: bool) -> dict[str, dict[str, int]]:
    """indicator → period → how many province-level units have it; indicators and periods that any has."""
    rows = reader.short_list(
        f"""select indicator, period, count(distinct area_code) as units from fct_figures where is_sample = ?
            and programme = 'national' and list_contains(?::varchar[], indicator) and choice_rank = 1
            and accum = 'level' and list_contains(?::varchar[], area_code) and regexp_full_match(period, '{PERIODS}')
            group by indicator, period order by indicator, period""",
        [sample, list(indicators), provinces(reader)],
    )
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row["indicator"], {})[row["period"]] = row["units"]
    return found


def province_period(reader: Reader, sample: bool) -> str:
    """The latest month in which as many provinces as ever have starts."""
    counts = province_counts(reader, [STARTED], sample).get(STARTED, {})
    months = {p: n for p, n in counts.items() if len(p) == 7} or counts
    whole = [p for p, n in months.items() if n == max(months.values())]
    return whole[-1] if whole else f"{FIRST_YEAR}-12"


def measures_at(reader: Reader, period: str, sample: bool) -> list[str]:
    """Which of MEASURES any province has at a period."""
    counts = province_counts(reader, MEASURES, sample)
    return [m for m in MEASURES if counts.get(m, {}).get(period)]


def by_province(reader: Reader, measure: str, period: str, sample: bool) -> Frame:
    """One indicator of every province-level unit: what a map shows."""
    keys = [Key(measure, area, period) for area in provinces(reader)]
    return read_frame(reader, f"provinces_{measure}_{period}", keys, sample=sample)


def table_columns(reader: Reader, period: str, sample: bool) -> list[str]:
    """Columns of the table of provinces: what any province has of starts, plans and rates, each base apart."""
    wanted = (STARTED, PLAN, *PLAN_VERSIONS, *RATES_BY_BASE, PRINTED_RATE, "started_households", HOUSEHOLDS)
    rows = reader.rows(
        """select distinct indicator from fct_figures where is_sample = ? and programme = 'national' and period = ?
           and accum = 'level' and dim_code = '' and list_contains(?::varchar[], area_code)""",
        [sample, period, provinces(reader)],
    )
    held = {r["indicator"] for r in rows}
    return [i for i in wanted if i in held and not (i == PLAN and set(PLAN_VERSIONS) <= held)] or [STARTED]


def province_table(reader: Reader, period: str, sample: bool) -> Frame:
    """Every province-level unit against its plan as first confirmed, as in force then and as it is now."""
    columns = table_columns(reader, period, sample)
    keys = [Key(i, area, period) for area in provinces(reader) for i in columns]
    return read_frame(reader, f"province_table_{period}", keys, sample=sample)


def household_period(reader: Reader, asked: str, sample: bool) -> str:
    """The period asked for when half of the provinces have households then, else the latest of those with most."""
    counts = province_counts(reader, [HOUSEHOLDS], sample).get(HOUSEHOLDS, {})
    if counts.get(asked, 0) * 2 >= len(provinces(reader)) or not counts:
        return asked
    return [p for p, n in counts.items() if n == max(counts.values())][-1]


# -- below a province -------------------------------------------------------------------------------------------------
def units_below(reader: Reader, area: str, period: str, sample: bool) -> list[str]:
    """Areas directly below one in a period that ever have starts or plans."""
    held = areas_with(reader, [STARTED, PLAN, *PLAN_VERSIONS], sample)
    return [c for c in reader.catalogue.children_in(area, period) if c in held]


def unit_progress(reader: Reader, area: str, period: str, sample: bool) -> Frame:
    """Started against the first plan, the plan in force then and the plan now, a unit of the area a row.

    A release holds the task of the year instead of its versions.
    """
    units = units_below(reader, area, period, sample) or [area]
    plans = (PLAN,) if reader.release or not sample else PLAN_VERSIONS
    keys = [Key(i, unit, period) for unit in units for i in (STARTED, *plans)]
    return read_frame(reader, "unit_progress", keys, sample=sample)
