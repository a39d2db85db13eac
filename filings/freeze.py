"""What passed, frozen: the folder of a candidate with its files, manifest and seal, and its row in the register.

Not here: what may be in it (release.py), its tables (package.py), approval (approval.py), checking a folder (verify.py).
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import rfc8785

from filings.package import Series, files_of
from filings.revisions import REVISIONS, revisions, revisions_table
from filings.verify import MANIFEST, SEAL, hashes, seal_text
from ingestion.archive import sync_folder, write_whole
from ingestion.catalogue import catalogue
from ingestion.model import SAMPLE_MARK
from ingestion.moments import now_utc, stamp
from ingestion.register import Register, releases, submissions
from quality.gates.frames import SeriesKey
from quality.gates.verdicts import latest_on, verdicts_of
from quality.warehouse import Build

ROOT = Path(__file__).resolve().parent.parent


def _commit() -> str | None:
    """Code commit of a checkout; None where the project is installed without git."""
    try:
        answer = subprocess.run(
            ["git", "-C", str(ROOT), "rev-parse", "HEAD"], capture_output=True, text=True, timeout=10, check=False
        )
    except OSError:
        return None
    return answer.stdout.strip() or None


def _lock_hash() -> str | None:
    lock = ROOT / "requirements.lock"
    return hashlib.sha256(lock.read_bytes()).hexdigest() if lock.is_file() else None


def editions(register: Register, answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What was made of the same filing for the same period before, of any kind, oldest first."""
    return register.rows(
        releases,
        releases.c.period == answer["period"],
        releases.c.source_kind == answer["source_kind"],
        releases.c.filing == answer["filing"] if answer["filing"] else releases.c.filing.is_(None),
        order=releases.c.made_at,
    )


def folder_of(home: Path, release_id: str, state: str) -> Path:
    return home / ("releases" if state == "released" else "candidates") / release_id


def freeze(
    home: Path,
    register: Register,
    made: Build,
    answer: dict[str, Any],
    included: list[Series],
    data_hashes: dict[str, str],
) -> dict[str, Any]:
    period, kind, source_kind = answer["period"], answer["kind"], answer["source_kind"]
    sample = source_kind == "sample"
    before = editions(register, answer)
    number = len([r for r in before if r["kind"] == kind]) + 1
    name = f"-{answer['filing']}" if answer["filing"] else ""
    suffix = "" if answer["programme"] == "national" else f"-{answer['programme']}"
    release_id = f"{period}{name}-{kind}{'-sample' if sample else ''}{suffix}-{number:02d}"
    superseded = next((r["release_id"] for r in reversed(before) if r["state"] == "released"), None)
    title = f"{f'{SAMPLE_MARK} ' if sample else ''}城镇老旧小区改造 {period} {kind} {release_id}"
    used = {c["submission_id"] for s in included for c in s.contributions}
    inputs = [
        {
            k: r[k]
            for k in (
                "submission_id",
                "form",
                "source_id",
                "unit_code",
                "period",
                "version",
                "sha256",
                "file_name",
                "map_id",
            )
        }
        for r in register.rows(submissions, submissions.c.submission_id.in_(used), order=submissions.c.seq)
    ]
    files = files_of(included, catalogue(), title, sample)
    revised = revisions(folder_of(home, superseded, "released"), included, register) if superseded else []
    if superseded:
        files[REVISIONS] = revisions_table(revised, sample)
    gates = [
        {
            k: v[k]
            for k in ("gate", "series", "severity", "verdict", "observed", "expected", "data_hash", "suite_version")
        }
        for name, data_hash in data_hashes.items()
        for v in latest_on(verdicts_of(register, key_of(answer, name)), data_hash).values()
    ]
    manifest = {
        "release": release_id,
        "title": title,
        "period": period,
        "kind": kind,
        "source_kind": source_kind,
        "marker": SAMPLE_MARK if sample else None,
        "programme": answer["programme"],
        "cutoff": made.label,
        "series": answer["series"],
        "left_out": answer["left_out"],
        "supersedes": superseded,
        "filing": answer["filing"],
        "figures_revised": len(revised),
        "build_id": made.build_id,
        "previous_manifest_sha256": last_manifest(register),
        "code_commit": _commit(),
        "lock_sha256": _lock_hash(),
        "rulebook_version": catalogue().version,
        "rulebook_sha256": catalogue().content_hash,
        "data_hashes": data_hashes,
        "gates": sorted(gates, key=lambda g: (g["series"], g["gate"])),
        "inputs": inputs,
        "approved_by": None,
        "approved_at": None,
        "outputs": [{"path": p.as_posix(), "bytes": len(d), **hashes(d)} for p, d in sorted(files.items())],
    }
    folder = home / "candidates" / release_id
    work = folder.with_name(f".{release_id}.tmp")
    shutil.rmtree(work, ignore_errors=True)
    for path, data in files.items():
        write_whole(work / path, data, 0o444)
    seal(work, manifest)
    shutil.rmtree(folder, ignore_errors=True)  # a candidate that was never registered: left by a killed run
    work.replace(folder)
    sync_folder(folder.parent)
    with register.transaction() as connection:
        connection.execute(
            releases.insert().values(
                release_id=release_id,
                period=period,
                kind=kind,
                source_kind=source_kind,
                state="candidate",
                made_at=stamp(now_utc()),
                supersedes=superseded,
                filing=answer["filing"],
                series=json.dumps(answer["series"]),
            )
        )
        register.log(connection, "candidate", release_id, None, series=answer["series"])
    answer.update(release=release_id, state="candidate", path=str(folder))
    return answer


def seal(folder: Path, manifest: dict[str, Any]) -> str:
    """Write a manifest and its seal into a folder; returns the manifest's SHA-256."""
    text = rfc8785.dumps(manifest)
    write_whole(folder / MANIFEST, text, 0o444)
    write_whole(folder / SEAL, seal_text(text), 0o444)
    return hashlib.sha256(text).hexdigest()


def last_manifest(register: Register) -> str | None:
    """SHA-256 of the manifest of the release approved last: each release names the one before it."""
    rows = register.rows(releases, releases.c.state == "released", order=releases.c.approved_at)
    return rows[-1]["manifest_sha256"] if rows else None


def key_of(what: Mapping[str, Any], series: str) -> SeriesKey:
    """The series of a candidate's answer or manifest, as gates know it."""
    return SeriesKey(series, what["period"], what["kind"], what["programme"], what["source_kind"])
