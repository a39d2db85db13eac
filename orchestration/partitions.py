"""Partitions: period × province-level unit for returns, source for publications, period × release for filings.

Counties are rows of the register, never partitions (2,850 of them would drown Dagster). Keys are codes, not names.
Not here: which partitions a batch touched (quality.status).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache

import dagster as dg

from ingestion.catalogue import catalogue
from ingestion.moments import CHINA
from quality.gates.run import KINDS
from quality.status import Partition

FIRST_MONTH = "2022-10"  # the survey's first month
FIRST_YEAR = "2022"
FIRST_RELEASE_YEAR = 2019  # publications begin here
FIRST_RELEASE_MONTHS = 2022
TIMEZONE = "Asia/Shanghai"
SAMPLE = "-sample"


@cache
def provinces() -> dg.StaticPartitionsDefinition:
    """31 provinces and 新疆生产建设兵团 (660000)."""
    return dg.StaticPartitionsDefinition([a.code for a in catalogue().areas.values() if a.level == "province"])


@cache
def of_returns(frequency: str) -> dg.MultiPartitionsDefinition:
    """period × province. Months appear when they are over; a plan's year when it begins."""
    if frequency == "monthly":
        period: dg.PartitionsDefinition[str] = dg.MonthlyPartitionsDefinition(
            start_date=FIRST_MONTH, fmt="%Y-%m", timezone=TIMEZONE
        )
    else:
        period = dg.TimeWindowPartitionsDefinition(
            start=FIRST_YEAR, fmt="%Y", cron_schedule="0 0 1 1 *", timezone=TIMEZONE, end_offset=1
        )
    return dg.MultiPartitionsDefinition({"period": period, "province": provinces()})


@cache
def of_publications() -> dg.StaticPartitionsDefinition:
    """One a publication of the rule book."""
    return dg.StaticPartitionsDefinition(list(catalogue().sources))


@dataclass(frozen=True)
class Release:
    """What a partition of candidates stands for. filing: its name in the calendar, None for one made by hand."""

    period: str
    kind: str
    sample: bool
    filing: str | None


@cache
def of_releases(today: dt.date | None = None) -> dg.MultiPartitionsDefinition:
    """period × release. A release is a filing of the calendar or a kind, real or sample: the two never meet in one
    partition, and neither do two filings of one year.

    Years and months stand in one dimension, so it is a list; it runs to the end of next year because a server may
    stay up over New Year and the schedule must find its month.
    """
    last = (today or dt.datetime.now(CHINA).date()).year + 1
    periods = [str(year) for year in range(FIRST_RELEASE_YEAR, last + 1)]
    periods += [f"{year}-{month:02d}" for year in range(FIRST_RELEASE_MONTHS, last + 1) for month in range(1, 13)]
    releases = [name + suffix for suffix in ("", SAMPLE) for name in (*catalogue().calendar.release, *KINDS)]
    return dg.MultiPartitionsDefinition(
        {
            "period": dg.StaticPartitionsDefinition(periods),
            "release": dg.StaticPartitionsDefinition(releases),
        }
    )


def release_key(period: str, name: str, *, sample: bool = False) -> dg.MultiPartitionKey:
    """name: a filing of the calendar, or a kind."""
    return dg.MultiPartitionKey({"period": period, "release": name + (SAMPLE if sample else "")})


def release_of(key: str) -> Release:
    """What a partition key says: `2023-09|monthly_progress`, `2023-09|provisional-sample`."""
    period, release = key.split("|")
    name = release.removesuffix(SAMPLE)
    filing = catalogue().calendar.release.get(name)
    return Release(period, filing.kind if filing else name, release.endswith(SAMPLE), name if filing else None)


def partition_of(form: str, key: str) -> Partition:
    """The partition of the register behind a key of an asset: `2023-09|110000` of J2, `T2309` of publications."""
    if form not in catalogue().forms:
        return Partition(form, source_id=key)
    period, province = key.split("|")
    return Partition(form, period, province)


def key_of(partition: Partition) -> str | None:
    """Dagster's key of a partition; None when its asset has no such partition (a period before the survey began)."""
    if partition.source_id:
        known = of_publications().has_partition_key(partition.source_id)
        return partition.source_id if known else None
    form = catalogue().forms.get(partition.form)
    if form is None:
        return None
    key = dg.MultiPartitionKey({"period": partition.period, "province": partition.province})
    return key if of_returns(form.frequency).has_partition_key(key) else None
