"""What auditors have found (survey-forms §9), planted in real workbooks: which rule says it, how grave, and where.

One county: a plan of 10 communities of 5 buildings, 100 households and 8,000 m² in 8 projects; six have started. J1, J2
and J4 agree; each test changes one thing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingestion.blank import write_form
from ingestion.catalogue import catalogue
from ingestion.moments import CHINA
from quality.receive import Receiver
from tests.factories import write_return

STAGES = ["ST07", "ST07", "ST07", "ST08", "ST08", "ST09", "ST02", "ST03", "ST04", "ST06"]  # J2: 3, 2, 1; four waiting
NAMES = ["松涛", "云杉", "白桦", "银杏", "海棠", "丁香", "玉兰", "紫荆", "石榴", "梧桐"]
D = dt.date


def task(n: int, unit: str = "110108", **changes: Any) -> dict[str, Any]:
    """Community number n of the list; None leaves a cell blank."""
    stage = changes.get("stage", STAGES[n - 1])
    order = int(stage[2:])
    uid = f"{unit}{n:06d}"
    row: dict[str, Any] = {
        "xq_uid": uid, "task_id": f"{uid}-2023", "proj_id": f"P{min(n, 8)}", "xq_name": f"{NAMES[n - 1]}小区",
        "addr": f"{NAMES[n - 1]}路{n}号", "county_code": unit, "xq_kind": "K1", "built_first": 1988, "affil": "A1",
        "elig": "Y1", "prior": "N0", "bld": 5, "hh": 100, "area": "8000.00", "plan_year": 2023, "membership": "M1",
        "vote_hh": 100, "vote_part": 90, "vote_agree": 80, "d_plan": D(2023, 1, 20), "stage": stage,
        "inv_total": "270.00", "inv_done_total": "90.00" if order >= 7 else "0.00", "fund_arr": "80.00",
        "fund_paid": "50.00", "rec_status": "A",
        "d_start": D(2023, 5, 10) if order >= 7 else None, "start_ev": "E2" if order >= 7 else None,
        "d_finish": D(2023, 8, 20) if order >= 8 else None, "d_accept": D(2023, 9, 15) if order >= 9 else None,
    }  # fmt: skip
    return {**row, **changes}


def write_list(path: Path, rows: list[dict[str, Any]], *, unit: str = "110108", period: str = "2023-09",
               **lists: list[dict[str, Any]]) -> Path:  # fmt: skip
    form = catalogue().form("J4")
    tables = {}
    for name, given in {"J4": rows, **lists}.items():
        known = catalogue().field_sets[name].by_id
        tables[name] = [
            {k: Decimal(str(v)) if known[k].is_number else v for k, v in row.items() if v is not None} for row in given
        ]
    write_form(form, path, unit_code=unit, unit_name=catalogue().area(unit).name_zh, period=period, tables=tables,
               rulebook_version=catalogue().version)  # fmt: skip
    return path


def sound(**of: dict[str, Any]) -> list[dict[str, Any]]:
    """The ten rows; `r3={...}` changes row 3."""
    return [task(n, **of.get(f"r{n}", {})) for n in range(1, 11)]


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{text}T09:00").replace(tzinfo=CHINA)


@pytest.fixture
def receiver(tmp_path: Path) -> Receiver:
    return Receiver(tmp_path / "home")


Send = Callable[..., tuple[str, list[dict[str, Any]]]]


@pytest.fixture
def send(receiver: Receiver, tmp_path: Path) -> Send:
    """Receive one file: its verdict and findings, errors and warnings only unless asked."""

    def send(path: Path, at: str = "2023-10-04", everything: bool = False) -> tuple[str, list[dict[str, Any]]]:
        answer = receiver.receive([path], received_at=moment(at))[0]
        found = receiver.register.findings_of(answer["submission_id"])
        return answer["verdict"], [f for f in found if everything or f["severity"] in ("error", "warning")]

    return send


@pytest.fixture
def with_plan(send: Send, tmp_path: Path) -> None:
    assert send(write_return(tmp_path / "plan.xlsx", "J1", period="2023"), "2023-01-25")[0] == "accepted"


@pytest.fixture
def with_month(with_plan: None, send: Send, tmp_path: Path) -> None:
    assert send(write_return(tmp_path / "month.xlsx"), "2023-10-03")[0] == "accepted"


def test_a_county_whose_forms_agree_is_accepted(with_month: None, send: Send, tmp_path: Path) -> None:
    verdict, found = send(write_list(tmp_path / "j4.xlsx", sound()), everything=True)
    assert verdict == "accepted"
    # X-001 to X-010 could be told, and hold; X-007 lacks last December's list
    assert [(f["rule"], f["severity"]) for f in found if f["rule"].startswith("X-")] == [("X-007", "cannot_tell")]


F41 = {"task_id": "110108000001-2023", "src": "F41", "arrived": "60", "paid": "10", "first_arr": D(2022, 9, 30)}

# what is planted, the rule that must say it, how grave, and the cell (tasks stand in rows 10 to 19, lists from row 5)
PLANTED: list[tuple[str, dict[str, dict[str, Any]], dict[str, list[dict[str, Any]]], str, str, str]] = [
    ("works begun before the plan", {"r1": {"d_plan": D(2023, 6, 1)}}, {}, "J4-031", "warning", "AW10"),
    ("old works entered as new", {"r2": {"d_start": D(2021, 3, 1)}}, {}, "J4-031", "warning", "AW11"),
    ("subsidised before", {"r7": {"prior": "N3"}}, {}, "J4-003", "error", "X16"),
    ("start without evidence", {"r3": {"start_ev": "E9"}}, {}, "J4-011", "error", "AX12"),
    ("start without a date", {"r3": {"d_start": None}}, {}, "J4-011", "error", "AX12"),
    ("nothing done in two months", {"r1": {"inv_done_total": "0", "d_start": D(2023, 7, 30)}}, {}, "J4-012", "warning", "AW10"),
    ("start in the future", {"r1": {"d_start": D(2023, 10, 8)}}, {}, "J4-010", "error", "AW10"),
    ("accepted before it was done", {"r6": {"d_finish": D(2023, 9, 16)}}, {}, "J4-009", "error", "AY15"),
    ("money idle for a year", {}, {"J4F": [F41]}, "J4-022", "warning", "E5"),
    ("subsidy beyond basic works", {"r1": {"inv_jc": "30", "inv_ws": "100", "inv_ts": "140"}},
     {"J4F": [{"task_id": "110108000001-2023", "src": "F11", "planned": "102.01"}]}, "J4-021", "warning", "BL10"),
    ("a newer estate", {"r8": {"built_first": 2003}}, {}, "J4-006", "error", "P17"),
    ("a mixed estate", {"r8": {"built_first": 1988, "built_last": 2004}}, {}, "J4-007", "warning", "Q17"),
    ("one estate as two", {"r9": {"xq_name": "石榴小区东区", "hh": 40, "vote_hh": 40, "vote_part": 40, "vote_agree": 40},
                           "r10": {"xq_name": "石榴小区西区", "hh": 40, "vote_hh": 40, "vote_part": 40, "vote_agree": 40}},
     {}, "J4-005", "warning", "E19"),
    ("merged into nothing", {"r10": {"rec_status": "M"}}, {}, "J4-028", "error", "CT19"),
    ("square metres for 10,000", {"r4": {"area": "21.26", "hh": 1612, "vote_hh": 1612, "vote_part": 1500, "bld": 40}}, {},
     "J4-023", "warning", "AB13"),
    ("vote below two thirds", {"r5": {"vote_part": 60, "vote_agree": 50}}, {}, "J4-014", "warning", "AK14"),
    ("more agreed than voted", {"r8": {"vote_agree": 91}}, {}, "J4-013", "error", "AK17"),
    ("the same community twice", {"r10": {"xq_uid": "110108000009"}}, {}, "J4-001", "error", "A19"),
    ("started twice", {"r2": {"xq_uid": "110108000001", "plan_year": 2022}}, {}, "J4-004", "error", "A11"),
    ("another name for it", {"r10": {"xq_name": "农行家属楼", "addr": "建设街20号"},
                             "r9": {"xq_name": "农业银行家属楼", "addr": "建设街20号"}}, {}, "J4-002", "warning", "E19"),
    ("content that was not listed", {"r1": {"has_jc": True}}, {}, "J4-020", "error", "BR10"),
    ("a source twice", {}, {"J4F": [{**F41, "first_arr": None}, {**F41, "first_arr": None}]}, "J4-033", "error", "A6"),
    ("no date of completion", {"r5": {"d_finish": None}}, {}, "J4-032", "error", "AY14"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("of", "lists", "rule", "severity", "cell"), [p[1:] for p in PLANTED], ids=[p[0] for p in PLANTED]
)
def test_a_planted_fault_is_found_in_its_cell(
    send: Send, tmp_path: Path, of: dict[str, dict[str, Any]], lists: dict[str, list[dict[str, Any]]], rule: str,
    severity: str, cell: str,
) -> None:  # fmt: skip
    verdict, found = send(write_list(tmp_path / "j4.xlsx", sound(**of), **lists))
    said = [(f["rule"], f["severity"], f["cell"]) for f in found]
    assert (rule, severity, cell) in said
    assert verdict == ("returned" if any(s == "error" for _, s, _ in said) else "needs_explanation")
    assert all(f["row_key"] for f in found if f["rule"] == rule)


def test_houses_of_different_number_are_two(send: Send, tmp_path: Path) -> None:
    rows = sound(
        r9={"xq_name": "农业局家属楼(6号)", "addr": "建设街20号"},
        r10={"xq_name": "农业局家属楼(8号)", "addr": "建设街20号"},
    )
    assert send(write_list(tmp_path / "j4.xlsx", rows)) == ("accepted", [])


# -- between forms ------------------------------------------------------------------------------------------------
SEVEN: dict[str, Any] = {
    "xq_start": 7,
    "hh_start": 700,
    "bld_start": 35,
    "area_start": Decimal("56000.00"),
    "st_build": 4,
    "st_tender": 0,
}


def rules(found: list[dict[str, Any]]) -> list[str]:
    return [f["rule"] for f in found]


def test_a_list_is_held_against_the_month_in_force(
    with_month: None, receiver: Receiver, send: Send, tmp_path: Path
) -> None:
    """A seventh community starts in the list alone: the J4 is returned, and told which J2 says six, and where."""
    rows = sound(r10={"stage": "ST07", "d_start": D(2023, 9, 1), "start_ev": "E2"})
    verdict, found = send(write_list(tmp_path / "j4.xlsx", rows))
    assert (verdict, rules(found)) == ("returned", ["X-004", "X-005", "X-005"])  # and its households and area
    assert (
        "6 ≠" in found[0]["message_zh"]
        and "差 -1" in found[0]["message_zh"]
        and "J2 报送 S000002" in found[0]["message_zh"]
    )
    row = receiver.register.submission("S000002")
    assert receiver.register.column_map(row["map_id"])["xq_start"][1] in found[0]["message_zh"]
    assert found[0]["form"] == "J4" and found[0]["cell"] is None


def test_a_right_list_sent_back_for_a_wrong_month_is_judged_anew_once_that_is_mended(
    with_month: None, receiver: Receiver, send: Send, tmp_path: Path
) -> None:
    """Seven started is true; the J2 says six. The J2 is corrected, and the same list, byte for byte, is right now."""
    rows = sound(r10={"stage": "ST07", "d_start": D(2023, 9, 1), "start_ev": "E2"})
    path = write_list(tmp_path / "j4.xlsx", rows)
    assert send(path)[0] == "returned"
    j2 = write_return(tmp_path / "2" / "j2.xlsx", **SEVEN)
    assert receiver.receive([j2], received_at=moment("2023-10-09"))[0]["verdict"] == "accepted"
    again = tmp_path / "again" / "j4.xlsx"
    again.parent.mkdir()
    again.write_bytes(path.read_bytes())
    (answer,) = receiver.receive([again], received_at=moment("2023-10-10"))
    assert (answer["verdict"], answer["duplicate_of"]) == ("accepted", None)
    (twice,) = receiver.receive([again], received_at=moment("2023-10-11"))
    assert twice["duplicate_of"] == answer["submission_id"]


def test_a_month_is_held_against_the_list_in_force(with_plan: None, send: Send, tmp_path: Path) -> None:
    assert send(write_list(tmp_path / "j4.xlsx", sound()), "2023-10-03")[0] == "accepted"
    changes: dict[str, Any] = {"xq_start": 7, "st_build": 4, "st_tender": 0}
    verdict, found = send(write_return(tmp_path / "j2.xlsx", **changes))
    assert (verdict, rules(found)) == ("returned", ["X-004"])
    assert found[0]["cell"] and "J4 报送 S000002" in found[0]["message_zh"] and "7 ≠" in found[0]["message_zh"]


def test_both_corrected_and_filed_together_are_accepted(
    with_month: None, receiver: Receiver, send: Send, tmp_path: Path
) -> None:
    """Neither could be corrected by itself: each would be held against the other's old version."""
    assert send(write_list(tmp_path / "j4.xlsx", sound()))[0] == "accepted"
    j2 = write_return(tmp_path / "2" / "j2.xlsx", **SEVEN)
    j4 = write_list(
        tmp_path / "2" / "j4.xlsx", sound(r10={"stage": "ST07", "d_start": D(2023, 9, 1), "start_ev": "E2"})
    )
    answers = receiver.receive([j2, j4], received_at=moment("2023-10-09"))
    assert [a["verdict"] for a in answers] == ["accepted", "accepted"]


def test_works_outside_the_plan_must_be_in_both(with_month: None, send: Send, tmp_path: Path) -> None:
    off = task(9, xq_uid="110108000050", task_id="110108000050-2023", xq_name="翠竹小区", addr="翠竹路50号", membership="M2",
               stage="ST07", d_start=D(2023, 6, 1), start_ev="E2", inv_done_total="5")  # fmt: skip
    verdict, found = send(write_list(tmp_path / "j4.xlsx", [*sound(), off]))
    assert (verdict, rules(found)) == ("returned", ["X-006"])


def test_the_list_is_held_against_the_plan_in_households_area_buildings_and_projects(
    with_month: None, send: Send, tmp_path: Path
) -> None:
    rows = sound(r7={"hh": 101, "vote_hh": 101, "area": "8000.50", "bld": 6, "proj_id": "P1"})
    verdict, found = send(write_list(tmp_path / "j4.xlsx", rows))
    assert (verdict, rules(found)) == ("returned", ["X-002", "X-002", "X-002", "X-003"])
    assert ["1001" in f["message_zh"] for f in found] == [True, False, False, False]
    assert all("J1 报送 S000001" in f["message_zh"] for f in found)


def test_a_withdrawn_row_is_not_of_the_plan(with_month: None, send: Send, tmp_path: Path) -> None:
    gone = task(
        9, xq_uid="110108000050", task_id="110108000050-2023", xq_name="翠竹小区", addr="翠竹路50号", stage="ST98"
    )
    assert send(write_list(tmp_path / "j4.xlsx", [*sound(), gone]))[0] == "accepted"


def test_what_the_other_side_would_tell_is_counted_while_it_is_missing(send: Send, tmp_path: Path) -> None:
    verdict, found = send(write_list(tmp_path / "j4.xlsx", sound()), everything=True)
    told = {f["rule"]: f["severity"] for f in found if f["rule"].startswith("X-")}
    assert (
        told == dict.fromkeys((f"X-{n:03d}" for n in (1, 2, 3, 4, 5, 6, 7, 10)), "cannot_tell")
        and verdict == "accepted"
    )


def test_a_plan_that_comes_late_is_held_against_the_list(send: Send, tmp_path: Path) -> None:
    assert send(write_list(tmp_path / "j4.xlsx", sound()[:9]), "2023-10-03")[0] == "accepted"
    verdict, found = send(write_return(tmp_path / "plan.xlsx", "J1", period="2023"))
    assert verdict == "returned" and set(rules(found)) == {"X-001", "X-002", "X-010"}  # nine rows, eight projects
    assert "J4 报送 S000001（2023-09）" in found[0]["message_zh"]


def test_a_list_right_under_one_plan_is_not_held_against_the_next(with_month: None, send: Send, tmp_path: Path) -> None:
    """V2 (11 communities, confirmed on 20 June) arrives after the list of September was accepted under V1."""
    assert send(write_list(tmp_path / "j4.xlsx", sound()))[0] == "accepted"
    v2: dict[str, Any] = {"plan_version": "V2", "plan_xq": 11, "adj_in_xq": 1, "adj_out_xq": 0, "adj_reason": "R8",
                          "plan_confirm_date": "2023-06-20"}  # fmt: skip
    verdict, found = send(write_return(tmp_path / "v2.xlsx", "J1", period="2023", **v2), "2023-10-20", everything=True)
    assert verdict == "accepted"
    assert {f["severity"] for f in found if f["rule"] == "X-001"} == {"cannot_tell"}
    later = write_list(tmp_path / "oct.xlsx", sound(), period="2023-10")
    assert "X-001" in rules(send(later, "2023-11-04")[1])


def test_the_yearly_effects_are_held_against_december(send: Send, tmp_path: Path) -> None:
    rows = sound(r6={"d_settle": D(2023, 12, 1)})
    assert send(write_list(tmp_path / "j4.xlsx", rows, period="2023-12"), "2024-01-04")[0] == "accepted"
    effects: dict[str, Any] = {
        "e_xq": 2, "e_hh": 100, "e_bld": 5, "e_area": "8000.00", "pipe_total": "1.00", "p_water": "1.00", "park_add": 0,
        "evc": 0, "ebc": 0, "sport_area": 0, "energy_area": 0, "elev": 0, "svc_elder": 1, "svc_child": 0, "svc_total": 1,
        "pm_pro": 1, "pm_self": 0, "pm_other": 0, "pm_none": 1, "sat_n": 5, "sat_rate": "0.95", "sat_src": "G1",
        "misuse_amt": "3.00", "gov_oc": 3,
    }  # fmt: skip
    form = catalogue().form("J3")
    values = {k: Decimal(str(v)) if form.by_id[k].is_number else v for k, v in effects.items()}
    path = tmp_path / "j3.xlsx"
    write_form(form, path, unit_code="110108", unit_name="海淀区", period="2023", values=values,
               rulebook_version=catalogue().version)  # fmt: skip
    verdict, found = send(path, "2024-01-20")
    said = {f["rule"]: f for f in found}
    # one community was accepted in the year; 0.95 is no per cent; three owners' committees in two communities; one
    # without management; 5 of 100 households asked; money spent outside its purpose
    assert verdict == "returned" and {"X-008", "J3-004", "J3-005", "J3-007", "J3-009", "J3-015"} <= set(said)
    assert "≠ J4清单（12月）当年验收行数 1" in said["X-008"]["message_zh"] and said["X-008"]["cell"]


# -- between counties ---------------------------------------------------------------------------------------------
def test_one_community_in_two_counties(send: Send, tmp_path: Path) -> None:
    assert (
        send(write_list(tmp_path / "a.xlsx", sound(r1={"proj_code": "2023-110108-01"})), "2023-10-03")[0] == "accepted"
    )
    rows = [task(n, "110105") for n in range(1, 11)]
    rows[0] |= {"xq_uid": "110108000004", "proj_code": "2023-110108-01"}
    verdict, found = send(write_list(tmp_path / "b.xlsx", rows, unit="110105"))
    assert verdict == "returned"
    assert [(f["rule"], f["severity"], f["cell"], f["row_key"]) for f in found] == [
        ("L-003", "error", "A10", "110105000001-2023"), ("L-003", "warning", "D10", "110105000001-2023"),
    ]  # fmt: skip
    assert "110108 海淀区" in found[0]["message_zh"] and "S000001" in found[0]["message_zh"]
    assert send(write_list(tmp_path / "c.xlsx", rows, unit="110105", period="2023-10"), "2023-11-03")[0] == "accepted"


def test_of_two_lists_that_come_together_the_second_is_told(receiver: Receiver, tmp_path: Path) -> None:
    rows = [task(n, "110105") for n in range(1, 11)]
    rows[0]["xq_uid"] = "110108000004"
    paths = [write_list(tmp_path / "a.xlsx", sound()), write_list(tmp_path / "b.xlsx", rows, unit="110105")]
    assert [a["verdict"] for a in receiver.receive(paths)] == ["accepted", "returned"]


def test_a_rule_of_one_form_names_no_other(with_plan: None, send: Send, tmp_path: Path) -> None:
    assert send(write_list(tmp_path / "j4.xlsx", sound()), "2023-10-03")[0] == "accepted"
    found = send(write_return(tmp_path / "j2.xlsx", f_idle_1y=Decimal("3.00")))[1]
    assert rules(found) == ["J2-023"] and "J4" not in found[0]["message_zh"]
