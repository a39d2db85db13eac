"""The app as people run it, `jiugai serve`, in a real browser: filters in the address, back, traces, both languages."""

from __future__ import annotations

import csv
import io
import json
import socket
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import openpyxl
import pytest
from selenium.webdriver.common.by import By

from dashboards import theme
from filings.reader import open_reader
from ingestion.archive import Archive
from tests.e2e.browsing import (
    MARKS,
    Browser,
    check_drawn,
    check_fits,
    check_silent,
    open_browser,
    resize,
    settle,
    start_clean,
    wait,
)

TRACE = "/trace?area=110000&period=2023-09&indicator=started_communities&data=sample"
NATION = "/trace?area=000000&period=2023-09&indicator=started_communities"


@contextmanager
def served(home: Path) -> Iterator[str]:
    """The address of `jiugai serve` on a home."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "orchestration.cli", "serve", "--home", str(home), "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    address = f"http://127.0.0.1:{port}"

    def is_up() -> bool:
        assert process.poll() is None, process.stdout.read() if process.stdout else ""
        try:
            return bool(fetch(f"{address}/healthz")[1] == b"ok")
        except OSError:
            return False

    try:
        wait("the app did not start", is_up, 60)
        yield address
    finally:
        process.terminate()
        process.communicate(timeout=20)


def fetch(url: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read(), dict(answer.headers)
    except urllib.error.HTTPError as error:
        return error.code, error.read(), dict(error.headers)


@pytest.fixture(scope="module")
def app(demo_home: Path) -> Iterator[str]:
    with served(demo_home) as address:
        yield address


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    yield from open_browser(tmp_path_factory.mktemp("chromium"))


def shown(browser: Browser, address: str) -> None:
    """Wait until an address is what the page shows, with its charts drawn."""
    ready = """
      const graphs = [...document.querySelectorAll('.dash-graph')];
      return document.documentElement.dataset.shown === arguments[0] && !!document.querySelector('main')
        && graphs.every(g => g.querySelector('.main-svg'));"""
    wait(f"{address} is not shown", lambda: browser.execute_script(ready, address))
    settle(browser)


def visit(browser: Browser, app: str, address: str, width: int = 1280) -> None:
    resize(browser, width)
    browser.get(app + address)
    shown(browser, address)


def choose(browser: Browser, name: str, words: str) -> None:
    """Set a filter as a person does."""
    control = browser.find_element(By.CSS_SELECTOR, f".filter-{name} button, .filter-{name} [role=combobox]")
    control.click()
    options = "[role=option], .dash-dropdown-option"
    wait(f"no options of {name}", lambda: browser.find_elements(By.CSS_SELECTOR, options))
    next(o for o in browser.find_elements(By.CSS_SELECTOR, options) if words in o.text).click()


# -- every page -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("data", "lang", "width", "page"),
    [
        ("real", "zh", 1280, "/"),
        ("real", "zh", 360, "/progress"),
        ("real", "zh", 768, "/benefit"),
        ("real", "zh", 360, "/effects"),
        ("real", "en", 1280, "/progress"),
        ("real", "en", 768, "/reconciliation"),
        ("sample", "zh", 360, "/funds"),
        ("sample", "en", 360, "/"),
        ("sample", "en", 1280, "/effects"),
        ("sample", "zh", 768, "/quality"),
    ],
)
def test_page_is_drawn_silent_and_marked(
    browser: Browser, app: str, data: str, lang: str, width: int, page: str
) -> None:
    parts = ["data=sample"] if data == "sample" else []
    parts += ["lang=en"] if lang == "en" else []
    address = page + ("?" + "&".join(parts) if parts else "")
    start_clean(browser)
    visit(browser, app, address, width)
    check_drawn(browser)
    check_fits(browser, width)
    check_silent(browser)
    assert browser.execute_script("return document.documentElement.lang") == ("en" if lang == "en" else "zh-CN")
    text = browser.find_element(By.CSS_SELECTOR, "main").text
    chinese = sum("\u4e00" <= c <= "\u9fff" for c in text)
    assert chinese > 150 if lang == "zh" else len(text.split()) > 60
    titles = [c["title"] for c in browser.execute_script(MARKS)]
    banners = browser.find_elements(By.CSS_SELECTOR, ".banner")
    assert bool(banners) is (data == "sample") and all((theme.SAMPLE_ZH in t) is (data == "sample") for t in titles)
    assert (theme.SAMPLE_ZH in browser.title) is (data == "sample")


# -- filters ----------------------------------------------------------------------------------------------------------
def test_filters_are_kept_in_the_address_and_back_goes_back(browser: Browser, app: str) -> None:
    visit(browser, app, "/progress")
    choose(browser, "area", "山东")
    wait("no area", lambda: "area=370000" in browser.current_url)
    first = browser.execute_script("return location.pathname + location.search")
    shown(browser, first)
    assert "山东" in browser.find_element(By.CSS_SELECTOR, ".question").text
    choose(browser, "lang", "English")
    wait("no language", lambda: "lang=en" in browser.current_url)
    second = browser.execute_script("return location.pathname + location.search")
    shown(browser, second)
    assert "area=370000" in second and "Shandong" in browser.find_element(By.CSS_SELECTOR, ".question").text
    browser.find_element(By.LINK_TEXT, "Benefit").click()
    wait("no other page", lambda: "/benefit" in browser.current_url)
    assert "area=370000" in browser.current_url and "lang=en" in browser.current_url
    browser.back()
    shown(browser, second)
    browser.back()
    shown(browser, first)
    assert "山东" in browser.find_element(By.CSS_SELECTOR, ".question").text
    browser.forward()
    shown(browser, second)


def test_a_shared_address_shows_the_same_view(browser: Browser, app: str) -> None:
    visit(browser, app, "/progress?area=000000&period=2022&measure=started_communities&map=tiles&lang=en")
    assert browser.find_element(By.CSS_SELECTOR, ".tabs .chosen").text == "Tiles"
    [title] = [c["title"] for c in browser.execute_script(MARKS) if "tiles" in c["title"].lower()]
    assert "2022" in title and "started" in title
    browser.find_element(By.LINK_TEXT, "Map").click()
    wait("no map", lambda: "map=tiles" not in browser.current_url)
    shown(browser, browser.execute_script("return location.pathname + location.search"))
    assert "period=2022" in browser.current_url and "measure=started_communities" in browser.current_url
    check_drawn(browser)


def test_going_to_samples_starts_at_their_own_area(browser: Browser, app: str) -> None:
    visit(browser, app, "/progress?area=370000")
    choose(browser, "data", theme.SAMPLE_ZH)
    wait("no samples", lambda: "data=sample" in browser.current_url)
    shown(browser, "/progress?data=sample")
    assert "北京" in browser.find_element(By.CSS_SELECTOR, ".question").text


@pytest.mark.parametrize(
    ("address", "zh", "en"),
    [
        ("/progress?area=999999", "没有地区代码", "no area code"),
        ("/progress?period=2023-99&lang=en", "报告期", "is not understood"),
        ("/progress?release=none", "没有发布", "no release"),
        ("/nowhere", "没有页面", "no page"),
        (f"/progress?area={quote('<script>window.pwned=1</script>')}", "没有地区代码", "no area code"),
        (f"{NATION}&at=9999", "单元格", "cells only"),
    ],
)
def test_a_bad_address_gets_a_message_in_both_languages(
    browser: Browser, app: str, address: str, zh: str, en: str
) -> None:
    start_clean(browser)
    visit(browser, app, address)
    text = browser.find_element(By.CSS_SELECTOR, "main").text
    assert zh in text and en in text and "Traceback" not in browser.page_source
    assert browser.execute_script("return window.pwned") is None
    check_silent(browser)


# -- traces -----------------------------------------------------------------------------------------------------------
def test_every_number_of_a_table_opens_its_trace_with_the_cell_marked(browser: Browser, app: str) -> None:
    visit(browser, app, "/progress?data=sample&period=2023-09")
    link = browser.find_element(By.CSS_SELECTOR, "#unit_progress td.number a")
    value = link.text
    browser.execute_script("arguments[0].click()", link)
    wait("no trace", lambda: browser.find_elements(By.CSS_SELECTOR, "td.marked"))
    assert "/trace" in browser.current_url and "data=sample" in browser.current_url
    assert browser.find_element(By.CSS_SELECTOR, "td.marked").text == value
    assert browser.find_element(By.CSS_SELECTOR, ".banner").is_displayed()


def test_the_marked_cell_of_every_contribution_shows_its_raw_value(browser: Browser, app: str) -> None:
    visit(browser, app, TRACE)
    rows = browser.find_elements(By.CSS_SELECTOR, "#cells tbody tr")
    assert len(rows) == 16
    cell = rows[5].find_element(By.CSS_SELECTOR, "th a")
    place, raw = cell.text.rpartition("!")[2], rows[5].find_elements(By.CSS_SELECTOR, "td")[2].text
    cell.click()
    wait("no other sheet", lambda: "at=5" in browser.current_url)
    shown(browser, browser.execute_script("return location.pathname + location.search"))
    [marked] = browser.find_elements(By.CSS_SELECTOR, "td.marked")
    assert marked.text == raw and marked.get_attribute("data-cell") == place
    heads = [h.text for h in browser.find_elements(By.CSS_SELECTOR, "table.sheet thead th")]
    assert heads[:4] == ["", "A", "B", "C"]


def test_a_table_that_makes_a_figure_is_marked_in_all_its_cells(browser: Browser, app: str) -> None:
    start_clean(browser)
    visit(browser, app, NATION, 360)
    marked = browser.find_elements(By.CSS_SELECTOR, "td.marked")
    assert len(marked) == 32 and sum(int(m.text) for m in marked) == 51294
    check_fits(browser, 360)
    check_silent(browser)


def test_hostile_text_of_a_workbook_stays_text(
    browser: Browser, demo_home: Path, copy_of: Callable[[Path], Path], tmp_path: Path
) -> None:
    """The original behind a figure holds markup in its cells: it is shown, and nothing of it runs."""
    home = copy_of(demo_home)
    hostile = "<script>window.pwned=1</script><img src=x onerror='window.pwned=2'>"
    with sqlite3.connect(home / "register.db") as register:
        [(submission, sha)] = register.execute(
            "select submission_id, sha256 from submissions where unit_code='110101' and period='2023-09' and form='J2'"
            " and status='accepted' order by seq desc limit 1"
        ).fetchall()
        book = openpyxl.load_workbook(Archive(home).path(sha))
        book.worksheets[0]["B8"] = hostile
        book.save(tmp_path / "hostile.xlsx")
        changed = Archive(home).keep((tmp_path / "hostile.xlsx").read_bytes(), ".xlsx")
        register.execute("update submissions set sha256=? where submission_id=?", (changed, submission))
    with served(home) as app:
        start_clean(browser)
        visit(browser, app, TRACE.replace("110000", "110101"))
        assert hostile in browser.find_element(By.CSS_SELECTOR, "table.sheet").text
        assert browser.execute_script("return window.pwned") is None
        assert not browser.find_elements(By.CSS_SELECTOR, "table.sheet script, table.sheet img")
        check_silent(browser)
        status, data, headers = fetch(f"{app}/original/{changed}")
    assert status == 200 and data == (tmp_path / "hostile.xlsx").read_bytes()
    assert headers["Content-Disposition"] == f"attachment; filename={changed}.xlsx"
    assert headers["Content-Type"] == "application/octet-stream" and headers["X-Content-Type-Options"] == "nosniff"


# -- without a browser ------------------------------------------------------------------------------------------------
def test_only_this_machine_is_answered(app: str) -> None:
    assert fetch(f"{app}/healthz")[:2] == (200, b"ok")
    assert fetch(f"{app}/", Host="statistics.example")[0] == 403
    port = int(app.rpartition(":")[2])
    own = socket.gethostbyname(socket.gethostname())
    if not own.startswith("127."):
        with pytest.raises(OSError), socket.create_connection((own, port), timeout=2):
            pass


def test_nothing_is_loaded_from_outside(app: str) -> None:
    status, page, headers = fetch(f"{app}/")
    assert status == 200 and "default-src 'none'" in headers["Content-Security-Policy"]
    for line in page.decode().splitlines():
        assert "src=" not in line or 'src="/' in line, line


def test_originals_are_asked_for_by_hash_alone(app: str) -> None:
    for name in ("0" * 64, "abc", "register.db"):
        assert fetch(f"{app}/original/{name}")[0] == 404
    assert b"SQLite" not in fetch(f"{app}/original/..%2f..%2fregister.db")[1]


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_downloads_equal_the_command(app: str, demo_home: Path, suffix: str) -> None:
    status, data, headers = fetch(f"{app}/download/progress/unit_progress.{suffix}?data=sample&period=2023-09")
    assert status == 200 and "attachment" in headers["Content-Disposition"]
    rows: list[dict[str, Any]]
    if suffix == "csv":
        rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    else:
        sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
        header, *body = sheet.iter_rows(values_only=True)
        rows = [dict(zip(header, row, strict=True)) for row in body]
    row = next(r for r in rows if r["indicator"] == "started_communities" and r["area_code"] == "110108")
    command = [
        "figure",
        "started_communities",
        "--area",
        "110108",
        "--period",
        "2023-09",
        "--sample",
        "--json",
        "--home",
    ]
    ran = subprocess.run(
        [sys.executable, "-m", "orchestration.cli", *command, str(demo_home)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert str(row["value"]) == str(json.loads(ran.stdout)["value"])
    assert all(theme.SAMPLE_ZH in str(next(iter(r.values()))) for r in rows)


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_the_fund_ledger_of_a_page_is_that_of_the_command(
    app: str, demo_home: Path, tmp_path: Path, suffix: str
) -> None:
    status, data, headers = fetch(f"{app}/download/funds/ledger.{suffix}?data=sample&area=110101&period=2023")
    assert status == 200 and quote(f"{theme.SAMPLE_ZH}_ledger_110101_2023.{suffix}") in headers["Content-Disposition"]
    out = tmp_path / f"ledger.{suffix}"
    command = [
        "ledger",
        "--area",
        "110101",
        "--period",
        "2023",
        "--sample",
        "--out",
        str(out),
        "--home",
        str(demo_home),
    ]
    subprocess.run([sys.executable, "-m", "orchestration.cli", *command], capture_output=True, check=True)
    assert out.read_bytes() == data


def test_a_download_that_is_none_says_so(app: str) -> None:
    assert fetch(f"{app}/download/progress/nothing.csv")[0] == 404
    assert fetch(f"{app}/download/progress/unit_progress.exe?data=sample")[0] == 404
    status, text, _ = fetch(f"{app}/download/progress/unit_progress.csv?area=1")
    assert status == 400 and "没有地区代码".encode() in text


def test_a_new_build_is_seen_without_a_restart(demo_home: Path, copy_of: Callable[[Path], Path]) -> None:
    home = copy_of(demo_home)
    with open_reader(home) as reader:
        as_of = reader.as_of
    with served(home) as app:
        first = fetch(f"{app}/download/overview/yearly_starts.csv")[1].decode("utf-8-sig")
        meta = home / "warehouse" / f"{(home / 'warehouse' / 'current').read_text().strip()}.json"
        fresh = "b-20991231T000000000000-1"
        for suffix in (".duckdb", ".json"):
            (home / "warehouse" / f"{fresh}{suffix}").write_bytes(meta.with_suffix(suffix).read_bytes())
        text = json.loads(meta.read_text()) | {"made_at": "2099-12-31T00:00:00.000000+00:00"}
        (home / "warehouse" / f"{fresh}.json").write_text(json.dumps(text))
        (home / "warehouse" / "current").write_text(fresh)
        second = fetch(f"{app}/download/overview/yearly_starts.csv")[1].decode("utf-8-sig")
    assert as_of in first and "2099-12-31" in second


def test_serve_refuses_a_home_that_is_not_there(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "orchestration.cli", "serve", "--home", str(tmp_path / "none")]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 2 and "没有这个文件夹" in ran.stderr and "Traceback" not in ran.stderr
