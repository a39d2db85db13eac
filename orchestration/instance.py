"""Dagster's own state under `<home>/dagster`, and the server of `jiugai dev`: one command, loopback only, no orphans.

Deleting that folder loses Dagster's history and nothing else: register, verdicts and releases live outside it.
Not here: what runs (build.py), in-process runs (line.py).
"""

from __future__ import annotations

import ctypes
import datetime as dt
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import click
import dagster as dg
import psutil
import yaml

from ingestion.archive import write_whole
from ingestion.errors import UsageError
from orchestration.environment import VARIABLE, Environment, environment
from orchestration.resources import HOME_VARIABLE, POOL

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
WORKSPACE = "workspace.yaml"
LOCATION = "jiugai"  # the name of the code in the UI
KEEP_RUNS_DAYS = 400  # one year of releases and a month to compare with
START_SECONDS = 180.0  # 18 s on two idle cores
STOP_SECONDS = 30.0
OVER = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
IN_A_PROCESS = [
    dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING,
]  # fmt: skip


# -- settings -----------------------------------------------------------------------------------------------------
def settings(switches: Environment) -> dict[str, Any]:
    """dagster.yaml. Old ticks are swept, since the event log grows without bound; so are old runs (sweep_runs)."""
    found: dict[str, Any] = {
        "telemetry": {"enabled": False},
        "nux": {"enabled": False},
        "concurrency": {
            "pools": {"default_limit": 1, "granularity": "run"},
            "runs": {"max_concurrent_runs": switches.max_concurrent_runs},
        },
        "freshness": {"enabled": True},
        "run_monitoring": {"enabled": True, "start_timeout_seconds": 180, "max_runtime_seconds": 7200},
        "retention": {
            "sensor": {"purge_after_days": {"skipped": 1, "failure": 30, "success": 90}},
            "schedule": {"purge_after_days": {"skipped": 90, "failure": 365, "success": -1}},
        },
    }
    if switches.postgres_url_env:
        found["storage"] = {"postgres": {"postgres_url": {"env": switches.postgres_url_env}}}
    return found


def workspace() -> dict[str, Any]:
    """workspace.yaml: where the definitions are, and the name that the UI gives them."""
    module = {"module_name": "orchestration.definitions", "working_directory": str(ROOT), "location_name": LOCATION}
    return {"load_from": [{"python_module": module}]}


def prepare(home: Path, switches: Environment) -> Path:
    """`<home>/dagster` with dagster.yaml and workspace.yaml; returns it. Harmless to repeat."""
    folder = home.resolve() / "dagster"
    head = "# 由 jiugai 写入，请改 orchestration/environment.py。 Written by jiugai; change orchestration/environment.py.\n"
    for name, content in (("dagster.yaml", settings(switches)), (WORKSPACE, workspace())):
        text = head + yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
        path = folder / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            write_whole(path, text.encode())
    return folder


@contextmanager
def local_instance(home: Path, switches: Environment | None = None) -> Iterator[dg.DagsterInstance]:
    """The instance of a home, for runs in this process; the UI shows them afterwards."""
    folder = prepare(home, switches or environment())
    with dg.DagsterInstance.from_config(str(folder)) as instance:
        # at set-up: on a new instance the default limit does not hold the first runs
        if POOL not in instance.event_log_storage.get_concurrency_keys():
            instance.event_log_storage.set_concurrency_slots(POOL, 1)
        yield instance


def end_left_over(instance: dg.DagsterInstance) -> int:
    """Runs whose process is gone with its server. Left as they are they would hold the sensor back for ever."""
    runs = instance.get_runs(dg.RunsFilter(statuses=IN_A_PROCESS))
    for run in runs:
        instance.report_run_failed(run, "服务停止时运行还未结束 the server stopped while this run was under way")
    return len(runs)


def sweep_runs(instance: dg.DagsterInstance, keep: dt.timedelta = dt.timedelta(days=KEEP_RUNS_DAYS)) -> int:
    """Old runs and their events go; what they did stands in the register, the builds and the releases."""
    filters = dg.RunsFilter(statuses=OVER, created_before=dt.datetime.now(dt.UTC) - keep)
    old = instance.get_runs(filters)
    for run in old:
        instance.delete_run(run.run_id)
    return len(old)


# -- the server ---------------------------------------------------------------------------------------------------
@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Two daemons on one home would both start every run."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "dev.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UsageError(
                f"{folder.parent}: 已有 jiugai dev 在这个文件夹上运行，请先停掉它 (already running on this home)"
            ) from None
        yield


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError):
            raise UsageError(
                f"端口 {port} 已被占用或不可用，请换一个，例如 --port {port + 1} (the port is taken)"
            ) from None


def command(folder: Path, port: int) -> list[str]:
    """Web server, daemon and one code server between them."""
    return [
        sys.executable, "-m", "dagster", "dev", "-w", str(folder / WORKSPACE), "-h", HOST, "-p", str(port),
        "--log-level", "warning",
    ]  # fmt: skip


def _stop_with_parent() -> None:
    """In the child: a SIGTERM when this command is killed outright, so that even then no daemon stays behind."""
    if sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)


def _answers(port: int) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://{HOST}:{port}/server_info", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _family(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """The server and everything it started: its children, and whatever else is in its session."""
    found: dict[int, psutil.Process] = {}
    try:
        parent = psutil.Process(process.pid)
        found = {p.pid: p for p in [parent, *parent.children(recursive=True)]}
    except psutil.NoSuchProcess:
        pass
    for other in psutil.process_iter():
        try:
            if os.getsid(other.pid) == process.pid:
                found[other.pid] = other
        except OSError:
            continue
    return list(found.values())


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask, then end: Dagster closes its servers itself; what does not go in time is ended by its id."""
    family = _family(process)
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
    alive = [p for p in {*family, *_family(process)} if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]
    for end in (psutil.Process.terminate, psutil.Process.kill):
        for p in alive:
            try:
                end(p)
            except psutil.NoSuchProcess:
                continue
        _, alive = psutil.wait_procs(alive, timeout=10)
    process.wait()


def run_dev(home: Path, port: int, environment_name: str | None = None) -> int:
    """Serve a home until Ctrl-C or SIGTERM. Returns the exit code.

    Raises: UsageError when the port is taken or the home is already served.
    """
    switches = environment(environment_name)
    home = home.resolve()
    (home / "inbox").mkdir(parents=True, exist_ok=True)
    folder = home / "dagster"
    with _only_one(folder):
        _check_port(port)
        click.echo(f"准备 preparing {folder} …")
        _catch_up(home, switches)
        log = folder / "dev.log"
        variables = {
            **os.environ, "DAGSTER_HOME": str(folder), HOME_VARIABLE: str(home), VARIABLE: switches.name,
            "DO_NOT_TRACK": "1", "DAGSTER_DISABLE_TELEMETRY": "1", "GX_ANALYTICS_ENABLED": "false",
            "PYTHONWARNINGS": "ignore",
        }  # fmt: skip
        wanted: list[int] = []
        before = {
            s: signal.signal(s, lambda number, _frame: wanted.append(number)) for s in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            with log.open("wb") as output:
                # its own session: a Ctrl-C in the terminal reaches us alone, and we stop it in order
                process = subprocess.Popen(
                    command(folder, port), env=variables, cwd=folder, stdout=output, stderr=subprocess.STDOUT,
                    stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=_stop_with_parent,
                )  # fmt: skip
                try:
                    return _watch(process, home, port, log, wanted)
                finally:
                    stop(process)
                    with local_instance(home, switches) as instance:
                        end_left_over(instance)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _catch_up(home: Path, switches: Environment) -> None:
    """Before serving: end what a killed server left, drop old runs, show what was received and built outside Dagster."""
    from orchestration.line import report_build, report_register

    with local_instance(home, switches) as instance:
        end_left_over(instance)
        sweep_runs(instance)
        report_register(instance, home)
        report_build(instance, home)


def _watch(process: subprocess.Popen[bytes], home: Path, port: int, log: Path, wanted: list[int]) -> int:
    click.echo(f"启动 starting http://{HOST}:{port} · 日志 log {log}")
    deadline = time.monotonic() + START_SECONDS
    is_ready = False
    while not wanted:
        if process.poll() is not None:
            lines = log.read_text(errors="replace").strip().splitlines()
            click.echo(
                f"jiugai dev: Dagster 已退出：{lines[-1] if lines else '—'}；见 {log} (Dagster has ended; see the log)",
                err=True,
            )
            return 2
        if not is_ready and _answers(port):
            is_ready = True
            click.echo(f"已就绪 ready: http://{HOST}:{port}")
            click.echo(f"  收件箱 inbox: {home / 'inbox'}（放入工作簿即可 drop a workbook here）")
            click.echo("  停止 stop: Ctrl-C")
        elif not is_ready and time.monotonic() > deadline:
            click.echo(
                f"jiugai dev: {START_SECONDS:.0f} 秒内没有起来；见 {log} (did not come up in time; see the log)",
                err=True,
            )
            return 2
        time.sleep(0.2 if is_ready else 0.5)
    click.echo("正在停止 stopping …")
    return 0
