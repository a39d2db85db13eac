"""惠及户数: households benefited, yearly and added up."""

from __future__ import annotations

from dashboards import data
from dashboards.figures.benefited_households import benefited_households
from dashboards.pages._page import Page, chart_block
from dashboards.theme import Words
from filings.figures import Reader

TITLE = Words("惠及户数", "Households benefited")


def page(reader: Reader) -> Page:
    frame = data.benefited_households(reader)
    gaps = [p.key.period for p in frame.points if p.is_gap and len(p.key.period) == 4]
    notes = [
        Words(
            "“惠及”是公布用语，指已开工小区的户数，不是完工户数。",
            '"Benefited" is the published usage: households of communities on which '
            "work started, not of those completed.",
        )
    ]
    if gaps and frame.has_data:
        years = "、".join(gaps)
        notes.append(
            Words(
                f"{years} 年全年户数没有公布过，图中留空；逐年相加的累计到此为止，之后只列原文印出的累计数。",
                f"The households of {', '.join(gaps)} were never printed: a gap. The sum of the years stops there; "
                "later only printed cumulative figures are shown.",
            )
        )
    block = chart_block(
        frame, benefited_households, Words("惠及多少居民家庭？", "How many households?"), notes=tuple(notes)
    )
    return Page(
        "benefit.html",
        TITLE,
        Words("改造惠及多少户居民，每年多少，累计多少？", "How many households benefit, each year and in total?"),
        (block,),
        False,
    )
