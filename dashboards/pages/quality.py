"""质量: who filed and what failed. How figures agree with published ones: reconciliation.py."""

from __future__ import annotations

from collections import Counter

from dashboards.data import quality as data
from dashboards.figures.filing_status import filing_status
from dashboards.pages._page import MOST_TABLE_ROWS, Block, Cell, Page, Table
from dashboards.pages._words import absent_words
from dashboards.pages.overview import SAMPLE_WARNING
from dashboards.theme import RETURN_STATUS, Words
from dashboards.view import View
from filings.reader import Reader

TITLE = Words("质量", "Quality")
SEVERITY = {"error": Words("错误", "error"), "warning": Words("警告", "warning")}


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


def page(reader: Reader, view: View) -> Page:
    return Page(
        view,
        TITLE,
        Words(
            "报齐了吗，错在哪里？",
            "Is everything in, and what failed?",
        ),
        (_coverage(reader, view), _rules(reader, view)),
        reader.as_of,
        (SAMPLE_WARNING,) if view.sample else (),
    )
