"""When a code, an item or a form is asked for: months or years, `2023-09` or `2023`, both ends included; blank: always.

A return is judged by the last month of its period, as units are. Not here: units (areas.py), rules (rule_model.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ingestion.areas import last_month

SPAN = re.compile(r"20\d\d(-(0[1-9]|1[0-2]))?")


def first_of(text: str) -> str:
    """The first month of a month or year."""
    return text if len(text) == 7 else f"{text}-01"


def last_of(text: str) -> str:
    """The last month of a month or year."""
    return last_month(text)


def is_current(row: Mapping[str, str], period: str) -> bool:
    """Whether a row of a code list holds for a period."""
    month, start, end = last_month(period), row.get("valid_from") or "", row.get("valid_to") or ""
    return (not start or first_of(start) <= month) and (not end or month <= last_of(end))


def is_asked(since: str | None, period: str) -> bool:
    """Whether something that began with a month is asked for in a period."""
    return since is None or since <= last_month(period)
