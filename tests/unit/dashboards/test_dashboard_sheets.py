"""Sheets as grids: windows, headings, merges, marks; and that hostile text stays text when it is written out."""

from __future__ import annotations

from dashboards.html import Places, written
from dashboards.pages.trace import grid_nodes
from dashboards.sheets import COLUMNS, ROWS, grid
from ingestion.workbook import Cell, Sheet


def sheet(rows: int, columns: int, texts: dict[tuple[int, int], str] | None = None) -> Sheet:
    cells = {(r, c): Cell(r, c, "n", f"{r * 100 + c}") for r in range(1, rows + 1) for c in range(1, columns + 1)}
    cells |= {(r, c): Cell(r, c, "s", text) for (r, c), text in (texts or {}).items()}
    return Sheet("表", True, cells)


def test_a_small_sheet_is_whole_and_its_cells_are_marked() -> None:
    made = grid(sheet(5, 3), ["B2", "C4", "Z99"], "B2")
    assert made.is_whole and made.letters == ["A", "B", "C"] and [n for n, _ in made.rows] == [1, 2, 3, 4, 5]
    marked = [(n, i) for n, squares in made.rows for i, s in enumerate(squares) if s and s.is_marked]
    assert marked == [(2, 1), (4, 2)]
    assert made.rows[1][1][1].text == "202"  # type: ignore[union-attr]


def test_a_large_sheet_is_a_window_around_the_cell() -> None:
    made = grid(sheet(300, 40), ["T150"], "T150")
    assert not made.is_whole and made.last == "AN300"
    assert [made.rows[0][0], made.rows[-1][0]] == [150 - ROWS, 150 + ROWS]
    assert len(made.letters) == 2 * COLUMNS + 1 and made.letters[COLUMNS] == "T"


def test_a_cell_outside_the_sheet_is_shown_empty() -> None:
    made = grid(sheet(2, 2), ["D5"], "D5")
    assert made.rows[4][1][3].is_marked and made.rows[4][1][3].text == ""  # type: ignore[union-attr]


def test_merged_ranges_span_and_are_cut_at_the_window() -> None:
    held = sheet(3, 3)
    held.merged = [(1, 1, 1, 3), (2, 1, 9, 1)]
    made = grid(held, [], "B2")
    first, second = made.rows[0][1][0], made.rows[1][1][0]
    assert first is not None and (first.rows, first.columns) == (1, 3)
    assert second is not None and (second.rows, second.columns) == (2, 1)
    assert made.rows[0][1][1] is None and made.rows[2][1][0] is None


def test_hostile_text_is_written_as_text() -> None:
    hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
    held = sheet(2, 2, {(1, 1): hostile})
    held.formulas = {(1, 2): '"><script>alert(3)</script>'}
    html = written(grid_nodes(grid(held, ["A1"], "A1"), hostile), Places(lambda view: None, lambda d: ""))
    assert "<script" not in html and "<img" not in html
    assert "&lt;script&gt;alert(1)" in html and 'data-cell="A1"' in html and "<mark>" in html
