"""`jiugai demo` on a fresh home: the whole line at one command, and harmless when run again."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

JIUGAI = Path(sys.executable).with_name("jiugai")
pytestmark = pytest.mark.timeout(1200)  # two whole runs on a machine that may be busy


def run(*arguments: object, code: int = 0) -> Any:
    done = subprocess.run(
        [str(JIUGAI), *map(str, arguments), "--json"], capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "data"
    made = run("demo", "--home", folder)
    assert {row["en"] for row in made["made"]} >= {"publications received", "sample returns received", "build", "pages"}
    assert made["releases"] and made["next"]
    return folder


def test_the_demo_ends_with_figures_releases_and_pages(home: Path) -> None:
    shown = run("figure", "started_communities", "--area", "000000", "--period", "2023-09", "--home", home)
    assert shown["value"] == 51294
    assert (
        run("figure", "started_communities", "--area", "110000", "--period", "2023-09", "--sample", "--home", home)[
            "value"
        ]
        == 270
    )
    released = [r for r in run("release", "list", "--home", home) if r["state"] == "released"]
    assert {(r["period"], r["source_kind"]) for r in released} >= {("2023-09", "real"), ("2023-09", "sample")}
    assert {r["filing"] for r in released} >= {"annual_plan", "annual_starts_and_funds", "annual_effects"}
    for r in released:
        assert run("release", "verify", r["path"])["ok"]
    assert (home / "site" / "index.html").is_file() and (home / "site" / "sample").is_dir()
    returned = run("returns", "list", "--status", "returned", "--home", home)
    assert sorted(r["form"] for r in returned) == [
        "J2",
        "J4",
        "J4",
        "J4",
        "J4",
        "J4",
    ]  # the faults of decisions 6 and 17
    assert list((home / "answers").glob("*.xlsx"))


def test_running_it_again_changes_nothing_that_was_released(home: Path) -> None:
    before = {p: p.read_bytes() for p in (home / "releases").rglob("*") if p.is_file()}
    submissions = len(run("returns", "list", "--home", home))
    run("demo", "--home", home)
    assert {p: p.read_bytes() for p in (home / "releases").rglob("*") if p.is_file()} == before
    assert len(run("returns", "list", "--home", home)) == submissions
