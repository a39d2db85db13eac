"""Submissions and column maps looked up in `<home>/register.db` by who only answers from a build: read-only, plain SQLite.

SQLAlchemy, in which the register is written (register.py), takes longer to load than a whole trace. Not here: anything that
writes, states and decisions, and any other question.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from ingestion.errors import RetriableError

Place = list[str]  # sheet, and cell or column letters
# of a submission: what a cell of it is named by, and where its typed rows lie; a nation's are thousands
ASKED = (
    "submission_id", "form", "source_id", "unit_code", "province_code", "period", "version", "sha256", "file_name",
    "received_at", "map_id", "rulebook_version", "rulebook_hash",
)  # fmt: skip


def submissions_of(home: Path, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Submission → what is `ASKED` of its row, as first written.

    Raises: RetriableError when the register cannot be read, or does not know one of them.
    """
    asked = sorted(set(ids))
    held = {row["submission_id"]: row for row in _rows(home, "submissions", "submission_id", asked, ASKED)}
    if lost := [one for one in asked if one not in held]:
        raise RetriableError(
            f"{_path(home)}: 登记库里没有报送 {lost[0]} 等 {len(lost)} 份，构建却用了它们；请从备份恢复登记库 "
            f"(the build rests on {len(lost)} submissions that the register does not hold: restore it)"
        )
    return held


def column_maps_of(home: Path, map_ids: Iterable[str | None]) -> dict[str, dict[str, Place]]:
    """Column map → field → sheet and cell, or sheet and column letters. Raises: as above, but for unknown maps."""
    rows = _rows(home, "column_maps", "map_id", sorted({one for one in map_ids if one}), ("map_id", "map"))
    return {row["map_id"]: json.loads(row["map"]) for row in rows}


def _path(home: Path) -> Path:
    return home / "register.db"


@contextmanager
def _opened(home: Path) -> Iterator[sqlite3.Connection]:
    address = f"{_path(home).resolve().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=60)) as connection:
            yield connection
    except sqlite3.Error as error:
        raise RetriableError(f"{_path(home)}: 登记库读不出：{error} (cannot read the register)") from error


def _rows(home: Path, table: str, key: str, values: list[str], columns: Sequence[str]) -> list[dict[str, Any]]:
    """Rows of some keys: as one JSON text, since a statement takes a limited number of values."""
    if not values:
        return []
    sql = f"SELECT {', '.join(columns)} FROM {table} WHERE {key} IN (SELECT value FROM json_each(?))"
    with _opened(home) as connection:
        return [dict(zip(columns, row, strict=True)) for row in connection.execute(sql, [json.dumps(values)])]
