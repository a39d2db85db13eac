"""What a gate looks at: two small tables of one series, and a hash that names exactly this data.

DuckDB computes (counts, coverage, residuals); Great Expectations only judges the small result. Not here: judging.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb
import rfc8785

from ingestion.catalogue import NATION
from ingestion.units import plain
from quality.warehouse import query

UNIT_COLUMNS = ("area_code", "is_expected", "has_value", "sign", "basis", "value", "submission_id")
TOTAL_COLUMNS = (
    "area_code",
    "has_value",
    "basis",
    "value",
    "units_reported",
    "units_expected",
    "coverage_ppm",
    "residual_ok",
    "answers_differing",
    "is_partial",
    "numerator",
    "denominator",
)


@dataclass(frozen=True)
class SeriesKey:
    """Grain of gates and releases."""

    series: str
    period: str
    kind: str
    programme: str
    source_kind: str  # real | sample

    @property
    def is_sample(self) -> bool:
        return self.source_kind == "sample"


@dataclass
class SeriesData:
    """units: one row a unit that the total should be made of; total: one row, or none."""

    key: SeriesKey
    units: list[dict[str, Any]]
    total: list[dict[str, Any]]
    submissions: list[str]

    @property
    def data_hash(self) -> str:
        """sha256 of the canonical JSON of everything the gates see."""

        def clean(value: Any) -> Any:
            return (
                plain(value)
                if isinstance(value, Decimal)
                else value.isoformat()
                if isinstance(value, dt.date)
                else value
            )

        payload: Any = {
            "series": self.key.series,
            "period": self.key.period,
            "programme": self.key.programme,
            "source_kind": self.key.source_kind,
            "submissions": self.submissions,
            "units": [{k: clean(v) for k, v in r.items()} for r in self.units],
            "total": [{k: clean(v) for k, v in r.items()} for r in self.total],
        }
        return hashlib.sha256(rfc8785.dumps(payload)).hexdigest()


def top_area(connection: duckdb.DuckDBPyConnection, key: SeriesKey) -> str:
    """The area a series is totalled for: the nation; for samples the province when they come from one alone."""
    if not key.is_sample:
        return NATION
    provinces = query(
        connection,
        """select distinct a.province_code from fct_observations as o
                      inner join areas as a on o.unit_code = a.area_code where o.is_sample""",
    )
    return str(provinces[0]["province_code"]) if len(provinces) == 1 else NATION


def series_data(connection: duckdb.DuckDBPyConnection, key: SeriesKey) -> SeriesData:
    """Read one series of a build. Empty tables when there is nothing: the gates say so."""
    area = top_area(connection, key)
    total = query(
        connection,
        """
        select area_code, (value is not null or denominator is not null) as has_value, basis, value, numerator, denominator,
               units_reported, units_expected, half_unit, group_id, submission_id
        from fct_figures
        where is_sample = ? and programme = ? and indicator = ? and area_code = ? and period = ? and accum = 'level'
          and dim_code = '' order by choice_rank""",
        [key.is_sample, key.programme, key.series, area, key.period],
    )
    chosen = total[0] if total else None
    units: list[dict[str, Any]] = []
    used: list[str] = []
    if chosen:
        summed = chosen["basis"] != "filed"
        from_returns = chosen["group_id"] == "returns"
        expected = (
            query(
                connection,
                """
            select distinct unit_code as area_code from area_closure where area_code = ? and unit_code <> area_code
            order by 1"""
                if from_returns
                else "select area_code from areas where parent_code = ? order by 1",
                [area],
            )
            if summed
            else [{"area_code": area}]
        )
        parts = query(
            connection,
            """
            select unit_code, value, submission_id, figure_role, basis from fct_contributions
            where is_sample = ? and programme = ? and indicator = ? and area_code = ? and period = ? and accum = 'level'
              and dim_code = '' and group_id = ? and basis = ? and figure_role in ('value', 'numerator')
            order by unit_code, submission_id""",
            [
                key.is_sample,
                key.programme,
                key.series,
                area,
                key.period,
                chosen["group_id"],
                "summed" if summed else "filed",
            ],
        )
        used = sorted({p["submission_id"] for p in parts})
        held = {p["unit_code"]: p for p in parts}
        for row in expected:
            part = held.pop(row["area_code"], None)
            units.append(_unit(row["area_code"], True, part))
        units += [_unit(code, False, part) for code, part in sorted(held.items())]
        twice = len(parts) - len({p["unit_code"] for p in parts})
        units += [_unit(parts[0]["unit_code"], True, parts[0])] * twice
    rows = []
    if chosen:
        others = [t for t in total[1:] if t["basis"] != "partial" and t["value"] is not None]
        differing = sum(
            1
            for t in others
            if chosen["value"] is not None
            and abs(t["value"] - chosen["value"])
            > ((t["half_unit"] or Decimal(0)) + (chosen["half_unit"] or Decimal(0)))
        )
        own = next(
            (
                t
                for t in others
                if t["basis"] == "filed"
                and chosen["basis"] == "summed"
                and (t["submission_id"] == chosen["submission_id"] or t["group_id"] == "returns")
            ),
            None,
        )
        residual = own is None or abs(own["value"] - chosen["value"]) <= (own["half_unit"] or 0) + (
            chosen["half_unit"] or 0
        )
        reported, expected_units = chosen["units_reported"], chosen["units_expected"]
        rows.append(
            {
                "area_code": area,
                "has_value": bool(chosen["has_value"]),
                "basis": chosen["basis"],
                "value": chosen["value"],
                "units_reported": reported,
                "units_expected": expected_units,
                "coverage_ppm": reported * 1_000_000 // expected_units if expected_units else None,
                "residual_ok": int(residual),
                "answers_differing": differing,
                "is_partial": int(chosen["basis"] == "partial"),
                "numerator": chosen["numerator"],
                "denominator": chosen["denominator"],
            }
        )
    return SeriesData(key, units, rows, used)


def _unit(code: str, expected: bool, part: dict[str, Any] | None) -> dict[str, Any]:
    value = part["value"] if part else None
    return {
        "area_code": code,
        "is_expected": expected,
        "has_value": 1 if value is not None else None,
        "sign": None if value is None else (value > 0) - (value < 0),
        "basis": part["basis"] if part else None,
        "value": value,
        "submission_id": part["submission_id"] if part else None,
    }
