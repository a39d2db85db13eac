"""The site as files: written whole, the same twice, never over something else. On a small release made by hand."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import duckdb
import pytest

from dashboards.site import MARKER, write_site
from ingestion.errors import UsageError
from tests.unit.dashboards.rows import AS_OF, figure_row, load

RELEASE = "2023-09-provisional-01"
NAMES = ("index", "progress", "benefit", "funds", "effects", "quality")
PAGES = [f"{name}.html" for name in NAMES]
SAMPLES = [f"sample/{name}.html" for name in NAMES]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home that holds one release: starts of September 2023, the nation and 北京."""
    folder = tmp_path / "home" / "releases" / RELEASE
    (folder / "data").mkdir(parents=True)
    manifest = {"cutoff": AS_OF, "rulebook_version": "0.1.0", "rulebook_sha256": "of a test"}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    rows = [
        figure_row("started_communities", "2023-09", "51294", printed="</script><script>alert(1)</script>"),
        figure_row("started_communities", "2023-09", "270", area_code="110000"),
    ]
    with duckdb.connect(":memory:") as connection:
        load(connection, rows)
        for name in ("fct_figures", "fct_contributions"):
            connection.execute(f"copy fct_figures to '{folder / 'data' / name}.parquet' (format parquet)")
    return tmp_path / "home"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_write_site_returns_every_file_it_wrote(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "made" / "site"
    written = write_site(home, out, RELEASE)
    assert written == sorted(p for p in out.rglob("*") if p.is_file())
    assert {"plotly.min.js", MARKER, *PAGES, *SAMPLES} <= {str(p.relative_to(out)) for p in written}
    assert sum(p.name == "plotly.min.js" for p in written) == 1
    assert [p.name for p in out.parent.iterdir()] == ["site"]  # nothing half-made is left beside it


def test_write_site_gives_the_same_bytes_twice(home: Path, tmp_path: Path) -> None:
    write_site(home, tmp_path / "a", RELEASE)
    write_site(home, tmp_path / "b", RELEASE)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_write_site_replaces_its_own_site_whole(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "site"
    write_site(home, out, RELEASE)
    (out / "stale.html").write_text("old")
    write_site(home, out, RELEASE)
    assert not (out / "stale.html").exists() and (out / "index.html").exists()


def test_write_site_refuses_a_folder_with_other_files(home: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(UsageError, match="非空"):
        write_site(home, tmp_path / "mine", RELEASE)
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"
    with pytest.raises(UsageError):
        write_site(home, tmp_path / "mine" / "thesis.txt", RELEASE)
    with pytest.raises(UsageError):
        write_site(home, home, RELEASE)


def test_write_site_takes_an_empty_folder(home: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert write_site(home, tmp_path / "empty", RELEASE)


def test_a_failed_write_leaves_the_old_site(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "site"
    write_site(home, out, RELEASE)
    before = contents(out)
    real = Path.replace

    def fails_for_the_new_one(self: Path, target: Path) -> Path:
        if self.name == "new":
            raise OSError("disk is full")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", fails_for_the_new_one)
    with pytest.raises(OSError, match="disk is full"):
        write_site(home, out, RELEASE)
    monkeypatch.undo()
    assert contents(out) == before


def test_write_site_refuses_an_unknown_release(home: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="没有发布"):
        write_site(home, tmp_path / "site", "no-such")
    assert not (tmp_path / "site").exists()


def test_blocks_that_the_release_does_not_hold_say_so_instead_of_a_chart(home: Path, tmp_path: Path) -> None:
    write_site(home, tmp_path / "site", RELEASE)
    benefit = (tmp_path / "site" / "benefit.html").read_text()
    assert "本次发布不含" in benefit and "not in this release" in benefit and "plotly-graph-div" not in benefit
    progress = (tmp_path / "site" / "progress.html").read_text()
    assert "plotly-graph-div" in progress and "plotly.min.js" in progress and "plotly.min.js" not in benefit
    assert "本次发布不含报送情况" in (tmp_path / "site" / "sample" / "quality.html").read_text()
    assert RELEASE in benefit


def test_pages_load_nothing_from_outside(home: Path, tmp_path: Path) -> None:
    write_site(home, tmp_path / "site", RELEASE)
    for name in PAGES + SAMPLES:
        html = unescape((tmp_path / "site" / name).read_text())
        loaded = re.findall(r'<(?:script|link|img|iframe|source)\b[^>]*?(?:src|href)="([^"]+)"', html)
        assert loaded and not [u for u in loaded if "//" in u]
        assert "connect-src 'none'" in html
    css = (tmp_path / "site" / "assets" / "site.css").read_text()
    assert "url(" not in css and "@import" not in css


def test_printed_text_cannot_leave_its_script_element(home: Path, tmp_path: Path) -> None:
    write_site(home, tmp_path / "site", RELEASE)
    html = (tmp_path / "site" / "progress.html").read_text()
    assert "<script>alert" not in html
    specs = re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', html, flags=re.S)
    assert specs and all(json.loads(s)["data"] for s in specs)


def test_sample_mark_stands_on_sample_pages_only(home: Path, tmp_path: Path) -> None:
    write_site(home, tmp_path / "site", RELEASE)
    for name in PAGES:
        assert "模拟数据" not in (tmp_path / "site" / name).read_text()
    for name in SAMPLES:
        assert (tmp_path / "site" / name).read_text().count("模拟数据") > 3
    for path in (tmp_path / "site" / "sample" / "downloads").rglob("*.*"):
        assert "模拟数据" in path.name
        assert path.suffix == ".xlsx" or "模拟数据" in path.read_text("utf-8-sig").splitlines()[0]


def test_a_release_has_no_traces_and_every_link_leads_to_a_file(home: Path, tmp_path: Path) -> None:
    write_site(home, tmp_path / "site", RELEASE)
    out = tmp_path / "site"
    assert not (out / "trace").exists()
    for page in out.rglob("*.html"):
        for link in re.findall(r'href="([^"]+)"', unescape(page.read_text())):
            if "//" not in link and not link.startswith("#"):
                assert (page.parent / unquote(link)).resolve().is_file(), f"{page.name}: {link}"


def test_a_province_with_figures_has_its_page_and_the_map_a_page_a_measure(home: Path, tmp_path: Path) -> None:
    write_site(home, tmp_path / "site", RELEASE)
    assert (tmp_path / "site" / "progress-110000.html").is_file()
    assert not (tmp_path / "site" / "progress-120000.html").exists()
    assert (tmp_path / "site" / "progress-started_communities.html").is_file()
    progress = (tmp_path / "site" / "progress.html").read_text()
    assert 'href="progress-110000.html"' in progress and "示意图" in progress and "660000" in progress
