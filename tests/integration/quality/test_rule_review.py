"""The monthly table of rules, on a register whose answer was worked out on paper (see `home`)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from ingestion.errors import UsageError
from quality.decisions import decide, explain
from quality.receive import Receiver
from quality.rule_review import rule_report
from tests.factories import edit, set_header, set_value, write_return

SEPTEMBER = "2023-09"


def at(day: int, hour: int = 9) -> dt.datetime:
    return dt.datetime(2023, 10, day, hour, tzinfo=dt.UTC)


class Office:
    """Files returns of September 2023 and answers them, at given days of October."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.receiver, self.files = folder, Receiver(folder / "home"), 0

    def file(self, unit: str, day: int, form: str = "J2", period: str = SEPTEMBER, **changes: Any) -> dict[str, Any]:
        self.files += 1
        path = write_return(self.folder / f"{self.files}.xlsx", form, unit=unit, period=period, **changes)
        return self.receiver.receive([path], received_at=at(day), decided_at=at(day))[0]

    def uphold(self, submission: str, day: int) -> None:
        explain(self.receiver.home, submission, "J2-015", "W3", at=at(day))
        assert decide(self.receiver.home, submission, "accept", by="王某", at=at(day, 10))["state"] == "decided"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Seven units, of which J2-015 (no starts outside the plan) fires on five:

    110101 clean · 110102 explained and accepted on the 4th · 110105 explained and accepted, then filed again with
    another number and explained and accepted · 110106 corrected on the 6th · 110107 waits · 110108 explained but sent
    back on the 5th, corrected on the 8th · 110109 does not add up (J2-007, an error), corrected on the 7th.
    """
    office = Office(tmp_path)
    office.file("110101", 3)
    office.uphold(office.file("110102", 3, xq_off=2)["submission_id"], 4)
    office.uphold(office.file("110105", 3, xq_off=2)["submission_id"], 4)
    office.uphold(office.file("110105", 5, xq_off=1)["submission_id"], 6)
    office.file("110106", 3, xq_off=1)
    office.file("110106", 6)
    office.file("110107", 3, xq_off=4)
    sent_back = office.file("110108", 3, xq_off=3)["submission_id"]
    explain(office.receiver.home, sent_back, "J2-015", "W3", at=at(4))
    decide(office.receiver.home, sent_back, "return", by="王某", at=at(5))
    office.file("110108", 8)
    assert office.file("110109", 3, f_total=801, f_close=401)["verdict"] == "returned"
    office.file("110109", 7)
    office.file("110101", 3, period="2023-08", xq_off=5)  # of another month
    return office.receiver.home


def of(answer: dict[str, Any], rule: str) -> dict[str, Any]:
    return next(r for r in answer["rules"] if r["rule"] == rule)


def test_a_rule_s_firings_are_counted_by_what_became_of_them(home: Path) -> None:
    answer = rule_report(home, SEPTEMBER)
    assert (answer["period"], answer["returns"], answer["without_period"]) == (SEPTEMBER, 7, 0)
    held = of(answer, "J2-015")
    counted = {k: held[k] for k in ("judged", "fired", "units", "upheld", "corrected", "overridden", "noted", "open")}
    assert counted == {
        "judged": 7, "fired": 5, "units": 5, "upheld": 2, "corrected": 2, "overridden": 0, "noted": 0, "open": 1}  # fmt: skip
    assert held["findings"] == 6  # one a version, and 110105 fired twice
    assert (held["false_alarms"], held["false_alarm_rate"]) == (1, "0.2")  # 110105 changed its number: 1 of 5


def test_an_error_that_was_mended_is_corrected_and_a_silent_rule_has_no_rate(home: Path) -> None:
    answer = rule_report(home, SEPTEMBER)
    held = of(answer, "J2-007")
    assert (held["fired"], held["corrected"], held["false_alarm_rate"]) == (1, 1, "0")
    silent = of(answer, "J2-008")
    assert (silent["judged"], silent["fired"], silent["false_alarm_rate"]) == (7, 0, None)


def test_what_could_not_be_told_is_not_judged(home: Path) -> None:
    held = of(rule_report(home, SEPTEMBER), "J2-005")  # asks for the plan, which nobody filed
    assert (held["judged"], held["cannot_tell"], held["fired"]) == (0, 7, 0)


def test_the_table_of_an_earlier_day_is_what_was_known_then(home: Path) -> None:
    held = of(rule_report(home, SEPTEMBER, as_of=at(4, 23)), "J2-015")
    # on the 4th: 110102 and 110105 are accepted; 110106, 110107 and 110108 wait
    assert (held["upheld"], held["corrected"], held["open"], held["false_alarm_rate"]) == (2, 0, 3, "0.4")


def test_the_newest_month_is_taken_and_the_year_holds_the_month_before(home: Path) -> None:
    answer = rule_report(home)
    assert (answer["period"], answer["months"]) == (SEPTEMBER, {"from": "2022-10", "to": SEPTEMBER})
    held = of(answer, "J2-015")
    assert (held["fired"], held["year"]["fired"], held["year"]["judged"]) == (5, 6, 8)


def test_rules_of_the_reader_are_listed_where_they_fired(tmp_path: Path) -> None:
    office = Office(tmp_path)
    path = edit(write_return(tmp_path / "x.xlsx", unit="110101"), set_value("01", "三百"))
    office.receiver.receive([path], received_at=at(3), decided_at=at(3))
    held = of(rule_report(office.receiver.home, SEPTEMBER), "FDT-001")
    assert (held["severity"], held["judged"], held["fired"], held["open"]) == ("error", 1, 1, 1)


def test_a_file_that_says_no_unit_is_counted_beside_the_table(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.file("110101", 3)
    path = edit(write_return(tmp_path / "x.xlsx"), set_header("填报单位代码", "999999"))
    office.receiver.receive([path], received_at=dt.datetime(2023, 9, 28, tzinfo=dt.UTC), decided_at=at(1))
    answer = rule_report(office.receiver.home, SEPTEMBER)
    assert (answer["returns"], answer["without_period"]) == (1, 1)


def test_upheld_in_over_four_of_five_firings_is_put_up_for_lowering(tmp_path: Path) -> None:
    office = Office(tmp_path)
    units = ["110101", "110102", "110105", "110106", "110107"]
    for unit in units[:4]:
        office.uphold(office.file(unit, 3, xq_off=2)["submission_id"], 4)
    last = office.file(units[4], 3, xq_off=2)["submission_id"]
    held = of(rule_report(office.receiver.home, SEPTEMBER), "J2-015")
    assert (held["upheld"], held["fired"], held["suggestion"]) == (4, 5, None)  # 80 % is not over 80 %
    office.uphold(last, 4)
    held = of(rule_report(office.receiver.home, SEPTEMBER), "J2-015")
    assert (held["suggestion"], held["false_alarm_rate"]) == ("lower", "1")
    assert "触发 5 份" in held["reason_zh"] and "80%" in held["reason_zh"]


def test_a_warning_that_is_corrected_nearly_always_is_put_up_for_raising(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.file("110101", 3, xq_off=2)
    office.file("110101", 4)
    office.file("110102", 3, f_total=801, f_close=401)
    office.file("110102", 4)
    answer = rule_report(office.receiver.home, SEPTEMBER)
    assert of(answer, "J2-015")["suggestion"] == "raise"
    assert of(answer, "J2-007")["suggestion"] is None  # an error cannot be raised


def test_silence_counts_only_over_twelve_months(tmp_path: Path) -> None:
    office = Office(tmp_path)
    for month in range(1, 12):
        office.file("110101", 3, period=f"2023-{month:02d}" if month < 10 else f"2022-{month:02d}")
    assert of(rule_report(office.receiver.home, SEPTEMBER), "J2-015")["suggestion"] is None  # eleven
    office.file("110101", 3, period="2022-12")
    answer = rule_report(office.receiver.home, SEPTEMBER)
    assert answer["periods_known"] == 12
    assert of(answer, "J2-015")["suggestion"] == "retire"
    assert of(answer, "J2-005")["suggestion"] is None  # it could never be told


def test_what_cannot_be_asked_is_refused(home: Path, tmp_path: Path) -> None:
    for period in ("2023-13", "去年", "2023-9"):
        with pytest.raises(UsageError, match=period):
            rule_report(home, period)
    with pytest.raises(UsageError, match="--sample"):
        rule_report(home, sample=True)
