"""A small study of planted errors: every kind found by its rule at its cell, silence on clean returns, misses by name."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ingestion.catalogue import catalogue
from ingestion.sample_defects import CELLS, Defect, defects, together
from ingestion.sample_relations import Scene
from ingestion.samples import sound_returns
from quality import seeded_errors as module
from quality.audit.compile import compile_rules
from quality.check import check_file
from quality.seeded_errors import is_perfect, seeded_errors

# kinds that only other returns show: the plan, a month, a year, a list, a level
BETWEEN = {
    "plan_rows", "plan_hh_rows", "plan_area_rows", "plan_bld_rows", "plan_projects", "plan_money", "plan_adjusted",
    "plan_silent", "plan_unit", "plan_local", "hh_start_rows", "area_start_rows", "xq_off_rows", "xq_start_rows",
    "money_rows", "far_from_first", "money_falls", "idle_works", "month_of_half", "rates_apart", "copied_month",
    "opening_moved", "opening", "buildings_left", "month_unit", "yuan_of_plan", "metres", "over_the_plan", "peer_copied", "cohort_rows",
    "lifts_rows", "elev_december", "park_add_december", "pipe_total_december", "svc_total_december", "year_metres",
    "account_arrived", "account_paid", "central_arrived", "drifted", "list_households", "list_started",
    "list_withdrawn", "list_not_started", "list_money", "vanished", "large_revision", "two_counties", "project_of_two",
    "city_total", "province_total", "units_missing",
}  # fmt: skip


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return seeded_errors(tmp_path_factory.mktemp("study"), per_kind=2, mixtures=12, units=9)


def sound_bytes(folder: Path) -> dict[str, bytes]:
    return {form: path.read_bytes() for form, path in sound_returns(folder / "sound").items()}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Defect]:
    return {d.name: d for d in defects(sound_bytes(tmp_path_factory.mktemp("sound")))}


def test_every_kind_is_found_by_its_rule_at_its_cell(study: dict[str, Any], corpus: dict[str, Defect]) -> None:
    there = Counter(d.kind for d in corpus.values())
    kinds = {k["kind"]: k for k in study["kinds"]}
    assert set(CELLS) | {"blank", "no_unit", "total_off", "other_unit", "future", "unknown_code", "no_such_day"} <= set(
        kinds
    )
    only_one = {"month_off", "not_the_plan", "out_of_order", "in_future", "twice", *BETWEEN}
    assert {"falls", *only_one} <= set(kinds)
    for kind, held in kinds.items():
        n = 1 if kind in only_one else min(2, there.get(kind, 2))
        assert (held["planted"], held["detected"], held["by_rule"], held["at_cell"]) == (n, n, n, n), kind
        assert held["missed"] == [], kind
    assert is_perfect(study)


def test_every_rule_between_returns_is_planted_once_at_least(tmp_path: Path) -> None:
    """What a compiled rule needs beside the return tells which rules look beyond it: the cases leave none of them out."""
    book, beyond = catalogue(), {"L-001", "L-002", "L-003"}
    for form in book.forms.values():
        for rule in book.rules[form.id]:
            made = compile_rules(form, [rule], book)
            if made.foreign or any(helper.kind != "unit" for helper in made.helpers):
                beyond.add(rule.id)
    planted = {p.defect.rule for p in Scene(tmp_path, sound_bytes(tmp_path), module.SEED).planted()}
    seen_in_time = {"J2-003", "J2-004", "J2-005"}  # after the plan and August
    asked = {key for key in beyond if book.rules_by_id[key].severity != "info"}
    assert asked - planted - seen_in_time == set()


def test_nothing_is_said_of_clean_returns_from_all_over_the_nation(study: dict[str, Any]) -> None:
    """14 by themselves and after August; 20 of the scene: 14 of a county, 2 of others, 3 counties and their city."""
    assert study["clean"] == {"returns": 34, "accepted": 34, "errors": 0, "warnings": 0, "findings": []}


def test_no_mixture_is_accepted_and_its_misses_are_listed(study: dict[str, Any]) -> None:
    mixed = study["mixtures"]
    assert (mixed["returns"], mixed["returned_right"]) == (12, 12)
    assert 24 <= mixed["planted"] <= 60
    assert len(mixed["missed"]) == mixed["planted"] - mixed["at_cell"]
    assert all(m["name"] and m["with"] and m["said"] for m in mixed["missed"])


def test_the_same_seed_gives_the_same_study_and_another_one_another(tmp_path: Path) -> None:
    first, again, other = (
        seeded_errors(tmp_path / str(n), seed=seed, per_kind=1, mixtures=3, units=0, relations=False)
        for n, seed in enumerate((5, 5, 6))
    )
    assert first == again
    assert first != other


def test_a_return_without_a_period_hides_its_false_total(corpus: dict[str, Defect], tmp_path: Path) -> None:
    path = tmp_path / "mixed.xlsx"
    path.write_bytes(together([corpus["J2_f_total_total_off"], corpus["J2_no_period"]]))
    said = {f.rule for f in check_file(path)[0].findings if f.severity == "error"}
    assert "EVA-004" in said and "J2-007" not in said


def test_an_error_that_is_not_found_and_a_false_alarm_are_shown(
    corpus: dict[str, Defect], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rule that is switched off is missed by name; a sound return with an error in it is a false alarm."""
    planted = [corpus["J2_f_total_total_off"]]
    monkeypatch.setattr(module, "defects", lambda sound: planted)
    real = module.check_file

    def without(path: Path) -> Any:
        result, digest = real(path)
        result.findings = [f for f in result.findings if f.rule not in ("J2-007", "J2-008")]
        return result, digest

    monkeypatch.setattr(module, "check_file", without)
    answer = seeded_errors(tmp_path / "a", mixtures=0, units=0, relations=False)
    kind = next(k for k in answer["kinds"] if k["kind"] == "total_off")
    assert (kind["planted"], kind["detected"], kind["missed"]) == (1, 0, ["J2_f_total_total_off"])
    assert not is_perfect(answer)

    monkeypatch.setattr(module, "check_file", real)
    spoilt = tmp_path / "spoilt.xlsx"
    spoilt.write_bytes(planted[0].data)
    monkeypatch.setattr(module, "sound_returns", lambda folder, seed: {"J2": spoilt})
    answer = seeded_errors(tmp_path / "b", mixtures=0, units=0, relations=False)
    # J2-007, and J2-008 since the balance takes the total up: when it is checked, and again when it is received
    assert answer["clean"]["errors"] == 4
    assert {f["rule"] for f in answer["clean"]["findings"]} == {"J2-007", "J2-008"}
    assert not is_perfect(answer)
