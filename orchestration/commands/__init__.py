"""Every command of `jiugai`, in the order of `--help`."""

from __future__ import annotations

import click

from orchestration.commands import figures, intake, publishing, running

COMMANDS: list[click.Command] = [
    running.demo,
    intake.check,
    intake.receive,
    intake.returns,
    figures.build,
    figures.figure,
    figures.trace,
    figures.reconcile,
    publishing.gates,
    publishing.release,
    publishing.site,
    running.dev,
]
