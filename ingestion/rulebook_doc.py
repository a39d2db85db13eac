"""The rule book as a statutory annex in Markdown: forms with 指标解释, 审核关系, 发布指标, code lists, dates. Chinese, English beside it.

Everything comes from the rule book; what is this platform's own or not known yet says so. The same rule book gives the
same text. Not here: checking it (quality.rulebook_checks).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ingestion.catalogue import Catalogue
from ingestion.form_model import FieldSet, Form, FormField, FormTable
from ingestion.gating import series_of
from ingestion.indicator_model import Indicator
from ingestion.release_model import DueDates
from ingestion.rule_model import Rule

OURS = "自拟 ours"
PENDING = "待定 pending"
MARKS = {
    "maker": ("制定机关", "maker"),
    "approver": ("批准机关", "approver"),
    "approval_no": ("批准文号", "approval number"),
    "valid_until": ("有效期至", "valid until"),
}
SEVERITIES = {"error": "强制性 error", "warning": "核实性 warning", "info": "提示 info"}
SEMANTICS = {"ytd": "年初累计", "period": "本期", "stock": "期末数", "plan": "计划", "event": "事项"}
LEVELS = {"county": "县级 county", "city": "市级 city", "province": "省级 province", "ministry": "部级 ministry"}
AUDIENCES = {"public": "公开 public", "ministry": "部内 ministry"}


def rulebook_doc(book: Catalogue) -> str:
    """The whole annex as one Markdown text."""
    parts: list[str] = [*_opening(book), "## 一、表式与指标解释 Forms and definitions", ""]
    for form in book.forms.values():
        parts += _form(form, book)
    parts += ["## 二、审核关系 Audit relations", "", *_rules(book)]
    parts += ["## 三、发布指标 Published indicators", "", *_indicators(book)]
    parts += ["## 四、日期 Dates", "", *_calendar(book)]
    parts += ["## 五、代码 Code lists", "", *_codelists(book)]
    return "\n".join(parts).rstrip() + "\n"


def _opening(book: Catalogue) -> list[str]:
    title = book.settings["title"]
    return [
        f"# {title['zh']} · {title['en']}",
        "",
        f"规则库版本 version {book.version}。由程序按规则库生成，请勿手改。 Generated from the rule book; not edited by hand.",
        "",
        "> 表式、代码、审核关系与日期均为本平台自拟（P），不是住房和城乡建设部的正式表式；表号、批准文号、有效期未公开，写作“待定”。  ",
        "> 来源一栏：P＝自拟；S·… ＝概念见于公开资料，代码与文字仍为自拟。  ",
        "> Forms, codes, relations and dates are this platform's own; legal marks that are not public say 待定. "
        "Source: P = ours; S·… = the concept was seen in a public source, its code and wording are ours.",
        "",
    ]


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ").strip()


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    lines += ["| " + " | ".join(map(_cell, row)) + " |" for row in rows]
    return [*lines, ""]


# -- forms --------------------------------------------------------------------------------------------------------
def _form(form: Form, book: Catalogue) -> Iterator[str]:
    yield f"### {form.id} {form.title.zh} · {form.title.en}"
    yield ""
    marks = {"表号": form.form_no, **{zh: form.header.get(key) for key, (zh, _) in MARKS.items()}}
    yield "；".join(f"{label}：{value or PENDING}" for label, value in marks.items())
    yield ""
    chain = "→".join(LEVELS.get(level, level).split()[0] for level in form.chain)
    often = "月报 monthly" if form.frequency == "monthly" else "年报 yearly"
    yield f"{often}；报送 chain：{chain}；期限 due：{_due_text(form.id, book)}；"
    yield f"自 since {form.since}（{OURS}）"
    yield ""
    for fields in form.field_sets:
        yield from _fields(fields)


def _due_text(form_id: str, book: Catalogue) -> str:
    return "；".join(
        (f"{due.version} " if due.version else "")
        + "，".join(f"{LEVELS[k].split()[0]}{_due_day(due, k)}" for k in due.by)
        for due in book.calendar.due
        if due.form == form_id
    )


def _due_day(due: DueDates, level: str) -> str:
    value: Any = due.by[level]  # type: ignore[index]
    return f"次月{value}日" if due.every == "month" else f"{'次年' if due.years_after else '当年'}{value}"


def _fields(fields: FieldSet) -> Iterator[str]:
    if isinstance(fields, FormTable):
        yield f"#### {fields.id} {fields.title.zh} · {fields.title.en}"
        yield ""
        yield f"每行一个 one row a：{'、'.join(fields.key)}"
        yield ""
    head = ("代码", "指标 item", "计量单位", "时态", "必填", "指标解释（自拟） definition", "来源", "id")
    yield from _table(head, ((
        f.code, f"{'★' if f.core else ''}{f.name} {f.label.en}", f.unit or "—", SEMANTICS[f.semantics],
        _required(f), f"{f.definition} {f.definition_en}{_codes(f)}{_limits(f)}", f.source, f"`{f.id}`")
        for f in fields.fields))  # fmt: skip


def _required(field: FormField) -> str:
    if isinstance(field.required, dict):
        return f"当 when `{field.required['when']}`"
    return {"always": "是 yes", "never": "否 no"}[field.required]


def _codes(field: FormField) -> str:
    return f" 代码表 codes：{'、'.join(field.codelists)}" if field.codelists else ""


def _limits(field: FormField) -> str:
    """What is not as everywhere: who may see it, whether it points at a person, since when it is asked for."""
    said = ["仅部内可见 ministry only"] if field.disclosure == "role(ministry)" else []
    said += ["个人信息 personal"] if field.personal else []
    said += [f"自 {field.since} 起 since {field.since}"] if field.since else []
    return f"（{'；'.join(said)}）" if said else ""


# -- rules, indicators, dates, codes ------------------------------------------------------------------------------
def _rules(book: Catalogue) -> Iterator[str]:
    yield "核实性关系须以原因代码说明后由上级接收；标“不须说明”的只列出差额。 A warning is explained with a reason code."
    yield ""
    for form, rules in book.rules.items():
        yield f"### {form if form != 'any' else '各表 any form'}"
        yield ""
        yield from _table(
            ("编号", "名称", "级别", "关系 relation", "提示语 message", "怎么办 hint", "依据 basis", "责任、有效期 owner, valid"),
            ((r.id, f"{r.name}（{r.type}，{r.level}）", _severity(r), _relation(r), f"{r.message.zh} / {r.message.en}",
              f"{r.hint.zh} / {r.hint.en}", r.basis + (f"。{r.note.zh} / {r.note.en}" if r.note else ""),
              f"{r.owner}；{r.valid.start}—{r.valid.to or ''}") for r in rules),
        )  # fmt: skip


def _severity(rule: Rule) -> str:
    if rule.severity != "warning":
        return SEVERITIES[rule.severity]
    reasons = f"（可用 {'、'.join(rule.reasons)}）" if rule.reasons else "" if rule.explain else "（不须说明）"
    return SEVERITIES[rule.severity] + reasons


def _relation(rule: Rule) -> str:
    """The relation as the rule book writes it: a total and its parts, expressions, or the parameters of its type."""
    if "parts" in rule.params:
        signed = [f"- {p[1:]}" if p.startswith("-") else f"+ {p}" for p in map(str, rule.params["parts"])]
        texts = [f"{rule.params['total']} = {' '.join(signed).removeprefix('+ ')}"]
    else:
        texts = [*([json.dumps(rule.params, ensure_ascii=False)] if rule.params else []), *rule.checks]
    over = f"（{'、'.join(rule.tables)} 逐行）" if rule.tables else ""
    return "；".join(f"`{t}`" for t in texts) + over + (f"，当 when `{rule.when}`" if rule.when else "")


def _indicators(book: Catalogue) -> Iterator[str]:
    yield from _table(
        ("指标 indicator", "定义与公式 definition, formula", "单位", "小数", "受众 audience", "来自 from", "关口 gate", "id"),
        ((f"{i.name.zh} {i.name.en}", _meaning(i, book), i.unit, i.decimals, AUDIENCES[i.audience], _from(i),
          "、".join(f"`{name}`" for name in series_of(book, i)) or "不发布 not released", f"`{i.id}`")
         for i in book.indicators.values()),
    )  # fmt: skip


def _meaning(indicator: Indicator, book: Catalogue) -> str:
    text = f"{indicator.definition.zh} {indicator.definition.en}"
    if indicator.kind in ("ratio", "scaled"):
        text += f"。公式 formula：{indicator.formula('zh', book.indicator_names)}"
    return text


def _from(indicator: Indicator) -> str:
    """Where returns answer: a field, or the rows of a table, in order of choice."""
    return "；".join(f"{a.form}.{a.field}" if a.field else f"{a.form} 行数 rows" for a in indicator.accounts) or "—"


def _calendar(book: Catalogue) -> Iterator[str]:
    yield f"均为本平台拟定（{OURS}），遇法定节假日顺延至下一个工作日（`jiugai calendar`）。"
    yield ""
    yield from _table(
        ("表 form", "版次", *LEVELS.values()),
        ((d.form, d.version or "", *(_due_day(d, k) if k in d.by else "" for k in LEVELS)) for d in book.calendar.due),
    )
    yield from _table(
        ("发布 release", "表", "性质 kind", "日期 date"),
        ((name, r.form, r.kind, f"{'次年' if r.years_after else '当年'}{r.date}" if r.date else f"次月{r.day}日")
         for name, r in book.calendar.release.items()),
    )  # fmt: skip


def _codelists(book: Catalogue) -> Iterator[str]:
    for name, rows in book.codelists.items():
        yield f"### {name}"
        yield ""
        yield from _table(
            ("代码", "名称", "English", "来源 source"),
            ((r["code"], r["name_zh"], r["name_en"], r.get("source", "")) for r in rows.values()),
        )
