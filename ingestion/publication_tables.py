"""Tables whose rows are areas or budget years and whose columns are indicators.

Not here: labelled items (publication_items.py), what one cell says (publication_cells.py), whether it adds up
(publication_checks.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingestion.layout_model import LayoutColumn, LayoutSheet, Span
from ingestion.publication_cells import (
    PageContext,
    area_of,
    header_of,
    observe,
    printed_of,
    said_if_text,
    span_of,
    uncached_formula,
    unit_from_source,
)
from ingestion.publication_checks import check_claimed_rates, check_complete
from ingestion.publication_proposals import ask_for_unit, is_fraction
from ingestion.publication_subtotals import check_subtotals, check_total_row, is_subtotal, kept_as_note, said_subtotal
from ingestion.units import normalise
from ingestion.workbook import Cell, column_letters


@dataclass(frozen=True)
class _Column:
    layout: LayoutColumn
    at: int
    unit: str | None


@dataclass(frozen=True)
class _Row:
    """What the cells of one row are about. role group: several units together; subtotal: a sum of rows above or below."""

    number: int
    role: str
    area: str
    year: int | None
    block: str


def read_table(context: PageContext, spec: LayoutSheet) -> None:
    """Read one view; whatever cannot be read is a finding with its cell."""
    located = header_of(context.sheet, spec)
    if located is None:
        context.lacks_header(spec.header_anchor or "")
        return
    header_row, headers = located
    assert spec.key_column
    columns, unknown = _columns(context, spec, headers, header_row)
    key_at = headers.get(normalise(spec.key_column))
    if key_at is None:
        context.lacks_header(spec.key_column, cell=f"{column_letters(1)}{header_row}")
        return
    first_row = header_row + spec.header_rows
    carried = {
        name: headers.get(normalise(name)) for name in (spec.block_column, spec.period_column) if name is not None
    }
    rows = _Rows(context, spec, key_at, carried)
    for number in range(first_row, context.sheet.last_row + 1):
        row = rows.row(number)
        if row is not None:
            _cells(context, spec, columns, row)
    for column in {c.at: c for c in unknown}.values():
        ask_for_unit(context, spec, column.layout, column.at, header_row)
    check_claimed_rates(context, spec, headers, header_row)
    check_subtotals(context, spec)
    check_total_row(context, spec)
    if context.source.cut:
        check_complete(context, spec, {c.at: c.layout.header for c in columns}, first_row)


def _columns(
    context: PageContext, spec: LayoutSheet, headers: dict[str, int], header_row: int
) -> tuple[list[_Column], list[_Column]]:
    """The columns that can be read, with their units, and those whose unit nobody states; columns that no view of the
    layout knows are said."""
    anchor = f"{column_letters(1)}{header_row}"
    found: list[_Column] = []
    unknown: list[_Column] = []
    asked: dict[str, str | None] = {}
    for column in spec.columns:
        at = headers.get(normalise(column.header))
        if at is None:
            if not column.optional:
                context.lacks_header(column.header, cell=anchor, found="、".join(headers)[:80])
            continue
        unit = column.unit
        if unit == "from_source":
            if column.header not in asked:
                asked[column.header] = unit_from_source(context, column.header)
            unit = asked[column.header]
            if unit is None:
                unknown.append(_Column(column, at, None))
                continue
        found.append(_Column(column, at, unit))
    known = [spec.key_column, spec.block_column, spec.period_column, *spec.ignore_columns]
    read = {normalise(c.header) for c in spec.columns} | {normalise(name) for name in known if name}
    for text, at in headers.items():
        if text not in read:
            context.find(
                "ROW-004",
                "warning",
                f"“{text}”列不在版式中，未读取",
                f"column “{text}” is not in the layout; not read",
                f"{column_letters(at)}{header_row}",
                text,
            )
    return found, unknown


class _Rows:
    """Tells what each row is; labels printed once are carried to the rows below."""

    def __init__(self, context: PageContext, spec: LayoutSheet, key_at: int, carried: dict[str, int | None]) -> None:
        self.context, self.spec, self.key_at = context, spec, key_at
        self.carried = carried
        self.last: dict[str, str] = {}
        self.groups = {normalise(label) for label in spec.groups}

    def row(self, number: int) -> _Row | None:
        """None for an empty row, one that the layout leaves out, and one that was asked about in a finding."""
        context, spec, sheet = self.context, self.spec, self.context.sheet
        first = next((c for at in range(1, sheet.last_column + 1) if (c := sheet.at(number, at))), None)
        if first is None:
            return None
        fresh = {name: sheet.at(number, at) if at else None for name, at in self.carried.items()}
        self.last |= {name: normalise(cell.text) for name, cell in fresh.items() if cell}
        key = sheet.at(number, self.key_at)
        label = self._label(key) if key else ""
        labels = {label, normalise(first.text).rstrip(":")} - {""}
        if any(re.search(pattern, name) for pattern in spec.ignore_rows for name in labels):
            return None
        opens_block = bool(spec.block_column and fresh.get(spec.block_column) and key is None)
        is_total = opens_block or any(re.fullmatch(p, name) for p in spec.total_labels for name in labels)
        year = self._year(number, first)
        if year == 0:
            return None
        block = self.last.get(spec.block_column, "") if spec.block_column else ""
        context.labels[number] = label or normalise(first.text)
        if is_total or spec.rows == "period":
            return _Row(number, "total" if is_total else "row", context.source.area, year, block)
        told = label if first == key else normalise(first.text).rstrip(":")
        if label not in self.groups and (is_subtotal(label) or is_subtotal(told)):
            said_subtotal(context, number, key or first)
            return _Row(number, "subtotal", context.source.area, year, block)
        if kept_as_note(context, number, first):
            return None
        if key is None:
            zh = f"第{number}行没有{spec.key_column}，未读取"
            context.find("ROW-004", "warning", zh, f"row {number} has no key; not read", first.address, first.shown)
            return None
        if label in self.groups:
            zh = f"{key.address}“{key.shown}”是几个单位的合计，或不在单位名录，只用于本表核对，不入库"
            en = f"{key.address} “{key.shown}” is several units, or none of the register: it is checked, and not stored"
            context.find("EVA-005", "info", zh, en, key.address, key.shown)
            return _Row(number, "group", context.source.area, year, block)
        area = area_of(context, label, spec, key)
        return _Row(number, "row", area, year, block) if area else None

    def _label(self, key: Cell) -> str:
        text = normalise(key.text).rstrip(":")
        hit = re.fullmatch(self.spec.key_pattern, text) if self.spec.key_pattern else None
        return hit[1] if hit else text

    def _year(self, number: int, first: Cell) -> int | None:
        """The year of a row; None where rows have none; 0 after a finding."""
        spec = self.spec
        if spec.period_column:
            text = self.last.get(spec.period_column, "")
        elif spec.rows == "period":
            key = self.context.sheet.at(number, self.key_at)
            text = normalise(key.text) if key else ""
            if any(re.fullmatch(p, text) for p in spec.total_labels):
                return None
        else:
            return None
        hit = re.search(spec.period_pattern or r"([0-9]{4})", text)
        if hit is None:
            zh, en = f"第{number}行“{first.shown}”读不出年度", f"row {number}: no year"
            self.context.find("EVA-004", "error", zh, en, first.address, first.shown, "2017年度")
            return 0
        return int(hit[1])


def _cells(context: PageContext, spec: LayoutSheet, columns: list[_Column], row: _Row) -> None:
    for column in columns:
        layout = column.layout
        if layout.only is not None and (layout.only == "total") != (row.role == "total"):
            continue
        if layout.block is not None and normalise(layout.block) != row.block:
            continue
        cell = context.sheet.at(row.number, column.at)
        if cell is None:
            uncached_formula(context, row.number, column.at)
            continue
        said_if_text(context, cell)
        printed = printed_of(context, cell, layout.decimals, layout.words, layout.pattern)
        spanned = _span(context, spec, layout, row)
        if printed is None or spanned is None or is_fraction(context, spec, layout, cell, printed):
            continue
        span, accumulation = spanned
        observe(
            context,
            cell,
            printed,
            indicator=layout.indicator,
            area=row.area,
            dim=layout.dim,
            span=span,
            accumulation=accumulation,
            role=row.role,
            unit_name=column.unit,
        )


def _span(context: PageContext, spec: LayoutSheet, layout: LayoutColumn, row: _Row) -> tuple[Span, str] | None:
    """A total over the years of a table is cumulative over the source's whole period."""
    if spec.rows == "period" and row.role == "total":
        return (context.source.period, "cumulative") if context.source.period else None
    return span_of(context, layout.accumulation, row.year)
