"""总览: where the programme stands, in five figures and one chart."""

from __future__ import annotations

from dashboards import data
from dashboards.figures.yearly_starts import yearly_starts
from dashboards.frames import Key
from dashboards.pages._page import Block, Page, absent_words, chart_block, figures_table, tile
from dashboards.theme import Words
from filings.figures import Reader

TITLE = Words("总览", "Overview")

NAMES = {
    "plan_communities": Words("计划改造小区", "communities planned"),
    "started_communities": Words("新开工小区", "communities started"),
    "benefited_households": Words("惠及居民", "households benefited"),
}


def _name(key: Key) -> Words:
    words = NAMES[key.indicator]
    return Words(f"累计{words.zh}", f"{words.en}, cumulative") if "/" in key.period else words


def page(reader: Reader) -> Page:
    frame = data.overview(reader)
    tiles = tuple(tile(p, _name(p.key)) for p in frame.points)
    starts = chart_block(
        data.yearly_starts(reader),
        yearly_starts,
        Words("每年开工多少，完成计划没有？", "How many started each year, and was the plan met?"),
        notes=(
            Words(
                "细线是原文舍入所允许的误差；空心圆是同一年的其他公布数。各数的月度进展见“年度开工”。",
                "Thin lines show what rounding in print allows; hollow circles are other printed figures of the year.",
            ),
        ),
    )
    numbers = Block(
        frame.name,
        Words("主要数字", "Key figures"),
        frame,
        None,
        figures_table(frame),
        absent=absent_words(frame),
        download_only=True,
    )
    return Page(
        "index.html",
        TITLE,
        Words("全国城镇老旧小区改造到了哪一步？", "Where does the renovation of old urban communities stand?"),
        (numbers, starts),
        False,
        tiles=tiles,
        intro=(
            Words(
                "本站的数取自部委、省市和报刊的公布资料，一数一出处；原文怎样写、何时公布、舍入到哪一位，都在各图的表和下载文件里。",
                "The figures come from publications of ministries, places and the press. Each keeps its "
                "source, printed "
                "form and rounding; see the table and the download of every chart.",
            ),
            Words(
                "没有公布的数留空，不作零，也不推算；同一数有几种说法时，按既定次序取一个，其余照列。",
                "What was never printed is left empty: not zero and not estimated. Where several figures "
                "answer, a fixed "
                "order picks one and the others stay visible.",
            ),
        ),
    )
