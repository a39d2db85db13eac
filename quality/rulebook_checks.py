"""Everything that must hold before a version of the rule book is adopted: files, cross-references, rules, and that they
can be passed.

Collects problems instead of stopping at the first one. Not here: rules and their examples (rulebook_rules.py), what one
expression may say (quality.audit), loading (ingestion.catalogue), replaying a version on past months.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ingestion.catalogue import RULEBOOK, Catalogue, load_yaml
from ingestion.errors import SetupError, UsageError
from ingestion.rulebook_schema import KINDS, kind_of, pointer_of, schema_text
from ingestion.validity import SPAN, first_of, last_of
from quality.area_checks import area_problems
from quality.catalogue_checks import catalogue_faults
from quality.proof.witness import Proof
from quality.rulebook_lock import LOCK, differences
from quality.rulebook_problems import Problem, of_error
from quality.rulebook_rules import contradictions, prove_what_compiles, rule_problems


@dataclass(frozen=True)
class Examined:
    """problems: every one, file by file; none means that it may be adopted. proofs: what shows that returns can pass,
    looked for where forms and codes are sound."""

    problems: list[Problem]
    proofs: list[Proof]


def check_rulebook(root: Path = RULEBOOK) -> list[Problem]:
    """Every problem of a rule book. Raises: UsageError when the folder holds none."""
    return examine(root).problems


def examine(root: Path = RULEBOOK) -> Examined:
    """Everything that is checked of a rule book.

    Raises: UsageError when the folder holds no rule book.
    """
    if not (root / "rulebook.yaml").is_file():
        raise UsageError(f"{root}: 不是规则库，没有 rulebook.yaml (no rule book in this folder)")
    book = Catalogue(root)
    found = [*_files(root), *_codelists(root)]
    if found:  # what follows reads these files
        return Examined(_without_repeats([*found, *_schemas(root)]), [])
    for check in (
        _loading,
        _areas,
        rule_problems,
        _indicators,
        _layouts,
        _gates,
        _calendar,
        _fields_in_time,
        _codes_in_time,
        _ids,
    ):
        try:
            found += list(check(book))
        except SetupError as error:
            found.append(of_error(error))
    # what is impossible can only be told of rules that are understood; what examples and ids lack does not matter
    proofs = prove_what_compiles(book) if all(p.file.startswith("rules/") or p.file == LOCK for p in found) else []
    return Examined(_without_repeats([*found, *contradictions(proofs, book), *_schemas(root)]), proofs)


def _without_repeats(found: list[Problem]) -> list[Problem]:
    return list(dict.fromkeys(found))


# -- files --------------------------------------------------------------------------------------------------------
def _files(root: Path) -> Iterator[Problem]:
    """Each YAML file against its schema, with every fault in it."""
    for path in sorted(root.rglob("*.yaml")):
        name = path.relative_to(root).as_posix()
        kind = kind_of(path, root)
        if kind is None:
            yield Problem(name, "", "没有程序读这个文件", "nothing reads this file")
            continue
        try:
            data = load_yaml(path)
        except SetupError as error:
            yield of_error(error)
            continue
        if path.read_text(encoding="utf-8").partition("\n")[0] != pointer_of(path, root, kind):
            line = pointer_of(path, root, kind)
            yield Problem(name, "line 1", f"第一行应为“{line}”", f"the first line should be “{line}”")
        try:
            kind.model.model_validate(data)
        except ValidationError as error:
            for fault in error.errors():
                place = _place(data, fault["loc"])
                yield Problem(name, place, f"不合格式：{fault['msg']}", fault["msg"])


def _place(data: Any, loc: tuple[int | str, ...]) -> str:
    """Where a fault is, with ids in place of list positions: rules.J2-004.severity."""
    words: list[str] = []
    for part in loc:
        inner: Any = None
        if isinstance(data, list) and isinstance(part, int) and part < len(data):
            inner = data[part]
        elif isinstance(data, dict):
            inner = data.get(part)
        named = isinstance(part, int) and isinstance(inner, dict) and "id" in inner
        words.append(str(inner["id"] if named else part))
        data = inner
    return ".".join(words)


def _schemas(root: Path) -> Iterator[Problem]:
    for kind in KINDS:
        path = root / "schema" / f"{kind.name}.schema.json"
        if not path.is_file() or path.read_text(encoding="utf-8") != schema_text(kind):
            yield Problem(
                f"schema/{path.name}", "", "与程序中的格式不一致；运行 jiugai rulebook schema",
                "not current: run jiugai rulebook schema",
            )  # fmt: skip


def _codelists(root: Path) -> Iterator[Problem]:
    for path in sorted((root / "codelists").glob("*.csv")):
        name = path.relative_to(root).as_posix()
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        if not rows or not {"code", "name_zh", "name_en"} <= set(rows[0]):
            yield Problem(
                name, "line 1", "应有 code、name_zh、name_en 列和至少一行", "needs code, name_zh, name_en and a row"
            )
            continue
        for code, times in Counter(r["code"] for r in rows).items():
            if times > 1:
                yield Problem(name, code, "代码重复", "code is used twice")
        for line, row in enumerate(rows, start=2):
            for column in ("code", "name_zh", "name_en"):
                if not row[column]:
                    yield Problem(name, f"line {line}", f"{column} 为空", f"{column} is empty")


# -- loading and cross-references ---------------------------------------------------------------------------------
def _loading(book: Catalogue) -> Iterator[Problem]:
    """What the loaders themselves refuse: ids used twice, unknown units, code lists, fields, sources."""
    parts: tuple[Callable[[], Any], ...] = (
        lambda: book.units, lambda: book.field_sets, lambda: book.rules, lambda: book.indicators, lambda: book.gates,
        lambda: book.calendar, lambda: book.layouts, lambda: book.control_totals, lambda: book.sources,
        lambda: book.explanations, lambda: book.areas,
    )  # fmt: skip
    for part in parts:
        try:
            part()
        except SetupError as error:
            yield of_error(error)


def _areas(book: Catalogue) -> Iterator[Problem]:
    for area in book.areas.values():
        file = "areas/zones.csv" if area.is_zone else "areas/areas.csv"
        if not re.fullmatch(r"\d{6}", area.code):
            yield Problem(file, area.code, "代码应为六位数字", "the code should be six digits")
        if area.parent_code and area.parent_code not in book.areas:
            yield Problem(file, area.code, f"没有上级 {area.parent_code}", f"no parent {area.parent_code}")
            return  # what follows walks up
    for said in area_problems(book):
        yield Problem(*said)


def _indicators(book: Catalogue) -> Iterator[Problem]:
    sources = book.codelist("fund_sources")
    for indicator in book.indicators.values():
        for code in (c for account in indicator.accounts for c in account.by.get("source", {})):
            if code not in sources:
                yield Problem("indicators/indicators.yaml", indicator.id, f"没有资金来源 {code}", f"no source {code}")
    for fault in catalogue_faults(book):
        yield Problem(*fault)


def _layouts(book: Catalogue) -> Iterator[Problem]:
    for layout in book.layouts.values():
        for sheet in layout.sheets:
            names = [c.indicator for c in sheet.columns] + [i.indicator for i in sheet.items if i.indicator]
            for name in names:
                if name not in book.indicators:
                    yield Problem(f"layouts/{layout.id}.yaml", sheet.match, f"没有指标 {name}", f"no indicator {name}")


def _gates(book: Catalogue) -> Iterator[Problem]:
    for audience, series in book.gates.series.items():
        for name in series:
            indicator = book.indicators.get(name)
            if indicator is None:
                yield Problem("gates.yaml", f"series.{audience}", f"没有指标 {name}", f"no indicator {name}")
            elif indicator.audience != audience:
                yield Problem("gates.yaml", f"series.{audience}", f"{name} 的受众是 {indicator.audience}",
                              f"the audience of {name} is {indicator.audience}")  # fmt: skip


def _calendar(book: Catalogue) -> Iterator[Problem]:
    calendar, file = book.calendar, "calendar.yaml"
    forms = [("due", d.form) for d in calendar.due] + [(n, r.form) for n, r in calendar.release.items()]
    for place, form in [*forms, *(("headline", f) for f in calendar.headline)]:
        if form not in book.forms:
            yield Problem(file, place, f"没有表 {form}", f"no form {form}")
    for form in book.forms:
        if form not in {d.form for d in calendar.due}:
            yield Problem(file, "due", f"表 {form} 没有期限", f"form {form} has no due date")
    for name, release in calendar.release.items():
        for wanted in [] if release.series == "all" else release.series:
            if wanted not in book.indicators:
                yield Problem(file, name, f"没有指标 {wanted}", f"no indicator {wanted}")
        if release.of is not None and release.of not in calendar.release:
            yield Problem(file, name, f"没有发布 {release.of}", f"no release {release.of}")
    for headline in (h for names in calendar.headline.values() for h in names):
        form, _, field = headline.partition(".")
        if form not in book.forms or field not in book.forms[form].by_id:
            yield Problem(file, "headline", f"没有 {headline}", f"no field {headline}")


def _fields_in_time(book: Catalogue) -> Iterator[Problem]:
    files = {load_yaml(p)["form"]["id"]: f"forms/{p.name}" for p in (book.root / "forms").glob("*.yaml")}
    for form in book.forms.values():
        for item in (f for asked in form.field_sets for f in asked.fields):
            if item.since is not None and item.since < form.since:
                yield Problem(files[form.id], f"{form.id}.{item.id}", f"since {item.since} 早于表的 {form.since}",
                              f"since {item.since} is before its form's {form.since}")  # fmt: skip


def _codes_in_time(book: Catalogue) -> Iterator[Problem]:
    """Validity of codes: months or years, and in order."""
    for name, rows in book.codelists.items():
        for code, row in rows.items():
            first, last = row.get("valid_from") or "", row.get("valid_to") or ""
            spans = all(not m or SPAN.fullmatch(m) for m in (first, last))
            if not spans or (first and last and last_of(last) < first_of(first)):
                yield Problem(f"codelists/{name}.csv", code, f"有效期“{first}”至“{last}”应为先后两个月份或年份，如 2023-01、2023",
                              f"validity “{first}” to “{last}” should be two months or years in order")  # fmt: skip


def _ids(book: Catalogue) -> Iterator[Problem]:
    for _, place, zh, en in differences(book):
        yield Problem(LOCK, place, zh, en)
