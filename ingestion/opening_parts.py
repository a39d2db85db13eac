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

MAX_UNZIPPED = 300 << 20
MAX_ENTRIES = 5000
SMALL = 1 << 16  # a part of so many bytes and less is kept …
KEPT = 256  # … and so many of them
_FROM_1904 = re.compile(rb"""\sdate1904\s*=\s*["'](?:1|true)["']""")
_SHEET = re.compile(rb"<(?:\w+:)?worksheet[\s>]")
_HEAD = 30  # bytes of the head of a part, before its name
_USUAL_FLAGS = 0x80E  # how well it was packed, sizes that follow, a name in UTF-8


@dataclass
class Package:
    """What a file holds beside its cells. sheets: their XML, of xlsx alone; content: that of ods."""

    kind: str = "xlsx"
    sheets: list[bytes] = field(default_factory=list)
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


def _content(archive: zipfile.ZipFile, part: zipfile.ZipInfo, data: bytes) -> bytes:
    """One part. What is not as usual is left to the library, which says what is wrong with it."""
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
        inflate = _inflated_before if max(part.file_size, part.compress_size) <= SMALL else _inflated
        found = inflate(data[first : first + part.compress_size], part.compress_type, part.file_size, part.CRC)
        if found is not None:
            return found
    return archive.read(part)


def unpacked(data: bytes) -> Package:
    """Every part looked at. Raises OpeningFault."""
    made = Package()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_ENTRIES or sum(p.file_size for p in parts) > MAX_UNZIPPED:
                raise OpeningFault("too_large", f"{len(parts)} entries")
            names = {p.filename for p in parts}
            for part in parts:
                content = _content(archive, part, data)
                if part.filename == "content.xml":
                    made.content = content
                elif b"worksheet" in content and _SHEET.search(content):  # any folder: the names of parts are free
                    made.sheets.append(content)
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
