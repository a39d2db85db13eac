"""What a published table says about itself: totals against rows, printed rates against operands, rows twice, cut copies.

Findings only; a table that does not add up stays evidence, and the gate decides. Not here: reading cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from ingestion.layout_model import ClaimedRate, LayoutSheet
from ingestion.model import Finding, Observation, ReadResult
from ingestion.publication_cells import PageContext, in_base_unit
from ingestion.quantities import Printed, parse_printed
from ingestion.units import normalise, plain, rounding_of
from ingestion.workbook import Cell


@dataclass(frozen=True)
class Summand:
    """A labelled figure of an item table, whether or not it answers an indicator."""

    label: str
    cell: Cell
    printed: Printed


# -- totals -----------------------------------------------------------------------------------------------------------
def _inside_a_group(spec: LayoutSheet, label: str) -> bool:
    return any(re.fullmatch(normalise(member), label) for members in spec.groups.values() for member in members)


def _rows_like(context: PageContext, total: Observation) -> list[Observation]:
    """Rows and groups of the same indicator, period and dimension code."""
    return [
        o
        for o in [*context.observations, *context.groups]
        if o.indicator == total.indicator
        and o is not total
        and o.role in ("row", "group")
        and (o.period_start, o.period_end) == (total.period_start, total.period_end)
        and (not total.dim_name or o.dim_code == total.dim_code)
    ]


def _parts_of(context: PageContext, spec: LayoutSheet, total: Observation) -> list[Observation]:
    """What a total should be the sum of: rows outside any group, and groups; its dimension codes; the years it spans."""
    if spec.rows == "period" and total.role == "total":
        return [
            o
            for o in context.observations
            if o.indicator == total.indicator
            and o.role == "row"
            and not o.dim_name
            and total.period_start <= o.period_start
            and o.period_end <= total.period_end
        ]
    return [
        o
        for o in _rows_like(context, total)
        if not _inside_a_group(spec, context.labels.get(o.row_no, ""))
        and (o.role == "group" or o.unit_code != total.unit_code or (bool(o.dim_name) and not total.dim_name))
    ]


def _totals(context: PageContext, spec: LayoutSheet) -> list[Observation]:
    wanted = set(spec.total_adds_up) | {x.indicator for x in spec.columns if x.adds_up}
    wanted |= {x.indicator for x in spec.items if x.adds_up and x.indicator}
    by_dim = spec.rows == "period" and not spec.total_labels  # each year's row is the total of its sources
    role = "row" if by_dim else "total"
    return [
        o
        for o in context.observations
        if o.indicator in wanted and o.role == role and (not o.dim_name or spec.block_column)
    ]


def check_totals(context: PageContext, spec: LayoutSheet) -> None:
    """Rows against their total, and members against their group, within what rounding alone can cause.

    A difference that rounding explains is said (info); a larger one warns. Whole counts carry no rounding.
    """
    for total in _totals(context, spec):
        _compare(context, total, _parts_of(context, spec, total))
    members = {normalise(label): held for label, held in spec.groups.items()}
    for group in context.groups:
        beside = _rows_like(context, group)
        parts = [
            next((o for o in beside if re.fullmatch(normalise(member), context.labels.get(o.row_no, ""))), None)
            for member in members[context.labels[group.row_no]]
        ]
        _compare(context, group, [o for o in parts if o is not None] if None not in parts else [])


def mark_parts(context: PageContext, spec: LayoutSheet) -> None:
    """Rows of a table that also counts units outside the register become parts: each stays a figure of its own unit, and
    their sum is never taken for the whole (nine counties of 襄阳 without the 3 communities of its high-tech zone)."""
    members = {normalise(label): held for label, held in spec.groups.items()}
    outside = []
    for group in context.groups:
        beside = [context.labels.get(o.row_no, "") for o in _rows_like(context, group) if o.role == "row"]
        named = members[context.labels[group.row_no]]
        if not named or not all(any(re.fullmatch(normalise(m), label) for label in beside) for m in named):
            outside.append((group.indicator, group.dim_code, group.period_start, group.period_end))
    for at, o in enumerate(context.result.observations[context.before :], start=context.before):
        if o.role == "row" and (o.indicator, o.dim_code, o.period_start, o.period_end) in outside:
            context.result.observations[at] = replace(o, role="part")


def _compare(context: PageContext, total: Observation, parts: list[Observation]) -> None:
    summed = sum((o.value for o in parts), Decimal(0))
    difference = summed - total.value
    if not parts or difference == 0 or (context.source.cut and difference < 0):
        return
    loose = sum((rounding_of(o.half_unit, o.unit) for o in [*parts, total]), Decimal(0))
    _said(context, total, summed, loose, f"{parts[0].cell}:{parts[-1].cell}")


def _said(context: PageContext, total: Observation, summed: Decimal, tolerance: Decimal, cells: str) -> None:
    difference = summed - total.value
    within = abs(difference) <= tolerance
    zh = f"{total.cell} 合计 {total.printed} ≠ 各行之和 {plain(summed)}{total.unit}（{cells}），"
    zh += f"差 {plain(difference)}{total.unit}{_as_printed(total, difference)}，容差 {plain(tolerance)}"
    zh += "，舍入所致" if within else "；请核对各行与合计"
    en = f"{total.cell} total {total.printed} ≠ sum of rows {plain(summed)} ({cells}), difference {plain(difference)}, "
    en += f"tolerance {plain(tolerance)}" + (": rounding" if within else "")
    context.result.add(
        Finding(
            "L-004", "info" if within else "warning", "B3", zh, en, context.result.form, total.indicator,
            total.sheet, total.cell, None, total.printed, plain(summed),
        )
    )  # fmt: skip


def _as_printed(total: Observation, difference: Decimal) -> str:
    """A difference once more in the unit of the print, where that is another one (0.03 of an amount in 万元)."""
    number = parse_printed(total.printed)
    if number is None or not number.value or total.value in (number.value, Decimal(0)):
        return ""
    return f"（按所印单位 {plain(difference * number.value / total.value)}）"


def check_sums(context: PageContext, spec: LayoutSheet, summands: list[Summand]) -> None:
    """Labelled parts against their labelled total, where the layout says which add up."""
    by_label = {s.label: s for s in summands}
    for item in spec.items:
        total = by_label.get(item.label)
        parts = [by_label[label] for label in item.sum_of if label in by_label]
        if total is None or not parts or len(parts) < len(item.sum_of):
            continue
        catalogue = context.catalogue
        value, unit = in_base_unit(catalogue, total.printed)
        amounts = [in_base_unit(catalogue, p.printed) for p in parts]
        rounding = sum(
            (s.printed.half_unit * in_base_unit(catalogue, s.printed)[0] / s.printed.value
             for s in [total, *parts] if s.printed.value),
            Decimal(0),
        )  # fmt: skip
        summed = sum((amount for amount, _ in amounts), Decimal(0))
        if {u for _, u in amounts} != {unit} or summed == value:
            continue
        within = abs(summed - value) <= rounding
        zh = f"{total.cell.address} {item.label} {total.cell.shown} ≠ 各部分之和 {plain(summed)}{unit}"
        en = f"{total.cell.address} {total.cell.shown} ≠ the sum of its parts {plain(summed)}"
        context.find(
            "L-004", "info" if within else "warning", zh, en, total.cell.address, total.cell.shown, plain(summed)
        )


# -- rates ------------------------------------------------------------------------------------------------------------
def check_claimed_rates(context: PageContext, spec: LayoutSheet, headers: dict[str, int], header_row: int) -> None:
    """A printed rate beside its operands is never taken over: it is recomputed, and a difference is said."""
    for claim in spec.claimed_rates:
        column = headers.get(normalise(claim.column))
        if column is None:
            continue
        for row in range(header_row + spec.header_rows, context.sheet.last_row + 1):
            cell = context.sheet.at(row, column)
            hit = re.search(claim.pattern, normalise(cell.text)) if cell else None
            if cell and hit:
                _rate(context, spec, claim, cell, hit[1])


def _operand(pool: Iterable[Observation], indicator: str, row: int, rows: str | None) -> Observation | None:
    """The operand in the rate's own row; of labelled items also in another one."""
    held = [o for o in pool if o.indicator == indicator]
    own = next((o for o in held if o.row_no == row), None)
    return own or (next((o for o in held if not o.dim_name), None) if rows == "item" else None)


def _rate(context: PageContext, spec: LayoutSheet, claim: ClaimedRate, cell: Cell, text: str) -> None:
    pool = [*context.observations, *context.groups]
    top = _operand(pool, claim.numerator, cell.row, spec.rows)
    bottom = _operand(pool, claim.denominator, cell.row, spec.rows)
    if top is None or bottom is None or bottom.value == 0:
        return
    printed = Decimal(text)
    half = Decimal(1).scaleb(-(len(text.split(".")[1]) if "." in text else 0)) / 2
    computed = top.value * 100 / bottom.value
    # rounded operands (53.25万户) reproduce a rate only within their own rounding
    room = [rounding_of(o.half_unit, o.unit) for o in (top, bottom)]
    low = (top.value - room[0]) * 100 / (bottom.value + room[1])
    high = (top.value + room[0]) * 100 / (bottom.value - room[1]) if bottom.value > room[1] else None
    if low <= printed + half and (high is None or printed - half <= high):
        return
    shown = computed.quantize(Decimal("0.01"))
    zh = f"{cell.address} 所报比率 {text}% 与 {top.cell}÷{bottom.cell} 算得的 {shown}% 不符；以算得为准"
    en = f"{cell.address} reports {text} % but {top.cell} ÷ {bottom.cell} gives {shown} %; the computed rate is used"
    context.result.add(
        Finding(
            "CTL-001", "warning", "B3", zh, en, context.result.form, None, context.sheet.name, cell.address, None,
            f"{text}%", f"{shown}%",
        )
    )  # fmt: skip


# -- whole or not -----------------------------------------------------------------------------------------------------
def check_complete(context: PageContext, spec: LayoutSheet, columns: dict[int, str], first_row: int) -> None:
    """A copy that breaks off: which cells its last row lacks, and how much of each total the rows seen come to."""
    sheet = context.sheet
    last = next((r for r in range(sheet.last_row, first_row - 1, -1) if r in context.labels), None)
    if last is None:
        return
    lacking: list[str] = []
    for at in sorted(columns, reverse=True):
        if sheet.at(last, at) is not None:
            break
        lacking.insert(0, columns[at])
    seen = len({o.row_no for o in context.observations if o.role == "row"})
    zh = f"抄本不完整：{context.source.cut}；共读到{seen}行，末行“{context.labels[last]}”"
    zh += f"缺“{'、'.join(lacking)}”" if lacking else "各格齐全"
    for total in _totals(context, spec):
        parts = _parts_of(context, spec, total)
        summed = sum((o.value for o in parts), Decimal(0))
        if parts and summed < total.value:
            zh += f"；{total.cell} 合计 {plain(total.value)}{total.unit}，已读各行之和 {plain(summed)}，不作对错判断"
    en = (
        f"the copy is incomplete: {seen} rows were read, the last one lacks {len(lacking)} cells; totals are not judged"
    )
    context.find("CUT-001", "warning", zh, en, f"A{last}", str(seen))


def check_duplicates(result: ReadResult) -> None:
    """The same area, indicator and period in two rows of one table is an error: one of them would be summed twice, and of
    two totals that differ one is wrong, or a subtotal."""
    seen: dict[tuple[object, ...], Observation] = {}
    for o in result.observations:
        key = (o.unit_code, o.indicator, o.dim_code, o.period_start, o.period_end, o.accumulation, o.role)
        other = seen.setdefault(key, o)
        if other is not o and (o.role in ("row", "part") or (o.role == "total" and o.value != other.value)):
            zh = f"{o.cell} 与 {other.cell} 是同一地区同一指标，重复；请删去一行"
            en = f"{o.cell} and {other.cell} are the same area and indicator; delete one"
            result.add(
                Finding(
                    "RWD-001", "error", "B0", zh, en, result.form, o.indicator, o.sheet, o.cell, o.unit_code,
                    o.printed, other.printed,
                )
            )  # fmt: skip
