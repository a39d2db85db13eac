"""A sheet of xlsx that is too long to be held at once: its XML is unpacked bit by bit and cut between rows, and each piece is
put into a small workbook of its own, which the fast reader opens as it opens any.

Runs in the reader's child. Shared texts are looked up once for all pieces: in a piece stand their numbers, behind a mark.
What stands beside values (opening_facts.py) is looked for in what is left of the XML without its plain cells.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import python_calamine as calamine

from ingestion.opening_parts import Package, Packed
from ingestion.opening_text import OpeningFault

PIECE = 4 << 20  # bytes of XML in a piece
STEP = 1 << 18  # packed bytes that are unpacked at once
MOST_BESIDE = 16 << 20  # bytes of a sheet's XML before and behind its rows
MARK = "\x01"  # no text of XML holds it
STRINGS_IN_ROW = 1000
_OPEN = re.compile(rb"<sheetData(?:\s[^<>]*[^/])?>")
_CLOSE, _END = b"</sheetData>", b"</sheetData></worksheet>"
_NUMBERED = re.compile(rb"<row (?:[^<>]* )?r=[\"'][0-9]")
_ILLEGAL = re.compile(rb"&#(?:0*1|[xX]0*1);")
_SHARED = re.compile(rb"""(<c\s[^<>]*?\bt\s*=\s*)["']s["']([^<>]*(?<!/)>\s*<v[^<>]*(?<!/)>)""")
_STRING = re.compile(rb"<(?:\w+:)?si[\s/>]")
_PLAIN_CELL = re.compile(
    rb"""<c (?![^<>]*\bt\s*=\s*["']e["'])[^<>]*(?:/>|>(?:<v>[^<]*</v>|<is><t[^<>]*>[^<]*</t></is>|<v/>)?</c>)"""
)
_PLAIN_ROW = re.compile(
    rb"""<row (?![^<>]*\b(?:hidden\s*=\s*["'](?:1|true)|ht\s*=\s*["']0(?:\.0*)?["']))[^<>]*(?:/>|>\s*</row>)"""
)
_MARKED = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
    b'<c r="A1" t="inlineStr"><is><t>%s</t></is></c></row></sheetData></worksheet>'
)
_NO_TEXTS = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'


def book_of(parts: Mapping[str, bytes]) -> io.BytesIO:
    """A workbook of some parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    made.seek(0)
    return made


def _unpacked(data: bytes, packed: Packed) -> Iterator[bytes]:
    """A part bit by bit. Raises OpeningFault where it is not what the archive says of it."""
    inflating = zlib.decompressobj(-zlib.MAX_WBITS)
    size = checksum = 0
    for start in range(packed.start, packed.end, STEP):
        rest = data[start : min(start + STEP, packed.end)]
        while rest:
            try:
                some = inflating.decompress(rest, PIECE)
            except zlib.error as error:
                raise OpeningFault("broken", str(error)) from error
            rest = inflating.unconsumed_tail
            size, checksum = size + len(some), zlib.crc32(some, checksum)
            if size > packed.size:
                raise OpeningFault("broken", packed.name)
            yield some
    if not inflating.eof or (size, checksum) != (packed.size, packed.checksum):
        raise OpeningFault("broken", packed.name)


class LongSheet:
    """The XML of one sheet. head: what stands before its rows; tail: behind them, known when all pieces were taken."""

    def __init__(self, data: bytes, packed: Packed) -> None:
        self.part, self.head, self.tail = packed.name, b"", b""
        self._bits = _unpacked(data, packed)
        self._held = b""

    def pieces(self) -> Iterator[bytes]:
        """The XML of rows, so many at a time. Raises OpeningFault."""
        while not (found := _OPEN.search(self._held)):
            self._more(MOST_BESIDE, 0)
        self.head, self._held = self._held[: found.end()], self._held[found.end() :]
        while (end := self._held.find(_CLOSE)) < 0:
            at = self._held.rfind(b"<row ")
            if len(self._held) >= PIECE and at > 0 and _NUMBERED.match(self._held, at):
                rows, self._held = self._held[:at], self._held[at:]
                yield _checked(rows)
            self._more(4 * PIECE, PIECE)
        rows, self._held = self._held[:end], self._held[end + len(_CLOSE) :]
        yield _checked(rows)
        for some in self._bits:  # to the last byte, as the checksum is behind it
            self._held += some
            if len(self._held) > MOST_BESIDE:
                raise OpeningFault("too_large", f"{self.part}: {len(self._held)} bytes behind its rows")
        self.tail = self._held

    def _more(self, most: int, wanted: int) -> None:
        """Unpack on, until so many bytes are held."""
        if len(self._held) > most:
            raise OpeningFault("broken", f"{self.part}: no row in {len(self._held)} bytes")
        held, size = [self._held], len(self._held)
        for some in self._bits:
            held.append(some)
            size += len(some)
            if size >= wanted:
                self._held = b"".join(held)
                return
        self._held = b"".join(held)
        if _CLOSE not in self._held:
            raise OpeningFault("broken", f"{self.part}: it has no end")


def _checked(rows: bytes) -> bytes:
    if (
        b"<!" in rows or b"<?" in rows
    ):  # what is commented out cannot be told from what is not without reading all of it
        raise OpeningFault("broken", "comments between rows")
    if MARK.encode() in rows or (b"&#" in rows and _ILLEGAL.search(rows)):
        raise OpeningFault("broken", "U+0001")
    return rows


class PieceBooks:
    """The small workbooks of one file. Sheets that are not long are all in the first, and in no other."""

    def __init__(self, data: bytes, package: Package) -> None:
        held = {packed.name: LongSheet(data, packed) for packed in package.long}
        marks = {f"{MARK}{n}": part for n, part in enumerate(held)}
        marked = {part: _MARKED % mark.encode() for mark, part in marks.items()}
        self.without = book_of({**package.parts, **marked}).getvalue()
        self.short = calamine.CalamineWorkbook.from_filelike(io.BytesIO(self.without))
        self.sheets: dict[str, LongSheet] = {}  # by name
        for meta in self.short.sheets_metadata:
            if meta.typ == calamine.SheetTypeEnum.WorkSheet:
                top = self.short.get_sheet_by_name(meta.name).to_python(nrows=1)
                if top and (part := marks.get(str(top[0][0]))) is not None:
                    self.sheets[meta.name] = held[part]
        strings = [n for n in package.parts if n.casefold().endswith("sharedstrings.xml")]
        own = {*strings, *package.sheet_parts}
        self._frame = {name: content for name, content in package.parts.items() if name not in own}
        self._texts = {name: package.parts[name] for name in strings}

    def strings(self, name: str) -> Sequence[Any]:
        """The shared texts as the fast reader gives them, by way of a sheet that says each of them."""
        count = sum(1 for content in self._texts.values() for _ in _STRING.finditer(content))
        rows = (
            b"<row>%s</row>"
            % b"".join(b'<c t="s"><v>%d</v></c>' % n for n in range(first, min(first + STRINGS_IN_ROW, count)))
            for first in range(0, count, STRINGS_IN_ROW)
        )
        sheet = b"<worksheet><sheetData>%s%s" % (b"".join(rows), _END)
        return [text for row in self._open(name, sheet, self._texts).to_python() for text in row] if count else []

    def of(self, name: str, rows: bytes, tail: bytes = _END) -> Any:
        """A sheet with some of its rows alone."""
        return self._open(name, self.sheets[name].head + _with_marks(rows) + tail, {})

    def _open(self, name: str, content: bytes, more: Mapping[str, bytes]) -> Any:
        parts = {**self._frame, **more, self.sheets[name].part: content}
        return calamine.CalamineWorkbook.from_filelike(book_of(parts)).get_sheet_by_name(name)

    def left(self, name: str, rows: Sequence[bytes]) -> tuple[bytes, bytes]:
        """A workbook with what is left of rows (`left_of`), and the XML of its sheet."""
        content = self.sheets[name].head + b"".join(rows) + _END
        no_texts = dict.fromkeys(self._texts, _NO_TEXTS)
        return book_of({**self._frame, **no_texts, self.sheets[name].part: content}).getvalue(), content


def _with_marks(rows: bytes) -> bytes:
    """The XML of rows with shared texts as texts of their own: their numbers behind a mark."""
    made = rows.replace(b' t="s"><v>', b' t="str"><v>' + MARK.encode())
    if b'"s"' in made or b"'s'" in made:
        made = _SHARED.sub(rb'\1"str"\2' + MARK.encode(), made)
    return made


def left_of(rows: bytes) -> bytes:
    """The XML of rows without its plain cells, and without the rows that then are empty and not hidden."""
    return _PLAIN_ROW.sub(b"", _PLAIN_CELL.sub(b"", rows))
