"""Commands that run the platform: demo, dev. Arguments in, one tested function called, an answer out."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from orchestration.commands import options


@click.command(epilog="例 Example: jiugai demo --home data")
@options.home
@options.as_json
@options.lang
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
        options.emit(made)
    else:
        show_demo(made, lang)


@click.command(epilog="例 Example: jiugai dev --home data --port 3000")
@options.home
@click.option("--port", type=int, default=3000, show_default=True)
def dev(home: Path, port: int) -> None:
    """打开 Dagster 界面与守护进程（仅本机） Dagster's web server and daemon on this home, loopback only."""
    from orchestration.instance import run_dev

    sys.exit(run_dev(home, port))


@click.command(epilog="例 Example: jiugai bench --scale tiny --json")
@click.option("--scale", type=click.Choice(["tiny", "province", "national"]), default="tiny", show_default=True)
@click.option("--runs", type=click.IntRange(1, 50), default=5, show_default=True, help="计时次数 Counted runs of each.")
@options.as_json
@options.lang
def bench(scale: str, runs: int, as_json: bool, lang: str) -> None:
    """计时：读取、审核、构建、页面，各与同一次运行中的参照相比 Our parts beside references, in one run."""
    from orchestration.bench import run_bench
    from orchestration.display import progress_of, show_bench

    with progress_of("计时 measuring", quiet=as_json) as progress:
        rows = run_bench(scale, runs, progress)
    options.emit(rows) if as_json else show_bench(rows, lang)
