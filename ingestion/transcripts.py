"""Turns transcribed tables back into the workbooks they were, so that real published figures walk the same line.

From `rulebook/sources/transcripts/*.csv` (as printed, mess included) and from control_totals.csv (one workbook a
key). Every cell is written as printed; each workbook says in a hidden sheet which source it is. Not here: reading.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

import xlsxwriter

from ingestion.catalogue import NATION, Catalogue
from ingestion.layout_model import Source
from ingestion.model import Observation
from ingestion.outputs import WORKBOOK_CREATED
from ingestion.printed_model import ControlTotal
from ingestion.publication_statements import ACCUMULATIONS
from ingestion.publications import read_publication
from ingestion.quantities import parse_printed
from ingestion.returns import META_SHEET
from ingestion.units import PLAIN_NUMBER, plain
from ingestion.workbook import read_workbook

STATEMENT_HEADER = ["编号", "指标", "地区代码", "起", "止", "口径", "原文", "单位", "半单位", "存疑"]
_WORDS = {value: key for key, value in ACCUMULATIONS.items()}


def _write_rows(
    book: xlsxwriter.Workbook, name: str, rows: list[list[str]], titles: int, header_rows: int, *, as_text: bool = False
) -> None:
    sheet = book.add_worksheet(name)
    bold = book.add_format({"bold": True, "align": "center", "valign": "vcenter", "border": 1, "text_wrap": True})
    title = book.add_format({"bold": True, "align": "center", "font_size": 14})
    border = book.add_format({"border": 1})
    width = max(len(r) for r in rows)
    sheet.set_column(0, width - 1, 16)
    for r, row in enumerate(rows):
        if r < titles:
            sheet.merge_range(r, 0, r, width - 1, row[0], title)
            continue
        header = r < titles + header_rows
        for c, text in enumerate(row):
            if header and not text:
                continue
            if header:
                span = c
                while (
                    r == titles
                    and header_rows == 2
                    and span + 1 < width
                    and not row[span + 1]
                    and rows[r + 1][span + 1]
                ):
                    span += 1
                if span > c:
                    sheet.merge_range(r, c, r, span, text, bold)
                elif header_rows == 2 and r == titles and not rows[r + 1][c]:
                    sheet.merge_range(r, c, r + 1, c, text, bold)
                else:
                    sheet.write_string(r, c, text, bold)
            elif PLAIN_NUMBER.match(text) and not as_text:
                decimals = len(text.split(".")[1]) if "." in text else 0
                style = book.add_format({"border": 1, "num_format": "0." + "0" * decimals if decimals else "0"})
                sheet.write_number(r, c, float(text), style)
            elif text:
                sheet.write_string(r, c, text, border)


def _meta(book: xlsxwriter.Workbook, source: Source) -> None:
    sheet = book.add_worksheet(META_SHEET)
    for r, (key, value) in enumerate(
        [
            ("kind", "publication"),
            ("source", source.id),
            ("title", source.title),
            ("address", source.address),
            ("transcribed", "按原表摘录，文字从略"),
        ]
    ):
        sheet.write_row(r, 0, [key, value])
    sheet.hide()


def _statement_rows(totals: Iterable[ControlTotal], catalogue: Catalogue) -> list[list[str]]:
    rows = [STATEMENT_HEADER]
    for t in totals:
        if (
            t.indicator not in catalogue.printed_names
            or "DERIVED" in t.note
            or catalogue.explanations.other(t.total_id)
        ):
            continue
        printed = parse_printed(t.printed)
        by_hand = "" if printed and printed.half_unit == t.rounding_half_unit else plain(t.rounding_half_unit) or ""
        rows.append(
            [
                t.total_id,
                t.indicator,
                t.area_code,
                t.period_start.isoformat(),
                t.period_end.isoformat(),
                _WORDS[t.accumulation],
                t.printed,
                t.unit,
                by_hand,
                "是" if t.is_doubtful else "",
            ]
        )
    return rows


def _split(
    source: Source, totals: list[ControlTotal]
) -> tuple[list[str], dict[str, dict[str, str]], list[ControlTotal]]:
    """Columns of the printed table, its cells by area, and the figures that stand in the text instead."""
    order = ["plan_communities", "start_communities", "start_rate_communities"]
    if source.layout == "province_plan_table":
        order += ["plan_households", "start_households", "start_rate_households"]
    else:
        order = order[1:]
    tabled = {t.indicator for t in totals if t.area_code != NATION}
    columns = [k for k in order if k in tabled]
    cells: dict[str, dict[str, str]] = {}
    text: list[ControlTotal] = []
    for t in totals:
        is_total_row = t.area_code == NATION and t.indicator == "start_communities" and t.printed.isdigit()
        if t.indicator in columns and (t.area_code != NATION or is_total_row):
            cells.setdefault(t.area_code, {})[t.indicator] = t.printed.removesuffix("万户").removesuffix("个")
        else:
            text.append(t)
    return columns, cells, text


def _table_rows(
    source: Source, totals: list[ControlTotal], catalogue: Catalogue
) -> tuple[list[list[str]], list[ControlTotal]]:
    """The province table of a key as it was printed, and the figures that stand in the text."""
    columns, cells, text = _split(source, totals)
    end = max(t.period_end for t in totals if t.indicator.startswith("start"))
    blank = [""] * (1 + len(columns))
    rows = [[f"{end.year}年全国城镇老旧小区改造进展情况", *blank], [f"(截至{end.year}年{end.month}月末)", *blank]]
    if source.layout == "province_plan_table":
        words = {"plan": "计划任务数", "start": "开工数", "start_rate": "开工率"}
        top, below = ["序号", "省份"], ["", ""]
        for group, header in (("communities", "新开工改造小区数(个)"), ("households", "涉及居民户数(万户)")):
            mine = [k for k in columns if k.endswith(group)]
            top += [header, *[""] * (len(mine) - 1)]
            below += [words[k.removesuffix("_" + group)] for k in mine]
        rows += [top, below]
    else:
        rows.append(["序号", "省份", "新开工小区数(个)", "开工率"])
    units = [code for code in cells if code != NATION]
    for number, code in enumerate(units, start=1):
        area = catalogue.area(code)
        rows.append([str(number), area.short_zh or area.name_zh, *[cells[code].get(k, "") for k in columns]])
    if NATION in cells:
        rows.append(["合计", "", *[cells[NATION].get(k, "") for k in columns]])
    return rows, text


def _transcript(source: Source, catalogue: Catalogue) -> list[list[str]]:
    """The rows of a transcript; of one that holds several publications, the columns and rows that this one printed."""
    assert source.transcript
    path = catalogue.root / "sources" / "transcripts" / source.transcript
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    if not source.columns:
        return rows
    kept = [0, *(rows[0].index(name) for name in source.columns)]
    chosen = [[row[at] for at in kept] for row in rows]
    return [row for row in chosen if any(row[1:])]


def _held_by(total: ControlTotal, observations: list[Observation], catalogue: Catalogue) -> bool:
    """Whether the table prints a figure. Another rounding of it (5.13万 beside 51294) is a print of its own."""
    factor = catalogue.unit(total.unit).factor if total.unit in catalogue.units else 1
    names = {name for name, _ in catalogue.printed_names.get(total.indicator, [])}
    return any(
        o.indicator in names
        and (o.unit_code, o.period_start, o.period_end) == (total.area_code, total.period_start, total.period_end)
        and (o.value == total.value * factor or o.half_unit == total.rounding_half_unit * factor)
        for o in observations
    )


def _workbook(
    source: Source, table: list[list[str]], titles: int, statements: list[list[str]], catalogue: Catalogue
) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    book.set_properties({"title": source.title, "created": WORKBOOK_CREATED})
    if table:
        header_rows = catalogue.layouts[source.layout].sheets[0].header_rows
        _write_rows(book, source.sheet or "表", table, titles, header_rows)
    if len(statements) > 1:
        _write_rows(book, "正文", statements, 0, 1, as_text=True)
    _meta(book, source)
    book.close()
    return buffer.getvalue()


def write_source(source: Source, catalogue: Catalogue, path: Path) -> int:
    """Write one source as the workbook it was. Returns how many figures were written (0 = nothing to say yet)."""
    totals = [t for t in catalogue.control_totals if t.key == (source.statements_from or source.id)]
    table: list[list[str]] = []
    titles = 0
    text = totals
    if source.transcript:
        table = _transcript(source, catalogue)
        titles = next((n for n, row in enumerate(table) if any(row[1:])), 0)
        if totals:
            # the transcribed table wins over the rows of its key; what it lacks is still written from them
            book = read_workbook(_workbook(source, table, titles, [], catalogue))
            held = read_publication(book, source, catalogue).observations
            text = [t for t in totals if not _held_by(t, held, catalogue)]
    elif source.layout != "statement_list":
        table, text = _table_rows(source, totals, catalogue)
        titles = 2
    statements = _statement_rows(text, catalogue)
    if not table and len(statements) == 1:
        return 0
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_workbook(source, table, titles, statements, catalogue))
    return len(table) + len(statements) - 1
