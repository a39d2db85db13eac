"""Due and release dates. The moved days are worked out from the State Council's yearly notices, not from the library."""

from __future__ import annotations

import datetime as dt

import pytest

from ingestion.calendar_days import calendar_of, due_date, due_dates, moved, release_dates, release_day
from ingestion.catalogue import catalogue
from ingestion.errors import UsageError


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


# Notices: 2023 off 29 Sep–6 Oct, work on Sat 7 and Sun 8 Oct; 2024 off 10–17 Feb, work on Sun 18 Feb; 2025 off 28 Jan–4 Feb,
# work on Sat 8 Feb; off 1–8 Oct (国庆节、中秋节), work on Sat 11 Oct; 2026 off 15–23 Feb, work on Sat 28 Feb.
@pytest.mark.parametrize(
    ("form", "level", "period", "original", "wanted", "why"),
    [
        ("J2", "county", "2025-09", "2025-10-05", "2025-10-09", "国庆节、中秋节"),
        ("J2", "city", "2025-09", "2025-10-08", "2025-10-09", "国庆节、中秋节"),
        ("J2", "province", "2025-09", "2025-10-10", "2025-10-10", ""),
        ("J2", "county", "2023-09", "2023-10-05", "2023-10-07", "中秋节、国庆节"),  # a Saturday on which people work
        ("J2", "county", "2025-01", "2025-02-05", "2025-02-05", ""),  # first working day after Spring Festival
        ("J2", "city", "2025-01", "2025-02-08", "2025-02-08", ""),  # a Saturday, but a make-up working day
        ("J2", "province", "2024-01", "2024-02-10", "2024-02-18", "春节"),  # a Sunday on which people work
        ("J2", "county", "2023-12", "2024-01-05", "2024-01-05", ""),
        ("J2", "county", "2026-07", "2026-08-05", "2026-08-05", ""),
        ("J2", "city", "2026-07", "2026-08-08", "2026-08-10", "周末"),
        ("J1", "county", "2026", "2026-01-31", "2026-02-02", "周末"),
        ("J3", "county", "2024", "2025-01-31", "2025-02-05", "春节"),
        ("J4", "county", "2025-09", "2025-10-05", "2025-10-09", "国庆节、中秋节"),
    ],
)
def test_a_due_date_moves_to_the_next_working_day(
    form: str, level: str, period: str, original: str, wanted: str, why: str
) -> None:
    found = due_date(form, level, period)
    assert (found.original, found.date, found.why_zh) == (day(original), day(wanted), why)
    assert found.holidays_known


def test_a_plan_version_and_a_revised_filing_have_dates_of_their_own() -> None:
    assert due_date("J1", "county", "2025", "V2").date == day("2025-06-30")
    assert due_date("J3", "county", "2024", "revised").date == day("2025-03-31")


def test_beyond_the_announced_years_only_weekends_move_a_date_and_the_answer_says_so() -> None:
    sunday = moved(day("2027-01-31"))
    assert (sunday.date, sunday.why_zh, sunday.holidays_known) == (day("2027-02-01"), "周末", False)
    national_day = moved(day("2027-10-05"))  # a Tuesday; nobody has announced the week yet
    assert (national_day.date, national_day.holidays_known) == (day("2027-10-05"), False)


def test_release_dates_of_a_year_are_those_that_fall_in_it() -> None:
    found = {(r.name, r.period): r.day.date for r in release_dates(2026)}
    assert found["monthly_progress", "2026-01"] == day("2026-02-24")  # 20 Feb is in Spring Festival, off until the 23rd
    assert found["monthly_progress", "2025-12"] == day("2026-01-20")
    assert found["annual_plan", "2026"] == day("2026-02-28")  # a Saturday, but a make-up working day
    assert ("monthly_progress", "2026-12") not in found
    plan = catalogue().calendar.release["annual_plan"]
    assert release_day(plan, "2026").date == found["annual_plan", "2026"]


def test_a_year_has_every_month_and_level_once_in_order_of_date() -> None:
    found = due_dates(2025)
    monthly = [(d.period, d.level) for d in found if d.form == "J2"]
    assert len(monthly) == len(set(monthly)) == 36
    assert ("2024-12", "county") in monthly and ("2025-12", "county") not in monthly
    rows = calendar_of(2025)
    assert [r["date"] for r in rows] == sorted(str(r["date"]) for r in rows)
    assert {str(r["original"])[:4] for r in rows} == {"2025"}


@pytest.mark.parametrize(
    ("form", "level", "period", "said"),
    [
        ("J2", "county", "2025", "2023-09"),
        ("J2", "county", "2025-13", "2025-13"),
        ("J1", "county", "2025-09", "2023"),
        ("J2", "village", "2025-09", "village"),
        ("J9", "county", "2025", "J9"),
    ],
)
def test_what_the_calendar_does_not_know_is_refused(form: str, level: str, period: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        due_date(form, level, period)


def test_an_impossible_year_is_refused() -> None:
    with pytest.raises(UsageError, match="没有 20260 年"):
        calendar_of(20260)
