"""The sample returns hold what they promise: published totals, identities, planted faults, marks, same bytes.

J1 and J2 are read back from the written workbooks with openpyxl, by code, and checked against figures and relations
typed here by hand: nothing of the generator or of the rule engine is asked. J3 and J4 are checked in numbers in
test_sample_rosters.py; here only that the workbooks hold them, and when they come in.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped, unused-ignore]
import pytest

from ingestion.blank import write_form
from ingestion.blank_cells import exact_double
from ingestion.catalogue import catalogue
from ingestion.errors import UsageError
from ingestion.reading import read_bytes
from ingestion.sample_effects import Yearly
from ingestion.sample_numbers import World
from ingestion.sample_rosters import Rosters
from ingestion.samples import Delivery, generate

UNITS = 16
SEEDS = [20231001, 7]
LOCKED = ["2022-12", "2023-03", "2023-06", "2023-09", "2023-12"]
MONTHS = [f"2022-{m}" for m in (10, 11, 12)] + [f"2023-{m:02d}" for m in range(1, 13)]
STAGES = range(12, 21)
YEAR_TO_DATE = [1, 2, 3, 4, 24, 25, 28, 30, 32, 33, 35, 36, 37, 40, *range(42, 58)]


@dataclass
class Filed:
    """One workbook as openpyxl sees it: values by code, and what stands around them."""

    delivery: Delivery
    form: str
    unit: str
    period: str
    title: str
    meta: dict[str, str]
    head: dict[str, Any]
    cells: dict[int, Any]

    def __getitem__(self, code: int) -> Decimal:
        value = self.cells[code]
        assert isinstance(value, (int, float)), f"{self.delivery.path.name} row {code:02d}: {value!r}"
        return Decimal(repr(value))

    def sum(self, codes: Any) -> Decimal:
        return sum((self[c] for c in codes), Decimal(0))


def read(delivery: Delivery) -> Filed:
    book = openpyxl.load_workbook(delivery.path)
    sheet, hidden = book.worksheets[0], book.worksheets[-1]
    assert sheet.sheet_state == "visible" and hidden.sheet_state == "hidden" and hidden.title == "_jiugai"
    rows = list(sheet.iter_rows(values_only=True))
    top = next(i for i, row in enumerate(rows) if row[0] == "代码")
    assert rows[top - 1][1:] == (None, None, None) and sheet.freeze_panes == f"A{top + 2}"
    head = {row[0]: row[1] for row in rows[1 : top - 1]}
    cells = {int(row[0]): row[3] for row in rows[top + 1 :]}
    meta = {key: text for key, text in hidden.iter_rows(max_col=2, values_only=True) if key}  # a map stands beside
    form, unit, period = delivery.path.stem.split("_")[:3]
    return Filed(delivery, form, unit, period, rows[0][0], meta, head, cells)


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], list[Delivery]]:
    """seed → its deliveries, written once."""
    return functools.cache(lambda seed: generate(tmp_path_factory.mktemp("samples"), seed))


@pytest.fixture(scope="module", params=SEEDS)
def listed(request: pytest.FixtureRequest, delivered: Callable[[int], list[Delivery]]) -> list[Delivery]:
    return delivered(request.param)


@pytest.fixture(scope="module")
def filed(listed: list[Delivery]) -> list[Filed]:
    """J1 and J2."""
    return [read(d) for d in listed if d.path.name[:2] in ("J1", "J2")]


def in_force(filed: list[Filed]) -> dict[tuple[str, str], Filed]:
    """(unit, month) → the J2 return received last; the one to be returned always has a corrected file after it."""
    return {(f.unit, f.period): f for f in filed if f.form == "J2"}


def plans(filed: list[Filed]) -> dict[tuple[str, str, str], Filed]:
    return {(f.unit, f.period, f.cells[2]): f for f in filed if f.form == "J1"}


def plan_then(filed: list[Filed], unit: str, month: str, known_at: dt.datetime) -> Filed:
    """The plan in force at the end of a month, as known when the return of that month was decided."""
    known = [
        f
        for f in filed
        if f.form == "J1"
        and f.unit == unit
        and f.period == month[:4]
        and f.cells[4] <= f"{month}-31"
        and f.delivery.decided_at <= known_at
    ]
    return max(known, key=lambda f: f.cells[4])


def total(filed: list[Filed], month: str, code: int) -> Decimal:
    return sum((f[code] for (_, period), f in in_force(filed).items() if period == month), Decimal(0))


def plan_total(filed: list[Filed], year: str, version: int, code: int) -> Decimal:
    """A plan of the province: each unit's last version up to this one."""
    best: dict[str, Filed] = {}
    for (unit, period, name), f in sorted(plans(filed).items()):
        if period == year and name <= f"V{version}":
            best[unit] = f
    assert len(best) == UNITS
    return sum((f[code] for f in best.values()), Decimal(0))


# -- published totals -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("year", "version", "code", "expected"),
    [
        ("2022", 1, 8, 400),
        ("2022", 1, 11, 208_400),
        ("2022", 2, 8, 400),
        ("2022", 2, 11, 213_000),
        ("2022", 3, 8, 411),
        ("2022", 3, 11, 213_000),
        ("2023", 1, 8, 301),
        ("2023", 2, 8, 300),
        ("2023", 1, 12, 7_020_000),
    ],
)
def test_plan_adds_up_to_published_figure(
    filed: list[Filed], year: str, version: int, code: int, expected: int
) -> None:
    assert plan_total(filed, year, version, code) == expected


@pytest.mark.parametrize(
    ("month", "code", "expected"),
    [
        ("2022-12", 1, 411),
        ("2022-12", 2, 213_000),
        ("2023-06", 1, 237),
        ("2023-08", 1, 240),
        ("2023-09", 1, 270),
        ("2023-12", 1, 296),
    ],
)
def test_starts_add_up_to_published_figure(filed: list[Filed], month: str, code: int, expected: int) -> None:
    assert total(filed, month, code) == expected


def test_starts_stay_within_the_published_plan_before_it_is_settled(filed: list[Filed]) -> None:
    assert total(filed, "2022-10", 1) <= total(filed, "2022-11", 1) <= 400


def test_every_unit_files_every_month_but_one(filed: list[Filed]) -> None:
    units = {f.unit for f in filed}
    assert len(units) == UNITS and units == set(catalogue().children["110000"])
    missing = {(u, m) for u in units for m in MONTHS} - set(in_force(filed))
    assert missing == {("110117", "2023-04")}


# -- every return -----------------------------------------------------------------------------------------------------
def test_every_core_and_money_row_is_filled_and_the_rest_is_empty(filed: list[Filed]) -> None:
    money = {"J1": set(range(41, 55)), "J2": {39, *range(41, 62), 10, 11, 25, 66, 67}}
    for f in filed:
        form = catalogue().form(f.form)
        wanted = {int(x.code) for x in form.fields if x.core} | money[f.form]
        if f.form == "J1" and f.cells[2] != "V1":
            wanted |= {58, 59, 60}
        assert {code for code, value in f.cells.items() if value is not None} == wanted, f.delivery.path.name
        assert [f"{code:02d}" for code in f.cells] == [x.code for x in form.fields]


def test_plans_keep_the_error_rules(filed: list[Filed]) -> None:
    filed_plans = plans(filed)
    for (unit, year, version), f in filed_plans.items():
        name = f.delivery.path.name
        assert f[41] == f.sum(range(42, 55)), name  # J1-005
        assert f[8] <= f[10] <= f[11] and f[7] <= f[8], name  # J1-007
        assert 60 <= f[12] / f[11] <= 110, name
        assert 2 <= f[41] / f[11] <= 4, name
        assert f.cells[60] is None or f.cells[60] in catalogue().codelist("adjust_reasons")
        if version != "V1":  # J1-017
            before = max(v for u, y, v in filed_plans if (u, y) == (unit, year) and v < version)
            assert f[8] == filed_plans[unit, year, before][8] + f[58] - f[59], name


def test_progress_keeps_the_error_rules(filed: list[Filed]) -> None:
    """Of every version but the one that is to be returned."""
    current = in_force(filed)
    for f in (f for f in filed if f.form == "J2" and "J2-007" not in f.delivery.note[:60]):
        name = f.delivery.path.name
        plan = plan_then(filed, f.unit, f.period, f.delivery.decided_at)
        assert f.sum(STAGES) == plan[8], name  # J2-005
        assert f[1] == f.sum([17, 18, 19, 67]) and f[67] <= f[20], name  # J2-006
        assert f[42] == f.sum(range(43, 55)), name  # J2-007
        assert f[59] == f[41] + f[42] - f[55] - f[58] >= 0, name  # J2-008
        if f.period == "2023-01":
            assert f[41] == current[f.unit, "2022-12"][59], name  # J2-009
        assert f[61] <= f[60] <= f[59] and f[56] + f[57] <= f[55], name
        assert f[56] <= f[41] + f[43] and f[57] <= f[41] + f[47], name
        assert f[1] <= f[3] <= f[2] <= plan[11] and f[19] <= f[24] <= f[25], name
        assert f[35] + f[36] <= f[37] and f[40] <= f[39] * Decimal("1.1"), name
        assert min(f[code] for code in range(1, 68) if f.cells[code] is not None) >= 0, name


def test_money_has_no_more_than_two_decimals_and_uses_them(filed: list[Filed]) -> None:
    amounts = [f[c] for f in filed if f.form == "J2" for c in range(41, 62)]
    assert all(a == round(a, 2) for a in amounts)
    assert sum(a != round(a, 1) for a in amounts) > len(amounts) // 3


def test_year_to_date_does_not_fall_within_a_year_and_restarts_in_january(filed: list[Filed]) -> None:
    versions: dict[tuple[str, str], list[Filed]] = {}
    for f in filed:
        if f.form == "J2" and "J2-007" not in f.delivery.note[:60]:
            versions.setdefault((f.unit, f.period), []).append(f)
    for unit in {u for u, _ in versions}:
        months = [m for m in MONTHS if (unit, m) in versions]
        for before, after in itertools.pairwise(months):
            if before[:4] == after[:4]:
                for a in versions[unit, before]:
                    for b in versions[unit, after]:
                        fell = [c for c in YEAR_TO_DATE if b[c] < a[c]]
                        assert not fell, (unit, before, after, fell)
        assert versions[unit, "2023-01"][0][1] < versions[unit, "2022-12"][0][1]


def test_early_starts_of_december_are_the_starts_of_january(filed: list[Filed]) -> None:
    current = in_force(filed)
    assert all(current[u, "2022-12"][11] == f[1] > 0 for (u, month), f in current.items() if month == "2023-01")


def test_warnings_are_few(filed: list[Filed]) -> None:
    """The planted ones, and hardly any of J2-016, 018, 020, 022, 024."""
    current = in_force(filed)
    chance = 0
    for (unit, month), f in current.items():
        plan = plan_then(filed, unit, month, f.delivery.decided_at)
        first = plans(filed)[unit, month[:4], "V1"]
        assert f[40] > 0 or f[1] == 0
        chance += f[1] > Decimal("1.3") * first[8]
        chance += abs(f[1] / plan[8] - f[2] / plan[11]) > Decimal("0.25")
        chance += f[55] < f[40] / 5
        chance += not 300 <= f[40] * 10_000 / (f[2] + 1) <= 200_000
        ago = current.get((unit, f"{month[:5]}{int(month[5:]) - 3:02d}"))
        chance += f[17] > 0 and int(month[5:]) > 3 and ago is not None and f[40] <= ago[40]
    assert chance <= 5
    off = [(unit, month) for (unit, month), f in current.items() if f[10] > 0]
    assert off == [("110112", month) for month in MONTHS[5:]]
    assert {unit for (unit, _), f in current.items() if f[60] > 0} == {"110109"}
    assert {unit for (unit, _), f in current.items() if f[67] > 0} == {"110105"}


# -- planted deliveries -----------------------------------------------------------------------------------------------
def planted(filed: list[Filed], words: str) -> list[Filed]:
    return [f for f in filed if f.delivery.note.startswith(words)]


def test_late_return_comes_in_september(filed: list[Filed]) -> None:
    (late,) = planted(filed, "迟报")
    assert late.period == "2023-07" and late.delivery.received_at.date() == dt.date(2023, 9, 3)


def test_correction_changes_households_and_money_and_fits_its_neighbours(filed: list[Filed]) -> None:
    (first,), (second,) = planted(filed, "更正前"), planted(filed, "更正：")
    assert second.delivery.path.stem == first.delivery.path.stem + "_更正" and first.period == "2023-05"
    assert (second.delivery.received_at.date() - first.delivery.received_at.date()).days == 21
    assert all(first[c] != second[c] for c in (2, 42, 55, 59)) and first[1] == second[1]
    current = in_force(filed)
    april, june = current[first.unit, "2023-04"], current[first.unit, "2023-06"]
    assert all(april[c] <= min(first[c], second[c]) <= max(first[c], second[c]) <= june[c] for c in YEAR_TO_DATE)


def test_returned_file_breaks_only_the_sum_of_sources_and_is_mended_after_three_days(filed: list[Filed]) -> None:
    (faulty,), (mended,) = planted(filed, "应退回"), planted(filed, "退回后重报")
    assert faulty[42] - faulty.sum(range(43, 55)) == 10
    assert faulty[59] == faulty[41] + faulty[42] - faulty[55] - faulty[58]
    assert mended[42] == mended.sum(range(43, 55))
    assert (mended.delivery.received_at.date() - faulty.delivery.received_at.date()).days == 3
    assert faulty.delivery.decided_at < mended.delivery.received_at
    assert {c for c in faulty.cells if faulty.cells[c] != mended.cells[c]} == {42, 59}


def test_plan_changes_are_filed_only_by_the_units_they_touch(filed: list[Filed]) -> None:
    for f in plans(filed).values():
        if f.cells[2] != "V1":
            assert f[58] + f[59] > 0
    swaps = [f for (_, year, version), f in plans(filed).items() if (year, version) == ("2022", "V2")]
    assert swaps and all(f[58] == f[59] > 0 for f in swaps)
    assert len(planted(filed, "计划调整V2")) == len(swaps) + 4


def test_times_are_in_order_and_every_return_is_judged_with_its_plan_known(filed: list[Filed]) -> None:
    received = [f.delivery.received_at for f in filed]
    assert received == sorted(received)
    for f in filed:
        d = f.delivery
        assert d.received_at <= d.decided_at and d.received_at.utcoffset() == dt.timedelta(hours=8)
        assert 8 <= d.received_at.hour < 18 and 9 <= d.decided_at.hour < 17 and d.decided_at.weekday() < 5
        if f.form == "J2" and not d.note.startswith(("迟报", "更正：", "退回后重报")):
            assert d.received_at.day in (3, 4, 5)


# -- rosters and yearly returns ---------------------------------------------------------------------------------------
def parts(delivery: Delivery) -> list[str]:
    return delivery.path.stem.split("_")


def test_rosters_are_locked_after_the_monthly_returns_of_all_units(listed: list[Delivery]) -> None:
    known = {tuple(parts(d)[:3]): d for d in listed}  # the last of each
    rosters = [d for d in listed if parts(d)[0] == "J4"]
    assert {tuple(parts(d)[1:3]) for d in rosters} == {(u, m) for u in catalogue().children["110000"] for m in LOCKED}
    for month in LOCKED:
        first = [d for d in rosters if parts(d)[2] == month and len(parts(d)) == 3]
        assert len(first) == UNITS and len({(d.received_at, d.decided_at, d.filed_by) for d in first}) == 1
        assert first[0].received_at.day == 5
        places = [listed.index(d) for d in first]
        assert max(places) - min(places) == UNITS - 1  # one after the other: they may be received together
        for delivery in first:
            monthly = known["J2", parts(delivery)[1], month]
            assert monthly.received_at <= delivery.received_at and monthly.decided_at <= delivery.decided_at
            assert listed.index(monthly) < listed.index(delivery)


def test_roster_to_be_returned_comes_again_after_the_decision(listed: list[Delivery]) -> None:
    faulty = [d for d in listed if parts(d)[0] == "J4" and d.note.startswith("应退回")]
    broken = ["J4-010", "J4-006", "J4-011", "X-002", "X-006"]
    assert len(faulty) == len(broken) and all(any(b in d.note for d in faulty) for b in broken)
    for delivery in faulty:
        again = delivery.path.with_stem(delivery.path.stem + "_更正")
        (mended,) = (d for d in listed if d.path == again)
        assert delivery.decided_at < mended.received_at and mended.note.startswith("退回后重报")
    assert sum(len(parts(d)) > 3 for d in listed if parts(d)[0] == "J4") == len(faulty)


def test_yearly_returns_come_in_january_and_one_again_in_march(listed: list[Delivery]) -> None:
    yearly = [d for d in listed if parts(d)[0] == "J3"]
    first = [d for d in yearly if len(parts(d)) == 3]
    assert {(parts(d)[1], parts(d)[2]) for d in first} == {
        (u, y) for u in catalogue().children["110000"] for y in ("2022", "2023")
    }
    for delivery in first:
        assert delivery.received_at.date() <= dt.date(int(parts(delivery)[2]) + 1, 1, 31)
        december = [d for d in listed if d.path.name.startswith(("J2", "J4")) and parts(d)[2][:4] == parts(delivery)[2]]
        assert all(d.decided_at < delivery.received_at for d in december)
    (revised,) = (d for d in yearly if len(parts(d)) > 3)
    assert revised.path.name == "J3_110108_2022_修订.xlsx"
    assert dt.date(2023, 3, 1) <= revised.received_at.date() <= dt.date(2023, 3, 31)


@pytest.mark.parametrize(
    "words",
    [
        "J4-002",
        "J4-005",
        "J4-007",
        "J4-012",
        "J4-014",
        "J4-022",
        "J4-023",
        "J3-007",
        "J3-015",
        "98%系主管部门自查",
        "三本账有差额",
        "修订前",
    ],
)
def test_planted_case_is_named_in_notes_of_one_unit(listed: list[Delivery], words: str) -> None:
    assert len({parts(d)[1] for d in listed if words in d.note}) == 1


def test_rosters_that_are_asked_about_are_few(listed: list[Delivery]) -> None:
    rosters = [d for d in listed if parts(d)[0] == "J4" and not d.note.startswith("应退回")]
    assert len(rosters) == UNITS * len(LOCKED) and sum("触发" in d.note for d in rosters) <= 24


@pytest.mark.parametrize(
    ("unit", "month"), [("110108", (2022, 12)), ("110112", (2023, 6)), ("110113", (2023, 9)), ("110105", (2023, 12))]
)
def test_roster_workbook_holds_the_rows(
    delivered: Callable[[int], list[Delivery]], unit: str, month: tuple[int, int]
) -> None:
    rosters = Rosters(World(catalogue(), SEEDS[0]), SEEDS[0])
    period = f"{month[0]}-{month[1]:02d}"
    (delivery,) = (d for d in delivered(SEEDS[0]) if d.path.name == f"J4_{unit}_{period}.xlsx")
    result, _ = read_bytes(delivery.path.read_bytes(), catalogue())
    assert not [f for f in result.findings if f.severity in ("error", "warning")]
    assert (result.form, result.unit_code, result.period, result.is_sample) == ("J4", unit, period, True)
    for name, rows in rosters.tables(unit, month[0] * 12 + month[1] - 1).items():
        assert [{k: v.filed for k, v in row.values.items()} for row in result.tables.get(name, [])] == rows, name


@pytest.mark.parametrize(("unit", "year"), [("110101", 2022), ("110102", 2023)])
def test_yearly_workbook_holds_the_values_and_the_account(
    delivered: Callable[[int], list[Delivery]], unit: str, year: int
) -> None:
    effects = Yearly(Rosters(World(catalogue(), SEEDS[0]), SEEDS[0])).effects(unit, year)
    (delivery,) = (d for d in delivered(SEEDS[0]) if d.path.name == f"J3_{unit}_{year}.xlsx")
    result, _ = read_bytes(delivery.path.read_bytes(), catalogue())
    assert not [f for f in result.findings if f.severity in ("error", "warning")]
    assert {k: v.filed for k, v in result.values.items()} == effects.values
    assert [{k: v.filed for k, v in row.values.items()} for row in result.tables["J3F"]] == effects.accounts


# -- workbooks --------------------------------------------------------------------------------------------------------
def test_every_workbook_says_that_it_is_a_sample(filed: list[Filed]) -> None:
    for f in filed:
        assert f.title == f"模拟数据（非真实填报）　{catalogue().form(f.form).title.zh}"
        assert f.meta == {
            "form": f.form,
            "rulebook_version": catalogue().version,
            "kind": "sample",
            "marker": "模拟数据",
        }
        assert f.head["填报单位代码"] == f.unit and f.head["报告期"] == f.period
        assert f.head["填报单位名称"] == catalogue().area(f.unit).name_zh
        assert f.head["报出日期"] == f.delivery.received_at.date().isoformat()
        assert {f.head[k] for k in ("表号", "制定机关", "批准机关", "批准文号", "有效期至")} == {"待定"}


def digests(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())}


def test_same_seed_gives_the_same_bytes_and_another_seed_does_not(
    delivered: Callable[[int], list[Delivery]], tmp_path: Path
) -> None:
    again, (first, other) = generate(tmp_path, SEEDS[0]), (delivered(seed) for seed in SEEDS)
    folders = [deliveries[0].path.parent for deliveries in (first, other)]
    assert digests(folders[0]) == digests(tmp_path) != digests(folders[1])
    assert [(d.path.name, d.received_at, d.note) for d in first] == [
        (d.path.name, d.received_at, d.note) for d in again
    ]
    assert len({d.path.name for d in other}) == len(other) == len(digests(folders[1]))


def test_blank_form_has_no_value_and_no_sample_mark(tmp_path: Path) -> None:
    path = tmp_path / "J1_110108_2023_blank.xlsx"
    form = catalogue().form("J1")
    write_form(form, path, unit_code="110108", unit_name="海淀区", period="2023", rulebook_version="0")
    now = dt.datetime.now(dt.UTC)
    blank = read(Delivery(path, "J2", "2023-09", now, now, "", ""))
    assert blank.title == form.title.zh and blank.meta == {"form": "J1", "rulebook_version": "0", "kind": "return"}
    assert set(blank.cells.values()) == {None} and blank.head["报出日期"] is None


def test_written_number_keeps_its_decimals_up_to_fifteen_digits(tmp_path: Path) -> None:
    amounts = [Decimal(text) for text in ("9999999999999.99", "8000000000000.07", "0.01", "123456.70", "0")]
    form = catalogue().form("J2")
    for amount in amounts:
        write_form(
            form,
            tmp_path / "J2_1_x.xlsx",
            unit_code="110108",
            unit_name="海淀区",
            period="2023-09",
            values={"f_total": amount},
            rulebook_version="0",
        )
        now = dt.datetime.now(dt.UTC)
        assert read(Delivery(tmp_path / "J2_1_x.xlsx", "J2", "2023-09", now, now, "", ""))[42] == amount
    with pytest.raises(UsageError):
        exact_double(Decimal("99999999999999.99"))


def test_writing_an_unknown_field_or_text_for_a_number_is_refused(tmp_path: Path) -> None:
    for values in ({"no_such": Decimal(1)}, {"f_total": "12"}):
        with pytest.raises(UsageError):
            write_form(
                catalogue().form("J2"),
                tmp_path / "x.xlsx",
                unit_code="110108",
                unit_name="海淀区",
                period="2023-09",
                values=values,
                rulebook_version="0",
            )
