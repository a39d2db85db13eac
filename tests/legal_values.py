"""Legal values of fields, as a clerk may type them, for tests over every form."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from ingestion.blank_cells import fileable_codes
from ingestion.catalogue import catalogue
from ingestion.form_model import FormField

UNIT = "110108"
LETTERS = st.characters(codec="gb18030", categories=("L", "N"))
DAYS = st.dates(dt.date(1950, 1, 1), dt.date(2023, 9, 30))


def typed(field: FormField) -> st.SearchStrategy[tuple[Any, Any]]:
    """What goes into the cell, and the value that it means in the unit of the form."""
    if field.is_number:
        if field.type == "integer":
            return st.integers(0, 10**9).map(lambda n: (n, Decimal(n)))
        return st.integers(0, 10**11).map(lambda n: _number(Decimal(n).scaleb(-field.decimals)))
    if field.type == "date":
        days = ("%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y%m%d", "%Y.%m.%d")
        return st.tuples(DAYS, st.sampled_from(days)).map(lambda d: (d[0].strftime(d[1]), d[0]))
    if field.type == "month":
        months = ("%Y-%m", "%Y年%m月", "%Y/%m", "%Y%m")
        return st.tuples(DAYS, st.sampled_from(months)).map(lambda d: (d[0].strftime(d[1]), d[0].strftime("%Y-%m")))
    if field.type == "bool":
        return st.sampled_from([("是", True), ("否", False), ("有", True), ("无", False), ("√", True), ("×", False)])
    if "areas" in field.codelists:
        return st.sampled_from([(UNIT, UNIT), ("海淀区", UNIT), ("110108 海淀区", UNIT)])
    if field.codelists:
        code = st.sampled_from(fileable_codes(field.codelists, catalogue(), "2023-09")).map(
            lambda text: text.split(" ", 1)
        )
        return code.flatmap(lambda c: st.sampled_from([(" ".join(c), c[0]), (c[0], c[0]), ("-".join(c), c[0])]))
    return st.text(LETTERS, min_size=1, max_size=20).filter(_is_plain_text).map(lambda text: (text, text))


def _number(value: Decimal) -> tuple[float, Decimal]:
    return float(value), value


def _is_plain_text(text: str) -> bool:
    return not text.startswith(("注", "备注", "说明")) and "计" not in text
