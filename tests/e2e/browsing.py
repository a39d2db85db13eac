"""A headless browser for the tests of pages: visits, what it logged and asked for, and what a page must never show."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

CHROMIUM, DRIVER = Path("/usr/bin/chromium"), Path("/usr/bin/chromedriver")
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
)
Browser = webdriver.Chrome


def open_browser(profile: Path) -> Iterator[Browser]:
    """A browser that is closed again."""
    options = Options()
    options.binary_location = str(CHROMIUM)
    for flag in FLAGS.split():
        options.add_argument(flag)
    options.add_argument(f"--user-data-dir={profile}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(service=Service(str(DRIVER)), options=options)
    driver.set_script_timeout(60)
    yield driver
    driver.quit()


def resize(browser: Browser, width: int) -> None:
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    )


def wait(what: str, condition: Callable[[], Any], seconds: float = 25) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def settle(browser: Browser) -> None:
    browser.execute_async_script("const done = arguments[0]; document.fonts.ready.then(() => setTimeout(done, 150));")


def log(browser: Browser, kind: str) -> list[dict[str, Any]]:
    """What the browser logged since the last call: `browser` is the console, `performance` the network."""
    entries: list[dict[str, Any]] = browser.get_log(kind)  # type: ignore[no-untyped-call]
    return entries


def requests(browser: Browser) -> list[tuple[str, str]]:
    """(what, url) of the requests to the web since the last call: sent ones, and refused ones."""
    found = []
    for entry in log(browser, "performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            found.append(("sent", message["params"]["request"]["url"]))
        if message["method"] == "Network.responseReceived" and message["params"]["response"]["status"] >= 400:
            found.append(("refused", message["params"]["response"]["url"]))
    return [(what, url) for what, url in found if urlsplit(url).scheme in ("http", "https", "ws", "wss")]


def start_clean(browser: Browser) -> None:
    """Leave what was open, and forget what it logged."""
    browser.get("about:blank")
    requests(browser)
    log(browser, "browser")


def check_silent(browser: Browser) -> None:
    """No error in the console, nothing asked of another host, nothing refused."""
    assert log(browser, "browser") == []
    assert [r for r in requests(browser) if r[0] == "refused" or urlsplit(r[1]).hostname != "127.0.0.1"] == []


def check_drawn(browser: Browser) -> None:
    """Every chart shows a mark for every value that it holds."""
    for chart in browser.execute_script(MARKS):
        assert chart["shown"] and chart["held"] + chart["points"] + chart["heat"] + chart["areas"] > 0, chart
        assert chart["drawn"] == chart["held"], f"{chart['id']}: {chart['held']} bars, {chart['drawn']} drawn"
        assert chart["symbols"] >= chart["points"] and chart["images"] == chart["heat"], chart
        assert chart["filled"] >= chart["areas"], chart


def check_fits(browser: Browser, width: int) -> None:
    """Nothing is wider than the screen, cut off, or written over something else."""
    wide, clipped = (
        browser.execute_script("return document.documentElement.scrollWidth"),
        browser.execute_script(CLIPPED),
    )
    assert wide <= width and clipped == [], f"{wide} px wide; {clipped}"


MARKS = """
return [...document.querySelectorAll('.js-plotly-plot')].filter(div => div.offsetParent !== null).map(div => {
  const bars = div.data.filter(t => t.type === 'bar');
  const size = t => Array.from(t.orientation === 'h' ? t.x : t.y);
  const held = bars.flatMap(size).filter(v => v !== null && v !== 0 && !Number.isNaN(v)).length;
  const drawn = [...div.querySelectorAll('.barlayer .point > path')]
    .filter(p => p.getBBox().width > 0 && p.getBBox().height > 0).length;
  const points = div.data.filter(t => (t.mode || '').includes('markers'))
    .flatMap(t => Array.from(t.x || []).filter((x, i) => x !== null && t.y[i] !== null && t.y[i] !== undefined)).length;
  return {id: div.id, title: div.layout.title.text, held, drawn, points,
          symbols: div.querySelectorAll('.scatterlayer path.point').length,
          images: div.querySelectorAll('.heatmaplayer image').length,
          heat: div.data.filter(t => t.type === 'heatmap').length,
          areas: div.data.filter(t => t.fill === 'toself').length,
          filled: div.querySelectorAll('.scatterlayer .fills path').length,
          shown: div.getBoundingClientRect().height > 200};
});
"""
CLIPPED = """
const bad = [];
for (const div of document.querySelectorAll('.js-plotly-plot')) {
  if (div.offsetParent === null) continue;
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
const seen = new Set([...document.body.innerText, ...svg].filter(c => c.trim() && c.codePointAt(0) > 32));
return [...seen].filter(c => picture(c) === nothing);
"""
