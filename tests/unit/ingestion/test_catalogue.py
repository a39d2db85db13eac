"""The rule book loads, and says where it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.catalogue import Catalogue, catalogue
from ingestion.errors import SetupError, UsageError
from ingestion.seeds import SEEDS, seed_tables, seed_text
from tests.rulebooks import copied


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return copied(tmp_path)


def test_forms_carry_every_field_of_the_proposal() -> None:
    counts = {
        form.id: (len(form.fields), sum(f.core for f in form.fields), sum(f.required != "never" for f in form.fields))
        for form in catalogue().forms.values()
    }
    # survey-forms: J1 60 fields of which 14 core, J2 67 of which 25 core; only the core may be required
    assert counts["J1"][:2] == (60, 14)
    assert counts["J2"][:2] == (67, 25)
    for form in catalogue().forms.values():
        assert {f.id for f in form.fields if f.required != "never"} <= {f.id for f in form.fields if f.core}


def test_official_marks_that_are_not_known_are_left_open_and_marked_ours() -> None:
    for form in catalogue().forms.values():
        assert form.form_no is None
        assert set(form.header.values()) == {None}
        assert form.source == "ours"


def test_thirty_two_province_level_units_with_xpcc_beside_xinjiang() -> None:
    book = catalogue()
    assert len(book.children["000000"]) == 32
    assert book.province_of("659001") == "660000"
    assert book.find_area("兵团") == ["660000"]
    assert book.find_area("北京") == book.find_area("北京市") == ["110000"]


def test_same_county_name_in_several_cities_stays_ambiguous() -> None:
    assert len(catalogue().find_area("和平区")) > 1
    assert len(catalogue().find_area("和平区", "120000")) == 1


def test_unknown_names_say_what_is_near() -> None:
    with pytest.raises(UsageError, match="started_communities"):
        catalogue().indicator("started_community")
    with pytest.raises(UsageError, match="999999"):
        catalogue().area("999999")


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("rules/J2.yaml", "id: J2-003", "id: J2-001", "J2-001 is used twice"),
        (
            "forms/J2_progress.yaml",
            "  frequency: monthly",
            "  frequency: monthly\n  frequency: monthly",
            "duplicate key",
        ),
        ("forms/J2_progress.yaml", "frequency: monthly", "frequency: &a monthly", "anchors"),
        ("forms/J2_progress.yaml", "unit: 公里", "unit: 里", "里"),
        ("indicators/indicators.yaml", "field: xq_start}", "field: xq_begin}", "xq_begin"),
        ("sources/real_tables.yaml", "layout: fund_items", "layout: nothing", "nothing"),
        ("rulebook.yaml", 'version: "0.1.0"', "version: 1", "version"),
        ("indicators/indicators.yaml", "kind: flow", "kind: flux", "kind"),
    ],
)
def test_a_fault_in_the_rule_book_names_file_and_place(book: Path, file: str, old: str, new: str, said: str) -> None:
    path = book / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    broken = Catalogue(book)
    with pytest.raises(SetupError, match=said) as caught:
        _ = broken.settings, broken.version, broken.forms, broken.rules, broken.indicators, broken.sources
    assert Path(file).name in str(caught.value)


def test_generated_seeds_do_not_drift_from_the_rule_book() -> None:
    tables = seed_tables(catalogue())
    assert {p.stem for p in SEEDS.glob("*.csv")} == set(tables)
    for name, rows in tables.items():
        assert (SEEDS / f"{name}.csv").read_text(encoding="utf-8") == seed_text(rows), f"run: make seeds ({name})"


def test_every_basic_unit_reaches_the_nation() -> None:
    closure = seed_tables(catalogue())["area_closure"][1:]
    book = catalogue()
    assert {u for a, u, *_ in closure if a == "000000"} == book.basic_units | set(book.former_areas)
