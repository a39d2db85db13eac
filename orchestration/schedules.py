"""Days of the calendar: one daily look at which releases are due, and a daily look at who has filed.

Dates are the rule book's, moved for public holidays (ingestion.calendar_days). Real data only; a named person approves.
Not here: what a candidate is (filings.release), which series a filing holds (filings.calendar).
"""

import datetime as dt
from collections.abc import Callable, Iterator

import dagster as dg

from ingestion.calendar_days import Release, release_dates
from ingestion.catalogue import catalogue
from ingestion.moments import CHINA
from orchestration import partitions
from orchestration.environment import Environment
from orchestration.jobs import CANDIDATE, COLLECTION, WHAT

LOOK_BACK = dt.timedelta(days=14)  # a server that stood still over the day makes the candidate afterwards
Tick = Iterator[dg.RunRequest | dg.SkipReason]
FILING = ".dagster/jiugai_filing"  # run tag, hidden in the UI


def run_key(release: Release) -> str:
    """Names a release for ever: Dagster starts a run key once, so each is made by itself once."""
    return f"{release.name}-{release.period}-{release.day.date}"


def _told(release: Release) -> str:
    """`2026-12-21 monthly_progress 2026-11（J2，原定 12-20，周末顺延）`"""
    moved = (
        f"，原定 {release.day.original:%m-%d}，{release.day.why_zh}顺延"
        if release.day.date != release.day.original
        else ""
    )
    return f"{release.day.date} {release.name} {release.period}（{release.form} {catalogue().form(release.form).title.zh}{moved}）"


def due_releases(today: dt.date) -> tuple[list[Release], Release]:
    """Releases of the last days up to today, and the next one after."""
    found = [r for year in (today.year - 1, today.year, today.year + 1) for r in release_dates(year)]
    coming = min((r for r in found if r.day.date > today), key=lambda r: r.day.date)
    return [r for r in found if today - LOOK_BACK < r.day.date <= today], coming


def candidates_due(instance: dg.DagsterInstance, today: dt.date) -> Tick:
    """A run for each release that is due and was not made by itself before; else why there is none."""
    due, coming = due_releases(today)
    is_idle = True
    for release in due:
        if instance.get_runs_count(dg.RunsFilter(tags={FILING: run_key(release)})):
            continue
        is_idle = False
        yield dg.RunRequest(
            run_key=run_key(release), partition_key=partitions.release_key(release.period, release.name),
            tags={FILING: run_key(release), WHAT: f"{release.name} {release.period}"},
        )  # fmt: skip
    if is_idle:
        made = f"；近日的已经做过 made already：{'、'.join(map(_told, due))}" if due else ""
        yield dg.SkipReason(f"今天（{today}）没有应发布的{made}；下一次 {_told(coming)}。 Nothing is due today.")


def _scheduled_day(context: dg.ScheduleEvaluationContext) -> dt.date:
    return context.scheduled_execution_time.astimezone(CHINA).date()


def _schedule(
    name: str, job: str, at: str, text: str, environment: Environment,
    tick: Callable[[dg.ScheduleEvaluationContext], Tick],
) -> dg.ScheduleDefinition:  # fmt: skip
    status = dg.DefaultScheduleStatus.RUNNING if environment.filing_schedule else dg.DefaultScheduleStatus.STOPPED
    return dg.ScheduleDefinition(
        name=name, job_name=job, cron_schedule=at, execution_timezone=partitions.TIMEZONE, execution_fn=tick,
        default_status=status, description=text,
    )  # fmt: skip


def schedules(environment: Environment) -> list[dg.ScheduleDefinition]:
    """Both schedules, switched as the environment says."""

    def releases(context: dg.ScheduleEvaluationContext) -> Tick:
        yield from candidates_due(context.instance, _scheduled_day(context))

    def collection(context: dg.ScheduleEvaluationContext) -> Tick:
        yield dg.RunRequest(run_key=f"collection-{_scheduled_day(context)}")

    return [
        _schedule(
            "release_days", CANDIDATE, "0 9 * * *",
            "每天 9 时看日历：今天应发布的（月报、年报，遇假日顺延），逐个做候选，由有名有姓的人批准；没有就写明下一次。 Every day at 9: "
            "a candidate of every release that is due, moved for public holidays; a named person approves.",
            environment, releases,
        ),
        _schedule(
            "collection_daily", COLLECTION, "30 8 * * *",
            "每天 8:30 更新报送一览：到期而未报的省当天就看得见。 Every day at 8:30: a province that is late shows the same day.",
            environment, collection,
        ),
    ]  # fmt: skip
