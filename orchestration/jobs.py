"""Jobs: which assets run together. Not here: when (sensors.py, schedules.py)."""

from __future__ import annotations

from typing import Any

import dagster as dg

from orchestration.assets.gates import GATED

RECEIVE = "receive_and_build"


def jobs(warehouse: dg.AssetsDefinition, audit: dg.AssetChecksDefinition) -> list[Any]:
    """All jobs. The warehouse step is one: its models are always built together."""
    models = dg.AssetSelection.assets(*warehouse.keys)
    receive = dg.AssetSelection.assets("submissions") | dg.AssetSelection.checks(audit)
    release = dg.AssetSelection.assets(GATED, "release_candidate")
    site = dg.AssetSelection.assets("filing", "dashboard_site")
    return [
        dg.define_asset_job(
            RECEIVE, receive | models,
            description="收件并重算：收件箱里的工作簿变成数字。 Receive what lies in the inbox, then build.",
        ),
        dg.define_asset_job("build_warehouse", models, description="只重算。 Build alone."),
        dg.define_asset_job(
            "monthly_filing", release | dg.AssetSelection.assets("filing"),
            description="评估关口并做发布候选（或记为不发布）。 Gates, then a candidate or a recorded no-filing.",
        ),
        dg.define_asset_job("refresh_site", site, description="更新发布清单与静态页面。 List the releases and write the pages."),
        dg.define_asset_job(
            "whole_line", receive | models | release | site,
            description="整条线，为一个报告期。 The whole line, for one period and release.",
        ),
    ]  # fmt: skip
