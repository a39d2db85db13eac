"""The Dash app: the pages of the registry with filters, every one of them kept in the address. Loopback only.

Data is read for each request from a finished build or a release, opened read-only; what was made of it is kept by the
edition's id, so that a new build is seen at once and nothing is held at module level. Ministry audience: it shows
unreleased builds and gives out originals. Not here: what a page holds (pages/), its markup (markup.py, components.py).
"""

from __future__ import annotations

import io
import logging
import re
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import flask
from dash import ALL, ClientsideFunction, Dash, Input, Output, State, callback_context, dcc, html, no_update

from dashboards import files, theme
from dashboards.components import component, components
from dashboards.data import choices
from dashboards.downloads import FORMATS, columns_csv, content, file_name
from dashboards.filters import filter_bar, view_from
from dashboards.markup import banner_nodes, foot_nodes, head_nodes, main_nodes, node
from dashboards.pages import registry
from dashboards.pages._page import Page
from dashboards.theme import Words
from dashboards.view import BadView, View, lang_of, parse_view
from filings.reader import Reader, open_reader
from ingestion.archive import Archive
from ingestion.catalogue import catalogue
from ingestion.errors import JiugaiError
from ingestion.register import Register
from quality.warehouse import current_build

STATIC = Path(__file__).resolve().parent / "pages" / "static"
KEPT = 60  # pages held in memory
HOSTS = {"127.0.0.1", "localhost", "::1"}
MIME = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


class Pages:
    """Pages by edition and view. One is made at a time: the threads of the server share what is kept."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, View], tuple[Page, Any]] = OrderedDict()

    def edition(self, view: View) -> str:
        """What the figures of a view come from: a release never changes, a build goes with the state of the register."""
        if view.release:
            return view.release
        made = current_build(self.home)
        register = Register(self.home)
        try:
            return f"{made.build_id}@{register.watermark}"
        finally:
            register.close()

    @contextmanager
    def reader(self, view: View) -> Iterator[Reader]:
        choices.check_release(self.home, view)
        with open_reader(self.home, release=view.release or None) as reader:
            yield reader

    def of(self, view: View) -> tuple[Page, Any]:
        """The page and its filter bar. Raises JiugaiError when it cannot be made."""
        with self._lock:
            choices.check_release(self.home, view)
            key = (self.edition(view), view)
            if key not in self._kept:
                with self.reader(view) as reader:
                    page = registry.make(reader, view)
                    self._kept[key] = page, filter_bar(reader, page.view)
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return self._kept[key]

    def file(self, view: View, name: str, suffix: str) -> bytes:
        """A file that is made when asked for; nothing of it is kept. Raises JiugaiError."""
        with self._lock, self.reader(view) as reader:
            return files.file_bytes(reader, view, name, suffix)


# -- what is shown ----------------------------------------------------------------------------------------------------
def _message(words: Words, view: View) -> list[Any]:
    """A page that says what is wrong with an address, in both languages, and leads back."""
    back = dcc.Link("总览 Overview" if view.lang == "zh" else "Overview", href=View(lang=view.lang).address)
    other = html.P(words.zh if view.lang == "en" else words.en, className="question")
    main = html.Main(
        [html.H1(words.en if view.lang == "en" else words.zh), other, html.P(back)], className="wrap message", id="main"
    )
    return [component(head_nodes(registry.NAV, view.with_(page="", area="", period="", release=""))), main]


def _shown(pages: Pages, path: str, search: str) -> tuple[list[Any], dict[str, Any]]:
    """The body of an address, and what the browser's window is to say."""
    lang = lang_of(search)
    try:
        view = parse_view(path, search, catalogue())
        page, bar = pages.of(view)
    except JiugaiError as error:
        words = error.words if isinstance(error, BadView) else _both(str(error))
        return _message(words, View(lang=lang)), {"title": words.text(lang), "lang": lang, "sample": False}
    columns = node("a", "columns.csv", href="/columns.csv", download="columns.csv")
    body = [
        *components(banner_nodes(page.is_sample, lang)),
        component(head_nodes(registry.NAV, view)),
        bar,
        component(main_nodes(page)),
        component(foot_nodes(page.as_of, view.release or None, lang, columns)),
    ]
    mark = f"【{theme.SAMPLE_ZH}】" if page.is_sample else ""
    return body, {"title": f"{mark}{page.title.text(lang)} · jiugai", "lang": lang, "sample": page.is_sample}


def _both(text: str) -> Words:
    """The two languages of an error's line."""
    hit = re.fullmatch(r"(.*?)\s*\(([^()]*)\)", text, re.S)
    return Words(hit[1], hit[2]) if hit else Words(text, text)


def make_app(home: Path) -> Dash:
    """The app on a home. Everything it loads is served by itself."""
    app = Dash(
        "jiugai",
        assets_folder=str(STATIC),
        assets_ignore=r"charts\.js",
        serve_locally=True,
        update_title="",
        title="旧改统计 jiugai",
        suppress_callback_exceptions=True,
    )
    app.index_string = INDEX
    pages = Pages(home)
    app.layout = html.Div(
        [
            dcc.Location(id="address", refresh=False),
            html.A("跳到正文 Skip to content", href="#main", className="skip"),
            html.Div(id="body"),
            dcc.Store(id="window"),
            dcc.Store(id="told"),
        ]
    )

    @app.callback(
        Output("body", "children"), Output("window", "data"), Input("address", "pathname"), Input("address", "search")
    )
    def show(path: str | None, search: str | None) -> tuple[list[Any], dict[str, Any]]:
        return _shown(pages, path or "/", search or "")

    @app.callback(
        Output("address", "pathname"),
        Output("address", "search"),
        Input({"filter": ALL}, "value"),
        State({"filter": ALL}, "id"),
        State("address", "pathname"),
        State("address", "search"),
        prevent_initial_call=True,
    )
    def choose(values: list[Any], ids: list[dict[str, str]], path: str | None, search: str | None) -> tuple[Any, Any]:
        changed = [t["prop_id"] for t in callback_context.triggered]
        given = {i["filter"]: v for i, v in zip(ids, values, strict=True)}
        try:
            view = parse_view(path or "/", search or "", catalogue())
            page, _ = pages.of(view)
        except JiugaiError:
            return no_update, no_update
        wanted = view_from(page.view, given) if changed else None
        if wanted is None or wanted == page.view:
            return no_update, no_update
        return urlsplit(wanted.address).path, wanted.search

    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("jiugai", "window"), Output("told", "data"), Input("window", "data")
    )
    _routes(app.server, pages)
    _guard(app)
    return app


# -- files and the guard ----------------------------------------------------------------------------------------------
def _attached(data: bytes, mime: str, name: str) -> flask.Response:
    return flask.send_file(io.BytesIO(data), mimetype=mime, as_attachment=True, download_name=name, max_age=0)


def _routes(server: flask.Flask, pages: Pages) -> None:
    @server.get("/healthz")
    def healthz() -> str:
        return "ok"

    @server.get("/columns.csv")
    def columns() -> flask.Response:
        return _attached(columns_csv(), MIME["csv"], "columns.csv")

    @server.get("/download/<page>/<path:file>")
    def download(page: str, file: str) -> flask.Response:
        """The numbers of one block of a view, as its page shows them, or a file that a block offers."""
        block, _, suffix = file.rpartition(".")
        query = flask.request.query_string.decode("ascii", "replace")
        try:
            view = parse_view(f"/{page}", query, catalogue())
            made, _bar = pages.of(view)
            if suffix in FORMATS and any(b.file == block for b in made.blocks if b.file):
                return _attached(
                    pages.file(made.view, block, suffix), MIME[suffix], files.file_name(made.view, block, suffix)
                )
        except JiugaiError as error:
            return flask.Response(f"{error}\n", 400, mimetype="text/plain")
        found = next((b for b in made.blocks if b.name == block and b.frame is not None), None)
        if found is None or found.frame is None or suffix not in FORMATS:
            return flask.Response("没有这个下载 (no such download)\n", 404, mimetype="text/plain")
        return _attached(content(found.frame, suffix), MIME[suffix], file_name(found.frame, suffix))

    @server.get("/original/<sha256>")
    def original(sha256: str) -> flask.Response:
        """An archived workbook under its hash; never opened by the browser as a page."""
        archive = Archive(pages.home)
        path = archive.path(sha256) if re.fullmatch(r"[0-9a-f]{64}", sha256) else None
        if path is None:
            return flask.Response("没有这个原件 (no such original)\n", 404, mimetype="text/plain")
        return _attached(archive.read(sha256), "application/octet-stream", path.name)


def _guard(app: Dash) -> None:
    """Refuses other hosts' names (a web page that points its own name at this machine); nothing loads from outside."""
    policy: list[str] = []

    def known_host() -> flask.Response | None:
        name = urlsplit(f"//{flask.request.host}").hostname
        return None if name in HOSTS else flask.Response("unknown host\n", 403, mimetype="text/plain")

    def headers(response: flask.Response) -> flask.Response:
        if not policy:  # the hashes are known once every callback is
            policy.append(
                f"default-src 'none'; script-src 'self' {' '.join(app.csp_hashes())}; style-src 'self' 'unsafe-inline'; "
                "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; "
                "form-action 'none'; frame-ancestors 'none'"
            )
        response.headers["Content-Security-Policy"] = policy[0]
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    app.server.before_request(known_host)
    app.server.after_request(headers)


INDEX = """<!DOCTYPE html>
<html lang="zh-CN">
<head>
{%metas%}
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{%title%}</title>
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
{%css%}
</head>
<body>
{%app_entry%}
<footer>{%config%}{%scripts%}{%renderer%}</footer>
</body>
</html>
"""


def serve(home: Path, port: int) -> None:
    """Serve the app on this machine alone until it is interrupted."""
    import waitress

    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a page asks for ten files at once; that is no warning
    waitress.serve(make_app(home).server, host="127.0.0.1", port=port, threads=8, ident="jiugai")
