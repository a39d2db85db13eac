"""The static site in a real browser: drawn, readable, whole, silent, and equal to the figures it was made from."""

from __future__ import annotations

import csv
import functools
import http.server
import io
import json
import re
import threading
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

from dashboards import theme
from dashboards.site import write_site
from filings.figures import Question, candidates, open_reader, shown_value
from ingestion.catalogue import catalogue
from ingestion.units import plain

CHROMIUM, DRIVER = Path("/usr/bin/chromium"), Path("/usr/bin/chromedriver")
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
)
REAL = ("index.html", "starts.html", "benefit.html", "funds.html", "provinces.html")
SAMPLE = ("sample/index.html", "sample/progress.html", "sample/funds.html", "sample/filing.html")
WIDTHS = (360, 768, 1280)


# -- the site, a server on loopback and a browser ---------------------------------------------------------------------
@pytest.fixture(scope="module")
def site(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the current build: publications and the sample returns of 北京."""
    out = tmp_path_factory.mktemp("site") / "public"
    write_site(demo_home, out)
    return out


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Keeps the test output clean."""


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    handler = functools.partial(_Quiet, directory=str(site))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    options = Options()
    options.binary_location = str(CHROMIUM)
    for flag in FLAGS.split():
        options.add_argument(flag)
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('chromium')}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(service=Service(str(DRIVER)), options=options)
    driver.set_script_timeout(60)
    yield driver
    driver.quit()


def visit(browser: webdriver.Chrome, url: str, width: int = 1280) -> None:
    """Open a page at a width and wait until its charts are drawn."""
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    )
    browser.get(url)
    deadline = time.monotonic() + 20
    while browser.execute_script("return document.documentElement.dataset.charts") != "drawn":
        assert time.monotonic() < deadline, f"{url}: charts were not drawn"
        time.sleep(0.05)
    browser.execute_async_script("const done = arguments[0]; document.fonts.ready.then(() => setTimeout(done, 150));")


def log(browser: webdriver.Chrome, kind: str) -> list[dict[str, Any]]:
    """What the browser logged since the last call: `browser` is the console, `performance` the network."""
    entries: list[dict[str, Any]] = browser.get_log(kind)  # type: ignore[no-untyped-call]
    return entries


def requests(browser: webdriver.Chrome) -> list[tuple[str, str]]:
    """(what, url) of the requests since the last call: sent, failed or refused ones."""
    found = []
    for entry in log(browser, "performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            found.append(("sent", message["params"]["request"]["url"]))
        if message["method"] == "Network.responseReceived" and message["params"]["response"]["status"] >= 400:
            found.append(("refused", message["params"]["response"]["url"]))
    return found


# -- in the browser ---------------------------------------------------------------------------------------------------
MARKS = """
return [...document.querySelectorAll('.plotly-graph-div')].map(div => {
  const spec = JSON.parse(document.getElementById(div.id + '-spec').textContent);
  const bars = spec.data.filter(t => t.type === 'bar');
  const size = t => t.orientation === 'h' ? t.x : t.y;
  const held = bars.flatMap(t => size(t)).filter(v => v !== null && v !== 0).length;
  const drawn = [...div.querySelectorAll('.barlayer .point > path')]
    .filter(p => p.getBBox().width > 0 && p.getBBox().height > 0).length;
  const points = spec.data.filter(t => (t.mode || '').includes('markers'))
    .flatMap(t => (t.x || []).filter((x, i) => x !== null && t.y[i] !== null && t.y[i] !== undefined)).length;
  return {id: div.id, title: spec.layout.title.text, held, drawn, points,
          symbols: div.querySelectorAll('.scatterlayer path.point').length,
          images: div.querySelectorAll('.heatmaplayer image').length,
          heat: spec.data.filter(t => t.type === 'heatmap').length,
          shown: div.getBoundingClientRect().height > 200};
});
"""
CLIPPED = """
const bad = [];
for (const div of document.querySelectorAll('.plotly-graph-div')) {
  const box = div.getBoundingClientRect();
  for (const text of div.querySelectorAll('.main-svg text')) {
    const r = text.getBoundingClientRect();
    const aside = r.left < box.left - 1 || r.right > box.right + 1;
    if (r.width && (aside || r.top < box.top - 1 || r.bottom > box.bottom + 1)) bad.push(div.id + ': ' + text.textContent);
  }
  for (const kind of ['.xtick text', '.x2tick text', '.ytick text', '.y2tick text', '.legendtext']) {
    const lines = [...div.querySelectorAll(kind)].flatMap(t => t.children.length ? [...t.children] : [t]);
    const boxes = lines.map(t => [t.textContent, t.getBoundingClientRect()]);
    for (let i = 0; i < boxes.length; i++) for (let j = i + 1; j < boxes.length; j++) {
      const [a, b] = [boxes[i][1], boxes[j][1]];
      const w = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const h = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (w > 2 && h > 3) bad.push(div.id + ': ' + boxes[i][0] + ' over ' + boxes[j][0]);
    }
  }
}
return bad;
"""
MISSING_GLYPHS = """
const canvas = document.createElement('canvas'); canvas.width = canvas.height = 40;
const pen = canvas.getContext('2d', {willReadFrequently: true});
pen.font = '24px ' + arguments[0];
const picture = c => {
  pen.clearRect(0, 0, 40, 40); pen.fillText(c, 4, 30);
  return pen.getImageData(0, 0, 40, 40).data.join();
};
const nothing = picture('\\u0378');  // an unassigned code point draws the sign of a missing glyph
const svg = [...document.querySelectorAll('svg text')].map(t => t.textContent).join('');
const seen = new Set([...document.body.textContent, ...svg].filter(c => c.trim() && c.codePointAt(0) > 32));
return [...seen].filter(c => picture(c) === nothing);
"""


@pytest.mark.parametrize("page", REAL + SAMPLE)
def test_page_is_drawn_without_error_or_outside_request(browser: webdriver.Chrome, address: str, page: str) -> None:
    browser.get("about:blank")
    requests(browser)
    log(browser, "browser")
    visit(browser, f"{address}/{page}")
    charts = browser.execute_script(MARKS)
    assert charts
    for chart in charts:
        assert chart["shown"] and chart["held"] + chart["points"] + chart["heat"] > 0, f"{chart['id']} is blank"
        assert chart["drawn"] == chart["held"], f"{chart['id']}: {chart['held']} bars, {chart['drawn']} drawn"
        assert chart["symbols"] >= chart["points"] and chart["images"] == chart["heat"], chart["id"]
    assert log(browser, "browser") == []
    made = requests(browser)
    web = [(what, url) for what, url in made if urlsplit(url).scheme in ("http", "https", "ws", "wss")]
    assert f"{address}/{page}" in [url for _, url in web]
    assert [r for r in web if r[0] == "refused" or urlsplit(r[1]).hostname != "127.0.0.1"] == []
    assert browser.execute_script(MISSING_GLYPHS, theme.FONT) == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("page", REAL + SAMPLE)
def test_page_fits_phone_tablet_and_desk(browser: webdriver.Chrome, address: str, page: str, width: int) -> None:
    visit(browser, f"{address}/{page}", width)
    wide = browser.execute_script("return document.documentElement.scrollWidth")
    assert wide <= width
    assert browser.execute_script(CLIPPED) == []


def test_pages_open_from_a_folder_too(browser: webdriver.Chrome, site: Path) -> None:
    browser.get("about:blank")
    log(browser, "browser")
    visit(browser, (site / "starts.html").as_uri())
    assert browser.execute_script(MARKS)[0]["drawn"] == 14
    assert log(browser, "browser") == []


def test_printing_fits_the_paper(browser: webdriver.Chrome, address: str) -> None:
    visit(browser, f"{address}/starts.html")
    browser.execute_script("window.dispatchEvent(new Event('beforeprint'))")
    narrow = "return Math.max(...[...document.querySelectorAll('.main-svg')].map(s => s.getBoundingClientRect().width))"
    assert browser.execute_script(narrow) <= 660
    browser.execute_script("window.dispatchEvent(new Event('afterprint'))")
    time.sleep(0.3)
    assert browser.execute_script(narrow) > 900


# -- what the pages say -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("page", REAL + SAMPLE)
def test_page_speaks_both_languages_and_marks_samples(browser: webdriver.Chrome, address: str, page: str) -> None:
    visit(browser, f"{address}/{page}")
    text = browser.execute_script("return document.body.innerText")
    english = browser.execute_script(
        "return [...document.querySelectorAll('[lang=en]')].map(e => e.textContent).join(' ')"
    )
    assert browser.execute_script("return document.documentElement.lang") == "zh-CN"
    assert sum("\u4e00" <= c <= "\u9fff" for c in text) > 150 and len(english.split()) > 60
    titles = [c["title"] for c in browser.execute_script(MARKS)]
    if page in SAMPLE:
        assert all(theme.SAMPLE_ZH in t for t in titles)
        banner = browser.find_element("css selector", ".banner")
        browser.execute_script("window.scrollTo(0, document.body.scrollHeight)")
        assert theme.SAMPLE_ZH in banner.text and banner.rect["height"] > 20
        assert browser.execute_script("return arguments[0].getBoundingClientRect().top", banner) >= 0
    else:
        assert theme.SAMPLE_ZH not in browser.page_source


@pytest.mark.parametrize("page", REAL + SAMPLE)
def test_every_chart_has_its_facts_table_and_download(browser: webdriver.Chrome, address: str, page: str) -> None:
    visit(browser, f"{address}/{page}")
    blocks = browser.find_elements("css selector", "section.block")
    assert blocks
    for block in blocks:
        facts = block.find_element("css selector", ".facts").text
        for words in ("截至", "as of", "发布", "release", "未发布的构建", "覆盖", "coverage", "来源", "source"):
            assert words in facts
        assert block.find_elements("css selector", "a.download") and block.find_elements(
            "css selector", "table caption"
        )


# -- the downloads are the figures ------------------------------------------------------------------------------------
def downloads(site: Path, page: str) -> dict[str, list[dict[str, str]]]:
    """The CSV files that a page links to, by file name."""
    html = (site / page).read_text()
    found = {}
    for link in re.findall(r'class="download" href="([^"]+)"', html):
        path = (site / page).parent / unquote(link)
        content = path.read_bytes()
        assert content.startswith(b"\xef\xbb\xbf")
        found[path.name] = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    return found


@pytest.mark.parametrize("page", [*REAL, *SAMPLE[:3]])
def test_downloads_equal_the_figures(demo_home: Path, site: Path, page: str) -> None:
    files = downloads(site, page)
    assert files
    with open_reader(demo_home) as reader:
        for name, rows in files.items():
            assert rows, name
            for row in rows:
                dims = {row["dim_name"]: row["dim_code"]} if row["dim_name"] else {}
                sample = page in SAMPLE
                question = Question(
                    row["indicator"],
                    row["area_code"],
                    row["period"],
                    dims,
                    row["programme"],
                    row["accum"] == "flow",
                    sample,
                )
                answers = candidates(reader, question)
                if not row["value"]:
                    assert not answers and row["obs_status"] in ("L", "M") and row["reason_zh"], row
                    continue
                [held] = [a for a in answers if a["choice_rank"] == int(row["choice_rank"])]
                assert row["value"] == plain(shown_value(held, catalogue().indicator(row["indicator"])))
                assert row["printed"] == (held["printed"] or "") and row["source_id"] == (held["source_id"] or "")
                assert row["units_reported"] == str(held["units_reported"]) and row["release"] == ""
                assert row["as_of"] == reader.as_of and row["source_kind"] == ("sample" if sample else "publication")
                assert ("模拟数据" in "".join(row.values())) is sample


def test_filing_download_is_the_return_status(demo_home: Path, site: Path) -> None:
    [rows] = downloads(site, "sample/filing.html").values()
    with open_reader(demo_home) as reader:
        held = reader.rows("select form, period, unit_code, status from fct_return_status where is_sample")
    assert sorted((r["form"], r["period"], r["unit_code"], r["status"]) for r in rows) == sorted(
        (h["form"], h["period"], h["unit_code"], h["status"]) for h in held
    )
    assert all("模拟数据" in "".join(r.values()) for r in rows)


def test_bars_equal_the_download(browser: webdriver.Chrome, address: str, site: Path) -> None:
    visit(browser, f"{address}/starts.html")
    drawn = browser.execute_script(
        "return document.getElementById('chart-yearly_starts').data.slice(0, 2).map(t => t.y)"
    )
    rows = [r for r in downloads(site, "starts.html")["yearly_starts.csv"] if r["choice_rank"] == "1"]
    for bars, indicator in zip(drawn, ("started_communities", "plan_communities"), strict=True):
        assert bars == [float(Decimal(r["value"]) / 10_000) for r in rows if r["indicator"] == indicator]


def test_known_figures_are_on_the_pages(site: Path) -> None:
    """A handful of printed figures, so that an empty build cannot pass."""
    started = {
        r["period"]: r
        for r in downloads(site, "starts.html")["yearly_starts.csv"]
        if r["choice_rank"] == "1" and r["indicator"] == "started_communities"
    }
    assert [started[str(y)]["value"] for y in range(2019, 2026)] == [
        "19000", "40279", "55600", "52500", "53700", "58000", "27100"]  # fmt: skip
    benefit = {
        r["period"]: r["value"]
        for r in downloads(site, "benefit.html")["benefited_households.csv"]
        if r["choice_rank"] == "1"
    }
    assert benefit["2024"] == "" and benefit["2023"] == "8970000"
    funds = (site / "funds.html").read_text()
    assert "33.43%" in funds and "100%" in funds and "80.20%" in funds and "43.26%" in funds
    provinces = downloads(site, "provinces.html")["province_table_2023-09.csv"]
    assert sum(int(r["value"]) for r in provinces if r["indicator"] == "started_communities") == 51294
    assert provinces[-1]["area_code"] == "660000"
