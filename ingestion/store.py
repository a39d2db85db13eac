"""The one writer of typed Parquet: wide rows of returns and of their tables, long rows of publications.

One file a partition: `returns/form=J2/period=2023-09/province=110000/rows.parquet`, `returns/form=J4F/…` for a table
of J4, `returns/form=PUB/source=T2309/rows.parquet`.
Every version of every return is kept; which one is in force is the register's word, joined in dbt. A partition is
rewritten whole from the register and the archive, so a killed run leaves nothing half-written and nothing lost.
"""

from __future__ import annotations

import fcntl
import io
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.archive import Archive, write_whole
from ingestion.catalogue import Catalogue
from ingestion.errors import RetriableError
from ingestion.model import CellValue, ReadResult
from ingestion.reading import read_bytes
from ingestion.register import Register, submissions
from ingestion.rulebook_model import FieldSet, FormTable
from ingestion.units import STORE_DECIMALS

Row = dict[str, Any]
HELD = b"jiugai.submissions"
QUANTITY = pa.decimal128(38, STORE_DECIMALS)
STEP = Decimal(1).scaleb(-STORE_DECIMALS)
PUBLICATION_SCHEMA = pa.schema(
    [
        ("submission_id", pa.string()),
        ("row_no", pa.int32()),
        ("unit_code", pa.string()),
        ("indicator", pa.string()),
        ("dim_name", pa.string()),
        ("dim_code", pa.string()),
        ("period_start", pa.date32()),
        ("period_end", pa.date32()),
        ("accumulation", pa.string()),
        ("value", QUANTITY),
        ("unit", pa.string()),
        ("printed", pa.string()),
        ("half_unit", QUANTITY),
        ("qualifier", pa.string()),
        ("role", pa.string()),
        ("sheet", pa.string()),
        ("cell", pa.string()),
        ("total_id", pa.string()),
        ("note", pa.string()),
        ("is_doubtful", pa.bool_()),
    ]
)


def field_schema(fields: FieldSet) -> pa.Schema:
    """Grain: one row a submission, of a table one row a submission and sheet row.

    Numbers in base units; integers and decimals alike DECIMAL(38,8); NULL = blank.
    """
    types = {"date": pa.date32(), "bool": pa.bool_()}
    head: list[tuple[str, pa.DataType]] = [
        ("submission_id", pa.string()),
        ("row_no", pa.int32()),
        ("unit_code", pa.string()),
    ]
    return pa.schema(
        [*head, *((f.id, QUANTITY if f.is_number else types.get(f.type, pa.string())) for f in fields.fields)]
    )


def _quantity(value: Decimal) -> Decimal:
    return value.quantize(STEP)


def _typed(row_no: int, values: Mapping[str, CellValue], blank: Mapping[str, None], head: Mapping[str, Any]) -> Row:
    """blank: every field of the set, without a value; a list fills few of its columns."""
    row: Row = {**head, "row_no": row_no, **blank}
    for name, held in values.items():
        if name in blank:
            row[name] = _quantity(held.value) if isinstance(held.value, Decimal) else held.value
    return row


def rows_of(result: ReadResult, submission_id: str, fields: FieldSet | None) -> list[Row]:
    """Typed rows of one read file: of a publication (fields None), of a form's items, or of one of its tables."""
    if fields is None:
        names = [n for n in PUBLICATION_SCHEMA.names if n != "submission_id"]
        rows = []
        for o in result.observations:
            row = {n: getattr(o, n) for n in names}
            row["value"], row["half_unit"] = _quantity(o.value), _quantity(o.half_unit)
            rows.append({"submission_id": submission_id, **row})
        return rows
    head = {"submission_id": submission_id, "unit_code": result.unit_code}
    blank = dict.fromkeys(f.id for f in fields.fields)
    if isinstance(fields, FormTable):
        return [_typed(r.row_no, r.values, blank, head) for r in result.tables.get(fields.id, [])]
    return [_typed(1, result.values, blank, head)]


def _schema(fields: FieldSet | None) -> pa.Schema:
    return field_schema(fields) if fields else PUBLICATION_SCHEMA


class Store:
    def __init__(self, home: Path, catalogue: Catalogue) -> None:
        self.root = home / "returns"
        self.catalogue = catalogue
        self.archive = Archive(home)

    def partition_of(self, row: Mapping[str, Any], fields: FieldSet | None = None) -> Path | None:
        """Where the typed rows of a submission lie (of a form with tables: of its first set unless one is named).

        None for files that gave no rows.
        """
        if row["source_id"]:
            return self.root / "form=PUB" / f"source={row['source_id']}" / "rows.parquet"
        if row["form"] is None or row["unit_code"] is None or row["period"] is None:
            return None
        fields = fields or self.catalogue.form(row["form"]).field_sets[0]
        return (
            self.root
            / f"form={fields.id}"
            / f"period={row['period']}"
            / f"province={row['province_code']}"
            / "rows.parquet"
        )

    def _sets(self, row: Mapping[str, Any]) -> list[FieldSet] | list[None]:
        return [None] if row["source_id"] else self.catalogue.form(row["form"]).field_sets

    def seed(self) -> None:
        """An empty file for each set of fields, so that reading by glob never meets nothing."""
        for fields in [*self.catalogue.field_sets.values(), None]:
            inner = "period=_empty/province=_empty" if fields else "source=_empty"
            path = self.root / f"form={fields.id if fields else 'PUB'}" / inner / "rows.parquet"
            if not path.exists():
                self._write(path, [], set(), fields)

    def _write(self, path: Path, rows: list[dict[str, Any]], ids: set[str], fields: FieldSet | None) -> None:
        rows = sorted(
            rows,
            key=lambda r: (
                r["submission_id"],
                r.get("sheet") or "",
                r["row_no"],
                r.get("cell") or "",
                r.get("indicator") or "",
                r.get("dim_code") or "",
            ),
        )
        # a submission may have no row in a table: which ones are held stands in the file's own metadata
        schema = _schema(fields).with_metadata({HELD: " ".join(sorted(ids))})
        buffer = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), buffer, compression="zstd")
        write_whole(path, buffer.getvalue())
        if pq.read_metadata(path).num_rows != len(rows):
            raise RetriableError(f"{path}: 写入后行数不符，请重试 (rows differ after writing; try again)")

    def land(self, rows: Iterable[Mapping[str, Any]], fresh: Mapping[str, ReadResult] | None = None) -> list[Path]:
        """Make every partition of these register rows hold exactly the register's submissions.

        rows: all register rows of the partitions concerned. fresh: results just read; anything else that is missing
        is read again from the archive. Returns the partitions that were written.
        """
        by_path: dict[Path, tuple[FieldSet | None, list[Mapping[str, Any]]]] = {}  # fields None: a publication
        for row in rows:
            if self.partition_of(row) is not None:
                for fields in self._sets(row):
                    path = self.partition_of(row, fields)
                    assert path is not None
                    by_path.setdefault(path, (fields, []))[1].append(row)
        read = dict(fresh or {})
        written = []
        for path, (fields, wanted) in sorted(by_path.items()):
            ids = {r["submission_id"] for r in wanted}
            file = pq.ParquetFile(path) if path.exists() else None
            if file is not None and not file.schema_arrow.equals(_schema(fields)):
                file = None  # of an older form: everything is read again
            present = set((file.schema_arrow.metadata or {}).get(HELD, b"").decode().split()) if file else set()
            if present == ids:
                continue
            held = file.read(use_threads=False).to_pylist() if file else []
            kept = [r for r in held if r["submission_id"] in ids]
            for row in wanted:
                if row["submission_id"] not in present:
                    if row["submission_id"] not in read:
                        data = self.archive.read(row["sha256"])
                        read[row["submission_id"]] = read_bytes(data, self.catalogue, row["source_id"])[0]
                    kept += rows_of(read[row["submission_id"]], row["submission_id"], fields)
            self._write(path, kept, ids, fields)
            written.append(path)
        return written

    def complete(
        self, register: Register, rows: Iterable[Mapping[str, Any]], fresh: Mapping[str, ReadResult] | None = None
    ) -> list[Path]:
        """`land` the partitions that these submissions belong to, with all that the register holds for them by now: also
        what another process registered meanwhile, or one that was killed left out."""
        asked = {(r["form"], r["period"], r["province_code"], r["source_id"]): r for r in rows}
        s = submissions.c
        with self.alone():
            touched: list[dict[str, Any]] = []
            for row in asked.values():
                if row["source_id"]:
                    same = [s.source_id == row["source_id"]]
                else:
                    same = [s.form == row["form"], s.period == row["period"], s.province_code == row["province_code"]]
                touched += register.rows(submissions, *same)
            return self.land(touched, fresh)

    def repair(self, register: Register) -> list[Path]:
        """After a kill: land whatever the register knows and the partitions lack. Cheap when nothing is missing."""
        with self.alone():
            self.seed()
            return self.land(register.rows(submissions))

    @contextmanager
    def alone(self) -> Iterator[None]:
        """One process at a time rewrites partitions: another would write what it had read before. Readers do not wait."""
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / ".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # given back when the file is closed, whatever ends the process
            yield
