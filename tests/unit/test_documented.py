"""Habits of the project that a reader relies on: commands and targets are documented, and nothing names a machine."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_readme_opens_with_the_two_commands() -> None:
    opening = README.split("## ")[0]
    assert opening.index("make demo") < opening.index("make test")


def test_every_make_target_is_documented() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):.*## ", text, re.M)) - {"help"}
    phony = set(re.search(r"^\.PHONY: (.*)$", text, re.M)[1].split()) - {"help"}  # type: ignore[index]
    assert targets == phony
    for target in targets:
        assert f"`{target}`" in README or f"make {target}" in README, target


def test_every_command_is_documented() -> None:
    from orchestration.cli import cli

    for name in cli.commands:
        assert f"jiugai {name}" in README, name


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "-C", str(ROOT), "ls-files"], capture_output=True, text=True, check=True).stdout
    return [ROOT / line for line in listed.splitlines() if (ROOT / line).is_file()]


@pytest.mark.parametrize(
    "wanted", ["pypi" + ".org", "npmjs" + ".org", "deb.debian" + ".org", "/ro" + "ot/", "/wo" + "rk/"]
)
def test_nothing_names_a_registry_host_or_a_machine_path(wanted: str) -> None:
    for path in tracked():
        if (
            path.suffix in (".py", ".md", ".toml", ".yml", ".yaml", ".sql", ".lock", ".txt", ".cfg", "")
            and path.name != "LICENSE"
        ):
            assert wanted not in path.read_text(encoding="utf-8", errors="ignore"), path


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = sorted(int(p.name[:4]) for p in (ROOT / "docs" / "decisions").glob("*.md"))
    assert numbers == list(range(1, len(numbers) + 1))
