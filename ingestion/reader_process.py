"""The kept child processes that open untrusted files under memory and CPU limits (reader_child.py): bytes in, bytes out.

A child is replaced when a file kills it. Not here: what its answer says (workbook.py).
"""

from __future__ import annotations

import atexit
import selectors
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

TIMEOUT_SECONDS = 60
LENGTH = 8  # bytes of a length


class ReaderProcess:
    """A kept reader process. What it is given has to be taken before it is given the next file."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.is_asked = False
        self.known: dict[int, Any] = {}  # what its answers told once, for those that follow

    def _start(self) -> subprocess.Popen[bytes]:
        root = Path(__file__).resolve().parent.parent
        self.known = {}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ingestion.reader_child"],
            cwd=root,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        return self.process

    def give(self, data: bytes) -> None:
        process = self.process if self.process and self.process.poll() is None else self._start()
        assert process.stdin
        self.is_asked = True
        with suppress(OSError):  # it died meanwhile: `take` says so
            process.stdin.write(len(data).to_bytes(LENGTH, "big") + data)
            process.stdin.flush()

    def take(self) -> bytes | None:
        """The child's answer, or None when the file killed it or it did not answer in time."""
        assert self.process and self.process.stdout
        try:
            answer = _read_answer(self.process.stdout)
        except OSError:
            answer = None
        if answer is None:
            self.stop()
        self.is_asked = False
        return answer

    def stop(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            for pipe in (self.process.stdin, self.process.stdout):
                if pipe:
                    with suppress(OSError):  # what it was not given any more
                        pipe.close()
            self.process = None


def _read_answer(stdout: IO[bytes]) -> bytes | None:
    """A length and so many bytes; None where they do not all come."""
    with selectors.DefaultSelector() as selector:
        selector.register(stdout, selectors.EVENT_READ)
        size = int.from_bytes(stdout.read(LENGTH), "big") if selector.select(TIMEOUT_SECONDS) else 0
    answer = stdout.read(size)
    return answer if size and len(answer) == size else None


_idle: list[ReaderProcess] = []  # each reader takes one for itself, so that readers never wait for each other


@contextmanager
def a_reader() -> Iterator[ReaderProcess]:
    try:
        child = _idle.pop()
    except IndexError:
        child = ReaderProcess()
    try:
        yield child
    except Exception:
        child.stop()  # what it told may not have been taken in
        raise
    finally:
        if child.is_asked:  # and nobody took the answer
            child.stop()
            child.is_asked = False
        _idle.append(child)


@atexit.register
def _stop_all() -> None:
    for child in _idle:
        child.stop()
