"""What is said of a row that fails a rule: a finding with its cell, the values in words, and the next step.

Not here: which rows fail (relations.py, sets.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ingestion.form_model import FieldSet, FormTable
from ingestion.model import CellValue, Finding, ReadResult, TableRow
from quality.audit.compile import Check, CompiledForm
from quality.audit.language import in_words
from quality.audit.relations import WHOLE, Case, Outcome, shown

MOST = 50  # findings of one rule on one return; the rest are counted
CELLS_SHOWN = 3
Said = dict[tuple[object, ...], Finding]  # what a finding follows from → the finding


def filled(template: str, values: Mapping[str, Any]) -> str:
    """A message of the rule book with its placeholders filled; a value that is not there says 空."""
    return re.sub(r"\{([A-Za-z0-9_.]+)\}", lambda m: shown(values.get(m[1])), template)


@dataclass(frozen=True)
class Target:
    """The return that findings go to. own: the rows that were judged are its own (else: of a return it is held
    against). against: that other return, in words, by table or form id."""

    result: ReadResult
    case: Case
    own: bool = True
    against: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def table_row(self, fields: FieldSet, row: int) -> TableRow | None:
        if not self.own or row == WHOLE or not isinstance(fields, FormTable):
            return None
        return self.result.tables[fields.id][row]

    def held(self, fields: FieldSet, row: int, name: str) -> CellValue | None:
        if not self.own or row == WHOLE:
            return None
        line = self.table_row(fields, row)
        return (line.values if line else self.result.values).get(name)

    def place(self, fields: FieldSet, row: int, name: str) -> tuple[str | None, str | None]:
        """(sheet, cell) where a value stands, or should stand; of a table as a whole its sheet."""
        if row == WHOLE:
            return self.result.columns.get(fields.id, {}).get(name, (None, ""))[0], None
        held, line = self.held(fields, row, name), self.table_row(fields, row)
        if held:
            return held.sheet, held.cell
        if line:
            sheet, letters = self.result.columns.get(fields.id, {}).get(name, (line.sheet, ""))
            return sheet, f"{letters}{line.row_no}" if letters else None
        return self.result.blanks.get(name, (None, None)) if self.own else (None, None)

    def row_key(self, fields: FieldSet, row: int) -> str | None:
        line = self.table_row(fields, row)
        if line is None or not isinstance(fields, FormTable):
            return None
        return "/".join(str(line.values[k].value) for k in fields.key if k in line.values) or None


def _values(outcome: Outcome, target: Target, compiled: CompiledForm) -> dict[str, Any]:
    check, case = outcome.check, target.case
    row = {} if outcome.row == WHOLE else case.rows(check.over)[outcome.row]
    values: dict[str, Any] = {f.id: row.get(f.id) for f in check.over.fields}
    values |= {h.spelling: case.beside.get(h.column) for h in compiled.helpers}
    values |= outcome.values
    if isinstance(check, Check):
        for prefix, item in (("field", check.required), ("each", check.each)):
            if item:
                values |= {
                    f"{prefix}.code": item.code,
                    f"{prefix}.name": item.name,
                    f"{prefix}.label_en": item.label.en,
                }
        if check.each:
            values["each"] = row.get(check.each.id)
        values["tolerance"] = check.tolerance
        for lang in ("zh", "en"):
            named = [
                (f.name if lang == "zh" else f.label.en, row.get(f.id))
                for f in check.over.fields
                if f.id in check.fields
            ]
            values[f"operands.{lang}"] = ("、" if lang == "zh" else ", ").join(f"{n} {shown(v)}" for n, v in named)
        one, other = (values.get(n) for n in (("total", "calc") if "total" in values else ("left", "right")))
        if isinstance(one, int | Decimal) and isinstance(other, int | Decimal):
            values["diff"] = one - other
    if outcome.other is not None:
        other_row = case.rows(check.over)[outcome.other]
        values |= {f"other.{f.id}": other_row.get(f.id) for f in check.over.fields}
        values["other.cell"] = target.place(check.over, outcome.other, str(values["at"]))[1]
    return values


def _fields(outcome: Outcome) -> tuple[str, ...]:
    return outcome.check.fields if isinstance(outcome.check, Check) else (str(outcome.values["at"]),)


def _against(outcome: Outcome, target: Target) -> tuple[str, str]:
    """The other return in words: of a rule between forms alone."""
    foreign = outcome.check.foreign if isinstance(outcome.check, Check) else ()
    names = foreign if target.own else _fields(outcome)
    words = dict.fromkeys(target.against[name] for name in names if name in target.against)
    return "".join(f"；对照{zh}" for zh, _ in words), "".join(f"; against {en}" for _, en in words)


def failure(outcome: Outcome, target: Target, compiled: CompiledForm) -> Finding:
    check, rule = outcome.check, outcome.check.rule
    fields, values = _fields(outcome), _values(outcome, target, compiled)
    first = next((f for f in fields if target.held(check.over, outcome.row, f)), fields[0] if fields else None)
    sheet, cell = target.place(check.over, outcome.row, first) if first else (None, None)
    held = target.held(check.over, outcome.row, first) if first else None
    raw = held.raw if held else None if not target.own or outcome.row == WHOLE else "空" if first else None
    expected = (
        shown(values["calc"]) if "calc" in values else shown(values["right"]) if "right" in values else rule.hint.zh
    )
    other_zh, other_en = _against(outcome, target)
    place = f"{cell}：" if cell else ""
    zh = f"{place}{filled(rule.message.zh, values)}；{rule.hint.zh}{other_zh}"
    en = f"{place.replace('：', ': ')}{filled(rule.message.en, values)}; {rule.hint.en}{other_en}"
    return Finding(
        rule.id, rule.severity, rule.level, zh, en, target.result.form, first if target.own else None, sheet, cell,
        target.row_key(check.over, outcome.row), raw, expected,
    )  # fmt: skip


def more(outcomes: Sequence[Outcome], target: Target) -> Finding:
    """One finding for the failures beyond the limit, so that nothing is left out in silence."""
    rule, left = outcomes[0].check.rule, len(outcomes) - MOST
    zh = f"“{rule.name}”另有 {left} 处同样的问题（共 {len(outcomes)} 处，列出前 {MOST} 处）；更正后请整表复核"
    en = f"{rule.id}: {left} more of the same ({len(outcomes)} in all, the first {MOST} are listed); check the whole table"
    return Finding(
        rule.id, rule.severity, rule.level, zh, en, target.result.form, found=str(len(outcomes)), expected="0"
    )


def cannot_tell(outcomes: Sequence[Outcome], target: Target, before: Said) -> Finding:
    """One finding for all rows of which a rule can say nothing, with what is lacking. before: what was said of others,
    as most returns of a month say the same; the same finding is one object, and is never changed."""
    check, items = outcomes[0].check, target.case.items
    if not isinstance(check, Check) or isinstance(check.over, FormTable):
        return _cannot_tell(outcomes, target)
    checks = [o.check for o in outcomes if isinstance(o.check, Check)]
    lacks = tuple([items.get(name) is None for c in checks for name in c.fields])
    absent = tuple([t not in target.case.tables for t in check.foreign]) if check.foreign else ()
    place = target.place(check.over, 0, check.fields[0]) if check.fields else None
    key = tuple(map(id, checks)), lacks, absent, place, target.own, target.result.form
    if key not in before:
        before[key] = _cannot_tell(outcomes, target)
    return before[key]


def _cannot_tell(outcomes: Sequence[Outcome], target: Target) -> Finding:
    first = outcomes[0]
    check, rule = first.check, first.check.rule
    lacking: dict[str, None] = {}
    for outcome in outcomes:
        row = {} if outcome.row == WHOLE else target.case.rows(outcome.check.over)[outcome.row]
        for name in _fields(outcome):
            if row.get(name) is None:
                lacking[outcome.check.over.by_id[name].name] = None
    absent = [t for t in check.foreign if t not in target.case.tables] if isinstance(check, Check) else []
    at = next(iter(_fields(first)), None)
    sheet, cell = target.place(check.over, first.row, at) if at else (None, None)
    others = f"{'、'.join(in_words(t)[0] for t in absent)} 报表" if absent else "足够的对照数据或上期、计划数据"
    missing = "、".join(lacking) or others
    rows = dict.fromkeys((o.check.over.id, o.row) for o in outcomes)
    zh, en = f"“{rule.name}”无法判断：缺{missing}", f"cannot tell {rule.id}: an operand is missing"
    if isinstance(check.over, FormTable) and target.own:
        cells = [target.place(o.check.over, o.row, _fields(o)[0])[1] for o in outcomes[:CELLS_SHOWN] if _fields(o)]
        listed = "、".join(c for c in dict.fromkeys(cells) if c)
        zh, en = f"{zh}（{len(rows)} 行，如 {listed}）", f"{en} ({len(rows)} rows, such as {listed})"
    return Finding(
        rule.id, "cannot_tell", rule.level, zh, en, target.result.form, at if target.own else None, sheet, cell,
        target.row_key(check.over, first.row), None, rule.hint.zh,
    )  # fmt: skip
