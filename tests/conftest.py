"""Homes that several tests read: built once a session, never written to (copy one to change it)."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ingestion.samples import generate
from orchestration.demo import receive_publications, receive_samples
from quality.receive import Receiver
from quality.warehouse import build


@pytest.fixture(scope="session")
def published_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every publication of the rule book received and built; no samples."""
    home = tmp_path_factory.mktemp("published")
    receive_publications(Receiver(home), home / "demo" / "publications")
    build(home)
    return home


@pytest.fixture(scope="session")
def demo_home(published_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, with the sample returns of 北京."""
    home = tmp_path_factory.mktemp("demo") / "home"
    shutil.copytree(published_home, home)
    receive_samples(Receiver(home), generate(home / "demo" / "returns", 20231001))
    build(home)
    return home


@pytest.fixture
def copy_of(tmp_path: Path) -> Callable[[Path], Path]:
    """A private copy of a shared home."""

    def copy(home: Path) -> Path:
        target = tmp_path / "home"
        shutil.copytree(home, target)
        return target

    return copy
