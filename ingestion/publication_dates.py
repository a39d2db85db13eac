"""Dates as tables print them, each a day or the last day of a month or year: `截至2023年6月底`, `2023.6`, `截至3月23日`.

And whether a table says another date than its source: a file of the wrong month. Not here: dates of a form (cells.py).
"""

from __future__ import annotations

import calendar
import datetime as dt
import re

from ingestion.layout_model import LayoutSheet
from ingestion.publication_cells import PageContext, header_of
from ingestion.units import half_width, normalise

_AS_OF = re.compile(r"截[至止]到?([0-9年月日份末底./-]+)")
_YEAR = "(?P<year>(?:19|20)[0-9]{2})"
_MONTH = "(?P<month>1[0-2]|0?[1-9])"
_DAY = "(?P<day>3[01]|[12][0-9]|0?[1-9])"
_SHAPES = [
    re.compile(shape)
    for shape in (
        rf"(?:{_YEAR}年)?{_MONTH}月{_DAY}日",
        rf"{_YEAR}(?P<mark>[./-]){_MONTH}(?P=mark){_DAY}",
        rf"(?:{_YEAR}年)?{_MONTH}月份?[末底]?",
        rf"{_YEAR}[./-]{_MONTH}[末底]?",
        rf"(?:{_YEAR})?年[末底]",
        rf"{_YEAR}年",
    )
]


def printed_date(text: str, year: int | None = None) -> dt.date | None:
    """The day that a text names, of a month or year the last one; `year` is meant where none is printed.

    None for what is no date (已完工), for days that do not exist, and for a bare number: 45097 may be a day of a workbook
    and 2023 a count.
    """
    clean = re.sub("^截[至止]到?", "", normalise(half_width(text)))
    hit = next((h for shape in _SHAPES if (h := shape.fullmatch(clean))), None)
    held = hit.groupdict() if hit else {}
    of_year = int(held.get("year") or year or 0)
    if not hit or not of_year:
        return None
    of_month = int(held.get("month") or 12)
    try:
        return dt.date(of_year, of_month, int(held.get("day") or calendar.monthrange(of_year, of_month)[1]))
    except ValueError:
        return None  # no such day


def check_as_of(context: PageContext, spec: LayoutSheet) -> None:
    """The date in the title rows against that of the source."""
    span = context.source.period
    located = header_of(context.sheet, spec) if spec.header_anchor else None
    if span is None or located is None:
        return
    for (row, _), cell in sorted(context.sheet.cells.items()):
        hit = _AS_OF.search(normalise(cell.text)) if row < located[0] and cell.kind == "s" else None
        said = printed_date(hit[1], span.end.year) if hit else None
        if hit and said and said != span.end:
            zh = f"{cell.address} 表题写“{hit[0]}”，来源登记的截止日是 {span.end}；请核对是不是别的月份的表"
            en = f"{cell.address} says {said}, the source says {span.end}: is this the table of another month?"
            context.find("EVA-006", "warning", zh, en, cell.address, str(said), str(span.end))
