"""What findings and missing units may change: effects and shares worked out by hand from the returns filed here."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from quality.chase import chase
from quality.influence import list_by_influence, show_with_influence
from quality.receive import Receiver
from tests.factories import SECOND_TASK, SOUND_J4, SOUND_TASK, edit, set_value, write_return, write_roster


class Desk:
    def __init__(self, folder: Path) -> None:
        self.folder, self.receiver, self.files = folder, Receiver(folder / "home"), 0

    def file(self, unit: str, change: Callable[[Worksheet], None] | None = None, **options: Any) -> str:
        self.files += 1
        path = write_return(self.folder / f"{self.files}.xlsx", unit=unit, **options)
        if change:
            edit(path, change)
        return str(self.receiver.receive([path])[0]["submission_id"])

    def influence(self, submission: str, rule: str) -> dict[str, Any]:
        found = show_with_influence(self.receiver.home, submission)["findings"]
        held: dict[str, Any] = next(f["influence"] for f in found if f["rule"] == rule)
        return held


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """In force for September: two counties, 110101 of 北京 and 130102 of 河北, each 800.00 万元 arrived and 500.00 paid."""
    made = Desk(tmp_path)
    made.file("110101")
    made.file("130102")
    return made


def test_a_false_total_may_change_what_it_differs_by(desk: Desk) -> None:
    wrong = desk.file("110105", f_total=900, f_close=500)  # the parts add up to 800.00 万元
    held = desk.influence(wrong, "J2-007")
    assert (held["effect"], held["unit"], held["basis"]) == ("1000000", "元", "difference")
    assert "funds_arrived" in held["indicators"]
    # 100 of 800 万元 in force in 北京, of 1,600 in the nation; the returned 900 is in neither
    assert (held["share_province"], held["share_nation"], held["reason_zh"]) == ("0.125", "0.0625", "")


def test_where_the_rule_expects_nothing_of_the_cell_its_whole_value_counts(desk: Desk) -> None:
    late = desk.file("110105", p_total=100, f_close=800)  # paid under a fifth of 900 万元 of investment: J2-022
    held = desk.influence(late, "J2-022")
    assert (held["effect"], held["basis"]) == ("1000000", "value")
    assert (held["share_province"], held["share_nation"]) == ("0.2", "0.1")  # of 500 and of 1,000 万元


def test_a_blank_or_unreadable_cell_counts_with_the_last_accepted_value(desk: Desk) -> None:
    desk.file("110106", period="2023-08", f_total=700, f_local=150, f_close=300)
    for typed, rule in ((None, "J2-001"), ("七百", "FDT-001")):
        held = desk.influence(desk.file("110106", set_value("42", typed)), rule)
        assert (held["effect"], held["basis"], held["share_province"]) == ("7000000", "last_accepted", "0.875")


def test_nothing_is_said_where_nothing_can_be_said(desk: Desk) -> None:
    never = desk.influence(desk.file("110107", set_value("42", "七百")), "FDT-001")
    assert (never["effect"], never["share_nation"]) == (None, None) and "没有已接收的往期数" in never["reason_zh"]
    off = desk.influence(desk.file("110108", xq_off=2), "J2-015")  # nobody else has any: a share of zero is none
    assert (off["effect"], off["share_nation"]) == (2, None) and "合计为零" in off["reason_zh"]


def test_a_field_of_no_published_indicator_says_so(desk: Desk) -> None:
    held = desk.influence(desk.file("110107", set_value("13", "两个")), "FDT-001")  # 13: being consulted
    assert held["indicators"] == [] and held["effect"] is None and "不进入发布指标" in held["reason_zh"]


def test_what_a_province_files_of_itself_is_not_added_to_its_counties(desk: Desk) -> None:
    desk.file("110000", xq_start=6)
    held = desk.influence(desk.file("110105", f_total=900, f_close=500), "J2-007")
    assert held["share_province"] == "0.125"


def test_a_row_of_a_list_is_found_by_its_sheet_and_row(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    sound = write_roster(tmp_path / "a.xlsx", unit="110101", tables=_of("110101"))
    assert desk.receiver.receive([sound])[0]["verdict"] == "accepted"
    tables = _of("110108")
    tables["J4"][1] = {**tables["J4"][1], "hh": 310, "vote_hh": 310, "area": Decimal("2.40")}  # J4-023
    wrong = desk.receiver.receive([write_roster(tmp_path / "b.xlsx", tables=tables)])[0]["submission_id"]
    found = show_with_influence(desk.receiver.home, wrong)["findings"]
    held = next(f for f in found if f["rule"] == "J4-023")
    influence = held["influence"]
    assert (held["field"], influence["effect"], influence["basis"]) == ("hh", 310, "value")  # the second row's
    assert influence["share_province"] == "0.516667"  # of 600 households in the list in force


def _of(unit: str) -> dict[str, list[dict[str, Any]]]:
    """The two sound tasks as tasks of a unit."""

    def moved(row: dict[str, Any]) -> dict[str, Any]:
        return {k: v.replace("110108", unit) if isinstance(v, str) else v for k, v in row.items()}

    return {
        **{t: [moved(r) for r in rows] for t, rows in SOUND_J4.items()},
        "J4": [moved(SOUND_TASK), moved({**SECOND_TASK, "hh": 300})],
    }


def test_lists_begin_with_the_greatest_effect_and_name_its_cell(desk: Desk) -> None:
    small = desk.file("110105", f_total=900, f_close=500)  # 100 of 1,600 万元: 0.0625
    great = desk.file("110106", p_total=100, f_close=800)  # 100 of 1,000 万元: 0.1
    rows = list_by_influence(desk.receiver.home, form="J2", period="2023-09")
    assert [r["submission_id"] for r in rows][:2] == [great, small] and len(rows) == 4
    assert (rows[0]["influence"]["rule"], rows[1]["influence"]["rule"]) == ("J2-010", "J2-007")
    assert rows[1]["influence"]["cell"].startswith("D") and rows[2]["influence"] is None
    assert [r["submission_id"] for r in list_by_influence(desk.receiver.home, unit="110105")] == [small]


def test_a_missing_unit_counts_with_its_last_accepted_value(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    for unit, times in (("110101", 1), ("110105", 3), ("130102", 4)):
        changes = {"plan_xq": 10 * times, "plan_hh": 1000 * times, "plan_bld": 50 * times, "plan_proj": 8 * times,
                   "plan_area": 80000 * times, "pf_total": 2700 * times, "pf_cen_fin": 900 * times,
                   "pf_cnty": 1800 * times}  # fmt: skip
        desk.file(unit, form="J1", period="2023", **changes)
    found = chase(desk.receiver.home, "J2", "2023-09", province="110000")["rows"]
    said = [(r["unit_code"], r["effect"], r["effect_unit"], r["share_province"], r["share_nation"]) for r in found]
    assert said[:2] == [("110105", 3000, "户", "0.75", "0.375"), ("110101", 1000, "户", "0.25", "0.125")]
    assert said[2][1:] == (None, "户", None, None)
    everyone = chase(desk.receiver.home, "J2", "2023-09")["rows"]
    assert [r["unit_code"] for r in everyone[:3]] == ["130102", "110105", "110101"]
    assert everyone[0]["share_province"] == "1"
