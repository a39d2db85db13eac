"""How a build grows: a home of one month, and the same returns as 1, 4 and 16 months, or 60 of the whole nation.

What a case counts is said in its name: rows of rosters (a community in a month), returns and the numbers in them. Seconds are
those of the models' SQL, which dbt times itself, in a process of its own that says the most memory it held: start-up and
tests are shown by the other case (build.py). Each size is built once, since a build is long. Not here: reading workbooks
(reading.py): the months are copied as typed rows.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingestion.catalogue import catalogue
from ingestion.paths import as_pattern
from ingestion.raw_texts import RAW, texts_in
from ingestion.register import Register, column_maps, submissions
from ingestion.store import HELD, Store
from orchestration.bench import ROOT, Case, Took
from orchestration.bench.memory import own_peak_mib

SIZES = (1, 4, 16)
FIVE_YEARS = 60
ROSTER = "J4"


@dataclass(frozen=True)
class Written:
    """What a home of so many months holds."""

    months: int
    rows: int  # typed rows, of returns and of rosters
    tasks: int  # rows of rosters among them: a community in a month
    returns: int


@dataclass(frozen=True)
class Built:
    """What one build took: seconds of the models' SQL, seconds of the tests', and the most memory, in MiB."""

    models: float
    tests: float
    peak: int
    kind: str  # renewed, or why it was whole


def _months_before(period: str, months: int) -> str:
    years, month = divmod(int(period[:4]) * 12 + int(period[5:]) - 1 - months, 12)
    return f"{years}-{month + 1:02d}"


def _by_county(table: pa.Table, held: list[dict[str, Any]]) -> tuple[pa.Table, list[dict[str, Any]]]:
    """A roster that a province handed in, as one return a county: what is built is by county."""
    counties = table["county_code"]
    ids = pc.binary_join_element_wise(table["submission_id"], counties, ".")
    table = table.set_column(table.schema.get_field_index("submission_id"), "submission_id", ids)
    table = table.set_column(table.schema.get_field_index("unit_code"), "unit_code", counties)
    units = sorted(set(zip(ids.to_pylist(), counties.to_pylist(), strict=True)))
    rows = {r["submission_id"]: r for r in held}
    return table, [rows[i.split(".")[0]] | {"submission_id": i, "unit_code": unit} for i, unit in units]


def write_months(source: Path, home: Path, months: int) -> Written:
    """A home with the monthly returns of another one, as those of so many months, all accepted: a build is what is
    measured."""
    register = Register(source)
    rows = [r for r in register.states() if r["source_id"] is None and r["period"] and len(r["period"]) == 7]
    maps = register.rows(column_maps)
    register.close()
    store = Store(home, catalogue())
    store.seed()
    written = tasks = 0
    filed: list[dict[str, Any]] = []
    by_county: dict[str, list[dict[str, Any]]] = {}  # province → its rosters; the tables below them are empty
    for path in _partitions(source):
        form, period, province = path.relative_to(source / "returns").parts[:3]
        table = pq.read_table(path, partitioning=None)
        held = [r for r in rows if r["submission_id"].encode() in table.schema.metadata[HELD].split()]
        if form == f"form={ROSTER}":
            table, by_county[province] = _by_county(table, held)
            tasks += len(table) * months
        if held and held[0]["form"] == ROSTER:
            held = by_county[province]
        if held and form == f"form={held[0]['form']}":
            filed += held
        for back in range(months):
            folder = home / "returns" / form / f"period={_months_before(period[-7:], back)}" / province
            _write(table, [r["submission_id"] for r in held], back, folder)
        written += len(table) * months
    _register(home, filed, months, maps)
    return Written(months, written, tasks, len(filed) * months)


def _columns_of(row: dict[str, Any]) -> dict[str, Any]:
    """What the register itself keeps of a submission and its state."""
    return {c.name: row[c.name] for c in submissions.columns if c.name in row}


def _register(home: Path, filed: list[dict[str, Any]], months: int, maps: list[dict[str, Any]]) -> None:
    """maps: where the fields stand, which the cells of a figure are named by."""
    register = Register(home)
    with register.transaction() as connection:
        connection.execute(column_maps.insert(), maps)
    for back in range(months):
        copies = [
            _columns_of(row)
            | {
                "submission_id": f"{row['submission_id']}-{back}",
                "period": _months_before(row["period"], back),
                "status": "accepted",
                "seq": back * len(filed) + n,
                "supersedes": None,
            }
            for n, row in enumerate(filed, start=1)
        ]
        with register.transaction() as connection:
            connection.execute(submissions.insert(), copies)
    register.close()


def _partitions(home: Path) -> list[Path]:
    return sorted(p for p in (home / "returns").rglob("rows.parquet") if len(p.parts[-3]) == len("period=2023-09"))


def _write(table: pa.Table, held: list[str], back: int, folder: Path) -> None:
    """One partition as that of an earlier month."""
    said = texts_in(table.schema.metadata)
    texts = {f"{name}-{back}": said[of] for name in held if (of := name.partition(".")[0]) in said}
    metadata = {HELD: " ".join(f"{name}-{back}" for name in held), RAW: json.dumps(texts, ensure_ascii=False)}
    ids = pc.binary_join_element_wise(table["submission_id"], pa.scalar(str(back)), "-")
    table = table.set_column(0, "submission_id", ids).replace_schema_metadata(metadata)
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, folder / "rows.parquet", compression="zstd")


def file_late(home: Path) -> None:
    """One county sends its newest monthly return again, with another number, after all others: accepted and landed."""
    register = Register(home)
    row = max((r for r in register.states() if r["form"] == "J2"), key=lambda r: (r["period"], r["unit_code"]))
    late = row | {"submission_id": f"{row['submission_id']}-late", "seq": 10**9, "version": row["version"] + 1}
    late |= {"received_at": "2100-01-01T00:00:00.000000Z", "decided_at": "2100-01-01T00:00:00.000000Z"}
    with register.transaction() as connection:
        connection.execute(submissions.insert().values(_columns_of(late)))
    register.close()
    folder = home / "returns" / "form=J2" / f"period={row['period']}" / f"province={row['province_code']}"
    table = pq.read_table(folder / "rows.parquet", partitioning=None)
    again = table.filter(pc.equal(table["submission_id"], row["submission_id"]))
    again = again.set_column(0, "submission_id", pa.array([late["submission_id"]] * len(again)))
    place = again.schema.get_field_index("xq_start")
    more = pa.array([number + 1 for number in again["xq_start"].to_pylist()], again.schema.field(place).type)
    again = again.set_column(place, again.schema.field(place), more)
    texts = texts_in(table.schema.metadata)
    # without its texts a trace would look for a workbook, and there is none
    texts[late["submission_id"]] = texts[row["submission_id"]]
    metadata = {
        HELD: table.schema.metadata[HELD] + f" {late['submission_id']}".encode(),
        RAW: json.dumps(texts, ensure_ascii=False),
    }
    pq.write_table(
        pa.concat_tables([table, again.cast(table.schema)]).replace_schema_metadata(metadata), folder / "rows.parquet"
    )


def built(home: Path) -> Built:
    """Build in a process of its own, so that the memory is the build's alone."""
    command = [sys.executable, "-m", "orchestration.bench.months", str(home.resolve())]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=True)
    return Built(**json.loads(said.stdout.splitlines()[-1]))


def main(home: Path) -> None:
    """Build, then write one line: the seconds and the peak."""
    from quality.warehouse import build

    result = build(home)
    nodes = result.nodes
    took = {
        kind: sum(n.seconds for n in nodes if n.unique_id.startswith(f"{name}."))
        for kind, name in (("models", "model"), ("tests", "test"))
    }
    sys.stdout.write("\n" + json.dumps({**took, "peak": own_peak_mib(), "kind": result.whole_because or "renewed"}))


def _one_pass(home: Path) -> None:
    """Every value of every typed row read once."""
    with duckdb.connect() as connection:
        for form in sorted({p.parts[-4] for p in _partitions(home)}):
            path = f"{as_pattern(home)}/returns/{form}/*/*/rows.parquet"
            connection.execute("select sum(hash(r)) from (select r from read_parquet(?) as r)", [path]).fetchall()


def cases(source: Path, folder: Path, *, five_years: bool = False) -> Iterator[Case]:
    """source: a home with one month received. five_years: as many months more, as the nation would have."""
    homes = {size: folder / str(size) for size in (*SIZES, *([FIVE_YEARS] if five_years else []))}
    held = {size: write_months(source, home, size) for size, home in homes.items()}
    took = {size: built(home) for size, home in homes.items()}
    most = max(homes)
    yield Case(
        f"SQL of a full build of {most} months: {held[most].tasks} rows of rosters (a community in a month), "
        f"{held[most].returns} returns, {held[most].rows} typed rows (built once)",
        "DuckDB: one pass over the same typed rows",
        lambda: Took(took[most].models),
        lambda: _one_pass(homes[most]),
        Decimal(10),
        peak=lambda: took[most].peak,
    )
    for fewer, more in pairwise(homes):
        yield Case(
            f"growth: SQL of a build of {held[more].rows} typed rows, {more / fewer:g} times as many (built once)",
            f"the same of {held[fewer].rows} rows",
            lambda more=more: Took(took[more].models),  # type: ignore[misc]
            lambda fewer=fewer: Took(took[fewer].models),  # type: ignore[misc]
            Decimal(more) / fewer,
            peak=lambda more=more: took[more].peak,  # type: ignore[misc]
        )
    empty = folder / "empty"
    Store(empty, catalogue()).seed()
    fixed = built(empty).models
    file_late(homes[most])
    late = built(homes[most])
    yield Case(
        f"one late return of a county: SQL until all figures are up to date, {late.kind}, beyond what a build without returns "
        f"takes for its models (start-up, apart: {fixed:.1f} s; built once)",
        "SQL of the full build",
        lambda: Took(late.models - fixed),
        lambda: Took(took[most].models),
        Decimal("0.1"),
        peak=lambda: late.peak,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
