"""资金: from planned to idle, by source, level and content class, with the three rates; accounts never added up."""

from __future__ import annotations

from dataclasses import replace

from dashboards.data import money as data
from dashboards.figures.central_allotments import central_allotments
from dashboards.figures.content_classes import content_classes
from dashboards.figures.funds_by_source import funds_by_source
from dashboards.figures.funds_chain import funds_chain
from dashboards.frames import Frame
from dashboards.pages._ledger import ledger_blocks
from dashboards.pages._levels import levels_blocks
from dashboards.pages._page import MOST_TABLE_ROWS, Block, Cell, Page, Table, chart_block, numbers_block, wan
from dashboards.pages.overview import SAMPLE_WARNING
from dashboards.theme import Words, display
from dashboards.view import View
from filings.reader import Reader
from ingestion.catalogue import NATION

TITLE = Words("资金", "Funds")
INTRO = (
    Words(
        "下达＝预算或文件安排；到位＝已拨到实施单位账户；支付＝已付给施工等单位；闲置＝到位一年以上未用。三率：到位率＝到位÷计划，"
        "支付率＝支付÷到位，预算执行率＝支付÷下达；缺一项就不算，写明无数据及原因。",
        "Allotted: by budget or document. Arrived: in the implementer's account. Paid: to contractors. Idle: arrived over a year "
        "ago and unused. Arrival rate = arrived ÷ planned; payment rate = paid ÷ arrived; execution rate = paid ÷ allotted. A "
        "missing operand gives no data, with the reason.",
    ),
    Words(
        "各账户的任务范围不同（全国计划清单、补助资金账户、地方自定任务），分列，任何时候都不相加；两条中央资金渠道也不相加。",
        "Accounts of different programmes stand apart and are never summed; neither are the two central streams.",
    ),
)
BREAKDOWNS = (("level", Words("按资金层级", "By level")), ("source", Words("按资金来源", "By source of funds")))


def _notes(reader: Reader, frame: Frame) -> list[Words]:
    notes = []
    for point in frame.points:
        if point.key.indicator == "execution_rate" and point.value is not None and len(frame.ordered("period")) == 1:
            notes.append(
                Words(
                    f"预算执行率 {display(point.value, '%')} 由支付除以下达算得。",
                    f"The execution rate of {display(point.value, '%')} is paid ÷ allotted, computed here.",
                )
            )
    for reported, computed, _, _ in data.reported_rates(reader, frame):
        notes.append(
            Words(
                f"原报告写“资金拨付进度{reported}”，与其自列的数不符：按原文支付与下达算得 {computed}，以算得为准。",
                f"The report itself states {reported}, which its own figures refute: paid ÷ allotted as printed gives "
                f"{computed}, and that is used.",
            )
        )
    for point in frame.points:
        if point.printed and any(mark in point.printed for mark in ("截至", "（截", "(截")):
            notes.append(
                Words(
                    f"{point.key.period} 年{point.name_zh}原文为“{point.printed}”，比率的分子随之。",
                    f'The {point.key.period} figure of {point.name_en.lower()} is printed as "{point.printed}", counted to '
                    "that date.",
                )
            )
    return list(dict.fromkeys(notes))


def _other_account(reader: Reader, view: View, programme: str, area: str, periods: list[str]) -> Block:
    frame = data.account(reader, programme, area, periods, dims=("source", "purpose"))
    where = reader.catalogue.area(area)
    parent = reader.catalogue.area(reader.catalogue.province_of(area))
    prefix = "" if parent.code == area else parent.short_zh
    named = frame.publications[0].title if frame.publications else ""
    span = periods[0] if len(periods) == 1 else f"{periods[0]}—{periods[-1]}"
    title = Words(
        f"{prefix}{where.name_zh}，{span}（{frame.programme_zh}）",
        f"{where.name_en or parent.name_en + ', area ' + area}, {span} ({frame.programme_en.lower()})",
    )
    source = Words(
        f"出处：{named}。此账户自成一套，与其他账户、其他任务范围不相加。",
        "An account of its own: never added to another account or programme.",
    )
    return chart_block(
        frame, funds_by_source, title, view, notes=[*([source] if named else []), *_notes(reader, frame)]
    )


VERDICTS = {
    "agrees": Words("一致", "agree"),
    "residual": Words("有差额", "residual"),
    "no_data": Words("不能比", "nothing to compare"),
}


def _cohort(reader: Reader, view: View) -> list[Block]:
    """What the roster adds: investment by content class, and the rates of a plan year's tasks."""
    note = Words(
        "出自项目清单（J4）：按计划年度的任务，开工以来累计；与上面的日历年数字不是一回事，不同列、不相加。",
        "From the roster (J4): tasks of the plan year, life to date. Another question than the calendar year above; the two are "
        "never in one column.",
    )
    contents = data.by_content(reader, view.area, view.period, view.sample)
    title = Words("计划投资按改造内容（基础、完善、提升）", "Planned investment by content class")
    rates = numbers_block(
        data.cohort_rates(reader, view.area, view.period, view.sample),
        Words("计划年度任务的比率与占比", "Rates and shares of the plan year's tasks"),
        view,
    )
    return [
        chart_block(contents, content_classes, title, view, notes=[note]),
        replace(rates, notes=(note,), table_open=rates.frame is not None and rates.frame.has_data),
    ]


def _accounts(reader: Reader, view: View) -> list[Block]:
    """J2 of December, J3F and the year's growth of J4F: they agree, or the residual is shown."""
    found = data.three_accounts(reader, view.area, view.period, view.sample)
    rows = []
    for r in found:
        where = Words(r["name_zh"], r["name_en"])
        amounts = [r["j2"], r["j3f"], r["j4f"], r["residual_j2_j3f"], r["residual_j2_j4f"], r["residual_j3f_j4f"]]
        verdict = Cell(VERDICTS[r["verdict"]], sort=r["verdict"])
        reason = Cell(r["reason_zh"] if view.lang == "zh" else r["reason_en"])
        rows.append([Cell(Words(r["item_zh"], r["item_en"])), Cell(where), *(wan(a) for a in amounts), verdict, reason])
    if not rows:
        return []
    headers = [
        Words("项目", "item"),
        Words("分组", "by"),
        Words("判定", "verdict"),
        Words("月报 J2（12月）", "J2, December"),
        Words("年度决算 J3F", "J3F, annual accounts"),
        Words("项目清单 J4F（当年增加）", "J4F, growth in the year"),
        Words("J2−J3F", "J2−J3F"),
        Words("J2−J4F", "J2−J4F"),
        Words("J3F−J4F", "J3F−J4F"),
        Words("说明", "reason"),
    ]
    differs = sum(r["verdict"] == "residual" for r in found)
    note = Words(
        f"单位：万元。三本账各自填报，不平均、不修补：一致，或列出差额（只比较两本账都报了的单位）。{len(found)} 项中 {differs} 项有差额。",
        f"In 10,000 yuan. Three accounts filed apart, never averaged and never mended: they agree, or the residual of the units "
        f"that filed both is shown. {differs} of {len(found)} items have one.",
    )
    title = Words(f"三本账对照，{view.period[:4]} 年", f"Three accounts side by side, {view.period[:4]}")
    table = Table(headers, rows[:MOST_TABLE_ROWS], frozenset(range(3, 9)), max(0, len(rows) - MOST_TABLE_ROWS))
    return [Block("accounts", title, None, None, table, (note,))]


def _published(reader: Reader, view: View) -> list[Block]:
    """What is printed of money: central allotments of the nation, and the accounts of other programmes."""
    blocks = []
    if view.area == NATION:
        blocks.append(
            chart_block(
                data.central_allotments(reader),
                central_allotments,
                Words("中央下达（全国计划清单）", "Central allotments (national plan list)"),
                view,
                notes=[
                    Words(
                        "两条资金渠道各自公布，不相加；没有见到公布数的年份留空。",
                        "The two streams are published apart and not added up; years without a publication are left empty.",
                    ),
                    Words(
                        "没有见到全国到位、支付资金的公布数：到位率、支付率和预算执行率均为无数据。",
                        "No published figure of funds arrived or paid was found for the nation, so none of the three rates can "
                        "be given.",
                    ),
                ],
            )
        )
    accounts = data.other_accounts(reader)
    mine = [a for a in accounts if view.area == NATION or reader.catalogue.is_within(a[1], view.area)]
    return [*blocks, *(_other_account(reader, view, *a) for a in mine)]


def _usage(reader: Reader, view: View) -> list[Block]:
    """Who pays, and what a household and a square metre cost; nothing when no operand was filed."""
    frame = data.usage(reader, view.area, view.period, view.sample)
    if not frame.has_data:
        return []
    notes = (
        Words(
            "占比、市区配套比（市∶区县＝1∶此数）、单位费用均为本平台口径，不封顶；分母为零或缺项写明无数据。地方财政不含政府债券。",
            "Shares, the split (city : district = 1 : this) and unit costs are defined by this platform and never capped; a missing "
            "operand, or zero below, gives no data. Local budgets leave government bonds out.",
        ),
    )
    title = Words("钱由谁出，一户一平方米花多少", "Who pays, and what a household and a square metre cost")
    return [replace(numbers_block(frame, title, view), notes=notes, table_open=True)]


def _returned(reader: Reader, view: View) -> list[Block]:
    """What the returns give: the chain from planned to idle, and its breakdowns."""
    frame = data.chain(reader, view.area, view.period, view.sample)
    chain = chart_block(
        frame,
        funds_chain,
        Words("从计划到闲置", "From planned to idle"),
        view,
        notes=[
            Words(
                "计划是全年数，到位、支付、退回为年初至期末，结余与闲置为期末时点；没有填报的一步写明无数据。",
                "Planned is for the year; arrived, paid and returned count from January; balance and idle are at the period's "
                "end. A step that nobody files says so.",
            ),
            *_notes(reader, frame),
        ],
    )
    blocks = [chain, *_usage(reader, view)]
    for dim, title in BREAKDOWNS:
        if data.has_dimension(reader, view.area, view.period, dim, view.sample):
            parts = data.account(reader, "national", view.area, [view.period], dims=(dim,), sample=view.sample)
            blocks.append(chart_block(parts, funds_by_source, title, view))
    if data.has_dimension(reader, view.area, view.period, "content", view.sample):
        blocks += _cohort(reader, view)
    return [
        *blocks,
        *_accounts(reader, view),
        *levels_blocks(reader, view, "funds_arrived", "source"),
        *ledger_blocks(reader, view),
    ]


def page(reader: Reader, view: View) -> Page:
    blocks = _returned(reader, view) if view.period else []
    if not view.sample:
        blocks += _published(reader, view)
    return Page(
        view,
        TITLE,
        Words(
            "钱从哪里来，下达、到位、支付各多少，剩下多少？",
            "Where does the money come from; how much was allotted, arrived, paid and left over?",
        ),
        tuple(blocks),
        reader.as_of,
        ((SAMPLE_WARNING,) if view.sample else ()) + INTRO,
    )
