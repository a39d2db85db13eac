"""What a rule was when it judged stays with the results, whatever the rule book becomes."""

from __future__ import annotations

from pathlib import Path

from ingestion.catalogue import Catalogue
from quality.answers import show_submission
from quality.receive import Receiver
from tests.factories import edit, set_value, write_return
from tests.rulebooks import change, copied


def test_a_finding_keeps_its_rule_and_sql_as_they_were(tmp_path: Path) -> None:
    bad = edit(write_return(tmp_path / "first.xlsx"), set_value("59", "1"))  # the closing balance no longer closes
    home = tmp_path / "home"
    book = Catalogue(copied(tmp_path))
    [first] = Receiver(home, book).receive([bad])
    before = show_submission(home, first["submission_id"])
    fired = {f["rule"] for f in before["findings"]}
    of_sql = {rule for rule in fired if rule in book.rules_by_id}
    assert of_sql and set(before["rules"]) == of_sql
    [asked] = before["rules"][closing(before)]["sql"]
    assert asked["over"] == "J2" and all(
        name in asked["condition"] for name in ("f_open", "f_total", "p_total", "f_close")
    )

    change(
        book.root / "rules" / "J2.yaml",
        "params: {total: f_close, parts",
        "note: {zh: 再读一遍, en: read again}\n  params: {total: f_close, parts",
    )
    again = edit(write_return(tmp_path / "second.xlsx"), set_value("59", "2"))
    [second] = Receiver(home, Catalogue(book.root)).receive([again])
    after = show_submission(home, second["submission_id"])
    rule = closing(after)
    assert after["rules"][rule]["rule_hash"] != before["rules"][rule]["rule_hash"]
    assert after["rules"][rule]["sql"] == before["rules"][rule]["sql"]  # words alone were changed
    assert show_submission(home, first["submission_id"])["rules"] == before["rules"]


def closing(shown: dict[str, object]) -> str:
    findings = shown["findings"]
    assert isinstance(findings, list)
    return next(f["rule"] for f in findings if f["field"] == "f_close" and f["severity"] == "error")
