"""One published table → ReadResult with observations, read through a layout of the rule book. Pure.

Every printed cell keeps its text, rounding and qualifier. Not here: what one cell says (publication_cells.py), whether
the table adds up (publication_checks.py), what the figures mean (dbt).
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import replace
from decimal import Decimal

from ingestion.catalogue import Catalogue
from ingestion.model import Finding, ReadResult
from ingestion.publication_cells import PageContext, area_of, header_of, names_unit, observe, printed_of, span_of
from ingestion.publication_checks import check_claimed_rate, check_duplicates, check_totals
from ingestion.returns import meta_of
from ingestion.rulebook_model import LayoutColumn, LayoutSheet, Source, Span
from ingestion.units import normalise, plain
from ingestion.workbook import Workbook, column_letters

ACCUMULATIONS = {"年度": "annual", "年初累计": "year_to_date", "多年累计": "cumulative", "时点": "stock"}
_LEADING_MARK = re.compile(r"^[①-⑳㈠-㈩\s]*(?:其中[:：])?")


def source_of(book: Workbook) -> str | None:
    """The source named in our hidden sheet: a workbook transcribed by this project."""
    return meta_of(book).get("source") or None


def _column_unit(context: PageContext, column: LayoutColumn) -> str | None:
    if column.unit == "from_source":
        stated = context.source.units.get(column.header)
        if stated is None:
            return None
        context.find(
            "UNT-003",
            "info",
            f"“{column.header}”表内未印单位，按来源证据取“{stated.unit}”：{stated.evidence}",
            f"the unit of {column.header} is not printed; taken from evidence: {stated.unit}",
            None,
            "未印",
            stated.unit,
        )
        return stated.unit
    return column.unit


def _table(context: PageContext, spec: LayoutSheet) -> None:
    """Rows are areas or budget years; columns are indicators."""
    located = header_of(context.sheet, spec)
    if located is None:
        context.find(
            "FLF-010",
            "error",
            f"找不到表头“{spec.header_anchor}”",
            f"no header “{spec.header_anchor}”",
            expected=spec.header_anchor,
        )
        return
    header_row, headers = located
    sheet = context.sheet
    anchor = f"{column_letters(1)}{header_row}"
    columns: list[tuple[LayoutColumn, int, str | None]] = []
    for column in spec.columns:
        at = headers.get(normalise(column.header))
        if at is not None:
            columns.append((column, at, _column_unit(context, column)))
        elif not column.optional:
            context.find(
                "FLF-010",
                "error",
                f"表头缺“{column.header}”列",
                f"header has no column “{column.header}”",
                anchor,
                "、".join(headers)[:80],
                column.header,
            )
    assert spec.key_column
    key_at = headers.get(normalise(spec.key_column))
    if key_at is None:
        context.find(
            "FLF-010",
            "error",
            f"表头缺“{spec.key_column}”列",
            f"header has no column “{spec.key_column}”",
            anchor,
            expected=spec.key_column,
        )
        return
    known = {at for _, at, _ in columns} | {key_at}
    ignored = {headers[normalise(h)] for h in spec.ignore_columns if normalise(h) in headers}
    for text, at in headers.items():
        if at not in known and at not in ignored:
            context.find(
                "ROW-004",
                "warning",
                f"“{text}”列不在版式中，未读取",
                f"column “{text}” is not in the layout; not read",
                f"{column_letters(at)}{header_row}",
                text,
            )
    totals = {normalise(t) for t in spec.total_labels}
    for row in range(header_row + spec.header_rows, sheet.last_row + 1):
        key_cell = sheet.at(row, key_at)
        first = next((sheet.at(row, c) for c in range(1, sheet.last_column + 1) if sheet.at(row, c)), None)
        if first is None:
            continue
        labels = {normalise(c.text).rstrip(":") for c in (first, key_cell) if c}
        is_total = bool(labels & totals)
        year: int | None = None
        area: str | None = context.source.area
        if not is_total and spec.rows == "area":
            if key_cell is None:
                context.find(
                    "ROW-004",
                    "warning",
                    f"第{row}行没有{spec.key_column}，未读取",
                    f"row {row} has no key; not read",
                    first.address,
                    first.shown,
                )
                continue
            area = area_of(context, key_cell.shown, spec, key_cell)
        elif spec.rows == "period":
            hit = re.search(spec.period_pattern or r"([0-9]{4})", key_cell.shown) if key_cell else None
            if hit is None:
                context.find(
                    "EVA-004",
                    "error",
                    f"第{row}行“{first.shown}”读不出年度",
                    f"row {row}: no year",
                    first.address,
                    first.shown,
                    "2017年度",
                )
                continue
            year = int(hit[1])
        if area is None:
            continue
        for column, at, unit in columns:
            cell = sheet.at(row, at)
            if cell is None:
                if (row, at) in sheet.formulas:
                    context.find(
                        "FML-001",
                        "error",
                        f"{column_letters(at)}{row} 是未计算的公式，没有数值",
                        f"{column_letters(at)}{row} is a formula without a value",
                        f"{column_letters(at)}{row}",
                        sheet.formulas[(row, at)],
                        "数值",
                    )
                continue
            printed = printed_of(context, cell, column.decimals, column.words)
            spanned = span_of(context, column.accumulation, year)
            if printed is None or spanned is None:
                continue
            span, accumulation = spanned
            observe(
                context,
                cell,
                printed,
                indicator=column.indicator,
                area=area,
                dim=column.dim,
                span=span,
                accumulation=accumulation,
                role="total" if is_total else "row",
                unit_name=unit,
            )
    claim = spec.claimed_rate
    if claim and (at_claim := headers.get(normalise(claim.column))):
        check_claimed_rate(context.result, claim, sheet, at_claim, header_row)


def _items(context: PageContext, spec: LayoutSheet) -> None:
    """Rows are labelled items of one area; `within` names the item a part belongs to (the last total above)."""
    located = header_of(context.sheet, spec)
    assert spec.key_column and spec.value_column
    if (
        located is None
        or normalise(spec.key_column) not in located[1]
        or normalise(spec.value_column) not in located[1]
    ):
        context.find(
            "FLF-010",
            "error",
            f"找不到表头“{spec.key_column}”“{spec.value_column}”",
            "the header is missing",
            expected=f"{spec.key_column}、{spec.value_column}",
        )
        return
    header_row, headers = located
    sheet = context.sheet
    key_at, value_at = headers[normalise(spec.key_column)], headers[normalise(spec.value_column)]
    stated = context.source.units.get(spec.value_column)
    parents = {normalise(i.within) for i in spec.items if i.within}
    within = ""
    for row in range(header_row + 1, context.sheet.last_row + 1):
        key, cell = context.sheet.at(row, key_at), context.sheet.at(row, value_at)
        if key is None:
            continue
        label = normalise(_LEADING_MARK.sub("", key.text))
        item = next(
            (
                i
                for i in spec.items
                if normalise(i.label) == label and (i.within is None or normalise(i.within) == within)
            ),
            None,
        ) or next(
            (
                i
                for i in spec.items
                if normalise(i.label) == label and i.within and [j.label for j in spec.items].count(i.label) == 1
            ),
            None,
        )
        if label in parents:
            within = label
        if item is None:
            if not any(re.search(pattern, label) for pattern in spec.ignore_rows):
                context.find(
                    "ROW-004",
                    "warning",
                    f"{key.address}“{key.shown}”不在版式中，未读取",
                    f"{key.address} “{key.shown}” is not in the layout; not read",
                    key.address,
                    key.shown,
                )
            continue
        if cell is None:
            context.find(
                "FDM-001", "warning", f"{key.address}“{key.shown}”没有数额", f"{key.address} has no amount", key.address
            )
            continue
        printed = printed_of(context, cell, None, {})
        spanned = span_of(context, item.accumulation)
        if printed is None or spanned is None:
            continue
        unit_name = None
        if not printed.unit and stated is not None:
            unit_name = stated.unit
            context.find(
                "UNT-003",
                "info",
                f"{cell.address}“{cell.shown}”未印单位，按来源证据取“{stated.unit}”：{stated.evidence}",
                f"{cell.address}: unit not printed; taken from evidence: {stated.unit}",
                cell.address,
                cell.shown,
                stated.unit,
            )
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
        )
    claim = spec.claimed_rate
    if claim and (at_claim := headers.get(normalise(claim.column))):
        check_claimed_rate(context.result, claim, sheet, at_claim, header_row)


def _statements(context: PageContext, spec: LayoutSheet) -> None:
    """Rows are single figures taken from sentences."""
    located = header_of(context.sheet, spec)
    if located is None:
        context.find(
            "FLF-010",
            "error",
            f"找不到表头“{spec.header_anchor}”",
            "the header is missing",
            expected=spec.header_anchor,
        )
        return
    header_row, headers = located
    at = {key: headers.get(normalise(title)) for key, title in spec.statement.items()}
    absent = [spec.statement[k] for k, c in at.items() if c is None]
    if absent:
        context.find(
            "FLF-010",
            "error",
            f"表头缺：{'、'.join(absent)}",
            f"header lacks {', '.join(absent)}",
            expected="、".join(absent),
        )
        return
    sheet = context.sheet
    assert spec.key_column
    key_at = headers.get(normalise(spec.key_column))

    def text(row: int, key: str) -> str:
        column = at[key]
        assert column is not None
        cell = sheet.at(row, column)
        return cell.shown.strip() if cell else ""

    for row in range(header_row + 1, sheet.last_row + 1):
        column = at["printed"]
        assert column is not None
        cell = sheet.at(row, column)
        if cell is None:
            continue
        answers = context.catalogue.printed_names.get(text(row, "indicator"))
        accumulation = ACCUMULATIONS.get(text(row, "accumulation"))
        area = text(row, "area")
        try:
            start, end = dt.date.fromisoformat(text(row, "start")), dt.date.fromisoformat(text(row, "end"))
        except ValueError:
            context.find(
                "EVA-004", "error", f"第{row}行起止日期无法识别", f"row {row}: dates not understood", cell.address
            )
            continue
        if answers is None or accumulation is None or area not in context.catalogue.areas:
            context.find(
                "COV-001",
                "error",
                f"第{row}行指标、口径或地区代码不在规则库",
                f"row {row}: unknown indicator, accumulation or area",
                cell.address,
                f"{text(row, 'indicator')} {text(row, 'accumulation')} {area}",
            )
            continue
        printed = printed_of(context, cell, None, spec.words)
        if printed is None:
            continue
        note = ""
        by_hand = text(row, "half_unit")
        unit_name = text(row, "unit") or None
        if (
            unit_name
            and printed.unit
            and not names_unit(normalise(printed.unit), context.catalogue.unit(unit_name).base)
        ):
            known = next(
                (u for u in context.catalogue.units.values() if normalise(u.name) == normalise(printed.unit)), None
            )
            if known is None:
                printed = replace(
                    printed, unit="", note="；".join(n for n in (printed.note, f"原文单位“{printed.unit}”") if n)
                )
        if by_hand and Decimal(by_hand) != printed.half_unit:
            note = f"舍入半单位由摘录者定为 {by_hand}（按印出位数为 {plain(printed.half_unit)}）"
            printed = replace(printed, half_unit=Decimal(by_hand))
        key = sheet.at(row, key_at) if key_at else None
        for indicator, dim in answers:
            observe(
                context,
                cell,
                printed,
                indicator=indicator,
                area=area,
                dim=dim,
                span=Span(start=start, end=end),
                accumulation=accumulation,
                role="text",
                unit_name=unit_name,
                note=note,
                total_id=key.shown if key else "",
                doubtful=text(row, "doubtful") == "是",
            )


def read_publication(book: Workbook, source: Source, catalogue: Catalogue) -> ReadResult:
    """Read a published workbook through the layout of its source. Never raises for bad data."""
    layout = catalogue.layouts[source.layout]
    period = source.period
    label = None
    if period is not None:
        last = calendar.monthrange(period.end.year, period.end.month)[1]
        if (period.end.month, period.end.day) == (12, 31):
            label = str(period.end.year)
        else:
            label = period.end.isoformat()[:7] if period.end.day == last else period.end.isoformat()
    result = ReadResult(form=f"PUB:{layout.id}", period=label)
    visible = [s for s in book.sheets if s.visible]
    read_any = False
    for outer in layout.sheets:
        spec = catalogue.layouts[outer.use].sheets[0] if outer.use else outer
        sheet = next((s for s in visible if outer.match in ("*", s.name)), None)
        if sheet is None and not outer.optional and len(visible) == 1 and not outer.use:
            sheet = visible[0]
        if sheet is None:
            if not outer.optional:
                result.add(
                    Finding(
                        "FLF-010",
                        "error",
                        "B0",
                        f"找不到工作表“{outer.match}”",
                        f"no sheet “{outer.match}”",
                        result.form,
                        None,
                        outer.match,
                        None,
                        None,
                        "、".join(s.name for s in visible),
                        outer.match,
                    )
                )
            continue
        read_any = True
        context = PageContext(catalogue, source, result, sheet)
        if spec.rows in ("area", "period"):
            _table(context, spec)
        elif spec.rows == "item":
            _items(context, spec)
        else:
            _statements(context, spec)
        check_totals(result, spec)
    if read_any and not result.observations:
        result.add(
            Finding(
                "RNR-001",
                "error",
                "B0",
                "没有读到任何数值",
                "no value was read",
                result.form,
                None,
                visible[0].name if visible else None,
                "A1",
            )
        )
    check_duplicates(result)
    result.sort_findings()
    return result
