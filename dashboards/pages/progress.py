"""进展: starts by year and month, and by province on a map, as tiles and in a table, against each plan by name."""

from __future__ import annotations

from dashboards.data import progress as data
from dashboards.data.reading import HOUSEHOLDS, PLAN, STARTED
from dashboards.figures.county_progress import county_progress
from dashboards.figures.monthly_progress import monthly_progress
from dashboards.figures.province_map import province_map
from dashboards.figures.tile_map import tile_map
from dashboards.figures.yearly_starts import yearly_starts
from dashboards.pages._levels import levels_blocks
from dashboards.pages._page import Block, Choice, Page, area_table, chart_block
from dashboards.pages._words import absent_words
from dashboards.pages.overview import SAMPLE_WARNING
from dashboards.theme import Words
from dashboards.view import View
from filings.reader import Reader
from ingestion.catalogue import NATION

TITLE = Words("进展", "Progress")
COLUMNS = {
    STARTED: Words("新开工（个）", "started"),
    PLAN: Words("计划任务（个）", "plan"),
    "plan_communities_first": Words("首版计划", "first plan"),
    "plan_communities_then": Words("当时计划", "plan then"),
    "plan_communities_now": Words("现行计划", "plan now"),
    "start_rate_communities_plan_first": Words("开工率·首版（%）", "rate, first plan"),
    "start_rate_communities_plan_then": Words("开工率·当时（%）", "rate, plan then"),
    "start_rate_communities_plan_now": Words("开工率·现行（%）", "rate, plan now"),
    data.PRINTED_RATE: Words("开工率（原文）", "rate as printed"),
    "started_households": Words("开工户数", "households started"),
    HOUSEHOLDS: Words("惠及户数", "households benefited"),
}
BASES = Words(
    "开工率的分母写明是哪一版计划：首版＝第一次确认的计划，当时＝期末有效的一版，现行＝现在有效的一版；“原文”是公布表所印，"
    "未说明分母。超过 100% 照写，不封顶。按小区与按户的开工率是两个数，不互换。",
    "Each rate names its base: first = the plan as first confirmed, then = in force at the period's end, now = in force today; "
    "as printed = the publication's own, base not stated. A rate above 100 % stands as it is. Rates by communities and by "
    "households are two figures.",
)
ORDER = Words(
    "按行政区划的习惯次序排列，新疆生产建设兵团单列于后；点表头可另行排序，点地名看该省，点数字看来源单元格。",
    "In the customary order of provinces, 兵团 (XPCC) last. A click on a heading sorts; names lead to the province, numbers to "
    "their cells.",
)
MAP = Words(
    "示意图：边界取自开源数据包，没有审图号，只表示数字所属，不作划界依据；港澳台未统计；兵团无独立辖区，列在图边。",
    "Schematic map: its boundaries carry no review number and only show where figures belong. Hong Kong, Macao and Taiwan are "
    "not covered; 兵团 (XPCC) has no territory of its own and stands beside the map.",
)


def _map_block(reader: Reader, view: View) -> tuple[Block, tuple[tuple[Words, tuple[Choice, ...]], ...]]:
    """The map with its tiles and table, and the measures it can show."""
    held = data.measures_at(reader, view.period, view.sample)
    measure = view.measure or next(iter(held), STARTED)
    frame = data.by_province(reader, measure, view.period, view.sample)
    columns = data.table_columns(reader, view.period, view.sample)
    numbers = data.province_table(reader, view.period, view.sample)
    table = area_table(
        numbers,
        view,
        [(i, COLUMNS[i]) for i in columns],
        frozenset({data.PRINTED_RATE}),
        lambda area: view.to("progress").with_(area=area, period=""),
    )
    looks: tuple[Choice, ...] = ()
    if frame.has_data:
        drawn = (("map", Words("示意地图", "Map"), province_map), ("tiles", Words("方格图", "Tiles"), tile_map))
        looks = tuple(
            Choice(words, view.with_(map=name, measure=measure), draw(frame, view.lang), view.map == name)
            for name, words, draw in drawn
        )
    block = Block(
        f"provinces_{view.period}",
        Words(f"各省进展，{view.period}", f"Progress by province, {view.period}"),
        numbers,
        None,
        table,
        (MAP, BASES, ORDER) if numbers.has_data else (),
        numbers.has_data,
        absent_words(numbers),
        looks,
    )
    names = reader.catalogue.indicator_names
    choices = tuple(Choice(Words(names[m].zh, names[m].en), view.with_(measure=m), None, m == measure) for m in held)
    return block, ((Words("地图显示", "The map shows"), choices),) if len(choices) > 1 else ()


def _below(reader: Reader, view: View) -> list[Block]:
    """The units of one province against their plans, where returns or tables give them."""
    if not data.units_below(reader, view.area, view.period, view.sample):
        return []
    frame = data.unit_progress(reader, view.area, view.period, view.sample)
    columns = [(i, COLUMNS[i]) for i in frame.ordered("indicator")]
    table = area_table(frame, view, columns, link=lambda area: view.to("progress").with_(area=area, period=""))
    note = Words(
        "计划在年内会调整：菱形是首版，竖线是期末当时有效的一版，圆圈是现行版。三者重合时叠在一处。",
        "Plans are revised in the year: diamond = first version, bar = in force then, circle = in force now. Where they agree "
        "the marks coincide.",
    )
    title = Words("各单位完成计划没有？", "Did each unit meet its plan?")
    return [chart_block(frame, county_progress, title, view, table=table, table_open=True, notes=[note])]


def page(reader: Reader, view: View) -> Page:
    yearly = chart_block(
        data.yearly_starts(reader, view.area, view.sample),
        yearly_starts,
        Words("逐年：开工与计划", "By year: starts against plan"),
        view,
        notes=[
            Words(
                "蓝柱是采用的新开工数，灰柱是当年计划；两者都按公布值或填报值，未作调整。细线为舍入误差（末位半个单位；“多”“以上”只向上，"
                "“近”只向下）。空心圆为其他公布数，空心菱形为缺若干单位的部分合计。",
                "Blue bars are the starts that were chosen, grey bars the plan of the year, as published or filed. Thin lines: half "
                "a unit of the last printed digit. Hollow circles are other printed figures, hollow diamonds partial sums.",
            )
        ],
    )
    monthly = chart_block(
        data.monthly_progress(reader, view.area, view.sample),
        monthly_progress,
        Words("逐月：年初至月末", "By month: year to date"),
        view,
        notes=[
            Words(
                "各点为年初至该月末的累计。实线连接相邻月份，点线跨过没有数的月份，只为看清走向，不是估计值。",
                "Each point counts from January. Solid lines join neighbouring months; dotted lines cross months without a figure "
                "and are no estimate.",
            )
        ],
    )
    choices: tuple[tuple[Words, tuple[Choice, ...]], ...] = ()
    if view.area == NATION:
        block, choices = _map_block(reader, view)
        blocks = [block, yearly, monthly]
    else:
        blocks = [*_below(reader, view), yearly, monthly]
    blocks += levels_blocks(reader, view, STARTED)
    name = reader.catalogue.area(view.area)
    return Page(
        view,
        TITLE,
        Words(
            f"{name.name_zh}：每年、每月开工多少，计划完成没有？",
            f"{name.name_en or name.code}: how many started each year and month, and was the plan met?",
        ),
        tuple(blocks),
        reader.as_of,
        (SAMPLE_WARNING,) if view.sample else (),
        (),
        choices,
    )
