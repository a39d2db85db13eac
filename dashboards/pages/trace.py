"""溯源: one figure, every cell that makes it, and the sheets they stand in with the cells marked."""

from __future__ import annotations

from decimal import Decimal
from itertools import islice
from typing import Any

from dashboards import theme
from dashboards.markup import Child, Link, Original, node, one, said
from dashboards.pages._page import Block, Cell, Page, Table
from dashboards.pages._words import moment
from dashboards.pages.overview import SAMPLE_WARNING
from dashboards.sheets import Grid, Originals, Square, grid
from dashboards.theme import Words
from dashboards.view import BadView, View
from filings.reader import Reader
from filings.trace import Trace
from ingestion.errors import JiugaiError
from ingestion.register import Register, submissions

TITLE = Words("溯源", "Trace")
PART = 200  # contributions a page
MOST = 10_000  # of a figure, that its pages can show: a nation's roster is hundreds of thousands of cells
ROLE = {
    "value": Words("数值", "value"),
    "numerator": Words("分子", "numerator"),
    "denominator": Words("分母", "denominator"),
}


def _title(answer: dict[str, Any], reader: Reader) -> Words:
    indicator = reader.catalogue.indicator(answer["indicator"])
    area = reader.catalogue.area(answer["area"])
    dims = "".join(f"，{k}={v}" for k, v in answer["dims"].items())
    flow_zh, flow_en = ("当月", " (the month alone)") if answer["flow"] else ("", "")
    return Words(
        f"{area.name_zh} {answer['period']}{flow_zh} {indicator.name.zh}{dims}",
        f"{area.name_en or area.code} {answer['period']}{flow_en}, {indicator.name.en}{dims.replace('，', ', ')}",
    )


def _figure_block(reader: Reader, answer: dict[str, Any], total: Any, title: Words, view: View) -> Block:
    """The figure in the words of `jiugai figure`."""
    lang = view.lang
    indicator = reader.catalogue.indicator(answer["indicator"])
    unit = answer["unit"] if lang == "zh" else theme.unit_words(answer["unit"]).en
    if answer["value"] is None:
        value = f"无数据：{answer['reason_zh']}" if lang == "zh" else f"no data: {answer['reason_en']}"
    else:
        value = f"{theme.trimmed(Decimal(str(answer['value'])), 8)} {unit}"
    coverage = answer["coverage"]
    basis = theme.BASIS.get(answer["basis"] or "", Words("", ""))
    kind = theme.SOURCE_KIND.get(answer["source_kind"] or "", Words("", ""))
    summed = (
        " ÷ ".join(str(total[r]) for r in ("numerator", "denominator") if r in total)
        if isinstance(total, dict)
        else total
    )
    interval = answer["interval"]
    lines: list[tuple[Words, Words | str]] = [
        (Words("数值", "value"), value),
        (Words("可能的范围", "interval"), Words(interval["reason_zh"], interval["reason_en"]) if interval else ""),
        (Words("由单元格加总", "sum of the cells"), str(summed or "")),
        (Words("口径", "formula"), indicator.formula(lang, reader.catalogue.indicator_names)),
        (Words("原文", "as printed"), answer["printed"] or ""),
        (Words("依据", "basis"), Words(f"{basis.zh} {kind.zh}".strip(), f"{basis.en} {kind.en}".strip())),
        (Words("状态", "status"), theme.STATUS.get(answer["obs_status"], Words("", ""))),
        (Words("覆盖", "coverage"), f"{coverage['units_reported']}/{coverage['units_expected'] or '—'}"),
        (Words("另有说法", "other answers"), str(len(answer["alternatives"]))),
    ]
    rows = [[Cell(name), Cell(words)] for name, words in lines if (words if isinstance(words, str) else words.zh)]
    table = Table([Words("项", "item"), Words("内容", "content")], rows, is_sortable=False)
    return Block("figure", title, None, None, table)


def _cells_block(parts: list[dict[str, Any]], count: int, view: View, start: int) -> Block:
    """The contributions, PART at a time; a cell leads to its sheet. count: of all, more than there are parts if these are
    too many."""
    rows = []
    for n, c in enumerate(parts[start : start + PART], start):
        where = f"{c['sheet']}!{c['cell']}" if c["cell"] else Words("未记录", "not recorded")
        rows.append(
            [
                Cell(where, view.with_(at=n) if c["cell"] else None),
                Cell(ROLE.get(c["role"], Words(c["role"], c["role"]))),
                Cell(str(c["weight"])),
                Cell(c["raw"] or ""),
                Cell("" if c["value"] is None else str(c["value"])),
                Cell(f"{c['unit_name'] or ''} {c['unit_code'] or ''}".strip()),
                Cell(c["source_id"] or c["submission_id"]),
                Cell(c["file"]),
            ]
        )
    headers = [
        Words("单元格", "cell"),
        Words("作用", "role"),
        Words("权重", "weight"),
        Words("原始内容", "raw"),
        Words("数值", "value"),
        Words("单位", "unit"),
        Words("报送", "submission"),
        Words("文件", "file"),
    ]
    extra: list[Child] = []
    if len(parts) > PART:
        for s in range(0, len(parts), PART):
            extra += [Link(view.with_(at=s), (f"{s + 1}–{min(s + PART, len(parts))}",)), " "]
    notes = [
        Words(
            f"{count} 个单元格，权重 × 数值之和即为此数。",
            f"{count} cells; the sum of weight × value is the figure.",
        )
    ]
    if count > len(parts):
        zh, en = f"此处列出前 {len(parts)} 个", f"The first {len(parts)} are listed here"
        notes.append(Words(f"{zh}，全部见 jiugai trace。", f"{en}; jiugai trace gives all of them."))
    pages = (node("p", extra, klass="choices"),) if extra else ()
    return Block(
        "cells",
        Words("由哪些单元格构成", "The cells it is made of"),
        None,
        None,
        Table(headers, rows, frozenset({2, 4})),
        tuple(notes),
        extra=pages,
    )


def _square(square: Square, address: str) -> Child:
    classes = [c for c, is_so in (("marked", square.is_marked), ("number", square.is_number)) if is_so]
    attributes = {"class": " ".join(classes), "data-cell": address}
    if square.rows > 1:
        attributes["rowspan"] = str(square.rows)
    if square.columns > 1:
        attributes["colspan"] = str(square.columns)
    if square.formula:
        attributes["title"] = f"={square.formula.lstrip('=')}"
    content: list[Child] = [square.text]
    if square.is_marked:
        content = [node("mark", square.text)]
    return node("td", content, **{k.replace("class", "klass").replace("-", "_"): v for k, v in attributes.items() if v})


def grid_nodes(made: Grid, label: str) -> Child:
    """A grid as a table with row and column headings."""
    heads = [node("th", ""), *(node("th", letter, scope="col") for letter in made.letters)]
    rows = []
    for number, squares in made.rows:
        cells = [
            _square(s, f"{letter}{number}") for letter, s in zip(made.letters, squares, strict=True) if s is not None
        ]
        rows.append(node("tr", node("th", str(number), scope="row"), cells))
    table = node("table", node("thead", node("tr", heads)), node("tbody", rows), klass="sheet")
    return node("div", table, klass="scroll sheetbox", tabindex="0", role="region", aria_label=label)


def _who(reader: Reader, part: dict[str, Any], lang: str) -> list[tuple[Words, str]]:
    register = Register(reader.home)
    try:
        row = register.rows(submissions, submissions.c.submission_id == part["submission_id"])[0]
    finally:
        register.close()
    return [
        (Words("文件", "file"), f"{row['file_name']}"),
        (Words("报送", "submission"), f"{row['submission_id']} v{row['version']}"),
        (Words("报送人", "filed by"), row["filed_by"] or "—"),
        (Words("收到", "received"), one(moment(row["received_at"]), lang)),
    ]


def _sheet_block(
    reader: Reader, part: dict[str, Any], parts: list[dict[str, Any]], originals: Originals, view: View
) -> Block:
    """The sheet of one cell, every cell of the figure in it marked, with what is known of the file."""
    lang = view.lang
    name = f"{part['sheet']}!{part['cell']}"
    title = Words(f"原表 {name}", f"the sheet, {name}")
    marked = [c["cell"] for c in parts if c["cell"] and c["sha256"] == part["sha256"] and c["sheet"] == part["sheet"]]
    facts: list[Child] = []
    for words, text in _who(reader, part, lang):
        facts += [node("span", said(words, lang), " ", text, klass="fact"), node("span", " · ", klass="dot")]
    hashed = node("code", part["sha256"])
    facts.append(node("span", "SHA-256 ", Original(part["sha256"], (hashed,)), klass="fact"))
    extra: list[Child] = [node("p", facts, klass="facts")]
    notes: tuple[Words, ...]
    try:
        sheet = originals.sheet(part["sha256"], part["sheet"])
    except JiugaiError as error:
        return Block("sheet", title, notes=(Words(str(error), str(error)),), extra=tuple(extra))
    if sheet is None:
        return Block(
            "sheet", title, notes=(Words("工作簿里没有这张表", "the workbook has no such sheet"),), extra=tuple(extra)
        )
    made = grid(sheet, marked, part["cell"])
    notes = (
        Words(
            f"标出 {len(marked)} 个单元格；{'全表' if made.is_whole else '只显示其周围，全表到 ' + made.last}。文字照原文件，未作改动。",
            f"cells marked: {len(marked)}; {'the whole sheet' if made.is_whole else 'a window, the sheet ends at ' + made.last}. "
            "The text stands as in the file.",
        ),
    )
    extra.append(grid_nodes(made, name))
    return Block("sheet", title, notes=notes, extra=tuple(extra))


class Traced:
    """One figure with its cells, and the pages that show them: the cells are looked up once for all of its sheets."""

    def __init__(self, reader: Reader, view: View) -> None:
        self.reader = reader
        made = Trace(reader, view.question)
        cells = made.contributions()
        self.parts = list(islice(cells, MOST))
        for _ in cells:  # counted and added up
            pass
        self.answer, self.count, self.sum = made.figure, made.count, made.sum
        self.originals = Originals(reader.home)

    def sheets(self, most: int) -> list[int]:
        """The first cell of every sheet that the cells stand in, by its number."""
        first: dict[tuple[str, str], int] = {}
        for n, part in enumerate(self.parts):
            first.setdefault((part["sha256"], part["sheet"]), n)
        return list(first.values())[:most]

    def page(self, view: View) -> Page:
        """Raises BadView for a cell number that the figure does not have."""
        if view.at and view.at >= self.count:
            raise BadView(f"这个数只有 {self.count} 个单元格", f"the figure has {self.count} cells only", view.lang)
        if view.at and view.at >= len(self.parts):
            zh, en = (
                f"页面只列出前 {MOST} 个单元格，全部见 jiugai trace",
                f"pages show the first {MOST} cells; jiugai trace all",
            )
            raise BadView(zh, en, view.lang)
        title = _title(self.answer, self.reader)
        blocks = [_figure_block(self.reader, self.answer, self.sum, title, view)]
        if self.parts:
            blocks.append(_cells_block(self.parts, self.count, view, view.at // PART * PART))
            part = self.parts[view.at]
            if part["cell"] and self.reader.release is None:
                blocks.append(_sheet_block(self.reader, part, self.parts, self.originals, view))
        question = Words("这个数从哪里来？", "Where does this figure come from?")
        warning = (SAMPLE_WARNING,) if view.sample else ()
        return Page(view, TITLE, question, tuple(blocks), self.reader.as_of, warning)


def page(reader: Reader, view: View) -> Page:
    """The figure that a view names, looked at from one of its cells."""
    if (reader.home / "register.db").is_file():
        return Traced(reader, view).page(view)
    absent = Words("这里没有登记库和原件，不能溯源。", "No register and originals stand here: nothing can be traced.")
    return Page(view, TITLE, absent, (), reader.as_of, (SAMPLE_WARNING,) if view.sample else ())
