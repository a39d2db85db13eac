"""Writes the workbook of a form: what a county fills in, and what the sample returns are made of.

One-row items stand on a sheet of their own, each table on its own sheet. The layout is a contract with `items.py` and
`columns.py`, which find cells by code and label. Not here: the numbers (samples.py), tables (blank_tables.py). The same
input gives the same bytes: no clock is asked.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter  # type: ignore[import-untyped, unused-ignore]

from ingestion.archive import WORKBOOK_CREATED
from ingestion.blank_cells import Choices, Styles, merge, write_value
from ingestion.blank_tables import add_aids, write_table
from ingestion.catalogue import catalogue as project_catalogue
from ingestion.errors import UsageError
from ingestion.model import Value
from ingestion.returns import FILED_ON, LEGAL_MARKS, META_SHEET, PERIOD, SAMPLE_MARK, UNIT_CODE, UNIT_NAME
from ingestion.rulebook_model import Form

PENDING = "待定"
SAMPLE_PREFIX = f"{SAMPLE_MARK}（非真实填报）　"
PREVIOUS = "上期数"
WIDTHS = (16, 34, 12, 22, 22)


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


def write_form(
    form: Form,
    path: Path,
    *,
    unit_code: str,
    unit_name: str,
    period: str,
    values: Mapping[str, Value] | None = None,
    tables: Mapping[str, Sequence[Mapping[str, Value]]] | None = None,
    previous: Mapping[str, Value] | None = None,
    sample: bool = False,
    filed_on: str | None = None,
    rulebook_version: str,
) -> None:
    """Write the workbook of `form` to `path`, empty or filled.

    Args:    values: item → value in the unit printed on the form (万元, 公里), numbers as Decimal; an item left out
             stays empty. tables: table id → rows of column → value. Without values and tables a blank is written: with
             ruled rows, drop-down lists and definitions. previous: the last accepted values, shown beside the empty
             cells. sample: mark titles and the hidden sheet so that nobody takes it for a filing.
    Raises:  UsageError for an unknown item, table or column, or a value that a cell could not give back.
    """
    _check(form, values or {}, tables or {}, previous or {})
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"title": form.title.zh, "created": WORKBOOK_CREATED})
    styles = Styles(book, sample=sample)
    prefix = SAMPLE_PREFIX if sample else ""
    header = header_lines(form, unit_code=unit_code, unit_name=unit_name, period=period, filed_on=filed_on)
    choices = None
    if values is None and tables is None:
        choices = Choices(project_catalogue())
        for fields in form.field_sets:
            choices.gather(fields)
    if form.fields:
        _write_items(book, form, values or {}, previous, prefix + form.title.zh, header, styles, choices)
    for number, table in enumerate(form.tables):
        leads = number == 0 and not form.fields
        place = write_table(
            book,
            table,
            (tables or {}).get(table.id, ()),
            title=prefix + (form.title.zh if leads else table.title.zh),
            header=header if leads else (),
            styles=styles,
        )
        if choices:
            add_aids(place, table, choices, styles)
    if choices:
        choices.write(book, styles)
    _write_meta(book, form, sample, rulebook_version)
    book.close()
    path.write_bytes(buffer.getvalue())


def _check(
    form: Form,
    values: Mapping[str, Value],
    tables: Mapping[str, Sequence[Mapping[str, Value]]],
    previous: Mapping[str, Value],
) -> None:
    if unknown := sorted((values.keys() | previous.keys()) - form.by_id.keys()):
        raise UsageError(f"表 {form.id} 没有指标 {'、'.join(unknown)} (no such field)")
    if unknown := sorted(tables.keys() - {t.id for t in form.tables}):
        raise UsageError(f"表 {form.id} 没有名册 {'、'.join(unknown)} (no such table)")


def _write_items(
    book: Any,
    form: Form,
    values: Mapping[str, Value],
    previous: Mapping[str, Value] | None,
    title: str,
    header: Sequence[tuple[str, str]],
    styles: Styles,
    choices: Choices | None,
) -> None:
    locate = form.locate
    assert locate is not None  # the catalogue refuses a form with items without it
    last = 3 if previous is None else 4
    sheet = book.add_worksheet(form.title.zh[:31])
    for column, width in enumerate(WIDTHS[: last + 1]):
        sheet.set_column(column, column, width)
    sheet.set_row(0, 32)
    merge(sheet, 0, 0, last, title, styles.title)
    row = 1
    for label, text in header:
        sheet.write_string(row, 0, label, styles.label)
        merge(sheet, row, 1, last, text, styles.text)
        row += 1
    row += 1
    columns = (locate.code_column, locate.anchor, locate.unit_column, locate.value_column, PREVIOUS)
    for column, text in enumerate(columns[: last + 1]):
        sheet.write_string(row, column, text, styles.head)
    sheet.set_row(row, 20)
    sheet.repeat_rows(row)
    row += 1
    sheet.freeze_panes(row, 0)
    for field in form.fields:
        sheet.write_string(row, 0, field.code, styles.centre)
        sheet.write_string(row, 1, ("★" if field.core else "") + field.name, styles.label)
        sheet.write_string(row, 2, field.unit or "—", styles.centre)
        for column, filled, style in (
            (3, values, styles.of(field)),
            *([] if previous is None else [(4, previous, styles.of(field, locked=True))]),
        ):
            value = filled.get(field.id)
            if value is None:
                sheet.write_blank(row, column, None, style)
            else:
                write_value(sheet, row, column, field, value, style)
        if choices:
            choices.offer(sheet, row, row, 3, field)
            sheet.write_comment(row, 1, field.definition)
        row += 1
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C&P / &N")


def _write_meta(book: Any, form: Form, sample: bool, rulebook_version: str) -> None:
    hidden = book.add_worksheet(META_SHEET)
    meta = {"form": form.id, "rulebook_version": rulebook_version, "kind": "sample" if sample else "return"}
    if sample:
        meta["marker"] = SAMPLE_MARK
    for number, (key, text) in enumerate(meta.items()):
        hidden.write_string(number, 0, key)
        hidden.write_string(number, 1, text)
    hidden.hide()
