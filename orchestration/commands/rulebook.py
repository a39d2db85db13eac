"""Commands of statisticians on the rule book: check, lock, diff, doc, schema, report. Arguments in, a tested function called, an answer out."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from orchestration.commands import options


@click.group()
def rulebook() -> None:
    """规则库 The rule book: forms, rules, indicators, code lists, dates."""


@rulebook.command("check", epilog="例 Example: jiugai rulebook check")
@click.option(
    "--rulebook", "folder", type=click.Path(file_okay=False, path_type=Path),
    help="规则库文件夹，默认为本项目的 Folder of the rule book; the project's by default.",
)  # fmt: skip
@options.as_json
@options.lang
def rulebook_check(folder: Path | None, as_json: bool, lang: str) -> None:
    """全部校验：格式、引用、表达式、样例、提示语、能否通过 Everything that must hold before a version is adopted."""
    from ingestion.catalogue import RULEBOOK
    from quality.rulebook_checks import examine

    examined = examine(folder or RULEBOOK)
    problems = [p.as_json() for p in examined.problems]
    if as_json:
        options.emit(problems)
    else:
        from orchestration.display_collection import show_problems, show_proofs

        show_proofs([p.as_json() for p in examined.proofs], lang)
        show_problems(problems, lang)
    sys.exit(1 if problems else 0)


@rulebook.command("lock", epilog="例 Example: jiugai rulebook lock --break 2025-01")
@click.option(
    "--rulebook", "folder", type=click.Path(file_okay=False, path_type=Path),
    help="规则库文件夹，默认为本项目的 Folder of the rule book; the project's by default.",
)  # fmt: skip
@click.option("--retire", metavar="YYYY-MM", help="删去的标识最后有效月份 Last month of ids that are gone.")
@click.option("--break", "break_from", metavar="YYYY-MM", help="新含义自何月起 First month of a changed meaning.")
@click.option("--patch", is_flag=True, help="含义未变，只改了文字 The meaning is the same, only its wording changed.")
@options.as_json
def rulebook_lock(folder: Path | None, retire: str | None, break_from: str | None, patch: bool, as_json: bool) -> None:
    """登记标识，注明停用与断点 Register new ids; say from when others are retired or mean something else."""
    from ingestion.catalogue import RULEBOOK, Catalogue
    from quality.rulebook_lock import refresh

    book = Catalogue(folder or RULEBOOK)
    written = refresh(book, retire=retire, break_from=break_from, patch=patch)
    if as_json:
        options.emit(written)
    else:
        options.say(
            f"新登记 new {written['new']} · 改代码 renumbered {written['renumbered']} · "
            f"停用 retired {written['gone']} · 断点或改文字 break or patch {written['changed']}"
        )


@rulebook.command("diff", epilog="例 Example: jiugai rulebook diff 旧规则库 rulebook")
@click.argument("old", type=click.Path(file_okay=False, path_type=Path))
@click.argument("new", required=False, type=click.Path(file_okay=False, path_type=Path))
@options.as_json
@options.lang
def rulebook_diff(old: Path, new: Path | None, as_json: bool, lang: str) -> None:
    """两个规则库的差别，逐条用文字说明 What changed between two folders, in words; NEW is the project's by default."""
    from ingestion.catalogue import RULEBOOK, Catalogue
    from quality.rulebook_diff import WEIGHTS, diff, heaviest

    changes = diff(Catalogue(old), Catalogue(new or RULEBOOK))
    if as_json:
        options.emit([c.as_json() for c in changes])
        return
    for change in changes:
        options.say(f"{WEIGHTS[change.weight]} {change.weight}　{change.zh if lang == 'zh' else change.en}")
    heavy = heaviest(changes)
    options.say(f"{len(changes)} 处 changes · {f'{WEIGHTS[heavy]} {heavy}' if heavy else '没有差别 the same'}")


@rulebook.command("doc", epilog="例 Example: jiugai rulebook doc 统计调查制度附录.md")
@click.argument("out", required=False, type=click.Path(dir_okay=False, path_type=Path))
def rulebook_doc(out: Path | None) -> None:
    """指标解释、审核关系、发布指标成一个 Markdown 文件 The annex as one Markdown file, on stdout without OUT."""
    from ingestion.archive import write_whole
    from ingestion.catalogue import catalogue
    from ingestion.rulebook_doc import rulebook_doc as text_of

    text = text_of(catalogue())
    if out is None:
        click.echo(text, nl=False)
        return
    write_whole(out, text.encode())
    options.say(f"写好 wrote [bold]{out}[/] · {len(text.splitlines())} 行 lines")


@rulebook.command("schema", epilog="例 Example: jiugai rulebook schema")
@click.argument("out", required=False, type=click.Path(file_okay=False, path_type=Path))
@options.as_json
def rulebook_schema(out: Path | None, as_json: bool) -> None:
    """各类文件的 JSON Schema，编辑时随打随校 JSON Schema of every kind of file, by default into rulebook/schema."""
    from ingestion.catalogue import RULEBOOK
    from ingestion.rulebook_schema import write_schemas

    written = write_schemas(out or RULEBOOK / "schema")
    if as_json:
        options.emit([str(p) for p in written])
    else:
        options.say(f"写好 {len(written)} 个文件 files · {written[0].parent}")


@rulebook.command("report", epilog="例 Example: jiugai rulebook report --period 2023-09")
@click.option("--period", help="报告期，月 2023-09 或年 2023；默认登记库中最近的 Period; the newest by default.")
@click.option("--as-of", help="按当时所知 As known at that time (ISO 8601).")
@options.sample
@options.home
@options.as_json
@options.lang
def rulebook_report(period: str | None, as_of: str | None, sample: bool, home: Path, as_json: bool, lang: str) -> None:
    """每条规则当期的作用，与复核建议 What each rule did in a period, and which ones to review."""
    from ingestion.moments import parse_limit
    from quality.rule_review import rule_report

    answer = rule_report(home, period, sample=sample, as_of=parse_limit(as_of) if as_of else None)
    if as_json:
        options.emit(answer)
    else:
        from orchestration.display_review import show_rule_report

        show_rule_report(answer, lang)
