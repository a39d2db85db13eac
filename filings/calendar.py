"""The statutory filings of the calendar: which series each holds, and which are due on a day.

Dates stand in rulebook/calendar.yaml and are moved for holidays by ingestion.calendar_days. Not here: making a
candidate (release.py).
"""

from __future__ import annotations

import datetime as dt

from ingestion.calendar_days import Release, release_dates
from ingestion.catalogue import catalogue
from ingestion.errors import UsageError
from ingestion.release_model import ReleaseDay
from quality.gates.run import release_series


def filing_of(name: str) -> ReleaseDay:
    """One filing of the calendar. Raises UsageError that lists the names."""
    try:
        return catalogue().calendar.release[name]
    except KeyError:
        known = "、".join(catalogue().calendar.release)
        raise UsageError(f"日历中没有发布“{name}”；可用：{known} (no such filing in the calendar)") from None


def check_filing(name: str, period: str) -> None:
    """Refuse a yearly filing of a month, and a monthly one of a year."""
    every = filing_of(name).every
    if (len(period) == 4) != (every == "year"):
        zh, want = ("年", "2023") if every == "year" else ("月", "2023-09")
        raise UsageError(f"“{name}”是{zh}度发布，报告期应如 {want}，得到 {period} (period does not fit the filing)")


def series_of(name: str) -> list[str]:
    """Series that a filing may hold, in the order of the rule book."""
    series = filing_of(name).series
    return release_series() if series == "all" else list(series)


def dataflow_of(name: str) -> str:
    """The filing of which this is an edition: the revised effects of a year supersede the provisional ones."""
    return filing_of(name).of or name


def due_on(day: dt.date) -> list[Release]:
    """Filings whose day, moved for holidays, is this one."""
    return [r for year in (day.year - 1, day.year) for r in release_dates(year) if r.day.date == day]


def next_after(day: dt.date) -> Release | None:
    """The filing that comes next after a day; None when the calendar holds none."""
    later = [r for year in (day.year, day.year + 1) for r in release_dates(year) if r.day.date > day]
    return min(later, key=lambda r: (r.day.date, r.name), default=None)
