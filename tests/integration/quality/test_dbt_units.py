"""dbt's own unit tests, run beside a finished build whose tables give the types. Scheduled builds leave them out."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from quality.dbt_build import dbt_environment
from quality.dbt_project import PROJECT
from quality.warehouse import current_build


def test_unit_tests_of_the_dbt_project_hold(
    published_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    file = tmp_path / "build.duckdb"
    shutil.copy(current_build(published_home).path, file)
    for name, value in dbt_environment(published_home, file, tmp_path, None).items():
        monkeypatch.setenv(name, value)
    where = [
        "--project-dir",
        PROJECT,
        "--profiles-dir",
        PROJECT,
        "--target-path",
        tmp_path / "target",
        "--log-path",
        tmp_path,
    ]
    try:
        answer = dbtRunner().invoke(["--quiet", "test", "--select", "test_type:unit", *map(str, where)])
    finally:
        DuckDBConnectionManager.close_all_connections()
    assert answer.exception is None, answer.exception
    tests = [r for r in answer.result.results if r.node.resource_type == "unit_test"]  # hooks of a run are told too
    results = {r.node.name: (str(r.status), r.message) for r in tests}
    assert len(results) >= 3
    assert {name: found for name, found in results.items() if found[0] != "pass"} == {}


def test_a_finished_build_answers_under_any_name(published_home: Path, tmp_path: Path) -> None:
    """A view that kept the name of the file it was made in would answer in that file alone."""
    moved = tmp_path / "elsewhere.duckdb"
    shutil.copy(current_build(published_home).path, moved)
    with duckdb.connect(str(moved), read_only=True) as connection:
        found = connection.execute("select view_name from duckdb_views() where not internal").fetchall()
        views = [name for (name,) in found if not name.startswith("stg_")]  # those read the landed files
        assert {"fct_fund_ledger", "fct_contributions"} <= set(views)
        for name in views:
            connection.execute(f"select * from {name} limit 0")
