"""Relations beyond one return: a level's own total against the level below (L-001, L-002), the legal marks (V-005), and one
county under two codes (EVA-008).

The levels only warn: both numbers are kept and the gate decides. Reads what was accepted as of the decision; judges no cell.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ingestion.catalogue import Catalogue
from ingestion.model import Finding, ReadResult
from ingestion.returns import LEGAL_MARKS
from ingestion.rule_model import Rule
from ingestion.units import plain
from quality.audit.messages import filled

if TYPE_CHECKING:
    from quality.audit.context import Contexts

ANY = "any"
NAMES_SHOWN = 8


def _rule(catalogue: Catalogue, rule_id: str) -> Rule:
    return next(r for r in catalogue.rules[ANY] if r.id == rule_id)


def _finding(rule: Rule, result: ReadResult, values: Mapping[str, Any], field: str | None) -> Finding:
    held = result.values.get(field) if field else None
    sheet, cell = (held.sheet, held.cell) if held else (None, None)
    place = f"{cell}：" if cell else ""
    zh = f"{place}{filled(rule.message.zh, values)}；{rule.hint.zh}"
    en = f"{filled(rule.message.en, values)}; {rule.hint.en}"
    found, expected = values.get("own", values.get("found")), values.get("calc", values.get("expected"))
    return Finding(rule.id, rule.severity, rule.level, zh, en, result.form, field, sheet, cell, None, found, expected)


def check_levels(result: ReadResult, kind: str, as_of: dt.datetime, contexts: Contexts) -> None:
    """A return of a unit that has units below: its numbers against theirs, and who below is missing.

    Says nothing while nobody below has filed: there is then nothing to compare with.
    """
    catalogue = contexts.catalogue
    if result.form not in catalogue.forms or result.unit_code is None or result.period is None:
        return
    below = catalogue.basic_units_below(result.unit_code, result.period)
    if not below:
        return
    filed = contexts.accepted_below(result, set(below), kind, as_of)
    if not filed:
        return
    for item in catalogue.form(result.form).fields:
        own = result.values.get(item.id)
        if not item.is_number or item.required == "never" or own is None or item.semantics == "event":
            continue
        parts = [v[item.id] for v in filed.values() if isinstance(v.get(item.id), Decimal)]
        summed = sum(parts, Decimal(0))
        if parts and isinstance(own.filed, Decimal) and own.filed != summed:
            values = {
                "own": plain(own.filed),
                "calc": plain(summed),
                "units": len(parts),
                "diff": plain(own.filed - summed),
            }
            result.add(_finding(_rule(catalogue, "L-001"), result, values, item.id))
    absent = [u for u in below if u not in filed]
    if absent:
        names = "、".join(catalogue.area(u).name_zh for u in absent[:NAMES_SHOWN])
        values = {"missing": len(absent), "names": names + ("等" if len(absent) > NAMES_SHOWN else "")}
        result.add(_finding(_rule(catalogue, "L-002"), result, values, None))


def check_codes_of_then(
    results: Sequence[ReadResult], kinds: Sequence[str], decided: Sequence[dt.datetime], contexts: Contexts
) -> None:
    """Of returns of one form and period those that would be summed twice: filed under two codes of one county.

    A county may file an earlier period under its code of today, and its predecessor may have done so under its own.
    """
    catalogue = contexts.catalogue
    taken: dict[tuple[str, str], str] = {}
    for result, kind, moment in zip(results, kinds, decided, strict=True):
        unit, period = result.unit_code, result.period
        if unit is None or period is None or result.form not in catalogue.forms:
            continue
        others = catalogue.codes_of_then(unit, period)
        if not others:
            continue
        from ingestion.register import submissions  # `check` has no register, and its library costs half a second

        where = (submissions.c.form == result.form, submissions.c.period == period, submissions.c.unit_code.in_(others))
        held = {row["unit_code"]: row["submission_id"] for row in contexts.accepted(kind, moment, *where)}
        held |= {code: taken[kind, code] for code in others if (kind, code) in taken}
        for code, name in sorted(held.items()):
            other = f"{code} {catalogue.area(code).name_zh}"
            zh = (
                f"{period} 已由 {other} 报过（{name}），与 {unit} 是同一地方先后的代码，两份相加会重复；"
                f"要改用 {unit}，请上级先退回那一份"
            )
            en = f"{code} filed {period} already ({name}) for what {unit} was then: both would be summed twice"
            result.add(Finding("EVA-008", "error", "B1", zh, en, result.form, found=unit, expected=other))
        if all(f.severity != "error" for f in result.findings):
            taken[kind, unit] = "本次同来 in this call"


def check_marks(result: ReadResult, catalogue: Catalogue) -> None:
    """Form number, maker, approver, approval number, validity. A mark that the catalogue does not know: cannot tell."""
    if result.form not in catalogue.forms:
        return
    form = catalogue.form(result.form)
    rule = _rule(catalogue, "V-005")
    known = {"form_no": form.form_no, **form.header}
    unknown = [m for m in rule.params["marks"] if known.get(m) is None]
    for mark in rule.params["marks"]:
        expected, found = known.get(mark), result.marks.get(mark, "")
        if expected is not None and found != expected:
            values = {"label": LEGAL_MARKS[mark], "expected": expected, "found": found or "空"}
            result.add(_finding(rule, result, values, None))
    if unknown:
        zh, en = (
            f"“{rule.name}”无法判断：目录中这些标识待定",
            "cannot tell V-005: the catalogue does not know the legal marks yet",
        )
        result.add(Finding(rule.id, "cannot_tell", rule.level, zh, en, result.form))
