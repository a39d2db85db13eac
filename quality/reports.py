"""The findings workbook that goes back to the respondent: Chinese first, the cell named, what to do."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

from ingestion.archive import WORKBOOK_CREATED, write_whole
from ingestion.model import Finding

VERDICTS = {"accepted": "已接收", "needs_explanation": "待说明", "returned": "退回更正", "unreadable": "无法读取"}
LEVELS = {"error": "强制性（须更正）", "warning": "核实性（请核对）", "info": "提示", "cannot_tell": "无法判断"}
COLORS = {"error": "#F8CBAD", "warning": "#FFE699", "info": "#DDEBF7", "cannot_tell": "#EDEDED"}


def write_report(path: Path, files: Sequence[tuple[str, str, Sequence[Finding]]]) -> None:
    """files: (file name, verdict, findings). One row a finding, errors first; the same input gives the same bytes."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"created": WORKBOOK_CREATED})
    sheet = book.add_worksheet("审核结果")
    wrap = {"text_wrap": True, "valign": "top", "border": 1, "font_name": "Microsoft YaHei"}
    bold = book.add_format({**wrap, "bold": True, "bg_color": "#D9E1F2"})
    title = book.add_format({"bold": True, "font_size": 14, "font_name": "Microsoft YaHei"})
    plain_text = book.add_format({"font_name": "Microsoft YaHei"})
    formats = {k: book.add_format({**wrap, "bg_color": c}) for k, c in COLORS.items()}
    cell_format = book.add_format(wrap)
    sheet.write(0, 0, "审核结果 Audit findings", title)
    row = 2
    for name, verdict, found in files:
        sheet.write(row, 0, f"文件：{name}　结论：{VERDICTS.get(verdict, verdict)}", plain_text)
        row += 1
        sheet.write_row(row, 0, ["级别", "规则", "工作表", "单元格", "问题与办法", "所填", "应为", "English"], bold)
        row += 1
        for f in sorted(found, key=lambda f: list(LEVELS).index(f.severity)):
            sheet.write(row, 0, LEVELS[f.severity], formats[f.severity])
            sheet.write_row(
                row,
                1,
                [f.rule, f.sheet or "", f.cell or "", f.message_zh, f.found or "", f.expected or "", f.message_en],
                cell_format,
            )
            row += 1
        if not found:
            sheet.write(row, 0, "没有发现问题", plain_text)
            row += 1
        row += 1
    for column, width in enumerate((18, 10, 16, 9, 70, 18, 30, 50)):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(2, 0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    book.close()
    write_whole(path, buffer.getvalue())
