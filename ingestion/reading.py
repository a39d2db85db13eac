"""Bytes in, ReadResult out: one door for returns and publications. Never raises for bad data.

Not here: archive, register, audit rules.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from ingestion.catalogue import Catalogue
from ingestion.errors import UnreadableFile
from ingestion.model import Finding, ReadResult
from ingestion.moments import CHINA, now_utc
from ingestion.opening_findings import of_file
from ingestion.publications import read_publication, source_of
from ingestion.replies import read_reply
from ingestion.returns import read_return
from ingestion.workbook import Workbook, read_workbooks


def read_bytes(
    data: bytes, catalogue: Catalogue, source_id: str | None = None, today: dt.date | None = None
) -> tuple[ReadResult, str | None]:
    """Read one file. source_id names the publication; without it our hidden sheet may name one.

    Returns: the result, and the source it was read as (None for returns).
    """
    return next(read_all([data], catalogue, source_id, today))


def read_all(
    files: Iterable[bytes], catalogue: Catalogue, source_id: str | None = None, today: dt.date | None = None
) -> Iterator[tuple[ReadResult, str | None]]:
    """As `read_bytes` of each, in order; a file is opened while the one before it is read."""
    day = today or now_utc().astimezone(CHINA).date()
    for book in read_workbooks(files):
        yield _read(book, catalogue, source_id, day)


def _read(
    book: Workbook | UnreadableFile, catalogue: Catalogue, source_id: str | None, day: dt.date
) -> tuple[ReadResult, str | None]:
    try:
        if isinstance(book, UnreadableFile):
            raise book
        return _read_book(book, catalogue, source_id, day)
    except UnreadableFile as fault:  # also where only a list may be as long as this sheet
        result = ReadResult(unreadable=True)
        result.add(Finding(fault.code, "error", "B0", fault.zh, fault.en, found=fault.found, expected=fault.expected))
        return result, None


def _read_book(
    book: Workbook, catalogue: Catalogue, source_id: str | None, day: dt.date
) -> tuple[ReadResult, str | None]:
    reply = read_reply(book)
    if reply is not None:
        return reply, None
    source_id = source_id or source_of(book)
    if source_id is None:
        result = read_return(book, catalogue, day)
        of_file(book, result)
        book.let_go()
        if book.is_light:
            result.book = book
        return result, None
    if source_id not in catalogue.sources:
        result = ReadResult()
        result.add(
            Finding(
                "EVA-007",
                "error",
                "B0",
                f"来源“{source_id}”不在规则库",
                f"source {source_id} is not in the rule book",
                found=source_id,
                expected="rulebook/sources",
            )
        )
        return result, None
    result = read_publication(book, catalogue.source(source_id), catalogue)
    of_file(book, result)
    return result, source_id
