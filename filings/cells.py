"""What a figure is made of, looked up quickly: which values can enter it, and what stood in their cells.

A national figure is thousands of returns; `trace` has to answer in less than a second. Not here: the figure itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from filings.reader import Reader
from ingestion.archive import Archive
from ingestion.catalogue import Catalogue
from ingestion.raw_texts import item_texts

if TYPE_CHECKING:
    from ingestion.workbook import Workbook


class Originals:
    """The raw text of a cell: of items as it was landed, of anything else from the archived original, opened once."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.archive = Archive(reader.home)
        self.books: dict[str, Workbook] = {}
        self.items: dict[tuple[str, str], str | None] = {}

    def take_items(self, parts: list[dict[str, Any]], known: dict[str, dict[str, Any]]) -> None:
        """Look up the items of a form among the parts: a national figure is thousands of returns."""
        of = self.reader
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
            self.books[sha256] = read_workbook(self.archive.read(sha256))
        found = self.books[sha256].sheet(sheet)
        held = found.at(*split_address(cell)) if found else None
        return held.shown if held else None


def made_of(catalogue: Catalogue, indicator: str, period: str, flow: bool) -> tuple[set[str], set[str]]:
    """Indicators and periods of the values that can enter a figure: operands too, and the month before or the years."""
    found, left = set(), [indicator]
    while left:
        held = catalogue.indicator(left.pop())
        found.add(held.id)
        left += [part for part in (held.base, held.numerator, held.denominator) if part]
    periods = {period}
    first, _, last = period.partition("/")
    if flow:
        periods.add(f"{first[:5]}{int(first[5:]) - 1:02d}")
    elif len(last) == 4:
        periods |= {str(year) for year in range(int(first), int(last) + 1)}
    return found, periods
