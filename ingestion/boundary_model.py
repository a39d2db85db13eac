"""The words of territories over time: stretches, changes, breaks, histories; and when a row of the lists takes effect.

Not here: reading them out of the lists (boundaries.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FOUNDED = "新设"
WHOLE, PART, FOUNDS = "whole", "part", "founds"  # extents: all of the old unit, some, some of which a unit was made
Row = dict[str, str]


@dataclass(frozen=True)
class Stretch:
    """One territory under one code. Months, both included; None: as far as anything is known, or still."""

    code: str
    start: str | None
    end: str | None


@dataclass(frozen=True)
class Change:
    """One row of the change list or of its notes. month: the first of the new state. old == new: the code stayed."""

    month: str
    old: str
    new: str
    is_whole: bool
    zh: str
    en: str


@dataclass(frozen=True)
class Break:
    """The first month that cannot be compared with what was before. accum: `flow` where months alone cannot."""

    month: str
    zh: str
    en: str
    accum: Literal["", "flow"] = ""


@dataclass(frozen=True)
class History:
    """The comparable series of today's area: which codes count in which months, and the break before which none do."""

    members: tuple[Stretch, ...]
    broken: Break | None = None


@dataclass(frozen=True)
class Opening:
    """A change inside a year: what `before` had filed is taken off what `after` files first. A set of units that only
    exchange among themselves is one opening. is_known: whether all that went in is in the lists."""

    month: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    is_known: bool


def month_before(month: str) -> str:
    """`2021-01` → `2020-12`."""
    year, number = int(month[:4]), int(month[5:])
    return f"{year - 1}-12" if number == 1 else f"{year}-{number - 1:02d}"


def first_month(row: Row, note: Row | None = None) -> str:
    """Changes take effect on 1 January after their year, unless a note knows the month."""
    return (note or {}).get("effective") or f"{int(row['year']) + 1}-01"


def note_key(row: Row) -> tuple[str, str, str]:
    return row["year"], row["old_code"], row["new_code"]
