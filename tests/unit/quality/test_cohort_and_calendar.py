"""A plan year (cohort) and a calendar year never share a column, a rate or a name; and every fall can be explained."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from ingestion.catalogue import catalogue
from ingestion.indicator_model import Indicator, RowCondition
from quality.dbt_project import PROJECT

CALENDAR = {"year", "period", "first_year", "last_year"}  # years and months that a quantity is counted in
COHORT = {"cohort_year", "plan_year"}  # the plan year that a task belongs to


def shared_words() -> dict[str, str]:
    """What columns of one name mean wherever they stand: the doc blocks."""
    text = (PROJECT / "models" / "columns.md").read_text(encoding="utf-8")
    return dict(re.findall(r"{% docs (\w+) %}(.*?){% enddocs %}", text, re.S))


def marts() -> Iterator[tuple[str, set[str], dict[str, str]]]:
    """(name, columns, descriptions) of every mart that says its columns.

    Not those of the reconciliation, which hold the plan year of a printed plan beside the month whose rate divides by it.
    """
    shared = shared_words()

    def words(column: dict[str, Any]) -> str:
        return re.sub(r'{{ doc\("(\w+)"\) }}', lambda hit: shared[hit[1]], column["description"])

    for path in sorted(p for p in (PROJECT / "models" / "marts").rglob("*.yml") if p.parent.name != "reconciliation"):
        model: dict[str, Any]
        for model in yaml.safe_load(path.read_text(encoding="utf-8"))["models"]:
            columns = model.get("columns", [])
            yield model["name"], {c["name"] for c in columns}, {c["name"]: words(c) for c in columns}


def test_no_mart_holds_a_cohort_and_a_calendar_year_and_the_cohort_says_what_it_is() -> None:
    cohorts = 0
    for name, columns, words in marts():
        if "calendar_year" in columns:  # a ledger of both: each row has one of the two, and says which
            assert "cohort_year" in columns and "空" in words["calendar_year"] + words["cohort_year"], name
        else:
            counted = {c for c in columns & CALENDAR if "清单月份" not in words[c]}  # which roster it was is no count
            assert not (counted and columns & COHORT), name
        assert "plan_year" not in columns, f"{name}: a mart calls it cohort_year"
        if "cohort_year" in columns:
            cohorts += 1
            assert "计划年度" in words["cohort_year"] and "calendar" in words["cohort_year"], name
    assert cohorts >= 4


def _of_a_cohort(indicator: Indicator) -> bool:
    """Whether it takes the tasks of the plan year that the period names."""
    conditions = [f.where.get("plan_year") for f in indicator.accounts]
    return any(isinstance(c, RowCondition) and c.year == "of_period" for c in conditions)


def test_no_rate_divides_a_cohort_by_a_calendar_year() -> None:
    book = catalogue().indicators
    mixed = {
        i.id
        for i in book.values()
        if i.numerator and i.denominator and _of_a_cohort(book[i.numerator]) != _of_a_cohort(book[i.denominator])
    }
    assert mixed == set()
    for indicator in book.values():  # J1 and J2 know no tasks; what asks the roster by plan year says so in its name
        if _of_a_cohort(indicator):
            assert indicator.id.startswith(("cohort_", "roster_")), indicator.id
            assert all(f.form.startswith("J4") for f in indicator.accounts), indicator.id


def test_every_flow_of_the_monthly_form_may_fall_only_with_a_reason() -> None:
    book = catalogue()
    asked = {f for rule in book.rules_by_id.values() if rule.type == "MON" for f in rule.params["fields"]}
    shown = set()
    for indicator in book.indicators.values():
        if indicator.kind != "flow" or indicator.constant_in_year:
            continue
        for formula in (f for f in indicator.accounts if f.form == "J2"):
            shown |= {
                formula.field,
                *(f for dim in formula.by for names in formula.fields_by(dim).values() for f in names),
            }
    assert shown and shown <= asked


def test_milestones_are_dates_of_a_task_in_the_order_of_its_stages() -> None:
    book = catalogue()
    dates = {f.id: f for f in book.field_sets["J4"].fields}
    stages = book.codelist("project_stages")
    held = [int(stages[m["from_stage"]]["order"]) for m in book.codelist("milestones").values() if m["from_stage"]]
    assert all(dates[m["date_field"]].type == "date" for m in book.codelist("milestones").values())
    assert held == sorted(held)
    sql = (PROJECT / "macros" / "milestone_dates.sql").read_text(encoding="utf-8")
    assert all(f"'{m['date_field']}'" in sql for m in book.codelist("milestones").values())
