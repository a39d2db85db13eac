"""Moments: one spelling in the register, and what people may write. Not here: reference periods."""

from __future__ import annotations

import datetime as dt
import re

from ingestion.errors import UsageError

FRACTION = re.compile(r"[.,]\d")
CHINA = dt.timezone(dt.timedelta(hours=8))


def now_utc() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def stamp(moment: dt.datetime) -> str:
    """One spelling of a moment (UTC, microseconds, four digits of a year) so that texts compare as times do."""
    if moment.tzinfo is None:
        raise UsageError(
            f"时间 {moment.isoformat()} 缺少时区，例如 2023-10-05T09:00:00+08:00 (a time needs its offset)"
        )
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds")


def parse_moment(text: str) -> dt.datetime:
    """A moment from the command line: ISO 8601; without offset it is China time; a bare day, however written, means its end.

    Raises: UsageError.
    """
    try:
        moment = _end_of_day(text) or dt.datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=CHINA)
        stamp(moment)  # at the ends of the calendar a moment has no UTC
    except (ValueError, OverflowError):
        raise UsageError(f"时间“{text}”无法识别，例如 2023-10-05T09:00:00+08:00 (not an ISO time)") from None
    return moment


def parse_limit(text: str) -> dt.datetime:
    """The last moment of what a text names: what is known by then. A time without a fraction means its whole second, since
    the register knows microseconds and shows seconds.

    Raises: UsageError.
    """
    moment = parse_moment(text)
    return moment if FRACTION.search(text) else moment.replace(microsecond=999_999)


def _end_of_day(text: str) -> dt.datetime | None:
    """The end of a day in China; None for what is more than a day (20231005 is one too, and a time to datetime)."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return dt.datetime.combine(day, dt.time.max, CHINA)
