"""总览: where the programme stands: starts, households and money against the plan, how fresh it is, what was released."""

from __future__ import annotations

from dataclasses import replace

from dashboards import theme
from dashboards.data import progress as data
from dashboards.data import quality
from dashboards.data.reading import HOUSEHOLDS, STARTED, read_frame
from dashboards.figures.monthly_flow import monthly_flow
from dashboards.figures.yearly_starts import yearly_starts
from dashboards.frames import Frame, Key, Point
from dashboards.pages._page import Block, Cell, Page, Table, Tile, chart_block, numbers_block, tile
from dashboards.pages._words import minute, moment, release_words
from dashboards.theme import Words
from dashboards.view import View
from filings.reader import Reader
from ingestion.catalogue import NATION

TITLE = Words("总览", "Overview")
SAMPLE_WARNING = Words(
    "本页全部数字为模拟数据，由程序生成，用来演示从填报到发布的全过程；不反映任何地方的真实情况，不得引用。",
    "Every figure on this page is sample data made by a program to show the line from return to release. It says nothing "
    "about any real place and must not be quoted.",
)
INTRO = (
    Words(
        "本站的数取自部委、省市和报刊的公布资料，一数一出处；原文怎样写、何时公布、舍入到哪一位，都在各图的表和下载文件里。",
        "The figures come from publications of ministries, places and the press. Each keeps its source, printed form and "
        "rounding; see the table and the download of every chart.",
    ),
    Words(
        "没有公布的数留空，不作零，也不推算；同一数有几种说法时，按既定次序取一个，其余照列。点任一个数，可看到它由哪些单元格构成。",
        "What was never printed is left empty: not zero and not estimated. Where several figures answer, a fixed order picks "
        "one and the others stay visible. Every number leads to the cells that it is made of.",
    ),
)
NAMES = {
    STARTED: Words("新开工小区", "communities started"),
    HOUSEHOLDS: Words("惠及居民", "households benefited"),
    "funds_arrived": Words("到位资金", "funds arrived"),
    "funds_paid": Words("支付资金", "funds paid"),
}


def _against(frame: Frame, period: str, indicator: str, sample: bool) -> Words | None:
    """How far a key figure is against its plan, with the base named; never capped."""
    if "/" in period:
        return None
    if indicator == STARTED:
        plan = next((p for p in frame.points if p.key.indicator.startswith("plan_communities")), None)
        base = Words("首版计划", "first plan") if sample else Words("当年计划", "plan of the year")
        return _share(frame.point(indicator, period=period), plan, base)
    if indicator in ("funds_arrived", "funds_paid"):
        other = "funds_planned" if indicator == "funds_arrived" else "funds_arrived"
        base = Words("计划", "planned") if indicator == "funds_arrived" else Words("到位", "arrived")
        return _share(frame.point(indicator, period=period), frame.point(other, period=period), base)
    return None


def _share(point: Point | None, base: Point | None, name: Words) -> Words | None:
    if point is None or base is None or point.value is None or not base.value:
        return None
    share = theme.display(point.value * 100 / base.value, "%")
    held = [theme.display(base.value, base.unit, base.half_unit, lang) for lang in ("zh", "en")]
    return Words(f"{name.zh} {held[0]} 的 {share}", f"{share} of the {name.en}, {held[1]}")


def _spark(reader: Reader, indicator: str, area: str, sample: bool) -> tuple[float | None, ...]:
    """The years of an indicator, or in samples its months."""
    if sample:
        frame = data.monthly_progress(reader, area, True)
        if indicator != STARTED:
            months = [p.key.period for p in frame.points]
            frame = read_frame(reader, "spark", [Key(indicator, area, m) for m in months], sample=True)
        return tuple(theme.traced(p.value) for p in frame.points)
    frame = data.yearly_starts(reader, area)
    years = frame.ordered("period")
    if indicator != STARTED:
        frame = read_frame(reader, "spark", [Key(indicator, area, y) for y in years])
    return tuple(theme.traced(p.value) if (p := frame.point(indicator, period=y)) else None for y in years)


def _tiles(reader: Reader, frame: Frame, view: View) -> tuple[Tile, ...]:
    made = []
    for point in frame.points:
        key = point.key
        if key.indicator not in NAMES and not key.dim_code:
            continue
        long = "/" in key.period
        name = NAMES.get(key.indicator, Words(f"下达：{point.dim_zh}", f"allotted: {point.dim_en.lower()}"))
        name = Words(f"累计{name.zh}", f"{name.en}, cumulative") if long else name
        against = _against(frame, key.period, key.indicator, view.sample)
        spark = () if long or key.dim_code else _spark(reader, key.indicator, view.area, view.sample)
        shown = tile(point, name, frame, view, against=against)
        made.append(replace(shown, spark=spark))
    return tuple(
        t for t in made if not (t.missing and view.area == NATION and t.name.zh.endswith("资金") and not view.sample)
    )


def _state(reader: Reader, view: View) -> Block:
    """How fresh the figures are, and which releases there are."""
    when = moment(reader.as_of)
    fresh = quality.freshness(reader, view.sample)
    notes = [
        Words(
            f"数据截至 {when.zh}，{release_words(reader.release).zh}。",
            f"Data as of {when.en}, {release_words(reader.release).en}.",
        )
    ]
    if fresh is not None and fresh.received_at:
        last = moment(fresh.received_at)
        notes.append(
            Words(
                f"最近一份收于 {last.zh}，共 {fresh.submissions} 份。",
                f"The newest submission came in on {last.en}; there are {fresh.submissions}.",
            )
        )
    rows = []
    states = {"released": Words("已发布", "released"), "candidate": Words("候选，未批准", "candidate, not approved")}
    for e in quality.editions(reader, view.sample)[:10]:
        to = view.with_(release=e.release, area="", period="") if e.state == "released" else None
        rows.append(
            [
                Cell(e.release, to),
                Cell(e.period),
                Cell(e.kind),
                Cell(states.get(e.state, Words(e.state, e.state))),
                Cell(e.approved_by or ""),
                Cell(minute(e.approved_at) if e.approved_at else ""),
                Cell(str(e.series)),
            ]
        )
    headers = [
        Words("发布", "release"),
        Words("报告期", "period"),
        Words("种类", "kind"),
        Words("状态", "state"),
        Words("批准人", "approved by"),
        Words("批准时间", "approved at"),
        Words("指标数", "series"),
    ]
    table = Table(headers, rows, frozenset({6}))
    return Block("state", Words("数据新旧与发布", "Freshness and releases"), None, None, table, tuple(notes))


def page(reader: Reader, view: View) -> Page:
    frame = data.key_figures(reader, view.area, view.period, view.sample)
    if view.sample:
        drawn = chart_block(
            data.monthly_flow(reader, view.area, True),
            monthly_flow,
            Words("每月新开工", "Starts month by month"),
            view,
            notes=[
                Words(
                    "当月数＝本月累计减上月累计。有单位缺报的月份，柱子加斜纹。",
                    "The month is the difference of two year-to-date figures. Months that some units did not file are hatched.",
                )
            ],
        )
    else:
        drawn = chart_block(
            data.yearly_starts(reader, view.area),
            yearly_starts,
            Words("每年开工多少，完成计划没有？", "How many started each year, and was the plan met?"),
            view,
            notes=[
                Words(
                    "细线是原文舍入所允许的误差；空心圆是同一年的其他公布数。月度进展见“进展”。",
                    "Thin lines show what rounding in print allows; hollow circles are other printed figures of the year.",
                )
            ],
        )
    where = frame.points[0]
    return Page(
        view,
        TITLE,
        Words(
            f"{where.area_zh}城镇老旧小区改造到了哪一步？",
            f"{where.area_en or where.key.area}: where does the renovation of old urban communities stand?",
        ),
        (drawn, numbers_block(frame, Words("主要数字", "Key figures"), view), _state(reader, view)),
        reader.as_of,
        (SAMPLE_WARNING,) if view.sample else INTRO,
        _tiles(reader, frame, view),
    )
