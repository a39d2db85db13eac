"""How a build grows: a home of one month, and the same returns as 1, 4 and 16 months; what a late return costs.

Seconds are those of the models' SQL, which dbt times itself: start-up and tests are shown by the other case. Each size is
built once, since a build is long. Not here: reading workbooks (reading.py): the months are copied as typed rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingestion.catalogue import catalogue
from ingestion.register import Register, submissions
from ingestion.store import HELD, Store
from orchestration.bench import Case, Took

SIZES = (1, 4, 16)


def _months_before(period: str, months: int) -> str:
    years, month = divmod(int(period[:4]) * 12 + int(period[5:]) - 1 - months, 12)
    return f"{years}-{month + 1:02d}"


def write_months(source: Path, home: Path, months: int) -> int:
    """A home with the monthly returns of another one, as those of so many months, all accepted: a build is what is
    measured. Returns the rows of typed data."""
    held = Register(source)
    rows = [r for r in held.states() if r["source_id"] is None and r["period"] and len(r["period"]) == 7]
    held.close()
    store = Store(home, catalogue())
    store.seed()
    copies = [
        {
            **row,
            "submission_id": f"{row['submission_id']}-{back}",
            "period": _months_before(row["period"], back),
            "status": "accepted",
        }
        for back in range(months)
        for row in rows
    ]
    known = {c.name for c in submissions.columns}
    register = Register(home)
    with register.transaction() as connection:
        inserted = [
            {k: v for k, v in c.items() if k in known} | {"seq": n, "supersedes": None}
            for n, c in enumerate(copies, start=1)
        ]
        connection.execute(submissions.insert(), inserted)
    register.close()
    return sum(_copy(source, home, path, back) for back in range(months) for path in _partitions(source))


def _partitions(home: Path) -> list[Path]:
    return sorted(p for p in (home / "returns").rglob("rows.parquet") if len(p.parts[-3]) == len("period=2023-09"))


def _copy(source: Path, home: Path, path: Path, back: int) -> int:
    """One partition as that of an earlier month."""
    table = pq.read_table(path, partitioning=None)
    metadata = dict(table.schema.metadata)
    metadata[HELD] = b" ".join(b"%s-%d" % (name, back) for name in metadata[HELD].split())
    ids = pc.binary_join_element_wise(table["submission_id"], pa.scalar(str(back)), "-")
    table = table.set_column(0, "submission_id", ids).replace_schema_metadata(metadata)
    form, period, province = path.relative_to(source / "returns").parts[:3]
    target = home / "returns" / form / f"period={_months_before(period[-7:], back)}" / province / "rows.parquet"
    target.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, target, compression="zstd")
    return len(table)


def _sql_seconds(home: Path) -> float:
    from quality.warehouse import build

    return sum(n.seconds for n in build(home).nodes if n.unique_id.startswith("model."))


def _one_pass(home: Path) -> None:
    """Every value of every typed row read once."""
    with duckdb.connect() as connection:
        for form in sorted({p.parts[-4] for p in _partitions(home)}):
            path = f"{home}/returns/{form}/*/*/rows.parquet"
            connection.execute(f"select sum(hash(r)) from (select r from read_parquet('{path}') as r)").fetchall()


def cases(source: Path, folder: Path) -> Iterator[Case]:
    """source: a home with one month received."""
    homes = {size: folder / str(size) for size in SIZES}
    rows = {size: write_months(source, home, size) for size, home in homes.items()}
    took = {size: Took(_sql_seconds(home)) for size, home in homes.items()}
    most = SIZES[-1]
    yield Case(
        f"SQL of a full build of {most} months, {rows[most]} typed rows (built once)",
        "DuckDB: one pass over the same typed rows",
        lambda: took[most],
        lambda: _one_pass(homes[most]),
        Decimal(10),
    )
    for fewer, more in pairwise(SIZES):
        yield Case(
            f"growth: SQL of a build of {rows[more]} typed rows, {more // fewer} times as many (built once)",
            f"the same of {rows[fewer]} rows",
            lambda more=more: took[more],  # type: ignore[misc]
            lambda fewer=fewer: took[fewer],  # type: ignore[misc]
            Decimal(more // fewer),
        )
    late = Took(_sql_seconds(homes[most]))
    yield Case(
        "one late return: SQL until all figures are up to date, which is a whole build today (built once)",
        "SQL of the full build",
        lambda: late,
        lambda: took[most],
        Decimal("0.1"),
    )
