"""People's output of the commands of who collects, and of the rule book's own. No logic; every text zh or en."""

from __future__ import annotations

import datetime as dt
from typing import Any

from rich.markup import escape

from orchestration.display import VERDICTS, console, new_table, pick
from orchestration.display_review import percent

MOST_ROWS = 50
LEVELS = {"county": ("县级", "county"), "city": ("市级", "city"), "province": ("省级", "province")}
STATUSES = {**VERDICTS, "missing": ("[red]缺报[/]", "[red]missing[/]")}
KINDS = {
    "provisional": ("初步", "provisional"),
    "revised": ("修订", "revised"),
    "final": ("最终", "final"),
    "correction": ("更正", "correction"),
}
WEEKDAYS = "一二三四五六日"


def show_blank(a: dict[str, Any], prefill: bool, lang: str) -> None:
    mark = "[bold red]模拟数据 sample[/] " if a["sample_data"] else ""
    console().print(f"{mark}写好 wrote [bold]{escape(a['path'])}[/] · {a['form']} {a['unit_name']} {a['period']}")
    if a["previous"]:
        of = "、".join(
            f"{r['submission_id']} {r['unit_name']} {r['period']} {r['plan_version']}".strip()
            for r in a["previous"]["of"]
        )
        console().print(f"  上期数 previous: {escape(of)} · {a['previous']['values']} 项 items")
    elif prefill:
        console().print("  没有已接收的上期报表，未列上期数 nothing was accepted before: no previous values")


def show_explanation(a: dict[str, Any], lang: str) -> None:
    console().print(
        f"[green]已记录 recorded[/] [bold]{a['submission_id']}[/] {a['rule']} · {a['reason']} "
        f"{a['reason_zh' if lang == 'zh' else 'reason_en']} {escape(a['text'] or '')}"
    )
    if a["unexplained"]:
        console().print(f"  还须说明 still to explain: {'、'.join(a['unexplained'])}")
    else:
        console().print(f"  已全部说明，等上级决定 all explained: jiugai decide {a['submission_id']} accept --by 姓名")


def show_decision(a: dict[str, Any], lang: str) -> None:
    if a["state"] == "refused":
        console().print(f"[red]不能这样决定 refused[/] {a['submission_id']}：")
        for reason in a["reasons_zh" if lang == "zh" else "reasons_en"]:
            console().print(f"  {reason}")
        return
    console().print(
        f"[bold]{a['submission_id']}[/] {pick(VERDICTS[a['status']], lang)} · {escape(a['by'])} · {a['decided_at'][:19]}Z"
    )
    if a["supersedes"]:
        console().print(f"  取代 supersedes {a['supersedes']}")
    elif a["in_force"] != a["submission_id"]:
        console().print(f"  现在有效的是 now in force: {a['in_force'] or '无 none'}")


def _day(due: dict[str, Any], lang: str) -> str:
    """A date with what it was moved for."""
    text = str(due["date"])
    if due["date"] != due["original"]:
        why = due["why_zh"] if lang == "zh" else due["why_en"]
        text += f"（{due['original']} {why}顺延）" if lang == "zh" else f" (from {due['original']}: {why})"
    if not due["holidays_known"]:
        text += " 待国务院公布" if lang == "zh" else " (holidays not announced yet)"
    return text


def show_chase(a: dict[str, Any], lang: str) -> None:
    mark = "[bold red]模拟数据 sample[/] " if a["sample_data"] else ""
    console().print(
        f"{mark}[bold]{a['form']} {a['plan_version'] or ''} {a['period']}[/] · {pick(LEVELS[a['level']], lang)} · "
        f"期限 due {_day(a['due'], lang)} · 应报 expected {a['expected']} · 已接收 in force {a['in_force']} · "
        f"未到 owing {len(a['rows'])}"
    )
    if not a["rows"]:
        console().print("[green]都到齐了[/] all in")
        return
    table = new_table(
        "单位 unit",
        "省级 province",
        "状态 status",
        "可能影响 effect",
        "占省/全国 share",
        "逾期 days late",
        "报送 submission",
        "要做 to do",
    )
    for r in a["rows"][:MOST_ROWS]:
        if r["waits_for"] == "level_above":
            todo = "上级决定 decide"
        elif r["to_explain"]:
            todo = "说明 explain " + "、".join(r["to_explain"])
        else:
            todo = "更正重报 correct and file again" if r["submission_id"] else "报送 file"
        unknown = r["weight_reason_zh" if lang == "zh" else "weight_reason_en"]
        effect = unknown if r["effect"] is None else f"{r['effect']} {r['effect_unit'] or ''}".strip()
        shares = " / ".join(p for p in (percent(r["share_province"]), percent(r["share_nation"])) if p)
        table.add_row(
            f"{r['unit_code']} {r['unit_name']}", r["province_name"], pick(STATUSES[r["status"]], lang), effect, shares,
            str(r["days_late"]), r["submission_id"] or "", todo,
        )  # fmt: skip
    console().print(table)
    if len(a["rows"]) > MOST_ROWS:
        console().print(f"… 共 {len(a['rows'])} 个单位，全部见 --json · units in all, with --json")
    if a["weighed_by"]:
        console().print(
            f"可能影响 effect: {a['weighed_by']} 的最近已接收数，及其在合计中的份额 last accepted value, and its share of the total"
        )


def show_calendar(rows: list[dict[str, Any]], lang: str) -> None:
    table = new_table(
        "日期 date",
        "星期",
        "事项 what",
        "表 form",
        "级别 level",
        "报告期 period",
        "原定 original",
        "顺延原因 moved for",
    )
    for r in rows:
        what = "报送 due" if r["what"] == "due" else f"[bold]发布 release[/] {pick(KINDS[r['release_kind']], lang)}"
        why = r["why_zh"] if lang == "zh" else r["why_en"]
        table.add_row(
            r["date"], WEEKDAYS[dt.date.fromisoformat(r["date"]).weekday()], what,
            f"{r['form']} {r['version'] or ''}".strip(), pick(LEVELS[r["level"]], lang) if r["level"] else r["release"],
            r["period"], r["original"] if r["moved"] else "", why,
        )  # fmt: skip
    console().print(table)
    if any(not r["holidays_known"] for r in rows):
        console().print(
            "[yellow]节假日安排待国务院公布：只按周末顺延[/] holidays not announced yet: moved for weekends alone"
        )
    console().print("日期为本平台拟定，非官方规定 dates are this platform's own (rulebook/calendar.yaml)")


def show_answers(row: dict[str, Any], lang: str) -> None:
    """What was explained and decided of a submission, below its findings."""
    for e in row["explanations"]:
        said = escape(f"{e['rule']} · {e['reason']} {e['reason_zh']} {e['text'] or ''} · {e['by'] or ''}")
        console().print(f"  [cyan]说明 explained[/] {said} {e['at'][:19]}Z")
    for d in row["decisions"]:
        who = escape(f"{d['by']} {d['note'] or ''}")
        console().print(f"  [cyan]决定 decided[/] {pick(VERDICTS[d['status']], lang)} · {who} {d['at'][:19]}Z")
    if row["to_explain"]:
        console().print(f"  [yellow]还须说明 still to explain[/] {'、'.join(row['to_explain'])}")


def show_proofs(proofs: list[dict[str, Any]], lang: str) -> None:
    """For each form, version and month: whether a return can pass, and which rules do not apply there."""
    for p in (p for p in proofs if p["returns"]):
        silent = len(p["not_exercised"])
        names = "、".join(p["not_exercised"]) if lang == "zh" else ", ".join(p["not_exercised"])
        if lang == "zh":
            said = f"求得报送 {p['returns']} 份，错误级规则 {p['rules']} 条，触发 {len(p['fired'])} 条，此处不适用 {silent} 条"
        else:
            said = f"{p['returns']} returns found, {p['rules']} error rules, {len(p['fired'])} fired, {silent} do not apply here"
        console().print(escape(f"{p['form']} {p['of']}：{said}{f'（{names}）' if names else ''}"))


def show_problems(problems: list[dict[str, str]], lang: str) -> None:
    for p in problems:
        place = f" {p['place']}" if p["place"] else ""
        said = escape(f"rulebook/{p['file']}{place}：{p['problem_zh' if lang == 'zh' else 'problem_en']}")
        console().print(f"[red]✗[/] {said}")
    if problems:
        console().print(f"{len(problems)} 处问题 problems")
    else:
        console().print("[green]规则库没有问题[/] the rule book is sound")


def show_overrides(rows: list[dict[str, Any]], lang: str) -> None:
    table = new_table(
        "规则 rule", "单位 unit", "报告期 period", "有效至 until", "申请 asked by", "批准 granted by", "原因 reason"
    )
    for r in rows:
        until = r["until"] if r["holds"] else f"{r['until']}（{'已失效' if lang == 'zh' else 'over'}）"
        table.add_row(r["rule"], r["unit_code"], r["period"], until, r["asked_by"], r["by"], r["reason"])
    console().print(table)
