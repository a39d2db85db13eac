"""The three accounts of a year side by side: what agrees, what differs and why, and what an account cannot say."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from filings.funds import accounts
from filings.reader import Reader, open_reader
from ingestion.errors import UsageError
from quality.warehouse import build
from tests.hand_made import file_return

CITY, YUSHUI, FENYI = "360500", "360502", "360521"
WAN = 10000


@pytest.fixture(scope="module")
def reader(xinyu_home: Path) -> Iterator[Reader]:
    with open_reader(xinyu_home) as opened:
        yield opened


def row(reader: Reader, item: str, area: str = CITY, year: str = "2023", **which: str) -> dict[str, Any]:
    wanted = {"source": None, "level": None, **which}
    rows = [r for r in accounts(reader, area, year) if r["item"] == item]
    return next(r for r in rows if all(r[k] == v for k, v in wanted.items()))


def amounts(found: dict[str, Any], *names: str) -> list[Decimal | None]:
    """In 万元."""
    return [None if found[n] is None else Decimal(found[n]) / WAN for n in names]


@pytest.mark.parametrize(
    ("item", "j2", "j3f", "j4f", "residual_j2_j4f", "verdict"),
    [  # 万元, both counties; the roster lacks a5, merged with its 10 arrived and 6 paid
        ("planned", 180 + 65, 180 + 65, None, None, "agrees"),
        ("allotted", None, 170 + 65, (370 - 200) + 65, None, "agrees"),
        ("arrived", 170 + 55, 170 + 55, (310 - 150) + 55, 10, "residual"),
        ("paid", 125 + 25, 125 + 25, (225 - 106) + 25, 6, "residual"),
        ("returned", 5, 5, 5, 0, "agrees"),
        ("balance", 84 + 30, 65 + 15 + 4 + 30, 80 + 30, 4, "residual"),
        ("idle", 20, None, None, None, "no_data"),
    ],
)
def test_each_item_of_the_year_in_three_accounts(
    reader: Reader,
    item: str,
    j2: int | None,
    j3f: int | None,
    j4f: int | None,
    residual_j2_j4f: int | None,
    verdict: str,
) -> None:
    found = row(reader, item)
    assert amounts(found, "j2", "j3f", "j4f", "residual_j2_j4f") == [j2, j3f, j4f, residual_j2_j4f]
    assert found["verdict"] == verdict and found["reason_zh"] and found["reason_en"]
    if j2 is not None and j3f is not None:
        assert found["residual_j2_j3f"] == "0"


def test_what_left_the_roster_is_named(reader: Reader) -> None:
    arrived = row(reader, "arrived")
    assert "不再计数的任务1个，带走累计100000元" in arrived["reason_zh"]
    assert "J2比J4F多100000元" in arrived["reason_zh"]
    residents = row(reader, "arrived", source="F51")  # J2 gathers F51–F56: two accounts are left
    assert amounts(residents, "j2", "j3f", "j4f", "residual_j3f_j4f") == [None, 0, -10, 10]
    assert row(reader, "arrived", level="residents")["verdict"] == "residual"


def test_sources_and_levels_agree_where_the_accounts_do(reader: Reader) -> None:
    for which in ({"source": "F11"}, {"source": "F12"}, {"source": "F42"}, {"level": "central"}, {"level": "bonds"}):
        found = row(reader, "arrived", **which)
        assert found["verdict"] == "agrees" and None not in amounts(found, "j2", "j3f", "j4f"), which
    assert amounts(row(reader, "arrived", level="central"), "j2", "j3f", "j4f") == [220, 220, 220]
    assert {r["source"] for r in accounts(reader, CITY, "2023")}.isdisjoint({"F10"})  # never both streams in one source


def test_idle_money_has_a_limit_beside_the_filed_figure(reader: Reader) -> None:
    idle = row(reader, "idle")
    assert (idle["j4f"], Decimal(idle["upper_bound"])) == (None, 40 * WAN)
    assert "上限" in idle["reason_zh"]


def test_a_first_december_has_no_flow_and_says_which_roster_is_missing(reader: Reader) -> None:
    first = row(reader, "balance", year="2022")  # the stock is there, and no J2 or J3F of that year
    assert amounts(first, "j2", "j3f", "j4f") == [None, None, 44]
    assert first["verdict"] == "no_data"
    arrived = row(reader, "arrived", year="2022")
    assert arrived["j4f"] is None and "2021年12月的项目清单J4" in arrived["reason_zh"]
    assert "2022年12月的月报J2" in arrived["reason_zh"]


def test_a_unit_that_filed_one_account_alone_makes_no_residual(
    xinyu_home: Path, copy_of: Callable[[Path], Path]
) -> None:
    """Other central funds stand in J2's `other`, and a late unit lowers the coverage instead of the agreement."""
    home = copy_of(xinyu_home)
    rows = [
        {"src": "F11", "arrived": Decimal(40)},
        {"src": "F19", "arrived": Decimal(10)},
        {"src": "F42", "arrived": Decimal(5)},
    ]
    file_return(home, "J3", FENYI, "2023", {"e_xq": 1}, {"J3F": rows}, at="2024-03-15T00:00:00.000000Z")
    at = "2024-03-16T00:00:00.000000Z"
    file_return(home, "J2", FENYI, "2023-12", {"f_total": "55", "f_cen_fin": "40", "f_gbond": "5", "f_other": "10",
                "f_prov": "0", "f_local": "0", "f_cen_inv": None, "f_sbond": None, "f_res": None, "f_pipe": None}, at=at)  # fmt: skip
    file_return(home, "J3", "620302", "2023", {"e_xq": 1}, {"J3F": [{"src": "F11", "arrived": Decimal(7)}]})
    build(home)
    with open_reader(home) as reader:
        central = row(reader, "arrived", FENYI, level="central")
        assert Decimal(central["residual_j2_j3f"]) == -10 * WAN and "F19" in central["reason_zh"]
        assert row(reader, "arrived", FENYI)["residual_j2_j3f"] == "0"
        alone = row(reader, "arrived", "620300")  # one of two counties of another city, and no J2
        assert (alone["verdict"], Decimal(alone["j3f"])) == ("no_data", 7 * WAN)
        assert alone["units"] == {"j2": 0, "j3f": 1, "j4f": 0, "expected": 2} and "1/2" in alone["reason_zh"]


def test_the_answer_is_plain_json_and_a_bad_question_says_why(reader: Reader) -> None:
    assert json.loads(json.dumps(accounts(reader, CITY, "2023")))
    assert accounts(reader, CITY, "2019") == []
    with pytest.raises(UsageError, match="2023-12"):
        accounts(reader, CITY, "2023-12")
    with pytest.raises(UsageError, match="999999"):
        accounts(reader, "999999", "2023")
