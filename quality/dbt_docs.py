"""dbt's own pages on the warehouse: one file with the newcomer's page, every table, column and lineage. No data in it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ingestion.archive import write_whole
from quality.dbt_build import dbt_environment
from quality.dbt_project import PROJECT, dbt, with_environment


def write_docs(path: Path) -> Path:
    """`dbt docs generate` into one HTML file that needs no server. Reads no home: what tables hold is not in it."""
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        with with_environment(dbt_environment(scratch, scratch / "none.duckdb", scratch, None)):
            dbt("docs", "generate", "--static", "--empty-catalog", target=scratch, logs=scratch)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, (scratch / "static_index.html").read_bytes())
    return path


if __name__ == "__main__":
    write_docs(PROJECT / "target" / "docs.html")
