"""The commands that review the audit, from outside: the table of rules, lists by influence, the study."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.test_cli import answer, run
from tests.factories import write_return


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Two returns in force, one that does not add up, one that asks for an explanation."""
    home = tmp_path / "home"
    files = [
        write_return(tmp_path / "a.xlsx", unit="110101"),
        write_return(tmp_path / "b.xlsx", unit="130102"),
        write_return(tmp_path / "c.xlsx", unit="110105", f_total=900, f_close=500),
        write_return(tmp_path / "d.xlsx", unit="110106", xq_off=2),
    ]
    run("receive", *files, home=home, code=1)
    return home


def test_the_table_of_rules_in_both_languages(home: Path) -> None:
    found = answer("rulebook", "report", "--period", "2023-09", home=home)
    fired = {r["rule"]: (r["judged"], r["fired"], r["open"]) for r in found["rules"] if r["fired"]}
    assert fired == {"J2-007": (4, 1, 1), "J2-015": (4, 1, 1)}
    zh = run("rulebook", "report", home=home, code=0).stdout
    assert "误报率" in zh and "无计划外开工" in zh
    en = run("rulebook", "report", "--lang", "en", home=home, code=0).stdout
    assert "false alarms" in en and "J2-015" in en and "误报率" not in en
    refused = run("rulebook", "report", "--period", "2023-13", home=home, code=2)
    assert "2023-13" in refused.stderr and len(refused.stderr.splitlines()) == 1


def test_lists_and_single_returns_show_what_a_finding_may_change(home: Path) -> None:
    rows = answer("returns", "list", "--by-influence", home=home)
    first = rows[0]
    # 100 of 800 万元 arrived in force in 北京, of 1,600 in the nation
    assert (first["unit_code"], first["influence"]["rule"], first["influence"]["effect"]) == (
        "110105",
        "J2-007",
        "1000000",
    )
    assert (first["influence"]["share_province"], first["influence"]["share_nation"]) == ("0.125", "0.0625")
    shown = answer("returns", "show", first["submission_id"], home=home)
    assert shown["findings"][0]["influence"]["basis"] == "difference"
    text = run("returns", "show", first["submission_id"], home=home, code=0).stdout
    assert "1000000 元" in text and "12.5000%" in text and "6.2500%" in text
    assert "6.2500%" in run("returns", "list", "--by-influence", home=home, code=0).stdout


def test_check_keeps_its_contract(tmp_path: Path) -> None:
    found = answer("check", write_return(tmp_path / "a.xlsx", f_total=900, f_close=500), code=1)[0]
    assert set(found["findings"][0]) == {
        "rule", "severity", "level", "form", "field", "sheet", "cell", "row_key", "found", "expected", "message_zh",
        "message_en", "explained"}  # fmt: skip


def test_the_study_as_a_table_and_as_a_document() -> None:
    small = ("samples", "study", "--per-kind", "1", "--mixtures", "4", "--units", "3", "--no-relations")
    found = answer(*small)
    assert all(k["planted"] == k["at_cell"] == 1 for k in found["kinds"])
    assert found["clean"]["accepted"] == found["clean"]["returns"] == 8
    text = run(*small, code=0).stdout
    assert "按规则 by its rule" in text and "误报 errors 0" in text and "模拟数据" in text
