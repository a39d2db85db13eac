"""One partition read again: typed rows from the archived originals, under the reader and rule book of today.

Nothing is submitted and nothing is decided anew: verdicts, versions and times stay as the register holds them. What the
new rows differ in is told, and logged as an act, so that the next build follows. Not here: receiving (receive.py), the
routine repair of what is missing (ingestion.store), Dagster (orchestration).
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.archive import write_whole
from ingestion.catalogue import Catalogue
from ingestion.catalogue import catalogue as project_catalogue
from ingestion.errors import UsageError
from ingestion.register import Register, of_partition, submissions
from ingestion.store import Store
from quality.status import Partition

ROW_KEY = ("submission_id", "sheet", "row_no", "cell", "indicator", "dim_code")  # of returns the ones that they have
Row = dict[str, Any]


class NothingFiled(UsageError):
    """Nobody ever filed in this partition: there is nothing to read again."""


@dataclass(frozen=True)
class Change:
    """One value that reads otherwise today. table: the form or the table of it (J4, J4C); row_no: within the submission."""

    table: str
    submission_id: str
    unit_code: str
    row_no: int
    column: str
    before: Any
    after: Any


@dataclass
class Relanded:
    """What became of a partition. damaged: files that were gone or could not be read, so that nothing was compared."""

    partition: Partition
    submissions: int
    rows_before: int = 0
    rows_after: int = 0
    added: int = 0
    removed: int = 0
    changes: list[Change] = field(default_factory=list)
    damaged: list[Path] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)

    @property
    def differs(self) -> bool:
        return bool(self.added or self.removed or self.changes or self.damaged)


def reland(home: Path, partition: Partition, *, by: str | None = None, catalogue: Catalogue | None = None) -> Relanded:
    """Write a partition anew from the originals of every submission that the register holds for it.

    Args:    by: who asked, for the event log.
    Raises:  NothingFiled when nothing was ever filed there; RetriableError when an original is gone or damaged (the
             partition then stays as it was).
    """
    book = catalogue or project_catalogue()
    register = Register(home)
    try:
        store = Store(home, book)
        with store.alone(), tempfile.TemporaryDirectory() as folder:
            rows = register.rows(
                submissions, *of_partition(partition.form, partition.period, partition.province, partition.source_id)
            )
            found = Relanded(partition, sum(store.partition_of(r) is not None for r in rows))
            if not found.submissions:
                raise NothingFiled(f"{_name(partition)}: 没有收到过报送，无从重读 (nothing was ever filed here)")
            staged = Store(home, book)  # the originals of this home, another place for the rows
            staged.root = Path(folder)
            for path in staged.land(rows):
                target = store.root / path.relative_to(staged.root)
                _compare(found, target, path, path.relative_to(staged.root).parts[0].removeprefix("form="))
                write_whole(target, path.read_bytes())
                found.files.append(target)
        if found.differs:
            with register.transaction() as connection:
                register.log(
                    connection, "relanded", _name(partition), by,
                    rows_before=found.rows_before, rows_after=found.rows_after, added=found.added,
                    removed=found.removed, changed=len(found.changes), damaged=len(found.damaged),
                )  # fmt: skip
        return found
    finally:
        register.close()


def _name(partition: Partition) -> str:
    return "/".join(filter(None, (partition.form, partition.source_id, partition.period, partition.province)))


def _read(path: Path) -> pa.Table | None:
    """The rows as they lie there; None when the file is gone or is no Parquet file."""
    try:
        return pq.ParquetFile(path).read(use_threads=False)
    except (OSError, pa.ArrowException):
        return None


def _keyed(table: pa.Table) -> dict[tuple[Any, ...], Row]:
    names = [n for n in ROW_KEY if n in table.column_names]
    return {tuple(row[n] for n in names): row for row in table.to_pylist()}


def _compare(found: Relanded, old: Path, new: Path, table: str) -> None:
    before, after = _read(old), _read(new)
    assert after is not None
    found.rows_after += after.num_rows
    if before is None:
        found.damaged.append(old)
        return
    found.rows_before += before.num_rows
    if before.equals(after):
        return
    was, now = _keyed(before), _keyed(after)
    found.added += len(now.keys() - was.keys())
    found.removed += len(was.keys() - now.keys())
    for key in sorted(was.keys() & now.keys(), key=str):
        for column in [*now[key], *(c for c in was[key] if c not in now[key])]:
            a, b = was[key].get(column), now[key].get(column)
            if a != b:
                found.changes.append(
                    Change(
                        table, now[key]["submission_id"], now[key]["unit_code"] or "", now[key]["row_no"], column, a, b
                    )
                )
