"""What stood in the cell of an item or of a row, word for word, without opening the workbook again.

Most cells show the number that was read, in the form's unit; only the texts that differ (`1,200`, `３`, another unit) are
kept, in the metadata of the partition that holds the typed rows. Of rows: those of numbers and keys, which figures are made
of. Not here: publications, whose text stands with the value.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Container, Mapping
from decimal import Context, Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.catalogue import Catalogue
from ingestion.form_model import FieldSet, FormTable
from ingestion.partition_paths import partition_path
from ingestion.paths import as_pattern
from ingestion.units import plain

if TYPE_CHECKING:
    import duckdb

    from ingestion.model import ReadResult, Value
    from ingestion.table_rows import TableRows

RAW = b"jiugai.raw"
EXACT = Context(prec=38)
FEW = 20  # texts that are kept of a column of a table, and one more for so many rows of it; of one with more, none is
ROWS_A_TEXT = 50
Row = Mapping[str, Any]  # of the register
Cell = tuple[str, int]  # submission and row of its sheet; an item's is 1
# field → the text of an item; of a column {value as mostly written: text}, {text: [rows]}, or None
Kept = dict[str, Any]
Texts = dict[str, Kept]  # submission → what is kept of it


_number = lru_cache(maxsize=1 << 14)(plain)  # the same few numbers stand in most returns


def _usual(filed: Value | None) -> str | None:
    """How a value that was filed is mostly written."""
    if isinstance(filed, Decimal):
        return _number(filed)
    return filed.isoformat() if isinstance(filed, dt.date) else None if filed is None else str(filed)


def unusual_texts(result: ReadResult, fields: FieldSet, judged_by: Container[str]) -> Kept:
    """What is kept of a return's items, or of one of its tables. judged_by: the rules of the audit, whose findings a result
    has when it is fresh and not when its file is read again: they say nothing of what could be read."""
    if not isinstance(fields, FormTable):
        return {name: held.raw for name, held in result.values.items() if held.raw != _usual(held.filed)}
    rows = result.tables.get(fields.id)
    if rows is None:
        return {}
    # what could not be read is no value, and yet stands there
    found = (f for f in result.findings if f.severity == "error" and f.sheet == rows.sheet)
    unread = {f.field for f in found if f.rule not in judged_by}
    names = [f.id for f in fields.fields if _is_kept(fields, f.id)]
    kept = {name: None if name in unread else _of_column(rows, name) for name in names}
    return {name: found for name, found in kept.items() if found != ({}, {})}


def _is_kept(table: FormTable, name: str) -> bool:
    return table.by_id[name].is_number or name in table.key


def _of_column(rows: TableRows, name: str) -> tuple[dict[str, str], dict[str, list[int]]] | None:
    """The texts of a value that differ from its usual one: the most frequent one for all rows, others by row."""
    held, codes = rows.said(name)
    if all(content is None or content[2] == _usual(content[1]) for content in held):
        return {}, {}
    times = Counter(codes)
    told: dict[str, dict[str, list[int]]] = {}  # usual text → text → its codes, the most frequent first
    for code, _ in times.most_common():
        content = held[code]
        if content is not None:
            told.setdefault(str(_usual(content[1])), {}).setdefault(content[2], []).append(code)
    mostly = {usual: next(iter(texts)) for usual, texts in told.items()}
    others = {
        code: text
        for usual, texts in told.items()
        for text, of in texts.items()
        if text != mostly[usual]
        for code in of
    }
    by_row: dict[str, list[int]] = {}
    for row_no, code in zip(rows.row_nos, codes, strict=True) if others else ():
        if code in others:
            by_row.setdefault(others[code], []).append(row_no)
    of_value = {usual: text for usual, text in mostly.items() if text != usual}
    many = len(of_value) + sum(map(len, by_row.values())) > FEW + len(rows) // ROWS_A_TEXT
    return None if many else (of_value, by_row)


def texts_in(metadata: Mapping[bytes, bytes] | None) -> Texts:
    """What a partition keeps; submissions that an older version landed are not in it."""
    found: Texts = json.loads((metadata or {}).get(RAW, b"{}"))
    return found


def cell_texts(
    connection: duckdb.DuckDBPyConnection, home: Path, catalogue: Catalogue, field: str, cells: Mapping[Cell, Row]
) -> dict[Cell, str | None]:
    """Texts of one field's cells (None: nothing stands there), as far as their partitions know them.

    connection: any; who asks has one, and DuckDB reads all partitions of a nation at once. field: an item (xq_start), or a
    column of a table (J4F.paid). cells: each with the register row of its submission. Missing from the answer: landed by
    an older version, or too many texts of this column; the workbook tells.
    """
    table, _, name = field.rpartition(".")
    parts: dict[tuple[str, str, str], list[Cell]] = {}  # those of one partition have its path to be looked for once
    for cell, row in cells.items():
        parts.setdefault((row["form"], row["period"], row["province_code"]), []).append(cell)
    wanted: dict[str, tuple[FieldSet, dict[str, list[Cell]]]] = {}  # form → what the field stands in, partition → cells
    for (form, *_), held in parts.items():
        fields = _fields(catalogue, form, table, name)
        path = partition_path(home / "returns", catalogue, cells[held[0]], fields) if fields else None
        if fields is not None and path is not None and path.exists():
            wanted.setdefault(form, (fields, {}))[1][str(path)] = held
    found: dict[Cell, str | None] = {}
    with connection.cursor() as cursor:
        for fields, of_form in wanted.values():
            unit = fields.by_id[name].unit
            factor = catalogue.units[unit].factor if unit else Decimal(1)
            found |= _texts_of(cursor, of_form, name, factor)
    return found


def _fields(catalogue: Catalogue, form: str, table: str, name: str) -> FieldSet | None:
    """What a field stands in, if its texts are kept."""
    held = next((one for one in catalogue.form(form).field_sets if one.id == (table or form)), None)
    is_kept = held is not None and name in held.by_id and not (isinstance(held, FormTable) and not _is_kept(held, name))
    return held if is_kept else None


def _texts_of(
    cursor: duckdb.DuckDBPyConnection, held: Mapping[str, list[Cell]], name: str, factor: Decimal
) -> dict[Cell, str | None]:
    """Texts of one form's field, of the submissions whose texts the partitions keep."""
    paths = [as_pattern(path) for path in held]
    said = cursor.execute("SELECT value FROM parquet_kv_metadata($1) WHERE key = $2", [paths, RAW]).fetchall()
    kept = {key: of for (told,) in said for key, of in texts_in({RAW: told}).items()}
    cells = [cell for of in held.values() for cell in of if cell[0] in kept]
    if not cells:
        return {}
    # a column that no partition has yet, being younger, is left out, and then holds nothing
    values = f"""SELECT COLUMNS(lambda c: c IN ('submission_id', 'row_no', '{name}'))
        FROM read_parquet($1, hive_partitioning = false, union_by_name = true)
        SEMI JOIN (SELECT unnest($2) AS submission_id, unnest($3) AS row_no) USING (submission_id, row_no)"""
    rows = cursor.execute(values, [paths, [s for s, _ in cells], [row for _, row in cells]])
    spelled = {submission: _spelled(kept[submission].get(name, [{}, {}])) for submission, _ in cells}
    found: dict[Cell, str | None] = {}
    for submission, row_no, *value in rows.fetchall():
        filed = value[0] if value else None
        usual = _usual(EXACT.divide(filed, factor) if isinstance(filed, Decimal) else filed)
        if (texts := spelled[submission]) is not None:
            of_value, by_row = texts
            found[submission, row_no] = by_row.get(row_no, of_value.get(usual, usual))
    return found


def _spelled(kept: Any) -> tuple[dict[str | None, str], dict[int, str]] | None:
    """The texts of values, and of rows, as they are kept of a field; None where they were too many."""
    if kept is None:
        return None
    of_value, by_text = ({}, {kept: [1]}) if isinstance(kept, str) else kept
    return of_value, {row_no: text for text, rows in by_text.items() for row_no in rows}
