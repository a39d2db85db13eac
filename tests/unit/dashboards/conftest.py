"""Hand-made frames and readers: nothing here comes from a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dashboards.frames import Frame, Key, Point, Publication
from filings.reader import Reader
from ingestion.catalogue import catalogue
from tests.unit.dashboards.rows import AS_OF, load


@pytest.fixture
def reader_of(tmp_path: Path) -> Iterator[Callable[..., Reader]]:
    """A reader over the given rows of fct_figures; of a release when `release` is given."""
    opened: list[duckdb.DuckDBPyConnection] = []

    def make(rows: list[dict[str, Any]], release: str | None = None) -> Reader:
        connection = duckdb.connect(":memory:")
        opened.append(connection)
        load(connection, rows)
        return Reader(connection, catalogue(), release, AS_OF, tmp_path, ("0.1.0", "of a test"))

    yield make
    for connection in opened:
        connection.close()


@pytest.fixture
def point() -> Callable[..., Point]:
    """A point of a hand-made frame; value None makes a gap."""

    def make(indicator: str, period: str, value: str | None, **other: Any) -> Point:
        key = Key(
            indicator,
            other.pop("area", "000000"),
            period,
            other.pop("dim_name", ""),
            other.pop("dim", ""),
            other.pop("accum", "level"),
        )
        source = other.pop("source", None)
        about = catalogue().indicator(indicator)
        fields: dict[str, Any] = {
            "area_zh": "全国",
            "area_en": "National",
            "dim_zh": "",
            "dim_en": "",
            "unit": about.unit,
            "obs_status": "A" if value is not None else "L",
            "choice_rank": 1,
            "basis": "filed" if value is not None else None,
            "source_kind": "publication" if value is not None else None,
            "half_unit": Decimal("0.5") if value is not None else None,
            "qualifier": "exact" if value is not None else None,
            "units_reported": 1 if value is not None else 0,
            "units_expected": 1 if value is not None else None,
            "publication": Publication(source, f"公布 {source}", "https://example.invalid/x", "ministry", "2024-01-30")
            if source
            else None,
        }
        fields |= {k: Decimal(v) if k == "half_unit" else v for k, v in other.items()}
        return Point(key, about.name.zh, about.name.en, value=None if value is None else Decimal(value), **fields)

    return make


@pytest.fixture
def frame() -> Callable[..., Frame]:
    """A frame of the given points; others are the alternatives."""

    def make(*points: Point, others: tuple[Point, ...] = (), sample: bool = False, release: str | None = None) -> Frame:
        return Frame("made", points, others, AS_OF, release, "national", "全国计划清单", "National plan list", sample)

    return make
