"""质量: who filed, what failed, and how our figures agree with every published one."""

from __future__ import annotations

from collections import Counter

from dashboards.data import quality as data
from dashboards.data.reading import area_words
from dashboards.figures.filing_status import filing_status
from dashboards.pages._page import MOST_TABLE_ROWS, Block, Cell, Page, Table
from dashboards.pages._words import absent_words
from dashboards.pages.overview import SAMPLE_WARNING
from dashboards.theme import RETURN_STATUS, Words
from dashboards.view import View
from filings.figures import Reader
from filings.reconcile import VERDICTS, reconcile
from ingestion.catalogue import NATION

TITLE = Words("质量", "Quality")
SEVERITY = {"error": Words("错误", "error"), "warning": Words("警告", "warning")}
VERDICT_WORDS = {
    "agrees": Words("相符", "agrees"),
    "differs": Words("不符", "differs"),
    "explained": Words("已说明", "explained"),
    "other_definition": Words("口径不同", "other definition"),
    "same_source": Words("同一来源", "same source"),
    "no_data": Words("无可比", "nothing to compare"),
}


def _coverage(reader: Reader, view: View) -> Block:
    frame = data.filing_status(reader, view.area, view.sample)
    counts: Counter[tuple[str, str, str]] = Counter((c.form, c.period, c.status) for c in frame.cells)
    rows = []
    for form, period in sorted({(f, p) for f, p, _ in counts}):
        numbers = [counts[form, period, s] for s in RETURN_STATUS]
        total = sum(numbers)
        rows.append([Cell(form), Cell(period), *(Cell(str(n)) for n in numbers), Cell(str(total))])
    headers = [Words("表", "form"), Words("报告期", "period"), *RETURN_STATUS.values(), Words("应报", "expected")]
    absent = absent_words(frame)
    if not frame.available and frame.release:
        absent = Words("本次发布不含报送情况", "filing status is not in this release")
    elif not frame.has_data and not view.sample:
        absent = Words("没有真实报表（公布数不经报送）", "no real returns (publications are not filed by units)")
    return Block(
        frame.name,
        Words("谁报了哪一期？", "Who filed which period?"),
        frame,
        filing_status(frame, view.lang) if frame.has_data else None,
        Table(headers, rows[:MOST_TABLE_ROWS], frozenset(range(2, 3 + len(RETURN_STATUS)))),
        (
            Words(
                "缺报的单位照样列出；缺的数不补、不估，合计注明已报单位数。",
                "Missing units stay listed. Nothing is imputed; totals say how many units they hold.",
            ),
        )
        if frame.has_data
        else (),
        frame.has_data,
        absent,
    )


def _rules(reader: Reader, view: View) -> Block:
    rows = []
    for rule in data.failing_rules(reader, view.area, view.sample):
        numbers = [Cell(str(rule.findings)), Cell(str(rule.returns))]
        rows.append([Cell(rule.rule), Cell(SEVERITY[rule.severity]), Cell(rule.name), *numbers])
    headers = [
        Words("规则", "rule"),
        Words("级别", "severity"),
        Words("名称", "name"),
        Words("命中", "findings"),
        Words("涉及报表", "returns"),
    ]
    note = (
        Words(
            "所收报表中，各审核规则命中的次数；退回后更正的也计入。",
            "How often each audit rule found something, in all versions that came in.",
        )
        if rows
        else Words("没有命中，或此处没有登记库。", "Nothing found, or no register stands here.")
    )
    return Block(
        "rules",
        Words("哪些规则最常不过？", "Which rules fail most?"),
        None,
        None,
        Table(headers, rows, frozenset({3, 4})),
        (note,),
    )


def _reconciliation(reader: Reader, view: View) -> Block:
    """Every published control total of the area beside ours; for the nation those of all areas."""
    title = Words("与已公布数对照", "Against published figures")
    if reader.release is not None or view.sample:
        sample = Words("样例报表不与公布数对照。", "Sample returns are not compared with what was published.")
        release = Words(
            "对照要用构建：发布里没有单个观测。",
            "The comparison reads a build: a release holds no single observations.",
        )
        why = sample if view.sample else release
        return Block("reconciliation", title, None, None, None, (why,))
    found = [r for r in reconcile(reader) if view.area == NATION or reader.catalogue.is_within(r["area"], view.area)]
    counts = Counter(r["verdict"] for r in found)
    order = {
        v: n for n, v in enumerate(("differs", "explained", "other_definition", "agrees", "same_source", "no_data"))
    }
    found.sort(key=lambda r: order[r["verdict"]])
    rows = []
    for r in (r for r in found if r["verdict"] not in ("same_source", "no_data")):
        area = reader.catalogue.area(r["area"])
        indicator = reader.catalogue.indicators.get(r["indicator"])
        name = Words(indicator.name.zh, indicator.name.en) if indicator else Words(r["indicator"], r["indicator"])
        rows.append(
            [
                Cell(VERDICT_WORDS[r["verdict"]], sort=str(order[r["verdict"]])),
                Cell(
                    Words(
                        f"{area.short_zh or area.name_zh} {r['period']} {name.zh}",
                        f"{area.name_en} {r['period']} {name.en}",
                    )
                ),
                Cell(r["printed"]),
                Cell("" if r["ours"] is None else str(r["ours"])),
                Cell(
                    "" if r["difference"] is None else f"{r['difference']} (±{r['tolerance']})",
                    sort=str(r["difference"]),
                ),
                Cell(r["reason"] if view.lang == "zh" else r["reason_en"]),
                Cell(r["total_id"]),
            ]
        )
    headers = [
        Words("判定", "verdict"),
        Words("地区、报告期、指标", "area, period, indicator"),
        Words("原文", "as printed"),
        Words("我们的数", "ours"),
        Words("差（容差）", "difference (tolerance)"),
        Words("理由", "reason"),
        Words("公布数", "control total"),
    ]
    said = [(VERDICT_WORDS[v], counts[v]) for v in VERDICTS if counts[v]]
    note = Words(
        f"共 {len(found)} 个公布数：{'，'.join(f'{w.zh} {n}' for w, n in said)}。下表列出有可比对象的；其余见 jiugai reconcile。",
        f"{len(found)} published figures: {', '.join(f'{w.en} {n}' for w, n in said)}. Listed are those with something to compare; "
        "jiugai reconcile lists all.",
    )
    table = Table(headers, rows, frozenset({3}))
    return Block("reconciliation", title, None, None, table, (note,))


def _left_over(reader: Reader, view: View) -> list[Block]:
    """Intervals for units that a published table lacks; nothing is imputed."""
    if view.sample or reader.release is not None:
        return []
    rows = []
    for left in data.left_over(reader, view.area):
        e = left.entry
        names = [area_words(reader, code) for code in e["units"]]
        units = Words("、".join(zh for zh, _ in names), ", ".join(en or zh for zh, en in names))
        indicator = reader.catalogue.indicator(left.indicator)
        high = "" if e["high"] is None else str(e["high"])
        rows.append(
            [
                Cell(left.period),
                Cell(Words(indicator.name.zh, indicator.name.en)),
                Cell(f"{e['low']} — {high}"),
                Cell(e["printed"]),
                Cell(str(e["sum_of_rows"])),
                Cell(str(e["rows"])),
                Cell(units),
            ]
        )
    if not rows:
        return []
    headers = [
        Words("报告期", "period"),
        Words("指标", "indicator"),
        Words("合计区间", "interval, together"),
        Words("全数", "whole figure"),
        Words("已有行之和", "sum of rows"),
        Words("行数", "rows"),
        Words("缺的单位", "units missing"),
    ]
    note = Words(
        "缺几个单位的公布表与印出的全数相比，余下的就是这些单位合计可能的范围；只给范围，不作估计，也不补数。",
        "A published table that lacks units, against the printed whole: what is left for these units together. A range only: "
        "nothing is estimated or filled in.",
    )
    title = Words("缺的单位最多、最少是多少", "What is left for missing units")
    return [Block("left_over", title, None, None, Table(headers, rows, frozenset({2, 4, 5})), (note,))]


def page(reader: Reader, view: View) -> Page:
    return Page(
        view,
        TITLE,
        Words(
            "报齐了吗，错在哪里，与公布数合不合？",
            "Is everything in, what failed, and does it agree with what was published?",
        ),
        (_coverage(reader, view), _rules(reader, view), *_left_over(reader, view), _reconciliation(reader, view)),
        reader.as_of,
        (SAMPLE_WARNING,) if view.sample else (),
    )
