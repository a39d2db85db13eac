"""分省: the 32 province-level units side by side."""

from __future__ import annotations

from dashboards import data
from dashboards.figures.province_table import province_table
from dashboards.pages._page import Page, area_table, chart_block
from dashboards.theme import Words
from filings.figures import Reader

TITLE = Words("分省", "Provinces")
RATE = "start_rate_communities_printed"
NOTES = (
    Words("按行政区划代码排列，新疆生产建设兵团单列于后。", "In the order of area codes, 兵团 (XPCC) last."),
    Words(
        "开工率照原表，“全部开工”画在 100 处（实心点）；原表未印分母。",
        "The rate is the printed one; 全部开工 (all started) stands at 100 as a filled point. "
        "The denominator was not printed.",
    ),
)


def page(reader: Reader) -> Page:
    blocks = []
    for period in data.province_periods(reader):
        frame = data.province_table(reader, period)
        table = area_table(
            frame,
            [
                ("started_communities", Words("新开工小区数（个）", "communities started")),
                (RATE, Words("开工率（原文）", "start rate as printed")),
            ],
            frozenset({RATE}),
        )
        blocks.append(
            chart_block(
                frame,
                province_table,
                Words(f"各省进展，截至 {period} 末", f"Progress by province at the end of {period}"),
                table=table,
                table_open=True,
                notes=NOTES if any(not p.is_gap for p in frame.points if p.key.indicator == RATE) else NOTES[:1],
            )
        )
    return Page(
        "provinces.html",
        TITLE,
        Words("各省开工多少，进度如何？", "How many did each province start, and how far is it?"),
        tuple(blocks),
        False,
    )
