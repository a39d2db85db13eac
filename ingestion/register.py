"""What people did: submissions, decisions, verdicts, releases, no-filings, and an append-only event log.

Transactional (SQLAlchemy Core; SQLite in WAL mode as the embedded default). Belongs here: tables and their reads and
writes, and the state of a submission as of a moment (`states`). Not here: typed values (store.py), what decides a
submission (quality.receive, quality.decisions). Rows are never updated except a release's state, and every change
leaves an event.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ingestion.errors import RetriableError, UsageError
from ingestion.moments import now_utc, stamp

metadata = sa.MetaData()

submissions = sa.Table(
    "submissions",
    metadata,
    sa.Column("submission_id", sa.String, primary_key=True),
    sa.Column("seq", sa.Integer, nullable=False, unique=True),
    sa.Column("kind", sa.String, nullable=False),  # return | publication | sample
    sa.Column("form", sa.String),  # J1, J2, PUB:<layout>; null = not recognised
    sa.Column("source_id", sa.String),
    sa.Column("programme", sa.String, nullable=False),
    sa.Column("publisher", sa.String),
    sa.Column("published_on", sa.String),
    sa.Column("unit_code", sa.String),
    sa.Column("province_code", sa.String),
    sa.Column("period", sa.String),
    sa.Column("plan_version", sa.String, nullable=False),  # "" where the form has none
    sa.Column("version", sa.Integer, nullable=False),  # 1, 2 … within its key
    # the first verdict: accepted | needs_explanation | returned | unreadable; what it became since: `states`
    sa.Column("status", sa.String, nullable=False),
    sa.Column("sha256", sa.String, nullable=False),
    sa.Column("file_name", sa.String, nullable=False),
    sa.Column("filed_by", sa.String),
    sa.Column("received_at", sa.String, nullable=False),  # ISO 8601 with offset, UTC
    sa.Column("decided_at", sa.String, nullable=False),
    sa.Column("is_backfilled", sa.Boolean, nullable=False),
    sa.Column("supersedes", sa.String),
    sa.Column("map_id", sa.String),  # column map: field → [sheet, cell]
    sa.Column("rulebook_version", sa.String, nullable=False),
    sa.Column("rulebook_hash", sa.String, nullable=False),
    sa.Column("counts", sa.String, nullable=False),  # JSON {error, warning, info, cannot_tell}
)
column_maps = sa.Table(
    "column_maps",
    metadata,
    sa.Column("map_id", sa.String, primary_key=True),
    sa.Column("map", sa.String, nullable=False),
)
findings = sa.Table(
    "findings",
    metadata,
    sa.Column("submission_id", sa.String, sa.ForeignKey("submissions.submission_id"), nullable=False, index=True),
    sa.Column("n", sa.Integer, nullable=False),
    sa.Column("finding", sa.String, nullable=False),  # JSON
)
compiled_rules = sa.Table(
    "compiled_rules",  # what judged: a submission names its rule book, a finding its rule
    metadata,
    sa.Column("rulebook_hash", sa.String, primary_key=True),
    sa.Column("form", sa.String, primary_key=True),
    sa.Column("rule", sa.String, primary_key=True),
    sa.Column("rule_hash", sa.String, nullable=False),  # of the rule as it stood and its SQL
    sa.Column("sql", sa.String, nullable=False),  # JSON
)
explanations = sa.Table(
    "explanations",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("submission_id", sa.String, sa.ForeignKey("submissions.submission_id"), nullable=False, index=True),
    sa.Column("rule", sa.String, nullable=False),
    sa.Column("reason", sa.String, nullable=False),  # a code of rulebook/codelists/explain_reasons.csv
    sa.Column("text", sa.String),
    sa.Column("by", sa.String),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("is_backfilled", sa.Boolean, nullable=False),
)
overrides = sa.Table(
    "overrides",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("rule", sa.String, nullable=False),
    sa.Column("unit_code", sa.String, nullable=False, index=True),
    sa.Column("period", sa.String, nullable=False),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("asked_by", sa.String, nullable=False),
    sa.Column("by", sa.String, nullable=False),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("until", sa.String, nullable=False),  # last day on which a return may be accepted by it
    sa.Column("is_backfilled", sa.Boolean, nullable=False),
)
decisions = sa.Table(
    "decisions",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("submission_id", sa.String, sa.ForeignKey("submissions.submission_id"), nullable=False, index=True),
    sa.Column("status", sa.String, nullable=False),  # accepted | returned: what the submission is from then on
    sa.Column("by", sa.String, nullable=False),
    sa.Column("note", sa.String),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("supersedes", sa.String),  # what it took the place of
    sa.Column("is_backfilled", sa.Boolean, nullable=False),
)
seen_files = sa.Table(
    "seen_files",
    metadata,
    sa.Column("sha256", sa.String, primary_key=True),
    sa.Column("path", sa.String, primary_key=True),
    sa.Column("mtime_ns", sa.BigInteger, primary_key=True),
    sa.Column("submission_id", sa.String, nullable=False),
)
verdicts = sa.Table(
    "verdicts",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("gate", sa.String, nullable=False),
    sa.Column("series", sa.String, nullable=False),
    sa.Column("period", sa.String, nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("programme", sa.String, nullable=False),
    sa.Column("source_kind", sa.String, nullable=False),
    sa.Column("severity", sa.String, nullable=False),
    sa.Column("verdict", sa.String, nullable=False),  # passed | failed | not_evaluated
    sa.Column("observed", sa.String),
    sa.Column("expected", sa.String),
    sa.Column("data_hash", sa.String, nullable=False),
    sa.Column("suite_version", sa.String, nullable=False),
    sa.Column("message_zh", sa.String, nullable=False),
    sa.Column("message_en", sa.String, nullable=False),
    sa.Column("build_id", sa.String, nullable=False),
    sa.Column("evaluated_at", sa.String, nullable=False),
)
releases = sa.Table(
    "releases",
    metadata,
    sa.Column("release_id", sa.String, primary_key=True),
    sa.Column("period", sa.String, nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("source_kind", sa.String, nullable=False),  # real | sample
    sa.Column("state", sa.String, nullable=False),  # candidate | released
    sa.Column("made_at", sa.String, nullable=False),
    sa.Column("approved_by", sa.String),
    sa.Column("approved_at", sa.String),
    sa.Column("supersedes", sa.String),
    sa.Column("filing", sa.String),  # the statutory filing of calendar.yaml that it is; null = made by hand
    sa.Column("manifest_sha256", sa.String),
    sa.Column("series", sa.String, nullable=False),  # JSON list
)
no_filings = sa.Table(
    "no_filings",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("period", sa.String, nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("source_kind", sa.String, nullable=False),
    sa.Column("filing", sa.String),
    sa.Column("reason", sa.String, nullable=False),  # JSON list of reasons by series
    sa.Column("recorded_at", sa.String, nullable=False),
)
events = sa.Table(
    "events",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("what", sa.String, nullable=False),
    sa.Column("subject", sa.String, nullable=False),
    sa.Column("who", sa.String),
    sa.Column("detail", sa.String, nullable=False),  # JSON
)


class Register:
    """`<home>/register.db`, or any SQLAlchemy URL."""

    def __init__(self, home: Path, url: str | None = None) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.engine = sa.create_engine(
            url or f"sqlite:///{home / 'register.db'}",
            connect_args={"timeout": 60} if url is None or url.startswith("sqlite") else {},
        )
        if self.engine.dialect.name == "sqlite":
            sa.event.listen(self.engine, "connect", _sqlite_settings)
            sa.event.listen(self.engine, "begin", lambda c: c.exec_driver_sql("BEGIN IMMEDIATE"))
        try:
            # it is opened again and again, and looking for its tables costs more than most reads
            file = _file_of(self.engine)
            if file is None or file not in _complete:
                metadata.create_all(self.engine)
                _add_missing_columns(self.engine)
                if file := _file_of(self.engine):
                    _complete.add(file)
        except sa.exc.SQLAlchemyError as error:
            raise RetriableError(
                f"{self.engine.url}: 登记库打不开：{error.__cause__ or error} (cannot open the register)"
            ) from error

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        try:
            with self.engine.begin() as connection:
                yield connection
        except sa.exc.OperationalError as error:
            raise RetriableError(f"登记库正忙或不可写：{error.__cause__} (the register is busy; try again)") from error

    def close(self) -> None:
        self.engine.dispose()

    # -- writing ------------------------------------------------------------------------------------------------
    def log(self, connection: sa.Connection, what: str, subject: str, who: str | None = None, **detail: Any) -> None:
        connection.execute(events.insert().values(event(what, subject, who, **detail)))

    def next_seq(self, connection: sa.Connection) -> int:
        return int(connection.execute(sa.select(sa.func.coalesce(sa.func.max(submissions.c.seq), 0))).scalar_one()) + 1

    # -- reading ------------------------------------------------------------------------------------------------
    def rows(self, table: sa.Table, *where: Any, order: Any = None) -> list[dict[str, Any]]:
        query = sa.select(table)
        for clause in where:
            query = query.where(clause)
        if order is not None:
            query = query.order_by(*(order if isinstance(order, list) else [order]))
        with self.transaction() as connection:
            return [dict(r) for r in connection.execute(query).mappings()]

    def states(self, *where: Any, as_of: dt.datetime | None = None) -> list[dict[str, Any]]:
        """Submissions with their state as of a moment (default now), oldest first: see `states`."""
        with self.transaction() as connection:
            return states(connection, *where, as_of=as_of)

    def histories(self, *where: Any) -> list[History]:
        """Submissions with everything decided on them, oldest first."""
        with self.transaction() as connection:
            return histories(connection, *where)

    def submission(self, submission_id: str) -> dict[str, Any]:
        """One submission in its state of now. Raises UsageError when there is none."""
        found = self.states(submissions.c.submission_id == submission_id)
        if not found:
            raise UsageError(f"没有报送 {submission_id} (no such submission)")
        return found[0]

    def findings_of(self, submission_id: str) -> list[dict[str, Any]]:
        rows = self.rows(findings, findings.c.submission_id == submission_id, order=findings.c.n)
        return [json.loads(r["finding"]) for r in rows]

    def column_map(self, map_id: str | None) -> dict[str, list[str]]:
        """Field → sheet and cell or column letters; empty for a submission that has none."""
        rows = self.rows(column_maps, column_maps.c.map_id == map_id)
        found: dict[str, list[str]] = json.loads(rows[0]["map"]) if rows else {}
        return found

    @property
    def watermark(self) -> int:
        """Grows with every recorded act: names a state of the register."""
        with self.transaction() as connection:
            return int(connection.execute(sa.select(sa.func.coalesce(sa.func.max(events.c.seq), 0))).scalar_one())


_complete: set[tuple[str, int, int]] = set()  # files that were found to have every table and column


def _file_of(engine: sa.Engine) -> tuple[str, int, int] | None:
    """The very file of a register, which another one under the same name is not; None where there is none (yet)."""
    path = Path(engine.url.database or "")
    if engine.dialect.name != "sqlite" or not path.is_file():
        return None
    found = path.stat()
    return str(path.resolve()), found.st_dev, found.st_ino


def _add_missing_columns(engine: sa.Engine) -> None:
    """A register made by an older version gains the columns that are new since; they are all nullable."""
    inspector = sa.inspect(engine)
    wanted = [(t, c) for t in metadata.sorted_tables for c in t.columns]
    held = {(t.name, c["name"]) for t in metadata.sorted_tables for c in inspector.get_columns(t.name)}
    missing = [(t, c) for t, c in wanted if (t.name, c.name) not in held]
    if missing:
        with engine.begin() as connection:
            for table, column in missing:
                kind = column.type.compile(engine.dialect)
                connection.execute(sa.text(f"ALTER TABLE {table.name} ADD COLUMN {column.name} {kind}"))


def _sqlite_settings(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy's own BEGIN IMMEDIATE, so that two writers queue and never deadlock
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=60000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def batched(values: Sequence[str], size: int = 5_000) -> Iterator[Sequence[str]]:
    """Slices for `IN (…)`: a database takes a limited number of values in one statement."""
    return (values[n : n + size] for n in range(0, len(values), size))


def event(what: str, subject: str, who: str | None = None, **detail: Any) -> dict[str, Any]:
    """A row of the event log, of now."""
    text = json.dumps(detail, ensure_ascii=False)
    return {"at": stamp(now_utc()), "what": what, "subject": subject, "who": who, "detail": text}


@dataclass(frozen=True)
class History:
    """One submission: its row as first written, and what was decided on it since, oldest first."""

    first: dict[str, Any]
    decided: list[tuple[str, str, str | None]]  # status, at, supersedes

    def state(self, as_of: dt.datetime | None = None) -> dict[str, Any]:
        """The row as of a moment (default now): `status` and `decided_at` of the last decision at or before it."""
        limit = stamp(as_of) if as_of else None
        row = dict(self.first)
        known = [d for d in self.decided if limit is None or d[1] <= limit]
        if known:
            row["status"], row["decided_at"], supersedes = known[-1]
            if row["status"] == "accepted":
                row["supersedes"] = supersedes
        return row


def histories(connection: sa.Connection, *where: Any) -> list[History]:
    """Submissions with everything decided on them, oldest first."""
    query = (
        sa.select(submissions, decisions.c.status, decisions.c.at, decisions.c.supersedes)
        .join_from(submissions, decisions, decisions.c.submission_id == submissions.c.submission_id, isouter=True)
        .where(*where)
        .order_by(submissions.c.seq, decisions.c.at, decisions.c.seq)
    )
    names = submissions.c.keys()
    found: dict[str, History] = {}
    for values in connection.execute(query):
        *first, status, at, supersedes = values
        row = dict(zip(names, first, strict=True))
        held = found.setdefault(row["submission_id"], History(row, []))
        if status is not None:
            held.decided.append((status, at, supersedes))
    return list(found.values())


def of_partition(
    form: str | None, period: str | None, province_code: str | None, source_id: str | None
) -> list[sa.ColumnElement[bool]]:
    """What finds the submissions of one partition: a publication's by its source, a form's by period and province."""
    s = submissions.c
    if source_id:
        return [s.source_id == source_id]
    return [s.form == form, s.period == period, s.province_code == province_code]


def states(connection: sa.Connection, *where: Any, as_of: dt.datetime | None = None) -> list[dict[str, Any]]:
    """Submissions as they stood at a moment, oldest first: `status` and `decided_at` are those of the last decision at
    or before it, else those of the first verdict. Every reader of a status asks here; `submissions` is never updated.
    """
    return [history.state(as_of) for history in histories(connection, *where)]


def in_force(rows: Iterable[dict[str, Any]], as_of: dt.datetime | None = None) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Among accepted rows decided at or before as_of, the one received last for each key.

    rows: of `states` with the same as_of. Key: kind, source or unit, form, period, plan version (survey-forms §1b.1).
    Ties go to the later seq.
    """
    limit = stamp(as_of) if as_of else None
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        if row["status"] != "accepted" or (limit is not None and row["decided_at"] > limit):
            continue
        key = key_of(row)
        other = found.get(key)
        if other is None or (row["received_at"], row["seq"]) > (other["received_at"], other["seq"]):
            found[key] = row
    return found


def key_of(row: dict[str, Any]) -> tuple[Any, ...]:
    return (
        row["kind"],
        row["source_id"] or row["unit_code"],
        row["form"],
        row["period"] if row["source_id"] is None else "",
        row["plan_version"],
    )
