"""A named person approves a candidate: its folder becomes the release, whole, and is never written again.

The gates must still stand for exactly the candidate's data. Not here: making candidates (release.py).
"""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from filings.freeze import key_of, last_manifest, seal
from filings.verify import MANIFEST, verify
from ingestion.archive import sync_folder
from ingestion.errors import UsageError
from ingestion.moments import now_utc, stamp
from ingestion.register import Register, releases
from quality.gates.verdicts import reasons_against


def approve(home: Path, release_id: str, by: str) -> dict[str, Any]:
    """A named person approves a candidate; its folder becomes the release, whole, and never changes again.

    Returns {release, state, approved_by, approved_at, path}; state `refused` with reasons when the gates no longer
    stand for the candidate's data or its files were touched. Raises: UsageError for an unknown id or no name.
    """
    if not by.strip():
        raise UsageError("--by 需要批准人姓名 (an approval needs a name)")
    register = Register(home)
    try:
        rows = register.rows(releases, releases.c.release_id == release_id)
        if not rows:
            raise UsageError(f"没有候选发布 {release_id}；用 jiugai release list 查看 (no such candidate)")
        row = rows[0]
        target = home / "releases" / release_id
        if row["state"] == "released":
            raise UsageError(f"{release_id} 已由 {row['approved_by']} 批准，发布不再改动 (already released)")
        folder = home / "candidates" / release_id
        if target.is_dir():  # killed between moving the folder and recording it: the folder is the word
            manifest = json.loads((target / MANIFEST).read_bytes())
            return _record_approval(register, release_id, manifest, target)
        checked = verify(folder)
        reasons = [f"{p['path']}：{p['problem']}" for p in checked["problems"]]
        manifest = json.loads((folder / MANIFEST).read_bytes()) if not reasons else {}
        if not reasons:
            reasons = _gates_still_stand(register, manifest)
        if reasons:
            with register.transaction() as connection:
                register.log(connection, "approval_refused", release_id, by, reasons=reasons)
            return {
                "release": release_id,
                "state": "refused",
                "approved_by": None,
                "approved_at": None,
                "path": str(folder),
                "reasons": reasons,
            }
        manifest.update(approved_by=by, approved_at=stamp(now_utc()), previous_manifest_sha256=last_manifest(register))
        work = home / "releases" / f".{release_id}.tmp"
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(folder, work)
        seal(work, manifest)
        work.replace(target)
        sync_folder(target.parent)
        answer = _record_approval(register, release_id, manifest, target)
        shutil.rmtree(folder, ignore_errors=True)
        return answer
    finally:
        register.close()


def _gates_still_stand(register: Register, manifest: dict[str, Any]) -> list[str]:
    """Reasons against approving now what was made then: the gates must still stand for exactly the candidate's data."""
    return [
        f"{series}：{zh} ({en})"
        for series, data_hash in manifest["data_hashes"].items()
        for zh, en in reasons_against(register, key_of(manifest, series), data_hash)
    ]


def _record_approval(register: Register, release_id: str, manifest: dict[str, Any], target: Path) -> dict[str, Any]:
    digest = hashlib.sha256((target / MANIFEST).read_bytes()).hexdigest()
    with register.transaction() as connection:
        connection.execute(
            releases.update()
            .where(releases.c.release_id == release_id)
            .values(
                state="released",
                approved_by=manifest["approved_by"],
                approved_at=manifest["approved_at"],
                manifest_sha256=digest,
            )
        )
        register.log(connection, "released", release_id, manifest["approved_by"], manifest_sha256=digest)
    return {
        "release": release_id,
        "state": "released",
        "approved_by": manifest["approved_by"],
        "approved_at": manifest["approved_at"],
        "path": str(target),
    }
