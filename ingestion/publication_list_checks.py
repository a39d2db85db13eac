"""What a published list says about itself: names counted, amounts summed, targets reached, places that may be one.

Findings only. A copy that breaks off is incomplete: what it lacks is one finding. Not here: reading the rows.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from ingestion.layout_model import EvenRatio, LayoutSheet, ListField
from ingestion.model import Listed, ListedValue
from ingestion.publication_cells import PageContext, in_base_unit
from ingestion.quantities import parse_printed
from ingestion.similar_places import Place, similar_pairs
from ingestion.units import plain, rounding_of
from ingestion.workbook import Cell

LIKENESS = 0.9  # of two names, from which on a person looks whether they are one place

Claim = tuple[str | None, str, int, str | None]  # cell, text, number of names, the group that it is of (None: all)


@dataclass
class ListRead:
    """The rows of one list, what it claims to hold, and a last row of which only the running number is there."""

    rows: list[Listed] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    begun: Cell | None = None

    def of(self, role: str) -> list[Listed]:
        return [r for r in self.rows if r.role == role]


def check_list(context: PageContext, spec: LayoutSheet, held: ListRead) -> None:
    """Every check that the layout asks for; a shortfall of a cut copy is said once, with how far its rows come."""
    short = [*_counts(context, spec, held), *_sums(context, spec, held)]
    if context.source.cut:
        _incomplete(context, spec, held, short)
    if spec.reached:
        _reached(context, held, spec.reached)
    for ratio in spec.even_ratios:
        _even(context, held, ratio)
    for wanted in spec.fields:
        if wanted.tally:
            _tally(context, held, wanted)
    if spec.candidates_within is not None:
        _candidates(context, held, spec.candidates_within)


# -- counts and sums --------------------------------------------------------------------------------------------------
def _counts(context: PageContext, spec: LayoutSheet, held: ListRead) -> list[str]:
    """Names against what heading, group, total row and page claim. Returns the shortfalls of a cut copy, in words."""
    claims = list(held.claims)
    said = context.source.announced.get(spec.key_column or "")
    printed = parse_printed(said) if said else None
    if said and printed:
        claims.append((None, said, int(printed.value), None))
    short = []
    for cell, text, number, group in claims:
        found = sum(1 for r in held.of("row") if group is None or r.labels.get(spec.key_column or "") == group)
        if found == number:
            continue
        if context.source.cut and found < number and group is None:
            short.append(f"“{text}”称{number}个，已读{found}个")
            continue
        where = f"{cell}“{text}”" if cell else f"来源公布“{text}”"
        zh = f"{where}称{number}个，列出的是{found}个；请核对名单和拆分"
        en = f"{cell or 'the page'} claims {number} names, {found} are listed"
        context.find("LST-002", "warning", zh, en, cell, str(found), str(number))
    return short


def _sums(context: PageContext, spec: LayoutSheet, held: ListRead) -> list[str]:
    """Amounts against the total row and the page's own totals, within what rounding can cause."""
    short = []
    for wanted in (f for f in spec.fields if f.kind == "quantity"):
        parts = [r.values[wanted.id] for r in held.of(wanted.per) if wanted.id in r.values]
        totals = [r.values[wanted.id] for r in held.of("total") if wanted.id in r.values]
        text = context.source.announced.get(wanted.header)
        printed = parse_printed(text) if text else None
        if text and printed:
            value, unit = in_base_unit(context.catalogue, printed)
            factor = value / printed.value if printed.value else Decimal(1)
            totals.append(ListedValue("", text, value, unit, printed.half_unit * factor, printed.qualifier))
        for total in totals:
            if not parts or total.value is None or {p.unit for p in parts} != {total.unit}:
                continue
            short += _against(context, wanted, total, parts)
    return short


def _against(context: PageContext, wanted: ListField, total: ListedValue, parts: list[ListedValue]) -> list[str]:
    summed = sum((p.value for p in parts if p.value is not None), Decimal(0))
    assert total.value is not None
    difference = summed - total.value
    if difference == 0:
        return []
    unit = total.unit or ""
    if context.source.cut and difference < 0:
        return [f"{wanted.header}“{total.printed}”，已读各行之和{plain(summed)}{unit}"]
    within = abs(difference) <= sum((rounding_of(p.half_unit, p.unit) for p in [*parts, total]), Decimal(0))
    where = total.cell or "来源"
    zh = f"{where} {wanted.header} 合计“{total.printed}”≠ 各行之和 {plain(summed)}{unit}，差 {plain(difference)}{unit}"
    zh += "，舍入所致" if within else "；请核对各行与合计"
    en = f"{where}: total {total.printed} ≠ sum of rows {plain(summed)}" + (": rounding" if within else "")
    context.find("L-004", "info" if within else "warning", zh, en, total.cell or None, total.printed, plain(summed))
    return []


def _incomplete(context: PageContext, spec: LayoutSheet, held: ListRead, short: list[str]) -> None:
    rows = held.of("row")
    last = max(rows, key=lambda r: r.row_no) if rows else None
    lacking = [
        f.header for f in spec.fields if f.per == "row" and last and f.kind == "quantity" and f.id not in last.values
    ]
    if not (short or held.begun or lacking):
        return
    zh = f"抄本不完整：{context.source.cut}；共读到{len(rows)}个"
    if held.begun:
        zh += f"；第{held.begun.row}行只有序号“{held.begun.shown}”"
    elif last and lacking:
        zh += f"；末行“{last.name}”缺“{'、'.join(lacking)}”"
    zh += "".join(f"；{words}" for words in short) + ("，不作对错判断" if short else "")
    en = f"the copy is incomplete: {len(rows)} names were read; totals are not judged"
    at = held.begun.address if held.begun else last.cell if last else None
    context.find("CUT-001", "warning", zh, en, at, str(len(rows)))


# -- what the rows say ------------------------------------------------------------------------------------------------
def _reached(context: PageContext, held: ListRead, pair: tuple[str, str]) -> None:
    """Rows whose result is above or below their target, in one unit."""
    for row in held.of("row"):
        target, actual = (row.values.get(name) for name in pair)
        if not target or not actual or target.value is None or actual.value is None or target.unit != actual.unit:
            continue
        if actual.value != target.value:
            sign, word = (">", "above") if actual.value > target.value else ("<", "below")
            zh = f"{actual.cell} {row.name} 实际“{actual.printed}”{sign} 目标“{target.printed}”"
            en = f"{actual.cell}: {actual.printed} is {word} the target {target.printed}"
            context.find("LST-003", "info", zh, en, actual.cell, actual.printed, target.printed)


def _even(context: PageContext, held: ListRead, even: EvenRatio) -> None:
    """One amount for a unit of another in every row: spread by it, and not worked out for each place."""
    ratios = {}
    units = set()
    for row in held.of("row"):
        top, bottom = row.values.get(even.numerator), row.values.get(even.denominator)
        if top and bottom and top.value and bottom.value and top.unit and bottom.unit:
            ratios[top.cell] = top.value / bottom.value
            units.add(f"{top.unit}/{bottom.unit}")
    if len(ratios) < even.rows or len(units) > 1:
        return
    low, high = min(ratios.values()), max(ratios.values())
    if (high - low) / low > even.within:
        return
    shown = f"{low.quantize(Decimal(1))}—{high.quantize(Decimal(1))}"
    cells = list(ratios)
    unit = units.pop()
    zh = f"{cells[0]}:{cells[-1]} 每一行都是 {shown} {unit}：像是按比例摊的，不是逐个测算的，请核实"
    en = f"{cells[0]}:{cells[-1]}: every row comes to {shown} {unit}: spread by a rate, not worked out for each place"
    context.find("LST-004", "warning", zh, en, cells[0], shown)


def _tally(context: PageContext, held: ListRead, wanted: ListField) -> None:
    """How many rows hold which word; blanks are counted as blanks."""
    counts = Counter(r.values[wanted.id].printed if wanted.id in r.values else "" for r in held.of("row"))
    words = "，".join(f"{word or '空白'} {n} 行" for word, n in sorted(counts.items(), key=lambda c: (-c[1], c[0])))
    en = f"{wanted.header}: " + ", ".join(f"{word or 'blank'} {n}" for word, n in counts.most_common())
    context.find("LST-001", "info", f"“{wanted.header}”：{words}", en, None, words)


def _candidates(context: PageContext, held: ListRead, within: list[str]) -> None:
    """Pairs of names that may be one place, for a person to decide. Nothing is merged."""
    rows = held.of("row")
    places = []
    for n, row in enumerate(rows):
        parts = [row.labels.get(p) or (row.values[p].printed if p in row.values else "") for p in within]
        places.append(Place("\n".join(parts), str(n), (row.name,), ""))
    for (one, other), score in sorted(similar_pairs(places, LIKENESS).items()):
        first, second = rows[one], rows[other]
        zh = f"{second.cell}“{second.name}”与 {first.cell}“{first.name}”可能是同一处（{score:.2f}），请人判断；未合并"
        en = f"{second.cell} and {first.cell} may be one place ({score:.2f}); a person decides, nothing was merged"
        context.find("SIM-001", "info", zh, en, second.cell, second.name, first.name)
