"""Yearly filings by the calendar: their own series and names, editions, what a release changes, and no-filings.

Sixteen sample plans of 北京: each lists 10 communities and 1,000 households, so the province has 160 and 16,000.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from filings.approval import approve
from filings.calendar import due_on, next_after
from filings.release import list_releases, make
from filings.verify import verify
from ingestion.catalogue import catalogue
from ingestion.errors import UsageError
from ingestion.moments import CHINA
from ingestion.register import Register
from quality.gates.run import run_gates
from quality.receive import Receiver
from quality.warehouse import build
from tests.factories import write_return

UNITS = sorted(catalogue().children["110000"])
PLAN = catalogue().calendar.release["annual_plan"]


def plan(home: Path, unit: str, version: str, day: str, **changes: object) -> None:
    path = write_return(
        home / "in" / f"{unit}_{version}.xlsx", "J1", unit=unit, period="2023", sample=True, plan_version=version,
        plan_confirm_date=day, **changes,
    )  # fmt: skip
    moment = dt.datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=CHINA)
    receiver = Receiver(home)
    (answer,) = receiver.receive([path], received_at=moment, decided_at=moment)
    receiver.register.close()
    assert answer["verdict"] == "accepted"


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("plans")
    for unit in UNITS:
        plan(home, unit, "V1", "2023-01-20")
    build(home)
    return home


@pytest.fixture
def home(planned: Path, copy_of: Callable[[Path], Path]) -> Path:
    return copy_of(planned)


def file_plan(home: Path, kind: str = "final") -> dict[str, object]:
    run_gates(home, "2023", kind, sample=True, series=list(PLAN.series))
    return make(home, "2023", kind, sample=True, filing="annual_plan")


def test_the_annual_plan_holds_its_own_series_alone(home: Path) -> None:
    answer = file_plan(home)
    assert answer["state"] == "candidate"
    assert answer["release"] == "2023-annual_plan-final-sample-01"
    assert answer["series"] == list(PLAN.series)
    manifest = json.loads((Path(str(answer["path"])) / "manifest.json").read_bytes())
    assert manifest["filing"] == "annual_plan"
    table = (Path(str(answer["path"])) / "tables" / "模拟数据-plan_communities.csv").read_text("utf-8-sig")
    total = next(r for r in csv.DictReader(table.splitlines()) if r["area_code"] == "110000")
    assert total["value"] == "160"


def test_nothing_new_is_a_recorded_no_filing(home: Path) -> None:
    first = file_plan(home)
    again = file_plan(home)
    assert (again["state"], again["release"]) == ("unchanged", first["release"])
    last = list_releases(home)[-1]
    assert (last["state"], last["filing"], last["period"]) == ("no_filing", "annual_plan", "2023")
    assert "没有新数据" in last["reasons"][0]["reasons_zh"][0]


def test_a_filing_whose_gates_are_closed_is_a_recorded_no_filing(home: Path) -> None:
    run_gates(home, "2022", "final", sample=True, series=list(PLAN.series))  # nobody filed a plan of 2022
    answer = make(home, "2022", "final", sample=True, filing="annual_plan")
    assert (answer["state"], answer["series"]) == ("none", [])
    assert {left["series"] for left in answer["left_out"]} == set(PLAN.series)
    assert list_releases(home)[-1]["state"] == "no_filing"


def test_a_changed_plan_is_published_with_what_changed(home: Path) -> None:
    """V2 of one county drops 3 communities and 280 households: the note names the unit, both values and the version."""
    first = approve(home, str(file_plan(home)["release"]), "王某")
    frozen = {p: p.read_bytes() for p in Path(first["path"]).rglob("*") if p.is_file()}
    plan(
        home,
        "110108",
        "V2",
        "2023-06-20",
        plan_xq=7,
        plan_proj=6,
        plan_hh=720,
        adj_in_xq=0,
        adj_out_xq=3,
        adj_reason="R1",
    )
    build(home)
    second = file_plan(home, "correction")
    manifest = json.loads((Path(str(second["path"])) / "manifest.json").read_bytes())
    assert manifest["supersedes"] == first["release"]
    rows = list(
        csv.DictReader((Path(str(second["path"])) / "tables" / "revisions.csv").read_text("utf-8-sig").splitlines())
    )
    assert manifest["figures_revised"] == len(rows)
    found = {(r["indicator"], r["area_code"]): r for r in rows}
    unit = found["plan_communities", "110108"]
    assert [Decimal(unit[k]) for k in ("before", "after", "difference")] == [10, 7, -3]
    assert "V1 改为 V2" in unit["cause_zh"]
    assert unit["marker"] == "模拟数据"
    assert Decimal(found["plan_households", "110000"]["difference"]) == -280
    # the parts add up to the change of the total
    parts = [Decimal(r["difference"]) for (i, a), r in found.items() if i == "plan_households" and a != "110000"]
    assert sum(parts) == -280
    assert {p: p.read_bytes() for p in Path(first["path"]).rglob("*") if p.is_file()} == frozen
    approve(home, str(second["release"]), "李某")
    assert verify(home / "releases" / str(second["release"]))["ok"]


def test_another_filing_of_the_same_year_is_no_edition_of_this_one(home: Path) -> None:
    approve(home, str(file_plan(home)["release"]), "王某")
    run_gates(home, "2023", "final", sample=True, series=["plan_communities"])
    by_hand = make(home, "2023", "final", sample=True, series=["plan_communities"])
    manifest = json.loads((Path(str(by_hand["path"])) / "manifest.json").read_bytes())
    assert (by_hand["release"], manifest["supersedes"]) == ("2023-final-sample-01", None)


@pytest.mark.parametrize(
    ("filing", "period", "says"),
    [("annual_plan", "2023-09", "年度发布"), ("monthly_progress", "2023", "月度发布"), ("weekly", "2023", "没有发布")],
)
def test_a_filing_that_does_not_fit_is_refused(tmp_path: Path, filing: str, period: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        make(tmp_path, period, "final", filing=filing)


def test_the_revised_effects_are_an_edition_of_the_effects(home: Path) -> None:
    answer = make(home, "2023", "revised", sample=True, filing="annual_effects_revised")
    assert answer["filing"] == "annual_effects"


def test_a_register_of_before_learns_the_new_column(tmp_path: Path) -> None:
    import sqlite3

    Register(tmp_path).close()
    with sqlite3.connect(tmp_path / "register.db") as connection:
        connection.execute("ALTER TABLE releases DROP COLUMN filing")
        connection.execute("ALTER TABLE no_filings DROP COLUMN filing")
    held = (tmp_path / "register.db").read_bytes()  # as from another machine: a file of its own
    for left in tmp_path.glob("register.db*"):
        left.rename(left.with_name(f"{left.name}.before"))
    (tmp_path / "register.db").write_bytes(held)
    assert list_releases(tmp_path) == []


def test_due_filings_follow_the_moved_calendar() -> None:
    """28 February 2026 is a Saturday on which people work (调休); 20 December 2026 is a Sunday."""
    assert {(r.name, r.period) for r in due_on(dt.date(2026, 2, 28))} == {
        ("annual_plan", "2026"), ("annual_effects", "2025")}  # fmt: skip
    assert due_on(dt.date(2026, 12, 20)) == []
    assert [(r.name, r.period) for r in due_on(dt.date(2026, 12, 21))] == [("monthly_progress", "2026-11")]
    after = next_after(dt.date(2026, 11, 25))
    assert after is not None
    assert (after.name, after.day.date) == ("monthly_progress", dt.date(2026, 12, 21))
