"""Runs dbt over what is in force and opens finished builds read-only. dbt alone writes a build.

Each build is a new DuckDB file beside a small JSON of what it was made from; `current` is a pointer moved when the
build is whole, and never by a build as of a past moment. Stands in quality because gates and filings both read builds
and imports only go down. Not here: what a figure means.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import duckdb

from ingestion.archive import sync_folder, write_whole
from ingestion.catalogue import Catalogue, catalogue
from ingestion.errors import JiugaiError, RetriableError, SetupError, UsageError
from ingestion.moments import now_utc, stamp
from quality.dbt_build import NodeResult, dbt_environment, run_dbt
from quality.dbt_project import DATABASE, one_at_a_time, parsed_project, project_hash
from quality.renewal import came_since, why_whole, worn

if TYPE_CHECKING:  # the register and Arrow cost a second to load, which answering from a build does without
    from ingestion.register import Register

KEEP_BUILDS = 5
ROWS_AT_ONCE = 5_000
# acts that change no figure: a build made before them is still up to date
NOT_DATA = (
    "duplicate",
    "gates",
    "candidate",
    "no_filing",
    "approval_refused",
    "released",
    "explained",
    "decision_refused",
)
# acts that change figures through the state of submissions alone: a renewal follows them
FOLLOWED = ("received", "decided", "overridden")


@dataclass(frozen=True)
class Build:
    """A finished build: one DuckDB file that is never written again."""

    build_id: str
    path: Path
    as_of: str | None
    watermark: int
    made_at: str
    rulebook_version: str  # of the formulas; what each return was judged by stands in the register
    rulebook_hash: str
    project_hash: str  # of what computes: dbt's project and its versions
    renewals: int = 0  # one after the other, since the last build that was made whole
    whole_bytes: int = 0  # of the file of that one

    @property
    def label(self) -> str:
        return self.as_of or self.made_at


@dataclass
class BuildResult:
    """renewed_from: the build that it renews; else whole_because says why there is none (a key of WHOLE_BECAUSE)."""

    build: Build
    nodes: list[NodeResult] = field(default_factory=list)
    renewed_from: str | None = None
    whole_because: str | None = None


def _folder(home: Path) -> Path:
    return home / "warehouse"


def export_register(register: Register, folder: Path, as_of: dt.datetime | None = None) -> None:
    """One read transaction → Parquet: dbt sees one state of the register, whatever arrives meanwhile.

    status and decided_at are those of the moment, so that dbt needs to know no decisions; an explanation counts once what
    it belongs to is accepted. Of a past moment: what was decided and explained by then alone, so that no table of the build
    knows what came later.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    from ingestion.register import explanations, submissions

    rows = register.states(as_of=as_of)
    if as_of is not None:
        rows = [r for r in rows if r["decided_at"] <= stamp(as_of)]
    types = {"seq": pa.int64(), "version": pa.int64(), "is_backfilled": pa.bool_()}
    schema = pa.schema([(c.name, types.get(c.name, pa.string())) for c in submissions.columns])
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), folder / "submissions.parquet")
    given = [] if as_of is None else [explanations.c.at <= stamp(as_of)]
    said = register.rows(explanations, *given, order=explanations.c.seq)
    names = ("submission_id", "rule", "reason", "at")
    table = pa.table({n: pa.array([r[n] for r in said], pa.string()) for n in names})
    pq.write_table(table, folder / "explanations.parquet")


@contextmanager
def _one_build(home: Path) -> Iterator[None]:
    """One build at a time on a home, whoever asks: other processes wait. What a killed build left behind goes."""
    folder = _folder(home)
    folder.mkdir(parents=True, exist_ok=True)
    with one_at_a_time, (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for kind in (".b-*", ".asof-*"):
            for left in folder.glob(kind):
                shutil.rmtree(left, ignore_errors=True)
        yield


def build(home: Path, as_of: dt.datetime | None = None, *, whole: bool = False) -> BuildResult:
    """Make a build of everything in force (as of a moment). `current` moves only for a build of now.

    The current build is renewed where that can be done, unless it is to be made whole.
    Raises: BuildFailed when a model or a test of error severity fails: the file is then thrown away.
    """
    from ingestion.register import Register
    from ingestion.store import Store

    register = Register(home)
    try:
        with _one_build(home):
            landed_again = bool(Store(home, catalogue()).repair(register))
            watermark = register.watermark
            made_at = stamp(now_utc())
            limit = stamp(as_of) if as_of else None
            compact = made_at[:26].replace("-", "").replace(":", "").replace(".", "")
            build_id = f"{'asof' if limit else 'b'}-{compact}-{watermark}"
            folder = _folder(home)
            work = folder / f".{build_id}"
            export_register(register, work, as_of)
            book = catalogue()
            made = Build(
                build_id, folder / f"{build_id}.duckdb", limit, watermark, made_at, book.version, book.content_hash,
                project_hash(),
            )  # fmt: skip
            try:
                before, why = _to_renew(register, home, made, asked=whole, landed_again=landed_again)
                why = why or (came_since(before.path, work) if before else None)
                result = _computed(home, work, made, before if why is None else None, why)
                (work / DATABASE).replace(made.path)
                meta = {name: value for name, value in asdict(result.build).items() if name != "path"}
                meta |= {"renewed_from": result.renewed_from, "whole_because": result.whole_because}
                write_whole(folder / f"{build_id}.json", json.dumps(meta, indent=1).encode())
                sync_folder(folder)
                if limit is None:
                    write_whole(folder / "current", build_id.encode())
            finally:
                shutil.rmtree(work, ignore_errors=True)
            _sweep(folder)
            return result
    finally:
        register.close()


def _computed(home: Path, work: Path, made: Build, before: Build | None, why: str | None) -> BuildResult:
    """The file of a build in the work folder: the one before renewed, else, or where dbt finds that it cannot be, whole."""
    scratch = work / DATABASE
    if before is not None:
        shutil.copyfile(before.path, scratch)
        try:
            nodes = run_dbt(home, dbt_environment(home, scratch, work, None, before.path), parsed_project())
            made = replace(made, renewals=before.renewals + 1, whole_bytes=before.whole_bytes)
            return BuildResult(made, nodes, before.build_id)
        except SetupError as error:  # whatever it was, a whole build alone decides
            why = why_whole(str(error))
            for left in work.glob(f"{DATABASE}*"):
                left.unlink()
    nodes = run_dbt(home, dbt_environment(home, scratch, work, made.as_of), parsed_project())
    return BuildResult(replace(made, whole_bytes=scratch.stat().st_size), nodes, None, why)


def _to_renew(
    register: Register, home: Path, made: Build, *, asked: bool, landed_again: bool
) -> tuple[Build | None, str | None]:
    """The build to renew, or why there is none. landed_again: partitions were lost, and read from the originals."""
    from ingestion.register import events

    if asked or made.as_of:
        return None, "asked" if asked else "as_of"
    try:
        before = current_build(home)
    except JiugaiError:
        return None, "first"
    if before.rulebook_hash != made.rulebook_hash:
        return None, "rulebook"
    if before.project_hash != made.project_hash:
        return None, "project"
    known = (*NOT_DATA, *FOLLOWED)
    if landed_again or register.rows(events, events.c.seq > before.watermark, events.c.what.not_in(known)):
        return None, "relanded"
    why = worn(before.renewals, before.path.stat().st_size, before.whole_bytes)
    return (None, why) if why else (before, None)


def _sweep(folder: Path) -> None:
    """Old builds go; the newest few and the current one stay. An open reader keeps its file until it closes it."""
    current = (folder / "current").read_text() if (folder / "current").exists() else ""
    for kind in ("b-", "asof-"):
        for meta in sorted(folder.glob(f"{kind}*.json"))[:-KEEP_BUILDS]:
            if meta.stem != current:
                meta.with_suffix(".duckdb").unlink(missing_ok=True)
                meta.unlink(missing_ok=True)


def _load(folder: Path, build_id: str) -> Build:
    try:
        meta = json.loads((folder / f"{build_id}.json").read_text())
    except OSError:
        raise RetriableError(f"{folder / build_id}: 构建不在，请先运行 jiugai build (the build is missing)") from None
    path = folder / f"{build_id}.duckdb"
    of = meta["rulebook_version"], meta["rulebook_hash"], meta.get("project_hash", "")
    since = meta.get("renewals", 0), meta.get("whole_bytes", 0)
    return Build(build_id, path, meta["as_of"], meta["watermark"], meta["made_at"], *of, *since)


def current_build(home: Path) -> Build:
    """The build that `current` points at. Raises UsageError when nothing was ever built."""
    pointer = _folder(home) / "current"
    if not pointer.exists():
        raise UsageError(f"{home}: 还没有构建，请先运行 jiugai build (nothing was built yet)")
    return _load(_folder(home), pointer.read_text().strip())


def is_stale(home: Path) -> bool:
    """Whether `current` is missing, of another rule book or SQL, or older than what was received or decided since."""
    from ingestion.register import Register, events, submissions

    register = Register(home)
    try:
        try:
            made = current_build(home)
        except UsageError:
            return bool(register.rows(submissions, order=submissions.c.seq))
        newer = register.rows(events, events.c.seq > made.watermark, events.c.what.not_in(NOT_DATA))
        # the files themselves: a server holds the rule book as it was when it started, and would ask for builds for ever
        of = made.rulebook_hash, made.project_hash
        return of != (Catalogue().content_hash, project_hash()) or bool(newer)
    finally:
        register.close()


def build_as_of(home: Path, as_of: dt.datetime) -> Build:
    """A build that answers for a moment: an existing one of the same register, rule book and project, else a new one."""
    from ingestion.register import Register

    register = Register(home)
    watermark = register.watermark
    register.close()
    asked = stamp(as_of), watermark, catalogue().content_hash, project_hash()
    for path in sorted(_folder(home).glob("asof-*.json"), reverse=True):
        made = _load(_folder(home), path.stem)
        if (made.as_of, made.watermark, made.rulebook_hash, made.project_hash) == asked:
            return made
    return build(home, as_of).build


@contextmanager
def open_build(made: Build) -> Iterator[duckdb.DuckDBPyConnection]:
    """A finished build, read-only."""
    try:
        connection = duckdb.connect(str(made.path), read_only=True)
    except duckdb.Error as error:
        raise RetriableError(f"{made.path}: 打不开（{error}） (cannot open the build)") from error
    try:
        yield connection
    finally:
        connection.close()


def basis_of_cells(basis: str) -> Literal["filed", "summed"]:
    """How the cells behind a figure are marked: those of a partial sum or of a sum of years are summed ones too."""
    return "filed" if basis == "filed" else "summed"


def query(
    connection: duckdb.DuckDBPyConnection,
    sql: str,
    parameters: list[Any] | None = None,
    asked: Mapping[str, Iterable[str]] | None = None,
) -> list[dict[str, Any]]:
    """Rows as dictionaries: see `stream`."""
    return list(stream(connection, sql, parameters, asked))


def stream(
    connection: duckdb.DuckDBPyConnection,
    sql: str,
    parameters: list[Any] | None = None,
    asked: Mapping[str, Iterable[str]] | None = None,
) -> Iterator[dict[str, Any]]:
    """Rows as dictionaries, on a cursor of its own (a used connection stays busy), so many at a time as need no room.

    asked: what alone can answer (indicators, periods …); views over millions of rows then read no more (macro `asked`).
    Raises: SetupError for a build that another version of the program made, which has other tables.
    """
    cursor = connection.cursor()
    try:
        for name, texts in (asked or {}).items():
            cursor.execute(f"set variable asked_{name} = ?", [sorted(texts)])
        try:
            cursor.execute(sql, parameters or [])
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            said = str(error).splitlines()[0]
            raise SetupError(
                f"这个构建里没有要查的表或列（{said}）：它是别的版本的程序所作，请运行 jiugai build"
                " (made by another version of the program: build again)"
            ) from error
        names = [d[0] for d in cursor.description or []]
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            yield from (dict(zip(names, row, strict=True)) for row in rows)
    finally:
        cursor.close()
