"""The parts of a workbook that is a zip: each read once and its checksum tested, since the fast reader tests none.

Runs in the reader's child. The blanks that counties fill in share most of their parts, byte for byte: small ones are kept.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from functools import lru_cache

from ingestion.opening_text import OpeningFault

MAX_UNZIPPED = 300 << 20  # bytes of all parts that are unpacked whole
MAX_ENTRIES = 5000
LONG_SHEET = 40 << 20  # bytes of XML of a sheet that is read in pieces (opening_pieces.py) …
MAX_LONG = 2 << 30  # … and of all of them …
MOST_PACKED = 60  # … and how often what they are packed in: a list of many rows 8 to 20 times, a bomb 1,000 times
TOP = 1 << 18  # bytes that tell whether a sheet can be cut
SMALL = 1 << 16  # a part of so many bytes and less is kept …
KEPT = 256  # … and so many of them
_FROM_1904 = re.compile(rb"""\sdate1904\s*=\s*["'](?:1|true)["']""")
_SHEET = re.compile(rb"<(?:\w+:)?worksheet[\s>]")
# as nearly every program writes a sheet: no prefix, and rows that say their number
_TOP_OF_LONG = re.compile(rb"<worksheet[\s>].*?<sheetData(?:\s[^<>]*[^/])?>\s*<row (?:[^<>]* )?r=[\"'][0-9]", re.DOTALL)
_HEAD = 30  # bytes of the head of a part, before its name
_USUAL_FLAGS = 0x80E  # how well it was packed, sizes that follow, a name in UTF-8


@dataclass(frozen=True)
class Packed:
    """A part of a zip as it lies in the file, and what the zip says of it."""

    name: str
    start: int
    end: int
    size: int
    checksum: int


@dataclass
class Package:
    """What a file holds beside its cells. sheets: their XML, of xlsx alone; content: that of ods.

    long: sheets that are not unpacked here; parts: where there are any, all others by name; sheet_parts: the sheets of these.
    """

    kind: str = "xlsx"
    sheets: list[bytes] = field(default_factory=list)
    long: list[Packed] = field(default_factory=list)
    parts: dict[str, bytes] = field(default_factory=dict)
    sheet_parts: set[str] = field(default_factory=set)
    content: bytes = b""
    macros: bool = False
    links: bool = False
    from_1904: bool = False


def broken_or_locked(error: Exception) -> str:
    """Every library says in words of its own that a password is missing."""
    return "password" if "password" in str(error).casefold() else "broken"


def _inflated(packed: bytes, method: int, size: int, checksum: int) -> bytes | None:
    """A part, or None where anything is odd about it."""
    if method == zipfile.ZIP_STORED:
        content = packed
    else:
        inflating = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            content = inflating.decompress(packed, size + 1)
        except zlib.error:
            return None
        if not inflating.eof:
            return None
    return content if len(content) == size and zlib.crc32(content) == checksum else None


_inflated_before = lru_cache(maxsize=KEPT)(_inflated)  # known by all of its bytes, not by the checksum that it states


def _place(part: zipfile.ZipInfo, data: bytes) -> slice | None:
    """Where the packed bytes of a part lie; None where anything is not as usual."""
    start = part.header_offset
    name_size, more = (int.from_bytes(data[start + at : start + at + 2], "little") for at in (26, 28))
    name = data[start + _HEAD : start + _HEAD + name_size]
    is_usual = data[start : start + 4] == b"PK\x03\x04" and not part.flag_bits & ~_USUAL_FLAGS
    if (
        is_usual
        and part.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
        and name.decode("utf-8" if part.flag_bits & 0x800 else "cp437", "replace") == part.orig_filename
    ):
        first = start + _HEAD + name_size + more
        return slice(first, first + part.compress_size)
    return None


def _content(archive: zipfile.ZipFile, part: zipfile.ZipInfo, data: bytes) -> bytes:
    """One part. What is not as usual is left to the library, which says what is wrong with it."""
    place = _place(part, data)
    if place is not None:
        inflate = _inflated_before if max(part.file_size, part.compress_size) <= SMALL else _inflated
        found = inflate(data[place], part.compress_type, part.file_size, part.CRC)
        if found is not None:
            return found
    return archive.read(part)


def _long(part: zipfile.ZipInfo, data: bytes) -> Packed | None:
    """A part that is a long sheet and can be read in pieces."""
    if part.file_size < LONG_SHEET or part.compress_type != zipfile.ZIP_DEFLATED:
        return None
    place = _place(part, data)
    if place is None:
        return None
    try:
        top = zlib.decompressobj(-zlib.MAX_WBITS).decompress(
            data[place.start : min(place.stop, place.start + TOP)], TOP
        )
    except zlib.error:
        return None
    if not _TOP_OF_LONG.search(top):
        return None
    return Packed(part.filename, place.start, place.stop, part.file_size, part.CRC)


def _check_sizes(parts: list[zipfile.ZipInfo], long: dict[str, Packed]) -> None:
    """Raises OpeningFault for more than is unpacked."""
    whole = sum(p.file_size for p in parts if p.filename not in long)
    in_pieces = sum(p.size for p in long.values())
    is_bomb = any(p.size > MOST_PACKED * (p.end - p.start) for p in long.values())
    if len(parts) > MAX_ENTRIES or whole > MAX_UNZIPPED or in_pieces > MAX_LONG or is_bomb:
        raise OpeningFault("too_large", f"{len(parts)} entries")


def unpacked(data: bytes) -> Package:
    """Every part looked at. Raises OpeningFault."""
    made = Package()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            names = {p.filename for p in parts}
            long = {p.name: p for part in parts if (p := _long(part, data))} if len(names) == len(parts) else {}
            _check_sizes(parts, long)
            made.long = [*long.values()]
            for part in parts:
                if part.filename in long:
                    continue
                content = _content(archive, part, data)
                if long:
                    made.parts[part.filename] = content
                if part.filename == "content.xml":
                    made.content = content
                elif b"worksheet" in content and _SHEET.search(content):  # any folder: the names of parts are free
                    made.sheets.append(content)
                    made.sheet_parts.add(part.filename)
                elif part.filename == "xl/workbook.xml":
                    made.from_1904 = _FROM_1904.search(content) is not None
                elif part.filename == "META-INF/manifest.xml" and b"encryption-data" in content:
                    raise OpeningFault("password", "ods")
    except MemoryError as error:
        raise OpeningFault("too_large", "memory") from error
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, EOFError, RuntimeError, zlib.error) as error:
        raise OpeningFault(broken_or_locked(error), str(error)) from error
    if "mimetype" not in names and not any(n.startswith("xl/workbook.") for n in names):
        raise OpeningFault("broken", f"zip: {', '.join(sorted(names)[:3])}")
    made.kind = "ods" if "mimetype" in names else "xlsb" if "xl/workbook.bin" in names else "xlsx"
    made.macros = any(n.endswith("vbaProject.bin") or n.startswith("Basic/") for n in names)
    made.links = any(n.startswith("xl/externalLinks/") for n in names)
    return made
