"""The static site: pages, charts, downloads and one plotly.js, written whole and swapped in. No outside host.

Belongs here: which pages there are, HTML from the templates, files and the swap. Not here: figures, words, queries.
The same data gives the same bytes: fixed chart ids, no clock.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from dashboards import theme
from dashboards.downloads import columns_csv, csv_bytes, file_name
from dashboards.pages import benefit, funds, overview, provinces, sample, starts
from dashboards.pages._page import Block, Page, moment, release_words
from filings.figures import Reader, open_reader
from ingestion.errors import UsageError

HERE = Path(__file__).resolve().parent / "pages"
MARKER = ".jiugai-site"
REAL_PAGES = (overview.page, starts.page, benefit.page, funds.page, provinces.page)
SAMPLE_PAGES = (sample.overview, sample.progress, sample.funds, sample.filing)
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'none'; base-uri 'none'; form-action 'none'"
)
TO_SAMPLE = {"file": "sample/index.html", "title": theme.Words("样例页", "Sample pages")}
TO_REAL = {"file": "index.html", "title": theme.Words("返回公布数据", "Back to published figures")}


def _spec(block: Block) -> Markup:
    """A chart as JSON for a script element; characters that could end the element are escaped."""
    assert block.figure is not None
    made = block.figure.to_plotly_json()
    text = json.dumps(
        {"data": made["data"], "layout": made["layout"]},
        ensure_ascii=False,
        sort_keys=True,
        allow_nan=False,
        default=_plain,
    )
    return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))


def _plain(value: Any) -> Any:
    if hasattr(value, "to_plotly_json"):
        return value.to_plotly_json()
    raise TypeError(f"not plain data in a chart: {type(value).__name__}")


def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )


def render(reader: Reader) -> dict[str, bytes]:
    """Every file of the site by its path below the root.

    Raises: UsageError, SetupError as the reader does.
    """
    files: dict[str, bytes] = {}
    template = _environment().get_template("base.html")
    groups = [[make(reader) for make in makers] for makers in (REAL_PAGES, SAMPLE_PAGES)]
    for pages, other in zip(groups, (TO_SAMPLE, TO_REAL), strict=True):
        for page in pages:
            root = "../" * page.file.count("/")
            html = template.render(
                page=page,
                nav=pages,
                other=other,
                root=root,
                policy=POLICY,
                sample_zh=theme.SAMPLE_ZH,
                sample_en=theme.SAMPLE_EN,
                as_of=moment(reader.as_of),
                release=release_words(reader.release),
                released=reader.release is not None,
                publishers=theme.PUBLISHER,
                specs={b.name: _spec(b) for b in page.blocks if b.figure is not None},
                files={b.name: file_name(b.frame) for b in page.blocks},
            )
            files[page.file] = html.encode()
            files.update(_downloads(page))
    for path in sorted((HERE / "static").iterdir()):
        files[f"assets/{path.name}"] = path.read_bytes()
    files["assets/columns.csv"] = columns_csv()
    files["plotly.min.js"] = get_plotlyjs().encode()
    files[MARKER] = (
        json.dumps(
            {"made_by": "jiugai site", "release": reader.release, "as_of": reader.as_of}, sort_keys=True
        ).encode()
        + b"\n"
    )
    return files


def _downloads(page: Page) -> dict[str, bytes]:
    folder = page.file.rsplit("/", 1)[0] + "/downloads" if "/" in page.file else "downloads"
    return {f"{folder}/{file_name(block.frame)}": csv_bytes(block.frame) for block in page.blocks}


def _check_target(out: Path) -> None:
    """Only an absent or empty folder, or an earlier site of ours, may be replaced."""
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise UsageError(f"{out}: 不是文件夹，请另选目录 (not a folder; choose another)")
    if out.is_dir() and any(out.iterdir()) and not (out / MARKER).is_file():
        raise UsageError(
            f"{out}: 目录非空且不是本平台生成的站点，未作改动；请另选目录 (the folder holds other files; nothing was changed)"
        )


def write_site(home: Path, out: Path, release: str | None = None) -> list[Path]:
    """Write the whole site to `out` and return its files, sorted. Readers see the old site or the new one.

    Args:    home: the platform's home; out: target folder; release: draw this release instead of the current build.
    Raises:  UsageError when there is no build or no such release, or when `out` holds something else.
    """
    out = out.absolute()
    _check_target(out)
    with open_reader(home, release=release) as reader:
        files = render(reader)
    out.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        fresh = work / "new"
        for name, content in sorted(files.items()):
            path = fresh / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        _swap(fresh, out, work / "old")
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return sorted(out / name for name in files)


def _swap(fresh: Path, out: Path, aside: Path) -> None:
    """Two renames in one folder; if the second fails the old site goes back."""
    _check_target(out)
    had = out.exists()
    if had:
        out.replace(aside)
    try:
        fresh.replace(out)
    except OSError:
        if had:
            aside.replace(out)
        raise
