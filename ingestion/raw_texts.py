"""What stood in the cell of an item, word for word, without opening the workbook again.

Most cells show the number that was read, in the form's unit; only the texts that differ (`1,200`, `３`, another unit) are
kept, in the metadata of the partition that holds the typed rows. Not here: rows of tables and publications.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from decimal import Context, Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.catalogue import Catalogue
from ingestion.partition_paths import partition_path
from ingestion.paths import as_pattern
from ingestion.units import plain

if TYPE_CHECKING:
    import duckdb

    from ingestion.model import ReadResult, Value

RAW = b"jiugai.raw"
EXACT = Context(prec=38)
Texts = dict[str, dict[str, str]]  # submission → field → text


_number = lru_cache(maxsize=1 << 14)(plain)  # the same few numbers stand in most returns


def _usual(filed: Value) -> str | None:
    """How a value that was filed is mostly written."""
    if isinstance(filed, Decimal):
        return _number(filed)
    return filed.isoformat() if isinstance(filed, dt.date) else None if filed is None else str(filed)


def unusual_texts(result: ReadResult) -> dict[str, str]:
    """Field → text, of the items whose cell shows something else than their value."""
    return {name: held.raw for name, held in result.values.items() if held.raw != _usual(held.filed)}


def texts_in(metadata: Mapping[bytes, bytes] | None) -> Texts:
    """What a partition keeps; submissions that an older version landed are not in it."""
    found: Texts = json.loads((metadata or {}).get(RAW, b"{}"))
    return found


def item_texts(
    connection: duckdb.DuckDBPyConnection,
    home: Path,
    catalogue: Catalogue,
    rows: Iterable[Mapping[str, Any]],
    field: str,
) -> dict[str, str | None]:
    """Submission → text of one item's cell (None: empty), of the register rows whose partition knows it.

    connection: any; who asks has one, and DuckDB reads all partitions of a nation at once. field: an item of the rows'
    form. Missing from the answer: landed by an older version; its workbook tells.
    """
    wanted: dict[str, dict[str, set[str]]] = {}  # form → partition → submissions
    for row in rows:
        if (path := partition_path(home / "returns", catalogue, row)) is not None and path.exists():
            wanted.setdefault(row["form"], {}).setdefault(str(path), set()).add(row["submission_id"])
    found: dict[str, str | None] = {}
    with connection.cursor() as cursor:
        for form, held in wanted.items():
            item = catalogue.form(form).by_id.get(field)
            if item is not None:
                factor = catalogue.units[item.unit].factor if item.unit else Decimal(1)
                found |= _texts_of(cursor, held, field, factor)
    return found


def _texts_of(
    connection: duckdb.DuckDBPyConnection, held: Mapping[str, set[str]], field: str, factor: Decimal
) -> dict[str, str | None]:
    """Texts of one form's item from the partitions that have its column, of the submissions whose texts they keep."""
    columns = "SELECT DISTINCT file_name FROM parquet_schema($1) WHERE name = $2"
    having = [
        as_pattern(path)
        for (path,) in connection.execute(columns, [[as_pattern(path) for path in held], field]).fetchall()
    ]
    if not having:
        return {}
    kept = connection.execute("SELECT file_name, key, value FROM parquet_kv_metadata($1)", [having]).fetchall()
    texts = {path: texts_in({key: value}) for path, key, value in kept if key == RAW}
    values = (
        f'SELECT filename, submission_id, "{field}" FROM read_parquet($1, hive_partitioning = false, filename = true)'
    )
    found = {}
    for path, submission, value in connection.execute(values, [having]).fetchall():
        if submission in held[path] and submission in texts.get(path, {}):
            filed = EXACT.divide(value, factor) if isinstance(value, Decimal) else value
            found[submission] = texts[path][submission].get(field, _usual(filed))
    return found
