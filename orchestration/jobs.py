"""Jobs: which assets run together. Not here: when (sensors.py, schedules.py)."""

from __future__ import annotations

from typing import Any

import dagster as dg

from ingestion.catalogue import catalogue
from orchestration.assets.collection import STATUS
from orchestration.assets.gates import GATED
from orchestration.audits import returns_asset

WHAT = "what"  # run tag that the list of runs shows: what a run is for, in words
RECEIVE = "receive_and_build"
CANDIDATE = "make_candidate"
SITE = "refresh_site"
COLLECTION = "refresh_collection_status"


def _rerun(name: str, frequency: str, words: tuple[str, str], audit: dg.AssetSelection) -> Any:
    """One province for one period, of every form with that rhythm."""
    forms = [f for f in catalogue().forms.values() if f.frequency == frequency]
    zh, en = words
    return dg.define_asset_job(
        name, dg.AssetSelection.assets(*(returns_asset(f.id) for f in forms)) - audit,
        description=f"重跑一个省级单位的一{zh}：从存档原件按现行规则重读 {'、'.join(f'{f.id} {f.title.zh}' for f in forms)}。"
                    f"不新增报送，不改已有结论；前后差异写在分区的元数据里，有差异时随后自动重算。"
                    f"用法：点 Materialize all，选一{zh}与一个省级单位（如 110000 北京市）。"
                    f" One province for one {en}: its originals are read again under the reader and rules of today. Nothing "
                    "is submitted, no decision changes; what differs stands on the partition, and a build follows by itself.",
        tags={WHAT: f"重跑一个省的一{zh} one province, one {en}"},
    )  # fmt: skip


def jobs(warehouse: dg.AssetsDefinition, audit: dg.AssetChecksDefinition) -> list[Any]:
    """All jobs. The warehouse step is one: its models are always built together."""
    models = dg.AssetSelection.assets(*warehouse.keys)
    receive = dg.AssetSelection.assets("submissions", STATUS) | dg.AssetSelection.checks(audit)
    release = dg.AssetSelection.assets(GATED, "release_candidate")
    site = dg.AssetSelection.assets("filing", "dashboard_site")
    return [
        dg.define_asset_job(
            RECEIVE, receive | models,
            description="收件并重算：收件箱里的工作簿 → 登记、审核、报送一览 → 全部数字。 Receive what lies in the inbox, then build.",
        ),
        dg.define_asset_job("build_warehouse", models, description="只重算全部数字。 Build alone."),
        _rerun("rerun_province_month", "monthly", ("个月", "month"), dg.AssetSelection.checks(audit)),
        _rerun("rerun_province_year", "yearly", ("年", "year"), dg.AssetSelection.checks(audit)),
        dg.define_asset_job(
            COLLECTION, dg.AssetSelection.assets(STATUS) | dg.AssetSelection.checks(audit),
            description="更新报送一览与审核结论，不收件。 Who has filed what, as of now; receives nothing.",
        ),
        dg.define_asset_job(
            CANDIDATE, release | dg.AssetSelection.assets("filing"),
            description="评估关口并做发布候选（或记为不发布），为一个报告期与一种发布。 Gates, then a candidate or a recorded no-filing.",
        ),
        dg.define_asset_job(SITE, site, description="更新发布清单与静态页面。 List the releases and write the pages."),
        dg.define_asset_job(
            "whole_line", receive | models | release | site,
            description="整条线，为一个报告期：收件、重算、关口、候选、页面。 The whole line, for one period and release.",
        ),
    ]  # fmt: skip
