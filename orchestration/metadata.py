"""How results look on an asset's page: Markdown tables of at most 20 rows, paths, row counts. Pure functions.

Not here: getting the rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import dagster as dg

from ingestion.moments import CHINA
from ingestion.units import plain
from quality.preview import TableView
from quality.status import BACK, PartitionState, UnitState

MOST_ROWS = 20
WORDS = {"accepted": "已接收 accepted", "returned": "退回 returned", "unreadable": "无法读取 unreadable",
         "needs_explanation": "待说明 needs explanation"}  # fmt: skip


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = str(plain(value) if isinstance(value, Decimal) else value)
    return text.replace("|", "\\|").replace("\n", " ")


def table(rows: Sequence[Mapping[str, Any]]) -> dg.MarkdownMetadataValue:
    """The first 20 rows; the columns are those of the first."""
    if not rows:
        return dg.MetadataValue.md("—")
    names = list(rows[0])
    lines = ["| " + " | ".join(map(_cell, names)) + " |", "|" + " --- |" * len(names)]
    lines += ["| " + " | ".join(_cell(row.get(n)) for n in names) + " |" for row in rows[:MOST_ROWS]]
    if len(rows) > MOST_ROWS:
        lines.append(f"\n… 共 {len(rows)} 行 rows in all")
    return dg.MetadataValue.md("\n".join(lines))


def preview_table(rows: Sequence[Mapping[str, Any]]) -> dg.MarkdownMetadataValue:
    """Rows of a file. A few rows of many columns stand upright, a column a line, since a page cuts wide tables off."""
    if not rows or len(rows) * 2 > len(rows[0]):
        return table(rows)
    head, *others = rows[0]
    upright = [{head: name, **{f"{row[head]} ({n})": row[name] for n, row in enumerate(rows, 1)}} for name in others]
    return table(upright)


def _who(unit: UnitState) -> str:
    return f"{unit.unit_code} {unit.unit_name}".strip() or unit.file_name


def _when(moment: str) -> str:
    """A moment of the register as people here read it: China time, to the minute."""
    return dt.datetime.fromisoformat(moment).astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


def units_table(units: Sequence[UnitState]) -> dg.MarkdownMetadataValue:
    """Who, which version, what became of it."""
    return table([
        {
            "单位 unit": _who(u),
            "状态 status": WORDS.get(u.status, u.status),
            "版 version": f"{u.plan_version} {u.version}".strip(),
            "报送 submission": u.submission_id,
            "收到 received": _when(u.received_at),
            "问题 findings": u.rule or (f"{u.warnings} 条核实性 warnings" if u.warnings else ""),
        }
        for u in units
    ])  # fmt: skip


def returned_list(units: Sequence[UnitState], periods: Mapping[str, str] | None = None) -> dg.MarkdownMetadataValue:
    """What went back or waits for an explanation: who, for when, why in both languages, and the workbook that answers.

    A list, since reasons are long; paths as text, since a browser opens no file of the disk from a page.
    periods: submission → period, where they differ.
    """
    lines = []
    for u in units[:MOST_ROWS]:
        period = (periods or {}).get(u.submission_id, "")
        lines.append(
            f"- **{_who(u)}** {period} {u.submission_id} 第 {u.version} 版 — {u.rule} {_cell(u.reason_zh)} {_cell(u.reason_en)}"
        )
        if u.answer:
            lines.append(f"  - 答复 answer: `{u.answer}`")
    if len(units) > MOST_ROWS:
        lines.append(f"\n… 共 {len(units)} 份 in all")
    return dg.MetadataValue.md("\n".join(lines) or "—")


def _names(codes: Sequence[str], names: Mapping[str, str]) -> str:
    listed = "、".join(f"{c} {names.get(c, '')}".strip() for c in codes[:MOST_ROWS])
    return listed + (f" … 共 {len(codes)} 个 in all" if len(codes) > MOST_ROWS else "")


def state_text(state: PartitionState) -> str:
    """A partition in one line."""
    found = {WORDS["accepted"]: len(state.with_status("accepted"))}
    found[WORDS["needs_explanation"]] = len(state.with_status("needs_explanation"))
    found["退回 returned"] = len(state.with_status(*BACK))
    if state.partition.province:
        found["缺报 missing"] = len(state.missing)
    return " · ".join(f"{name} {count}" for name, count in found.items() if count) or "—"


def open_text(state: PartitionState, names: Mapping[str, str]) -> str:
    """Who still has to act on a partition, by name; empty when nobody has to."""
    parts = []
    if state.missing:
        parts.append(f"缺报 missing {len(state.missing)}：{_names(state.missing, names)}")
    for title, statuses in (("退回 returned", BACK), (WORDS["needs_explanation"], ("needs_explanation",))):
        units = state.with_status(*statuses)
        if units:
            listed = "、".join(f"{_who(u)}（{u.rule}）" for u in units[:MOST_ROWS])
            parts.append(f"{title} {len(units)}：{listed}")
    return "；".join(parts)


def partition_metadata(state: PartitionState, names: Mapping[str, str]) -> dict[str, Any]:
    """A partition's page: what came, who has to act and why, what lies in the file. names: area code → name."""
    returned = state.with_status(*BACK)
    found: dict[str, Any] = {
        "状态 status": state_text(state),
        "dagster/partition_row_count": state.rows,
        "已接收 accepted": len(state.with_status("accepted")),
        "待说明 needs explanation": len(state.with_status("needs_explanation")),
        "退回未改 returned": len(returned),
    }
    if state.partition.province:
        found["缺报 missing"] = len(state.missing)
        found["省级单位 province"] = f"{state.partition.province} {names.get(state.partition.province, '')}"
        if state.missing:
            found["缺报单位 missing units"] = _names(state.missing, names)
    if state.is_sample:
        found["模拟数据 sample"] = True
    if state.sent_back:
        found["退回过的报送 returned"] = returned_list(state.sent_back)
        answers = [u.answer for u in [*state.sent_back, *returned] if u.answer]
        if answers:
            found["答复 answer"] = dg.MetadataValue.path(answers[-1])
    waiting = state.with_status("needs_explanation")
    if waiting:
        found["待说明的报送 to be explained"] = returned_list(waiting)
    found["报送 submissions"] = units_table(state.units)
    if state.preview:
        found["预览 preview"] = preview_table(state.preview)
    if state.path:
        found["文件 file"] = dg.MetadataValue.path(state.path)
    last = max((u.received_at for u in state.units), default="")
    if last:
        found["最近收到 last received"] = _when(last)
    return found


def table_metadata(view: TableView, descriptions: Mapping[str, str]) -> dict[str, Any]:
    """A built table: rows, columns with their descriptions, a preview."""
    columns = [dg.TableColumn(n, kind.lower(), descriptions.get(n) or None) for n, kind in view.columns]
    found: dict[str, Any] = {"dagster/column_schema": dg.TableSchema(columns=columns)}
    if view.rows is not None:
        found |= {"dagster/row_count": view.rows, "预览 preview": table(view.preview)}
    return found
