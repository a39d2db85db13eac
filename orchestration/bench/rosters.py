"""The row-level rules of J4 over a long roster: beside one scan of the same columns, and beside validating libraries.

Sample rows are repeated with ids of their own, and one in a hundred is made to break a rule. Row-level are the rules of
which one row tells everything; what looks into other rows or tables is measured with whole returns (audit.py).
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from ingestion.catalogue import Catalogue, catalogue
from orchestration.bench import Case
from orchestration.bench.inputs import sample_rows
from orchestration.bench.memory import peak_of
from quality.audit.compile import Check, compiled_form
from quality.audit.language import quoted
from quality.audit.relations import Case as Return
from quality.audit.relations import Tables, period_end

PERIOD = "2023-09"
ROWS = {"tiny": 20_000, "province": 100_000, "national": 1_000_000}
SLOW_ROWS = {"tiny": 2_000, "province": 20_000, "national": 100_000}  # Great Expectations grows in step with rows
MONTHS_OF_A_YEAR = 13_000_000  # rows whose memory is measured, at the scale of the nation
MEMORY = "4GiB"  # DuckDB's bound there; what does not fit goes to disk
WRONG = {  # of 200 rows, which, and what stands there
    "vote_part": (0, "coalesce(vote_part, 0)"), "vote_agree": (0, "coalesce(vote_part, 0) + 1"),
    "fund_paid": (100, "fund_arr + 1"),
}  # fmt: skip

Said = set[tuple[str, int]]  # (rule, row)


class Roster:
    """So many rows in DuckDB, typed as the audit types them."""

    def __init__(self, rows: int, book: Catalogue, file: Path | None = None) -> None:
        self.book, self.compiled, self.over = book, compiled_form("J4", book), book.field_sets["J4"]
        self.checks = [c for c in self.compiled.checks if c.over is self.over and "(SELECT" not in c.condition]
        self.connection = duckdb.connect(str(file or ":memory:"), config={"threads": 1, "memory_limit": MEMORY})
        samples = sample_rows(book)
        self.tables = Tables(self.connection, self.compiled, [Return(period_end(PERIOD), {}, {"J4": samples})])
        self.tables.fill(book)
        number = f"(i * {len(samples)} + row_order)::INTEGER"
        wrong = (f"CASE WHEN {number} % 200 = {at} THEN {v} ELSE {c} END AS {c}" for c, (at, v) in WRONG.items())
        changed = ", ".join([f"{number} AS row_order", "task_id || '-' || i AS task_id", *wrong])
        self.connection.execute(
            f"CREATE {'TABLE' if file else 'TEMP TABLE'} longer AS SELECT * REPLACE ({changed})"
            f' FROM range({-(-rows // len(samples))}) AS times(i), "J4" WHERE {number} < {rows}'
        )
        self.connection.execute(
            'ALTER TABLE longer DROP COLUMN i; DROP TABLE "J4"; CREATE TEMP VIEW "J4" AS FROM longer'
        )

    def columns(self, checks: Sequence[Check]) -> list[str]:
        return sorted({f for c in checks for f in c.fields if f in self.over.by_id})

    def violations(self, checks: Sequence[Check]) -> list[tuple[str, str, int, Any]]:
        """Rule, column, row and values of every cell that a finding would name."""
        said = self.tables.scan(self.over, checks, everything=False)
        failed = [(o, o.check) for o in said if o.verdict is False]
        return [(c.rule.id, c.fields[0], o.row, o.values) for o, c in failed if isinstance(c, Check)]

    def scanned(self, checks: Sequence[Check]) -> Any:
        read = ", ".join(f"count({quoted(c)}), max({quoted(c)})" for c in self.columns(checks))
        return self.connection.execute(f'SELECT {read} FROM "J4"').fetchone()


def said_by(found: Sequence[tuple[Any, ...]]) -> Said:
    return {(rule, row) for rule, _, row, *_ in found}


def cases(scale: str) -> Iterator[Case]:
    from orchestration.bench import peers

    book = catalogue()
    roster, rows = Roster(ROWS[scale], book), ROWS[scale]
    rules = len({c.rule.id for c in roster.checks})
    yield Case(
        f"{rows} J4 rows: {rules} row-level rules ({len(roster.checks)} checks), every violation with its cell",
        f"DuckDB: one scan of the same {len(roster.columns(roster.checks))} columns (count and max of each)",
        lambda: roster.violations(roster.checks),
        lambda: roster.scanned(roster.checks),
        Decimal(3),
        peak=(lambda: peak_of("orchestration.bench.rosters", str(MONTHS_OF_A_YEAR))) if scale == "national" else None,
    )
    for peer, count in ((peers.Pandera, rows), (peers.GreatExpectations, SLOW_ROWS[scale])):
        yield _beside(peer, roster if count == rows else Roster(count, book), count)


def _beside(peer: Any, roster: Roster, rows: int) -> Case:
    """The rules that a peer can say, on both sides. Its numbers are floats, which costs it less than exact decimals."""
    mine = [c for c in roster.checks if peer.says(c)]
    theirs = peer(roster)
    rules = ", ".join(sorted({c.rule.id for c in mine}))
    return Case(
        f"{rows} J4 rows: {len(mine)} checks of {rules}, every violation with its cell",
        f"{peer.__doc__.splitlines()[0].rstrip('.')}: the same checks on the same rows",
        lambda: roster.violations(mine),
        theirs.violations,
        Decimal(15),
        "reference ÷ ours",
    )


if __name__ == "__main__":  # the memory of so many rows, in a process of its own
    with tempfile.TemporaryDirectory(prefix="jiugai-bench-") as folder:
        long = Roster(int(sys.argv[1]), catalogue(), Path(folder) / "rosters.duckdb")
        long.violations(long.checks)
        long.connection.close()
