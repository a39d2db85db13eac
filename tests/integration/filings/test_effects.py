"""Effects by item and year: two scopes apart, breaks, checks, and the files; values on paper.

渝水 and 分宜 are all of 新余市. Rosters: in its life task a of 渝水 has 1 lift at December 2022 and 3 at December 2023, task b
none and 2; the yearly return of 2023 says 3 lifts of listed communities, 9 of all housing: one lift of the stock is in no
year. Item JC01 of task a: 2.5 km in May 2023, 0.25 km without a month; a task outside the plan has 99 km. 分宜 says 4 lifts.
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

from dashboards.files import file_bytes, file_name
from dashboards.pages import registry
from dashboards.pages._page import Page
from dashboards.view import View
from filings.effects import effects
from filings.reader import Reader, open_reader
from ingestion.errors import UsageError
from orchestration.cli import cli
from quality.warehouse import build
from tests.hand_made import file_return
from tests.integration.filings.conftest import FENYI, YUSHUI, task

CITY, NATION = "360500", "000000"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("effects")
    a = {"elder_done_total": None, "child_done_total": None}
    b = task(YUSHUI, 2, 2023, elev_done_total=2, **a)
    off = task(YUSHUI, 3, 2023, membership="M2", elev_done_total=50, **a)
    file_return(home, "J4", YUSHUI, "2022-12", tables={"J4": [task(YUSHUI, 1, 2022, elev_done_total=1, **a)]})
    first = task(YUSHUI, 1, 2022, elev_done_total=3, **a)
    file_return(home, "J4", YUSHUI, "2023-12", tables={
        "J4": [first, b, off],
        "J4C": [
            {"task_id": first["task_id"], "item": "JC01", "done_qty": Decimal("2.5"), "done_ym": "2023-05"},
            {"task_id": b["task_id"], "item": "JC01", "done_qty": Decimal("0.25")},
            {"task_id": off["task_id"], "item": "JC01", "done_qty": Decimal(99), "done_ym": "2023-05"},
        ],
    })  # fmt: skip
    file_return(home, "J3", YUSHUI, "2023", {"e_xq": 1, "elev": 3, "elev_all": 9})
    file_return(home, "J3", FENYI, "2023", {"e_xq": 1, "elev": 4})
    build(home)
    return home


@pytest.fixture(scope="module")
def reader(home: Path) -> Iterator[Reader]:
    with open_reader(home) as opened:
        yield opened


def asked(home: Path, *more: str) -> tuple[int, dict[str, Any]]:
    answer = CliRunner().invoke(cli, ["effects", "--home", str(home), "--json", *more])
    return answer.exit_code, json.loads(answer.output)


def items(answer: dict[str, Any], scope: str) -> dict[str, dict[str, Any]]:
    return {i["item"]: i for s in answer["scopes"] if s["scope"] == scope for i in s["items"]}


def test_the_two_scopes_are_two_lists_and_no_number_is_in_both(home: Path) -> None:
    _, answer = asked(home, "--area", CITY, "--year", "2023")
    listed, housing = items(answer, "listed"), items(answer, "all_housing")
    [lifts] = listed["effect_elev"]["years"]
    assert (lifts["value"], lifts["units_reported"], lifts["units_expected"], lifts["obs_status"]) == (7, 2, 2, "A")
    [every] = housing["effect_elev_all"]["years"]
    assert (every["value"], every["units_reported"], every["obs_status"]) == (9, 1, "U")  # 分宜 left it blank
    assert set(housing) == {"effect_elev_all"} and not set(housing) & set(listed)


def test_an_item_of_a_task_is_in_the_year_of_its_month_and_else_in_none(reader: Reader) -> None:
    item = items(effects(reader, YUSHUI, item="JC01"), "listed")["JC01"]
    assert (item["list"], item["unit"], item["content_class"]) == ("J4C", "公里", "基础类")
    [year] = item["years"]
    assert (year["year"], year["value"], year["undated"]) == (2023, "2.5", "0.25")


def test_a_stock_that_grew_by_more_than_the_year_says_so_and_answers_no(home: Path) -> None:
    code, answer = asked(home, "--area", CITY, "--item", "effect_elev")
    [check] = answer["checks"]["rows"]
    assert (check["area"], check["change"], check["flow"], check["verdict"]) == (YUSHUI, 4, 3, "differs")
    assert (code, answer["checks"]["counts"]["differs"]) == (1, 1)
    shown = CliRunner().invoke(cli, ["effects", "--home", str(home), "--area", CITY, "--item", "effect_elev"])
    assert "2022-12 → 2023-12：4—4 ≠ 5—5" in shown.output and shown.exit_code == 1
    assert asked(home, "--area", FENYI)[0] == 0  # nothing to compare, and nothing that differs


def test_a_break_is_marked_in_the_answer_the_file_and_on_the_page(demo_home: Path, tmp_path: Path) -> None:
    """The ministry's series of 2023 was computed anew: lifts of 2023 are 3.6万, a break."""
    out = tmp_path / "effects.csv"
    code, answer = asked(demo_home, "--area", NATION, "--item", "effect_elev", "--out", str(out))
    [year] = [y for y in items(answer, "listed")["effect_elev"]["years"] if y["year"] == 2023]
    assert (code, year["value"], year["obs_status"], year["is_break"]) == (0, 36000, "B", True)
    [row] = csv.DictReader(io.StringIO(out.read_bytes().decode("utf-8-sig")))
    assert (row["当年数量 value"], row["序列断点 is_break"], row["口径 scope"], row["数据性质 marker"]) == (
        "36000",
        "是",
        "listed",
        "",
    )
    with open_reader(demo_home) as reader:
        page = registry.make(reader, View("effects", area=NATION))
    drawn, table = block(page, "effects_yearly").figure, block(page, "effects_yearly").table
    marks = [a["text"] for a in drawn.to_dict()["layout"]["annotations"]]
    assert marks.count("断点") == 5 == len(drawn.to_dict()["layout"]["shapes"])
    assert [r[1].text for r in table.rows if r[0].text.zh == "加装电梯"] == ["36,000 B"]


def block(page: Page, name: str) -> Any:
    return next(b for b in page.blocks if b.name == name)


def test_the_page_says_the_scope_of_every_block_of_years(home: Path) -> None:
    with open_reader(home) as reader:
        page = registry.make(reader, View("effects", area=CITY))
    assert "在册改造小区" in block(page, "effects_yearly").title.zh
    assert "全部既有住宅" in block(page, "effects_yearly_all_housing").title.zh
    assert "在册改造小区" in block(page, "effects_items").title.zh
    names = [row[0].text.zh for row in block(page, "effects_yearly").table.rows]
    assert "加装电梯" in names and "既有住宅加装电梯（备忘）" not in names
    [checked] = block(page, "effect_checks").table.rows
    assert [c.text for c in checked[1:5]] == ["", "1", "", ""]
    [differing] = block(page, "effect_checks_differ").table.rows
    assert [c.text for c in differing][2:7] == ["2022-12", "3", "4", "2023-12", "5"]


def test_sample_effects_are_marked_in_every_row_and_in_the_name(demo_home: Path) -> None:
    view = View("effects", area="110101", sample=True)
    with open_reader(demo_home) as reader:
        page = openpyxl.load_workbook(io.BytesIO(file_bytes(reader, view, "effects", "xlsx"))).worksheets[0]
    header, *rows = page.iter_rows(values_only=True)
    assert rows and {r[0] for r in rows} == {"模拟数据"} and "模拟数据" in page.title
    at = header.index("当年数量 value")
    assert all(isinstance(r[at], int | float) for r in rows)
    assert file_name(view, "effects", "xlsx") == "模拟数据_effects_110101.xlsx"


@pytest.mark.parametrize(
    ("more", "said"), [(["--item", "lifts"], "lifts"), (["--year", "2023-09"], "2023-09"), (["--out", "a.pdf"], ".pdf")]
)
def test_a_question_that_makes_no_sense_is_refused_in_words(home: Path, more: list[str], said: str) -> None:
    answer = CliRunner().invoke(cli, ["effects", "--home", str(home), "--area", CITY, *more])
    assert isinstance(answer.exception, UsageError) and said in str(answer.exception)
