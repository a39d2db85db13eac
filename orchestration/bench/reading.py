"""Receiving workbooks (from disk to archive, register and typed rows, all checks on) beside bare reading libraries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from itertools import count as numbers
from pathlib import Path

from orchestration.bench import Case
from orchestration.bench.inputs import write_month, write_nation, write_rosters
from orchestration.bench.memory import peak_mib

BARE = "the same files into Python lists, nothing checked or kept"


def _receive(paths: Sequence[Path], homes: Path) -> Callable[[], None]:
    """Receiving them all into a home that is new each time; emptying an old one would count as ours."""
    from quality.receive import Receiver

    fresh = numbers()

    def receive() -> None:
        receiver = Receiver(homes / str(next(fresh)))
        answers = receiver.receive(paths)
        receiver.register.close()
        assert all(a["verdict"] != "unreadable" and a["duplicate_of"] is None for a in answers)

    return receive


def _calamine(paths: Sequence[Path]) -> Callable[[], list[object]]:
    import python_calamine

    def read() -> list[object]:
        found: list[object] = []
        for path in paths:
            book = python_calamine.CalamineWorkbook.from_path(str(path))
            found += [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
        return found

    return read


def _openpyxl(paths: Sequence[Path]) -> Callable[[], list[object]]:
    import openpyxl

    def read() -> list[object]:
        return [
            [list(row) for row in sheet.iter_rows(values_only=True)]
            for path in paths
            for sheet in openpyxl.load_workbook(path).worksheets
        ]

    return read


def cases(folder: Path, count: int) -> Iterator[Case]:
    months = write_month(folder / "month", count)
    yield from _pair(f"receive {count} J2 workbooks", months, folder / "homes-j2", Decimal(4), Decimal(3))
    rosters, rows = write_rosters(folder / "rosters", count)
    name = f"receive J4 of {rows} rows in {len(rosters)} workbooks"
    yield from _pair(name, rosters, folder / "homes-j4", Decimal(2), Decimal(10))
    nation, rows = write_nation(folder / "nation", count)
    yield _beside_calamine(f"receive J4 of {rows} rows in one workbook", [nation], folder / "homes-one", Decimal(2))


def _beside_calamine(name: str, paths: Sequence[Path], homes: Path, most: Decimal) -> Case:
    def peak() -> int:
        return peak_mib(paths, homes / "peak")

    return Case(
        name, f"python-calamine: {BARE}", _receive(paths, homes / "calamine"), _calamine(paths), most, peak=peak
    )


def _pair(name: str, paths: Sequence[Path], homes: Path, most: Decimal, least: Decimal) -> Iterator[Case]:
    yield _beside_calamine(name, paths, homes, most)
    ours = _receive(paths, homes / "openpyxl")
    yield Case(name, f"openpyxl: {BARE}", ours, _openpyxl(paths), least, "reference ÷ ours")
