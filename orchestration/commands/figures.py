"""Commands that ask for numbers: build, figure, trace, reconcile. Arguments in, one tested function called, an answer out."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from orchestration.commands import options

if TYPE_CHECKING:
    from filings.question import Question
    from filings.reader import Reader

T = TypeVar("T")
SAME_DIMENSION = {"group": "level"}  # the ten groups of the fund sources are called levels in the rule book


@click.command(epilog="例 Example: jiugai build --as-of 2023-08-15")
@options.home
@options.as_json
@options.lang
@click.option("--as-of", help="只用此时点前已审定的报送 Only what was decided by this moment.")
@click.option(
    "--whole", is_flag=True, help="整体重算，不更新现用构建 Everything anew: the current build is not renewed."
)
def build(home: Path, as_json: bool, lang: str, as_of: str | None, whole: bool) -> None:
    """用 dbt 重算一切 dbt: everything downstream of what is in force."""
    from ingestion.moments import parse_limit
    from orchestration.display import progress_of
    from quality.renewal import told
    from quality.warehouse import build as run

    with progress_of("构建 building", quiet=as_json):
        result = run(home, parse_limit(as_of) if as_of else None, whole=whole)
    made = result.build
    answer = {
        "build": made.build_id,
        "path": str(made.path),
        "as_of": made.as_of,
        "is_current": made.as_of is None,
        "renewed_from": result.renewed_from,
        "whole_because": result.whole_because,
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
        options.say(told(result.renewed_from, result.whole_because))


def _question_options(function: Callable[..., Any]) -> Callable[..., Any]:
    return options.apply(
        function,
        click.argument("indicator"),
        click.option("--area", required=True, help="六位地区代码，全国 000000 Area code."),
        click.option("--period", required=True, help="2023、2023-09 或 2019/2022 Period."),
        click.option("--dim", "dims", multiple=True, metavar="NAME=CODE", help="分组，如 source=F11 Dimension."),
        options.programme,
        click.option("--areas", type=click.Choice(["then", "now"]), default="then", show_default=True),
        click.option("--flow", is_flag=True, help="只看当月 The month alone."),
        options.as_of,
        click.option("--release", help="从已发布的文件夹读 Read from a release."),
        options.sample,
        options.home,
        options.as_json,
        options.lang,
    )


def _question(
    indicator: str, area: str, period: str, dims: tuple[str, ...], programme: str, areas: str, flow: bool, sample: bool
) -> Question:
    from filings.question import Question
    from ingestion.errors import UsageError

    pairs: dict[str, str] = {}
    for dim in dims:
        name, sep, code = dim.partition("=")
        if not sep or not code:
            raise UsageError(f"--dim “{dim}”应写成 source=F11 (write NAME=CODE)")
        pairs[SAME_DIMENSION.get(name, name)] = code
    return Question(indicator, area, period, pairs, programme, flow, sample, areas)


def _asked(
    read: Callable[[Reader, Question], T], home: Path, as_of: str | None, release: str | None, **asked: Any
) -> T:
    """One question put to the build, the build as of a moment, or the release."""
    from ingestion.errors import UsageError

    if as_of and release:
        raise UsageError("--as-of 与 --release 只能给一个 (give one of them)")
    question = _question(**asked)
    with options.open_reader(home, as_of, release) as reader:
        return read(reader, question)


@click.command(epilog="例 Example: jiugai figure funds_arrived --area 110000 --period 2023 --dim source=F11 --sample")
@_question_options
def figure(as_json: bool, lang: str, **asked: Any) -> None:
    """一个数 One figure, with its alternatives."""
    import filings.figures
    from orchestration.display import show_figure

    answer = _asked(filings.figures.figure, **asked)
    options.emit(answer) if as_json else show_figure(answer, lang)
    sys.exit(0 if answer["value"] is not None else 1)


@click.command(epilog="例 Example: jiugai trace started_communities --area 000000 --period 2023-09")
@_question_options
def trace(as_json: bool, lang: str, **asked: Any) -> None:
    """这个数由哪些单元格构成 The cells that make the figure."""
    from filings.trace import Trace
    from orchestration.display import show_trace

    def tell(reader: Reader, question: Question) -> int:
        found = Trace(reader, question)
        if as_json:
            options.emit_rows(
                {"figure": found.figure},
                "contributions",
                found.contributions(),
                lambda: {"sum": found.sum, "audited_under": found.audited_under},
            )
        else:
            show_trace(found, lang)
        return found.count

    sys.exit(0 if _asked(tell, **asked) else 1)


@click.command(epilog="例 Example: jiugai levels funds_arrived --area 110000 --period 2023 --by source --sample")
@click.argument("indicator")
@click.option("--area", required=True, help="六位地区代码，全国 000000 Area code.")
@click.option("--period", required=True, help="2023、2023-09 Period.")
@click.option("--dim", "dims", multiple=True, metavar="NAME=CODE", help="只看一个分组，如 source=F11 One part alone.")
@click.option("--by", help="本级按各分组列出，如 source、group The area by every code of a breakdown.")
@options.numbers
def levels(as_json: bool, lang: str, by: str | None, **asked: Any) -> None:
    """本级自报与下级合计并列 What an area filed beside the sum of the level below it, with coverage and bounds."""
    from functools import partial

    import filings.levels
    from orchestration.display_levels import show_levels

    read = partial(filings.levels.levels, by=SAME_DIMENSION.get(by, by) if by else None)
    answer = _asked(read, areas="then", flow=False, release=None, **asked)
    options.emit(answer) if as_json else show_levels(answer, lang)
    sys.exit(0 if answer["group"] is not None else 1)


@click.command(epilog="例 Example: jiugai pipeline --area 110000 --cohort 2023 --sample")
@click.option("--area", required=True, help="六位地区代码，全国 000000 Area code.")
@click.option("--cohort", required=True, type=click.IntRange(2000, 2099), help="计划年度 Plan year.")
@click.option("--month", help="清单月份，如 2023-09，缺省为最新 Month of the rosters, by default the newest.")
@options.numbers
def pipeline(
    area: str,
    cohort: int,
    month: str | None,
    programme: str,
    as_of: str | None,
    sample: bool,
    home: Path,
    as_json: bool,
    lang: str,
) -> None:
    """一个计划年度的任务走到哪一步、用时多久 The tasks of a plan year: stages, durations, share not yet reached."""
    from filings.pipeline import pipeline as run
    from orchestration.display_levels import show_pipeline

    with options.open_reader(home, as_of) as reader:
        answer = run(reader, area, cohort, month, programme=programme, sample=sample)
    options.emit(answer) if as_json else show_pipeline(answer, lang)
    sys.exit(0 if answer["stages"] else 1)


@click.command(epilog="例 Example: jiugai benefits --area 110000 --period 2022/2023 --sample")
@click.option("--area", required=True, help="六位地区代码，全国 000000 Area code.")
@click.option("--period", help="2023 或 2019/2023 Year or range of years.")
@click.option(
    "--last", type=click.IntRange(1, 30), help="近N年，输出写明是哪几年 The newest N years, named in the answer."
)
@options.numbers
def benefits(
    area: str,
    period: str | None,
    last: int | None,
    programme: str,
    as_of: str | None,
    sample: bool,
    home: Path,
    as_json: bool,
    lang: str,
) -> None:
    """惠及户数与人数：公布口径与实际口径并列 Households and residents reached, the published usage beside the real one."""
    from filings.benefits import benefits as run
    from filings.benefits import last_years
    from ingestion.errors import UsageError
    from orchestration.display_levels import show_benefits

    if (period is None) == (last is None):
        raise UsageError("--period 与 --last 请给一个 (give one of --period and --last)")
    with options.open_reader(home, as_of) as reader:
        if last is not None:
            period = last_years(reader, area, last, programme=programme, sample=sample)
        if period is None:
            raise UsageError(f"{area} 没有惠及户数，无从取近 {last} 年 (no households benefited are known here)")
        answer = run(reader, area, period, programme=programme, sample=sample)
    options.emit(answer) if as_json else show_benefits(answer, lang)
    sys.exit(0 if answer["households_started"]["value"] is not None else 1)


@click.command(epilog="例 Example: jiugai effects --area 110000 --year 2023 --sample --out effects.xlsx")
@click.option("--area", required=True, help="六位地区代码，全国 000000 Area code.")
@click.option("--year", help="年份；不给则为各年 Year; every year when left out.")
@click.option("--item", help="effect_… 指标或内容代码（WS15） Indicator, or code of a content item.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="写成 .csv 或 .xlsx Write the values to a file."
)
@options.numbers
def effects(
    area: str, year: str | None, item: str | None, out: Path | None, programme: str, as_of: str | None, sample: bool,
    home: Path, as_json: bool, lang: str,
) -> None:  # fmt: skip
    """改造成效：J3 与 J4C 各项逐年，分在册小区与全部住宅 Effects by year: each item of J3 and J4C, by scope; breaks and checks."""
    import filings.effects as found
    from ingestion.archive import write_whole

    with options.open_reader(home, as_of) as reader:
        answer = found.effects(reader, area, year, item, programme=programme, sample=sample)
    if out is not None:
        write_whole(out, found.file_of(answer, out.suffix.lstrip(".").lower()))
        answer["file"] = str(out)
    if as_json:
        options.emit(answer)
    else:
        from orchestration.display_effects import show_effects

        show_effects(answer, lang)
    held = any(scope["items"] for scope in answer["scopes"])
    sys.exit(0 if held and not answer["checks"]["counts"]["differs"] else 1)


@click.command(epilog="例 Example: jiugai reconcile --kind plans --period 2023")
@options.home
@options.as_json
@options.lang
@click.option("--period", help="只看这一报告期 Only this period.")
@click.option(
    "--kind",
    type=click.Choice(["totals", "plans", "sums", "years", "effects", "publishers", "sets"]),
    default="totals",
    show_default=True,
    help="公布数·计划推算·各地之和·历年之和·成效·两份资料·全部开工名单 What is reconciled.",
)
def reconcile(home: Path, as_json: bool, lang: str, period: str | None, kind: str) -> None:
    """与每一个已公布数对照 Our figures beside every published control total, and published figures against each other."""
    from filings import reconcile as found
    from filings.reader import open_reader

    with open_reader(home) as reader:
        if kind == "totals":
            rows = found.reconcile(reader, period)
        elif kind == "plans":
            rows = found.plans(reader, period)
        else:
            rows = found.consistency(reader, kind, period)
        names = {
            c: (a.short_zh or a.name_zh) if lang == "zh" else a.name_en or c for c, a in reader.catalogue.areas.items()
        }
    if as_json:
        options.emit(rows)
    else:
        from orchestration import display_reconcile as display

        if kind == "totals":
            display.show_totals(rows, lang)
        else:
            (display.show_plans if kind == "plans" else display.show_consistency)(rows, lang, names)
    sys.exit(1 if any(r["verdict"] == "differs" for r in rows) else 0)
