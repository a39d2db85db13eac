"""What remains of each printed stock, and effects by year with scope, breaks and checks; right values by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from filings.need import need
from filings.reader import Reader, open_reader
from ingestion.errors import UsageError
from orchestration.cli import cli

NATION, BEIJING = "000000", "110000"


@pytest.fixture(scope="module")
def reader(demo_home: Path) -> Iterator[Reader]:
    with open_reader(demo_home) as opened:
        yield opened


def held(reader: Reader, definition: str, year: str | None = None) -> dict[str, dict[str, Any]]:
    """Rows of a definition by measure, or by factor for costs."""
    found = [d for d in need(reader, year=year) if d["definition"] == definition]
    return {row["factor"] or row["measure"]: row for d in found for row in d["rows"]}


def bounds(row: dict[str, Any]) -> list[Any]:
    return [row["remaining_low"], row["remaining"], row["remaining_high"]]


def test_the_task_of_the_plan_less_its_five_years_of_starts(reader: Reader) -> None:
    """21.9万 ± 0.1万 less 5.56 + 5.25 + 5.37 + 5.8 + 2.71万 (half units 50, 50, 50, 500, 50): below zero, and not capped."""
    row = held(reader, "task_14th_plan")["communities"]
    assert bounds(row) == [218_000 - 247_600, 219_000 - 246_900, 220_000 - 246_200]
    assert (row["year"], row["state"], row["printed"], row["obs_status"]) == (2025, "exceeded", "约21.9万个", "E")


def test_households_that_remain_and_what_they_may_cost(reader: Reader) -> None:
    """近3900万 (3800 to 3900万) less 352 + 735.73 + 965 + 876 + 897万 = 3825.73万, half units 0.5, 0.005, 0.5, 0.5, 0.5万."""
    rows = held(reader, "built_before_2001", "2023")
    assert bounds(rows["households"]) == [38_000_000 - 38_277_350, 39_000_000 - 38_257_300, 39_000_000 - 38_237_250]
    assert rows["households"]["state"] == "unclear"
    # nothing may be left, so that the lowest cost is none; the highest is 76.275万户 at 26,800 yuan
    assert bounds(rows["household_outturn"]) == ["0", None, str(762_750 * 26_800)]
    later = held(reader, "built_before_2001", "2024")
    assert later["households"]["state"] == "unknown"  # households of 2024 were never printed
    assert set(later) == {"communities", "households"}
    newest = held(reader, "built_before_2001")
    assert (newest["communities"]["year"], newest["households"]["year"]) == (2025, 2023)


def test_definitions_stay_apart_each_with_its_words_and_source(demo_home: Path) -> None:
    answer = CliRunner().invoke(cli, ["need", "--home", str(demo_home), "--json"])
    found = json.loads(answer.output)
    assert (
        answer.exit_code == 0 and len({d["definition_zh"] for d in found}) == len({d["definition"] for d in found}) == 5
    )
    assert all(d["definition_en"] and d["note_zh"] and d["sources"] and d["rows"] for d in found)
    national = {d["definition"]: {r["measure"]: r["printed"] for r in d["rows"]} for d in found if d["area"] == NATION}
    assert national["built_before_2001"]["households"] == "近3900万户"
    assert (
        national["need_by_2025"]["communities"] == "17万个" and national["need_by_2025"]["households"] == "超4200万户"
    )
    shown = CliRunner().invoke(cli, ["need", "--home", str(demo_home), "--area", NATION])
    assert "不论是否需要改造" in shown.output and "17万与2019年5月摸底数相同" in shown.output


def test_a_stock_beside_which_nothing_was_counted_stands_alone(reader: Reader) -> None:
    row = held(reader, "jiangxi_built_before_2006")["households"]
    assert (row["stock_low"], row["stock"], row["stock_high"]) == (1_595_000, 1_600_000, 1_605_000)
    assert (row["year"], row["remaining"], row["state"], row["obs_status"]) == (None, None, "unknown", "L")


def test_an_area_without_a_stock_says_so_and_a_bad_year_why(demo_home: Path, reader: Reader) -> None:
    for nothing in (["--area", BEIJING], ["--sample"]):  # stocks are printed ones alone
        assert CliRunner().invoke(cli, ["need", "--home", str(demo_home), *nothing]).exit_code == 1
    with pytest.raises(UsageError, match="2023-12"):
        need(reader, year="2023-12")


def test_a_series_that_was_computed_anew_breaks_where_it_goes_on(reader: Reader) -> None:
    rows = reader.rows("select * from fct_effects where not is_sample and area_code = ? and year = 2023", [NATION])
    status = {r["item"]: r["obs_status"] for r in rows}
    assert {i for i, s in status.items() if s == "B"} == {
        "effect_elev", "effect_evc", "effect_park_add", "effect_pipe_total", "effect_svc_total",
    }  # fmt: skip
    assert status["effect_energy_area"] == "A"
    pairs = reader.rows("select * from fct_effect_checks where kind = 'printed_window' and item = 'effect_elev'")
    across = [p for p in pairs if "2022" in p["stock_before"] or "2021-12" in p["stock_before"]]
    late = [p for p in across if p["stock_after"] == "2019/2023"]
    assert late and all((p["verdict"], p["change"]) == ("rebased", None) for p in late)


def test_lifts_of_listed_communities_never_meet_those_of_all_housing(reader: Reader) -> None:
    scopes = reader.rows("select distinct item, scope from fct_effects")
    assert {r["item"] for r in scopes if r["scope"] == "all_housing"} == {"effect_elev_all"}
    assert all(r["scope"] == "listed" for r in scopes if r["item"] != "effect_elev_all")


def test_rosters_of_two_decembers_differ_by_the_year_of_the_effect_table(reader: Reader) -> None:
    found = reader.rows("select * from fct_effect_checks where kind = 'roster_stock'")
    assert {r["is_sample"] for r in found} == {True} and {r["flow_period"] for r in found} == {"2023"}
    assert {r["verdict"] for r in found} == {"agrees"} and all(r["change"] == r["flow"] for r in found)


def test_content_items_of_an_area_are_the_sum_of_its_units(reader: Reader) -> None:
    rows = reader.rows("select * from fct_effects where list = 'J4C' and year = 2023 and is_sample")
    whole = {r["item"]: r for r in rows if r["area_code"] == BEIJING}
    assert "JC01" in whole and whole["JC01"]["unit"] == "公里" and whole["JC01"]["units_reported"] == 16
    for item, row in whole.items():
        below = [r for r in rows if r["item"] == item and r["area_code"] not in (BEIJING, NATION)]
        assert sum(r["value"] for r in below) == row["value"] and sum(r["undated"] for r in below) == row["undated"]
