"""Commands of who collects: blank, explain, decide, chase, calendar. Arguments in, one tested function called, an answer out."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import click

from orchestration.commands import options


@click.command(epilog="例 Example: jiugai blank J2 --unit 110108 --period 2023-09 --prefill")
@click.argument("form")
@click.option("--unit", required=True, help="六位单位代码 Unit code.")
@click.option("--period", required=True, help="报告期，月报 2023-09，年报 2023 Period.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="写到哪里 Where to write it.")
@click.option("--prefill", is_flag=True, help="旁列上期已接收数 Last accepted values beside the cells.")
@options.sample
@options.home
@options.as_json
@options.lang
def blank(
    form: str,
    unit: str,
    period: str,
    out: Path | None,
    prefill: bool,
    sample: bool,
    home: Path,
    as_json: bool,
    lang: str,
) -> None:
    """待填的工作簿 The workbook to fill in."""
    from quality.prefill import write_blank

    answer = write_blank(home, form, unit, period, out, prefill=prefill, sample=sample)
    if as_json:
        options.emit(answer)
    else:
        from orchestration.display_collection import show_blank

        show_blank(answer, prefill, lang)


@click.command(epilog="例 Example: jiugai explain S000123 J2-015 --reason W3 --text 待补入六月计划")
@click.argument("submission")
@click.argument("rule")
@click.option("--reason", required=True, metavar="CODE", help="原因代码 W1…W9 Reason code.")
@click.option("--text", help="文字说明；W9 必填 In words; W9 needs it.")
@click.option("--by", help="说明人 Who explains.")
@click.option("--at", help="补录：说明时间 Back-filled time.")
@options.home
@options.as_json
@options.lang
def explain(
    submission: str, rule: str, reason: str, text: str | None, by: str | None, at: str | None, home: Path,
    as_json: bool, lang: str,
) -> None:  # fmt: skip
    """回答核实性问题 Answer the warnings of one rule with a reason code."""
    from ingestion.moments import parse_moment
    from quality.decisions import explain as run

    answer = run(home, submission, rule, reason, text=text, by=by, at=parse_moment(at) if at else None)
    if as_json:
        options.emit(answer)
    else:
        from orchestration.display_collection import show_explanation

        show_explanation(answer, lang)


@click.command(epilog="例 Example: jiugai decide S000123 accept --by 王某")
@click.argument("submission")
@click.argument("verdict", type=click.Choice(["accept", "return"]))
@click.option("--by", required=True, help="决定人姓名 Name of who decides.")
@click.option("--note", help="意见 Remark.")
@click.option("--decided-at", help="补录：决定时间 Back-filled time of the decision.")
@options.home
@options.as_json
@options.lang
def decide(
    submission: str,
    verdict: str,
    by: str,
    note: str | None,
    decided_at: str | None,
    home: Path,
    as_json: bool,
    lang: str,
) -> None:
    """上级接收或退回一份报送 The level above accepts a submission or returns it."""
    from ingestion.moments import parse_moment
    from quality.decisions import decide as run

    answer = run(home, submission, verdict, by=by, note=note, at=parse_moment(decided_at) if decided_at else None)
    if as_json:
        options.emit(answer)
    else:
        from orchestration.display_collection import show_decision

        show_decision(answer, lang)
    sys.exit(0 if answer["state"] == "decided" else 1)


@click.command(
    epilog="例 Example: jiugai override J2-009 --unit 110108 --period 2023-09 --reason 账户合并 --asked-by 张某 --by 王某 --until 2023-12-31"
)
@click.argument("rule", required=False)
@click.option("--unit", help="填报单位代码 Unit.")
@click.option("--period", help="报告期 Period.")
@click.option("--reason", help="放行的原因 Why.")
@click.option("--asked-by", help="申请人 Who asks.")
@click.option("--by", help="批准人 Who grants.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="最后有效日 Last day on which it holds.")
@click.option("--at", help="补录：批准时间 Back-filled time.")
@options.home
@options.as_json
@options.lang
def override(
    rule: str | None,
    unit: str | None,
    period: str | None,
    reason: str | None,
    asked_by: str | None,
    by: str | None,
    until: dt.datetime | None,
    at: str | None,
    home: Path,
    as_json: bool,
    lang: str,
) -> None:
    """放行一条强制性错误；不带规则则列出全部 Let one rule's error pass for a unit and period; without RULE: list all."""
    from ingestion.moments import parse_moment
    from orchestration.display_collection import show_overrides
    from quality.overrides import grant, granted

    if rule is None:
        rows = granted(home)
    else:
        given = {"--unit": unit, "--period": period, "--reason": reason, "--asked-by": asked_by, "--by": by,
                 "--until": until}  # fmt: skip
        lacks = [name for name, value in given.items() if not value]
        if lacks or until is None:
            raise click.UsageError(f"缺 {'、'.join(lacks)} (missing)")
        row = grant(
            home, rule, unit or "", period or "", reason=reason or "", asked_by=asked_by or "", by=by or "",
            until=until.date(), at=parse_moment(at) if at else None,
        )  # fmt: skip
        rows = [{**row, "holds": True}]
    if as_json:
        options.emit(rows)
    else:
        show_overrides(rows, lang)


@click.command(epilog="例 Example: jiugai chase --form J2 --period 2023-09 --province 110000")
@click.option("--form", required=True, help="表，如 J2 Form.")
@click.option("--period", required=True, help="报告期 Period.")
@click.option("--level", type=click.Choice(["county", "city", "province"]), default="county", show_default=True)
@click.option("--province", help="只看这个省级单位 Only this province-level unit.")
@options.sample
@options.home
@options.as_json
@options.lang
def chase(
    form: str, period: str, level: str, province: str | None, sample: bool, home: Path, as_json: bool, lang: str
) -> None:
    """还缺谁：缺报、退回、待说明，按权重排列 Who still owes a return, heaviest first."""
    from quality.chase import chase as run

    answer = run(home, form, period, level=level, province=province, sample=sample)
    if as_json:
        options.emit(answer)
    else:
        from orchestration.display_collection import show_chase

        show_chase(answer, lang)


@click.command(epilog="例 Example: jiugai calendar --year 2026")
@click.option("--year", type=int, help="年份，默认今年 Year; this one by default.")
@options.as_json
@options.lang
def calendar(year: int | None, as_json: bool, lang: str) -> None:
    """报送与发布日期，遇法定节假日顺延 Due and release dates, moved for Chinese public holidays."""
    from ingestion.calendar_days import calendar_of
    from ingestion.moments import CHINA, now_utc

    rows = calendar_of(year if year is not None else now_utc().astimezone(CHINA).year)
    if as_json:
        options.emit(rows)
    else:
        from orchestration.display_collection import show_calendar

        show_calendar(rows, lang)
