"""People's output of `effects`: a table a scope, a row an item, a column a year. No logic; every text zh or en."""

from __future__ import annotations

from typing import Any

from filings.effects import KINDS, VERDICTS
from orchestration.display import console, new_table

MOST_CHECKS = 20


def _value(row: dict[str, Any] | None) -> str:
    """A value with its marks: a partial sum, a break, what has no month."""
    if row is None:
        return ""
    marks = [m for m, is_so in (("B", row["is_break"]), ("U", row["obs_status"] == "U")) if is_so]
    undated = f" +{row['undated']}" if row["undated"] not in (None, 0, "0") else ""
    return f"{row['value']}{undated}{' ' + ''.join(marks) if marks else ''}"


def show_effects(a: dict[str, Any], lang: str) -> None:
    at = 0 if lang == "zh" else 1
    mark = "[bold red]模拟数据[/] " if a["sample_data"] else ""
    held = [s for s in a["scopes"] if s["items"]]
    for scope in held:
        name = scope[("name_zh", "name_en")[at]]
        title = f"{mark}改造成效 effects · {a['area_name']} {a['area']} · 口径 scope：{name}"
        table = new_table("项目 item", "", "单位 unit", *(str(y) for y in a["years"]), "出自 list", title=title)
        for column in table.columns[3:-1]:
            column.justify = "right"
        for item in scope["items"]:
            years = {r["year"]: r for r in item["years"]}
            shown = [_value(years.get(y)) for y in a["years"]]
            table.add_row(item["item"], item[("name_zh", "name_en")[at]], item["unit"], *shown, item["list"])
        console().print(table)
    if not held:
        console().print("没有效果数 no effects were filed or printed here")
    elif lang == "zh":
        console().print("空＝未填报；B＝序列重新计算，不与以前相减；U＝有单位未报；+n＝已完成而未填月份，不在当年数内")
    else:
        console().print(
            "empty: not filed; B: computed anew, never subtract across; U: units are missing; +n: finished with no month, in no year"
        )
    if len(held) > 1:
        console().print("两种口径不相加" if lang == "zh" else "the two scopes are never added")
    _show_checks(a["checks"], at)
    if "file" in a:
        console().print(f"→ [bold]{a['file']}[/]")


def _show_checks(checks: dict[str, Any], at: int) -> None:
    said = "，".join(f"{VERDICTS[v][at]} {n}" for v, n in checks["counts"].items() if n)
    console().print(
        f"{('流量与存量核对', 'flow against stock')[at]}：{said or ('没有可比的', 'nothing to compare')[at]}"
    )
    differing = [r for r in checks["rows"] if r["verdict"] == "differs"]
    for r in differing[:MOST_CHECKS]:
        console().print(
            f"  [red]{r['area_name']} {r['area']} {r['item']}[/] {KINDS[r['kind']][at]} {r['stock_before']} → {r['stock_after']}："
            f"{r['expected_low']}—{r['expected_high']} ≠ {r['held_low']}—{r['held_high']}"
        )
    if len(differing) > MOST_CHECKS:
        console().print(f"  … {len(differing)}：--json")
