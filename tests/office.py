"""Workbooks through other hands: saved by LibreOffice, or with one part of the archive changed."""

from __future__ import annotations

import io
import subprocess
import zipfile
from collections.abc import Sequence
from pathlib import Path


def save_as(kind: str, files: Sequence[Path], out: Path) -> None:
    """LibreOffice opens the files and saves each into `out` as xlsx, xls or ods; one that it cannot open is not there."""
    command = ["soffice", f"-env:UserInstallation=file://{out}/profile", "--headless", "--convert-to", kind]
    subprocess.run([*command, "--outdir", str(out), *map(str, files)], check=True, capture_output=True, timeout=1200)


def with_part(workbook: bytes, name: str, content: bytes) -> bytes:
    """A workbook with one part put in place of what was there, or added at the end."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in dict.fromkeys([*old.namelist(), name]):
            new.writestr(part, content if part == name else old.read(part))
    return out.getvalue()
