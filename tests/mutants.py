"""Mutants of sound workbooks: bytes, structure and XML parts changed at random, the same ones for the same seed."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import openpyxl
from openpyxl.cell import MergedCell
from openpyxl.worksheet.worksheet import Worksheet

from tests.office import with_part


@dataclass(frozen=True)
class Mutant:
    """name says form, number and mutation, so that a failure can be made again."""

    name: str
    data: bytes


def _cells(sheet: Worksheet, rng: random.Random) -> tuple[int, int]:
    return rng.randint(1, min(sheet.max_row, 90)), rng.randint(1, min(sheet.max_column, 12))


def _is_single(cell: Any) -> bool:
    """No inner cell of a merged range, which takes no value."""
    return not isinstance(cell, MergedCell)


def _swap(pairs: Iterable[tuple[Any, Any]]) -> None:
    for x, y in pairs:
        if _is_single(x) and _is_single(y):
            x.value, y.value = y.value, x.value


def _swap_rows(sheet: Worksheet, rng: random.Random) -> None:
    a, b = rng.sample(range(1, min(sheet.max_row, 90) + 1), 2)
    _swap((sheet.cell(a, column), sheet.cell(b, column)) for column in range(1, sheet.max_column + 1))


def _swap_columns(sheet: Worksheet, rng: random.Random) -> None:
    a, b = rng.sample(range(1, min(sheet.max_column, 12) + 1), 2)
    _swap((sheet.cell(row, a), sheet.cell(row, b)) for row in range(1, sheet.max_row + 1))


def _merge(sheet: Worksheet, rng: random.Random) -> None:
    row, column = _cells(sheet, rng)
    sheet.merge_cells(
        start_row=row, start_column=column, end_row=row + rng.randint(0, 2), end_column=column + rng.randint(0, 2)
    )


def _retype(sheet: Worksheet, rng: random.Random) -> None:
    cell = sheet.cell(*_cells(sheet, rng))
    if _is_single(cell) and cell.value is not None:
        cell.value = rng.choice(
            [f" {cell.value} ", f"{cell.value}万", f"'{cell.value}", "", True, 3, -7.5, "１２", "#N/A"]
        )


def _reformat(sheet: Worksheet, rng: random.Random) -> None:
    sheet.cell(*_cells(sheet, rng)).number_format = rng.choice(
        ["yyyy-mm-dd", "0.00%", "@", "[h]:mm", "0.0,", "General"]
    )


def _copy_row(sheet: Worksheet, rng: random.Random) -> None:
    source, target = rng.randint(1, min(sheet.max_row, 90)), sheet.max_row + rng.randint(1, 3)
    for column in range(1, sheet.max_column + 1):
        sheet.cell(target, column).value = sheet.cell(source, column).value


def _hide(sheet: Worksheet, rng: random.Random) -> None:
    row, _ = _cells(sheet, rng)
    sheet.row_dimensions[row].hidden = True


STRUCTURE: dict[str, Callable[[Worksheet, random.Random], None]] = {
    "insert_row": lambda s, r: s.insert_rows(r.randint(1, min(s.max_row, 90))),
    "delete_row": lambda s, r: s.delete_rows(r.randint(1, min(s.max_row, 90))),
    "insert_column": lambda s, r: s.insert_cols(r.randint(1, min(s.max_column, 12))),
    "delete_column": lambda s, r: s.delete_cols(r.randint(1, min(s.max_column, 12))),
    "swap_rows": _swap_rows, "swap_columns": _swap_columns, "merge": _merge, "retype": _retype, "reformat": _reformat,
    "copy_row": _copy_row, "hide": _hide,
    "rename": lambda s, r: setattr(s, "title", r.choice(["Sheet1", "表 1", "年度资金决算x"])),
}  # fmt: skip


def _structural(data: bytes, rng: random.Random) -> tuple[str, bytes]:
    book = openpyxl.load_workbook(io.BytesIO(data))
    kinds = rng.sample(list(STRUCTURE), rng.randint(1, 2))
    for kind in kinds:
        STRUCTURE[kind](book[rng.choice([s.title for s in book.worksheets if s.title != "_jiugai"])], rng)
    out = io.BytesIO()
    book.save(out)
    return "+".join(kinds), out.getvalue()


XML: dict[str, tuple[bytes, Callable[[re.Match[bytes], random.Random], bytes]]] = {
    "drop_cell": (rb"<c [^>]*?(?:/>|>.*?</c>)", lambda m, r: b""),
    "copy_cell": (rb"<c [^>]*?(?:/>|>.*?</c>)", lambda m, r: m[0] * 2),
    "move_cell": (rb'(<c r="[A-Z]+)(\d+)"', lambda m, r: m[1] + str(int(m[2]) + r.choice([-1, 1, 5])).encode() + b'"'),
    "no_address": (rb'<c r="[A-Z]+\d+"', lambda m, r: b"<c"),
    "drop_row": (rb"<row [^>]*>.*?</row>", lambda m, r: b""),
    "copy_row": (rb"<row [^>]*>.*?</row>", lambda m, r: m[0] * 2),
    "value": (
        rb"<v>[^<]*</v>",
        lambda m, r: b"<v>" + r.choice([b"", b"1e999", b"NaN", b"7", b"0x10", b" 8 "]) + b"</v>",
    ),
    "type": (rb' t="\w+"', lambda m, r: r.choice([b"", b' t="n"', b' t="str"', b' t="b"', b' t="e"', b' t="x"'])),
    "style": (rb' s="\d+"', lambda m, r: r.choice([b"", b' s="0"', b' s="99999"'])),
    "close": (rb"</c>", lambda m, r: b""),
}


def in_sheet(data: bytes, pattern: bytes, replacement: bytes, part: str = "xl/worksheets/sheet1.xml") -> bytes:
    """A workbook with the first hit of a pattern in one of its parts replaced."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        content = archive.read(part)
    return with_part(data, part, re.sub(pattern, replacement, content, count=1))


def _of_xml(data: bytes, rng: random.Random) -> tuple[str, bytes]:
    kind = rng.choice(list(XML))
    pattern, change = XML[kind]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        chosen = rng.choice([n for n in archive.namelist() if n.startswith("xl/worksheets/sheet")])
        content = archive.read(chosen)
    if hits := list(re.finditer(pattern, content, re.S)):
        hit = rng.choice(hits)
        content = content[: hit.start()] + change(hit, rng) + content[hit.end() :]
    return kind, with_part(data, chosen, content)


def _of_bytes(data: bytes, rng: random.Random) -> tuple[str, bytes]:
    changed = bytearray(data)
    kind = rng.choice(["flip", "cut", "insert", "zero"])
    at = rng.randrange(len(changed))
    if kind == "flip":
        for _ in range(rng.randint(1, 4)):
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    elif kind == "cut":
        del changed[at : at + rng.randint(1, 400)]
    elif kind == "insert":
        changed[at:at] = rng.randbytes(rng.randint(1, 40))
    else:
        changed[at : at + 30] = bytes(30)
    return kind, bytes(changed)


def mutants(base: dict[str, bytes], count: int, seed: int) -> Iterator[Mutant]:
    """`count` of them over all forms: two thirds structure and XML, one third bytes."""
    forms = list(base)
    for n in range(count):
        rng = random.Random(f"{seed}-{n}")
        form = forms[n % len(forms)]
        make = (_structural, _of_xml, _of_bytes)[n // len(forms) % 3]
        kind, data = make(base[form], rng)
        yield Mutant(f"{form}-{n}-{make.__name__.strip('_')}-{kind}", data)
