"""What a successor is held against: the figures of the units that went into it. 蓬莱市 370684 and 长岛县 370634 became
蓬莱区 370614 on 1 January 2021; in a second rule book, on 1 July. 余杭区 330110 was split in April 2021.

The sound J2 closes with 400 (万元): opening 100, arrived 800, paid 500. Two of them together: opening 200, closing 800.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from ingestion.catalogue import Catalogue
from ingestion.reading import read_bytes
from ingestion.register import Register
from ingestion.store import Store
from quality.chase import chase
from quality.last_values import last_accepted
from quality.prefill import write_blank
from quality.receive import Receiver
from tests.factories import SOUND_TASK, row_of, write_return
from tests.hand_made import file_return
from tests.rulebooks import copied

PENGLAI, CHANGDAO, NOW = "370684", "370634", "370614"
NOTES = """year,old_code,new_code,effective,extent,zh,en,source
2020,370684,370614,2021-07,whole,某日起,on a day,ours: for a test
2020,370634,370614,2021-07,whole,某日起,on a day,ours: for a test
"""
TWICE = {"f_open": Decimal("200.00"), "f_total": Decimal("1600.00"), "f_cen_fin": Decimal("1100.00"),
         "p_total": Decimal("1000.00"), "f_close": Decimal("800.00")}  # fmt: skip


class Desk:
    def __init__(self, folder: Path, book: Catalogue) -> None:
        self.folder, self.book = folder, book
        self.receiver = Receiver(folder / "home", book)
        self.sent = 0

    def send(self, unit: str, period: str, form: str = "J2", **changes: Any) -> dict[str, dict[str, Any]]:
        """rule → its first finding. What is asked about is put in force past the desk: the next months need it."""
        self.sent += 1
        path = write_return(self.folder / f"{self.sent}.xlsx", form, unit=unit, period=period, **changes)
        [answer] = self.receiver.receive([path])
        found: dict[str, dict[str, Any]] = {}
        for finding in self.receiver.register.findings_of(answer["submission_id"]):
            found.setdefault(finding["rule"], finding)
        self.verdict = answer["verdict"]
        return found


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, Catalogue())


@pytest.fixture
def midyear(tmp_path: Path) -> Desk:
    root = copied(tmp_path)
    (root / "areas" / "boundary_notes.csv").write_text(NOTES, encoding="utf-8")
    return Desk(tmp_path, Catalogue(root))


def test_the_opening_balance_of_a_year_is_the_sum_of_the_merged_units(desk: Desk) -> None:
    desk.send(PENGLAI, "2020-12")
    assert desk.send(NOW, "2021-01", f_open=400)["J2-009"]["severity"] == "cannot_tell"  # 长岛's December is not in
    desk.send(CHANGDAO, "2020-12")
    said = desk.send(NOW, "2021-01", f_open=390)["J2-009"]
    assert said["severity"] == "error" and "390" in said["message_zh"] and "800 万元" in said["message_zh"]
    assert "J2-009" not in desk.send(NOW, "2021-01", f_open=800, f_close=1100)


def test_inside_a_year_the_month_before_is_the_sum(midyear: Desk) -> None:
    for unit in (PENGLAI, CHANGDAO):
        midyear.send(unit, "2021-06", f_open=100)
    found = midyear.send(NOW, "2021-07", f_open=150)
    assert "150 ≠ 上月 200" in found["J2-028"]["message_zh"]
    assert "1800 降为 900" in found["J2-012"]["message_zh"]  # a year to date goes on from the sum
    assert "J2-028" not in midyear.send(NOW, "2021-07", **TWICE)


def test_of_a_split_unit_the_month_before_is_not_known(desk: Desk) -> None:
    desk.send("330110", "2021-03", f_open=100)
    for unit in ("330110", "330113"):
        found = desk.send(unit, "2021-04", f_open=77)
        assert found.get("J2-028", {}).get("severity") != "error"
    desk.send("330106", "2021-03", f_open=100)
    assert desk.send("330106", "2021-04", f_open=77)["J2-028"]["severity"] == "error"  # a unit that did not change


def test_the_plans_of_the_merged_units_count_until_the_successor_has_its_own(desk: Desk) -> None:
    plan = {"plan_year": 2021, "plan_version": "V1", "plan_doc_no": "烟建发〔2020〕1号"}
    for unit, bureau in ((PENGLAI, "烟"), (CHANGDAO, "长")):
        found = desk.send(
            unit, "2021", "J1", plan_confirm_date="2020-12-20", **{**plan, "plan_doc_no": f"{bureau}〔2020〕1号"}
        )
        assert found["EVA-002"]["severity"] == "info" and found["EVA-002"]["found"] == unit
        assert desk.verdict == "accepted"
    late = desk.send(PENGLAI, "2022", "J1", plan_confirm_date="2021-12-20", **{**plan, "plan_year": 2022})
    assert late["EVA-002"]["severity"] == "error"  # a plan of a year that began without it
    # J2-005: the stages are those of the plan in force, 10 communities in each of the two
    assert "小区数 20" in desk.send(NOW, "2021-02")["J2-005"]["message_zh"]
    assert "J2-005" not in desk.send(NOW, "2021-02", st_consult=11)
    adjusted = {**plan, "plan_version": "V2", "plan_confirm_date": "2021-02-20", "adj_in_xq": 0}
    # J1-017: the version before is the 20 of the two together, of which 10 are left
    assert desk.send(NOW, "2021", "J1", **adjusted, adj_out_xq=0)["J1-017"]["severity"] == "error"
    found = desk.send(NOW, "2021", "J1", **adjusted, adj_out_xq=10)
    assert "J1-017" not in found and found["V-003"]["severity"] == "error"  # half of the plan is gone without a reason
    assert "V-003" not in desk.send(NOW, "2021", "J1", **adjusted, adj_out_xq=10, adj_reason="R1")
    assert "J2-005" not in desk.send(NOW, "2021-03")
    assert "小区数 10" in desk.send(NOW, "2021-03", st_consult=11)["J2-005"]["message_zh"]


def test_a_blank_shows_what_the_merged_units_filed_last_together_and_names_them(desk: Desk, tmp_path: Path) -> None:
    home, first, out = tmp_path / "home", tmp_path / "first.xlsx", tmp_path / "blank.xlsx"
    desk.send(PENGLAI, "2020-12")
    made = write_blank(home, "J2", NOW, "2021-01", first, prefill=True, catalogue=desk.book)
    assert made["previous"] is None  # what one of two filed is not what both of them had
    desk.send(CHANGDAO, "2020-12", hh_start=590, hh_accept=None)
    made = write_blank(home, "J2", NOW, "2021-01", out, prefill=True, catalogue=desk.book)
    assert made["previous"]["submission_id"] is None and made["previous"]["period"] == "2020-12"
    assert [(r["unit_code"], r["unit_name"]) for r in made["previous"]["of"]] == [
        (CHANGDAO, "长岛县"),
        (PENGLAI, "蓬莱市"),
    ]
    sheet = openpyxl.load_workbook(out).worksheets[0]
    beside = {code: sheet.cell(row_of(sheet, code), 5).value for code in ("01", "02", "40", "25")}
    assert beside == {"01": 12, "02": 1190, "40": 1800, "25": None}  # one of the two left this blank
    words = [str(c.value) for row in sheet.iter_rows(max_row=16) for c in row if c.value and "区划有变" in str(c.value)]
    assert len(words) == 1 and f"{CHANGDAO} 长岛县 2020-12、{PENGLAI} 蓬莱市 2020-12" in words[0]
    result = read_bytes(out.read_bytes(), desk.book)[0]
    assert (result.unit_code, result.values) == (NOW, {})
    desk.send(NOW, "2021-01", f_open=800, f_close=1100)
    made = write_blank(home, "J2", NOW, "2021-02", tmp_path / "next.xlsx", prefill=True, catalogue=desk.book)
    assert [r["unit_code"] for r in made["previous"]["of"]] == [NOW]


def test_the_roster_of_a_successor_is_that_of_the_units_that_went_into_it(desk: Desk, tmp_path: Path) -> None:
    home, out = tmp_path / "home", tmp_path / "blank.xlsx"
    for unit in (PENGLAI, CHANGDAO):
        rows = [{**SOUND_TASK, "xq_uid": f"{unit}000001", "task_id": f"{unit}000001-2020", "county_code": unit}]
        file_return(home, "J4", unit, "2020-12", {}, {"J4": rows})
    write_blank(home, "J4", NOW, "2021-01", out, prefill=True, catalogue=desk.book)
    rows = read_bytes(out.read_bytes(), desk.book)[0].tables["J4"]
    held = [(r.values["task_id"].value, r.values["county_code"].value) for r in rows]
    assert held == [(f"{CHANGDAO}000001-2020", NOW), (f"{PENGLAI}000001-2020", NOW)]


def test_a_successor_weighs_what_went_into_it(desk: Desk, tmp_path: Path) -> None:
    desk.send(PENGLAI, "2020-12")
    register, store = Register(tmp_path / "home"), Store(tmp_path / "home", desk.book)

    def weight(period: str) -> Decimal | None:
        return last_accepted(register, store, "return", "J2", "hh_start", period, [NOW, "370602"], period).get(NOW)

    assert weight("2021-02") is None  # one of the two has never filed
    desk.send(CHANGDAO, "2020-12", hh_start=590)
    assert weight("2021-02") == 600 + 590
    rows = chase(tmp_path / "home", "J2", "2021-02", province="370000", catalogue=desk.book)["rows"]
    assert (rows[0]["unit_code"], rows[0]["effect"]) == (NOW, 1190)
    desk.send(NOW, "2021-01", hh_start=610, f_open=800, f_close=1100)
    assert weight("2021-02") == 610
    register.close()
