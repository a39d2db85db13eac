"""What auditors find in the field, planted in sound sample returns (模拟数据): which rule must say it, how grave, at which cell.

One case changes what a respondent would have to change to hide or to do such a thing, and leaves the rest agreeing. Not
here: slips of typing (sample_defects.py), what only another return shows (sample_relations.py).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from ingestion.catalogue import Catalogue
from ingestion.form_model import FormTable
from ingestion.model import Value

RETURNED, ASKED = "returned", "needs_explanation"
D = dt.date
Place = tuple[str, int, str]  # set of fields, row from 0 (of items always 0), field
Held = Callable[[str, int, str], Any]  # what stands at a place of the sound return
Changes = Mapping[Place, Value | None]


@dataclass(frozen=True)
class FieldCase:
    """changes: made from what the sound return holds. at: the cell that the rule must name."""

    name: str
    zh: str
    verdict: str
    rule: str
    at: Place
    changes: Callable[[Held], Changes]


def _row(table: str, row: int, **values: Value | None) -> Changes:
    return {(table, row, name): value for name, value in values.items()}


def _money(held: Held, table: str, name: str, more: str) -> Decimal:
    return Decimal(str(held(table, 0, name))) + Decimal(more)


def _two_years(held: Held) -> Changes:
    """The second row is the first community again, in the plan of the year before, where it never started."""
    not_started = dict.fromkeys(("d_start", "start_ev", "d_finish"))
    same = held("J4", 0, "xq_uid")
    return _row("J4", 1, xq_uid=same, plan_year=Decimal(2022), stage="ST02", **not_started)


def _split(held: Held) -> Changes:
    small = {n: Decimal(40) for n in ("hh", "vote_hh", "vote_part", "vote_agree")} | {"area": Decimal(3000)}
    one = _row("J4", 0, xq_name="模拟茶烟小区一期", bld=Decimal(1), **small)
    other = _row("J4", 1, xq_name="模拟茶烟小区二期", bld=Decimal(1), proj_id=held("J4", 0, "proj_id"), **small)
    return {**one, **other}


def _idle(held: Held) -> Changes:
    """100 of a source that came in over a year ago are not paid out."""
    source = _row("J4F", 0, paid=_money(held, "J4F", "paid", "-100"), first_arr=D(2022, 8, 1))
    return {**source, **_row("J4", 0, fund_paid=_money(held, "J4", "fund_paid", "-100"))}


def _overdrawn(held: Held) -> Changes:
    source = _row("J4F", 0, paid=_money(held, "J4F", "arrived", "10"))
    return {**source, **_row("J4", 0, fund_paid=_money(held, "J4", "fund_paid", "10"))}


def _spread(held: Held) -> Changes:
    """Five tasks of different area, all at 500 yuan a square metre."""
    found: dict[Place, Value | None] = {}
    for n in range(5):
        area = Decimal(str(held("J4", n, "area"))) if n < 2 else Decimal(10_000 + 2_000 * n)
        row: dict[str, Value | None] = {"inv_jc": None, "inv_ws": None, "inv_ts": None, "area": area}
        row["inv_total"] = (area / 20).quantize(Decimal("0.01"))
        if n > 1:  # further rows, like the second
            fields = ("xq_kind", "county_code", "built_first", "built_last", "affil", "elig", "prior", "bld", "hh",
                      "plan_year", "membership", "vote_hh", "vote_part", "vote_agree", "d_plan", "d_start", "start_ev",
                      "d_finish", "stage", "inv_done_total", "fund_arr", "fund_paid", "rec_status")  # fmt: skip
            row |= {name: held("J4", 1, name) for name in fields}
            uid = f"{held('J4', 1, 'county_code')}{900 + n:06d}"
            row |= {"xq_uid": uid, "task_id": f"{uid}-2023", "proj_id": f"XM{n}", "xq_name": f"模拟{'甲乙丙丁戊'[n]}里"}
            row |= {"addr": f"模拟{'云松槐柳桐'[n]}路{n}号"}
        found |= _row("J4", n, **row)
    return found


def _newer(held: Held) -> Changes:
    return _row("J4", 0, built_first=Decimal(2003), built_last=Decimal(2004), elig="Y2")


def _newer_plan(held: Held) -> Changes:
    """A fifth of the plan's households in communities of 2001 to 2005."""
    households, communities = (int(held("J1", 0, name)) for name in ("plan_hh", "plan_xq"))
    later = {"plan_hh_0105": households // 5, "plan_hh_post05": 0, "plan_xq_0105": 1, "plan_xq_post05": 0}
    later |= {"plan_hh_pre2000": households - households // 5, "plan_xq_pre2000": communities - 1}
    return _row("J1", 0, **{name: Decimal(value) for name, value in later.items()})


def _in_yuan(held: Held) -> Changes:
    total = Decimal(str(held("J4", 0, "inv_total"))) * 10_000
    return _row("J4", 0, inv_total=total, inv_jc=None, inv_ws=None, inv_ts=None)


CASES = (
    FieldCase("off_plan", "计划外开工", ASKED, "J2-015", ("J2", 0, "xq_off"), lambda h: _row("J2", 0, xq_off=Decimal(1))),
    FieldCase("two_plan_years", "一个小区列两个计划年度", ASKED, "J4-101", ("J4", 1, "xq_uid"), _two_years),
    FieldCase("started_twice", "一个小区开工两次", RETURNED, "J4-004", ("J4", 1, "xq_uid"),
              lambda h: _row("J4", 1, xq_uid=h("J4", 0, "xq_uid"), plan_year=Decimal(2022))),
    FieldCase("subsidised_before", "中央补助改造过又列入", RETURNED, "J4-003", ("J4", 0, "prior"),
              lambda h: _row("J4", 0, prior="N3")),
    FieldCase("split_estate", "一区拆成两个小区", ASKED, "J4-005", ("J4", 1, "xq_name"), _split),
    FieldCase("no_evidence", "开工无佐证", RETURNED, "J4-011", ("J4", 0, "start_ev"), lambda h: _row("J4", 0, start_ev="E9")),
    FieldCase("no_investment", "开工数月零投资", ASKED, "J4-012", ("J4", 0, "d_start"),
              lambda h: _row("J4", 0, inv_done_total=Decimal(0))),
    FieldCase("idle_money", "一个来源的资金滞留一年以上", ASKED, "J4-022", ("J4F", 0, "arrived"), _idle),
    FieldCase("overdrawn_source", "一个来源支付超过到位", ASKED, "J4-102", ("J4F", 0, "paid"), _overdrawn),
    FieldCase("paid_more", "累计支付超过累计到位", RETURNED, "J4-017", ("J4", 0, "fund_paid"),
              lambda h: _row("J4", 0, fund_paid=_money(h, "J4", "fund_arr", "0.01"))),
    FieldCase("arranged_more", "安排资金超过总投资", ASKED, "J4-103", ("J4", 0, "inv_total"),
              lambda h: _row("J4F", 0, planned=_money(h, "J4F", "planned", "0.01"))),
    FieldCase("not_settled", "验收三月未编决算", ASKED, "J4-027", ("J4", 0, "d_accept"),
              lambda h: _row("J4", 0, stage="ST09", d_finish=D(2023, 5, 30), d_accept=D(2023, 6, 30))),
    FieldCase("spread_cost", "造价按面积平摊", ASKED, "J4-105", ("J4", 0, "inv_total"), _spread),
    FieldCase("newer_list", "清单中2000年后建成户数超比例", ASKED, "J4-106", ("J4", 0, "built_first"), _newer),
    FieldCase("newer_plan", "计划中2000年后建成户数超比例", ASKED, "J1-009", ("J1", 0, "plan_hh_0105"), _newer_plan),
    FieldCase("ten_thousand_metres", "面积以万平方米填报", ASKED, "J4-023", ("J4", 0, "hh"),
              lambda h: _row("J4", 0, area=Decimal("3.24"))),
    FieldCase("yuan", "总投资以元填报", ASKED, "J4-104", ("J4", 0, "inv_total"), _in_yuan),
    FieldCase("yuan_of_the_month", "完成投资以元填报", ASKED, "J2-024", ("J2", 0, "inv_done"),
              lambda h: _row("J2", 0, inv_done=_money(h, "J2", "inv_done", "0") * 10_000)),
)  # fmt: skip


def cell_at(where: Place, catalogue: Catalogue, book: Workbook) -> tuple[Worksheet, str]:
    """Where a value stands in a workbook: its sheet, and its cell."""
    set_id, row, name = where
    fields = catalogue.field_sets[set_id]
    code = fields.by_id[name].code
    if not isinstance(fields, FormTable):
        page = book.worksheets[0]
        return page, f"D{next(r[0].row for r in page.iter_rows(max_col=1) if str(r[0].value) == code)}"
    page = book[fields.sheet]
    head = next(r for r in page.iter_rows(max_row=20) if str(r[0].value) == fields.fields[0].code)
    letters = next(c.column_letter for c in head if str(c.value) == code)
    return page, f"{letters}{head[0].row + 2 + row}"


def cells_of(case: FieldCase, catalogue: Catalogue, sheets: Mapping[str, Any]) -> tuple[str, str, list[Any]]:
    """(sheet, cell) that a case must be told at, and what is written where: (sheet, cell, value).

    sheets: form → its sound workbook.
    """
    book = sheets[catalogue.form_of(case.at[0]).id]

    def place(where: Place) -> tuple[Worksheet, str]:
        return cell_at(where, catalogue, book)

    def held(set_id: str, row: int, name: str) -> Any:
        page, cell = place((set_id, row, name))
        return page[cell].value

    written = [
        (page.title, cell, value) for where, value in case.changes(held).items() for page, cell in [place(where)]
    ]
    page, cell = place(case.at)
    return page.title, cell, written


def cases(catalogue: Catalogue, sheets: Mapping[str, Any]) -> Iterator[tuple[FieldCase, str, str, str, list[Any]]]:
    """Every case with its form, the sheet and cell it is told at, and its changes."""
    for case in CASES:
        yield case, catalogue.form_of(case.at[0]).id, *cells_of(case, catalogue, sheets)
