"""Runs in a child process and opens untrusted workbooks. A file in, an answer in JSON out.

Little else of the project belongs here: a file may abort this process (a sheet with values in A1 and XFD1048576
does, inside the library, where no except reaches), and the parent only loses the child.
An answer comes in parts, of which most have one (a list of any length has more: reader_lists.py). A part is its length, in
which a bit says whether another one follows, and so many bytes: the length of its JSON, the JSON, and the codes of columns
(cell_columns.py). Cells travel by row (told_cells.py), those of a list by column, as [column, kinds, texts] and a code for
each row, those of a sheet like another one all at once, as [rows, columns, kinds, texts], without what both have in common
(known_frames.py).
"""

from __future__ import annotations

import io
import json
import re
import resource
import sys
from array import array
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import python_calamine as calamine

from ingestion.cell_columns import columns_of, is_list
from ingestion.known_frames import Told
from ingestion.opening_facts import MAX_COLUMNS, MAX_ROWS, SheetFacts, of_ods, of_xls, of_xlsx
from ingestion.opening_parts import Package, broken_or_locked, unpacked
from ingestion.opening_pieces import PieceBooks
from ingestion.opening_text import MAX_CELLS, OpeningFault
from ingestion.pipes import LENGTH
from ingestion.reader_lists import Part, in_pieces, of_text, told
from ingestion.told_cells import MORE, cell_of, row_of, sheet_of, travelling

MEMORY = 2 << 30
CPU_SECONDS = 20
# the first records of an xls: begin of file, perhaps "write-protected", then how it is encrypted
_XLS_PASSWORD = re.compile(rb"\x09\x08\x10\x00\x00\x06\x05\x00.{12}(?:\x86\x00\x00\x00)?\x2f\x00", re.DOTALL)
_XLS_FROM_1904 = b"\x22\x00\x02\x00\x01\x00"
# the last row and column of a sheet, by kind: what reaches them may have gone on when it was saved
_GRID = {"xls": (1 << 16, 1 << 8)}


def _opened_xls(data: bytes) -> Package:
    """Raises OpeningFault."""
    if _XLS_PASSWORD.search(data):
        raise OpeningFault("password", "xls")
    return Package("xls", macros="_VBA_PROJECT".encode("utf-16-le") in data, from_1904=_XLS_FROM_1904 in data)


def _facts(data: bytes, package: Package) -> dict[str, SheetFacts] | None:
    """By sheet name; a sheet that is not there holds none of them. None: nothing is known of this file."""
    if package.kind == "ods":
        return of_ods(package.content)
    if package.kind == "xls":
        return of_xls(data)
    return of_xlsx(data, package.sheets) if package.kind == "xlsx" else None


def _errors(values: Sequence[Sequence[Any]], facts: SheetFacts) -> list[list[Any]]:
    """Errors that the fast reader gave as blanks, as rows."""
    return [
        row_of(r, [(c, kind, text)])
        for r, c, kind, text in facts.errors
        if r > len(values) or c > len(values[r - 1]) or values[r - 1][c - 1] == ""
    ]


def _sheets(
    book: Any, kind: str, looked: dict[str, SheetFacts], codes: list[array[int]], told_before: Told
) -> list[Any]:
    """Every sheet of a workbook; `codes` gets those of its columns. Raises OpeningFault, and what the library raises."""
    last_row, last_column = _GRID.get(kind, (MAX_ROWS, MAX_COLUMNS))
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
        by_column = columns_of(values, cell_of) if is_inside and is_list(values) else []
        errors = _errors(values, facts)
        made = sheet_of(meta.name, meta.visible == calamine.SheetVisibleEnum.Visible, errors, facts)
        made["columns"], made["rows"] = told(by_column), len(values)
        is_small = is_inside and not errors and not by_column
        if not by_column and not (is_small and told_before.is_told(names, made, values, travelling)):
            rows = (travelling(r, row) for r, row in enumerate(values, start=1))
            made["cells"] = [row for row in rows if row] + errors
        if not is_inside or errors:
            made["cut"] = next(
                ([r, c] for r, columns, *_ in made["cells"] for c in columns if r == last_row or c == last_column), []
            )
        codes += (c.codes for c in by_column)
        sheets.append(made)
    return sheets


def _workbook(data: bytes, told_before: Told) -> Iterator[Part]:
    """Raises OpeningFault, and what the libraries raise."""
    package = unpacked(data) if data[:2] == b"PK" else _opened_xls(data)
    codes: list[array[int]] = []
    pieces = PieceBooks(data, package) if package.long else None
    book = pieces.short if pieces else calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    facts = _facts(pieces.without if pieces else data, package)
    sheets = _sheets(book, package.kind, facts or {}, codes, told_before)
    numbers = {sheet["name"]: n for n, sheet in enumerate(sheets)}
    for name in pieces.sheets if pieces else ():
        sheets[numbers[name]] |= {"cells": [], "rows": 0, "is_long": True}
    yield {"sheets": sheets, "kind": package.kind, "shows_facts": facts is not None, "has_macros": package.macros,
           "has_links": package.links, "from_1904": package.from_1904}, codes, pieces is not None  # fmt: skip
    if pieces:
        yield from in_pieces(pieces, numbers)


def read(data: bytes, told_before: Told) -> Iterator[Part]:
    """One file as plain data, or {"fault": code, "detail": text}, after which nothing follows. told_before: by answers."""
    is_text = data[:2] != b"PK" and data[:4] != b"\xd0\xcf\x11\xe0"
    try:
        yield from of_text(data) if is_text else _workbook(data, told_before)
    except OpeningFault as fault:
        yield {"fault": fault.code, "detail": fault.detail}, [], False
    except MemoryError:
        yield {"fault": "too_large", "detail": "memory"}, [], False
    except Exception as error:  # noqa: BLE001 - each library has error types of its own; all mean "unreadable"
        yield {"fault": broken_or_locked(error), "detail": f"{type(error).__name__}: {error}"[:300]}, [], False


def _limit_time() -> None:
    """For the next part of an answer."""
    used = int(sum(resource.getrusage(resource.RUSAGE_SELF)[:2]))
    resource.setrlimit(resource.RLIMIT_CPU, (used + CPU_SECONDS, resource.RLIM_INFINITY))


def _send(part: Part, told_before: Told, answers: BinaryIO) -> None:
    found, codes, is_followed = part
    told_before.tell(found.get("sheets", []))
    said = json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode(errors="surrogatepass")
    answer = b"".join([len(said).to_bytes(LENGTH, "big"), said, *codes])
    answers.write((len(answer) | (MORE if is_followed else 0)).to_bytes(LENGTH, "big"))
    answers.write(answer)
    answers.flush()


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    files, answers, told_before = sys.stdin.buffer, sys.stdout.buffer, Told()
    while head := files.read(LENGTH):
        _limit_time()
        for part in read(files.read(int.from_bytes(head, "big")), told_before):
            _send(part, told_before, answers)
            _limit_time()


if __name__ == "__main__":
    main()
