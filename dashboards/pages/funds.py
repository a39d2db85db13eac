"""资金: published money, an account a block; accounts of different programmes are never added up."""

from __future__ import annotations

from dashboards import data
from dashboards.figures.central_allotments import central_allotments
from dashboards.figures.funds_by_source import funds_by_source
from dashboards.frames import Frame
from dashboards.pages._page import Block, Page, chart_block
from dashboards.theme import Words, display
from filings.figures import Reader

TITLE = Words("资金", "Funds")


def _notes(reader: Reader, frame: Frame) -> tuple[Words, ...]:
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
                f"The report itself states {reported}, which its own figures refute: paid ÷ allotted as printed "
                f"gives {computed}, "
                "and that is used.",
            )
        )
    for point in frame.points:
        if point.printed and any(mark in point.printed for mark in ("截至", "（截", "(截")):
            notes.append(
                Words(
                    f"{point.key.period} 年{point.name_zh}原文为“{point.printed}”，比率的分子随之。",
                    f'The {point.key.period} figure of {point.name_en.lower()} is printed as "{point.printed}", '
                    "counted to that date.",
                )
            )
    return tuple(dict.fromkeys(notes))


def _account(reader: Reader, programme: str, area: str, periods: list[str]) -> Block:
    frame = data.funds_account(reader, programme, area, periods)
    where = reader.catalogue.area(area)
    parent = reader.catalogue.area(reader.catalogue.province_of(area))
    prefix = "" if parent.code == area else parent.short_zh
    named = frame.publications[0].title if frame.publications else ""
    span = periods[0] if len(periods) == 1 else f"{periods[0]}—{periods[-1]}"
    title = Words(
        f"{prefix}{where.name_zh}，{span}（{frame.programme_zh}）",
        f"{where.name_en or parent.name_en + ', area ' + area}, {span} ({frame.programme_en.lower()})",
    )
    notes = (
        (
            Words(
                f"出处：{named}。此账户自成一套，与其他账户、其他任务范围不相加。",
                "An account of its own: never added to another account or programme.",
            ),
        )
        if named
        else ()
    )
    return chart_block(frame, funds_by_source, title, notes=notes + _notes(reader, frame))


def page(reader: Reader) -> Page:
    central = chart_block(
        data.central_allotments(reader),
        central_allotments,
        Words("中央下达（全国计划清单）", "Central allotments (national plan list)"),
        notes=(
            Words(
                "两条资金渠道各自公布，不相加；没有见到公布数的年份留空。",
                "The two streams are published apart and not added up; years without a publication are left empty.",
            ),
            Words(
                "没有见到全国到位、支付资金的公布数：到位率、支付率和预算执行率均为无数据。",
                "No published figure of funds arrived or paid was found for "
                "the nation, so none of the three rates can be given.",
            ),
        ),
    )
    accounts = [_account(reader, *account) for account in data.fund_accounts(reader)]
    return Page(
        "funds.html",
        TITLE,
        Words(
            "钱从哪里来，下达、到位、支付各多少？",
            "Where does the money come from, and how much was allotted, arrived and paid?",
        ),
        (central, *accounts),
        False,
        intro=(
            Words(
                "下达＝预算或文件安排；到位＝已拨到实施单位账户；支付＝已付给施工等单位。三率：到位率＝到位÷计划，支付率＝支付÷到位，"
                "预算执行率＝支付÷下达；缺一项就不算，写明无数据及原因。",
                "Allotted: by budget or document. Arrived: in the implementer's account. Paid: to contractors. "
                "Arrival rate = arrived ÷ "
                "planned; payment rate = paid ÷ arrived; execution rate = paid ÷ allotted. A missing operand "
                "gives no data, with the "
                "reason.",
            ),
            Words(
                "以下各账户的任务范围不同（全国计划清单、补助资金账户、地方自定任务），分列，任何时候都不相加。",
                "The accounts below belong to different programmes. They stand apart and are never summed.",
            ),
        ),
    )
