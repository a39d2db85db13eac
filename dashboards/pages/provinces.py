"""分省: the 32 province-level units side by side."""

from __future__ import annotations

from dashboards import data
from dashboards.figures.province_table import province_table
from dashboards.pages._page import Page, area_table, chart_block
from dashboards.theme import Words
from filings.figures import Reader

TITLE = Words("分省", "Provinces")


def page(reader: Reader) -> Page:
    blocks = []
    for period in data.province_periods(reader):
        frame = data.province_table(reader, period)
        table = area_table(
            frame,
            [
                ("started_communities", Words("新开工小区数（个）", "communities started")),
                ("start_rate_communities_printed", Words("开工率（原文）", "start rate as printed")),
            ],
            frozenset({"start_rate_communities_printed"}),
        )
        blocks.append(
            chart_block(
                frame,
                province_table,
                Words(f"各省进展，截至 {period} 末", f"Progress by province at the end of {period}"),
                table=table,
                table_open=True,
                notes=(
                    Words(
                        "按行政区划代码排列，新疆生产建设兵团单列于后。开工率照原表，“全部开工”画在 100 处（实心点）；原表未印分母。",
                        "In the order of area codes, 兵团 (XPCC) last. The rate is the printed one; 全部开工 (all "
                        "started) stands at 100 as a "
                        "filled point. The denominator was not printed.",
                    ),
                ),
            )
        )
    return Page(
        "provinces.html",
        TITLE,
        Words("各省开工多少，进度如何？", "How many did each province start, and how far is it?"),
        tuple(blocks),
        False,
    )
