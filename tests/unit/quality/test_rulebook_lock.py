"""No id is lost, used again or redefined unsaid; a changed name is a patch; the lock changes by a deliberate word alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.catalogue import RULEBOOK, Catalogue
from ingestion.errors import UsageError
from quality.rulebook_checks import check_rulebook
from quality.rulebook_lock import LOCK, differences, locked, refresh
from tests.rulebooks import change, copied

REASON = "W8,情况属实,True as reported,P,\n"
RATE = ("field", "J2", "xq_start")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return copied(tmp_path)


def told(root: Path) -> set[tuple[str, str]]:
    return {(kind, place) for kind, place, _, _ in differences(Catalogue(root))}


def test_the_lock_of_the_project_holds_every_id() -> None:
    assert told(RULEBOOK) == set()
    held = locked(RULEBOOK)
    fields = [k for k in held if k[0] == "field"]
    assert len(fields) == 345  # survey-forms: 60 + 67 + 83 + 8 + 99 + 28
    assert sum(k[:2] == ("code", "content_items") for k in held) == 49


def test_a_changed_name_is_a_patch_and_a_changed_meaning_needs_a_dated_break(copy: Path) -> None:
    form = copy / "forms/J2_progress.yaml"
    change(form, "name: 本年新开工小区数", "name: 今年新开工小区数")
    assert told(copy) == set()
    before = locked(copy)
    change(form, "unit: 个", "unit: 户")
    (only,) = told(copy)
    assert only == ("changed", "field J2 xq_start")
    with pytest.raises(UsageError, match="断点"):
        refresh(Catalogue(copy))
    assert locked(copy) == before  # a refusal writes nothing
    assert refresh(Catalogue(copy), break_from="2025-01")["changed"] == 1
    assert told(copy) == set()
    assert locked(copy)[RATE].breaks == "2025-01" and locked(copy)[RATE].meaning != before[RATE].meaning
    assert {k: v for k, v in locked(copy).items() if k != RATE} == {k: v for k, v in before.items() if k != RATE}


def test_wording_alone_is_said_to_be_a_patch_and_leaves_no_break(copy: Path) -> None:
    change(copy / "codelists/explain_reasons.csv", "W8,情况属实", "W8,属实")
    assert told(copy) == {("changed", "code explain_reasons W8")}
    refresh(Catalogue(copy), patch=True)
    assert told(copy) == set() and locked(copy)["code", "explain_reasons", "W8"].breaks == ""


def test_an_id_that_goes_is_retired_and_never_comes_back(copy: Path) -> None:
    path = copy / "codelists/explain_reasons.csv"
    change(path, REASON, "")
    assert told(copy) == {("gone", "code explain_reasons W8")}
    (problem,) = [p for p in check_rulebook(copy) if p.file == LOCK]
    assert (problem.place, "停用" in problem.problem_zh) == ("code explain_reasons W8", True)
    with pytest.raises(UsageError, match="停用"):
        refresh(Catalogue(copy))
    refresh(Catalogue(copy), retire="2024-12")
    assert told(copy) == set() and locked(copy)["code", "explain_reasons", "W8"].retired == "2024-12"
    change(path, "W9,", "W8,又一原因,Another,P,\nW9,")
    assert told(copy) == {("reused", "code explain_reasons W8")}
    with pytest.raises(UsageError, match="2024-12"):
        refresh(Catalogue(copy), retire="2025-12", patch=True)


def test_new_ids_are_registered_and_a_new_number_of_the_form_is_no_new_meaning(copy: Path) -> None:
    change(copy / "codelists/explain_reasons.csv", "W9,", "W10,另一原因,Another,P,\nW9,")
    change(copy / "forms/J2_progress.yaml", 'code: "01"', 'code: "1a"')
    assert told(copy) == {("new", "code explain_reasons W10"), ("renumbered", "field J2 xq_start")}
    written = refresh(Catalogue(copy))
    assert (written["new"], written["renumbered"]) == (1, 1)
    assert locked(copy)[RATE].code == "1a" and told(copy) == set()


@pytest.mark.parametrize(("said", "words"), [
    ({"retire": "2024"}, "月份"), ({"break_from": "2024-13"}, "月份"), ({"break_from": "2024-01", "patch": True}, "一个")])  # fmt: skip
def test_what_is_said_must_be_a_month_and_one_thing(copy: Path, said: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        refresh(Catalogue(copy), **said)  # type: ignore[arg-type]
