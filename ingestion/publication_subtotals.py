"""Rows of a published table that a layout does not name: subtotals in any position, notes, rows below the total.

A subtotal is checked against the rows above it, or below it where it stands first, and is never stored or added.
Not here: the layout's own totals and groups (publication_checks.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from ingestion.layout_model import LayoutSheet
from ingestion.model import Observation
from ingestion.publication_cells import PageContext
from ingestion.units import plain, rounding_of
from ingestion.workbook import Cell

_PART = re.compile(r"其中(?!\d).*")
_SUBTOTAL = re.compile(rf"(?:.*(?:小计|合计|总计|共计|累计)|{_PART.pattern}|全[国省区市县州盟旗])[:：]?(?:\(.*\))?")
_NOTE = re.compile(
    r"(?:备?注|说明|附注|填表|填报|制表|审核|复核|负责人|单位负责|联系|电话|数据来源|资料来源|来源|报出)"
)


def is_subtotal(label: str) -> bool:
    """Whether a label says that its row is a sum of others, or a part of one."""
    return _SUBTOTAL.fullmatch(label) is not None


def kept_as_note(context: PageContext, row: int, first: Cell) -> bool:
    """Whether a row is one of text alone that says that it is a note; it is kept in a finding."""
    sheet = context.sheet
    cells = [c for at in range(1, sheet.last_column + 1) if (c := sheet.at(row, at))]
    if not _NOTE.match("".join(first.text.split())) or any(c.kind in "nd" for c in cells):
        return False
    text = " ".join(c.text.strip() for c in cells)
    zh, en = f"第{row}行是说明文字“{text[:60]}”，未作为数据读取", f"row {row} is a note; it was not read as data"
    context.find("ROW-007", "info", zh, en, first.address, text[:200])
    return True


def said_subtotal(context: PageContext, row: int, cell: Cell) -> None:
    zh = f"第{row}行“{cell.shown.strip()}”是其中项或小计，只用于本表核对，不入库、不相加"
    en = f"row {row} is a subtotal or a part of one: it is checked, and neither stored nor added"
    context.find("ROW-007", "info", zh, en, cell.address, cell.shown)


def check_subtotals(context: PageContext, spec: LayoutSheet) -> None:
    """Each subtotal against the run of rows above it, or below it; one that fits neither is asked about."""
    adds_up = set(spec.total_adds_up) | {c.indicator for c in spec.columns if c.adds_up}
    borders = {o.row_no for o in context.subtotals} | {o.row_no for o in context.observations if o.role == "total"}
    for subtotal in context.subtotals:
        part = _PART.fullmatch(context.labels[subtotal.row_no])
        if subtotal.indicator not in adds_up or part:
            continue
        beside = [o for o in context.observations if o.role == "row" and _alike(o, subtotal)]
        above = max((b for b in borders if b < subtotal.row_no), default=0)
        below = min((b for b in borders if b > subtotal.row_no), default=context.sheet.last_row + 1)
        runs = [
            [o for o in beside if above < o.row_no < subtotal.row_no],
            [o for o in beside if subtotal.row_no < o.row_no < below],
            [o for o in beside if o.row_no < subtotal.row_no],
        ]
        if not any(_fits(subtotal, run) for run in runs if run):
            _asked(context, subtotal, runs[0] or runs[1] or runs[2])


def _alike(one: Observation, other: Observation) -> bool:
    return (one.indicator, one.dim_code, one.period_start, one.period_end) == (
        other.indicator, other.dim_code, other.period_start, other.period_end,
    )  # fmt: skip


def _fits(subtotal: Observation, run: list[Observation]) -> bool:
    room = sum((rounding_of(o.half_unit, o.unit) for o in [*run, subtotal]), Decimal(0))
    return abs(sum((o.value for o in run), Decimal(0)) - subtotal.value) <= room


def _asked(context: PageContext, subtotal: Observation, run: list[Observation]) -> None:
    if not run:
        return
    summed = plain(sum((o.value for o in run), Decimal(0)))
    cells = f"{run[0].cell}:{run[-1].cell}"
    zh = f"{subtotal.cell} 小计 {subtotal.printed} ≠ {cells} 之和 {summed}{subtotal.unit}；请核对各行与小计"
    en = f"{subtotal.cell} subtotal {subtotal.printed} ≠ sum of {cells} {summed}"
    context.find("L-004", "warning", zh, en, subtotal.cell, subtotal.printed, summed)


def check_total_row(context: PageContext, spec: LayoutSheet) -> None:
    """A total row that the layout prints and the table lacks, or that data follows where data came first."""
    if not spec.total_labels or context.source.cut:
        return
    rows = sorted({o.row_no for o in context.observations if o.role == "row"})
    if rows and not any(o.role == "total" for o in context.observations):
        zh = f"没有合计行（{'、'.join(spec.total_labels)}），末行是“{context.labels[rows[-1]]}”；表可能不全，请核对末尾"
        en = f"there is no total row, the last row is {rows[-1]}; the table may be cut off"
        context.find("CUT-002", "warning", zh, en, f"A{rows[-1]}", context.labels[rows[-1]], spec.total_labels[0])
    for row, total in sorted(_below_their_total(context.observations)):
        zh = f"第{row}行“{context.labels[row]}”在合计行（第{total}行）之后，已照读；请核对合计是否含它"
        en = f"row {row} stands below the total of row {total}; it was read, check whether the total holds it"
        context.find("ROW-010", "warning", zh, en, f"A{row}", context.labels[row])


def _below_their_total(observations: Iterable[Observation]) -> set[tuple[int, int]]:
    """Rows below a total that stands below other rows, with that total: in the same years of the same table."""
    rows: dict[tuple[object, ...], set[int]] = {}
    totals: dict[tuple[object, ...], set[int]] = {}
    for o in observations:
        if o.role in ("row", "total"):
            key = o.indicator, o.dim_code, o.period_start, o.period_end
            (rows if o.role == "row" else totals).setdefault(key, set()).add(o.row_no)
    found = set()
    for place, at in totals.items():
        beside = rows.get(place, set())
        if beside and min(beside) < min(at):
            found |= {(row, max(at)) for row in beside if row > max(at)}
    return found
