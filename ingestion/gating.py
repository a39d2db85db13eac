"""Which gated series an indicator rests on: its own, that of the same item of a form, or those of its operands.

A release holds the series of gates.yaml alone. Not here: the gates themselves (quality.gates).
"""

from __future__ import annotations

from ingestion.catalogue import Catalogue
from ingestion.indicator_model import Indicator


def series_of(book: Catalogue, indicator: Indicator) -> list[str]:
    """Gated series, in order; empty where nothing stands between an indicator and its reader."""
    gated = {name for names in book.gates.series.values() for name in names}
    if indicator.id in gated:
        return [indicator.id]
    parts = [p for p in (indicator.base, indicator.numerator, indicator.denominator) if p]
    if parts:
        held = [series_of(book, book.indicators[part]) for part in parts]
        return list(dict.fromkeys(name for names in held for name in names)) if all(held) else []
    if indicator.returns is None:
        return []
    # versions of a plan and other names of an item are gated with the series of that item
    return [n for n, other in book.indicators.items() if n in gated and other.returns == indicator.returns][:1]
