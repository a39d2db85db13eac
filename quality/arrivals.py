"""Files as they come in: who sent them when, the bytes as they lie there, and so many at a time.

Not here: what was seen before, and what becomes of them (receive.py).
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ingestion.archive import sha256_of
from ingestion.errors import UsageError

BATCH_FILES, BATCH_BYTES = 200, 64 << 20  # originals that are archived together
FIRST_FILES = 25  # of the first batch, for which reading waits


@dataclass(frozen=True)
class Arrival:
    """A file as it comes in. received_at and decided_at back-fill history and are marked so."""

    path: Path
    filed_by: str | None = None
    received_at: dt.datetime | None = None
    decided_at: dt.datetime | None = None

    def __post_init__(self) -> None:
        """Raises UsageError for impossible times."""
        if self.decided_at and not self.received_at:
            raise UsageError("只给了 --decided-at；请同时给 --received-at (both times belong together)")
        if self.received_at and self.decided_at and self.decided_at < self.received_at:
            raise UsageError("--decided-at 早于 --received-at (decided before received)")


def list_files(paths: Iterable[Path]) -> list[Path]:
    """Files to take: named files, and whatever lies in named folders. Half-copied and lock files are left alone."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(p for p in path.rglob("*") if p.is_file())
        elif path.is_file():
            found.append(path)
        else:
            raise UsageError(f"{path}: 没有这个文件或文件夹 (no such file or folder)")
    return [p for p in found if not p.name.startswith((".", "~$")) and p.suffix != ".tmp"]


@dataclass(frozen=True)
class File:
    """A file as it lies there. place: its path without links; key: how the register knows that it saw it."""

    path: Path
    place: str
    mtime_ns: int
    data: bytes
    sha256: str

    @classmethod
    def read(cls, path: Path) -> File:
        mtime = path.stat().st_mtime_ns  # before reading: a file replaced meanwhile then looks newer, never older
        data = path.read_bytes()
        return cls(path, os.path.realpath(path), mtime, data, sha256_of(data))

    @property
    def key(self) -> tuple[str, str, int]:
        return self.sha256, self.place, self.mtime_ns


def batches(arrivals: Iterable[Arrival], inbox: Path) -> Iterator[list[tuple[Arrival, File]]]:
    """Files from the disk, so many at a time that their originals are synced together and memory stays bounded."""
    batch: list[tuple[Arrival, File]] = []
    size, most = 0, min(FIRST_FILES, BATCH_FILES)
    for arrival in arrivals:
        try:
            batch.append((arrival, File.read(arrival.path)))
        except FileNotFoundError as gone:
            if arrival.path.resolve().is_relative_to(inbox.resolve()):
                continue  # another receiver took it, and answers it
            raise UsageError(f"{arrival.path}: 没有这个文件 (no such file)") from gone
        size += len(batch[-1][1].data)
        if len(batch) == most or size >= BATCH_BYTES:
            yield batch
            batch, size, most = [], 0, min(2 * most, BATCH_FILES)
    if batch:
        yield batch
