"""Original bytes by hash, written once and read-only: the record that everything else can be rebuilt from.

Also the one way a file appears whole (`write_whole`, many at once `write_all_whole`). Not here: what a file means (register.py, returns.py).
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

from ingestion.errors import RetriableError

SUFFIXES = (".xlsx", ".xlsm", ".xls", ".ods", ".et", ".csv", ".tsv")  # what a stored original may be called
OTHER = ".bin"
SYNCS_AT_ONCE = 16


def sha256_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def write_whole(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write a file so that a reader sees the old one or the new one: temporary name, sync, rename, sync the folder."""
    write_all_whole({path: data}, mode)


def write_all_whole(files: Mapping[Path, bytes], mode: int = 0o644) -> None:
    """Write files as `write_whole` does. Every one lies on the disk when this returns; syncing together is what it saves.

    Raises: RetriableError when the disk refuses; no file is then half there, and none is left under a temporary name.
    """
    temporary = {path: _temporary(path) for path in files}
    folders = sorted({path.parent for path in files})
    try:
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
        _all_at_once(lambda path: _put(temporary[path], files[path], mode), list(files))
        for path in files:
            temporary[path].replace(path)
        _all_at_once(sync_folder, folders)
    except OSError as error:
        for left in temporary.values():
            left.unlink(missing_ok=True)
        raise _refused(error.filename, error) from error


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """A file of any size, written where this says and then put in its place as `write_whole` does; not at all on an error."""
    temporary = _temporary(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise _refused(error.filename or path, error) from error
    finally:
        with suppress(OSError):  # where the folder itself is none, the error above says so
            temporary.unlink(missing_ok=True)


def _temporary(path: Path) -> Path:
    """Where a file is written until it is whole: two receivers may write the same one at the same time."""
    return path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.tmp")


def _refused(name: object, error: OSError) -> RetriableError:
    return RetriableError(
        f"{name}: 写不进去（{error.strerror}），请检查磁盘后重试 (cannot write; check the disk, try again)"
    )


def _all_at_once(work: Callable[[Path], None], paths: Sequence[Path]) -> None:
    """Waits for the disk together: asked for at the same time, many syncs cost it little more than one."""

    def share(of: Sequence[Path]) -> None:
        for path in of:
            work(path)

    if len(paths) == 1:
        work(paths[0])
    elif paths:
        shares = [paths[n::SYNCS_AT_ONCE] for n in range(min(SYNCS_AT_ONCE, len(paths)))]
        with ThreadPoolExecutor(len(shares)) as pool:
            list(pool.map(share, shares))  # the first error is raised


def _put(path: Path, data: bytes, mode: int) -> None:
    """Write a file that nobody else names, and wait until the disk holds it."""
    try:
        with path.open("wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
    except OSError as error:
        error.filename = str(path)
        raise


def sync_folder(folder: Path) -> None:
    """Make the names in a folder last: a rename alone does not."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        error.filename = str(folder)
        raise
    finally:
        os.close(handle)


class Archive:
    """`<home>/archive/ab/<sha256><suffix>`."""

    def __init__(self, home: Path) -> None:
        self.root = home / "archive"

    def path(self, sha256: str) -> Path | None:
        """Where the original lies, or None when it was never archived."""
        stem = f"{self.root / sha256[:2]}{os.sep}{sha256}"
        # texts and not paths: a receipt asks this of thousands of files that are new, each time for every suffix
        found = (Path(p) for suffix in (*SUFFIXES, OTHER) if os.path.exists(p := f"{stem}{suffix}"))  # noqa: PTH110
        return next(found, None)

    def keep(self, data: bytes, suffix: str) -> str:
        """Store the bytes once; returns their sha256. Repeating is harmless."""
        digest = sha256_of(data)
        self.keep_all({digest: (data, suffix)})
        return digest

    def keep_all(self, originals: Mapping[str, tuple[bytes, str]]) -> None:
        """Store many originals (sha256 → bytes, suffix) once, synced together: all lie on the disk when this returns."""
        files: dict[Path, bytes] = {}
        for digest, (data, suffix) in originals.items():
            if self.path(digest) is None:
                clean = suffix.lower() if suffix.lower() in SUFFIXES else OTHER
                files[self.root / digest[:2] / f"{digest}{clean}"] = data
        write_all_whole(files, 0o444)

    def read(self, sha256: str) -> bytes:
        """The original bytes. Raises RetriableError when they are gone or changed: the record is damaged."""
        path = self.path(sha256)
        if path is None:
            raise RetriableError(f"archive/{sha256[:2]}/{sha256}: 原件不在，请从备份恢复 (the original is missing)")
        data = path.read_bytes()
        if sha256_of(data) != sha256:
            raise RetriableError(f"{path}: 原件内容与指纹不符，请从备份恢复 (the original was changed)")
        return data
