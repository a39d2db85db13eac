"""A build that renews the one before is, table by table, the build that would have been made whole.

On the nation of tests/nation, which lacks some returns at first; they come one after the other, then corrections of every
kind. Each build renews the one before it; the last one is compared with a whole build of the same home.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from ingestion.register import Register
from orchestration.cli import cli
from quality.dbt_build import BuildFailed
from quality.decisions import Explanation, decide, write_explanation
from quality.overrides import grant
from quality.warehouse import Build, BuildResult, build, current_build, is_stale, open_build, query
from tests.hand_made import Filing, file_returns
from tests.nation.home import ECHENG, HUARONG, LIANGZIHU, filings

LATER: dict[str, Any] = {
    "received": "2024-03-01T08:00:00.000000Z",
    "decided": "2024-03-02T08:00:00.000000Z",
    "version": 9,
}


def differences(one: Build, other: Build) -> dict[str, tuple[int, int]]:
    """Table or view → rows that only one of two builds holds, the same row as often as it stands there.

    Views on the landed files are left out: they read one folder each.
    """
    with duckdb.connect() as connection:
        connection.execute(f"attach '{one.path}' as one (read_only)")
        connection.execute(f"attach '{other.path}' as other (read_only)")
        listed = "select table_schema || '.' || table_name from information_schema.tables where table_catalog = ?"
        names = [n for (n,) in connection.execute(listed, ["one"]).fetchall() if not n.startswith("main.stg_")]
        assert len(names) > 80
        assert {n for (n,) in connection.execute(listed, ["other"]).fetchall() if "stg_" not in n} == set(names)
        found = {}
        for name in names:
            rows = [
                connection.execute(f"select count(*) from (from {a}.{name} except all from {b}.{name})").fetchall()
                for a, b in (("one", "other"), ("other", "one"))
            ]
            found[name] = (rows[0][0][0], rows[1][0][0])
        return {name: counts for name, counts in found.items() if counts != (0, 0)}


def _changed(filing: Filing, **values: str | None) -> Filing:
    """A correction that comes later; None blanks a cell."""
    held = {**(filing.values or {}), **{k: Decimal(v) if v is not None else None for k, v in values.items()}}
    return replace(filing, values={k: v for k, v in held.items() if v is not None}, **LATER)


def _fewer_rows(filing: Filing) -> Filing:
    """A correction of a roster that names one task less, with its money."""
    tables = {name: list(rows) for name, rows in (filing.tables or {}).items()}
    gone = tables["J4"].pop()["task_id"]
    held = {name: [r for r in rows if r["task_id"] != gone] for name, rows in tables.items()}
    return replace(filing, tables=held, **LATER)


FIRST_EVER = "350481"
LATE = {("J2", HUARONG, "2022-05"), ("J2", "350402", "2021-11"), ("J1", ECHENG, "2022")}


def _is_late(filing: Filing) -> bool:
    """What the home lacks at first: a month in the middle, one of a merged county, a year's plan, all of one county."""
    return (filing.form, filing.unit, filing.period) in LATE or filing.unit == FIRST_EVER


def _renewed(home: Path) -> BuildResult:
    before = current_build(home)
    result = build(home)
    assert (result.renewed_from, result.whole_because) == (before.build_id, None)
    assert current_build(home) == result.build
    return result


def _as_if_whole(home: Path, tmp_path: Path) -> dict[str, tuple[int, int]]:
    twin = tmp_path / "twin"
    shutil.copytree(home, twin)
    whole = build(twin, whole=True)
    assert (whole.renewed_from, whole.whole_because) == (None, "asked")
    return differences(current_build(home), whole.build)


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("begun")
    file_returns(home, [f for f in filings() if not _is_late(f)])
    assert build(home).whole_because == "first"
    return home


def test_late_returns_of_every_kind_renew_to_what_a_whole_build_makes(
    begun: Path, copy_of: Callable[[Path], Path], tmp_path: Path
) -> None:
    home = copy_of(begun)
    first = current_build(home)
    late = [f for f in filings() if _is_late(f)]
    file_returns(home, [f for f in late if f.form == "J2" and f.unit != FIRST_EVER])
    renewed = _renewed(home)
    assert set(differences(first, renewed.build)) > {"main.fct_figures", "main.fct_observations", "main.fct_levels"}
    # all that one county ever filed, and the plans of another
    file_returns(home, [f for f in late if f.unit == FIRST_EVER or f.form == "J1"])
    _renewed(home)
    # a plan raised; a fall without a reason; a December that loses a cell; effects, accounts, rosters with fewer rows
    file_returns(home, [
        _changed(_of("J1", LIANGZIHU, "2022"), plan_xq="13"),
        _changed(_of("J2", ECHENG, "2022-09"), xq_start="1"),
        _changed(_of("J2", LIANGZIHU, "2021-12"), xq_start=None),
    ])  # fmt: skip
    _renewed(home)
    effects, roster = _of("J3", LIANGZIHU, "2022"), _of("J4", HUARONG, "2022-12")
    names = file_returns(home, [_changed(effects, e_hh="77"), _fewer_rows(roster)])
    _renewed(home)
    # the level above takes the correction back, and the roster before it holds again; a sample return comes too
    assert decide(home, names[1], "return", by="王某")["status"] == "returned"
    file_returns(home, [Filing("J2", LIANGZIHU, "2022-11", {"xq_start": Decimal(5)}, sample=True, **LATER)])
    _renewed(home)

    assert _as_if_whole(home, tmp_path) == {}


def test_rosters_plans_and_reasons_that_come_late_renew_to_what_a_whole_build_makes(
    begun: Path, copy_of: Callable[[Path], Path], tmp_path: Path
) -> None:
    """The newest roster is a later one, then again the one before; a plan is moved; a fall gets its reason; a year begins."""
    home = copy_of(begun)
    # months that nobody filed before, a year nobody planned, a roster whose tasks went on
    plan = _of("J1", LIANGZIHU, "2022")
    file_returns(home, [
        replace(_moved_on(_of("J4", LIANGZIHU, "2022-12")), period="2023-01"),
        replace(_changed(_of("J2", HUARONG, "2022-12"), xq_start="1"), period="2023-01"),
        replace(plan, period="2023", values={**(plan.values or {}), "plan_year": Decimal(2023)}, **LATER),
        replace(_of("J2", ECHENG, "2022-11"), status="returned", **LATER),
    ])  # fmt: skip
    january = _renewed(home)
    assert _months(january.build, "int_j4__spans") == {"2023-01"}
    # (plans of December are dated in January: none is reached by its lock)
    # another month is the newest, so that spans of January go; a plan holds from June on
    (newest, *_) = file_returns(home, [
        replace(_moved_on(_of("J4", HUARONG, "2022-12")), period="2023-02"),
        replace(plan, values={**(plan.values or {}), "plan_confirm_date": dt.date(2022, 6, 20)}, **LATER),
    ])  # fmt: skip
    february = _renewed(home)
    assert _months(february.build, "int_j4__spans") == {"2023-02"}
    assert _months(february.build, "fct_pipeline") == {"2022-12", "2023-01", "2023-02"}
    # taken back; a fall that is explained before it is accepted; an error that is let through changes nothing
    assert decide(home, newest, "return", by="王某")["status"] == "returned"
    fall = replace(_changed(_of("J2", ECHENG, "2022-09"), xq_start="1"), status="needs_explanation")
    (explained,) = file_returns(home, [fall])
    register = Register(home)
    with register.transaction() as connection:
        write_explanation(
            connection, explained, Explanation("J2-003", "W1", None, "李某", LATER["decided"], is_backfilled=True)
        )
    register.close()
    assert decide(home, explained, "accept", by="王某")["state"] == "decided"
    grant(home, "J2-004", ECHENG, "2022-10", reason="系统迁移", asked_by="李某", by="王某", until=dt.date(2099, 1, 1))
    last = _renewed(home)
    assert _months(last.build, "int_j4__spans") == {"2023-01"}
    with open_build(last.build) as opened:
        asked = "select unit_code, reason from fct_negative_flows where month = '2022-09' and indicator = 'started_communities'"
        assert query(opened, asked) == [{"unit_code": ECHENG, "reason": "W1"}]

    assert _as_if_whole(home, tmp_path) == {}


def _moved_on(filing: Filing) -> Filing:
    """A roster whose tasks are all finished."""
    tables = {name: list(rows) for name, rows in (filing.tables or {}).items()}
    tables["J4"] = [{**r, "stage": "ST08", "d_start": dt.date(2022, 12, 20)} for r in tables["J4"]]
    return replace(filing, tables=tables, **LATER)


def _months(made: Build, table: str) -> set[str]:
    with open_build(made) as opened:
        return {r["month"] for r in query(opened, f"select distinct month from {table}")}


def _of(form: str, unit: str, period: str) -> Filing:
    """The last version that the nation files."""
    return [f for f in filings() if (f.form, f.unit, f.period, f.sample) == (form, unit, period, False)][-1]


@pytest.mark.parametrize("seed", range(3))
def test_returns_in_any_order_renew_to_what_a_whole_build_makes(tmp_path: Path, seed: int) -> None:
    """Any thirty returns of the nation come late, ten before each build."""
    order = random.Random(seed)
    held = filings()
    order.shuffle(held)
    home = tmp_path / "home"
    file_returns(home, held[30:])
    build(home)
    for first in (0, 10, 20):
        file_returns(home, held[first : first + 10])
        result = build(home)
        assert result.renewed_from or result.whole_because in ("code", "parts")

    assert _as_if_whole(home, tmp_path) == {}


def test_nothing_new_renews_to_the_same(begun: Path, copy_of: Callable[[Path], Path]) -> None:
    home = copy_of(begun)
    before = current_build(home)

    assert differences(before, _renewed(home).build) == {}
    told = json.loads((home / "warehouse" / f"{current_build(home).build_id}.json").read_text())
    assert (told["renewed_from"], told["whole_because"], told["renewals"]) == (before.build_id, None, 1)


def test_a_chain_of_renewals_ends_with_a_whole_build_after_so_many_or_once_the_file_has_grown(
    begun: Path, copy_of: Callable[[Path], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = copy_of(begun)
    monkeypatch.setattr("quality.renewal.IN_A_ROW", 1)
    first = _renewed(home)
    whole = build(home)
    assert (first.build.renewals, whole.build.renewals, whole.whole_because) == (1, 0, "chain")
    assert whole.build.whole_bytes == whole.build.path.stat().st_size
    meta = whole.build.path.with_suffix(".json")
    held = json.loads(meta.read_text())
    monkeypatch.setattr("quality.renewal.SLACK", 0)
    meta.write_text(json.dumps(held | {"whole_bytes": held["whole_bytes"] // 2}))
    assert build(home).whole_because == "grown"


def test_a_home_with_an_apostrophe_a_space_and_chinese_in_its_path_is_built_renewed_and_read(tmp_path: Path) -> None:
    """And what other SQL made is stale: it is not renewed, nor asked about a past moment."""
    home = tmp_path / "it's 旧改 home"
    file_returns(home, [_of("J2", HUARONG, "2022-12")])
    first = json.loads(_said("build", home=home))
    file_returns(home, [_of("J2", ECHENG, "2022-12")])
    asked = ["figure", "started_communities", "--period", "2022", "--area", ECHENG]
    again = json.loads(_said("build", home=home))
    assert (again["renewed_from"], again["whole_because"]) == (first["build"], None)
    value = json.loads(_said(*asked, home=home))["value"]
    assert value == int((_of("J2", ECHENG, "2022-12").values or {})["xq_start"])

    past = "2024-02-02"
    assert json.loads(_said(*asked, "--as-of", past, home=home))["value"] == value
    (made,) = (home / "warehouse").glob("asof-*.json")
    assert not is_stale(home)
    for meta in (made, current_build(home).path.with_suffix(".json")):
        meta.write_text(json.dumps(json.loads(meta.read_text()) | {"project_hash": "of other SQL"}))
    assert is_stale(home)
    assert json.loads(_said(*asked, "--as-of", past, home=home))["value"] == value
    assert len(list((home / "warehouse").glob("asof-*.json"))) == 2
    assert json.loads(_said("build", home=home))["whole_because"] == "project"
    assert not is_stale(home)


def _said(*command: str, home: Path) -> str:
    answer = CliRunner().invoke(cli, [*command, "--home", str(home), "--json"])
    assert answer.exit_code == 0, answer.output
    return answer.stdout


def test_where_no_scope_can_be_named_the_build_is_whole_and_says_why(
    begun: Path, copy_of: Callable[[Path], Path], tmp_path: Path
) -> None:
    """A source of money that no roster ever named is zero in all of them."""
    home = copy_of(begun)
    roster = _of("J4", HUARONG, "2022-12")
    row = {**(roster.tables or {})["J4F"][0], "src": "F52"}
    file_returns(home, [replace(roster, tables={**(roster.tables or {}), "J4F": [row]}, **LATER)])

    result = build(home)

    assert (result.renewed_from, result.whole_because) == (None, "code")
    with open_build(result.build) as opened:
        zeros = query(
            opened,
            "select distinct unit_code from fct_observations where indicator = 'cohort_funds_arrived' and dim_code = 'F52' and value = 0",
        )
    assert {r["unit_code"] for r in zeros} == {LIANGZIHU, ECHENG}
    assert build(home).renewed_from == result.build.build_id


def test_a_test_that_fails_over_what_came_since_ends_the_renewal_and_then_the_build(
    begun: Path, copy_of: Callable[[Path], Path]
) -> None:
    """Two tasks of one name in a roster: the row is new, and the test that judges it sees it."""
    home = copy_of(begun)
    before = current_build(home)
    roster = _of("J4", HUARONG, "2022-12")
    (name,) = file_returns(home, [replace(roster, **LATER)])
    path = home / "returns" / "form=J4" / "period=2022-12" / "province=420000" / "rows.parquet"
    table = pq.read_table(path, partitioning=None)
    again = table.filter(pc.equal(table["submission_id"], name)).slice(0, 1)
    pq.write_table(pa.concat_tables([table, again]), path)

    with pytest.raises(BuildFailed, match="unique"):
        build(home)

    assert current_build(home) == before
    assert [p.name for p in (home / "warehouse").iterdir() if p.is_dir()] == []


def test_a_renewal_that_is_killed_leaves_the_current_build_as_it_was(
    begun: Path, copy_of: Callable[[Path], Path]
) -> None:
    home = copy_of(begun)
    before = current_build(home)
    content = before.path.read_bytes()
    file_returns(home, [f for f in filings() if f.form == "J2" and _is_late(f)])
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"from pathlib import Path; from quality.warehouse import build; build(Path({str(home)!r}))",
        ]
    )
    scratch = None
    while scratch is None and process.poll() is None:
        scratch = next((p for p in (home / "warehouse").glob(".b-*/*.wal")), None)
        time.sleep(0.01)
    process.kill()
    process.wait()

    assert scratch is not None, "the build was over before it was killed"
    assert current_build(home) == before and before.path.read_bytes() == content
    assert _renewed(home).build.path.exists()
    assert not list((home / "warehouse").glob(".b-*"))
