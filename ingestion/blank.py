"""Writes the workbook of a form: what a county fills in, and what the sample returns are made of.

One-row items stand on a sheet of their own, each table on its own sheet. The layout is a contract with `items.py` and
`columns.py`, which find cells by code and label. Not here: the numbers (samples.py), tables (blank_tables.py). The same
input gives the same bytes: no clock is asked.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter  # type: ignore[import-untyped, unused-ignore]
from xlsxwriter.utility import xl_rowcol_to_cell  # type: ignore[import-untyped, unused-ignore]

from ingestion.blank_cells import Choices, Styles, merge, note, write_value
from ingestion.blank_checks import LiveCheck, Places, spoken, watch
from ingestion.blank_map import MAP_COLUMN, MAP_HEAD
from ingestion.blank_tables import LastRows, add_aids, write_table
from ingestion.catalogue import catalogue as project_catalogue
from ingestion.columns import PREVIOUS
from ingestion.errors import UsageError
from ingestion.form_model import FieldSet, Form, FormField
from ingestion.model import SAMPLE_MARK, Value
from ingestion.outputs import WORKBOOK_CREATED, WORKBOOK_OPTIONS
from ingestion.returns import FILED_ON, LEGAL_MARKS, META_SHEET, PERIOD, UNIT_CODE, UNIT_NAME

PENDING = "待定"
SAMPLE_PREFIX = f"{SAMPLE_MARK}（非真实填报）　"
CHANGE = "增减"
LEGEND = "白格填写，灰格锁定（无密码）；黄格必填，红格须更正，橙格请核对；名称上的批注有指标解释。"
CARRIED = "蓝字是上期所报，请逐项核对；灰列为上期数，不作填报。"
WIDTHS = (16, 34, 12, 22, 22, 14)


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
    last: Mapping[str, LastRows] | None = None,
    carried_from: str = "",
    checks: Sequence[LiveCheck] = (),
    sample: bool = False,
    filed_on: str | None = None,
    rulebook_version: str,
) -> None:
    """Write the workbook of `form` to `path`, empty or filled.

    Args:    values: item → value in the unit printed on the form (万元, 公里), numbers as Decimal; an item left out
             stays empty. tables: table id → rows of column → value. Without values and tables a blank is written: with
             ruled rows, drop-down lists, definitions, locks, `checks` that colour cells, and a map of its cells on the
             hidden sheet. previous: the last accepted values, shown beside the empty cells; last: those of the tables; carried_from: which
             returns they are of, in words. sample: mark titles and the hidden sheet so that nobody takes it for a filing.
    Raises:  UsageError for an unknown item, table or column, or a value that a cell could not give back.
    """
    _check(form, values or {}, {**(tables or {}), **(last or {})}, previous or {})
    is_blank = values is None and tables is None
    if is_blank:
        form = form.in_period(period)
        checks = [c for c in checks if _names(c) <= {f.id for f in form.set_of(c.set_id).fields}]
        previous = {k: v for k, v in previous.items() if k in form.by_id} if previous is not None else None
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, WORKBOOK_OPTIONS)
    book.set_properties({"title": form.title.zh, "created": WORKBOOK_CREATED})
    styles = Styles(book, sample=sample, opens=is_blank)
    prefix = SAMPLE_PREFIX if sample else ""
    lines = header_lines(form, unit_code=unit_code, unit_name=unit_name, period=period, filed_on=filed_on)
    header = [(label, text, styles.input_text if label == FILED_ON else styles.text) for label, text in lines]
    choices = None
    if is_blank:
        choices = Choices(project_catalogue(), period)
        for fields in form.field_sets:
            choices.gather(fields)
    cells: list[tuple[str, ...]] = []
    if form.fields:
        own = [c for c in checks if c.set_id == form.id]
        title = prefix + form.title.zh
        cells += _write_items(book, form, values or {}, previous, carried_from, title, header, styles, choices, own)
    for number, table in enumerate(form.tables):
        leads = number == 0 and not form.fields
        held = (last or {}).get(table.id, LastRows())
        place = write_table(
            book,
            table,
            (tables or {}).get(table.id, ()),
            title=prefix + (form.title.zh if leads else table.title.zh),
            header=header if leads else (),
            styles=styles,
            beside=held.beside,
        )
        if choices:
            add_aids(place, table, choices, styles, held, [c for c in checks if c.set_id == table.id])
            # a row without anything between the header block and the codes
            place.sheet.write_string(
                place.header_row - 2, 0, LEGEND + (CARRIED + carried_from if held.rows else ""), styles.legend
            )
            cells += _map_of(table, table.sheet, {f: (place.header_row, c) for f, c in place.columns.items()})
    if choices:
        choices.write(book, styles)
    _write_meta(book, form, sample, rulebook_version, cells if is_blank else ())
    book.close()
    path.write_bytes(buffer.getvalue())


def _names(check: LiveCheck) -> set[str]:
    """The fields that a live check colours and looks at."""
    return {check.field, *re.findall(r"\{(\w+)\}", check.formula)}


def _check(
    form: Form, values: Mapping[str, Value], tables: Mapping[str, object], previous: Mapping[str, Value]
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
    carried_from: str,
    title: str,
    header: Sequence[tuple[str, str, Any]],
    styles: Styles,
    choices: Choices | None,
    checks: Sequence[LiveCheck],
) -> list[tuple[str, ...]]:
    """The sheet of the one-row items. Returns the map of its cells."""
    locate = form.locate
    assert locate is not None  # the catalogue refuses a form with items without it
    last = 3 if previous is None else 5
    sheet = book.add_worksheet(form.title.zh[:31])
    for column, width in enumerate(WIDTHS[: last + 1]):
        sheet.set_column(column, column, width)
    sheet.set_row(0, 32)
    merge(sheet, 0, 0, last, title, styles.title)
    row = 1
    for label, text, style in header:
        sheet.write_string(row, 0, label, styles.label)
        merge(sheet, row, 1, last, text, style)
        row += 1
    if choices:
        sheet.write_string(row, 0, LEGEND + carried_from, styles.legend)
    row += 1
    columns = (locate.code_column, locate.anchor, locate.unit_column, locate.value_column, PREVIOUS, CHANGE)
    for column, text in enumerate(columns[: last + 1]):
        sheet.write_string(row, column, text, styles.head)
    sheet.set_row(row, 20)
    sheet.repeat_rows(row)
    row += 1
    sheet.freeze_panes(row, 0)
    places: dict[str, tuple[int, int]] = {}
    for field in form.fields:
        places[field.id] = (row, 3)
        sheet.write_string(row, 0, field.code, styles.centre)
        sheet.write_string(row, 1, ("★" if field.core else "") + field.name, styles.label)
        sheet.write_string(row, 2, field.unit or "—", styles.centre)
        _write_item(sheet, row, 3, field, values.get(field.id), styles.of(field))
        if previous is not None:
            _write_item(sheet, row, 4, field, previous.get(field.id), styles.of(field, "before"))
            _write_change(sheet, row, field, styles)
        if choices:
            choices.offer(sheet, row, row, 3, field)
            note(sheet, row, 1, spoken(checks, field))
        row += 1
    if choices:
        watch(sheet, form.fields, Places(places), (), checks, styles)
        sheet.protect("", {"format_columns": True, "format_rows": True})
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C&P / &N")
    return _map_of(form, sheet.name, places)


def _write_item(sheet: Any, row: int, column: int, field: FormField, value: Value | None, style: Any) -> None:
    if value is None:
        sheet.write_blank(row, column, None, style)
    else:
        write_value(sheet, row, column, field, value, style)


def _write_change(sheet: Any, row: int, field: FormField, styles: Styles) -> None:
    """What was typed less the last value, so that a slip is seen at once."""
    if not field.is_number:
        sheet.write_blank(row, 5, None, styles.of(field, "before"))
        return
    now, before = xl_rowcol_to_cell(row, 3), xl_rowcol_to_cell(row, 4)
    sheet.write_formula(
        row, 5, f'=IF(COUNT({now},{before})=2,ROUND({now}-{before},6),"")', styles.of(field, "change"), ""
    )


def _map_of(fields: FieldSet, sheet: str, places: Mapping[str, tuple[int, int]]) -> list[tuple[str, ...]]:
    """Where each field stands: the cell of an item, the header cell of a column."""
    return [(sheet, xl_rowcol_to_cell(*places[f.id]), fields.id, f.id, f.code, f.unit or "") for f in fields.fields]


def _write_meta(book: Any, form: Form, sample: bool, rulebook_version: str, cells: Sequence[tuple[str, ...]]) -> None:
    hidden = book.add_worksheet(META_SHEET)
    meta = {"form": form.id, "rulebook_version": rulebook_version, "kind": "sample" if sample else "return"}
    if sample:
        meta["marker"] = SAMPLE_MARK
    for number, (key, text) in enumerate(meta.items()):
        hidden.write_string(number, 0, key)
        hidden.write_string(number, 1, text)
    for row, entry in enumerate([MAP_HEAD, *cells] if cells else []):
        for column, text in enumerate(entry, start=MAP_COLUMN - 1):
            hidden.write_string(row, column, text)
    hidden.hide()
