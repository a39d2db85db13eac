"""Rules that look at other versions, periods and units: judged by what was in force when the return was decided."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from ingestion.errors import UsageError
from ingestion.moments import CHINA
from quality.decisions import decide, explain
from quality.receive import Receiver
from tests.factories import write_return
from tests.integration.quality.test_audit_findings import sound, task, write_list


class Office:
    """One home: sends files at 9:00 of a day, and accepts what was asked about."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.receiver = Receiver(folder / "home")
        self.sent = 0

    def send(self, path: Path, day: str) -> dict[str, dict[str, Any]]:
        """rule → the first finding of it that is an error, a warning, for information, or cannot be told."""
        at = dt.datetime.fromisoformat(f"{day}T09:00").replace(tzinfo=CHINA)
        answer = self.receiver.receive([path], received_at=at)[0]
        self.last = answer
        found: dict[str, dict[str, Any]] = {}
        for finding in self.receiver.register.findings_of(answer["submission_id"]):
            found.setdefault(finding["rule"], finding)
        return found

    def month(self, period: str, day: str, unit: str = "110108", **changes: Any) -> dict[str, dict[str, Any]]:
        self.sent += 1
        path = write_return(self.folder / str(self.sent) / "j2.xlsx", period=period, unit=unit, **changes)
        return self.send(path, day)

    def plan(self, day: str, unit: str = "110108", **changes: Any) -> dict[str, dict[str, Any]]:
        self.sent += 1
        path = write_return(self.folder / str(self.sent) / "j1.xlsx", "J1", period="2023", unit=unit, **changes)
        return self.send(path, day)

    def list(self, rows: list[dict[str, Any]], day: str, period: str = "2023-09") -> dict[str, dict[str, Any]]:
        self.sent += 1
        folder = self.folder / str(self.sent)
        folder.mkdir()
        return self.send(write_list(folder / "j4.xlsx", rows, period=period), day)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_a_row_that_is_gone_from_the_next_list_is_named(office: Office) -> None:
    office.list(sound(), "2023-10-04")
    merged = task(10, rec_status="M", rec_link="110108000001-2023")
    found = office.list([*sound()[:8], merged], "2023-11-04", "2023-10")
    gone = found["X-011"]
    assert (gone["severity"], gone["sheet"], gone["cell"]) == ("warning", "改造项目", None)
    assert "110108000009-2023" in gone["message_zh"] and "石榴小区" in gone["message_zh"]


def test_a_first_list_has_nothing_before_it(office: Office) -> None:
    assert not {"X-011", "J4-030", "V-001"} & set(office.list(sound(), "2023-10-04"))


def test_a_task_whose_households_change_is_asked_about_at_its_cell(office: Office) -> None:
    office.list(sound(), "2023-10-04")  # none of October: the last one in force
    found = office.list(sound(r2={"hh": 120, "vote_hh": 120}), "2023-12-04", "2023-11")["J4-030"]
    assert (found["field"], found["cell"], found["severity"]) == ("hh", "AB11", "warning")


def test_a_list_that_comes_later_is_not_looked_at(office: Office) -> None:
    """A list of October that is in force already does not belong to the past of September's."""
    office.list(sound(), "2023-11-04", "2023-10")
    assert "J4-030" not in office.list(sound(r2={"hh": 120, "vote_hh": 120}), "2023-11-05", "2023-09")


def test_a_revision_of_over_a_tenth_of_the_rows_is_asked_about(office: Office) -> None:
    office.list(sound(), "2023-10-04")
    one = office.list(sound(r1={"inv_done_total": "91.00"}), "2023-10-05")
    assert "V-001" not in one  # one of ten
    two = office.list(sound(r1={"inv_done_total": "92.00"}, r2={"inv_done_total": "92.00"}), "2023-10-06")
    assert "2 行（共 10 行）" in two["V-001"]["message_zh"]


def test_a_figure_far_from_what_was_filed_first_is_asked_about(office: Office) -> None:
    """36 started at first; then 38 (two more), 40 (11 % off): the first version accepted stays what it is held against."""
    many = {"hh_start": 3600, "bld_start": 180, "area_start": Decimal(288_000), "st_done": 2, "st_accept": 1}
    office.month("2023-09", "2023-10-03", xq_start=36, st_build=33, **many)
    assert "V-002" not in office.month("2023-09", "2023-10-04", xq_start=38, st_build=35, **many)
    found = office.month("2023-09", "2023-10-05", xq_start=40, st_build=37, **many)["V-002"]
    assert "首报 36" in found["message_zh"] and found["field"] == "xq_start" and found["severity"] == "warning"
    answer = openpyxl.load_workbook(office.receiver.home / "answers" / f"{office.last['submission_id']}.xlsx")
    lists = [choice.formula1 for choice in answer.worksheets[0].data_validations.dataValidation]
    assert [c for c in lists if "W1 " in c and "W4 " in c and "W5 " not in c and "W6 " not in c]  # its reasons alone
    with pytest.raises(UsageError, match="V-002"):  # W5, batch acceptance, is no reason for it
        explain(office.receiver.home, office.last["submission_id"], "V-002", "W5")
    assert explain(office.receiver.home, office.last["submission_id"], "V-002", "W2")["unexplained"] == []
    assert decide(office.receiver.home, office.last["submission_id"], "accept", by="王某")["state"] == "decided"


def test_last_months_figures_filed_again_are_told(office: Office) -> None:
    office.month("2023-08", "2023-09-03")
    assert office.month("2023-09", "2023-10-03")["J2-027"]["severity"] == "warning"
    assert "J2-027" not in office.month("2023-09", "2023-10-04", park_done=41)


def test_figures_of_another_unit_of_the_province_are_told_and_of_another_province_not(office: Office) -> None:
    assert "J2-107" not in office.month("2023-09", "2023-10-03", unit="110105")
    assert office.month("2023-09", "2023-10-04")["J2-107"]["severity"] == "warning"
    assert office.last["verdict"] == "accepted"  # shown to the level above; nobody need explain
    assert "J2-107" not in office.month("2023-09", "2023-10-04", unit="120101")


def test_a_ratio_far_from_the_units_own_past_is_shown_once_there_are_five_periods(office: Office) -> None:
    """80 m² a household in five months. A fifth more is within 30 % of the median; half as much again is not."""
    for month in range(1, 6):
        found = office.month(
            f"2023-{month:02d}", f"2023-{month + 1:02d}-03", park_done=month, inv_done=Decimal(900 + month)
        )
        assert found["J2-106"]["severity"] == "cannot_tell"
    assert "J2-106" not in office.month("2023-06", "2023-07-03", area_start=Decimal(57_600), inv_done=Decimal(906))
    found = office.month("2023-06", "2023-07-04", area_start=Decimal(72_000), inv_done=Decimal(906))["J2-106"]
    assert found["severity"] == "info" and "120" in found["message_zh"] and "中位数 80" in found["message_zh"]


def test_a_unit_is_compared_with_those_of_its_size_alone(office: Office) -> None:
    """27,000 yuan a household in five units of 1,000 households and one of 10,000 that pays ten times as much."""
    for n, unit in enumerate(("110101", "110102", "110105", "110106", "110107")):
        assert office.plan(f"2023-01-2{n + 1}", unit=unit)["J1-102"]["severity"] == "cannot_tell"
    large = {"plan_hh": 10_000, "plan_area": Decimal(800_000), "plan_bld": 500}
    office.plan("2023-01-26", unit="110109", pf_total=Decimal(270_000), pf_cnty=Decimal(269_100), **large)
    assert "J1-102" not in office.plan("2023-01-27")
    found = office.plan("2023-01-28", unit="110111", pf_total=Decimal(5400), pf_cnty=Decimal(4500))["J1-102"]
    assert (found["severity"], found["field"]) == ("info", "pf_total") and "中位数 2.7" in found["message_zh"]


def test_a_plan_done_in_communities_but_not_in_households_is_asked_about(office: Office) -> None:
    """All ten have started, with 50 buildings as planned, but 930 of 1,000 households (Chuxiong: 100.75 %, 98.9 %)."""
    office.plan("2023-01-25")
    done = {
        "xq_start": 10,
        "bld_start": 50,
        "st_build": 7,
        "st_wait": 0,
        "st_consult": 0,
        "st_scheme": 0,
        "st_tender": 0,
    }
    found = office.month("2023-09", "2023-10-03", hh_start=930, **done)["J2-101"]
    assert (found["field"], found["severity"]) == ("hh_start", "warning") and "930" in found["message_zh"]
    assert "J2-101" not in office.month("2023-09", "2023-10-04", hh_start=990, **done)


def test_money_in_yuan_is_told_by_last_month_and_by_the_plan(office: Office) -> None:
    office.plan("2023-01-25")
    office.month("2023-08", "2023-09-03", park_done=1)
    found = office.month("2023-09", "2023-10-03", inv_done=Decimal(9_000_000))
    assert {"J2-024", "J2-102", "J2-103"} <= set(found)
    assert all(found[rule]["field"] == "inv_done" for rule in ("J2-102", "J2-103"))


def test_investment_of_the_year_is_what_the_list_grew_by(office: Office) -> None:
    """The list of last December held 40 of each of six works, this one 90: 300 of the year, from either side."""
    office.list(sound(**{f"r{n}": {"inv_done_total": "40.00", "stage": "ST07", "d_start": dt.date(2022, 11, 1),
                                   "d_finish": None, "d_accept": None, "start_ev": "E1"} for n in range(1, 7)}),
                "2023-01-04", "2022-12")  # fmt: skip
    said = office.month("2023-09", "2023-10-03", inv_done=Decimal(310))["X-007"]
    assert said["severity"] == "cannot_tell"  # no list of September yet
    said = office.list(sound(), "2023-10-04")["X-007"]
    assert said["severity"] == "warning" and "差 10" in said["message_zh"]
    at = dt.datetime.fromisoformat("2023-10-04T15:00+08:00")
    explain(office.receiver.home, office.last["submission_id"], "X-007", "W2", at=at)
    assert decide(office.receiver.home, office.last["submission_id"], "accept", by="王某", at=at)["state"] == "decided"
    assert "X-007" not in office.month("2023-09", "2023-10-05", inv_done=Decimal(300))
