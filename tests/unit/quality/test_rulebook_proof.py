"""`rulebook check` proves that returns can pass all error rules, and names the rules that cannot hold together."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.catalogue import Catalogue
from orchestration.cli import main
from quality.proof.witness import prove
from quality.rulebook_checks import check_rulebook
from tests.rulebooks import copied

RULE = """- id: {id}
  type: VCO
  name: {id}
  form: {form}
  severity: error
  level: B1
  check: "{check}"
  message: {{zh: "{id}", en: "{id}"}}
  hint: {{zh: "{id}", en: "{id}"}}
  basis: P
"""


def planted(folder: Path, *rules: tuple[str, str]) -> Path:
    """A copy of the rule book with more error rules: id, expression."""
    copy = copied(folder)
    for rule, check in rules:
        form = rule[:2]
        with (copy / f"rules/{form}.yaml").open("a", encoding="utf-8") as file:
            file.write(RULE.format(id=rule, form=form, check=check))
    return copy


CONTRADICTIONS = [
    # a required item that must be blank: against the rule that asks for it
    ("J1-901", "plan_xq is null"),
    # two bounds that leave nothing between them, of an item that may be blank
    ("J2-901", "xq_start >= 10 + xq_off"),
    ("J2-902", "xq_start + 3 <= xq_off"),
    # a ring: e_xq < e_hh < sat_xq, and J3-005 has sat_xq <= e_xq
    ("J3-901", "e_xq < e_hh"),
    ("J3-902", "e_hh < sat_xq"),
    # over two tables: content of the class in every row, and the mark of the class in none; J4-020 holds them equal
    ("J4-901", "rows(J4C, task_id = this.task_id and item = 'JC01') >= 1"),
    ("J4-902", "has_jc = false"),
]


def test_rules_that_cannot_hold_together_are_named(tmp_path: Path) -> None:
    copy = planted(tmp_path, *CONTRADICTIONS)
    said = [p for p in check_rulebook(copy) if "不能同时成立" in p.problem_zh]
    named = {frozenset(p.problem_zh.partition(" ")[0].split("、")) for p in said}
    assert {"J1-001", "J1-901"} in named
    assert {"J2-901", "J2-902"} in named
    assert {"J4-020", "J4-901", "J4-902"} in named
    ring = next(n for n in named if "J3-901" in n)
    assert {"J3-005", "J3-901", "J3-902"} <= ring
    assert len(said) == 4
    assert all(p.file == f"rules/{p.place[:2]}.yaml" for p in said)


def test_hard_rules_that_a_return_can_pass_are_no_contradiction(tmp_path: Path) -> None:
    copy = planted(
        tmp_path,
        ("J1-901", "plan_version <> 'V2' or plan_xq = 2 * prev(plan_xq) and adj_in_xq - adj_out_xq = 7"),
        ("J2-901", "xq_start >= 10000 and f_total = 123456.78"),  # so many rows of the list
        ("J4-901", "rows(J4C, task_id = this.task_id) >= 5"),  # more rows than are tried at first
    )
    proofs = prove(Catalogue(copy))
    assert [p for p in proofs if p.conflicts or p.fired or p.undecided] == []
    assert all(p.returns >= 2 for p in proofs)


def test_the_command_says_for_every_form_what_was_found(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main_with("rulebook", "check", "--lang", "en")
    lines = capsys.readouterr().out.splitlines()
    assert stop.value.code == 0
    for form in ("J1 V0", "J1 V1", "J1 V2", "J1 V3", "J2 2019-01", "J2 2019-12", "J3", "J4"):
        (line,) = [line for line in lines if line.startswith(form)]
        assert "2 returns found" in line and ", 0 fired" in line
    # J1-017 and V-003 ask about adjusted plans alone: they do not apply to the first version
    (first,) = [line for line in lines if line.startswith("J1 V1")]
    assert first.endswith("（J1-017, V-003）")


def main_with(*args: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["jiugai", *args])
        main()
