"""What an area filed beside the sum of the level below, for a page."""

from __future__ import annotations

from typing import Any

from dashboards.data.reading import has_column
from dashboards.view import View
from filings.levels import levels
from filings.question import Question
from filings.reader import Reader


def levels_of(reader: Reader, view: View, indicator: str, by: str | None = None) -> dict[str, Any] | None:
    """The answer for the view's area and period; None for releases, ranges of years, and where nothing was filed."""
    if reader.release is not None or not view.period or "/" in view.period:
        return None
    if not has_column(reader, "fct_level_parts", "dim_code"):  # a build from before
        return None
    held = levels(reader, Question(indicator, view.area, view.period, sample=view.sample), by)
    return held if held["group"] is not None else None
