"""What `jiugai bench` answers: the contract's fields, which way a ratio runs, and that every case does its work."""

from decimal import Decimal

import pytest

import orchestration.bench as bench
from ingestion.catalogue import catalogue
from orchestration.bench import Case, measure, months
from orchestration.bench.peers import GreatExpectations, Pandera
from orchestration.bench.rosters import Roster, said_by

FIELDS = {"name", "ours_s", "reference", "reference_s", "ratio", "target", "holds", "spread", "peak_mib"}


class Clock:
    """A clock that only moves when work is done: ours costs 6 seconds, the reference 2."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def spend(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(bench.time, "perf_counter", made)
    return made


@pytest.mark.parametrize(
    ("target", "of", "ratio", "holds"),
    [
        ("3", "ours ÷ reference", "3.000", True),
        ("2.9", "ours ÷ reference", "3.000", False),
        ("0.3", "reference ÷ ours", "0.333", True),
        ("0.4", "reference ÷ ours", "0.333", False),
    ],
)
def test_the_ratio_runs_the_way_its_target_says(clock: Clock, target: str, of: str, ratio: str, holds: bool) -> None:
    row = measure(Case("x", "y", lambda: clock.spend(6), lambda: clock.spend(2), Decimal(target), of), runs=3)  # type: ignore[arg-type]
    assert (row["ours_s"], row["reference_s"], row["spread"]) == ("6.000", "2.000", "0.000")
    assert (row["ratio"], row["holds"]) == (ratio, holds)
    assert row["target"].startswith(of)


def test_the_first_turn_is_not_counted(clock: Clock) -> None:
    costs = iter([100.0, 4.0, 5.0, 9.0])
    row = measure(Case("x", "y", lambda: clock.spend(next(costs)), lambda: clock.spend(1), Decimal(5)), runs=3)
    assert (row["ours_s"], row["spread"]) == ("5.000", "1.000")  # median of 4, 5, 9; (9 - 4) ÷ 5


def test_every_case_runs_and_has_the_fields_of_the_contract(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(bench.SCALES, "tiny", 2)
    monkeypatch.setattr(months, "SIZES", (1, 2))
    rows = bench.run_bench("tiny", runs=1)
    assert all(set(r) == FIELDS for r in rows)
    received = [r["peak_mib"] is not None for r in rows if r["name"].startswith("receive")]
    assert received == [True, False, True, False, True]  # once a set of files; the last is one workbook
    parts = {r["name"].split()[0] for r in rows if not r["name"][0].isdigit()}
    assert (
        sum(r["name"][0].isdigit() for r in rows) == 3
    )  # long rosters, by their rows: a scan, pandera, Great Expectations
    assert parts == {"receive", "audit", "build", "SQL", "growth:", "one", "write", "jiugai"}
    grown = [r for r in rows if "typed rows" in r["name"]]
    assert len(grown) == 2  # a full build beside one pass, and one step of growth
    assert all(r["peak_mib"] > 0 for r in grown)


def test_a_long_roster_breaks_the_rules_it_was_made_to_break_and_the_references_say_the_same() -> None:
    roster = Roster(1_000, catalogue())
    said = roster.violations(roster.checks)
    # a finding points at the first of its fields in the form's order: column 37 of 37 and 38
    # of every 200 rows the first has one agreeing voter too many, the 101st pays one too much
    voted = {row for rule, column, row, *_ in said if (rule, column) == ("J4-013", "vote_part")}
    assert voted == {0, 200, 400, 600, 800}
    paid = {row for rule, column, row, *_ in said if (rule, column) == ("J4-017", "fund_paid")}
    assert paid == {100, 300, 500, 700, 900}
    for peer in (Pandera, GreatExpectations):
        mine = said_by(roster.violations([c for c in roster.checks if peer.says(c)]))
        assert said_by(peer(roster).violations()) == mine
        assert {("J4-017", row) for row in paid} <= mine
