"""One printed cell of a published table → an observation: its numbers, unit, span and area.

A unit comes from the cell, the header, the layout, or from evidence that the source states; never from a guess.
Not here: walking the rows of a table (publication_tables.py, publication_items.py).
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from decimal import Decimal

from ingestion.catalogue import Catalogue
from ingestion.layout_model import LayoutSheet, Source, Span
from ingestion.model import Finding, Observation, ReadResult
from ingestion.opening_text import TEXT_SHEET
from ingestion.quantities import Printed, parse_printed
from ingestion.unit_words import names_unit
from ingestion.units import decimal_of, normalise, plain
from ingestion.workbook import Cell, Sheet, column_letters

_NEGATIVE = re.compile(r"^[-－−–]\s*[0-9]")
_BETWEEN_NUMBERS = re.compile(r"[、；;，]|,(?![0-9]{3})")


@dataclass
class PageContext:
    """One view of one sheet on its way to observations. groups: cells of several units together, for the sums alone;
    subtotals: those of rows that sum up others."""

    catalogue: Catalogue
    source: Source
    result: ReadResult
    sheet: Sheet
    groups: list[Observation] = field(default_factory=list)
    subtotals: list[Observation] = field(default_factory=list)
    labels: dict[int, str] = field(default_factory=dict)  # row → its label, as the layout writes it
    before: int = 0  # observations of the file that other views read

    @property
    def observations(self) -> list[Observation]:
        return self.result.observations[self.before :]

    def find(
        self,
        rule: str,
        severity: str,
        zh: str,
        en: str,
        cell: str | None = None,
        found: str | None = None,
        expected: str | None = None,
        row_key: str | None = None,
    ) -> None:
        self.result.add(
            Finding(
                rule, severity, "B0", zh, en, self.result.form, None, self.sheet.name, cell, row_key, found, expected
            )
        )

    def lacks_header(self, *names: str, cell: str | None = None, found: str | None = None) -> None:
        wanted = "、".join(names)
        self.find("FLF-010", "error", f"表头缺“{wanted}”", f"the header has no “{wanted}”", cell, found, wanted)

    def unread_row(self, cell: Cell) -> None:
        zh = f"{cell.address}“{cell.shown}”不在版式中，该行未读取"
        en = f"{cell.address} “{cell.shown}” is not in the layout; the row was not read"
        self.find("ROW-004", "warning", zh, en, cell.address, cell.shown)


def span_of(context: PageContext, accumulation: str, year: int | None = None) -> tuple[Span, str] | None:
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
    if accumulation == "stock":
        return Span(start=span.end, end=span.end), "stock"
    return span, accumulation


def printed_of(
    context: PageContext,
    cell: Cell,
    decimals: int | None,
    words: dict[str, dict[str, str]],
    pattern: str | None = None,
) -> Printed | None:
    """The one printed number of a cell; words such as 全部开工 are data of the layout. None (with a finding) otherwise."""
    word = words.get(cell.shown.strip())
    if word is not None:
        return Printed(Decimal(word["value"]), Decimal(0), word["qualifier"], "", Decimal(1), 0)
    held = numbers_of(cell, decimals, pattern)
    if len(held) == 1:
        return held[0]
    not_one_number(context, cell)
    return None


def numbers_of(cell: Cell, decimals: int | None = None, pattern: str | None = None) -> list[Printed]:
    """Every number that a cell prints, in order; none when any part of it is no number, or the pattern is not there."""
    number = cell.number
    if number is not None and number < 0:
        return []  # as below
    if number is not None:
        exponent = number.as_tuple().exponent
        digits = max(decimals or 0, -exponent if isinstance(exponent, int) else 0)
        return [Printed(number, Decimal(1).scaleb(-digits) / 2, "exact", "", Decimal(1), digits)]
    text = cell.shown.strip()
    if pattern is not None:
        hit = re.search(pattern, normalise(text))
        if hit is None:
            return []
        text = hit[1]
    if _NEGATIVE.match(text):
        return []  # a count below zero is asked about, never read without its sign
    whole = parse_printed(text)
    if whole is not None:
        return [whole]
    parts = [parse_printed(part) for part in _BETWEEN_NUMBERS.split(text)]
    return [p for p in parts if p is not None] if None not in parts else []


def numbers_in(catalogue: Catalogue, held: list[Printed], indicator: str) -> list[Printed]:
    """Those numbers of a cell whose own words name the indicator's unit."""
    base = catalogue.unit(catalogue.indicator(indicator).unit).base
    return [p for p in held if (unit := catalogue.unit_spelled(p.unit)) is not None and unit.base == base]


def not_one_number(context: PageContext, cell: Cell) -> None:
    text = cell.shown.strip()
    context.find(
        "FDT-001",
        "error",
        f"{cell.address}“{text}”读不出一个数，请改为单个数字",
        f"{cell.address} “{text}” is not one number",
        cell.address,
        text,
        "一个数字",
    )


def in_base_unit(catalogue: Catalogue, printed: Printed) -> tuple[Decimal, str]:
    """A number in the base unit of the words behind it, with that unit; as printed when the words name none."""
    unit = catalogue.unit_spelled(printed.unit)
    return (printed.value * unit.factor, unit.base) if unit else (printed.value, normalise(printed.unit))


def unit_from_source(context: PageContext, header: str, where: str | None = None, found: str = "未印") -> str | None:
    """The unit that the source states for a column without a printed one, said with its evidence; None: not stated."""
    stated = context.source.units.get(header)
    if stated is None:
        return None
    context.find(
        "UNT-003",
        "info",
        f"“{header}”未印单位，按来源证据取“{stated.unit}”：{stated.evidence}",
        f"the unit of {header} is not printed; taken from evidence: {stated.unit}",
        where,
        found,
        stated.unit,
    )
    return stated.unit


def observe(
    context: PageContext,
    cell: Cell,
    printed: Printed,
    *,
    indicator: str,
    area: str,
    dim: dict[str, str],
    span: Span,
    accumulation: str,
    role: str,
    unit_name: str | None,
    total_id: str = "",
    note: str = "",
    doubtful: bool = False,
) -> Observation | None:
    """Convert to the indicator's base unit; a unit that is nowhere stated is an error, not a guess.

    role group: several units together, subtotal: a sum of rows; kept beside the observations, for the sums of the table.
    """
    catalogue = context.catalogue
    wanted = catalogue.unit(catalogue.indicator(indicator).unit)
    name = normalise(printed.unit) or None
    unit = catalogue.unit_spelled(printed.unit)
    value, half = printed.value, printed.half_unit
    if unit_name is not None and (unit is None or (unit.name == "个" and unit.base != wanted.base)):
        # 个 is also the all-purpose counter word: the stated unit says what is counted (7135个 buildings)
        stated = catalogue.unit(unit_name)
        unit = stated if not name or unit is not None or names_unit(name, stated.base) else None
    if unit is None:
        context.find(
            "UNT-001",
            "error",
            f"{cell.address}“{cell.shown}”没有计量单位，未读取",
            f"{cell.address} has no unit of measure",
            cell.address,
            cell.shown,
            wanted.name,
        )
        return None
    if catalogue.unit(unit.base).base != wanted.base:
        context.find(
            "UNT-001",
            "error",
            f"{cell.address} 单位“{unit.name}”不能换算为“{wanted.name}”",
            f"{cell.address}: unit {unit.name} is not {wanted.name}",
            cell.address,
            unit.name,
            wanted.name,
        )
        return None
    name_dim, code = next(iter(dim.items()), ("", ""))
    observation = Observation(
        cell.row,
        area,
        indicator,
        name_dim,
        code,
        span.start,
        span.end,
        accumulation,
        value * unit.factor,
        wanted.base,
        cell.shown.strip(),
        half * unit.factor,
        printed.qualifier,
        role,
        context.sheet.name,
        cell.address,
        total_id,
        "；".join(n for n in (printed.note, note) if n),
        doubtful,
    )
    {"group": context.groups, "subtotal": context.subtotals}.get(role, context.result.observations).append(observation)
    return observation


def said_if_text(context: PageContext, cell: Cell) -> None:
    """A number stored as text is read and said; separated text has no other kind of cell."""
    number = decimal_of(cell.text) if cell.kind == "s" and context.sheet.name != TEXT_SHEET else None
    if number is not None:
        zh = f"{cell.address} 是文本格式的数字“{cell.text}”，按 {plain(number)} 读取"
        en = f"{cell.address} is a number stored as text; read as {plain(number)}"
        context.find("FDT-003", "info", zh, en, cell.address, cell.text, "数字")


def uncached_formula(context: PageContext, row: int, column: int) -> None:
    """Say that a place without a value holds a formula: it is no blank and no zero."""
    formula = context.sheet.formulas.get((row, column))
    if formula is not None:
        address = f"{column_letters(column)}{row}"
        zh, en = f"{address} 是未计算的公式，没有数值；请重算并保存", f"{address} is a formula without a value"
        context.find("FML-001", "error", zh, en, address, formula, "数值")


def header_of(sheet: Sheet, spec: LayoutSheet) -> tuple[int, dict[str, int]] | None:
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


def area_of(context: PageContext, name: str, spec: LayoutSheet, cell: Cell) -> str | None:
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
        context.find(
            "EVA-003",
            "error",
            f"{cell.address}“{name}”对应多个地区：{'、'.join(codes)}，请用代码写明",
            f"{cell.address} “{name}” names several areas",
            cell.address,
            name,
            "一个地区",
        )
    else:
        context.find(
            "EVA-002",
            "error",
            f"{cell.address}“{name}”不在单位名录",
            f"{cell.address} “{name}” is not a known area",
            cell.address,
            name,
            "名录内的地区",
        )
    return None
