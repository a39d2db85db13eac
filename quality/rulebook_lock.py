"""The lock of ids: what every field, rule, indicator and code once meant, so that no id is lost, reused or redefined unsaid.

Grain of rulebook/ids.csv: one row an id of its owner (a form's table, a form's rules, a code list). A changed name of a field is a
patch and not held here; a code's name is all the meaning it has, so it is. Not here: what an id means (ingestion.catalogue).
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from ingestion.archive import write_whole
from ingestion.catalogue import Catalogue
from ingestion.errors import UsageError
from ingestion.rulebook_files import read_csv

LOCK = "ids.csv"
MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")
MEANING = {  # what a figure hangs on; wording, order, examples and messages are free
    "field": ("definition", "type", "unit", "semantics", "codelist", "many", "blank_means"),
    "rule": ("type", "over", "check", "when", "params", "tolerance"),
    "indicator": ("definition", "kind", "unit", "version", "returns", "also", "numerator", "denominator", "scale", "base",
                  "factor"),
}  # fmt: skip
FREE_OF_CODES = ("code", "name_en", "source", "note", "valid_from", "valid_to")
Key = tuple[str, str, str]  # kind, owner, id


@dataclass(frozen=True)
class Locked:
    """One id. since: version that brought it; breaks: months from which it means something else; retired: its end."""

    kind: str
    owner: str
    id: str
    code: str
    meaning: str
    since: str
    breaks: str = ""
    retired: str = ""

    @property
    def key(self) -> Key:
        return self.kind, self.owner, self.id


def _hash(data: Any) -> str:
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:16]


def current(book: Catalogue) -> dict[Key, Locked]:
    """Every id of the rule book with the hash of its meaning."""
    found: list[tuple[str, str, str, str, str]] = []
    for owner, asked in book.field_sets.items():
        found += [("field", owner, f.id, f.code, _hash(_said(f, "field"))) for f in asked.fields]
    for form, rules in book.rules.items():
        found += [("rule", form, r.id, "", _hash(_said(r, "rule"))) for r in rules]
    found += [("indicator", "", i.id, "", _hash(_said(i, "indicator"))) for i in book.indicators.values()]
    for name, rows in book.codelists.items():
        for code, row in rows.items():
            meaning = {k: v for k, v in row.items() if k not in FREE_OF_CODES}
            found.append(("code", name, code, code, _hash(meaning)))
    return {(k, o, i): Locked(k, o, i, code, meaning, book.version) for k, o, i, code, meaning in found}


def _said(entry: Any, kind: str) -> dict[str, Any]:
    data = entry.model_dump(mode="json")
    return {name: data[name] for name in MEANING[kind]}


def locked(root: Path) -> dict[Key, Locked]:
    """The lock as it stands; empty where there is none. Raises SetupError for a file that cannot be read."""
    path = root / LOCK
    if not path.is_file():
        return {}
    names = [f.name for f in fields(Locked)]
    rows = [Locked(**{name: row.get(name) or "" for name in names}) for row in read_csv(path)]
    return {row.key: row for row in rows}


def differences(book: Catalogue) -> Iterator[tuple[str, str, str, str]]:
    """What the lock does not allow: (kind of difference, place, zh, en); the kind is new, renumbered, gone, reused, changed."""
    held, now = locked(book.root), current(book)
    for key, was in held.items():
        place = " ".join(part for part in key if part)
        entry = now.get(key)
        if entry is None:
            if not was.retired:
                yield ("gone", place, "标识被删除而未注明停用；恢复它，或 jiugai rulebook lock --retire 月份",
                       "the id was removed and not retired: restore it, or jiugai rulebook lock --retire MONTH")  # fmt: skip
        elif was.retired:
            yield ("reused", place, f"标识已于 {was.retired} 停用，不得再用；请另起一个",
                   f"the id was retired in {was.retired} and is never used again: choose another")  # fmt: skip
        elif entry.meaning != was.meaning:
            yield ("changed", place,
                   "定义、计量单位、类型或关系变了而未注明断点；jiugai rulebook lock --break 月份，只改文字则 --patch",
                   "its meaning changed without a dated break: jiugai rulebook lock --break MONTH, or --patch for "
                   "wording alone")  # fmt: skip
        elif entry.code != was.code:
            yield ("renumbered", place, f"代码由 {was.code} 改为 {entry.code}；运行 jiugai rulebook lock",
                   f"the code changed from {was.code} to {entry.code}: run jiugai rulebook lock")  # fmt: skip
    for key in now.keys() - held.keys():
        yield ("new", " ".join(part for part in key if part), "新标识未登记；运行 jiugai rulebook lock",
               "a new id is not registered: run jiugai rulebook lock")  # fmt: skip


def refresh(
    book: Catalogue, *, retire: str | None = None, break_from: str | None = None, patch: bool = False
) -> dict[str, int]:
    """Register new ids, and what was said of the others; returns how many of each kind were written.

    Args:   retire: last month of the ids that are gone; break_from: first month of the new meaning of those that changed;
            patch: they mean what they meant, only the wording is another.
    Raises: UsageError for a month that is none, an id used again, or a difference that nothing was said of. Nothing is
            written then.
    """
    for month in (retire, break_from):
        if month is not None and not MONTH.fullmatch(month):
            raise UsageError(f"“{month}”不是月份，应如 2025-01 (a month is needed)")
    if patch and break_from:
        raise UsageError("--patch 与 --break 只能用一个 (one of the two)")
    said = {"gone": retire, "changed": break_from or patch, "new": True, "renumbered": True, "reused": False}
    found = list(differences(book))
    for kind, place, zh, en in found:
        if not said[kind]:
            raise UsageError(f"{place}：{zh} ({en})")
    held, now = locked(book.root), current(book)
    rows: dict[Key, Locked] = dict(now)
    for key, was in held.items():
        entry = now.get(key)
        if entry is None:
            rows[key] = replace(was, retired=was.retired or str(retire))
            continue
        new_break = [break_from] if break_from and entry.meaning != was.meaning else []
        breaks = ";".join([*filter(None, was.breaks.split(";")), *new_break])
        rows[key] = replace(was, code=entry.code, meaning=entry.meaning, breaks=breaks)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    names = [f.name for f in fields(Locked)]
    writer.writerow(names)
    writer.writerows([getattr(rows[key], name) for name in names] for key in sorted(rows))
    write_whole(book.root / LOCK, buffer.getvalue().encode())
    return {kind: sum(1 for k, *_ in found if k == kind) for kind in said}
