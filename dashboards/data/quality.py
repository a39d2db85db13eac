"""What stands behind the figures: who filed, what failed, how fresh it is, what was released."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass

from dashboards.data.reading import area_words, has_table
from dashboards.frames import FilingCell, FilingFrame
from filings.reader import Reader
from filings.release import list_releases
from ingestion.catalogue import NATION
from ingestion.register import Register, submissions


def filing_status(reader: Reader, area: str, sample: bool) -> FilingFrame:
    """Who filed which form and period, below an area. Releases hold no such table."""
    if not has_table(reader, "fct_return_status"):
        return FilingFrame("filing_status", (), False, reader.as_of, reader.release, sample)
    rows = reader.rows(
        "select * from fct_return_status where is_sample = ? order by form desc, period, province_code, unit_code",
        [sample],
    )
    cells = tuple(
        FilingCell(
            r["form"],
            r["period"],
            r["unit_code"],
            area_words(reader, r["unit_code"])[0],
            r["province_code"],
            area_words(reader, r["province_code"])[0],
            r["status"],
            r["versions"],
            r["received_at"],
        )
        for r in rows
        if area == NATION or reader.catalogue.is_within(r["unit_code"], area)
    )
    return FilingFrame("filing_status", cells, True, reader.as_of, reader.release, sample)


@dataclass(frozen=True)
class FailingRule:
    """How often a rule found something, in how many submissions, with the words of the rule book."""

    rule: str
    severity: str
    name: str
    findings: int
    returns: int


def failing_rules(reader: Reader, area: str, sample: bool, most: int = 15) -> list[FailingRule]:
    """The rules that found most in what was filed below an area, errors and warnings; [] without a register."""
    if reader.release is not None or not (reader.home / "register.db").is_file():
        return []
    register = Register(reader.home)
    try:
        kind = "sample" if sample else "return"
        rows = register.rows(submissions, submissions.c.kind == kind)
        found: Counter[tuple[str, str]] = Counter()
        hit: dict[tuple[str, str], set[str]] = {}
        for row in rows:
            counts = json.loads(row["counts"])
            if not (counts["error"] or counts["warning"]):
                continue
            if area != NATION and not (row["unit_code"] and reader.catalogue.is_within(row["unit_code"], area)):
                continue
            for finding in register.findings_of(row["submission_id"]):
                if finding["severity"] in ("error", "warning"):
                    key = (finding["rule"], finding["severity"])
                    found[key] += 1
                    hit.setdefault(key, set()).add(row["submission_id"])
    finally:
        register.close()
    rules = reader.catalogue.rules_by_id
    return [
        FailingRule(rule, severity, rules[rule].name if rule in rules else "", count, len(hit[rule, severity]))
        for (rule, severity), count in sorted(found.items(), key=lambda item: (-item[1], item[0]))[:most]
    ]


@dataclass(frozen=True)
class Freshness:
    """When the newest submission came in, and how many there are."""

    received_at: str | None
    submissions: int


def freshness(reader: Reader, sample: bool) -> Freshness | None:
    """None where there is no register, such as beside a copied release."""
    if not (reader.home / "register.db").is_file():
        return None
    register = Register(reader.home)
    try:
        kinds = ("sample",) if sample else ("publication", "return")
        rows = register.rows(submissions, submissions.c.kind.in_(kinds))
    finally:
        register.close()
    return Freshness(max((r["received_at"] for r in rows), default=None), len(rows))


@dataclass(frozen=True)
class Edition:
    """A release or candidate in a line."""

    release: str
    period: str
    kind: str
    state: str
    approved_by: str | None
    approved_at: str | None
    series: int


def editions(reader: Reader, sample: bool) -> list[Edition]:
    """Releases and candidates of real or sample figures, newest first; [] where there is no register."""
    if not (reader.home / "register.db").is_file():
        return []
    wanted = "sample" if sample else "real"
    return [
        Edition(r["release"], r["period"], r["kind"], r["state"], r["approved_by"], r["approved_at"], len(r["series"]))
        for r in reversed(list_releases(reader.home))
        if r["release"] and r["source_kind"] == wanted
    ]
