"""Codes and items have months: a copy of the rule book in which E2 (the second code) ended, another began, and an item and
a column of the roster are asked for from a month on."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import ingestion.blank
import tests.factories
from ingestion.catalogue import Catalogue
from ingestion.model import Finding, ReadResult
from ingestion.reading import read_bytes
from quality.audit.run import audit
from quality.rulebook_checks import check_rulebook
from tests.factories import SOUND_J4, write_return, write_roster
from tests.rulebooks import change, copied

TODAY = dt.date(2024, 3, 1)


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Catalogue:
    """K2 of community_kinds ended with 2022, K3 began in 2024; J2 park_done and J4 elig began in 2023-10."""
    root = copied(tmp_path)
    kinds = root / "codelists" / "community_kinds.csv"
    lines = kinds.read_text(encoding="utf-8").splitlines()
    months = {"code": "valid_from,valid_to", "K2": ",2022", "K3": "2024-01,"}
    kinds.write_text("".join(f"{line},{months.get(line.split(',')[0], ',')}\n" for line in lines), encoding="utf-8")
    for form, item in (("J2_progress", "park_done"), ("J4_projects", "elig")):
        path = root / "forms" / f"{form}.yaml"
        text = path.read_text(encoding="utf-8")
        at = text.index("source:", text.index(f"- id: {item}\n"))
        path.write_text(
            f"{text[:at]}since: 2023-10\n{' ' * (at - text.rindex(chr(10), 0, at) - 1)}{text[at:]}", encoding="utf-8"
        )
    made = Catalogue(root)
    monkeypatch.setattr(ingestion.blank, "project_catalogue", lambda: made)
    monkeypatch.setattr(tests.factories, "catalogue", lambda: made)
    return made


def judged(path: Path, book: Catalogue) -> ReadResult:
    result = read_bytes(path.read_bytes(), book, today=TODAY)[0]
    audit([result], [{}], book)
    return result


def said(result: ReadResult, *rules: str) -> list[Finding]:
    return [f for f in result.findings if f.rule in rules]


def roster(path: Path, kind: str, period: str, **changes: Any) -> Path:
    task = {**SOUND_J4["J4"][0], "xq_kind": kind, **changes}
    return write_roster(path, {"J4": [task]}, period=period)


def test_the_rule_book_stays_sound_but_for_its_lock(book: Catalogue) -> None:
    assert [p for p in check_rulebook(book.root) if "ids.csv" not in p.file] == []


@pytest.mark.parametrize("span", ["2023-13,", "2023,2022-12", "spring,"])
def test_a_validity_that_is_none_is_refused(tmp_path: Path, span: str) -> None:
    root = copied(tmp_path)
    change(root / "codelists" / "fund_sources.csv", ",residents,,,", f",residents,{span},")
    [found] = [p for p in check_rulebook(root) if p.file == "codelists/fund_sources.csv"]
    assert "months or years in order" in found.problem_en


@pytest.mark.parametrize(("kind", "period", "valid"), [
    ("K1", "2023-09", True), ("K2", "2022-12", True), ("K2", "2023-01", False), ("K3", "2023-12", False),
    ("K3", "2024-01", True),
])  # fmt: skip
def test_a_code_outside_its_months_is_told_with_those_that_are_valid(
    tmp_path: Path, book: Catalogue, kind: str, period: str, valid: bool
) -> None:
    result = judged(roster(tmp_path / "a.xlsx", kind, period), book)
    found = said(result, "COV-002")
    assert len(found) == (0 if valid else 1) and not said(result, "J4-024")
    for one in found:
        assert (one.severity, one.field, one.found) == ("error", "xq_kind", kind)
        assert one.cell and one.expected and "K1 成片小区" in one.expected and f"{kind} " not in one.expected
        assert period in one.message_zh and "valid then: K1" in one.message_en


def test_a_blank_offers_the_codes_and_items_of_its_period(tmp_path: Path, book: Catalogue) -> None:
    for period, kinds, asked in (
        ("2022-12", {"K1", "K2"}, False),
        ("2023-11", {"K1"}, True),
        ("2024-02", {"K1", "K3"}, True),
    ):
        path = tmp_path / f"{period}.xlsx"
        ingestion.blank.write_form(book.form("J4"), path, unit_code="110108", unit_name="海淀区", period=period,
                                   rulebook_version="0")  # fmt: skip
        codes = openpyxl.load_workbook(path)["代码表"]
        offered = {str(c.value).split(" ")[0] for column in codes.iter_cols() for c in column if c.value}
        assert offered & {"K1", "K2", "K3"} == kinds
        heads = {str(c.value) for row in openpyxl.load_workbook(path)["改造项目"].iter_rows(max_row=12) for c in row}
        assert ("★纳入依据" in heads) is asked
        result = read_bytes(path.read_bytes(), book, today=TODAY)[0]
        assert [f.rule for f in result.findings] == ["ROW-006"]  # an empty roster, and nothing else


def test_an_item_is_neither_read_nor_missed_before_it_began(tmp_path: Path, book: Catalogue) -> None:
    early = judged(write_return(tmp_path / "a.xlsx", period="2023-09", park_done=None), book)
    assert not [f for f in early.findings if f.field == "park_done" or "park_done" in str(f.message_en)]
    filed = judged(write_return(tmp_path / "b.xlsx", period="2023-09", park_done=40), book)
    (found,) = said(filed, "FDM-002")
    assert (found.severity, found.field, found.found) == ("error", "park_done", "40")
    assert "2023-10" in found.message_zh and "park_done" not in filed.values
    since = judged(write_return(tmp_path / "c.xlsx", period="2023-10", park_done=40), book)
    assert not said(since, "FDM-002") and "park_done" in since.values
    blank = judged(write_return(tmp_path / "d.xlsx", period="2023-10", park_done=None), book)
    assert [f.severity for f in blank.findings if f.field == "park_done" and f.severity == "error"] == ["error"]


def test_a_column_is_neither_read_nor_missed_before_it_began(tmp_path: Path, book: Catalogue) -> None:
    filed = judged(roster(tmp_path / "a.xlsx", "K1", "2023-09"), book)
    (found,) = said(filed, "FDM-002")
    assert found.field == "elig" and found.cell
    early = judged(roster(tmp_path / "b.xlsx", "K1", "2023-09", elig=None), book)
    assert not [f for f in early.findings if f.field == "elig"]
    assert not said(judged(roster(tmp_path / "c.xlsx", "K1", "2023-10"), book), "FDM-002")


def test_a_return_before_the_form_began_is_refused(tmp_path: Path, book: Catalogue) -> None:
    (found,) = said(judged(write_return(tmp_path / "a.xlsx", period="2018-12"), book), "EVA-009")
    assert found.severity == "error" and "2019-01" in found.message_zh and found.cell
