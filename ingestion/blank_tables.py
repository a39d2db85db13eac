"""Writes the sheets of a form's tables: one row a key, one column a field, for filling in or filled.

The layout is a contract with `columns.py`, which finds columns by the words of the header. Not here: items (blank.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ingestion.blank_cells import Choices, Styles, merge, note, write_value
from ingestion.blank_checks import LiveCheck, Places, spoken, watch
from ingestion.columns import PREVIOUS
from ingestion.errors import UsageError
from ingestion.form_model import FormField, FormTable
from ingestion.model import Value
from ingestion.tables import prints_codes

PAGE_COLUMNS = 20  # more do not fit on a printed page
EMPTY_ROWS = 50  # rows ready for typing in a blank
LISTED_ROWS = 2000  # rows that have drop-down lists in a blank
NAME_WIDTH, WIDE, NARROW = 20, 16, 11
ALLOWED = ("format_cells", "format_columns", "format_rows", "insert_rows", "delete_rows", "sort", "autofilter")


@dataclass(frozen=True)
class LastRows:
    """A table of the last accepted return. beside: fields that grow, shown in a grey column of their own, never filled in.

    rows: what each row held; what is not beside is filled in, to be checked.
    """

    beside: frozenset[str] = frozenset()
    rows: Sequence[Mapping[str, Value]] = ()


@dataclass(frozen=True)
class TableSheet:
    """Where a table stands on its sheet, counted from 0: its header, its columns, and the columns of last values."""

    sheet: Any
    header_row: int
    columns: Mapping[str, int]
    before: Mapping[str, int] = field(default_factory=dict)


def frozen_fields(table: FormTable) -> int:
    """How many fields name a row: up to the first that is called a name, else up to the last key."""
    ids = [f.id for f in table.fields]
    named = [n for n, f in enumerate(table.fields) if f.name.endswith("名称")]
    return 1 + (named[0] if named else max(ids.index(k) for k in table.key))


def _width(item: FormField) -> int:
    if item.type == "text":
        return NAME_WIDTH
    return WIDE if item.codelists or (item.is_number and item.decimals) else NARROW


def _placed(table: FormTable, beside: frozenset[str]) -> tuple[dict[str, int], dict[str, int]]:
    """Columns of the fields and, right of some, of their last values."""
    columns: dict[str, int] = {}
    before: dict[str, int] = {}
    for item in table.fields:
        columns[item.id] = len(columns) + len(before)
        if item.id in beside:
            before[item.id] = len(columns) + len(before)
    return columns, before


def write_table(
    book: Any,
    table: FormTable,
    rows: Sequence[Mapping[str, Value]],
    *,
    title: str,
    header: Sequence[tuple[str, str, Any]],
    styles: Styles,
    beside: frozenset[str] = frozenset(),
) -> TableSheet:
    """One sheet: title, header block (label, value and style, two pairs a row), codes, header, rows.

    Raises: UsageError for an unknown column, or a value that a cell could not give back.
    """
    sheet = book.add_worksheet(table.sheet)
    frozen = frozen_fields(table)
    columns, before = _placed(table, beside)
    for item in table.fields:
        sheet.set_column(columns[item.id], columns[item.id], _width(item), styles.column(item))
    sheet.set_row(0, 28)
    merge(sheet, 0, 0, max(frozen, min(4, len(table.fields))) - 1, title, styles.title)
    row = 1
    half = (len(header) + 1) // 2
    for number in range(half):
        for place, (label, text, style) in enumerate(header[number::half]):
            sheet.write_string(row, 2 * place, label, styles.label)
            sheet.write_string(row, 2 * place + 1, text, style)
        row += 1
    row += 1
    for item in table.fields:
        unit = f"（{item.unit}）" if item.unit else ""
        sheet.write_string(row, columns[item.id], item.code, styles.centre)
        sheet.write_string(row + 1, columns[item.id], ("★" if item.core else "") + item.name + unit, styles.head)
    for column in before.values():
        sheet.set_column(column, column, NARROW)
        sheet.write_blank(row, column, None, styles.centre)
        sheet.write_string(row + 1, column, PREVIOUS, styles.head)
    row += 1
    sheet.set_row(row, 40)
    sheet.freeze_panes(row + 1, frozen)
    sheet.repeat_rows(row)
    places = [(columns[f.id], f, styles.of(f)) for f in table.fields]
    for number, values in enumerate(rows, start=row + 1):
        if unknown := sorted(values.keys() - table.by_id.keys()):
            raise UsageError(f"表 {table.id} 没有列 {'、'.join(unknown)} (no such column)")
        for column, item, style in places:
            value = values.get(item.id)
            if value is not None and value != "":
                write_value(sheet, number, column, item, value, style)
    sheet.set_landscape()
    sheet.set_paper(8)
    if len(table.fields) <= PAGE_COLUMNS:
        sheet.fit_to_pages(1, 0)
    else:  # several pages side by side, each with the columns that name the row
        sheet.set_print_scale(60)
        sheet.repeat_columns(0, frozen - 1)
        sheet.print_across()
    return TableSheet(sheet, row, columns, before)


def add_aids(
    place: TableSheet,
    table: FormTable,
    choices: Choices,
    styles: Styles,
    last: LastRows,
    checks: Sequence[LiveCheck],
) -> None:
    """What makes a table easy to fill in: last rows, codes in advance, ruled rows, lists, definitions, live checks, locks."""
    sheet, first = place.sheet, place.header_row + 1
    printed: list[str] = []
    held = list(last.rows)
    if prints_codes(table):
        key = table.key[0]
        printed = choices.codes(table.by_id[key].codelists)
        by_code = {str(row[key]): row for row in last.rows if key in row}
        held = [by_code.get(text.split(" ")[0], {}) for text in printed]
    for number in range(max(EMPTY_ROWS, len(held) + EMPTY_ROWS // 2)):
        _prepare_row(place, table, first + number, held[number] if number < len(held) else {}, styles)
    for item in table.fields:
        column = place.columns[item.id]
        note(sheet, place.header_row, column, spoken(checks, item))
        choices.offer(sheet, first, first + LISTED_ROWS, column, item)
    if printed:
        column = place.columns[table.key[0]]
        sheet.set_column(column, column, 34)
        for row, text in enumerate(printed, start=first):
            sheet.write_string(row, column, text, styles.label)
    cells = {name: (first, column) for name, column in place.columns.items()}
    watch(sheet, table.fields, Places(cells, first + LISTED_ROWS), table.key, checks, styles)
    sheet.protect("", dict.fromkeys(ALLOWED, True))


def _prepare_row(place: TableSheet, table: FormTable, row: int, held: Mapping[str, Value], styles: Styles) -> None:
    """One ruled row, with what is carried forward and, in grey, what is only to be looked at."""
    for item in table.fields:
        value = held.get(item.id)
        if value is None or item.id in place.before:
            place.sheet.write_blank(row, place.columns[item.id], None, styles.of(item))
        else:
            write_value(place.sheet, row, place.columns[item.id], item, value, styles.of(item, "carried"))
        if item.id in place.before:
            style = styles.of(item, "before")
            if value is None:
                place.sheet.write_blank(row, place.before[item.id], None, style)
            else:
                write_value(place.sheet, row, place.before[item.id], item, value, style)
