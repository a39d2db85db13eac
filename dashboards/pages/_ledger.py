"""The block of the fund ledger: what its rows add up to, which identities hold, and the rows to take along."""

from __future__ import annotations

from dashboards.data import money as data
from dashboards.files import MOST_ROWS
from dashboards.pages._page import Block, Cell, Table, wan
from dashboards.theme import Words
from dashboards.view import View
from filings.ledger import SPANS
from filings.reader import Reader


def ledger_blocks(reader: Reader, view: View) -> list[Block]:
    """What auditors take along: the ledger's sums and identities, and its rows as a file; nothing where nothing was filed."""
    held = data.ledger_summary(reader, view)
    if held is None or not held["rows"]:
        return []
    rows = [
        [
            Cell(Words(r["name_zh"], r["name_en"])),
            Cell(r["account"]),
            Cell(Words(*SPANS[r["span"]])),
            wan(r["amount"]),
            Cell(f"{r['rows']:,}", sort=str(r["rows"])),
            Cell(str(r["units"])),
        ]
        for r in held["sums"]
    ]
    headers = [
        Words("科目", "movement"),
        Words("账户", "account"),
        Words("时段", "span"),
        Words("合计（万元）", "sum (10,000 yuan)"),
        Words("行数", "rows"),
        Words("单位数", "units"),
    ]
    state = held["identities"]
    violated = len(state["violated"])
    command = (
        f"jiugai ledger --area {view.area} --period {view.period}{' --sample' if view.sample else ''} --out ledger.csv"
    )
    fits = held["rows"] <= MOST_ROWS
    notes = [
        Words(
            f"每个填报的单元格一行，共 {held['rows']:,} 行：单位、科目、来源、任务、金额（元，按填报原值）、下达文号、报送、文件与单元格。"
            "账户之间不相加；“合计的分项”为是的行不再加入合计；结余与滞留是时点数。",
            f"A row a filed cell, {held['rows']:,} in all: unit, movement, source, task, amount in yuan exact as filed, document, "
            "submission, file and cell. Accounts are never added; a row that is a part is in its total already; balances and idle money are of a date.",
        ),
        Words(
            f"恒等式（年初＋到位－支付－退回＝期末；年初＝上年末）：成立 {state['holds']}，不成立 {violated}，缺项无法判断 {state['cannot_tell']}。",
            f"Identities (opening + arrived − paid − returned = closing; opening = closing before): {state['holds']} hold, "
            f"{violated} do not, {state['cannot_tell']} cannot be told.",
        ),
    ]
    more = (
        "" if fits else f"行数超过页面下载的上限 {MOST_ROWS:,}，请选下级地区；",
        "" if fits else "more rows than a page gives out; ",
    )
    notes.append(Words(f"{more[0]}命令：{command}", f"{more[1]}by command: {command}"))
    title = Words(f"资金台账（逐笔），{view.period}", f"Fund ledger, row by row, {view.period}")
    table = Table(headers, rows, frozenset({3, 4, 5}))
    return [Block("ledger", title, None, None, table, tuple(notes), file="ledger" if fits else "")]
