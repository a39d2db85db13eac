"""A kept process of our own that works beside this one where there are many files: it writes while this one reads and judges.

It is given a function by name and its arguments, and answers with one byte, in the same order. What it could not do, or did
not live to do, is done here, so that an error is raised where it is understood: work is such as may be done twice. It ends
when this process does, however that ends, after what it was given. It opens no untrusted file: that is for reader_process.py.
"""

from __future__ import annotations

import atexit
import gc
import os
import pickle
import select
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ingestion.pipes import LENGTH, send, widen

DONE, FAILED = b"1", b"0"


class Helper:
    """Work is given in one order, and told to be done in the same."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._given: deque[tuple[Callable[..., object], tuple[Any, ...]]] = deque()  # and not known to be done

    @property
    def waiting(self) -> int:
        """How much it was given and has not done yet."""
        self._look(0)
        return len(self._given)

    def give(self, work: Callable[..., object], *arguments: Any) -> None:
        """Let it do something that may be done twice. work: named in a module, or a method of what can be pickled."""
        if self._process is None:
            self._start()
        assert self._process and self._process.stdin
        self._given.append((work, arguments))
        data = pickle.dumps((os.getcwd(), work, arguments), pickle.HIGHEST_PROTOCOL)  # noqa: PTH109 - a text
        with suppress(BrokenPipeError):  # it died: `_look` finds that out
            send(self._process.stdin, data)

    def finish(self) -> None:
        """Wait until it has done all that it was given. Raises what the work raises."""
        while self._given:
            self._look(None)

    def _start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ingestion.helper"],
            cwd=Path(__file__).resolve().parent.parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )
        assert self._process.stdin
        widen(self._process.stdin)  # `give` waits for what does not fit

    def _look(self, timeout: int | None) -> None:
        """Take in what it has told. timeout: milliseconds to wait for that; None: as long as it takes."""
        if not self._given:
            return
        assert self._process and self._process.stdout
        poll = select.poll()
        poll.register(self._process.stdout, select.POLLIN)
        if not poll.poll(timeout):
            return
        told = os.read(self._process.stdout.fileno(), len(self._given))
        if not told:
            self._end()
        for said in told or FAILED * len(self._given):
            work, arguments = self._given.popleft()
            if said != DONE[0]:
                work(*arguments)

    def _end(self) -> None:
        """Wait until it has done what it was given, and has ended."""
        if self._process:
            for pipe in (self._process.stdin, self._process.stdout):
                assert pipe
                pipe.close()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """End it, whatever becomes of what it was given."""
        self._given.clear()
        self._end()


class Nobody(Helper):
    """Where there is too little to do for another process: everything is done at once, and here."""

    def give(self, work: Callable[..., object], *arguments: Any) -> None:
        work(*arguments)


_idle: list[Helper] = []  # who works with one has it alone


@contextmanager
def a_helper(is_worth_it: bool = True) -> Iterator[Helper]:
    """One that starts when it is given something first, and is kept. All that it was given is done at the end."""
    if not is_worth_it:
        yield Nobody()
        return
    helper = _idle.pop() if _idle else Helper()
    try:
        yield helper
        helper.finish()
    except BaseException:
        helper.stop()
        raise
    finally:
        _idle.append(helper)


@atexit.register
def _stop_all() -> None:
    for helper in _idle:
        helper.stop()


def main() -> None:
    """Do what comes in until no more does."""
    gc.set_threshold(100_000)  # a workbook that is written is made of many objects, and is not done before it is done
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the other process, and this one after it
    given, told = sys.stdin.buffer, os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # nothing that work may print is an answer
    while head := given.read(LENGTH):
        try:
            place, work, arguments = pickle.loads(given.read(int.from_bytes(head, "big")))
            os.chdir(place)
            work(*arguments)
        except Exception:  # noqa: BLE001 - the other process does it again and says what is wrong
            said = FAILED
        else:
            said = DONE
        os.write(told, said)


if __name__ == "__main__":
    main()
