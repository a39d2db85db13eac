"""Returns and publications: one asset a form, and what happens when one of its partitions is materialized by hand.

A partition fills by itself when files arrive (receiving.py). Materializing it reads its originals again under today's
reader and rule book (quality.relanding): nothing is submitted, nothing is decided anew.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg

from ingestion.catalogue import catalogue
from ingestion.errors import JiugaiError, RetriableError
from ingestion.register import Register
from orchestration import partitions
from orchestration.assets.receiving import WORKBOOKS, area_names
from orchestration.audits import (
    PUBLICATIONS,
    audit_results,
    audited_forms,
    complete_result,
    complete_spec,
    evaluation_of,
    returns_asset,
)
from orchestration.freshness import BY_FREQUENCY
from orchestration.metadata import partition_metadata, table
from orchestration.resources import POOL, HomeResource
from orchestration.schemas import form_columns, publication_columns
from orchestration.steps import COLLECT, describe
from quality.relanding import NothingFiled, Relanded, reland
from quality.status import state_of

RED = (
    "看检查：单位、原因、答复文件都在那里，请单位更正后重报。分区文件坏了：选中该分区点 Materialize，从原件重读 "
    "the checks name units, reasons and answers; a damaged partition: materialize it and it is read again"
)
REREAD = "重读 read again"
REREAD_ZH = "手工运行＝从存档原件重读这个分区，不新增报送、不改结论。"
REREAD_EN = "Run by hand: the partition is read again from the originals."


def _arguments(form: str) -> dict[str, Any]:
    """What differs between publications and a form of the rule book, monthly or yearly."""
    if form == PUBLICATIONS:
        return {
            "partitions_def": partitions.of_publications(),
            "tags": {"programme": "all", "audience": "public"},
            "metadata": {"dagster/column_schema": publication_columns()},
            "description": describe(
                COLLECT,
                f"公布资料：部、省、报刊印出的数字，每个来源一个分区。{REREAD_ZH}",
                f"Publications: figures that others printed, one partition a source. {REREAD_EN}",
                fresh="收到即更新；公布日期即所知时点 filled on receipt; known from the day of publication",
                where="`returns/form=PUB/source=来源/rows.parquet`",
                red=RED,
            ),
        }
    found = catalogue().form(form)
    monthly = found.frequency == "monthly"
    every = ("月", "month") if monthly else ("年", "year")
    tables = f"，含 {len(found.tables)} 张表 {'、'.join(t.title.zh for t in found.tables)}" if found.tables else ""
    return {
        "partitions_def": partitions.of_returns(found.frequency),
        "tags": {"form": form, "frequency": found.frequency, "programme": "national", "audience": "ministry"},
        "metadata": {"dagster/column_schema": form_columns(form)},
        "freshness_policy": BY_FREQUENCY[found.frequency],
        "description": describe(
            COLLECT,
            f"{form} {found.title.zh}{tables}：每{every[0]}、每省级单位一个分区。{REREAD_ZH}",
            f"{found.title.en}: one partition a {every[1]} and province-level unit. {REREAD_EN}",
            fresh="收到文件即更新；每期每省缺谁见 `collection_status` filled as files arrive; who is missing: `collection_status`",
            where=f"`returns/form={'|'.join(s.id for s in found.field_sets)}/period=期/province=代码/rows.parquet`",
            red=RED,
        ),
    }


def reread_text(found: Relanded) -> str:
    """What reading again changed, in one line."""
    if not found.differs:
        return f"与现有一致，共 {found.rows_after} 行 identical, {found.rows_after} rows"
    parts = [f"{found.rows_before} → {found.rows_after} 行 rows"]
    if found.damaged:
        parts.append(f"{len(found.damaged)} 个文件丢失或损坏，已恢复 files lost or damaged, restored")
    if found.added or found.removed:
        parts.append(f"补回 {found.added} 行、去掉 {found.removed} 行 rows added and removed")
    if found.changes:
        parts.append(f"{len(found.changes)} 处值不同 values differ")
    return "；".join(parts)


def reread_metadata(found: Relanded) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        REREAD: reread_text(found),
        "重读前行数 rows before": found.rows_before,
        "重读后行数 rows after": found.rows_after,
        "不同的值 values that differ": len(found.changes),
    }
    if found.changes:
        metadata["不同的值 list"] = table([
            {"表 table": c.table, "报送 submission": c.submission_id, "单位 unit": c.unit_code, "行 row": c.row_no,
             "栏 column": c.column, "原为 before": c.before, "现为 after": c.after} for c in found.changes])  # fmt: skip
    return metadata


def _reread(home: Path, form: str, key: str) -> Iterator[Any]:
    """Read one partition again, and whether it is complete. Where nobody ever filed there is nothing to materialize."""
    partition, names = partitions.partition_of(form, key), area_names()
    found = None
    try:
        found = reland(home, partition, by="Dagster")
    except NothingFiled:
        pass  # the check below names everybody who is missing
    except RetriableError:
        raise
    except JiugaiError as error:
        raise dg.Failure(str(error), allow_retries=False) from error
    register = Register(home)
    try:
        state = state_of(home, register, partition)
    finally:
        register.close()
    if found:
        yield dg.MaterializeResult(metadata={**reread_metadata(found), **partition_metadata(state, names)})
    if form != PUBLICATIONS:
        yield complete_result(state, names)


def _audited(home: Path, form: str) -> list[dg.AssetCheckEvaluation]:
    register = Register(home)
    try:
        return [evaluation_of(result) for result in audit_results(home, register, form)]
    finally:
        register.close()


def _asset(form: str) -> dg.AssetsDefinition:
    key, check = returns_asset(form), [] if form == PUBLICATIONS else [complete_spec(form)]

    @dg.multi_asset(
        name=key.path[-1],
        specs=[
            dg.AssetSpec(
                key, deps=[WORKBOOKS], group_name=COLLECT.group, owners=[COLLECT.owner], kinds={"excel", "parquet"},
                skippable=True, **_arguments(form),
            )
        ],
        check_specs=check,
        pool=POOL,
    )  # fmt: skip
    def reread(context: dg.AssetExecutionContext, home: HomeResource) -> Iterator[Any]:
        told = "没有收到过报送，无从重读 nothing was ever filed here"
        for result in _reread(home.folder, form, context.partition_key):
            yield result
            if isinstance(result, dg.MaterializeResult):
                told = str((result.metadata or {})[REREAD])
                # Dagster takes a check that is older than the asset's last event for not evaluated
                for event in _audited(home.folder, form):
                    context.log_event(event)
        context.log.info(f"{form} {context.partition_key}：{told}")

    return reread


def returns_assets() -> list[dg.AssetsDefinition]:
    """One a form of the rule book, and publications."""
    return [_asset(form) for form in audited_forms()]
