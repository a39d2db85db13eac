"""Writes the workbook of a one-row form: what a county fills in, and what the sample returns are made of.

The layout is a contract with `returns.py`, which finds cells by code and label. Not here: the numbers (samples.py),
reading (returns.py), tables with one row a project. The same input gives the same bytes: no clock is asked.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter  # type: ignore[import-untyped, unused-ignore]

from ingestion.archive import WORKBOOK_CREATED
from ingestion.errors import UsageError
from ingestion.model import Value
from ingestion.returns import FILED_ON, LEGAL_MARKS, META_SHEET, PERIOD, SAMPLE_MARK, UNIT_CODE, UNIT_NAME
from ingestion.rulebook_model import Form, FormField

PENDING = "待定"
SAMPLE_PREFIX = f"{SAMPLE_MARK}（非真实填报）　"
DOUBLE_DIGITS = 15  # decimal digits that a workbook's double gives back unchanged
FONT = "微软雅黑"
LAST_COLUMN = 3
WIDTHS = (16, 34, 12, 22)


def header_lines(
    form: Form, *, unit_code: str, unit_name: str, period: str, filed_on: str | None
) -> list[tuple[str, str]]:
    """Label and value of each line of the header block; legal marks that nobody knows yet say 待定."""
    known = {"form_no": form.form_no, **form.header}
    return [
        *[(label, known.get(mark) or PENDING) for mark, label in LEGAL_MARKS.items()],
        (UNIT_CODE, unit_code),
        (UNIT_NAME, unit_name),
        (PERIOD, period),
        (FILED_ON, filed_on or ""),
    ]


def exact_double(value: Decimal) -> float:
    """The double whose shortest text is `value`. Raises UsageError for more digits than a workbook keeps."""
    if len(value.normalize().as_tuple().digits) > DOUBLE_DIGITS:
        raise UsageError(f"数值 {value} 超过{DOUBLE_DIGITS}位有效数字，工作簿存不下 (too many digits for a workbook)")
    return float(value)


def _number_format(field: FormField) -> str:
    if not field.is_number:
        return "@"  # as text, or Excel turns a typed date or document number into something else
    # an integer of kind event may be a year, and 2,023 would read as a count
    whole = "0" if field.semantics == "event" else "#,##0"
    return whole + ("." + "0" * field.decimals if field.decimals else "")


def _write_value(sheet: Any, row: int, field: FormField, value: Value | None, style: Any) -> None:
    if value is None:
        sheet.write_blank(row, LAST_COLUMN, None, style)
    elif field.is_number:
        if not isinstance(value, Decimal):
            raise UsageError(f"{field.code}“{field.name}”应为数字，得到 {value!r} (a number is expected)")
        sheet.write_number(row, LAST_COLUMN, exact_double(value), style)
    else:
        sheet.write_string(row, LAST_COLUMN, value.isoformat() if isinstance(value, dt.date) else str(value), style)


def write_form(
    form: Form,
    path: Path,
    *,
    unit_code: str,
    unit_name: str,
    period: str,
    values: Mapping[str, Value] | None = None,
    sample: bool = False,
    filed_on: str | None = None,
    rulebook_version: str,
) -> None:
    """Write the workbook of `form` to `path`, empty or filled.

    Args:    values: field id → value in the unit printed on the form (万元, 公里), numbers as Decimal; a field left
             out stays empty. sample: mark the title and the hidden sheet so that nobody takes it for a filing.
    Raises:  UsageError for a form with one row a project, an unknown field, or a number that a double cannot hold.
    """
    filled = dict(values or {})
    if form.layout != "rows_are_indicators":
        raise UsageError(f"表 {form.id} 不是一行一指标的表 (only forms with one row an item can be written)")
    if unknown := sorted(set(filled) - set(form.by_id)):
        raise UsageError(f"表 {form.id} 没有指标 {'、'.join(unknown)} (no such field)")

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"title": form.title.zh, "created": WORKBOOK_CREATED})
    sheet = book.add_worksheet(form.title.zh[:31])
    base = {"font_name": FONT, "font_size": 10, "valign": "vcenter"}
    cell = {**base, "border": 1, "border_color": "#808080"}
    title_style = book.add_format(
        {
            **base,
            "font_size": 16,
            "bold": True,
            "align": "center",
            **({"font_color": "#C00000", "font_size": 14} if sample else {}),
        }
    )
    label_style = book.add_format({**cell, "bg_color": "#F2F2F2"})
    text_style = book.add_format({**cell, "num_format": "@", "text_wrap": True})
    head_style = book.add_format({**cell, "bg_color": "#D9D9D9", "bold": True, "align": "center"})
    centre_style = book.add_format({**cell, "bg_color": "#F2F2F2", "align": "center", "num_format": "@"})
    formats = {
        f: book.add_format({**cell, "num_format": f, "align": "left" if f == "@" else "right"})
        for f in dict.fromkeys(_number_format(field) for field in form.fields)
    }

    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    sheet.set_row(0, 32)
    _merge(sheet, 0, 0, (SAMPLE_PREFIX if sample else "") + form.title.zh, title_style)
    row = 1
    for label, text in header_lines(form, unit_code=unit_code, unit_name=unit_name, period=period, filed_on=filed_on):
        sheet.write_string(row, 0, label, label_style)
        _merge(sheet, row, 1, text, text_style)
        row += 1
    row += 1
    locate = form.locate
    for column, text in enumerate((locate.code_column, locate.anchor, locate.unit_column, locate.value_column)):
        sheet.write_string(row, column, text, head_style)
    sheet.set_row(row, 20)
    sheet.repeat_rows(row)
    row += 1
    sheet.freeze_panes(row, 0)
    for field in form.fields:
        sheet.write_string(row, 0, field.code, centre_style)
        sheet.write_string(row, 1, ("★" if field.core else "") + field.name, label_style)
        sheet.write_string(row, 2, field.unit or "—", centre_style)
        _write_value(sheet, row, field, filled.get(field.id), formats[_number_format(field)])
        row += 1
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C&P / &N")

    hidden = book.add_worksheet(META_SHEET)
    meta = {"form": form.id, "rulebook_version": rulebook_version, "kind": "sample" if sample else "return"}
    if sample:
        meta["marker"] = SAMPLE_MARK
    for number, (key, text) in enumerate(meta.items()):
        hidden.write_string(number, 0, key)
        hidden.write_string(number, 1, text)
    hidden.hide()
    book.close()
    path.write_bytes(buffer.getvalue())


def _merge(sheet: Any, row: int, first: int, text: str, style: Any) -> None:
    """Merge up to the last column. The text goes in by itself: merge_range would guess formulas, links and numbers."""
    sheet.merge_range(row, first, row, LAST_COLUMN, "", style)
    if text:
        sheet.write_string(row, first, text, style)
