"""Partition keys: codes and periods, never names; the corps is a province-level unit."""

from __future__ import annotations

import datetime as dt

import pytest

from orchestration import partitions
from quality.status import Partition


def test_provinces_are_the_32_reporting_units() -> None:
    keys = partitions.provinces().get_partition_keys()

    assert len(keys) == 32
    assert "660000" in keys and "110000" in keys
    assert not any(k.startswith("659") for k in keys)


@pytest.mark.parametrize(
    ("partition", "key"),
    [
        (Partition("J2", "2022-10", "660000"), "2022-10|660000"),
        (Partition("J1", "2023", "110000"), "2023|110000"),
        (Partition("J3", "2023", "440000"), "2023|440000"),
        (Partition("J4", "2023-09", "110000"), "2023-09|110000"),
        (Partition("PUB", source_id="T2309"), "T2309"),
        (Partition("J2", "2022-09", "110000"), None),  # before the survey
        (Partition("J2", "2099-01", "110000"), None),  # not over yet
        (Partition("J2", "2023-09", "000000"), None),
        (Partition("PUB", source_id="nobody"), None),
        (Partition("X9", "2023-09", "110000"), None),
    ],
)
def test_key_of_names_the_partition_or_nothing(partition: Partition, key: str | None) -> None:
    found = partitions.key_of(partition)

    assert (None if found is None else str(found)) == key


@pytest.mark.parametrize(
    ("form", "key", "partition"),
    [
        ("J2", "2023-09|660000", Partition("J2", "2023-09", "660000")),
        ("J3", "2023|110000", Partition("J3", "2023", "110000")),
        ("PUB", "T2309", Partition("PUB", source_id="T2309")),
    ],
)
def test_a_key_names_its_partition(form: str, key: str, partition: Partition) -> None:
    assert partitions.partition_of(form, key) == partition


@pytest.mark.parametrize("sample", [False, True])
@pytest.mark.parametrize("period", ["2023", "2023-09"])
def test_release_keys_come_back_as_they_went(period: str, sample: bool) -> None:
    key = partitions.release_key(period, "provisional", sample=sample)

    assert partitions.of_releases().has_partition_key(key)
    assert partitions.release_of(str(key)) == partitions.Release(period, "provisional", sample, None)


@pytest.mark.parametrize(
    ("period", "filing", "kind"),
    [
        ("2023-09", "monthly_progress", "provisional"),
        ("2023", "annual_plan", "final"),
        ("2023", "annual_starts_and_funds", "final"),
    ],
)
def test_each_filing_of_the_calendar_has_partitions_of_its_own(period: str, filing: str, kind: str) -> None:
    """Two filings of one year and kind never overwrite each other."""
    key = partitions.release_key(period, filing)

    assert partitions.of_releases().has_partition_key(key)
    assert partitions.release_of(str(key)) == partitions.Release(period, kind, False, filing)


def test_releases_reach_over_new_year() -> None:
    """A server started in December must find December's month in January."""
    definition = partitions.of_releases(dt.date(2026, 12, 31))

    assert definition.has_partition_key(partitions.release_key("2027-01", "provisional"))
