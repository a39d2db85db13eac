"""A gated period → a candidate of what may be filed, or a recorded no-filing; and the list of both.

A series enters only when every error gate passed for exactly its data (quality.gates.verdicts); one that does not is
left out by name. A statutory filing of the calendar is a set of series with a name of its own; without one everything
that a release may hold is asked. Not here: the tables (package.py), approval (approval.py), checking (verify.py).
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import rfc8785

from filings.calendar import check_filing, dataflow_of, series_of
from filings.figures import PERIOD
from filings.package import Series, files_of
from filings.revisions import REVISIONS, revisions, revisions_table
from filings.verify import MANIFEST, SEAL, hashes, seal_text
from ingestion.archive import sync_folder, write_whole
from ingestion.catalogue import catalogue
from ingestion.errors import UsageError
from ingestion.moments import now_utc, stamp
from ingestion.register import Register, no_filings, releases, submissions
from quality.gates.frames import SeriesData, SeriesKey, series_data
from quality.gates.run import check_kind, release_series
from quality.gates.verdicts import latest_on, reasons_against, verdicts_of
from quality.warehouse import Build, basis_of_cells, current_build, open_build, query

ROOT = Path(__file__).resolve().parent.parent


def _commit() -> str | None:
    """Code commit of a checkout; None where the project is installed without git."""
    try:
        answer = subprocess.run(
            ["git", "-C", str(ROOT), "rev-parse", "HEAD"], capture_output=True, text=True, timeout=10, check=False
        )
    except OSError:
        return None
    return answer.stdout.strip() or None


def _lock_hash() -> str | None:
    lock = ROOT / "requirements.lock"
    return hashlib.sha256(lock.read_bytes()).hexdigest() if lock.is_file() else None


def _published(connection: duckdb.DuckDBPyConnection, passed: list[SeriesData]) -> list[Series]:
    """What is published of series of one release: exactly the figures that the gates' hash covers, and their cells."""
    if not passed:
        return []
    key = passed[0].key
    found = query(
        connection,
        """select * from fct_contributions
           where is_sample = ? and programme = ? and period = ? and accum = 'level' and list_contains(?::varchar[], indicator)
           order by indicator, area_code, dim_code, group_id, basis, figure_role, unit_code, observation_id, row_no, field""",
        [key.is_sample, key.programme, key.period, [data.key.series for data in passed]],
    )
    cells: dict[tuple[str, str, str, str, str], list[dict[str, Any]]] = defaultdict(list)
    for c in found:
        cells[c["indicator"], c["area_code"], c["dim_code"], c["group_id"], c["basis"]].append(c)
    made = []
    for data in passed:
        wanted = {
            (
                data.key.series,
                f["area_code"],
                f["dim_code"],
                f["group_id"],
                basis_of_cells(f["basis"]),
            )
            for f in data.figures
        }
        contributions = [c for w in sorted(wanted) for c in cells[w]]
        chosen = [f for f in data.figures if f["choice_rank"] == 1 and f["dim_code"] == ""]
        chosen.sort(key=lambda f: (f["area_code"] != data.area, f["area_code"]))
        made.append(Series(data.key.series, chosen, data.figures, contributions))
    return made


def make(
    home: Path,
    period: str,
    kind: str,
    *,
    sample: bool = False,
    programme: str = "national",
    series: list[str] | None = None,
    filing: str | None = None,
) -> dict[str, Any]:
    """Make a candidate of every series whose gates passed, or record a no-filing with its reasons.

    filing: a statutory filing of rulebook/calendar.yaml, whose series are asked; `series` narrows them.
    Returns: {release, state: candidate|unchanged|none, filing, period, kind, source_kind, programme, series,
    left_out: [{series, reasons_zh, reasons_en}], path}. Raises: UsageError for an unknown kind, period, series or filing,
    and for a filing of another frequency than the period.
    """
    check_kind(kind)
    if not PERIOD.fullmatch(period) or "/" in period:
        raise UsageError(f"报告期“{period}”无法识别；应为 2023 或 2023-09 (period not understood)")
    if filing is not None:
        check_filing(filing, period)
    names = series or (series_of(filing) if filing else release_series())
    for name in names:
        catalogue().indicator(name)
    source_kind = "sample" if sample else "real"
    made = current_build(home)
    register = Register(home)
    left_out: list[dict[str, Any]] = []
    data_hashes: dict[str, str] = {}
    with open_build(made) as connection:
        keys = [SeriesKey(name, period, kind, programme, source_kind) for name in names]
        passed = []
        for data in series_data(connection, keys):
            name = data.key.series
            reasons = reasons_against(register, data.key, data.data_hash)
            if reasons:
                left_out.append(
                    {"series": name, "reasons_zh": [zh for zh, _ in reasons], "reasons_en": [en for _, en in reasons]}
                )
                continue
            data_hashes[name] = data.data_hash
            passed.append(data)
        included = _published(connection, passed)
    answer: dict[str, Any] = {
        "release": None,
        "state": "none",
        "filing": dataflow_of(filing) if filing else None,
        "period": period,
        "kind": kind,
        "source_kind": source_kind,
        "programme": programme,
        "series": [s.indicator for s in included],
        "left_out": left_out,
        "path": None,
    }
    try:
        if not included:
            _record_no_filing(register, answer, left_out)
            return answer
        unchanged = _unchanged(home, register, answer, data_hashes)
        if unchanged:
            zh, en = f"数据与 {unchanged} 相同，没有新数据", f"same data as {unchanged}: nothing new"
            reasons_same = [{"series": s, "reasons_zh": [zh], "reasons_en": [en]} for s in answer["series"]]
            _record_no_filing(register, answer, reasons_same)
            answer.update(release=unchanged, state="unchanged", left_out=[*left_out, *reasons_same])
            return answer
        return _freeze(home, register, made, answer, included, data_hashes)
    finally:
        register.close()


def _record_no_filing(register: Register, answer: dict[str, Any], reasons: list[dict[str, Any]]) -> None:
    """Not filing is an act too: period, kind and the reasons by series stay in the register."""
    what = {k: answer[k] for k in ("period", "kind", "source_kind", "filing")}
    reason = json.dumps(reasons, ensure_ascii=False)
    with register.transaction() as connection:
        connection.execute(no_filings.insert().values(**what, reason=reason, recorded_at=stamp(now_utc())))
        register.log(
            connection, "no_filing", answer["period"], None, kind=answer["kind"], source_kind=answer["source_kind"],
            filing=answer["filing"],
        )  # fmt: skip


def _unchanged(home: Path, register: Register, answer: dict[str, Any], data_hashes: dict[str, str]) -> str | None:
    """The newest candidate or release of the same period and kind, when it holds exactly this data."""
    for row in reversed([r for r in _editions(register, answer) if r["kind"] == answer["kind"]]):
        folder = _folder(home, row["release_id"], row["state"])
        if (folder / MANIFEST).is_file():
            manifest = json.loads((folder / MANIFEST).read_bytes())
            if manifest["programme"] == answer["programme"]:
                return str(row["release_id"]) if manifest["data_hashes"] == data_hashes else None
    return None


def _editions(register: Register, answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What was made of the same filing for the same period before, of any kind, oldest first."""
    return register.rows(
        releases,
        releases.c.period == answer["period"],
        releases.c.source_kind == answer["source_kind"],
        releases.c.filing == answer["filing"] if answer["filing"] else releases.c.filing.is_(None),
        order=releases.c.made_at,
    )


def _folder(home: Path, release_id: str, state: str) -> Path:
    return home / ("releases" if state == "released" else "candidates") / release_id


def _freeze(
    home: Path,
    register: Register,
    made: Build,
    answer: dict[str, Any],
    included: list[Series],
    data_hashes: dict[str, str],
) -> dict[str, Any]:
    period, kind, source_kind = answer["period"], answer["kind"], answer["source_kind"]
    sample = source_kind == "sample"
    before = _editions(register, answer)
    number = len([r for r in before if r["kind"] == kind]) + 1
    name = f"-{answer['filing']}" if answer["filing"] else ""
    suffix = "" if answer["programme"] == "national" else f"-{answer['programme']}"
    release_id = f"{period}{name}-{kind}{'-sample' if sample else ''}{suffix}-{number:02d}"
    superseded = next((r["release_id"] for r in reversed(before) if r["state"] == "released"), None)
    title = f"{'模拟数据 ' if sample else ''}城镇老旧小区改造 {period} {kind} {release_id}"
    used = {c["submission_id"] for s in included for c in s.contributions}
    inputs = [
        {
            k: r[k]
            for k in (
                "submission_id",
                "form",
                "source_id",
                "unit_code",
                "period",
                "version",
                "sha256",
                "file_name",
                "map_id",
            )
        }
        for r in register.rows(submissions, submissions.c.submission_id.in_(used), order=submissions.c.seq)
    ]
    files = files_of(included, catalogue(), title, sample)
    revised = revisions(_folder(home, superseded, "released"), included, register) if superseded else []
    if superseded:
        files[REVISIONS] = revisions_table(revised, sample)
    gates = [
        {
            k: v[k]
            for k in ("gate", "series", "severity", "verdict", "observed", "expected", "data_hash", "suite_version")
        }
        for name, data_hash in data_hashes.items()
        for v in latest_on(verdicts_of(register, key_of(answer, name)), data_hash).values()
    ]
    manifest = {
        "release": release_id,
        "title": title,
        "period": period,
        "kind": kind,
        "source_kind": source_kind,
        "marker": "模拟数据" if sample else None,
        "programme": answer["programme"],
        "cutoff": made.label,
        "series": answer["series"],
        "left_out": answer["left_out"],
        "supersedes": superseded,
        "filing": answer["filing"],
        "figures_revised": len(revised),
        "build_id": made.build_id,
        "previous_manifest_sha256": last_manifest(register),
        "code_commit": _commit(),
        "lock_sha256": _lock_hash(),
        "rulebook_version": catalogue().version,
        "rulebook_sha256": catalogue().content_hash,
        "data_hashes": data_hashes,
        "gates": sorted(gates, key=lambda g: (g["series"], g["gate"])),
        "inputs": inputs,
        "approved_by": None,
        "approved_at": None,
        "outputs": [{"path": p.as_posix(), "bytes": len(d), **hashes(d)} for p, d in sorted(files.items())],
    }
    folder = home / "candidates" / release_id
    work = folder.with_name(f".{release_id}.tmp")
    shutil.rmtree(work, ignore_errors=True)
    for path, data in files.items():
        write_whole(work / path, data, 0o444)
    seal(work, manifest)
    shutil.rmtree(folder, ignore_errors=True)  # a candidate that was never registered: left by a killed run
    work.replace(folder)
    sync_folder(folder.parent)
    with register.transaction() as connection:
        connection.execute(
            releases.insert().values(
                release_id=release_id,
                period=period,
                kind=kind,
                source_kind=source_kind,
                state="candidate",
                made_at=stamp(now_utc()),
                supersedes=superseded,
                filing=answer["filing"],
                series=json.dumps(answer["series"]),
            )
        )
        register.log(connection, "candidate", release_id, None, series=answer["series"])
    answer.update(release=release_id, state="candidate", path=str(folder))
    return answer


def seal(folder: Path, manifest: dict[str, Any]) -> str:
    """Write a manifest and its seal into a folder; returns the manifest's SHA-256."""
    text = rfc8785.dumps(manifest)
    write_whole(folder / MANIFEST, text, 0o444)
    write_whole(folder / SEAL, seal_text(text), 0o444)
    return hashlib.sha256(text).hexdigest()


def last_manifest(register: Register) -> str | None:
    """SHA-256 of the manifest of the release approved last: each release names the one before it."""
    rows = register.rows(releases, releases.c.state == "released", order=releases.c.approved_at)
    return rows[-1]["manifest_sha256"] if rows else None


def key_of(what: Mapping[str, Any], series: str) -> SeriesKey:
    """The series of a candidate's answer or manifest, as gates know it."""
    return SeriesKey(series, what["period"], what["kind"], what["programme"], what["source_kind"])


def list_releases(home: Path) -> list[dict[str, Any]]:
    """Candidates, releases and recorded no-filings, in the order in which they were made."""
    register = Register(home)
    try:
        found = []
        for row in register.rows(releases):
            release_id = row.pop("release_id")
            path = str(_folder(home, release_id, row["state"]))
            found.append(
                {"release": release_id, **row, "series": json.loads(row["series"]), "path": path, "reasons": []}
            )
        blank = dict.fromkeys(("release", "approved_by", "approved_at", "supersedes", "manifest_sha256", "path"))
        for row in register.rows(no_filings):
            kept = {k: row[k] for k in ("period", "kind", "source_kind", "filing")}
            reasons = json.loads(row["reason"])
            found.append(
                {**blank, **kept, "state": "no_filing", "made_at": row["recorded_at"], "series": [], "reasons": reasons}
            )
        return sorted(found, key=lambda r: str(r["made_at"]))
    finally:
        register.close()
