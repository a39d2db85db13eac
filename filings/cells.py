"""What stood in the cells of a figure, looked up quickly: a national one is thousands of returns.

Not here: which cells they are (trace.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from filings.reader import Reader
from ingestion.archive import Archive
from ingestion.raw_texts import item_texts

if TYPE_CHECKING:
    from ingestion.workbook import Workbook

MOST_BYTES = 32 << 20  # of originals that are held open: in memory they take some twenty times as much


class Originals:
    """The raw text of a cell: of items as it was landed, of anything else from the archived original. Originals stay open,
    the one opened first goes when they are too many: units come one after the other, but once for each role of a rate."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.archive = Archive(reader.home)
        self.books: dict[str, tuple[Workbook, int]] = {}  # sha256 → what was opened, and how many bytes it was
        self.held = 0  # bytes of all of these
        self.items: dict[tuple[str, str], str | None] = {}

    def take_items(self, parts: list[dict[str, Any]], known: dict[str, dict[str, Any]]) -> None:
        """Look up the items of a form among the parts: a national figure is thousands of returns."""
        of = self.reader
        self.items = {}  # of the parts before
        for name in {p["field"] for p in parts if p["field"] and "." not in p["field"]}:
            rows = {p["submission_id"]: known[p["submission_id"]] for p in parts if p["field"] == name}
            for key, text in item_texts(of.connection, of.home, of.catalogue, rows.values(), name).items():
                self.items[key, name] = text

    def raw(self, row: dict[str, Any], field: str | None, sheet: str, cell: str) -> str | None:
        if field and (row["submission_id"], field) in self.items:
            return self.items[row["submission_id"], field]
        from ingestion.workbook import read_workbook, split_address  # most figures are made of items alone

        sha256 = row["sha256"]
        if sha256 not in self.books:
            data = self.archive.read(sha256)
            self.held += len(data)
            while self.books and self.held > MOST_BYTES:
                self.held -= self.books.pop(next(iter(self.books)))[1]
            self.books[sha256] = read_workbook(data), len(data)
        found = self.books[sha256][0].sheet(sheet)
        held = found.at(*split_address(cell)) if found else None
        return held.shown if held else None
