"""The words of the dbt project cover what is there: every column of every table of a build, and of what a build reads."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.register import Register
from orchestration.manifest import manifest, models
from quality.warehouse import current_build, export_register


def told(node: Mapping[str, Any]) -> set[str]:
    return set(node["columns"])


def test_the_columns_of_a_build_are_those_that_have_words(demo_home: Path) -> None:
    path = current_build(demo_home).path
    with duckdb.connect(str(path), read_only=True) as connection:
        rows = connection.execute(
            "select table_name, list(column_name) from information_schema.columns where table_schema = 'main' group by all"
        ).fetchall()
    held = {name: set(columns) for name, columns in rows}
    asked = {n["name"]: told(n) for n in models().values()}
    assert len(held) > 80 and set(held) == set(asked)
    assert {n: held[n] ^ asked[n] for n in held if held[n] != asked[n]} == {}


@pytest.mark.parametrize("table", [n["name"] for n in manifest()["sources"].values()])
def test_the_columns_that_a_build_reads_have_words(demo_home: Path, tmp_path: Path, table: str) -> None:
    source = next(n for n in manifest()["sources"].values() if n["name"] == table)
    if source["source_name"] == "register":
        register = Register(demo_home)
        export_register(register, tmp_path)
        register.close()
        path = tmp_path / f"{table}.parquet"
    else:
        path = next((demo_home / "returns" / f"form={table.upper()}").rglob("rows.parquet"))
    with duckdb.connect() as connection:
        rows = connection.execute("select column_name from (describe select * from read_parquet(?))", [str(path)])
        assert {name for (name,) in rows.fetchall()} == told(source)
