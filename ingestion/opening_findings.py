"""What is said of a file as a whole, whatever it holds: macros, links, what is hidden, merged, cut off or lost."""

from __future__ import annotations

from bisect import bisect_left
from decimal import Decimal
from functools import lru_cache
from itertools import chain, islice

from ingestion.cells import SERIAL_DAY
from ingestion.model import Finding, ReadResult, TableRow
from ingestion.returns import META_SHEET
from ingestion.table_rows import TableRows
from ingestion.units import LOST
from ingestion.workbook import Cell, Sheet, Workbook, column_letters


def of_file(book: Workbook, result: ReadResult) -> None:
    """Add the findings of the file to those of its content."""
    if book.has_macros:
        _add(
            result, "FLF-007", "info", "工作簿含宏；未运行，只读取数值", "the workbook holds macros; they were not run"
        )
    if book.has_links:
        zh = "工作簿链接了别的工作簿；没有去打开，只读取本文件存下的数值，请核对"
        _add(
            result,
            "FLF-015",
            "info",
            zh,
            "the workbook links to others; they were not opened, the stored values were read",
        )
    if not book.shows_facts:
        zh = f"{book.kind} 格式中看不出隐藏的行列，公式错误会读成空格；请“另存为 xlsx”再报，或逐格核对"
        en = f"hidden rows cannot be seen in {book.kind} and errors read as blanks; save as xlsx, or check each cell"
        _add(result, "FLF-018", "warning", zh, en)
    if book.from_1904 and any(f.rule == SERIAL_DAY for f in result.findings):
        zh = "工作簿采用1904年日期系统，写成数字的日期会差四年；请把这些单元格设为日期格式后再报"
        en = "the workbook counts days from 1904, so days given as numbers are four years off; format them as dates"
        _add(result, "FLF-019", "error", zh, en)
    read = _sheets_read(result)
    for sheet in book.sheets:
        if sheet.visible and result.form and sheet.name not in read:
            _unread(sheet, result)
        if not sheet.visible:
            if not sheet.is_empty and sheet.name != META_SHEET:
                zh = f"隐藏的工作表“{sheet.name}”有内容，没有读取；是数据请取消隐藏后再报"
                en = f"the hidden sheet “{sheet.name}” has content and was not read"
                _add(result, "FLF-012", "info", zh, en, sheet.name, next(sheet.filled())[0])
            continue
        _hidden(sheet, result)
        _merged(sheet, result)
        _cut(sheet, result)
        _lost(sheet, result)


def _unread(sheet: Sheet, result: ReadResult) -> None:
    """A sheet beside the form that holds numbers may be another return: one that nobody would miss."""
    cell = next((c for row in sheet.filled() for c in row if c.kind in "nd"), None)
    if cell:
        zh = f"工作表“{sheet.name}”不属于本表而有数（{cell.address} 为 {cell.shown}），没有读取；是另一份报表请单独报送，不是请删去"
        en = f"the sheet “{sheet.name}” is no part of the form, holds numbers and was not read; file it apart or delete it"
        _add(result, "FLF-020", "warning", zh, en, sheet.name, cell)


def _hidden(sheet: Sheet, result: ReadResult) -> None:
    """A number that nobody sees on the screen is one that nobody checked. One finding a row, one a column."""
    rows, columns = sheet.hidden_rows, sheet.hidden_columns
    if not rows and not columns:
        return
    last = sheet.last_row
    first = [("row", row, [c for c in sheet.row(row).values() if c.kind in "nd"]) for row in rows if row <= last]
    for number in columns & sheet.column_numbers:
        seen = (c for c in sheet.in_column(number, lambda kind, _: kind in "nd") if c.row not in rows)
        first.append(("column", number, [*islice(seen, 1)] if sheet.columns else [*seen]))
    found = [(kind, at, min(cells, key=_place)) for kind, at, cells in first if cells]
    for kind, at, cell in sorted(found, key=lambda f: _place(f[2])):
        zh, en = (
            (f"第 {at} 行", f"row {at}")
            if kind == "row"
            else (f"{column_letters(at)} 列", f"column {column_letters(at)}")
        )
        zh = f"{sheet.name}!{cell.address}：{zh}被隐藏而有数（{cell.shown}），已照读；请取消隐藏，核对后再报"
        _add(result, "FLF-013", "warning", zh, f"hidden {en} holds numbers; they were read", sheet.name, cell)


def _merged(sheet: Sheet, result: ReadResult) -> None:
    """A number over several cells belongs to all of them, and only the first got it. Labels may be merged."""
    for top, left, bottom, right in sheet.merged:
        cell = sheet.at(top, left)
        if cell is None or not any(c.isdigit() for c in cell.text):
            continue
        if _is_amount(cell, sheet.name, result):
            area = f"{cell.address}:{column_letters(right)}{bottom}"
            what, which = ("几行", "哪一行") if bottom > top else ("几列", "哪一列")
            zh = f"{sheet.name}!{area} 合并了{what}，其中的数（{cell.shown}）属于{which}无法判断；请取消合并，逐格填写"
            en = f"a number in merged {area} cannot be told to belong to one cell; unmerge and fill each cell"
            _add(result, "FLF-016", "error", zh, en, sheet.name, cell)


def _is_amount(cell: Cell, sheet: str, result: ReadResult) -> bool:
    """Whether a cell was read as a quantity; a number cell also as a date or text."""
    rows = [row for held in result.tables.values() if held.sheet == sheet for row in _at(held, cell.row)]
    values = chain(result.values.values(), (v for row in rows for v in row.values.values()))
    wanted = (v for v in values if cell.kind in "nd" or isinstance(v.value, Decimal))
    places = chain(((v.sheet, v.cell) for v in wanted), ((o.sheet, o.cell) for o in result.observations))
    return (sheet, cell.address) in places


def _at(rows: TableRows, row: int) -> list[TableRow]:
    """The row of a table that stands in a row of its sheet."""
    n = bisect_left(rows.row_nos, row)
    return [rows[n]] if n < len(rows) and rows.row_nos[n] == row else []


def _sheets_read(result: ReadResult) -> set[str | None]:
    """Sheets that something was read from or said of."""
    columns = (sheet for fields in result.columns.values() for sheet, _ in fields.values())
    found = {v.sheet for v in result.values.values()} | {f.sheet for f in result.findings}
    found |= {o.sheet for o in result.observations} | {r.sheet for r in result.listed}
    return found | {sheet for sheet, _ in result.blanks.values()} | set(columns)


def _cut(sheet: Sheet, result: ReadResult) -> None:
    last = sheet.at(*sheet.cut_at) if sheet.cut_at else None
    if last:
        zh = (
            f"{sheet.name}!{last.address}（{last.shown}）是文件能容纳或留下的最后一处，后面的内容可能已丢失；请核对末尾"
        )
        en = f"the file ends in the middle of a line or of its grid at {last.address}; check that nothing is lost"
        _add(result, "FLF-017", "warning", zh, en, sheet.name, last)


def _lost(sheet: Sheet, result: ReadResult) -> None:
    own = sheet.own if sheet.frame else sheet.beside
    listed = (text for column in sheet.columns for text in column.texts)
    is_lost = any(map(LOST.search, chain(listed, (c.text for c in own.values() if c.kind != "n"))))
    if not is_lost and not (sheet.frame and _is_lost_on(sheet.frame)):
        return

    def is_wanted(kind: str, text: str) -> bool:
        return kind == "s" and LOST.search(text) is not None

    cells = [c for number in sheet.column_numbers for c in sheet.in_column(number, is_wanted)]
    for cell in sorted(cells, key=_place):
        zh = f"{sheet.name}!{cell.address}“{cell.text}”有丢失的字符（乱码），请重新输入这一格"
        _add(result, "FLF-014", "error", zh, "characters of the cell are lost; type it again", sheet.name, cell)


@lru_cache(maxsize=64)
def _is_lost_on(frame: Sheet) -> bool:
    return any(LOST.search(cell.text) for cell in frame.beside.values())


def _place(cell: Cell) -> tuple[int, int]:
    return cell.row, cell.column


def _add(
    result: ReadResult, rule: str, severity: str, zh: str, en: str, sheet: str | None = None, cell: Cell | None = None
) -> None:
    place = cell.address if cell else None
    found = cell.shown if cell else None
    result.add(Finding(rule, severity, "B0", zh, en, result.form, None, sheet, place, None, found))
