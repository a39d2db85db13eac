"""The whole line in this process, recorded in the home's Dagster instance: `jiugai demo` runs it, the UI shows it later.

The same jobs as the server's. Not here: receiving demo files (demo.py), the server (instance.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import dagster as dg

from ingestion.errors import UsageError
from ingestion.register import Register
from orchestration import partitions
from orchestration.assets.collection import STATUS, status_of
from orchestration.assets.filing import STATES
from orchestration.assets.gates import GATED
from orchestration.assets.receiving import register_metadata, touched_partitions
from orchestration.assets.warehouse import unreported
from orchestration.audits import audit_results, audited_forms, evaluation_of
from orchestration.build import build_defs
from orchestration.history import quick_history
from orchestration.instance import local_instance
from orchestration.jobs import CANDIDATE, SITE
from orchestration.resources import HomeResource
from quality.warehouse import current_build, is_stale

BY_HAND = {"user": "命令行 jiugai"}  # what Dagster shows as "launched by"
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def report_register(instance: dg.DagsterInstance, home: Path) -> int:
    """Show what was received outside Dagster, partition by partition, and its audit. Returns how many were shown."""
    count = 0
    for event in touched_partitions(instance, home):
        instance.report_runless_asset_event(event)
        count += isinstance(event, dg.AssetMaterialization)
    if count:
        register = Register(home)
        status, checks = status_of(home, register)
        for key, metadata in ((dg.AssetKey("submissions"), register_metadata(home, register)), (STATUS, status)):
            instance.report_runless_asset_event(dg.AssetMaterialization(key, metadata=metadata))
        for form in audited_forms():
            checks += audit_results(home, register, form)
        for result in checks:
            instance.report_runless_asset_event(evaluation_of(result))
        register.close()
    return count


def report_build(instance: dg.DagsterInstance, home: Path) -> int:
    """Show the tables of the current build when it was made outside Dagster."""
    try:
        made = current_build(home)
    except UsageError:
        return 0
    count = 0
    for event in unreported(instance, made):
        instance.report_runless_asset_event(event)
        count += 1
    return count


def run_line(
    home: Path,
    *,
    periods: Iterable[tuple[str, str, bool]] = (),
    site: bool = True,
    progress: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Build when `current` is missing or stale, gate and make candidates for the periods, write the site.

    Args:    periods: (period, kind or filing of the calendar, sample); progress: called with the name of each step.
    Returns: {build_id, gates: {passed, failed, not_evaluated}, candidates: [{release, state, period, kind, sample,
             series, path}], site, runs}. A no-filing stands in candidates with its state.
    """
    home = home.resolve()
    defs = build_defs(resources={"home": HomeResource(path=str(home))})
    say = progress or (lambda _: None)
    runs: list[str] = []
    counts: Counter[str] = Counter({"passed": 0, "failed": 0, "not_evaluated": 0})
    candidates: list[dict[str, Any]] = []
    state_of_word = {word: state for state, word in STATES.items()}
    with quick_history(home / "dagster"), local_instance(home) as instance:

        def run(job: str, key: str | None = None) -> dg.ExecuteInProcessResult:
            result = defs.resolve_job_def(job).execute_in_process(
                instance=instance, partition_key=key, run_config=QUIET, tags=BY_HAND
            )
            runs.append(result.run_id)
            return result

        say("receive")
        report_register(instance, home)
        if is_stale(home):
            say("build")
            run("build_warehouse")
        report_build(instance, home)
        for period, kind, sample in periods:
            say(f"{period} {kind}{' sample' if sample else ''}")
            made = run(CANDIDATE, partitions.release_key(period, kind, sample=sample))
            found = {e.asset_key: _values(e) for e in made.get_asset_materialization_events() if e.asset_key}
            gated = found[GATED]
            counts.update(
                passed=gated["通过 passed"],
                failed=gated["未通过 failed"],
                not_evaluated=gated["未能评估 not evaluated"],
            )
            candidate = found[dg.AssetKey("release_candidate")]
            candidates.append({
                "release": candidate.get("发布 release"), "state": state_of_word[candidate["状态 state"]], "period": period, "kind": kind,
                "sample": sample, "series": candidate["列入 series"], "path": candidate.get("文件夹 folder"),
            })  # fmt: skip
        if site:
            say("site")
            run(SITE)
    return {
        "build_id": current_build(home).build_id, "gates": dict(counts), "candidates": candidates,
        "site": str(home / "site") if site else None, "runs": runs,
    }  # fmt: skip


def _values(event: dg.DagsterEvent) -> dict[str, Any]:
    metadata = event.step_materialization_data.materialization.metadata
    return {name: value.value for name, value in metadata.items()}
