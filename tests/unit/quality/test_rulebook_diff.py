"""Two rule books against each other: what changed, in words, and what kind of version it makes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ingestion.catalogue import RULEBOOK, Catalogue
from quality.rulebook_diff import diff, heaviest
from tests.rulebooks import change, copied

JIUGAI = Path(sys.executable).with_name("jiugai")


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    return copied(tmp_path)


def test_the_same_rule_book_differs_in_nothing(newer: Path) -> None:
    assert diff(Catalogue(RULEBOOK), Catalogue(newer)) == [] and heaviest([]) is None


def test_a_name_is_a_patch_a_unit_a_break_and_what_is_gone_is_major(newer: Path) -> None:
    form = Catalogue(newer).form("J2")
    field = form.by_id["xq_start"]
    path = newer / "forms" / "J2_progress.yaml"
    change(path, field.name, "开工小区个数")
    changes = diff(Catalogue(RULEBOOK), Catalogue(newer))
    assert {(c.kind, c.owner, c.id, c.weight) for c in changes} == {("field", "J2", "xq_start", "patch")}
    assert any(c.zh == f"指标 J2 xq_start“开工小区个数”：名称由“{field.name}”改为“开工小区个数”" for c in changes)
    codes = newer / "codelists" / "explain_reasons.csv"
    lines = codes.read_text().splitlines()
    codes.write_text("\n".join(lines[:-1]) + "\n")
    gone = lines[-1].split(",")[0]
    changes = diff(Catalogue(RULEBOOK), Catalogue(newer))
    [removed] = [c for c in changes if c.weight == "major"]
    assert (removed.kind, removed.owner, removed.id, removed.after) == ("code", "explain_reasons", gone, None)
    assert heaviest(changes) == "major" and removed.zh.startswith("删去代码 explain_reasons")
    back = diff(Catalogue(newer), Catalogue(RULEBOOK))
    assert [c.id for c in back if not c.attribute] == [gone] and heaviest(back) == "minor"


def test_what_a_verdict_hangs_on_is_a_break(newer: Path) -> None:
    change(newer / "units.yaml", "10000", "1000")
    changes = diff(Catalogue(RULEBOOK), Catalogue(newer))
    assert {c.kind for c in changes} == {"unit"} and heaviest(changes) == "minor"
    assert any("10000" in (c.before or "") and "1000" in (c.after or "") for c in changes)


def test_the_command_says_it_in_both_languages(newer: Path) -> None:
    change(newer / "units.yaml", "10000", "1000")
    command = [str(JIUGAI), "rulebook", "diff", str(RULEBOOK), str(newer)]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "计量单位" in said.stdout and "含义变化" in said.stdout
    [first, *_] = json.loads(subprocess.run([*command, "--json"], capture_output=True, text=True, check=True).stdout)
    assert first["kind"] == "unit" and first["message_zh"] and first["message_en"]
    wrong = subprocess.run([*command[:3], "nowhere", str(newer)], capture_output=True, text=True, check=False)
    assert wrong.returncode == 2 and "nowhere" in wrong.stderr and "Traceback" not in wrong.stderr
