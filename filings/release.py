"""A gated period → a candidate of what may be filed, or a recorded no-filing; and the list of both.

A series enters only when every error gate passed for exactly its data (quality.gates.verdicts); one that does not is
left out by name. A statutory filing of the calendar is a set of series with a name of its own; without one everything
that a release may hold is asked. Not here: the folder that a candidate is (freeze.py), its tables (package.py),
approval (approval.py), checking (verify.py).
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import duckdb

from filings.calendar import check_filing, dataflow_of, series_of
from filings.freeze import editions, folder_of, freeze
from filings.package import Series
from filings.question import PERIOD
from filings.verify import MANIFEST
from ingestion.catalogue import catalogue
from ingestion.errors import UsageError
from ingestion.moments import now_utc, stamp
from ingestion.register import Register, no_filings, releases
from quality.contributions import made_of
from quality.gates.frames import SeriesData, SeriesKey, read_series
from quality.gates.run import check_kind, release_series
from quality.gates.verdicts import reasons_against
from quality.warehouse import basis_of_cells, current_build, open_build, query


def _published(connection: duckdb.DuckDBPyConnection, passed: list[SeriesData]) -> list[Series]:
    """What is published of series of one release: exactly the figures that the gates' hash covers, and their cells."""
    if not passed:
        return []
    key, names = passed[0].key, [data.key.series for data in passed]
    found = query(
        connection,
        """select * from fct_contributions
           where is_sample = ? and programme = ? and period = ? and accum = 'level' and list_contains(?::varchar[], indicator)
           order by indicator, area_code, dim_code, group_id, basis, figure_role, unit_code, observation_id, row_no, field""",
        [key.is_sample, key.programme, key.period, names],
        asked=made_of(catalogue(), names, key.period),
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
    passed = []
    for data in read_series(made, tuple(SeriesKey(name, period, kind, programme, source_kind) for name in names)):
        name = data.key.series
        reasons = reasons_against(register, data.key, data.data_hash)
        if reasons:
            left_out.append(
                {"series": name, "reasons_zh": [zh for zh, _ in reasons], "reasons_en": [en for _, en in reasons]}
            )
            continue
        data_hashes[name] = data.data_hash
        passed.append(data)
    with open_build(made) as connection:
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
        return freeze(home, register, made, answer, included, data_hashes)
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
    for row in reversed([r for r in editions(register, answer) if r["kind"] == answer["kind"]]):
        folder = folder_of(home, row["release_id"], row["state"])
        if (folder / MANIFEST).is_file():
            manifest = json.loads((folder / MANIFEST).read_bytes())
            if manifest["programme"] == answer["programme"]:
                return str(row["release_id"]) if manifest["data_hashes"] == data_hashes else None
    return None


def list_releases(home: Path) -> list[dict[str, Any]]:
    """Candidates, releases and recorded no-filings, in the order in which they were made."""
    register = Register(home)
    try:
        found = []
        for row in register.rows(releases):
            release_id = row.pop("release_id")
            path = str(folder_of(home, release_id, row["state"]))
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
