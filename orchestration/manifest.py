"""dbt's manifest: what the models are. Read once a process; made when missing or older than a model.

`make manifest` runs this module. Not here: what becomes of it in Dagster (translator.py), running dbt (quality.dbt_project).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from quality.dbt_project import MANIFEST, is_current, write_manifest


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
    kept = {k: n for k, n in nodes.items() if n["resource_type"] in ("model", "seed")}
    return {k: n for k, n in kept.items() if n["config"]["materialized"] != "ephemeral"}


def tests(found: Mapping[str, Any] | None = None) -> dict[str, Mapping[str, Any]]:
    """unique id → node, of data tests. Unit tests stand elsewhere in the manifest and run in CI alone."""
    nodes = (found or manifest())["nodes"]
    return {k: n for k, n in nodes.items() if n["resource_type"] == "test"}


if __name__ == "__main__":
    manifest()
