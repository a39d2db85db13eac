"""Units with history. By hand from the State Council's notices: 太谷县 140726 became 太谷区 140703 in 2019; 湾里区 360105
went into 新建区 360112, which had stood before; 渝北 and 江北 became 两江新区 500157 in 2025."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from ingestion.areas import last_month
from ingestion.catalogue import catalogue
from ingestion.model import Finding, ReadResult
from ingestion.returns import read_return
from ingestion.workbook import read_workbook
from tests.factories import edit, set_header, write_return

TODAY = dt.date(2026, 3, 1)


def read(path: Path, unit: str, name: str, period: str) -> ReadResult:
    write_return(path, period="2023-09")
    for label, value in (("填报单位代码", unit), ("填报单位名称", name), ("报告期", period)):
        edit(path, set_header(label, value))
    return read_return(read_workbook(path.read_bytes()), catalogue(), TODAY)


def about_unit(result: ReadResult) -> list[Finding]:
    return [f for f in result.findings if f.rule in ("EVA-002", "EVA-003")]


@pytest.mark.parametrize(
    ("period", "month"),
    [("2023", "2023-12"), ("2023-09", "2023-09"), ("2019/2022", "2022-12"), ("2023-01-01/2023-03-23", "2023-03")],
)
def test_the_units_of_a_period_are_those_of_its_last_month(period: str, month: str) -> None:
    assert last_month(period) == month


def test_a_renamed_county_stands_once_at_any_time() -> None:
    book = catalogue()
    assert {"140726", "140703"} & book.basic_units_in("2019") == {"140726"}
    assert {"140726", "140703"} & book.basic_units_in("2020-01") == {"140703"}
    assert {"360105", "360112"} & book.basic_units_in("2019-06") == {"360105", "360112"}  # the old one merged into it
    assert {"500112", "500105", "500157"} & book.basic_units_in("2025") == {"500112", "500105"}
    assert book.province_of("500112") == "500000" and book.area("140726").parent_code == "140700"
    assert "140726" not in book.basic_units and "140726" not in book.children["140700"]


@pytest.mark.parametrize(("period", "unit", "name"), [
    ("2019-12", "140726", "太谷县"), ("2020-01", "140703", "太谷区"), ("2019-12", "360112", "新建区"),
    ("2019-12", "130503", "桥西区"),  # 信都区 bore that name under the same code until 2020
    ("2023-04", "320371", "经开区"),
])  # fmt: skip
def test_a_code_in_its_own_time_is_read_without_a_word(tmp_path: Path, period: str, unit: str, name: str) -> None:
    result = read(tmp_path / "a.xlsx", unit, name, period)
    assert about_unit(result) == [] and result.unit_code == unit


def test_an_old_code_after_its_end_is_refused_at_its_cell_with_its_successor(tmp_path: Path) -> None:
    result = read(tmp_path / "a.xlsx", "140726", "太谷县", "2020-01")
    (said,) = about_unit(result)
    assert (said.severity, said.found, said.expected) == ("error", "140726", "2019年撤县设区：140703 太谷区")
    assert said.cell and said.sheet and "2019-12" in said.message_zh
    assert result.unit_code is None


def test_a_new_code_before_it_began_is_accepted_with_a_remark(tmp_path: Path) -> None:
    result = read(tmp_path / "a.xlsx", "140703", "太谷区", "2019-12")
    (said,) = about_unit(result)
    assert (said.severity, said.expected) == ("info", "2019年撤县设区：140726 太谷县")
    assert said.cell and "2020-01" in said.message_zh and result.unit_code == "140703"


def test_zones_are_named_as_print_names_them_below_their_city_alone() -> None:
    book = catalogue()
    assert {city: book.find_area("经开区", city) for city in ("320300", "340300", "420300", "420600")} == {
        "320300": ["320371"], "340300": ["340371"], "420300": ["420371"], "420600": []}  # fmt: skip
    assert book.find_area("十堰技术经济开发区") == book.find_area("十堰经济开发区") == ["420371"]
    assert len(book.find_area("经开区")) == 3  # of the nation: a question
    assert book.find_area("东西湖", "420100") == ["420112"]
    assert all(book.area(c).note.startswith("ours") for c in book.areas if book.area(c).is_zone)
