"""The static site in a real browser: drawn, readable, whole, silent, and equal to the figures it was made from."""

from __future__ import annotations

import csv
import functools
import http.server
import io
import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import openpyxl
import pytest

import filings.effects as effects
from dashboards import theme
from dashboards.site import write_site
from filings.figures import candidates, shown_value
from filings.question import Question
from filings.reader import open_reader
from ingestion.catalogue import catalogue
from ingestion.units import plain
from tests.e2e.browsing import (
    MARKS,
    MISSING_GLYPHS,
    Browser,
    check_drawn,
    check_fits,
    check_silent,
    log,
    open_browser,
    resize,
    settle,
    start_clean,
    wait,
)

NAMES = ("index", "progress", "benefit", "funds", "effects", "quality")
REAL = tuple(f"{name}.html" for name in NAMES)
SAMPLE = tuple(f"sample/{name}.html" for name in NAMES)


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
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    yield from open_browser(tmp_path_factory.mktemp("chromium"))


def visit(browser: Browser, url: str, width: int = 1280) -> None:
    """Open a page at a width and wait until its charts are drawn."""
    resize(browser, width)
    browser.get(url)
    drawn = "return document.documentElement.dataset.charts"
    wait(f"{url}: charts were not drawn", lambda: browser.execute_script(drawn) == "drawn")
    settle(browser)


# -- in the browser ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("page", REAL + SAMPLE)
def test_page_is_drawn_silent_marked_and_in_both_languages(browser: Browser, address: str, page: str) -> None:
    start_clean(browser)
    visit(browser, f"{address}/{page}")
    check_drawn(browser)
    check_fits(browser, 1280)
    check_silent(browser)
    assert browser.execute_script(MISSING_GLYPHS, theme.FONT) == []
    text = browser.execute_script("return document.body.innerText")
    english = browser.execute_script(
        "return [...document.querySelectorAll('[lang=en]')].map(e => e.textContent).join(' ')"
    )
    assert browser.execute_script("return document.documentElement.lang") == "zh-CN"
    assert sum("\u4e00" <= c <= "\u9fff" for c in text) > 150 and len(english.split()) > 60
    for block in browser.find_elements("css selector", "section.block"):
        facts = [f.text for f in block.find_elements("css selector", ".facts")]
        for words in ("截至", "as of", "发布", "release", "未发布的构建", "覆盖", "coverage", "来源", "source"):
            assert not facts or words in facts[0]
    titles = [c["title"] for c in browser.execute_script(MARKS)]
    if page in SAMPLE:
        assert all(theme.SAMPLE_ZH in t for t in titles)
        banner = browser.find_element("css selector", ".banner")
        browser.execute_script("window.scrollTo(0, document.body.scrollHeight)")
        assert theme.SAMPLE_ZH in banner.text and banner.rect["height"] > 20
        assert browser.execute_script("return arguments[0].getBoundingClientRect().top", banner) >= 0
    else:
        assert theme.SAMPLE_ZH not in browser.page_source


@pytest.mark.parametrize(("page", "width"), [*((p, 360) for p in (*REAL, *SAMPLE[1:4])), ("progress.html", 768)])
def test_page_fits_phone_and_tablet(browser: Browser, address: str, page: str, width: int) -> None:
    visit(browser, f"{address}/{page}", width)
    check_fits(browser, width)


def test_the_map_turns_into_tiles_and_back(browser: Browser, address: str) -> None:
    start_clean(browser)
    visit(browser, f"{address}/progress.html", 360)
    looks = browser.find_element("css selector", ".looks")
    tiles, map_ = (looks.find_elements("css selector", "button")[i] for i in (1, 0))
    for button, other in ((tiles, map_), (map_, tiles)):
        button.click()
        settle(browser)
        assert (button.get_attribute("aria-pressed"), other.get_attribute("aria-pressed")) == ("true", "false")
        shown = [c for c in looks.find_elements("css selector", ".chart") if c.is_displayed()]
        assert len(shown) == 1 and "未统计" in shown[0].text
    check_drawn(browser)
    check_silent(browser)


def test_a_table_is_sorted_by_its_headings(browser: Browser, address: str) -> None:
    visit(browser, f"{address}/progress.html")
    table = browser.find_element("css selector", "section[id^=provinces] table")
    button = table.find_elements("css selector", "button.sort")[1]

    def column() -> list[int]:
        cells = table.find_elements("css selector", "tbody td:nth-child(2)")
        return [int(c.text.replace(",", "")) for c in cells]

    as_made = column()
    browser.execute_script("arguments[0].click()", button)
    assert column() == sorted(as_made, reverse=True)
    browser.execute_script("arguments[0].click()", button)
    assert column() == sorted(as_made)
    browser.execute_script("arguments[0].click()", button)
    assert column() == as_made


def test_pages_open_from_a_folder_too(browser: Browser, site: Path) -> None:
    start_clean(browser)
    visit(browser, (site / "progress-370000.html").as_uri())
    check_drawn(browser)
    assert log(browser, "browser") == []


def test_printing_fits_the_paper(browser: Browser, address: str) -> None:
    visit(browser, f"{address}/progress.html")
    browser.execute_script("window.dispatchEvent(new Event('beforeprint'))")
    narrow = "return Math.max(...[...document.querySelectorAll('.main-svg')].map(s => s.getBoundingClientRect().width))"
    wait("the charts did not fit the paper", lambda: browser.execute_script(narrow) <= 660)
    browser.execute_script("window.dispatchEvent(new Event('afterprint'))")
    time.sleep(0.3)
    assert browser.execute_script(narrow) > 900


def test_a_key_figure_opens_down_to_its_cell(browser: Browser, address: str) -> None:
    visit(browser, f"{address}/index.html")
    browser.find_element("css selector", ".tiles .value a").click()
    wait("no trace", lambda: browser.find_elements("css selector", "td.marked"))
    raw = {
        row.find_elements("css selector", "td")[2].text
        for row in browser.find_elements("css selector", "#cells tbody tr")
    }
    assert {cell.text for cell in browser.find_elements("css selector", "td.marked")} <= raw
    assert "SHA-256" in browser.find_element("css selector", "#sheet .facts").text


# -- the files --------------------------------------------------------------------------------------------------------
def test_every_link_leads_to_a_file(site: Path) -> None:
    for page in site.rglob("*.html"):
        for link in set(re.findall(r'href="([^"]+)"', unescape(page.read_text()))):
            if "//" not in link and not link.startswith("#"):
                assert (page.parent / unquote(link)).resolve().is_file(), f"{page.name}: {link}"


def test_a_trace_of_samples_shows_the_sheet_of_a_return(site: Path) -> None:
    pages = [p for p in (site / "sample" / "trace").iterdir() if p.name.startswith("started_communities")]
    assert len(pages) == 4  # of 16 units: the app shows all
    for page in pages:
        html = page.read_text()
        assert html.count("<mark>") == 1 and "模拟数据（非真实填报）" in html and "模拟数据" in html[:1500]


# -- the downloads are the figures ------------------------------------------------------------------------------------
def downloads(site: Path, page: str) -> dict[str, list[dict[str, str]]]:
    """The CSV files that a page links to, by file name."""
    html = (site / page).read_text()
    found = {}
    for link in re.findall(r'class="download" href="([^"]+)"', html):
        path = (site / page).parent / unquote(link)
        if path.suffix != ".xlsx":
            found[path.name] = csv_rows(path.read_bytes())
    return found


def csv_rows(content: bytes) -> list[dict[str, str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("page", [*REAL[:5], *SAMPLE[:5], "progress-370000.html"])
def test_downloads_equal_the_figures(demo_home: Path, site: Path, page: str) -> None:
    files = downloads(site, page)
    assert files
    with open_reader(demo_home) as reader:
        for name, rows in files.items():
            assert rows, name
            if hit := re.search(
                r"effects_(\d{6})", name
            ):  # every item of an area: test_effects.py works the numbers out
                asked = effects.effects(reader, hit[1], sample=page in SAMPLE)
                assert rows == csv_rows(effects.file_of(asked, "csv"))
                continue
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
    [rows] = downloads(site, "sample/quality.html").values()
    with open_reader(demo_home) as reader:
        held = reader.rows("select form, period, unit_code, status from fct_return_status where is_sample")
    assert sorted((r["form"], r["period"], r["unit_code"], r["status"]) for r in rows) == sorted(
        (h["form"], h["period"], h["unit_code"], h["status"]) for h in held
    )
    assert all("模拟数据" in "".join(r.values()) for r in rows)


@pytest.mark.parametrize(
    ("file", "row", "arguments"),
    [
        ("模拟数据_key_figures.csv", {"indicator": "started_communities", "area_code": "110000"}, ["--sample"]),
        ("yearly_starts.csv", {"indicator": "started_communities", "period": "2020", "choice_rank": "1"}, []),
        ("funds_local_430212.csv", {"indicator": "execution_rate", "period": "2020"}, ["--programme", "local"]),
    ],
)
def test_a_download_says_what_the_command_says(
    demo_home: Path, site: Path, file: str, row: dict[str, str], arguments: list[str]
) -> None:
    [path] = [p for p in site.rglob(f"*{file}") if p.parent.name == "downloads"]
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline="")))
    found = next(r for r in rows if row.items() <= r.items())
    command = ["figure", found["indicator"], "--area", found["area_code"], "--period", found["period"]]
    command += ["--json", "--home", str(demo_home), *arguments]
    ran = subprocess.run(
        [sys.executable, "-m", "orchestration.cli", *command], capture_output=True, text=True, check=True
    )
    answer = json.loads(ran.stdout)
    assert found["value"] == str(answer["value"]) and found["obs_status"] == answer["obs_status"]
    assert found["printed"] == (answer["printed"] or "") and found["basis"] == answer["basis"]


def test_workbooks_hold_what_the_csv_files_hold(site: Path) -> None:
    path = next((site / "downloads").rglob("province_table_*.csv"))
    rows = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))
    book = openpyxl.load_workbook(path.with_suffix(".xlsx"))
    cells = [["" if v is None else str(v) for v in row] for row in book.active.iter_rows(values_only=True)]
    assert cells == rows


def test_bars_equal_the_download(browser: Browser, address: str, site: Path) -> None:
    visit(browser, f"{address}/index.html")
    drawn = browser.execute_script(
        "return document.getElementById('chart-yearly_starts').data.slice(0, 2).map(t => Array.from(t.y))"
    )
    rows = [r for r in downloads(site, "index.html")["yearly_starts.csv"] if r["choice_rank"] == "1"]
    for bars, indicator in zip(drawn, ("started_communities", "plan_communities"), strict=True):
        assert bars == [float(Decimal(r["value"]) / 10_000) for r in rows if r["indicator"] == indicator]


def test_known_figures_are_on_the_pages(site: Path) -> None:
    """A handful of printed figures, so that an empty build cannot pass."""
    started = {
        r["period"]: r
        for r in downloads(site, "index.html")["yearly_starts.csv"]
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
    [name] = [n for n in downloads(site, "progress.html") if n.startswith("province_table_")]
    provinces = downloads(site, "progress.html")[name]
    areas = list(dict.fromkeys(r["area_code"] for r in provinces))
    assert len(areas) == 32 and areas == sorted(areas) and areas[-1] == "660000"
