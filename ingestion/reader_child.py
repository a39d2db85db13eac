"""Runs in a child process and opens untrusted workbooks. One JSON request a line in, one JSON answer a line out.

Nothing else of the project belongs here: a file may abort this process (a sheet with values in A1 and XFD1048576
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
from typing import Any

MEMORY = 2 << 30
CPU_SECONDS = 20
MAX_UNZIPPED = 300 << 20
MAX_ENTRIES = 5000


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


# a formula (not the <formula1> of a drop-down list), or an error value typed in: the fast reader gives both as blank
_SECOND_LOOK = re.compile(rb'<f[ >/]| t="e"')


def _second_look(data: bytes) -> tuple[dict[str, dict[str, str]], dict[str, list[list[Any]]]]:
    """sheet → {A1 address: formula}, and sheet → error cells; only where a sheet holds any at all (10 ms a file)."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [n for n in archive.namelist() if n.startswith("xl/worksheets/") and n.endswith(".xml")]
        if not any(_SECOND_LOOK.search(archive.read(n)) for n in names):
            return {}, {}
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(data), data_only=False)
    found: dict[str, dict[str, str]] = {}
    errors: dict[str, list[list[Any]]] = {}
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    text = getattr(cell.value, "text", None) or str(cell.value)
                    found.setdefault(sheet.title, {})[f"{cell.row},{cell.column}"] = text
                elif cell.data_type == "e":
                    errors.setdefault(sheet.title, []).append([cell.row, cell.column, "e", str(cell.value)])
    return found, errors


def read(data: bytes) -> dict[str, Any]:
    """One workbook as plain data, or {"fault": code, "detail": text}."""
    import python_calamine as calamine

    macros = False
    if data[:2] == b"PK":
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                infos = archive.infolist()
                if len(infos) > MAX_ENTRIES or sum(i.file_size for i in infos) > MAX_UNZIPPED:
                    return {"fault": "too_large", "detail": f"{len(infos)} entries"}
                macros = any(i.filename.endswith("vbaProject.bin") for i in infos)
        except zipfile.BadZipFile as error:
            return {"fault": "broken", "detail": str(error)}
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
        formulas, errors = _second_look(data) if data[:2] == b"PK" else ({}, {})
        for entry in sheets:
            held = {(c[0], c[1]) for c in entry["cells"]} if entry["name"] in errors else set()
            entry["cells"] += [e for e in errors.get(entry["name"], []) if (e[0], e[1]) not in held]
    except MemoryError:
        return {"fault": "too_large", "detail": "memory"}
    except Exception as error:  # noqa: BLE001 - each library has error types of its own; all mean "unreadable"
        return {"fault": "broken", "detail": f"{type(error).__name__}: {error}"[:300]}
    return {"sheets": sheets, "formulas": formulas, "macros": macros}


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
