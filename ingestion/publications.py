"""One published table → ReadResult with observations, read through a layout of the rule book. Pure.

Every printed cell keeps its text, rounding and qualifier. A unit comes from the cell, the header, the layout, or
from evidence that the source states; never from a guess. Not here: what the figures mean (dbt), control totals.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass, replace
from decimal import Decimal

from ingestion.catalogue import NATION, Catalogue, ClaimedRate, LayoutColumn, LayoutSheet, Source, Span
from ingestion.model import Finding, Observation, ReadResult
from ingestion.returns import meta_of
from ingestion.units import Printed, normalise, parse_printed, plain
from ingestion.workbook import Cell, Sheet, Workbook, column_letters

ACCUMULATIONS = {"年度": "annual", "年初累计": "year_to_date", "多年累计": "cumulative", "时点": "stock"}
_LEADING_MARK = re.compile(r"^[①-⑳㈠-㈩\s]*(?:其中[:：])?")
_RESIDENT_WORDS = re.compile(r"居民|人|people|residents")
_UNIT_WORDS = {"户": re.compile(r"户|household|家庭"), "人": _RESIDENT_WORDS}


def source_of(book: Workbook) -> str | None:
    """The source named in our hidden sheet: a workbook transcribed by this project."""
    return meta_of(book).get("source") or None


@dataclass
class _Context:
    catalogue: Catalogue
    source: Source
    result: ReadResult
    sheet: Sheet

    def find(self, rule: str, severity: str, zh: str, en: str, cell: str | None = None, found: str | None = None,
             expected: str | None = None, row_key: str | None = None) -> None:
        self.result.add(Finding(rule, severity, "B0", zh, en, self.result.form, None, self.sheet.name, cell, row_key,
                                found, expected))


def _span(context: _Context, accumulation: str, year: int | None = None) -> tuple[Span, str] | None:
    """Reference period of a cell and its accumulation, `period` resolved by the source's own end date."""
    span = context.source.period
    if year is not None:
        return Span(start=dt.date(year, 1, 1), end=dt.date(year, 12, 31)), accumulation
    if span is None:
        return None
    if accumulation == "period":
        accumulation = "annual" if (span.end.month, span.end.day) == (12, 31) else "year_to_date"
    if accumulation == "annual":
        return Span(start=dt.date(span.end.year, 1, 1), end=dt.date(span.end.year, 12, 31)), "annual"
    return span, accumulation


def _printed(context: _Context, cell: Cell, decimals: int | None, words: dict[str, dict[str, str]]) -> Printed | None:
    """The printed number of a cell; words such as 全部开工 are data of the layout. None (with a finding) otherwise."""
    text = cell.shown.strip()
    word = words.get(text)
    if word is not None:
        return Printed(Decimal(word["value"]), Decimal(0), word["qualifier"], "", Decimal(1), 0)
    number = cell.number
    if number is not None:
        exponent = number.as_tuple().exponent
        digits = max(decimals or 0, -exponent if isinstance(exponent, int) else 0)
        return Printed(number, Decimal(1).scaleb(-digits) / 2, "exact", "", Decimal(1), digits)
    printed = parse_printed(text)
    if printed is None:
        context.find("FDT-001", "error", f"{cell.address}“{text}”读不出一个数，请改为单个数字",
                     f"{cell.address} “{text}” is not one number", cell.address, text, "一个数字")
    return printed


def _observe(context: _Context, cell: Cell, printed: Printed, *, indicator: str, area: str, dim: dict[str, str],
             span: Span, accumulation: str, role: str, unit_name: str | None, total_id: str = "", note: str = "",
             doubtful: bool = False) -> Observation | None:
    """Convert to the indicator's base unit; a unit that is nowhere stated is an error, not a guess."""
    catalogue = context.catalogue
    wanted = catalogue.unit(catalogue.indicator(indicator).unit)
    name = normalise(printed.unit) or None
    unit = next((u for u in catalogue.units.values() if normalise(u.name) == name), None) if name else None
    value, half = printed.value, printed.half_unit
    if unit_name is not None and (unit is None or unit.name == "个" and unit.base != wanted.base):
        # 个 is also the all-purpose counter word: the stated unit says what is counted (7135个 buildings)
        stated = catalogue.unit(unit_name)
        unit = stated if not name or unit is not None or _same_thing(name, stated.base) else None
    if unit is None:
        context.find("UNT-001", "error", f"{cell.address}“{cell.shown}”没有计量单位，未读取", f"{cell.address} has no unit of measure",
                     cell.address, cell.shown, wanted.name)
        return None
    if catalogue.unit(unit.base).base != wanted.base:
        context.find("UNT-001", "error", f"{cell.address} 单位“{unit.name}”不能换算为“{wanted.name}”",
                     f"{cell.address}: unit {unit.name} is not {wanted.name}", cell.address, unit.name, wanted.name)
        return None
    name_dim, code = next(iter(dim.items()), ("", ""))
    observation = Observation(
        cell.row, area, indicator, name_dim, code, span.start, span.end, accumulation, value * unit.factor, wanted.base,
        cell.shown.strip(), half * unit.factor, printed.qualifier, role, context.sheet.name, cell.address, total_id,
        "；".join(n for n in (printed.note, note) if n), doubtful)
    context.result.observations.append(observation)
    return observation


def _same_thing(words: str, base: str) -> bool:
    """Whether the words behind a printed number name the unit (户居民 for 户, million people for 人)."""
    pattern = _UNIT_WORDS.get(base)
    return bool(pattern.search(words)) if pattern else base in words


def _header(sheet: Sheet, spec: LayoutSheet) -> tuple[int, dict[str, int]] | None:
    """Row of the anchor and header text → column; several header rows are joined with `/`, merges filled."""
    assert spec.header_anchor
    anchor = sheet.find(spec.header_anchor)
    if anchor is None:
        return None
    columns: dict[str, int] = {}
    carried = ""
    for column in range(1, sheet.last_column + 1):
        top = sheet.text(anchor.row, column)
        if spec.header_rows == 1:
            text = top
        else:
            below = sheet.text(anchor.row + 1, column)
            carried = top or carried
            text = f"{carried}/{below}" if below and below != top else top
        if text:
            columns.setdefault(normalise(text), column)
    return anchor.row, columns


def _area_of(context: _Context, name: str, spec: LayoutSheet, cell: Cell) -> str | None:
    source, catalogue = context.source, context.catalogue
    clean = normalise(name)
    if clean in source.aliases:
        return source.aliases[clean]
    codes = catalogue.find_area(clean, source.area, spec.row_level)
    if not codes and spec.row_level == "county":
        codes = [c for c in catalogue.find_area(clean, source.area) if c != source.area]
    if len(codes) == 1:
        return codes[0]
    if codes:
        context.find("EVA-003", "error", f"{cell.address}“{name}”对应多个地区：{'、'.join(codes)}，请用代码写明",
                     f"{cell.address} “{name}” names several areas", cell.address, name, "一个地区")
    else:
        context.find("EVA-002", "error", f"{cell.address}“{name}”不在单位名录", f"{cell.address} “{name}” is not a known area",
                     cell.address, name, "名录内的地区")
    return None


def _column_unit(context: _Context, column: LayoutColumn) -> str | None:
    if column.unit == "from_source":
        stated = context.source.units.get(column.header)
        if stated is None:
            return None
        context.find("UNT-003", "info", f"“{column.header}”表内未印单位，按来源证据取“{stated.unit}”：{stated.evidence}",
                     f"the unit of {column.header} is not printed; taken from evidence: {stated.unit}",
                     None, "未印", stated.unit)
        return stated.unit
    return column.unit


def _table(context: _Context, spec: LayoutSheet) -> None:
    """Rows are areas or budget years; columns are indicators."""
    located = _header(context.sheet, spec)
    if located is None:
        context.find("FLF-010", "error", f"找不到表头“{spec.header_anchor}”", f"no header “{spec.header_anchor}”",
                     expected=spec.header_anchor)
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
            context.find("FLF-010", "error", f"表头缺“{column.header}”列", f"header has no column “{column.header}”", anchor,
                         "、".join(headers)[:80], column.header)
    assert spec.key_column
    key_at = headers.get(normalise(spec.key_column))
    if key_at is None:
        context.find("FLF-010", "error", f"表头缺“{spec.key_column}”列", f"header has no column “{spec.key_column}”", anchor,
                     expected=spec.key_column)
        return
    known = {at for _, at, _ in columns} | {key_at}
    ignored = {headers[normalise(h)] for h in spec.ignore_columns if normalise(h) in headers}
    for text, at in headers.items():
        if at not in known and at not in ignored:
            context.find("ROW-004", "warning", f"“{text}”列不在版式中，未读取", f"column “{text}” is not in the layout; not read",
                         f"{column_letters(at)}{header_row}", text)
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
                context.find("ROW-004", "warning", f"第{row}行没有{spec.key_column}，未读取", f"row {row} has no key; not read",
                             first.address, first.shown)
                continue
            area = _area_of(context, key_cell.shown, spec, key_cell)
        elif spec.rows == "period":
            hit = re.search(spec.period_pattern or r"([0-9]{4})", key_cell.shown) if key_cell else None
            if hit is None:
                context.find("EVA-004", "error", f"第{row}行“{first.shown}”读不出年度", f"row {row}: no year", first.address,
                             first.shown, "2017年度")
                continue
            year = int(hit[1])
        if area is None:
            continue
        for column, at, unit in columns:
            cell = sheet.at(row, at)
            if cell is None:
                if (row, at) in sheet.formulas:
                    context.find("FML-001", "error", f"{column_letters(at)}{row} 是未计算的公式，没有数值",
                                 f"{column_letters(at)}{row} is a formula without a value", f"{column_letters(at)}{row}",
                                 sheet.formulas[(row, at)], "数值")
                continue
            printed = _printed(context, cell, column.decimals, column.words)
            spanned = _span(context, column.accumulation, year)
            if printed is None or spanned is None:
                continue
            span, accumulation = spanned
            _observe(context, cell, printed, indicator=column.indicator, area=area, dim=column.dim, span=span,
                     accumulation=accumulation, role="total" if is_total else "row", unit_name=unit)
    if spec.claimed_rate:
        _claimed(context, spec.claimed_rate, headers, header_row)


def _items(context: _Context, spec: LayoutSheet) -> None:
    """Rows are labelled items of one area; `within` names the item a part belongs to (the last total above)."""
    located = _header(context.sheet, spec)
    assert spec.key_column and spec.value_column
    if located is None or normalise(spec.key_column) not in located[1] or normalise(spec.value_column) not in located[1]:
        context.find("FLF-010", "error", f"找不到表头“{spec.key_column}”“{spec.value_column}”", "the header is missing",
                     expected=f"{spec.key_column}、{spec.value_column}")
        return
    header_row, headers = located
    key_at, value_at = headers[normalise(spec.key_column)], headers[normalise(spec.value_column)]
    stated = context.source.units.get(spec.value_column)
    parents = {normalise(i.within) for i in spec.items if i.within}
    within = ""
    for row in range(header_row + 1, context.sheet.last_row + 1):
        key, cell = context.sheet.at(row, key_at), context.sheet.at(row, value_at)
        if key is None:
            continue
        label = normalise(_LEADING_MARK.sub("", key.text))
        item = next((i for i in spec.items if normalise(i.label) == label and (i.within is None or normalise(i.within) == within)),
                    None) or next((i for i in spec.items if normalise(i.label) == label and i.within
                                   and [j.label for j in spec.items].count(i.label) == 1), None)
        if label in parents:
            within = label
        if item is None:
            if not any(re.search(pattern, label) for pattern in spec.ignore_rows):
                context.find("ROW-004", "warning", f"{key.address}“{key.shown}”不在版式中，未读取",
                             f"{key.address} “{key.shown}” is not in the layout; not read", key.address, key.shown)
            continue
        if cell is None:
            context.find("FDM-001", "warning", f"{key.address}“{key.shown}”没有数额", f"{key.address} has no amount", key.address)
            continue
        printed = _printed(context, cell, None, {})
        spanned = _span(context, item.accumulation)
        if printed is None or spanned is None:
            continue
        unit_name = None
        if not printed.unit and stated is not None:
            unit_name = stated.unit
            context.find("UNT-003", "info", f"{cell.address}“{cell.shown}”未印单位，按来源证据取“{stated.unit}”：{stated.evidence}",
                         f"{cell.address}: unit not printed; taken from evidence: {stated.unit}", cell.address, cell.shown, stated.unit)
        span, accumulation = spanned
        _observe(context, cell, printed, indicator=item.indicator, area=context.source.area, dim=item.dim, span=span,
                 accumulation=accumulation, role="row" if item.dim else "total", unit_name=unit_name)
    if spec.claimed_rate:
        _claimed(context, spec.claimed_rate, headers, header_row)


def _claimed(context: _Context, claim: ClaimedRate, headers: dict[str, int], header_row: int) -> None:
    """A printed rate beside its operands is never taken over: it is recomputed, and a difference is said."""
    column = headers.get(normalise(claim.column))
    if column is None:
        return
    for row in range(header_row + 1, context.sheet.last_row + 1):
        cell = context.sheet.at(row, column)
        hit = re.search(claim.pattern, normalise(cell.text)) if cell else None
        if cell is None or hit is None:
            continue
        year = next((o.period_start.year for o in context.result.observations if o.row_no == row), None)
        pool = [o for o in context.result.observations if not o.dim_name and (year is None or o.period_start.year == year)]
        top = next((o for o in pool if o.indicator == claim.numerator), None)
        bottom = next((o for o in pool if o.indicator == claim.denominator), None)
        if top is None or bottom is None or bottom.value == 0:
            continue
        computed = top.value * 100 / bottom.value
        decimals = len(hit[1].split(".")[1]) if "." in hit[1] else 0
        if abs(computed - Decimal(hit[1])) > Decimal(1).scaleb(-decimals) / 2:
            shown = computed.quantize(Decimal("0.01"))
            context.find("CTL-001", "warning", f"{cell.address} 所报比率 {hit[1]}% 与 {top.cell}÷{bottom.cell} 算得的 {shown}% 不符；以算得为准",
                         f"{cell.address} reports {hit[1]} % but {top.cell} ÷ {bottom.cell} gives {shown} %; the computed rate is used",
                         cell.address, f"{hit[1]}%", f"{shown}%")


def _statements(context: _Context, spec: LayoutSheet) -> None:
    """Rows are single figures taken from sentences."""
    located = _header(context.sheet, spec)
    if located is None:
        context.find("FLF-010", "error", f"找不到表头“{spec.header_anchor}”", "the header is missing", expected=spec.header_anchor)
        return
    header_row, headers = located
    at = {key: headers.get(normalise(title)) for key, title in spec.statement.items()}
    absent = [spec.statement[k] for k, c in at.items() if c is None]
    if absent:
        context.find("FLF-010", "error", f"表头缺：{'、'.join(absent)}", f"header lacks {', '.join(absent)}", expected="、".join(absent))
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
            context.find("EVA-004", "error", f"第{row}行起止日期无法识别", f"row {row}: dates not understood", cell.address)
            continue
        if answers is None or accumulation is None or area not in context.catalogue.areas:
            context.find("COV-001", "error", f"第{row}行指标、口径或地区代码不在规则库", f"row {row}: unknown indicator, accumulation or area",
                         cell.address, f"{text(row, 'indicator')} {text(row, 'accumulation')} {area}")
            continue
        printed = _printed(context, cell, None, spec.words)
        if printed is None:
            continue
        note = ""
        by_hand = text(row, "half_unit")
        unit_name = text(row, "unit") or None
        if unit_name and printed.unit and not _same_thing(normalise(printed.unit), context.catalogue.unit(unit_name).base):
            known = next((u for u in context.catalogue.units.values() if normalise(u.name) == normalise(printed.unit)), None)
            if known is None:
                printed = replace(printed, unit="", note="；".join(n for n in (printed.note, f"原文单位“{printed.unit}”") if n))
        if by_hand and Decimal(by_hand) != printed.half_unit:
            note = f"舍入半单位由摘录者定为 {by_hand}（按印出位数为 {plain(printed.half_unit)}）"
            printed = replace(printed, half_unit=Decimal(by_hand))
        key = sheet.at(row, key_at) if key_at else None
        for indicator, dim in answers:
            _observe(context, cell, printed, indicator=indicator, area=area, dim=dim, span=Span(start=start, end=end),
                     accumulation=accumulation, role="text", unit_name=unit_name, note=note,
                     total_id=key.shown if key else "", doubtful=text(row, "doubtful") == "是")


def _adds_up(result: ReadResult, specs: list[LayoutSheet], sheet: Sheet) -> None:
    """Rows against their total, within what rounding alone can cause. A difference warns: the gate decides."""
    wanted = {i for s in specs for i in s.total_adds_up}
    wanted |= {x.indicator for s in specs for x in [*s.columns, *s.items] if x.adds_up}
    for total in [o for o in result.observations if o.role == "total" and o.indicator in wanted or
                  o.role == "row" and o.indicator in wanted and not o.dim_name and any(s.rows == "period" for s in specs)]:
        parts = [o for o in result.observations if o.indicator == total.indicator and o is not total and o.role == "row"
                 and (o.period_start, o.period_end) == (total.period_start, total.period_end)
                 and (o.unit_code != total.unit_code or bool(o.dim_name))]
        if not parts:
            continue
        summed = sum((o.value for o in parts), Decimal(0))
        loose = [o.half_unit for o in [*parts, total] if o.half_unit > Decimal("0.5") or o.unit == "元"]
        tolerance = sum(loose, Decimal(0))
        if abs(summed - total.value) > tolerance:
            cells = f"{parts[0].cell}:{parts[-1].cell}"
            result.add(Finding(
                "L-004", "warning", "B3", f"{total.cell} 合计 {total.printed} ≠ 各行之和 {plain(summed)}{total.unit}（{cells}），"
                f"差 {plain(summed - total.value)}，容差 {plain(tolerance)}；请核对各行与合计",
                f"{total.cell} total {total.printed} ≠ sum of rows {plain(summed)} ({cells}), difference "
                f"{plain(summed - total.value)}, tolerance {plain(tolerance)}",
                result.form, total.indicator, total.sheet, total.cell, None, total.printed, plain(summed)))


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
                result.add(Finding("FLF-010", "error", "B0", f"找不到工作表“{outer.match}”", f"no sheet “{outer.match}”",
                                   result.form, None, outer.match, None, None, "、".join(s.name for s in visible), outer.match))
            continue
        read_any = True
        context = _Context(catalogue, source, result, sheet)
        if spec.rows in ("area", "period"):
            _table(context, spec)
        elif spec.rows == "item":
            _items(context, spec)
        else:
            _statements(context, spec)
        _adds_up(result, [spec], sheet)
    if read_any and not result.observations:
        result.add(Finding("RNR-001", "error", "B0", "没有读到任何数值", "no value was read", result.form, None,
                           visible[0].name if visible else None, "A1"))
    seen: dict[tuple[object, ...], Observation] = {}
    for o in result.observations:
        key = (o.unit_code, o.indicator, o.dim_code, o.period_start, o.period_end, o.accumulation, o.role)
        other = seen.setdefault(key, o)
        if other is not o and o.role == "row":
            result.add(Finding("RWD-001", "error", "B0", f"{o.cell} 与 {other.cell} 是同一地区同一指标，重复",
                               f"{o.cell} and {other.cell} are the same area and indicator", result.form, o.indicator,
                               o.sheet, o.cell, o.unit_code, o.printed, other.printed))
    if source.area != NATION:
        result.unit_code = None
    return result
