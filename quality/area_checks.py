"""Whether the list of areas, the list of changes and its notes agree: a contradiction that no note explains is a fault.

The two lists come from public reference data and are carried in as they are; what is wrong or open in them is said in
areas/boundary_notes.csv. Not here: what a change means for a unit (ingestion.boundaries).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from ingestion.boundary_model import FOUNDED, FOUNDS, PART, WHOLE, first_month, note_key
from ingestion.catalogue import Catalogue

CHANGES, NOTES, AREAS = "areas/area_changes.csv", "areas/boundary_notes.csv", "areas/areas.csv"
SUFFIXES = {  # type of a change → how the names of before and after end
    "撤县设区": ("县|旗", "区"),
    "撤县设市": ("县|旗", "市"),
    "撤市设区": ("市", "区"),
    "撤区设区": ("区", "区"),
}
MOST_UNITS = 127  # directly below one area: who reported is told by the bits of one number (int_areas__places)
Said = tuple[str, str, str, str]  # file, place, zh, en


def area_problems(book: Catalogue) -> Iterator[Said]:
    """(file, place, zh, en) of each contradiction."""
    yield from _units(book)
    yield from _notes(book)
    noted = {note_key(n) for n in book.boundary_notes}
    for line, row in enumerate(book.area_changes, start=2):
        if not row["new_code"]:
            yield CHANGES, f"line {line}", "没有新代码", "needs a new code"
        elif note_key(row) not in noted:
            for zh, en in (*_codes(row, book), *_type(row), *_path(row, book)):
                yield (CHANGES, f"line {line}", f"{zh}；请更正，或在 {NOTES} 说明",
                       f"{en}: mend it, or explain it in {NOTES}")  # fmt: skip
    twice = Counter(note_key(r) for r in book.area_changes if r["old_code"])
    for key in (k for k, times in twice.items() if times > 1):
        yield CHANGES, " ".join(key), "同一变动出现两次", "the same change stands twice"


def _units(book: Catalogue) -> Iterator[Said]:
    named = Counter((a.parent_code, a.name_zh) for a in book.areas.values())
    for (parent, name), times in named.items():
        if times > 1:
            yield AREAS, parent, f"下有{times}个“{name}”", f"{times} units below it are called {name}"
    units = Counter(book.area(code).parent_code for code in {*book.basic_units, *book.former_areas})
    for parent, count in units.items():
        if count > MOST_UNITS:
            zh = f"下有{count}个填报单位，构建最多能记{MOST_UNITS}个，请分设上级"
            yield AREAS, str(parent), zh, f"{count} units below it, a build can tell {MOST_UNITS}: put an area between"


def _codes(row: dict[str, str], book: Catalogue) -> Iterator[tuple[str, str]]:
    """Codes and names against the list of areas."""
    old, new = row["old_code"], row["new_code"]
    later = {(r["old_code"], r["year"] > row["year"]) for r in book.area_changes}
    if new not in book.areas and (new, True) not in later:
        yield f"新代码 {new} 不在名录，后来也没有变动", f"{new} is neither in the list of areas nor changed later"
    elif new in book.areas and (new, True) not in later and book.areas[new].name_zh != row["new_name"]:
        name = book.areas[new].name_zh
        yield f"{new} 在名录是“{name}”，此行写“{row['new_name']}”", f"{new} is {name} in the list of areas"
    if old in book.areas and old != new:
        yield f"旧代码 {old} 仍在名录，是否整体并入不明", f"{old} is still in the list of areas: not a whole transfer"
    if old and old == new and row["old_name"] == row["new_name"]:
        yield "新旧同码同名，没有变动", "code and name are the same on both sides"
    others = {r["new_code"] for r in book.area_changes if old and r["old_code"] == old} - {new}
    if others:
        yield f"旧代码 {old} 另有去向 {'、'.join(sorted(others))}", f"{old} went elsewhere as well"


def _type(row: dict[str, str]) -> Iterator[tuple[str, str]]:
    kind, old, new = row["type_zh"], row["old_name"], row["new_name"]
    before, after = SUFFIXES.get(kind, ("", ""))
    renamed, recoded = old != new, row["old_code"] != row["new_code"]
    fits = {
        "更名": renamed, "同名改码": recoded and not renamed, FOUNDED: not row["old_code"],
        "撤销": recoded and bool(row["old_code"]), "区划调整": recoded and bool(row["old_code"]),
    }  # fmt: skip
    if kind in SUFFIXES:
        is_fit = bool(re.search(f"({before})$", old) and re.search(f"({after})$", new)) and recoded
    else:
        is_fit = fits.get(kind, False)
    if not is_fit:
        yield f"“{kind}”与“{old or '—'}”→“{new}”不符", f"{kind} does not fit {old or 'nothing'} → {new}"


def _path(row: dict[str, str], book: Catalogue) -> Iterator[tuple[str, str]]:
    """The place that a row gives its new unit, against the parents of the list of areas."""
    area, parts = book.areas.get(row["new_code"]), row["path"].split("/")
    if parts[-1] != row["new_name"]:
        yield f"路径末段是“{parts[-1]}”，不是“{row['new_name']}”", f"the path ends with {parts[-1]}"
    if area is None or len(parts) < 3:
        return
    above = book.areas[area.parent_code]
    if parts[-2] not in (above.name_zh, above.short_zh):
        yield f"路径上级是“{parts[-2]}”，名录是“{above.name_zh}”", f"the path is below {parts[-2]}, not {above.name_zh}"


def _notes(book: Catalogue) -> Iterator[Said]:
    rows = {note_key(r) for r in book.area_changes}
    for line, note in enumerate(book.boundary_notes, start=2):
        place, (_, old, new) = f"line {line}", note_key(note)
        if note["extent"] not in (WHOLE, PART, FOUNDS):
            yield NOTES, place, "extent 应为 whole、part 或 founds", "extent should be whole, part or founds"
        if note["extent"] == WHOLE and old != new and old in book.areas:
            yield NOTES, place, f"{old} 仍在名录，不能整体并入", f"{old} is still in the list of areas: not whole"
        for code in (old, new):
            if code not in book.all_areas:
                yield NOTES, place, f"没有地区代码 {code}", f"no area {code}"
        if note_key(note) not in rows and note["extent"] == WHOLE:
            yield NOTES, place, "整体并入应写进变动表", "a whole transfer belongs in the change list"
        for column in ("zh", "en", "source"):
            if not note[column]:
                yield NOTES, place, f"{column} 为空", f"{column} is empty"
        if note["effective"] and note["effective"][:4] not in (note["year"], str(int(note["year"]) + 1)):
            yield NOTES, place, "生效月份不在当年或次年", "the month is not in the year or the one after"
    for key, times in Counter(note_key(n) for n in book.boundary_notes).items():
        if times > 1:
            yield NOTES, " ".join(key), "同一变动说明两次", "two notes on one change"
    months: dict[str, set[str]] = {}
    notes = {note_key(n): n for n in book.boundary_notes}
    for r in (r for r in book.area_changes if r["old_code"] not in book.areas):
        months.setdefault(r["old_code"], set()).add(first_month(r, notes.get(note_key(r))))
    for code, found in months.items():
        if code and len(found) > 1:
            for a, b in pairwise(sorted(found)):
                yield CHANGES, code, f"{code} 在 {a} 和 {b} 两次终止", f"{code} ends twice, in {a} and {b}"
