"""Hand-made frames and readers: nothing here comes from a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dashboards.data import Frame, Key, Point, Publication
from filings.figures import Reader
from ingestion.catalogue import catalogue

AS_OF = "2026-11-25T08:00:00.000000+00:00"
COLUMNS = {
    "is_sample": "boolean",
    "source_kind": "varchar",
    "programme": "varchar",
    "indicator": "varchar",
    "area_code": "varchar",
    "period": "varchar",
    "accum": "varchar",
    "dim_name": "varchar",
    "dim_code": "varchar",
    "basis": "varchar",
    "group_id": "varchar",
    "value": "decimal(38, 8)",
    "numerator": "decimal(38, 8)",
    "denominator": "decimal(38, 8)",
    "obs_status": "varchar",
    "units_reported": "integer",
    "units_expected": "integer",
    "printed": "varchar",
    "half_unit": "decimal(38, 8)",
    "qualifier": "varchar",
    "submission_id": "varchar",
    "source_id": "varchar",
    "publisher": "varchar",
    "published_on": "varchar",
    "is_doubtful": "boolean",
    "choice_rank": "integer",
}


def figure_row(indicator: str, period: str, value: str | None, **other: Any) -> dict[str, Any]:
    """One row of fct_figures: a national figure that the ministry printed, unless said otherwise."""
    row: dict[str, Any] = dict.fromkeys(COLUMNS)
    row |= {
        "is_sample": False,
        "source_kind": "publication",
        "programme": "national",
        "indicator": indicator,
        "area_code": "000000",
        "period": period,
        "accum": "level",
        "dim_name": "",
        "dim_code": "",
        "basis": "filed",
        "group_id": f"{indicator}-{period}-{other.get('choice_rank', 1)}",
        "value": value,
        "obs_status": "A",
        "units_reported": 1,
        "units_expected": 1,
        "half_unit": "0.5",
        "qualifier": "exact",
        "source_id": "M2312",
        "publisher": "ministry",
        "is_doubtful": False,
        "choice_rank": 1,
    }
    return row | other


def load(connection: duckdb.DuckDBPyConnection, rows: list[dict[str, Any]]) -> None:
    """fct_figures of these rows."""
    connection.execute(f"create table fct_figures ({', '.join(f'{n} {t}' for n, t in COLUMNS.items())})")
    for row in rows:
        connection.execute(
            f"insert into fct_figures values ({', '.join('?' * len(COLUMNS))})", [row[n] for n in COLUMNS]
        )


@pytest.fixture
def reader_of(tmp_path: Path) -> Iterator[Callable[..., Reader]]:
    """A reader over the given rows of fct_figures; of a release when `release` is given."""
    opened: list[duckdb.DuckDBPyConnection] = []

    def make(rows: list[dict[str, Any]], release: str | None = None) -> Reader:
        connection = duckdb.connect(":memory:")
        opened.append(connection)
        load(connection, rows)
        return Reader(connection, catalogue(), release, AS_OF, tmp_path)

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
