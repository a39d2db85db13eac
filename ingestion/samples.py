"""Sample returns of the 16 units of 北京, 2022-10 to 2023-12: which files, when received and decided, what is wrong.

The numbers come from sample_numbers.py and meet Beijing's published totals for any seed; the workbooks are written
by blank.py and say 模拟数据. Not here: receiving and deciding (quality), national samples.

Planted, and said in the note of the delivery: a late return, a correction, a return that breaks J2-007 and its
corrected file, a month never filed, the plan changes of June, and warnings (starts outside the plan, idle money,
a started community that waits to be taken out). Not planted: J2-024 may warn once or so in winter, where a unit
works on many communities of the year before and has begun few. Version V3 of the plan of 2022 is the sample's own:
the published plan of 400 communities (version V2) cannot hold the published 411 started (see sample_numbers.py).
Times are those of a five-day week; public holidays are not looked up.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from pathlib import Path

from ingestion.blank import write_form
from ingestion.catalogue import Catalogue, catalogue
from ingestion.errors import SetupError
from ingestion.model import Value
from ingestion.sample_numbers import CONFIRMED, IDLE, OFF_PLAN, STALLED, Row, World, as_filed, month_no

CHINA = dt.timezone(dt.timedelta(hours=8))
LATE, RETURNED, MISSING = "110115", "110106", "110117"
LATE_MONTH, CORRECTED_MONTH = month_no(2023, 7), month_no(2023, 5)
RETURNED_MONTH, MISSING_MONTH = month_no(2023, 8), month_no(2023, 4)
FALSE_SUM = 1000  # 10.00 万元, in the last printed digit
AGAIN = "_更正"

# Days on which a version of the plan comes in: (month, first day, last day), in the year of the plan.
RECEIVED = {(2022, 1): (1, 25, 27), (2022, 2): (6, 27, 29), (2023, 1): (1, 28, 28), (2023, 2): (6, 26, 28)}
SETTLED_ON = dt.date(2023, 1, 5)  # the one day on which V3 of 2022 is received and decided
REASONS = {2: "R1", 3: "R9"}

NOTES = {
    "late": "迟报：2023年7月数于9月3日才报 (late return)",
    "first": "更正前：2023年5月首报，新开工户数与资金偏低，后由更正件替代 (first version, corrected later)",
    "corrected": "更正：2023年5月更正件，新开工户数、到位与支付资金改正 (correction of an accepted return)",
    "faulty": "应退回：2023年8月首报到位资金合计比分项之和多10.00万元，违反J2-007 (to be returned: breaks J2-007)",
    "mended": "退回后重报：2023年8月，J2-007已改正 (filed again after it was returned)",
    "gap": "缺报之后：2023年4月从未报送 (the month before was never filed)",
    "off": "计划外开工2个，触发J2-015 (warning: started outside the plan)",
    "idle": "有滞留一年以上资金，触发J2-023 (warning: money idle over a year)",
    "stalled": "1个已开工小区待调出，收回资金36.50万元 (a started community waits to be taken out; money taken back)",
    "revised": "计划调整V2：调入{0}个、调出{1}个 (plan revised: {0} added, {1} removed)",
    "settled": "年末定案V3：{0}栋独立楼单列为小区，户数不变；系样本自拟，公布计划仍为V2的400个 (year-end settlement, the "
    "sample's own: {0} buildings listed apart; the published plan of 400 is version V2)",
}


@dataclass(frozen=True)
class Delivery:
    """One file that comes in. Times carry +08:00; `note` says what was planted in it, empty when nothing was."""

    path: Path
    received_at: dt.datetime
    decided_at: dt.datetime
    filed_by: str
    note: str


def generate(out: Path, seed: int = 20231001) -> list[Delivery]:
    """Write all sample workbooks into `out` and return them as they come in, first received first.

    The same seed gives the same bytes and times; every seed gives the published totals.
    Raises: SetupError when the rule book lacks a unit, a field or a total that the samples need.
    """
    out.mkdir(parents=True, exist_ok=True)
    maker = _Maker(out, catalogue(), seed)
    maker.plans()
    maker.months()
    return sorted(maker.deliveries, key=lambda d: (d.received_at, d.path.name))


class _Maker:
    def __init__(self, out: Path, book: Catalogue, seed: int) -> None:
        self.out, self.book = out, book
        self.world = World(book, seed)
        if missing := {LATE, RETURNED, MISSING} - set(self.world.units):
            raise SetupError(f"rulebook/areas: the samples need the units {', '.join(sorted(missing))}")
        self.rng = random.Random(seed + 1)  # times of its own, so that a change of figures does not move them
        self.deliveries: list[Delivery] = []

    # -- files --------------------------------------------------------------------------------------------------
    def _deliver(
        self,
        form_id: str,
        unit: str,
        period: str,
        values: dict[str, Value],
        received: dt.datetime,
        *,
        suffix: str = "",
        note: str = "",
        decided: dt.datetime | None = None,
    ) -> dt.datetime:
        name = self.book.area(unit).name_zh
        path = self.out / f"{form_id}_{unit}_{period}{suffix}.xlsx"
        write_form(
            self.book.form(form_id),
            path,
            unit_code=unit,
            unit_name=name,
            period=period,
            values=values,
            sample=True,
            filed_on=received.date().isoformat(),
            rulebook_version=self.book.version,
        )
        self.deliveries.append(
            Delivery(
                path, received, decided or self._next_working_hours(received), f"{name}老旧小区改造办（模拟）", note
            )
        )
        return received

    def _at(self, day: dt.date, first_hour: int = 8, last_hour: int = 17) -> dt.datetime:
        time = dt.time(self.rng.randint(first_hour, last_hour), self.rng.randrange(60))
        return dt.datetime.combine(day, time, CHINA)

    def _next_working_hours(self, received: dt.datetime) -> dt.datetime:
        day = received.date() + dt.timedelta(days=1)
        while day.weekday() > 4:
            day += dt.timedelta(days=1)
        return self._at(day, 9, 16)

    # -- J1 -----------------------------------------------------------------------------------------------------
    def plans(self) -> None:
        """Each version, of the units it changes."""
        for year, versions in CONFIRMED.items():
            for version, confirmed in versions.items():
                for unit in self.world.units:
                    changes = self.world.changes(unit, year, version)
                    if version == 1 or any(changes):
                        self._plan(unit, year, version, confirmed, changes)

    def _plan(self, unit: str, year: int, version: int, confirmed: dt.date, changes: tuple[int, int]) -> None:
        values = as_filed(self.book.form("J1"), self.world.plan(unit, year, version))
        values |= {
            "plan_version": f"V{version}",
            "plan_confirm_date": confirmed,
            "plan_doc_no": f"模拟文号〔{year}〕{version}号（非真实）",
        }
        if version in REASONS:
            values["adj_reason"] = REASONS[version]
        decided = None
        if (year, version) in RECEIVED:
            month, first, last = RECEIVED[year, version]
            received = self._at(dt.date(year, month, self.rng.randint(first, last)))
        else:
            received = self._at(SETTLED_ON, 8, 8)
            decided = self._at(SETTLED_ON, 9, 9)  # before any return of December from the same unit comes in
        note = NOTES[{1: "", 2: "revised", 3: "settled"}[version]].format(*changes) if version > 1 else ""
        self._deliver("J1", unit, str(year), values, received, suffix=f"_V{version}", note=note, decided=decided)

    # -- J2 -----------------------------------------------------------------------------------------------------
    def months(self) -> None:
        """Each unit and month, with the planted faults."""
        rows = {unit: self.world.progress(unit) for unit in self.world.units}
        corrected = self._unit_to_correct(rows)
        for unit, by_month in rows.items():
            for month, row in by_month.items():
                if (unit, month) == (MISSING, MISSING_MONTH):
                    continue
                if (unit, month) == (corrected, CORRECTED_MONTH):
                    received = self._month(unit, month, _filed_too_low(row, by_month[month - 1]), note=NOTES["first"])
                    self._month(
                        unit,
                        month,
                        row,
                        on=received.date() + dt.timedelta(days=21),
                        suffix=AGAIN,
                        note=NOTES["corrected"],
                    )
                elif (unit, month) == (RETURNED, RETURNED_MONTH):
                    wrong = row | {name: row[name] + FALSE_SUM for name in ("f_total", "f_close")}
                    received = self._month(unit, month, wrong, note=NOTES["faulty"])
                    self._month(
                        unit, month, row, on=received.date() + dt.timedelta(days=3), suffix=AGAIN, note=NOTES["mended"]
                    )
                elif (unit, month) == (LATE, LATE_MONTH):
                    self._month(unit, month, row, on=dt.date(2023, 9, 3), note=NOTES["late"])
                else:
                    self._month(unit, month, row, note=_note(unit, month, row))

    def _unit_to_correct(self, rows: dict[str, dict[int, Row]]) -> str:
        """The unit with most households begun in May, so that a first version below the truth still rises on April."""
        planted = {LATE, RETURNED, MISSING, OFF_PLAN, IDLE, STALLED}

        def begun(unit: str) -> int:
            return rows[unit][CORRECTED_MONTH]["hh_start"] - rows[unit][CORRECTED_MONTH - 1]["hh_start"]

        return max((u for u in self.world.units if u not in planted), key=begun)

    def _month(
        self, unit: str, month: int, row: Row, *, on: dt.date | None = None, suffix: str = "", note: str = ""
    ) -> dt.datetime:
        year, index = divmod(month, 12)
        following = dt.date((month + 1) // 12, (month + 1) % 12 + 1, 1)
        first_hour = 8
        if on is None:
            day = self.rng.randint(3, 5)
            if month == month_no(2022, 12) and any(self.world.changes(unit, 2022, 3)):
                # the return of December is judged by the plan in force, so it comes after V3 was decided
                day, first_hour = SETTLED_ON.day, 10
            elif (unit, month) == (LATE, LATE_MONTH + 1):
                day = 5  # after the late return of the month before
            on = following.replace(day=day)
        return self._deliver(
            "J2",
            unit,
            f"{year}-{index + 1:02d}",
            as_filed(self.book.form("J2"), row),
            self._at(on, first_hour),
            suffix=suffix,
            note=note,
        )


def _filed_too_low(row: Row, before: Row) -> Row:
    """A first version between the month before and the truth: households, money arrived and money paid."""
    first = dict(row)
    for name in ("hh_start", "f_local", "p_total"):
        first[name] -= (row[name] - before[name]) // 2
    first["f_total"] -= row["f_local"] - first["f_local"]
    first["f_close"] = first["f_open"] + first["f_total"] - first["p_total"] - first["f_return"]
    return first


def _note(unit: str, month: int, row: Row) -> str:
    """What was planted in an ordinary month."""
    found = [
        ("gap", (unit, month) == (MISSING, MISSING_MONTH + 1)),
        ("off", row["xq_off"] > 0),
        ("idle", row["f_idle_1y"] > 0),
        ("stalled", row["st_out_started"] > 0),
    ]
    return "；".join(NOTES[name] for name, holds in found if holds)
