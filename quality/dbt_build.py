"""One run of dbt that makes a build, or renews a copy of one, and what it did with each node.

Not here: what a build is made of and where it goes (warehouse.py), dbt itself (dbt_project.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.errors import SetupError
from quality.dbt_project import dbt, with_environment

if TYPE_CHECKING:  # dbt costs seconds to load
    from dbt.contracts.graph.manifest import Manifest


@dataclass
class NodeResult:
    """What dbt did with one node. failures: rows that a test found (None for models)."""

    unique_id: str
    status: str
    seconds: float
    message: str
    failures: int | None = None


class BuildFailed(SetupError):
    """A model or a test of error severity failed. `nodes` says what dbt did until then; the file is thrown away."""

    def __init__(self, message: str, nodes: list[NodeResult]) -> None:
        super().__init__(message)
        self.nodes = nodes


def dbt_environment(
    home: Path, path: Path, register_dir: Path, as_of: str | None, renews: Path | None = None
) -> dict[str, str]:
    """renews: the build before, of which `path` is a copy that is made new where something came since."""
    return {
        "JIUGAI_WAREHOUSE": str(path),
        "JIUGAI_REGISTER_DIR": str(register_dir),
        "JIUGAI_RETURNS_DIR": str((home / "returns").resolve()),
        "JIUGAI_AS_OF": as_of or "",
        "JIUGAI_RENEWS": str(renews or ""),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }


def run_dbt(home: Path, environment: dict[str, str], known: Manifest) -> list[NodeResult]:
    """Every model, seed and data test; of a renewal no seed, since the rule book is the same.

    Raises BuildFailed.
    """
    left_out = ["unit_test", "seed"] if environment["JIUGAI_RENEWS"] else ["unit_test"]
    with with_environment(environment):
        where = {"target": home / "dbt" / "target", "logs": home / "dbt" / "logs"}
        options = [o for kind in left_out for o in ("--exclude-resource-type", kind)]
        found = dbt("build", *options, known=known, **where)
    nodes = [
        NodeResult(r.node.unique_id, str(r.status), float(r.execution_time or 0), str(r.message or ""), r.failures)
        for r in found.results
    ]
    if bad := [n for n in nodes if n.status in ("error", "fail", "skipped")]:
        raise BuildFailed(f"dbt: {bad[0].unique_id}: {' '.join(bad[0].message.split())[:300]}", nodes)
    return nodes
