"""Receiving: one run takes everything in the inbox, then says which partitions it touched.

`submissions` is the register; `returns_<form>` and `publications` are what it fills, one partition a period × province or
a source, one event each however many units filed. One bad file never fails the batch: it is returned, and shown with its
reason. Not here: reading, auditing, deciding (quality.receive), when to run (sensors.py), reading again (returns.py).
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg

from ingestion.catalogue import catalogue
from ingestion.register import Register
from orchestration import partitions
from orchestration.audits import PUBLICATIONS, complete_result, evaluation_of, returns_asset
from orchestration.freshness import EVERY_MONTH
from orchestration.metadata import WORDS, partition_metadata, returned_list, state_text, table
from orchestration.resources import HomeResource
from orchestration.steps import COLLECT, describe
from quality.receive import Receiver
from quality.status import PartitionState, new_since, state_of, totals, unit_state

REPORTED = "jiugai/reported_act"  # number of the last act of the register that this Dagster instance has shown
WORKBOOKS = dg.AssetKey("workbooks")
Event = dg.AssetMaterialization | dg.AssetCheckEvaluation


def area_names() -> dict[str, str]:
    return {a.code: a.name_zh for a in catalogue().areas.values()}


def events_of(state: PartitionState, names: Mapping[str, str]) -> Iterator[Event]:
    """A partition as it stands: that it was filled, and whether it is complete. Nothing where the asset has no such key."""
    key = partitions.key_of(state.partition)
    if key is None:
        return
    form = state.partition.form
    yield dg.AssetMaterialization(
        asset_key=returns_asset(form), partition=key, description=state_text(state),
        metadata=partition_metadata(state, names),
    )  # fmt: skip
    if form != PUBLICATIONS:
        yield evaluation_of(complete_result(state, names), key)


def touched_partitions(instance: dg.DagsterInstance, home: Path) -> Iterator[Event]:
    """Every partition with acts that this instance has not shown yet, whoever did them. Then remembers."""
    register = Register(home)
    try:
        storage, names = instance.daemon_cursor_storage, area_names()
        seq = int(storage.get_cursor_values({REPORTED}).get(REPORTED, 0))
        found, last = new_since(register, seq)
        for partition in found:
            yield from events_of(state_of(home, register, partition), names)
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


def workbooks_spec() -> dg.AssetSpec:
    """What respondents send. External: nothing makes it, and what was read from it stays in step whatever arrives later."""
    return dg.AssetSpec(
        WORKBOOKS, group_name=COLLECT.group, owners=[COLLECT.owner], kinds={"excel"}, tags={"programme": "all"},
        description=describe(
            COLLECT,
            "收到的工作簿原件：报表与公布资料，存档后不再改动，一切都可由它重做。",
            "The workbooks as received: archived, never changed; everything else can be made from them again.",
            fresh="随收随存 archived on receipt",
            where="等候 `inbox/`；原件 `archive/前两位/指纹.xlsx` waiting files, and originals by hash",
            red="原件丢失或指纹不符时重读会报错：请从备份恢复 restore from a backup when an original is missing",
        ),
    )  # fmt: skip


@dg.asset(
    name="submissions",
    deps=[WORKBOOKS],
    group_name=COLLECT.group,
    owners=[COLLECT.owner],
    kinds={"excel", "sqlite"},
    tags={"programme": "all"},
    freshness_policy=EVERY_MONTH,
    description=describe(
        COLLECT,
        "登记库：收下收件箱里的全部工作簿，归档、登记、读取、审核、定案。",
        "The register: everything in the inbox is archived, registered, read, audited and decided.",
        fresh="收件箱里一有完整的文件就运行（传感器 `inbox`，每 15 秒看一次） runs when a whole file lies in the inbox",
        where="`register.db`；原件在 `archive/`，退回的答复在 `answers/` register, originals and answers",
        red="运行失败：修好后不用重传，文件还在收件箱；文件本身有错不会变红，会退回 a failed run leaves the files in the inbox and is "
            "tried again; a wrong file is returned and fails nothing",
    ),
)  # fmt: skip
def submissions_asset(context: dg.AssetExecutionContext, home: HomeResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """One receive run over the inbox."""
    receiver = Receiver(home.folder)
    answers = receiver.receive([receiver.inbox])
    fresh = [a for a in answers if a["duplicate_of"] is None]
    counts = {
        v: sum(a["verdict"] == v for a in fresh) for v in ("accepted", "needs_explanation", "returned", "unreadable")
    }
    told = "，".join(f"{WORDS[v].split()[0]} {n}" for v, n in counts.items() if n) or "没有新的"
    context.log.info(
        f"收到 {len(answers)} 个文件：{told}；重复 {len(answers) - len(fresh)}。 {len(answers)} files received."
    )
    shown = 0
    for event in touched_partitions(context.instance, home.folder):
        context.log_event(event)
        shown += isinstance(event, dg.AssetMaterialization)
    context.log.info(f"更新 {shown} 个分区（期 × 省级单位，或来源）。 {shown} partitions touched.")
    rows = [receiver.register.submission(a["submission_id"]) for a in fresh]
    states = [
        unit_state(home.folder, receiver.register, r, receiver.catalogue) for r in rows if r["status"] != "accepted"
    ]
    for unit in states[:3]:
        context.log.warning(f"{WORDS[unit.status]}：{unit.unit_code} {unit.unit_name} {unit.rule} {unit.reason_zh}")
    metadata: dict[str, Any] = {
        "文件 files": len(answers),
        "已接收 accepted": counts["accepted"],
        "待说明 needs explanation": counts["needs_explanation"],
        "退回 returned": counts["returned"],
        "无法读取 unreadable": counts["unreadable"],
        "重复 duplicates": len(answers) - len(fresh),
    }
    if states:
        metadata["退回与待说明 returned or to be explained"] = returned_list(
            states, {r["submission_id"]: r["period"] or "" for r in rows}
        )
    if answers:
        metadata["本批 this batch"] = table([
            {"文件 file": Path(a["file"]).name, "报送 submission": a["submission_id"],
             "结论 verdict": WORDS.get(a["verdict"], a["verdict"]), "替代 supersedes": a["supersedes"] or ""}
            for a in answers])  # fmt: skip
    metadata.update(register_metadata(home.folder, receiver.register))
    receiver.register.close()
    return dg.MaterializeResult(metadata=metadata)
