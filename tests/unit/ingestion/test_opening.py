"""One return in every format that is sent, and every kind of file that must not be opened as if it were sound."""

from __future__ import annotations

import csv
import datetime as dt
import io
import shutil
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from ingestion.catalogue import catalogue
from ingestion.model import Finding, ReadResult
from ingestion.reading import read_bytes
from tests.factories import edit, row_of, write_return, write_roster
from tests.office import save_as, with_part

TODAY = dt.date(2024, 1, 31)
FORMS = ("J2", "J4")


def read(data: bytes) -> ReadResult:
    return read_bytes(data, catalogue(), today=TODAY)[0]


def values_of(result: ReadResult) -> Any:
    return (
        {name: (v.value, v.unit) for name, v in result.values.items()},
        {table: [{n: v.value for n, v in row.values.items()} for row in rows] for table, rows in result.tables.items()},
        (result.form, result.unit_code, result.period, result.is_sample),
    )


def only(result: ReadResult, rule: str) -> Finding:
    [finding] = [f for f in result.findings if f.rule == rule]
    return finding


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("sound")
    return {"J2": write_return(folder / "J2.xlsx"), "J4": write_roster(folder / "J4.xlsx")}


@pytest.fixture(scope="module")
def converted(sound: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same workbooks as LibreOffice saves them."""
    folder = tmp_path_factory.mktemp("converted")
    for kind in ("xls", "ods", "xlsx"):
        save_as(kind, list(sound.values()), folder)
    return folder


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", ["xls", "ods", "xlsx"])
def test_what_libreoffice_saves_reads_as_the_same_values(
    sound: dict[str, Path], converted: Path, form: str, kind: str
) -> None:
    result = read((converted / f"{form}.{kind}").read_bytes())
    assert values_of(result) == values_of(read(sound[form].read_bytes()))
    assert not [f for f in result.findings if f.severity == "error"]


def as_text(path: Path, separator: str = ",") -> str:
    """The first sheet as a spreadsheet program saves it: shown values, no formulas."""
    sheet = openpyxl.load_workbook(path).worksheets[0]
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator)
    for row in sheet.iter_rows(values_only=True):
        writer.writerow(["" if v is None or str(v).startswith("=") else v for v in row])
    return out.getvalue()


@pytest.mark.parametrize("separator", [",", "\t", ";"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gbk", "gb18030"])
def test_separated_text_reads_in_every_encoding(sound: dict[str, Path], encoding: str, separator: str) -> None:
    text = as_text(sound["J2"], separator).replace("㎡", "平方米").replace("㎞", "公里")
    result = read(text.encode(encoding))
    assert values_of(result) == values_of(read(sound["J2"].read_bytes()))
    assert not [f for f in result.findings if f.rule == "FDT-003"]  # text has no types: nothing is said of it


def test_text_that_lost_bytes_is_refused_and_never_read_as_other_characters(sound: dict[str, Path]) -> None:
    data = as_text(sound["J2"]).encode()
    place = data.index("城镇".encode())
    for damaged in (data[: place + 1], data[:place] + data[place + 1 :], b"\xef\xbb\xbf" + data[: place + 1]):
        result = read(damaged)
        assert result.unreadable and only(result, "FLF-008").severity == "error"


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"\xff\xff\xfe,1\n\xff\xff,2\n", "FLF-008"),
        ('表,数\n"甲,1\n乙,2\n'.encode(), "FLF-009"),
        ("只是一段话\n没有表格".encode(), "FLF-002"),
        (b"a,b\n1,\x00\n", "FLF-002"),
        (b"%PDF-1.7, 1, 2\n\x01\x02", "FLF-002"),
    ],
    ids=["no encoding fits", "a quote without end", "prose", "NUL", "another format"],
)
def test_text_that_is_no_table_says_what_to_do(data: bytes, rule: str) -> None:
    result = read(data)
    assert result.unreadable
    assert "xlsx" in only(result, rule).message_zh


def zipped(**entries: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_hostile_archives_are_answered_and_the_reader_lives_on(sound: dict[str, Path]) -> None:
    bomb = with_part(sound["J2"].read_bytes(), "xl/media/a.bin", bytes(400 << 20))
    laughs = (
        b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
        + b"".join(f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">'.encode() for n in range(12))
        + b"]><worksheet>&m;</worksheet>"
    )
    outside = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/hostname">]><worksheet><sheetData>' \
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>&a;</t></is></c></row></sheetData></worksheet>'  # fmt: skip
    secret = zipped(**{
        "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
        "META-INF/manifest.xml": b"<manifest:encryption-data/>", "content.xml": b"?",
    })  # fmt: skip
    assert only(read(bomb), "FLF-006")
    assert only(read(secret), "FLF-003")
    assert only(read(zipped(**{"word/document.xml": b"<x/>"})), "FLF-002")
    for attack in (laughs, outside):
        result = read(with_part(sound["J2"].read_bytes(), "xl/worksheets/sheet1.xml", attack))
        assert not result.values and [f for f in result.findings if f.severity == "error"]
        assert Path("/etc/hostname").read_text().strip() not in str([f.as_json() for f in result.findings])
    assert len(read(sound["J2"].read_bytes()).values) > 30


def test_a_file_cut_off_anywhere_is_unreadable_and_never_half_read(sound: dict[str, Path], converted: Path) -> None:
    for path in (sound["J2"], converted / "J2.xls", converted / "J2.ods"):
        data = path.read_bytes()
        whole = values_of(read(data))
        for part in range(1, 40):
            result = read(data[: len(data) * part // 40])
            assert result.unreadable or values_of(result) == whole, (path.suffix, part)


def test_a_row_of_a_million_columns_is_answered() -> None:
    result = read(b"\n".join([b"1," * 1_000_000] * 3))
    assert [f for f in result.findings if f.severity == "error"]


def test_what_is_hidden_and_holds_numbers_is_said_with_its_cell(tmp_path: Path) -> None:
    rows: list[int] = []

    def hide(sheet: Any) -> None:
        rows.append(row_of(sheet, "42"))
        sheet.row_dimensions[rows[0]].hidden = True

    result = read(edit(write_return(tmp_path / "a.xlsx"), hide).read_bytes())
    said = only(result, "FLF-013")
    assert (said.severity, said.cell) == ("warning", f"D{rows[0]}")
    assert values_of(result) == values_of(read(write_return(tmp_path / "b.xlsx").read_bytes()))

    def hide_column(sheet: Any) -> None:
        sheet.column_dimensions["D"].hidden = True

    assert str(
        only(read(edit(write_return(tmp_path / "c.xlsx"), hide_column).read_bytes()), "FLF-013").cell
    ).startswith("D")


def test_a_hidden_sheet_with_content_is_said_and_our_own_is_not(tmp_path: Path, sound: dict[str, Path]) -> None:
    path = shutil.copy(sound["J2"], tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(path)
    page = book.create_sheet("旧数")
    page["B2"] = 7
    page.sheet_state = "hidden"
    book.save(path)
    said = only(read(Path(path).read_bytes()), "FLF-012")
    assert (said.sheet, said.cell) == ("旧数", "B2")
    assert not [f for f in read(sound["J2"].read_bytes()).findings if f.rule.startswith("FLF")]


def test_a_visible_sheet_beside_the_form_is_said_when_it_holds_numbers(tmp_path: Path, sound: dict[str, Path]) -> None:
    path = tmp_path / "x.xlsx"
    book = openpyxl.load_workbook(sound["J2"])
    book.create_sheet("说明")["B2"] = "如有疑问请来电"
    other = book.create_sheet("另一个区")
    other["A1"], other["C3"] = "本年新开工小区数", 99
    book.save(path)
    result = read(path.read_bytes())
    said = only(result, "FLF-020")
    assert (said.severity, said.sheet, said.cell, said.found) == ("warning", "另一个区", "C3", "99")
    assert values_of(result) == values_of(read(sound["J2"].read_bytes()))


def test_a_list_of_one_column_is_separated_text() -> None:
    result = read('松涛小区\n云杉小区\n"银杏苑,东区"\n'.encode())
    assert not result.unreadable and only(result, "EVA-001").cell == "A1"


def test_an_amount_over_several_columns_is_refused_as_one_over_several_rows(
    tmp_path: Path, sound: dict[str, Path]
) -> None:
    path = tmp_path / "x.xlsx"
    shutil.copy(sound["J2"], path)
    edit(
        path, lambda s: s.merge_cells(start_row=row_of(s, "02"), end_row=row_of(s, "02"), start_column=4, end_column=5)
    )
    assert only(read(path.read_bytes()), "FLF-016").severity == "error"


def test_links_and_lost_characters_are_said(tmp_path: Path, sound: dict[str, Path]) -> None:
    linked = with_part(sound["J2"].read_bytes(), "xl/externalLinks/externalLink1.xml", b"<externalLink/>")
    assert only(read(linked), "FLF-015").severity == "info"
    for lost in ("海\ufffd区", "锟斤拷"):

        def lose(sheet: Any, text: str = lost) -> None:
            sheet["F2"] = text

        said = only(read(edit(write_return(tmp_path / "a.xlsx"), lose).read_bytes()), "FLF-014")
        assert (said.severity, said.cell, said.found) == ("error", "F2", lost)
