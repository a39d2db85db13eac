"""The page of the reconciliation: what it shows of real figures, and what it says where there is nothing to compare."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from dashboards.figures.plan_interval import Band, Bar, plan_picture
from dashboards.markup import Node
from dashboards.pages import registry
from dashboards.pages._page import Block, Page
from dashboards.theme import Words
from dashboards.view import View
from filings.reader import open_reader
from filings.trace import trace


@pytest.fixture(scope="module")
def page(published_home: Path) -> Page:
    with open_reader(published_home) as reader:
        return registry.make(reader, View("reconciliation"))


def block(page: Page, name: str) -> Block:
    return next(b for b in page.blocks if b.name == name)


def text(words: Words | str) -> str:
    return words if isinstance(words, str) else words.zh


def rows(found: Block) -> list[list[str]]:
    assert found.table is not None
    return [[text(cell.text) for cell in row] for row in found.table.rows]


def inside(child: Any) -> str:
    return "".join(inside(c) for c in child.children) if isinstance(child, Node) else str(child)


def test_every_total_is_counted_under_one_verdict(page: Page) -> None:
    counts = {row[0]: int(row[1]) for row in rows(block(page, "verdicts"))}
    assert sum(counts.values()) == 1299
    assert counts["不符"] == 3
    assert len([r for r in rows(block(page, "reconciliation")) if r[1] == "不符"]) == 3


def test_the_plans_of_2023_are_drawn_revised_and_pinned_ones_first(page: Page) -> None:
    told, rest = block(page, "plans").extra
    names = [inside(item.children[0]).split("（")[0] for item in told.children]
    assert names == [
        "全国", "内蒙古", "辽宁", "山东", "北京", "天津", "河南", "湖北", "云南", "西藏", "甘肃", "兵团",
    ]  # fmt: skip
    assert "3355" in inside(told.children[names.index("河南")])
    assert rest.tag == "details" and len(rest.children[1].children) + len(names) == 33  # 32 units and the nation


def test_a_row_opens_to_the_cell_that_it_names(page: Page, published_home: Path) -> None:
    table = block(page, "plan_runs").table
    assert table is not None
    row = next(r for r in table.rows if text(r[0].text) == "河南 2023 小区")
    cell = row[-1]
    assert cell.to is not None and cell.to.page == "trace"
    with open_reader(published_home) as reader:
        (part,) = trace(reader, cell.to.question)["contributions"]
    assert text(cell.text) == f"{part['source_id']} {part['sheet']}!{part['cell']}"
    assert part["value"] == 3_349


def test_a_province_sees_its_own(published_home: Path) -> None:
    with open_reader(published_home) as reader:
        page = registry.make(reader, View("reconciliation", "210000"))
    assert {r[0].split(" ")[0] for r in rows(block(page, "plan_runs"))} == {"辽宁"}
    assert all(r[0].startswith("辽宁") for r in rows(block(page, "reconciliation")))


def test_sample_figures_are_compared_with_nothing(published_home: Path) -> None:
    with open_reader(published_home) as reader:
        page = registry.make(reader, View("reconciliation", sample=True))
    (only,) = page.blocks
    assert only.table is None and "不与公布数对照" in only.notes[0].zh


def test_a_picture_shows_bounds_revisions_and_plans_beyond_its_edge() -> None:
    bars = [Bar(6, 1431, 1445, 1), Bar(8, None, 1438, 1), Bar(9, 1428, 1428, 2)]
    svg = unquote(plan_picture(bars, [Band(6, 8, 1431, 1438), Band(9, 9, 1428, 1428)], [1200, 1440]))
    assert svg.startswith("data:image/svg+xml,<svg") and svg.endswith("</svg>")
    assert "↓ 1200" in svg and "1440" not in svg  # far below: an arrow; inside: a line without a number
    assert svg.count("<rect") == 2 and svg.count("<circle") == 1  # two runs, the second pinned
    assert svg.count('stroke-dasharray="2 2"') == 1  # the month with an upper bound alone
