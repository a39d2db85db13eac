"""People's output of the command: tables and sentences through rich. No logic; every text zh or en."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from filings.trace import Trace
    from ingestion.register import Register

ROWS_LAID_OUT = 5_000  # of a long table at once
VERDICTS = {
    "accepted": ("[green]已接收[/]", "[green]accepted[/]"),
    "returned": ("[red]退回更正[/]", "[red]returned[/]"),
    "unreadable": ("[red]无法读取[/]", "[red]unreadable[/]"),
    "needs_explanation": ("[yellow]待说明[/]", "[yellow]needs explanation[/]"),
    "passed": ("[green]通过[/]", "[green]passed[/]"),
    "failed": ("[red]未通过[/]", "[red]failed[/]"),
    "not_evaluated": ("[yellow]未评估[/]", "[yellow]not evaluated[/]"),
}
SEVERITIES = {
    "error": ("[red]须更正[/]", "[red]error[/]"),
    "warning": ("[yellow]请核对[/]", "[yellow]warning[/]"),
    "info": ("提示", "info"),
    "cannot_tell": ("[dim]无法判断[/]", "[dim]cannot tell[/]"),
}


@lru_cache(maxsize=1)
def console() -> Console:
    from rich.console import Console

    return Console(highlight=False, width=None if sys.stdout.isatty() else 160)


def pick(pair: tuple[str, str], lang: str) -> str:
    return pair[0] if lang == "zh" else pair[1]


def new_table(*headers: str, title: str | None = None) -> Any:
    from rich import box
    from rich.table import Table

    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left")
    for header in headers:
        table.add_column(header, overflow="fold")
    return table


def show_long_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table of any length, a line a row: so many rows as they come share the widths of their columns.

    Rich lays a table of 2,850 rows out for 1.5 seconds; this takes none.
    """
    rows = iter(rows)
    while (some := list(islice(rows, ROWS_LAID_OUT))) or header:
        _lay_out([header, *some] if header else some, has_header=bool(header))
        header = ()


def _lay_out(rows: Sequence[Sequence[str]], *, has_header: bool) -> None:
    from rich.cells import cell_len
    from rich.control import strip_control_codes

    columns = []
    for column in zip(*rows, strict=True):
        lengths = [len(text) if text.isascii() else cell_len(text) for text in column]
        width = max(lengths)
        columns.append([text + " " * (width - length) for text, length in zip(column, lengths, strict=True)])
    lines = ["  ".join(row).rstrip() for row in zip(*columns, strict=True)]
    if has_header:
        lines.insert(1, "─" * cell_len(lines[0]))
    console().file.write(strip_control_codes("\n".join(lines)) + "\n")


@contextmanager
def progress_of(title: str, *, quiet: bool = False) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on a terminal; nothing when stdout is not one, or for JSON."""
    if quiet or not sys.stdout.isatty():
        yield lambda done, total: None
        return
    from rich.progress import Progress

    with Progress(console=console(), transient=True) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def finding_line(f: dict[str, Any], lang: str) -> str:
    """One finding as people read it: severity, rule, sheet, then the sentence (which names the cell)."""
    sheet = f"“{f['sheet']}” " if f["sheet"] else ""
    return f"  {pick(SEVERITIES[f['severity']], lang)} {f['rule']} {sheet}{f['message_zh' if lang == 'zh' else 'message_en']}"


def show_check(answers: list[dict[str, Any]], lang: str, report: Path | None) -> None:
    for a in answers:
        mark = " [bold red]模拟数据[/]" if a["sample_data"] else ""
        console().print(
            f"[bold]{Path(a['file']).name}[/]{mark} · {a['form'] or '?'} {a['unit_code'] or ''} {a['period'] or ''} · "
            f"{pick(VERDICTS[a['verdict']], lang)} · {a['counts']['error']} 错误 errors · {a['counts']['warning']} 核实 warnings"
            f" · {a['counts']['cannot_tell']} 无法判断 cannot tell"
        )
        for f in a["findings"]:
            if f["severity"] == "cannot_tell":
                continue
            console().print(finding_line(f, lang))
    if report:
        console().print(f"问题清单 findings workbook: [bold]{report}[/]")


def show_receive(answers: list[dict[str, Any]], register: Register, lang: str) -> None:
    table = new_table("文件 file", "报送 submission", "结论 verdict", "说明 remark")
    for a in answers:
        remark = ""
        if a["duplicate_of"]:
            remark = f"与 {a['duplicate_of']} 相同，未再登记" if lang == "zh" else f"same as {a['duplicate_of']}"
        elif a["supersedes"]:
            remark = f"取代 {a['supersedes']}" if lang == "zh" else f"supersedes {a['supersedes']}"
        elif a["verdict"] == "needs_explanation":
            shown = f"jiugai returns show {a['submission_id']}"
            remark = f"须逐条说明，见 {shown}" if lang == "zh" else f"to be explained: {shown}"
        elif a["verdict"] in ("returned", "unreadable"):
            errors = [f for f in register.findings_of(a["submission_id"]) if f["severity"] == "error"]
            remark = errors[0]["message_zh" if lang == "zh" else "message_en"] if errors else ""
        table.add_row(Path(a["file"]).name, a["submission_id"], pick(VERDICTS[a["verdict"]], lang), remark)
    console().print(table)


def show_returns(rows: list[dict[str, Any]], lang: str) -> None:
    table = new_table(
        "报送 id", "表 form", "单位 unit", "报告期 period", "版 v", "状态 status", "收到 received", "文件 file"
    )
    for r in rows:
        mark = f"{r['marker']} " if r["marker"] else ""
        table.add_row(
            r["submission_id"],
            mark + (r["source_id"] or r["form"] or "?"),
            r["unit_code"] or "",
            r["period"] or "",
            str(r["version"]),
            pick(VERDICTS[r["status"]], lang),
            _utc(r["received_at"]),
            r["file_name"],
        )
    console().print(table)
    console().print(f"{len(rows)} 份 submissions")


def show_submission(row: dict[str, Any], lang: str) -> None:
    for key in (
        "submission_id",
        "kind",
        "form",
        "source_id",
        "programme",
        "unit_code",
        "period",
        "plan_version",
        "version",
        "status",
        "filed_by",
        "received_at",
        "decided_at",
        "is_backfilled",
        "supersedes",
        "file_name",
        "sha256",
        "answer",
    ):
        if row[key] not in (None, ""):
            console().print(f"{key:14} {row[key]}")
    for f in row["findings"]:
        console().print(finding_line(f, lang))


def _utc(stamp: str | None) -> str:
    """A moment of the register to the second; Z, since people write theirs in China time."""
    return f"{stamp[:19]}Z" if stamp else ""


def show_figure(a: dict[str, Any], lang: str) -> None:
    if a["sample_data"]:
        console().print("[bold red]模拟数据（非真实填报） SAMPLE DATA[/]")
    name = a["indicator_name_zh"] if lang == "zh" else a["indicator_name_en"]
    console().print(f"{a['area_name']} {a['period']}{' 当月 month alone' if a['flow'] else ''} {name}")
    if a["value"] is None:
        console().print(
            f"[yellow]无数 no figure[/] ({a['obs_status']}) {a['reason_zh'] if lang == 'zh' else a['reason_en']}"
        )
        if left := a.get("interval"):
            reason = left["reason_zh"] if lang == "zh" else left["reason_en"]
            console().print(f"  区间 interval {left['low']} — {left['high']} {a['unit']} · {reason}")
    else:
        printed = f" · 原文 printed “{a['printed']}”" if a["printed"] else ""
        rounding = f" ± {a['half_unit']}" if a["half_unit"] not in (None, "0") else ""
        console().print(
            f"[bold]{a['value']}[/] {a['unit']}{rounding} · {a['obs_status']} · {a['basis']} · {a['source_kind']}"
            f"{' ' + a['source_id'] if a['source_id'] else ''}{printed}"
        )
        if a["reason_zh"]:  # a break of the series, or a denominator of zero
            console().print(f"  [yellow]{a['reason_zh'] if lang == 'zh' else a['reason_en']}[/]")
    if a["numerator"] is not None or a["denominator"] is not None:
        console().print(f"  分子 numerator {a['numerator']} · 分母 denominator {a['denominator']}")
    if a["print_value"] != a["value"]:
        console().print(f"  印刷用 in print: {a['print_value']} {a['unit']}（上限 cap {a['print_cap']}）")
    c = a["coverage"]
    console().print(
        f"  覆盖 coverage {c['units_reported']}/{c['units_expected']} · 截至 as of {_utc(a['as_of'])} · "
        f"发布 release {a['release'] or '（构建 build）'} · {a['formula_zh']}"
    )
    for fall in a["falls"]:
        why = f"{fall['reason']} {fall['reason_zh']}" if fall["is_explained"] else "[red]无原因代码 no reason code[/]"
        console().print(f"  当月为负 below zero: {fall['unit_code']} {fall['unit_name']} {fall['flow']} · {why}")
    for alt in a["alternatives"]:
        console().print(
            f"  其他 other: {alt['value']} · {alt['basis']} · {alt['source_id'] or alt['submission_id'] or ''} "
            f"{'“' + alt['printed'] + '”' if alt['printed'] else ''} {alt['publisher'] or ''}"
            f"{' 存疑 doubtful' if alt['is_doubtful'] else ''}"
        )


def show_trace(found: Trace, lang: str) -> None:
    show_figure(found.figure, lang)
    header = ("角色 role", "权 w", "单位 unit", "报送 submission", "文件 file", "单元格 cell", "原文 raw", "值 value")
    rows = (
        (
            str(c["role"]),
            str(c["weight"]),
            f"{c['unit_code']} {c['unit_name'] or ''}",
            str(c["submission_id"]),
            str(c["file"]),
            f"{c['sheet']}!{c['cell']}",
            str(c["raw"]),
            str(c["value"]),
        )
        for c in found.contributions()
    )
    show_long_table(header, rows)
    console().print(f"{found.count} 个单元格 cells · 合计 sum [bold]{found.sum}[/]")
    formula = found.figure["rulebook_version"], found.figure["rulebook_hash"]
    judged = "、".join(
        f"{_book(b['rulebook_version'], b['rulebook_hash'])} {b['submissions']}份" for b in found.audited_under
    )
    console().print(f"公式依规则库 formula of rule book {_book(*formula)} · 审核依 judged by {judged}")


def _book(version: str, sha256: str) -> str:
    """A rule book as people name it: its version, and enough of its hash to tell two apart."""
    return f"{version} ({sha256[:8]})"


def show_gates(rows: list[dict[str, Any]], lang: str) -> None:
    by_series: dict[tuple[str, str, str, str], list[dict[str, Any]]] = {}
    for r in rows:
        by_series.setdefault((r["series"], r["period"], r["kind"], r["source_kind"]), []).append(r)
    table = new_table("指标 series", "期 period", "种类 kind", "来源 source", "结论 verdict", "说明 why")
    for (series, period, kind, source_kind), found in by_series.items():
        bad = [r for r in found if r["severity"] == "error" and r["verdict"] != "passed"]
        worst = bad[0]["verdict"] if bad else "passed"
        table.add_row(
            series,
            period,
            kind,
            "模拟数据 sample" if source_kind == "sample" else source_kind,
            pick(VERDICTS[worst], lang),
            bad[0]["message_zh" if lang == "zh" else "message_en"] if bad else f"{len(found)} 道关口 gates",
        )
    console().print(table)


def show_release(a: dict[str, Any], lang: str) -> None:
    if a["state"] == "candidate":
        console().print(f"候选 candidate [bold]{a['release']}[/] · {', '.join(a['series'])} · {a['path']}")
        console().print(f"  批准 approve: jiugai release approve {a['release']} --by 姓名")
    elif a["state"] == "unchanged":
        console().print(
            f"[yellow]没有新数据 nothing new[/]：与 same as {a['release']}；已记为不发布 recorded as a no-filing"
        )
    else:
        console().print(
            "[red]不发布 no filing[/]：没有一个指标通过关口（已记录） no series passed its gates (recorded)"
        )
    for left in a["left_out"]:
        reasons = left["reasons_zh"] if lang == "zh" else left["reasons_en"]
        console().print(
            f"  未列入 left out: {left['series']} — {reasons[0]}{f'（另 {len(reasons) - 1} 条）' if len(reasons) > 1 else ''}"
        )


def show_approval(a: dict[str, Any], lang: str) -> None:
    if a["state"] == "released":
        console().print(
            f"[green]已发布 released[/] [bold]{a['release']}[/] · {a['approved_by']} · {_utc(a['approved_at'])} · {a['path']}"
        )
    else:
        console().print(f"[red]拒绝批准 refused[/] {a['release']}")
        for reason in a["reasons"]:
            console().print(f"  {reason}")


def show_releases(rows: list[dict[str, Any]], lang: str) -> None:
    table = new_table(
        "发布 release", "期 period", "种类 kind", "来源 source", "状态 state", "批准 approved", "指标 series"
    )
    for r in rows:
        table.add_row(
            r["release"] or "—",
            r["period"],
            r["kind"],
            "模拟数据 sample" if r["source_kind"] == "sample" else "real",
            r["state"],
            f"{r['approved_by'] or ''} {_utc(r['approved_at'])}",
            ", ".join(r["series"]),
        )
    console().print(table)


def show_verify(a: dict[str, Any], lang: str) -> None:
    word = "[green]完好 intact[/]" if a["ok"] else "[red]不符 does not verify[/]"
    console().print(f"{word} {a['release']} · {a['files_checked']} 个文件 files checked")
    for p in a["problems"]:
        console().print(f"  {p['path']}: {p['problem']}")


def show_demo(a: dict[str, Any], lang: str) -> None:
    table = new_table("做了什么 made", "多少 how many", "在哪里 where", title="演示完成 Demo finished")
    for row in a["made"]:
        table.add_row(f"{row['zh']} {row['en']}", str(row["count"]), row["where"])
    console().print(table)
    console().print(f"用时 took {a['seconds']} 秒 s · 接着看 look next:")
    for line in a["next"]:
        console().print(f"  {line}")


def show_bench(rows: list[dict[str, Any]], lang: str) -> None:
    table = new_table(*[pick(h, lang) for h in (("项目", "part"), ("用时 秒", "ours, s"), ("参照", "reference"), ("参照用时 秒", "its time, s"), ("倍数", "ratio"), ("目标", "target"), ("达到", "holds"), ("离散", "spread"), ("内存峰值 MiB", "peak, MiB"))])  # fmt: skip
    for r in rows:
        holds = "[green]✓[/]" if r["holds"] else "[red]✗[/]"
        table.add_row(r["name"], r["ours_s"], r["reference"], r["reference_s"], r["ratio"], r["target"], holds, r["spread"], str(r["peak_mib"] or ""))  # fmt: skip
    console().print(table)
