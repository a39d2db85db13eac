"""The history of today's areas: what the codes of then filed, added up where together they were today's territory.

Pure: rows of `fct_figures` are asked for, one code and period at a time, and answered in the same shape. Not here: which
codes those are (ingestion.boundaries), how one code's figure is chosen (dbt).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from ingestion.areas import last_month
from ingestion.boundary_model import Break
from ingestion.catalogue import Catalogue
from ingestion.indicator_model import Indicator

Row = dict[str, Any]
Ask = Callable[[str, str], list[Row]]  # area and period → rows of fct_figures, the chosen one first
PARTS = "parts"  # of a row: the (area, period, group, basis) whose cells add up to it


def codes_of(catalogue: Catalogue, area: str, period: str) -> list[str] | None:
    """The codes whose sum in a period is today's area: itself where nothing changed since, None before a break."""
    history = catalogue.boundaries.histories.get(area)
    if history is None:
        return [area]
    month = last_month(period)
    if history.broken is not None and month < history.broken.month:
        return None
    codes = {s.code for s in history.members if (s.start or month) <= month <= (s.end or month)}
    unchanged = {area} if area in catalogue.basic_units else set(catalogue.basic_units_below(area, period))
    return [area] if codes == unchanged else sorted(codes)


def break_at(breaks: Iterable[Break], period: str, flow: bool) -> Break | None:
    """The change of territory that a period is the first of, or that a range of years goes across."""
    first, _, last = period.partition("/")
    for one in breaks:
        if one.accum == "flow" and not flow:
            continue
        if last and len(last) == 4 and f"{first}-01" < one.month <= f"{last}-12":
            return one
        if period in (one.month, one.month[:4]):
            return one
    return None


def breaks_of(catalogue: Catalogue, area: str, areas: str) -> list[Break]:
    """Breaks of an area's series, on the areas of then or of now."""
    if areas == "then":
        return catalogue.boundaries.breaks.get(area, [])
    history = catalogue.boundaries.histories.get(area)
    return [history.broken] if history is not None and history.broken is not None else []


def rows_of_now(catalogue: Catalogue, indicator: Indicator, area: str, period: str, flow: bool, ask: Ask) -> list[Row]:
    """Answers on today's areas, the chosen one first; [] where there is none, or none that can be compared."""
    if "/" in period and len(period) == 9 and _changed_within(catalogue, area, period):
        return _of_years(catalogue, indicator, area, period, ask)
    codes = codes_of(catalogue, area, period)
    if codes is None:
        return []
    own = []
    if area in catalogue.basic_units and area not in codes:
        own = [r for r in ask(area, period) if r["source_kind"] != "publication"]
    if own:  # the whole of it was filed under today's code, which then nobody else could do
        rows = own
    elif len(codes) == 1:
        rows = ask(codes[0], period)
    else:
        rows = _summed(indicator, {code: ask(code, period) for code in codes})
    is_broken = break_at(breaks_of(catalogue, area, "now"), period, flow) is not None
    return [{**r, "area_code": area, "obs_status": _status(r, is_broken)} for r in rows]


def _status(row: Row, is_broken: bool) -> str:
    """A break in the series of the code is none in the comparable series, unless that is broken too."""
    held = str(row["obs_status"])
    return ("B" if is_broken else "A") if held in ("A", "B") else held


def _changed_within(catalogue: Catalogue, area: str, period: str) -> bool:
    years = range(int(period[:4]), int(period[5:]) + 1)
    return any(codes_of(catalogue, area, str(year)) != [area] for year in years)


def _of_years(catalogue: Catalogue, indicator: Indicator, area: str, period: str, ask: Ask) -> list[Row]:
    """A range is the sum of its years' answers, only where every year has one (as in int_figures__ranges)."""
    if indicator.kind not in ("flow", "scaled") or not indicator.is_additive or indicator.constant_in_year:
        return []
    years = [str(year) for year in range(int(period[:4]), int(period[5:]) + 1)]
    chosen = [next(iter(rows_of_now(catalogue, indicator, area, year, False, ask)), None) for year in years]
    held = [r for r in chosen if r is not None and r["value"] is not None and not r["is_doubtful"]]
    if len(held) < len(years):
        return []
    row = _added(held, {**held[0], "period": period, "group_id": "years", "account": None})
    row["units_reported"] = min(r["units_reported"] for r in held)
    row["units_expected"] = max(r["units_expected"] for r in held)
    return [{**row, **_basis(any(r["basis"] == "partial" for r in held), held)}]


def _summed(indicator: Indicator, by_code: dict[str, list[Row]]) -> list[Row]:
    """Sums over codes, one of each account of the returns and of each publication that prints every code once."""
    if not indicator.is_additive and indicator.kind != "ratio":
        return []  # a percentage as filed has no weight to be added with
    groups: dict[str, dict[str, list[Row]]] = {}
    for code, rows in by_code.items():
        for row in rows:
            is_printed = row["source_kind"] == "publication"
            key = f"printed {row['submission_id']}" if is_printed else str(row["group_id"])
            groups.setdefault(key, {}).setdefault(code, []).append(row)
    made = []
    for key, held in groups.items():
        if key.startswith("printed") and any(len(rows) > 1 for rows in held.values()):
            continue  # one publication says two things of a unit
        parts = [rows[0] for _, rows in sorted(held.items())]
        row = _added(parts, {**parts[0], "group_id": key})
        row |= {"units_reported": len(parts), "units_expected": len(by_code)}
        made.append({**row, **_basis(len(parts) < len(by_code), parts)})
    accounts = {f.form: n for n, f in enumerate(indicator.accounts)}
    made.sort(key=lambda r: (
        r["is_doubtful"], r["basis"] == "partial", r["source_kind"] == "publication", accounts.get(r["account"], 0),
        r["group_id"],
    ))  # fmt: skip
    return [{**row, "choice_rank": n} for n, row in enumerate(made, start=1)]


def _basis(is_partial: bool, parts: list[Row]) -> Row:
    status = "U" if is_partial else "E" if any(r["obs_status"] == "E" for r in parts) else "A"
    return {"basis": "partial" if is_partial else "summed", "obs_status": status}


def _added(parts: list[Row], like: Row) -> Row:
    """Several rows as one; what they do not share is None."""

    def total(name: str) -> Decimal | None:
        values = [r[name] for r in parts if r[name] is not None]
        return sum(values, Decimal(0)) if values else None

    def shared(name: str) -> Any:
        return parts[0][name] if len({r[name] for r in parts}) == 1 else None

    qualifiers = {r["qualifier"] for r in parts}
    return {
        **like,
        **{name: total(name) for name in ("value", "numerator", "denominator")},
        "half_unit": _half_unit(parts),
        "printed": None,
        "qualifier": None if qualifiers == {None} else "exact" if qualifiers <= {"exact", None} else "about",
        **{name: shared(name) for name in ("submission_id", "source_id", "publisher", "source_kind")},
        "published_on": max((r["published_on"] for r in parts if r["published_on"]), default=None),
        "is_doubtful": any(r["is_doubtful"] for r in parts),
        PARTS: [part for r in parts for part in r[PARTS]],
    }


def _half_unit(parts: list[Row]) -> Decimal | None:
    """A count printed in full carries no rounding into a sum."""
    held = [r for r in parts if r["half_unit"] is not None]
    exact = {id(r) for r in held if r["half_unit"] <= Decimal("0.5") and r["value"] == int(r["value"])}
    return sum((Decimal(0) if id(r) in exact else r["half_unit"] for r in held), Decimal(0)) if held else None
