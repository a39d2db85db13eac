"""Commands about money for auditors and about what remains: ledger, need."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from orchestration.commands import options


@click.command(epilog="例 Example: jiugai ledger --area 110000 --period 2023 --source F11 --out ledger.xlsx --sample")
@click.option("--area", required=True, help="六位地区代码，全国 000000 Area code.")
@click.option(
    "--period", required=True, help="2023 或 2023-06；年＝年报与12月 Period; a year is its annual returns and December."
)
@click.option("--source", help="资金来源，如 F11、F30 Source of funds.")
@click.option("--group", help="来源十组之一，如 local One of the ten groups of sources.")
@click.option("--account", help="J2 · J3F · J4F · J4 · J4C")
@click.option("--movement", help="科目，如 arrived、paid Movement.")
@click.option(
    "--projects", "by_project", is_flag=True, help="按项目汇总（自立项起累计） By approval project, life to date."
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="写成 .csv 或 .xlsx Write the rows to a file."
)
@options.numbers
def ledger(
    area: str, period: str, source: str | None, group: str | None, account: str | None, movement: str | None,
    by_project: bool, out: Path | None, programme: str, as_of: str | None, sample: bool, home: Path, as_json: bool, lang: str,
) -> None:  # fmt: skip
    """资金台账：每个填报单元格一行，并核对恒等式 The fund ledger, a row a filed cell; identities checked."""
    import filings.ledger as book
    from ingestion.archive import written_whole
    from ingestion.errors import UsageError

    if by_project and out is not None:
        raise UsageError("--projects 只显示，不写台账文件 (--projects is shown, not written)")
    asked = book.Asked(area, period, source, group, account, movement, programme, sample)
    with options.open_reader(home, as_of) as reader:
        answer = book.summary(reader, asked)
        if by_project:
            answer["projects"] = book.projects(reader, asked)
        elif out is not None:
            answer["file"] = str(out)
            with written_whole(out) as path:
                suffix = out.suffix.lstrip(".").lower()
                book.write_file(path, book.ledger(reader, asked), answer["rows"], suffix, asked)
        if as_json and not by_project and out is None:
            options.emit_rows(answer, "movements", book.ledger(reader, asked), dict)
    if not as_json:
        from orchestration.display_money import show_ledger

        show_ledger(answer, lang)
    elif by_project or out is not None:
        options.emit(answer)
    sys.exit(1 if not answer["rows"] or answer["identities"]["violated"] else 0)


@click.command(epilog="例 Example: jiugai need --area 000000 --period 2023")
@click.option(
    "--area", help="六位地区代码；不给则为全部有存量的地区 Area code; all that have a printed stock when left out."
)
@click.option("--period", help="年份；不给则为各口径最新一年 Year; the newest of each definition when left out.")
@options.as_of
@options.sample
@options.home
@options.as_json
@options.lang
def need(
    area: str | None, period: str | None, as_of: str | None, sample: bool, home: Path, as_json: bool, lang: str
) -> None:
    """还剩多少要改：按各个公布存量口径 What remains, against each printed stock with its definition."""
    from filings.need import need as run

    with options.open_reader(home, as_of) as reader:
        found = [] if sample else run(reader, area, period)  # stocks are printed ones alone
    if as_json:
        options.emit(found)
    else:
        from orchestration.display_money import show_need

        show_need(found, lang)
    sys.exit(0 if found else 1)
