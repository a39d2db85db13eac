"""The one writer of typed Parquet: wide rows of returns, long rows of publications. One file a partition.

`returns/form=J2/period=2023-09/province=110000/rows.parquet`, `returns/form=PUB/source=T2309/rows.parquet`.
Every version of every return is kept; which one is in force is the register's word, joined in dbt. A partition is
rewritten whole from the register and the archive, so a killed run leaves nothing half-written and nothing lost.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.archive import Archive, write_whole
from ingestion.catalogue import Catalogue
from ingestion.errors import RetriableError
from ingestion.model import ReadResult
from ingestion.reading import read_bytes
from ingestion.register import Register, submissions
from ingestion.rulebook_model import Form
from ingestion.units import STORE_DECIMALS

QUANTITY = pa.decimal128(38, STORE_DECIMALS)
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


def form_schema(form: Form) -> pa.Schema:
    """Grain: one row a submission. Numbers in base units; integers and decimals alike DECIMAL(38,8), NULL = blank."""
    fields: list[tuple[str, pa.DataType]] = [
        ("submission_id", pa.string()),
        ("row_no", pa.int32()),
        ("unit_code", pa.string()),
    ]
    for f in form.fields:
        fields.append((f.id, QUANTITY if f.is_number else pa.date32() if f.type == "date" else pa.string()))
    return pa.schema(fields)


def _quantity(value: Decimal) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-STORE_DECIMALS))


def rows_of(result: ReadResult, submission_id: str, catalogue: Catalogue) -> list[dict[str, Any]]:
    """Typed rows of one read file, ready for its schema."""
    if result.form and result.form.startswith("PUB:"):
        names = [n for n in PUBLICATION_SCHEMA.names if n != "submission_id"]
        rows = []
        for o in result.observations:
            row = {n: getattr(o, n) for n in names}
            row["value"], row["half_unit"] = _quantity(o.value), _quantity(o.half_unit)
            rows.append({"submission_id": submission_id, **row})
        return rows
    assert result.form
    row = {"submission_id": submission_id, "row_no": 1, "unit_code": result.unit_code}
    for f in catalogue.form(result.form).fields:
        held = result.values.get(f.id)
        value = held.value if held else None
        row[f.id] = _quantity(value) if isinstance(value, Decimal) else value
    return [row]


class Store:
    def __init__(self, home: Path, catalogue: Catalogue) -> None:
        self.root = home / "returns"
        self.catalogue = catalogue
        self.archive = Archive(home)

    def partition_of(self, row: Mapping[str, Any]) -> Path | None:
        """Where the typed rows of a submission lie; None for files that gave no rows."""
        if row["source_id"]:
            return self.root / "form=PUB" / f"source={row['source_id']}" / "rows.parquet"
        if row["form"] is None or row["unit_code"] is None or row["period"] is None:
            return None
        return (
            self.root
            / f"form={row['form']}"
            / f"period={row['period']}"
            / f"province={row['province_code']}"
            / "rows.parquet"
        )

    def _schema(self, form: str) -> pa.Schema:
        return PUBLICATION_SCHEMA if form.startswith("PUB") else form_schema(self.catalogue.form(form))

    def seed(self) -> None:
        """An empty file for each form, so that reading by glob never meets nothing."""
        for form in [*self.catalogue.forms, "PUB"]:
            inner = "source=_empty" if form == "PUB" else "period=_empty/province=_empty"
            path = self.root / f"form={form}" / inner / "rows.parquet"
            if not path.exists():
                self._write(path, [], self._schema(form))

    def _write(self, path: Path, rows: list[dict[str, Any]], schema: pa.Schema) -> None:
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
        by_path: dict[Path, list[Mapping[str, Any]]] = {}
        for row in rows:
            path = self.partition_of(row)
            if path is not None:
                by_path.setdefault(path, []).append(row)
        written = []
        for path, wanted in sorted(by_path.items()):
            schema = self._schema(str(wanted[0]["form"]))
            ids = {r["submission_id"] for r in wanted}
            held: list[dict[str, Any]] = []
            if path.exists():
                file = pq.ParquetFile(path)
                if file.schema_arrow.equals(schema):
                    if set(file.read(["submission_id"], use_threads=False).column(0).to_pylist()) == ids:
                        continue
                    held = file.read(use_threads=False).to_pylist()
            kept = [r for r in held if r["submission_id"] in ids]
            present = {r["submission_id"] for r in kept}
            added: list[dict[str, Any]] = []
            for row in wanted:
                if row["submission_id"] not in present:
                    result = (fresh or {}).get(row["submission_id"])
                    if result is None:
                        result, _ = read_bytes(self.archive.read(row["sha256"]), self.catalogue, row["source_id"])
                    added += rows_of(result, row["submission_id"], self.catalogue)
            if added or len(kept) != len(held) or not path.exists():
                self._write(path, kept + added, schema)
                written.append(path)
        return written

    def repair(self, register: Register) -> list[Path]:
        """After a kill: land whatever the register knows and the partitions lack. Cheap when nothing is missing."""
        self.seed()
        return self.land(register.rows(submissions))
