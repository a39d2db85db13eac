"""Writes the sheets of a form's tables: one row a key, one column a field, for filling in or filled.

The layout is a contract with `columns.py`, which finds columns by the words of the header. Not here: items (blank.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ingestion.blank_cells import Choices, Styles, fileable_codes, merge, write_value
from ingestion.errors import UsageError
from ingestion.model import Value
from ingestion.rulebook_model import FormField, FormTable
from ingestion.tables import prints_codes

PAGE_COLUMNS = 20  # more do not fit on a printed page
EMPTY_ROWS = 50  # rows ready for typing in a blank
LISTED_ROWS = 2000  # rows that have drop-down lists in a blank
NAME_WIDTH, WIDE, NARROW = 20, 16, 11


@dataclass(frozen=True)
class TableSheet:
    """Where a table's header stands on its sheet, counted from 0, and the columns that stay in view."""

    sheet: Any
    header_row: int
    frozen: int


def frozen_columns(table: FormTable) -> int:
    """Columns that name a row: up to the first that is called a name, else up to the last key."""
    ids = [f.id for f in table.fields]
    named = [n for n, f in enumerate(table.fields) if f.name.endswith("名称")]
    return 1 + (named[0] if named else max(ids.index(k) for k in table.key))


def _width(field: FormField) -> int:
    if field.type == "text":
        return NAME_WIDTH
    return WIDE if field.codelists or (field.is_number and field.decimals) else NARROW


def write_table(
    book: Any,
    table: FormTable,
    rows: Sequence[Mapping[str, Value]],
    *,
    title: str,
    header: Sequence[tuple[str, str]],
    styles: Styles,
) -> TableSheet:
    """One sheet: title, header block (label and value pairs, two a row), codes, header, rows.

    Raises: UsageError for an unknown column, or a value that a cell could not give back.
    """
    sheet = book.add_worksheet(table.sheet)
    frozen = frozen_columns(table)
    for column, field in enumerate(table.fields):
        sheet.set_column(column, column, _width(field), styles.column(field))
    sheet.set_row(0, 28)
    merge(sheet, 0, 0, max(frozen, min(4, len(table.fields))) - 1, title, styles.title)
    row = 1
    half = (len(header) + 1) // 2
    for number in range(half):
        for place, pair in enumerate(header[number::half]):
            sheet.write_string(row, 2 * place, pair[0], styles.label)
            sheet.write_string(row, 2 * place + 1, pair[1], styles.text)
        row += 1
    row += 1
    for column, field in enumerate(table.fields):
        unit = f"（{field.unit}）" if field.unit else ""
        sheet.write_string(row, column, field.code, styles.centre)
        sheet.write_string(row + 1, column, ("★" if field.core else "") + field.name + unit, styles.head)
    row += 1
    sheet.set_row(row, 40)
    sheet.freeze_panes(row + 1, frozen)
    sheet.repeat_rows(row)
    places = [(n, f, styles.of(f)) for n, f in enumerate(table.fields)]
    for number, values in enumerate(rows, start=row + 1):
        if unknown := sorted(values.keys() - table.by_id.keys()):
            raise UsageError(f"表 {table.id} 没有列 {'、'.join(unknown)} (no such column)")
        for column, field, style in places:
            value = values.get(field.id)
            if value is not None and value != "":
                write_value(sheet, number, column, field, value, style)
    sheet.set_landscape()
    sheet.set_paper(8)
    if len(table.fields) <= PAGE_COLUMNS:
        sheet.fit_to_pages(1, 0)
    else:  # several pages side by side, each with the columns that name the row
        sheet.set_print_scale(60)
        sheet.repeat_columns(0, frozen - 1)
        sheet.print_across()
    return TableSheet(sheet, row, frozen)


def add_aids(place: TableSheet, table: FormTable, choices: Choices, styles: Styles) -> None:
    """What makes an empty table easy to fill in: ruled rows, codes in advance, drop-down lists, definitions."""
    sheet, first = place.sheet, place.header_row + 1
    printed: list[str] = []
    if prints_codes(table):
        printed = fileable_codes(table.by_id[table.key[0]].codelists, choices.catalogue)
    for row in range(first, first + max(EMPTY_ROWS, len(printed))):
        for column, field in enumerate(table.fields):
            sheet.write_blank(row, column, None, styles.of(field))
    for column, field in enumerate(table.fields):
        sheet.write_comment(place.header_row, column, field.definition)
        choices.offer(sheet, first, first + LISTED_ROWS, column, field)
    if printed:
        column = table.fields.index(table.by_id[table.key[0]])
        sheet.set_column(column, column, 34)
        for row, text in enumerate(printed, start=first):
            sheet.write_string(row, column, text, styles.label)
