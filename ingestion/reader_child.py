"""Runs in a child process and opens untrusted workbooks. A file in, one JSON answer out, each after its length.

Little else of the project belongs here: a file may abort this process (a sheet with values in A1 and XFD1048576
does, inside the library, where no except reaches), and the parent only loses the child.
Cells travel by row, as [row, columns, kinds, texts]: kind n number, s text, d date or time, b boolean, e error. Numbers
travel as the shortest text that gives the same double back, so nothing is rounded on the way.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import math
import re
import resource
import sys
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import Any

import python_calamine as calamine

from ingestion.opening_facts import MAX_COLUMNS, MAX_ROWS, SheetFacts, of_ods, of_xls, of_xlsx
from ingestion.opening_text import MAX_CELLS, OpeningFault, kind_of, rows_of

MEMORY = 2 << 30
CPU_SECONDS = 20
MAX_UNZIPPED = 300 << 20
MAX_ENTRIES = 5000
TEXT_SHEET = "CSV"
# the first records of an xls: begin of file, perhaps "write-protected", then how it is encrypted
_XLS_PASSWORD = re.compile(rb"\x09\x08\x10\x00\x00\x06\x05\x00.{12}(?:\x86\x00\x00\x00)?\x2f\x00", re.DOTALL)
# an error value that was pasted as text, or saved in separated text, is one
_ERRORS = {"#REF!", "#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#VALUE!", "#SPILL!", "#CALC!"}
_XLS_FROM_1904 = b"\x22\x00\x02\x00\x01\x00"
_FROM_1904 = re.compile(rb"""\sdate1904\s*=\s*["'](?:1|true)["']""")
_SHEET = re.compile(rb"<(?:\w+:)?worksheet[\s>]")
# the last row and column of a sheet, by kind: what reaches them may have gone on when it was saved
_GRID = {"xls": (1 << 16, 1 << 8)}


def _cell(value: Any) -> tuple[str, str] | None:
    if type(value) is str:  # most cells
        if not value:
            return None
        return ("e", value) if value in _ERRORS else ("s", value)
    if value is None:
        return None
    if isinstance(value, bool):
        return "b", str(value).lower()
    if isinstance(value, (int, float)):
        return ("n" if math.isfinite(value) else "e"), repr(value)  # NaN, or too large for a double: no number
    return "d", str(value) if isinstance(value, dt.timedelta) else value.isoformat()


def _broken_or_locked(error: Exception) -> str:
    """Every library says in words of its own that a password is missing."""
    return "password" if "password" in str(error).casefold() else "broken"


@dataclass
class _Package:
    """What a file holds beside its cells. sheets: their XML, of xlsx alone; content: that of ods."""

    kind: str = "xlsx"
    sheets: list[bytes] = field(default_factory=list)
    content: bytes = b""
    macros: bool = False
    links: bool = False
    from_1904: bool = False


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
                if part.filename == "content.xml":
                    made.content = content
                elif b"worksheet" in content and _SHEET.search(content):  # any folder: the names of parts are free
                    made.sheets.append(content)
                elif part.filename == "xl/workbook.xml":
                    made.from_1904 = _FROM_1904.search(content) is not None
                elif part.filename == "META-INF/manifest.xml" and b"encryption-data" in content:
                    raise OpeningFault("password", "ods")
    except MemoryError as error:
        raise OpeningFault("too_large", "memory") from error
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, EOFError, RuntimeError, zlib.error) as error:
        raise OpeningFault(_broken_or_locked(error), str(error)) from error
    if "mimetype" not in names and not any(n.startswith("xl/workbook.") for n in names):
        raise OpeningFault("broken", f"zip: {', '.join(sorted(names)[:3])}")
    made.kind = "ods" if "mimetype" in names else "xlsb" if "xl/workbook.bin" in names else "xlsx"
    made.macros = any(n.endswith("vbaProject.bin") or n.startswith("Basic/") for n in names)
    made.links = any(n.startswith("xl/externalLinks/") for n in names)
    return made


def _opened_xls(data: bytes) -> _Package:
    """Raises OpeningFault."""
    if _XLS_PASSWORD.search(data):
        raise OpeningFault("password", "xls")
    return _Package("xls", macros="_VBA_PROJECT".encode("utf-16-le") in data, from_1904=_XLS_FROM_1904 in data)


def _text(data: bytes) -> dict[str, Any]:
    """Separated text as one sheet. Raises OpeningFault."""
    rows, is_cut = rows_of(data)
    cells = []
    for r, row in enumerate(rows, 1):
        held = [(c, kind_of(t), t) for c, t in enumerate(map(str.strip, row), 1) if t]
        if held:
            cells.append(_row(r, held))
    last = [cells[-1][0], cells[-1][1][-1]] if cells and is_cut else []
    sheet = _sheet(TEXT_SHEET, True, cells, SheetFacts()) | {"cut": last}
    return {"sheets": [sheet], "kind": "text", "shows_facts": True, "has_macros": False, "has_links": False,
            "from_1904": False}  # fmt: skip


def _row(row: int, cells: list[tuple[int, str, str]]) -> list[Any]:
    """A row as it travels. cells: column, kind, text."""
    columns, kinds, texts = zip(*cells, strict=True)
    return [row, columns, "".join(kinds), texts]


def _sheet(name: str, visible: bool, cells: list[list[Any]], facts: SheetFacts) -> dict[str, Any]:
    if facts.errors:
        held = {(row, column) for row, columns, *_ in cells for column in columns}
        cells += [_row(r, [(c, kind, text)]) for r, c, kind, text in facts.errors if (r, c) not in held]
    hidden = [facts.hidden_rows, facts.hidden_columns]
    return {"name": name, "visible": visible, "cells": cells, "formulas": facts.formulas, "merged": facts.merged,
            "hidden": hidden, "cut": []}  # fmt: skip


def _facts(data: bytes, package: _Package) -> dict[str, SheetFacts] | None:
    """By sheet name; a sheet that is not there holds none of them. None: nothing is known of this file."""
    if package.kind == "ods":
        return of_ods(package.content)
    if package.kind == "xls":
        return of_xls(data)
    return of_xlsx(data, package.sheets) if package.kind == "xlsx" else None


def _sheets(data: bytes, package: _Package, looked: dict[str, SheetFacts]) -> list[dict[str, Any]]:
    """Every sheet of a workbook. Raises OpeningFault, and what the library raises."""
    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    last_row, last_column = _GRID.get(package.kind, (MAX_ROWS, MAX_COLUMNS))
    sheets, held = [], 0
    for meta in book.sheets_metadata:
        if meta.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        sheet = book.get_sheet_by_name(meta.name)
        cells: list[list[Any]] = []
        for r, row in enumerate(sheet.to_python(skip_empty_area=False), start=1):
            filled = [(c, *cell) for c, value in enumerate(row, start=1) if value != "" and (cell := _cell(value))]
            if filled:
                cells.append(_row(r, filled))
            held += len(filled)
            if held > MAX_CELLS:
                raise OpeningFault("too_large", f"> {MAX_CELLS} cells")
        facts = looked.get(meta.name, SheetFacts())
        facts.merged = facts.merged or [
            [a[0] + 1, a[1] + 1, b[0] + 1, b[1] + 1] for a, b in sheet.merged_cell_ranges or []
        ]
        made = _sheet(meta.name, meta.visible == calamine.SheetVisibleEnum.Visible, cells, facts)
        made["cut"] = next(
            ([r, c] for r, columns, *_ in cells for c in columns if r == last_row or c == last_column), []
        )
        sheets.append(made)
    return sheets


def read(data: bytes) -> dict[str, Any]:
    """One workbook as plain data, or {"fault": code, "detail": text}."""
    try:
        if data[:2] != b"PK" and data[:4] != b"\xd0\xcf\x11\xe0":
            return _text(data)
        package = _unpacked(data) if data[:2] == b"PK" else _opened_xls(data)
        facts = _facts(data, package)
        sheets = _sheets(data, package, facts or {})
    except OpeningFault as fault:
        return {"fault": fault.code, "detail": fault.detail}
    except MemoryError:
        return {"fault": "too_large", "detail": "memory"}
    except Exception as error:  # noqa: BLE001 - each library has error types of its own; all mean "unreadable"
        return {"fault": _broken_or_locked(error), "detail": f"{type(error).__name__}: {error}"[:300]}
    return {"sheets": sheets, "kind": package.kind, "shows_facts": facts is not None, "has_macros": package.macros,
            "has_links": package.links, "from_1904": package.from_1904}  # fmt: skip


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    files, answers = sys.stdin.buffer, sys.stdout.buffer
    while head := files.read(8):
        used = int(sum(resource.getrusage(resource.RUSAGE_SELF)[:2]))
        resource.setrlimit(resource.RLIMIT_CPU, (used + CPU_SECONDS, resource.RLIM_INFINITY))
        data = files.read(int.from_bytes(head, "big"))
        answer = json.dumps(read(data), ensure_ascii=False, separators=(",", ":")).encode(errors="surrogatepass")
        answers.write(len(answer).to_bytes(8, "big") + answer)
        answers.flush()


if __name__ == "__main__":
    main()
