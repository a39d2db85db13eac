"""Units with history. By hand from the State Council's notices: 太谷县 140726 became 太谷区 140703 in 2019; 湾里区 360105
went into 新建区 360112, which had stood before; 渝北 and 江北 became 两江新区 500157 in 2025."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from ingestion.areas import last_month
from ingestion.catalogue import Catalogue, catalogue
from ingestion.errors import SetupError
from ingestion.model import Finding, ReadResult
from ingestion.returns import read_return
from ingestion.workbook import read_workbook
from tests.factories import edit, set_header, write_return
from tests.rulebooks import copied

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


def with_changes(folder: Path, changes: str, notes: str = "") -> Catalogue:
    """The rule book with another list of changes: (year, type, old, old name, new, new name)."""
    root = copied(folder)
    head = "year,type_zh,old_code,old_name,new_code,new_name,path,approval_doc_no,detail,source\n"
    rows = "".join(f"{line.strip()},,,,\n" for line in changes.strip().splitlines())
    (root / "areas" / "area_changes.csv").write_text(head + rows, encoding="utf-8")
    head = "year,old_code,new_code,effective,extent,zh,en,source\n"
    rows = "".join(f"{line.strip()},因,why,ours\n" for line in notes.strip().splitlines())
    (root / "areas" / "boundary_notes.csv").write_text(head + rows, encoding="utf-8")
    return Catalogue(root)


def members(book: Catalogue, area: str) -> set[tuple[str, str | None, str | None]]:
    return {(s.code, s.start, s.end) for s in book.boundaries.histories[area].members}


def test_changes_one_after_the_other_are_one_history(tmp_path: Path) -> None:
    """甲 became 乙 in 2019, 乙 and 丙 became 太谷区 in 2021."""
    book = with_changes(tmp_path, """
        2019,撤县设区,140798,甲县,140799,乙区
        2021,撤销,140799,乙区,140703,太谷区
        2021,更名,140797,丙区,140703,太谷区""")  # fmt: skip
    assert book.area("140799").valid_to == "2021-12"
    assert members(book, "140703") == {
        ("140703", "2022-01", None), ("140799", "2020-01", "2021-12"), ("140798", None, "2019-12"),
        ("140797", None, "2021-12")}  # fmt: skip
    assert book.boundaries.codes_then("140703", "2022-01", "2021-12") == ["140797", "140799"]


def test_a_history_ends_at_its_last_break(tmp_path: Path) -> None:
    """丙 gave a part to 榆次区 in mid-2020; then 榆次区 took 丁 in as a whole in 2022."""
    book = with_changes(tmp_path, "2022,撤销,140796,丁县,140702,榆次区", "2020,140703,140702,2020-07,part")
    assert members(book, "140702") == {
        ("140702", "2023-01", None), ("140702", "2020-07", "2022-12"), ("140796", "2020-07", "2022-12")}  # fmt: skip
    broken = book.boundaries.histories["140702"].broken
    assert broken is not None and broken.month == "2020-07" and "因" in broken.zh and "why" in broken.en
    assert [b.month for b in book.boundaries.breaks["140702"]] == ["2020-07", "2023-01"]
    assert book.boundaries.codes_then("140702", "2023-01", "2022-12") == ["140702", "140796"]
    assert book.boundaries.codes_then("140702", "2023-01", "2020-06") is None
    assert {a.code for a in book.areas.values() if a.code in book.boundaries.histories} == {"140702", "140703"}


def test_a_part_that_went_to_another_city_breaks_both_cities(tmp_path: Path) -> None:
    book = with_changes(tmp_path, "", "2020,140703,140105,,part")
    for city in ("140700", "140100"):
        broken = book.boundaries.histories[city].broken
        assert broken is not None and broken.month == "2021-01"
    assert "140000" not in book.boundaries.histories and "000000" not in book.boundaries.histories


@pytest.mark.parametrize(("file", "old", "new"), [
    ("area_changes.csv", "\n2019,", "\n19,"), ("boundary_notes.csv", "2021-04", "April"),
])  # fmt: skip
def test_a_year_or_month_that_is_none_is_told_with_its_line(tmp_path: Path, file: str, old: str, new: str) -> None:
    root = copied(tmp_path)
    path = root / "areas" / file
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SetupError, match=f"{file}: line "):
        Catalogue(root).area("140703")


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("恩施州", ["422800"]),
        ("湘西州", ["433100"]),
        ("黔东南", ["522600"]),
        ("西双版纳自治州", ["532800"]),
        ("大兴安岭", ["232700"]),
        ("神农架", ["429021"]),
        ("前郭尔罗斯县", ["220721"]),
        ("北京市海淀区", ["110108"]),
        ("湖北省武汉市东西湖区", ["420112"]),
        ("新疆和田市", ["653201"]),
        ("海南", ["150303", "460000"]),  # a district of 乌海 or the province, never 海南州
        ("海南州", ["632500"]),
        ("大理", ["532900", "532901"]),  # the prefecture or its city: a question
        ("喀什", ["653100", "653101"]),
        ("濮阳", ["410900", "410928"]),
        ("北京市东西湖区", []),
        ("海淀" * 3000, []),
    ],
)
def test_units_are_found_by_the_names_in_print_and_one_that_means_two_is_a_question(
    name: str, codes: list[str]
) -> None:
    assert catalogue().find_area(name) == codes


def test_what_ended_stands_below_its_city_in_its_own_time_and_filled_in_returns() -> None:
    book = catalogue()
    before, after = set(book.children_in("370600", "2020")), set(book.children_in("370600", "2021-01"))
    assert (before - after, after - before) == ({"370684", "370634"}, {"370614"})
    assert [book.is_basic(code) for code in ("370634", "370614", "370600", "441900", "000000")] == [
        True, True, False, True, False,
    ]  # fmt: skip  # 东莞 has no counties
