"""dbt's manifest: what the models are. Read once a process; made when missing or older than a model.

`make manifest` runs this module. Not here: what becomes of it in Dagster (translator.py), running dbt (quality.warehouse).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from quality.warehouse import PROJECT, write_manifest

MANIFEST = PROJECT / "target" / "manifest.json"
SOURCES = ("models", "macros", "seeds", "tests", "dbt_project.yml", "profiles.yml")


def is_current(manifest: Path = MANIFEST, project: Path = PROJECT) -> bool:
    """Whether the manifest is there and no file of the project is newer. A pull or a branch switch makes it old."""
    if not manifest.is_file():
        return False
    made = manifest.stat().st_mtime_ns
    files = [
        f for name in SOURCES for f in ([project / name] if (project / name).is_file() else (project / name).rglob("*"))
    ]
    return all(f.stat().st_mtime_ns <= made for f in files if f.is_file())


@cache
def manifest() -> Mapping[str, Any]:
    """The parsed manifest. On a fresh clone it is made on the spot (4 s)."""
    if not is_current(MANIFEST):
        write_manifest(MANIFEST)
    found: Mapping[str, Any] = json.loads(MANIFEST.read_bytes())
    return found


def models(found: Mapping[str, Any] | None = None) -> dict[str, Mapping[str, Any]]:
    """unique id → node, of everything that becomes a table or a view."""
    nodes = (found or manifest())["nodes"]
    return {k: n for k, n in nodes.items() if n["resource_type"] in ("model", "seed")}


def tests(found: Mapping[str, Any] | None = None) -> dict[str, Mapping[str, Any]]:
    """unique id → node, of data tests. Unit tests stand elsewhere in the manifest and run in CI alone."""
    nodes = (found or manifest())["nodes"]
    return {k: n for k, n in nodes.items() if n["resource_type"] == "test"}


if __name__ == "__main__":
    manifest()
