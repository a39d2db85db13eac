"""A page as a tree of elements, in one language. The site writes the tree as HTML, the app as Dash components.

So that both show the same, every piece of markup is made here once. Text in the tree is plain: whoever writes it out
escapes it. Not here: the tree's two writers (html.py, components.py), words and numbers (pages/).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeAlias
from urllib.parse import quote

import plotly.graph_objects as go

from dashboards import files, theme
from dashboards.downloads import FORMATS, file_name
from dashboards.frames import Frame
from dashboards.pages._page import Block, Cell, Choice, Page, Table, Tile
from dashboards.pages._words import moment, release_words
from dashboards.theme import Words
from dashboards.view import View


@dataclass(frozen=True)
class Node:
    """An element. Attribute names are those of HTML (class, colspan, aria-label)."""

    tag: str
    children: tuple[Child, ...] = ()
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Link:
    """An anchor to another view, or else to `otherwise`; plain text where the writer has neither."""

    to: View
    children: tuple[Child, ...]
    attributes: dict[str, str] = field(default_factory=dict)
    otherwise: View | None = None


@dataclass(frozen=True)
class Download:
    """An anchor to the numbers of a block."""

    view: View
    block: str
    suffix: str
    file: str
    children: tuple[Child, ...]


@dataclass(frozen=True)
class Original:
    """An anchor to an archived workbook; plain text where originals are not given out."""

    sha256: str
    children: tuple[Child, ...]


@dataclass(frozen=True)
class Chart:
    """A Plotly figure in its place. height: CSS."""

    name: str
    figure: go.Figure
    label: str
    height: str


@dataclass(frozen=True)
class Looks:
    """Several charts of the same numbers of which one is seen: links in the app, buttons in the site."""

    name: str
    choices: tuple[tuple[Choice, Chart], ...]
    lang: str


Child: TypeAlias = "str | Node | Link | Download | Original | Chart | Looks"


def node(tag: str, *children: Child | Iterable[Child], **attributes: str) -> Node:
    """An element; `klass` is its class, underscores in names are hyphens, iterables of children are taken in."""
    flat: list[Child] = []
    for child in children:
        if isinstance(child, (str, Node, Link, Download, Original, Chart, Looks)):
            flat.append(child)
        else:
            flat += child
    named = {("class" if k == "klass" else k.replace("_", "-")): v for k, v in attributes.items()}
    return Node(tag, tuple(flat), named)


def said(words: Words | str, lang: str) -> list[Child]:
    """Words in the page's language; a Chinese page has the English behind them."""
    if isinstance(words, str):
        return [words]
    if lang == "en":
        return [words.en or words.zh]
    if not words.en or words.en == words.zh:
        return [words.zh]
    return [words.zh, " ", node("span", words.en, lang="en")]


def one(words: Words, lang: str) -> str:
    return words.zh if lang == "zh" else words.en or words.zh


# -- the parts of a block ---------------------------------------------------------------------------------------------
def _height(figure: go.Figure) -> str:
    """CSS height of a chart: in pixels, or for shapes that keep their proportions following the width."""
    shape = (figure.layout.meta or {}).get("shape") if figure.layout.meta else None
    px = int(figure.layout.height)
    if shape == "map":
        return f"min({px}px, calc(84vw + 170px))"
    if shape == "tiles":
        return f"min({px}px, calc(110vw + 190px))"
    return f"{px}px"


def chart(name: str, figure: go.Figure, title: Words, page: Page) -> Chart:
    lang = page.view.lang
    mark = f"{one(Words(theme.SAMPLE_ZH, theme.SAMPLE_EN), lang)}：" if page.is_sample else ""
    where = "数字见图下数据表。" if lang == "zh" else "The numbers are in the table below."
    return Chart(name, figure, f"{mark}{one(title, lang)}。{where}", _height(figure))


LONG = 28  # letters of a cell that may be wrapped
MANY = 60  # rows of a table that scrolls in its own box


def _cell(cell: Cell, at: int, table: Table, lang: str) -> Node:
    content: list[Child] = said(cell.text, lang)
    if cell.to is not None:
        content = [Link(cell.to, tuple(content))]
    long = len(cell.text if isinstance(cell.text, str) else one(cell.text, lang)) > LONG
    attributes = {"class": "number"} if at in table.numeric else {"class": "long"} if long else {}
    if cell.sort:
        attributes["data-sort"] = cell.sort
    if cell.title:
        attributes["title"] = cell.title
    if at == 0:
        return Node("th", tuple(content), attributes | {"scope": "row"})
    return Node("td", tuple(content), attributes)


def table_nodes(table: Table, title: Words, lang: str, sample: bool) -> Node:
    """A table whose headings sort it."""
    mark = f"【{theme.SAMPLE_ZH}】" if sample else ""
    heads = []
    for i, words in enumerate(table.headers):
        shown = said(words, lang)
        held = [node("button", shown, klass="sort", type="button")] if table.is_sortable else shown
        heads.append(node("th", held, scope="col", klass="number" if i in table.numeric else ""))
    rows = [Node("tr", tuple(_cell(c, i, table, lang) for i, c in enumerate(row))) for row in table.rows]
    return node(
        "div",
        node("table", node("caption", mark, said(title, lang)), node("thead", node("tr", heads)), node("tbody", rows)),
        klass="scroll many" if len(table.rows) > MANY else "scroll",
        tabindex="0",
        role="region",
        aria_label=one(title, lang),
    )


def _numbers(block: Block, page: Page) -> list[Child]:
    table, lang = block.table, page.view.lang
    if table is None or not table.rows:
        return []
    inner: list[Child] = [table_nodes(table, block.title, lang, page.is_sample)]
    if table.cut:
        inner.append(
            node(
                "p",
                said(Words(f"另有 {table.cut} 行在下载文件中。", f"{table.cut} more rows are in the download."), lang),
                klass="note",
            )
        )
    if block.frame is None or block.table_open:
        return [node("div", inner, klass="whole")]
    count = Words(f"数据表（{len(table.rows)} 行）", f"data table ({len(table.rows)} rows)")
    return [node("details", node("summary", said(count, lang)), inner, klass="numbers")]


def _sources(block: Block, lang: str) -> list[Child]:
    if not block.publications:
        return []
    rows = []
    for s in block.publications:
        who = theme.PUBLISHER.get(s.publisher)
        parts: list[Child] = [node("b", s.source_id), " ", s.title]
        if who is not None:
            parts += [" · ", *said(who, lang)]
        parts += [" · ", s.published_on or one(Words("日期未印", "date not printed"), lang)]
        if s.address:
            parts += [
                " · ",
                node(
                    "a", said(Words("所见副本", "copy read"), lang), href=s.address, rel="noreferrer noopener external"
                ),
            ]
        rows.append(node("li", parts))
    head = Words(f"来源（{len(rows)}）", f"sources ({len(rows)})")
    return [node("details", node("summary", said(head, lang)), node("ul", rows), klass="sources")]


def _facts(block: Block, lang: str) -> list[Child]:
    parts: list[Child] = []
    for i, fact in enumerate(block.facts):
        parts += [node("span", " · ", klass="dot")] if i else []
        parts.append(node("span", said(fact, lang), klass="fact"))
    return [node("p", parts, klass="facts")] if parts else []


def _downloads(block: Block, page: Page) -> list[Child]:
    """Links to the numbers of a chart, and to a file that is made when it is asked for."""
    offered: list[tuple[str, Callable[[str], str]]] = []
    if block.frame is not None and (block.frame.has_data or isinstance(block.frame, Frame)):
        offered.append((block.name, partial(file_name, block.frame)))
    if block.file:
        offered.append((block.file, partial(files.file_name, page.view, block.file)))
    lang = page.view.lang
    mark = f"（{theme.SAMPLE_ZH}）" if page.is_sample else ""
    links: list[Child] = []
    for name, file_of in offered:
        for suffix in FORMATS:
            words: list[Child] = [f"{one(Words('下载', 'Download'), lang)} {suffix.upper()}{mark}"]
            links += [Download(page.view, name, suffix, file_of(suffix), tuple(words)), " "]
    return [node("p", links, klass="actions")] if links else []


def _drawing(block: Block, page: Page) -> list[Child]:
    if block.looks:
        charts = [
            (c, chart(f"{block.name}-{i}", c.figure, block.title, page))
            for i, c in enumerate(block.looks)
            if c.figure is not None
        ]
        return [Looks(block.name, tuple(charts), page.view.lang)]
    if block.figure is not None:
        return [chart(block.name, block.figure, block.title, page)]
    if block.frame is not None and not block.frame.has_data:
        return [node("p", node("strong", said(block.absent, page.view.lang)), klass="absent")]
    return []


def block_nodes(block: Block, page: Page) -> Node:
    """A section: heading, chart, facts, notes, downloads, table, sources."""
    lang = page.view.lang
    tag: list[Child] = [node("span", theme.SAMPLE_ZH, klass="tag"), " "] if page.is_sample else []
    return node(
        "section",
        node("h2", tag, said(block.title, lang)),
        _drawing(block, page),
        _facts(block, lang),
        [node("p", said(note, lang), klass="note") for note in block.notes],
        _downloads(block, page),
        _numbers(block, page),
        _sources(block, lang),
        block.extra,
        klass="block",
        id=block.name,
    )


# -- tiles ------------------------------------------------------------------------------------------------------------
def sparkline(values: tuple[float | None, ...]) -> str:
    """A small line of earlier values as an SVG address; gaps stay gaps."""
    held = [v for v in values if v is not None]
    if len(held) < 3:
        return ""
    low, span = min(held), (max(held) - min(held)) or 1.0
    step = 96 / (len(values) - 1)
    runs: list[list[str]] = [[]]
    for i, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(f"{2 + i * step:.1f},{26 - 22 * (value - low) / span:.1f}")
    lines = "".join(f'<polyline points="{" ".join(r)}"/>' for r in runs if len(r) > 1)
    dots = "".join(
        f'<circle cx="{r[-1].split(",")[0]}" cy="{r[-1].split(",")[1]}" r="1.8" fill="{theme.BLUE}"/>'
        for r in runs
        if r
    )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 28"><g fill="none" stroke="{theme.BLUE}" '
        f'stroke-width="1.6">{lines}</g>{dots}</svg>'
    )
    return f"data:image/svg+xml,{quote(svg)}"


def tile_nodes(tile: Tile, lang: str) -> Node:
    value: list[Child] = [one(tile.value, lang)]
    if tile.to is not None:
        value = [Link(tile.to, tuple(value))]
    spark = sparkline(tile.spark)
    alt = one(Words("历年走势", "earlier years"), lang)
    return node(
        "li",
        node("span", said(tile.name, lang), klass="name"),
        node("span", value, klass="value", title=tile.exact),
        [node("img", src=spark, alt=alt, klass="spark")] if spark else [],
        node("span", f"{tile.period} · " if tile.period else "", said(tile.detail, lang), klass="detail"),
        klass="missing" if tile.missing else "",
    )


# -- the page ---------------------------------------------------------------------------------------------------------
def nav_nodes(pages: Iterable[tuple[str, Words]], view: View) -> Node:
    """The pages with the filters that were asked for, then the way between real and sample figures."""
    bare = View(sample=view.sample, release=view.release, lang=view.lang)
    items = []
    for name, words in pages:
        current = {"aria-current": "page"} if name == view.page else {}
        target = bare.to(name) if view.page == "trace" else view.to(name)
        items.append(node("li", Link(target, tuple(said(words, view.lang)), current, bare.to(name))))
    other = Words("返回公布数据", "Back to published figures") if view.sample else Words("样例页", "Sample pages")
    target = View(sample=not view.sample, lang=view.lang)
    # a site made from a release keeps its other half under the same release
    items.append(
        node("li", Link(target, tuple(said(other, view.lang)), {}, target.with_(release=view.release)), klass="apart")
    )
    label = one(Words("页面", "pages"), view.lang)
    return node("nav", node("ul", items), aria_label=label)


def banner_nodes(sample: bool, lang: str) -> list[Child]:
    if not sample:
        return []
    words: list[Child] = [node("strong", theme.SAMPLE_ZH), " ", node("span", f"({theme.SAMPLE_EN})", lang="en")]
    return [node("div", words, klass="banner", role="note")]


def head_nodes(pages: Iterable[tuple[str, Words]], view: View) -> Node:
    brand = Words("城镇老旧小区改造统计", "Renovation of old urban communities: statistics")
    home = Link(View(sample=view.sample, release=view.release, lang=view.lang), tuple(said(brand, view.lang)))
    return node(
        "header", node("div", node("p", home, klass="brand"), nav_nodes(pages, view), klass="wrap"), klass="top"
    )


def _choices(page: Page) -> list[Child]:
    """Rows of links that stand above the blocks: measures of the map, pages of the provinces."""
    lang = page.view.lang
    found: list[Child] = []
    for label, choices in page.choices:
        links: list[Child] = []
        for choice in choices:
            current = {"aria-current": "true"} if choice.chosen else {}
            links += [Link(choice.to, (one(choice.words, lang),), current), " "]
        found.append(node("p", node("span", one(label, lang), klass="label"), " ", links, klass="choices"))
    return found


def main_nodes(page: Page) -> Node:
    """Everything between header and footer."""
    lang = page.view.lang
    tag: list[Child] = [" ", node("span", theme.SAMPLE_ZH, klass="tag")] if page.is_sample else []
    return node(
        "main",
        node("h1", said(page.title, lang), tag),
        node("p", said(page.question, lang), klass="question"),
        [node("p", said(words, lang), klass="intro") for words in page.intro],
        [node("ul", [tile_nodes(t, lang) for t in page.tiles], klass=f"tiles n{len(page.tiles)}")]
        if page.tiles
        else [],
        _choices(page),
        [block_nodes(block, page) for block in page.blocks],
        klass="wrap",
        id="main",
    )


def foot_nodes(as_of: str, release: str | None, lang: str, columns: Child) -> Node:
    """How to read the numbers, and where they come from. columns: the way to the file that explains the downloads."""
    when, what = moment(as_of), release_words(release)
    read = Words(
        "缺失记为“无数据”，从不记零；合计旁注明覆盖。下载为 CSV 与 XLSX，数值为基本单位的精确小数；各列含义见",
        "Missing is never zero; coverage stands beside every total. Downloads hold exact decimals in base units; columns:",
    )
    made = Words(
        f"由 jiugai 从{'发布 ' if release else ''}{what.zh} 生成，数据截至 {when.zh}。公布资料多为转载，以原发布为准；本站不是政府部门网站。",
        f"Made by jiugai from {'release ' if release else ''}{what.en}, data as of {when.en}. Most publications were read in "
        "reposts: the original prevails. This is no government site.",
    )
    return node("footer", node("p", said(read, lang), " ", columns), node("p", said(made, lang)), klass="wrap")


def plain_figure(figure: go.Figure) -> dict[str, Any]:
    """data and layout as plain values; the height is left to the place that it is drawn in."""
    made = figure.to_plotly_json()
    layout = {k: v for k, v in made["layout"].items() if k != "height"}
    return {"data": made["data"], "layout": layout | {"autosize": True}}


CONFIG: dict[str, Any] = {
    "displayModeBar": "hover",
    "displaylogo": False,
    "responsive": True,
    "scrollZoom": False,
    "doubleClick": False,
    "modeBarButtons": [["toImage"]],
}
