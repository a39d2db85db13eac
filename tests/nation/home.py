"""A nation made by hand: 3 provinces, 12 counties, 15 months (2021-10 to 2022-12), every event that moves a figure.

The numbers filed stand in the tables beside this file, the answers worked out on paper in `sums.csv` and `figures.csv`;
README.md says how to read them. `filings()` turns the tables into returns; nothing here knows how a figure is made.
"""

from __future__ import annotations

import csv
import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

from ingestion.catalogue import catalogue
from ingestion.moments import stamp
from tests.factories import SOUND_TASK
from tests.hand_made import Filing

HERE = Path(__file__).parent
LIANGZIHU, HUARONG, ECHENG = "420702", "420703", "420704"
ACCEPTED = {LIANGZIHU: 4, HUARONG: 3, ECHENG: 6, "350404": 5, "350481": 1}  # J3 e_xq; row NN of J3 is this × NN
YEAR_DUE = "200"  # J2 39, 万元, in every unit and month


def table(name: str) -> list[dict[str, str]]:
    with (HERE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def moment(day: str) -> str:
    """A day of the tables as a moment: everything comes and is decided at eight in the morning."""
    return stamp(dt.datetime.fromisoformat(f"{day}T08:00:00+00:00"))


def _later(day: str, days: int) -> str:
    return (dt.date.fromisoformat(day) + dt.timedelta(days=days)).isoformat()


def _after(period: str) -> dt.date:
    """First day of the next month."""
    return dt.date(int(period[:4]) + int(period[5:]) // 12, int(period[5:]) % 12 + 1, 1)


def _scaled(form: str, base: int) -> dict[str, Any]:
    return {r["field"]: base * Decimal(r["factor"]) for r in table("factors") if r["form"] == form}


def progress() -> list[Filing]:
    """J2 of every unit and month that filed one; a return comes on the 3rd and is decided on the 4th unless told otherwise."""
    told = table("events")
    extras = table("extras")
    found = []
    for row in table("progress"):
        unit = row.pop("unit")
        row.pop("name")
        for period, start in row.items():
            if not start:
                continue
            due = _after(period).replace(day=3).isoformat()
            usual = {
                "version": "1", "xq_start": start, "received": due, "decided": _later(due, 1), "status": "accepted"
            }  # fmt: skip
            versions = [e for e in told if (e["unit"], e["period"]) == (unit, period)] or [usual]
            assert versions[-1]["xq_start"] == start, (unit, period)
            for version in versions:
                values = _scaled("J2", int(version["xq_start"])) | {"inv_plan": Decimal(YEAR_DUE)}
                for extra in extras:
                    if extra["unit"] == unit and extra["first"] <= period <= extra["last"]:
                        values[extra["field"]] = Decimal(extra["value"]) if extra["value"] else None
                found.append(
                    Filing("J2", unit, period, {k: v for k, v in values.items() if v is not None},
                           received=moment(version["received"]), decided=moment(version["decided"]),
                           status=version["status"], version=int(version["version"]))
                )  # fmt: skip
    return found


def plans() -> list[Filing]:
    """J1, every version; it comes five days after it was confirmed and is decided the day after."""
    found = []
    for row in table("plans"):
        received = row["received"] or _later(row["confirmed"], 5)
        values = _scaled("J1", int(row["plan_xq"])) | {
            "plan_year": Decimal(row["year"]), "plan_version": row["version"], "plan_doc_no": "建发1号",
            "plan_confirm_date": dt.date.fromisoformat(row["confirmed"]),
        }  # fmt: skip
        found.append(
            Filing("J1", row["unit"], row["year"], values, received=moment(received),
                   decided=moment(row["decided"] or _later(received, 1)))
        )  # fmt: skip
    return found


def _money(**rows: list[dict[str, str]]) -> dict[str, list[dict[str, Any]]]:
    words = {"src", "task_id", "item", "first_arr"}
    return {
        name: [{k: v if k in words else Decimal(v) for k, v in row.items()} for row in held]
        for name, held in rows.items()
    }


def effects() -> list[Filing]:
    """J3 of 2022 with the fund accounts of 鄂州's three units."""
    accounts = {
        LIANGZIHU: [
            {"src": "F11", "planned": "40", "allotted": "36", "arrived": "30", "paid": "20", "returned": "1",
             "carry_in": "2", "carry_out": "11"},
            {"src": "F21", "planned": "10", "allotted": "10", "arrived": "8", "paid": "8", "carry_out": "0"},
        ],
        HUARONG: [
            {"src": "F11", "planned": "20", "allotted": "20", "arrived": "16", "paid": "10", "carry_out": "6"},
            {"src": "F51", "arrived": "3", "paid": "2", "carry_out": "1"},
        ],
        ECHENG: [
            {"src": "F12", "planned": "50", "allotted": "45", "arrived": "45", "paid": "30", "returned": "5",
             "carry_out": "10"},
            {"src": "F41", "planned": "25", "allotted": "25", "arrived": "20", "paid": "20", "carry_out": "0"},
        ],
    }  # fmt: skip
    found = []
    for unit, base in ACCEPTED.items():
        values: dict[str, Any] = {"sat_src": "G1"}
        for field in catalogue().form("J3").fields:
            if field.type != "code":  # percentages are the row number itself, in every unit
                values[field.id] = Decimal(int(field.code) * (1 if field.unit == "%" else base))
        found.append(
            Filing("J3", unit, "2022", values, _money(J3F=accounts.get(unit, [])), received=moment("2023-01-20"),
                   decided=moment("2023-01-21"))
        )  # fmt: skip
    return found


def _task(unit: str, number: int, year: int, **changes: Any) -> dict[str, Any]:
    uid = f"{unit}{number:06d}"
    blank = dict.fromkeys(("inv_total", "inv_jc", "inv_ws", "inv_ts", "inv_done_total"))
    held = {**SOUND_TASK, **blank, "xq_uid": uid, "task_id": f"{uid}-{year}", "county_code": unit, "plan_year": year}
    held |= {k: Decimal(v) if k.startswith("inv_") else v for k, v in changes.items()}
    return {k: v for k, v in held.items() if v is not None}


def _source(unit: str, number: int, year: int, first: str | None, **amounts: str) -> dict[str, Any]:
    row = {"task_id": f"{unit}{number:06d}-{year}", **amounts}
    return row | ({"first_arr": dt.date.fromisoformat(first)} if first else {})


def rosters() -> list[Filing]:
    """J4 of December 2022 in 鄂州's three units: tasks, their money to date and some content items."""
    l, h, e = LIANGZIHU, HUARONG, ECHENG  # noqa: E741
    held = {
        l: ([
            _task(l, 1, 2022, stage="ST07", hh=100, inv_total="50", inv_jc="30", inv_ws="20", inv_done_total="40"),
            _task(l, 2, 2021, stage="ST99", hh=80),
        ], [
            _source(l, 1, 2022, "2021-11-30", src="F11", planned="40", allotted="36", arrived="30", paid="20", returned="1"),
            _source(l, 2, 2021, "2022-01-15", src="F21", allotted="10", arrived="10", paid="4"),
        ], [{"task_id": f"{l}000001-2022", "item": "JC01", "invest": "12"}]),
        h: ([
            _task(h, 1, 2022, stage="ST02", hh=60, inv_total="20", inv_jc="20", inv_ws="0", inv_done_total="0"),
            _task(h, 2, 2022, stage="ST07", hh=999, membership="M2"),
        ], [
            _source(h, 1, 2022, "2022-12-31", src="F11", planned="20", allotted="20", arrived="16", paid="10", returned="0"),
        ], [{"task_id": f"{h}000001-2022", "item": "JC01", "invest": "8"}]),
        e: ([
            _task(e, 1, 2022, stage="ST10", hh=200, inv_total="70", inv_jc="10", inv_ws="50", inv_ts="10",
                  inv_done_total="60"),
            _task(e, 2, 2022, stage="ST98", hh=50, inv_total="5", inv_jc="5", inv_done_total="0"),
        ], [
            _source(e, 1, 2022, "2022-06-01", src="F12", planned="50", allotted="45", arrived="45", paid="30", returned="5"),
            _source(e, 1, 2022, "2021-12-31", src="F41", planned="25", allotted="25", arrived="20", paid="20", returned="0"),
            _source(e, 2, 2022, None, src="F21", planned="5", allotted="1", arrived="1", paid="0"),
        ], [{"task_id": f"{e}000001-2022", "item": "WS15", "invest": "30"}]),
    }  # fmt: skip
    return [
        Filing("J4", unit, "2022-12", None, {"J4": tasks, **_money(J4F=money, J4C=items)},
               received=moment("2023-01-05"), decided=moment("2023-01-06"))
        for unit, (tasks, money, items) in held.items()
    ]  # fmt: skip


def others() -> list[Filing]:
    """What must change no sum: totals that a city and a province file themselves, and one sample return."""
    own = [("420700", 39, False), ("420000", 500, False), (LIANGZIHU, 999, True)]
    return [
        Filing("J2", unit, "2022-12", {"xq_start": Decimal(count)}, sample=sample, received=moment("2023-01-10"),
               decided=moment("2023-01-11"))
        for unit, count, sample in own
    ]  # fmt: skip


def filings() -> list[Filing]:
    """Every return of the nation, in no order that means anything."""
    return [*plans(), *progress(), *effects(), *rosters(), *others()]
