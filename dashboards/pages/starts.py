"""年度开工: starts against plan, by year and by month."""

from __future__ import annotations

from dashboards import data
from dashboards.figures.monthly_progress import monthly_progress
from dashboards.figures.yearly_starts import yearly_starts
from dashboards.pages._page import Page, chart_block
from dashboards.theme import Words
from filings.figures import Reader

TITLE = Words("年度开工", "Yearly starts")


def page(reader: Reader) -> Page:
    yearly = chart_block(
        data.yearly_starts(reader),
        yearly_starts,
        Words("开工与计划", "Starts against plan"),
        notes=(
            Words(
                "蓝柱是采用的新开工数，灰柱是当年计划；两者都按公布值，未作调整。",
                "Blue bars are the starts that were chosen, grey bars the plan of the year; both as published.",
            ),
            Words(
                "细线为舍入误差（末位半个单位；“多”“以上”只向上，“近”只向下）。",
                "Thin lines: half a unit of the last printed digit; upward only for "
                '"more than" and "at least", downward only for "nearly".',
            ),
            Words(
                "空心圆为其他公布数，空心菱形为缺若干省的部分合计，不能当全国数用。",
                "Hollow circles are other printed figures; hollow diamonds "
                "are sums of some provinces only and are no national figure.",
            ),
        ),
    )
    monthly = chart_block(
        data.monthly_progress(reader),
        monthly_progress,
        Words("月度进展", "Progress through the year"),
        notes=(
            Words(
                "各点为年初至该月末的累计。实线连接相邻月份，点线跨过未公布的月份，只为看清走向，不是估计值。",
                "Each point counts from January. Solid lines join neighbouring months; dotted lines cross "
                "months that were not "
                "published and are no estimate.",
            ),
        ),
    )
    return Page(
        "starts.html",
        TITLE,
        Words(
            "每年计划改造多少、实际开工多少，年内怎样推进？",
            "How many communities were planned and started, and how did the year proceed?",
        ),
        (yearly, monthly),
        False,
    )
