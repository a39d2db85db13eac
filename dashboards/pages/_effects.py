"""Blocks of effects by item: every item of J3 and J4C by year in its scope, and flow against stock.

What is said of listed communities and of all housing stands in blocks of their own, and no cell is a sum of the two.
"""

from __future__ import annotations

from typing import Any

from dashboards.pages._page import MOST_TABLE_ROWS, Block, Cell, Table, amount
from dashboards.theme import Words, unit_words
from filings.effects import KINDS, SCOPES, VERDICTS

SCOPE = {name: Words(*words) for name, words in SCOPES.items()}
UNDATED = Words("另有未填月份", "with no month")


def _cell(row: dict[str, Any] | None) -> Cell:
    """A value with what must stand beside it: B for a break, U and its coverage for a partial sum."""
    if row is None:
        return Cell("")
    marks = [" B"] if row["is_break"] else []
    marks += [f" U {row['units_reported']}/{row['units_expected']}"] if row["obs_status"] == "U" else []
    return Cell(amount(row["value"]) + "".join(marks), sort=str(row["value"]), title=row["source_id"] or "")


def content_items(held: dict[str, Any]) -> list[Block]:
    """The items of list J4C by the year of their month; nothing where no roster lists any. The file holds J3 too."""
    listed = next(s for s in held["scopes"] if s["scope"] == "listed")
    items = [i for i in listed["items"] if i["list"] == "J4C"]
    years = sorted({r["year"] for i in items for r in i["years"]})
    if not items:
        return []
    rows = []
    for item in items:
        by_year = {r["year"]: r for r in item["years"]}
        newest = item["years"][-1]
        rows.append(
            [
                Cell(Words(item["name_zh"], item["name_en"]), sort=item["item"]),
                *(_cell(by_year.get(y)) for y in years),
                Cell(amount(newest["undated"])),
                Cell(unit_words(item["unit"])),
                Cell(Words(item["content_class"], item["content_class_en"] or "")),
                Cell(item["item"]),
            ]
        )
    headers = [
        Words("内容", "content item"),
        *(Words(str(y), str(y)) for y in years),
        Words(f"{UNDATED.zh}（{years[-1]}清单）", f"{UNDATED.en} (roster of {years[-1]})"),
        Words("单位", "unit"),
        Words("类别", "class"),
        Words("代码", "code"),
    ]
    note = Words(
        "口径：在册改造小区（计划内、有效的任务）。出自12月项目清单的改造内容明细（J4C），按每项的完成月份归年；未填月份的不归任何一年，单列。"
        "与上面年报（J3）各项不相加。B＝断点，U＝有单位未报（已报/应报）。下载文件含两种口径的全部分项，逐行写明口径。",
        "Scope: listed communities (tasks in the plan and active). From the content items (J4C) of December rosters, each in the "
        "year of its month; what has no month is in no year and stands apart. Never added to the yearly return (J3) above. B: a break; U: units are missing "
        "(reported/expected). The download holds every item of both scopes and says the scope in each row.",
    )
    title = Words(f"改造内容逐项（{SCOPE['listed'].zh}）", f"Content items ({SCOPE['listed'].en})")
    table = Table(headers, rows, frozenset(range(1, 2 + len(years))))
    return [Block("effects_items", title, None, None, table, (note,), file="effects")]


def _span(low: Any, high: Any) -> str:
    """Bounds of a number; one number where they are one."""
    if low is None:
        return ""
    if low == high:
        return amount(low)
    return f"{amount(low)} — {'…' if high is None else amount(high)}"


def checks(held: dict[str, Any]) -> list[Block]:
    """Flow against stock: how many pairs of each effect agree or not, and every pair that differs."""
    found = held["checks"]["rows"]
    if not found:
        return []
    names = {r["item"]: Words(r["name_zh"], r["name_en"]) for r in found}
    counts = [
        (item, v, sum(r["item"] == item and r["verdict"] == v for r in found)) for item in names for v in VERDICTS
    ]
    rows = [
        [Cell(name), *(Cell(str(n) if n else "") for i, _, n in counts if i == item), Cell(_kinds(found, item))]
        for item, name in names.items()
    ]
    headers = [
        Words("效果", "effect"),
        *(Words(*words) for words in VERDICTS.values()),
        Words("比什么", "what is compared"),
    ]
    note = Words(
        "前一累计＋期间流量应等于后一累计（含印出的舍入），每对累计数算一次。序列重新计算过的，前后不相减；没有期间流量的不能比。",
        "Earlier stock + flow should be the later stock, within printed rounding; a pair of stocks counts once. Nothing is "
        "subtracted across a series that was computed anew; without a flow between there is nothing to compare.",
    )
    title = Words("流量与存量核对", "Flow against stock")
    return [
        Block("effect_checks", title, None, None, Table(headers, rows, frozenset(range(1, 5))), (note,)),
        *_differing(found),
    ]


def _kinds(found: list[dict[str, Any]], item: str) -> Words:
    kinds = [KINDS[k] for k in KINDS if any(r["item"] == item and r["kind"] == k for r in found)]
    return Words("、".join(zh for zh, _ in kinds), ", ".join(en for _, en in kinds))


def _differing(found: list[dict[str, Any]]) -> list[Block]:
    rows = [
        [
            Cell(Words(r["name_zh"], r["name_en"])),
            Cell(Words(r["area_name"], r["area"]), sort=r["area"]),
            Cell(r["stock_before"].replace("/", " — ")),
            Cell(amount(r["flow"]), title=r["flow_period"] or ""),
            Cell(_span(r["expected_low"], r["expected_high"])),
            Cell(r["stock_after"].replace("/", " — ")),
            Cell(_span(r["held_low"], r["held_high"])),
            Cell(unit_words(r["unit"])),
        ]
        for r in found
        if r["verdict"] == "differs"
    ]
    if not rows:
        return []
    headers = [
        Words("效果", "effect"),
        Words("地区", "area"),
        Words("前一累计", "earlier stock"),
        Words("期间流量", "flow between"),
        Words("应为", "expected"),
        Words("后一累计", "later stock"),
        Words("实为", "held"),
        Words("单位", "unit"),
    ]
    cut = max(0, len(rows) - MOST_TABLE_ROWS)
    table = Table(headers, rows[:MOST_TABLE_ROWS], frozenset({3, 4, 6}), cut)
    return [Block("effect_checks_differ", Words("流量与存量不符的", "Where flow and stock differ"), None, None, table)]


def breaks_of(held: dict[str, Any] | None) -> frozenset[tuple[str, str]]:
    """(effect, year) where a series starts anew."""
    scopes = held["scopes"] if held else []
    return frozenset(
        (i["item"], str(r["year"])) for s in scopes for i in s["items"] for r in i["years"] if r["is_break"]
    )
