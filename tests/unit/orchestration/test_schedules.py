"""What runs by the calendar: releases on their moved day, once, also after a standstill; and a reason when nothing is due."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import dagster as dg
import pytest

from ingestion.moments import CHINA
from orchestration.environment import ENVIRONMENTS
from orchestration.instance import local_instance
from orchestration.jobs import CANDIDATE, COLLECTION
from orchestration.schedules import candidates_due


def _keys(instance: dg.DagsterInstance, day: str) -> list[str]:
    """Partitions that a tick asks for."""
    found = candidates_due(instance, dt.date.fromisoformat(day))
    return [str(r.partition_key) for r in found if isinstance(r, dg.RunRequest)]


def _made(instance: dg.DagsterInstance, day: str) -> None:
    """The runs that a tick asked for, done."""

    @dg.op
    def step() -> None: ...

    @dg.job(name=CANDIDATE)
    def job() -> None:
        step()

    for request in candidates_due(instance, dt.date.fromisoformat(day)):
        assert isinstance(request, dg.RunRequest)
        job.execute_in_process(instance=instance, tags=request.tags)


@pytest.mark.parametrize(
    ("day", "keys"),
    [
        ("2023-10-20", ["2023-09|monthly_progress"]),  # a Friday
        ("2023-08-19", []),  # the 20th is a Sunday: nothing yet
        ("2023-08-20", []),
        ("2023-08-21", ["2023-07|monthly_progress"]),
        ("2024-02-10", []),  # Spring Festival until 17 February; the 18th is a Sunday that is worked
        ("2024-02-18", ["2023|annual_starts_and_funds"]),
        ("2024-02-28", ["2023|annual_effects", "2024|annual_plan"]),
    ],
)
def test_a_release_is_due_on_its_moved_day(instance: dg.DagsterInstance, day: str, keys: list[str]) -> None:
    before = _keys(instance, str(dt.date.fromisoformat(day) - dt.timedelta(days=1)))

    assert sorted(set(_keys(instance, day)) - set(before)) == sorted(keys)


def test_a_candidate_is_made_once_by_itself(instance: dg.DagsterInstance) -> None:
    assert _keys(instance, "2023-10-20") == ["2023-09|monthly_progress"]
    assert _keys(instance, "2023-10-20") == [
        "2023-09|monthly_progress"
    ]  # asked for, not made: Dagster drops the second
    _made(instance, "2023-10-20")

    assert _keys(instance, "2023-10-20") == [] == _keys(instance, "2023-10-25")


def test_a_server_that_stood_still_makes_it_afterwards(instance: dg.DagsterInstance) -> None:
    assert _keys(instance, "2023-10-27") == ["2023-09|monthly_progress"]
    assert _keys(instance, "2023-11-10") == []  # too long ago to be made without a person


def test_an_idle_day_says_what_comes_next_and_why_it_moved(instance: dg.DagsterInstance) -> None:
    (found,) = candidates_due(instance, dt.date(2026, 12, 10))

    assert isinstance(found, dg.SkipReason)
    text = found.skip_message or ""
    assert "今天（2026-12-10）没有应发布的" in text
    assert "下一次 2026-12-21 monthly_progress 2026-11" in text and "原定 12-20" in text and "周末" in text


@pytest.mark.parametrize(
    ("name", "job", "cron"), [("release_days", CANDIDATE, "0 9 * * *"), ("collection_daily", COLLECTION, "30 8 * * *")]
)
def test_schedules_stand_in_china_time_and_follow_the_environment(
    home_defs: dg.Definitions, home: Path, name: str, job: str, cron: str
) -> None:
    schedule = home_defs.get_schedule_def(name)
    assert isinstance(schedule, dg.ScheduleDefinition)
    assert (schedule.cron_schedule, schedule.execution_timezone, schedule.job_name) == (cron, "Asia/Shanghai", job)
    assert not ENVIRONMENTS["test"].filing_schedule and schedule.default_status == dg.DefaultScheduleStatus.STOPPED

    moment = dt.datetime(2023, 10, 20, 9, tzinfo=CHINA)
    with local_instance(home, ENVIRONMENTS["test"]) as instance:
        context = dg.build_schedule_context(
            instance=instance, scheduled_execution_time=moment, repository_def=home_defs.get_repository_def()
        )
        assert len(schedule.evaluate_tick(context).run_requests or []) == 1
