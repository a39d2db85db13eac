"""Commands of respondents and of who receives: check, receive, returns. Arguments in, one tested function called, an answer out."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from orchestration.commands import options


@click.command(epilog="例 Example: jiugai check J2_110108_2023-09.xlsx --report 审核结果.xlsx")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--report", type=click.Path(dir_okay=False, path_type=Path), help="把问题写成工作簿 Write the findings workbook."
)
@click.option("--publication", "source_id", help="按此来源的版式读公布表 Read as this source of the rule book.")
@click.option("--records", is_flag=True, help="名册与公布表逐行给出 Give rows of rosters and publications.")
@options.as_json
@options.lang
def check(
    files: tuple[Path, ...], report: Path | None, source_id: str | None, records: bool, as_json: bool, lang: str
) -> None:
    """读取并审核，不保留任何东西 Read and audit without keeping anything.

    Exit 1: errors found; 2: no file could be read.
    """
    from ingestion.reader_process import start_one

    start_one()  # it starts up while the rest is loaded
    from quality.check import check_answer, check_file, verdict_of

    answers, rows = [], []
    for path in files:
        result, digest = check_file(path, source_id)
        answers.append(check_answer(path, result, digest, records=records))
        rows.append((path.name, verdict_of(result), result.findings))
    if report:
        from quality.reports import write_report  # the library that writes workbooks costs every other start

        write_report(report, rows)
    if as_json:
        options.emit(answers)
    else:
        from orchestration.display import show_check

        show_check(answers, lang, report)
    if all(a["verdict"] == "unreadable" for a in answers):
        why = "；".join(
            f"{a['file']}: {a['findings'][0]['message_zh' if lang == 'zh' else 'message_en']}" for a in answers
        )
        click.echo(f"jiugai: {why}", err=True)
        sys.exit(2)
    sys.exit(1 if any(a["counts"]["error"] for a in answers) else 0)


@click.command(epilog="例 Example: jiugai receive 报表文件夹/ --filed-by 海淀区住建委")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@options.home
@options.as_json
@options.lang
@click.option("--filed-by", help="报送人或单位 Who filed.")
@click.option("--publication", "source_id", help="公布资料的来源编号 A source of the rule book.")
@click.option("--received-at", help="补录：收到时间 Back-filled time of receipt (ISO 8601).")
@click.option("--decided-at", help="补录：审定时间 Back-filled time of the decision.")
def receive(
    paths: tuple[Path, ...],
    home: Path,
    as_json: bool,
    lang: str,
    filed_by: str | None,
    source_id: str | None,
    received_at: str | None,
    decided_at: str | None,
) -> None:
    """收件：归档、登记、读取、审核、定案 Archive, register, read, audit, decide. Safe to repeat."""
    from ingestion.moments import parse_moment
    from orchestration.display import progress_of, show_receive
    from quality.receive import Receiver

    with progress_of("收件 receiving", quiet=as_json) as progress:
        receiver = Receiver(home)
        answers = receiver.receive(
            paths,
            filed_by=filed_by,
            source_id=source_id,
            received_at=parse_moment(received_at) if received_at else None,
            decided_at=parse_moment(decided_at) if decided_at else None,
            progress=progress,
        )
    if as_json:
        options.emit(answers)
    else:
        show_receive(answers, receiver.register, lang)
    sys.exit(1 if any(a["verdict"] in ("returned", "unreadable") for a in answers) else 0)


@click.group()
def returns() -> None:
    """登记库里的报送 What is in the register."""


@returns.command("list", epilog="例 Example: jiugai returns list --form J2 --period 2023-09 --status returned")
@options.home
@options.as_json
@options.lang
@click.option("--unit", help="六位单位代码 Unit code.")
@click.option("--form", help="表，如 J2；公布表为 PUB:… Form.")
@click.option("--period", help="报告期 Period.")
@click.option("--status", type=click.Choice(["accepted", "needs_explanation", "returned", "unreadable"]))
@click.option(
    "--by-influence", is_flag=True, help="按问题对合计的可能影响排列 Greatest possible effect on totals first."
)
def returns_list(
    home: Path,
    as_json: bool,
    lang: str,
    unit: str | None,
    form: str | None,
    period: str | None,
    status: str | None,
    by_influence: bool,
) -> None:
    """列出报送 List submissions."""
    from orchestration.display import show_returns
    from orchestration.display_review import show_by_influence
    from quality.answers import list_submissions
    from quality.influence import list_by_influence

    rows = (list_by_influence if by_influence else list_submissions)(
        home, unit=unit, form=form, period=period, status=status
    )
    if as_json:
        options.emit(rows)
    elif by_influence:
        show_by_influence(rows, lang)
    else:
        show_returns(rows, lang)


@returns.command("show", epilog="例 Example: jiugai returns show S000123")
@click.argument("submission")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="另写成一个网页 Also as one page.")
@options.home
@options.as_json
@options.lang
def returns_show(submission: str, html: Path | None, home: Path, as_json: bool, lang: str) -> None:
    """一份报送与它的审核结果 One submission and its findings."""
    from orchestration.display import show_submission
    from orchestration.display_collection import show_answers
    from orchestration.display_review import show_influences
    from quality.influence import show_with_influence

    row = show_with_influence(home, submission)
    if html:
        from dashboards.answer import answer_html
        from ingestion.archive import write_whole

        write_whole(html, answer_html(row))
    if as_json:
        options.emit(row)
    else:
        show_submission(row, lang)
        show_influences(row, lang)
        show_answers(row, lang)
