"""Which values can enter a figure: said before the views of contributions are asked, they read those values alone.

Not here: the views (dbt's int_contributions__*, fct_contributions and their macro `asked`), asking (warehouse.query).
"""

from __future__ import annotations

from collections.abc import Iterable

from ingestion.boundary_model import month_before
from ingestion.catalogue import Catalogue
from ingestion.indicator_model import Indicator

Asked = dict[str, set[str]]  # indicators, periods, areas, codes → those that can answer; all of what is left out


def made_of(catalogue: Catalogue, indicators: Iterable[str], period: str, *, flow: bool = False) -> Asked:
    """Indicators and periods of the values that can enter figures: operands too, and the month before or the years.

    Raises: UsageError for an unknown indicator.
    """
    periods = {period}
    first, _, last = period.partition("/")
    if flow:
        periods.add(month_before(first))
    elif len(last) == 4:
        periods |= {str(year) for year in range(int(first), int(last) + 1)}
    return {"indicators": {held.id for held in _with_operands(catalogue, indicators)}, "periods": periods}


def made_of_one(
    catalogue: Catalogue, indicator: str, period: str, *, area: str, code: str = "", flow: bool = False
) -> Asked:
    """The same of the figures of one area and one code of a breakdown ("" for the total): no other area's are worked out.

    A nation's are nine tenths of what the views would give, and its breakdowns thirty times its totals.
    """
    areas, codes = {area}, {code}
    for held in _with_operands(catalogue, [indicator]):
        for of in (held.numerator_of, held.denominator_of):
            codes.update(*of.values())
    if flow:  # what enters an area's month after a change of territory is known of the units by their own codes
        openings = [one for one in catalogue.boundaries.openings if one.month == period]
        areas.update(unit for one in openings for unit in (*one.before, *one.after))
    return {**made_of(catalogue, [indicator], period, flow=flow), "areas": areas, "codes": codes}


def _with_operands(catalogue: Catalogue, indicators: Iterable[str]) -> list[Indicator]:
    found: dict[str, Indicator] = {}
    left = list(indicators)
    while left:
        held = catalogue.indicator(left.pop())
        found[held.id] = held
        left += [part for part in (held.base, held.numerator, held.denominator) if part]
    return list(found.values())
