"""A partition read again from the originals: the same rows come back, decisions stay, differences are told and logged."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from ingestion.errors import RetriableError
from ingestion.register import Register, events, submissions
from quality.receive import Receiver
from quality.relanding import Change, NothingFiled, reland
from quality.status import Partition
from quality.warehouse import build, is_stale
from tests.factories import write_return

PARTITION = Partition("J2", "2023-09", "110000")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    receiver = Receiver(tmp_path / "home")
    out = tmp_path / "out"
    receiver.receive([write_return(out / "a.xlsx", unit="110108"),
                      write_return(out / "b.xlsx", unit="110106", f_total=12345)])  # fmt: skip
    receiver.register.close()
    return tmp_path / "home"


def _rows(home: Path) -> Path:
    return home / "returns" / "form=J2" / "period=2023-09" / "province=110000" / "rows.parquet"


def _register(home: Path) -> list[dict[str, object]]:
    register = Register(home)
    try:
        return register.rows(submissions, order=submissions.c.seq)
    finally:
        register.close()


def _acts(home: Path) -> list[tuple[str, str, str | None]]:
    register = Register(home)
    try:
        return [(e["what"], e["subject"], e["who"]) for e in register.rows(events, events.c.what == "relanded")]
    finally:
        register.close()


def test_a_sound_partition_stays_as_it_is_and_says_so(home: Path) -> None:
    before, decided = _rows(home).read_bytes(), _register(home)

    found = reland(home, PARTITION)

    assert not found.differs and (found.submissions, found.rows_before, found.rows_after) == (2, 2, 2)
    assert _rows(home).read_bytes() == before
    assert (_register(home), _acts(home)) == (decided, [])


@pytest.mark.parametrize("damage", ["deleted", "cut short", "garbage"])
def test_a_lost_or_broken_partition_comes_back_whole(home: Path, damage: str) -> None:
    path, decided = _rows(home), _register(home)
    before = path.read_bytes()
    if damage == "deleted":
        path.unlink()
    else:
        path.write_bytes(before[:200] if damage == "cut short" else b"not a table")

    found = reland(home, PARTITION, by="王芳")

    assert path.read_bytes() == before
    assert found.damaged == [path] and (found.rows_after, found.changes) == (2, [])
    assert _register(home) == decided
    assert _acts(home) == [("relanded", "J2/2023-09/110000", "王芳")]


def test_a_changed_value_and_a_lost_row_are_told_and_put_right(home: Path) -> None:
    build(home)
    path = _rows(home)
    table = pq.read_table(path, partitioning=None)
    first = table.filter(pc.equal(table["unit_code"], "110108"))
    at = first.column_names.index("xq_start")
    forged = first.set_column(at, first.schema.field(at), pa.array([Decimal("7")], first.schema.field(at).type))
    pq.write_table(forged, path)
    assert not is_stale(home)

    found = reland(home, PARTITION)

    assert (found.rows_before, found.rows_after, found.added, found.removed) == (1, 2, 1, 0)
    assert found.changes == [Change("J2", "S000001", "110108", 1, "xq_start", Decimal(7), Decimal(6))]
    assert pq.read_table(path, partitioning=None).equals(table)
    assert is_stale(home)  # the build follows
    assert not reland(home, PARTITION).differs


def test_other_partitions_are_not_touched(home: Path, tmp_path: Path) -> None:
    Receiver(home).receive([write_return(tmp_path / "c.xlsx", unit="440305"),
                            write_return(tmp_path / "d.xlsx", unit="110108", period="2023-08")])  # fmt: skip
    others = {p: p.stat().st_mtime_ns for p in (home / "returns").rglob("*.parquet") if p != _rows(home)}

    reland(home, PARTITION)

    assert {p: p.stat().st_mtime_ns for p in others} == others


def test_an_empty_partition_is_refused(home: Path) -> None:
    with pytest.raises(NothingFiled, match="J2/2023-10/110000"):
        reland(home, Partition("J2", "2023-10", "110000"))


def test_a_lost_original_leaves_the_partition_alone(home: Path) -> None:
    before = _rows(home).read_bytes()
    for original in (home / "archive").rglob("*.xlsx"):
        original.unlink()

    with pytest.raises(RetriableError, match="原件"):
        reland(home, PARTITION)

    assert _rows(home).read_bytes() == before
