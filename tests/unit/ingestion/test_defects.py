"""Every defect of the corpus is answered with its verdict, by its rule, at its cell; the sound returns are accepted."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ingestion.sample_defects import Defect, defects
from ingestion.samples import sound_returns
from quality.check import check_file, verdict_of


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> list[Defect]:
    sound = sound_returns(tmp_path_factory.mktemp("sound"))
    return list(defects({form: path.read_bytes() for form, path in sound.items()}))


def test_the_returns_that_the_defects_are_made_from_are_sound(tmp_path: Path) -> None:
    made = sound_returns(tmp_path)
    assert set(made) == {"J1", "J2", "J3", "J4"}
    for form, path in made.items():
        result, _ = check_file(path)
        assert (result.form, verdict_of(result)) == (form, "accepted"), [f.message_zh for f in result.findings]


def test_the_corpus_is_large_and_names_are_unique(corpus: list[Defect]) -> None:
    assert len(corpus) >= 200
    assert len({d.name for d in corpus}) == len(corpus)
    assert set(Counter(d.form for d in corpus)) == {"J1", "J2", "J3", "J4"}
    assert {"J2-015", "J4-003", "J4-005", "J4-011", "J4-022", "J4-101", "J4-105", "J4-106"} <= {d.rule for d in corpus}


def test_every_defect_is_answered_by_its_rule_at_its_cell(corpus: list[Defect], tmp_path: Path) -> None:
    wrong = []
    for defect in corpus:
        path = tmp_path / f"{defect.name}.xlsx"
        path.write_bytes(defect.data)
        result, _ = check_file(path)
        said = {(f.rule, f.sheet, f.cell) for f in result.findings if f.severity in ("error", "warning")}
        if verdict_of(result) != defect.verdict or (defect.rule, defect.sheet, defect.cell) not in said:
            wrong.append(
                (defect.name, defect.zh, (defect.rule, defect.cell), verdict_of(result), sorted(map(str, said)))
            )
    assert not wrong
