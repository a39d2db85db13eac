"""A county under its codes of then and of now: one of them counts for a period, never both."""

from __future__ import annotations

from pathlib import Path

import pytest

from quality.receive import Receiver
from tests.factories import write_return

THEN, NOW = "140726", "140703"  # 太谷县 until 2019, 太谷区 since


@pytest.fixture
def receiver(tmp_path: Path) -> Receiver:
    return Receiver(tmp_path / "home")


def filed(tmp_path: Path, unit: str, period: str = "2019-09") -> Path:
    return write_return(tmp_path / f"{unit}_{period}.xlsx", unit=unit, period=period)


def doubled(receiver: Receiver, submission_id: str) -> list[str]:
    return [f["message_zh"] for f in receiver.register.findings_of(submission_id) if f["rule"] == "EVA-008"]


@pytest.mark.parametrize(("first", "second"), [(THEN, NOW), (NOW, THEN)])
def test_the_second_code_for_a_period_is_returned(receiver: Receiver, tmp_path: Path, first: str, second: str) -> None:
    [one] = receiver.receive([filed(tmp_path, first)])
    [two] = receiver.receive([filed(tmp_path, second)])
    assert (one["verdict"], two["verdict"]) == ("accepted", "returned")
    [said] = doubled(receiver, two["submission_id"])
    assert first in said and one["submission_id"] in said


def test_so_it_is_when_both_come_in_one_call(receiver: Receiver, tmp_path: Path) -> None:
    answers = receiver.receive([filed(tmp_path, THEN), filed(tmp_path, NOW)])
    assert sorted(a["verdict"] for a in answers) == ["accepted", "returned"]


def test_each_code_counts_in_its_own_months(receiver: Receiver, tmp_path: Path) -> None:
    answers = receiver.receive([filed(tmp_path, THEN, "2019-11"), filed(tmp_path, NOW, "2020-03")])
    assert [a["verdict"] for a in answers] == ["accepted"] * 2


def test_a_unit_whose_part_became_another_files_beside_it_from_then_on(receiver: Receiver, tmp_path: Path) -> None:
    answers = receiver.receive([filed(tmp_path, NOW, "2023-09"), filed(tmp_path, "140702", "2023-09")])
    assert [a["verdict"] for a in answers] == ["accepted"] * 2
