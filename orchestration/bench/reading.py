"""Receiving workbooks (from disk to archive, register and typed rows, all checks on) beside bare reading libraries."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from orchestration.bench import Case
from orchestration.bench.inputs import write_month


def cases(folder: Path, count: int) -> Iterator[Case]:
    import openpyxl
    import python_calamine

    from quality.receive import Receiver

    paths = write_month(folder / "month", count)

    def receive() -> None:
        home = folder / "home"
        shutil.rmtree(home, ignore_errors=True)
        receiver = Receiver(home)
        answers = receiver.receive(paths)
        receiver.register.close()
        assert len(answers) == count

    def calamine() -> list[object]:
        found: list[object] = []
        for path in paths:
            book = python_calamine.CalamineWorkbook.from_path(str(path))
            found += [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
        return found

    def by_openpyxl() -> list[object]:
        return [
            [list(row) for row in sheet.iter_rows(values_only=True)]
            for path in paths
            for sheet in openpyxl.load_workbook(path).worksheets
        ]

    yield Case(
        f"receive {count} J2 workbooks",
        "python-calamine: the same files into Python lists, nothing checked or kept",
        receive,
        calamine,
        Decimal(4),
    )
    yield Case(
        f"receive {count} J2 workbooks",
        "openpyxl: the same files into Python lists, nothing checked or kept",
        receive,
        by_openpyxl,
        Decimal(3),
        "reference ÷ ours",
    )
