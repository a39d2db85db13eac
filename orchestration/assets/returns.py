"""Receiving: one run takes everything in the inbox, then says which partitions it touched.

`submissions` is the register and the only thing that runs; `returns_<form>` and `publications` are what it fills, one
partition a period × province or a source. One bad file never fails the batch: it is returned, and shown with its reason.
Not here: reading, auditing, deciding (quality.receive), when to run (sensors.py).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg

from ingestion.catalogue import catalogue
from ingestion.register import Register
from orchestration import partitions
from orchestration.checks import audited_forms, returns_asset
from orchestration.metadata import WORDS, partition_metadata, returned_list, table
from orchestration.resources import HomeResource
from orchestration.translator import COLLECT
from quality.receive import Receiver
from quality.status import PartitionState, new_since, state_of, totals, unit_state

REPORTED = "jiugai/reported_seq"  # number of the last submission that this Dagster instance has shown


def external_specs() -> list[dg.AssetSpec]:
    """What the receive run fills. Nothing computes them here, so they carry no code."""
    specs = []
    for form in audited_forms():
        if form == "PUB":
            title = "公布资料：部、省、报刊印出的数字，每个来源一个分区。 Publications: figures that others printed, one partition a source."
            definition: dg.PartitionsDefinition[Any] = partitions.of_publications()
            kind = "excel"
        else:
            found = catalogue().form(form)
            title = f"{found.title.zh}（{form}）：每期、每省级单位一个分区。 {found.title.en}: one partition a period and province."
            definition, kind = partitions.of_returns(found.frequency), "excel"
        specs.append(dg.AssetSpec(
            returns_asset(form), deps=["submissions"], partitions_def=definition, group_name=COLLECT, kinds={kind},
            description=f"{title}\n\n退回或缺报的单位、原因与答复工作簿见各分区。 Units returned or missing, why, and the answer "
                        "that went back stand on each partition.",
        ))  # fmt: skip
    return specs


def materialization_of(state: PartitionState) -> dg.AssetMaterialization | None:
    """A partition's state as an event; None where the asset has no such partition."""
    key = partitions.key_of(state.partition)
    if key is None:
        return None
    names = {a.code: a.name_zh for a in catalogue().areas.values()}
    accepted, back = len(state.with_status("accepted")), len(state.with_status("returned", "unreadable"))
    text = f"已接收 accepted {accepted} · 退回 returned {back}"
    if state.partition.province:
        text += f" · 缺报 missing {len(state.missing)}"
    return dg.AssetMaterialization(
        asset_key=returns_asset(state.partition.form),
        partition=key,
        description=text,
        metadata=partition_metadata(state, names),
    )


def touched_partitions(instance: dg.DagsterInstance, home: Path) -> Iterator[dg.AssetMaterialization]:
    """Every partition with submissions that this instance has not shown yet, whoever received them. Then remembers."""
    register = Register(home)
    try:
        storage = instance.daemon_cursor_storage
        seq = int(storage.get_cursor_values({REPORTED}).get(REPORTED, 0))
        found, last = new_since(register, seq)
        for partition in found:
            event = materialization_of(state_of(home, register, partition))
            if event is not None:
                yield event
        storage.set_cursor_values({REPORTED: str(last)})
    finally:
        register.close()


def register_metadata(home: Path, register: Register) -> dict[str, Any]:
    """What the register holds, for the page of `submissions`."""
    rows = totals(register)
    return {
        "dagster/row_count": sum(r["submissions"] for r in rows),
        "登记号 register watermark": register.watermark,
        "登记库内容 in the register": table([
            {"表 form": r["form"] or "?", "性质 kind": r["kind"], "状态 status": WORDS.get(r["status"], r["status"]),
             "份数 submissions": r["submissions"], "最近收到 last received": r["last_received"][:16].replace("T", " ")}
            for r in rows]),
        "收件箱 inbox": dg.MetadataValue.path(home / "inbox"),
        "登记库 register": dg.MetadataValue.path(home / "register.db"),
    }  # fmt: skip


@dg.asset(
    name="submissions",
    group_name=COLLECT,
    kinds={"python", "sqlite"},
    description="登记库：收下收件箱里的全部工作簿，归档、登记、读取、审核、定案。\n\n"
    "The register: everything in the inbox is archived, registered, read, audited and decided, in one run. "
    "Drop a workbook into `inbox/` under a temporary name and rename it; the sensor does the rest.",
)
def submissions_asset(context: dg.AssetExecutionContext, home: HomeResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """One receive run over the inbox."""
    receiver = Receiver(home.folder)
    answers = receiver.receive([receiver.inbox])
    for event in touched_partitions(context.instance, home.folder):
        context.log_event(event)
    rows = [receiver.register.submission(a["submission_id"]) for a in answers]
    back = [r for r in rows if r["status"] in ("returned", "unreadable")]
    counts = {v: sum(a["verdict"] == v for a in answers) for v in ("accepted", "returned", "unreadable")}
    metadata: dict[str, Any] = {
        "文件 files": len(answers),
        "已接收 accepted": counts["accepted"],
        "退回 returned": counts["returned"],
        "无法读取 unreadable": counts["unreadable"],
        "重复 duplicates": sum(a["duplicate_of"] is not None for a in answers),
    }
    if back:
        states = [unit_state(home.folder, receiver.register, r, receiver.catalogue) for r in back]
        metadata["退回清单 returned"] = returned_list(states)
    if answers:
        metadata["本批 this batch"] = table([
            {"文件 file": Path(a["file"]).name, "报送 submission": a["submission_id"], "结论 verdict": a["verdict"],
             "替代 supersedes": a["supersedes"] or ""} for a in answers])  # fmt: skip
    metadata.update(register_metadata(home.folder, receiver.register))
    receiver.register.close()
    return dg.MaterializeResult(metadata=metadata)
