"""Every environment × every switch."""

from __future__ import annotations

import pytest

from ingestion.errors import SetupError
from orchestration.environment import ENVIRONMENTS, POSTGRES_URL, VARIABLE, environment
from orchestration.instance import settings


@pytest.mark.parametrize(
    ("name", "inbox", "approval", "schedule", "postgres"),
    [
        ("local", True, True, True, None),
        ("production", True, True, True, POSTGRES_URL),
        ("test", True, False, False, None),
    ],
)
def test_switches_are_as_declared(name: str, inbox: bool, approval: bool, schedule: bool, postgres: str | None) -> None:
    e = environment(name)

    assert (e.inbox_sensor, e.approval_sensor, e.filing_schedule, e.postgres_url_env) == (
        inbox, approval, schedule, postgres,
    )  # fmt: skip
    assert 5 <= e.inbox_seconds <= 30


def test_every_environment_stands_in_the_table_above() -> None:
    assert set(ENVIRONMENTS) == {"local", "production", "test"}


def test_an_unknown_environment_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "staging")

    with pytest.raises(SetupError, match="staging"):
        environment()


def test_the_environment_comes_from_the_variable_else_local(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "production")
    assert environment().name == "production"
    monkeypatch.delenv(VARIABLE)
    assert environment().name == "local"


def test_dagster_settings_hold_one_writer_and_no_telemetry() -> None:
    local, production = settings(environment("local")), settings(environment("production"))

    assert local["telemetry"] == {"enabled": False}
    assert local["concurrency"] == {
        "pools": {"default_limit": 1, "granularity": "run"},
        "runs": {"max_concurrent_runs": 2},
    }
    assert "storage" not in local
    assert production["storage"] == {"postgres": {"postgres_url": {"env": POSTGRES_URL}}}
