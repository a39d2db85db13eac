"""People's output of levels, pipeline and benefits: tables through rich. No logic; every text zh or en."""

from __future__ import annotations

from typing import Any

from orchestration.display import console, new_table

LEVELS = {"county": "县", "city": "市", "province": "省", "national": "全国"}


def marked(answer: dict[str, Any]) -> None:
    """The mark of sample data, above everything else."""
    if answer["sample_data"]:
        console().print("[bold red]模拟数据（非真实填报） SAMPLE DATA[/]")


def text(value: Any) -> str:
    return "" if value is None else str(value)


def _level_cells(row: dict[str, Any]) -> list[str]:
    """Filed, sum below, residual, coverage and bounds of one row."""
    c, b = row["coverage"], row["bounds"]
    counted = "" if c["units_expected"] is None else f"{c['units_reported']}/{c['units_expected']}"
    return [
        text(row["filed"]),
        text(row["sum_below"]),
        text(row["residual"]),
        f"{counted} ({c['share']})" if c["share"] else counted,
        text(c["share_of_last_year"]),
        f"{b['lower']} — {text(b['upper']) or '?'}" if b else "",
    ]


LEVEL_HEADS = (
    "本级填报 filed", "下级合计 sum below", "差额 residual", "已报/应报 coverage", "占上年 of last year", "下界—上界 bounds",
)  # fmt: skip


def _parting(row: dict[str, Any], lang: str) -> str:
    """Where filed and sum first part, at or below a row."""
    if not row["parts_at"]:
        return ""
    return LEVELS[row["parts_at"]] if lang == "zh" else str(row["parts_at"])


def show_levels(a: dict[str, Any], lang: str) -> None:
    """One row an area: filed, sum below, residual, coverage, bounds; then where they first part, and the parts by code."""
    marked(a)
    name = a["indicator_name_zh"] if lang == "zh" else a["indicator_name_en"]
    of = "".join(f" · {dim}={code}" for dim, code in a["dims"].items())
    title = f"{a['period']} {name}（{a['unit']}）{of} · {a['group'] or '—'}"
    table = new_table("级 level", "地区 area", *LEVEL_HEADS, title=title)
    for row in a["rows"]:
        level = LEVELS.get(row["level"], row["level"]) if lang == "zh" else row["level"]
        table.add_row(level, f"{row['area']} {row['area_name']}", *_level_cells(row))
    console().print(table)
    if a["group"] is None:
        console().print("无数 nothing was filed or printed")
    elif a["parts_at"]:
        level = _parting(a, lang)
        console().print(
            f"[yellow]最先在“{level}”级出现差额[/]（{a['rows'][0]['parted_areas']} 个）"
            if lang == "zh"
            else f"[yellow]they first part at the {level} level[/] ({a['rows'][0]['parted_areas']} areas)"
        )
    elif all(row["residual"] is None for row in a["rows"]):
        console().print(
            "没有可比的两数：本级自报与下级合计不同时有"
            if lang == "zh"
            else "nothing to compare: no area here has both a filed total and a sum below"
        )
    else:
        console().print("各级没有差额" if lang == "zh" else "no level parts from the one below")
    if any(row["bounds"] for row in a["rows"]):
        console().print(
            "界不计入合计；? ＝有缺报单位无计划"
            if lang == "zh"
            else "bounds are in no total; ? = a missing unit has no plan"
        )
    if "parts" in a:
        _show_parts(a["parts"], lang)


def _show_parts(parts: list[dict[str, Any]], lang: str) -> None:
    """The area by every code of a breakdown. A code that gathers others stands beside them: nothing here is to be added."""
    table = new_table("分组 part", "", *LEVEL_HEADS[:-1], "最先差在 parts at")
    for part in parts:
        cells = _level_cells(part)[:-1]
        table.add_row(part["dim_code"], part["name_zh" if lang == "zh" else "name_en"], *cells, _parting(part, lang))
    console().print(table)
    console().print(
        "汇集代码与其分项并列，各行不相加"
        if lang == "zh"
        else "a code that gathers others stands beside them: rows are not added"
    )


def show_pipeline(a: dict[str, Any], lang: str) -> None:
    """Stages, milestones, durations, and the share not yet reached at the first months of a year and at the end."""
    marked(a)
    word = "name_zh" if lang == "zh" else "name_en"
    c = a["coverage"]
    title = f"{a['area_name']} {a['cohort_year']} 年计划（同批任务 cohort） · {a['month'] or '—'} · {a['communities']} 个小区 communities"
    if not a["stages"]:
        console().print(f"{title}\n无数 no roster of this month holds a task of the plan year")
        return
    table = new_table(
        "阶段 stage",
        "",
        "小区 communities",
        "户 households",
        title=f"{title} · {c['units_reported']}/{c['units_expected']}",
    )
    for s in a["stages"]:
        apart = "" if s["is_in_plan"] else " （不计入 not counted）"
        table.add_row(s["stage"], s[word] + apart, str(s["communities"]), text(s["households"]))
    console().print(table)
    table = new_table("已达到 reached", "小区 communities", "户 households", "日期不明 undated")
    for m in a["milestones"]:
        table.add_row(m[word], f"{m['communities']}/{m['tasks']}", text(m["households"]), str(m["undated"]))
    console().print(table)
    curves = {(s["from"], s["to"]): s for s in a["survival"]}
    table = new_table(
        "从 from", "到 to", "n", "下四分位 q1", "中位 median（天 days）", "上四分位 q3", "过半月数 half after", "末期未到 still open",
        title=f"用时 durations · {a['durations_month'] or '—'}",
    )  # fmt: skip
    for d in a["durations"]:
        s = curves.get((d["from"], d["to"]))
        table.add_row(
            d["from_zh"], d["to_zh"], str(d["n"]), d["lower_quartile_days"], d["median_days"], d["upper_quartile_days"],
            text(s["median_months"]) if s else "", s["curve"][-1]["share_not_reached"] if s else "",
        )  # fmt: skip
    console().print(table)
    if note := a["durations_note_zh" if lang == "zh" else "durations_note_en"]:
        console().print(note)


def _show_missing_years(a: dict[str, Any], lang: str) -> None:
    """Why a window is blank: a line for all measures that lack the same years."""
    names: dict[str, list[str]] = {}
    for measure in (m for m in a.values() if isinstance(m, dict) and m.get("missing")):
        if measure["value"] is None:
            years: dict[str, list[str]] = {}
            for one in measure["missing"]:
                years.setdefault(one["reason_zh" if lang == "zh" else "reason_en"], []).append(str(one["year"]))
            said = "；".join(f"{'、'.join(held)}（{why}）" for why, held in years.items())
            names.setdefault(said, []).append(measure["name_zh" if lang == "zh" else "name_en"])
    for said, held in names.items():
        console().print(
            f"  [yellow]{'缺数年份' if lang == 'zh' else 'years without a figure'}[/] {'、'.join(held)}：{said}"
        )


def show_benefits(a: dict[str, Any], lang: str) -> None:
    """One row a measure; the window says which years it holds."""
    marked(a)
    label = a["window"]["label_zh" if lang == "zh" else "label_en"]
    table = new_table("指标 measure", "数 value", "单位 unit", "依据 basis", title=f"{a['area_name']} {label}")
    for measure in (m for m in a.values() if isinstance(m, dict) and "indicator" in m):
        table.add_row(
            measure["name_zh" if lang == "zh" else "name_en"],
            text(measure["value"]),
            measure["unit"],
            text(measure["basis"]),
        )
    console().print(table)
    _show_missing_years(a, lang)
    factor = a["factor"]
    console().print(
        f"估算用系数 factor {factor['name']} = {factor['value']}（{factor['note_zh']} {factor['note_en']}）"
    )
    if both := a["accepted_beside_effect"]:
        console().print(
            f"J2 25 竣工验收户数 {both['accepted']} · J3 02 受益户数 {both['effect']} · 差额 difference {both['difference']}"
            f"（两表都填的 {both['units_compared']} 个单位 units that filed both）"
        )
