"""The command contract from outside: exit codes, one JSON document, one line on stderr, never a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.factories import edit, far_corner, set_value, write_return

JIUGAI = Path(sys.executable).with_name("jiugai")


def run(*arguments: object, home: Path | None = None, code: int | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **({"JIUGAI_HOME": str(home)} if home else {})}
    done = subprocess.run(
        [str(JIUGAI), *map(str, arguments)], capture_output=True, text=True, env=environment, timeout=120, check=False
    )
    assert "Traceback" not in done.stderr + done.stdout, done.stderr
    if code is not None:
        assert done.returncode == code, (done.stdout, done.stderr)
    return done


def answer(*arguments: object, home: Path | None = None, code: int = 0) -> Any:
    return json.loads(run(*arguments, "--json", home=home, code=code).stdout)


def commands() -> list[list[str]]:
    from orchestration.cli import cli

    found: list[list[str]] = []
    for name, command in cli.commands.items():
        inner = getattr(command, "commands", None)
        found += [[name, n] for n in inner] if inner else [[name]]
    return found


@pytest.mark.parametrize("command", [[], *commands()], ids=lambda c: " ".join(c) or "jiugai")
def test_help_on_each_level_has_an_example(command: list[str]) -> None:
    text = run(*command, "--help", code=0).stdout
    assert "Example" in text


def test_help_check_and_figure_never_load_the_heavy_libraries(tmp_path: Path) -> None:
    path = write_return(tmp_path / "a.xlsx")
    script = (
        "import sys; from orchestration.cli import main; sys.argv = ['jiugai', *sys.argv[1:]]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'dagster', 'dbt', 'great_expectations', 'plotly', 'pandas', 'numpy', 'pyarrow', 'sqlalchemy'}\n"
        "heavy &= set(sys.modules)\n"
        "print('HEAVY', sorted(heavy))"
    )
    asked = ["started_communities", "--area", "000000", "--period", "2023-09", "--home", str(tmp_path)]
    for arguments in (["--help"], ["check", str(path), "--json"], ["figure", *asked]):  # no build: it says so and ends
        done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True)
        assert done.stdout.rstrip().endswith("HEAVY []"), done.stdout[-200:]


def test_check_answers_in_the_words_of_the_contract(tmp_path: Path) -> None:
    sound = write_return(tmp_path / "sound.xlsx")
    answers = answer("check", sound)
    assert [(a["form"], a["unit_code"], a["period"], a["verdict"]) for a in answers] == [
        ("J2", "110108", "2023-09", "accepted")
    ]
    assert answers[0]["values"]["p_total"] | {"cell": "", "sheet": ""} == {
        "value": "5000000", "unit": "元", "sheet": "", "cell": "", "raw": "500"}  # fmt: skip
    assert answers[0]["values"]["xq_start"]["value"] == 6
    bad = edit(write_return(tmp_path / "bad.xlsx"), set_value("42", "八百"))
    (tmp_path / "far.xlsx").write_bytes(far_corner())
    answers = answer("check", bad, tmp_path / "far.xlsx", code=1)
    assert [a["verdict"] for a in answers] == ["returned", "unreadable"]
    done = run("check", tmp_path / "far.xlsx", "--json", code=2)  # nothing could be read: not done, and said on stderr
    assert [a["verdict"] for a in json.loads(done.stdout)] == ["unreadable"]
    assert done.stderr.count("\n") == 1 and "far.xlsx" in done.stderr and "请" in done.stderr
    finding = answers[0]["findings"][0]
    assert set(finding) >= {"rule", "severity", "level", "form", "field", "sheet", "cell", "row_key", "found", "expected",
                            "message_zh", "message_en", "explained"}  # fmt: skip
    assert finding["cell"] and finding["found"] == "八百"


def test_check_writes_a_report_that_a_clerk_can_read(tmp_path: Path) -> None:
    bad = edit(write_return(tmp_path / "bad.xlsx"), set_value("42", "八百"))
    run("check", bad, "--report", tmp_path / "报告.xlsx", code=1)
    cells = [c.value for row in openpyxl.load_workbook(tmp_path / "报告.xlsx").worksheets[0].iter_rows() for c in row]
    assert any("八百" in str(c) and "请只填数字" in str(c) for c in cells)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check", "nowhere.xlsx"], "nowhere.xlsx"),
        (["check", "."], "是文件夹"),
        (["receive", "nowhere"], "nowhere"),
        (["receive", "pyproject.toml", "--publication", "T0000"], "T0000"),
        (["receive", "pyproject.toml", "--received-at", "昨天"], "昨天"),
        (["figure", "nothing", "--area", "000000", "--period", "2023"], "nothing"),
        (["figure", "started_communities", "--area", "000000", "--period", "2023"], "jiugai build"),
        (["figure", "started_communities"], "--area"),
        (["figure", "started_communities", "--area", "0", "--period", "2023", "--dim", "source"], "source"),
        (["gates", "run", "--period", "2023-09", "--kind", "perfect"], "perfect"),
        (["release", "approve", "nothing", "--by", "李某"], "nothing"),
        (["release", "verify", "nowhere"], "nowhere"),
        (["returns", "show", "S999999"], "S999999"),
        (["nonsense"], "nonsense"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_2(arguments: list[str], said: str, tmp_path: Path) -> None:
    done = run(*arguments, home=tmp_path / "home", code=2)
    assert said in done.stderr and len(done.stderr.strip().splitlines()) == 1
    assert done.stdout == ""


def test_receive_list_show_follow_the_contract(tmp_path: Path) -> None:
    home = tmp_path / "home"
    path = write_return(tmp_path / "a.xlsx")
    first = answer("receive", path, "--filed-by", "海淀区", home=home)
    assert set(first[0]) == {"file", "submission_id", "verdict", "duplicate_of", "supersedes"}
    again = answer("receive", path, home=home)
    assert again[0]["duplicate_of"] == first[0]["submission_id"]
    bad = write_return(tmp_path / "b.xlsx", unit="110101", f_total=None)
    assert answer("receive", bad, home=home, code=1)[0]["verdict"] == "returned"
    rows = answer("returns", "list", "--status", "accepted", home=home)
    assert [(r["submission_id"], r["filed_by"]) for r in rows] == [(first[0]["submission_id"], "海淀区")]
    assert (
        answer("returns", "list", "--unit", "110101", "--form", "J2", "--period", "2023-09", home=home)[0]["status"]
        == "returned"
    )
    shown = answer("returns", "show", rows[0]["submission_id"], home=home)
    assert shown["unit_code"] == "110108" and isinstance(shown["findings"], list)


def test_figure_trace_and_build_from_the_command(published_home: Path, tmp_path: Path) -> None:
    shown = answer("figure", "started_communities", "--area", "000000", "--period", "2023-09", home=published_home)
    assert shown["value"] == 51294
    wanted = {"indicator", "area", "period", "dims", "programme", "value", "unit", "numerator", "denominator", "obs_status",
              "basis", "source_kind", "printed", "half_unit", "qualifier", "alternatives", "coverage", "release", "as_of",
              "formula_zh", "sample_data"}  # fmt: skip
    assert wanted <= set(shown)
    traced = answer("trace", "started_communities", "--area", "000000", "--period", "2023-09", home=published_home)
    assert len(traced["contributions"]) == 32 and traced["sum"] == 51294
    assert {"role", "weight", "unit_code", "unit_name", "submission_id", "version", "file", "sha256", "sheet", "cell", "raw",
            "value", "edited"} <= set(traced["contributions"][0])  # fmt: skip
    absent = answer("figure", "started_households", "--area", "000000", "--period", "2024", home=published_home, code=1)
    assert absent["value"] is None and absent["obs_status"] == "L"
    people = run("figure", "started_communities", "--area", "000000", "--period", "2020", home=published_home, code=0)
    assert "40279" in people.stdout and "4.03万个" in people.stdout
    # 31 printed rows are 51077; the plan that the months' starts and rates allow is 51155 to 51193
    left = run("figure", "plan_communities", "--area", "660000", "--period", "2022", home=published_home, code=1)
    assert "无数" in left.stdout and "78 — 116 个" in left.stdout
    english = run("figure", "started_communities", "--area", "000000", "--period", "2020", "--lang", "en",
                  home=published_home, code=0)  # fmt: skip
    assert "Communities on which renovation started" in english.stdout


def test_gates_and_release_from_the_command(published_home: Path, copy_of: Any) -> None:
    home = copy_of(published_home)
    refused = answer("release", "make", "--period", "2023-09", "--kind", "provisional", "--series", "started_communities",
                     home=home, code=1)  # fmt: skip
    assert refused["state"] == "none" and refused["left_out"][0]["series"] == "started_communities"
    rows = answer("gates", "run", "--period", "2023-09", "--series", "started_communities", home=home)
    assert {"gate", "series", "period", "kind", "programme", "source_kind", "severity", "verdict", "observed", "expected",
            "data_hash", "suite_version", "message_zh"} <= set(rows[0])  # fmt: skip
    assert len(answer("gates", "show", home=home)) == len(rows)
    made = answer(
        "release", "make", "--period", "2023-09", "--kind", "provisional", "--series", "started_communities", home=home
    )
    approved = answer("release", "approve", made["release"], "--by", "李某", home=home)
    assert approved["state"] == "released"
    verified = answer("release", "verify", approved["path"])
    assert (verified["release"], verified["ok"], verified["problems"]) == (made["release"], True, [])
    assert [r["state"] for r in answer("release", "list", home=home)] == ["no_filing", "released"]
    shown = answer(
        "figure",
        "started_communities",
        "--area",
        "000000",
        "--period",
        "2023-09",
        "--release",
        made["release"],
        home=home,
    )
    assert (shown["value"], shown["release"]) == (51294, made["release"])
    csv = Path(approved["path"]) / "tables" / "started_communities.csv"
    csv.chmod(0o644)
    csv.write_bytes(csv.read_bytes() + b" ")
    broken = answer("release", "verify", approved["path"], code=1)
    assert [p["path"] for p in broken["problems"]] == ["tables/started_communities.csv"]
