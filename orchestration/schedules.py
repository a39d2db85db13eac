"""Statutory days: for each release of the calendar (rulebook/calendar.yaml), a schedule that makes its candidate.

Real data only; a named person approves. Not here: which day (the rule book), what a candidate is (filings.release).
"""

import datetime as dt

import dagster as dg

from ingestion.catalogue import catalogue
from ingestion.rulebook_model import ReleaseDay
from orchestration import partitions
from orchestration.environment import Environment


def month_before(moment: dt.datetime) -> str:
    """`2026-11-20` → `2026-10`."""
    return (moment.date().replace(day=1) - dt.timedelta(days=1)).strftime("%Y-%m")


def _schedule(name: str, release: ReleaseDay, environment: Environment) -> dg.ScheduleDefinition:
    status = dg.DefaultScheduleStatus.RUNNING if environment.filing_schedule else dg.DefaultScheduleStatus.STOPPED

    @dg.schedule(
        name=name,
        job_name="monthly_filing",
        cron_schedule=f"0 9 {release.day} * *",
        execution_timezone=partitions.TIMEZONE,
        default_status=status,
        description=f"每月 {release.day} 日 9 时：为上月做 {release.kind} 候选，由有名有姓的人批准。 On day {release.day}: the "
        f"{release.kind} candidate of the month before, for a named person to approve.",
    )
    def monthly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        key = partitions.release_key(month_before(context.scheduled_execution_time), release.kind)
        return dg.RunRequest(run_key=str(key), partition_key=key)

    return monthly


def schedules(environment: Environment) -> list[dg.ScheduleDefinition]:
    """One schedule a release of the calendar."""
    return [_schedule(f"filing_{name}", release, environment) for name, release in catalogue().calendar.release.items()]
