"""Bytes to cells with sheet and address. Knows no form, no layout and no rule.

Untrusted files are opened in a child process (reader_process.py). Every library's errors become one UnreadableFile. Of
several files children open the next ones while the caller reads the last.
"""

from __future__ import annotations

import json
import os
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache, partial
from itertools import chain, groupby
from operator import itemgetter
from typing import Any, NamedTuple, TypeGuard

from ingestion.cell_columns import CellColumn
from ingestion.errors import UnreadableFile
from ingestion.long_lists import LongList, columns_told
from ingestion.pipes import LENGTH
from ingestion.reader_process import ReaderProcess, a_reader
from ingestion.units import decimal_of, normalise

MAX_BYTES = 200 << 20
LONG_FILE = 256 << 10  # bytes of a file that a second reader is worth
READERS = min(2, os.cpu_count() or 1)
MOST_CELLS = 3_000_000  # of a list that are made one by one


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
        return _number(self.text) if self.kind == "n" else None

    @property
    def shown(self) -> str:
        """Text for people: a whole number without the `.0` of a double."""
        number = self.number
        return self.text if number is None else format(number, "f")


@lru_cache(maxsize=1 << 14)  # the same few numbers stand in most returns
def _number(text: str) -> Decimal | None:
    return decimal_of(float(text)) if any(c in text for c in ".eE") else Decimal(text)


class Sheet:
    """One sheet. Of a long list the cells are held by column (`columns`), and made one by one where they are asked for."""

    def __init__(
        self,
        name: str,
        visible: bool,
        cells: dict[tuple[int, int], Cell] | None,
        formulas: dict[tuple[int, int], str] | None = None,
        merged: list[tuple[int, int, int, int]] | None = None,
        hidden_rows: frozenset[int] = frozenset(),
        hidden_columns: frozenset[int] = frozenset(),
        cut_at: tuple[int, int] | None = None,
        columns: Sequence[CellColumn] = (),
        frame: Sheet | None = None,
        own: dict[tuple[int, int], Cell] | None = None,
    ) -> None:
        self.name, self.visible = name, visible
        self.formulas, self.merged = formulas or {}, merged or []
        self.hidden_rows, self.hidden_columns = hidden_rows, hidden_columns
        self.cut_at = cut_at  # a cell in the last row or column there is, or of a line without an end
        self.columns = columns
        self._beside: dict[tuple[int, int], Cell] | None = cells
        self.frame = frame  # what sheets of one blank share
        self.own = own or {}  # cells that are not the frame's
        self._all: dict[tuple[int, int], Cell] | None = None if columns or frame else cells
        self._tops: dict[int, dict[tuple[int, int], Cell]] = {}

    @property
    def beside(self) -> dict[tuple[int, int], Cell]:
        """The cells that are not in `columns`: all of a sheet that is no list. Of a sheet on a frame in no order."""
        if self._beside is None:
            assert self.frame
            self._beside = self.frame.beside | self.own if self.own else self.frame.beside
        return self._beside

    @property
    def cells(self) -> dict[tuple[int, int], Cell]:
        """All that are not empty, row by row. Raises UnreadableFile where they are a list too long for it."""
        if self._all is None and self.columns and self.count > MOST_CELLS:
            raise _unreadable("too_large", f"{self.count} 格")
        if self._all is None and self.frame:
            self._all = dict(sorted(self.beside.items()))
        elif self._all is None:
            self._all = {
                (c.row, c.column): c for row in range(1, self._rows + 1) for c in self._listed(row)
            } | self.beside
        return self._all

    def let_go(self) -> None:
        """Of a list hold the columns alone, of a sheet on a frame its own cells."""
        if self.columns or self.frame:
            self._all = None
        if self.frame:
            self._beside = None

    @property
    def is_empty(self) -> bool:
        return not self.columns and not self.beside

    @property
    def count(self) -> int:
        """How many cells are not empty."""
        return len(self.beside) + sum(len(c.codes) - c.codes.count(0) for c in self.columns)

    @property
    def _rows(self) -> int:
        return max((len(c.codes) for c in self.columns), default=0)

    def _listed(self, row: int) -> Iterator[Cell]:
        """The cells of one row of a list."""
        for column in self.columns:
            held = column.at(row)
            if held:
                yield Cell(row, column.number, *held)

    def row(self, row: int) -> dict[int, Cell]:
        """One row of a list, by column."""
        return {c.column: c for c in (*self._listed(row), *self._beside_by_row.get(row, ()))}

    @cached_property
    def _beside_by_row(self) -> dict[int, list[Cell]]:
        rows: dict[int, list[Cell]] = {}
        for cell in self.beside.values():
            rows.setdefault(cell.row, []).append(cell)
        return rows

    def in_column(self, number: int, is_wanted: Callable[[str, str], bool]) -> Iterator[Cell]:
        """The cells of one column of which kind and text are wanted: of a list top down, then those beside it."""
        for column in self.columns:
            if column.number == number:
                said = zip(column.kinds, column.texts, strict=True)
                codes = {n for n, (kind, text) in enumerate(said, 1) if is_wanted(kind, text)}
                found = ((row, code) for row, code in enumerate(column.codes, 1) if code in codes) if codes else ()
                yield from (Cell(row, number, column.kinds[n - 1], column.texts[n - 1]) for row, n in found)
        yield from (c for c in self.beside.values() if c.column == number and is_wanted(c.kind, c.text))

    @property
    def column_numbers(self) -> set[int]:
        """Columns in which something stands."""
        return {c.number for c in self.columns} | {column for _, column in self.beside}

    def top(self, last_row: int) -> dict[tuple[int, int], Cell]:
        """The cells down to a row, in the order of `cells`."""
        if self.frame is None:
            return self.in_rows(range(1, last_row + 1))
        own = {place: cell for place, cell in self.own.items() if place[0] <= last_row}
        shared = self.frame.shared_top(last_row)
        return dict(sorted((shared | own).items())) if own else shared

    def shared_top(self, last_row: int) -> dict[tuple[int, int], Cell]:
        """Of a frame `top`, made once for all sheets on it."""
        if last_row not in self._tops:
            self._tops[last_row] = self.top(last_row)
        return self._tops[last_row]

    def in_rows(self, rows: Sequence[int]) -> dict[tuple[int, int], Cell]:
        """The cells of some rows, which are given top down, in the order of `cells`. Raises UnreadableFile as they do."""
        if len(rows) * len(self.columns) > MOST_CELLS and self.count > MOST_CELLS:
            raise _unreadable("too_large", f"{self.count} 格")
        wanted = rows if isinstance(rows, range) else set(rows)
        last = self._rows
        listed = {(c.row, c.column): c for row in rows if row <= last for c in self._listed(row)}
        beside = self.beside if self.columns else self.cells
        return listed | {place: cell for place, cell in beside.items() if place[0] in wanted}

    def filled(self) -> Iterator[list[Cell]]:
        """The cells of each row that has any, from the top, from left to right."""
        if not self.columns:
            for _, places in groupby(sorted(self.beside), key=lambda place: place[0]):
                yield [self.beside[place] for place in places]
            return
        for row in range(1, max(self._rows, *(r for r, _ in self.beside), 0) + 1):
            if cells := self.row(row):
                yield [cells[column] for column in sorted(cells)]

    def at(self, row: int, column: int) -> Cell | None:
        found = self.beside.get((row, column))
        if found is None and self.columns:
            found = next((c for c in self._listed(row) if c.column == column), None)
        return found

    def text(self, row: int, column: int) -> str:
        """Content at a place; a place inside a merged range answers with the content of its first cell."""
        cell = self.at(row, column)
        if cell:
            return cell.text
        for r1, c1, r2, c2 in self.merged:
            if r1 <= row <= r2 and c1 <= column <= c2:
                first = self.at(r1, c1)
                return first.text if first else ""
        return ""

    def find(self, wanted: str) -> Cell | None:
        """First cell, in reading order, whose text is `wanted` (spaces and width ignored)."""
        target = normalise(wanted)
        return next((c for row in self.filled() for c in row if normalise(c.text) == target), None)

    @cached_property
    def last_row(self) -> int:
        return max((*(c.last_row for c in self.columns), max(self.beside, default=(0, 0))[0]))

    @cached_property
    def last_column(self) -> int:
        return max((*(c.number for c in self.columns), *map(itemgetter(1), self.beside)), default=0)


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

    @property
    def is_light(self) -> bool:
        """Whether it takes little room once it let go: it is a list, held by column, or its sheets are on frames."""
        return any(s.columns for s in self.sheets) or all(s.frame for s in self.sheets)

    def let_go(self) -> None:
        """Hold as little as cells can be made from again that somebody asks for."""
        for sheet in self.sheets:
            sheet.let_go()


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


_CELL = partial(tuple.__new__, Cell)  # of a tuple, without the time that a call of the class takes


def _book(parts: Iterator[bytes | bytearray | None], known: dict[int, Sheet]) -> Workbook:
    """parts: of the child's answer; known: the frames that it told before; gets those that it tells now."""
    answer, codes = _told(next(parts))
    sheets = []
    long: dict[int, LongList] = {}
    for n, raw in enumerate(answer["sheets"]):
        by_column, codes = columns_told(raw["columns"], int(raw["rows"]), codes)
        sheets.append(_sheet(raw, by_column, known))
        if raw.get("is_long"):
            long[n] = LongList()
    for part in parts:
        told, codes = _told(part)
        long[told["sheet"]].add(told, codes)
    for n, held in long.items():
        sheets[n] = _long_sheet(sheets[n], held)
    facts = {name: bool(answer[name]) for name in ("has_macros", "has_links", "from_1904", "shows_facts")}
    return Workbook(sheets, kind=str(answer["kind"]), **facts)


def _told(said: bytes | bytearray | None) -> tuple[dict[str, Any], memoryview]:
    """What the JSON of a part says, and the codes behind it. Raises UnreadableFile."""
    if said is None:
        raise _unreadable("aborted", "读取中止")
    size = int.from_bytes(said[:LENGTH], "big")
    answer: dict[str, Any] = json.loads(said[LENGTH : LENGTH + size])
    if fault := answer.get("fault"):
        raise _unreadable(str(fault), str(answer.get("detail")))
    return answer, memoryview(said)[LENGTH + size :]


def _long_sheet(sheet: Sheet, held: LongList) -> Sheet:
    """A sheet of which its name was told first, and the rest in parts."""
    columns, told = held.columns(), held.told
    by_number = {c.number: c for c in columns}
    beside = {
        (row, column): Cell(row, column, kind, text)
        for row, numbers, kinds, texts in told.get("errors", ())
        for column, kind, text in zip(numbers, kinds, texts, strict=True)
        if column not in by_number or by_number[column].at(row) is None
    }
    hidden_rows, hidden_columns = map(frozenset, told.get("hidden", ((), ())))
    return Sheet(
        sheet.name, sheet.visible, beside, {(r, c): text for r, c, text in told.get("formulas", ())},
        [tuple(m) for m in told.get("merged", ())], hidden_rows, hidden_columns, tuple(told.get("cut", ())) or None, columns,
    )  # fmt: skip


def _sheet(raw: dict[str, Any], by_column: list[CellColumn], known: dict[int, Sheet]) -> Sheet:
    if raw.get("is_like"):
        return _on_frame(known[raw["frame"]], _cells(*raw["cells"]))
    cells: dict[tuple[int, int], Cell] = {}
    for row, columns, kinds, texts in raw["cells"]:
        cells |= _cells([row] * len(columns), columns, kinds, texts)
    formulas = {(r, c): text for r, c, text in raw["formulas"]}
    hidden_rows, hidden_columns = map(frozenset, raw["hidden"])
    merged = [tuple(m) for m in raw["merged"]]
    cut = tuple(raw["cut"]) or None
    made = partial(
        Sheet, raw["name"], raw["visible"], formulas=formulas, merged=merged, hidden_rows=hidden_rows,
        hidden_columns=hidden_columns, cut_at=cut, columns=by_column,
    )  # fmt: skip
    if "frame" not in raw:
        return made(cells)
    frame = known[raw["frame"]] = made({place: cell for place, cell in cells.items() if cell.kind != "n"})
    return _on_frame(frame, {place: cell for place, cell in cells.items() if cell.kind == "n"})


def _cells(
    rows: Sequence[int], columns: Sequence[int], kinds: Sequence[str], texts: Sequence[str]
) -> dict[tuple[int, int], Cell]:
    made = map(_CELL, zip(rows, columns, kinds, texts, strict=True))
    return dict(zip(zip(rows, columns, strict=True), made, strict=True))


def _on_frame(frame: Sheet, own: dict[tuple[int, int], Cell]) -> Sheet:
    hidden = frame.hidden_rows, frame.hidden_columns
    return Sheet(frame.name, frame.visible, None, frame.formulas, frame.merged, *hidden, frame.cut_at, (), frame, own)


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

    A child opens the next files while the caller has this one, as many as its pipe holds; of long files a second child the
    one behind: to open one takes longer than to read what it says. No thread does that: it would wait for its turn in the
    interpreter longer than a small file takes.
    """
    with ExitStack() as stack:
        readers = [stack.enter_context(a_reader())]
        ahead: deque[tuple[ReaderProcess, UnreadableFile | None]] = deque()  # in the order of the files

        def take() -> Callable[[], Workbook | UnreadableFile]:
            """An answer, to be looked at when the child has something to do; one that comes in parts is, as they come."""
            child, refused = ahead.popleft()
            if refused is not None:
                return lambda: refused
            parts = child.take()
            said = chain([next(parts)], parts)
            looked = partial(_outcome, said, child.known)
            if child.has_more:
                found = looked()
                return lambda: found
            return looked

        for data in files:
            done, child = [], readers[0]
            if len(data) >= LONG_FILE:
                while len(ahead) >= READERS:
                    done.append(take())
                idle = [r for r in readers if not r.is_asked]
                child = idle[0] if idle else stack.enter_context(a_reader())
                readers += [] if idle else [child]
            while ahead and not child.has_room(data):
                done.append(take())
            refused = _refusal(data)
            if refused is None:
                child.give(data)
            ahead.append((child, refused))
            yield from [look() for look in done]
        while ahead:
            yield take()()


def _outcome(parts: Iterator[bytes | bytearray | None], known: dict[int, Sheet]) -> Workbook | UnreadableFile:
    try:
        return _book(parts, known)
    except UnreadableFile as fault:
        return fault
