"""The kept child processes that open untrusted files under memory and CPU limits (reader_child.py): bytes in, bytes out.

A child is given files ahead, as many as its pipe holds, so that neither side waits for the other's turn. It is replaced when
a file kills it, and the new one is given those that were behind. Not here: what its answer says (workbook.py).
"""

from __future__ import annotations

import atexit
import fcntl
import os
import select
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ingestion.pipes import LENGTH, send, widen
from ingestion.told_cells import MORE

TIMEOUT_SECONDS = 60
PAGE = 1 << 12  # a pipe holds pages, and what is written starts a new one and may leave one unfilled
CHUNK = 1 << 16


def _size(data: bytes) -> int:
    """What a file takes of a pipe at most."""
    return len(data) + 2 * PAGE


class ReaderProcess:
    """A kept reader process: files are given in one order, and their answers are taken in the same."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.known: dict[int, Any] = {}  # what its answers told once, for those that follow
        self.has_more = False  # whether more of the answer that was taken last is to come
        self._given: deque[bytes] = deque()  # and not answered
        self._came = bytearray()  # of answers that were not taken
        self._room = self._held = 0  # bytes that its pipe takes, and that those given may take of it

    @property
    def is_asked(self) -> bool:
        """Whether there is a file whose answer nobody took."""
        return bool(self._given)

    def _start(self) -> None:
        root = Path(__file__).resolve().parent.parent
        self.known, self._came = {}, bytearray()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ingestion.reader_child"],
            cwd=root,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )
        assert self.process.stdin and self.process.stdout
        for pipe in (self.process.stdin, self.process.stdout):
            widen(pipe)
        self._room = fcntl.fcntl(self.process.stdin, fcntl.F_GETPIPE_SZ)

    def has_room(self, data: bytes) -> bool:
        """Whether a file can be given now. One that did not fit would wait for the child, and the child for its answers
        to be taken."""
        return not self._given or self._held + _size(data) <= self._room

    def start(self) -> None:
        """Before there is a file to give, where there will be one."""
        if self.process is None:
            self._start()

    def give(self, data: bytes) -> None:
        """Give it a file; where files are ahead, only while it has room."""
        if not self._given and (self.process is None or self.process.poll() is not None):
            self._start()
        self._given.append(data)
        self._held += _size(data)
        self._write(data)

    def _write(self, data: bytes) -> None:
        assert self.process and self.process.stdin
        with suppress(OSError):  # it died meanwhile: `take` says so
            send(self.process.stdin, data)

    def take(self) -> Iterator[bytes | bytearray | None]:
        """The parts of the answer to the first file that has none. None in place of one, and the last then: the file killed
        the child, or it did not answer in time."""
        self.has_more = True
        while self.has_more:
            answer = self._answer()
            if not self.has_more:
                self._held -= _size(self._given.popleft())
            if answer is None:
                self._stop()
                if self._given:
                    self._start()
                for data in self._given:
                    self._write(data)
            yield answer

    def _answer(self) -> bytearray | None:
        """A length and so many bytes; None where they do not all come."""
        self.has_more = False
        if not self._has(LENGTH):
            return None
        size = int.from_bytes(self._came[:LENGTH], "big")
        del self._came[:LENGTH]
        if not size or not self._has(size & ~MORE):
            return None
        self.has_more, size = bool(size & MORE), size & ~MORE
        answer, self._came = self._came, self._came[size:]
        del answer[size:]
        return answer

    def _has(self, size: int) -> bool:
        assert self.process and self.process.stdout
        out = self.process.stdout.fileno()
        poll = select.poll()
        poll.register(out, select.POLLIN)
        while len(self._came) < size:
            some = os.read(out, max(CHUNK, size - len(self._came))) if poll.poll(TIMEOUT_SECONDS * 1000) else b""
            if not some:
                return False
            self._came += some
        return True

    def stop(self) -> None:
        """End it, and forget what it was given."""
        self._stop()
        self._given.clear()
        self._held = 0

    def _stop(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            for pipe in (self.process.stdin, self.process.stdout):
                if pipe:
                    with suppress(OSError):  # what it was not given any more
                        pipe.close()
            self.process = None


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
        _idle.append(child)


def start_one() -> None:
    """A reader that starts up while its caller does something else."""
    with a_reader() as child:
        child.start()


@atexit.register
def _stop_all() -> None:
    for child in _idle:
        child.stop()
