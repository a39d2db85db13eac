"""Comma- and tab-separated text → rows of text, one by one. Runs in the reader's child; knows no form.

Which encoding a text is in is decided by strict decoding in a fixed order, never by likelihood: what two of them would
give differently is damaged text, and that is refused.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator

FIELD_LIMIT = 1 << 20
MAX_CELLS = 3_000_000  # of a file that is held whole. Four times as many fill the memory
TEXT_SHEET = "CSV"  # what the one sheet of a text is called
SEPARATORS = ",\t;"
SAMPLE = 1 << 20  # characters that the separator is told by
MARKS = [(codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")]
_QUOTED = re.compile(r'"[^"]*"')
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# a number that is written out whole: not a code with a leading zero, nothing with more digits than a sheet keeps
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,8})?")


class OpeningFault(Exception):
    """Why a file is not opened. code: a key of the answers in workbook.py; detail: what was found."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


def decoded(data: bytes) -> tuple[str, str]:
    """The text of a file and its encoding. Raises OpeningFault where none fits, or one fits that would make damaged text
    look whole."""
    for mark, name in MARKS:
        if data.startswith(mark):
            try:
                return data.decode(name), name
            except UnicodeDecodeError as error:
                raise OpeningFault("damaged", f"{name} {error.start}") from error
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        # GB18030 reads nearly anything: a text of UTF-8 that lost a byte would come out as other characters
        whole = data.decode("utf-8", errors="replace")
        lost = whole.count("\ufffd")
        if sum(c > "\u2e80" and c != "\ufffd" for c in whole) > 3 * lost:
            raise OpeningFault("damaged", f"utf-8 {error.start}") from error
    try:
        return data.decode("gb18030"), "gb18030"
    except UnicodeDecodeError as error:
        raise OpeningFault("encoding", f"{error.start}") from error


def _separator(text: str) -> str:
    """The one that most lines hold equally often, quoted cells aside. Lines without any are a list of one column."""
    lines = [line for line in _QUOTED.sub("-", text[:SAMPLE]).splitlines()[:200] if line.strip()]
    found: Counter[str] = Counter()
    for mark in SEPARATORS:
        counts = Counter(line.count(mark) for line in lines)
        counts.pop(0, None)
        if counts:
            found[mark] = counts.most_common(1)[0][1]
    if not found and len(lines) > 2:  # two lines are as likely prose
        return SEPARATORS[0]
    if not found or max(found.values()) < 2:
        raise OpeningFault("not_text", text[:20])
    return found.most_common(1)[0][0]


def rows_of(data: bytes) -> tuple[Iterator[list[str]], bool]:
    """Rows as they stand, blanks included, and whether the last line has no end. Raises OpeningFault, also at a row."""
    text, encoding = decoded(data)
    if hit := _CONTROL.search(text):
        raise OpeningFault("not_text", f"U+{ord(hit[0]):04X}")
    is_cut = not text.endswith(("\n", "\r"))
    return _rows(data, encoding, _separator(text)), is_cut


def _rows(data: bytes, encoding: str, separator: str) -> Iterator[list[str]]:
    """Decoded bit by bit: a list of the nation takes several times its bytes as text."""
    csv.field_size_limit(FIELD_LIMIT)
    lines = io.TextIOWrapper(io.BytesIO(data), encoding, newline="")
    try:
        yield from csv.reader(lines, delimiter=separator, strict=True)
    except csv.Error as error:
        raise OpeningFault("separator", str(error)) from error


def kind_of(text: str) -> str:
    """n for a number written out whole, s for everything else: text has no types, and nothing is lost by reading it so."""
    return "n" if _NUMBER.fullmatch(text) else "s"
