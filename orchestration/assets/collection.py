"""`collection_status`: which province-level unit has filed which form for which period, at a glance.

One Markdown matrix a form, and a check a form that names the provinces that are due and have filed nothing. Real returns
and samples stand in matrices of their own. Not here: counting (quality.coverage), single partitions (audits.py).
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import dagster as dg

from ingestion.calendar_days import due_date
from ingestion.catalogue import catalogue
from ingestion.moments import CHINA, now_utc
from ingestion.register import Register
from orchestration.audits import returns_asset
from orchestration.checks import weight_of
from orchestration.freshness import EVERY_DAY
from orchestration.resources import HomeResource
from orchestration.steps import REVIEW, describe
from quality.coverage import Coverage, coverage

STATUS = dg.AssetKey("collection_status")
SAMPLES = "模拟"
SHOWN_PERIODS = 12
LEVEL = "province"  # a province is late when the provinces' own date has passed
LEGEND = "✓ 齐 complete · 已接收/应报 accepted/expected · 缺 missing · 退 returned · 待 to be explained"


def cell(row: Coverage) -> str:
    """One province and period in a few signs."""
    if row.is_empty:
        return "缺"
    if row.is_complete:
        return f"✓ {row.expected}"
    open_units = (("缺", row.missing), ("退", row.returned), ("待", row.waiting))
    return " ".join([f"**{len(row.accepted)}/{row.expected}**", *(f"{w}{len(u)}" for w, u in open_units if u)])


def matrix(rows: Sequence[Coverage], names: dict[str, str]) -> dg.MarkdownMetadataValue:
    """Provinces × periods, the longer side down, the newest period first; every province, since the empty ones are what
    is looked for."""
    periods = sorted({r.period for r in rows}, reverse=True)
    provinces = {r.province: f"{r.province} {names.get(r.province, '')}".strip() for r in rows}
    found = {(r.province, r.period): cell(r) for r in rows}
    if len(provinces) >= len(periods):
        head, body = periods, [[name, *(found[code, p] for p in periods)] for code, name in provinces.items()]
    else:
        head, body = list(provinces.values()), [[p, *(found[code, p] for code in provinces)] for p in periods]
    lines = [["", *head], ["---"] * (len(head) + 1), *body]
    return dg.MetadataValue.md("\n".join(f"| {' | '.join(line)} |" for line in lines))


def last_due(form: str, today: dt.date) -> str | None:
    """The newest period whose date has passed for provinces."""
    monthly = catalogue().form(form).frequency == "monthly"
    for back in range(24):
        first = dt.date(today.year - back, 1, 1)
        if monthly:
            year, month = divmod(today.year * 12 + today.month - 1 - back, 12)
            first = dt.date(year, month + 1, 1)
        period = first.strftime("%Y-%m" if monthly else "%Y")
        if due_date(form, LEVEL, period).date < today:
            return period
    return None


def open_line(rows: Sequence[Coverage], names: dict[str, str]) -> str:
    """One period in words: which provinces filed nothing, which are not complete."""
    empty = [names.get(r.province, r.province) for r in rows if r.is_empty]
    part = [f"{names.get(r.province, r.province)} {cell(r).replace('**', '')}" for r in rows
            if not r.is_empty and not r.is_complete]  # fmt: skip
    told = [
        f"{title} {len(found)}：{'、'.join(found)}"
        for title, found in (("全缺 nobody filed", empty), ("不齐 incomplete", part))
        if found
    ]
    return "；".join(told) or f"齐 complete：{len(rows)} 个省级单位 provinces"


def _of_form(
    register: Register, form: str, today: dt.date, names: dict[str, str]
) -> tuple[dict[str, Any], dg.AssetCheckResult]:
    metadata: dict[str, Any] = {}
    title = f"{form} {catalogue().form(form).title.zh}"
    due = last_due(form, today)
    real = coverage(register, form)
    filed = {r.period for r in real}
    if filed:
        shown = sorted({*filed, *([due] if due else [])})[-SHOWN_PERIODS:]
        real = coverage(register, form, shown)
        metadata[f"{title} · 报表 returns"] = matrix(real, names)
    samples = coverage(register, form, sample=True)
    if samples:
        shown = sorted({r.period for r in samples})[-SHOWN_PERIODS:]
        kept = [r for r in samples if r.period in shown]
        metadata[f"{title} · {SAMPLES} samples"] = matrix(kept, names)
        newest = [r for r in kept if r.period == shown[-1]]
        metadata[f"{form} {shown[-1]} {SAMPLES} sample"] = open_line(newest, names)
    at_due = [r for r in real if r.period == due]
    result = dg.AssetCheckResult(
        asset_key=STATUS,
        check_name=f"due_{form.lower()}",
        passed=not filed or all(r.is_complete for r in at_due),
        severity=weight_of("warning", stops=False).severity,
        description=f"{due}（已到期 due）：{open_line(at_due, names)}" if filed else "还没有收到过真实报表 no return was ever filed",
        metadata={"到期的报告期 due period": due or "—", "资产 asset": returns_asset(form),
                  "应报省级单位 provinces": len(at_due),
                  "全缺 nobody filed": sum(r.is_empty for r in at_due),
                  "不齐 incomplete": sum(not r.is_empty and not r.is_complete for r in at_due)},
    )  # fmt: skip
    if filed:
        metadata[f"{form} {due} 到期 due"] = open_line(at_due, names)
        metadata[f"{form} 到期已接收 due and accepted"] = sum(len(r.accepted) for r in at_due)
    return metadata, result


def status_of(
    home: Path, register: Register, today: dt.date | None = None
) -> tuple[dict[str, Any], list[dg.AssetCheckResult]]:
    """Metadata and checks of the whole matrix as of now."""
    day = today or now_utc().astimezone(CHINA).date()
    names = {a.code: a.short_zh or a.name_zh for a in catalogue().areas.values()}
    metadata: dict[str, Any] = {"截至 as of": day.isoformat(), "图例 legend": LEGEND}
    results = []
    for form in catalogue().forms:
        found, result = _of_form(register, form, day, names)
        metadata |= found
        results.append(result)
    order = {name: (isinstance(value, dg.MarkdownMetadataValue), SAMPLES in name) for name, value in metadata.items()}
    return {name: metadata[name] for name in sorted(metadata, key=order.__getitem__)}, results


def _check_specs() -> list[dg.AssetCheckSpec]:
    specs = []
    for form in catalogue().forms:
        title = catalogue().form(form).title
        specs.append(dg.AssetCheckSpec(
            f"due_{form.lower()}", asset=STATUS,
            description=f"{form} {title.zh}：已到期的最近一期，各省级单位应报单位都已接收；模拟数据不算。 {title.en}: of the newest period "
                        "that is due, every province is complete. Samples do not count.",
        ))  # fmt: skip
    return specs


@dg.asset(
    key=STATUS,
    deps=["submissions", *[returns_asset(form) for form in catalogue().forms]],
    check_specs=_check_specs(),
    group_name=REVIEW.group,
    owners=[REVIEW.owner],
    kinds={"sqlite"},
    tags={"programme": "national", "audience": "ministry"},
    freshness_policy=EVERY_DAY,
    description=describe(
        REVIEW,
        "报送一览：每张表一张「省级单位 × 期」的表，一眼看出哪个省缺哪一期。",
        "Collection at a glance: which province is missing for which period, one matrix a form.",
        fresh="每次收件之后，以及每天 8:30 after every receipt, and at 8:30 every day",
        where="本页的 Metadata（点 Show Markdown）；逐个单位见 `returns_*` 的分区 on this page; single units on the partitions of returns_*",
        red="检查 `due_*` 写明到期而缺报的省：请催报（`jiugai chase`） the checks name the provinces to chase",
    ),
)  # fmt: skip
def collection_status(home: HomeResource) -> Iterator[Any]:
    """The matrix as the register has it now."""
    register = Register(home.folder)
    try:
        metadata, results = status_of(home.folder, register)
    finally:
        register.close()
    yield dg.MaterializeResult(metadata=metadata)
    yield from results
