"""Runs in a child process and opens untrusted workbooks. A file in, one JSON answer out, each after its length.

Little else of the project belongs here: a file may abort this process (a sheet with values in A1 and XFD1048576
does, inside the library, where no except reaches), and the parent only loses the child.
An answer is a length and so many bytes: the length of its JSON, the JSON, and the codes of columns (cell_columns.py).
Cells travel by row, as [row, columns, kinds, texts], those of a list by column, as [column, kinds, texts] and a code for
each row, those of a sheet like another one all at once, as [rows, columns, kinds, texts], without what both have in common
(known_frames.py). Kinds: n number, s text, d date or time, b boolean, e error. Numbers travel as the shortest text that gives
the same double back, so nothing is rounded on the way.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import math
import re
import resource
import sys
from array import array
from collections.abc import Sequence
from typing import Any

import python_calamine as calamine

from ingestion.cell_columns import columns_of, is_list
from ingestion.known_frames import Told
from ingestion.opening_facts import MAX_COLUMNS, MAX_ROWS, SheetFacts, of_ods, of_xls, of_xlsx
from ingestion.opening_parts import Package, broken_or_locked, unpacked
from ingestion.opening_text import MAX_CELLS, TEXT_SHEET, OpeningFault, kind_of, rows_of

MEMORY = 2 << 30
CPU_SECONDS = 20
# the first records of an xls: begin of file, perhaps "write-protected", then how it is encrypted
_XLS_PASSWORD = re.compile(rb"\x09\x08\x10\x00\x00\x06\x05\x00.{12}(?:\x86\x00\x00\x00)?\x2f\x00", re.DOTALL)
# an error value that was pasted as text, or saved in separated text, is one
_ERRORS = {"#REF!", "#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#VALUE!", "#SPILL!", "#CALC!"}
_XLS_FROM_1904 = b"\x22\x00\x02\x00\x01\x00"
# the last row and column of a sheet, by kind: what reaches them may have gone on when it was saved
_GRID = {"xls": (1 << 16, 1 << 8)}


def _cell(value: Any) -> tuple[str, str]:
    """Kind and text of what is not blank."""
    if type(value) is str:  # most cells
        return ("e", value) if value in _ERRORS else ("s", value)
    if isinstance(value, bool):
        return "b", str(value).lower()
    if isinstance(value, (int, float)):
        return ("n" if math.isfinite(value) else "e"), repr(value)  # NaN, or too large for a double: no number
    return "d", str(value) if isinstance(value, dt.timedelta) else value.isoformat()


def _opened_xls(data: bytes) -> Package:
    """Raises OpeningFault."""
    if _XLS_PASSWORD.search(data):
        raise OpeningFault("password", "xls")
    return Package("xls", macros="_VBA_PROJECT".encode("utf-16-le") in data, from_1904=_XLS_FROM_1904 in data)


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
    hidden = [facts.hidden_rows, facts.hidden_columns]
    return {"name": name, "visible": visible, "cells": cells, "columns": [], "rows": 0,
            "formulas": facts.formulas, "merged": facts.merged, "hidden": hidden, "cut": []}  # fmt: skip


def _facts(data: bytes, package: Package) -> dict[str, SheetFacts] | None:
    """By sheet name; a sheet that is not there holds none of them. None: nothing is known of this file."""
    if package.kind == "ods":
        return of_ods(package.content)
    if package.kind == "xls":
        return of_xls(data)
    return of_xlsx(data, package.sheets) if package.kind == "xlsx" else None


def _travelling(row: int, values: Sequence[Any], start: int = 0) -> list[Any] | None:
    """The cells of a row from one on, as they travel; None where nothing stands there."""
    filled = [(c, *_cell(value)) for c, value in enumerate(values[start:], start=start + 1) if value != ""]
    return _row(row, filled) if filled else None


def _errors(values: Sequence[Sequence[Any]], facts: SheetFacts) -> list[list[Any]]:
    """Errors that the fast reader gave as blanks, as rows."""
    return [
        _row(r, [(c, kind, text)])
        for r, c, kind, text in facts.errors
        if r > len(values) or c > len(values[r - 1]) or values[r - 1][c - 1] == ""
    ]


def _sheets(
    data: bytes, package: Package, looked: dict[str, SheetFacts], codes: list[array[int]], told: Told
) -> list[Any]:
    """Every sheet of a workbook; `codes` gets those of its columns. Raises OpeningFault, and what the library raises."""
    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    last_row, last_column = _GRID.get(package.kind, (MAX_ROWS, MAX_COLUMNS))
    sheets, held = [], 0
    metas = [meta for meta in book.sheets_metadata if meta.typ == calamine.SheetTypeEnum.WorkSheet]
    names = tuple(meta.name for meta in metas)
    for meta in metas:
        sheet = book.get_sheet_by_name(meta.name)
        values = sheet.to_python(skip_empty_area=False)
        held += sum(len(row) - row.count("") for row in values)
        if held > MAX_CELLS:
            raise OpeningFault("too_large", f"> {MAX_CELLS} cells")
        facts = looked.get(meta.name, SheetFacts())
        facts.merged = facts.merged or [
            [a[0] + 1, a[1] + 1, b[0] + 1, b[1] + 1] for a, b in sheet.merged_cell_ranges or []
        ]
        is_inside = len(values) < last_row and len(values[0] if values else ()) < last_column
        by_column = columns_of(values, _cell) if is_inside and is_list(values) else []
        errors = _errors(values, facts)
        made = _sheet(meta.name, meta.visible == calamine.SheetVisibleEnum.Visible, errors, facts)
        made["columns"], made["rows"] = [[c.number, c.kinds, c.texts] for c in by_column], len(values)
        is_small = is_inside and not errors and not by_column
        if not by_column and not (is_small and told.is_told(names, made, values, _travelling)):
            rows = (_travelling(r, row) for r, row in enumerate(values, start=1))
            made["cells"] = [row for row in rows if row] + errors
        if not is_inside or errors:
            made["cut"] = next(
                ([r, c] for r, columns, *_ in made["cells"] for c in columns if r == last_row or c == last_column), []
            )
        codes += (c.codes for c in by_column)
        sheets.append(made)
    return sheets


def read(data: bytes, codes: list[array[int]], told: Told) -> dict[str, Any]:
    """One workbook as plain data, or {"fault": code, "detail": text}. codes: gets those of the columns of its lists.
    told: what answers told before."""
    try:
        if data[:2] != b"PK" and data[:4] != b"\xd0\xcf\x11\xe0":
            return _text(data)
        package = unpacked(data) if data[:2] == b"PK" else _opened_xls(data)
        facts = _facts(data, package)
        sheets = _sheets(data, package, facts or {}, codes, told)
    except OpeningFault as fault:
        return {"fault": fault.code, "detail": fault.detail}
    except MemoryError:
        return {"fault": "too_large", "detail": "memory"}
    except Exception as error:  # noqa: BLE001 - each library has error types of its own; all mean "unreadable"
        return {"fault": broken_or_locked(error), "detail": f"{type(error).__name__}: {error}"[:300]}
    return {"sheets": sheets, "kind": package.kind, "shows_facts": facts is not None, "has_macros": package.macros,
            "has_links": package.links, "from_1904": package.from_1904}  # fmt: skip


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    files, answers, told = sys.stdin.buffer, sys.stdout.buffer, Told()
    while head := files.read(8):
        used = int(sum(resource.getrusage(resource.RUSAGE_SELF)[:2]))
        resource.setrlimit(resource.RLIMIT_CPU, (used + CPU_SECONDS, resource.RLIM_INFINITY))
        data = files.read(int.from_bytes(head, "big"))
        codes: list[array[int]] = []
        found = read(data, codes, told)
        told.tell(found.get("sheets", []))
        said = json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode(errors="surrogatepass")
        answer = b"".join([len(said).to_bytes(8, "big"), said, *codes])
        answers.write(len(answer).to_bytes(8, "big"))
        answers.write(answer)
        answers.flush()


if __name__ == "__main__":
    main()
