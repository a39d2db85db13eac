"""The command that serves the app: arguments in, one function called, until it is interrupted."""

from __future__ import annotations

from pathlib import Path

import click

from orchestration.commands import options


@click.command(epilog="例 Example: jiugai serve --home data --port 8050")
@options.home
@click.option("--port", type=click.IntRange(1, 65535), default=8050, show_default=True)
def serve(home: Path, port: int) -> None:
    """打开看板（仅本机） The dashboards as an app, on this machine only."""
    from dashboards.app import serve as run
    from ingestion.errors import UsageError

    if not home.is_dir():
        raise UsageError(f"{home}: 没有这个文件夹，请先运行 jiugai demo 或 build (no such home)")
    options.say(f"打开 open [bold]http://127.0.0.1:{port}/[/] · Ctrl+C 停止 stop")
    run(home, port)
