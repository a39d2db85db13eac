"""Rows that are labelled figures of one area, with one value column or one a period.

`within` names the total above that a part belongs to; figures that answer no indicator are read for the sums alone.
Not here: tables of areas or years (publication_tables.py), what one cell says (publication_cells.py).
"""

from __future__ import annotations

import re

from ingestion.layout_model import LayoutItem, LayoutPeriod, LayoutSheet, Span
from ingestion.publication_cells import (
    PageContext,
    header_of,
    not_one_number,
    numbers_in,
    numbers_of,
    observe,
    span_of,
    unit_from_source,
)
from ingestion.publication_checks import Summand, check_claimed_rates, check_sums
from ingestion.quantities import Printed
from ingestion.units import normalise, plain
from ingestion.workbook import Cell

_LEADING_MARK = re.compile(r"^[①-⑳㈠-㈩\s]*(?:其中[:：])?")


def read_items(context: PageContext, spec: LayoutSheet) -> None:
    """Read one view; a label that the layout does not know is a finding, unless it is left out by name."""
    located = header_of(context.sheet, spec)
    assert spec.key_column
    # a publication may print fewer periods than its layout knows, but not none of them
    columns: list[tuple[LayoutPeriod | None, str]] = [(p, p.header) for p in spec.periods]
    if located and columns:
        columns = [(p, header) for p, header in columns if normalise(header) in located[1]]
    if spec.value_column:
        columns.append((None, spec.value_column))
    wanted = [spec.key_column, *(header for _, header in columns), *(i.column for i in spec.items if i.column)]
    absent = [n for n in dict.fromkeys(wanted) if located is None or normalise(n) not in located[1]]
    if located is None or absent or (spec.periods and not columns):
        context.lacks_header(*(absent or [p.header for p in spec.periods]))
        return
    header_row, headers = located
    sheet = context.sheet
    parents = {normalise(i.within) for i in spec.items if i.within}
    key_at = headers[normalise(spec.key_column)]
    within = ""
    summands: list[Summand] = []
    for row in range(header_row + spec.header_rows, sheet.last_row + 1):
        key = sheet.at(row, key_at)
        if key is None:
            continue
        label = normalise(_LEADING_MARK.sub("", key.text))
        items = _named(spec, label, within)
        if label in parents:
            within = label
        if not items:
            if not any(re.search(pattern, label) for pattern in spec.ignore_rows):
                context.unread_row(key)
            continue
        context.labels[row] = label
        for period, header in columns or [(None, "")]:
            _cell_of_items(context, items, headers, key, (period, header), summands)
    check_sums(context, spec, summands)
    check_claimed_rates(context, spec, headers, header_row)


def _named(spec: LayoutSheet, label: str, within: str) -> list[LayoutItem]:
    """Items of that label below the last total; a part printed once in the layout needs no total above it."""
    same = [i for i in spec.items if normalise(i.label) == label]
    fitting = [i for i in same if i.within is None or normalise(i.within) == within]
    return fitting or (same if len({i.within for i in same}) == 1 else [])


def _cell_of_items(
    context: PageContext,
    items: list[LayoutItem],
    headers: dict[str, int],
    key: Cell,
    column: tuple[LayoutPeriod | None, str],
    summands: list[Summand],
) -> None:
    """The cell of a row in one value column, and those of items that stand in a column of their own."""
    period, header = column
    for place in dict.fromkeys(i.column or header for i in items):
        at = headers.get(normalise(place))
        cell = context.sheet.at(key.row, at) if at else None
        mine = [i for i in items if (i.column or header) == place]
        if cell is None or at is None:
            if period is None and any(i.pattern is None for i in mine):
                zh, en = f"{key.address}“{key.shown}”没有数额", f"{key.address} has no amount"
                context.find("FDM-001", "warning", zh, en, key.address, key.shown)
            continue
        held = numbers_of(cell)
        taken = [p for item in mine if (p := _item(context, item, mine, cell, period, place, summands)) is not None]
        unread = [p for p in held if p not in taken]
        if unread and (taken or len(mine) > 1) and all(i.pattern is None for i in mine):
            words = "、".join(f"{plain(p.value)}{p.unit}" for p in unread)
            zh, en = f"{cell.address}“{cell.shown}”中的{words}没有读取", f"{cell.address}: {words} was not read"
            context.find("ROW-004", "warning", zh, en, cell.address, cell.shown)


def _item(
    context: PageContext,
    item: LayoutItem,
    beside: list[LayoutItem],
    cell: Cell,
    period: LayoutPeriod | None,
    header: str,
    summands: list[Summand],
) -> Printed | None:
    """One item of a cell, and the number that it took. Items that share a cell each take the number in their own unit."""
    held = numbers_of(cell, None, item.pattern)
    if item.pattern is not None and not held:
        return None
    if item.indicator is not None and (len(held) > 1 or len(beside) > 1) and item.pattern is None:
        held = numbers_in(context.catalogue, held, item.indicator)
        if not held:
            return None
    if len(held) != 1:
        not_one_number(context, cell)
        return None
    printed = held[0]
    summands.append(Summand(item.label, cell, printed))
    if item.indicator is None:
        zh = f"{cell.address}“{item.label} {cell.shown}”不入指标：{item.why}"
        context.find("IND-001", "info", zh, f"{cell.address} answers no indicator", cell.address, cell.shown)
        return printed
    spanned = _span(context, item, period)
    if spanned is None:
        return None
    unit_name = item.unit
    if not printed.unit and unit_name is None:
        unit_name = unit_from_source(context, header, cell.address, cell.shown)
    span, accumulation = spanned
    observe(
        context,
        cell,
        printed,
        indicator=item.indicator,
        area=context.source.area,
        dim=item.dim,
        span=span,
        accumulation=accumulation,
        role="row" if item.dim else "total",
        unit_name=unit_name,
        note=period.basis or "" if period else "",
    )
    return printed


def _span(context: PageContext, item: LayoutItem, period: LayoutPeriod | None) -> tuple[Span, str] | None:
    if period is not None:
        return Span(start=period.start, end=period.end), item.accumulation or period.accumulation
    return span_of(context, item.accumulation or "period")
