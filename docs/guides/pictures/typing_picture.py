"""Draws `typing.png`: a monthly form while it is being filled in, last values beside the cells, one sum that is wrong.

Needs LibreOffice and pdftoppm (poppler-utils): `.venv/bin/python docs/guides/pictures/typing_picture.py`. All numbers are sample data.
"""

from __future__ import annotations

import datetime as dt
import subprocess
import tempfile
from decimal import Decimal
from pathlib import Path

import openpyxl

from ingestion.blank import write_form
from ingestion.catalogue import catalogue
from ingestion.reading import read_bytes
from ingestion.samples import sound_returns
from quality.live_checks import live_checks

PERIOD = "2023-09"
TYPED_UP_TO = 54  # code of the last row that was typed
WRONG = "f_total"  # … and the sum that is 10 万元 off


def _before(folder: Path) -> dict[str, Decimal]:
    """What a sample county filed last."""
    result = read_bytes(sound_returns(folder)["J2"].read_bytes(), catalogue(), today=dt.date(2024, 1, 31))[0]
    return {name: v.filed for name, v in result.values.items() if isinstance(v.filed, Decimal)}


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        form, path, before = catalogue().form("J2"), folder / "typing.xlsx", _before(folder)
        write_form(
            form, path, unit_code="110108", unit_name="海淀区", period=PERIOD, previous=before, sample=True,
            checks=live_checks("J2", catalogue()), rulebook_version=catalogue().version,
        )  # fmt: skip
        book = openpyxl.load_workbook(path)
        sheet = book.worksheets[0]
        for row in range(1, sheet.max_row + 1):
            field = form.by_code.get(str(sheet.cell(row, 1).value))
            if field is not None and int(field.code) <= TYPED_UP_TO and field.id in before:
                sheet.cell(row, 4).value = before[field.id] + (10 if field.id == WRONG else 0)
        sheet.print_area = f"A1:F{sheet.max_row}"
        book.save(path)
        profile = f"-env:UserInstallation=file://{folder}/profile"
        for command in (
            ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", name, str(path)],
            ["pdftoppm", "-r", "84", "-x", "55", "-y", "65", "-W", "600", "-H", "715", "-png", "-singlefile",
             str(path.with_suffix(".pdf")), str(Path(__file__).with_name("typing"))],
        ):  # fmt: skip
            subprocess.run(command, check=True, capture_output=True, timeout=300)


if __name__ == "__main__":
    main()
