"""From gated series to a candidate, and what was filed. A named person approves: `jiugai release approve ID --by NAME`.

A candidate that cannot be made is a recorded no-filing with its reasons, not a failed run. Not here: what a release
holds, and whether it may (filings.release, which reads the stored verdicts for exactly this data).
"""

from typing import Any

import dagster as dg

from filings.release import list_releases, make
from ingestion.errors import UsageError
from orchestration import partitions
from orchestration.assets.gates import GATED, READS
from orchestration.metadata import table
from orchestration.resources import HomeResource
from orchestration.steps import RELEASES, describe

STATES = {"candidate": "候选 candidate", "unchanged": "没有新数据 nothing new", "none": "不发布 no filing"}


@dg.asset(
    name="release_candidate",
    deps=[GATED, *READS],
    partitions_def=partitions.of_releases(),
    group_name=RELEASES.group,
    owners=[RELEASES.owner],
    kinds={"parquet", "csv", "excel"},
    tags={"programme": "national"},
    description=describe(
        RELEASES,
        "发布候选：列入通过全部关口的指标；没有一个通过则记为不发布并写明原因。",
        "A candidate of every series whose stored verdicts all passed for exactly this data, or a recorded no-filing.",
        fresh="与 `gated_series` 同一次运行 in the same run as the gates",
        where="`candidates/编号/`；批准后移到 `releases/编号/` candidates, after approval releases",
        red="不发布不是失败，原因见分区；运行失败看运行记录 a no-filing is an answer, not a failure; its reasons are on the partition",
    ),
)
def release_candidate(context: dg.AssetExecutionContext, home: HomeResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """Make the candidate of one period and release."""
    release = partitions.release_of(context.partition_key)
    try:
        answer = make(home.folder, release.period, release.kind, sample=release.sample, filing=release.filing)
    except UsageError as error:  # a yearly filing of a month
        raise dg.Failure(str(error), allow_retries=False) from error
    context.log.info(
        f"{STATES[answer['state']]}：列入 {len(answer['series'])} 个指标，未列入 {len(answer['left_out'])} 个。"
    )
    metadata: dict[str, Any] = {
        "状态 state": STATES[answer["state"]],
        "模拟数据 sample": release.sample,
        "列入 series": len(answer["series"]),
        "未列入 left out": len(answer["left_out"]),
    }
    if answer["release"]:
        metadata["发布 release"] = answer["release"]
    if answer["series"]:
        metadata["列入的指标 series in"] = table([{"指标 series": s} for s in answer["series"]])
    if answer["left_out"]:
        metadata["未列入的指标与原因 left out, and why"] = table([
            {"指标 series": left["series"], "原因 reason": left["reasons_zh"][0], "共 of": len(left["reasons_zh"])}
            for left in answer["left_out"]])  # fmt: skip
    if answer["path"]:
        metadata["文件夹 folder"] = dg.MetadataValue.path(answer["path"])
        metadata["批准 to approve"] = f"jiugai release approve {answer['release']} --by 姓名"
    return dg.MaterializeResult(metadata=metadata)


@dg.asset(
    name="filing",
    deps=[release_candidate],
    group_name=RELEASES.group,
    owners=[RELEASES.owner],
    kinds={"parquet", "csv", "excel"},
    tags={"programme": "national", "audience": "public"},
    description=describe(
        RELEASES,
        "已发布：经有名有姓的人批准、此后不再改动的发布；另列候选与不发布的记录。",
        "Releases that a named person approved and that never change again; candidates and recorded no-filings beside them.",
        fresh="批准之后一分钟内（传感器 `approval`） within a minute of an approval",
        where="`releases/编号/`，内有清单 manifest.json 与指纹 frozen folders with manifest and seal",
        red="`jiugai release verify 编号` 核对文件夹；发布从不改动，有错就发更正 verify the folder; a correction is a release of its own",
    ),
)
def filing(home: HomeResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """What the register says of releases. Approving is not done here."""
    rows = list_releases(home.folder)
    counts = {s: sum(r["state"] == s for r in rows) for s in ("released", "candidate", "no_filing")}
    return dg.MaterializeResult(metadata={
        "已发布 released": counts["released"],
        "候选 candidates": counts["candidate"],
        "不发布 no filings": counts["no_filing"],
        "清单 list": table([
            {"发布 release": r["release"] or "—", "期 period": r["period"], "种类 kind": r["kind"], "日历 filing": r["filing"] or "",
             "来源 source": r["source_kind"], "状态 state": r["state"], "批准 approved by": r["approved_by"],
             "指标 series": len(r["series"])} for r in sorted(rows, key=lambda r: r["made_at"], reverse=True)]),
        "文件夹 folder": dg.MetadataValue.path(home.folder / "releases"),
    })  # fmt: skip
