"""What all files that we write for people have in common: nothing in them is a formula, and the same content gives the same bytes.

Not here: how a file appears whole (archive.py), what stands in it.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from ingestion.units import PLAIN_NUMBER

# Every workbook that we write carries this date.
WORKBOOK_CREATED = dt.datetime(2026, 11, 25, tzinfo=dt.UTC)
# Text that a respondent typed stays text, whatever it begins with.
WORKBOOK_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


DOUBLE_DIGITS = 15  # decimal digits that a workbook's double gives back unchanged


def is_exact(value: Decimal) -> bool:
    """Whether a workbook holds a number to its last digit."""
    return len(value.normalize().as_tuple().digits) <= DOUBLE_DIGITS


def _inert(value: Any) -> Any:
    """A text that a spreadsheet would run gets an apostrophe before it; a number with its sign is none."""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) and not PLAIN_NUMBER.match(value):
        return f"'{value}"
    return value


def csv_bytes(rows: Iterable[Sequence[Any]]) -> bytes:
    """Rows as CSV in UTF-8 with a byte-order mark, which Excel and WPS ask for."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\r\n").writerows([_inert(v) for v in row] for row in rows)
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()
