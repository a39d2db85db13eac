"""What each audit rule did with the returns of a reporting period, and which rules to look at again. Reads only.

A return here is what one unit owes for one form, period and plan version, with all versions of it: a rule that fired on
the first and not on the last was right, and its firing counts once. Not here: judging returns (audit), what a rule would
say of other returns.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ingestion.catalogue import Catalogue
from ingestion.catalogue import catalogue as project_catalogue
from ingestion.errors import UsageError
from ingestion.moments import CHINA, now_utc, stamp
from ingestion.register import Register, explanations, findings, key_of, submissions
from ingestion.rule_model import Rule, RuleReview
from ingestion.units import plain
from quality.audit.compile import crossing_form
from quality.audit.context import months_before
from quality.audit.counties import FORM as LISTED
from quality.audit.levels import ANY

PERIOD = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2]))?")
SHARE = Decimal("0.0001")
OUTCOMES = ("upheld", "corrected", "overridden", "noted", "open")


@dataclass
class _Version:
    """One version of a return: its state, what fired, what could not be told, and which rules were explained when."""

    row: dict[str, Any]
    fired: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    explained: dict[str, str] = field(default_factory=dict)  # rule → its first explanation

    def values(self, rule: str) -> set[tuple[Any, ...]]:
        """What stood in the cells that a rule fired on."""
        return {(f["field"], f["row_key"], f["found"]) for f in self.fired[rule]}


@dataclass
class Counts:
    """One rule over some returns; fired = upheld + corrected + overridden + noted + open."""

    judged: int = 0
    cannot_tell: int = 0
    fired: int = 0
    findings: int = 0  # over all versions; beyond 50 of one rule in one version, the rest count as one
    outcomes: dict[str, int] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))
    false_alarms: int = 0
    units: set[str] = field(default_factory=set)
    periods: set[str] = field(default_factory=set)  # in which it judged anything

    def add(self, rule_id: str, explain: bool, versions: Sequence[_Version]) -> None:
        told = [v for v in versions if rule_id in v.fired or rule_id not in v.unknown]
        if not told:
            self.cannot_tell += 1
            return
        self.judged += 1
        self.periods.add(versions[0].row["period"])
        firing = [v for v in told if rule_id in v.fired]
        if not firing:
            return
        self.fired += 1
        self.units.add(firing[0].row["unit_code"])
        self.findings += sum(len(v.fired[rule_id]) for v in firing)
        outcome = _outcome(rule_id, explain, told[-1])
        self.outcomes[outcome] += 1
        since = told[told.index(firing[0]) :]
        unchanged = all(v in firing and v.values(rule_id) == firing[0].values(rule_id) for v in since)
        self.false_alarms += outcome == "upheld" and unchanged

    def as_json(self) -> dict[str, Any]:
        return {
            "judged": self.judged, "cannot_tell": self.cannot_tell, "fired": self.fired, "units": len(self.units),
            "findings": self.findings, **self.outcomes, "false_alarms": self.false_alarms,
            "false_alarm_rate": _share(self.false_alarms, self.fired),
        }  # fmt: skip


def _outcome(rule_id: str, explain: bool, last: _Version) -> str:
    """What became of a firing, by the last version that the rule could judge."""
    if rule_id not in last.fired:
        return "corrected"
    severities = {f["severity"] for f in last.fired[rule_id]}
    is_accepted = last.row["status"] == "accepted"
    if "error" in severities:
        return "overridden" if is_accepted else "open"
    if "warning" not in severities or not explain:
        return "noted"  # shown, and nobody was asked
    if not is_accepted:
        return "open"
    said = last.explained.get(rule_id)
    return "upheld" if said is not None and said <= last.row["decided_at"] else "overridden"


def _share(part: int, whole: int) -> str | None:
    """An exact share to four digits; None where there is nothing to divide by."""
    return plain((Decimal(part) / Decimal(whole)).quantize(SHARE)) if whole else None


class _Judges:
    """Which returns a rule judges: those of its form, those it is crossed with, and what its scope says."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._crossed: dict[str, set[str]] = {}
        for form in catalogue.forms:
            for other in catalogue.forms:
                made = crossing_form(form, other, catalogue)
                for rule in made.rules if made else []:
                    self._crossed.setdefault(rule.id, set()).add(other)

    def __call__(self, rule: Rule, row: Mapping[str, Any]) -> bool:
        if rule.form != ANY:
            return row["form"] == rule.form or row["form"] in self._crossed.get(rule.id, ())
        scope = rule.params.get("scope")
        if scope == "hierarchy":
            return not self.catalogue.is_basic(str(row["unit_code"]))
        return row["form"] == LISTED if scope == "counties" else True


def rule_report(
    home: Path,
    period: str | None = None,
    *,
    sample: bool = False,
    as_of: dt.datetime | None = None,
    catalogue: Catalogue | None = None,
) -> dict[str, Any]:
    """Every rule with what it did in a reporting period, and in the twelve months that end with it.

    Args:    period: a month (monthly forms) or a year (yearly forms); default the newest month of the register, else its
             newest year. as_of: what was known then.
    Returns: {period, months, as_of, sample_data, returns, without_period, other_rulebook, periods_known, rules: [{rule,
             name_zh, form, severity, judged, cannot_tell, fired, units, findings, upheld, corrected, overridden, noted,
             open, false_alarms, false_alarm_rate, year: {the same numbers}, suggestion: raise|lower|retire|null,
             reason_zh, reason_en}]}. Numbers are returns but for units and findings. Rules of the reader (EVA, FDT …)
             are listed where they fired: name_zh, form and severity are theirs, and they judge every return.
    Raises:  UsageError for a period that is none, or a register without returns.
    """
    catalogue = catalogue or project_catalogue()
    if period is not None and not PERIOD.fullmatch(period):
        raise UsageError(f"报告期“{period}”应为 2023-09 或 2023 (a period is a month or a year)")
    moment = as_of or now_utc()
    kind = "sample" if sample else "return"
    register = Register(home)
    try:
        period = period or _newest(register, kind)
        window = [months_before(period, n) for n in range(catalogue.rule_review.months if len(period) > 4 else 1)]
        returns = _returns(register, kind, window, moment)
        without = _without_period(register, kind, period, moment)
    finally:
        register.close()
    own = {key: versions for key, versions in returns.items() if versions[0].row["period"] == period}
    known = {versions[0].row["period"] for versions in returns.values()}
    judges = _Judges(catalogue)
    rows = []
    for rule_id, rule in _rules(catalogue, returns.values()):
        now, year = (_count(rule_id, rule, held.values(), judges) for held in (own, returns))
        severity = rule.severity if rule else _severity(rule_id, returns.values())
        suggestion = _suggestion(severity, year, len(year.periods) == len(window), catalogue.rule_review)
        rows.append({
            "rule": rule_id, "name_zh": rule.name if rule else None, "form": rule.form if rule else None,
            "severity": severity, **now.as_json(), "year": year.as_json(),
            "suggestion": suggestion[0], "reason_zh": suggestion[1], "reason_en": suggestion[2],
        })  # fmt: skip
    hashes = [v.row["rulebook_hash"] for versions in own.values() for v in versions]
    return {
        "period": period, "months": {"from": window[-1], "to": window[0]}, "as_of": stamp(moment),
        "sample_data": sample, "returns": len(own), "without_period": without,
        "other_rulebook": sum(h != catalogue.content_hash for h in hashes), "periods_known": len(known), "rules": rows,
    }  # fmt: skip


def _newest(register: Register, kind: str) -> str:
    query = sa.select(submissions.c.period).where(submissions.c.kind == kind, submissions.c.period.is_not(None))
    with register.transaction() as connection:
        periods: set[str] = set(connection.execute(query.distinct()).scalars())
    if not periods:
        raise UsageError("登记库里没有报表；模拟数据请加 --sample (no returns; --sample asks for the sample ones)")
    return max(periods, key=lambda p: (len(p), p))


def _returns(
    register: Register, kind: str, window: Sequence[str], moment: dt.datetime
) -> dict[tuple[Any, ...], list[_Version]]:
    """Key of a return → its readable versions, first received first, as known at a moment."""
    where = [submissions.c.kind == kind, submissions.c.period.in_(window), submissions.c.unit_code.is_not(None),
             submissions.c.form.is_not(None), submissions.c.received_at <= stamp(moment)]  # fmt: skip
    rows = [r for r in register.states(*where, as_of=moment) if r["status"] != "unreadable"]
    versions = {r["submission_id"]: _Version(r) for r in rows}
    said = sa.select(explanations).join(submissions, explanations.c.submission_id == submissions.c.submission_id)
    found = sa.select(findings.c.submission_id, findings.c.finding).join(
        submissions, findings.c.submission_id == submissions.c.submission_id
    )
    with register.transaction() as connection:
        for row in connection.execute(said.where(*where, explanations.c.at <= stamp(moment))).mappings():
            if version := versions.get(row["submission_id"]):
                at = version.explained.get(row["rule"], row["at"])
                version.explained[row["rule"]] = min(at, row["at"])
        for submission_id, text in connection.execute(found.where(*where).order_by(findings.c.n)):
            if version := versions.get(submission_id):
                finding = json.loads(text)
                if finding["severity"] == "cannot_tell":
                    version.unknown.add(finding["rule"])
                else:
                    version.fired.setdefault(finding["rule"], []).append(finding)
    returns: dict[tuple[Any, ...], list[_Version]] = {}
    for version in sorted(versions.values(), key=lambda v: (v.row["received_at"], v.row["seq"])):
        returns.setdefault(key_of(version.row), []).append(version)
    return returns


def _without_period(register: Register, kind: str, period: str, moment: dt.datetime) -> int:
    """Files received in the calendar time of a period that say no unit or period, so that they stand in no table."""
    where = [submissions.c.kind == kind, submissions.c.received_at <= stamp(moment),
             sa.or_(submissions.c.period.is_(None), submissions.c.unit_code.is_(None))]  # fmt: skip
    received = (
        dt.datetime.fromisoformat(r["received_at"]).astimezone(CHINA) for r in register.rows(submissions, *where)
    )
    return sum(at.date().isoformat().startswith(period) for at in received)


def _rules(catalogue: Catalogue, returns: Iterable[Sequence[_Version]]) -> Iterator[tuple[str, Rule | None]]:
    """The rules of the rule book whose forms were filed, in its order, then the reader's own that fired, by name."""
    filed, fired = set(), set()
    for versions in returns:
        for version in versions:
            filed.add(version.row["form"])
            fired |= set(version.fired)
    held = catalogue.rules_by_id
    yield from ((i, rule) for i, rule in held.items() if rule.form in filed or rule.form == ANY or i in fired)
    yield from ((i, None) for i in sorted(fired - set(held)))


def _severity(rule_id: str, returns: Iterable[Sequence[_Version]]) -> str:
    """The gravest severity with which a rule of the reader fired."""
    said = {f["severity"] for versions in returns for v in versions for f in v.fired.get(rule_id, ())}
    return next(s for s in ("error", "warning", "info") if s in said)


def _count(rule_id: str, rule: Rule | None, returns: Iterable[Sequence[_Version]], judges: _Judges) -> Counts:
    counts = Counts()
    for versions in returns:
        if rule is None or judges(rule, versions[0].row) or any(rule_id in v.fired for v in versions):
            counts.add(rule_id, bool(rule.explain) if rule else True, versions)
    return counts


def _suggestion(severity: str, year: Counts, is_whole_year: bool, review: RuleReview) -> tuple[str | None, str, str]:
    """(raise, lower, retire or nothing; why, zh and en), from twelve months."""
    if not year.fired:
        if is_whole_year and year.judged:
            return ("retire", f"12个月审核 {year.judged} 份，从未触发：复核是否还需要",
                    f"judged {year.judged} returns in 12 months and never fired: is it still needed?")  # fmt: skip
        return None, "", ""
    upheld, corrected, overridden = (year.outcomes[o] for o in ("upheld", "corrected", "overridden"))
    for part, limit, zh, en in (
        (overridden, review.overridden_over, "被放行", "overridden"),
        (upheld, review.upheld_over, "经说明属实", "explained and upheld"),
    ):
        if Decimal(part) > limit * year.fired:
            return ("lower", f"触发 {year.fired} 份，其中 {part} 份{zh}，超过 {plain(limit * 100)}%：复核是否降级或放宽",
                    f"{part} of {year.fired} firings {en}, over {plain(limit * 100)} %: lower or widen it?")  # fmt: skip
    if severity != "error" and Decimal(corrected) > review.corrected_over * year.fired:
        return ("raise", f"触发 {year.fired} 份，其中 {corrected} 份更正，超过 {plain(review.corrected_over * 100)}%：复核是否升级",
                f"{corrected} of {year.fired} firings corrected, over {plain(review.corrected_over * 100)} %: raise it?")  # fmt: skip
    return None, "", ""
