"""The inbox sensor: what makes a run, what does not, and that a failed run is tried again."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest

from ingestion.register import Register
from orchestration.jobs import RECEIVE
from orchestration.resources import HomeResource
from orchestration.sensors import BUILD, LONGEST_WAIT, MOST_ATTEMPTS, SUBJECT, look_at, receive_due
from quality.warehouse import build, is_stale
from tests.factories import write_return

LATER = 60.0
Due = Callable[..., dg.RunRequest | dg.SkipReason]


@pytest.fixture
def due(instance: dg.DagsterInstance, home: Path) -> Due:
    """A tick, as if a minute had gone by since everything that happened."""

    def tick(after: float = LATER) -> dg.RunRequest | dg.SkipReason:
        return receive_due(instance, home, time.time() + after, 5)

    return tick


def _drop(home: Path, name: str = "J2.xlsx", data: bytes = b"PK") -> Path:
    path = home / "inbox" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def _log(home: Path, what: str) -> None:
    register = Register(home)
    with register.transaction() as connection:
        register.log(connection, what, "S000001")
    register.close()


def _ran(instance: dg.DagsterInstance, request: dg.RunRequest, *, well: bool) -> None:
    """The run that a request started, over."""

    @dg.op
    def step() -> None:
        if not well:
            raise RuntimeError("no")

    @dg.job(name=RECEIVE)
    def job() -> None:
        step()

    tags = {**request.tags, "dagster/run_key": request.run_key or ""}
    job.execute_in_process(instance=instance, tags=tags, raise_on_error=False)


def test_a_dropped_file_makes_a_run(due: Due, home: Path) -> None:
    _drop(home)

    request = due()

    assert isinstance(request, dg.RunRequest)
    assert request.run_key and request.run_key.endswith("-1")


def test_an_empty_inbox_makes_none(due: Due) -> None:
    assert isinstance(due(), dg.SkipReason)


@pytest.mark.parametrize("name", ["J2.xlsx.tmp", ".J2.xlsx", "~$J2.xlsx", ".J2.xlsx.123.tmp"])
def test_a_file_that_is_still_arriving_makes_none(due: Due, home: Path, name: str) -> None:
    path = _drop(home, name)
    assert isinstance(due(), dg.SkipReason)

    path.rename(path.with_name("J2.xlsx"))
    assert isinstance(due(), dg.RunRequest)


def test_a_file_written_a_moment_ago_waits_a_tick(due: Due, home: Path) -> None:
    """Dragged in with a file manager it has its name from the start and is still growing."""
    _drop(home)

    assert isinstance(due(after=0), dg.SkipReason)
    assert isinstance(due(after=5), dg.RunRequest)


def test_the_same_tick_twice_asks_for_the_same_run(due: Due, home: Path) -> None:
    """Dagster drops the second: nothing runs twice."""
    _drop(home)
    first, second = due(), due()

    assert isinstance(first, dg.RunRequest) and isinstance(second, dg.RunRequest)
    assert first.run_key == second.run_key


def test_a_failed_run_is_tried_again_later(due: Due, home: Path, instance: dg.DagsterInstance) -> None:
    _drop(home)
    keys = []
    for attempt in range(MOST_ATTEMPTS):
        request = due(after=LONGEST_WAIT * 2)
        assert isinstance(request, dg.RunRequest)
        keys.append(request.run_key)
        _ran(instance, request, well=False)
        assert isinstance(due(after=1), dg.SkipReason), attempt  # not at once

    assert len(set(keys)) == MOST_ATTEMPTS
    stopped = due(after=LONGEST_WAIT * 2)
    assert isinstance(stopped, dg.SkipReason) and str(MOST_ATTEMPTS) in (stopped.skip_message or "")

    _drop(home, "another.xlsx")
    assert isinstance(due(), dg.RunRequest)


def test_a_county_that_goes_back_to_its_first_version_is_seen(
    due: Due, home: Path, instance: dg.DagsterInstance
) -> None:
    """A, B, A: the third drop has the name, size and time of the first."""
    keys = []
    for content in (b"PK-A", b"PK-B", b"PK-A"):
        path = _drop(home, data=content)
        request = due()
        assert isinstance(request, dg.RunRequest)
        keys.append(request.run_key)
        _ran(instance, request, well=True)
        path.unlink()
        _log(home, "received")

    assert len(set(keys)) == 3


def test_no_run_while_the_one_before_is_under_way(due: Due, home: Path, instance: dg.DagsterInstance) -> None:
    _drop(home)
    run = instance.create_run_for_job(_empty_job())
    assert isinstance(due(), dg.SkipReason)

    instance.report_run_failed(run)
    assert isinstance(due(), dg.RunRequest)


def _empty_job() -> dg.JobDefinition:
    @dg.op
    def step() -> None: ...

    @dg.job(name=RECEIVE)
    def job() -> None:
        step()

    return job


def test_a_register_newer_than_the_build_makes_a_run_once(due: Due, home: Path, instance: dg.DagsterInstance) -> None:
    """Received by the command line, or killed between receiving and building."""
    from quality.receive import Receiver

    Receiver(home).receive([write_return(home / "out" / "J2.xlsx")])
    assert is_stale(home)
    request = due()
    assert isinstance(request, dg.RunRequest) and request.tags[SUBJECT].endswith(BUILD)

    _ran(instance, request, well=True)
    assert isinstance(due(), dg.SkipReason)  # whatever a later look says, this state was built

    build(home)
    assert not is_stale(home)
    for what in ("gates", "candidate", "no_filing", "released"):
        _log(home, what)
    assert not is_stale(home)
    _log(home, "received")
    assert is_stale(home)


def test_looking_stops_within_its_budget(home: Path) -> None:
    for n in range(5):
        _drop(home, f"{n}.xlsx")

    assert look_at(home / "inbox").files == 5
    assert look_at(home / "inbox", budget=-1).files == 1


def test_the_sensor_itself_answers(home_defs: dg.Definitions, home: Path, instance: dg.DagsterInstance) -> None:
    sensor = home_defs.get_sensor_def("inbox")
    path = _drop(home)
    old = time.time() - 100
    import os

    os.utime(path, (old, old))

    with dg.build_sensor_context(instance=instance, resources={"home": HomeResource(path=str(home))}) as context:
        data = sensor.evaluate_tick(context)

    assert [r.job_name or RECEIVE for r in data.run_requests or []] == [RECEIVE]
