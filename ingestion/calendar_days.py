"""Due and release dates of the calendar, moved to the next working day for Chinese public holidays. Pure: no clock, no state.

Make-up working days (调休上班) count as working days. Official days are announced a year at a time: for a year that the
library does not know officially only weekends move a date, and the answer says so (`holidays_known`). Not here: who is
late (quality.chase), which dates are in the rule book (rulebook/calendar.yaml).
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import holidays
from holidays.countries.china import ChinaStaticHolidays

from ingestion.catalogue import Catalogue
from ingestion.catalogue import catalogue as project_catalogue
from ingestion.errors import UsageError
from ingestion.release_model import DueDates, ReleaseDay

LEVELS = ("county", "city", "province")
ANNOUNCED = frozenset(ChinaStaticHolidays.special_public_holidays)  # years whose 调休 the library holds
ONE_DAY = dt.timedelta(days=1)
WEEKEND = ("周末", "weekend")
EN_NAMES = {
    "元旦": "New Year",
    "春节": "Spring Festival",
    "农历除夕": "Spring Festival",
    "清明节": "Qingming Festival",
    "劳动节": "Labour Day",
    "端午节": "Dragon Boat Festival",
    "中秋节": "Mid-Autumn Festival",
    "国庆节": "National Day",
}


@dataclass(frozen=True)
class MovedDay:
    """A date of the rule book and the working day it falls on. why_*: what it was moved for, empty when it was not."""

    original: dt.date
    date: dt.date
    why_zh: str
    why_en: str
    holidays_known: bool


@dataclass(frozen=True)
class Due:
    form: str
    version: str | None
    level: str
    period: str
    day: MovedDay


@dataclass(frozen=True)
class Release:
    name: str
    form: str
    kind: str
    period: str
    day: MovedDay


@lru_cache(maxsize=16)
def _year(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("CN", years=year, language="zh_CN")


def _is_working(day: dt.date) -> bool:
    if day.year in ANNOUNCED:
        return bool(_year(day.year).is_working_day(day))
    return day.weekday() < 5


def _names(day: dt.date) -> list[str]:
    """Holidays whose stretch of days off this day belongs to, first first; none for a plain weekend."""
    first = last = day
    while not _is_working(first - ONE_DAY):
        first -= ONE_DAY
    while not _is_working(last + ONE_DAY):
        last += ONE_DAY
    found: list[str] = []
    while first <= last:
        if first.year in ANNOUNCED:
            for text in str(_year(first.year).get(first, "")).split("; "):
                name = re.sub(r"（.*）$", "", text)
                found += [name] if name in EN_NAMES else []
        first += ONE_DAY
    return list(dict.fromkeys("春节" if n == "农历除夕" else n for n in found))


def moved(day: dt.date) -> MovedDay:
    """The day itself when people work on it, else the next working day."""
    to = day
    while not _is_working(to):
        to += ONE_DAY
    known = day.year in ANNOUNCED and to.year in ANNOUNCED
    if to == day:
        return MovedDay(day, day, "", "", known)
    names = _names(day)
    zh = "、".join(names) or WEEKEND[0]
    return MovedDay(day, to, zh, ", ".join(EN_NAMES[n] for n in names) or WEEKEND[1], known)


def _on(year: int, month: int, day: int) -> dt.date:
    """A date; a day that the month does not have is its last one."""
    return dt.date(year, month, min(day, calendar.monthrange(year, month)[1]))


def _month_after(period: str, day: int) -> dt.date:
    year, month = int(period[:4]), int(period[5:7])
    return _on(year + month // 12, month % 12 + 1, day)


def check_period(period: str, every: str, form: str) -> None:
    """Refuse a period that does not fit how often a form is filed. Raises UsageError with an example."""
    pattern, example = (r"\d{4}-(0[1-9]|1[0-2])", "2023-09") if every == "month" else (r"\d{4}", "2023")
    if not re.fullmatch(pattern, period) or not 1900 < int(period[:4]) < 2200:
        raise UsageError(f"{form} 的报告期写作 {example}，不是“{period}” (write the period of {form} like {example})")


def _due_day(entry: DueDates, level: str, period: str) -> dt.date:
    value = entry.by[level]  # type: ignore[index]
    if isinstance(value, int):
        return _month_after(period, value)
    return _on(int(period) + entry.years_after, int(value[:2]), int(value[3:]))


def due_entry(form: str, version: str | None = None, catalogue: Catalogue | None = None) -> DueDates:
    """The calendar's entry of a form; without a version its first one. Raises UsageError when there is none."""
    entries = [e for e in (catalogue or project_catalogue()).calendar.due if e.form == form]
    found = next((e for e in entries if version is None or e.version == version), None)
    if found is None:
        raise UsageError(
            f"日历没有表 {form} {version or ''} 的期限，见 rulebook/calendar.yaml (no due date in the calendar)"
        )
    return found


def due_date(
    form: str, level: str, period: str, version: str | None = None, catalogue: Catalogue | None = None
) -> MovedDay:
    """When a level has to have filed a form for a period. Raises UsageError for what the calendar does not know."""
    entry = due_entry(form, version, catalogue)
    check_period(period, entry.every, form)
    if level not in entry.by:
        raise UsageError(f"没有级别 {level}；可用：{'、'.join(entry.by)} (no such level)")
    return moved(_due_day(entry, level, period))


def release_day(release: ReleaseDay, period: str) -> MovedDay:
    """When a release of the calendar comes out for a period."""
    check_period(period, release.every, release.form)
    if release.month is None:
        return moved(_month_after(period, release.day))
    return moved(_on(int(period) + release.years_after, release.month, release.day))


def _periods(every: str, years_after: int, year: int) -> Iterator[str]:
    """Reference periods whose date falls in a year."""
    if every == "year":
        yield str(year - years_after)
        return
    yield f"{year - 1}-12"
    for month in range(1, 12):
        yield f"{year}-{month:02d}"


def _check_year(year: int) -> None:
    if not 1950 < year < 2100:
        raise UsageError(f"没有 {year} 年的日历 (no calendar for that year)")


def due_dates(year: int, catalogue: Catalogue | None = None) -> list[Due]:
    """Every due date that the rule book sets in a year, in order of date."""
    _check_year(year)
    found = [
        Due(entry.form, entry.version, level, period, moved(_due_day(entry, level, period)))
        for entry in (catalogue or project_catalogue()).calendar.due
        for period in _periods(entry.every, entry.years_after, year)
        for level in entry.by
    ]
    return sorted(found, key=lambda d: (d.day.date, d.form, LEVELS.index(d.level), d.period))


def release_dates(year: int, catalogue: Catalogue | None = None) -> list[Release]:
    """Every release that the rule book sets in a year, in order of date."""
    _check_year(year)
    found = [
        Release(name, release.form, release.kind, period, release_day(release, period))
        for name, release in (catalogue or project_catalogue()).calendar.release.items()
        for period in _periods(release.every, release.years_after, year)
    ]
    return sorted(found, key=lambda r: (r.day.date, r.name))


def calendar_of(year: int, catalogue: Catalogue | None = None) -> list[dict[str, object]]:
    """Due and release dates of a year in the words of the command, in order of date."""
    rows: list[dict[str, object]] = []
    for due in due_dates(year, catalogue):
        rows.append({**_told(due.day), "what": "due", "form": due.form, "version": due.version, "level": due.level,
                     "period": due.period, "release": None, "release_kind": None})  # fmt: skip
    for release in release_dates(year, catalogue):
        rows.append({**_told(release.day), "what": "release", "form": release.form, "version": None, "level": None,
                     "period": release.period, "release": release.name, "release_kind": release.kind})  # fmt: skip
    return sorted(rows, key=lambda r: str(r["date"]))


def _told(day: MovedDay) -> dict[str, object]:
    return {
        "date": day.date.isoformat(),
        "original": day.original.isoformat(),
        "moved": day.date != day.original,
        "why_zh": day.why_zh,
        "why_en": day.why_en,
        "holidays_known": day.holidays_known,
    }
