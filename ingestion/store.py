"""The one writer of typed Parquet: wide rows of returns and of their tables, long rows of publications.

One file a partition: `returns/form=J2/period=2023-09/province=110000/rows.parquet`, `returns/form=J4F/…` for a table
of J4, `returns/form=PUB/source=T2309/rows.parquet`.
Every version of every return is kept; which one is in force is the register's word, joined in dbt. A partition is
rewritten whole from the register and the archive, so a killed run leaves nothing half-written and nothing lost.
"""

from __future__ import annotations

import fcntl
import io
import json
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Context, Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingestion.archive import Archive, write_whole
from ingestion.catalogue import Catalogue
from ingestion.cell_columns import CODE
from ingestion.errors import RetriableError
from ingestion.form_model import FieldSet, FormTable
from ingestion.model import ReadResult, Value
from ingestion.partition_paths import partition_path
from ingestion.raw_texts import RAW, Texts, texts_in, unusual_texts
from ingestion.reading import read_bytes
from ingestion.register import Register, of_partition, submissions
from ingestion.table_rows import Coded, as_indices
from ingestion.units import STORE_DECIMALS

HELD = b"jiugai.submissions"
QUANTITY = pa.decimal128(38, STORE_DECIMALS)
STEP = Decimal(1).scaleb(-STORE_DECIMALS)
LONG = 200  # rows of a list
WHOLE = Context(prec=38)  # the usual 28 digits leave a number of 21 before the point no place for its decimals
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
    return value.quantize(STEP, context=WHOLE)


def _typed(values: Iterable[Value | None]) -> list[Value | None]:
    return [_quantity(v) if isinstance(v, Decimal) else v for v in values]


def _array(parts: Iterable[Coded], kind: pa.DataType) -> pa.ChunkedArray:
    """A column of several submissions, one after the other. Of a long list each different value is converted once."""
    chunks, short = [], list[Value | None]()
    for values, codes in parts:
        if len(codes) < LONG:
            short += map(values.__getitem__, codes)
            continue
        chunks += [pa.array(_typed(short), type=kind)] if short else []
        chunks.append(pa.array(_typed(values), type=kind).take(as_indices(codes)))
        short = []
    chunks += [pa.array(_typed(short), type=kind)] if short else []
    return pa.chunked_array(chunks, type=kind)


def _plain(values: Sequence[Any]) -> Coded:
    return values, array(CODE, range(len(values)))


def rows_of(read: Mapping[str, ReadResult], fields: FieldSet | None) -> pa.Table:
    """Typed rows of read files by submission: of publications (fields None), of a form's items, or of one of its tables."""
    schema = _schema(fields)
    if fields is not None and not isinstance(fields, FormTable):
        return _items(read, fields, schema)
    columns: dict[str, list[Coded]] = {name: [] for name in schema.names}
    for submission_id, result in read.items():
        if fields is None:
            held = {
                n: _plain([getattr(o, n) for o in result.observations]) for n in schema.names if n != "submission_id"
            }
        elif fields.id in result.tables:
            rows = result.tables[fields.id]
            held = {"row_no": _plain(rows.row_nos), **{f.id: rows.coded(f.id) for f in fields.fields}}
        else:
            continue
        same = array(CODE, bytes(4 * len(held["row_no"][1])))
        held = {"unit_code": ([result.unit_code], same), **held, "submission_id": ([submission_id], same)}
        for name, column in columns.items():
            column.append(held[name])
    return pa.table([_array(columns[f.name], f.type) for f in schema], schema=schema)


def _items(read: Mapping[str, ReadResult], fields: FieldSet, schema: pa.Schema) -> pa.Table:
    """One row a submission."""
    units = [result.unit_code for result in read.values()]
    columns: dict[str, list[Any]] = {"submission_id": list(read), "row_no": [1] * len(read), "unit_code": units}
    for item in fields.fields:
        held = [result.values.get(item.id) for result in read.values()]
        columns[item.id] = _typed([v.value if v else None for v in held])
    return pa.table([pa.array(columns[column.name], type=column.type) for column in schema], schema=schema)


def _schema(fields: FieldSet | None) -> pa.Schema:
    return field_schema(fields) if fields else PUBLICATION_SCHEMA


def _in_order(rows: pa.Table, names: Sequence[str]) -> pa.Table:
    """Rows sorted by some columns. Those of one long list are, and a copy of them takes what all its values take."""
    table = rows.combine_chunks()
    places = pc.sort_indices(table, sort_keys=[(name, "ascending") for name in names])
    is_sorted = pc.all(pc.equal(places, pa.array(range(len(table)), pa.uint64()))).as_py()
    return table if is_sorted else table.take(places)


class Store:
    def __init__(self, home: Path, catalogue: Catalogue) -> None:
        self.root = home / "returns"
        self.catalogue = catalogue
        self.archive = Archive(home)

    def partition_of(self, row: Mapping[str, Any], fields: FieldSet | None = None) -> Path | None:
        """Where the typed rows of a submission lie; None for files that gave no rows."""
        return partition_path(self.root, self.catalogue, row, fields)

    def _sets(self, row: Mapping[str, Any]) -> list[FieldSet] | list[None]:
        return [None] if row["source_id"] else self.catalogue.form(row["form"]).field_sets

    def seed(self) -> None:
        """An empty file for each set of fields, so that reading by glob never meets nothing."""
        for fields in [*self.catalogue.field_sets.values(), None]:
            inner = "period=_empty/province=_empty" if fields else "source=_empty"
            path = self.root / f"form={fields.id if fields else 'PUB'}" / inner / "rows.parquet"
            if not path.exists():
                self._write(path, _schema(fields).empty_table(), set(), fields)

    def _write(
        self, path: Path, rows: pa.Table, ids: set[str], fields: FieldSet | None, texts: Texts | None = None
    ) -> None:
        order = [
            n for n in ("submission_id", "sheet", "row_no", "cell", "indicator", "dim_code") if n in rows.schema.names
        ]
        # a submission may have no row in a table: which ones are held stands in the file's own metadata
        table = _in_order(rows, order)
        told = json.dumps(texts or {}, ensure_ascii=False, sort_keys=True)
        table = table.replace_schema_metadata({HELD: " ".join(sorted(ids)), RAW: told})
        buffer = io.BytesIO()
        pq.write_table(table, buffer, compression="zstd")
        write_whole(path, buffer.getvalue())
        if pq.read_metadata(path).num_rows != len(table):
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
            kept = []
            texts = {k: v for k, v in texts_in(file.schema_arrow.metadata if file else None).items() if k in ids}
            if file:
                held = file.read(use_threads=False).replace_schema_metadata()
                kept.append(held.filter(pc.is_in(held["submission_id"], pa.array(sorted(ids), pa.string()))))
            missing = {}
            for row in wanted:
                if (key := row["submission_id"]) not in present:
                    if key not in read:
                        read[key] = read_bytes(self.archive.read(row["sha256"]), self.catalogue, row["source_id"])[0]
                    missing[key] = read[key]
            kept.append(rows_of(missing, fields))
            if fields is not None:
                judged_by = self.catalogue.rules_by_id
                texts |= {key: unusual_texts(result, fields, judged_by) for key, result in missing.items()}
            self._write(path, pa.concat_tables(kept), ids, fields, texts)
            written.append(path)
        return written

    def complete(
        self, register: Register, rows: Iterable[Mapping[str, Any]], fresh: Mapping[str, ReadResult] | None = None
    ) -> list[Path]:
        """`land` the partitions that these submissions belong to, with all that the register holds for them by now: also
        what another process registered meanwhile, or one that was killed left out."""
        asked = dict.fromkeys((r["form"], r["period"], r["province_code"], r["source_id"]) for r in rows)
        with self.alone():
            touched = [row for key in asked for row in register.rows(submissions, *of_partition(*key))]
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
