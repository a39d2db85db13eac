"""What a check found, as a workbook: Chinese first, the cell named, what to do. Nothing is filed yet.

Not here: the answer to a submission (answer_book.py).
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.color import Color

from ingestion.archive import write_whole
from ingestion.catalogue import Catalogue, catalogue
from ingestion.model import Finding, gravest_first
from ingestion.outputs import WORKBOOK_CREATED, WORKBOOK_OPTIONS
from quality.check import rules_to_explain

VERDICTS = {"accepted": "已接收", "needs_explanation": "待说明", "returned": "退回更正", "unreadable": "无法读取"}
LEVELS = {
    "error": "强制性（须更正）",
    "warning": "核实性（请核对或说明）",
    "info": "提示",
    "cannot_tell": "无法判断（不必处理）",
}
COLUMNS = ("级别", "规则", "工作表", "单元格", "问题与办法", "所填", "应为", "说明", "English")
WIDTHS = (20, 9, 18, 8, 56, 14, 26, 30, 46)  # in halves of a Chinese character; the last column is not printed
FONT = "Microsoft YaHei"
LINE = 17  # points
# made once: xlsxwriter builds its table of names anew for every colour that it is given as a text
COLORS = {"error": Color(0xF8CBAD), "warning": Color(0xFFE699), "info": Color(0xDDEBF7), "cannot_tell": Color(0xEDEDED)}
HEAD_COLOR = Color(0xD9E1F2)


def write_report(path: Path, files: Sequence[tuple[str, str, Sequence[Finding]]]) -> None:
    """Write the list of what a check found. files: (file name, verdict, findings).

    One row a finding, errors first; the same input gives the same bytes.
    """
    book_of_rules = catalogue()
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, WORKBOOK_OPTIONS)
    book.set_properties({"created": WORKBOOK_CREATED})
    sheet = book.add_worksheet("审核结果")
    wrap = {"text_wrap": True, "valign": "top", "border": 1, "font_name": FONT}
    bold = book.add_format({**wrap, "bold": True, "bg_color": HEAD_COLOR})
    title = book.add_format({"bold": True, "font_size": 14, "font_name": FONT})
    plain_text = book.add_format({"font_name": FONT})
    formats = {k: book.add_format({**wrap, "bg_color": c}) for k, c in COLORS.items()}
    cell_format = book.add_format(wrap)
    sheet.write(0, 0, "审核结果 Audit findings", title)
    row, somebody_asked = 2, False
    for name, verdict, found in files:
        sheet.write_string(row, 0, f"文件：{name}　结论：{VERDICTS.get(verdict, verdict)}", plain_text)
        row += 1
        sheet.write_row(row, 0, COLUMNS, bold)
        row += 1
        asked = rules_to_explain(found, found[0].form if found else None, book_of_rules)
        somebody_asked |= bool(asked)
        for f in gravest_first(found):
            sheet.write(row, 0, LEVELS[f.severity], formats[f.severity])
            expected = "" if f.severity == "cannot_tell" else f.expected or ""  # nothing to do, so no hint either
            texts = [f.rule, f.sheet or "", f.cell or "", f.message_zh, f.found or "", expected]
            texts += [_answer_to(f, asked), f.message_en]
            for column, text in enumerate(texts, start=1):
                sheet.write_string(row, column, text, cell_format)
            # said, since not every program fits a row to its wrapped text on opening
            sheet.set_row(
                row, LINE * max(lines_of(t, w) for t, w in zip([LEVELS[f.severity], *texts], WIDTHS, strict=True))
            )
            row += 1
        if not found:
            sheet.write(row, 0, "没有发现问题", plain_text)
            row += 1
        row += 1
    if somebody_asked:
        row = _reasons(sheet, row, book_of_rules, bold, cell_format)
    sheet.freeze_panes(2, 0)
    fit_to_a4(sheet, row, WIDTHS)
    book.close()
    write_whole(path, buffer.getvalue())


def fit_to_a4(sheet: Any, last_row: int, widths: Sequence[int]) -> None:
    """A list of findings as wide as a page. The last of its columns is the English, which is not printed."""
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.print_area(0, 0, last_row, len(widths) - 2)
    sheet.set_paper(9)
    sheet.set_margins(0.4, 0.4, 0.5, 0.5)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


@lru_cache(maxsize=4096)
def halves(text: str) -> int:
    """Width of a text in halves of a Chinese character."""
    return sum(2 if ord(c) > 0x2E7F else 1 for c in text)


@lru_cache(maxsize=1 << 14)  # most texts stand in many answers
def lines_of(text: str, width: int) -> int:
    """Lines that a text takes in a column of so many halves."""
    return sum(max(1, -(-halves(line) // (width - 1))) for line in text.split("\n"))


def _answer_to(f: Finding, asked: Sequence[str]) -> str:
    """What the respondent does about one finding."""
    if f.severity == "error":
        return "更正后再报 Correct before filing"
    if f.severity == "cannot_tell":
        return "缺对照数据，不必处理 Nothing to do"
    return "报送后须以原因代码说明 To be explained once it is filed" if f.rule in asked else ""


def _reasons(sheet: Any, row: int, book_of_rules: Catalogue, bold: Any, style: Any) -> int:
    """The reason codes, below the findings. Returns the next free row."""
    sheet.write_row(row, 0, ["原因代码", "说明原因", "Reason"], bold)
    for code, reason in book_of_rules.codelist("explain_reasons").items():
        row += 1
        for column, text in enumerate((code, reason["name_zh"], reason["name_en"])):
            sheet.write_string(row, column, text, style)
    return row + 1
