"""Auditing returns (every rule of J2, findings with cells) beside one scan of DuckDB for the same sums and orders."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from decimal import Decimal
from typing import Any

from orchestration.bench import Case

ROWS_A_FILE = 20  # returns a workbook of the scale: the audit is quick, so it is measured on more

BY_HAND = """select count(*) filter (where not (f_close = f_open + f_total - p_total - f_return)),
    count(*) filter (where not (xq_start = st_build + st_done + st_accept + st_out_started)),
    count(*) filter (where not (xq_accept <= st_accept + xq_carry_acc)),
    count(*) filter (where not (f_idle_1y = 0)), count(*) filter (where not (xq_off = 0)),
    count(*) filter (where not (inv_done = 0 or p_total >= 0.2 * inv_done)) from returns"""


def cases(count: int) -> Iterator[Case]:
    import duckdb

    from ingestion.catalogue import catalogue
    from ingestion.model import CellValue, ReadResult, Value
    from ingestion.sample_numbers import World, as_filed, month_no
    from orchestration.bench.inputs import MONTH, SEED
    from quality.audit.run import audit

    book = catalogue()
    form, world = book.form("J2"), World(book, SEED)
    filed = [as_filed(form, world.progress(unit)[month_no(*MONTH)]) for unit in world.units]
    total = count * ROWS_A_FILE

    def cell(value: Value) -> CellValue:
        return CellValue(value, value, None, "表", "D12", str(value))

    read = [{name: cell(value) for name, value in row.items()} for row in filed]
    results = [
        ReadResult(form="J2", unit_code="110108", period="2023-09", values=read[n % len(read)]) for n in range(total)
    ]

    def ours() -> None:
        fresh = [copy(r) for r in results]
        for result in fresh:
            result.findings = []
        audit(fresh, [{}] * total, book)

    names = [f.id for f in form.fields if f.is_number]
    connection = duckdb.connect(":memory:")
    types = ", ".join(f"{name} DECIMAL(24,8)" for name in names)
    marks = ", ".join("?" for _ in names)

    def theirs() -> Any:
        connection.execute(f"create or replace table returns ({types})")
        rows = [[filed[n % len(filed)].get(name) for name in names] for n in range(total)]
        connection.executemany(f"insert into returns values ({marks})", rows)
        return connection.execute(BY_HAND).fetchall()

    yield Case(
        f"audit {total} J2 returns, every rule, findings with cells",
        "DuckDB: the same returns inserted, six of the relations counted in one scan, no findings",
        ours,
        theirs,
        Decimal(3),
    )
