"""Every command of `jiugai`, in the order of `--help`."""

from __future__ import annotations

import click

from orchestration.commands import collection, figures, intake, money, publishing, rulebook, running, samples, serving

COMMANDS: list[click.Command] = [
    running.demo,
    collection.blank,
    intake.check,
    intake.receive,
    intake.returns,
    collection.explain,
    collection.decide,
    collection.override,
    collection.chase,
    collection.calendar,
    figures.build,
    figures.figure,
    figures.trace,
    figures.levels,
    figures.pipeline,
    figures.benefits,
    figures.effects,
    figures.reconcile,
    money.ledger,
    money.need,
    publishing.gates,
    publishing.release,
    publishing.site,
    serving.serve,
    rulebook.rulebook,
    samples.samples,
    running.dev,
    running.bench,
]
