"""Definitions and an instance for tests; nothing here starts a process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from orchestration.build import build_defs
from orchestration.resources import HomeResource


@pytest.fixture(scope="session")
def defs() -> dg.Definitions:
    """The definitions of the test environment, without a home."""
    return build_defs("test")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    (folder / "inbox").mkdir(parents=True)
    return folder


@pytest.fixture
def home_defs(home: Path) -> dg.Definitions:
    return build_defs("test", {"home": HomeResource(path=str(home))})


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        yield made
