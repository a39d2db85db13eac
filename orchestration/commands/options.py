"""Options shared by the commands, and the two ways to answer: one JSON document, or text for people."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ingestion.paths import checked_home

if TYPE_CHECKING:
    from filings.reader import Reader

LINES_AT_ONCE = 1_000


class Home(click.Path):
    """A folder that may not be there yet."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        return checked_home(Path(os.fsdecode(super().convert(value, param, ctx))))


def home(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--home",
        type=Home(file_okay=False, path_type=Path),
        envvar="JIUGAI_HOME",
        default=Path("data"),
        show_default=True,
        help="状态所在文件夹 Folder that holds all state.",
    )(function)


def as_json(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--json", "as_json", is_flag=True, help="只输出一个 JSON 文档 One JSON document on stdout.")(
        function
    )


def lang(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--lang",
        type=click.Choice(["zh", "en"]),
        default="zh",
        show_default=True,
        help="消息语言 Language of messages.",
    )(function)


def sample(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--sample", is_flag=True, help="用模拟数据回答 Answer from the sample returns.")(function)


def programme(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--programme", default="national", show_default=True, help="national · local · subsidy")(
        function
    )


def as_of(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--as-of", help="按此时点所知 As known at this moment.")(function)


def numbers(function: Callable[..., Any]) -> Callable[..., Any]:
    """What every command that answers with numbers takes beside its question."""
    return apply(function, programme, as_of, sample, home, as_json, lang)


def open_reader(home: Path, as_of: str | None, release: str | None = None) -> AbstractContextManager[Reader]:
    """The build, the build as of a moment, or a release, as `--home`, `--as-of` and `--release` ask for it."""
    import filings.reader
    from ingestion.moments import parse_limit

    return filings.reader.open_reader(home, as_of=parse_limit(as_of) if as_of else None, release=release)


def emit(document: Any) -> None:
    """The one JSON document of a `--json` answer."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=1))


def emit_rows(
    document: Mapping[str, Any], name: str, rows: Iterable[Any], after: Callable[[], Mapping[str, Any]]
) -> None:
    """One JSON object with a long list under `name`, a row a line, written as the rows come: any number needs no room.

    after: what is known when the last row was written.
    """

    def text(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False)

    out, between = sys.stdout, "\n"
    out.write("{" + "".join(f"{text(key)}: {text(value)},\n" for key, value in document.items()) + f"{text(name)}: [")
    lines = map(text, rows)
    while some := list(islice(lines, LINES_AT_ONCE)):
        out.write(between + ",\n".join(some))
        between = ",\n"
    out.write("]" + "".join(f",\n{text(key)}: {text(value)}" for key, value in after().items()) + "}\n")


def say(text: str) -> None:
    """People's output."""
    from orchestration.display import console

    console().print(text)


def apply(function: Callable[..., Any], *options: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate with options, the first one shown first."""
    for option in reversed(options):
        function = option(function)
    return function
