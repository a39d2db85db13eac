"""What a unit's territory was made of, month by month: whole transfers, partial ones, and the series that stay comparable.

A *stretch* is a code with one territory: it ends when the code ends, or when the code gains or loses territory. A change
passes a whole stretch on when the old code is gone from the list of areas and has one successor; areas/boundary_notes.csv
says where that is not so, with a reason. Today's unit has a comparable history as far back as every change was whole.
Not here: who may file under which code (areas.py), what a figure makes of it (dbt, filings).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from ingestion.boundary_model import (
    FOUNDED,
    WHOLE,
    Break,
    Change,
    History,
    Opening,
    Row,
    Stretch,
    first_month,
    month_before,
    note_key,
)  # fmt: skip

if TYPE_CHECKING:
    from ingestion.areas import AreaDirectory


class Boundaries:
    """The changes of one rule book, as stretches. Everything is worked out on first use."""

    def __init__(self, areas: AreaDirectory) -> None:
        self.areas = areas

    @cached_property
    def changes(self) -> list[Change]:
        """Rows with an old code, then the moves that only the notes know."""
        rows, notes = self.areas.area_changes, {note_key(n): n for n in self.areas.boundary_notes}
        successors: dict[str, set[str]] = {}
        for r in [*rows, *notes.values()]:
            successors.setdefault(r["old_code"], set()).add(r["new_code"])
        found = []
        for r in (r for r in rows if r["old_code"] and r["new_code"]):
            note = notes.pop(note_key(r), None)
            old, new = r["old_code"], r["new_code"]
            passes = old == new or (old not in self.areas.areas and successors[old] == {new})
            zh = f"{r['year']}年{r['type_zh']}：{old} {r['old_name']} → {new} {r['new_name']}"
            en = f"{r['year']}: {old} became {new}"
            found.append(self._change(first_month(r, note), old, new, passes, zh, en, note))
        for note in notes.values():
            old, new = note["old_code"], note["new_code"]
            zh, en = f"{note['year']}年区划变动：{old} → {new}", f"{note['year']}: {old} → {new}"
            found.append(self._change(first_month(note, note), old, new, False, zh, en, note))
        return found

    def _change(self, month: str, old: str, new: str, passes: bool, zh: str, en: str, note: Row | None) -> Change:
        if note is None:
            return Change(month, old, new, passes, zh, en)
        return Change(month, old, new, note["extent"] == WHOLE, f"{zh}（{note['zh']}）", f"{en} ({note['en']})")

    @cached_property
    def _into(self) -> dict[tuple[str, str], list[Change]]:
        found: dict[tuple[str, str], list[Change]] = {}
        for change in self.changes:
            found.setdefault((change.new, change.month), []).append(change)
        return found

    @cached_property
    def _out_of(self) -> dict[tuple[str, str], list[Change]]:
        found: dict[tuple[str, str], list[Change]] = {}
        for change in self.changes:
            found.setdefault((change.old, change.month), []).append(change)
        return found

    def _touching(self, code: str, month: str) -> list[Change]:
        """Changes of a code's territory in a month; a mere renaming is none."""
        both = [*self._into.get((code, month), []), *self._out_of.get((code, month), [])]
        return [c for c in dict.fromkeys(both) if c.old != c.new or not c.is_whole]

    @cached_property
    def _stretches(self) -> dict[str, list[Stretch]]:
        found: dict[str, list[Stretch]] = {}
        for code in {c for change in self.changes for c in (change.old, change.new)} | self._founded:
            area = self.areas.all_areas.get(code)
            if area is None:
                continue
            cuts = sorted({c.month for c in self.changes if code in (c.old, c.new) and self._touching(code, c.month)})
            cuts = [m for m in cuts if (area.valid_from or "") < m <= (area.valid_to or m)]
            starts = [area.valid_from, *cuts]
            ends = [*(month_before(m) for m in cuts), area.valid_to]
            found[code] = [Stretch(code, start, end) for start, end in zip(starts, ends, strict=True)]
        return found

    @cached_property
    def _founded(self) -> set[str]:
        return {r["new_code"] for r in self.areas.area_changes if r["type_zh"] == FOUNDED}

    def stretches(self, code: str) -> list[Stretch]:
        """The territories of a code, oldest first; one without end for a unit that never changed."""
        area = self.areas.area(code)
        return self._stretches.get(code) or [Stretch(code, area.valid_from, area.valid_to)]

    def _stretch_at(self, code: str, month: str) -> Stretch | None:
        return next(
            (s for s in self.stretches(code) if (s.start or month) <= month <= (s.end or month)), None
        ) if code in self.areas.all_areas else None  # fmt: skip

    def start_of(self, code: str, month: str) -> str | None:
        """The first month of the territory that a code has in a month; None when it stood as long as is known."""
        at = self._stretch_at(code, month)
        return at.start if at is not None and code in self._stretches else None

    # -- back in time ---------------------------------------------------------------------------------------------
    def made_of(self, stretch: Stretch) -> list[Stretch] | None:
        """The stretches that one was made of as a whole; [] when it stood as long as is known; None when a part came
        from elsewhere or went away, or where it came from is not known."""
        month = stretch.start
        if month is None or stretch.code not in self._stretches:
            return []
        came = self._into.get((stretch.code, month), [])
        touched = self._touching(stretch.code, month)
        if not all(c.is_whole for c in (*came, *touched)):
            return None
        codes = {c.old for c in came} | {s.code for s in self.stretches(stretch.code) if s.end == month_before(month)}
        if any(c.old == stretch.code and c.new != stretch.code for c in touched) or not codes:
            return None
        found = [self._stretch_at(code, month_before(month)) for code in sorted(codes)]
        return None if None in found else [s for s in found if s is not None]

    def _break_of(self, stretch: Stretch) -> Break:
        month = str(stretch.start)
        changes = [*self._into.get((stretch.code, month), []), *self._touching(stretch.code, month)]
        zh = "；".join(dict.fromkeys(c.zh for c in changes)) or self.areas.predecessors_in_words(stretch.code)
        en = "; ".join(dict.fromkeys(c.en for c in changes)) or "founded, of what is not in the list"
        zh = zh if changes else f"{zh}，由哪些单位划出未登记"
        return self._broken(stretch.code, month, zh, en)

    def _broken(self, code: str, month: str, zh: str, en: str) -> Break:
        name = self.areas.area(code).name_zh
        return Break(month, f"{code} {name}自 {month} 起的范围与此前不同：{zh}",
                     f"the territory of {code} changed in {month}: {en}")  # fmt: skip

    def _walk(self, stretch: Stretch) -> tuple[list[Stretch], list[Break]]:
        before = self.made_of(stretch)
        if before is None:
            return [stretch], [self._break_of(stretch)]
        members, breaks = [stretch], []
        for one in before:
            more, broken = self._walk(one)
            members += more
            breaks += broken
        return members, breaks

    @cached_property
    def _after(self) -> dict[Stretch, set[str]]:
        """A stretch that ended → the codes of today that its territory lies in."""
        found: dict[Stretch, set[str]] = {}
        for stretch in (s for held in self._stretches.values() for s in held):
            found[stretch] = set(self._today(stretch))
        return found

    def _today(self, stretch: Stretch) -> Iterator[str]:
        if stretch.end is None:
            yield stretch.code
            return
        month = next(m for m in self._months if month_before(m) == stretch.end)
        on = {c.new for c in self._out_of.get((stretch.code, month), [])}
        if stretch.code in self.areas.areas:  # it went on under its code
            on.add(stretch.code)
        for later in (self._stretch_at(code, month) for code in on):
            if later is not None:
                yield from self._today(later)

    @cached_property
    def _months(self) -> list[str]:
        return sorted({c.month for c in self.changes})

    # -- today's areas --------------------------------------------------------------------------------------------
    @cached_property
    def histories(self) -> dict[str, History]:
        """Today's areas whose past is not what their own codes filed, or is broken: basic units, and areas above that
        gained or lost a county."""
        found = {}
        for code in self._stretches:
            if code not in self.areas.areas:
                continue
            members, breaks = self._walk(self.stretches(code)[-1])
            if len(members) > 1 or breaks:
                found[code] = _cut(members, breaks)
        return found | self._above

    @cached_property
    def _above(self) -> dict[str, History]:
        return {area: _cut(self._members_of(area), breaks) for area, breaks in self._differing.items()}

    @cached_property
    def _differing(self) -> dict[str, list[Break]]:
        """Areas of then or of today whose counties are not those of the other time, with what cannot be added up."""
        differing: dict[str, list[Break]] = {}
        for stretch, today in self._after.items():
            if stretch.end is None:
                continue
            month = next(m for m in self._months if month_before(m) == stretch.end)
            words = self._out_of.get((stretch.code, month), [])
            then, now = set(self._ancestors(stretch.code)), [set(self._ancestors(code)) for code in sorted(today)]
            for area in then.union(*now):
                inside = [area in above for above in now]
                if all(inside) and area in then:
                    continue
                broken = differing.setdefault(area, [])
                if any(inside) and not all(inside):
                    said = "；".join(c.zh for c in words), "; ".join(c.en for c in words)
                    broken.append(self._broken(area, month, *said))
        return differing

    def _members_of(self, area: str) -> list[Stretch]:
        units = [u for u in sorted({*self.areas.basic_units, *self.areas.former_areas}) if u != area]
        held = [s for u in units for s in self.stretches(u)]
        return [s for s in held if all(area in self._ancestors(c) for c in self._after.get(s, {s.code}))]

    def _ancestors(self, code: str) -> list[str]:
        """Areas above a unit, without itself."""
        found: list[str] = []
        above = self.areas.all_areas[code].parent_code
        while above:
            found.append(above)
            above = self.areas.all_areas[above].parent_code if above in self.areas.all_areas else ""
        return found

    @cached_property
    def breaks(self) -> dict[str, list[Break]]:
        """Areas of then, under their own codes: the months that cannot be compared with the one before."""
        found: dict[str, list[Break]] = {}
        for code, held in self._stretches.items():
            for stretch in held[1:]:
                found.setdefault(code, []).append(self._break_of(stretch))
        for opening in self.openings:
            for code in opening.after:
                if len(self.stretches(code)) == 1:
                    broken = self._break_of(self.stretches(code)[0])
                    found.setdefault(code, []).append(Break(broken.month, broken.zh, broken.en, "flow"))
        for area in self._differing:
            found.setdefault(area, []).extend(self._gains_and_losses(area))
        return found

    def _gains_and_losses(self, area: str) -> Iterator[Break]:
        said: dict[str, list[Change]] = {}
        for change in self.changes:
            if (area in self._ancestors(change.old)) != (area in self._ancestors(change.new)):
                said.setdefault(change.month, []).append(change)
        for month, changes in sorted(said.items()):
            yield self._broken(area, month, "；".join(c.zh for c in changes), "; ".join(c.en for c in changes))

    # -- inside a year --------------------------------------------------------------------------------------------
    @cached_property
    def openings(self) -> list[Opening]:
        """Changes that do not begin with a year: year-to-date figures go on, so the first month alone needs them."""
        found = []
        for month in (m for m in self._months if not m.endswith("-01")):
            groups: list[tuple[set[str], set[str], set[bool]]] = []
            for change in (c for c in self.changes if c.month == month and (c.old != c.new or not c.is_whole)):
                before, after, known = {change.old}, {change.new}, {change.old != change.new}
                for code in (change.old, change.new):
                    if self._stretch_at(code, month_before(month)):
                        before.add(code)
                    if self._stretch_at(code, month):
                        after.add(code)
                for other in [g for g in groups if g[0] & before or g[1] & after]:
                    groups.remove(other)
                    before, after, known = before | other[0], after | other[1], known | other[2]
                groups.append((before, after, known))
            for before, after, known in groups:
                found.append(Opening(month, tuple(sorted(before)), tuple(sorted(after)), all(known)))
        return found

    @cached_property
    def heirs(self) -> list[tuple[str, str, str]]:
        """(old code, today's code of then, month): units that went as a whole into another, whose plan goes on there."""
        return [(c.old, c.new, c.month) for c in self.changes if c.old != c.new and c.is_whole]

    def codes_then(self, code: str, month: str, earlier: str) -> list[str] | None:
        """The codes that in an earlier month were together what a unit is in `month`; None when no set of them was.

        A unit that never changed answers with itself, and so does one that had not begun by then for no known reason.
        """
        at = self._stretch_at(code, month)
        if code not in self._stretches or at is None:
            return [code]
        stretches = [at]
        while any(s.start is not None and earlier < s.start for s in stretches):
            before: list[Stretch] = []
            for one in stretches:
                if one.start is None or one.start <= earlier:
                    before.append(one)
                    continue
                made = self.made_of(one)
                if not made:
                    return None
                before += made
            stretches = before
        return sorted({s.code for s in stretches})


def _cut(members: Iterable[Stretch], breaks: list[Break]) -> History:
    """Before the last break no sum of codes is today's territory."""
    last = max(breaks, key=lambda b: b.month, default=None)
    held = []
    for one in dict.fromkeys(members):
        start = one.start if last is None else max(one.start or "", last.month)
        if one.end is None or start is None or start <= one.end:
            held.append(Stretch(one.code, start, one.end))
    return History(tuple(held), last)
