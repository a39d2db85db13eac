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


class Originals:
    """The raw text of a cell: of items as it was landed, of anything else from the archived original. Cells come unit by
    unit, so the original opened last is the one that is mostly asked for again."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.archive = Archive(reader.home)
        self.book: tuple[str, Workbook] | None = None
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
        if self.book is None or self.book[0] != sha256:
            self.book = sha256, read_workbook(self.archive.read(sha256))
        found = self.book[1].sheet(sheet)
        held = found.at(*split_address(cell)) if found else None
        return held.shown if held else None
