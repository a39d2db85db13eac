"""Many returns on one blank, read one behind the other: each says what it says alone."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingestion.catalogue import catalogue
from ingestion.errors import UnreadableFile
from ingestion.model import ReadResult
from ingestion.reading import read_all
from ingestion.workbook import read_workbooks
from tests.factories import edit, far_corner, row_of, set_value, write_return

TODAY = dt.date(2024, 1, 31)
Change = Callable[[Any], None]


def put(column: str, row: Callable[[Any], int], text: Any) -> Change:
    def change(sheet: Any) -> None:
        sheet[f"{column}{row(sheet)}"] = text

    return change


def first_item(sheet: Any) -> int:
    return row_of(sheet, "01")


def read(files: list[bytes]) -> list[ReadResult]:
    return [result for result, _ in read_all(files, catalogue(), today=TODAY)]


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """A return as it is saved by another program than the one that made the blank, as the changed ones are."""
    return edit(write_return(tmp_path / "sound.xlsx"), lambda sheet: None)


@pytest.mark.parametrize(
    ("change", "rules"),
    [
        (put("B", first_item, "邻居人数"), ["ROW-001", "ROW-003"]),  # another label: its item is missing
        (put("B", first_item, "★本年新开工小区"), ["ROW-002"]),  # one much like it
        (put("C", first_item, "万户"), ["UNT-001"]),  # a unit of another kind
        (put("D", first_item, "十来个"), ["FDT-001"]),  # words for a number
        (put("D", first_item, "12"), ["FDT-003"]),  # a number as text
        (put("F", first_item, "见附件"), []),  # a note at the side
        (put("F", lambda sheet: 3, "指标名称"), ["FLF-010"]),  # the anchor once more, above the items
        (lambda sheet: sheet.delete_rows(first_item(sheet)), ["ROW-003"]),
    ],
)
def test_one_that_differs_among_others_is_said_and_its_neighbours_stay(
    sound: Path, tmp_path: Path, change: Change, rules: list[str]
) -> None:
    odd = edit(Path(shutil.copy(sound, tmp_path / "odd.xlsx")), change)
    other = edit(Path(shutil.copy(sound, tmp_path / "other.xlsx")), set_value("01", 17))
    before, found, after = read([path.read_bytes() for path in (sound, odd, other)])
    [alone] = read([odd.read_bytes()])
    assert found == alone
    assert [f.rule for f in found.findings] == rules
    assert before.findings == after.findings == []
    [first] = [n for n in after.values if after.values[n] != before.values[n]]
    assert str(after.values[first].filed) == "17"
    assert {n: v for n, v in after.values.items() if n != first} == {
        n: v for n, v in before.values.items() if n != first
    }


def test_a_row_that_was_put_in_moves_the_cells_of_this_return_alone(sound: Path, tmp_path: Path) -> None:
    moved = edit(Path(shutil.copy(sound, tmp_path / "moved.xlsx")), lambda sheet: sheet.insert_rows(first_item(sheet)))
    before, found, after = read([path.read_bytes() for path in (sound, moved, sound)])
    assert before == after and found.findings == []
    assert {n: v.value for n, v in found.values.items()} == {n: v.value for n, v in before.values.items()}
    assert all(v.cell == f"D{int(before.values[n].cell[1:]) + 1}" for n, v in found.values.items())


def test_files_behind_one_that_kills_the_reader_are_read_in_their_order(sound: Path, tmp_path: Path) -> None:
    killer = far_corner()
    files = []
    for n in range(12):
        path = edit(Path(shutil.copy(sound, tmp_path / f"{n}.xlsx")), set_value("01", n))
        files.append(killer if n in (4, 5) else path.read_bytes())
    for n, book in enumerate(read_workbooks(files)):
        if n in (4, 5):
            assert isinstance(book, UnreadableFile) and book.code == "FLF-005"
        else:
            assert not isinstance(book, UnreadableFile)
            assert str(n) in {c.shown for c in book.sheets[0].cells.values() if c.column == 4}
