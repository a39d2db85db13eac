"""受益: households benefited, yearly and added up; residents as an estimate that says so."""

from __future__ import annotations

from dataclasses import replace

from dashboards.data import progress as data
from dashboards.data.reading import HOUSEHOLDS
from dashboards.figures.benefited_households import benefited_households
from dashboards.pages._page import Page, area_table, chart_block, numbers_block
from dashboards.pages._words import absent_words
from dashboards.pages.overview import SAMPLE_WARNING
from dashboards.theme import Words
from dashboards.view import View
from filings.reader import Reader
from ingestion.catalogue import NATION

TITLE = Words("受益", "Benefit")


def page(reader: Reader, view: View) -> Page:
    frame = data.benefited(reader, view.area, view.sample)
    gaps = [p.key.period for p in frame.points if p.is_gap and len(p.key.period) == 4]
    notes = [
        Words(
            "“惠及”是公布用语，指已开工小区的户数，不是完工户数。",
            '"Benefited" is the published usage: households of communities on which work started, not of those completed.',
        )
    ]
    if gaps and frame.has_data:
        notes.append(
            Words(
                f"{'、'.join(gaps)} 年全年户数没有数，图中留空；逐年相加的累计到此为止，之后只列原文印出的累计数。",
                f"The households of {', '.join(gaps)} are not known: a gap. The sum of the years stops there; later only printed "
                "cumulative figures are shown.",
            )
        )
    households = chart_block(
        frame, benefited_households, Words("惠及多少居民家庭？", "How many households?"), view, notes=notes
    )
    factor = reader.catalogue.settings["persons_per_household"]
    residents = numbers_block(
        data.residents(reader, view.area, view.sample),
        Words("多少居民（估算）？", "How many residents (estimate)?"),
        view,
    )
    estimate = Words(
        f"居民人数是估算，不是统计数：户数 × {factor['value']}（系数 {factor['id']}；公布的成对数字为 2.45 至 2.76）。",
        f"Residents are an estimate, not a count: households × {factor['value']} (factor {factor['id']}; printed pairs give 2.45 "
        "to 2.76).",
    )
    blocks = [households, replace(residents, notes=(estimate,), table_open=True)]
    if view.area == NATION:
        period = data.household_period(reader, view.period, view.sample)
        provinces = data.by_province(reader, HOUSEHOLDS, period, view.sample)
        table = area_table(provinces, view, [(HOUSEHOLDS, Words("惠及户数", "households benefited"))])
        title = Words(f"各省惠及户数，{period}", f"Households benefited by province, {period}")
        by_province = numbers_block(provinces, title, view)
        blocks.append(replace(by_province, table=table, table_open=provinces.has_data, absent=absent_words(provinces)))
    return Page(
        view,
        TITLE,
        Words("改造惠及多少户居民，每年多少，累计多少？", "How many households benefit, each year and in total?"),
        tuple(blocks),
        reader.as_of,
        (SAMPLE_WARNING,) if view.sample else (),
    )
