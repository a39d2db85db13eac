"""Dagster's history of a home, written without starting anew at every event while one process runs the line.

Not here: the server (instance.py), which shares its files with other processes and is left as Dagster has it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from dagster._core.storage.event_log.sqlite import sqlite_event_log
from dagster._core.storage.runs.sqlite import sqlite_run_storage


@contextmanager
def quick_history(folder: Path) -> Iterator[None]:
    """Dagster makes an engine, opens its SQLite file and closes it again for each event; the last one to close writes the
    whole log back. A demo made five thousand engines and waited for ten thousand syncs. Here each file has one engine, which
    keeps its connection, and commits are not synced.

    A power cut may take the last events from the history, never its soundness (SQLite's NORMAL with a write-ahead log).
    What was received, decided, built and released is not kept there.
    """
    kept: dict[str, sa.Engine] = {}
    storages: tuple[Any, ...] = (sqlite_event_log, sqlite_run_storage)
    within = f"sqlite:///{folder.resolve()}/"

    def engine_of(url: str, **settings: Any) -> sa.Engine:
        if not url.startswith(within):
            return sa.create_engine(url, **settings)
        if url not in kept:
            made = sa.create_engine(url, **settings | {"poolclass": sa.QueuePool})
            made.dispose = lambda close=True: None  # type: ignore[method-assign]  # Dagster does it after each event
            sa.event.listen(made, "connect", lambda held, _: held.execute("PRAGMA synchronous=NORMAL"))
            kept[url] = made
        return kept[url]

    before = [storage.create_engine for storage in storages]
    for storage in storages:
        storage.create_engine = engine_of
    try:
        yield
    finally:
        for storage, own in zip(storages, before, strict=True):
            storage.create_engine = own
        for engine in kept.values():
            engine.pool.dispose()
