"""What all files that we write for people have in common: nothing in them is a formula, and the same content gives the same bytes.

Not here: how a file appears whole (archive.py), what stands in it.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

from ingestion.errors import UsageError
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
ROW_BY_ROW = {"in_memory": False, "constant_memory": True}  # rows go to the disk as they come

# what a spreadsheet may run, the full-width signs of East Asian keyboards too
_RUN = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
MOST_SHEET_ROWS = 1_048_575  # what a sheet of a workbook holds below its heading
DOUBLE_DIGITS = 15  # decimal digits that a workbook's double gives back unchanged


def is_exact(value: Decimal) -> bool:
    """Whether a workbook holds a number to its last digit."""
    return len(value.normalize().as_tuple().digits) <= DOUBLE_DIGITS


def _inert(value: Any) -> Any:
    """A text that a spreadsheet would run gets an apostrophe before it; a number with its sign is none."""
    if isinstance(value, str) and value.startswith(_RUN) and not PLAIN_NUMBER.match(value):
        return f"'{value}"
    return value


def xlsx_bytes(
    rows: Sequence[Sequence[Any]], *, title: str, sheet: str, numbers: frozenset[str] = frozenset()
) -> bytes:
    """A header row and text rows as a workbook of one filtered sheet: no formula, no link; the same data, the same bytes.

    numbers: columns whose texts are exact decimals; they stand as numbers where a workbook holds them to the last digit.
    """
    buffer = io.BytesIO()
    _write_xlsx(buffer, rows, title, sheet, numbers)
    return buffer.getvalue()


def _write_xlsx(
    into: io.BytesIO | str, rows: Iterable[Sequence[Any]], title: str, sheet: str, numbers: frozenset[str]
) -> None:
    import xlsxwriter

    lines = iter(rows)
    header = next(lines)
    book = xlsxwriter.Workbook(into, {**WORKBOOK_OPTIONS, **ROW_BY_ROW})
    book.set_properties({"title": title, "created": WORKBOOK_CREATED})
    page = book.add_worksheet(sheet)
    page.write_row(0, 0, header, book.add_format({"bold": True}))
    page.freeze_panes(1, 0)
    r = 0
    for r, row in enumerate(lines, start=1):
        for c, text in enumerate(row):
            if header[c] in numbers and text and is_exact(Decimal(text)):
                page.write_number(r, c, float(text))
            elif text:
                page.write_string(r, c, text)
    page.autofilter(0, 0, r, len(header) - 1)
    book.close()


def write_table(
    path: Path, rows: Iterable[Sequence[str]], count: int, suffix: str, *, title: str, sheet: str,
    numbers: frozenset[str] = frozenset(),
) -> None:  # fmt: skip
    """As `table_bytes`, into a file and as the rows come: any number of them needs no room. count: rows below the heading."""
    _check_table(suffix, count)
    if suffix == "csv":
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            _write_csv(file, rows)
    else:
        _write_xlsx(str(path), rows, title, sheet, numbers)


def _check_table(suffix: str, count: int) -> None:
    if suffix not in ("csv", "xlsx"):
        raise UsageError(f"可写成 .csv 或 .xlsx，不能写成 .{suffix} (write .csv or .xlsx)")
    if suffix == "xlsx" and count > MOST_SHEET_ROWS:
        raise UsageError(f"共 {count} 行，一个工作表放不下；请写 .csv 或缩小范围 (more rows than a sheet holds)")


def csv_bytes(rows: Iterable[Sequence[Any]]) -> bytes:
    """Rows as CSV in UTF-8 with a byte-order mark, which Excel and WPS ask for."""
    buffer = io.StringIO(newline="")
    _write_csv(buffer, rows)
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


def _write_csv(into: TextIO, rows: Iterable[Sequence[Any]]) -> None:
    csv.writer(into, lineterminator="\r\n").writerows([_inert(v) for v in row] for row in rows)


def texts(row: Mapping[str, Any], names: Iterable[str]) -> list[str]:
    """A row as texts: yes and no in Chinese, nothing for what is missing."""
    said = (row[name] for name in names)
    return [("是" if v else "否") if isinstance(v, bool) else "" if v is None else str(v) for v in said]


def table_bytes(
    rows: Sequence[Sequence[str]], suffix: str, *, title: str, sheet: str, numbers: frozenset[str] = frozenset()
) -> bytes:
    """A heading and text rows as csv or xlsx, whichever the suffix asks for.

    Raises: UsageError for another format, or for more rows than a sheet holds.
    """
    _check_table(suffix, len(rows) - 1)
    if suffix == "csv":
        return csv_bytes(rows)
    return xlsx_bytes(rows, title=title, sheet=sheet, numbers=numbers)
