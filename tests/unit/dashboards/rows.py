"""Rows of fct_figures made by hand, and a table of them."""

from __future__ import annotations

from typing import Any

import duckdb

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
