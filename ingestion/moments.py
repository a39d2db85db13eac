"""Moments: one spelling in the register, and what people may write. Not here: reference periods."""

from __future__ import annotations

import datetime as dt

from ingestion.errors import UsageError

CHINA = dt.timezone(dt.timedelta(hours=8))


def now_utc() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def stamp(moment: dt.datetime) -> str:
    """One spelling of a moment (UTC, microseconds) so that texts compare as times do."""
    if moment.tzinfo is None:
        raise UsageError(
            f"时间 {moment.isoformat()} 缺少时区，例如 2023-10-05T09:00:00+08:00 (a time needs its offset)"
        )
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f+00:00")


def parse_moment(text: str) -> dt.datetime:
    """A moment from the command line: ISO 8601; without offset it is China time; a bare day means its end.

    Raises: UsageError.
    """
    try:
        if len(text) == 10:
            return dt.datetime.combine(dt.date.fromisoformat(text), dt.time(23, 59, 59, 999999), CHINA)
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"时间“{text}”无法识别，例如 2023-10-05T09:00:00+08:00 (not an ISO time)") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=CHINA)
