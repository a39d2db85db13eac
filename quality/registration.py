"""One transaction: files of one form and period become submissions, all of them or (after a kill) none.

What the register holds of these files is read once at the start, and rows are written together at the end. Not here:
what a file says and what is wrong with it, typed rows, the inbox (receive.py).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ingestion.catalogue import Catalogue
from ingestion.model import Finding, ReadResult
from ingestion.moments import stamp
from ingestion.register import (
    Register,
    batched,
    column_maps,
    compiled_rules,
    event,
    events,
    findings,
    in_force,
    key_of,
    seen_files,
    states,
    submissions,
)
from quality.audit.kept import compiled_rules_of, forms_judged
from quality.check import counts_of, verdict_of

Row = dict[str, Any]
as_text = json.JSONEncoder(ensure_ascii=False).encode  # a call of `dumps` with options makes one each time


@dataclass
class Incoming:
    """A file that was archived and read. place: its path without links; source_id: the publication it is (None: a return).

    Times: only where given."""

    path: Path
    place: str
    filed_by: str | None
    received_at: dt.datetime | None
    decided_at: dt.datetime | None
    sha256: str
    mtime_ns: int
    result: ReadResult
    source_id: str | None

    @property
    def kind(self) -> str:
        if self.result.reply is not None:
            return "reply"
        return "publication" if self.source_id else "sample" if self.result.is_sample else "return"

    @property
    def seen(self) -> Row:
        """The file itself: these bytes at this place, of this time."""
        return {"sha256": self.sha256, "path": self.place, "mtime_ns": self.mtime_ns}


def answer_of(path: Path, submission: Row, *, is_duplicate: bool) -> Row:
    """The contract's answer for one file. submission: its row, as the register holds it."""
    key = submission["submission_id"]
    return {
        "file": str(path),
        "submission_id": key,
        "verdict": submission["status"],
        "duplicate_of": key if is_duplicate else None,
        "supersedes": None if is_duplicate else submission["supersedes"],
    }


def _errors(row: Row) -> int:
    """Errors of a submission that stands returned; 0 for one that stands otherwise or was clean when it was read."""
    return int(json.loads(row["counts"]).get("error", 0)) if row["status"] == "returned" else 0


class Registration:
    """`add` each file in the order in which they came, then `write`. items: all of one form and period."""

    def __init__(
        self, connection: sa.Connection, register: Register, catalogue: Catalogue, items: Sequence[Incoming]
    ) -> None:
        self.connection, self.catalogue = connection, catalogue
        self._seq = register.next_seq(connection)
        self._same: dict[str, list[Row]] = {}  # sha256 → submissions of these bytes
        self._earlier: dict[tuple[Any, ...], list[Row]] = {}  # key → its versions
        self._seen: set[tuple[Any, ...]] = set()
        self._maps: dict[str, str] = {}
        self._last_map: tuple[str, dict[str, list[str]]] = ("", {})
        self._submissions: list[Row] = []
        self._findings: list[Row] = []
        self._texts: dict[int, str] = {}  # of a finding that several returns share
        self._judged: set[str] = set()  # forms whose rules looked at what came
        self._sightings: list[Row] = []
        self._events: list[Row] = []
        for digests in batched(sorted({i.sha256 for i in items})):
            for row in states(connection, submissions.c.sha256.in_(digests)):
                self._same.setdefault(row["sha256"], []).append(row)
            held = connection.execute(sa.select(seen_files).where(seen_files.c.sha256.in_(digests)))
            self._seen |= {(r["sha256"], r["path"], r["mtime_ns"]) for r in held.mappings()}
        if items[0].result.form is not None:
            for where in self._versions(items):
                for row in states(connection, submissions.c.form == items[0].result.form, *where):
                    self._earlier.setdefault(self._key(row), []).append(row)

    @staticmethod
    def _versions(items: Sequence[Incoming]) -> Iterator[list[sa.ColumnElement[bool]]]:
        """What finds the submissions of the same keys: of a publication by its source, of a return by unit and period."""
        for ids in batched(sorted({i.source_id for i in items if i.source_id})):
            yield [submissions.c.source_id.in_(ids)]
        returns = [i.result for i in items if not i.source_id]
        if returns:
            period = [submissions.c.source_id.is_(None), submissions.c.period == returns[0].period]
            for codes in batched(sorted({r.unit_code for r in returns if r.unit_code})):
                yield [*period, submissions.c.unit_code.in_(codes)]
            if any(r.unit_code is None for r in returns):
                yield [*period, submissions.c.unit_code.is_(None)]

    def _key(self, row: Row) -> tuple[Any, ...]:
        return *key_of(row), row["unit_code"]

    def add(self, item: Incoming, received: dt.datetime, decided: dt.datetime, is_backfilled: bool) -> Row:
        """Take one file in as a new submission, or as a duplicate of one. Returns its answer."""
        r, catalogue = item.result, self.catalogue
        verdict = verdict_of(r, catalogue)
        row = self._identity(item)
        earlier = self._earlier.setdefault(self._key(row), []) if r.form else []
        same = self._same.setdefault(item.sha256, [])
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
            self._see(item, repeated["submission_id"])
            self._events.append(event("duplicate", repeated["submission_id"], item.filed_by, file=item.path.name))
            return answer_of(item.path, repeated, is_duplicate=True)
        submission_id = f"S{self._seq:06d}"
        if verdict == "needs_explanation":
            decided = received  # the question is put on receipt; the level above decides later (decisions.py)
        replaced = in_force(earlier).get(key_of(row)) if verdict == "accepted" else None
        row |= {
            "submission_id": submission_id,
            "seq": self._seq,
            "version": len(earlier) + 1,
            "status": verdict,
            "sha256": item.sha256,
            "file_name": item.path.name,
            "filed_by": item.filed_by,
            "received_at": stamp(received),
            "decided_at": stamp(decided),
            "is_backfilled": is_backfilled,
            "supersedes": replaced["submission_id"] if replaced else None,
            "map_id": self._map(r),
            "rulebook_version": catalogue.version,
            "rulebook_hash": catalogue.content_hash,
            "counts": json.dumps(counts_of(r.findings)),
        }
        self._seq += 1
        self._submissions.append(row)
        if r.form:
            earlier.append(row)
        same.append(row)
        self._judged |= forms_judged((f.rule for f in r.findings), r.form, catalogue)
        self._findings += [
            {"submission_id": submission_id, "n": n, "finding": self._text(f)} for n, f in enumerate(r.findings)
        ]
        self._see(item, submission_id)
        self._events.append(event("received", submission_id, item.filed_by, status=verdict, sha256=item.sha256))
        return answer_of(item.path, row, is_duplicate=False)

    def write(self) -> None:
        """Insert what was added; the transaction is the caller's."""
        maps = [{"map_id": key, "map": text} for key, text in self._maps.items() if not self._has_map(key)]
        for table, rows in (
            (column_maps, maps),
            (compiled_rules, [row for form in sorted(self._judged) for row in self._compiled(form)]),
            (submissions, self._submissions),
            (findings, self._findings),
            (seen_files, self._sightings),
            (events, self._events),
        ):
            if rows:
                self.connection.execute(table.insert(), rows)

    def _text(self, finding: Finding) -> str:
        """As JSON. A finding lives as long as its return, which is given to the whole registration."""
        text = self._texts.get(id(finding))
        if text is None:
            text = self._texts[id(finding)] = as_text(finding.as_json())
        return text

    def _identity(self, item: Incoming) -> Row:
        """What a submission is of, whatever it says."""
        r, catalogue = item.result, self.catalogue
        source = catalogue.source(item.source_id) if item.source_id else None
        area = r.unit_code or (source.area if source else None)
        return {
            "kind": item.kind,
            "form": r.form,
            "source_id": item.source_id,
            "programme": source.programme if source else "national",
            "publisher": source.publisher if source else None,
            "published_on": source.published_on.isoformat() if source and source.published_on else None,
            "unit_code": r.unit_code,
            "province_code": catalogue.province_of(area) if area else None,
            "period": r.period,
            "plan_version": r.plan_version or "",
        }

    def _map(self, result: ReadResult) -> str | None:
        """The name of the column map, which is the same for all returns on one blank."""
        places = result.column_map
        if not places:
            return None
        if places != self._last_map[1]:  # a month of returns on one blank
            text = json.dumps(places, ensure_ascii=False, sort_keys=True)
            map_id = hashlib.sha256(text.encode()).hexdigest()[:16]
            self._maps[map_id] = text
            self._last_map = map_id, places
        return self._last_map[0]

    def _has_map(self, map_id: str) -> bool:
        query = sa.select(column_maps.c.map_id).where(column_maps.c.map_id == map_id)
        return self.connection.execute(query).first() is not None

    def _compiled(self, form: str) -> list[Row]:
        """The rules of a form as they judged, unless they are kept already."""
        asked = compiled_rules.c.rulebook_hash == self.catalogue.content_hash, compiled_rules.c.form == form
        is_kept = self.connection.execute(sa.select(compiled_rules.c.rule).where(*asked).limit(1)).first() is not None
        return [] if is_kept else compiled_rules_of(form, self.catalogue)

    def _see(self, item: Incoming, submission_id: str) -> None:
        seen = item.seen
        if tuple(seen.values()) not in self._seen:
            self._seen.add(tuple(seen.values()))
            self._sightings.append({**seen, "submission_id": submission_id})
