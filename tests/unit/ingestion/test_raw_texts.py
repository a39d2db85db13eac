"""The text of an item's cell as it was landed is the text that the workbook shows, whatever the value was read as."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from ingestion.catalogue import catalogue
from ingestion.partition_paths import partition_path
from ingestion.raw_texts import item_texts
from ingestion.register import submissions
from ingestion.workbook import read_workbook, split_address
from quality.receive import Receiver
from tests.factories import edit, set_value, write_return


def test_every_item_reads_as_its_cell_shows(tmp_path: Path) -> None:
    path = write_return(tmp_path / "a.xlsx", xq_late=None, area_start=Decimal("48000.50"))
    edit(path, set_value("01", "６"))  # xq_start
    edit(path, set_value("02", "600.0"))  # hh_start
    other = write_return(tmp_path / "b.xlsx", unit="110105")
    home = tmp_path / "home"
    receiver = Receiver(home)
    receiver.receive([path])
    receiver.receive([other])  # rewrites the partition: what is kept of the first return goes over
    held = receiver.register.rows(submissions, submissions.c.unit_code == "110108")
    places = receiver.register.column_map(held[0]["map_id"])
    book = read_workbook(path.read_bytes())
    compared = 0
    for field in catalogue().form("J2").fields:
        sheet, cell = places[field.id]
        page = book.sheet(sheet)
        shown = page.at(*split_address(cell)) if page else None
        [text] = item_texts(duckdb.connect(), home, catalogue(), held, field.id).values()
        assert text == (shown.shown if shown and shown.shown else None), field.id
        compared += text is not None
    assert compared > 30
    assert list(item_texts(duckdb.connect(), home, catalogue(), held, "xq_start").values()) == ["６"]
    receiver.register.close()


def test_a_partition_of_an_older_version_says_nothing(tmp_path: Path) -> None:
    receiver = Receiver(tmp_path / "home")
    receiver.receive([write_return(tmp_path / "a.xlsx")])
    held = receiver.register.rows(submissions)
    home, book = tmp_path / "home", catalogue()
    place = partition_path(home / "returns", book, held[0])
    assert place is not None and item_texts(duckdb.connect(), home, book, held, "xq_start")
    pq.write_table(pq.read_table(place).replace_schema_metadata(), place)
    assert item_texts(duckdb.connect(), home, book, held, "xq_start") == {}
    receiver.register.close()
