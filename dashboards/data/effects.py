"""Frames of effects: what was finished in a year, and what was printed over a span of years, apart.

Nothing is differenced: two cumulative figures come from publications of their own days and windows, and their difference
is no year's result.
"""

from __future__ import annotations

from typing import Any

from dashboards.data.reading import has_column, read_frame
from dashboards.frames import HEADLINE_EFFECTS, Frame, Key
from filings.effects import effects
from filings.need import need
from filings.reader import Reader
from filings.series import windows

PREFIX = "effect_"
NAMELESS = {"listed": HEADLINE_EFFECTS[0], "all_housing": "effect_elev_all"}  # what a page asks for that has nothing


def _keys(reader: Reader, area: str, sample: bool, pattern: str) -> list[Key]:
    """What the area has of effects, in the order of the catalogue and then of time."""
    order = {i: n for n, i in enumerate(reader.catalogue.indicators)}
    rows = reader.rows(
        """select distinct indicator, period from fct_figures where is_sample = ? and programme = 'national'
           and area_code = ? and accum = 'level' and dim_code = '' and starts_with(indicator, ?)
           and regexp_full_match(period, ?)""",
        [sample, area, PREFIX, pattern],
    )
    found = sorted(rows, key=lambda r: (order.get(r["indicator"], len(order)), r["period"]))
    return [Key(r["indicator"], area, r["period"]) for r in found]


def yearly(reader: Reader, area: str, sample: bool, scope: str = "listed") -> Frame:
    """Effects of calendar years of one scope, every year that has any for every effect that has any: a hole stays a hole."""
    scopes = {i.id: i.scope for i in reader.catalogue.indicators.values()}
    keys = [k for k in _keys(reader, area, sample, "20[0-9][0-9]") if scopes[k.indicator] == scope]
    years = sorted({k.period for k in keys})
    items = list(dict.fromkeys(k.indicator for k in keys)) or [NAMELESS[scope]]
    asked = [Key(i, area, y) for i in items for y in years or ["2023"]]
    return read_frame(
        reader, "effects_yearly" if scope == "listed" else f"effects_yearly_{scope}", asked, sample=sample
    )


def by_item(reader: Reader, area: str, sample: bool) -> dict[str, Any] | None:
    """Every item of J3 and J4C with breaks and checks; None for releases, and for builds that know no items."""
    if reader.release is not None or not has_column(reader, "fct_effects", "is_break"):
        return None
    return effects(reader, area, sample=sample)


def cumulative(reader: Reader, area: str, sample: bool) -> Frame:
    """Effects over more than a year, each with the window that was printed."""
    keys = _keys(reader, area, sample, ".*/.*") or [Key(HEADLINE_EFFECTS[0], area, "2019/2024")]
    return read_frame(reader, "effects_cumulative", keys, sample=sample)


def vintages(reader: Reader, frame: Frame) -> dict[tuple[str, str], str]:
    """(indicator, window) → before or after the day on which its series was computed anew, where that is known."""
    found = {}
    for indicator in frame.ordered("indicator"):
        for row in windows(reader, indicator, frame.points[0].key.area):
            if row["vintage"]:
                found[indicator, row["period"]] = str(row["vintage"])
    return found


def remaining(reader: Reader, area: str, sample: bool) -> list[dict[str, Any]]:
    """What remains of each printed stock of an area; [] for samples, releases, and builds that hold no stocks."""
    if sample or reader.release is not None or not has_column(reader, "fct_need", "definition"):
        return []
    return need(reader, area)
