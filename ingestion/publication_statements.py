"""Single figures taken from sentences, one row a figure with the words around it.

Not here: tables (publication_tables.py), what one cell says (publication_cells.py).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from ingestion.layout_model import LayoutSheet, Span
from ingestion.publication_cells import PageContext, header_of, observe, printed_of
from ingestion.quantities import Printed
from ingestion.unit_words import names_unit
from ingestion.units import decimal_of, normalise, plain
from ingestion.workbook import Cell

ACCUMULATIONS = {"年度": "annual", "年初累计": "year_to_date", "多年累计": "cumulative", "时点": "stock"}


def read_statements(context: PageContext, spec: LayoutSheet) -> None:
    """Read the sheet; a row that cannot be read is a finding with its cell."""
    located = header_of(context.sheet, spec)
    if located is None:
        context.lacks_header(spec.header_anchor or "")
        return
    header_row, headers = located
    at = {key: headers.get(normalise(title)) for key, title in spec.statement.items()}
    absent = [spec.statement[key] for key, column in at.items() if column is None]
    if absent:
        context.lacks_header(*absent)
        return
    assert spec.key_column
    places = {key: column for key, column in at.items() if column is not None}
    key_at = headers.get(normalise(spec.key_column))
    for row in range(header_row + 1, context.sheet.last_row + 1):
        cell = context.sheet.at(row, places["printed"])
        if cell is None:
            continue
        held = {name: found.shown.strip() for name, place in places.items() if (found := context.sheet.at(row, place))}
        key = context.sheet.at(row, key_at) if key_at else None
        _statement(context, spec, cell, held, key.shown if key else "")


def _statement(context: PageContext, spec: LayoutSheet, cell: Cell, held: dict[str, str], key: str) -> None:
    """One figure; `held` are the texts of its row by what they are."""
    catalogue = context.catalogue
    span = _span(held)
    if span is None:
        zh, en = f"第{cell.row}行起止日期无法识别", f"row {cell.row}: dates not understood"
        context.find("EVA-004", "error", zh, en, cell.address)
        return
    answers = catalogue.printed_names.get(held.get("indicator", ""))
    accumulation = ACCUMULATIONS.get(held.get("accumulation", ""))
    area, unit_name = held.get("area", ""), held.get("unit") or None
    by_hand = decimal_of(held["half_unit"]) if "half_unit" in held else None
    unknown = [
        name
        for name, wrong in (
            ("indicator", answers is None),
            ("accumulation", accumulation is None),
            ("area", area not in catalogue.areas),
            ("unit", unit_name is not None and unit_name not in catalogue.units),
            ("half_unit", "half_unit" in held and by_hand is None),
        )
        if wrong
    ]
    if answers is None or accumulation is None or unknown:
        zh = f"第{cell.row}行{'、'.join(spec.statement[name] for name in unknown)}不在规则库或无法识别"
        en = f"row {cell.row}: {', '.join(unknown)} unknown"
        context.find("COV-001", "error", zh, en, cell.address, " ".join(held.get(name, "") for name in unknown))
        return
    printed = printed_of(context, cell, None, spec.words)
    if printed is None:
        return
    printed = _with_known_unit(context, printed, unit_name)
    note = ""
    if by_hand is not None and by_hand != printed.half_unit:
        note = f"舍入半单位由摘录者定为 {plain(by_hand)}（按印出位数为 {plain(printed.half_unit)}）"
        printed = replace(printed, half_unit=by_hand)
    for indicator, dim in answers:
        observe(
            context,
            cell,
            printed,
            indicator=indicator,
            area=area,
            dim=dim,
            span=span,
            accumulation=accumulation,
            role="text",
            unit_name=unit_name,
            note=note,
            total_id=key,
            doubtful=held.get("doubtful") == "是",
        )


def _span(held: dict[str, str]) -> Span | None:
    try:
        span = Span(start=dt.date.fromisoformat(held.get("start", "")), end=dt.date.fromisoformat(held.get("end", "")))
    except ValueError:
        return None
    return span if span.start <= span.end else None


def _with_known_unit(context: PageContext, printed: Printed, unit_name: str | None) -> Printed:
    """Words behind the number that are no unit of ours give way to the stated unit, and stay in the note."""
    catalogue = context.catalogue
    if not unit_name or not printed.unit or names_unit(normalise(printed.unit), catalogue.unit(unit_name).base):
        return printed
    if any(normalise(u.name) == normalise(printed.unit) for u in catalogue.units.values()):
        return printed
    note = "；".join(n for n in (printed.note, f"原文单位“{printed.unit}”") if n)
    return replace(printed, unit="", note=note)
