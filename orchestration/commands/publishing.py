"""Commands of filing officers: gates, release, site. Arguments in, one tested function called, an answer out."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from orchestration.commands import options


@click.group()
def gates() -> None:
    """发布关口 Gates of a release."""


def _gate_options(function: Callable[..., Any]) -> Callable[..., Any]:
    return options.apply(
        function,
        click.option("--period", required=True, help="报告期 Period."),
        click.option(
            "--kind",
            help="provisional（缺省 default）revised final correction；给了 --filing 则按日历 by the calendar.",
        ),
        click.option("--filing", help="日历中的发布，如 annual_plan A filing of the calendar: its series and kind."),
        click.option("--programme", default="national", show_default=True),
        click.option("--series", multiple=True, help="只看这些指标 Only these indicators."),
        options.sample,
        options.home,
        options.as_json,
        options.lang,
    )


def _kind(kind: str | None, filing: str | None) -> str:
    """The kind asked for; else the one that the calendar gives the filing."""
    from filings.calendar import filing_of

    return kind or (filing_of(filing).kind if filing else "provisional")


@gates.command("run", epilog="例 Example: jiugai gates run --period 2023-09 --kind provisional")
@_gate_options
def gates_run(
    period: str,
    kind: str | None,
    filing: str | None,
    programme: str,
    series: tuple[str, ...],
    sample: bool,
    home: Path,
    as_json: bool,
    lang: str,
) -> None:
    """评估并存下判定 Evaluate and store the verdicts."""
    from filings.calendar import series_of
    from orchestration.display import progress_of, show_gates
    from quality.gates.run import run_gates

    names = list(series) or (series_of(filing) if filing else None)
    with progress_of("关口 gates", quiet=as_json):
        rows = run_gates(home, period, _kind(kind, filing), sample=sample, programme=programme, series=names)
    if as_json:
        options.emit(rows)
    else:
        show_gates(rows, lang)
    passed = {r["series"] for r in rows} - {
        r["series"] for r in rows if r["severity"] == "error" and r["verdict"] != "passed"
    }
    sys.exit(0 if passed else 1)


@gates.command("show", epilog="例 Example: jiugai gates show --period 2023-09")
@options.home
@options.as_json
@options.lang
@click.option("--period", help="报告期 Period.")
def gates_show(home: Path, as_json: bool, lang: str, period: str | None) -> None:
    """存下的判定 The stored verdicts."""
    from quality.gates.run import stored

    rows = stored(home, period=period)
    if as_json:
        options.emit(rows)
    else:
        from orchestration.display import show_gates

        show_gates(rows, lang)


@click.group()
def release() -> None:
    """发布：候选、批准、冻结 Candidates, approvals, frozen filings."""


@release.command("make", epilog="例 Example: jiugai release make --period 2023-09 --kind provisional")
@_gate_options
def release_make(
    period: str,
    kind: str | None,
    filing: str | None,
    programme: str,
    series: tuple[str, ...],
    sample: bool,
    home: Path,
    as_json: bool,
    lang: str,
) -> None:
    """由通过关口的指标做候选；都没通过则记为不发布 A candidate of what passed, or a recorded no-filing."""
    from filings.release import make

    names = list(series) or None
    answer = make(home, period, _kind(kind, filing), sample=sample, programme=programme, series=names, filing=filing)
    if as_json:
        options.emit(answer)
    else:
        from orchestration.display import show_release

        show_release(answer, lang)
    sys.exit(0 if answer["state"] in ("candidate", "unchanged") else 1)


@release.command("approve", epilog="例 Example: jiugai release approve 2023-09-provisional-01 --by 王某")
@click.argument("release_id")
@click.option("--by", required=True, help="批准人姓名 Name of the approver.")
@options.home
@options.as_json
@options.lang
def release_approve(release_id: str, by: str, home: Path, as_json: bool, lang: str) -> None:
    """由有名有姓的人批准，此后不再改动 Approval by a named person; frozen from then on."""
    from filings.approval import approve

    answer = approve(home, release_id, by)
    if as_json:
        options.emit(answer)
    else:
        from orchestration.display import show_approval

        show_approval(answer, lang)
    sys.exit(0 if answer["state"] == "released" else 1)


@release.command("list", epilog="例 Example: jiugai release list")
@options.home
@options.as_json
@options.lang
def release_list(home: Path, as_json: bool, lang: str) -> None:
    """候选、发布与不发布的记录 Candidates, releases and recorded no-filings."""
    from filings.release import list_releases

    rows = list_releases(home)
    if as_json:
        options.emit(rows)
    else:
        from orchestration.display import show_releases

        show_releases(rows, lang)


@release.command("verify", epilog="例 Example: jiugai release verify data/releases/2023-09-provisional-01")
@click.argument("folder", type=click.Path(path_type=Path))
@options.as_json
@options.lang
def release_verify(folder: Path, as_json: bool, lang: str) -> None:
    """逐字节核对一个发布文件夹 Check a release folder byte by byte, offline."""
    from filings.verify import verify
    from ingestion.errors import UsageError

    if not folder.is_dir():
        raise UsageError(f"{folder}: 没有这个文件夹 (no such folder)")
    answer = verify(folder)
    if as_json:
        options.emit(answer)
    else:
        from orchestration.display import show_verify

        show_verify(answer, lang)
    sys.exit(0 if answer["ok"] else 1)


@click.command(epilog="例 Example: jiugai site public_html --release 2023-09-provisional-01")
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@options.home
@options.as_json
@options.lang
@click.option("--release", "release_id", help="只用这一发布的数 Only the figures of this release.")
def site(out: Path, home: Path, as_json: bool, lang: str, release_id: str | None) -> None:
    """静态页面 The static dashboards."""
    from dashboards.site import write_site
    from orchestration.display import progress_of

    with progress_of("页面 pages", quiet=as_json):
        pages = write_site(home, out, release_id)
    if as_json:
        options.emit({"out": str(out), "pages": [str(p) for p in pages], "release": release_id})
    else:
        options.say(f"写好 {len(pages)} 个文件 files · 打开 open [bold]{out / 'index.html'}[/]")
