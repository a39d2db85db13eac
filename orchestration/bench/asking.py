"""`jiugai figure` and `jiugai trace` as people run them, start-up included, beside bare DuckDB that opens the same build.

Each call is a process of its own. Not here: making the build (build.py).
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from orchestration.bench import ROOT, Case

INDICATOR, PERIOD, NATION = "started_communities", "2023-09", "000000"
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


def cases(home: Path) -> Iterator[Case]:
    from quality.warehouse import current_build, open_build

    made = current_build(home)
    with open_build(made) as connection:
        [unit] = connection.execute(
            "select min(unit_code) from fct_observations where is_sample and indicator = ? and period = ?",
            [INDICATOR, PERIOD],
        ).fetchall()[0]
    for what, area, command, most in (
        ("a county's figure", unit, "figure", Decimal(6)),
        ("the nation's figure", NATION, "figure", Decimal(6)),
        ("the cells of a county's figure", unit, "trace", Decimal(8)),
        ("the cells of the nation's figure", NATION, "trace", Decimal(12)),
    ):
        asked = [command, INDICATOR, "--area", area, "--period", PERIOD, "--sample", "--home", str(home.resolve())]
        yield Case(
            f"jiugai {command}: {what}, start-up included",
            "python and DuckDB: open the same build, select that figure's rows",
            lambda asked=asked: _run("-m", "orchestration.cli", *asked),  # type: ignore[misc]
            lambda area=area: _run("-c", BARE, str(made.path), INDICATOR, area, PERIOD),  # type: ignore[misc]
            most,
        )
