"""Gates as an asset and its checks: one check a series says whether it may be published, and why not.

The stored verdict decides and the release reads it (quality.gates.verdicts); the check is its display. So no check here
blocks: a later run of the release alone would go through a blocking one without a word.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg

from filings.calendar import series_of
from ingestion.catalogue import catalogue
from orchestration import partitions
from orchestration.checks import weight_of
from orchestration.freshness import EVERY_MONTH
from orchestration.metadata import table
from orchestration.resources import HomeResource
from orchestration.steps import RELEASES, describe
from quality.gates.run import release_series, run_gates

GATED = dg.AssetKey("gated_series")
READS = [dg.AssetKey(["marts", "fct_figures"]), dg.AssetKey(["marts", "fct_contributions"])]


def series_result(series: str, rows: Sequence[dict[str, Any]]) -> dg.AssetCheckResult:
    """The gates of one series. A gate that found nothing to judge weighs as a warning: the series is left out by name."""
    bad = [r for r in rows if r["severity"] == "error" and r["verdict"] != "passed"]
    empty = [r for r in bad if r["gate"] == "rows_present"]
    failed = [r for r in bad if r["verdict"] == "failed"]
    return dg.AssetCheckResult(
        asset_key=GATED,
        check_name=series,
        passed=not bad,
        severity=weight_of("error" if failed and not empty else "warning", stops=False).severity,
        description=f"{len(rows)} 道关口通过 gates passed" if not bad else (empty or failed or bad)[0]["message_zh"],
        metadata={
            "关口 gates": table([
                {"关口 gate": r["gate"], "结论 verdict": r["verdict"], "实为 observed": r["observed"],
                 "应为 expected": r["expected"], "说明 message": r["message_zh"]} for r in rows]),
            "数据指纹 data hash": rows[0]["data_hash"] if rows else "",
            "规则版本 suite": rows[0]["suite_version"] if rows else "",
        },
    )  # fmt: skip


def gated_series() -> dg.AssetsDefinition:
    """Runs the gates of a period and release, and stores the verdicts."""
    definition = partitions.of_releases()
    specs = []
    filed = (s for release in catalogue().calendar.release for s in series_of(release))
    for series in dict.fromkeys([*release_series(), *filed]):
        name = catalogue().indicator(series).name
        specs.append(dg.AssetCheckSpec(  # by partition: else the sample's verdict would stand over the real one
            series, asset=GATED, partitions_def=definition,
            description=f"{name.zh}可以发布。 {name.en} may be published: every gate passed for this data.",
        ))  # fmt: skip

    spec = dg.AssetSpec(
        GATED,
        deps=READS,
        group_name=RELEASES.group,
        owners=[RELEASES.owner],
        kinds={"greatexpectations"},
        tags={"programme": "national"},
        freshness_policy=EVERY_MONTH,
        description=describe(
            RELEASES,
            "发布关口：逐个指标评估一期数据，判定存入登记库，发布只认存下的判定。分区＝报告期 × 日历中的发布（或发布种类）。",
            "Gates: every series of a period is judged; a release reads the stored verdicts. One partition a period and release.",
            fresh="发布日（按日历，遇假日顺延）自动运行 on release days of the calendar, moved for holidays",
            where="登记库 `verdicts`；`jiugai gates show --period 2023-09`",
            red="检查写明哪道关口、实为与应为：多半是报送不齐（看 `collection_status`）或数据有误；改好后重跑本分区 the checks say which "
                "gate and why; mend the data, then run the partition again",
        ),
    )  # fmt: skip

    # can_subset: a filing of the calendar judges its own series, and the other checks say nothing
    @dg.multi_asset(name="gated_series", specs=[spec], check_specs=specs, partitions_def=definition, can_subset=True)
    def gated(context: dg.AssetExecutionContext, home: HomeResource) -> Iterator[Any]:
        release = partitions.release_of(context.partition_key)
        names = series_of(release.filing) if release.filing else None
        rows = run_gates(home.folder, release.period, release.kind, sample=release.sample, series=names)
        by_series: dict[str, list[dict[str, Any]]] = {}
        for row in rows:
            by_series.setdefault(row["series"], []).append(row)
        results = [series_result(s, found) for s, found in by_series.items()]
        may = [r.check_name for r in results if r.passed]
        context.log.info(
            f"{len(results)} 个指标过关口：{len(may)} 个可发布。 {len(may)} of {len(results)} series may be published."
        )
        verdicts = {v: sum(r["verdict"] == v for r in rows) for v in ("passed", "failed", "not_evaluated")}
        yield dg.MaterializeResult(metadata={
            "可发布指标 series that may be published": len(may),
            "指标 series": len(results),
            "通过 passed": verdicts["passed"],
            "未通过 failed": verdicts["failed"],
            "未能评估 not evaluated": verdicts["not_evaluated"],
            "模拟数据 sample": release.sample,
            "各指标 by series": table([
                {"指标 series": r.check_name, "结论 verdict": "可发布 may be published" if r.passed else "不发布 left out",
                 "说明 why": r.description} for r in results]),
        })  # fmt: skip
        yield from results

    return gated
