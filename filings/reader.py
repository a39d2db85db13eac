"""A build or a frozen release, opened to be read. Every question goes through here.

Not here: what is asked (question.py), how a build is made (quality.warehouse).
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from ingestion.catalogue import Catalogue
from ingestion.catalogue import catalogue as project_catalogue
from ingestion.errors import UsageError
from ingestion.paths import as_pattern
from quality.warehouse import build_as_of, current_build, open_build, stream


@dataclass
class Reader:
    """A build or a release, opened read-only."""

    connection: duckdb.DuckDBPyConnection
    catalogue: Catalogue
    release: str | None
    as_of: str
    home: Path
    rulebook: tuple[str, str]  # version and hash that the formulas are of
    listed: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict, repr=False, compare=False)

    def rows(
        self, sql: str, parameters: list[Any] | None = None, asked: Mapping[str, Iterable[str]] | None = None
    ) -> list[dict[str, Any]]:
        return list(self.stream(sql, parameters, asked))

    def short_list(self, sql: str, parameters: list[Any]) -> list[dict[str, Any]]:
        """Few rows that many pages ask for (which periods, which areas): asked once, since what is open does not change."""
        question = sql, repr(parameters)
        if question not in self.listed:
            self.listed[question] = self.rows(sql, parameters)
        return self.listed[question]

    def stream(
        self, sql: str, parameters: list[Any] | None = None, asked: Mapping[str, Iterable[str]] | None = None
    ) -> Iterator[dict[str, Any]]:
        """Rows one after the other, in constant memory. Raises: as `quality.warehouse.stream`."""
        return stream(self.connection, sql, parameters, asked)


@contextmanager
def open_reader(home: Path, *, as_of: dt.datetime | None = None, release: str | None = None) -> Iterator[Reader]:
    """The current build, a build as of a moment, or a frozen release. Raises UsageError when it does not exist."""
    catalogue = project_catalogue()
    if release is not None:
        folder = home / "releases" / release
        if not re.fullmatch(r"[A-Za-z0-9._-]+", release) or not (folder / "manifest.json").is_file():
            raise UsageError(f"没有发布 {release}；用 jiugai release list 查看 (no such release)")
        connection = duckdb.connect(":memory:")
        try:
            for name in ("fct_figures", "fct_contributions"):
                path = as_pattern(folder / "data" / f"{name}.parquet").replace("'", "''")
                connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{path}')")
            manifest = json.loads((folder / "manifest.json").read_bytes())
            book = manifest["rulebook_version"], manifest["rulebook_sha256"]
            yield Reader(connection, catalogue, release, manifest["cutoff"], home, book)
        finally:
            connection.close()
        return
    made = build_as_of(home, as_of) if as_of else current_build(home)
    with open_build(made) as connection:
        book = made.rulebook_version, made.rulebook_hash
        yield Reader(connection, catalogue, None, made.label, home, book)
