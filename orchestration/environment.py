"""Every environment × every switch, in one table. `JIUGAI_ENV` names the environment; an unknown name is an error.

Belongs here: what may run by itself, how often, and where Dagster keeps its history. Not here: what runs (jobs.py).
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from ingestion.errors import SetupError

VARIABLE = "JIUGAI_ENV"
POSTGRES_URL = "JIUGAI_DAGSTER_POSTGRES_URL"


@dataclass(frozen=True)
class Environment:
    """Switches as they stand when nobody has turned them in the UI. Seconds are the least time between two ticks."""

    name: str
    inbox_sensor: bool
    inbox_seconds: int
    approval_sensor: bool
    approval_seconds: int
    filing_schedule: bool
    postgres_url_env: str | None  # name of the variable that holds the URL; None = SQLite inside the home
    max_concurrent_runs: int


ENVIRONMENTS = {
    e.name: e
    for e in (
        # one machine, one office: everything runs by itself; a candidate still waits for a named person
        Environment("local", True, 15, True, 60, True, None, 2),
        Environment("production", True, 30, True, 60, True, POSTGRES_URL, 2),
        # tests: the inbox alone, and soon, so that a test waits for nothing else
        Environment("test", True, 5, False, 30, False, None, 2),
    )
}


def environment(name: str | None = None) -> Environment:
    """The environment of this name, of `JIUGAI_ENV`, or local. Raises SetupError for a name that is not declared."""
    wanted = name or os.environ.get(VARIABLE) or "local"
    if wanted not in ENVIRONMENTS:
        raise SetupError(f"{VARIABLE}={wanted}: 没有这个环境；可用：{', '.join(ENVIRONMENTS)} (no such environment)")
    return ENVIRONMENTS[wanted]
