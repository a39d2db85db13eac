"""Everything put together, in one visible place. Tests put other resources or another environment in.

Read at import: the rule book and dbt's manifest, nothing of a home.
"""

from __future__ import annotations

import warnings
from typing import Any

import dagster as dg

from orchestration.assets.collection import collection_status
from orchestration.assets.filing import filing, release_candidate
from orchestration.assets.gates import gated_series
from orchestration.assets.receiving import submissions_asset, workbooks_spec
from orchestration.assets.returns import returns_assets
from orchestration.assets.site import dashboard_site
from orchestration.assets.warehouse import warehouse_asset
from orchestration.audits import audit_checks
from orchestration.environment import environment
from orchestration.jobs import jobs
from orchestration.resources import home_from_environment
from orchestration.schedules import schedules
from orchestration.sensors import sensors


def build_defs(environment_name: str | None = None, resources: dict[str, Any] | None = None) -> dg.Definitions:
    """The definitions of an environment.

    Args:    environment_name: see environment.py; resources: in place of the ones read from the environment.
    """
    switches = environment(environment_name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.PreviewWarning)
        warehouse, audit = warehouse_asset(), audit_checks()
        return dg.Definitions(
            assets=[
                workbooks_spec(), submissions_asset, *returns_assets(), collection_status, warehouse, gated_series(),
                release_candidate, filing, dashboard_site,
            ],
            asset_checks=[audit],
            jobs=jobs(warehouse, audit),
            sensors=sensors(switches),
            schedules=schedules(switches),
            resources=resources or {"home": home_from_environment()},
            executor=dg.in_process_executor,  # a process for each step costs 8 s on two cores
        )  # fmt: skip
