"""A build of the warehouse (dbt, every figure and its cells, every test) beside dbt with as many models that do nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from orchestration.bench import Case
from orchestration.bench.inputs import write_month, write_rosters

PROJECT = """name: nothing
version: "1.0.0"
profile: nothing
flags: {send_anonymous_usage_stats: false}
"""
PROFILE = "nothing: {{target: dev, outputs: {{dev: {{type: duckdb, path: {path}, threads: 1}}}}}}\n"


def _write_project(folder: Path, models: int, tests: int) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "models").mkdir(parents=True)
    (folder / "tests").mkdir()
    (folder / "dbt_project.yml").write_text(PROJECT)
    (folder / "profiles.yml").write_text(PROFILE.format(path=folder / "nothing.duckdb"))
    for n in range(models):
        (folder / "models" / f"m{n}.sql").write_text("{{ config(materialized='table') }} select 1 as one")
    for n in range(tests):
        name = f"m{n % models}"
        (folder / "tests" / f"t{n}.sql").write_text("select * from {{ ref('" + name + "') }} where one <> 1")


def cases(home: Path, inputs: Path, count: int) -> Iterator[Case]:
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    from quality.receive import Receiver
    from quality.warehouse import build

    receiver = Receiver(home)
    receiver.receive(write_month(inputs, count))
    receiver.receive(write_rosters(inputs, count)[0])
    receiver.register.close()
    nodes = build(home).nodes
    models = sum(n.unique_id.startswith(("model.", "seed.")) for n in nodes)
    tests = sum(n.unique_id.startswith("test.") for n in nodes)
    folder = inputs / "nothing"
    _write_project(folder, models, tests)

    def theirs() -> None:
        (folder / "nothing.duckdb").unlink(missing_ok=True)
        where = ["--project-dir", str(folder), "--profiles-dir", str(folder), "--log-path", str(folder / "logs")]
        done = dbtRunner().invoke(["--quiet", "build", *where, "--target-path", str(folder / "target")])
        DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
        assert done.success, done.exception

    yield Case(
        f"build the warehouse from {count} J2 returns and the lists of a month: {models} models and seeds, {tests} tests",
        "dbt: as many models that select one row, as many tests of them",
        lambda: build(home),
        theirs,
        Decimal(4),
    )
