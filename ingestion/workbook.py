"""Bytes to cells with sheet and address. Knows no form, no layout and no rule.

Untrusted files are opened in a child process (reader_child.py) under memory and CPU limits; a child is kept and
replaced when a file kills it. Every library's errors become one UnreadableFile. Of several files the child opens the
next ones while the caller reads the last.
"""

from __future__ import annotations

import atexit
import json
import re
import selectors
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, NamedTuple, TypeGuard

from ingestion.errors import UnreadableFile
from ingestion.units import decimal_of, normalise

MAX_BYTES = 50 << 20
TIMEOUT_SECONDS = 60


class Cell(NamedTuple):
    """One non-empty cell. kind: n number, s text, d date, b boolean, e error. text is the raw content.

    A tuple, as a file has millions of them.
    """

    row: int
    column: int
    kind: str
    text: str

    @property
    def address(self) -> str:
        return f"{column_letters(self.column)}{self.row}"

    @property
    def number(self) -> Decimal | None:
        """The exact number of a numeric cell; None for text (text never becomes a number here)."""
        if self.kind != "n":
            return None
        return decimal_of(float(self.text)) if any(c in self.text for c in ".eE") else Decimal(self.text)

    @property
    def shown(self) -> str:
        """Text for people: a whole number without the `.0` of a double."""
        number = self.number
        return self.text if number is None else format(number, "f")


@dataclass
class Sheet:
    name: str
    visible: bool
    cells: dict[tuple[int, int], Cell]
    formulas: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    cut_at: tuple[int, int] | None = None  # a cell in the last row or column there is, or of a line without an end

    def at(self, row: int, column: int) -> Cell | None:
        return self.cells.get((row, column))

    def text(self, row: int, column: int) -> str:
        """Content at a place; a place inside a merged range answers with the content of its first cell."""
        cell = self.cells.get((row, column))
        if cell:
            return cell.text
        for r1, c1, r2, c2 in self.merged:
            if r1 <= row <= r2 and c1 <= column <= c2:
                first = self.cells.get((r1, c1))
                return first.text if first else ""
        return ""

    def find(self, wanted: str) -> Cell | None:
        """First cell, in reading order, whose text is `wanted` (spaces and width ignored)."""
        target = normalise(wanted)
        for key in sorted(self.cells):
            if normalise(self.cells[key].text) == target:
                return self.cells[key]
        return None

    @property
    def last_row(self) -> int:
        return max((r for r, _ in self.cells), default=0)

    @property
    def last_column(self) -> int:
        return max((c for _, c in self.cells), default=0)


@dataclass
class Workbook:
    sheets: list[Sheet]
    has_macros: bool
    has_links: bool = False  # to other workbooks
    kind: str = "xlsx"  # xlsx (xlsm too) | ods | xls (et too) | xlsb | text
    from_1904: bool = False  # days are counted from 1904, as old Macintoshes did
    shows_facts: bool = True  # whether formulas, error values and hidden rows and columns are known

    def sheet(self, name: str) -> Sheet | None:
        return next((s for s in self.sheets if s.name == name), None)


@lru_cache(maxsize=1 << 14)
def column_letters(column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def is_address(text: str | None) -> TypeGuard[str]:
    """Whether it names one cell (C7), and not a column alone or nothing."""
    return text is not None and re.fullmatch(r"[A-Z]{1,3}[0-9]+", text) is not None


def split_address(address: str) -> tuple[int, int]:
    """`C7` → (7, 3)."""
    hit = re.fullmatch(r"([A-Z]+)([0-9]+)", address)
    if not hit:
        raise ValueError(f"not a cell address: {address}")
    column = 0
    for letter in hit[1]:
        column = column * 26 + ord(letter) - 64
    return int(hit[2]), column


class _Child:
    """A kept reader process. What it is given has to be taken before it is given the next file."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.is_asked = False

    def _start(self) -> subprocess.Popen[bytes]:
        root = Path(__file__).resolve().parent.parent
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ingestion.reader_child"],
            cwd=root,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        return self.process

    def give(self, data: bytes) -> None:
        process = self.process if self.process and self.process.poll() is None else self._start()
        assert process.stdin
        self.is_asked = True
        with suppress(OSError):  # it died meanwhile: `take` says so
            process.stdin.write(len(data).to_bytes(8, "big") + data)
            process.stdin.flush()

    def take(self) -> bytes | None:
        """The child's answer, or None when the file killed it or it did not answer in time."""
        assert self.process and self.process.stdout
        try:
            answer = _read_answer(self.process.stdout)
        except OSError:
            answer = None
        if answer is None:
            self.stop()
        self.is_asked = False
        return answer

    def stop(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            for pipe in (self.process.stdin, self.process.stdout):
                if pipe:
                    with suppress(OSError):  # what it was not given any more
                        pipe.close()
            self.process = None


def _read_answer(stdout: IO[bytes]) -> bytes | None:
    """A length and so many bytes; None where they do not all come."""
    with selectors.DefaultSelector() as selector:
        selector.register(stdout, selectors.EVENT_READ)
        size = int.from_bytes(stdout.read(8), "big") if selector.select(TIMEOUT_SECONDS) else 0
    answer = stdout.read(size)
    return answer if size and len(answer) == size else None


_idle: list[_Child] = []  # each reader takes one for itself, so that readers never wait for each other


@contextmanager
def _a_child() -> Iterator[_Child]:
    try:
        child = _idle.pop()
    except IndexError:
        child = _Child()
    try:
        yield child
    finally:
        if child.is_asked:  # and nobody took the answer
            child.stop()
            child.is_asked = False
        _idle.append(child)


@atexit.register
def _stop_all() -> None:
    for child in _idle:
        child.stop()


_SAVE_AGAIN = "请用 Excel 或 WPS 打开后“另存为 xlsx”再报"
_FAULTS = {  # code, most of them of the child → rule, what to do, in English, what was expected
    "empty": (
        "FLF-001", "文件是空的（0 字节），请重新导出后再报", "the file is empty (0 bytes); export it again", "xlsx",
    ),
    "html": (
        "FLF-004", "这是网页另存的文件，不是工作簿；请用 Excel 或 WPS 打开后“另存为 xlsx”",
        "this is an HTML page named as a workbook; save it as xlsx", "xlsx",
    ),
    "aborted": (
        "FLF-005", "工作簿使读取程序中止（常因末尾单元格 XFD1048576 有内容，或内容过多）；请把数据复制到新工作簿后再报",
        "the workbook aborted the reader (content in XFD1048576, or far too much); copy the data to a new workbook", "可读取的工作簿",
    ),
    "too_large": (
        "FLF-006", "工作簿展开后过大，请把数据复制到新工作簿后再报",
        "the workbook is too large when unpacked; copy the data to a new one", "较小的工作簿",
    ),
    "broken": (
        "FLF-002", f"工作簿已损坏或不是工作簿；请重新导出，或{_SAVE_AGAIN[1:]}",
        "the workbook is broken or not a workbook; export it again or save it as xlsx", "xlsx（或 xls、ods、et、csv）",
    ),
    "password": (
        "FLF-003", "工作簿设有打开密码，请去掉密码后再报", "the workbook is password-protected; remove the password", "无密码的 xlsx",
    ),
    "not_text": (
        "FLF-002", f"不是工作簿，也不是分隔文本；{_SAVE_AGAIN}", "neither a workbook nor separated text; save it as xlsx",
        "xlsx（或 xls、ods、et、csv）",
    ),
    "encoding": (
        "FLF-008", f"文字编码无法识别（应为 UTF-8、UTF-16 或 GBK/GB18030）；{_SAVE_AGAIN}",
        "the encoding is not UTF-8, UTF-16 or GB18030; save it as xlsx", "UTF-8、UTF-16 或 GB18030",
    ),
    "damaged": (
        "FLF-008", f"文字有丢失的字节，读出来会是乱码，未读取；请重新导出，或{_SAVE_AGAIN[1:]}",
        "bytes of the text are lost; export it again or save it as xlsx", "完整的文本",
    ),
    "separator": (
        "FLF-009", f"分隔文本不完整（引号未配对，或一格过长）；{_SAVE_AGAIN}",
        "the separated text is cut off: a quote has no end, or a field is too long; save it as xlsx", "完整的 csv",
    ),
}  # fmt: skip


def _unreadable(code: str, found: str) -> UnreadableFile:
    rule, zh, en, expected = _FAULTS[code]
    return UnreadableFile(rule, zh, en, found, expected)


def _refusal(data: bytes) -> UnreadableFile | None:
    """Why a file is not given to the child, where a look at its bytes is enough."""
    if not data:
        return _unreadable("empty", "0 字节")
    if len(data) > MAX_BYTES:
        return UnreadableFile(
            "FLF-006",
            f"文件过大（{len(data) >> 20} MB），请只报一张表",
            "the file is too large; file one form only",
            f"{len(data)} 字节",
            f"≤ {MAX_BYTES} 字节",
        )
    if data[:4] == b"\xd0\xcf\x11\xe0" and "EncryptedPackage".encode("utf-16-le") in data:
        return _unreadable("password", "加密工作簿")
    if data.lstrip()[:1] == b"<":
        return _unreadable("html", "HTML")
    return None


def _book(said: bytes | None) -> Workbook:
    if said is None:
        raise _unreadable("aborted", "读取中止")
    answer: dict[str, Any] = json.loads(said)
    if fault := answer.get("fault"):
        raise _unreadable(str(fault), str(answer.get("detail")))
    sheets = []
    for raw in answer["sheets"]:
        cells = {
            (row, column): Cell(row, column, kind, text)
            for row, columns, kinds, texts in raw["cells"]
            for column, kind, text in zip(columns, kinds, texts, strict=True)
        }
        formulas = {(r, c): text for r, c, text in raw["formulas"]}
        rows, columns = map(frozenset, raw["hidden"])
        merged = [tuple(m) for m in raw["merged"]]
        sheets.append(
            Sheet(raw["name"], raw["visible"], cells, formulas, merged, rows, columns, tuple(raw["cut"]) or None)
        )
    facts = {name: bool(answer[name]) for name in ("has_macros", "has_links", "from_1904", "shows_facts")}
    return Workbook(sheets, kind=str(answer["kind"]), **facts)


def read_workbook(data: bytes) -> Workbook:
    """All non-empty cells of a workbook, by content and never by file name.

    Raises: UnreadableFile with the rule id of the finding (FLF-…) and what to do.
    """
    [found] = read_workbooks([data])
    if isinstance(found, UnreadableFile):
        raise found
    return found


def read_workbooks(files: Iterable[bytes]) -> Iterator[Workbook | UnreadableFile]:
    """As `read_workbook` of each, in order, with the fault in place of a file that cannot be read.

    The child opens the next file while the caller has this one. No thread does that: it would wait for its turn in the
    interpreter longer than a small file takes.
    """
    rest = iter(files)
    first = next(rest, None)
    if first is None:
        return
    with _a_child() as child:
        refused = _given(child, first)
        for data in rest:
            answer = refused or child.take()
            refused = _given(child, data)
            yield _outcome(answer)
        yield _outcome(refused or child.take())


def _given(child: _Child, data: bytes) -> UnreadableFile | None:
    """Give a file to the child, or say why not."""
    refused = _refusal(data)
    if refused is None:
        child.give(data)
    return refused


def _outcome(answer: UnreadableFile | bytes | None) -> Workbook | UnreadableFile:
    if isinstance(answer, UnreadableFile):
        return answer
    try:
        return _book(answer)
    except UnreadableFile as fault:
        return fault
