"""What stood in the cells of a figure, looked up quickly: a national one is thousands of returns.

Not here: which cells they are (trace.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from filings.reader import Reader
from ingestion.archive import Archive
from ingestion.raw_texts import Cell, cell_texts

if TYPE_CHECKING:
    from ingestion.workbook import Workbook

Row = Mapping[str, Any]
MOST_BYTES = 32 << 20  # of originals that are held open: in memory they take some twenty times as much


class Originals:
    """The raw text of a cell: as it was landed where that is known, else from the archived original. Originals stay open,
    the one opened first goes when they are too many: units come one after the other, but once for each role of a rate."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.archive = Archive(reader.home)
        self.books: dict[str, tuple[Workbook, int]] = {}  # sha256 → what was opened, and how many bytes it was
        self.held = 0  # bytes of all of these
        self.texts: dict[str, dict[Cell, str | None]] = {}  # field → its cells that were looked up

    def look_up(self, parts: Sequence[Row], known: Mapping[str, Row]) -> None:
        """Look up what is known of the cells of these parts, and forget those before: a national figure is thousands."""
        of = self.reader
        cells: dict[str, dict[Cell, Row]] = {}
        for part in parts:
            if part["field"] and part["printed"] is None:
                cells.setdefault(part["field"], {})[_cell(part)] = known[part["submission_id"]]
        self.texts = {
            name: cell_texts(of.connection, of.home, of.catalogue, name, held) for name, held in cells.items()
        }

    def raw(self, part: Row, row: Row, sheet: str, cell: str) -> str | None:
        """part: a contribution; row: of its submission in the register; sheet and cell: where it stands."""
        texts = self.texts.get(part["field"], {})
        if (key := _cell(part)) in texts:
            return texts[key]
        from ingestion.workbook import read_workbook, split_address  # most figures are made of what was landed

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


def _cell(part: Row) -> Cell:
    return part["submission_id"], part["row_no"] or 1
