"""Commands that ask for numbers: build, figure, trace, reconcile. Arguments in, one tested function called, an answer out."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from orchestration.commands import options

if TYPE_CHECKING:
    from filings.figures import Question

SAME_DIMENSION = {"group": "level"}  # the ten groups of the fund sources are called levels in the rule book


@click.command(epilog="例 Example: jiugai build --as-of 2023-08-15")
@options.home
@options.as_json
@options.lang
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
        options.emit(answer)
    else:
        options.say(
            f"构建完成 Built [bold]{made.build_id}[/] · {answer['models']} 个模型 models · {answer['tests']} 项检验 tests · {made.path}"
        )


def _question_options(function: Callable[..., Any]) -> Callable[..., Any]:
    return options.apply(
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
        options.sample,
        options.home,
        options.as_json,
        options.lang,
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
        pairs[SAME_DIMENSION.get(name, name)] = code
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


@click.command(epilog="例 Example: jiugai figure funds_arrived --area 110000 --period 2023 --dim source=F11 --sample")
@_question_options
def figure(as_json: bool, lang: str, **asked: Any) -> None:
    """一个数 One figure, with its alternatives."""
    from orchestration.display import show_figure

    answer = _asked("figure", **asked)
    options.emit(answer) if as_json else show_figure(answer, lang)
    sys.exit(0 if answer["value"] is not None else 1)


@click.command(epilog="例 Example: jiugai trace started_communities --area 000000 --period 2023-09")
@_question_options
def trace(as_json: bool, lang: str, **asked: Any) -> None:
    """这个数由哪些单元格构成 The cells that make the figure."""
    from orchestration.display import show_trace

    answer = _asked("trace", **asked)
    options.emit(answer) if as_json else show_trace(answer, lang)
    sys.exit(0 if answer["contributions"] else 1)


@click.command(epilog="例 Example: jiugai reconcile --period 2023-09")
@options.home
@options.as_json
@options.lang
@click.option("--period", help="只看这一报告期 Only this period.")
def reconcile(home: Path, as_json: bool, lang: str, period: str | None) -> None:
    """与每一个已公布数对照 Our figures beside every published control total."""
    from filings.figures import open_reader
    from filings.reconcile import reconcile as run

    with open_reader(home) as reader:
        rows = run(reader, period)
    if as_json:
        options.emit(rows)
    else:
        from orchestration.display import show_reconcile

        show_reconcile(rows, lang)
    sys.exit(1 if any(r["verdict"] == "differs" for r in rows) else 0)
