"""Homes under any name that a folder may have, and moments as people write them, through the command."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from orchestration.cli import cli
from tests.factories import write_return

JIUGAI = Path(sys.executable).with_name("jiugai")
ASKED = ("figure", "started_households", "--area", "110101", "--period", "2023-08")


def said(*command: object, home: Path) -> Any:
    answer = CliRunner().invoke(cli, [*map(str, command), "--home", str(home), "--json"])
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)


def test_a_home_is_its_own_whatever_its_name_matches(tmp_path: Path) -> None:
    """As a pattern of DuckDB, the first name is that of the second home and not its own."""
    home, other = tmp_path / "[旧]*", tmp_path / "旧改"
    for folder, started in ((other, 700), (home, 600)):
        path = write_return(tmp_path / f"{started}.xlsx", unit="110101", period="2023-08", hh_start=started)
        said("receive", path, "--received-at", "2023-08-15", "--decided-at", "2023-08-15", home=folder)
    said("build", home=home)
    assert said(*ASKED, home=home)["value"] == 600
    # a build that renews reads what came since, and the cells are read where they were landed
    said("receive", write_return(tmp_path / "610.xlsx", unit="110101", period="2023-08", hh_start=610), home=home)
    assert said("build", home=home)["whole_because"] is None
    (cell,) = said("trace", *ASKED[1:], home=home)["contributions"]
    assert (cell["file"], cell["raw"], cell["value"]) == ("610.xlsx", "610", 610)


def test_what_came_on_a_day_is_known_by_its_last_second(tmp_path: Path) -> None:
    path, home = write_return(tmp_path / "a.xlsx", unit="110101", period="2023-08"), tmp_path / "home"
    said("receive", path, "--received-at", "2023-08-15", "--decided-at", "2023-08-15", home=home)
    known = {
        moment: said("rulebook", "report", "--period", "2023-08", "--as-of", moment, home=home)["returns"]
        for moment in ("2023-08-14", "2023-08-15T23:59:58", "2023-08-15T23:59:59", "2023-08-15T15:59:59Z", "2023-08-15")
    }
    assert list(known.values()) == [0, 0, 1, 1, 1]


@pytest.mark.parametrize(("name", "signs"), [("a?b", "?"), ("a#b", "#"), ("a\\b?", "? \\")])
def test_a_home_that_the_libraries_would_look_for_elsewhere_is_refused(tmp_path: Path, name: str, signs: str) -> None:
    path = write_return(tmp_path / "a.xlsx")
    before = sorted(tmp_path.iterdir())
    for command in (["receive", str(path)], ["build"], ["dev"]):
        done = subprocess.run(
            [str(JIUGAI), *command, "--home", str(tmp_path / name)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1
        for text in (str(tmp_path / name), f"路径含有 {signs}；", f"holds {signs};", "请改名", "rename"):
            assert text in done.stderr
    assert sorted(tmp_path.iterdir()) == before
