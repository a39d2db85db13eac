"""Releases: refused without gates, frozen once approved, and one flipped byte is found anywhere."""

from __future__ import annotations

import csv
import io
import json
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest

from filings.approval import approve
from filings.figures import figure
from filings.question import Question
from filings.reader import open_reader
from filings.release import list_releases, make
from filings.trace import trace
from filings.verify import verify
from ingestion.errors import UsageError
from quality.gates.run import run_gates
from quality.receive import Receiver
from quality.warehouse import build
from tests.factories import write_return

SERIES = ["started_communities", "plan_communities"]


@pytest.fixture
def home(published_home: Path, copy_of: Any) -> Path:
    copied: Path = copy_of(published_home)
    return copied


@pytest.fixture(scope="module")
def released(published_home: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A home with one approved release, and its folder."""
    home = tmp_path_factory.mktemp("released") / "home"
    shutil.copytree(published_home, home)
    run_gates(home, "2023-09", "provisional", series=SERIES)
    candidate = make(home, "2023-09", "provisional", series=SERIES)
    return home, Path(approve(home, candidate["release"], "李某")["path"])


def test_a_release_without_gates_is_a_recorded_no_filing(home: Path) -> None:
    answer = make(home, "2023-09", "provisional", series=SERIES)
    assert (answer["state"], answer["release"]) == ("none", None)
    assert [left["series"] for left in answer["left_out"]] == SERIES
    assert [r["state"] for r in list_releases(home)] == ["no_filing"]
    assert not list((home / "releases").glob("*")) if (home / "releases").exists() else True


def test_a_series_that_fails_is_left_out_by_name(home: Path) -> None:
    run_gates(home, "2023-09", "provisional", series=SERIES)
    answer = make(home, "2023-09", "provisional", series=SERIES)
    assert answer["series"] == ["started_communities"]
    assert [left["series"] for left in answer["left_out"]] == ["plan_communities"]
    assert all(left["reasons_zh"] for left in answer["left_out"])


def test_verdicts_of_older_data_do_not_open_a_later_release(home: Path, tmp_path: Path) -> None:
    run_gates(home, "2023-09", "provisional", series=SERIES)
    table = home / "demo" / "publications" / "T2309.xlsx"
    book = openpyxl.load_workbook(table)
    book["表"]["C4"] = 330  # 上海 was printed as 329
    book.save(tmp_path / "T2309.xlsx")
    Receiver(home).receive([tmp_path / "T2309.xlsx"], source_id="T2309")
    build(home)
    answer = make(home, "2023-09", "provisional", series=SERIES)
    assert answer["state"] == "none"  # the verdict was on 51,294
    run_gates(home, "2023-09", "provisional", series=SERIES)
    answer = make(home, "2023-09", "provisional", series=SERIES)
    assert answer["state"] == "none"  # 51,295 of rows against a printed total of 51,294
    assert any("分项之和" in r for r in answer["left_out"][0]["reasons_zh"])


def test_a_candidate_is_refused_when_its_gate_is_later_judged_otherwise(home: Path) -> None:
    run_gates(home, "2023-09", "provisional", series=SERIES)
    candidate = make(home, "2023-09", "provisional", series=SERIES)
    from ingestion.register import Register, verdicts

    register = Register(home)
    row = register.rows(verdicts, verdicts.c.gate == "coverage", verdicts.c.series == "started_communities")[0]
    with register.transaction() as connection:
        connection.execute(verdicts.insert().values(**{**row, "seq": None, "verdict": "failed"}))
    answer = approve(home, candidate["release"], "李某")
    assert answer["state"] == "refused" and answer["reasons"]
    assert not (home / "releases" / candidate["release"]).exists()


def test_a_touched_candidate_is_refused(home: Path) -> None:
    run_gates(home, "2023-09", "provisional", series=SERIES)
    candidate = make(home, "2023-09", "provisional", series=SERIES)
    file = Path(candidate["path"]) / "tables" / "started_communities.csv"
    file.chmod(0o644)
    file.write_bytes(file.read_bytes().replace(b"51294", b"51295"))
    answer = approve(home, candidate["release"], "李某")
    assert answer["state"] == "refused" and "started_communities.csv" in answer["reasons"][0]


def test_the_tables_hold_the_printed_figures_in_three_formats(released: tuple[Path, Path]) -> None:
    _, folder = released
    text = (folder / "tables" / "started_communities.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 33 and rows[0]["area_code"] == "000000" and rows[0]["value"] == "51294"
    assert sum(Decimal(r["value"]) for r in rows[1:]) == 51294
    parquet = pq.read_table(folder / "tables" / "started_communities.parquet").to_pylist()
    assert parquet == rows
    book = openpyxl.load_workbook(folder / "tables" / "tables.xlsx")
    sheet = book["started_communities"]
    assert [c.value for c in sheet[1]] == list(rows[0])
    assert sum(sheet.cell(r, 6).value for r in range(3, 35)) == 51294
    assert not sheet.merged_cells.ranges


def test_the_manifest_names_inputs_outputs_gates_and_approver(released: tuple[Path, Path]) -> None:
    home, folder = released
    manifest = json.loads((folder / "manifest.json").read_bytes())
    assert manifest["approved_by"] == "李某" and manifest["approved_at"]
    assert [i["source_id"] for i in manifest["inputs"]][:1] == ["T2309"]
    assert all(len(i["sha256"]) == 64 for i in manifest["inputs"])
    assert {g["verdict"] for g in manifest["gates"]} == {"passed"}
    assert {o["path"] for o in manifest["outputs"]} == {
        p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()
    } - {"manifest.json", "manifest.seal"}
    assert manifest["rulebook_version"] and manifest["lock_sha256"] and manifest["cutoff"]
    listed = list_releases(home)
    assert [(r["release"], r["state"], r["approved_by"]) for r in listed] == [(folder.name, "released", "李某")]


def test_one_flipped_byte_anywhere_is_found_and_the_file_named(released: tuple[Path, Path], tmp_path: Path) -> None:
    copied = tmp_path / released[1].name
    shutil.copytree(released[1], copied)
    assert verify(copied)["ok"]
    for file in [p for p in copied.rglob("*") if p.is_file()]:
        file.chmod(0o644)
        data = file.read_bytes()
        for place in {0, 1, len(data) // 3, len(data) // 2, len(data) - 1}:
            flipped = bytearray(data)
            flipped[place] ^= 0x20
            file.write_bytes(flipped)
            answer = verify(copied)
            assert not answer["ok"]
            assert [p["path"] for p in answer["problems"]] == [file.relative_to(copied).as_posix()]
        file.write_bytes(data)
    assert verify(copied)["ok"]


def test_a_missing_and_an_added_file_are_found(released: tuple[Path, Path], tmp_path: Path) -> None:
    copied = tmp_path / released[1].name
    shutil.copytree(released[1], copied)
    (copied / "extra.txt").write_text("x")
    (copied / "tables" / "started_communities.csv").unlink()
    assert {p["path"] for p in verify(copied)["problems"]} == {"extra.txt", "tables/started_communities.csv"}
    (copied / "manifest.json").unlink()
    assert verify(copied)["problems"][0]["path"] == "manifest.json"


def test_a_release_answers_from_its_own_folder(released: tuple[Path, Path]) -> None:
    home, folder = released
    with open_reader(home, release=folder.name) as reader:
        answer = figure(reader, Question("started_communities", "000000", "2023-09"))
        assert (answer["value"], answer["release"]) == (51294, folder.name)
        assert len(trace(reader, Question("started_communities", "000000", "2023-09"))["contributions"]) == 32
        assert figure(reader, Question("started_communities", "000000", "2022"))["value"] is None
    with pytest.raises(UsageError, match="nothing-01"), open_reader(home, release="nothing-01"):
        pass


def test_a_release_never_changes_and_the_next_one_supersedes_it(home: Path, tmp_path: Path) -> None:
    run_gates(home, "2023-09", "provisional", series=SERIES)
    first = make(home, "2023-09", "provisional", series=SERIES)
    folder = Path(approve(home, first["release"], "李某")["path"])
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    with pytest.raises(UsageError, match="已由 李某 批准"):
        approve(home, first["release"], "张某")
    assert make(home, "2023-09", "provisional", series=SERIES)["state"] == "unchanged"
    book = openpyxl.load_workbook(home / "demo" / "publications" / "T2309.xlsx")
    book["表"]["C4"], book["表"]["C36"] = 330, 51295
    book.save(tmp_path / "T2309.xlsx")
    Receiver(home).receive([tmp_path / "T2309.xlsx"], source_id="T2309")
    build(home)
    run_gates(home, "2023-09", "correction", series=SERIES)
    second = make(home, "2023-09", "correction", series=SERIES)
    manifest = json.loads((Path(second["path"]) / "manifest.json").read_bytes())
    assert manifest["supersedes"] == first["release"]
    approve(home, second["release"], "李某")
    assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before
    assert verify(folder)["ok"]
    with open_reader(home, release=second["release"]) as reader:
        assert figure(reader, Question("started_communities", "000000", "2023-09"))["value"] == 51295


def test_a_killed_approval_is_finished_by_the_next(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import filings.approval as module

    run_gates(home, "2023-09", "provisional", series=SERIES)
    candidate = make(home, "2023-09", "provisional", series=SERIES)

    def die(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, "_record_approval", die)
        with pytest.raises(KeyboardInterrupt):
            approve(home, candidate["release"], "李某")
    answer = approve(home, candidate["release"], "别人")
    assert (answer["state"], answer["approved_by"]) == ("released", "李某")  # the frozen folder is the word
    assert verify(Path(answer["path"]))["ok"]


def test_sample_releases_are_marked_on_every_file(demo_home: Path, copy_of: Any) -> None:
    home = copy_of(demo_home)
    run_gates(home, "2023-09", "final", sample=True, series=["started_communities"])
    candidate = make(home, "2023-09", "final", sample=True, series=["started_communities"])
    folder = Path(candidate["path"])
    assert "sample" in candidate["release"]
    assert all("模拟数据" in p.name for p in (folder / "tables").iterdir())
    assert json.loads((folder / "manifest.json").read_bytes())["marker"] == "模拟数据"
    text = (folder / "tables" / "模拟数据-started_communities.csv").read_text(encoding="utf-8-sig")
    assert all("模拟数据" in line for line in text.splitlines()[1:])
    book = openpyxl.load_workbook(folder / "tables" / "模拟数据-tables.xlsx")
    assert all("模拟数据" in str(sheet["A1"].value) for sheet in book.worksheets)
    run_gates(home, "2023-04", "final", sample=True, series=["started_communities"])
    assert make(home, "2023-04", "final", sample=True, series=["started_communities"])["state"] == "none"


def test_the_cells_of_a_release_have_one_order(demo_home: Path, copy_of: Any) -> None:
    """The same build makes the same bytes: cells of many rows of a list, of one return and one figure, never change places."""
    home = copy_of(demo_home)
    run_gates(home, "2023-09", "provisional", sample=True, series=["cohort_funds_paid"])
    candidate = make(home, "2023-09", "provisional", sample=True, series=["cohort_funds_paid"])
    cells = pq.read_table(Path(candidate["path"]) / "data" / "fct_contributions.parquet").to_pylist()
    figures: dict[Any, list[Any]] = {}
    for c in cells:
        key = tuple(c[n] for n in ("indicator", "area_code", "dim_code", "group_id", "basis"))
        rows = c["row_no"] is None, c["row_no"] or 0
        figures.setdefault(key, []).append((c["figure_role"], c["unit_code"], c["observation_id"], *rows, c["field"]))
    assert any(
        len({p[:3] for p in places}) < len(places) for places in figures.values()
    )  # there is something to confuse
    assert all(places == sorted(set(places)) for places in figures.values())


def test_an_approval_needs_a_name_and_a_known_candidate(home: Path) -> None:
    with pytest.raises(UsageError, match="姓名"):
        approve(home, "2023-09-provisional-01", " ")
    with pytest.raises(UsageError, match="2023-09-provisional-01"):
        approve(home, "2023-09-provisional-01", "李某")


def test_a_return_never_enters_a_real_release_of_another_basis_unseen(home: Path, tmp_path: Path) -> None:
    """One county's real return does not replace the national table: the partial sum stays an alternative."""
    write_return(tmp_path / "a.xlsx", "J1", period="2023")
    Receiver(home).receive([write_return(tmp_path / "b.xlsx")])
    build(home)
    with open_reader(home) as reader:
        answer = figure(reader, Question("started_communities", "000000", "2023-09"))
    assert answer["value"] == 51294
    assert [(a["value"], a["basis"]) for a in answer["alternatives"] if a["source_kind"] == "return"] == [
        (6, "partial")
    ]
