"""Rules over rows: cells and keys of findings, limits, likeness of names, and the time that many rows take."""

from __future__ import annotations

import datetime as dt
import time
from decimal import Decimal
from typing import Any

import pytest

from ingestion.catalogue import catalogue
from ingestion.form_model import FormTable
from ingestion.model import Finding, ReadResult
from ingestion.similar_places import Place, similar_pairs
from ingestion.table_rows import Slot, TableRows
from ingestion.workbook import column_letters
from quality.audit import relations
from quality.audit.run import audit

UIDS = "110108{:06d}"


def task(n: int = 1, **changes: Any) -> dict[str, Any]:
    """One community whose works started in May, with every core column sound. None leaves a cell blank."""
    row: dict[str, Any] = {
        "xq_uid": UIDS.format(n), "task_id": f"{UIDS.format(n)}-2023", "proj_id": f"P{n}", "xq_name": f"松涛路{n}号院",
        "addr": f"松涛路{n}号", "county_code": "110108", "xq_kind": "K1", "built_first": 1988, "built_last": 1990,
        "affil": "A1", "elig": "Y1", "prior": "N0", "bld": 5, "hh": 100, "area": "8000.00", "plan_year": 2023,
        "membership": "M1", "vote_hh": 100, "vote_part": 90, "vote_agree": 80, "d_plan": dt.date(2023, 1, 20),
        "d_start": dt.date(2023, 5, 1), "start_ev": "E2", "stage": "ST07", "inv_total": "270.00",
        "inv_done_total": "90.00", "fund_arr": "80.00", "fund_paid": "50.00", "rec_status": "A", "has_jc": False,
        "has_ws": False, "has_ts": False, "inv_jc": "270", "inv_ws": "0", "inv_ts": "0",
    }  # fmt: skip
    return {**row, **changes}


def roster(period: str = "2023-09", **tables: list[dict[str, Any]]) -> ReadResult:
    """A J4 as the reader gives it: columns in the order of the form from A on, rows from 10 on."""
    result = ReadResult(form="J4", unit_code="110108", period=period)
    for table in catalogue().form("J4").tables:
        assert isinstance(table, FormTable)
        letters = {f.id: column_letters(n) for n, f in enumerate(table.fields, start=1)}
        result.columns[table.id] = {n: (table.sheet, c) for n, c in letters.items()}
        held = result.tables[table.id] = TableRows(table.sheet, [Slot(n, c, None) for n, c in letters.items()])
        for no, row in enumerate(tables.get(table.id, []), start=10):
            typed = {n: Decimal(str(v)) if table.by_id[n].is_number and v is not None else v for n, v in row.items()}
            held.add(no, [None if (v := typed.get(n)) is None else (v, v, str(row[n])) for n in letters])
    return result


def audited(result: ReadResult) -> list[Finding]:
    audit([result], [{}], catalogue())
    return [f for f in result.findings if f.severity in ("error", "warning")]


def test_a_sound_row_is_said_nothing_of() -> None:
    result = roster(J4=[task()])
    audit([result], [{}], catalogue())
    assert result.findings == []


def test_a_finding_names_sheet_cell_key_and_value() -> None:
    found = [f for f in audited(roster(J4=[task(), task(2, elig="Y1", built_first=2003)])) if f.rule == "J4-006"]
    assert [(f.rule, f.severity, f.field, f.sheet, f.cell, f.row_key) for f in found] == [
        ("J4-006", "error", "built_first", "改造项目", "P11", "110108000002-2023")
    ]
    assert "2003" in found[0].message_zh and found[0].message_zh.startswith("P11：") and found[0].form == "J4"


def test_a_row_of_a_list_below_has_the_key_of_its_own() -> None:
    fund = {
        "task_id": UIDS.format(1) + "-2023",
        "src": "F41",
        "arrived": "60",
        "paid": "10",
        "first_arr": dt.date(2022, 9, 30),
    }
    found = audited(roster(J4=[task(fund_arr="60", fund_paid="10")], J4F=[fund]))
    assert [(f.rule, f.severity, f.sheet, f.cell, f.row_key) for f in found] == [
        ("J4-022", "warning", "资金明细", "E10", "110108000001-2023/F41")
    ]


def test_a_required_blank_points_at_the_empty_cell() -> None:
    found = audited(roster(J4=[task(hh=None, stage="ST08", d_finish=None)]))
    assert [(f.rule, f.field, f.cell) for f in found if f.rule == "J4-032"] == [
        ("J4-032", "hh", "AB10"), ("J4-032", "d_finish", "AY10"),
    ]  # fmt: skip


def test_a_required_cell_that_could_not_be_read_is_said_once() -> None:
    result = roster(J4=[task(hh=None)])
    result.add(Finding("FDT-001", "error", "B0", "", "", "J4", "hh", "改造项目", "AB10"))
    assert "J4-032" not in {f.rule for f in audited(result)}


def test_a_duplicate_is_one_finding_that_names_the_other_cell() -> None:
    found = audited(roster(J4=[task(), task(2), task(1, proj_id="P9", d_start=None, start_ev=None, stage="ST02")]))
    assert [(f.rule, f.cell, f.row_key) for f in found] == [
        ("J4-001", "B12", "110108000001-2023"), ("J4-001", "A12", "110108000001-2023"),
    ]  # fmt: skip
    assert "B10" in found[0].message_zh and "A10" in found[1].message_zh


def test_more_than_fifty_of_a_kind_are_counted_not_left_out() -> None:
    result = roster(J4=[task(n, elig="Y2") for n in range(1, 61)])
    found = [f for f in audited(result) if f.rule == "J4-006"]
    assert len(found) == 51 and "另有 10 处" in found[-1].message_zh and found[-1].severity == "error"


def test_lists_that_are_judged_in_several_batches_get_their_own_findings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relations, "BATCH_ROWS", 3)
    faulty = [0, 2, 1, 0, 3]  # rows of each list that were built too late
    lists = [roster(J4=[*(task(n, elig="Y1", built_first=2003) for n in range(1, k + 1)), task(9)]) for k in faulty]
    audit(lists, [{}] * len(lists), catalogue())
    found = [[f.cell for f in r.findings if f.rule == "J4-006"] for r in lists]
    assert found == [[f"P{row}" for row in range(10, 10 + k)] for k in faulty]


def test_what_cannot_be_told_is_one_finding_a_rule_with_the_number_of_rows() -> None:
    result = roster(J4=[task(n, built_last=None, inv_jc=None) for n in range(1, 61)])
    audit([result], [{}], catalogue())
    assert [(f.rule, f.severity) for f in result.findings] == [("J4-007", "cannot_tell"), ("J4-021", "cannot_tell")]
    assert "60 行" in result.findings[0].message_zh and "最晚建成年份" in result.findings[0].message_zh


def test_a_blank_date_hides_no_other_pair() -> None:
    dates = {"d_reserve": dt.date(2023, 2, 1), "d_finish": dt.date(2023, 4, 30)}  # after d_plan; before d_start
    found = audited(roster(J4=[task(**dates)]))
    assert [(f.rule, f.field) for f in found] == [("J4-009", "d_reserve"), ("J4-009", "d_start")]


def test_rules_that_judge_rows_of_two_returns_do_not_mix_them() -> None:
    one, two = (
        roster(J4=[task(has_jc=True)], J4C=[{"task_id": task()["task_id"], "item": "JC01"}]),
        roster(J4=[task(has_jc=True)]),
    )
    audit([one, two], [{}, {}], catalogue())
    assert [f.rule for f in one.findings] == [] and [f.rule for f in two.findings] == ["J4-020"]


def test_five_thousand_rows_take_seconds() -> None:
    """Bounds are wide: the machine may be busy. The worst for likeness is a sheet of nothing but likenesses."""
    many = roster(
        J4=[task(n) for n in range(1, 5001)],
        J4F=[{"task_id": task(n)["task_id"], "src": "F11"} for n in range(1, 5001)],
    )
    began = time.perf_counter()
    audit([many], [{}], catalogue())
    assert time.perf_counter() - began < 15
    began = time.perf_counter()
    similar_pairs([Place("110108", str(n), ("小区",), "路") for n in range(5000)], 0.9)
    assert time.perf_counter() - began < 15
