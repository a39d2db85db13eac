"""Runs in a child process and opens untrusted workbooks. One JSON request a line in, one JSON answer a line out.

Little else of the project belongs here: a file may abort this process (a sheet with values in A1 and XFD1048576
does, inside the library, where no except reaches), and the parent only loses the child.
Cells travel as [row, column, kind, text]: kind n number, s text, d date or time, b boolean, e error. Numbers travel
as the shortest text that gives the same double back, so nothing is rounded on the way.
"""

from __future__ import annotations

import base64
import datetime as dt
import io
import json
import re
import resource
import sys
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import Any

from ingestion.opening_text import OpeningFault, kind_of, rows_of

MEMORY = 2 << 30
CPU_SECONDS = 20
MAX_UNZIPPED = 300 << 20
MAX_ENTRIES = 5000
TEXT_SHEET = "CSV"


@dataclass
class _Looked:
    """What only the slow reader sees, by sheet: {A1 address: formula}, error cells, hidden [rows, columns]."""

    formulas: dict[str, dict[str, str]] = field(default_factory=dict)
    errors: dict[str, list[list[Any]]] = field(default_factory=dict)
    hidden: dict[str, list[list[int]]] = field(default_factory=dict)


def _cell(value: Any) -> tuple[str, str] | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "b", str(value).lower()
    if isinstance(value, (int, float)):
        return "n", repr(value)
    if isinstance(value, (dt.datetime, dt.date, dt.time)):
        return "d", value.isoformat()
    if isinstance(value, dt.timedelta):
        return "d", str(value)
    text = str(value)
    return ("e", text) if text.startswith("#") and text.endswith(("!", "?", "A")) else ("s", text)


# a formula (not the <formula1> of a drop-down list), an error value typed in, or something hidden: the fast reader
# gives the first two as blank and knows nothing of the third
_SECOND_LOOK = re.compile(rb'<f[ >/]| t="e"| hidden="(?:1|true)"')
# a shared text whose number is none: every program shows another one then
_BAD_TEXT = re.compile(rb't="s"[^>]*><v>(?![0-9]+</v>)[^<]*<')


def _second_look(data: bytes, sheets: list[bytes]) -> _Looked:
    """Of xlsx, only where a sheet holds any such thing at all (10 ms a file). sheets: their XML."""
    looked = _Looked()
    if damaged := next((hit for sheet in sheets if (hit := _BAD_TEXT.search(sheet))), None):
        raise ValueError(f"a text without its number: {damaged[0].decode(errors='replace')[:80]}")
    if not any(_SECOND_LOOK.search(sheet) for sheet in sheets):
        return looked
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(data), data_only=False)
    found, errors = looked.formulas, looked.errors
    for sheet in book.worksheets:
        rows = [n for n, d in sheet.row_dimensions.items() if d.hidden]
        columns = [
            n
            for d in sheet.column_dimensions.values()
            if d.hidden
            for n in range(d.min or d.index, (d.max or d.min) + 1)
        ]
        if rows or columns:
            looked.hidden[sheet.title] = [rows, columns]
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    text = getattr(cell.value, "text", None) or str(cell.value)
                    found.setdefault(sheet.title, {})[f"{cell.row},{cell.column}"] = text
                elif cell.data_type == "e":
                    errors.setdefault(sheet.title, []).append([cell.row, cell.column, "e", str(cell.value)])
    return looked


def _broken_or_locked(error: Exception) -> str:
    """Every library says in words of its own that a password is missing."""
    return "password" if "password" in str(error).casefold() else "broken"


@dataclass
class _Package:
    """What an archive holds beside its cells. sheets: their XML, of xlsx alone."""

    sheets: list[bytes] = field(default_factory=list)
    macros: bool = False
    links: bool = False


def _unpacked(data: bytes) -> _Package:
    """Every part read once, since the fast reader does not look at checksums. Raises OpeningFault."""
    made = _Package()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_ENTRIES or sum(p.file_size for p in parts) > MAX_UNZIPPED:
                raise OpeningFault("too_large", f"{len(parts)} entries")
            names = {p.filename for p in parts}
            for part in parts:
                content = archive.read(part)
                if part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml"):
                    made.sheets.append(content)
                elif part.filename == "META-INF/manifest.xml" and b"encryption-data" in content:
                    raise OpeningFault("password", "ods")
    except MemoryError as error:
        raise OpeningFault("too_large", "memory") from error
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, EOFError, RuntimeError, zlib.error) as error:
        raise OpeningFault(_broken_or_locked(error), str(error)) from error
    if "mimetype" not in names and not any(n.startswith("xl/workbook.") for n in names):
        raise OpeningFault("broken", f"zip: {', '.join(sorted(names)[:3])}")
    made.macros = any(n.endswith("vbaProject.bin") for n in names)
    made.links = any(n.startswith("xl/externalLinks/") for n in names)
    return made


def _text(data: bytes) -> dict[str, Any]:
    """Separated text as one sheet. Raises OpeningFault."""
    rows = rows_of(data)
    cells = [[r, c, kind_of(t), t] for r, row in enumerate(rows, 1) for c, t in enumerate(map(str.strip, row), 1) if t]
    sheet = {"name": TEXT_SHEET, "visible": True, "cells": cells, "merged": [], "hidden": [[], []]}
    return {"sheets": [sheet], "formulas": {}, "macros": False, "links": False}


def read(data: bytes) -> dict[str, Any]:
    """One workbook as plain data, or {"fault": code, "detail": text}."""
    import python_calamine as calamine

    try:
        if data[:2] != b"PK" and data[:4] != b"\xd0\xcf\x11\xe0":
            return _text(data)
        package = _unpacked(data) if data[:2] == b"PK" else _Package()
    except OpeningFault as fault:
        return {"fault": fault.code, "detail": fault.detail}
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets: list[dict[str, Any]] = []
        for meta in book.sheets_metadata:
            if meta.typ != calamine.SheetTypeEnum.WorkSheet:
                continue
            sheet = book.get_sheet_by_name(meta.name)
            cells = []
            for r, row in enumerate(sheet.to_python(skip_empty_area=False), start=1):
                for c, value in enumerate(row, start=1):
                    cell = _cell(value)
                    if cell:
                        cells.append([r, c, *cell])
            merged = [[a[0] + 1, a[1] + 1, b[0] + 1, b[1] + 1] for a, b in (sheet.merged_cell_ranges or [])]
            sheets.append(
                {
                    "name": meta.name,
                    "visible": meta.visible == calamine.SheetVisibleEnum.Visible,
                    "cells": cells,
                    "merged": merged,
                }
            )
        looked = _second_look(data, package.sheets)
        errors = looked.errors
        for entry in sheets:
            entry["hidden"] = looked.hidden.get(entry["name"], [[], []])
            held = {(c[0], c[1]) for c in entry["cells"]} if entry["name"] in errors else set()
            entry["cells"] += [e for e in errors.get(entry["name"], []) if (e[0], e[1]) not in held]
    except MemoryError:
        return {"fault": "too_large", "detail": "memory"}
    except Exception as error:  # noqa: BLE001 - each library has error types of its own; all mean "unreadable"
        return {"fault": _broken_or_locked(error), "detail": f"{type(error).__name__}: {error}"[:300]}
    return {"sheets": sheets, "formulas": looked.formulas, "macros": package.macros, "links": package.links}


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for line in sys.stdin:
        used = int(sum(resource.getrusage(resource.RUSAGE_SELF)[:2]))
        resource.setrlimit(resource.RLIMIT_CPU, (used + CPU_SECONDS, resource.RLIM_INFINITY))
        answer = read(base64.b64decode(line))
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
