"""What a page is made of: blocks with a chart, its numbers as a table, its facts and its notes. Plain data, no markup.

Every number may carry the view of its trace. Not here: queries (data/), drawing (figures/), HTML (markup.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import plotly.graph_objects as go

from dashboards import theme
from dashboards.frames import FilingFrame, Frame, Point, Publication
from dashboards.pages._words import absent_words, facts
from dashboards.theme import Words
from dashboards.view import View
from filings.question import is_period

MOST_TABLE_ROWS = 600  # a longer table is cut in the page, never in the download


@dataclass(frozen=True)
class Cell:
    """One cell of a table. sort: what a click on the heading sorts by, where the words would sort wrongly."""

    text: Words | str
    to: View | None = None
    sort: str = ""
    title: str = ""


@dataclass(frozen=True)
class Table:
    """headers and rows; the first column names the row; columns in `numeric` are set right."""

    headers: list[Words]
    rows: list[list[Cell]]
    numeric: frozenset[int] = frozenset()
    cut: int = 0
    is_sortable: bool = True


@dataclass(frozen=True)
class Tile:
    """One key figure: what, how much, how far against what, from where. spark: earlier values, for a small line."""

    name: Words
    period: str
    value: Words
    exact: str
    detail: Words
    missing: bool
    to: View | None = None
    spark: tuple[float | None, ...] = ()


@dataclass(frozen=True)
class Choice:
    """One way to look at a block: its words, the view that asks for it, and its chart."""

    words: Words
    to: View
    figure: go.Figure | None = None
    chosen: bool = False


@dataclass(frozen=True)
class Block:
    """One chart with everything that must stand beside it. figure is None when there is nothing to draw.

    looks: the same numbers drawn in other ways, of which one is chosen. frame None: a table of facts that are no figures.
    file: a download of dashboards.files, made when asked for.
    """

    name: str
    title: Words
    frame: Frame | FilingFrame | None = None
    figure: go.Figure | None = None
    table: Table | None = None
    notes: tuple[Words, ...] = ()
    table_open: bool = False
    absent: Words = theme.NO_DATA
    looks: tuple[Choice, ...] = ()
    extra: tuple[Any, ...] = ()
    file: str = ""

    @property
    def facts(self) -> list[Words]:
        """as-of, release, reference period, coverage, programme and source, in this order."""
        return facts(self.frame) if self.frame is not None else []

    @property
    def publications(self) -> list[Publication]:
        return self.frame.publications if isinstance(self.frame, Frame) else []


@dataclass(frozen=True)
class Page:
    """view: with area and period said. links: other pages that belong to it, such as those of the provinces."""

    view: View
    title: Words
    question: Words
    blocks: tuple[Block, ...]
    as_of: str
    intro: tuple[Words, ...] = ()
    tiles: tuple[Tile, ...] = ()
    choices: tuple[tuple[Words, tuple[Choice, ...]], ...] = field(default=())

    @property
    def is_sample(self) -> bool:
        return self.view.sample


# -- numbers and their traces -----------------------------------------------------------------------------------------
def trace_of(point: Point, frame: Frame, view: View) -> View | None:
    """The trace of a point; None for a gap, and for labels that no question can name."""
    key = point.key
    if point.is_gap or point.choice_rank != 1 or not is_period(key.period):
        return None
    dim = f"{key.dim_name}={key.dim_code}" if key.dim_name else ""
    return view.trace(key.indicator, key.area, key.period, dim, frame.programme, key.accum)


def exact(point: Point) -> str:
    """A value as the tables show it: every digit that is stored, grouped by thousands."""
    return "" if point.value is None else theme.trimmed(point.value, 8)


def number(point: Point | None, frame: Frame, view: View, printed: bool = False) -> Cell:
    """The cell of a figure, linked to its trace. printed: in the words of the source, where there are any."""
    if point is None or point.value is None:
        why = "" if point is None else Words(point.reason_zh, point.reason_en).text(view.lang)
        return Cell(theme.NO_DATA, sort="", title=why)
    text = point.printed if printed and point.printed else exact(point)
    return Cell(text, trace_of(point, frame, view), str(point.value), point.printed or "")


def amount(value: Any) -> str:
    """A number as tables show it: every digit, grouped by thousands; empty for none."""
    return "" if value is None else theme.trimmed(Decimal(str(value)), 8)


def wan(text: Any) -> Cell:
    """Yuan as 万元, exact; the yuan are in the hover."""
    if text is None:
        return Cell("")
    value = Decimal(str(text))
    return Cell(theme.trimmed(value / theme.WAN, 8), sort=str(value), title=f"{theme.trimmed(value, 8)} 元")


def named_area(point: Point, to: View | None = None) -> Cell:
    return Cell(Words(point.area_zh, point.area_en), to, point.key.area)


# -- tables -----------------------------------------------------------------------------------------------------------
def _source(point: Point) -> Words:
    if point.publication:
        text = f"{point.publication.source_id} {point.publication.published_on or ''}".strip()
        return Words(text, text)
    if point.is_gap:
        return Words(point.reason_zh, point.reason_en)
    return theme.BASIS.get(point.basis or "", Words("", ""))


def _status(point: Point) -> Words:
    words = theme.STATUS.get(point.obs_status, Words("", ""))
    units = f" {point.units_reported}/{point.units_expected}" if point.is_partial else ""
    doubt = Words(" 存疑", " doubtful") if point.is_doubtful else Words("", "")
    return Words(f"{words.zh}{units}{doubt.zh}", f"{words.en}{units}{doubt.en}")


def figures_table(frame: Frame, view: View) -> Table:
    """Every figure and gap of a frame, other printed figures behind the chosen one of their period."""
    areas, dims = len(frame.ordered("area")) > 1, any(p.key.dim_code for p in frame.points)
    headers = [Words("报告期", "period")] + ([Words("地区", "area")] if areas else []) + [Words("指标", "indicator")]
    headers += [Words("分组", "by")] if dims else []
    headers += [
        Words("数值", "value"),
        Words("单位", "unit"),
        Words("原文", "as printed"),
        Words("状态", "status"),
        Words("采用", "shown"),
        Words("来源或原因", "source or reason"),
    ]
    at = headers.index(Words("数值", "value"))
    rows = []
    behind: dict[Any, list[Point]] = {}
    for point in frame.others:
        behind.setdefault(point.key, []).append(point)
    for chosen in frame.points:
        for point in [chosen, *behind.get(chosen.key, [])]:
            row = [Cell(point.key.period)] + ([named_area(point)] if areas else [])
            row.append(Cell(Words(point.name_zh, point.name_en)))
            row += [Cell(Words(point.dim_zh or "合计", point.dim_en or "total"))] if dims else []
            shown = Words("", "") if point.is_gap else Words("是", "yes") if point is chosen else Words("其他", "other")
            row += [
                number(point, frame, view),
                Cell(Words(point.unit, theme.UNITS_EN.get(point.unit, point.unit))),
                Cell(point.printed or ""),
                Cell(_status(point)),
                Cell(shown),
                Cell(_source(point)),
            ]
            rows.append(row)
    return Table(headers, rows[:MOST_TABLE_ROWS], frozenset({at}), max(0, len(rows) - MOST_TABLE_ROWS))


def area_table(
    frame: Frame,
    view: View,
    columns: Sequence[tuple[str, Words]],
    printed: frozenset[str] = frozenset(),
    link: Callable[[str], View | None] = lambda area: None,
) -> Table:
    """A row an area, a column an indicator; link gives the page of an area. Indicators in `printed` are shown in the
    words of the source."""
    headers = [Words("地区", "area"), *(words for _, words in columns), Words("代码", "code")]
    rows = []
    for area in frame.ordered("area"):
        points = [frame.point(indicator, area=area) for indicator, _ in columns]
        named = next(p for p in points if p is not None)
        cells = [number(p, frame, view, i in printed) for (i, _), p in zip(columns, points, strict=True)]
        rows.append([named_area(named, link(area)), *cells, Cell(area)])
    return Table(headers, rows, frozenset(range(1, 1 + len(columns))))


# -- blocks -----------------------------------------------------------------------------------------------------------
def chart_block(
    frame: Frame,
    draw: Callable[[Frame, str], go.Figure],
    title: Words,
    view: View,
    *,
    table: Table | None = None,
    notes: Sequence[Words] = (),
    table_open: bool = False,
) -> Block:
    """A block whose chart is drawn only when the frame has something to show."""
    return Block(
        frame.name,
        title,
        frame,
        draw(frame, view.lang) if frame.has_data else None,
        table or figures_table(frame, view),
        tuple(notes) if frame.has_data else (),
        table_open and frame.has_data,
        absent_words(frame),
    )


def numbers_block(frame: Frame, title: Words, view: View) -> Block:
    """Figures without a chart of their own: a table and a download."""
    return Block(frame.name, title, frame, None, figures_table(frame, view), absent=absent_words(frame))


def tile(point: Point | None, name: Words, frame: Frame, view: View, *, against: Words | None = None) -> Tile:
    """A key figure; what was printed rounded is shown no finer than it was printed."""
    if point is None or point.value is None:
        reason = Words(point.reason_zh, point.reason_en) if point else theme.NO_DATA
        return Tile(name, point.key.period.replace("/", "—") if point else "", theme.NO_DATA, "", reason, True)
    source = point.publication
    if source is not None:
        detail = Words(
            f"原文“{point.printed}”，{source.source_id}" if point.printed else source.source_id,
            f"{source.source_id}, published {source.published_on or '(no date)'}",
        )
    else:
        basis = theme.BASIS.get(point.basis or "", Words("", ""))
        units = f" {point.units_reported}/{point.units_expected}" if (point.units_expected or 1) > 1 else ""
        detail = Words(basis.zh + units, basis.en + units)
        if "/" in point.key.period:
            detail = Words("各年公布数相加", "sum of the published years")
    if point.obs_status == "E":
        detail = Words(f"估算，{detail.zh}", f"estimate, {detail.en}")
    if against is not None:
        detail = Words(f"{against.zh} · {detail.zh}", f"{against.en} · {detail.en}")
    value = Words(*(theme.display(point.value, point.unit, point.half_unit, lang) for lang in ("zh", "en")))
    return Tile(
        name,
        point.key.period.replace("/", "—"),
        value,
        f"{exact(point)} {point.unit}",
        detail,
        False,
        trace_of(point, frame, view),
    )
