"""A list of any length is read in pieces: every value, and what stands beside it, as in a short one; bombs are refused."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from ingestion.catalogue import catalogue
from ingestion.model import ReadResult
from ingestion.opening_parts import LONG_SHEET
from ingestion.reader_lists import ROWS
from ingestion.reading import read_bytes
from ingestion.workbook import read_workbook
from tests.factories import SOUND_TASK, write_return, write_roster

SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
COUNT = 40_000
Rows = list[str]


def read(data: bytes) -> ReadResult:
    return read_bytes(data, catalogue(), today=dt.date(2024, 1, 31))[0]


def rezipped(data: bytes, **parts: bytes) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for name in old.namelist():
            new.writestr(name, parts.get(name, old.read(name)))
    return out.getvalue()


class Long:
    """A roster of one task, its row written `COUNT` times with an id, a name and households of its own."""

    def __init__(self, folder: Path) -> None:
        self.base = write_roster(folder / "one.xlsx", {"J4": [SOUND_TASK]}).read_bytes()
        with zipfile.ZipFile(io.BytesIO(self.base)) as archive:
            sheet, strings = archive.read(SHEET).decode(), archive.read(STRINGS).decode()
        self.texts = re.findall(r"<si>.*?</si>", strings)
        self.before, _, rest = sheet.rpartition("<row ")
        self.row, _, self.behind = rest.partition("</row>")
        self.first = int(re.findall(r'^r="(\d+)"', self.row)[0])

    def column(self, text: str) -> str:
        """Letters of the column in which a shared text stands in the row."""
        [letters] = re.findall(
            rf'r="([A-Z]+)\d+"[^>]* t="s"><v>{self.texts.index(f"<si><t>{text}</t></si>")}</v>', self.row
        )
        return str(letters)

    def rows(self) -> Rows:
        uid, task, name = (self.column(str(SOUND_TASK[k])) for k in ("xq_uid", "task_id", "xq_name"))
        made = []
        for n in range(COUNT):
            row = re.sub(rf'(?<=[A-Z"]){self.first}"', f'{self.first + n}"', self.row)
            for letters, text in ((uid, f"110108{n:06d}"), (task, f"110108{n:06d}-2023")):
                inline = rf'\1 t="inlineStr"><is><t>{text}</t></is>'
                row = re.sub(rf'(<c r="{letters}\d+"[^>]*?) t="s"><v>\d+</v>', inline, row)
            shared = rf"\g<1>{len(self.texts) + n}<"
            row = re.sub(rf'(<c r="{name}\d+"[^>]*?><v>)\d+<', shared, row)
            row = re.sub(r'(<c r="[A-Z]+\d+" s="\d+"><v>)300<', rf"\g<1>{300 + n % 7}<", row)
            made.append(f"<row {row}</row>")
        return made

    def file(self, rows: Rows, behind: Callable[[str], str] = str) -> bytes:
        strings = [*self.texts, *(f"<si><t>松涛小区{n}</t></si>" for n in range(COUNT))]
        sst = f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{"".join(strings)}</sst>'
        sheet = (self.before + "".join(rows) + behind(self.behind)).encode()
        assert len(sheet) > LONG_SHEET
        return rezipped(self.base, **{SHEET: sheet, STRINGS: sst.encode()})


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Long:
    return Long(tmp_path_factory.mktemp("long"))


@pytest.fixture(scope="module")
def sound(long: Long) -> bytes:
    return long.file(long.rows())


def test_every_row_of_a_long_list_says_what_was_written(sound: bytes) -> None:
    result = read(sound)
    rows = result.tables["J4"]
    assert result.findings == [] and len(rows) == COUNT and result.unit_code == "110108"
    assert rows.filed("task_id") == [f"110108{n:06d}-2023" for n in range(COUNT)]
    assert rows.filed("xq_name") == [f"松涛小区{n}" for n in range(COUNT)]
    assert rows.values("hh") == [Decimal(300 + n % 7) for n in range(COUNT)]
    assert rows.values("inv_total") == [Decimal(9_000_000)] * COUNT  # 900.00 万元
    assert rows.filed("d_plan") == [dt.date(2023, 1, 20)] * COUNT
    assert rows.values("xq_alias") == [None] * COUNT
    assert rows[COUNT - 1].values["xq_kind"].raw == "K1" and rows.row_nos == [
        *range(rows.row_nos[0], rows.row_nos[0] + COUNT)
    ]


def test_what_stands_beside_the_values_of_a_long_list_is_said_at_its_cell(long: Long) -> None:
    rows = long.rows()
    [hh, *_] = re.findall(r'<c r="([A-Z]+)\d+" s="\d+"><v>300<', rows[0])

    def cell(n: int, new: str) -> None:
        rows[n] = re.sub(rf'<c r="{hh}\d+"[^>]*?><v>\d+</v></c>', f'<c r="{hh}{long.first + n}"{new}</c>', rows[n])

    cell(10, "><f>1+1</f>")
    cell(COUNT // 2, ' t="e"><v>#REF!</v>')
    cell(COUNT - 5, ' t="str"><v>很多</v>')
    rows[COUNT - 8] = rows[COUNT - 8].replace("<row ", '<row hidden="1" ', 1)
    merged = f'<mergeCells count="1"><mergeCell ref="{hh}{long.first + 20}:{hh}{long.first + 21}"/></mergeCells>'
    result = read(
        long.file(
            rows,
            lambda behind: re.sub(
                r"(</sheetData>(?:<sheetProtection[^>]*/>)?)",
                rf"\1{merged}",
                re.sub(r"<mergeCells.*?</mergeCells>", "", behind),
            ),
        )
    )
    said = {(f.rule, f.cell) for f in result.findings if f.severity in ("error", "warning")}
    numbers = re.findall(
        r'<c r="([A-Z]+)\d+"[^>]*><v>[\d.]+</v>', re.sub(r'<c [^>]* t="s">.*?</c>', "", rows[COUNT - 8])
    )
    assert said == {
        ("FML-001", f"{hh}{long.first + 10}"),
        ("FML-002", f"{hh}{long.first + COUNT // 2}"),
        ("FDT-001", f"{hh}{long.first + COUNT - 5}"),
        ("FLF-013", f"{numbers[0]}{long.first + COUNT - 8}"),
        ("FLF-016", f"{hh}{long.first + 20}"),
    }
    filed = result.tables["J4"].filed("hh")
    other = {10: None, COUNT // 2: None, COUNT - 5: None}
    assert filed == [other.get(n, Decimal(300 + n % 7)) for n in range(COUNT)]


def test_a_long_list_that_lost_bytes_or_rows_in_order_is_unreadable(long: Long, sound: bytes) -> None:
    place = sound.index(SHEET.encode()) + 2_000_000
    damaged = sound[:place] + bytes([sound[place] ^ 0xFF]) + sound[place + 1 :]
    rows = long.rows()
    for data in (damaged, long.file([*rows[COUNT // 2 :], *rows[: COUNT // 2]])):
        result = read(data)
        assert result.unreadable and [f.rule for f in result.findings] == ["FLF-002"] and not result.tables


def test_a_sheet_of_blank_cells_and_a_bomb_are_refused_and_the_reader_lives_on(long: Long) -> None:
    noise = [
        f'<row r="{n}">'
        + "".join(f'<c r="{c}{n}" s="{n * k % 97}"/>' for k, c in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
        + "</row>"
        for n in range(long.first + 1, 120_000)
    ]
    bomb = [f'<row r="{n}" spans="1:99"></row>' + " " * 2000 for n in range(long.first + 1, 150_000)]
    for rows in (noise, bomb):
        result = read(long.file([f"<row {long.row}</row>", *rows]))
        assert result.unreadable and [f.rule for f in result.findings] == ["FLF-006"]
    assert read_workbook(long.base).sheets[0].columns == ()


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_separated_text_of_any_length_says_what_was_written(tmp_path: Path, encoding: str) -> None:
    import openpyxl

    sheet = openpyxl.load_workbook(write_roster(tmp_path / "a.xlsx", {"J4": [SOUND_TASK]})).worksheets[0]
    head = [["" if v is None else v for v in row] for row in sheet.iter_rows(values_only=True)]
    last = head.pop()
    out, count = io.StringIO(), 2 * ROWS + 7
    writer = csv.writer(out)
    writer.writerows(head)
    for n in range(count):
        own = {
            SOUND_TASK["xq_uid"]: f"110108{n:06d}",
            SOUND_TASK["task_id"]: f"110108{n:06d}-2023",
            SOUND_TASK["hh"]: 300 + n % 7,
        }
        writer.writerow([own.get(value, value) if column < 30 else value for column, value in enumerate(last)])
    result = read(out.getvalue().encode(encoding))
    rows = result.tables["J4"]
    assert len(rows) == count and not [f for f in result.findings if f.severity == "error"]
    assert rows.filed("task_id") == [f"110108{n:06d}-2023" for n in range(count)]
    assert rows.values("hh") == [Decimal(300 + n % 7) for n in range(count)]
    assert rows.values("area") == [Decimal("24000.50")] * count


def test_a_short_form_is_read_after_all_of_these(tmp_path: Path) -> None:
    assert len(read(write_return(tmp_path / "a.xlsx").read_bytes()).values) > 30
