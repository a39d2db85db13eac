"""Sample returns of the 16 units of 北京, 2022-10 to 2023-12: which files, when received and decided, what is wrong.

The numbers come from sample_numbers.py (J1, J2), sample_effects.py (J3) and sample_rosters.py (J4) and meet Beijing's
published totals for any seed; the workbooks are written by blank.py and say 模拟数据. Not here: receiving and deciding
(quality), national samples.

Planted, and said in the note of the delivery: decision 17 lists everything. Not planted: J2-024 may warn once or so in
winter, where a unit works on many communities of the year before and has begun few. Version V3 of the plan of 2022 is
the sample's own: the published plan of 400 communities (version V2) cannot hold the published 411 started (see
sample_plans.py). Times are those of a five-day week; public holidays are not looked up.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from ingestion.blank import write_form
from ingestion.catalogue import Catalogue, catalogue
from ingestion.errors import SetupError
from ingestion.model import Value
from ingestion.sample_communities import month_no
from ingestion.sample_effects import MISUSED, RESIDUAL, REVISED, REVISED_IN, Effects, Yearly
from ingestion.sample_faults import FAULTS
from ingestion.sample_notes import (
    CORRECTED_MONTH,
    LATE,
    LATE_MONTH,
    MISSING,
    MISSING_MONTH,
    NOTES,
    RETURNED,
    RETURNED_MONTH,
    month_note,
    roster_note,
    yearly_note,
)
from ingestion.sample_numbers import Row, World, as_filed
from ingestion.sample_plans import CONFIRMED, IDLE, OFF_PLAN, STALLED
from ingestion.sample_profiles import NEWER, OUTVOTED, SELF_SCORED, TWICE, UNMANAGED
from ingestion.sample_rosters import Rosters, Tables

# Units whose monthly returns have something planted, and all others with something planted.
MONTHLY = frozenset({LATE, RETURNED, MISSING, OFF_PLAN, IDLE, STALLED})
OTHERS = {TWICE, NEWER, OUTVOTED, UNMANAGED, SELF_SCORED, MISUSED, RESIDUAL, REVISED, *(unit for unit, _ in FAULTS)}
CHINA = dt.timezone(dt.timedelta(hours=8))
FALSE_SUM = 1000  # 10.00 万元, in the last printed digit
AGAIN, REVISED_FILE = "_更正", "_修订"

# Days on which a version of the plan comes in: (month, first day, last day), in the year of the plan.
RECEIVED = {(2022, 1): (1, 25, 27), (2022, 2): (6, 27, 29), (2023, 1): (1, 28, 28), (2023, 2): (6, 26, 28)}
SETTLED_ON = dt.date(2023, 1, 5)  # the one day on which V3 of 2022 is received and decided
REASONS = {2: "R1", 3: "R9"}
# Months whose roster is locked with the monthly return: the quarters' ends. Every month would be 160 files more, each
# with everything since 2022.
LOCKED = [month_no(*month) for month in ((2022, 12), (2023, 3), (2023, 6), (2023, 9), (2023, 12))]
LAST_DAY, LOCK_TIME = 5, dt.time(17, 59)  # of the month after
LOCKED_BY = "改造项目名册月度锁定（模拟）"
YEARS = (2022, 2023)
YEARLY_DAYS, REVISED_DAYS = (16, 19), (20, 24)  # of January and of March in the year after


@dataclass(frozen=True)
class Delivery:
    """One file that comes in. Times carry +08:00; `note` says what was planted in it, empty when nothing was."""

    path: Path
    form: str
    period: str
    received_at: dt.datetime
    decided_at: dt.datetime
    filed_by: str
    note: str


def generate(out: Path, seed: int = 20231001, units: Collection[str] = ()) -> list[Delivery]:
    """Write all sample workbooks into `out` and return them as they come in, first received first.

    The same seed gives the same bytes and times; every seed gives the published totals. units: of these alone, with the
    same numbers (other times). Raises: SetupError when the rule book lacks a unit, a field or a total that the samples
    need.
    """
    out.mkdir(parents=True, exist_ok=True)
    maker = _Maker(out, catalogue(), seed, units)
    maker.plans()
    maker.months()
    maker.rosters()
    maker.years()
    return sorted(maker.deliveries, key=lambda d: (d.received_at, d.path.name))


def sound_returns(out: Path, seed: int = 20231001) -> dict[str, Path]:
    """One return of each form with nothing planted, as it would be filed for September 2023; the roster has two tasks."""
    out.mkdir(parents=True, exist_ok=True)
    maker, unit, month = _Maker(out, catalogue(), seed), "110108", month_no(2023, 9)
    maker._plan(unit, 2023, 1, CONFIRMED[2023][1], maker.world.changes(unit, 2023, 1))
    maker._month(unit, month, maker.progress[unit][month])
    maker._year(unit, 2023, Yearly(maker.rostered).effects(unit, 2023), note="")
    tables = maker.rostered.tables(unit, month)
    tasks = [row["task_id"] for row in tables["J4"]][-2:]
    two = {name: [row for row in rows if row["task_id"] in tasks] for name, rows in tables.items()}
    locked = _locked_at(month)
    maker._roster(unit, month, two, locked, locked)
    return {d.form: d.path for d in maker.deliveries}


def filed_before(out: Path, seed: int = 20231001) -> list[Delivery]:
    """What the unit of `sound_returns` had filed before its September: every version of the year's plan, and August."""
    out.mkdir(parents=True, exist_ok=True)
    maker, unit, month = _Maker(out, catalogue(), seed), "110108", month_no(2023, 8)
    for version, confirmed in CONFIRMED[2023].items():
        changes = maker.world.changes(unit, 2023, version)
        if version == 1 or any(changes):
            maker._plan(unit, 2023, version, confirmed, changes)
    maker._month(unit, month, maker.progress[unit][month])
    return maker.deliveries


class _Maker:
    def __init__(self, out: Path, book: Catalogue, seed: int, units: Collection[str] = ()) -> None:
        self.out, self.book = out, book
        self.world = World(book, seed)
        self.units = [unit for unit in self.world.units if not units or unit in units]
        if missing := (MONTHLY | OTHERS) - set(self.world.units):
            raise SetupError(f"rulebook/areas: the samples need the units {', '.join(sorted(missing))}")
        self.progress = {unit: self.world.progress(unit) for unit in self.world.units}
        self.rostered = Rosters(self.world, seed)
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
        tables: Tables | None = None,
        suffix: str = "",
        note: str = "",
        decided: dt.datetime | None = None,
        by: str | None = None,
    ) -> Delivery:
        name = self.book.area(unit).name_zh
        path = self.out / f"{form_id}_{unit}_{period}{suffix}.xlsx"
        write_form(
            self.book.form(form_id),
            path,
            unit_code=unit,
            unit_name=name,
            period=period,
            values=values,
            tables=tables,
            sample=True,
            filed_on=received.date().isoformat(),
            rulebook_version=self.book.version,
        )
        when = decided or self._next_working_hours(received)
        self.deliveries.append(
            Delivery(path, form_id, period, received, when, by or f"{name}老旧小区改造办（模拟）", note)
        )
        return self.deliveries[-1]

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
                for unit in self.units:
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
        note = NOTES["revised" if version == 2 else "settled"].format(*changes) if version > 1 else ""
        self._deliver("J1", unit, str(year), values, received, suffix=f"_V{version}", note=note, decided=decided)

    # -- J2 -----------------------------------------------------------------------------------------------------
    def months(self) -> None:
        """Each unit and month, with the planted faults."""
        corrected = self._unit_to_correct(self.progress)
        for unit in self.units:
            by_month = self.progress[unit]
            for month, row in by_month.items():
                if (unit, month) == (MISSING, MISSING_MONTH):
                    continue
                if (unit, month) == (corrected, CORRECTED_MONTH):
                    first = self._month(unit, month, _filed_too_low(row, by_month[month - 1]), note=NOTES["first"])
                    self._month(
                        unit,
                        month,
                        row,
                        on=first.received_at.date() + dt.timedelta(days=21),
                        suffix=AGAIN,
                        note=NOTES["corrected"],
                    )
                elif (unit, month) == (RETURNED, RETURNED_MONTH):
                    wrong = row | {name: row[name] + FALSE_SUM for name in ("f_total", "f_close")}
                    first = self._month(unit, month, wrong, note=NOTES["faulty"])
                    again = first.received_at.date() + dt.timedelta(days=3)
                    self._month(unit, month, row, on=again, suffix=AGAIN, note=NOTES["mended"])
                elif (unit, month) == (LATE, LATE_MONTH):
                    self._month(unit, month, row, on=dt.date(2023, 9, 3), note=NOTES["late"])
                else:
                    self._month(unit, month, row, note=month_note(unit, month, row))

    def _unit_to_correct(self, rows: dict[str, dict[int, Row]]) -> str:
        """The unit with most households begun in May, so that a first version below the truth still rises on April."""

        def begun(unit: str) -> int:
            return rows[unit][CORRECTED_MONTH]["hh_start"] - rows[unit][CORRECTED_MONTH - 1]["hh_start"]

        return max((u for u in self.world.units if u not in MONTHLY), key=begun)

    def _month(
        self, unit: str, month: int, row: Row, *, on: dt.date | None = None, suffix: str = "", note: str = ""
    ) -> Delivery:
        year, index = divmod(month, 12)
        first_hour = 8
        if on is None:
            day = self.rng.randint(3, LAST_DAY)
            if month == month_no(2022, 12) and any(self.world.changes(unit, 2022, 3)):
                # the return of December is judged by the plan in force, so it comes after V3 was decided
                day, first_hour = SETTLED_ON.day, 10
            elif (unit, month) == (LATE, LATE_MONTH + 1):
                day = LAST_DAY  # after the late return of the month before
            on = _following(month).replace(day=day)
        return self._deliver(
            "J2",
            unit,
            f"{year}-{index + 1:02d}",
            as_filed(self.book.form("J2"), row),
            self._at(on, first_hour),
            suffix=suffix,
            note=note,
        )

    # -- J4 -----------------------------------------------------------------------------------------------------
    def rosters(self) -> None:
        """Each unit and locked month; a roster with a fault comes again on the day after it was sent back.

        The rosters of a month are locked at one moment, when its J2 are in, and decided when those are decided: files
        of equal times and sender follow each other and may be received together.
        """
        for month in LOCKED:
            locked = _locked_at(month)
            decided = self._next_working_hours(self._next_working_hours(locked))
            again = self._next_working_hours(decided)
            decided_again = self._next_working_hours(again)
            for unit in self.units:
                tables = self.rostered.tables(unit, month)
                note = roster_note(unit, month, tables, self.progress[unit][month])
                if (unit, month) not in FAULTS:
                    self._roster(unit, month, tables, locked, decided, note=note)
                    continue
                spoil, why = FAULTS[unit, month]
                why, mended = ("；".join(text for text in (first, note) if text) for first in (why, NOTES["mended"]))
                self._roster(unit, month, spoil(tables, month), locked, decided, note=why)
                self._roster(unit, month, tables, again, decided_again, suffix=AGAIN, note=mended)

    def _roster(
        self,
        unit: str,
        month: int,
        tables: Tables,
        received: dt.datetime,
        decided: dt.datetime,
        *,
        suffix: str = "",
        note: str = "",
    ) -> None:
        period = f"{month // 12}-{month % 12 + 1:02d}"
        self._deliver(
            "J4", unit, period, {}, received, tables=tables, decided=decided, suffix=suffix, note=note, by=LOCKED_BY
        )

    # -- J3 -----------------------------------------------------------------------------------------------------
    def years(self) -> None:
        """Each unit and year, in January of the year after; one comes again in March."""
        yearly = Yearly(self.rostered)
        for year in YEARS:
            for unit in self.units:
                if (unit, year) == (REVISED, REVISED_IN):
                    first, last = yearly.revised(unit, year)
                    self._year(unit, year, first, note=NOTES["first_year"])
                    self._year(unit, year, last, suffix=REVISED_FILE, note=NOTES["revised_year"])
                else:
                    self._year(unit, year, yearly.effects(unit, year), note=yearly_note(unit, year))

    def _year(self, unit: str, year: int, effects: Effects, *, suffix: str = "", note: str) -> None:
        month, days = (3, REVISED_DAYS) if suffix else (1, YEARLY_DAYS)
        received = self._at(dt.date(year + 1, month, self.rng.randint(*days)))
        tables = {"J3F": effects.accounts}
        self._deliver("J3", unit, str(year), effects.values, received, tables=tables, suffix=suffix, note=note)


def _following(month: int) -> dt.date:
    """The first day of the month after."""
    return dt.date((month + 1) // 12, (month + 1) % 12 + 1, 1)


def _locked_at(month: int) -> dt.datetime:
    """The moment at which the rosters of a month are locked."""
    return dt.datetime.combine(_following(month).replace(day=LAST_DAY), LOCK_TIME, CHINA)


def _filed_too_low(row: Row, before: Row) -> Row:
    """A first version between the month before and the truth: households, money arrived and money paid."""
    first = dict(row)
    for name in ("hh_start", "f_local", "p_total"):
        first[name] -= (row[name] - before[name]) // 2
    first["f_total"] -= row["f_local"] - first["f_local"]
    first["f_close"] = first["f_open"] + first["f_total"] - first["p_total"] - first["f_return"]
    return first
