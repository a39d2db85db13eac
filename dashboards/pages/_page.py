"""What a page is made of: blocks with a chart, its numbers as a table, its facts and its notes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from dashboards import theme
from dashboards.frames import FilingFrame, Frame, Point, Publication
from dashboards.theme import Words

CHINA = dt.timezone(dt.timedelta(hours=8))
MOST_TABLE_ROWS = 1500  # a longer table is cut in the page, never in the download


@dataclass(frozen=True)
class Table:
    """headers and rows of text; the first column names the row; columns in `numeric` are set right."""

    headers: list[Words]
    rows: list[list[str]]
    numeric: frozenset[int]
    cut: int = 0


@dataclass(frozen=True)
class Tile:
    """One key figure: what, how much, how printed, from where."""

    name: Words
    period: str
    value: str
    detail: Words
    missing: bool


@dataclass(frozen=True)
class Block:
    """One chart with everything that must stand beside it. figure is None when there is nothing to draw."""

    name: str
    title: Words
    frame: Frame | FilingFrame
    figure: go.Figure | None
    table: Table
    notes: tuple[Words, ...] = ()
    table_open: bool = False
    absent: Words = theme.NO_DATA
    download_only: bool = False

    @property
    def facts(self) -> list[Words]:
        """as-of, release, reference period, coverage, programme and source, in this order."""
        return facts(self.frame)

    @property
    def publications(self) -> list[Publication]:
        return self.frame.publications if isinstance(self.frame, Frame) else []


@dataclass(frozen=True)
class Page:
    """file is relative to the site's root."""

    file: str
    title: Words
    question: Words
    blocks: tuple[Block, ...]
    is_sample: bool
    intro: tuple[Words, ...] = ()
    tiles: tuple[Tile, ...] = ()


def moment(text: str) -> Words:
    """An as-of moment in Beijing time; text that is no moment is given as it stands."""
    try:
        when = dt.datetime.fromisoformat(text)
    except ValueError:
        return Words(text, text)
    if when.tzinfo is None:
        return Words(text, text)
    local = when.astimezone(CHINA)
    return Words(f"{local:%Y-%m-%d %H:%M}（北京时间）", f"{local:%Y-%m-%d %H:%M} UTC+8")


def release_words(release: str | None) -> Words:
    return Words(release, release) if release else Words("未发布的构建", "unreleased build")


def _coverage(frame: Frame | FilingFrame) -> Words:
    held = frame.coverage
    if isinstance(frame, FilingFrame):
        return Words(f"已接收 {held.given}/{held.asked} 份报表", f"{held.given} of {held.asked} returns accepted")
    zh, en = f"{held.given}/{held.asked} 个数", f"{held.given} of {held.asked} figures"
    if held.areas:
        zh = f"{held.areas[0]}/{held.areas[1]} 个地区，{zh}"
        en = f"{held.areas[0]} of {held.areas[1]} areas, {en}"
    if held.units:
        least = "最少 " if any(p.is_partial for p in frame.points) else " "
        zh += f"，填报单位{least}{held.units[0]}/{held.units[1]}"
        en += f", {'at least ' if least.strip() else ''}{held.units[0]} of {held.units[1]} units"
    return Words(zh, en)


def facts(frame: Frame | FilingFrame) -> list[Words]:
    """The line under a chart, one entry a fact, each in both languages."""
    as_of, release, coverage = moment(frame.as_of), release_words(frame.release), _coverage(frame)
    found = [Words(f"截至 {as_of.zh}", f"as of {as_of.en}"), Words(f"发布 {release.zh}", f"release {release.en}")]
    if isinstance(frame, Frame):
        first, last = frame.span
        span = first if first == last else f"{first} — {last}"
        found.append(Words(f"数据期 {span}", f"period {span}"))
    elif frame.cells:
        periods = sorted({c.period for c in frame.cells})
        found.append(Words(f"数据期 {periods[0]} — {periods[-1]}", f"period {periods[0]} — {periods[-1]}"))
    found.append(Words(f"覆盖 {coverage.zh}", f"coverage {coverage.en}"))
    if isinstance(frame, Frame):
        found.append(Words(f"范围 {frame.programme_zh}", f"programme {frame.programme_en}"))
        kinds = [theme.SOURCE_KIND.get(k, Words(k, k)) for k in frame.source_kinds] or [theme.NO_DATA]
    else:
        kinds = [theme.SOURCE_KIND["sample"]] if frame.is_sample else [theme.SOURCE_KIND["return"]]
    count = len(frame.publications) if isinstance(frame, Frame) else 0
    found.append(
        Words(
            "来源 " + "、".join(k.zh for k in kinds) + (f" {count} 件" if count else ""),
            "source " + ", ".join(k.en for k in kinds) + (f" ({count})" if count else ""),
        )
    )
    return found


def absent_words(frame: Frame | FilingFrame) -> Words:
    """What stands in place of a chart that has nothing to show."""
    if frame.release:
        return Words("本次发布不含", "not in this release")
    return Words("没有数据", "no data")


# -- tables -----------------------------------------------------------------------------------------------------------
def exact(point: Point) -> str:
    """A value as the tables show it: every digit that is stored, grouped by thousands."""
    if point.value is None:
        return theme.NO_DATA.zh
    return theme.trimmed(point.value, 8)


def _source(point: Point) -> str:
    if point.publication:
        return f"{point.publication.source_id} {point.publication.published_on or ''}".strip()
    if point.is_gap:
        return point.reason_zh
    basis = theme.BASIS.get(point.basis or "")
    return f"{basis.zh} {basis.en}" if basis else ""


def figures_table(frame: Frame) -> Table:
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
            row = [point.key.period] + ([point.area_zh] if areas else []) + [point.name_zh]
            row += [point.dim_zh or "合计"] if dims else []
            words = theme.STATUS.get(point.obs_status, Words("", ""))
            status = f"{point.obs_status} {words.zh} {words.en}" + (
                f" {point.units_reported}/{point.units_expected}" if point.is_partial else ""
            )
            row += [
                exact(point),
                point.unit,
                point.printed or "",
                status + (" 存疑" if point.is_doubtful else ""),
                "是 yes" if point is chosen and not point.is_gap else "" if point.is_gap else "其他 other",
                _source(point),
            ]
            rows.append(row)
    return Table(headers, rows[:MOST_TABLE_ROWS], frozenset({at}), max(0, len(rows) - MOST_TABLE_ROWS))


def area_table(frame: Frame, columns: list[tuple[str, Words]], printed: frozenset[str] = frozenset()) -> Table:
    """A row an area, a column an indicator, the code last so that the numbers show on a narrow screen.

    Indicators in `printed` are shown in the words of the source.
    """
    english = any(p.area_en for p in frame.points)
    headers = [Words("地区", "area"), *(words for _, words in columns)]
    headers += ([Words("英文名", "English name")] if english else []) + [Words("代码", "code")]
    rows = []
    for area in frame.ordered("area"):
        points = [frame.point(indicator, area=area) for indicator, _ in columns]
        named = next(p for p in points if p is not None)
        cells = [
            theme.NO_DATA.zh if p is None or p.is_gap else p.printed if indicator in printed and p.printed else exact(p)
            for (indicator, _), p in zip(columns, points, strict=True)
        ]
        rows.append([named.area_zh, *(c or "" for c in cells), *([named.area_en] if english else []), area])
    return Table(headers, rows, frozenset(range(1, 1 + len(columns))))


def filing_table(frame: FilingFrame) -> Table:
    """Returns that are not accepted; the download lists all."""
    cells = [c for c in frame.cells if c.status != "accepted"]
    rows = [
        [
            c.period,
            c.form,
            c.unit_code,
            c.unit_zh,
            theme.RETURN_STATUS[c.status].zh + " " + theme.RETURN_STATUS[c.status].en,
            str(c.versions),
        ]
        for c in cells
    ]
    return Table(
        [
            Words("报告期", "period"),
            Words("表", "form"),
            Words("代码", "code"),
            Words("填报单位", "unit"),
            Words("状态", "status"),
            Words("版本数", "versions"),
        ],
        rows[:MOST_TABLE_ROWS],
        frozenset({5}),
        max(0, len(rows) - MOST_TABLE_ROWS),
    )


# -- blocks -----------------------------------------------------------------------------------------------------------
def chart_block(
    frame: Frame,
    draw: Callable[[Frame], go.Figure],
    title: Words,
    *,
    table: Table | None = None,
    notes: tuple[Words, ...] = (),
    table_open: bool = False,
) -> Block:
    """A block whose chart is drawn only when the frame has something to show."""
    return Block(
        frame.name,
        title,
        frame,
        draw(frame) if frame.has_data else None,
        table or figures_table(frame),
        notes if frame.has_data else (),
        table_open and frame.has_data,
        absent_words(frame),
    )


def tile(point: Point | None, name: Words) -> Tile:
    """A key figure; what was printed rounded is shown no finer than it was printed."""
    if point is None or point.value is None:
        reason = Words(point.reason_zh, point.reason_en) if point else theme.NO_DATA
        return Tile(name, point.key.period.replace("/", "—") if point else "", theme.NO_DATA.zh, reason, True)
    source = point.publication
    if source is not None:
        detail = Words(
            f"原文“{point.printed}”，{source.source_id}" if point.printed else source.source_id,
            f"published {source.published_on}" if source.published_on else "date not printed",
        )
    else:
        basis = theme.BASIS.get(point.basis or "", Words("", ""))
        units = f" {point.units_reported}/{point.units_expected}" if (point.units_expected or 1) > 1 else ""
        detail = Words(basis.zh + units, basis.en + units)
        if "/" in point.key.period:
            detail = Words("各年公布数相加", "sum of the published years")
    return Tile(
        name, point.key.period.replace("/", "—"), theme.display(point.value, point.unit, point.half_unit), detail, False
    )
