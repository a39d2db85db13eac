"""What stands beside the values of a file is said at its cell, in every format that can hold it."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from ingestion.catalogue import catalogue
from ingestion.model import ReadResult
from ingestion.reading import read_bytes
from tests.factories import edit, row_of, write_return, write_roster
from tests.office import save_as

SHEET = "xl/worksheets/sheet1.xml"
FACTS = {"hidden row": "FLF-013", "hidden column": "FLF-013", "error": "FML-002", "merged": "FLF-016"}


def read(data: bytes) -> ReadResult:
    return read_bytes(data, catalogue())[0]


def cells(result: ReadResult, rule: str) -> list[str | None]:
    return [f.cell for f in result.findings if f.rule == rule]


def funds(sheet: Worksheet) -> int:
    return row_of(sheet, "42")  # f_total of J2, 800 ten-thousand yuan in column D


def hide_row(sheet: Worksheet) -> None:
    sheet.row_dimensions[funds(sheet)].hidden = True


def hide_column(sheet: Worksheet) -> None:
    sheet.column_dimensions["D"].hidden = True


def type_error(sheet: Worksheet) -> None:
    cell = sheet.cell(funds(sheet), 4)
    cell.value, cell.data_type = "#REF!", "e"


def merge(sheet: Worksheet) -> None:
    sheet.merge_cells(start_row=funds(sheet), end_row=funds(sheet) + 1, start_column=4, end_column=4)


def formula(sheet: Worksheet) -> None:
    sheet.cell(funds(sheet), 4).value = "=402+403"


EDITS: dict[str, Callable[[Worksheet], None]] = {
    "hidden row": hide_row, "hidden column": hide_column, "error": type_error, "merged": merge,
}  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A J2 for each fact, as xlsx, and as LibreOffice saves it in the other formats."""
    folder = tmp_path_factory.mktemp("facts")
    files = [edit(write_return(folder / f"{name}.xlsx"), change) for name, change in EDITS.items()]
    files += [edit(write_return(folder / "formula.xlsx"), formula), write_return(folder / "sound.xlsx")]
    for kind in ("ods", "xls"):
        save_as(kind, files, folder)
    return folder


def place(sound: Path, fact: str) -> str:
    """The cell to be named: the first number of the column, or f_total."""
    values = read(sound.read_bytes()).values
    if fact == "hidden column":
        return min((v.cell for v in values.values() if v.cell.startswith("D")), key=lambda c: int(c[1:]))
    return values["f_total"].cell


@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
@pytest.mark.parametrize("fact", EDITS)
def test_a_fact_is_said_at_its_cell(made: Path, kind: str, fact: str) -> None:
    result = read((made / f"{fact}.{kind}").read_bytes())
    assert cells(result, FACTS[fact])[:1] == [place(made / "sound.xlsx", fact)]
    assert not cells(read((made / f"sound.{kind}").read_bytes()), FACTS[fact])


def test_a_formula_of_xls_that_was_never_calculated_is_no_blank(made: Path) -> None:
    """The result of the formula as [MS-XLS] stores a text of no length."""
    data = bytearray((made / "formula.xls").read_bytes())
    at = data.index(struct.pack("<d", 805))
    data[at : at + 8] = b"\x03\x00\x00\x00\x00\x00\xff\xff"
    result = read(bytes(data))
    assert cells(result, "FML-001") == [place(made / "sound.xlsx", "formula")]
    assert "f_total" not in result.values


def test_what_a_file_does_not_show_is_said(made: Path) -> None:
    """A file that one of the two readers of xls cannot open: its DATEMODE record holds neither 0 nor 1."""
    data = (made / "error.xls").read_bytes().replace(b"\x22\x00\x02\x00\x00\x00", b"\x22\x00\x02\x00\x09\x00")
    [said] = [f for f in read(data).findings if f.rule == "FLF-018"]
    assert said.severity == "warning" and "xlsx" in said.message_zh
    assert not cells(read((made / "error.xls").read_bytes()), "FLF-018")


def replaced(path: Path, part: str, change: Callable[[bytes], bytes], name: str | None = None) -> bytes:
    """The archive with one part changed; name: the part is also called so from then on, wherever it is spoken of."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            content = old.read(entry)
            if entry == part:
                content = change(content)
                assert content != old.read(entry) or name
            if name:
                content = content.replace(part.removeprefix("xl/").encode(), name.removeprefix("xl/").encode())
            new.writestr(name if name and entry == part else entry, content)
    return out.getvalue()


def prefixed(xml: bytes) -> bytes:
    return re.sub(rb"<(/?)(?=\w)", rb"<\1x:", xml).replace(b"xmlns=", b"xmlns:x=", 1)


def single_quotes(xml: bytes) -> bytes:
    return xml.replace(b'"', b"'")


def broken_lines(xml: bytes) -> bytes:
    return re.sub(rb' (hidden|t)="', rb'\n\1 = "', xml).replace(b"<f>", b"<f\n>")


@pytest.mark.parametrize("spelling", [prefixed, single_quotes, broken_lines])
@pytest.mark.parametrize("fact", ["hidden row", "error", "formula"])
def test_however_the_xml_is_written(tmp_path: Path, made: Path, fact: str, spelling: Callable[[bytes], bytes]) -> None:
    path = edit(write_return(tmp_path / "a.xlsx"), EDITS.get(fact, formula))
    for data in (replaced(path, SHEET, spelling), replaced(path, SHEET, spelling, "xl/pages/one.xml")):
        assert cells(read(data), FACTS.get(fact, "FML-001")) == [place(made / "sound.xlsx", fact)]


@pytest.mark.parametrize(
    ("fact", "attribute"),
    [("row", b'\\g<0> ht="0" customHeight="1"'), ("column", b'<col min="4" max="4" width="0" customWidth="1"')],
)
def test_no_height_or_width_is_hidden_too(made: Path, fact: str, attribute: bytes) -> None:
    sound = made / "sound.xlsx"
    at = place(sound, f"hidden {fact}")
    before = (
        rb'<row r="%d"' % int(place(sound, "hidden row")[1:])
        if fact == "row"
        else rb'<col min="4" max="4" width="[0-9.]+"( customWidth="1")?'
    )

    def shrink(xml: bytes) -> bytes:
        return re.sub(before, attribute, xml, count=1)

    data = replaced(sound, SHEET, shrink)
    assert cells(read(data), "FLF-013")[:1] == [at]


def test_a_formula_of_ods_without_its_value_is_no_blank(made: Path) -> None:
    def forget(xml: bytes) -> bytes:
        return re.sub(
            rb'office:value-type="float" office:value="800"( calcext:value-type="float")?><text:p>[^<]*</text:p>',
            rb'table:formula="of:=400+400">', xml, count=1,
        )  # fmt: skip

    result = read(replaced(made / "sound.ods", "content.xml", forget))
    assert cells(result, "FML-001") == [place(made / "sound.xlsx", "formula")]
    assert "f_total" not in result.values


def test_a_merged_label_is_nobodys_number_and_a_merged_amount_of_a_roster_is(tmp_path: Path) -> None:
    def label(sheet: Any) -> None:
        sheet["H1"] = 7
        sheet.merge_cells("H1:H3")

    assert not cells(read(edit(write_return(tmp_path / "a.xlsx"), label).read_bytes()), "FLF-016")
    plain = read(write_roster(tmp_path / "b.xlsx").read_bytes())
    first = plain.tables["J4"][0].values["inv_total"]

    def over_two(sheet: Worksheet) -> None:
        letters, row = re.fullmatch(r"([A-Z]+)(\d+)", first.cell).groups()  # type: ignore[union-attr]
        sheet.merge_cells(f"{letters}{row}:{letters}{int(row) + 1}")

    assert cells(read(edit(write_roster(tmp_path / "c.xlsx"), over_two).read_bytes()), "FLF-016") == [first.cell]


@pytest.mark.parametrize("cell", ["A1048576", "XFD60"])
def test_content_in_the_last_row_or_column_is_asked_about(made: Path, cell: str) -> None:
    row = re.sub(r"\D", "", cell)
    extra = f'<row r="{row}"><c r="{cell}"><v>1</v></c></row></sheetData>'.encode()
    xml = replaced(made / "sound.xlsx", SHEET, lambda old: old.replace(b"</sheetData>", extra))
    assert cells(read(xml), "FLF-017") == [cell]


def test_text_whose_last_line_has_no_end_is_asked_about() -> None:
    whole = "填报单位,数\n甲,12\n乙,345\n"
    assert not cells(read(whole.encode()), "FLF-017")
    assert cells(read(whole[:-2].encode()), "FLF-017") == ["B3"]  # 34 for 345


def test_more_cells_than_any_form_holds_are_refused_before_they_fill_the_memory() -> None:
    lists = b"1,2,3,4,5,6,7,8\n" * 400_000
    for data in (
        b"1" + b"," * 40 + b"\n",
        "城镇老旧小区改造进展情况,指标名称\n".encode() + lists,
    ):  # hardly filled; a list where a form is
        result = read(data * (100_000 if len(data) < 100 else 1))
        assert result.unreadable and [f.rule for f in result.findings] == ["FLF-006"]


def test_macros_are_said_and_never_run(made: Path) -> None:
    out = io.BytesIO((made / "sound.xlsx").read_bytes())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0")
    result = read(out.getvalue())
    assert [f.severity for f in result.findings if f.rule == "FLF-007"] == ["info"] and "f_total" in result.values


def test_an_xls_with_a_password_is_said_to_have_one(made: Path) -> None:
    """The records as [MS-XLS] orders them: the one after the first BOF says how the rest is encrypted."""
    data = bytearray((made / "sound.xls").read_bytes())
    after = data.index(b"\x09\x08\x10\x00\x00\x06\x05\x00") + 20  # the record that follows the first BOF
    data[after : after + 2] = b"\x2f\x00"  # FILEPASS
    result = read(bytes(data))
    assert result.unreadable and [f.rule for f in result.findings] == ["FLF-003"]
