"""The `jiugai` command: its groups, and what happens to an error. The commands stand in `orchestration/commands/`.

Heavy libraries (Dagster, dbt, Great Expectations, Plotly) are imported inside the commands that need them: `--help`
and `check` never load them. Exit 0 done, 1 done and the answer is no, 2 could not be done (one line on stderr).
"""

from __future__ import annotations

import gc
import os
import sys

import click

from ingestion.errors import JiugaiError
from orchestration.commands import COMMANDS


@click.group(
    context_settings={"help_option_names": ["--help", "-h"]},
    epilog="例 Example: jiugai figure started_communities --area 000000 --period 2023-09",
)
@click.version_option(package_name="jiugai")
def cli() -> None:
    """旧改统计平台 Statistics platform for the renovation of old urban communities."""


for command in COMMANDS:
    cli.add_command(command)


def main() -> None:
    """Entry point: every expected error is one line on stderr and exit 2, never a traceback."""
    os.environ.setdefault("DO_NOT_TRACK", "1")
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # it would look for them in every package
    # what a command loads stays: looking through it again and again for what is gone takes a tenth of a short one
    gc.set_threshold(50_000)
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
        click.echo(
            f"jiugai: 内部错误：{error!r}；详情已存 {_save_trace()} (internal error; the details are in that file)",
            err=True,
        )
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
