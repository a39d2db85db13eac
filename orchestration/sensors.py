"""The inbox sensor and the approval sensor. The register decides what is new; a sensor only says that a run is due.

A run key is remembered by Dagster for ever, so a bare content hash would never try a failed run again and would not see
a county go back to its first version (A, B, A). The key is therefore register watermark + inbox + attempt, and the
attempts are counted from the runs themselves: there is no cursor to lose.
"""

import datetime as dt
import hashlib
import time
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from filings.release import list_releases
from ingestion.catalogue import Catalogue
from ingestion.register import Register
from orchestration.environment import Environment
from orchestration.jobs import RECEIVE, SITE, WHAT
from orchestration.resources import HomeResource
from quality.arrivals import list_files
from quality.warehouse import is_stale

SUBJECT = ".dagster/jiugai_subject"  # run tag, hidden in the UI: what this run was started for, without the attempt
BUILD = "build"  # nothing waits; the build is older than the register
MOST_ATTEMPTS = 5
LONGEST_WAIT = 900  # seconds between two attempts at the same thing, at most
SETTLE_SECONDS = 2.0  # a file touched this lately may still be in copying
BUDGET_SECONDS = 20.0  # a tick has 60 s; the rest is looked at by the next one
IN_VAIN = [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
UNFINISHED = [
    dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING,
]  # fmt: skip


@dataclass(frozen=True)
class Inbox:
    """What waits. fingerprint names exactly these files; newest is the latest time one was written."""

    files: int
    fingerprint: str
    newest: float


def look_at(inbox: Path, budget: float = BUDGET_SECONDS) -> Inbox:
    """Whole files in the inbox: those under a temporary, hidden or lock name are still arriving."""
    started = time.monotonic()
    digest, count, newest = hashlib.sha256(), 0, 0.0
    for path in list_files([inbox]) if inbox.is_dir() else []:
        try:
            stat = path.stat()
        except FileNotFoundError:
            continue  # taken by a run meanwhile
        digest.update(f"{path.relative_to(inbox)}\0{stat.st_size}\0{stat.st_mtime_ns}\0".encode())
        count, newest = count + 1, max(newest, stat.st_mtime)
        if time.monotonic() - started > budget:
            break
    return Inbox(count, digest.hexdigest()[:12], newest)


def request(
    instance: dg.DagsterInstance, subject: str, what: str, now: float, shortest: float
) -> dg.RunRequest | dg.SkipReason:
    """A run for a subject, tagged with what it is for in words, unless it was tried too often or too lately.

    Attempts at the same subject wait twice as long each time; after five a person has to look, and anything new in the
    inbox or the register is another subject.
    """
    filters = dg.RunsFilter(tags={SUBJECT: subject})
    attempts = instance.get_runs_count(filters)
    in_vain = instance.get_runs_count(dg.RunsFilter(tags={SUBJECT: subject}, statuses=IN_VAIN))
    if in_vain >= MOST_ATTEMPTS:
        return dg.SkipReason(
            f"试了 {in_vain} 次仍未成功，见运行记录 tried {in_vain} times in vain; see the runs tagged {subject}"
        )
    if attempts:
        last = instance.get_run_records(filters, limit=1)[0]
        if last.dagster_run.is_success and subject.endswith(BUILD):
            return dg.SkipReason("已经重算过 this state of the register was built")
        wait = min(shortest * 2 ** (attempts - 1), LONGEST_WAIT)
        ended = last.end_time or last.update_timestamp.timestamp()
        if now - ended < wait:
            return dg.SkipReason(f"刚试过，{wait:.0f} 秒后再试 tried a moment ago; waiting {wait:.0f} s")
    tags = {SUBJECT: subject, WHAT: what + (f"，第 {attempts + 1} 次 attempt" if attempts else "")}
    return dg.RunRequest(run_key=f"{subject}-{attempts + 1}", tags=tags)


def receive_due(instance: dg.DagsterInstance, home: Path, now: float, shortest: float) -> dg.RunRequest | dg.SkipReason:
    """Whether a receive run is due: something whole lies in the inbox, or the build is older than the register."""
    inbox = look_at(home / "inbox")
    if not inbox.files and not is_stale(home):
        return dg.SkipReason("收件箱是空的，构建是新的 the inbox is empty and the build is up to date")
    if inbox.files and abs(now - inbox.newest) < SETTLE_SECONDS:
        return dg.SkipReason("有文件可能还在写入，下次再看 a file may still be arriving; next tick")
    busy = instance.get_runs_count(dg.RunsFilter(job_name=RECEIVE, statuses=UNFINISHED))
    if busy:
        return dg.SkipReason("上一次收件还在运行 the run before is still under way")
    register = Register(home)
    watermark = register.watermark
    register.close()
    # the rule book's files as they are now: a changed rule book is another subject
    waiting = inbox.fingerprint if inbox.files else f"{Catalogue().content_hash[:8]}-{BUILD}"
    subject = f"{watermark}-{waiting}"
    what = (
        f"收件 {inbox.files} 个文件 files"
        if inbox.files
        else "重算：登记库或规则库有变 the register or rule book changed"
    )
    return request(instance, subject, what, now, shortest)


def approval_due(home: Path) -> dg.RunRequest | dg.SkipReason:
    """Pages follow each approval. The newest release names the run, so each is shown once."""
    released = [r for r in list_releases(home) if r["state"] == "released"]
    if not released:
        return dg.SkipReason("还没有发布 nothing was released yet")
    newest = max(released, key=lambda r: r["approved_at"])
    tags = {WHAT: f"发布 {newest['release']}，{newest['approved_by']} 批准 approved"}
    return dg.RunRequest(run_key=f"{newest['release']}-{newest['approved_at']}", tags=tags)


def _status(is_on: bool) -> dg.DefaultSensorStatus:
    return dg.DefaultSensorStatus.RUNNING if is_on else dg.DefaultSensorStatus.STOPPED


def sensors(environment: Environment) -> list[dg.SensorDefinition]:
    """Both sensors, switched as the environment says."""

    @dg.sensor(
        name="inbox",
        job_name=RECEIVE,
        minimum_interval_seconds=environment.inbox_seconds,
        default_status=_status(environment.inbox_sensor),
        description="收件箱里有完整的工作簿，或登记库比现用构建新，就收件并重算。 Starts a run when a whole workbook lies in the "
        "inbox, or the register is newer than the current build.",
    )
    def inbox(context: dg.SensorEvaluationContext, home: HomeResource) -> dg.RunRequest | dg.SkipReason:
        now = dt.datetime.now(dt.UTC).timestamp()
        return receive_due(context.instance, home.folder, now, environment.inbox_seconds)

    @dg.sensor(
        name="approval",
        job_name=SITE,
        minimum_interval_seconds=environment.approval_seconds,
        default_status=_status(environment.approval_sensor),
        description="有新的发布获批准，就更新页面。 Writes the pages again when a release was approved.",
    )
    def approval(context: dg.SensorEvaluationContext, home: HomeResource) -> dg.RunRequest | dg.SkipReason:
        return approval_due(home.folder)

    return [inbox, approval]
