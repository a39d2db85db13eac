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

import pyarrow.parquet as pq

from ingestion.model import ReadResult, Value
from ingestion.units import plain

if TYPE_CHECKING:
    from ingestion.store import Store

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


def item_texts(store: Store, rows: Iterable[Mapping[str, Any]], field: str) -> dict[str, str | None]:
    """Submission → text of one item's cell (None: empty), of the register rows whose partition knows it.

    field: an item of the rows' form. Missing from the answer: landed by an older version; its workbook tells.
    """
    by_path: dict[Path, list[Mapping[str, Any]]] = {}
    for row in rows:
        if (path := store.partition_of(row)) is not None:
            by_path.setdefault(path, []).append(row)
    found: dict[str, str | None] = {}
    for path, held in by_path.items():
        if not path.exists():
            continue
        file = pq.ParquetFile(path)
        texts = texts_in(file.schema_arrow.metadata)
        item = store.catalogue.form(held[0]["form"]).by_id.get(field)
        if item is None or field not in file.schema_arrow.names:
            continue
        factor = store.catalogue.units[item.unit].factor if item.unit else Decimal(1)
        wanted = {row["submission_id"] for row in held} & set(texts)
        read = file.read(columns=["submission_id", field], use_threads=False).to_pydict()
        for key, value in zip(read["submission_id"], read[field], strict=True):
            if key in wanted:
                filed = EXACT.divide(value, factor) if isinstance(value, Decimal) else value
                found[key] = texts[key].get(field, _usual(filed))
    return found
