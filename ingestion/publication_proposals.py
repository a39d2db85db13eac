"""Questions that a table's own numbers help to answer: the unit of a column that prints none, 0.63 for 63 %.

A proposal is said and never taken: a person states it, with evidence, in the source. Not here: reading cells.
"""

from __future__ import annotations

from decimal import Decimal

from ingestion.layout_model import LayoutColumn, LayoutSheet, RatioBand
from ingestion.model import Observation
from ingestion.publication_cells import PageContext, numbers_of
from ingestion.quantities import Printed
from ingestion.units import normalise, plain
from ingestion.workbook import Cell, column_letters

FRACTIONS = Decimal("1.5")  # up to here a rate without % may be a fraction: 1.023 is 102.3 %, or 1.023 %


def ask_for_unit(context: PageContext, spec: LayoutSheet, column: LayoutColumn, at: int, header_row: int) -> None:
    """A column whose unit stands nowhere was not read: ask, and propose the one unit that its ratio bands leave."""
    proposal = _proposed(context, spec, column, at)
    zh = f"“{column.header}”没有计量单位，来源也没有说明，该列未读取；请给出单位和依据"
    en = f"{column.header} has no unit and the source states none; the column was not read"
    if proposal is not None:
        unit, band, low, high = proposal
        zh += f"；按每行与{context.catalogue.indicator(band.denominator).name.zh}之比（{low}—{high}，{band.basis}），可能是“{unit}”"
        en += f"; by its ratio to {band.denominator} it may be {unit}, which was not taken"
    place = f"{column_letters(at)}{header_row}"
    context.find("UNT-001", "warning", zh, en, place, column.header, proposal[0] if proposal else None)


def _proposed(
    context: PageContext, spec: LayoutSheet, column: LayoutColumn, at: int
) -> tuple[str, RatioBand, str, str] | None:
    band = next((b for b in spec.ratio_bands if b.numerator == column.indicator), None)
    if band is None:
        return None
    ratios = []
    for beside in (o for o in context.observations if o.indicator == band.denominator and o.value):
        cell = context.sheet.at(beside.row_no, at)
        held = numbers_of(cell, column.decimals) if cell else []
        if len(held) == 1 and not held[0].unit:
            ratios.append(held[0].value / beside.value)
    base = context.catalogue.unit(context.catalogue.indicator(column.indicator).unit).base
    fitting = [
        u
        for u in context.catalogue.units.values()
        if u.base == base and ratios and all(band.low <= r * u.factor <= band.high for r in ratios)
    ]
    if len(fitting) != 1:
        return None
    low, high = (plain((r * fitting[0].factor).quantize(Decimal("0.1"))) or "" for r in (min(ratios), max(ratios)))
    return fitting[0].name, band, low, high


def is_fraction(context: PageContext, spec: LayoutSheet, column: LayoutColumn, cell: Cell, printed: Printed) -> bool:
    """Whether a number of a rate column may be a fraction as well as a percentage. It is asked about, and not read; what
    the operands of its row come to is proposed."""
    if column.unit != "%" or printed.unit or not 0 < printed.value <= FRACTIONS:
        return False
    shown = plain(printed.value)
    percent = plain(printed.value * 100)
    computed = _computed(context, spec, column, cell.row)
    expected = None
    zh = f"{cell.address}“{shown}”没有百分号，是 {percent}% 还是 {shown}% 不能定，未读取；请写明百分号"
    if computed is not None:
        near = [t for t, v in ((percent, printed.value * 100), (shown, printed.value)) if abs(v - computed) < 1]
        if len(near) == 1:
            expected = f"{near[0]}%"
            zh += f"；由本行两数算得 {plain(computed.quantize(Decimal('0.01')))}%，可能是 {expected}"
    en = f"{cell.address}: {shown} has no % sign: {percent} % or {shown} %; not read"
    context.find("UNT-002", "warning", zh, en, cell.address, cell.shown, expected)
    return True


def _computed(context: PageContext, spec: LayoutSheet, column: LayoutColumn, row: int) -> Decimal | None:
    claim = next((c for c in spec.claimed_rates if normalise(c.column) == normalise(column.header)), None)
    if claim is None:
        return None
    held: dict[str, Observation] = {o.indicator: o for o in context.observations if o.row_no == row}
    top, bottom = held.get(claim.numerator), held.get(claim.denominator)
    return top.value * 100 / bottom.value if top and bottom and bottom.value else None
