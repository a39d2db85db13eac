"""One indicator and area over years or months, every print with its publication, and the gaps as gaps.

Belongs here: putting the answers of several periods side by side. Not here: the choice among answers (dbt), the interval
of a missing unit (missing.py), drawing (dashboards).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from filings.figures import absent, shown_value
from filings.intervals import printed_interval
from filings.missing import interval_for
from filings.question import Question
from filings.reader import Reader
from ingestion.errors import UsageError
from ingestion.indicator_model import Indicator
from ingestion.printed_model import Rebasing
from ingestion.units import json_number, plain

FREQUENCIES = ("year", "month")


def series(
    reader: Reader,
    indicator: str,
    area: str,
    first_year: int,
    last_year: int,
    *,
    freq: str = "year",
    dims: dict[str, str] | None = None,
    programme: str = "national",
) -> list[dict[str, Any]]:
    """One row a period, in order, none left out: the chosen answer and every other one as an alternative.

    Returns: [{period, value, unit, printed, half_unit, qualifier, source_id, source_title, publisher, published_on,
        obs_status, basis, coverage, is_doubtful, vintage, agrees, alternatives, gap, reason_zh, reason_en, interval,
        within}].
        value in the indicator's unit; a gap has value null, a reason, the interval that a table leaves for it (or
        null), and in `within` the last print of a part of the year. alternatives[].agrees: whether rounding explains
        its difference from the chosen one (null where one of them is no whole figure). vintage: see `windows`.
    Raises: UsageError for a question that cannot be asked, or years that run backwards.
    """
    if freq not in FREQUENCIES:
        raise UsageError(f"没有频率 {freq}；可用：year、month (no such frequency)")
    question = Question(indicator, area, str(first_year), dims or {}, programme)
    asked = question.check(reader.catalogue)
    if first_year > last_year or last_year > 2099:
        raise UsageError(f"年份 {first_year}—{last_year} 不成范围 (the years are no range)")
    years = [str(year) for year in range(first_year, last_year + 1)]
    periods = years if freq == "year" else [f"{year}-{month:02d}" for year in years for month in range(1, 13)]
    held = _answers(reader, question, years)
    return [_row(reader, question, asked, period, held) for period in periods]


def windows(
    reader: Reader,
    indicator: str,
    area: str,
    *,
    dims: dict[str, str] | None = None,
    programme: str = "national",
) -> list[dict[str, Any]]:
    """Cumulative figures as printed, one row a window of time (2019/2023, 2019-01-01/2022-10-31), earliest end first.

    The same keys as a row of `series`. Sums of years are left out: they are `series` added up. vintage tells prints of a
    series that was computed anew: figures of two vintages are never subtracted from each other (see `comparable`).
    """
    question = Question(indicator, area, "2019", dims or {}, programme)
    asked = question.check(reader.catalogue)
    held: dict[str, list[dict[str, Any]]] = {}
    for row in _rows(reader, question, "contains(period, '/') and group_id <> 'years' and value is not null", []):
        held.setdefault(row["period"], []).append(row)
    ordered = sorted(held, key=_window)
    return [_row(reader, question, asked, period, held) for period in ordered]


def _window(period: str) -> tuple[str, str]:
    """End and start of a window, whole years as their first and last days."""
    start, _, end = period.partition("/")
    return (f"{end}-12-31" if len(end) == 4 else end), (f"{start}-01-01" if len(start) == 4 else start)


def comparable(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two rows may be subtracted: both have a value, and of a series computed anew, the same vintage."""
    return one["value"] is not None and other["value"] is not None and one["vintage"] == other["vintage"]


def _rows(reader: Reader, question: Question, condition: str, parameters: list[Any]) -> list[dict[str, Any]]:
    return reader.rows(
        f"""select * from fct_figures where not is_sample and accum = 'level' and programme = ? and indicator = ?
            and area_code = ? and dim_name = ? and dim_code = ? and {condition} order by period, choice_rank""",
        [
            question.programme,
            question.indicator,
            question.area,
            next(iter(question.dims), ""),
            next(iter(question.dims.values()), ""),
            *parameters,
        ],
    )


def _answers(reader: Reader, question: Question, years: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Every answer of the years by period, the chosen one first; months and days of them too."""
    held: dict[str, list[dict[str, Any]]] = {}
    condition = "not contains(period, '/') and left(period, 4) in (select unnest(?))"
    for row in _rows(reader, question, condition, [years]):
        held.setdefault(row["period"], []).append(row)
    return held


def _row(
    reader: Reader, question: Question, indicator: Indicator, period: str, held: dict[str, list[dict[str, Any]]]
) -> dict[str, Any]:
    answers = held.get(period, [])
    chosen = answers[0] if answers else None
    value = shown_value(chosen, indicator) if chosen else None
    row: dict[str, Any] = {"period": period, "unit": indicator.unit, "gap": value is None}
    row |= _print(reader, indicator, chosen)
    row["alternatives"] = [
        {**_print(reader, indicator, other), "agrees": _agree(chosen, other)} for other in answers[1:]
    ]
    row |= {"reason_zh": None, "reason_en": None, "interval": None, "within": None}
    if value is None:
        here = Question(question.indicator, question.area, period, question.dims, question.programme)
        status, zh, en, _, _ = absent(reader, here, indicator)
        within = _within(reader, indicator, period, held)
        if within is not None:
            zh += f"；当年只印到{within['period']}"
            en += f"; print of the year ends with {within['period']}"
        row |= {"obs_status": status, "reason_zh": zh, "reason_en": en, "within": within}
        if not question.dims:
            row["interval"] = interval_for(reader, question.indicator, period, question.area, question.programme)
    return row


def _within(
    reader: Reader, indicator: Indicator, year: str, held: dict[str, list[dict[str, Any]]]
) -> dict[str, Any] | None:
    """The last figure of a part of the year; None when there is none, or when a month was asked for."""
    if len(year) > 4:
        return None
    known = {p: shown_value(answers[0], indicator) for p, answers in held.items() if p[:4] == year and len(p) > 4}
    parts = [period for period, value in known.items() if value is not None]
    if not parts:
        return None
    last = max(parts, key=lambda period: (period[:7], len(period), period))
    return {"period": last, **_print(reader, indicator, held[last][0])}


def _print(reader: Reader, indicator: Indicator, answer: dict[str, Any] | None) -> dict[str, Any]:
    """One answer with its publication."""
    names = ("printed", "qualifier", "source_id", "publisher", "published_on", "obs_status", "basis", "is_doubtful")
    shown: dict[str, Any] = {name: answer[name] if answer else None for name in names}
    source = reader.catalogue.sources.get(shown["source_id"] or "")
    return {
        "value": json_number(shown_value(answer, indicator), indicator.unit) if answer else None,
        "half_unit": plain(answer["half_unit"]) if answer else None,
        "source_title": source.title if source else None,
        "coverage": {"units_reported": answer["units_reported"], "units_expected": answer["units_expected"]}
        if answer
        else None,
        "vintage": _vintage(reader, indicator, answer) if answer else None,
        **shown,
    }


def _vintage(reader: Reader, indicator: Indicator, answer: dict[str, Any]) -> str | None:
    """Before or after the day on which a series was computed anew; None for a series that never was."""
    change = _rebasing(reader, indicator, answer["area_code"])
    if change is None or answer["published_on"] is None:
        return None
    return "before" if answer["published_on"] < change.printed_before.isoformat() else "after"


def _rebasing(reader: Reader, indicator: Indicator, area: str) -> Rebasing | None:
    known = reader.catalogue.explanations.rebased
    return next((r for r in known if indicator.id in r.indicators and r.area == area), None)


def _agree(chosen: dict[str, Any] | None, other: dict[str, Any]) -> bool | None:
    """Whether two prints of one figure can both be right within their rounding."""
    if chosen is None or "partial" in (chosen["basis"], other["basis"]):
        return None
    if chosen["value"] is None or other["value"] is None:
        return None
    one, two = (
        printed_interval(row["value"], row["half_unit"] or Decimal(0), row["qualifier"] or "exact")
        for row in (chosen, other)
    )
    return one.meets(two)
