"""People's output of `ledger` and `need`. No logic; every text zh or en."""

from __future__ import annotations

from typing import Any

from filings.ledger import SPANS
from orchestration.display import console, new_table

MOST_PROJECTS = 40


def _thousands(text: str) -> str:
    whole, dot, rest = text.partition(".")
    return f"{int(whole):,}{dot}{rest}"


def _amount(text: str | None) -> str:
    """An exact decimal with its thousands grouped; empty for none."""
    return "" if text is None else _thousands(text)


def show_ledger(answer: dict[str, Any], lang: str) -> None:
    zh = lang == "zh"
    mark = "[bold red]模拟数据[/] " if answer["sample_data"] else ""
    title = f"{mark}资金台账 ledger · {answer['area_name']} {answer['area']} · {answer['period']} · 元 yuan"
    table = new_table("账户 account", "科目 movement", "时段 span", "合计 sum", "行 rows", "单位 units", title=title)
    table.columns[3].justify = "right"
    for r in answer["sums"]:
        name = r["name_zh"] if zh else r["name_en"]
        span = SPANS[r["span"]][0 if zh else 1]
        table.add_row(r["account"], name, span, _amount(r["amount"]), str(r["rows"]), str(r["units"]))
    console().print(table)
    console().print("各账户不相加 accounts are never added to each other" if answer["sums"] else "没有行 no rows")
    _show_identities(answer["identities"], zh)
    if "projects" in answer:
        _show_projects(answer["projects"], zh)
    if "file" in answer:
        console().print(f"{answer['rows']} 行 rows → [bold]{answer['file']}[/]")


def _show_identities(held: dict[str, Any], zh: bool) -> None:
    words = (
        f"恒等式（年初＋到位－支付－退回＝期末；年初＝上年末）：成立 {held['holds']}，不成立 {len(held['violated'])}，"
        f"缺项无法判断 {held['cannot_tell']}"
        if zh
        else f"identities: {held['holds']} hold, {len(held['violated'])} do not, {held['cannot_tell']} cannot be told"
    )
    console().print(words)
    for v in held["violated"]:
        parts = []
        if v["residual"] not in (None, "0"):
            parts.append(f"年初+到位-支付-退回-期末 residual = {_amount(v['residual'])}")
        if v["opening_gap"] not in (None, "0"):
            parts.append(f"年初-上年末 opening − closing before = {_amount(v['opening_gap'])}")
        place = f"{v['unit_name']} {v['unit_code']} {v['period']} {v['account']} {v['source'] or ''}"
        console().print(f"  [red]{place.strip()}[/]：{'；'.join(parts)}")


def _show_projects(rows: list[dict[str, Any]], zh: bool) -> None:
    names = ("planned", "allotted", "arrived", "paid", "balance", "investment_done")
    heads = (
        ("单位", "项目", "计划年度", "小区", "计划", "下达", "到位", "支付", "结余", "完成投资")
        if zh
        else ("unit", "project", "plan year", "communities", *(name.replace("_", " ") for name in names))
    )
    table = new_table(*heads)
    for r in rows[:MOST_PROJECTS]:
        shown = [_amount(r[n]) for n in names]
        table.add_row(r["unit_code"], r["proj_id"] or "", str(r["cohort_year"]), str(r["communities"]), *shown)
    console().print(table)
    if len(rows) > MOST_PROJECTS:
        console().print(f"… 共 {len(rows)} 个，全部见 --json ({len(rows)} in all: see --json)")


MEASURES = {
    "communities": ("小区", "communities"),
    "households": ("户", "households"),
    "area_sqm": ("建筑面积", "floor area"),
    "cost": ("费用", "cost"),
}
LESS = {"started": ("新开工", "started"), "accepted": ("竣工验收", "accepted")}


def _range(row: dict[str, Any], name: str) -> str:
    """The value with its bounds; the bounds alone where no value was said."""
    low, point, high = (None if row[n] is None else str(row[n]) for n in (f"{name}_low", name, f"{name}_high"))
    if low is None and high is None:
        return "—"
    bounds = f"{_amount(low)} — {_amount(high) or '…'}"
    return bounds if point is None else f"{_amount(point)}（{bounds}）"


def show_need(found: list[dict[str, Any]], lang: str) -> None:
    zh = lang == "zh"
    words = "zh" if zh else "en"
    if not found:
        console().print("没有这个地区或年份的存量 no printed stock of this area or year")
        return
    for held in found:
        less = LESS[held["less"]][0 if zh else 1]
        console().print(f"[bold]{held['name_' + words]}[/] · {held['area_name']} {held['area']}")
        console().print(f"  口径 definition: {held['definition_' + words]}")
        console().print(f"  注意 note: {held['note_' + words]}")
        table = new_table("量 measure", "存量 stock", "年 years", less, "剩余 remaining", "单位 unit", "说明 remark")
        for r in held["rows"]:
            name = r["factor_" + words] if r["factor"] else MEASURES[r["measure"]][0 if zh else 1]
            remark = (
                r["factor_source_" + words]
                if r["factor"]
                else f"{r['state_' + words]}；{r['printed']} {r['stock_as_of']}"
            )
            span = f"{held['counted_from']}—{r['year'] or '?'}"
            table.add_row(name, _range(r, "stock"), span, _range(r, "done"), _range(r, "remaining"), r["unit"], remark)
        console().print(table)
    console().print(
        "各口径不相加不相减；剩余与费用都是估计（E），本平台口径"
        if zh
        else "definitions are never merged; remainders and costs are estimates (E), defined by this platform"
    )
