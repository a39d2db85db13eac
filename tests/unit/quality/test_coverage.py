"""The province × period matrix: each basic unit in one list, the provinces nobody filed for shown, samples apart."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from ingestion.catalogue import catalogue
from ingestion.errors import UsageError
from quality.coverage import Coverage, coverage
from quality.receive import Receiver
from tests.factories import write_return

BEIJING, SHENZHEN = "110000", "440000"
EARLY, LATE = (dt.datetime(2023, 10, day, 9, tzinfo=dt.UTC) for day in (5, 9))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """2023-09: of 北京 one sound and one broken return; of 广东 one that was corrected; a sample beside them."""
    receiver = Receiver(tmp_path / "home")
    out = tmp_path / "out"
    first = [write_return(out / "a.xlsx", unit="110108"), write_return(out / "b.xlsx", unit="110106", f_total=12345),
             write_return(out / "c.xlsx", unit="440305", f_total=12345)]  # fmt: skip
    receiver.receive(first, received_at=EARLY)
    receiver.receive([write_return(out / "d.xlsx", unit="440305")], received_at=LATE)
    receiver.receive([write_return(out / "e.xlsx", unit="110105", sample=True)], received_at=LATE)
    receiver.register.close()
    return tmp_path / "home"


def _of(rows: list[Coverage], province: str, period: str = "2023-09") -> Coverage:
    (found,) = [r for r in rows if (r.province, r.period) == (province, period)]
    return found


def test_each_basic_unit_stands_in_one_list(home: Path) -> None:
    rows = coverage(home, "J2")

    assert [r.period for r in rows] == ["2023-09"] * 32
    # since then 和安, 和康 and 两江新区 began, the last in place of two districts of 重庆
    assert sum(r.expected for r in rows) == len(catalogue().basic_units) - 3 + 2
    beijing = _of(rows, BEIJING)
    assert (beijing.accepted, beijing.returned, beijing.waiting) == (("110108",), ("110106",), ())
    assert len(beijing.missing) == 14 and beijing.expected == 16
    assert not beijing.is_complete and not beijing.is_empty
    assert _of(rows, "650000").is_empty


def test_the_last_version_counts_and_the_past_can_be_asked(home: Path) -> None:
    assert _of(coverage(home, "J2"), SHENZHEN).accepted == ("440305",)
    assert _of(coverage(home, "J2", as_of=EARLY), SHENZHEN).returned == ("440305",)


def test_a_period_nobody_filed_for_is_all_missing(home: Path) -> None:
    rows = coverage(home, "J2", ["2023-10"])

    assert len(rows) == 32 and all(r.is_empty for r in rows)


def test_samples_stand_apart_and_for_their_own_provinces(home: Path) -> None:
    (row,) = coverage(home, "J2", sample=True)

    assert (row.province, row.accepted, row.is_sample) == (BEIJING, ("110105",), True)
    assert coverage(home, "J1", sample=True) == [] == coverage(home, "J1")


def test_an_unknown_form_is_refused(home: Path) -> None:
    with pytest.raises(UsageError, match="X9"):
        coverage(home, "X9")
