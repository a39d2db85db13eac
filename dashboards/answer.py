"""The answer to one submission as a page of its own, for the web: one file that loads nothing else.

Not here: what the answer says (quality.answers), the workbook to work in (quality.answer_book).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from dashboards.template import PAGES, template
from dashboards.theme import Words
from ingestion.catalogue import catalogue
from quality.reports import VERDICTS

TODO = {
    "accepted": Words("没有需要处理的。", "Nothing is to be done."),
    "needs_explanation": Words("请核对；情况属实的逐条说明，有错的更正后重报。", "Check: explain what is true, correct what is not."),
    "returned": Words("请更正“须更正”的各条后重报。", "Correct what must be corrected and file again."),
    "unreadable": Words("请按提示另存或重新导出后再报。", "Save or export the file again as said."),
}  # fmt: skip
GROUPS = {
    "error": Words("须更正", "Must be corrected"),
    "warning": Words("请核对或说明", "Check or explain"),
    "info": Words("提示", "For information"),
    "cannot_tell": Words("无法判断（不必处理）", "Cannot tell: nothing to do"),
}


def answer_html(row: Mapping[str, Any]) -> bytes:
    """The page. row: a submission with findings, explanations and decisions, as quality.answers shows it."""
    found = row["findings"]
    groups = [
        {"zh": words.zh, "en": words.en, "findings": held}
        for severity, words in GROUPS.items()
        if (held := [f for f in found if f["severity"] == severity])
    ]
    html = template("answer.html").render(
        row=row, verdict=VERDICTS[row["status"]], todo=TODO[row["status"]], groups=groups, facts=_facts(row), said=_said(row),
        sample=row["marker"] is not None, style=Markup((PAGES / "static" / "site.css").read_text(encoding="utf-8")),
    )  # fmt: skip
    return html.encode()


def _facts(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    unit = row["unit_code"]
    area = catalogue().areas.get(unit) if unit else None
    held = [
        ("报送 Submission", f"{row['submission_id']} 第{row['version']}版"),
        ("文件 File", row["file_name"]),
        ("表 Form", " ".join(filter(None, (row["form"], row["source_id"], row["plan_version"])))),
        ("填报单位 Unit", " ".join(filter(None, (unit, area.name_zh if area else None)))),
        ("报告期 Period", row["period"] or ""),
        ("收到 Received", row["received_at"][:16].replace("T", " ") + " UTC"),
    ]
    return [(label, text) for label, text in held if text]


def _said(row: Mapping[str, Any]) -> list[str]:
    """What was explained and decided, in the order of time."""
    lines = [
        (
            e["at"],
            f"{e['at'][:10]}　{e['by'] or '填报单位'} 说明 {e['rule']}：{e['reason']} {e['reason_zh']} {e['text'] or ''}",
        )
        for e in row["explanations"]
    ]
    lines += [
        (d["at"], f"{d['at'][:10]}　{d['by']} {VERDICTS[d['status']]} {d['note'] or ''}") for d in row["decisions"]
    ]
    return [text.rstrip() for _, text in sorted(lines)]
