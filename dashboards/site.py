"""The static site: pages, charts, downloads and one plotly.js, written whole and swapped in. No outside host.

A simple subset of what the app shows: the widest area at its latest period, every province's progress, every measure of
the map, and the traces of the headline figures. Belongs here: which pages there are, their files, and the swap. Not here:
figures, words, queries, markup. The same data gives the same bytes: fixed chart ids, no clock.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from markupsafe import Markup
from plotly.offline import get_plotlyjs

from dashboards import files as made_files
from dashboards import theme
from dashboards.data import choices, reading
from dashboards.data import progress as starts
from dashboards.data.reading import STARTED
from dashboards.downloads import FORMATS, columns_csv, content, file_name
from dashboards.html import Places, all_written
from dashboards.markup import CONFIG, banner_nodes, foot_nodes, head_nodes, main_nodes, node
from dashboards.pages import registry, trace
from dashboards.pages._page import Page
from dashboards.template import PAGES, template
from dashboards.view import View
from filings.reader import Reader, open_reader
from ingestion.errors import UsageError

MARKER = ".jiugai-site"
LEFT_OUT = "ledger"  # rows by the ten thousand: the app and the command give them
SHEETS = 4  # of a figure summed from many returns; the app shows all
ASSETS = ("charts.js", "icon.svg", "site.css", "tables.js")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'none'; base-uri 'none'; form-action 'none'"
)


class _Site:
    """The pages of one reader: what a view's file is called, and which files there are."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.template = template("base.html")
        self.tops = {sample: starts.top_area(reader, sample) for sample in (False, True)}
        self.pages: dict[str, tuple[View, Page]] = {}
        for view in self._wanted():
            self.pages[self.file_of(view)] = view, registry.make(reader, view)
        if reader.release is None:
            for traced in self._headlines():
                figure = trace.Traced(reader, traced)
                for view in (traced.with_(at=n) for n in figure.sheets(SHEETS)):
                    self.pages[self.file_of(view)] = view, figure.page(view)

    def file_of(self, view: View) -> str:
        """The file of a view below the root. The period is the latest one, so it is in the name of traces alone."""
        folder = "sample/" if view.sample else ""
        if view.page == "trace":
            parts = [view.indicator, view.area, view.period, view.dim, view.programme, "flow" if view.flow else ""]
            name = "-".join(p for p in [*parts, str(view.at) if view.at else ""] if p)
            return f"{folder}trace/{name.replace('/', '_').replace('=', '_')}.html"
        name = "index" if view.page == "overview" else view.page
        place = "" if view.area in ("", self.tops[view.sample]) else f"-{view.area}"
        return f"{folder}{name}{place}{'-' + view.measure if view.measure else ''}.html"

    def _wanted(self) -> Iterator[View]:
        release = self.reader.release or ""
        for sample in (False, True):
            base = View(sample=sample, release=release)
            yield from (base.to(page) for page, _ in registry.NAV)
            progress = choices.resolved(self.reader, base.to("progress"))
            for measure in starts.measures_at(self.reader, progress.period, sample):
                yield base.to("progress").with_(measure=measure)
            held = reading.areas_with(self.reader, [STARTED], sample)
            for area in (a for a in reading.provinces(self.reader) if a in held and a != self.tops[sample]):
                yield base.to("progress").with_(area=area)

    def _headlines(self) -> list[View]:
        """The traces of the key figures, of the years of starts, and of what the reconciliation found worst."""
        found: list[View | None] = []
        for _, page in self.pages.values():
            if page.view.page == "overview":
                found += [tile.to for tile in page.tiles]
                tables = [b.table for b in page.blocks if b.name == "yearly_starts" and b.table]
                found += [cell.to for table in tables for row in table.rows for cell in row]
            if (
                page.view.page == "reconciliation"
            ):  # verdicts that sort first: differs, revised; the app opens every row
                worst = [row for b in page.blocks if b.table for row in b.table.rows if row[1].sort == "0"]
                found += [cell.to for row in worst for cell in row]
        return list(dict.fromkeys(view for view in found if view is not None))

    def href(self, view: View, root: str) -> str | None:
        """The file of a view relative to a page; None where the site has no such page."""
        if view.release != (self.reader.release or "") or view.lang != "zh":
            return None
        name = self.file_of(view)
        return f"{root}{name}" if name in self.pages else None

    def written(self, file: str) -> bytes:
        """One page. The looks of a map are all in it, so the address needs no choice."""
        asked, page = self.pages[file]
        root = "../" * file.count("/")
        downloads = f"{root}{_downloads_folder(page)}"
        places = Places(
            lambda view: self.href(view.with_(map="map"), root),
            lambda d: None if d.block == LEFT_OUT else f"{downloads}{d.file}",
        )
        lang = page.view.lang
        columns = node("a", "columns.csv", href=f"{root}assets/columns.csv", download="columns.csv")
        body = all_written(
            [
                *banner_nodes(page.is_sample, lang),
                head_nodes(registry.NAV, asked),
                main_nodes(page),
                foot_nodes(page.as_of, self.reader.release, lang, columns),
            ],
            places,
        )
        mark = f"【{theme.SAMPLE_ZH}】" if page.is_sample else ""
        html = self.template.render(
            title=f"{mark}{page.title.text(lang)} · 旧改统计 jiugai",
            root=root,
            policy=POLICY,
            sample=page.is_sample,
            charts=any(b.figure is not None or b.looks for b in page.blocks),
            config=json.dumps(CONFIG),
            body=Markup(body),
        )
        return html.encode()


def _downloads_folder(page: Page) -> str:
    """Downloads of a page: those of a province apart, since the charts have the same names."""
    area = f"{page.view.area}/" if page.view.page == "progress" else ""
    return f"{'sample/' if page.is_sample else ''}downloads/{area}"


def render(reader: Reader) -> dict[str, bytes]:
    """Every file of the site by its path below the root.

    Raises: UsageError, SetupError as the reader does.
    """
    files: dict[str, bytes] = {}
    site = _Site(reader)
    for file, (_, page) in site.pages.items():
        files[file] = site.written(file)
        for block in page.blocks:
            for suffix in FORMATS if block.frame is not None else ():
                assert block.frame is not None
                files[_downloads_folder(page) + file_name(block.frame, suffix)] = content(block.frame, suffix)
            for suffix in FORMATS if block.file not in ("", LEFT_OUT) else ():
                name = made_files.file_name(page.view, block.file, suffix)
                files[_downloads_folder(page) + name] = made_files.file_bytes(reader, page.view, block.file, suffix)
    for name in ASSETS:
        files[f"assets/{name}"] = (PAGES / "static" / name).read_bytes()
    files["assets/columns.csv"] = columns_csv()
    files["plotly.min.js"] = get_plotlyjs().encode()
    files[MARKER] = (
        json.dumps(
            {"made_by": "jiugai site", "release": reader.release, "as_of": reader.as_of}, sort_keys=True
        ).encode()
        + b"\n"
    )
    return files


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
