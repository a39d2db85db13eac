"""What a gate looks at: two small tables of one series, and a hash that names exactly this data.

DuckDB computes (counts, coverage, residuals); Great Expectations only judges the small result. Not here: judging.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, cached_property, lru_cache
from typing import Any

import duckdb
import rfc8785

from ingestion.areas import last_month
from ingestion.catalogue import NATION, catalogue
from ingestion.units import plain
from quality.contributions import made_of
from quality.warehouse import Build, basis_of_cells, open_build, query

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
    "falls_unexplained",
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


@dataclass(frozen=True)
class SeriesData:
    """units: one row a unit that the total should be made of; total: one row, or none.

    figures: the rows of fct_figures that a release of this series would publish, for the total's area and those below.
    """

    key: SeriesKey
    units: list[dict[str, Any]]
    total: list[dict[str, Any]]
    submissions: list[str]
    area: str = NATION
    figures: list[dict[str, Any]] = field(default_factory=list)

    @cached_property
    def data_hash(self) -> str:
        """sha256 of the canonical JSON of everything the gates see and everything a release would publish."""

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
            "figures": [{k: clean(v) for k, v in r.items()} for r in self.figures],
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


@lru_cache(maxsize=1)
def read_series(made: Build, keys: tuple[SeriesKey, ...]) -> list[SeriesData]:
    """`series_data` of a build. A build is never written again, and a release is made of what was gated just before."""
    with open_build(made) as connection:
        return series_data(connection, keys)


def series_data(connection: duckdb.DuckDBPyConnection, keys: Sequence[SeriesKey]) -> list[SeriesData]:
    """Read series of one period, programme and source kind from a build, in the order given, at one go.

    A series of which there is nothing has empty tables: the gates say so.
    """
    if not keys:
        return []
    first, area = keys[0], top_area(connection, keys[0])
    names = [key.series for key in keys]
    held: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for row in query(
        connection,
        """select * from fct_figures where is_sample = ? and programme = ? and period = ? and accum = 'level'
           and indicator in (select unnest(?::varchar[]))
           and (area_code = ? or area_code in (select area_code from areas where parent_code = ?))
           order by indicator, area_code, dim_code, choice_rank""",
        [first.is_sample, first.programme, first.period, names, area, area],
    ):
        held[row["indicator"]].append(row)
    answers = {n: [f for f in held[n] if f["area_code"] == area and f["dim_code"] == ""] for n in names}
    parts = _parts(connection, first, area, {name: found[0] for name, found in answers.items() if found})
    falls = _falls(connection, first, area)

    @cache
    def expected(basis: str, source_kind: str) -> dict[str, bool]:
        return _expected(connection, area, first.period, basis, source_kind)

    made = []
    for key in keys:
        found = answers[key.series]
        if not found:
            made.append(SeriesData(key, [], [], [], area, held[key.series]))
            continue
        given = parts[key.series]
        units = _units(expected(found[0]["basis"], found[0]["source_kind"]), given)
        used = sorted({p["submission_id"] for p in given})
        made.append(SeriesData(key, units, [_total(found, falls.get(key.series, 0))], used, area, held[key.series]))
    return made


def _expected(
    connection: duckdb.DuckDBPyConnection, area: str, period: str, basis: str, source_kind: str
) -> dict[str, bool]:
    """Codes of the units that a total may be made of, and whether it should: whether they stand in the last month of its
    period. A county that files an earlier period under its code of today does not."""
    if basis == "filed":
        return {area: True}
    of = (
        "select unit_code as code, valid_from, valid_to from area_closure where area_code = ? and unit_code <> area_code"
        if source_kind != "publication"
        else "select area_code as code, valid_from, valid_to from areas where parent_code = ?"
    )
    month = last_month(period)
    return {
        r["code"]: (r["valid_from"] or month) <= month <= (r["valid_to"] or month)
        for r in query(connection, f"{of} order by 1", [area])
    }


def _parts(
    connection: duckdb.DuckDBPyConnection, key: SeriesKey, area: str, chosen: dict[str, dict[str, Any]]
) -> dict[str, list[dict[str, Any]]]:
    """What each unit gave to the chosen totals in all (not the cells of a table that it is made of), by series."""
    parts: dict[str, list[dict[str, Any]]] = {name: [] for name in chosen}
    for row in query(
        connection,
        """select c.indicator, c.unit_code, c.value, c.submission_id, c.basis from int_contributions__all as c
           inner join (select unnest(?::varchar[]) as indicator, unnest(?::varchar[]) as group_id, unnest(?::varchar[]) as basis) as w
             on c.indicator = w.indicator and c.group_id = w.group_id and c.basis = w.basis
           where c.is_sample = ? and c.programme = ? and c.area_code = ? and c.period = ? and c.accum = 'level'
           and c.dim_code = '' and c.figure_role in ('value', 'numerator')
           order by c.indicator, c.unit_code, c.submission_id""",
        [
            list(chosen),
            [f["group_id"] for f in chosen.values()],
            [basis_of_cells(f["basis"]) for f in chosen.values()],
            key.is_sample,
            key.programme,
            area,
            key.period,
        ],
        asked=made_of(catalogue(), chosen, key.period),
    ):
        parts[row["indicator"]].append(row)
    return parts


def _units(expected: dict[str, bool], parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every unit that the chosen total should be or is made of, with what it gave."""
    held = {p["unit_code"]: p for p in parts}
    units = [_unit(code, True, held.pop(code, None)) for code, stands in expected.items() if stands or code in held]
    units += [_unit(code, False, part) for code, part in sorted(held.items())]
    twice = len(parts) - len({p["unit_code"] for p in parts})
    units += [_unit(parts[0]["unit_code"], True, parts[0])] * twice
    return units


def _falls(connection: duckdb.DuckDBPyConnection, key: SeriesKey, area: str) -> dict[str, int]:
    """How many units of the area fell without a reason code, by series: in the month, of a year in any of its months.

    A ratio or an estimate falls with what it is made of.
    """
    rows = query(
        connection,
        """select i.indicator, count(distinct n.unit_code) as units from fct_negative_flows as n
           inner join indicators as i on n.indicator in (i.indicator, i.base, i.numerator, i.denominator)
           where n.is_sample = ? and n.programme = ? and not n.is_explained
           and (n.month = ? or left(n.month, 4) = ?)
           and (n.unit_code = ? or n.unit_code in (select unit_code from area_closure where area_code = ?))
           group by i.indicator""",
        [key.is_sample, key.programme, key.period, key.period, area, area],
    )
    return {r["indicator"]: r["units"] for r in rows}


def _total(answers: list[dict[str, Any]], falls: int) -> dict[str, Any]:
    """The chosen total beside the other answers to the same question. answers: the chosen one first; falls: _falls.

    Another account of the returns (J3F beside J2) is no check of it: what they differ in is shown by filings.funds.
    """
    chosen = answers[0]
    others = [
        t
        for t in answers[1:]
        if t["basis"] != "partial"
        and t["value"] is not None
        and (t["account"] == chosen["account"] or "publication" in (t["source_kind"], chosen["source_kind"]))
    ]

    def agrees(other: dict[str, Any]) -> bool:
        room = (other["half_unit"] or Decimal(0)) + (chosen["half_unit"] or Decimal(0))
        return bool(abs(other["value"] - chosen["value"]) <= room)

    own = next(  # what the level itself filed or printed, beside the sum of the rows below it; either may be chosen
        (
            t
            for t in others
            if {t["basis"], chosen["basis"]} == {"filed", "summed"}
            and (t["submission_id"] == chosen["submission_id"] or t["source_kind"] != "publication")
        ),
        None,
    )
    reported, expected = chosen["units_reported"], chosen["units_expected"]
    return {
        "area_code": chosen["area_code"],
        "has_value": chosen["value"] is not None or chosen["denominator"] is not None,
        "basis": chosen["basis"],
        "value": chosen["value"],
        "units_reported": reported,
        "units_expected": expected,
        "coverage_ppm": reported * 1_000_000 // expected if expected else None,
        "residual_ok": int(own is None or agrees(own)),
        "answers_differing": sum(chosen["value"] is not None and not agrees(t) for t in others),
        "is_partial": int(chosen["basis"] == "partial"),
        "falls_unexplained": falls,
        "numerator": chosen["numerator"],
        "denominator": chosen["denominator"],
    }


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
