"""Commands on the sample returns: study. Arguments in, one tested function called, an answer out."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import click

from orchestration.commands import options


@click.group()
def samples() -> None:
    """模拟报表 The sample returns."""


@samples.command("study", epilog="例 Example: jiugai samples study --mixtures 200 --seed 7")
@click.option("--seed", type=int, default=20231001, show_default=True, help="抽取的种子 Seed of what is drawn.")
@click.option(
    "--per-kind", type=click.IntRange(1), default=1_000, show_default=True, help="每类至多几处 At most of each kind."
)
@click.option(
    "--mixtures", type=click.IntRange(0), default=100, show_default=True, help="混合错误的报表 Returns with 2–5 errors."
)
@click.option(
    "--units", type=click.IntRange(0), default=50, show_default=True, help="全国抽几个单位的无错报表 Clean units."
)
@click.option(
    "--relations/--no-relations",
    default=True,
    show_default=True,
    help="表间、层级、前后期的错误 Errors between returns.",
)
@options.as_json
@options.lang
def study(seed: int, per_kind: int, mixtures: int, units: int, relations: bool, as_json: bool, lang: str) -> None:
    """埋错试验：每类错误各查出多少，无错报表误报多少 Errors planted on purpose: how many are found, and where."""
    from orchestration.display import progress_of
    from orchestration.display_review import show_study
    from quality.seeded_errors import is_perfect, seeded_errors

    with tempfile.TemporaryDirectory() as folder, progress_of("审核 checking", quiet=as_json) as progress:
        answer = seeded_errors(
            Path(folder),
            seed=seed,
            per_kind=per_kind,
            mixtures=mixtures,
            units=units,
            relations=relations,
            progress=progress,
        )
    if as_json:
        options.emit(answer)
    else:
        show_study(answer, lang)
    sys.exit(0 if is_perfect(answer) else 1)
