"""L-003: one community in the lists of two counties. An error for the community's own id, to be explained for a project.

Held against what other units have in force for the same month, and against the lists that came before it in the same
call. Only active records (rec_status A) count. Not here: likeness within one list (sets.py).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import pyarrow.parquet as pq

from ingestion.model import Finding, ReadResult, Value
from ingestion.register import submissions
from ingestion.rule_model import Rule
from quality.audit.context import Contexts
from quality.audit.levels import ANY
from quality.audit.messages import MOST, filled

RULE, FORM, STATUS, ACTIVE = "L-003", "J4", "rec_status", "A"


@dataclass(frozen=True)
class _Seen:
    """Where a code stands in another unit's list."""

    unit: str
    place: str


def _active(result: ReadResult, name: str) -> Iterator[tuple[int, Value]]:
    """Number of a row, and its code in a field; rows without one are left out."""
    rows = result.tables[FORM]
    for n, (status, code) in enumerate(zip(rows.filed(STATUS), rows.filed(name), strict=True)):
        if status == ACTIVE and code:
            yield n, code


def _in_force(
    period: str, kind: str, at: dt.datetime, wanted: dict[str, set[str]], contexts: Contexts
) -> dict[tuple[str, str], list[_Seen]]:
    """(field, code) → where it stands in the lists in force of a month, for the codes wanted; one read a partition."""
    table = contexts.catalogue.field_sets[FORM]
    rows = contexts.accepted(kind, at, submissions.c.form == FORM, submissions.c.period == period)
    known = {r["submission_id"]: r for r in rows}
    found: dict[tuple[str, str], list[_Seen]] = {}
    for path in sorted({p for r in rows if (p := contexts.store.partition_of(r, table)) and p.exists()}):
        columns = ["submission_id", "row_no", STATUS, *wanted]
        lines = pq.ParquetFile(path).read(columns=columns, use_threads=False).to_pydict()
        for name, codes in wanted.items():
            for key, row_no, status, code in zip(*(lines[c] for c in (*columns[:3], name)), strict=True):
                if status == ACTIVE and code in codes and key in known:
                    place = f"{key} 第{row_no}行"
                    found.setdefault((name, code), []).append(_Seen(known[key]["unit_code"], place))
    return found


def _findings(
    rule: Rule,
    result: ReadResult,
    name: str,
    severity: str,
    seen: dict[tuple[str, str], list[_Seen]],
    contexts: Contexts,
) -> Iterable[Finding]:
    catalogue, unit = contexts.catalogue, str(result.unit_code)
    label = catalogue.field_sets[FORM].by_id[name]
    for n, code in _active(result, name):
        for other in seen.get((name, str(code)), []):
            if catalogue.is_within(other.unit, unit) or catalogue.is_within(unit, other.unit):
                continue  # the same list, one level up
            row = result.tables[FORM][n]
            held = row.values[name]
            area = catalogue.area(other.unit)
            values = {"label": label.name, "label_en": label.label.en, "code": code, "unit": f"{area.code} {area.name_zh}",
                      "place": other.place}  # fmt: skip
            zh, en = filled(rule.message.zh, values), filled(rule.message.en, values)
            key = str(row.values["task_id"].filed if "task_id" in row.values else code)
            yield Finding(
                rule.id, severity, rule.level, f"{held.cell}：{zh}；{rule.hint.zh}", f"{held.cell}: {en}; {rule.hint.en}",
                result.form, name, held.sheet, held.cell, key, held.raw, rule.hint.zh,
            )  # fmt: skip
            break  # one other county is enough to act on


def check_counties(
    results: Sequence[ReadResult], kinds: Sequence[str], decided: Sequence[dt.datetime], contexts: Contexts
) -> None:
    """Lists of one month against the lists of other counties."""
    lists = [
        (r, kind, at)
        for r, kind, at in zip(results, kinds, decided, strict=True)
        if r.form == FORM and r.unit_code and r.period and r.tables.get(FORM)
    ]
    if not lists:
        return
    rule = next(r for r in contexts.catalogue.rules[ANY] if r.id == RULE)
    names = {rule.params["key"]: rule.severity, rule.params["explain"]: "warning"}
    wanted: dict[str, set[str]] = {
        name: {str(code) for r, _, _ in lists for _, code in _active(r, name)} for name in names
    }
    views: dict[tuple[str, str, dt.datetime], dict[tuple[str, str], list[_Seen]]] = {}
    for result, kind, at in lists:
        view = (str(result.period), kind, at)
        if view not in views:
            views[view] = _in_force(*view, wanted, contexts)
        for name, severity in names.items():
            said = list(_findings(rule, result, name, severity, views[view], contexts))
            for finding in said[:MOST]:
                result.add(finding)
            if len(said) > MOST:
                zh, en = (
                    f"“{rule.name}”另有 {len(said) - MOST} 处（共 {len(said)} 处）",
                    f"{len(said) - MOST} more of {rule.id}",
                )
                result.add(Finding(rule.id, severity, rule.level, zh, en, result.form, name, found=str(len(said))))
        if all(f.severity != "error" for f in result.findings):  # what is returned holds nobody else up
            row_nos = result.tables[FORM].row_nos
            for name in names:
                for n, code in _active(result, name):
                    place = f"同批报送的 {result.unit_code} 第{row_nos[n]}行"
                    views[view].setdefault((name, str(code)), []).append(_Seen(str(result.unit_code), place))
