"""The workbook that goes back: one sheet to work from, a copy of the return with its cells marked, reasons to choose from.

Each finding links to its cell in the copy. Reasons and words are filled in here and the workbook is sent back: it is read
as explanations (ingestion.replies, quality.replies). Not here: the list of findings of a check (reports.py).
"""

from __future__ import annotations

import io
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.color import Color
from xlsxwriter.exceptions import OverlappingRange

from ingestion.archive import Archive, write_all_whole
from ingestion.catalogue import Catalogue, catalogue
from ingestion.errors import UnreadableFile
from ingestion.helper import a_helper
from ingestion.model import Finding, gravest_first
from ingestion.outputs import WORKBOOK_CREATED, WORKBOOK_OPTIONS, is_exact
from ingestion.replies import CELL, REASON, REPLY_SHEET, RULE, SUBMISSION, TEXT, WORK_SHEET
from ingestion.returns import META_SHEET
from ingestion.workbook import Cell, Sheet, Workbook, is_address, read_workbooks, split_address
from quality.check import reasons_of, rules_to_explain
from quality.reports import COLORS, FONT, HEAD_COLOR, LEVELS, LINE, VERDICTS, fit_to_a4, halves, lines_of
from quality.suggestions import cells_to_check

COLUMNS = ("级别", RULE, "工作表", CELL, "问题与办法", "所填", "应为", "可一并核对", REASON, TEXT, "English")
WIDTHS = (18, 9, 16, 8, 52, 14, 24, 16, 20, 26, 46)  # in halves of a Chinese character; the last column is not printed
HOW = "须说明的（黄格）：选一个原因代码，必要时写说明，把本工作簿发回即可；同一规则填一行就行。须更正的：改原表后重报，副本只供对照。"
COPY_CELLS = 20_000  # of a sheet; a larger list keeps its head and the rows with findings
HEAD_ROWS = 30
TOGETHER = 50  # answers
MANY = 16  # answers that are worth a second process, which is given …
SHARE, AHEAD, LAST_AHEAD = 4, 8, 2  # … so many at a time, and so many shares ahead: at first, and once we write too
LINK_COLOR, INPUT_COLOR, EDGE_COLOR = Color(0x0563C1), Color(0xFFF2CC), Color(0xBFBFBF)


def place_of(home: Path, submission_id: str) -> Path:
    return home / "answers" / f"{submission_id}.xlsx"


@dataclass(frozen=True)
class Answer:
    """What goes back to one submission. row: of the register. places: its column map (field → sheet and cell or column
    letters). note: who returned it, and why. original: the return as it was read, None where it has to be read again."""

    row: Mapping[str, Any]
    found: Sequence[Finding]
    places: Mapping[str, Sequence[str]]
    note: str | None = None
    original: Workbook | None = None


def write_answers(home: Path, answers: Sequence[Answer]) -> None:
    """The answers to submissions of a home, each with a copy of its archived original. They are put on the disk so many
    at a time; of a run that is killed the rest are missing, and none is half there."""
    archive = Archive(home)
    again = read_workbooks(archive.read(answer.row["sha256"]) for answer in answers if answer.original is None)
    originals = ((answer, answer.original or next(again)) for answer in answers)
    made = (
        (
            place_of(home, answer.row["submission_id"]),
            answer_book(answer, None if isinstance(book, UnreadableFile) else book),
        )
        for answer, book in originals
    )
    while some := dict(islice(made, TOGETHER)):
        write_all_whole(some)


@contextmanager
def writing_answers(home: Path, answers: Sequence[Answer]) -> Iterator[None]:
    """Have answers written while something else is done, where they are many; all lie on the disk at the end."""
    left = deque(answers[n : n + SHARE] for n in range(0, len(answers), SHARE))
    with a_helper(len(answers) >= MANY) as helper:
        while left and helper.waiting < AHEAD:
            helper.give(write_answers, home, left.popleft())
        yield
        while left:
            if helper.waiting < LAST_AHEAD:
                helper.give(write_answers, home, left.popleft())
            else:
                write_answers(home, left.popleft())


def answer_book(answer: Answer, original: Workbook | None) -> bytes:
    """The workbook of an answer; the same input gives the same bytes.

    original: the return as it was read, None where it cannot be opened.
    """
    row, found = answer.row, answer.found
    book_of_rules = catalogue()
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, WORKBOOK_OPTIONS)
    book.set_properties({"created": WORKBOOK_CREATED})
    work = _Work(book, row, book_of_rules)
    copies = _names(original)
    work.write(gravest_first(found), answer.places, copies, answer.note)
    for sheet in original.sheets if original else []:
        if sheet.name in copies:
            _copy(book, sheet, copies[sheet.name], [f for f in found if f.sheet == sheet.name])
    hidden = book.add_worksheet(REPLY_SHEET)
    for n, pair in enumerate(((SUBMISSION, row["submission_id"]), ("sha256", row["sha256"]))):
        hidden.write_row(n, 0, pair)
    hidden.hide()
    book.close()
    return buffer.getvalue()


def _names(original: Workbook | None) -> dict[str, str]:
    """Sheets that are copied, under names that a workbook may have."""
    found: dict[str, str] = {}
    taken = {WORK_SHEET.casefold(), REPLY_SHEET}
    for sheet in original.sheets if original else []:
        if sheet.name == META_SHEET or sheet.is_empty:
            continue
        name = re.sub(r"[\[\]:*?/\\]", "_", sheet.name).strip("'")[:27] or "Sheet"
        while name.casefold() in taken:
            name += "_"
        taken.add(name.casefold())
        found[sheet.name] = name
    return found


class _Work:
    """The sheet to work from."""

    def __init__(self, book: Any, row: Mapping[str, Any], rules: Catalogue) -> None:
        self.row, self.rules = row, rules
        self.sheet = book.add_worksheet(WORK_SHEET)
        cell = {"text_wrap": True, "valign": "top", "border": 1, "font_name": FONT}
        self.cell = book.add_format(cell)
        self.head = book.add_format({**cell, "bold": True, "bg_color": HEAD_COLOR})
        self.title = book.add_format({"bold": True, "font_size": 14, "font_name": FONT})
        self.plain = book.add_format({"font_name": FONT})
        self.link = book.add_format({**cell, "font_color": LINK_COLOR, "underline": 1})
        self.input = book.add_format({**cell, "bg_color": INPUT_COLOR, "locked": False})
        self.levels = {k: book.add_format({**cell, "bg_color": c}) for k, c in COLORS.items()}

    def write(
        self, found: Sequence[Finding], places: Mapping[str, Sequence[str]], copies: Mapping[str, str], note: str | None
    ) -> None:
        sheet, row = self.sheet, self.row
        asked = rules_to_explain(found, row["form"], self.rules)
        sheet.write_string(0, 0, "审核结果 Audit findings", self.title)
        verdict = VERDICTS.get(row["status"], row["status"])
        lines = [f"文件：{row['file_name']}　报送：{row['submission_id']}　结论：{verdict}"]
        lines += [f"退回意见 Returned by {note}"] if note else []
        lines.append(HOW)
        for n, text in enumerate(lines, start=1):
            sheet.write_string(n, 0, text, self.plain)
        head = len(lines) + 1
        sheet.write_row(head, 0, COLUMNS, self.head)
        last = head
        for last, f in enumerate(found, start=head + 1):
            self._finding(last, f, asked, places, copies)
        if not found:
            sheet.write_string(head + 1, 0, "没有发现问题", self.plain)
        if asked:
            last = self._reasons(last + 2)
        sheet.freeze_panes(head + 1, 0)
        sheet.protect("", {"format_columns": True, "format_rows": True, "autofilter": True})
        fit_to_a4(sheet, last + 1, WIDTHS)

    def _finding(
        self, at: int, f: Finding, asked: Sequence[str], places: Mapping[str, Sequence[str]], copies: Mapping[str, str]
    ) -> None:
        expected = "" if f.severity == "cannot_tell" else f.expected or ""  # nothing to do, so no hint either
        also = "" if f.severity == "cannot_tell" else cells_to_check(f, self.row["form"], places, self.rules)
        wants = f.severity == "warning" and f.rule in asked
        texts = [LEVELS[f.severity], f.rule, f.sheet or "", f.cell or "", f.message_zh, f.found or "", expected, also]
        texts += ["", "", f.message_en]
        for column, text in enumerate(texts):
            self.sheet.write_string(at, column, text, self.levels[f.severity] if column == 0 else self.cell)
        if f.cell and f.sheet and f.sheet in copies:
            target = copies[f.sheet].replace("'", "''")
            self.sheet.write_url(at, 3, f"internal:'{target}'!{f.cell}", self.link, f.cell, "看副本中的这一格")
        if wants:
            for name in (REASON, TEXT):
                self.sheet.write_blank(at, COLUMNS.index(name), None, self.input)
            column = COLUMNS.index(REASON)
            self.sheet.data_validation(
                at, column, at, column,
                {"validate": "list", "source": self._choices(f.rule), "error_type": "warning", "error_title": REASON,
                 "error_message": "请从列表中选一个原因代码"},
            )  # fmt: skip
        # said, since not every program fits a row to its wrapped text on opening
        self.sheet.set_row(at, LINE * max(lines_of(t, w) for t, w in zip(texts, WIDTHS, strict=True)))

    def _choices(self, rule: str) -> list[str]:
        """The reasons that answer a rule, as the list of its cell shows them."""
        reasons = self.rules.codelist("explain_reasons")
        return [f"{code} {reasons[code]['name_zh']}" for code in reasons_of(rule, self.rules)]

    def _reasons(self, at: int) -> int:
        """The reason codes, below the findings. Returns the last row."""
        sheet = self.sheet
        reasons = self.rules.codelist("explain_reasons")
        sheet.write_string(at, 0, "代码", self.head)
        sheet.merge_range(at, 1, at, 3, "原因", self.head)
        sheet.write_string(at, 4, "Reason", self.head)
        for n, (code, reason) in enumerate(reasons.items(), start=at + 1):
            sheet.write_string(n, 0, code, self.cell)
            sheet.merge_range(n, 1, n, 3, reason["name_zh"], self.cell)
            sheet.write_string(n, 4, reason["name_en"], self.cell)
        return at + len(reasons)


def _copy(book: Any, sheet: Sheet, name: str, found: Iterable[Finding]) -> None:
    """One sheet of the return as it was read, the cells of findings coloured and with a note of what was found."""
    page = book.add_worksheet(name)
    base = {"font_name": FONT, "font_size": 10, "valign": "vcenter", "border": 1, "border_color": EDGE_COLOR}
    plain = book.add_format(base)
    colours = {k: book.add_format({**base, "bg_color": c, "bold": True}) for k, c in COLORS.items()}
    marks: dict[tuple[int, int], list[Finding]] = {}
    for f in found:
        if is_address(f.cell) and f.severity != "cannot_tell":
            marks.setdefault(split_address(f.cell), []).append(f)
    kept = {row for row, _ in marks}
    whole = sheet.count <= COPY_CELLS
    cells = sheet.cells if whole else sheet.in_rows(sorted({*range(1, HEAD_ROWS + 1), *kept}))
    for top, left, bottom, right in sheet.merged:
        if whole or top <= HEAD_ROWS:
            try:
                page.merge_range(top - 1, left - 1, bottom - 1, right - 1, "", plain)
            except OverlappingRange:
                continue
    widths: dict[int, int] = {}
    merged = {(top, left) for top, left, _, right in sheet.merged if right > left}
    for place in sorted(cells.keys() | marks.keys()):
        row, column = place
        cell, said = cells.get(place), marks.get(place, [])
        _put(page, row - 1, column - 1, cell, colours[gravest_first(said)[0].severity] if said else plain)
        if said:
            words = "\n".join(f"{f.rule}：{f.message_zh}" for f in said)
            page.write_comment(row - 1, column - 1, words, {"width": 300, "height": 20 + 17 * lines_of(words, 44)})
        if cell and place not in merged:
            widths[column] = max(widths.get(column, 0), halves(cell.shown))
    for column, width in widths.items():
        page.set_column(column - 1, column - 1, min(max(width + 2, 8), 40))
    page.protect("", {"format_columns": True, "format_rows": True})


def _put(page: Any, row: int, column: int, cell: Cell | None, style: Any) -> None:
    if cell is None:
        page.write_blank(row, column, None, style)
        return
    number: Decimal | None = cell.number
    if number is not None and is_exact(number):
        page.write_number(row, column, float(number), style)
    else:
        page.write_string(row, column, cell.shown, style)
