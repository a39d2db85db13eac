"""dbt's project: running dbt in this process, and what it parsed, kept so that no build parses it again.

Not here: what a build is made of and where it goes (warehouse.py).
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.archive import write_whole
from ingestion.errors import SetupError

if TYPE_CHECKING:  # dbt costs seconds to load
    from dbt.contracts.graph.manifest import Manifest

PROJECT = Path(__file__).resolve().parent.parent / "dbt_project"
SOURCES = ("models", "macros", "seeds", "tests", "dbt_project.yml", "profiles.yml")
DATABASE = "jiugai.duckdb"  # DuckDB names a database after its file, and what was parsed holds for one name
MANIFEST = PROJECT / "target" / "manifest.json"
PARSING = {"JIUGAI_WAREHOUSE": DATABASE, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1"}
one_at_a_time = threading.RLock()  # a build, which holds it, may have to parse


@contextmanager
def with_environment(values: dict[str, str]) -> Iterator[None]:
    before = {k: os.environ.get(k) for k in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for key, value in before.items():
            if value is None:
                os.environ.pop(key, None)
            else:
                os.environ[key] = value


def dbt(*command: str, target: Path, logs: Path, known: Manifest | None = None) -> Any:
    """Run dbt in this process (0.3–0.8 s once imported; its command line costs 3.6 s), which parses unless `known`.

    Raises SetupError.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    where = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    where += ["--target-path", str(target), "--log-path", str(logs)]
    try:
        outcome = dbtRunner(known).invoke(["--quiet", "--no-use-colors", *command, *where])
    finally:  # else this process keeps the database file locked
        DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    if outcome.exception is not None:
        raise SetupError(f"dbt: {' '.join(str(outcome.exception).split())[:300]}") from outcome.exception
    return outcome.result


def is_current(made: Path = MANIFEST, project: Path = PROJECT) -> bool:
    """Whether what was parsed is there and no file of the project is newer. A pull or a branch switch makes it old.

    Folders count too: one that lost a file is newer than what was parsed with it.
    """
    if not made.is_file():
        return False
    when = made.stat().st_mtime_ns
    paths = [p for name in SOURCES for p in (project / name, *(project / name).rglob("*"))]
    return all(p.stat().st_mtime_ns <= when for p in paths if p.exists())


def project_hash() -> str:
    """Names what computes a build, beside the rule book: every file of the project, and who runs it."""
    found = hashlib.sha256(f"{version('dbt-core')} {version('dbt-duckdb')} {version('duckdb')}".encode())
    for path in sorted(p for name in SOURCES for p in (PROJECT / name, *(PROJECT / name).rglob("*")) if p.is_file()):
        found.update(f"\n{path.relative_to(PROJECT)}\n".encode() + path.read_bytes())
    return found.hexdigest()


def _parsed_beside(manifest: Path) -> Path:
    """Of these versions alone: their macros are in it, and another version may not read it."""
    return manifest.with_name(f"parsed-{version('dbt-core')}-{version('dbt-duckdb')}.msgpack")


def write_manifest(path: Path) -> Path:
    """`dbt parse`: what the models are, without data; as JSON, and beside it for the next build.

    Each file appears whole, so that two starts may race.
    """
    with tempfile.TemporaryDirectory() as name, one_at_a_time, with_environment(PARSING):
        scratch = Path(name)
        dbt("parse", "--no-partial-parse", target=scratch, logs=scratch)
        write_whole(_parsed_beside(path), (scratch / "partial_parse.msgpack").read_bytes())
        write_whole(path, (scratch / "manifest.json").read_bytes())
    return path


def parsed_project() -> Manifest:
    """The project as dbt parsed it, for one run: dbt writes into it. Parsing costs more than most builds' tables."""
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    kept = _parsed_beside(MANIFEST)
    if not is_current(kept):
        write_manifest(MANIFEST)
    found: Manifest = Manifest.from_msgpack(kept.read_bytes(), decoder=extended_mashumuro_decoder)
    found.build_flat_graph()  # type: ignore[no-untyped-call]
    return found
