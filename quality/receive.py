"""The flow of one batch of files: archive, read, audit, give the first verdict, register, land, clear the inbox.

Safe to kill and to repeat: the original is archived before anything else, a submission is one transaction, typed rows
are derived (store.repair), and an inbox file goes only when it is registered. One bad file never fails the batch.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ingestion.archive import Archive, sha256_of
from ingestion.catalogue import Catalogue
from ingestion.catalogue import catalogue as project_catalogue
from ingestion.errors import UsageError
from ingestion.model import ReadResult
from ingestion.moments import CHINA, now_utc, stamp
from ingestion.reading import read_bytes
from ingestion.register import (
    Register,
    column_maps,
    findings,
    in_force,
    key_of,
    seen_files,
    states,
    submissions,
)
from ingestion.store import Store
from quality.audit.context import Contexts
from quality.audit.counties import check_counties
from quality.audit.crossing import check_crossings
from quality.audit.levels import check_levels, check_marks
from quality.audit.run import audit
from quality.check import counts_of, verdict_of
from quality.reports import write_report


@dataclass(frozen=True)
class Arrival:
    """A file as it comes in. received_at and decided_at back-fill history and are marked so."""

    path: Path
    filed_by: str | None = None
    received_at: dt.datetime | None = None
    decided_at: dt.datetime | None = None

    def __post_init__(self) -> None:
        """Raises UsageError for impossible times."""
        if self.decided_at and not self.received_at:
            raise UsageError("只给了 --decided-at；请同时给 --received-at (both times belong together)")
        if self.received_at and self.decided_at and self.decided_at < self.received_at:
            raise UsageError("--decided-at 早于 --received-at (decided before received)")


@dataclass
class _Incoming:
    arrival: Arrival
    sha256: str
    mtime_ns: int
    result: ReadResult
    source_id: str | None

    @property
    def path(self) -> Path:
        return self.arrival.path

    @property
    def kind(self) -> str:
        return "publication" if self.source_id else "sample" if self.result.is_sample else "return"


def _errors(row: dict[str, Any]) -> int:
    """Errors of a submission that stands returned; 0 for one that stands otherwise or was clean when it was read."""
    return int(json.loads(row["counts"]).get("error", 0)) if row["status"] == "returned" else 0


def list_files(paths: Iterable[Path]) -> list[Path]:
    """Files to take: named files, and whatever lies in named folders. Half-copied and lock files are left alone."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(p for p in path.rglob("*") if p.is_file())
        elif path.is_file():
            found.append(path)
        else:
            raise UsageError(f"{path}: 没有这个文件或文件夹 (no such file or folder)")
    return [p for p in found if not p.name.startswith((".", "~$")) and p.suffix != ".tmp"]


class Receiver:
    def __init__(self, home: Path, catalogue: Catalogue | None = None) -> None:
        self.home = home
        self.catalogue = catalogue or project_catalogue()
        self.register = Register(home)
        self.archive = Archive(home)
        self.store = Store(home, self.catalogue)
        self.inbox = home / "inbox"
        self.inbox.mkdir(parents=True, exist_ok=True)
        self.contexts = Contexts(self.register, self.store, self.catalogue)

    def receive(
        self,
        paths: Iterable[Path],
        *,
        filed_by: str | None = None,
        source_id: str | None = None,
        received_at: dt.datetime | None = None,
        decided_at: dt.datetime | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> list[dict[str, Any]]:
        """Take files and folders in that come from one sender at one time. As `take` otherwise."""
        sent = Arrival(Path(), filed_by, received_at, decided_at)  # refused where the times are impossible
        arrivals = [replace(sent, path=path) for path in list_files(paths)]
        return self.take(arrivals, source_id=source_id, progress=progress)

    def take(
        self,
        arrivals: Sequence[Arrival],
        *,
        source_id: str | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> list[dict[str, Any]]:
        """Take files in. Returns one answer a file, in the order given: versions of one return come in that order.

        A publication is known from its published_on unless a time is given.
        Raises: UsageError for an unknown source; bad files are verdicts, not exceptions.
        """
        if source_id is not None:
            self.catalogue.source(source_id)
        answers: dict[Path, dict[str, Any]] = {}
        incoming: list[_Incoming] = []
        for n, arrival in enumerate(arrivals):
            path = arrival.path
            mtime = path.stat().st_mtime_ns  # before reading: a file replaced meanwhile then looks newer, never older
            data = path.read_bytes()
            digest = sha256_of(data)
            known = self._seen(digest, path, mtime)
            if known is not None:
                answers[path] = self._duplicate(path, known)
                self._clear(path, mtime)
                continue
            self.archive.keep(data, path.suffix)
            result, named = read_bytes(data, self.catalogue, source_id)
            incoming.append(_Incoming(arrival, digest, mtime, result, named))
            if progress:
                progress(n + 1, len(arrivals))
        self.contexts.arriving((i.kind, i.result) for i in incoming)
        forms = list(self.catalogue.forms)
        groups: dict[tuple[Any, ...], list[_Incoming]] = {}
        for item in incoming:
            r = item.result
            order = forms.index(r.form) if r.form in forms else -1
            groups.setdefault((order, r.period or "", r.plan_version or "", r.form or ""), []).append(item)
        for key in sorted(groups):
            self._group(groups[key], answers)
        return [answers[a.path] for a in arrivals]

    # -- one form, one period -----------------------------------------------------------------------------------
    def _group(self, items: list[_Incoming], answers: dict[Path, dict[str, Any]]) -> None:
        now = now_utc()
        times = []
        for item in items:
            arrival = item.arrival
            received, decided = arrival.received_at or now, arrival.decided_at or arrival.received_at or now
            if item.source_id and arrival.received_at is None:
                published = self.catalogue.source(item.source_id).published_on
                if published:
                    received = decided = dt.datetime.combine(published, dt.time(), CHINA)
            times.append((received, decided))
        contexts = [self.contexts.of(i.result, i.kind, decided) for i, (_, decided) in zip(items, times, strict=True)]
        if items[0].result.form in self.catalogue.forms:
            results, kinds, decided_times = [i.result for i in items], [i.kind for i in items], [d for _, d in times]
            audit(results, contexts, self.catalogue)
            check_crossings(results, kinds, decided_times, self.contexts)
            check_counties(results, kinds, decided_times, self.contexts)
            for item, (_, decided) in zip(items, times, strict=True):
                check_marks(item.result, self.catalogue)
                check_levels(item.result, item.kind, decided, self.contexts)
                item.result.sort_findings()
        fresh: dict[str, ReadResult] = {}
        for item, (received, decided) in zip(items, times, strict=True):
            backfilled = item.arrival.received_at is not None or (item.source_id is not None and received != now)
            answer = self._record(item, received, decided, backfilled)
            answers[item.path] = answer
            if answer["duplicate_of"] is None:
                fresh[answer["submission_id"]] = item.result
        if fresh:
            self.land(fresh)
        for item in items:
            self._clear(item.path, item.mtime_ns)

    def land(self, fresh: dict[str, ReadResult]) -> None:
        """Write the partitions that the new submissions belong to, and the answers to what was returned."""
        new = self.register.rows(submissions, submissions.c.submission_id.in_(list(fresh)))
        touched: list[dict[str, Any]] = []
        for row in {(r["form"], r["period"], r["province_code"], r["source_id"]): r for r in new}.values():
            same = [submissions.c.form == row["form"]]
            same += (
                [submissions.c.source_id == row["source_id"]]
                if row["source_id"]
                else [submissions.c.period == row["period"], submissions.c.province_code == row["province_code"]]
            )
            touched += self.register.rows(submissions, sa.and_(*same))
        self.contexts.forget(self.store.land(touched, fresh))
        for row in new:
            if row["status"] != "accepted":
                write_report(
                    self.home / "answers" / f"{row['submission_id']}.xlsx",
                    [(row["file_name"], row["status"], fresh[row["submission_id"]].findings)],
                    submission_id=row["submission_id"],
                )

    def _record(self, item: _Incoming, received: dt.datetime, decided: dt.datetime, backfilled: bool) -> dict[str, Any]:
        r, catalogue, filed_by = item.result, self.catalogue, item.arrival.filed_by
        verdict = verdict_of(r, catalogue)
        source = catalogue.source(item.source_id) if item.source_id else None
        province = (
            catalogue.province_of(r.unit_code)
            if r.unit_code
            else catalogue.province_of(source.area)
            if source
            else None
        )
        with self.register.transaction() as connection:
            row: dict[str, Any] = {
                "kind": item.kind,
                "form": r.form,
                "source_id": item.source_id,
                "programme": source.programme if source else "national",
                "publisher": source.publisher if source else None,
                "published_on": source.published_on.isoformat() if source and source.published_on else None,
                "unit_code": r.unit_code,
                "province_code": province,
                "period": r.period,
                "plan_version": r.plan_version or "",
            }
            same = states(connection, submissions.c.sha256 == item.sha256)
            earlier = (
                states(
                    connection,
                    submissions.c.kind == row["kind"],
                    submissions.c.form == row["form"],
                    submissions.c.source_id == row["source_id"],
                    submissions.c.unit_code == row["unit_code"],
                )
                if r.form
                else []
            )
            earlier = [e for e in earlier if key_of(e) == key_of(row)]
            last = max(earlier, key=lambda e: (e["received_at"], e["seq"]), default=None)
            # the same bytes again are a duplicate while they are the last word (A, B, A is a third version), and when
            # they are back-filled with the very time at which they are known already
            known = [e for e in earlier if e["sha256"] == item.sha256]
            again = next((e for e in known if e is last or e["received_at"] == stamp(received)), None)
            repeated = again or (same[-1] if same and not earlier else None)
            # what was sent back for another return's fault is judged anew once that one is mended; what a person sent
            # back stays back until the file is another one
            is_right_now = repeated is not None and bool(_errors(repeated)) and verdict != "returned"
            if repeated and not is_right_now:
                self._see(connection, item, repeated["submission_id"])
                self.register.log(connection, "duplicate", repeated["submission_id"], filed_by, file=item.path.name)
                return self._duplicate(item.path, repeated)
            seq = self.register.next_seq(connection)
            submission_id = f"S{seq:06d}"
            status = verdict
            if status == "needs_explanation":
                decided = received  # the question is put on receipt; the level above decides later (decisions.py)
            replaced = in_force(earlier).get(key_of(row)) if status == "accepted" else None
            column_map = json.dumps(r.column_map, ensure_ascii=False, sort_keys=True)
            map_id = hashlib.sha256(column_map.encode()).hexdigest()[:16] if r.column_map else None
            if (
                map_id
                and connection.execute(sa.select(column_maps).where(column_maps.c.map_id == map_id)).first() is None
            ):
                connection.execute(column_maps.insert().values(map_id=map_id, map=column_map))
            connection.execute(
                submissions.insert().values(
                    **row,
                    submission_id=submission_id,
                    seq=seq,
                    version=len(earlier) + 1,
                    status=status,
                    sha256=item.sha256,
                    file_name=item.path.name,
                    filed_by=filed_by,
                    received_at=stamp(received),
                    decided_at=stamp(decided),
                    is_backfilled=backfilled,
                    supersedes=replaced["submission_id"] if replaced else None,
                    map_id=map_id,
                    rulebook_version=catalogue.version,
                    rulebook_hash=catalogue.content_hash,
                    counts=json.dumps(counts_of(r.findings)),
                )
            )
            if r.findings:
                connection.execute(
                    findings.insert(),
                    [
                        {"submission_id": submission_id, "n": n, "finding": json.dumps(f.as_json(), ensure_ascii=False)}
                        for n, f in enumerate(r.findings)
                    ],
                )
            self._see(connection, item, submission_id)
            self.register.log(connection, "received", submission_id, filed_by, status=status, sha256=item.sha256)
        return {
            "file": str(item.path),
            "submission_id": submission_id,
            "verdict": status,
            "duplicate_of": None,
            "supersedes": replaced["submission_id"] if replaced else None,
        }

    # -- files seen ---------------------------------------------------------------------------------------------
    def _seen(self, sha256: str, path: Path, mtime_ns: int) -> dict[str, Any] | None:
        rows = self.register.rows(
            seen_files,
            sa.and_(
                seen_files.c.sha256 == sha256,
                seen_files.c.path == str(path.resolve()),
                seen_files.c.mtime_ns == mtime_ns,
            ),
        )
        return self.register.submission(rows[0]["submission_id"]) if rows else None

    def _see(self, connection: sa.Connection, item: _Incoming, submission_id: str) -> None:
        key = {"sha256": item.sha256, "path": str(item.path.resolve()), "mtime_ns": item.mtime_ns}
        held = connection.execute(sa.select(seen_files).where(sa.and_(*[seen_files.c[k] == v for k, v in key.items()])))
        if held.first() is None:
            connection.execute(seen_files.insert().values(**key, submission_id=submission_id))

    def _duplicate(self, path: Path, known: dict[str, Any]) -> dict[str, Any]:
        return {
            "file": str(path),
            "submission_id": known["submission_id"],
            "verdict": known["status"],
            "duplicate_of": known["submission_id"],
            "supersedes": None,
        }

    def _clear(self, path: Path, mtime_ns: int) -> None:
        """An inbox file goes once it is archived and registered; other paths are the sender's own.

        A file that took its place under the same name while the batch ran is another one: it stays for the next run.
        """
        if (
            path.resolve().is_relative_to(self.inbox.resolve())
            and path.exists()
            and path.stat().st_mtime_ns == mtime_ns
        ):
            path.unlink(missing_ok=True)
