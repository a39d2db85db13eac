"""The one resource, where the state lies, and the one pool. Assets hand its path to a function of a lower room."""

from __future__ import annotations

from pathlib import Path

import dagster as dg

from ingestion.paths import checked_home

HOME_VARIABLE = "JIUGAI_HOME"
POOL = "duckdb_writer"  # at most one run writes a build at a time


class HomeResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """`JIUGAI_HOME`, absolute: a run starts in another working directory than the person who started the server."""

    path: str

    @property
    def folder(self) -> Path:
        return checked_home(Path(self.path).resolve())


def home_from_environment() -> HomeResource:
    """Read when a run starts, not when the module is imported."""
    return HomeResource(path=dg.EnvVar(HOME_VARIABLE))
