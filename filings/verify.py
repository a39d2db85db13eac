"""Does a release folder still hold exactly what was released? Works offline, on the folder alone.

Every file is named in the manifest by length, SHA-256 and SM3; the manifest itself by `manifest.seal`, which holds
both hashes twice, so that one changed byte is found wherever it is and the right file is named.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

MANIFEST, SEAL = "manifest.json", "manifest.seal"


def hashes(data: bytes) -> dict[str, str]:
    """SHA-256, and SM3 (GB/T 32905) beside it."""
    return {"sha256": hashlib.sha256(data).hexdigest(), "sm3": hashlib.new("sm3", data).hexdigest()}


def seal_text(manifest: bytes) -> bytes:
    found = hashes(manifest)
    return f"sha256 {found['sha256']}\nsm3 {found['sm3']}\n".encode()


def verify(folder: Path) -> dict[str, Any]:
    """Contract answer {release, ok, files_checked, problems: [{path, problem}]}. A missing folder is a problem too."""
    problems: list[dict[str, str]] = []

    def problem(path: str, zh: str) -> None:
        problems.append({"path": path, "problem": zh})

    release = folder.name
    if not (folder / MANIFEST).is_file():
        problem(MANIFEST, "没有清单文件，不是发布文件夹 (no manifest: not a release folder)")
        return {"release": release, "ok": False, "files_checked": 0, "problems": problems}
    manifest_bytes = (folder / MANIFEST).read_bytes()
    seal = (folder / SEAL).read_bytes() if (folder / SEAL).is_file() else b""
    manifest_sound = seal == seal_text(manifest_bytes)
    if not manifest_sound:
        found = hashes(manifest_bytes)
        whole = sum(value.encode() in seal for value in found.values())
        # one of the two hashes still agrees: the manifest is whole and the seal was touched
        problem(SEAL if whole or not seal else MANIFEST, "内容已变 (content changed)" if seal else "缺文件 (missing)")
        if not whole and seal:
            return {"release": release, "ok": False, "files_checked": 1, "problems": problems}
    try:
        manifest = json.loads(manifest_bytes)
        listed = {entry["path"]: entry for entry in manifest["outputs"]}
        release = manifest["release"]
    except (ValueError, KeyError, TypeError):
        problem(MANIFEST, "清单读不出 (the manifest cannot be read)")
        return {"release": release, "ok": False, "files_checked": 1, "problems": problems}
    checked = 2
    for path, entry in listed.items():
        file = folder / path
        checked += 1
        if not file.is_file():
            problem(path, "缺文件 (missing)")
            continue
        data = file.read_bytes()
        if len(data) != entry["bytes"] or hashes(data) != {"sha256": entry["sha256"], "sm3": entry["sm3"]}:
            problem(path, "内容已变 (content changed)")
    for file in sorted(p for p in folder.rglob("*") if p.is_file() or p.is_symlink()):
        name = file.relative_to(folder).as_posix()
        if name not in listed and name not in (MANIFEST, SEAL):
            problem(name, "清单以外的文件 (not in the manifest)")
    return {"release": release, "ok": not problems, "files_checked": checked, "problems": problems}
