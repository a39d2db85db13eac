"""Whether two names and addresses may be one place: texts made comparable, numbers compared as numbers.

`农业局家属楼(6号)` and `(8号)` are two places however alike they read: numbers that differ part them. Everything else is
likeness of text, or a short form (农行 for 农业银行). Not here: what follows from it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from ingestion.units import normalise

SCORES = 20_000_000  # compared at a time: 80 MB of scores, however many rows one place has
LIKEST = 20  # of one row, so many others are looked at: a sheet of nothing but likenesses must not take minutes
_DIGITS = {c: str(n) for n, c in enumerate("一二三四五六七八九十", start=1)}
_COUNTED = "期区号栋楼院里村组座幢条单弄"
_NUMBER = re.compile(
    rf"\d+|[A-Za-z](?=[{_COUNTED}])|[甲乙丙丁戊东西南北](?=[{_COUNTED}苑片])|[一二三四五六七八九十]+(?=[{_COUNTED}])"
)
_PART = re.compile(rf"(?:{_NUMBER.pattern})(?:号楼|号院|单元|[{_COUNTED}苑片])*")
# what a name of a residence may end in without saying which one it is
_GENERIC = re.compile(r"(?<=..)(?:职工)?(?:(?:家属|住宅|生活|宿舍)(?:小区|楼院|楼|院|区|房)|小区|楼院|宿舍|公寓|大院)$")
_NOISE = re.compile(r"[\W_]+")

Numbers = tuple[str, ...]


class Place(NamedTuple):
    """One row as it is compared: the group it is compared in, who it is, its names, and its address."""

    group: str
    identity: str
    names: tuple[str, ...]
    address: str


class _Variant(NamedTuple):
    row: int
    text: str
    name: str
    address: str
    in_name: Numbers
    in_address: Numbers


def numbers_of(text: str) -> Numbers:
    """House, building and phase numbers in their order: `3号院二期` → ("3", "2")."""
    return tuple(_DIGITS.get(n, n.lstrip("0") or "0") for n in _NUMBER.findall(text))


def root_of(name: str) -> str:
    """A name without what numbers its parts: `幸福小区一期`, `幸福小区(2号楼)` → `幸福小区`."""
    clean = re.sub(r"\(.*?\)", "", normalise(name))
    return _NOISE.sub("", _PART.sub("", clean))


def without_region(address: str, names: Iterable[str]) -> str:
    """An address from its street on: the names of its province, city, county and street are cut off in front."""
    text = normalise(address)
    for name in names:
        text = text.removeprefix(_bare(name))
    return text


_bare = lru_cache(maxsize=1 << 13)(normalise)  # many rows lie in one


def _agree(one: Numbers, other: Numbers) -> bool:
    """Numbers part two places when both have them and neither continues the other (15 号, 15 号 3 号楼)."""
    shared = min(len(one), len(other))
    return one[:shared] == other[:shared]


def _compare(
    left: Sequence[_Variant], right: Sequence[_Variant], threshold: float, found: dict[tuple[int, int], float]
) -> None:
    import numpy as np  # here and below: only lists of places need these two, and they cost every start
    from rapidfuzz import fuzz, process

    texts = [v.text for v in right]
    chunk = max(1, SCORES // len(right))
    for start in range(0, len(left), chunk):
        part = left[start : start + chunk]
        scores = process.cdist(
            [v.text for v in part], texts, scorer=fuzz.ratio, score_cutoff=threshold * 100, dtype=np.float32
        )
        for a in np.flatnonzero(scores.any(axis=1)).tolist():
            likest = np.argsort(-scores[a], kind="stable")[: LIKEST + 1].tolist()
            for one, other, score in ((part[a], right[b], scores[a, b]) for b in likest if scores[a, b]):
                if _agree_throughout(one, other):
                    pair = min(one.row, other.row), max(one.row, other.row)
                    found[pair] = max(found.get(pair, 0.0), float(score) / 100)


def _agree_throughout(one: _Variant, other: _Variant) -> bool:
    return one.row != other.row and _agree(one.in_name, other.in_name) and _agree(one.in_address, other.in_address)


def is_short_form(short: str, long: str) -> bool:
    """Whether a name may be another one with characters left out: `农行` of `农业银行`, first and last kept."""
    if not 1 < len(short) < len(long) or (short[0], short[-1]) != (long[0], long[-1]):
        return False
    rest = iter(long)
    return all(char in rest for char in short)


def _short_forms(block: Sequence[_Variant], threshold: float, found: dict[tuple[int, int], float]) -> None:
    """Pairs that say one name in full and in short, or with another generic ending, at one address. Likeness: threshold."""
    by_core: dict[str, list[_Variant]] = defaultdict(list)
    for variant in block:
        core = _GENERIC.sub("", variant.name)
        if len(core) > 1:
            by_core[core].append(variant)
    by_ends: dict[str, list[str]] = defaultdict(list)
    for core in by_core:
        by_ends[core[0] + core[-1]].append(core)
    for cores in by_ends.values():
        for short in cores:
            for long in cores:
                if short == long or is_short_form(short, long):
                    _one_address(by_core[short], by_core[long], threshold, found)


def _one_address(
    left: Sequence[_Variant], right: Sequence[_Variant], threshold: float, found: dict[tuple[int, int], float]
) -> None:
    from rapidfuzz import fuzz

    for one in left:
        for other in right[: LIKEST + 1]:
            pair = min(one.row, other.row), max(one.row, other.row)
            if pair in found or one.name == other.name or not _agree_throughout(one, other):
                continue
            if one.address == other.address or fuzz.ratio(one.address, other.address) >= threshold * 100:
                found[pair] = threshold


def similar_pairs(places: Sequence[Place], threshold: float) -> dict[tuple[int, int], float]:
    """Pairs of rows (earlier, later) that may be one place → likeness 0 to 1.

    Compared are name and address together, under every name a row goes by, within a group and for rows of different
    identity. Rows whose first house number differs are never compared, which loses nothing and is what makes it fast.
    """
    blocks: dict[tuple[str, str], list[_Variant]] = defaultdict(list)
    for row, place in enumerate(places):
        address = _NOISE.sub("", place.address)
        in_address = numbers_of(place.address)
        for name in dict.fromkeys(place.names):
            bare = normalise(name)
            clean = _NOISE.sub("", bare)
            if clean or address:
                key = place.group, in_address[0] if in_address else ""
                in_name = numbers_of(bare)
                blocks[key].append(_Variant(row, clean + address, clean, address, in_name, in_address))
    found: dict[tuple[int, int], float] = {}
    for (group, first), block in blocks.items():
        if len(block) > 1:
            _compare(block, block, threshold, found)
            _short_forms(block, threshold, found)
        if first and (group, "") in blocks:
            _compare(block, blocks[group, ""], threshold, found)
    return {p: s for p, s in found.items() if places[p[0]].identity != places[p[1]].identity}
