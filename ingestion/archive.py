"""Original bytes by hash, written once and read-only: the record that everything else can be rebuilt from.

Also the one way a file appears whole (`write_whole`). Not here: what a file means (register.py, returns.py).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from pathlib import Path

from ingestion.errors import RetriableError

# Every workbook that we write carries this date: the same content then gives the same bytes.
WORKBOOK_CREATED = dt.datetime(2026, 11, 25, tzinfo=dt.UTC)
SUFFIXES = (".xlsx", ".xlsm", ".xls", ".ods", ".et", ".csv", ".tsv")  # what a stored original may be called


def sha256_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def write_whole(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write a file so that a reader sees the old one or the new one: temporary name, sync, rename, sync the folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise RetriableError(
            f"{path}: 写不进去（{error.strerror}），请检查磁盘后重试 (cannot write; check the disk, try again)"
        ) from error


def sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Archive:
    """`<home>/archive/ab/<sha256><suffix>`."""

    def __init__(self, home: Path) -> None:
        self.root = home / "archive"

    def path(self, sha256: str) -> Path | None:
        """Where the original lies, or None when it was never archived."""
        return next((self.root / sha256[:2]).glob(f"{sha256}*"), None)

    def keep(self, data: bytes, suffix: str) -> str:
        """Store the bytes once; returns their sha256. Repeating is harmless."""
        digest = sha256_of(data)
        if self.path(digest) is None:
            clean = suffix.lower() if suffix.lower() in SUFFIXES else ".bin"
            write_whole(self.root / digest[:2] / f"{digest}{clean}", data, 0o444)
        return digest

    def read(self, sha256: str) -> bytes:
        """The original bytes. Raises RetriableError when they are gone or changed: the record is damaged."""
        path = self.path(sha256)
        if path is None:
            raise RetriableError(f"archive/{sha256[:2]}/{sha256}: 原件不在，请从备份恢复 (the original is missing)")
        data = path.read_bytes()
        if sha256_of(data) != sha256:
            raise RetriableError(f"{path}: 原件内容与指纹不符，请从备份恢复 (the original was changed)")
        return data
