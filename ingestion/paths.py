"""Paths of a home as the libraries take them: which signs they cannot, and how DuckDB reads a name as it stands.

Not here: what lies where in a home (archive.py, store.py, register.py).
"""

from __future__ import annotations

from pathlib import Path

from ingestion.errors import UsageError

# DuckDB's patterns part a path at \\ even inside brackets; the addresses of SQLite (Dagster) and of dbt end at ? and #
REFUSED = "?#\\"
WILD = str.maketrans({"[": "[[]", "*": "[*]"})  # the others of its wildcards are refused


def checked_home(home: Path) -> Path:
    """A home as it was named. Raises: UsageError for a path whose files would be looked for in another place."""
    found = sorted({sign for path in (home.absolute(), home.resolve()) for sign in str(path) if sign in REFUSED})
    if found:
        signs = " ".join(found)
        raise UsageError(
            f"--home {home}: 路径含有 {signs}；不能含 {' '.join(REFUSED)}，请改名或另选文件夹 "
            f"(the path holds {signs}; it cannot hold any of {' '.join(REFUSED)}: rename the folder or choose another)"
        )
    return home


def as_pattern(path: str | Path) -> str:
    """The pattern of DuckDB's readers that means one path (dbt: the macro file_in), which may hold * and [."""
    return str(path).translate(WILD)
