"""A block of levels: what an area filed beside the sum of the level below it, by area or by breakdown, and where they part."""

from __future__ import annotations

from typing import Any

from dashboards.data import levels as data
from dashboards.pages._page import Block, Cell, Table, amount, wan
from dashboards.theme import Words
from dashboards.view import View
from filings.reader import Reader

LEVELS = {
    "county": Words("县级", "county"),
    "city": Words("市级", "city"),
    "province": Words("省级", "province"),
    "national": Words("全国", "nation"),
}
HEADS = (
    Words("本级填报", "filed"),
    Words("下级合计", "sum below"),
    Words("差额", "residual"),
    Words("已报/应报", "coverage"),
    Words("最先差在", "parts at"),
)
NOTE = Words(
    "本级自报（或印出）与下一级合计并列，两数都保留，不互相修补；差额＝本级－下级，缺一则空。“最先差在”是本级及以下最低的有差额的一级，"
    "印出数的舍入不算差额。",
    "What the area filed (or printed) beside the sum of the level below: both are kept and neither is mended. Residual = filed − "
    "sum, empty unless both are there. Parts at: the lowest level, at or below this one, where they differ by more than rounding.",
)


def _cells(row: dict[str, Any], unit: str) -> list[Cell]:
    shown = [
        wan(row[name]) if unit == "元" else Cell(amount(row[name]), sort=str(row[name] or ""))
        for name in ("filed", "sum_below", "residual")
    ]
    c = row["coverage"]
    counted = "" if c["units_expected"] is None else f"{c['units_reported']}/{c['units_expected']}"
    return [*shown, Cell(counted), Cell(LEVELS[row["parts_at"]] if row["parts_at"] else "")]


def _unit(unit: str) -> Words:
    return Words("单位：万元。", "In 10,000 yuan.") if unit == "元" else Words(f"单位：{unit}。", "")


def levels_blocks(reader: Reader, view: View, indicator: str, by: str | None = None) -> list[Block]:
    """The area and what lies below it; with `by` the area by every code of a breakdown. Nothing where nothing is below.

    A code that gathers others stands beside them, so the rows of a breakdown are not to be added.
    """
    held = data.levels_of(reader, view, indicator, by)
    if held is None:
        return []
    book = reader.catalogue
    name = Words(held["indicator_name_zh"], held["indicator_name_en"])
    if by is None:
        rows = [
            [
                Cell(Words(r["area_name"], book.area(r["area"]).name_en or r["area"]), sort=r["area"]),
                *_cells(r, held["unit"]),
            ]
            for r in held["rows"]
        ]
        first = Words("地区", "area")
    else:
        rows = [
            [Cell(Words(p["name_zh"], p["name_en"]), sort=p["dim_code"]), *_cells(p, held["unit"])]
            for p in held["parts"]
        ]
        first = Words("分组", "part")
    if not any(r["sum_below"] for r in (held["rows"] if by is None else held["parts"])):
        return []  # a unit has nothing below it
    title = Words(
        f"{name.zh}：本级与下级合计{'' if by is None else '（分组）'}，{view.period}",
        f"{name.en}: filed against the sum below{'' if by is None else ', by part'}, {view.period}",
    )
    table = Table([first, *HEADS], rows, frozenset({1, 2, 3}))
    unit = _unit(held["unit"])
    note = Words(f"{unit.zh}{NOTE.zh}", f"{unit.en} {NOTE.en}".strip())
    return [Block(f"levels_{indicator}{'' if by is None else f'_{by}'}", title, None, None, table, (note,))]
