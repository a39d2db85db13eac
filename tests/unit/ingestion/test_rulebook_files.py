"""Schemas and the printed annex: both come from the rule book, say what it says, and are current."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from ingestion.catalogue import RULEBOOK, catalogue, load_yaml
from ingestion.rulebook_doc import rulebook_doc
from ingestion.rulebook_schema import KINDS, kind_of, pointer_of, write_schemas

FILES = sorted(RULEBOOK.rglob("*.yaml"))


def test_the_committed_schemas_are_current(tmp_path: Path) -> None:
    for path in write_schemas(tmp_path):
        held = RULEBOOK / "schema" / path.name
        assert held.read_text(encoding="utf-8") == path.read_text(encoding="utf-8"), "run jiugai rulebook schema"
    assert {p.name for p in (RULEBOOK / "schema").iterdir()} == {f"{k.name}.schema.json" for k in KINDS}


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_an_editor_finds_a_schema_that_the_file_keeps(path: Path) -> None:
    kind = kind_of(path, RULEBOOK)
    assert kind is not None
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    assert first == pointer_of(path, RULEBOOK, kind)
    schema = path.parent / first.partition("$schema=")[2]
    data = json.loads(json.dumps(load_yaml(path), default=str))
    jsonschema.Draft202012Validator(json.loads(schema.read_text(encoding="utf-8"))).validate(data)


@pytest.mark.parametrize(
    ("file", "place", "value"),
    [
        ("rules/J2.yaml", ["rules", 0, "severity"], "fatal"),
        ("rules/J2.yaml", ["rules", 0, "remark"], "an unknown key"),
        ("calendar.yaml", ["due", 0, "by", "county"], "13-01"),
        ("forms/J2_progress.yaml", ["form", "frequency"], "weekly"),
    ],
)
def test_a_schema_refuses_what_the_loader_refuses(file: str, place: list[str | int], value: str) -> None:
    path = RULEBOOK / file
    data = json.loads(json.dumps(load_yaml(path), default=str))
    inner = data
    for part in place[:-1]:
        inner = inner[part]
    inner[place[-1]] = value
    kind = kind_of(path, RULEBOOK)
    assert kind is not None
    schema = json.loads((RULEBOOK / "schema" / f"{kind.name}.schema.json").read_text(encoding="utf-8"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate(data)


def test_the_annex_holds_every_field_rule_indicator_and_code() -> None:
    book = catalogue()
    text = rulebook_doc(book)
    rows = text.splitlines()
    for fields in book.field_sets.values():
        for f in fields.fields:
            said = (
                f"| {f.code} | ",
                f"{f.name} {f.label.en} | ",
                f" | {f.definition} {f.definition_en}",
                f"| `{f.id}` |",
            )
            assert any(all(part in row for part in said) for row in rows), (fields.id, f.id)
    for rules in book.rules.values():
        for r in rules:
            assert f"| {r.id} |" in text
    assert all(f"`{i}`" in text for i in book.indicators)
    assert all(f"### {p.stem}\n" in text for p in (RULEBOOK / "codelists").glob("*.csv"))
    assert rulebook_doc(book) == text


def test_the_annex_says_what_is_ours_and_what_is_not_known() -> None:
    text = rulebook_doc(catalogue())
    assert all(f"自 since {form.since}（自拟 ours）" in text for form in catalogue().forms.values())
    assert (
        text.count("（仅部内可见 ministry only）") == 3
    )  # where a roster's community stands: address, longitude, latitude
    assert "自拟" in text and "表号：待定 pending" in text and "批准文号：待定 pending" in text
    assert "`f_total = f_cen_fin + f_cen_inv + f_prov" in text  # J2-007 as a relation that a reader can check
    assert "W9 | 其他（须说明） | Other, in words" in text
    assert all(line.count("|") == 9 for line in text.splitlines() if line.startswith("| 01 | ★本年新开工小区数"))
