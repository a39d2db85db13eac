"""The kinds of error that leave a room. A wrong *return* is never an exception: it is a Finding (see returns.py)."""

from __future__ import annotations


class JiugaiError(Exception):
    """Base of everything the command line turns into one line on stderr and exit code 2."""


class SetupError(JiugaiError):
    """The rule book or the configuration is wrong: stop, and name the file and the place in it."""


class UsageError(JiugaiError):
    """The caller asked for something that does not exist or cannot be (unknown unit, period, source …)."""


class RetriableError(JiugaiError):
    """A lock or a disk: the same call may succeed later."""


class UnreadableFile(JiugaiError):
    """A file is no workbook that can be read. `code` is the rule id of the finding that is made of it."""

    def __init__(self, code: str, zh: str, en: str, found: str = "", expected: str = "") -> None:
        super().__init__(zh)
        self.code, self.zh, self.en, self.found, self.expected = code, zh, en, found, expected
