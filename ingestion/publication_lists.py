"""Lists: rows that are places or targets, with what is printed of each. A list is kept as it is, and is no figure.

Labels printed once are carried to the rows below; amounts printed once for several rows never are. All names of a group
in one cell are split by rule. Not here: whether a list is whole and adds up (publication_list_checks.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from ingestion.layout_model import LayoutSheet, ListField, NameSplit
from ingestion.model import Listed, ListedValue
from ingestion.publication_cells import (
    PageContext,
    header_of,
    not_one_number,
    numbers_of,
    observe,
    span_of,
    uncached_formula,
    unit_from_source,
)
from ingestion.publication_list_checks import ListRead, check_list
from ingestion.quantities import Printed
from ingestion.units import normalise, plain
from ingestion.workbook import Cell, column_letters


@dataclass
class _Reading:
    """One view on its way. units: column → the unit that holds for it; asked: columns that were asked about."""

    context: PageContext
    spec: LayoutSheet
    columns: dict[str, int]
    numbering: list[int]  # columns that say nothing of the row itself
    labels: dict[str, str] = field(default_factory=dict)
    units: dict[str, str | None] = field(default_factory=dict)
    list: ListRead = field(default_factory=ListRead)


def read_list(context: PageContext, spec: LayoutSheet) -> None:
    """Read one view; whatever cannot be read is a finding with its cell."""
    located = header_of(context.sheet, spec)
    if located is None:
        context.lacks_header(spec.header_anchor or "")
        return
    header_row, headers = located
    wanted = [*([spec.key_column] if spec.key_column else []), *spec.carried, *(f.header for f in spec.fields)]
    absent = [name for name in dict.fromkeys(wanted) if normalise(name) not in headers]
    if absent:
        context.lacks_header(*absent, cell=f"A{header_row}", found="、".join(headers)[:80])
        return
    ignored = {normalise(name) for name in spec.ignore_columns}
    for text in (t for t in headers if t not in ignored | {normalise(w) for w in wanted}):
        zh, en = f"“{text}”列不在版式中，未读取", f"column “{text}” is not in the layout; not read"
        context.find("ROW-004", "warning", zh, en, f"{column_letters(headers[text])}{header_row}", text)
    columns = {name: headers[normalise(name)] for name in wanted}
    reading = _Reading(context, spec, columns, [at for name, at in headers.items() if name in ignored])
    _heading(reading, header_row)
    end = context.sheet.find(spec.until) if spec.until else None
    for number in range(header_row + spec.header_rows, end.row if end else context.sheet.last_row + 1):
        _row(reading, number)
    context.result.listed += reading.list.rows
    check_list(context, spec, reading.list)


def _heading(reading: _Reading, row: int) -> None:
    """The number of names that the heading claims, and the indicator that it answers."""
    context, count = reading.context, reading.spec.count
    cell = context.sheet.find(reading.spec.header_anchor or "")
    hit = re.search(count.pattern, normalise(cell.text)) if count and cell else None
    if not count or not cell or not hit:
        return
    held = numbers_of(cell, None, f"({re.escape(hit[1])}.?)")
    reading.list.claims.append((cell.address, cell.shown, int(hit[1]), None))
    spanned = span_of(context, count.accumulation)
    if count.indicator and spanned and len(held) == 1:
        observe(
            context, cell, held[0], indicator=count.indicator, area=context.source.area, dim={}, span=spanned[0],
            accumulation=spanned[1], role="total", unit_name=None,
        )  # fmt: skip


def _row(reading: _Reading, number: int) -> None:
    context, spec, sheet = reading.context, reading.spec, reading.context.sheet
    held = [c for at in range(1, sheet.last_column + 1) if (c := sheet.at(number, at))]
    if not held:
        return
    first = held[0]
    for n, name in enumerate(spec.carried):
        label = sheet.at(number, reading.columns[name])
        if label:  # what was printed below the label before ends with it
            reading.labels = {k: v for k, v in reading.labels.items() if k in spec.carried[:n]}
            reading.labels[name] = normalise(label.text)
    key = sheet.at(number, reading.columns[spec.key_column]) if spec.key_column else first
    texts = {normalise(c.text) for c in (first, key) if c}
    if any(re.search(p, t) for p in spec.ignore_rows for t in texts):
        return
    total = any(re.fullmatch(p, t) for p in spec.total_labels for t in texts)
    if not total and all(c.column in reading.numbering for c in held):
        reading.list.begun = first  # a row that holds its running number alone
        if not context.source.cut:
            context.unread_row(first)
        return
    if key is None:
        zh = f"第{number}行没有{spec.key_column}，未读取"
        context.find("ROW-004", "warning", zh, f"row {number} has no name; not read", first.address, first.shown)
        return
    context.labels[number] = normalise(key.text)
    _listed(reading, key, total)


def _listed(reading: _Reading, key: Cell, total: bool) -> None:
    """The rows of the result that one row of the sheet gives."""
    spec, rows = reading.spec, reading.list.rows
    by_row: dict[str, ListedValue] = {}
    by_group: dict[str, ListedValue] = {}
    for wanted in spec.fields:
        kept = by_group if wanted.per == "group" and not total else by_row
        kept |= _values(reading, wanted, key.row)
    labels = {} if total else dict(reading.labels)
    name = normalise(key.text) if spec.key_column else ""
    row = Listed(key.row, reading.context.sheet.name, key.address, "row", name, labels, by_row)
    if total:
        rows.append(replace(row, role="total"))
        hit = re.search(spec.count.pattern, name) if spec.count else None
        if hit:
            reading.list.claims.append((key.address, key.shown, int(hit[1]), None))
        return
    if by_group:
        before = next(
            (r for r in rows if r.role == "group" and r.labels == labels and r.values.keys() & by_group), None
        )
        if before is not None:
            words = "、".join(v.printed for v in by_group.values())
            zh = f"第{key.row}行“{words}”是同一组的第二个数（前一个在第{before.row_no}行），请核对分组"
            en = f"row {key.row}: a second amount of one group (the first is in row {before.row_no})"
            reading.context.find("LST-006", "warning", zh, en, next(iter(by_group.values())).cell, words)
        rows.append(replace(row, role="group", name="、".join(labels.values()), values=by_group))
    if spec.split is None:
        rows.append(row)
    else:
        _split(reading, key, row, spec.split)


def _split(reading: _Reading, group: Cell, row: Listed, split: NameSplit) -> None:
    """The names of a cell, one row each; house numbers that are parted by the same mark go back to their street."""
    context, spec = reading.context, reading.spec
    names = row.values[spec.fields[0].id]
    joined: list[str] = []
    pieces: list[str] = []
    for piece in (p.strip() for p in names.printed.split(split.mark)):
        if pieces and re.search(split.continues, piece) and re.search(split.open, pieces[-1]):
            pieces[-1] += split.mark + piece
            joined.append(pieces[-1])
        elif piece:
            pieces.append(piece)
    more = re.search(split.and_more, pieces[-1]) if pieces else None
    if more:
        pieces[-1] = pieces[-1][: more.start()]
    label = normalise(group.text)
    for piece in pieces:
        labels = row.labels | {spec.key_column or "": label}
        reading.list.rows.append(replace(row, cell=names.cell, name=normalise(piece), labels=labels, values={}))
    hit = re.search(spec.count.pattern, label) if spec.count else None
    if hit:
        reading.list.claims.append((group.address, group.shown, int(hit[1]), label))
    if joined or more:
        said = [f"门牌号并回前一处：{'；'.join(joined)}"] if joined else []
        said += [f"末尾“{more[0]}”表示未列全"] if more else []
        zh = f"{names.cell} 拆出{len(pieces)}处（{'，'.join(said)}）"
        en = f"{names.cell}: {len(pieces)} names, {len(joined)} house numbers joined to the one before"
        context.find("LST-005", "info", zh, en, names.cell, str(len(pieces)), hit[1] if hit else None)


# -- cells ------------------------------------------------------------------------------------------------------------
def _values(reading: _Reading, wanted: ListField, row: int) -> dict[str, ListedValue]:
    context = reading.context
    at = reading.columns[wanted.header]
    cell = context.sheet.at(row, at)
    if cell is None:
        uncached_formula(context, row, at)
        return {}
    if wanted.kind == "text":
        return parts_of(context, cell, wanted.id, wanted.pattern)
    value = _quantity(reading, wanted, cell)
    return {wanted.id: value} if value else {}


def parts_of(context: PageContext, cell: Cell, name: str, pattern: str | None) -> dict[str, ListedValue]:
    """A text, or the parts of it that a pattern names; one that does not fit stays whole, and is said."""
    text = cell.shown.strip()
    hit = re.search(pattern, normalise(text)) if pattern else None
    if hit:
        return {f"{name}.{part}": ListedValue(cell.address, said) for part, said in hit.groupdict().items() if said}
    if pattern:
        zh = f"{cell.address}“{text}”不能按版式拆开，整格保留"
        context.find("ROW-004", "warning", zh, f"{cell.address} cannot be split", cell.address, text, pattern)
    return {name: ListedValue(cell.address, text)}


def _quantity(reading: _Reading, wanted: ListField, cell: Cell) -> ListedValue | None:
    context = reading.context
    held = numbers_of(cell)
    if len(held) != 1 and wanted.pattern:
        taken = numbers_of(cell, None, wanted.pattern)
        if len(taken) == 1:
            rest = "、".join(f"{plain(p.value)}{p.unit}" for p in held if p not in taken) or cell.shown.strip()
            zh = f"{cell.address}“{cell.shown.strip()}”有几个数，按版式取“{plain(taken[0].value)}{taken[0].unit}”"
            en = f"{cell.address} holds several numbers; one was taken by the layout's rule"
            context.find("LST-007", "info", zh, en, cell.address, rest, wanted.header)
        held = taken
    if len(held) != 1:
        not_one_number(context, cell)
        return None
    return _in_unit(reading, wanted, cell, held[0])


def _in_unit(reading: _Reading, wanted: ListField, cell: Cell, printed: Printed) -> ListedValue | None:
    """In the base unit of what is printed; without any unit the number stays as printed, and is asked about."""
    context, catalogue = reading.context, reading.context.catalogue
    unit = catalogue.unit_spelled(printed.unit)
    if unit is None and not printed.unit:
        name = _unit_of_column(reading, wanted)
        unit = catalogue.unit(name) if name else None
    form, _, item = (wanted.field or "").partition(".")
    meant = catalogue.unit(catalogue.field_sets[form].by_id[item].unit or "") if wanted.field else None
    if unit and meant and unit.base != meant.base:
        zh = f"{cell.address} 单位“{unit.name}”不能换算为“{meant.name}”"
        en = f"{cell.address}: unit {unit.name} is not {meant.name}"
        context.find("UNT-001", "error", zh, en, cell.address, unit.name, meant.name)
        return None
    text = cell.shown.strip()
    if unit is None:
        if printed.unit or wanted.unit != "from_source":
            zh = f"{cell.address}“{text}”没有可识别的计量单位，按所印保留；请给出单位和依据"
            en = f"{cell.address} has no known unit; kept as printed"
            context.find("UNT-001", "warning", zh, en, cell.address, text, meant.name if meant else "计量单位")
        return ListedValue(cell.address, text, printed.value, None, printed.half_unit, printed.qualifier)
    factor = unit.factor
    value, half = printed.value * factor, printed.half_unit * factor
    return ListedValue(cell.address, text, value, unit.base, half, printed.qualifier)


def _unit_of_column(reading: _Reading, wanted: ListField) -> str | None:
    """The unit of a heading; from_source: what the source states, asked once a column when it states none."""
    if wanted.unit != "from_source":
        return wanted.unit
    if wanted.header not in reading.units:
        context = reading.context
        reading.units[wanted.header] = unit_from_source(context, wanted.header)
        if reading.units[wanted.header] is None:
            anchor = context.sheet.find(wanted.header)
            zh = f"“{wanted.header}”没有计量单位，来源也没有说明，各数按所印保留；请给出单位和依据"
            en = f"{wanted.header} has no unit and the source states none; its numbers are kept as printed"
            context.find("UNT-001", "warning", zh, en, anchor.address if anchor else None, wanted.header)
    return reading.units[wanted.header]
