"""Cells that turn red while typing: LibreOffice works the formulas out, the rule book's worked examples say what is right."""

from __future__ import annotations

import re
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from ingestion.blank_checks import LiveCheck
from ingestion.catalogue import catalogue
from quality.live_checks import live_checks
from tests.office import save_as

CHECKS = [c for form in catalogue().forms for c in live_checks(form, catalogue())]


def rule_of(check: LiveCheck) -> str:
    [found] = re.findall(r"（([A-Z0-9]+-\d{3})）", check.said)
    return str(found)


# 0.1 + 0.2 is not 0.3 to a spreadsheet, which must colour nothing
DOUBLES = {"J2-007": {"pass": [{"f_total": "0.3", "f_cen_fin": "0.1", "f_prov": "0.2"}]}}
RULES = sorted({rule_of(c) for c in CHECKS})


@pytest.fixture(scope="module")
def coloured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[str, bool]]]:
    """Rule → (outcome by the rule book, whether a cell is coloured), one for each of its worked examples."""
    folder = tmp_path_factory.mktemp("live")
    rules = {r.id: r for form in catalogue().forms for r in catalogue().rules[form]}
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    rows: list[tuple[str, str]] = []
    for name in RULES:
        checks = [c for c in CHECKS if rule_of(c) == name]
        letters = {
            f.id: get_column_letter(n) for n, f in enumerate(catalogue().field_sets[checks[0].set_id].fields, 30)
        }
        for outcome, examples in [*rules[name].tests.items(), *DOUBLES.get(name, {}).items()]:
            for example in examples:
                rows.append((name, outcome))
                row = len(rows)
                for field, value in example.items():
                    if field in letters:
                        sheet[f"{letters[field]}{row}"] = value if isinstance(value, int) else float(value)
                for place, check in enumerate(checks, 1):
                    formula = check.formula.format_map({name: f"{column}{row}" for name, column in letters.items()})
                    sheet.cell(row, place).value = f"=IF(ISERROR({formula}),0,IF({formula},1,0))"
    book.save(folder / "in.xlsx")
    save_as("xlsx:Calc MS Excel 2007 XML", [folder / "in.xlsx"], folder / "out")
    worked: Any = openpyxl.load_workbook(folder / "out" / "in.xlsx", data_only=True).active
    found: dict[str, list[tuple[str, bool]]] = {}
    for number, (name, outcome) in enumerate(rows, 1):
        said = [worked.cell(number, n).value for n in range(1, 1 + sum(rule_of(c) == name for c in CHECKS))]
        assert set(said) <= {0, 1}, (name, said)
        found.setdefault(name, []).append((outcome, 1 in said))
    return found


@pytest.mark.parametrize("rule", RULES)
def test_a_cell_is_coloured_exactly_where_the_worked_example_fails(
    rule: str, coloured: dict[str, list[tuple[str, bool]]]
) -> None:
    assert {outcome for outcome, _ in coloured[rule]} >= {"pass", "fail"}
    assert [seen for _, seen in coloured[rule]] == [outcome == "fail" for outcome, _ in coloured[rule]]


@pytest.mark.parametrize("rule", ["J2-004", "J2-005", "J3-011", "J4-006", "J4-020"])
def test_what_one_row_of_numbers_does_not_know_has_no_formula(rule: str) -> None:
    """Last month, the plan, another form, codes, other rows."""
    assert rule not in RULES


def test_the_relations_that_clerks_break_most_are_shown_while_typing() -> None:
    assert {"J1-002", "J1-005", "J2-006", "J2-007", "J2-008", "J3-001", "J3-002", "J4-013"} <= set(RULES)
