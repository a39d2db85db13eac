"""`jiugai bench`: how long our parts take beside a reference that runs on the same input in the same process.

Ratios, not seconds, are the result: machines differ and are noisy. Ours and the reference take turns, and the medians
are compared. Not here: tests (a time never fails one).
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any, Literal

SCALES = {"tiny": 48, "province": 200, "national": 2_851}  # workbooks of one month
RUNS = 5
ROOT = Path(__file__).resolve().parent.parent.parent  # where processes of their own start
THOUSANDTH = Decimal("0.001")


@dataclass(frozen=True)
class Case:
    """One measurement. Each call does the whole work anew; `of` says what the target's ratio divides.

    peak: the most memory that ours takes, in MiB, where that has a bound.
    """

    name: str
    reference: str
    ours: Callable[[], object]
    theirs: Callable[[], object]
    target: Decimal
    of: Literal["ours ÷ reference", "reference ÷ ours"] = "ours ÷ reference"
    peak: Callable[[], int] | None = None


@dataclass(frozen=True)
class Took:
    """Answer of a case whose seconds are known better from inside: a part of the work alone, or work done before."""

    seconds: float


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    answer = work()
    return answer.seconds if isinstance(answer, Took) else time.perf_counter() - start


def _shown(value: float) -> str:
    return str(Decimal(value).quantize(THOUSANDTH, ROUND_HALF_EVEN))


def measure(case: Case, runs: int = RUNS) -> dict[str, Any]:
    """The contract's row of one case: medians of `runs` turns after one that is not counted."""
    ours, theirs = [], []
    for turn in range(runs + 1):
        mine, other = _seconds(case.ours), _seconds(case.theirs)
        if turn:
            ours.append(mine)
            theirs.append(other)
    mine, other = statistics.median(ours), statistics.median(theirs)
    forward = case.of == "ours ÷ reference"
    ratio = mine / other if forward else other / mine
    bound = float(case.target)
    return {
        "name": case.name,
        "ours_s": _shown(mine),
        "reference": case.reference,
        "reference_s": _shown(other),
        "ratio": _shown(ratio),
        "target": f"{case.of} {'≤' if forward else '≥'} {case.target}",
        "holds": ratio <= bound if forward else ratio >= bound,
        "spread": _shown((max(ours) - min(ours)) / mine),
        "peak_mib": case.peak() if case.peak else None,
    }


def cases(folder: Path, scale: str) -> Iterator[Case]:
    """Every case, its input made just before it is measured."""
    from orchestration.bench import asking, audit, build, months, pages, reading, rosters

    count = SCALES[scale]
    yield from reading.cases(folder / "reading", count)
    yield from audit.cases(count)
    yield from rosters.cases(scale)
    home = folder / "home"
    yield from build.cases(home, folder / "inputs", count)
    yield from asking.cases(home)
    yield from months.cases(home, folder / "months", five_years=scale == "national")
    if scale == "national":
        yield from asking.cases(folder / "months" / str(months.FIVE_YEARS), months.FIVE_YEARS)
    yield from pages.cases(home, folder / "site")


def run_bench(
    scale: str = "tiny", runs: int = RUNS, progress: Callable[[int, int], None] | None = None
) -> list[dict[str, Any]]:
    """Measure every case in a folder of its own that is removed afterwards. Returns the contract's rows."""
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="jiugai-bench-") as name:
        for n, case in enumerate(cases(Path(name), scale), start=1):
            rows.append(measure(case, runs))
            if progress:
                progress(n, n + 1)
    return rows
