"""What changed between two rule books, in words, and how much it weighs: patch, minor (a break) or major.

Wording is a patch; what a figure or a verdict hangs on is minor and wants a dated break; what is gone is major. Not here:
whether a change is allowed (rulebook_checks.py, rulebook_lock.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ingestion.catalogue import Catalogue
from ingestion.rulebook_model import Bilingual
from quality.rulebook_lock import FREE_OF_CODES, MEANING

Weight = Literal["patch", "minor", "major"]
WEIGHTS: dict[Weight, str] = {"patch": "文字修订", "minor": "含义变化（须注明断点）", "major": "停用"}
KINDS = {
    "form": ("表", "form"), "field": ("指标", "field"), "rule": ("审核关系", "rule"),
    "indicator": ("发布指标", "indicator"), "code": ("代码", "code"), "unit": ("计量单位", "unit"),
}  # fmt: skip
ATTRIBUTES = {
    "name": "名称", "name_zh": "名称", "label": "名称", "title": "标题", "definition": "定义", "type": "类型", "unit": "单位",
    "code": "代码", "required": "必填", "core": "核心", "codelist": "代码表", "semantics": "时间性质", "check": "关系式",
    "when": "前提", "params": "参数", "tolerance": "容差", "severity": "级别", "message": "提示语", "hint": "办法", "valid": "有效期",
    "tests": "样例", "due": "期限", "blank_means": "空白含义", "factor": "换算系数", "level": "层次", "basis": "依据",
}  # fmt: skip
SHOWN = 60  # characters of a value


@dataclass(frozen=True)
class Change:
    """One attribute of one thing; attribute "" where the whole thing is new or gone."""

    kind: str
    owner: str
    id: str
    name: str
    attribute: str
    before: str | None
    after: str | None
    weight: Weight

    @property
    def zh(self) -> str:
        thing = f"{KINDS[self.kind][0]} {self.owner}{' ' if self.owner else ''}{self.id}“{self.name}”"
        if not self.attribute:
            return f"新增{thing}" if self.before is None else f"删去{thing}"
        what = ATTRIBUTES.get(self.attribute, self.attribute)
        return f"{thing}：{what}由“{self.before or '空'}”改为“{self.after or '空'}”"

    @property
    def en(self) -> str:
        thing = f"{KINDS[self.kind][1]} {self.owner}{' ' if self.owner else ''}{self.id}"
        if not self.attribute:
            return f"{thing} is {'new' if self.before is None else 'gone'}"
        return f"{thing}: {self.attribute} was “{self.before or ''}”, is “{self.after or ''}”"

    def as_json(self) -> dict[str, Any]:
        return {**self.__dict__, "message_zh": self.zh, "message_en": self.en}


Key = tuple[str, str, str]  # kind, owner, id


def _things(book: Catalogue) -> Iterator[tuple[Key, str, dict[str, Any]]]:
    """Everything that has an id: its key, its name, its attributes."""
    for form in book.forms.values():
        yield ("form", "", form.id), form.title.zh, form.model_dump(mode="json", exclude={"fields", "tables"})
    for fields in book.field_sets.values():
        for field in fields.fields:
            yield ("field", fields.id, field.id), field.name, field.model_dump(mode="json")
    for rule in book.rules_by_id.values():
        yield ("rule", "", rule.id), rule.name, rule.model_dump(mode="json")
    for indicator in book.indicators.values():
        yield ("indicator", "", indicator.id), indicator.name.zh, indicator.model_dump(mode="json")
    for unit in book.units.values():
        yield ("unit", "", unit.id), unit.name, unit.model_dump(mode="json")
    for name, rows in book.codelists.items():
        for code, row in rows.items():
            yield ("code", name, code), row["name_zh"], dict(row)


def _shown(value: Any) -> str | None:
    if value is None or value in ("", [], {}):
        return None
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = " ".join(text.split())
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _weight(kind: str, attribute: str) -> Weight:
    if kind == "code":
        return "patch" if attribute in FREE_OF_CODES else "minor"
    if kind == "unit":
        return "minor" if attribute in ("base", "factor") else "patch"
    return "minor" if attribute in MEANING.get(kind, ()) else "patch"


def diff(old: Catalogue, new: Catalogue) -> list[Change]:
    """Changes in the order of the newer rule book, what is gone last. Empty when both say the same."""
    before = {key: (name, held) for key, name, held in _things(old)}
    after = {key: (name, held) for key, name, held in _things(new)}
    found: list[Change] = []
    for key, (name, held) in after.items():
        if key not in before:
            found.append(Change(*key, name, "", None, name, "minor"))
        else:
            found += _of_one(key, name, before[key][1], held)
    found += [Change(*key, name, "", name, None, "major") for key, (name, _) in before.items() if key not in after]
    return found


def _of_one(key: Key, name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for attribute in dict.fromkeys([*new, *old]):
        before, after = old.get(attribute), new.get(attribute)
        if before == after:
            continue
        if (
            isinstance(before, dict)
            and isinstance(after, dict)
            and set(before) == set(after) == set(Bilingual.model_fields)
        ):
            before, after = (" / ".join(map(str, d.values())) for d in (before, after))
        yield Change(*key, name, attribute, _shown(before), _shown(after), _weight(key[0], attribute))


def heaviest(changes: list[Change]) -> Weight | None:
    """What kind of version the changes make together."""
    return max((c.weight for c in changes), key=list(WEIGHTS).index, default=None)
