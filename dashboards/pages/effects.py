"""效果: what was finished in a year, and cumulative figures with their own windows, apart."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from dashboards.data import effects as data
from dashboards.figures.effects_years import effects_years
from dashboards.frames import Frame
from dashboards.pages._effects import SCOPE, breaks_of, checks, content_items
from dashboards.pages._page import Block, Cell, Page, Table, chart_block, number, numbers_block
from dashboards.pages.overview import SAMPLE_WARNING
from dashboards.theme import Words, trimmed, unit_words
from dashboards.view import View
from filings.reader import Reader

TITLE = Words("改造成效", "Effects")
VINTAGE: dict[str, Words | str] = {
    "before": Words("重算以前", "before recomputing"),
    "after": Words("重算以后", "after recomputing"),
}
NOTES = {
    "listed": (
        Words(
            "口径：在册改造小区。逐年数以年报（J3）为准，月报所得为初步。",
            "Scope: listed communities. Yearly figures rest on the yearly return (J3); what the monthly return gives is "
            "provisional.",
        ),
    ),
    "all_housing": (
        Words(
            "口径：全部既有住宅（备忘项），含不在改造清单内的住宅；与上面在册改造小区的数不相加，也不相减。",
            "Scope: all housing (memo), homes outside the renovation list included; never added to, or subtracted from, the "
            "figures of listed communities above.",
        ),
    ),
}
BROKEN = Words(
    "B＝断点：自该年起序列重新计算，不与以前年度相减。",
    "B marks a break: from that year on the series was computed anew, and nothing is subtracted across it.",
)
APART = Words(
    "累计数各有自己的起止，见“窗口”一栏；不同时点公布的两个累计数口径、窗口不一，不相减，差额不是某一年的成果。",
    "Cumulative figures have windows of their own. Two of them, published at different times, are never differenced: the "
    "difference is no year's result.",
)


def _years(frame: Frame, view: View, breaks: frozenset[tuple[str, str]]) -> Table:
    """A row an effect, a column a year; a year in which the series starts anew says so."""
    years = frame.ordered("period")
    rows = []
    for indicator in frame.ordered("indicator"):
        points = [frame.point(indicator, period=y) for y in years]
        first = next(p for p in points if p is not None)
        unit = unit_words(first.unit)
        cells = [number(p, frame, view) for p in points]
        marked = [_broken(c) if (indicator, y) in breaks else c for c, y in zip(cells, years, strict=True)]
        rows.append([Cell(Words(first.name_zh, first.name_en)), *marked, Cell(unit)])
    headers = [Words("效果", "effect"), *(Words(y, y) for y in years), Words("单位", "unit")]
    return Table(headers, rows, frozenset(range(1, 1 + len(years))))


def _broken(cell: Cell) -> Cell:
    return replace(cell, text=f"{cell.text} B") if isinstance(cell.text, str) else cell


def _yearly(reader: Reader, view: View, scope: str, breaks: frozenset[tuple[str, str]]) -> Block:
    """Effects of one scope: drawn by year, with every item in the table."""
    frame = data.yearly(reader, view.area, view.sample, scope)
    of = SCOPE[scope]
    notes = [
        *NOTES[scope],
        *([BROKEN] if any((k.indicator, k.period) in breaks for k in (p.key for p in frame.points)) else []),
    ]
    return chart_block(
        frame,
        lambda held, lang: effects_years(held, lang, breaks, of),
        Words(f"当年完成（{of.zh}）", f"Finished in the year ({of.en})"),
        view,
        table=_years(frame, view, breaks),
        table_open=True,
        notes=notes,
    )


def _windows(reader: Reader, frame: Frame, view: View) -> Table:
    """A row a printed cumulative figure, with its window, and its vintage where a series was computed anew."""
    known = {} if view.sample else data.vintages(reader, frame)
    rows = []
    order = {name: n for n, name in enumerate(frame.ordered("indicator"))}
    held = [p for p in (*frame.points, *frame.others) if not p.is_gap]
    held.sort(key=lambda p: (order[p.key.indicator], p.key.period.partition("/")[2], p.key.period, p.choice_rank))
    for point in held:
        first, _, last = point.key.period.partition("/")
        source = point.publication.source_id if point.publication else ""
        rows.append(
            [
                Cell(Words(point.name_zh, point.name_en)),
                Cell(f"{first} — {last}"),
                number(point, frame, view),
                Cell(unit_words(point.unit)),
                Cell(point.printed or ""),
                Cell(source),
                Cell(VINTAGE.get(known.get((point.key.indicator, point.key.period), ""), "")),
            ]
        )
    headers = [
        Words("效果", "effect"),
        Words("窗口", "window"),
        Words("数值", "value"),
        Words("单位", "unit"),
        Words("原文", "as printed"),
        Words("来源", "source"),
        Words("口径批次", "vintage"),
    ]
    return Table(headers, rows, frozenset({2}))


MEASURES = {
    "communities": Words("小区", "communities"),
    "households": Words("户", "households"),
    "area_sqm": Words("建筑面积", "floor area"),
    "cost": Words("费用", "cost"),
}


def _bounds(row: dict[str, Any], name: str) -> str:
    """The value with its bounds, or the bounds alone."""
    low, point, high = (None if row[n] is None else Decimal(str(row[n])) for n in (f"{name}_low", name, f"{name}_high"))
    if low is None:
        return ""
    span = f"{trimmed(low, 8)} — {'…' if high is None else trimmed(high, 8)}"
    return span if point is None else f"{trimmed(point, 8)}（{span}）"


def _need(reader: Reader, view: View) -> list[Block]:
    """What remains, against each printed stock; the definition stands in the row."""
    rows = []
    for held in data.remaining(reader, view.area, view.sample):
        definition = Words(held["definition_zh"], held["definition_en"])
        for r in held["rows"]:
            measure = Words(r["factor_zh"], r["factor_en"]) if r["factor"] else MEASURES[r["measure"]]
            rows.append(
                [
                    Cell(definition, title=Words(held["name_zh"], held["name_en"]).text(view.lang)),
                    Cell(measure),
                    Cell(_bounds(r, "remaining")),
                    Cell(unit_words(r["unit"])),
                    Cell(f"{held['counted_from']}—{r['year'] or '?'}"),
                    Cell(_bounds(r, "stock"), title=r["printed"]),
                    Cell(_bounds(r, "done")),
                    Cell(Words(r["state_zh"], r["state_en"])),
                ]
            )
    if not rows:
        return []
    headers = [
        Words("存量的口径", "definition of the stock"),
        Words("量", "measure"),
        Words("剩余（上下限）", "remaining (bounds)"),
        Words("单位", "unit"),
        Words("起止年", "years"),
        Words("公布存量（上下限）", "printed stock (bounds)"),
        Words("累计新开工或验收", "started or accepted"),
        Words("说明", "remark"),
    ]
    note = Words(
        "每个存量各有口径，不相加不相减；剩余＝存量－累计，可为负：开工含该口径以外的小区。剩余与费用都是估计（E），本平台口径。",
        "Each stock has a definition of its own and is never merged with another. Remaining = stock − started; it may be negative, "
        "since starts hold communities that a definition leaves out. Remainders and costs are estimates (E), defined by this "
        "platform.",
    )
    title = Words("还剩多少要改", "What remains to be renovated")
    return [Block("need", title, None, None, Table(headers, rows), (note,), table_open=True)]


def page(reader: Reader, view: View) -> Page:
    items = data.by_item(reader, view.area, view.sample)
    breaks = breaks_of(items)
    blocks = [_yearly(reader, view, "listed", breaks)]
    if items and next(s for s in items["scopes"] if s["scope"] == "all_housing")["items"]:
        blocks.append(_yearly(reader, view, "all_housing", breaks))
    if items:
        blocks += [*content_items(items), *checks(items)]
    cumulative = data.cumulative(reader, view.area, view.sample)
    whole = numbers_block(cumulative, Words("累计（各有窗口）", "Cumulative, each with its window"), view)
    if cumulative.has_data:
        whole = replace(whole, table=_windows(reader, cumulative, view), table_open=True, notes=(APART,))
    return Page(
        view,
        TITLE,
        Words("改了什么：管网、电梯、车位、服务设施？", "What was achieved: pipes, lifts, parking, services?"),
        (*blocks, whole, *_need(reader, view)),
        reader.as_of,
        (SAMPLE_WARNING,) if view.sample else (),
    )
