"""What a finished build's tables look like: columns, rows, at most 20 sample rows. Reads only.

Not here: making the build (warehouse.py), drawing the preview (orchestration).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from quality.warehouse import Build, open_build, query

PREVIEW_ROWS = 20


@dataclass(frozen=True)
class TableView:
    """rows and preview of one table; columns are (name, DuckDB type) in table order. rows None: it was not read."""

    name: str
    columns: list[tuple[str, str]]
    rows: int | None
    preview: list[dict[str, Any]]


def table_views(made: Build, names: Mapping[str, bool]) -> dict[str, TableView]:
    """Views of the named tables of a build; name → whether its rows are read, or the columns alone.

    A name that is not there, or a view that no longer reads, is left out.
    """
    found: dict[str, TableView] = {}
    with open_build(made) as connection:
        for name, is_read in names.items():
            quoted = '"' + name.replace('"', '""') + '"'
            try:
                columns = query(connection, f"describe {quoted}")
                rows = query(connection, f"select count(*) as n from {quoted}")[0]["n"] if is_read else None
                preview = query(connection, f"select * from {quoted} limit {PREVIEW_ROWS}") if is_read else []
            except duckdb.Error:
                continue
            found[name] = TableView(name, [(c["column_name"], c["column_type"]) for c in columns], rows, preview)
    return found
