"""The text of a cell as it was landed is the text that the workbook shows, whatever the value was read as."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from ingestion.catalogue import catalogue
from ingestion.partition_paths import partition_path
from ingestion.raw_texts import cell_texts
from ingestion.register import submissions
from ingestion.workbook import read_workbook, split_address
from quality.receive import Receiver
from tests.factories import SOUND_TASK, cell_of, edit, set_value, write_return, write_roster


def texts_of(home: Path, held: list[dict[str, Any]], field: str, rows: tuple[int, ...] = (1,)) -> dict[int, str | None]:
    """Texts of a field in some rows of one return, by row."""
    cells = {(row["submission_id"], n): row for row in held for n in rows}
    return {n: text for (_, n), text in cell_texts(duckdb.connect(), home, catalogue(), field, cells).items()}


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
        [text] = texts_of(home, held, field.id).values()
        assert text == (shown.shown if shown and shown.shown else None), field.id
        compared += text is not None
    assert compared > 30
    assert list(texts_of(home, held, "xq_start").values()) == ["６"]
    receiver.register.close()


def test_a_partition_of_an_older_version_says_nothing(tmp_path: Path) -> None:
    receiver = Receiver(tmp_path / "home")
    receiver.receive([write_return(tmp_path / "a.xlsx")])
    held = receiver.register.rows(submissions)
    home, book = tmp_path / "home", catalogue()
    place = partition_path(home / "returns", book, held[0])
    assert place is not None and texts_of(home, held, "xq_start")
    pq.write_table(pq.read_table(place).replace_schema_metadata(), place)
    assert texts_of(home, held, "xq_start") == {}
    receiver.register.close()


def _received(home: Path, roster: Path) -> list[dict[str, Any]]:
    receiver = Receiver(home)
    receiver.receive([roster])
    receiver.receive([write_roster(home / "other.xlsx", unit="110105", tables={"J4": [], "J4C": [], "J4F": []})])
    held = receiver.register.rows(submissions, submissions.c.unit_code == "110108")
    receiver.register.close()
    return held


def _typed(header: str, texts: dict[int, Any]) -> Callable[[Any], None]:
    def change(sheet: Any) -> None:
        for n, text in texts.items():
            cell_of(sheet, header, n).value = text

    return change


TASKS = [{**SOUND_TASK, "task_id": f"11010800000{n}-2023", "xq_uid": f"11010800000{n}"} for n in range(1, 7)]
MONEY = [
    {"task_id": t["task_id"], "src": "F11", "arrived": Decimal("200.00"), "paid": Decimal(n)}
    for n, t in enumerate(TASKS)
]


def test_every_cell_of_a_table_that_figures_are_made_of_reads_as_it_shows(tmp_path: Path) -> None:
    """One value written in several ways, mostly in an unusual one, or blank; every cell of the sheet beside what is kept."""
    path = write_roster(tmp_path / "a.xlsx", tables={"J4": TASKS, "J4C": [], "J4F": MONEY})
    edit(path, _typed("累计到位", {1: "200.0", 2: "２００", 3: "200.0", 5: None}), sheet="资金明细")
    edit(path, _typed("累计支付", {2: "1.00", 3: " 2 "}), sheet="资金明细")
    held = _received(tmp_path / "home", path)
    receiver = Receiver(tmp_path / "home")
    places = receiver.register.column_map(held[0]["map_id"])
    receiver.register.close()
    book = read_workbook(path.read_bytes())
    seen = 0
    for name in ("task_id", "src", "planned", "arrived", "paid", "returned"):
        sheet, letters = places[f"J4F.{name}"]
        shown = book.sheet(sheet)
        assert shown is not None
        rows = tuple(range(1, shown.last_row + 1))
        for n, text in texts_of(tmp_path / "home", held, f"J4F.{name}", rows).items():
            cell = shown.at(*split_address(f"{letters}{n}"))
            assert text == (cell.shown if cell else None), (name, n)
            seen += 1
    assert seen == 6 * len(MONEY)


@pytest.mark.parametrize(
    "texts",
    [{1: "约200"}, {n: f"{n}.0" for n in range(1, 31)}],
    ids=["one that is no number, and so no value, stands there", "more of them than are worth keeping"],
)
def test_of_some_columns_the_workbook_alone_tells(tmp_path: Path, texts: dict[int, str]) -> None:
    """And of its other columns nothing is lost. The 30 texts are of 30 rows: 20 and one more for 50 rows are kept."""
    many = [
        {"task_id": TASKS[0]["task_id"], "src": "F11", "arrived": Decimal(5), "paid": Decimal(n)} for n in range(30)
    ]
    path = write_roster(tmp_path / "a.xlsx", tables={"J4": TASKS, "J4C": [], "J4F": many})
    edit(path, _typed("累计支付", texts), sheet="资金明细")
    edit(path, _typed("累计到位", {2: "5.00"}), sheet="资金明细")
    held = _received(tmp_path / "home", path)
    rows = tuple(range(1, 60))
    assert texts_of(tmp_path / "home", held, "J4F.paid", rows) == {}
    assert sorted(texts_of(tmp_path / "home", held, "J4F.arrived", rows).values()) == ["5"] * 29 + ["5.00"]  # type: ignore[type-var]
