"""`jiugai figure` and `jiugai trace` as people run them, start-up included, beside bare DuckDB that opens the same build.

Each call is a process of its own; how many cells a trace names is said in the case. Not here: making the build (build.py,
months.py).
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from filings.question import Question
from filings.reader import open_reader
from filings.trace import Trace
from orchestration.bench import ROOT, Case
from quality.warehouse import current_build, open_build

COUNT, RATE, ROSTER, PERIOD, NATION = "started_communities", "arrival_rate", "roster_communities", "2023-09", "000000"
BARE = """import sys, duckdb
with duckdb.connect(sys.argv[1], read_only=True) as build:
    rows = build.execute(
        "select * from fct_figures where indicator = ? and area_code = ? and period = ? and is_sample order by choice_rank",
        sys.argv[2:],
    ).fetchall()
assert rows
"""


def _run(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], cwd=ROOT, stdout=subprocess.DEVNULL, check=True)


def _cells(home: Path, indicator: str, area: str) -> int:
    """How many cells a figure is made of; each with its place, and adding up to the figure."""
    with open_reader(home) as reader:
        found = Trace(reader, Question(indicator, area, PERIOD, sample=True))
        assert all(c["sheet"] and c["cell"] for c in found.contributions())
        said = {role: found.figure[role] for role in ("numerator", "denominator") if found.figure[role] is not None}
        assert found.sum == (said or found.figure["value"]), (found.sum, found.figure)
        return found.count


def cases(home: Path, months: int = 1) -> Iterator[Case]:
    """months: how many the build holds, as its cases say."""
    made = current_build(home)
    with open_build(made) as connection:
        [unit] = connection.execute(
            "select min(unit_code) from fct_observations where is_sample and indicator = ? and period = ?",
            [COUNT, PERIOD],
        ).fetchall()[0]
    of_build = f"start-up included, of a build of {months} month{'s' if months > 1 else ''}"
    for what, area, command, indicator, most in (
        ("a county's figure", unit, "figure", COUNT, Decimal(6)),
        ("the nation's figure", NATION, "figure", COUNT, Decimal(6)),
        ("{} cells of a county's figure", unit, "trace", COUNT, Decimal(8)),
        ("{} cells of the nation's figure", NATION, "trace", COUNT, Decimal(12)),
        ("{} cells of the nation's rate", NATION, "trace", RATE, Decimal(16)),
        ("{} cells of the nation's rosters", NATION, "trace", ROSTER, Decimal(30)),
    ):
        if command == "trace":
            if not (count := _cells(home, indicator, area)):
                continue  # few units, or a home without rosters
            what = what.format(count)
        asked = [command, indicator, "--area", area, "--period", PERIOD, "--sample", "--home", str(home.resolve())]
        yield Case(
            f"jiugai {command}: {what}, {of_build}",
            "python and DuckDB: open the same build, select that figure's rows",
            lambda asked=asked: _run("-m", "orchestration.cli", *asked),  # type: ignore[misc]
            lambda of=indicator, area=area: _run("-c", BARE, str(made.path), of, area, PERIOD),  # type: ignore[misc]
            most,
        )
