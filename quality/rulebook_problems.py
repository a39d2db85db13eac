"""What is wrong with a rule book: file, place and fault, in Chinese and English."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from ingestion.errors import SetupError


@dataclass(frozen=True)
class Problem:
    """One fault. file below rulebook/; place: the rule, field or line in it."""

    file: str
    place: str
    problem_zh: str
    problem_en: str

    def as_json(self) -> dict[str, str]:
        return asdict(self)


def of_error(error: SetupError) -> Problem:
    """A fault that stops a loader: its message opens with the file, and mostly with the place."""
    file, _, rest = str(error).partition(": ")
    place, sep, what = rest.partition(": ")
    return Problem(file.removeprefix("rulebook/"), place if sep else "", what or rest, what or rest)
