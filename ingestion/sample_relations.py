"""Errors that only other returns show, planted in sound sample returns (模拟数据): J1–J3 against the list and each other,
a month or a version against the one before, a list against other lists, a city's own totals against its counties.

One case a relation. A scene is what was filed before, all sound; a case is one more return, with one thing changed, filed
after it. Not here: what one return shows by itself (sample_defects.py), receiving and counting (quality.seeded_relations).
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl

from ingestion.catalogue import Catalogue, catalogue
from ingestion.sample_defects import Change, Defect, changed, relabelled
from ingestion.sample_findings import ASKED, RETURNED, Place, cell_at
from ingestion.samples import AGAIN, CHINA, Delivery, generate

UNIT, OTHER, COPIED = "110111", "110108", "110106"  # 110108 is the unit of `sound_returns`
CITY, PROVINCE, COUNTIES = "420700", "420000", ("420702", "420703", "420704")
PLAN, PLAN_OF_YEAR, YEAR = "J1 2022 V2", "J1 2023 V1", "J3 2023"
MONTH, JANUARY = "J2 2023-09", "J2 2023-01"
ROSTER, YEAR_END = "J4 2023-09", "J4 2022-12"
# what the relations look at, and nothing else: each file of the scene costs time
FILED = (
    "J1 2022 V1", PLAN, PLAN_OF_YEAR, "J2 2022-12", JANUARY, "J2 2023-06", "J2 2023-08", MONTH, "J2 2023-12",
    YEAR_END, "J4 2023-06", ROSTER, "J4 2023-12", YEAR,
)  # fmt: skip
COPY, PEER, TOTAL, PROVINCE_TOTAL = "August again", "another unit's", "the city's", "the province's"
Changes = dict[Place | str, Any]  # place, or a field of a one-row form by its name → what is put there
ACCEPTED = "accepted"  # what is only shown to the level above
PROJECT, PLANNED_KM = "2301-110108-04-01-000001", Decimal(60)  # items that the samples leave out
MOST_ROWS = 200  # of a table of the scene
REVISED = 9  # rows of the list that a large revision changes


def at_noon(*day: int) -> dt.datetime:
    return dt.datetime.combine(dt.date(*day), dt.time(12), CHINA)


# when a case comes in: behind everything that it is held against
WHEN = {PLAN: at_noon(2023, 1, 20), JANUARY: at_noon(2023, 2, 20), YEAR: at_noon(2024, 2, 20)}
SETTLED, LAST_COUNTY, CITY_FILES = at_noon(2023, 10, 25), at_noon(2023, 10, 20), at_noon(2023, 10, 22)
BEFORE_THE_LAST = at_noon(2023, 10, 18)


@dataclass(frozen=True)
class Filed:
    """A workbook of the scene and when it was received and decided."""

    data: bytes
    form: str
    received_at: dt.datetime
    decided_at: dt.datetime


@dataclass(frozen=True)
class Planted:
    """A defect and when it comes in. beside: another return of its unit in the same delivery."""

    defect: Defect
    received_at: dt.datetime
    beside: bytes | None = None


class Scene:
    """What was filed before, and the cases. folder: for the workbooks while they are made."""

    def __init__(self, folder: Path, sound: Mapping[str, bytes], seed: int) -> None:
        self.book: Catalogue = catalogue()
        deliveries = generate(folder, seed, [UNIT])
        self.own = [d for d in deliveries if not d.note.startswith("应退回")]
        self.sound = {self._name(d): d.path.read_bytes() for d in self.own}
        here = self.book.area(UNIT).name_zh
        self.peer = relabelled(sound["J2"], COPIED, self.book.area(COPIED).name_zh)
        self.list_of_other = self._with(sound["J4"], ("J4", 0, "proj_code"), PROJECT)
        self.sound[PLAN_OF_YEAR] = self._with(self.sound[PLAN_OF_YEAR], ("J1", 0, "plan_pipe"), PLANNED_KM)
        months = ("J2 2023-07", "J2 2023-08", MONTH)
        self.counties = [
            relabelled(self.sound[month], unit, self.book.area(unit).name_zh, "2023-09")
            for month, unit in zip(months, COUNTIES, strict=True)
        ]
        self.sound |= {
            COPY: relabelled(self.sound["J2 2023-08"], UNIT, here, "2023-09"),
            PEER: relabelled(self.peer, UNIT, here),
            TOTAL: self._sum(CITY),
            PROVINCE_TOTAL: self._sum(PROVINCE),
        }
        self.books = {name: openpyxl.load_workbook(io.BytesIO(data)) for name, data in self.sound.items()}

    def _with(self, data: bytes, where: Place, value: Any) -> bytes:
        """With an item that the samples leave out."""
        page, cell = cell_at(where, self.book, openpyxl.load_workbook(io.BytesIO(data)))
        return changed(data, [(page.title, cell, value)])

    def _name(self, d: Delivery) -> str:
        version = d.path.stem.removesuffix(AGAIN).rpartition("_")[2] if d.form == "J1" else ""
        return f"{d.form} {d.period} {version}".strip()

    def filed(self) -> Iterator[Filed]:
        """In the order in which it is taken in; none of it deserves an error or a warning."""
        for form in ("J1", "J2", "J4", "J3"):
            for d in (d for d in self.own if d.form == form and self._name(d) in FILED):
                yield Filed(self.sound[self._name(d)], form, d.received_at, d.decided_at)
        yield Filed(self.peer, "J2", *[at_noon(2023, 10, 4)] * 2)
        yield Filed(self.list_of_other, "J4", *[at_noon(2023, 10, 6)] * 2)
        for county, moment in zip(self.counties, (*[at_noon(2023, 10, 4)] * 2, LAST_COUNTY), strict=True):
            yield Filed(county, "J2", moment, moment)
        yield Filed(self.sound[TOTAL], "J2", CITY_FILES, CITY_FILES)

    def _sum(self, unit: str) -> bytes:
        """The counties' returns added up item by item, as the return of the unit above them."""
        books = [openpyxl.load_workbook(io.BytesIO(data)) for data in self.counties]
        for item in self.book.form("J2").fields:
            page, cell = cell_at(("J2", 0, item.id), self.book, books[0])
            values = [book.worksheets[0][cell].value for book in books]
            if item.is_number and any(value is not None for value in values):
                page[cell].value = sum(Decimal(str(value)) for value in values if value is not None)
        out = io.BytesIO()
        books[0].save(out)
        return relabelled(out.getvalue(), unit, self.book.area(unit).name_zh)

    # -- making one case ----------------------------------------------------------------------------------------
    def held(self, base: str, name: str, table: str = "", row: int = 0) -> Any:
        page, cell = cell_at((table or self._form(base), row, name), self.book, self.books[base])
        return page[cell].value

    def _form(self, base: str) -> str:
        return base[:2] if base[:2] in self.book.forms else "J2"

    def _plant(
        self,
        base: str,
        kind: str,
        zh: str,
        rule: str,
        at: Place | str | None,
        changes: Changes,
        verdict: str = RETURNED,
        *,
        when: dt.datetime | None = None,
        beside: bytes | None = None,
    ) -> Planted:
        """at: the place that the answer names, a field of a one-row form by its name; of a table as a whole `J4!`; None
        where the whole return is meant."""
        form = self._form(base)

        def place(where: Place | str) -> tuple[str, str]:
            page, cell = cell_at((form, 0, where) if isinstance(where, str) else where, self.book, self.books[base])
            return page.title, cell

        written: list[Change] = [(*place(where), value) for where, value in changes.items()]
        sheet, cell = (None, None) if at is None else place(at)
        if isinstance(at, tuple) and at[1] < 0:
            cell = None
        defect = Defect(f"{form}_{kind}", form, kind, zh, zh, verdict, rule, sheet, cell, written, self.sound[base])
        return Planted(defect, when or WHEN.get(base, SETTLED), beside)

    def more(self, base: str, *names: str, by: str = "1") -> Changes:
        """Items that are more by so much, all of them by the same."""
        return {name: Decimal(str(self.held(base, name) or 0)) + Decimal(by) for name in names}

    def times(self, base: str, name: str, factor: str) -> Changes:
        return {name: Decimal(str(self.held(base, name))) * Decimal(factor)}

    # -- the cases ----------------------------------------------------------------------------------------------
    def planted(self) -> Iterator[Planted]:
        yield from self._plans()
        yield from self._months()
        yield from self._years()
        yield from self._rosters()
        yield from self._levels()

    def _plans(self) -> Iterator[Planted]:
        """The plan against the list of September and against its first version."""
        add = self.more
        one = add(PLAN, "plan_xq", "adj_in_xq")
        yield self._plant(PLAN, "plan_rows", "计划小区数多于清单", "X-001", "plan_xq", one)
        for name, zh in (("plan_hh", "户数"), ("plan_area", "面积"), ("plan_bld", "楼栋数")):
            kind = f"{name}_rows"
            yield self._plant(PLAN, kind, f"计划{zh}不等于清单之和", "X-002", name, add(PLAN, name))
        fewer = add(PLAN, "plan_proj", by="-1")
        yield self._plant(PLAN, "plan_projects", "计划项目数少于清单", "X-003", "plan_proj", fewer)
        money = add(PLAN, "pf_total", "pf_owner")
        yield self._plant(PLAN, "plan_money", "计划投资不等于清单之和", "X-010", "pf_total", money, ASKED)
        lost = add(PLAN, "adj_in_xq")
        yield self._plant(PLAN, "plan_adjusted", "调入调出还原不出上一版", "J1-017", "plan_xq", lost)
        silent: Changes = {"plan_doc_no": None}
        yield self._plant(PLAN, "plan_silent", "计划变化没有文号", "V-003", "plan_xq", silent)
        slip = self.times(PLAN, "plan_area", "0.0001")
        yield self._plant(PLAN, "plan_unit", "计划面积与上一版差万倍", "J1-101", "plan_area", slip)
        planned, marked = int(self.held(PLAN, "plan_xq")), Changes()
        for n in self._tasks(YEAR_END):
            marked["J4", n, "local_prog"] = "是"
        local = self._plant(YEAR_END, "local", "", "", None, marked).defect.data
        less = add(PLAN, "plan_xq", "adj_in_xq", by="-1")
        assert len(marked) == planned
        yield self._plant(PLAN, "plan_local", "地方任务多于计划", "L-007", "plan_xq", less, beside=local)

    def _months(self) -> Iterator[Planted]:
        """September against the list, the plan and earlier months; January against December."""
        add = self.more
        for name, zh, rule in (
            ("hh_start", "新开工户数不等于清单之和", "X-005"),
            ("area_start", "新开工面积不等于清单之和", "X-005"),
            ("xq_off", "计划外开工不等于清单", "X-006"),
        ):
            yield self._plant(MONTH, f"{name}_rows", zh, rule, name, add(MONTH, name))
        one = add(MONTH, "xq_start", "xq_start_m", "st_build") | add(MONTH, "st_wait", by="-1")
        yield self._plant(MONTH, "xq_start_rows", "新开工小区数不等于清单", "X-004", "xq_start", one)
        spent = add(MONTH, "inv_done")
        yield self._plant(MONTH, "money_rows", "完成投资不等于清单之差", "X-007", "inv_done", spent, ASKED)
        three = add(MONTH, "xq_start", by="-3")
        yield self._plant(MONTH, "far_from_first", "比首报少三个", "V-002", "xq_start", three)
        nothing: Changes = {"inv_done": Decimal(0)}
        yield self._plant(MONTH, "money_falls", "完成投资低于上月", "J2-012", "inv_done", nothing, ASKED)
        yield self._plant(MONTH, "idle_works", "在建三月无新增投资", "J2-018", "st_build", nothing, ASKED)
        half: Changes = {"xq_start_m": Decimal(int(self.held(PLAN_OF_YEAR, "plan_xq")) // 2 + 1)}
        yield self._plant(MONTH, "month_of_half", "一月开工过半", "J2-019", "xq_start_m", half)
        few = self.times(MONTH, "hh_start", "0.5")
        few = {name: value.to_integral_value() for name, value in few.items()}
        yield self._plant(MONTH, "rates_apart", "两种开工率背离", "J2-020", "xq_start", few)
        yield self._plant(COPY, "copied_month", "照抄上月", "J2-027", "xq_start", {}, ASKED)
        for base, kind, zh, rule in (
            (MONTH, "opening_moved", "年初结余与上月不同", "J2-028"),
            (JANUARY, "opening", "年初结余不等于上年末", "J2-009"),
        ):
            yield self._plant(base, kind, zh, rule, "f_open", add(base, "f_open", "f_close"))
        assert self.held(MONTH, "xq_start") == self.held(PLAN_OF_YEAR, "plan_xq")
        left = add(MONTH, "bld_start", by="-2")
        yield self._plant(MONTH, "buildings_left", "小区全开工而楼栋未全开工", "J2-101", "bld_start", left, ASKED)
        yuan = self.times(MONTH, "inv_done", "10000")
        yield self._plant(MONTH, "month_unit", "完成投资与上月差万倍", "J2-102", "inv_done", yuan, ASKED)
        yield self._plant(MONTH, "yuan_of_plan", "完成投资为计划的万倍", "J2-103", "inv_done", yuan, ASKED)
        metres = self.times(MONTH, "pipe_done", "1000")
        yield self._plant(MONTH, "metres", "管线以米填报", "J2-104", "pipe_done", metres, ASKED)
        many = add(MONTH, "xq_start", by="4")
        yield self._plant(MONTH, "over_the_plan", "开工超首版计划三成", "J2-016", "xq_start", many)
        yield self._plant(PEER, "peer_copied", "照抄他单位", "J2-107", "hh_start", {})

    def _years(self) -> Iterator[Planted]:
        """The year against the list and the month of December."""
        add = self.more
        yield self._plant(YEAR, "cohort_rows", "效果小区数不等于清单", "X-008", "e_xq", add(YEAR, "e_xq"))
        lift = add(YEAR, "elev")
        yield self._plant(YEAR, "lifts_rows", "电梯不等于内容明细", "X-009", "elev", lift, ASKED)
        for name, zh, part in (
            ("elev", "电梯", ""),
            ("park_add", "车位", ""),
            ("pipe_total", "管线", "p_water"),
            ("svc_total", "服务设施", "svc_shop"),
        ):
            one = add(YEAR, name, part) if part else add(YEAR, name)
            yield self._plant(YEAR, f"{name}_december", f"年报{zh}不等于12月", "J3-011", name, one, ASKED)
        parts = ("p_water", "p_drain", "p_power", "p_gas", "p_heat", "p_tele")
        metres = Changes()
        for name in ("pipe_total", *(part for part in parts if self.held(YEAR, part) is not None)):
            metres |= self.times(YEAR, name, "1000")
        yield self._plant(YEAR, "year_metres", "年报管线以米填报", "J3-102", "pipe_total", metres, ASKED)
        central = next(n for n in range(MOST_ROWS) if self.held(YEAR, "src", "J3F", n) == "F11")
        for kind, zh, rule, name, by in (
            ("account_arrived", "决算到位不等于12月", "J3-013", "arrived", "1"),
            ("account_paid", "决算支付不等于12月", "J3-013", "paid", "-1"),
            ("central_arrived", "中央补助决算不等于12月", "L-005", "arrived", "500"),
        ):
            value = Decimal(str(self.held(YEAR, name, "J3F", central))) + Decimal(by)
            yield self._plant(YEAR, kind, zh, rule, None, {("J3F", central, name): value}, ASKED)

    def _tasks(self, base: str = ROSTER) -> Sequence[int]:
        """Rows of the list that are in the plan of the year and still stand in it."""

        def holds(row: int) -> bool:
            held = [self.held(base, name, row=row) for name in ("plan_year", "membership", "stage")]
            return [str(held[0]), held[1]] == [base[3:7], "M1"] and held[2] != "ST98"

        return [row for row in range(MOST_ROWS) if holds(row)]

    def _rosters(self) -> Iterator[Planted]:
        """The list against the plan and the month it stands beside, the list before, its own first version, others."""
        n = next(n for n in self._tasks() if self.held(ROSTER, "stage", row=n) == "ST07")

        def of(name: str, by: str = "1") -> Changes:
            return {("J4", n, name): Decimal(str(self.held(ROSTER, name, row=n))) + Decimal(by)}

        households = of("hh")
        waits: Changes = {("J4", n, "stage"): "ST98"}
        yield self._plant(ROSTER, "drifted", "户数与上一期清单不同", "J4-030", ("J4", n, "hh"), households)
        yield self._plant(ROSTER, "list_households", "清单户数之和不等于计划", "X-002", None, households)
        yield self._plant(ROSTER, "list_started", "清单户数之和不等于月报", "X-005", None, households)
        yield self._plant(ROSTER, "list_withdrawn", "清单行调出而计划未变", "X-001", None, waits)
        yield self._plant(ROSTER, "list_not_started", "清单开工行数少于月报", "X-004", None, waits)
        yield self._plant(
            ROSTER, "list_money", "清单投资增加而月报未变", "X-007", None, of("inv_done_total", "0.5"), ASKED
        )
        task = self.held(ROSTER, "task_id", row=n)
        renamed: Changes = {}
        for table in (t.id for t in self.book.form("J4").tables):
            for row in range(MOST_ROWS):
                value = self.held(ROSTER, "task_id", table, row)
                if value == task:
                    renamed[table, row, "task_id"] = f"{task}9"
        yield self._plant(ROSTER, "vanished", "清单行无声消失", "X-011", ("J4", -1, "task_id"), renamed, ASKED)
        large: Changes = {("J4", row, "addr"): f"模拟改名路{row}号" for row in range(REVISED)}
        yield self._plant(ROSTER, "large_revision", "一次修订过一成", "V-001", ("J4", -1, "task_id"), large, ASKED)
        theirs = openpyxl.load_workbook(io.BytesIO(self.list_of_other))
        page, cell = cell_at(("J4", 0, "xq_uid"), self.book, theirs)
        yield self._plant(
            ROSTER,
            "two_counties",
            "小区也在他县清单",
            "L-003",
            ("J4", n, "xq_uid"),
            {("J4", n, "xq_uid"): page[cell].value},
        )
        project: Changes = {("J4", n, "proj_code"): PROJECT}
        yield self._plant(ROSTER, "project_of_two", "项目也在他县清单", "L-003", ("J4", n, "proj_code"), project, ASKED)

    def _levels(self) -> Iterator[Planted]:
        """A city's and a province's own totals; both are only shown."""
        for base, kind, zh in ((TOTAL, "city_total", "市自报数"), (PROVINCE_TOTAL, "province_total", "省自报数")):
            off = self.more(base, "elder_done")
            yield self._plant(base, kind, f"{zh}不等于下级之和", "L-001", "elder_done", off, ACCEPTED)
        yield self._plant(TOTAL, "units_missing", "下级缺报", "L-002", None, {}, ACCEPTED, when=BEFORE_THE_LAST)
