"""Every rule's worked examples come out as declared, and the language refuses what it must."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from ingestion.catalogue import catalogue
from ingestion.errors import SetupError
from ingestion.rulebook_model import Rule
from quality.audit.compile import compiled_form
from quality.audit.expressions import compile_expression
from quality.audit.run import evaluate, period_end

RULES = [r for form in catalogue().forms for r in catalogue().rules[form]]
EXAMPLES = [(r, wanted, n) for r in RULES for wanted, found in r.tests.items() for n in range(len(found))]


def prepared(example: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {"period_end": dt.date(2023, 12, 31)}
    for key, value in example.items():
        if key == "period":
            row["period_end"] = period_end(str(value))
        elif isinstance(value, bool) or str(value).startswith("V"):
            row[key] = value
        else:
            row[key.replace(".", "__")] = Decimal(str(value))
    return row


@pytest.mark.parametrize(("rule", "wanted", "n"), EXAMPLES, ids=[f"{r.id}-{w}-{n}" for r, w, n in EXAMPLES])
def test_worked_example(rule: Rule, wanted: str, n: int) -> None:
    compiled = compiled_form(rule.form, catalogue())
    place = next(i for i, made in enumerate(compiled.rules) if made.rule.id == rule.id)
    outcome = evaluate(compiled, [prepared(rule.tests[wanted][n])], catalogue())[0]
    assert outcome[f"r{place}"] is {"pass": True, "fail": False, "na": None}[wanted]


def test_every_rule_has_examples_of_all_three_outcomes() -> None:
    for rule in RULES:
        if rule.type != "FDM":  # required items are tested through returns
            assert set(rule.tests) == {"pass", "fail", "na"}, rule.id


def test_the_first_set_for_j1_and_j2_is_complete() -> None:
    expected = {f"J1-{n:03d}" for n in (1, 2, 3, 5, 7, 9, 11, 13, 15, 17)}
    expected |= {f"J2-{n:03d}" for n in (1, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 18, 19, 20, 22, 23, 24, 29)}
    assert {r.id for r in RULES} == expected


@pytest.mark.parametrize(
    "text",
    [
        "(select 1) = 1", "read_csv('x') = 1", "sum(xq_start) > 1", "getenv('HOME') = ''", "COLUMNS(*) > 1",
        "nonsense > 1", "xq_start > (select max(x) from y)", "count(*) > 1", "xq_start in (select 1)", "$1 = 1",
        "xq_start > 1; drop table t", "row_number() over () = 1", "prev(nonsense) = 1", "lookup(xq_start) = 1",
        "plan(1) = 1", "xq_start::varchar like '%'", "exists(select 1)", "unnest([1]) = 1", "xq_start is true",
    ],
)  # fmt: skip
def test_the_language_refuses_what_it_does_not_allow(text: str) -> None:
    with pytest.raises(SetupError):
        compile_expression(text, catalogue().form("J2"), catalogue(), "test")


@pytest.mark.parametrize("text", ["xq_start > 0", "本年新开工小区数 > 0", "c01 > 0"])
def test_a_field_goes_by_id_short_name_and_code(text: str) -> None:
    assert compile_expression(text, catalogue().form("J2"), catalogue(), "test").fields == {"xq_start"}
