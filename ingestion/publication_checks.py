"""What a published table says about itself: totals against rows, printed rates against operands, rows twice.

Findings only; a table that does not add up stays evidence, and the gate decides. Not here: reading cells.
"""

from __future__ import annotations

import re
from decimal import Decimal

from ingestion.model import Finding, Observation, ReadResult
from ingestion.rulebook_model import ClaimedRate, LayoutSheet
from ingestion.units import plain
from ingestion.workbook import Sheet


def _parts_of(total: Observation, observations: list[Observation]) -> list[Observation]:
    """Rows of the same indicator and period that a total should be the sum of: areas below, or its dimension codes."""
    return [
        o
        for o in observations
        if o.indicator == total.indicator
        and o is not total
        and o.role == "row"
        and (o.period_start, o.period_end) == (total.period_start, total.period_end)
        and (o.unit_code != total.unit_code or bool(o.dim_name))
    ]


def check_totals(result: ReadResult, spec: LayoutSheet) -> None:
    """Rows against their total, within what rounding alone can cause (whole counts carry none). A difference warns."""
    wanted = set(spec.total_adds_up) | {x.indicator for x in spec.columns if x.adds_up}
    wanted |= {x.indicator for x in spec.items if x.adds_up}
    role = "row" if spec.rows == "period" else "total"
    for total in [o for o in result.observations if o.indicator in wanted and o.role == role and not o.dim_name]:
        parts = _parts_of(total, result.observations)
        if not parts:
            continue
        summed = sum((o.value for o in parts), Decimal(0))
        loose = (o.half_unit for o in [*parts, total] if o.half_unit > Decimal("0.5") or o.unit == "元")
        tolerance = sum(loose, Decimal(0))
        difference = summed - total.value
        if abs(difference) <= tolerance:
            continue
        cells = f"{parts[0].cell}:{parts[-1].cell}"
        zh = f"{total.cell} 合计 {total.printed} ≠ 各行之和 {plain(summed)}{total.unit}（{cells}），差 {plain(difference)}，"
        zh += f"容差 {plain(tolerance)}；请核对各行与合计"
        en = f"{total.cell} total {total.printed} ≠ sum of rows {plain(summed)} ({cells}), difference {plain(difference)}"
        result.add(
            Finding(
                "L-004", "warning", "B3", zh, f"{en}, tolerance {plain(tolerance)}", result.form, total.indicator,
                total.sheet, total.cell, None, total.printed, plain(summed),
            )
        )  # fmt: skip


def check_claimed_rate(result: ReadResult, claim: ClaimedRate, sheet: Sheet, column: int, header_row: int) -> None:
    """A printed rate beside its operands is never taken over: it is recomputed, and a difference is said."""
    for row in range(header_row + 1, sheet.last_row + 1):
        cell = sheet.at(row, column)
        hit = re.search(claim.pattern, "".join(cell.text.split())) if cell else None
        if cell is None or hit is None:
            continue
        year = next((o.period_start.year for o in result.observations if o.row_no == row), None)
        pool = [o for o in result.observations if not o.dim_name and year in (None, o.period_start.year)]
        top = next((o for o in pool if o.indicator == claim.numerator), None)
        bottom = next((o for o in pool if o.indicator == claim.denominator), None)
        if top is None or bottom is None or bottom.value == 0:
            continue
        computed = top.value * 100 / bottom.value
        decimals = len(hit[1].split(".")[1]) if "." in hit[1] else 0
        if abs(computed - Decimal(hit[1])) <= Decimal(1).scaleb(-decimals) / 2:
            continue
        shown = computed.quantize(Decimal("0.01"))
        zh = f"{cell.address} 所报比率 {hit[1]}% 与 {top.cell}÷{bottom.cell} 算得的 {shown}% 不符；以算得为准"
        en = f"{cell.address} reports {hit[1]} % but {top.cell} ÷ {bottom.cell} gives {shown} %; the computed rate is used"
        result.add(
            Finding(
                "CTL-001", "warning", "B3", zh, en, result.form, None, sheet.name, cell.address, None,
                f"{hit[1]}%", f"{shown}%",
            )
        )  # fmt: skip


def check_duplicates(result: ReadResult) -> None:
    """The same area, indicator and period in two rows of one table is an error: one of them would be summed twice."""
    seen: dict[tuple[object, ...], Observation] = {}
    for o in result.observations:
        key = (o.unit_code, o.indicator, o.dim_code, o.period_start, o.period_end, o.accumulation, o.role)
        other = seen.setdefault(key, o)
        if other is not o and o.role == "row":
            zh = f"{o.cell} 与 {other.cell} 是同一地区同一指标，重复；请删去一行"
            en = f"{o.cell} and {other.cell} are the same area and indicator; delete one"
            result.add(
                Finding(
                    "RWD-001", "error", "B0", zh, en, result.form, o.indicator, o.sheet, o.cell, o.unit_code,
                    o.printed, other.printed,
                )
            )  # fmt: skip
