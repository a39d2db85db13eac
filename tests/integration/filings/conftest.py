"""One year of money in two counties, put in by hand: 新余市 with 渝水区 and 分宜县. Every number is added up on paper below.

In 万元, life to date at the Decembers of 2022 → 2023 (rosters J4F):
  渝水 a1 2022  F11 arrived 100 → 180, paid 60 → 150, returned 0 → 5, allotted 150 → 200, first 2022-03-10
       a1 2022  F31 arrived 40 → 40, paid 40 → 40, returned blank, allotted 50 → 50
       a5 2022  F51 arrived 10, paid 6; merged in 2023, so that it counts no more
       a2 2023  F11 arrived 70, paid 30, returned 0, allotted 80, planned 100, first 2023-02-01
       a2 2023  F12 arrived 20, paid 5, returned blank, allotted 30, planned 30, first 2022-12-31
       a3 2023  F21 arrived 0, paid 0, allotted 10, planned 40; withdrawn from the plan (ST98)
       a4 2023  outside the plan (M2) with 999: never counts
  分宜 b1 2023  F11 arrived 0 → 50, paid 0 → 20, allotted 0 → 60, planned 60; F42 5 of each in 2023
In the calendar year 2023 渝水 had 170 come in and 125 paid (of which 10 and 6 of a5 stand in no December of the roster),
took back 5, opened with 44 and closed with 84; 分宜 had 55 and 25, and closed with 30.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from quality.warehouse import build
from tests.factories import SOUND_TASK
from tests.hand_made import file_return, file_returns
from tests.nation.home import filings

YUSHUI, FENYI = "360502", "360521"


def task(unit: str, number: int, year: int, **changes: Any) -> dict[str, Any]:
    uid = f"{unit}{number:06d}"
    return {**SOUND_TASK, "xq_uid": uid, "task_id": f"{uid}-{year}", "county_code": unit, "plan_year": year, **changes}


def money(unit: str, number: int, year: int, src: str, first: str | None = None, **amounts: str) -> dict[str, Any]:
    held: dict[str, Any] = {"task_id": f"{unit}{number:06d}-{year}", "src": src}
    held |= {k: Decimal(v) for k, v in amounts.items()}
    return held | ({"first_arr": dt.date.fromisoformat(first)} if first else {})


def source(src: str, **amounts: str) -> dict[str, Any]:
    return {"src": src, **{k: Decimal(v) for k, v in amounts.items()}}


def progress(home: Path, unit: str, **filed: str | None) -> None:
    """J2 of December 2023; money that is not named is zero or blank."""
    blank = dict.fromkeys(("f_cen_inv", "f_sbond", "f_res", "f_pipe", "f_return", "f_gbond", "p_sbond"))
    nothing = {"f_prov": "0", "f_local": "0", "f_idle_1y": "0"}
    file_return(home, "J2", unit, "2023-12", {**blank, **nothing, **filed})


def rosters(home: Path) -> None:
    a1, a5 = task(YUSHUI, 1, 2022, stage="ST07"), task(YUSHUI, 5, 2022, stage="ST07")
    y, f = YUSHUI, FENYI
    file_return(home, "J4", y, "2022-12", tables={"J4": [a1, a5], "J4F": [
        money(y, 1, 2022, "F11", "2022-03-10", planned="200", allotted="150", arrived="100", paid="60", returned="0"),
        money(y, 1, 2022, "F31", "2022-05-01", planned="50", allotted="50", arrived="40", paid="40"),
        money(y, 5, 2022, "F51", "2022-07-01", planned="10", arrived="10", paid="6"),
    ]})  # fmt: skip
    file_return(home, "J4", f, "2022-12", tables={"J4": [task(f, 1, 2023)], "J4F": [
        money(f, 1, 2023, "F11", planned="60", allotted="0", arrived="0", paid="0", returned="0"),
    ]})  # fmt: skip
    now = [
        a1, {**a5, "rec_status": "M"},
        task(y, 2, 2023, stage="ST07", hh=200, inv_total=Decimal(500), inv_jc=Decimal(300), inv_ws=Decimal(200),
             inv_done_total=Decimal(100)),
        task(y, 3, 2023, stage="ST98", inv_total=Decimal(40), inv_jc=Decimal(40), inv_done_total=Decimal(0)),
        task(y, 4, 2023, membership="M2", stage="ST07", inv_total=Decimal(999), inv_jc=Decimal(999)),
    ]  # fmt: skip
    file_return(home, "J4", y, "2023-12", tables={
        "J4": now,
        "J4C": [
            {"task_id": f"{y}000002-2023", "item": "JC01", "invest": Decimal(100)},
            {"task_id": f"{y}000002-2023", "item": "WS15", "invest": Decimal(50)},
        ],
        "J4F": [
            money(y, 1, 2022, "F11", "2022-03-10", planned="200", allotted="200", arrived="180", paid="150", returned="5"),
            money(y, 1, 2022, "F31", "2022-05-01", planned="50", allotted="50", arrived="40", paid="40"),
            money(y, 5, 2022, "F51", "2022-07-01", planned="10", arrived="10", paid="6"),
            money(y, 2, 2023, "F11", "2023-02-01", planned="100", allotted="80", arrived="70", paid="30", returned="0"),
            money(y, 2, 2023, "F12", "2022-12-31", planned="30", allotted="30", arrived="20", paid="5"),
            money(y, 3, 2023, "F21", planned="40", allotted="10", arrived="0", paid="0"),
            money(y, 4, 2023, "F11", "2023-01-01", planned="999", allotted="999", arrived="999", paid="1"),
        ],
    })  # fmt: skip
    file_return(home, "J4", f, "2023-12", tables={
        "J4": [task(f, 1, 2023, hh=120, inv_total=Decimal(60), inv_jc=Decimal(60), inv_done_total=Decimal(10))],
        "J4C": [{"task_id": f"{f}000001-2023", "item": "JC05", "invest": Decimal(60)}],
        "J4F": [
            money(f, 1, 2023, "F11", "2023-03-01", planned="60", allotted="60", arrived="50", paid="20", returned="0"),
            money(f, 1, 2023, "F42", "2023-06-01", planned="5", allotted="5", arrived="5", paid="5", returned="0"),
        ],
    })  # fmt: skip
    file_return(home, "J4", y, "2023-06", tables={"J4": [task(y, 2, 2023)], "J4F": [
        money(y, 2, 2023, "F11", "2023-02-01", planned="100", arrived="20"),
    ]})  # fmt: skip


def accounts_of_2023(home: Path) -> None:
    file_return(home, "J3", YUSHUI, "2023", {"e_xq": 3, "e_hh": 700, "elev": 4, "sat_rate": Decimal("90.5")}, {"J3F": [
        source("F11", planned="150", allotted="130", arrived="150", paid="120", returned="5", carry_in="40", carry_out="65"),
        source("F12", planned="30", allotted="30", arrived="20", paid="5", carry_out="15"),
        source("F21", allotted="10", arrived="0", paid="0", carry_out="0"),
        source("F51", arrived="0", paid="0", carry_in="4", carry_out="4"),
    ]})  # fmt: skip
    file_return(home, "J3", FENYI, "2023", {"e_xq": 1, "e_hh": 90, "elev": 2, "sat_rate": Decimal("80")}, {"J3F": [
        source("F11", planned="60", allotted="60", arrived="50", paid="20", carry_out="30"),
        source("F42", planned="5", allotted="5", arrived="5", paid="5", carry_out="0"),
    ]})  # fmt: skip
    progress(home, YUSHUI, inv_plan="180", f_open="44", f_total="170", f_cen_fin="150", f_cen_inv="20", p_total="125",
             p_cen_fin="120", f_return="5", f_close="84", f_idle_1y="20", hh_accept="690")  # fmt: skip
    progress(home, FENYI, inv_plan="65", f_open="0", f_total="55", f_cen_fin="50", f_gbond="5", p_total="25",
             p_cen_fin="20", f_close="30", hh_accept="90")  # fmt: skip


@pytest.fixture(scope="session")
def xinyu_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home described above, built; with one sample return that must touch none of it."""
    home = tmp_path_factory.mktemp("xinyu")
    rosters(home)
    accounts_of_2023(home)
    file_return(home, "J3", YUSHUI, "2023", {"e_xq": 9}, {"J3F": [source("F11", arrived="999")]}, sample=True)
    build(home)
    return home


@pytest.fixture(scope="session")
def nation_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The nation of tests/nation, built."""
    home = tmp_path_factory.mktemp("nation")
    file_returns(home, filings())
    build(home)
    return home
