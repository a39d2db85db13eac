"""One-row items beside tables: what the rows of J3 say, and that a table on another sheet takes nothing from them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingestion.blank import write_form
from ingestion.catalogue import catalogue
from ingestion.model import ReadResult
from ingestion.reading import read_bytes
from tests.factories import edit, set_value, write_return, write_roster

SOUND_J3: dict[str, Any] = {"e_xq": 4, "e_hh": 900, "e_area": Decimal("72000.50"), "sat_rate": Decimal("93.50")}
ACCOUNTS = [{"src": "F11", "arrived": Decimal("150.00")}, {"src": "F32", "paid": Decimal("0.00")}]


def read(path: Path) -> ReadResult:
    return read_bytes(path.read_bytes(), catalogue(), today=dt.date(2024, 1, 31))[0]


def faults(result: ReadResult) -> list[str]:
    return [f.rule for f in result.findings if f.severity in ("error", "warning")]


@pytest.fixture
def code() -> str:
    return next(iter(catalogue().codelist("satisfaction_sources")))


def test_items_and_table_are_read_side_by_side(tmp_path: Path, code: str) -> None:
    path = write_roster(
        tmp_path / "a.xlsx", {"J3F": ACCOUNTS}, form="J3", period="2023", values={**SOUND_J3, "sat_src": code}
    )
    result = read(path)
    assert faults(result) == []
    assert result.values["sat_src"].value == code
    assert [{k: v.filed for k, v in r.values.items()} for r in result.tables["J3F"]] == ACCOUNTS
    assert result.tables["J3F"][0].values["arrived"].value == Decimal(1_500_000)


def test_a_code_may_be_given_by_its_name(tmp_path: Path, code: str) -> None:
    name = catalogue().codelist("satisfaction_sources")[code]["name_zh"]
    path = write_roster(tmp_path / "a.xlsx", {"J3F": []}, form="J3", period="2023", values=SOUND_J3)
    assert read(edit(path, set_value("77", name))).values["sat_src"].value == code
    wrong = read(edit(path, set_value("77", "邻居")))
    assert faults(wrong) == ["COV-001"]


def test_a_row_of_spaces_is_blank_and_an_error_text_is_asked(tmp_path: Path) -> None:
    result = read(edit(write_return(tmp_path / "a.xlsx"), set_value("42", "  ")))
    assert "f_total" in result.blanks and faults(result) == []

    def error(sheet: Any) -> None:
        set_value("42", "#REF!")(sheet)
        next(c for row in sheet.iter_rows() for c in row if c.value == "#REF!").data_type = "s"

    assert faults(read(edit(write_return(tmp_path / "b.xlsx"), error))) == ["FML-002"]


def test_the_accounts_may_be_missing_but_not_in_silence(tmp_path: Path) -> None:
    path = write_roster(tmp_path / "a.xlsx", {"J3F": ACCOUNTS}, form="J3", period="2023", values=SOUND_J3)
    result = read(edit(path, lambda s: s.parent.remove(s.parent["年度资金决算"])))
    assert faults(result) == ["ROW-003"] and set(result.values) == set(SOUND_J3)


def test_last_values_beside_the_empty_cells_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_form(
        catalogue().form("J2"), path, unit_code="110108", unit_name="海淀区", period="2023-09",
        previous={"xq_start": Decimal(5)}, rulebook_version="0",
    )  # fmt: skip
    result = read(path)
    assert result.values == {} and result.findings == []


def test_an_error_value_without_a_formula_is_said(tmp_path: Path) -> None:
    """`#REF!` pasted as a constant: the fast reader gives a blank, and a blank would look like nothing filed."""
    path = edit(write_return(tmp_path / "J2.xlsx"), set_value("02", "#REF!"))
    result, _ = read_bytes(path.read_bytes(), catalogue())
    (finding,) = [f for f in result.findings if f.severity == "error"]
    assert (finding.rule, finding.field, finding.found) == ("FML-002", "hh_start", "#REF!")
    assert finding.cell is not None
    assert "hh_start" not in result.values
