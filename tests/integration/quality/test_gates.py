"""Gates: none passes on nothing, verdicts belong to exactly the data they saw."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingestion.catalogue import catalogue
from ingestion.register import Register
from quality.gates.frames import TOTAL_COLUMNS, UNIT_COLUMNS, SeriesData, SeriesKey, series_data
from quality.gates.run import run_gates, stored
from quality.gates.suites import Judge
from quality.gates.verdicts import reasons_against
from quality.warehouse import current_build, open_build

KEY = SeriesKey("started_communities", "2023-09", "final", "national", "real")
GATES = [g.id for g in catalogue().gates.gates]


def sound() -> SeriesData:
    units = [
        dict(zip(UNIT_COLUMNS, (code, True, 1, 1, "summed", Decimal(value), "S1"), strict=True))
        for code, value in (("110000", 30), ("120000", 20))
    ]
    total = [
        dict(zip(TOTAL_COLUMNS, ("000000", True, "summed", Decimal(50), 2, 2, 1_000_000, 1, 0, 0, 0, None, None), strict=True))
    ]  # fmt: skip
    return SeriesData(KEY, units, total, ["S1"])


def verdicts(data: SeriesData, kind: str = "final") -> dict[str, str]:
    return {o.gate.id: o.verdict for o in Judge(catalogue().gates, kind).outcomes(data)}


def test_a_sound_series_passes_every_gate() -> None:
    assert verdicts(sound()) == dict.fromkeys(GATES, "passed")


def emptied(data: SeriesData) -> SeriesData:
    return SeriesData(KEY, [], [], [])


def all_null(data: SeriesData) -> SeriesData:
    return SeriesData(KEY, [dict.fromkeys(UNIT_COLUMNS) for _ in range(2)], [dict.fromkeys(TOTAL_COLUMNS)], [])


@pytest.mark.parametrize("gate", GATES)
@pytest.mark.parametrize("damage", [emptied, all_null], ids=["empty", "all null"])
def test_no_gate_passes_on_nothing(gate: str, damage: Callable[[SeriesData], SeriesData]) -> None:
    assert verdicts(damage(sound()))[gate] != "passed"


READS = {
    "values_complete": ("has_value", "units"), "values_not_negative": ("sign", "units"), "units_unique": ("area_code", "units"),
    "coverage": ("coverage_ppm", "total"), "total_adds_up": ("residual_ok", "total"),
    "control_totals_agree": ("answers_differing", "total"), "not_partial": ("is_partial", "total"),
    "falls_explained": ("falls_unexplained", "total"),
    "columns_present": ("value", "units"), "rows_present": ("has_value", "units"),
}  # fmt: skip


@pytest.mark.parametrize("gate", GATES)
def test_no_gate_passes_without_its_column(gate: str) -> None:
    column, table = READS[gate]
    data = sound()
    for row in getattr(data, table):
        del row[column]
    found = verdicts(data)
    assert found[gate] != "passed"
    assert found["columns_present"] == "failed"


def broken(table: str, **changes: Any) -> SeriesData:
    data = sound()
    getattr(data, table)[0].update(changes)
    return data


@pytest.mark.parametrize(
    ("gate", "data"),
    [
        ("values_complete", broken("units", has_value=None, value=None)),
        ("values_not_negative", broken("units", sign=-1)),
        ("units_unique", broken("units", area_code="120000")),
        ("units_unique", broken("units", is_expected=False)),
        ("coverage", broken("total", coverage_ppm=999_999)),
        ("total_adds_up", broken("total", residual_ok=0)),
        ("control_totals_agree", broken("total", answers_differing=1)),
        ("falls_explained", broken("total", falls_unexplained=1)),
        ("not_partial", broken("total", is_partial=1)),
    ],
)
def test_each_gate_fails_on_its_fault(gate: str, data: SeriesData) -> None:
    found = verdicts(data)
    assert found[gate] == "failed"
    assert [g for g, v in found.items() if v != "passed"] == [gate]


def test_coverage_asks_less_of_a_provisional_release() -> None:
    data = broken("total", coverage_ppm=950_000, is_partial=1)
    assert verdicts(data, "provisional")["coverage"] == "passed"
    assert "not_partial" not in verdicts(data, "provisional")
    assert verdicts(broken("total", coverage_ppm=949_999), "provisional")["coverage"] == "failed"


@pytest.mark.parametrize(
    "change", [{"value": Decimal(31)}, {"area_code": "130000"}, {"submission_id": "S2"}, {"has_value": None}]
)
def test_the_hash_moves_with_anything_a_gate_sees(change: dict[str, Any]) -> None:
    assert broken("units", **change).data_hash != sound().data_hash


def test_verdicts_are_stored_and_a_real_series_passes(published_home: Path, copy_of: Any) -> None:
    home = copy_of(published_home)
    rows = run_gates(home, "2023-09", "provisional", series=["started_communities", "funds_paid"])
    by_series = {s: {r["verdict"] for r in rows if r["series"] == s} for s in ("started_communities", "funds_paid")}
    assert by_series["started_communities"] == {"passed"}
    assert "passed" not in by_series["funds_paid"]
    assert {r["series"] for r in stored(home, period="2023-09")} == set(by_series)
    with open_build(current_build(home)) as connection:
        key = SeriesKey("started_communities", "2023-09", "provisional", "national", "real")
        [data] = series_data(connection, [key])
        register = Register(home)
        assert len(data.units) == 32 and reasons_against(register, key, data.data_hash) == []
        other = SeriesData(key, data.units[1:], data.total, data.submissions)
        assert reasons_against(register, key, other.data_hash)  # a verdict on other data is no verdict
        final = SeriesData(SeriesKey("started_communities", "2023-09", "final", "national", "real"), data.units, data.total,
                           data.submissions)  # fmt: skip
        assert reasons_against(register, final.key, final.data_hash)
        assert {f["area_code"] for f in data.figures} >= {"000000", "110000", "660000"}
        touched = [{**f, "value": f["value"] + 1} if f["area_code"] == "110000" else f for f in data.figures]
        published = SeriesData(key, data.units, data.total, data.submissions, data.area, touched)
        assert reasons_against(register, key, published.data_hash)  # a province's row is published too
