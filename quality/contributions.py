"""Which values can enter a figure: said before the views of contributions are asked, they read those values alone.

Not here: the views (dbt's int_contributions__*, fct_contributions and their macro `asked_only`), asking (warehouse.query).
"""

from __future__ import annotations

from collections.abc import Iterable

from ingestion.boundary_model import month_before
from ingestion.catalogue import Catalogue


def made_of(
    catalogue: Catalogue, indicators: Iterable[str], period: str, *, flow: bool = False
) -> tuple[set[str], set[str]]:
    """Indicators and periods of the values that can enter figures: operands too, and the month before or the years.

    Raises: UsageError for an unknown indicator.
    """
    found, left = set(), list(indicators)
    while left:
        held = catalogue.indicator(left.pop())
        found.add(held.id)
        left += [part for part in (held.base, held.numerator, held.denominator) if part]
    periods = {period}
    first, _, last = period.partition("/")
    if flow:
        periods.add(month_before(first))
    elif len(last) == 4:
        periods |= {str(year) for year in range(int(first), int(last) + 1)}
    return found, periods
