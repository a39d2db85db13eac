"""dbt's own pages on the warehouse: one file with the newcomer's page, every table, column and lineage. No data in it."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from ingestion.archive import write_whole
from quality.dbt_build import dbt_environment
from quality.dbt_project import PROJECT, dbt, with_environment


def write_docs(path: Path) -> Path:
    """`dbt docs generate` into one HTML file that needs no server. Reads no home: what tables hold is not in it."""
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        with with_environment(dbt_environment(scratch, scratch / "none.duckdb", scratch, None)):
            dbt("docs", "generate", "--static", "--empty-catalog", target=scratch, logs=scratch)
        page, catalog = ((scratch / name).read_text(encoding="utf-8") for name in ("static_index.html", "catalog.json"))
        manifest = json.loads((scratch / "manifest.json").read_text(encoding="utf-8"))
        typed = json.dumps({**json.loads(catalog), "nodes": _declared(manifest)}, ensure_ascii=False)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, page.replace(f"catalog:{catalog}", f"catalog:{typed}", 1).encode())
    return path


def _declared(manifest: dict[str, Any]) -> dict[str, Any]:
    """The catalogue entries of models and seeds by what they declare: the pages take the types of columns from there alone."""
    return {
        unique_id: {
            "unique_id": unique_id,
            "metadata": {"type": node["config"]["materialized"], "schema": node["schema"], "name": node["name"]},
            "columns": {
                name: {"name": name, "index": n, "type": column["data_type"] or types.get(name, "")}
                for n, (name, column) in enumerate(node["columns"].items(), start=1)
            },
            "stats": {
                "has_stats": {"id": "has_stats", "label": "", "value": False, "include": False, "description": ""}
            },
        }
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] in ("model", "seed")
        for types in (node["config"].get("column_types") or {},)
    }


if __name__ == "__main__":
    write_docs(PROJECT / "target" / "docs.html")
