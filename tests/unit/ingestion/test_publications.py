"""Published tables through their layouts, against totals that the tables themselves print."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from ingestion.catalogue import catalogue
from ingestion.model import ReadResult
from ingestion.publications import read_publication
from ingestion.transcripts import write_source
from ingestion.workbook import read_workbook
from tests.factories import write_rows


def read(path: Path, source: str) -> ReadResult:
    return read_publication(read_workbook(path.read_bytes()), catalogue().source(source), catalogue())


def transcribed(tmp_path: Path, source: str) -> ReadResult:
    path = tmp_path / f"{source}.xlsx"
    assert write_source(catalogue().source(source), catalogue(), path)
    return read(path, source)


def total(result: ReadResult, indicator: str, role: str, dim: str = "") -> Decimal:
    return sum(
        (o.value for o in result.observations if (o.indicator, o.role, o.dim_code) == (indicator, role, dim)),
        Decimal(0),
    )


def test_thirty_two_rows_of_september_2023_add_up_to_the_printed_total(tmp_path: Path) -> None:
    result = transcribed(tmp_path, "T2309")
    rows = [o for o in result.observations if o.indicator == "started_communities" and o.role == "row"]
    assert len(rows) == len({o.unit_code for o in rows}) == 32
    assert "660000" in {o.unit_code for o in rows}
    assert sum(o.value for o in rows) == 51294
    assert total(result, "started_communities", "total") == 51294
    assert not [f for f in result.findings if f.severity in ("error", "warning")]


def test_whole_started_rates_are_lower_bounds_not_numbers(tmp_path: Path) -> None:
    rates = [o for o in transcribed(tmp_path, "T2309").observations if o.indicator == "start_rate_communities_printed"]
    whole = [o for o in rates if o.printed == "全部开工"]
    assert len(whole) == 21
    assert {o.qualifier for o in whole} == {"at_least"}


def test_dezhou_total_row_first_and_a_unit_from_evidence(tmp_path: Path) -> None:
    result = transcribed(tmp_path, "R02")
    printed = {"plan_projects": 313, "plan_communities": 313, "plan_buildings": 1164, "plan_households": 35305}
    for indicator, value in printed.items():
        assert total(result, indicator, "row") == total(result, indicator, "total") == value
    assert total(result, "plan_area_sqm", "row") == Decimal("3777200")  # 377.72 万平方米
    assert [f.rule for f in result.findings] == ["UNT-003"]
    assert "371471" in {o.unit_code for o in result.observations}  # 开发区, a registered zone


def test_chizhou_parts_add_up_and_groups_of_one_name_stay_apart(tmp_path: Path) -> None:
    result = transcribed(tmp_path, "R22")
    assert total(result, "funds_allotted", "total") == Decimal("221414700")
    assert sum(total(result, "funds_allotted", "row", d) for d in ("F11", "F21", "F80")) == Decimal("221414700")
    assert total(result, "funds_paid", "total") == Decimal("24875900")
    assert total(result, "funds_paid", "row", "F80") == Decimal("3034700")
    assert not [f for f in result.findings if f.severity != "info"]


def test_lukou_reports_all_paid_and_is_told_what_it_comes_to(tmp_path: Path) -> None:
    result = transcribed(tmp_path, "R18")
    assert total(result, "funds_allotted", "total") == 2_000_000
    assert total(result, "funds_paid", "total") == 668_600
    parts = sum(total(result, "funds_allotted", "row", f"P{n}") for n in range(1, 5))
    assert parts == 2_000_000  # 43.96 + 105.04 + 45 + 6
    claimed = [f for f in result.findings if f.rule == "CTL-001"]
    assert [(f.found, f.expected, f.cell) for f in claimed] == [("100%", "33.43%", "E3")]


def test_shandong_keeps_a_missing_year_missing(tmp_path: Path) -> None:
    result = transcribed(tmp_path, "R23")
    years = {o.period_start.year for o in result.observations}
    assert years == {2017, 2019, 2020}
    paid = {o.period_start.year: (o.value, o.note) for o in result.observations if o.indicator == "funds_paid"}
    assert paid == {2017: (Decimal("473176600"), ""), 2019: (Decimal("220574100"), "截至2020年5月底")}


def test_every_source_reads_without_an_error(tmp_path: Path) -> None:
    read_count = 0
    for source in catalogue().sources.values():
        path = tmp_path / f"{source.id}.xlsx"
        if write_source(source, catalogue(), path):
            result = read(path, source.id)
            assert not [f for f in result.findings if f.severity == "error"], source.id
            assert result.observations or result.listed
            read_count += 1
    assert read_count > 100


def test_a_transcript_gives_the_same_bytes_twice(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_source(catalogue().source("T2212"), catalogue(), tmp_path / f"{name}.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def changed(tmp_path: Path, cell: str, value: object) -> ReadResult:
    path = tmp_path / "T2309.xlsx"
    write_source(catalogue().source("T2309"), catalogue(), path)
    book = openpyxl.load_workbook(path)
    book["表"][cell] = value
    book.save(path)
    return read(path, "T2309")


def test_a_total_that_does_not_add_up_names_both_sides_and_the_cell(tmp_path: Path) -> None:
    result = changed(tmp_path, "C36", 51295)
    found = [f for f in result.findings if f.rule == "L-004"]
    assert [(f.sheet, f.cell, f.found, f.expected) for f in found] == [("表", "C36", "51295", "51294")]


@pytest.mark.parametrize(
    ("cell", "value", "rule"),
    [
        ("B4", "上海滩", "EVA-002"),
        ("C4", "三百五", "FDT-001"),  # 305 or 350
        ("C3", "新开工小区数", "FLF-010"),  # the unit is gone from the header
        ("B3", "地方", "FLF-010"),
        ("B4", "江苏", "RWD-001"),
    ],
)
def test_faults_of_a_published_table_are_errors_with_their_cell(
    tmp_path: Path, cell: str, value: object, rule: str
) -> None:
    found = [f for f in changed(tmp_path, cell, value).findings if f.severity == "error"]
    assert rule in {f.rule for f in found}
    assert all(f.sheet for f in found)


def test_an_amount_without_a_unit_is_not_read(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "x.xlsx", [["指标", "数额"], ["计划投资", "17558"], ["年度资金安排", "100万元"]])
    result = read(path, "R22")
    assert [(f.rule, f.cell) for f in result.findings] == [("UNT-001", "B2")]
    assert [o.indicator for o in result.observations] == ["funds_allotted"]
