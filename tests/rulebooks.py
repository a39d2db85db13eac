"""Rule books to break: a copy of the project's, and one change in one of its files."""

from __future__ import annotations

import shutil
from pathlib import Path

from ingestion.catalogue import RULEBOOK


def copied(folder: Path) -> Path:
    return Path(shutil.copytree(RULEBOOK, folder / "rulebook"))


def change(path: Path, old: str, new: str) -> None:
    """Replace the first of what must be there."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1, old
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
