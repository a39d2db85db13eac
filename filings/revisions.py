"""What a release changes in the one it supersedes: every figure that differs, before and after. Never silent.

Grain: indicator × area × period × dimension. Not here: decomposing a change by cause over all units.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from filings.package import Series
from ingestion.model import SAMPLE_MARK
from ingestion.outputs import csv_bytes
from ingestion.register import Register, submissions
from ingestion.units import plain

REVISIONS = Path("tables") / "revisions.csv"
HEADER = [
    "indicator", "area_code", "period", "dim_name", "dim_code", "before", "after", "difference", "submission_before",
    "submission_after", "cause_zh", "cause_en", "marker",
]  # fmt: skip
KEY = ("indicator", "area_code", "period", "dim_name", "dim_code")


def _chosen(rows: list[dict[str, Any]]) -> dict[tuple[str, ...], dict[str, Any]]:
    return {tuple(r[k] or "" for k in KEY): r for r in rows if r["choice_rank"] == 1}


def revisions(superseded: Path, series: list[Series], register: Register) -> list[dict[str, Any]]:
    """Figures of the superseded release that read otherwise now, came in, or are no longer given."""
    before = _chosen(pq.read_table(superseded / "data" / "fct_figures.parquet").to_pylist())
    after = _chosen([f for s in series for f in s.figures])
    found = []
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        was, now = (old or {}).get("value"), (new or {}).get("value")
        if was == now and (old is None) == (new is None):
            continue
        zh, en = _cause(old, new, register)
        found.append({
            **dict(zip(KEY, key, strict=True)), "before": was, "after": now,
            "difference": now - was if isinstance(was, Decimal) and isinstance(now, Decimal) else None,
            "submission_before": (old or {}).get("submission_id"), "submission_after": (new or {}).get("submission_id"),
            "cause_zh": zh, "cause_en": en,
        })  # fmt: skip
    return found


def _cause(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None, register: Register) -> tuple[str, str]:
    if old is None:
        return "上一发布没有此数", "not in the release before"
    if new is None:
        return "本次没有此数", "not given any more"
    ids = [old["submission_id"], new["submission_id"]]
    if not all(ids):
        before, after = old["units_reported"], new["units_reported"]
        if before != after:
            return f"已报单位由 {before} 个变为 {after} 个", f"units reported: {before} before, {after} now"
        return "所含报送有更正，见下级各行", "returns below were corrected; see their rows"
    if ids[0] == ids[1]:
        return "算法或规则变更", "method or rule changed"
    first, second = (register.rows(submissions, submissions.c.submission_id == i)[0] for i in ids)
    if first["plan_version"] != second["plan_version"]:
        return (
            f"计划版次 {first['plan_version']} 改为 {second['plan_version']}",
            f"plan version {first['plan_version']} became {second['plan_version']}",
        )
    if first["source_id"] != second["source_id"]:
        return f"来源由 {first['source_id'] or '报表'} 改为 {second['source_id'] or '报表'}", "another source answers"
    return f"{ids[0]} 由更正件 {ids[1]} 替代", f"{ids[0]} was replaced by {ids[1]}"


def revisions_table(rows: list[dict[str, Any]], sample: bool) -> bytes:
    """CSV with a byte-order mark; only the header when nothing was changed."""
    marker = SAMPLE_MARK if sample else ""
    marked = ({**row, "marker": marker} for row in rows)
    texts = ([plain(v) if isinstance(v := row[name], Decimal) else v or "" for name in HEADER] for row in marked)
    return csv_bytes([HEADER, *texts])
