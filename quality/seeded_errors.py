"""How many planted errors the audit finds: one of every kind at a time, several in one return, none on clean returns.

What is planted comes from the corpus of defects and is drawn from a seed; every workbook is read and audited as `check`
does it, and what only other returns show is received after them. A miss is listed by name. Not here: making the defects
(ingestion.sample_defects), errors between returns (seeded_relations.py).
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingestion.catalogue import Catalogue, catalogue
from ingestion.model import ReadResult
from ingestion.sample_defects import Defect, defects, defects_in_time, relabelled, together
from ingestion.samples import filed_before, sound_returns
from quality.check import check_file, verdict_of
from quality.receive import Receiver
from quality.seeded_relations import RelationOffice

SEED, PER_KIND, MIXTURES, UNITS = 20231001, 1_000, 100, 50
MOST, FEWEST = 5, 2  # errors in one return of a mixture
ONE_ROW = ("J1", "J2", "J3")

Said = set[tuple[str, str | None, str | None]]  # (rule, sheet, cell) of errors and warnings


@dataclass
class _Kind:
    """What was found of one kind. elsewhere: findings on its workbooks that are not the planted one."""

    zh: str
    planted: int = 0
    found: Counter[str] = field(default_factory=Counter)
    elsewhere: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)

    def add(self, defect: Defect, said: Said, verdict: str) -> None:
        self.planted += 1
        exact = (defect.rule, defect.sheet, defect.cell) in said
        self.found["detected"] += verdict == defect.verdict and bool(said)
        self.found["by_rule"] += any(rule == defect.rule for rule, _, _ in said)
        self.found["at_cell"] += exact
        self.elsewhere.update(rule for rule, sheet, cell in said if (sheet, cell) != (defect.sheet, defect.cell))
        if not exact or verdict != defect.verdict:
            self.missed.append(defect.name)

    def as_json(self, kind: str) -> dict[str, Any]:
        found = {name: self.found[name] for name in ("detected", "by_rule", "at_cell")}
        return {"kind": kind, "kind_zh": self.zh, "planted": self.planted, **found, "missed": self.missed,
                "elsewhere": dict(sorted(self.elsewhere.items()))}  # fmt: skip


class _Desk:
    """Checks workbooks, one after the other, at one place."""

    def __init__(self, folder: Path, total: int, progress: Callable[[int, int], None] | None) -> None:
        self.path, self.total, self.progress, self.done = folder / "planted.xlsx", total, progress, 0

    def check(self, data: bytes) -> tuple[str, Said, ReadResult]:
        """(verdict, what was said, the whole result)."""
        self.path.write_bytes(data)
        result, _ = check_file(self.path)
        self.done += 1
        if self.progress:
            self.progress(self.done, self.total)
        said = {(f.rule, f.sheet, f.cell) for f in result.findings if f.severity in ("error", "warning")}
        return verdict_of(result), said, result


class _Office:
    """Receives workbooks of one unit after what it had filed before: its plan, and the month before."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.receiver, self.files = folder, Receiver(folder / "home"), 0
        before = filed_before(folder / "before", seed)
        for delivery in before:
            self.receiver.receive([delivery.path], received_at=delivery.received_at, decided_at=delivery.decided_at)
        self.month_before = before[-1].path.read_bytes()

    def check(self, data: bytes) -> tuple[str, list[dict[str, Any]]]:
        self.files += 1
        path = self.folder / f"{self.files}.xlsx"
        path.write_bytes(data)
        answer = self.receiver.receive([path])[0]
        found = self.receiver.register.findings_of(answer["submission_id"])
        return answer["verdict"], [f for f in found if f["severity"] in ("error", "warning")]


def seeded_errors(
    folder: Path,
    *,
    seed: int = SEED,
    per_kind: int = PER_KIND,
    mixtures: int = MIXTURES,
    units: int = UNITS,
    relations: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Plant errors, check, and count. The same arguments give the same answer.

    Args:    folder: for the workbooks while they are checked. per_kind: at most so many of a kind, each by itself.
             mixtures: returns with two to five errors of different cells. units: clean returns of so many units drawn
             from the whole nation, beside the sound sample return of every form and the J2 received after its August.
             relations: also one error of every kind that only other returns show, behind a scene of sound returns.
    Returns: {seed, clean: {returns, accepted, errors, warnings, findings: [{form, unit_code, rule, cell, severity}]},
             kinds: [{kind, kind_zh, planted, detected, by_rule, at_cell, missed: [name], elsewhere: {rule: n}}],
             mixtures: {returns, planted, detected, by_rule, at_cell, returned_right, missed: [{returned, name, rule,
             cell, with: [name], said: [rule cell]}]}}. detected: the verdict that the error deserves; at_cell: by its
             rule at its cell. elsewhere: what else was said of these workbooks, mostly what follows from the error.
    """
    book, rng = catalogue(), random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    sound = {form: path.read_bytes() for form, path in sound_returns(folder, seed).items()}
    corpus = list(defects(sound))
    alone = list(_drawn(corpus, per_kind, rng))
    mixed = [_mixture(corpus, rng) for _ in range(mixtures)]
    places = rng.sample(sorted(book.basic_units), min(units, len(book.basic_units)))
    desk = _Desk(folder, len(sound) + len(places) + len(alone) + len(mixed), progress)
    clean, kinds, mixtures_found = _clean(desk, sound, places, book), _kinds(desk, alone), _mixtures(desk, mixed)
    clean_in_time, kinds_in_time = _in_time(_Office(folder, seed), sound, per_kind, rng)
    counted, kinds = [clean, clean_in_time], kinds + kinds_in_time
    if relations:
        clean_scene, kinds_between = _between(RelationOffice(folder / "relations", sound, seed))
        counted, kinds = [*counted, clean_scene], kinds + kinds_between
    all_clean = {name: sum((one[name] for one in counted[1:]), counted[0][name]) for name in clean}
    return {"seed": seed, "clean": all_clean, "kinds": kinds, "mixtures": mixtures_found}


def is_perfect(answer: Mapping[str, Any]) -> bool:
    """Whether every error that stood alone was found by its rule at its cell, and nothing was said of a clean return.

    Mixtures do not count: an error that hides another one is mended first, and the other is found in the next version.
    """
    is_clean: bool = answer["clean"]["errors"] == 0 and answer["clean"]["warnings"] == 0
    return is_clean and not any(kind["missed"] for kind in answer["kinds"])


def _drawn(corpus: Sequence[Defect], per_kind: int, rng: random.Random) -> Iterator[Defect]:
    """So many defects of each kind, all where there are no more."""
    for kind in dict.fromkeys(d.kind for d in corpus):
        of_kind = [d for d in corpus if d.kind == kind]
        yield from of_kind if len(of_kind) <= per_kind else rng.sample(of_kind, per_kind)


def _mixture(corpus: Sequence[Defect], rng: random.Random) -> list[Defect]:
    """Two to five defects of one form, whose cells (changed and named in the answer) are all different."""
    form = rng.choice(sorted({d.form for d in corpus}))
    wanted, taken, parts = rng.randint(FEWEST, MOST), set[tuple[str | None, str | None]](), list[Defect]()
    of_form = [d for d in corpus if d.form == form]
    for defect in rng.sample(of_form, len(of_form)):
        cells = defect.cells
        if not cells & taken:
            parts.append(defect)
            taken |= cells
        if len(parts) == wanted:
            break
    return parts


def _in_time(
    office: _Office, sound: Mapping[str, bytes], per_kind: int, rng: random.Random
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The sound J2 received after August and the plan, then what only they show."""
    verdict, found = office.check(sound["J2"])
    clean = _counted(1, int(verdict == "accepted"), [("J2", None, f["rule"], f["cell"], f["severity"]) for f in found])
    kinds: dict[str, _Kind] = {}
    for defect in _drawn(list(defects_in_time(sound, office.month_before)), per_kind, rng):
        verdict, found = office.check(defect.data)
        said = {(f["rule"], f["sheet"], f["cell"]) for f in found}
        kinds.setdefault(defect.kind, _Kind(defect.kind_zh)).add(defect, said, verdict)
    office.receiver.register.close()
    return clean, [held.as_json(kind) for kind, held in kinds.items()]


def _between(office: RelationOffice) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The sound returns of the scene, then one error of each kind behind them."""
    accepted, said_of_clean, returns = 0, list[tuple[str, str | None, str, str | None, str]](), 0
    for filed, verdict, found in office.scene_filed():
        returns, accepted = returns + 1, accepted + (verdict == "accepted")
        said_of_clean += [(filed.form, None, f["rule"], f["cell"], f["severity"]) for f in found]
    kinds: dict[str, _Kind] = {}
    for defect, verdict, found in office.planted():
        said = {(f["rule"], f["sheet"], f["cell"]) for f in found}
        kinds.setdefault(defect.kind, _Kind(defect.kind_zh)).add(defect, said, verdict)
    office.close()
    return _counted(returns, accepted, said_of_clean), [held.as_json(kind) for kind, held in kinds.items()]


def _counted(
    returns: int, accepted: int, found: Sequence[tuple[str, str | None, str, str | None, str]]
) -> dict[str, Any]:
    """found: form, unit, rule, cell and severity of what was said of clean returns."""
    severities = Counter(severity for *_, severity in found)
    names = ("form", "unit_code", "rule", "cell", "severity")
    return {"returns": returns, "accepted": accepted, "errors": severities["error"], "warnings": severities["warning"],
            "findings": [dict(zip(names, said, strict=True)) for said in found]}  # fmt: skip


def _clean(desk: _Desk, sound: Mapping[str, bytes], units: Sequence[str], book: Catalogue) -> dict[str, Any]:
    """The sound returns, and the one-row ones in turn as those of other units of the nation."""
    accepted = 0
    found: list[tuple[str, str | None, str, str | None, str]] = []
    files = [*sound.items()]
    for n, unit in enumerate(units):
        form = ONE_ROW[n % len(ONE_ROW)]
        files.append((form, relabelled(sound[form], unit, book.area(unit).name_zh)))
    for form, data in files:
        verdict, _, result = desk.check(data)
        accepted += verdict == "accepted"
        found += [
            (form, result.unit_code, f.rule, f.cell, f.severity)
            for f in result.findings
            if f.severity in ("error", "warning")
        ]
    return _counted(len(files), accepted, found)


def _kinds(desk: _Desk, alone: Sequence[Defect]) -> list[dict[str, Any]]:
    kinds: dict[str, _Kind] = {}
    for defect in alone:
        verdict, said, _ = desk.check(defect.data)
        kinds.setdefault(defect.kind, _Kind(defect.kind_zh)).add(defect, said, verdict)
    return [held.as_json(kind) for kind, held in kinds.items()]


def _mixtures(desk: _Desk, mixed: Sequence[Sequence[Defect]]) -> dict[str, Any]:
    found: Counter[str] = Counter()
    missed = []
    for parts in mixed:
        verdict, said, _ = desk.check(together(parts))
        is_right = verdict == ("returned" if any(d.verdict == "returned" for d in parts) else parts[0].verdict)
        found["returned_right"] += is_right
        for defect in parts:
            exact = (defect.rule, defect.sheet, defect.cell) in said
            at_all = any((sheet, cell) == (defect.sheet, defect.cell) for _, sheet, cell in said)
            found["planted"] += 1
            found["detected"] += exact or at_all
            found["by_rule"] += any(rule == defect.rule for rule, _, _ in said)
            found["at_cell"] += exact
            if not exact:
                others = [d.name for d in parts if d is not defect]
                missed.append({
                    "returned": is_right, "name": defect.name, "rule": defect.rule, "cell": defect.cell, "with": others,
                    "said": sorted(f"{rule} {cell or ''}".strip() for rule, _, cell in said),
                })  # fmt: skip
    names = ("planted", "detected", "by_rule", "at_cell", "returned_right")
    return {"returns": len(mixed), **{name: found[name] for name in names}, "missed": missed}
