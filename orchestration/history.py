"""Dagster's history of a home, written without waiting for the disk at every event while one process runs the line.

Not here: the server (instance.py), which shares its files with other processes and is left as Dagster has it.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import sqlalchemy as sa


@contextmanager
def quick_history(folder: Path) -> Iterator[None]:
    """Dagster opens and closes its SQLite files for each event, and the last one to close writes the whole log back: a
    demo waited for some ten thousand syncs. One connection that is kept open spares that, and commits are not synced.

    A power cut may take the last events from the history, never its soundness (SQLite's NORMAL with a write-ahead log).
    What was received, decided, built and released is not kept there.
    """
    held: dict[str, sqlite3.Connection] = {}
    within = f"{folder.resolve()}{os.sep}"

    def opened(connection: sqlite3.Connection, _record: object) -> None:
        file = connection.execute("PRAGMA database_list").fetchone()[2]
        if file.startswith(within):
            connection.execute("PRAGMA synchronous=NORMAL")
            if file not in held:
                held[file] = sqlite3.connect(file, timeout=0, check_same_thread=False)
            with suppress(sqlite3.OperationalError):  # being made: the next time will do
                held[file].execute("PRAGMA schema_version").fetchone()  # having read, it counts as one that is open

    sa.event.listen(sa.Engine, "connect", opened)
    try:
        yield
    finally:
        sa.event.remove(sa.Engine, "connect", opened)
        for connection in held.values():
            connection.close()
