"""Shares, splits, unit costs, the ledger and the identities, against sums made on paper.

In 万元, 2023; 渝水 and 分宜 are all of 新余市.
  J2 December  渝水  arrived 100 = F11 30 + province 12.5 + city and county 27.51 + special bonds 20 + residents 9.99;
                     paid 80, opened 10, took back 1.5, closed 28.5; works for 120; 400 households and 24,000 m² started,
                     300 households accepted
               分宜  arrived 50 = F11 25 + province 5 + city and county 10 + special bonds 5 + residents 5; paid 40, opened
                     0, nothing said of what was taken back, closed 10.01 (one hundred yuan too many); works for 30; 100
                     households and 6,000 m² started; says nothing of households accepted
  J3F          渝水  F31 10, F32 12, F33 5.51 arrived; F31 opened 1, paid 9, took back 0, closed 2; F32 does not say with
                     what it opened;  分宜  F31 0, F32 10 arrived
  J4 December  渝水  a1 of 2023, with basic content: investment 60 = 40 basic + 20; planned F11 30, F12 14, F21 6, of which
                     20, 10 and 5 came and 8, 4 and 2 were paid; works for 21; item JC01 40
                     a2 of 2023, no basic content: investment 30; planned F11 8, nothing came
                     a3 of 2022, outside the plan: F11 500 planned and come
               分宜  b1 of 2023, no basic content: planned F21 7, of which 3 came
                     b2 of 2021: F51 2 came on 31 December 2022 and F52 9 a day later; what was paid of them nobody says
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from dashboards.files import file_bytes
from dashboards.pages import registry
from dashboards.view import View
from filings.figures import figure
from filings.ledger import Asked, file_of, ledger, projects, summary
from filings.question import Question
from filings.reader import Reader, open_reader
from filings.trace import trace
from ingestion.errors import UsageError
from orchestration.cli import cli
from quality.warehouse import build
from tests.hand_made import file_return
from tests.integration.filings.conftest import FENYI, YUSHUI, money, source, task

CITY = "360500"
WANLI, XINJIAN = "360105", "360112"
WAN = 10000


def filed(home: Path) -> None:
    none = {"f_cen_inv": "0", "f_pipe": "0"}
    file_return(home, "J2", YUSHUI, "2023-12", none | {
        "f_total": "100", "f_cen_fin": "30", "f_prov": "12.5", "f_local": "27.51", "f_sbond": "20", "f_res": "9.99",
        "p_total": "80", "f_open": "10", "f_return": "1.5", "f_close": "28.5", "inv_done": "120", "hh_start": "400",
        "area_start": "24000", "hh_accept": "300",
    })  # fmt: skip
    file_return(home, "J2", FENYI, "2023-12", none | {
        "f_total": "50", "f_cen_fin": "25", "f_prov": "5", "f_local": "10", "f_sbond": "5", "f_res": "5", "p_total": "40",
        "f_open": "0", "f_return": None, "f_close": "10.01", "inv_done": "30", "hh_start": "100", "area_start": "6000",
        "hh_accept": None,
    })  # fmt: skip
    file_return(home, "J3", YUSHUI, "2023", {"e_xq": 1}, {"J3F": [
        source("F31", carry_in="1", arrived="10", paid="9", returned="0", carry_out="2"),
        source("F32", arrived="12", paid="2", carry_out="10"),
        source("F33", arrived="5.51"),
    ]})  # fmt: skip
    file_return(home, "J3", FENYI, "2022", {"e_xq": 1}, {"J3F": [source("F21", carry_out="4")]})
    file_return(home, "J3", FENYI, "2023", {"e_xq": 1}, {"J3F": [
        source("F31", arrived="0"), source("F32", arrived="10", carry_in="0"),
    ]})  # fmt: skip
    file_return(home, "J2", WANLI, "2019-12", {"f_close": "30"})
    file_return(home, "J2", XINJIAN, "2019-12", {"f_close": "50.01"})
    file_return(home, "J2", XINJIAN, "2020-01", none | {
        "f_open": "80.01", "f_total": "0", "p_total": "0", "f_close": "80.01",
    })  # fmt: skip
    y, f, wan = YUSHUI, FENYI, Decimal
    a1 = task(y, 1, 2023, proj_id="P1", hh=100, area=Decimal(8000), inv_total=wan(60), inv_jc=wan(40), inv_ws=wan(20),
              inv_ts=None, inv_done_total=wan(21), has_jc=True)  # fmt: skip
    a2 = task(y, 2, 2023, proj_id="P1", hh=50, area=Decimal(4000), inv_total=wan(30), inv_jc=None, inv_ws=wan(30),
              inv_ts=None, inv_done_total=wan(0), has_jc=False)  # fmt: skip
    a3 = task(y, 3, 2022, proj_id="P2", membership="M2", inv_total=None, inv_jc=None, inv_ws=None, inv_ts=None,
              inv_done_total=None, has_jc=True)  # fmt: skip
    file_return(home, "J4", y, "2023-12", tables={
        "J4": [a1, a2, a3],
        "J4C": [{"task_id": a1["task_id"], "item": "JC01", "invest": wan(40), "done_qty": Decimal("2.5"), "done_ym": "2023-05"}],
        "J4F": [
            money(y, 1, 2023, "F11", "2023-02-01", planned="30", arrived="20", paid="8"),
            money(y, 1, 2023, "F12", "2023-02-01", planned="14", arrived="10", paid="4"),
            money(y, 1, 2023, "F21", "2023-02-01", planned="6", arrived="5", paid="2"),
            money(y, 2, 2023, "F11", planned="8"),
            money(y, 3, 2022, "F11", "2022-02-01", planned="500", arrived="500", paid="0"),
        ],
    })  # fmt: skip
    b1 = task(f, 1, 2023, proj_id="P9", has_jc=False, inv_total=wan(7), inv_jc=None, inv_ws=wan(7), inv_ts=None)
    file_return(home, "J4", f, "2023-12", tables={
        "J4": [b1, task(f, 2, 2021, proj_id="P8", has_jc=False)], "J4C": [], "J4F": [
            money(f, 1, 2023, "F21", "2023-03-01", planned="7", arrived="3", paid="0"),
            money(f, 2, 2021, "F51", "2022-12-31", arrived="2"), money(f, 2, 2021, "F52", "2023-01-01", arrived="9"),
        ],
    })  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("money")
    filed(made)
    build(made)
    return made


@pytest.fixture(scope="module")
def reader(home: Path) -> Iterator[Reader]:
    with open_reader(home) as opened:
        yield opened


def ask(reader: Reader, indicator: str, area: str = CITY, **dims: str) -> dict[str, Any]:
    return figure(reader, Question(indicator, area, "2023", dims))


@pytest.mark.parametrize(
    ("indicator", "area", "value", "numerator", "denominator", "status"),
    [  # operands in 万元, households or m²
        ("local_cofunding_share", YUSHUI, "40.01", "40.01", "100", "A"),
        ("local_cofunding_share", CITY, "36.67", "55.01", "150", "A"),
        ("residents_share", CITY, "9.99", "14.99", "150", "A"),
        ("district_per_city", YUSHUI, "1.751", "17.51", "10", "A"),
        ("district_per_city", CITY, "2.751", "27.51", "10", "A"),
        ("district_per_city", FENYI, None, "10", "0", "M"),  # 1 : anything, the city gave nothing
        ("investment_to_paid", CITY, "125", "150", "120", "A"),  # above 100 stays above 100
        ("investment_per_sqm", CITY, "50", "150", "3", "A"),
        (
            "investment_per_household_accepted",
            CITY,
            "4000",
            "120",
            "0.03",
            "U",
        ),  # 分宜 has no denominator: it is left out
        ("cohort_local_cofunding_share", CITY, "21.05", "8", "38", "A"),
        ("cohort_central_share_basic", YUSHUI, "110", "44", "40", "E"),  # a2 has no basic content, a3 is in no plan
    ],
)
def test_a_rate_divides_the_parts_that_it_names(
    reader: Reader, indicator: str, area: str, value: str | None, numerator: str, denominator: str, status: str
) -> None:
    found = ask(reader, indicator, area)
    assert found["value"] == value
    assert [Decimal(str(found[part])) / WAN for part in ("numerator", "denominator")] == [
        Decimal(numerator),
        Decimal(denominator),
    ]
    assert found["obs_status"] == status


def test_central_money_on_tasks_without_basic_content_stands_apart(reader: Reader) -> None:
    """a2 alone: a1 has basic content, a3 is in no plan, b1 has no central money. The share of basic content leaves it out."""
    assert ask(reader, "cohort_central_outside_basic")["value"] == "80000"
    found = trace(reader, Question("cohort_central_outside_basic", CITY, "2023"))
    assert [(c["field"], c["raw"]) for c in found["contributions"] if c["cell"]] == [("J4F.planned", "8")]


def test_the_parts_of_a_rate_open_into_their_cells(reader: Reader) -> None:
    found = trace(reader, Question("district_per_city", CITY, "2023"))
    top = [
        (c["unit_code"], c["field"], c["raw"]) for c in found["contributions"] if c["role"] == "numerator" and c["cell"]
    ]
    assert sorted(top) == [(YUSHUI, "J3F.arrived", "12"), (YUSHUI, "J3F.arrived", "5.51"), (FENYI, "J3F.arrived", "10")]
    assert found["sum"] == {"numerator": "275100", "denominator": "100000"}


def test_a_rate_without_one_of_its_parts_has_no_value(reader: Reader) -> None:
    absent = figure(reader, Question("district_per_city", CITY, "2023-12"))  # months do not split cities from counties
    assert (absent["value"], absent["obs_status"]) == (None, "L") and absent["reason_zh"]


def test_a_limit_of_idle_money_takes_all_that_came_where_no_payment_is_filed(reader: Reader) -> None:
    """Twelve months to the day count, a day less does not: F51 of 分宜 alone."""
    bound = ask(reader, "funds_idle_upper_bound")
    assert (bound["value"], bound["obs_status"]) == ("20000", "E")
    found = trace(reader, Question("funds_idle_upper_bound", CITY, "2023"))
    assert [(c["field"], c["value"]) for c in found["contributions"] if c["cell"]] == [
        ("J4F.arrived", "20000"), ("J4F.paid", "0"), ("J4F.returned", "0"),
    ]  # fmt: skip
    assert found["sum"] == "20000"


def test_a_group_is_asked_for_by_its_name(home: Path) -> None:
    asked = ["figure", "funds_arrived", "--area", CITY, "--period", "2023", "--home", str(home), "--json"]
    answers = [CliRunner().invoke(cli, [*asked, "--dim", dim]).output for dim in ("group=local", "level=local")]
    assert answers[0] == answers[1]
    assert json.loads(answers[0])["value"] == "375100"


@pytest.mark.parametrize(
    ("indicator", "account", "movement", "dims"),
    [
        ("funds_opening", "J2", "opening", {}),
        ("funds_arrived", "J2", "arrived", {}),
        ("funds_arrived", "J2", "arrived", {"source": "F11"}),
        ("funds_arrived", "J2", "arrived", {"level": "residents"}),
        ("funds_paid", "J2", "paid", {}),
        ("funds_balance", "J2", "closing", {}),
        ("investment_done", "J2", "investment_done", {}),
        ("funds_arrived", "J3F", "arrived", {"source": "F32"}),
        ("roster_funds_arrived", "J4F", "arrived", {}),
        ("roster_funds_paid", "J4F", "paid", {"source": "F12"}),
        ("roster_funds_arrived", "J4F", "arrived", {"level": "provincial"}),
    ],
)
def test_the_rows_of_a_filter_add_up_to_the_figure_of_the_same_question(
    reader: Reader, indicator: str, account: str, movement: str, dims: dict[str, str]
) -> None:
    asked = Asked(CITY, "2023", dims.get("source"), dims.get("level"), account, movement)
    rows = [r for r in ledger(reader, asked) if r["counts"] and (dims or not r["is_part"])]
    figures = ask(reader, indicator, **dims)
    assert rows and figures["account"] == account
    assert sum(Decimal(r["amount"]) for r in rows) == Decimal(figures["value"])
    assert [s["amount"] for s in summary(reader, asked)["sums"]] == [figures["value"]]


def test_each_row_names_its_cell_and_what_it_belongs_to(reader: Reader, home: Path) -> None:
    rows = list(ledger(reader, Asked(YUSHUI, "2023-12", source="F12")))
    of_task = next(r for r in rows if r["account"] == "J4F" and r["movement"] == "paid")
    assert (of_task["proj_id"], of_task["cohort_year"], of_task["calendar_year"], of_task["level"]) == (
        "P1",
        2023,
        None,
        "central",
    )
    file = next((home / "in").glob(f"J4_{YUSHUI}_2023-12_*.xlsx"))
    assert openpyxl.load_workbook(file)[of_task["sheet"]][of_task["cell"]].value == 4
    month = next(r for r in rows if r["account"] == "J2")
    assert (month["calendar_year"], month["cohort_year"], month["is_part"]) == (2023, None, True)
    assert all((r["calendar_year"] is None) != (r["cohort_year"] is None) for r in ledger(reader, Asked(CITY, "2023")))


def test_identities_hold_to_the_last_digit_or_are_listed(reader: Reader) -> None:
    held = summary(reader, Asked(CITY, "2023"))["identities"]
    assert [(v["unit_code"], v["account"], v["source"], v["residual"], v["opening_gap"]) for v in held["violated"]] == [
        (FENYI, "J2", None, "-100", None),
        (FENYI, "J3F", "F21", "0", "-40000"),
    ]
    assert held["holds"] == 2  # J2 of 渝水, F31 of its J3F
    assert held["cannot_tell"] == 4  # F32 and F33 of 渝水, F31 and F32 of 分宜: an opening or a closing is not filed


def test_a_unit_that_took_another_in_opens_with_what_both_closed(reader: Reader) -> None:
    held = summary(reader, Asked(XINJIAN, "2020-01"))["identities"]
    assert (held["holds"], held["violated"]) == (1, [])


def test_projects_sum_their_tasks_in_the_plan(reader: Reader) -> None:
    found = {p["proj_id"]: p for p in projects(reader, Asked(YUSHUI, "2023"))}
    assert set(found) == {"P1"}  # P2 is outside the plan
    one = found["P1"]
    amounts = {
        k: one[k] for k in ("communities", "households", "planned", "arrived", "paid", "balance", "investment_planned")
    }
    assert amounts == {
        "communities": 2, "households": "150", "planned": "580000", "arrived": "350000", "paid": "140000",
        "balance": "210000", "investment_planned": "900000",
    }  # fmt: skip
    assert (one["allotted"], one["investment_done"]) == (None, "210000")


def test_the_files_hold_the_same_rows_and_no_formula(reader: Reader) -> None:
    asked = Asked(CITY, "2023")
    rows = list(ledger(reader, asked))
    texts = list(csv.reader(io.StringIO(file_of(rows, "csv", asked).decode("utf-8-sig"))))
    sheet = openpyxl.load_workbook(io.BytesIO(file_of(rows, "xlsx", asked))).active
    assert sheet is not None and sheet.auto_filter.ref
    cells = list(sheet.iter_rows())
    assert len(texts) == len(cells) == len(rows) + 1
    at = texts[0].index("金额（元） amount")
    for text, line in zip(texts[1:], cells[1:], strict=True):
        assert Decimal(text[at]) == Decimal(str(line[at].value))
        assert all(c.data_type in ("s", "n") for c in line)
    assert file_of(rows, "xlsx", asked) == file_of(rows, "xlsx", asked)


def test_the_command_writes_the_file_and_says_no_where_an_identity_fails(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "ledger.csv"
    asked = ["ledger", "--area", CITY, "--period", "2023", "--home", str(home)]
    answer = CliRunner().invoke(cli, [*asked, "--out", str(out)])
    assert answer.exit_code == 1 and "分宜" in answer.output and "-100" in answer.output
    with open_reader(home) as opened:
        whole = file_of(ledger(opened, Asked(CITY, "2023")), "csv", Asked(CITY, "2023"))
    assert out.read_bytes() == whole and whole.startswith(b"\xef\xbb\xbf")
    book = tmp_path / "ledger.xlsx"
    CliRunner().invoke(cli, [*asked, "--out", str(book)])
    first = book.read_bytes()
    sheet = openpyxl.load_workbook(book).active
    assert sheet is not None and sheet.auto_filter.ref == sheet.dimensions
    texts = list(csv.reader(io.StringIO(whole.decode("utf-8-sig"))))
    cells = [[("" if c.value is None else str(c.value)) for c in line] for line in sheet.iter_rows()]
    at = texts[0].index("金额（元） amount")
    assert [line[:at] + line[at + 1 :] for line in cells] == [line[:at] + line[at + 1 :] for line in texts]
    assert [Decimal(line[at]) for line in cells[1:]] == [Decimal(line[at]) for line in texts[1:]]
    CliRunner().invoke(cli, [*asked, "--out", str(book)])
    assert book.read_bytes() == first
    wrong = CliRunner().invoke(cli, [*asked, "--out", str(tmp_path / "ledger.pdf")])
    assert isinstance(wrong.exception, UsageError)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["ledger.csv", "ledger.xlsx"]
    clean = CliRunner().invoke(cli, ["ledger", "--area", YUSHUI, "--period", "2023", "--home", str(home), "--json"])
    document = json.loads(clean.output)
    assert clean.exit_code == 0 and len(document["movements"]) == document["rows"]
    sample = CliRunner().invoke(cli, [*asked, "--sample", "--json"])
    assert sample.exit_code == 1 and json.loads(sample.output)["rows"] == 0  # never the real returns for sample ones


def test_the_funds_page_gives_out_the_ledger_and_says_when_it_is_too_long(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = View("funds", area=CITY, period="2023")
    block = next(b for b in registry.make(reader, view).blocks if b.name == "ledger")
    assert block.file == "ledger" and "不成立 2" in block.notes[1].zh
    arrived = {r[1].text: r[3].text for r in block.table.rows if r[0].text.zh == "到位"}
    assert (arrived["J2"], arrived["J3F"], arrived["J4F"]) == ("150", "37.51", "49")  # 万元, never added to each other
    lines = file_bytes(reader, view, "ledger", "csv").decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + summary(reader, Asked(CITY, "2023"))["rows"]
    monkeypatch.setattr("dashboards.files.MOST_ROWS", 3)
    monkeypatch.setattr("dashboards.pages._ledger.MOST_ROWS", 3)
    block = next(b for b in registry.make(reader, view).blocks if b.name == "ledger")
    assert block.file == "" and "jiugai ledger --area 360500 --period 2023" in block.notes[2].zh
    with pytest.raises(UsageError, match="jiugai ledger"):
        file_bytes(reader, view, "ledger", "csv")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"period": "2023/2024"}, "2023/2024"),
        ({"source": "F98"}, "F98"),
        ({"group": "moon"}, "moon"),
        ({"account": "J9"}, "J2、J3F"),
        ({"movement": "stolen"}, "arrived"),
        ({"area": "999999"}, "999999"),
    ],
)
def test_a_question_that_cannot_be_asked_is_told_what_would_be_right(
    reader: Reader, changed: dict[str, str], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        summary(reader, Asked(**{"area": CITY, "period": "2023", **changed}))
