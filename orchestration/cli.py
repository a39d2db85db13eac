"""The `jiugai` command: arguments in, one tested function called, an answer out. No logic of its own.

Heavy libraries (Dagster, dbt, Great Expectations, Plotly) are imported inside the commands that need them: `--help`
and `check` never load them. Exit 0 done, 1 done and the answer is no, 2 could not be done (one line on stderr).
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ingestion.errors import JiugaiError

if TYPE_CHECKING:
    from filings.figures import Question

Home = click.Path(file_okay=False, path_type=Path)


def _home(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--home",
        type=Home,
        envvar="JIUGAI_HOME",
        default=Path("data"),
        show_default=True,
        help="状态所在文件夹 Folder that holds all state.",
    )(function)


def _json(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--json", "as_json", is_flag=True, help="只输出一个 JSON 文档 One JSON document on stdout.")(
        function
    )


def _lang(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--lang",
        type=click.Choice(["zh", "en"]),
        default="zh",
        show_default=True,
        help="消息语言 Language of messages.",
    )(function)


def _sample(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--sample", is_flag=True, help="用模拟数据回答 Answer from the sample returns.")(function)


def emit(document: Any) -> None:
    """The one JSON document of a `--json` answer."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=1))


def say(text: str) -> None:
    """People's output."""
    from orchestration.display import console

    console().print(text)


@click.group(
    context_settings={"help_option_names": ["--help", "-h"]},
    epilog="例 Example: jiugai figure started_communities --area 000000 --period 2023-09",
)
@click.version_option(package_name="jiugai")
def cli() -> None:
    """旧改统计平台 Statistics platform for the renovation of old urban communities."""


@cli.command(epilog="例 Example: jiugai demo --home data")
@_home
@_json
@_lang
@click.option("--scale", type=click.Choice(["tiny", "province", "national"]), default="tiny", show_default=True)
@click.option(
    "--seed", type=int, default=20231001, show_default=True, help="模拟数据的种子 Seed of the sample returns."
)
def demo(home: Path, as_json: bool, lang: str, scale: str, seed: int) -> None:
    """整条线跑一遍：公布表与模拟报表进，审核、构建、关口、发布、页面出 The whole line on a fresh home."""
    from orchestration.demo import run_demo
    from orchestration.display import show_demo

    made = run_demo(home, scale=scale, seed=seed, quiet=as_json)
    if as_json:
        emit(made)
    else:
        show_demo(made, lang)


@cli.command(epilog="例 Example: jiugai check J2_110108_2023-09.xlsx --report 审核结果.xlsx")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--report", type=click.Path(dir_okay=False, path_type=Path), help="把问题写成工作簿 Write the findings workbook."
)
@click.option("--publication", "source_id", help="按此来源的版式读公布表 Read as this source of the rule book.")
@click.option("--records", is_flag=True, help="名册与公布表逐行给出 Give rows of rosters and publications.")
@_json
@_lang
def check(
    files: tuple[Path, ...], report: Path | None, source_id: str | None, records: bool, as_json: bool, lang: str
) -> None:
    """读取并审核，不保留任何东西 Read and audit without keeping anything."""
    from quality.check import check_answer, check_file, verdict_of
    from quality.reports import write_report

    answers, rows = [], []
    for path in files:
        result, digest = check_file(path, source_id)
        answers.append(check_answer(path, result, digest, records=records))
        rows.append((path.name, verdict_of(result), result.findings))
    if report:
        write_report(report, rows)
    if as_json:
        emit(answers)
    else:
        from orchestration.display import show_check

        show_check(answers, lang, report)
    sys.exit(1 if any(a["counts"]["error"] for a in answers) else 0)


@cli.command(epilog="例 Example: jiugai receive 报表文件夹/ --filed-by 海淀区住建委")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@_home
@_json
@_lang
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
        emit(answers)
    else:
        show_receive(answers, receiver.register, lang)
    sys.exit(1 if any(a["verdict"] in ("returned", "unreadable") for a in answers) else 0)


@cli.group()
def returns() -> None:
    """登记库里的报送 What is in the register."""


@returns.command("list", epilog="例 Example: jiugai returns list --form J2 --period 2023-09 --status returned")
@_home
@_json
@_lang
@click.option("--unit", help="六位单位代码 Unit code.")
@click.option("--form", help="表，如 J2；公布表为 PUB:… Form.")
@click.option("--period", help="报告期 Period.")
@click.option("--status", type=click.Choice(["accepted", "needs_explanation", "returned", "unreadable"]))
def returns_list(
    home: Path, as_json: bool, lang: str, unit: str | None, form: str | None, period: str | None, status: str | None
) -> None:
    """列出报送 List submissions."""
    from orchestration.display import show_returns
    from quality.answers import list_submissions

    rows = list_submissions(home, unit=unit, form=form, period=period, status=status)
    if as_json:
        emit(rows)
    else:
        show_returns(rows, lang)


@returns.command("show", epilog="例 Example: jiugai returns show S000123")
@click.argument("submission")
@_home
@_json
@_lang
def returns_show(submission: str, home: Path, as_json: bool, lang: str) -> None:
    """一份报送与它的审核结果 One submission and its findings."""
    from orchestration.display import show_submission
    from quality.answers import show_submission as read

    row = read(home, submission)
    if as_json:
        emit(row)
    else:
        show_submission(row, lang)


@cli.command(epilog="例 Example: jiugai build --as-of 2023-08-15")
@_home
@_json
@_lang
@click.option("--as-of", help="只用此时点前已审定的报送 Only what was decided by this moment.")
def build(home: Path, as_json: bool, lang: str, as_of: str | None) -> None:
    """用 dbt 重算一切 dbt: everything downstream of what is in force."""
    from ingestion.moments import parse_moment
    from orchestration.display import progress_of
    from quality.warehouse import build as run

    with progress_of("构建 building", quiet=as_json):
        result = run(home, parse_moment(as_of) if as_of else None)
    made = result.build
    answer = {
        "build": made.build_id,
        "path": str(made.path),
        "as_of": made.as_of,
        "is_current": made.as_of is None,
        "models": sum(n.unique_id.startswith("model.") for n in result.nodes),
        "tests": sum(n.unique_id.startswith("test.") for n in result.nodes),
        "warnings": [n.unique_id for n in result.nodes if n.status == "warn"],
    }
    if as_json:
        emit(answer)
    else:
        say(
            f"构建完成 Built [bold]{made.build_id}[/] · {answer['models']} 个模型 models · {answer['tests']} 项检验 tests · {made.path}"
        )


def _apply(function: Callable[..., Any], *options: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate with options, the first one shown first."""
    for option in reversed(options):
        function = option(function)
    return function


def _question_options(function: Callable[..., Any]) -> Callable[..., Any]:
    return _apply(
        function,
        click.argument("indicator"),
        click.option("--area", required=True, help="六位地区代码，全国 000000 Area code."),
        click.option("--period", required=True, help="2023、2023-09 或 2019/2022 Period."),
        click.option("--dim", "dims", multiple=True, metavar="NAME=CODE", help="分组，如 source=F11 Dimension."),
        click.option("--programme", default="national", show_default=True, help="national · local · subsidy"),
        click.option("--areas", type=click.Choice(["then", "now"]), default="then", show_default=True),
        click.option("--flow", is_flag=True, help="只看当月 The month alone."),
        click.option("--as-of", help="按此时点所知 As known at this moment."),
        click.option("--release", help="从已发布的文件夹读 Read from a release."),
        _sample,
        _home,
        _json,
        _lang,
    )


def _question(
    indicator: str, area: str, period: str, dims: tuple[str, ...], programme: str, areas: str, flow: bool, sample: bool
) -> Question:
    from filings.figures import Question
    from ingestion.errors import UsageError

    pairs: dict[str, str] = {}
    for dim in dims:
        name, sep, code = dim.partition("=")
        if not sep or not code:
            raise UsageError(f"--dim “{dim}”应写成 source=F11 (write NAME=CODE)")
        pairs[name] = code
    return Question(indicator, area, period, pairs, programme, flow, sample, areas)


def _asked(read: str, home: Path, as_of: str | None, release: str | None, **asked: Any) -> dict[str, Any]:
    """One question put to the build, the build as of a moment, or the release. read: figure or trace."""
    import filings.figures
    from ingestion.errors import UsageError
    from ingestion.moments import parse_moment

    if as_of and release:
        raise UsageError("--as-of 与 --release 只能给一个 (give one of them)")
    question = _question(**asked)
    with filings.figures.open_reader(home, as_of=parse_moment(as_of) if as_of else None, release=release) as reader:
        answer: dict[str, Any] = getattr(filings.figures, read)(reader, question)
    return answer


@cli.command(epilog="例 Example: jiugai figure funds_arrived --area 110000 --period 2023 --dim source=F11 --sample")
@_question_options
def figure(as_json: bool, lang: str, **asked: Any) -> None:
    """一个数 One figure, with its alternatives."""
    from orchestration.display import show_figure

    answer = _asked("figure", **asked)
    emit(answer) if as_json else show_figure(answer, lang)
    sys.exit(0 if answer["value"] is not None else 1)


@cli.command(epilog="例 Example: jiugai trace started_communities --area 000000 --period 2023-09")
@_question_options
def trace(as_json: bool, lang: str, **asked: Any) -> None:
    """这个数由哪些单元格构成 The cells that make the figure."""
    from orchestration.display import show_trace

    answer = _asked("trace", **asked)
    emit(answer) if as_json else show_trace(answer, lang)
    sys.exit(0 if answer["contributions"] else 1)


@cli.command(epilog="例 Example: jiugai reconcile --period 2023-09")
@_home
@_json
@_lang
@click.option("--period", help="只看这一报告期 Only this period.")
def reconcile(home: Path, as_json: bool, lang: str, period: str | None) -> None:
    """与每一个已公布数对照 Our figures beside every published control total."""
    from filings.figures import open_reader
    from filings.reconcile import reconcile as run

    with open_reader(home) as reader:
        rows = run(reader, period)
    if as_json:
        emit(rows)
    else:
        from orchestration.display import show_reconcile

        show_reconcile(rows, lang)
    sys.exit(1 if any(r["verdict"] == "differs" for r in rows) else 0)


@cli.group()
def gates() -> None:
    """发布关口 Gates of a release."""


def _gate_options(function: Callable[..., Any]) -> Callable[..., Any]:
    return _apply(
        function,
        click.option("--period", required=True, help="报告期 Period."),
        click.option("--kind", default="provisional", show_default=True, help="provisional revised final correction"),
        click.option("--programme", default="national", show_default=True),
        click.option("--series", multiple=True, help="只看这些指标 Only these indicators."),
        _sample,
        _home,
        _json,
        _lang,
    )


@gates.command("run", epilog="例 Example: jiugai gates run --period 2023-09 --kind provisional")
@_gate_options
def gates_run(
    period: str, kind: str, programme: str, series: tuple[str, ...], sample: bool, home: Path, as_json: bool, lang: str
) -> None:
    """评估并存下判定 Evaluate and store the verdicts."""
    from orchestration.display import progress_of, show_gates
    from quality.gates.run import run_gates

    with progress_of("关口 gates", quiet=as_json):
        rows = run_gates(home, period, kind, sample=sample, programme=programme, series=list(series) or None)
    if as_json:
        emit(rows)
    else:
        show_gates(rows, lang)
    passed = {r["series"] for r in rows} - {
        r["series"] for r in rows if r["severity"] == "error" and r["verdict"] != "passed"
    }
    sys.exit(0 if passed else 1)


@gates.command("show", epilog="例 Example: jiugai gates show --period 2023-09")
@_home
@_json
@_lang
@click.option("--period", help="报告期 Period.")
def gates_show(home: Path, as_json: bool, lang: str, period: str | None) -> None:
    """存下的判定 The stored verdicts."""
    from quality.gates.run import stored

    rows = stored(home, period=period)
    if as_json:
        emit(rows)
    else:
        from orchestration.display import show_gates

        show_gates(rows, lang)


@cli.group()
def release() -> None:
    """发布：候选、批准、冻结 Candidates, approvals, frozen filings."""


@release.command("make", epilog="例 Example: jiugai release make --period 2023-09 --kind provisional")
@_gate_options
def release_make(
    period: str, kind: str, programme: str, series: tuple[str, ...], sample: bool, home: Path, as_json: bool, lang: str
) -> None:
    """由通过关口的指标做候选；都没通过则记为不发布 A candidate of what passed, or a recorded no-filing."""
    from filings.release import make

    answer = make(home, period, kind, sample=sample, programme=programme, series=list(series) or None)
    if as_json:
        emit(answer)
    else:
        from orchestration.display import show_release

        show_release(answer, lang)
    sys.exit(0 if answer["state"] in ("candidate", "unchanged") else 1)


@release.command("approve", epilog="例 Example: jiugai release approve 2023-09-provisional-01 --by 王某")
@click.argument("release_id")
@click.option("--by", required=True, help="批准人姓名 Name of the approver.")
@_home
@_json
@_lang
def release_approve(release_id: str, by: str, home: Path, as_json: bool, lang: str) -> None:
    """由有名有姓的人批准，此后不再改动 Approval by a named person; frozen from then on."""
    from filings.release import approve

    answer = approve(home, release_id, by)
    if as_json:
        emit(answer)
    else:
        from orchestration.display import show_approval

        show_approval(answer, lang)
    sys.exit(0 if answer["state"] == "released" else 1)


@release.command("list", epilog="例 Example: jiugai release list")
@_home
@_json
@_lang
def release_list(home: Path, as_json: bool, lang: str) -> None:
    """候选、发布与不发布的记录 Candidates, releases and recorded no-filings."""
    from filings.release import list_releases

    rows = list_releases(home)
    if as_json:
        emit(rows)
    else:
        from orchestration.display import show_releases

        show_releases(rows, lang)


@release.command("verify", epilog="例 Example: jiugai release verify data/releases/2023-09-provisional-01")
@click.argument("folder", type=click.Path(path_type=Path))
@_json
@_lang
def release_verify(folder: Path, as_json: bool, lang: str) -> None:
    """逐字节核对一个发布文件夹 Check a release folder byte by byte, offline."""
    from filings.verify import verify
    from ingestion.errors import UsageError

    if not folder.is_dir():
        raise UsageError(f"{folder}: 没有这个文件夹 (no such folder)")
    answer = verify(folder)
    if as_json:
        emit(answer)
    else:
        from orchestration.display import show_verify

        show_verify(answer, lang)
    sys.exit(0 if answer["ok"] else 1)


@cli.command(epilog="例 Example: jiugai site public_html --release 2023-09-provisional-01")
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@_home
@_json
@_lang
@click.option("--release", "release_id", help="只用这一发布的数 Only the figures of this release.")
def site(out: Path, home: Path, as_json: bool, lang: str, release_id: str | None) -> None:
    """静态页面 The static dashboards."""
    from dashboards.site import write_site
    from orchestration.display import progress_of

    with progress_of("页面 pages", quiet=as_json):
        pages = write_site(home, out, release_id)
    if as_json:
        emit({"out": str(out), "pages": [str(p) for p in pages], "release": release_id})
    else:
        say(f"写好 {len(pages)} 个文件 files · 打开 open [bold]{out / 'index.html'}[/]")


@cli.command(epilog="例 Example: jiugai dev --home data --port 3000")
@_home
@click.option("--port", type=int, default=3000, show_default=True)
def dev(home: Path, port: int) -> None:
    """打开 Dagster 界面与守护进程（仅本机） Dagster's web server and daemon on this home, loopback only."""
    from orchestration.instance import run_dev

    sys.exit(run_dev(home, port))


def main() -> None:
    """Entry point: every expected error is one line on stderr and exit 2, never a traceback."""
    os.environ.setdefault("DO_NOT_TRACK", "1")
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        where = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "jiugai"
        click.echo(f"{where}: {error.format_message()} · 用 --help 看用法 (see --help)", err=True)
        sys.exit(2)
    except click.Abort:
        sys.exit(130)
    except JiugaiError as error:
        click.echo(f"jiugai: {' '.join(str(error).split())}", err=True)
        sys.exit(2)
    except (OSError, KeyboardInterrupt) as error:
        if isinstance(error, KeyboardInterrupt):
            sys.exit(130)
        click.echo(
            f"jiugai: {error.filename or ''}: {error.strerror or error} · 请检查路径与权限 (check the path and permissions)",
            err=True,
        )
        sys.exit(2)
    except Exception as error:  # noqa: BLE001 - a fault of ours: people get one line, the trace goes to a file
        click.echo(f"jiugai: 内部错误 internal error: {error!r} · 详情已存 details in {_save_trace()}", err=True)
        sys.exit(2)


def _save_trace() -> str:
    """The traceback of the exception in hand, in a file of its own that can be sent with a report."""
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile("w", prefix="jiugai-", suffix=".txt", delete=False, encoding="utf-8") as file:
        traceback.print_exc(file=file)
    return file.name


if __name__ == "__main__":
    main()
