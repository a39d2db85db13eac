"""The flow of one batch of files: archive, read, audit, give the first verdict, register, land, clear the inbox.

Safe to kill and to repeat: originals are archived before anything else, what was received of one form and period is one
transaction (registration.py), typed rows are derived (store.repair), and an inbox file goes only when it is registered.
One bad file never fails the batch.
"""

from __future__ import annotations

import datetime as dt
import gc
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from ingestion.archive import Archive
from ingestion.catalogue import Catalogue
from ingestion.catalogue import catalogue as project_catalogue
from ingestion.helper import a_helper
from ingestion.model import ReadResult
from ingestion.moments import CHINA, now_utc, stamp
from ingestion.reading import read_all
from ingestion.register import Register, seen_files, submissions
from ingestion.store import Store
from quality.answer_book import Answer, place_of, write_answers, writing_answers
from quality.arrivals import Arrival, File, batches, list_files
from quality.audit.context import Contexts
from quality.audit.counties import check_counties
from quality.audit.crossing import check_crossings
from quality.audit.levels import check_codes_of_then, check_levels, check_marks
from quality.audit.run import audit
from quality.decisions import findings_on
from quality.overrides import let_through
from quality.registration import Incoming, Registration, answer_of
from quality.replies import take_reply

MANY_FILES = 100  # are worth a second process, which archives while this one reads


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Cells are millions of objects without cycles: the collector would walk them again and again and free nothing."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class Receiver:
    def __init__(self, home: Path, catalogue: Catalogue | None = None) -> None:
        self.home = home
        self.catalogue = catalogue or project_catalogue()
        self.register = Register(home)
        self.archive = Archive(home)
        self.store = Store(home, self.catalogue)
        self.inbox = home / "inbox"
        self.inbox.mkdir(parents=True, exist_ok=True)
        self._in_inbox = f"{self.inbox.resolve()}{os.sep}"
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
        An inbox file that another receiver took meanwhile has its answer there.

        A publication is known from its published_on unless a time is given.
        Raises: UsageError for an unknown source; bad files are verdicts, not exceptions.
        """
        if source_id is not None:
            self.catalogue.source(source_id)
        with _collector_paused():
            return self._take(arrivals, source_id, progress)

    def _take(
        self, arrivals: Sequence[Arrival], source_id: str | None, progress: Callable[[int, int], None] | None
    ) -> list[dict[str, Any]]:
        answers: dict[Path, dict[str, Any]] = {}
        incoming: list[Incoming] = []
        waiting: deque[tuple[Arrival, File]] = deque()  # archived, and not read

        def archived() -> Iterator[bytes]:
            for arrival, file in self._archived(arrivals, answers):
                waiting.append((arrival, file))
                yield file.data

        for result, named in read_all(archived(), self.catalogue, source_id):
            arrival, file = waiting.popleft()
            times = arrival.received_at, arrival.decided_at
            incoming.append(
                Incoming(file.path, file.place, arrival.filed_by, *times, file.sha256, file.mtime_ns, result, named)
            )
            if progress:
                progress(len(answers) + len(incoming), len(arrivals))
        self.contexts.arriving((i.kind, i.result) for i in incoming)
        forms = list(self.catalogue.forms)
        groups: dict[tuple[Any, ...], list[Incoming]] = {}
        for item in incoming:
            r = item.result
            order = forms.index(r.form) if r.form in forms else -1
            groups.setdefault((order, r.period or "", r.plan_version or "", r.form or ""), []).append(item)
        for key in sorted(groups):
            self._group(groups[key], answers)
        self.contexts.arriving(())  # what was judged is not held until the next call
        return [answers[a.path] for a in arrivals if a.path in answers]

    def _archived(
        self, arrivals: Sequence[Arrival], answers: dict[Path, dict[str, Any]]
    ) -> Iterator[tuple[Arrival, File]]:
        """The files that are new, each once its original lies on the disk; of many, while those before them are read."""
        before: list[tuple[Arrival, File]] = []
        are_many = len(arrivals) >= MANY_FILES
        with a_helper(are_many) as helper:
            for batch in batches(arrivals, self.inbox):
                fresh = self._new(batch, answers)
                helper.finish()
                helper.give(self.archive.keep_all, {file.sha256: (file.data, file.path.suffix) for _, file in fresh})
                yield from before if are_many else fresh
                before = fresh if are_many else []
            helper.finish()
            yield from before

    def _new(
        self, batch: Sequence[tuple[Arrival, File]], answers: dict[Path, dict[str, Any]]
    ) -> list[tuple[Arrival, File]]:
        """Files that were not seen before; those that were are answered."""
        seen = self._seen([file for _, file in batch])
        fresh = [(arrival, file) for arrival, file in batch if file.key not in seen]
        known = {file: answer_of(file.path, seen[file.key], is_duplicate=True) for _, file in batch if file.key in seen}
        self._answer_again(known.values())
        for file, answer in known.items():
            answers[file.path] = answer
            self._clear(file)
        return fresh

    # -- one form, one period -----------------------------------------------------------------------------------
    def _group(self, items: list[Incoming], answers: dict[Path, dict[str, Any]]) -> None:
        now = now_utc()
        times = [self._times(item, now) for item in items]
        decided_times = [decided for _, decided in times]
        if items[0].result.form in self.catalogue.forms:
            results, kinds = [i.result for i in items], [i.kind for i in items]
            self.contexts.expect(results)
            contexts = [self.contexts.of(*of) for of in zip(results, kinds, decided_times, strict=True)]
            audit(results, contexts, self.catalogue)
            check_crossings(results, kinds, decided_times, self.contexts)
            check_counties(results, kinds, decided_times, self.contexts)
            for result, kind, decided in zip(results, kinds, decided_times, strict=True):
                check_marks(result, self.catalogue)
                check_levels(result, kind, decided, self.contexts)
            check_codes_of_then(results, kinds, decided_times, self.contexts)
            let_through(results, decided_times, self.register)
            for result in results:
                result.sort_findings()
        fresh: dict[str, ReadResult] = {}
        for item, answer in zip(items, self._record(items, times, now), strict=True):
            answers[item.path] = answer
            if answer["duplicate_of"] is None:
                fresh[answer["submission_id"]] = item.result
        if fresh:
            self.land(fresh)
        self._answer_again(answers[item.path] for item in items)
        for item in items:
            self._clear(item)

    def _times(self, item: Incoming, now: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
        """When a file was received and decided: as given, else a publication's day of print, else now."""
        if item.source_id and item.received_at is None:
            published = self.catalogue.source(item.source_id).published_on
            if published:
                day = dt.datetime.combine(published, dt.time(), CHINA)
                return day, day
        return item.received_at or now, item.decided_at or item.received_at or now

    def _record(
        self, items: Sequence[Incoming], times: Sequence[tuple[dt.datetime, dt.datetime]], now: dt.datetime
    ) -> list[dict[str, Any]]:
        with self.register.transaction() as connection:
            registration = Registration(connection, self.register, self.catalogue, items)
            answers = []
            for item, (received, decided) in zip(items, times, strict=True):
                is_backfilled = item.received_at is not None or (item.source_id is not None and received != now)
                if item.result.reply is not None:
                    said = item.filed_by, stamp(received), is_backfilled
                    item.result.findings += take_reply(connection, item.result.reply, *said, self.catalogue)
                answers.append(registration.add(item, received, decided, is_backfilled))
            registration.write()
        return answers

    def land(self, fresh: dict[str, ReadResult]) -> None:
        """Write the partitions that the new submissions belong to, and the answers to what was not accepted."""
        new = self.register.rows(submissions, submissions.c.submission_id.in_(list(fresh)))
        read = [(row, fresh[row["submission_id"]]) for row in new if row["status"] != "accepted"]
        answers = [Answer(row, r.findings, r.column_map, original=r.book) for row, r in read]
        with writing_answers(self.home, [a for a in answers if a.original]):
            self.contexts.forget(self.store.complete(self.register, new, fresh))
            write_answers(self.home, [a for a in answers if not a.original])

    def _answer_again(self, answers: Iterable[Mapping[str, Any]]) -> None:
        """A run that was killed behind its registration left no answer workbook: the one that finds it again writes it."""
        left = [a["duplicate_of"] for a in answers if a["duplicate_of"] and a["verdict"] != "accepted"]
        for row in self.register.states(submissions.c.submission_id.in_(left)) if left else []:
            if not place_of(self.home, row["submission_id"]).exists():
                with self.register.transaction() as connection:
                    found = findings_on(connection, row["submission_id"])
                write_answers(self.home, [Answer(row, found, self.register.column_map(row["map_id"]))])

    # -- files seen ---------------------------------------------------------------------------------------------
    def _seen(self, files: Sequence[File]) -> dict[tuple[str, str, int], dict[str, Any]]:
        """Of these files those that were taken before, with the state of their submission now."""
        rows = self.register.rows(seen_files, seen_files.c.sha256.in_({f.sha256 for f in files}))
        wanted = {f.key for f in files}
        seen = {k: r["submission_id"] for r in rows if (k := (r["sha256"], r["path"], r["mtime_ns"])) in wanted}
        if not seen:
            return {}
        known = self.register.states(submissions.c.submission_id.in_(set(seen.values())))
        by_id = {row["submission_id"]: row for row in known}
        return {key: by_id[submission_id] for key, submission_id in seen.items()}

    def _clear(self, file: File | Incoming) -> None:
        """An inbox file goes once it is archived and registered; other paths are the sender's own.

        A file that took its place under the same name while the batch ran is another one: it stays for the next run.
        """
        with suppress(FileNotFoundError):  # another receiver cleared it
            if file.place.startswith(self._in_inbox) and file.path.stat().st_mtime_ns == file.mtime_ns:
                file.path.unlink()
