"""The commands of who collects and of the rule book, from outside: answers, exit codes, one line on stderr."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.e2e.test_cli import answer, run
from tests.factories import write_return


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def waiting(home: Path, tmp_path: Path) -> str:
    """A return that asks for an explanation of J2-015."""
    found = answer("receive", write_return(tmp_path / "w.xlsx", xq_off=2), home=home)  # exit 0: nothing is wrong yet
    assert found[0]["verdict"] == "needs_explanation"
    return str(found[0]["submission_id"])


def test_check_says_that_an_explanation_is_needed_and_that_nothing_is_wrong(tmp_path: Path) -> None:
    found = answer("check", write_return(tmp_path / "w.xlsx", xq_off=2), code=0)[0]
    assert found["verdict"] == "needs_explanation"
    assert [f["explained"] for f in found["findings"] if f["rule"] == "J2-015"] == [False]
    report = tmp_path / "报告.xlsx"
    run("check", tmp_path / "w.xlsx", "--report", report, code=0)
    cells = [str(c.value) for row in openpyxl.load_workbook(report).worksheets[0].iter_rows() for c in row]
    assert any("报送后须以原因代码说明" in c for c in cells)


def test_explain_and_decide_from_the_command(home: Path, tmp_path: Path) -> None:
    submission = waiting(home, tmp_path)
    refused = answer("decide", submission, "accept", "--by", "王某", home=home, code=1)
    assert refused["state"] == "refused" and "J2-015" in refused["reasons_zh"][0]
    said = answer("explain", submission, "J2-015", "--reason", "W3", "--text", "[待补入]", home=home)
    assert (said["reason_zh"], said["unexplained"]) == ("计划调整", [])
    done = answer("decide", submission, "accept", "--by", "王某", "--note", "[同意]", home=home)
    assert (done["state"], done["status"]) == ("decided", "accepted")
    text = run("returns", "show", submission, home=home, code=0).stdout
    assert "计划调整 [待补入]" in text and "王某 [同意]" in text
    assert answer("returns", "list", "--status", "needs_explanation", home=home) == []
    assert "退回" in run("decide", submission, "return", "--by", "李某", home=home, code=0).stdout


def test_chase_from_the_command(home: Path, tmp_path: Path) -> None:
    submission = waiting(home, tmp_path)
    found = answer("chase", "--form", "J2", "--period", "2023-09", "--province", "110000", home=home)
    assert (found["expected"], found["in_force"], len(found["rows"])) == (16, 0, 16)
    row = next(r for r in found["rows"] if r["unit_code"] == "110108")
    assert (row["status"], row["submission_id"], row["to_explain"]) == ("needs_explanation", submission, ["J2-015"])
    text = run("chase", "--form", "J2", "--period", "2023-09", "--province", "110000", home=home, code=0).stdout
    assert "2023-10-07" in text and "中秋节、国庆节顺延" in text and "海淀区" in text and "说明 explain J2-015" in text


def test_calendar_from_the_command() -> None:
    rows = answer("calendar", "--year", "2025")
    september = next(r for r in rows if (r["form"], r["level"], r["period"]) == ("J2", "county", "2025-09"))
    assert (september["original"], september["date"], september["moved"]) == ("2025-10-05", "2025-10-09", True)
    assert all(r["holidays_known"] for r in rows)
    text = run("calendar", "--year", "2027", code=0).stdout
    assert "待国务院公布" in text
    days = [line.split()[0] for line in text.splitlines() if line.strip().startswith("2027")]
    assert len(days) > 80 and days == sorted(days)


def test_blank_writes_what_check_reads_with_last_values_beside_the_cells(home: Path, tmp_path: Path) -> None:
    answer("receive", write_return(tmp_path / "a.xlsx", period="2023-08"), home=home)
    out = tmp_path / "september.xlsx"
    made = answer("blank", "J2", "--unit", "110108", "--period", "2023-09", "--out", out, "--prefill", home=home)
    assert made["previous"]["period"] == "2023-08" and made["unit_name"] == "海淀区"
    cells = [c.value for row in openpyxl.load_workbook(out).worksheets[0].iter_rows() for c in row]
    assert 800 in cells  # f_total of August, beside its empty cell
    found = answer("check", out, code=1)[0]  # nothing was filled in: every required item is missing
    assert (found["form"], found["unit_code"], found["period"], found["values"]) == ("J2", "110108", "2023-09", {})
    assert {f["rule"] for f in found["findings"] if f["severity"] == "error"} == {"J2-001"}


def test_blank_never_overwrites_and_names_its_file_by_what_it_is(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert (
        answer("blank", "J2", "--unit", "110108", "--period", "2023-09", home=home)["path"] == "J2_110108_2023-09.xlsx"
    )
    before = (tmp_path / "J2_110108_2023-09.xlsx").read_bytes()
    run("blank", "J2", "--unit", "110108", "--period", "2023-09", home=home, code=2)
    assert (tmp_path / "J2_110108_2023-09.xlsx").read_bytes() == before


def test_the_rule_book_is_checked_printed_and_described(tmp_path: Path) -> None:
    assert answer("rulebook", "check") == []
    annex = tmp_path / "附录.md"
    run("rulebook", "doc", annex, code=0)
    assert annex.read_text(encoding="utf-8") == run("rulebook", "doc", code=0).stdout
    written = answer("rulebook", "schema", tmp_path / "schema")
    assert all(json.loads(Path(p).read_text(encoding="utf-8"))["$schema"] for p in written)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["explain", "S999999", "J2-015", "--reason", "W8"], "S999999"),
        (["explain", "S999999", "J2-015"], "--reason"),
        (["explain", "S999999", "J2-015", "--reason", "好"], "W1 口径更正"),
        (["explain", "S999999", "J2-015", "--reason", "W8", "--at", "昨天"], "昨天"),
        (["decide", "S999999", "accept", "--by", "王某"], "S999999"),
        (["decide", "S999999", "perhaps", "--by", "王某"], "perhaps"),
        (["decide", "S999999", "accept"], "--by"),
        (["chase", "--form", "J9", "--period", "2023"], "J9"),
        (["chase", "--form", "J2", "--period", "九月"], "九月"),
        (["chase", "--form", "J2", "--period", "2023-09", "--province", "1"], "1"),
        (["calendar", "--year", "99999"], "99999"),
        (["calendar", "--year", "今年"], "今年"),
        (["blank", "J2", "--unit", "110108", "--period", "2023"], "2023-09"),
        (["blank", "J1", "--unit", "110108", "--period", "2023-09"], "2023"),
        (["blank", "J2", "--unit", "999999", "--period", "2023-09"], "999999"),
        (["blank", "J2", "--unit", "110108", "--period", "2023-09", "--out", "nowhere/x.xlsx"], "nowhere"),
        (["rulebook", "check", "--rulebook", "nowhere"], "nowhere"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_2(arguments: list[str], said: str, tmp_path: Path) -> None:
    done: Any = run(*arguments, home=tmp_path / "home", code=2)
    assert said in done.stderr and len(done.stderr.strip().splitlines()) == 1
    assert done.stdout == ""
