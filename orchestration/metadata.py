"""How results look on an asset's page: Markdown tables of at most 20 rows, links, row counts. Pure functions.

Not here: getting the rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import dagster as dg

from ingestion.units import plain
from quality.preview import TableView
from quality.status import PartitionState, UnitState

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


def units_table(units: Sequence[UnitState]) -> dg.MarkdownMetadataValue:
    """Who, which version, what became of it."""
    return table([
        {
            "单位 unit": f"{u.unit_code} {u.unit_name}".strip() or u.file_name,
            "状态 status": WORDS.get(u.status, u.status),
            "版 version": f"{u.plan_version} {u.version}".strip(),
            "报送 submission": u.submission_id,
            "收到 received": u.received_at[:16].replace("T", " "),
            "问题 findings": u.rule or (f"{u.warnings} 条核实性 warnings" if u.warnings else ""),
        }
        for u in units
    ])  # fmt: skip


def returned_list(units: Sequence[UnitState]) -> dg.MarkdownMetadataValue:
    """What went back: who, the rule, why, and the workbook with the answer. A list, since reasons are long."""
    lines = []
    for u in units[:MOST_ROWS]:
        who = f"{u.unit_code} {u.unit_name}".strip() or u.file_name
        lines.append(f"- **{who}** {u.submission_id} 第 {u.version} 版 — {u.rule} {_cell(u.reason_zh)}")
        if u.answer:
            lines.append(f"  答复 answer: `{u.answer}`")
    if len(units) > MOST_ROWS:
        lines.append(f"\n… 共 {len(units)} 份 in all")
    return dg.MetadataValue.md("\n".join(lines) or "—")


def partition_metadata(state: PartitionState, names: Mapping[str, str]) -> dict[str, Any]:
    """A partition's page. names: area code → name."""
    accepted, returned = state.with_status("accepted"), state.with_status("returned", "unreadable")
    found: dict[str, Any] = {
        "dagster/partition_row_count": state.rows,
        "已接收 accepted": len(accepted),
        "退回未改 returned": len(returned),
    }
    if state.partition.province:
        found["缺报 missing"] = len(state.missing)
        found["省级单位 province"] = f"{state.partition.province} {names.get(state.partition.province, '')}"
        if state.missing:
            listed = "、".join(f"{c} {names.get(c, '')}" for c in state.missing[:MOST_ROWS])
            rest = f" … 共 {len(state.missing)} 个 in all" if len(state.missing) > MOST_ROWS else ""
            found["缺报单位 missing units"] = listed + rest
    if state.is_sample:
        found["模拟数据 sample"] = True
    if state.sent_back:
        found["退回过的报送 returned"] = returned_list(state.sent_back)
        answers = [u.answer for u in state.sent_back if u.answer]
        if answers:
            found["答复 answer"] = dg.MetadataValue.path(answers[-1])
    found["报送 submissions"] = units_table(state.units)
    if state.preview:
        found["预览 preview"] = table(state.preview)
    if state.path:
        found["文件 file"] = dg.MetadataValue.path(state.path)
    last = max((u.received_at for u in state.units), default="")
    if last:
        found["最近收到 last received"] = last
    return found


def table_metadata(view: TableView, descriptions: Mapping[str, str]) -> dict[str, Any]:
    """A built table: rows, columns with their descriptions, a preview."""
    columns = [dg.TableColumn(n, kind.lower(), descriptions.get(n) or None) for n, kind in view.columns]
    return {
        "dagster/row_count": view.rows,
        "dagster/column_schema": dg.TableSchema(columns=columns),
        "预览 preview": table(view.preview),
    }
