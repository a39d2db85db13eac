"""Draws `answer.png`: the workbook that goes back to a monthly return with one error and two questions. Sample data.

Needs LibreOffice and pdftoppm (poppler-utils): `.venv/bin/python docs/guides/pictures/answer_picture.py`.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import openpyxl

from ingestion.catalogue import catalogue
from ingestion.samples import sound_returns
from quality.receive import Receiver

WRONG = {"10": 2, "42": 31607.27, "60": 5}  # outside the plan, a total that is off, idle money


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = sound_returns(folder)["J2"]
        book = openpyxl.load_workbook(path)
        sheet, fields = book.worksheets[0], catalogue().form("J2").by_code
        for row in range(1, sheet.max_row + 1):
            code = str(sheet.cell(row, 1).value)
            if code in fields and code in WRONG:
                sheet.cell(row, 4).value = WRONG[code]
        book.save(path)
        receiver = Receiver(folder / "home")
        [answer] = receiver.receive([path])
        made = folder / "home" / "answers" / f"{answer['submission_id']}.xlsx"
        profile = f"-env:UserInstallation=file://{folder}/profile"
        for command in (
            ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", name, str(made)],
            ["pdftoppm", "-r", "110", "-l", "1", "-x", "40", "-y", "50", "-W", "1200", "-H", "420", "-png", "-singlefile",
             str(folder / f"{made.stem}.pdf"), str(Path(__file__).with_name("answer"))],
        ):  # fmt: skip
            subprocess.run(command, check=True, capture_output=True, timeout=300)


if __name__ == "__main__":
    main()
