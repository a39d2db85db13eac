"""模拟数据: the sample returns, apart from everything real. They show what the survey would give once returns arrive."""

from __future__ import annotations

from dashboards import data
from dashboards.figures.county_progress import county_progress
from dashboards.figures.filing_status import filing_status
from dashboards.figures.funds_by_source import funds_by_source
from dashboards.figures.monthly_flow import monthly_flow
from dashboards.pages._page import Block, Page, absent_words, area_table, chart_block, figures_table, filing_table, tile
from dashboards.theme import Words
from filings.figures import Reader

OVERVIEW, PROGRESS = Words("样例总览", "Sample overview"), Words("开工进度", "Progress")
FUNDS, FILING = Words("资金到位与支付", "Funds"), Words("报送情况", "Filing")
WARNING = Words(
    "本页全部数字为模拟数据，由程序生成，用来演示从填报到发布的全过程；不反映任何地方的真实情况，不得引用。",
    "Every figure on this page is sample data made by a program to show the line from return to release. It "
    "says nothing about any "
    "real place and must not be quoted.",
)

COLUMNS = {
    "started_communities": Words("新开工", "started"),
    "plan_communities": Words("计划任务", "plan"),
    "plan_communities_first": Words("首版计划", "first plan"),
    "plan_communities_then": Words("当时计划", "plan then"),
    "plan_communities_now": Words("现行计划", "plan now"),
}


def overview(reader: Reader) -> Page:
    frame = data.sample_overview(reader)
    names = [
        Words("当时有效计划", "plan then"),
        Words("新开工小区", "communities started"),
        Words("开工率（当时计划）", "start rate, plan then"),
        Words("惠及居民", "households benefited"),
        Words("到位资金", "funds arrived"),
        Words("支付资金", "funds paid"),
    ]
    numbers = Block(
        frame.name,
        Words(
            f"主要数字：{frame.points[0].area_zh}",
            f"Key figures: {frame.points[0].area_en or frame.points[0].key.area}",
        ),
        frame,
        None,
        figures_table(frame),
        absent=absent_words(frame),
        download_only=True,
    )
    monthly = data.monthly_flow(reader)
    partial = [p for p in monthly.points if p.is_partial]
    months = "、".join(f"{p.key.period}（{p.units_reported}/{p.units_expected}）" for p in partial)
    held = ", ".join(f"{p.key.period} ({p.units_reported} of {p.units_expected})" for p in partial)
    flow = chart_block(
        monthly,
        monthly_flow,
        Words("每月新开工", "Starts month by month"),
        notes=(
            Words(
                "当月数＝本月累计减上月累计。有单位缺报的月份，柱子加斜纹。",
                "The month is the difference of two year-to-date figures. Months that some "
                "units did not file are hatched.",
            ),
            *([Words(f"有单位缺报：{months}。", f"Some units did not file: {held}.")] if partial else []),
        ),
    )
    return Page(
        "sample/index.html",
        OVERVIEW,
        Words("样例报表汇总出什么？", "What do the sample returns add up to?"),
        (numbers, flow),
        True,
        intro=(WARNING,),
        tiles=tuple(tile(p, n) for p, n in zip(frame.points, names, strict=True)),
    )


def progress(reader: Reader) -> Page:
    frame = data.county_progress(reader)
    table = area_table(
        frame,
        [(i, words) for i, words in COLUMNS.items() if i in frame.ordered("indicator")],
    )
    versions = set(data.PLAN_VERSIONS) & set(frame.ordered("indicator"))
    block = chart_block(
        frame,
        county_progress,
        Words("各单位完成计划没有？", "Did each unit meet its plan?"),
        table=table,
        table_open=True,
        notes=(
            Words(
                "计划在年内会调整：菱形是首版，竖线是期末当时有效的一版，圆圈是现行版。三者重合时叠在一处。",
                "Plans are revised in the year: diamond = first version, bar = in force then, circle = in "
                "force now. Where "
                "they agree the marks coincide.",
            ),
        )
        if versions
        else (),
    )
    return Page(
        "sample/progress.html",
        PROGRESS,
        Words("开工与计划相比如何？", "How do the starts compare with the plan?"),
        (block,),
        True,
        intro=(WARNING,),
    )


def funds(reader: Reader) -> Page:
    block = chart_block(
        data.sample_funds(reader),
        funds_by_source,
        Words("按来源的到位与支付", "Arrived and paid, by source"),
        notes=(
            Words(
                "月报只对中央财政补助和地方政府专项债券分列支付；其余来源没有支付分项，不画。",
                "The monthly form asks paid by source for the central subsidy and special bonds "
                "only; other sources have no bar for paid.",
            ),
            Words(
                "报表不填报下达数，故预算执行率无数据。",
                "The returns do not ask for allotted funds, so there is no execution rate.",
            ),
        ),
    )
    return Page(
        "sample/funds.html",
        FUNDS,
        Words("资金到位多少，付出多少？", "How much money arrived and how much was paid?"),
        (block,),
        True,
        intro=(WARNING,),
    )


def filing(reader: Reader) -> Page:
    frame = data.filing_status(reader)
    absent = (
        absent_words(frame)
        if frame.available or not frame.release
        else Words("本次发布不含报送情况", "filing status is not in this release")
    )
    block = Block(
        frame.name,
        Words("谁报了哪一期？", "Who filed which period?"),
        frame,
        filing_status(frame) if frame.has_data else None,
        filing_table(frame),
        notes=(
            Words(
                "J1 为年度计划，J2 为月报。缺报的单位照样列出；缺的数不补、不估，合计注明已报单位数。下表只列未接收的，下载含全部。",
                "J1 is the yearly plan, J2 the monthly return. Missing units stay listed. Nothing is imputed; "
                "totals say how many units they hold. The table lists what is not "
                "accepted, the download everything.",
            ),
        )
        if frame.has_data
        else (),
        absent=absent,
    )
    return Page(
        "sample/filing.html", FILING, Words("报表收齐了吗？", "Are the returns in?"), (block,), True, intro=(WARNING,)
    )
