"""People's output of the reviews: what each rule did, what findings may change, what a study
found. No logic; every text zh or en."""

from __future__ import annotations

from typing import Any

from rich.markup import escape

from orchestration.display import SEVERITIES, VERDICTS, console, new_table, pick

SUGGESTIONS = {"raise": ("升级", "raise"), "lower": ("降级", "lower"), "retire": ("停用", "retire")}
HEADERS = (
    ("规则", "rule"), ("级别", "severity"), ("审核份数", "judged"), ("无法判断", "cannot tell"), ("触发", "fired"),
    ("单位", "units"), ("问题", "findings"), ("说明属实", "upheld"), ("更正", "corrected"), ("放行", "overridden"),
    ("仅提示", "noted"), ("未了", "open"), ("误报率", "false alarms"),
)  # fmt: skip


def _rate(share: str | None) -> str:
    return "" if share is None else f"{float(share):.2%}"


def show_rule_report(a: dict[str, Any], lang: str) -> None:
    """Rules that fired, then what is suggested; rules that were silent are counted."""
    mark = "[bold red]模拟数据 sample[/] " if a["sample_data"] else ""
    fired = [r for r in a["rules"] if r["fired"]]
    console().print(
        f"{mark}[bold]{a['period']}[/] · 报表 returns {a['returns']} · 规则 rules {len(a['rules'])} · "
        f"触发 fired {len(fired)} · 截至 as of {a['as_of'][:19]}Z"
    )
    if a["without_period"]:
        console().print(
            f"[yellow]另有 {a['without_period']} 个文件看不出单位或报告期，不在表内[/] files that say no unit or period"
        )
    if a["other_rulebook"]:
        console().print(
            f"其中 {a['other_rulebook']} 份按另一版规则库审核 judged under another version of the rule book"
        )
    table = new_table(*(pick(h, lang) for h in HEADERS))
    for r in fired:
        name = f"{r['rule']} {escape(r['name_zh'] or '')}".strip() if lang == "zh" else r["rule"]
        numbers = (
            "judged",
            "cannot_tell",
            "fired",
            "units",
            "findings",
            "upheld",
            "corrected",
            "overridden",
            "noted",
            "open",
        )
        table.add_row(
            name, pick(SEVERITIES[r["severity"]], lang), *(str(r[n]) for n in numbers), _rate(r["false_alarm_rate"])
        )
    console().print(table)
    for r in a["rules"]:
        if r["suggestion"]:
            reason = r["reason_zh"] if lang == "zh" else r["reason_en"]
            console().print(f"  [yellow]{pick(SUGGESTIONS[r['suggestion']], lang)}[/] {r['rule']} · {reason}")
    console().print(
        f"复核建议看 {a['months']['from']}—{a['months']['to']}（有报表的期数 {a['periods_known']}）"
        if lang == "zh"
        else f"suggestions look at {a['months']['from']} to {a['months']['to']} ({a['periods_known']} periods with returns)"
    )


def _influence(held: dict[str, Any], lang: str) -> tuple[str, str, str]:
    """(effect, share of the province, share of the nation) in words."""
    reason = held["reason_zh" if lang == "zh" else "reason_en"]
    if held["effect"] is None:
        return reason, "", ""
    shares = [percent(held[name]) for name in ("share_province", "share_nation")]
    return f"{held['effect']} {held['unit'] or ''}".strip(), shares[0] or reason, shares[1]


def percent(share: str | None) -> str:
    """A share of a total; four digits, since one county of the nation is a few hundredths of a percent."""
    return "" if share is None else f"{float(share):.4%}"


def show_influences(row: dict[str, Any], lang: str) -> None:
    """Below the findings of one submission: what they may change, greatest first within a severity."""
    said = [f for f in row["findings"] if f["influence"] is not None and f["influence"]["effect"] is not None]
    if not said:
        return
    table = new_table(
        "规则 rule", "单元格 cell", "可能影响 effect", "占省 of province", "占全国 of nation", "指标 indicators"
    )
    for f in said:
        held = f["influence"]
        table.add_row(f["rule"], f["cell"] or "", *_influence(held, lang), "、".join(held["indicators"]))
    console().print(table)


def show_by_influence(rows: list[dict[str, Any]], lang: str) -> None:
    table = new_table(
        "报送 id", "表 form", "单位 unit", "报告期 period", "状态 status", "规则 rule", "单元格 cell", "可能影响 effect",
        "占省 of province", "占全国 of nation",
    )  # fmt: skip
    for r in rows:
        held = r["influence"]
        mark = f"{r['marker']} " if r["marker"] else ""
        said = (held["rule"], held["cell"] or "", *_influence(held, lang)) if held else ("",) * 5
        table.add_row(
            r["submission_id"], mark + (r["source_id"] or r["form"] or "?"), r["unit_code"] or "", r["period"] or "",
            pick(VERDICTS[r["status"]], lang), *said,
        )  # fmt: skip
    console().print(table)
    console().print(f"{len(rows)} 份 submissions")


def show_study(a: dict[str, Any], lang: str) -> None:
    """Kind by kind, then the mixtures and every miss by name."""
    table = new_table(
        "埋入的错误 planted",
        "份数 n",
        "查出 detected",
        "按规则 by its rule",
        "在单元格 at its cell",
        "其他提示 elsewhere",
    )
    for k in a["kinds"]:
        name = k["kind_zh"] if lang == "zh" else k["kind"]
        elsewhere = "、".join(f"{rule}×{n}" for rule, n in k["elsewhere"].items())
        table.add_row(name, str(k["planted"]), *_found(k), elsewhere)
    m = a["mixtures"]
    name = f"混合：{m['returns']} 份报表" if lang == "zh" else f"mixtures: {m['returns']} returns"
    table.add_row(f"[bold]{name}[/]", str(m["planted"]), *_found(m), "")
    console().print(table)
    for kind in a["kinds"]:
        for missed in kind["missed"]:
            console().print(f"  [red]未查出 missed[/] {missed}")
    for miss in m["missed"]:
        beside, said = "、".join(miss["with"]), "、".join(miss["said"])
        console().print(
            f"  [yellow]混合中未查出 missed[/] {miss['name']}（{miss['rule']} {miss['cell']}）· 同份还有 with {beside} · 只说 said {said}"
        )
    c = a["clean"]
    console().print(
        f"无错报表 clean returns {c['returns']} · 接收 accepted {c['accepted']} · 误报 errors {c['errors']} · "
        f"多余提醒 warnings {c['warnings']} · 种子 seed {a['seed']} · [bold red]模拟数据 sample[/]"
    )
    for f in c["findings"]:
        console().print(f"  [red]误报 false alarm[/] {f['form']} {f['unit_code']} {f['rule']} {f['cell'] or ''}")


def _found(held: dict[str, Any]) -> list[str]:
    """Rates of what was planted; the count where it is not all of it."""
    whole = held["planted"]
    return [
        "" if not whole else "100%" if held[n] == whole else f"{held[n]}/{whole} {held[n] / whole:.1%}"
        for n in ("detected", "by_rule", "at_cell")
    ]
