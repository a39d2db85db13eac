"""What remains to be renovated, against each printed stock with its own definition beside it.

The arithmetic of bounds is dbt's (fct_need); the definitions and unit costs are the rule book's. Not here: evaluation,
the subsidy formula, ranking of the reserve.
"""

from __future__ import annotations

import re
from typing import Any

from filings.reader import Reader
from ingestion.errors import UsageError
from ingestion.need_model import StockDefinition
from ingestion.units import json_number

YEAR = re.compile(r"20\d\d")
AMOUNTS = (
    "stock_low", "stock", "stock_high", "done_low", "done", "done_high", "remaining_low", "remaining", "remaining_high",
)  # fmt: skip
# of each measure the year asked, or the newest that is known; else the newest there is
CHOSEN = """
select * from fct_need where definition = ? and (? is null or last_year = ?::integer)
qualify row_number() over (
    partition by less, measure, factor order by (state <> 'unknown') desc, last_year desc nulls last
) = 1
order by less desc, case measure when 'communities' then 1 when 'households' then 2 when 'area_sqm' then 3 else 4 end,
    factor
"""
STATES = {
    "remains": ("仍有剩余", "remains"),
    "unclear": ("区间含零，说不清", "the interval holds zero"),
    "exceeded": ("开工已超过此口径的存量", "more was started than this definition counts"),
    "unknown": ("缺某年的数，算不出", "a year is missing"),
    "estimate": ("费用估计", "estimated cost"),
}


def need(reader: Reader, area: str | None = None, year: str | None = None) -> list[dict[str, Any]]:
    """One object a definition and way of counting; without a year, of each measure the newest year that is known.

    Returns: [{definition, name_zh, name_en, definition_zh, definition_en, note_zh, note_en, area, area_name, counted_from,
        less, as_of, sources: [{total_id, title, address}], rows: [{measure, year, factor, factor_zh, factor_en,
        factor_source_zh, factor_source_en, unit, printed, stock_as_of, stock_low, stock, stock_high, done_low, done,
        done_high, remaining_low, remaining, remaining_high, state, state_zh, state_en, obs_status}]}].
        Counts are integers where whole, money and m² exact text; a remainder may be negative and is never capped.
    Raises: UsageError for an unknown area, a year that is none, or a release, which holds no stocks.
    """
    if reader.release is not None:
        raise UsageError("发布里没有存量；请从构建读 (a release holds no stocks: read the build)")
    if year is not None and not YEAR.fullmatch(year):
        raise UsageError(f"“{year}”不是年份，应如 2023 (a year is needed)")
    if area is not None:
        reader.catalogue.area(area)
    found = []
    for definition in reader.catalogue.need.definitions:
        if area is not None and definition.area != area:
            continue
        rows = reader.rows(CHOSEN, [definition.id, year, year])
        for less in dict.fromkeys(r["less"] for r in rows):
            found.append(_object(reader, definition, less, [r for r in rows if r["less"] == less]))
    return found


def _object(reader: Reader, definition: StockDefinition, less: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    book = reader.catalogue
    costs = {c.id: c for c in book.need.costs}
    totals = list(dict.fromkeys(i for r in rows for i in r["total_ids"].split()))
    years = {r["measure"]: r["last_year"] for r in rows}
    shown = []
    for row in rows:
        cost = costs.get(row["factor"] or "")
        if cost and row["last_year"] != years[cost.per]:
            continue  # of an older year: by now nothing, or nobody knows how much, is left to pay for
        zh, en = STATES[row["state"]]
        shown.append(
            {
                "measure": row["measure"],
                "year": row["last_year"],
                "factor": row["factor"],
                "factor_zh": cost.name.zh if cost else None,
                "factor_en": cost.name.en if cost else None,
                "factor_source_zh": cost.source.zh if cost else None,
                "factor_source_en": cost.source.en if cost else None,
                "unit": row["unit"],
                "printed": row["printed"],
                "stock_as_of": row["stock_as_of"],
                **{name: json_number(row[name], row["unit"]) for name in AMOUNTS},
                "state": row["state"],
                "state_zh": zh,
                "state_en": en,
                "obs_status": row["obs_status"],
            }
        )
    return {
        "definition": definition.id,
        "name_zh": definition.name.zh,
        "name_en": definition.name.en,
        "definition_zh": definition.definition.zh,
        "definition_en": definition.definition.en,
        "note_zh": definition.note.zh,
        "note_en": definition.note.en,
        "area": definition.area,
        "area_name": book.area(definition.area).name_zh,
        "counted_from": definition.counted_from,
        "less": less,
        "as_of": reader.as_of,
        "sources": [
            {"total_id": i, "title": book.totals_by_id[i].source_title, "address": book.totals_by_id[i].source_url}
            for i in totals
        ],
        "rows": shown,
    }
