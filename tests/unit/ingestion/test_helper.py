"""The process that works beside: what it is given is done, by it or here, and errors are raised here."""

from __future__ import annotations

import time
from pathlib import Path

import psutil
import pytest

from ingestion.helper import a_helper


def children() -> set[int]:
    return {child.pid for child in psutil.Process().children()}


def test_work_is_done_in_its_order_by_another_process_that_is_kept(tmp_path: Path) -> None:
    written = tmp_path / "written"
    with a_helper() as helper:
        helper.give(Path.write_text, written, "first")
        helper.give(Path.write_text, written, "second")
        helper.finish()
        assert written.read_text() == "second"
        beside = children()
    with a_helper() as helper:
        helper.give(Path.write_text, written, "third")
    assert written.read_text() == "third"
    assert beside and children() == beside


def test_a_relative_path_is_that_of_the_caller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        with a_helper() as helper:
            helper.give(Path.write_text, Path("here"), name)
        assert (tmp_path / name / "here").read_text() == name


def test_what_it_cannot_do_is_raised_here_and_ends_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="missing"), a_helper() as helper:
        helper.give(Path.write_text, tmp_path / "missing" / "file", "text")
    with a_helper() as helper:
        helper.give(Path.write_text, tmp_path / "file", "text")
    assert (tmp_path / "file").read_text() == "text"


def test_what_it_did_not_live_to_do_is_done_here(tmp_path: Path) -> None:
    with a_helper() as helper:
        helper.give(time.sleep, 0.2)
        [beside] = [child for child in children() if "ingestion.helper" in psutil.Process(child).cmdline()]
        psutil.Process(beside).kill()
        helper.give(Path.write_text, tmp_path / "file", "text")
    assert (tmp_path / "file").read_text() == "text"
    with a_helper() as helper:
        helper.give(Path.write_text, tmp_path / "file", "again")
    assert (tmp_path / "file").read_text() == "again"


def test_too_little_to_do_is_done_here_at_once(tmp_path: Path) -> None:
    before = children()
    with a_helper(False) as helper:
        helper.give(Path.write_text, tmp_path / "file", "text")
        assert (tmp_path / "file").read_text() == "text"
        assert helper.waiting == 0
    assert children() == before
