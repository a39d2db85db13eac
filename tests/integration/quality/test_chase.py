"""Who still owes a return, in the order of its weight. Shares are worked out by hand from the plans filed here."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingestion.errors import UsageError
from quality.chase import chase
from quality.decisions import decide, explain
from quality.receive import Receiver
from tests.factories import write_return

TODAY = dt.date(2023, 10, 17)  # J2 of September is due on Saturday 7 October 2023, a make-up working day


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Plans of three districts: 1,000, 3,000 and 4,000 households, 8,000 in all; other 13 units have no plan."""
    receiver = Receiver(tmp_path / "home")
    plans = {"110101": 1, "110105": 3, "110108": 4}
    for unit, times in plans.items():
        changes: dict[str, Any] = {"plan_xq": 10 * times, "plan_hh": 1000 * times, "plan_bld": 50 * times,
                                   "plan_area": Decimal(80000 * times), "plan_proj": 8 * times,
                                   "pf_total": Decimal(2700 * times), "pf_cen_fin": Decimal(900 * times),
                                   "pf_cnty": Decimal(1800 * times)}  # fmt: skip
        path = write_return(tmp_path / f"plan_{unit}.xlsx", "J1", unit=unit, period="2023", **changes)
        assert receiver.receive([path])[0]["verdict"] == "accepted"
    return receiver.home


def file(home: Path, tmp_path: Path, unit: str, **changes: Any) -> dict[str, Any]:
    plan = {"110101": 10, "110105": 30, "110108": 40}[unit]
    stages = {"st_wait": plan - 9, **changes}  # all stages add up to the plan
    return Receiver(home).receive([write_return(tmp_path / f"{unit}.xlsx", unit=unit, **stages)])[0]


def owing(home: Path, **options: Any) -> list[tuple[str, str, str | None]]:
    found = chase(home, "J2", "2023-09", province="110000", today=TODAY, **options)
    assert found["expected"] == 16 == found["in_force"] + len(found["rows"])
    return [(r["unit_code"], r["status"], r["weight"]) for r in found["rows"]]


def test_the_heaviest_come_first_and_units_without_history_last_by_name(home: Path) -> None:
    found = owing(home)
    assert found[:3] == [
        ("110108", "missing", "0.5"), ("110105", "missing", "0.375"), ("110101", "missing", "0.125")]  # fmt: skip
    assert len(found) == 16 and all(weight is None for _, _, weight in found[3:])
    answer = chase(home, "J2", "2023-09", province="110000", today=TODAY)
    unknown = answer["rows"][3:]
    assert [r["unit_name"] for r in unknown] == sorted(r["unit_name"] for r in unknown)
    assert all(r["weight_reason_zh"] == "无历史数据，权重未知" for r in unknown)
    assert answer["weighed_by"] == "J1.plan_hh"
    assert (answer["due"]["date"], answer["due"]["original"], answer["days_late"]) == ("2023-10-07", "2023-10-05", 10)


def test_a_unit_owes_until_something_of_it_is_in_force(home: Path, tmp_path: Path) -> None:
    assert file(home, tmp_path, "110101")["verdict"] == "accepted"
    assert file(home, tmp_path, "110105", f_total=None)["verdict"] == "returned"
    asked = file(home, tmp_path, "110108", xq_off=2)
    assert asked["verdict"] == "needs_explanation"
    assert owing(home)[:2] == [("110108", "needs_explanation", "0.5"), ("110105", "returned", "0.375")]
    first = chase(home, "J2", "2023-09", province="110000", today=TODAY)["rows"][0]
    assert (first["to_explain"], first["waits_for"], first["submission_id"]) == (
        ["J2-015"], "unit", asked["submission_id"])  # fmt: skip
    explain(home, asked["submission_id"], "J2-015", "W3")
    assert chase(home, "J2", "2023-09", province="110000", today=TODAY)["rows"][0]["waits_for"] == "level_above"
    decide(home, asked["submission_id"], "accept", by="王某")
    assert "110108" not in {unit for unit, _, _ in owing(home)}


def test_a_plan_is_asked_for_by_its_first_version_and_nothing_is_late_before_its_day(home: Path) -> None:
    found = chase(home, "J1", "2023", province="110000", today=dt.date(2023, 1, 31))
    assert (found["plan_version"], found["in_force"], found["days_late"]) == ("V1", 3, 0)


def test_levels_of_their_own_and_samples_are_asked_apart(home: Path, tmp_path: Path) -> None:
    provinces = chase(home, "J2", "2023-09", level="province", today=TODAY)
    assert provinces["expected"] == 32 and provinces["due"]["date"] == "2023-10-10"
    cities = chase(home, "J2", "2023-09", level="city", province="370000", today=TODAY)
    assert cities["expected"] == 16  # the cities of 山东, each with counties
    assert chase(home, "J2", "2023-09", sample=True, today=TODAY)["expected"] == 0  # no province filed samples
    Receiver(home).receive([write_return(tmp_path / "s.xlsx", sample=True)])
    sampled = chase(home, "J2", "2023-09", sample=True, today=TODAY)
    assert (sampled["expected"], sampled["in_force"], sampled["sample_data"]) == (16, 1, True)


@pytest.mark.parametrize(
    ("form", "period", "options", "said"),
    [
        ("J9", "2023", {}, "J9"),
        ("J2", "2023", {}, "2023-09"),
        ("J2", "2023-09", {"level": "village"}, "village"),
        ("J2", "2023-09", {"province": "110108"}, "海淀区"),
        ("J2", "2023-09", {"province": "999999"}, "999999"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    home: Path, form: str, period: str, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        chase(home, form, period, **options)
