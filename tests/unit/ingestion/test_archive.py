"""Originals that are archived together: each is kept once, and a disk that refuses leaves nothing half there."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

import pytest

from ingestion.archive import Archive, written_whole
from ingestion.errors import RetriableError

FILES = [b"one", b"two", b"three", b"four"]


def keyed(files: list[bytes]) -> dict[str, tuple[bytes, str]]:
    return {hashlib.sha256(data).hexdigest(): (data, ".xlsx") for data in files}


def test_originals_kept_together_are_each_read_back_and_read_only(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.keep_all(keyed(FILES))
    assert [archive.read(digest) for digest in keyed(FILES)] == FILES
    kept = [p for p in archive.root.rglob("*") if p.is_file()]
    assert len(kept) == len(FILES) and not any(p.stat().st_mode & 0o222 for p in kept)


def test_what_is_there_already_is_not_written_again(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.keep(b"one", ".xlsx")
    path = archive.path(hashlib.sha256(b"one").hexdigest())
    assert path is not None
    before = path.stat()
    archive.keep_all(keyed(FILES))
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_disk_that_fills_up_keeps_none_of_them_and_the_next_try_keeps_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, sync, done = Archive(tmp_path), os.fsync, []

    def fills_up(handle: int) -> None:
        done.append(handle)
        if len(done) > 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        sync(handle)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fills_up)
        with pytest.raises(RetriableError, match="No space"):
            archive.keep_all(keyed(FILES))
    assert not [p for p in archive.root.rglob("*") if p.is_file()]
    archive.keep_all(keyed(FILES))
    assert [archive.read(digest) for digest in keyed(FILES)] == FILES


def test_a_file_written_piece_by_piece_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "made" / "list.csv"
    with written_whole(path) as place:
        place.write_bytes(b"first")
        assert not path.exists()
    assert path.read_bytes() == b"first"
    with pytest.raises(ZeroDivisionError), written_whole(path) as place:
        place.write_bytes(b"half")
        _ = 1 / 0
    assert path.read_bytes() == b"first" and list(path.parent.iterdir()) == [path]
    with pytest.raises(RetriableError, match="made"), written_whole(path / "below") as place:
        place.write_bytes(b"")  # never: a file is no folder
