"""Pipes to the kept child processes (reader_process.py, helper.py): what is sent is a length and so many bytes."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from typing import IO

LENGTH = 8  # bytes of a length
ROOM = 1 << 20  # bytes that are asked of the system for a pipe: what does not fit waits for the other side


def widen(pipe: IO[bytes]) -> None:
    """Give a pipe more room; a system that gives no more leaves it as it is, and less can be ahead."""
    with suppress(OSError):
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, ROOM)


def send(pipe: IO[bytes], data: bytes) -> None:
    """Raises OSError where nobody is left to read it."""
    rest = memoryview(len(data).to_bytes(LENGTH, "big") + data)
    while rest:
        rest = rest[os.write(pipe.fileno(), rest) :]
