"""Rosters and yearly returns add up to the plans and monthly returns, for any seed; what is planted is there, once.

Relations, code groups and plan versions are typed here by hand; of the generator only its rows are asked.
"""

from __future__ import annotations

import datetime as dt
import difflib
import itertools
import re
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from ingestion.catalogue import catalogue
from ingestion.form_model import FormField
from ingestion.sample_effects import Effects, Yearly
from ingestion.sample_faults import FAULTS
from ingestion.sample_numbers import World, as_filed
from ingestion.sample_rosters import Rosters, Tables

Row = dict[str, Any]
MONTHS = [(2022, m) for m in (10, 11, 12)] + [(2023, m) for m in range(1, 13)]
IN_FORCE = {(2022, 10): 2, (2022, 11): 2, (2022, 12): 3, **{(2023, m): 1 if m < 6 else 2 for m in range(1, 13)}}
STAGES = {
    "ST02": "st_wait",
    "ST03": "st_consult",
    "ST04": "st_scheme",
    "ST05": "st_review",
    "ST06": "st_tender",
    "ST07": "st_build",
    "ST08": "st_done",
    "ST09": "st_accept",
    "ST10": "st_accept",
    "ST11": "st_accept",
}
STARTED = ("ST07", "ST08", "ST09", "ST10", "ST11", "ST90")
GROUPS = {  # sources: row of the plan, row of arrival
    "F11": ("pf_cen_fin", "f_cen_fin"),
    "F12": ("pf_cen_inv", "f_cen_inv"),
    "F2": ("pf_prov", "f_prov"),
    "F31": ("pf_city", "f_local"),
    "F3": ("pf_cnty", "f_local"),
    "F41": ("pf_sbond", "f_sbond"),
    "F42": ("pf_gbond", "f_gbond"),
    "F5": ("pf_res", "f_res"),
    "F6": ("pf_pipe", "f_pipe"),
    "F7": ("pf_owner", "f_owner"),
    "F8": ("pf_social", "f_social"),
    "F91": ("pf_loan", "f_loan"),
    "F92": ("pf_loan", "f_loan"),
    "F93": ("pf_loan", "f_loan"),
    "F94": ("pf_loan", "f_loan"),
    "F99": ("pf_other", "f_other"),
}
FISCAL = ("F11", "F12", "F19", "F21", "F31", "F32", "F33", "F34", "F35", "F41", "F42")
PIPES = {"p_water": "JC01", "p_drain": "JC02", "p_power": "JC03", "p_tele": "JC04", "p_gas": "JC06", "p_heat": "JC07"}


@dataclass
class Sample:
    """Everything of one seed, in form units."""

    units: list[str]
    j1: dict[tuple[str, int, int], Row]
    j2: dict[tuple[str, int, int], Row]
    j3: dict[tuple[str, int], Effects]
    j4: dict[tuple[str, int, int], Tables]

    def each(self) -> list[tuple[str, int, int, Tables]]:
        return [(*key, tables) for key, tables in self.j4.items()]


@pytest.fixture(scope="module", params=[20231001, 7, 1, 2, 3])
def sample(request: pytest.FixtureRequest) -> Sample:
    book = catalogue()
    world = World(book, request.param)
    rosters = Rosters(world, request.param)
    yearly = Yearly(rosters)
    found = Sample(world.units, {}, {}, {}, {})
    for unit in world.units:
        for year, version in ((2022, 1), (2022, 2), (2022, 3), (2023, 1), (2023, 2)):
            found.j1[unit, year, version] = as_filed(book.form("J1"), world.plan(unit, year, version))
        for month, row in world.progress(unit).items():
            found.j2[unit, month // 12, month % 12 + 1] = as_filed(book.form("J2"), row)
        for year, month in MONTHS:
            found.j4[unit, year, month] = rosters.tables(unit, year * 12 + month - 1)
        for year in (2022, 2023):
            found.j3[unit, year] = yearly.effects(unit, year)
    return found


def group_of(src: str) -> tuple[str, str]:
    return GROUPS[max((g for g in GROUPS if src.startswith(g)), key=len)]


def total(rows: Any, name: str) -> Decimal:
    return sum((r.get(name) or Decimal(0) for r in rows), Decimal(0))


def in_plan(rows: list[Row], year: int) -> list[Row]:
    return [
        r
        for r in rows
        if r["membership"] == "M1" and r["plan_year"] == year and r["rec_status"] == "A" and r["stage"] != "ST98"
    ]


def end_of(year: int, month: int) -> dt.date:
    return dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)


def complete_months(start: dt.date, end: dt.date) -> int:
    return (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)


def money_of(tables: Tables) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {str(r["task_id"]): [] for r in tables["J4"]}
    for row in tables["J4F"]:
        found[str(row["task_id"])].append(row)
    return found


# -- add up -----------------------------------------------------------------------------------------------------------
def test_listed_tasks_add_up_to_the_plan_in_force(sample: Sample) -> None:
    for unit, year, month, tables in sample.each():
        plan, listed = sample.j1[unit, year, IN_FORCE[year, month]], in_plan(tables["J4"], year)
        assert len(listed) == plan["plan_xq"], (unit, year, month)
        assert total(listed, "hh") == plan["plan_hh"] and total(listed, "bld") == plan["plan_bld"]
        assert total(listed, "area") == plan["plan_area"] and total(listed, "inv_total") == plan["pf_total"]
        assert len({r["proj_id"] for r in listed}) == plan["plan_proj"] <= plan["plan_xq"]
        assert total(listed, "elev_plan") == plan["plan_elev"]
        planned: Counter[str] = Counter()
        for row in listed:
            for fund in money_of(tables)[str(row["task_id"])] if month == 12 else ():
                planned[group_of(str(fund["src"]))[0]] += fund["planned"]
        for name, amount in planned.items():
            assert amount == plan[name], (unit, year, name)


def test_stages_and_starts_add_up_to_the_monthly_return(sample: Sample) -> None:
    for unit, year, month, tables in sample.each():
        progress, listed = sample.j2[unit, year, month], in_plan(tables["J4"], year)
        started = [r for r in listed if r["stage"] in STARTED]
        assert len(started) == progress["xq_start"], (unit, year, month)
        for mine, theirs in (("hh", "hh_start"), ("bld", "bld_start"), ("area", "area_start")):
            assert total(started, mine) == progress[theirs]
        stages = Counter("st_out" if "out_reason" in r else STAGES[str(r["stage"])] for r in listed)
        assert {s: Decimal(stages[s]) for s in {*STAGES.values(), "st_out"}} == {
            s: progress[s] for s in {*STAGES.values(), "st_out"}
        }
        assert sum("out_reason" in r for r in started) == progress["st_out_started"]
        off = [r for r in tables["J4"] if r["membership"] == "M2"]
        assert len(off) == progress["xq_off"] and all(r["d_start"].year == year for r in off)
        early = [r for r in tables["J4"] if r["plan_year"] == year + 1]
        assert len(early) == progress["xq_early"] and all(r["d_start"].year == year for r in early)
        assert all(r["plan_ver"] == "V0" for r in early)
        accepted = [r for r in tables["J4"] if "d_accept" in r and r["d_accept"].year == year]
        assert len(accepted) == progress["xq_accept"] and total(accepted, "hh") == progress["hh_accept"]


def test_early_starts_enter_the_plan_in_january(sample: Sample) -> None:
    for unit in sample.units:
        early = {r["task_id"] for r in sample.j4[unit, 2022, 12]["J4"] if r["plan_year"] == 2023}
        started = {r["task_id"] for r in in_plan(list(sample.j4[unit, 2023, 1]["J4"]), 2023) if r["stage"] in STARTED}
        assert early == started


def test_money_life_to_date_differs_by_the_money_of_the_year(sample: Sample) -> None:
    for unit in sample.units:
        opening = sample.j2[unit, 2022, 10]["f_open"]
        for year, month in MONTHS:
            progress, tables = sample.j2[unit, year, month], sample.j4[unit, year, month]
            before = sample.j4[unit, 2022, 12] if year == 2023 else None

            def since(
                name: str, now: Tables = tables, then: Tables | None = before, sources: tuple[str, ...] = ()
            ) -> Decimal:
                rows = [
                    [r for r in t["J4F"] if not sources or str(r["src"]) in sources] if t else [] for t in (now, then)
                ]
                return total(rows[0], name) - total(rows[1], name)

            done = total(tables["J4"], "inv_done_total") - (total(before["J4"], "inv_done_total") if before else 0)
            assert done == progress["inv_done"]
            advance = Decimal(0) if before else opening
            assert since("arrived") - advance == progress["f_total"], (unit, year, month)
            assert since("paid") == progress["p_total"] and since("returned") == progress["f_return"]
            assert since("paid", sources=("F11",)) == progress["p_cen_fin"]
            assert since("paid", sources=("F41",)) == progress["p_sbond"]
            arrived: Counter[str] = Counter()
            for src in {str(r["src"]) for r in tables["J4F"]}:
                arrived[group_of(src)[1]] += since("arrived", sources=(src,)) - (advance if src == "F11" else 0)
            assert all(amount == progress[name] for name, amount in arrived.items())
            left = total(tables["J4F"], "arrived") - total(tables["J4F"], "paid") - total(tables["J4F"], "returned")
            assert left == progress["f_close"]
            assert total(tables["J4"], "fund_arr") == total(tables["J4F"], "arrived")
        assert sample.j2[unit, 2023, 1]["f_open"] == sample.j2[unit, 2022, 12]["f_close"]


def test_money_of_a_task_fits_together_and_never_falls(sample: Sample) -> None:
    last: dict[tuple[Any, Any], Row] = {}
    for unit, year, month, tables in sample.each():
        months_end, money = end_of(year, month), money_of(tables)
        for task in tables["J4"]:
            rows = money[str(task["task_id"])]
            assert total(rows, "planned") == task["inv_total"]
            assert total(rows, "arrived") == task["fund_arr"] and total(rows, "paid") == task["fund_paid"]
            assert task["fund_paid"] <= task["fund_arr"] <= task["inv_total"]
            assert task["inv_done_total"] <= task["inv_total"]
            assert task["inv_total"] == task["inv_jc"] + task["inv_ws"] + task["inv_ts"]
        for row in tables["J4F"]:
            assert row["arrived"] >= row["paid"] + row["returned"] >= 0
            assert row["allotted"] >= row["arrived"] if row["src"] in FISCAL else row["allotted"] == 0
            assert ("first_arr" in row) == (row["arrived"] > 0)
            assert "first_arr" not in row or row["first_arr"] <= months_end
            assert ("doc_no" in row) == (row["allotted"] > 0)
            key = row["task_id"], row["src"]
            if key in last and (year, month) != (2022, 12):  # then buildings are set apart from their community
                assert all(row[n] >= last[key][n] for n in ("arrived", "paid", "returned")), (unit, key, year, month)
            last[key] = row


def test_idle_money_is_that_of_one_unit_and_equals_its_monthly_return(sample: Sample) -> None:
    for unit, year, month, tables in sample.each():
        idle = [
            r["arrived"] - r["paid"] - r["returned"]
            for r in tables["J4F"]
            if "first_arr" in r and complete_months(r["first_arr"], end_of(year, month)) >= 12
        ]
        assert sum(idle, Decimal(0)) == sample.j2[unit, year, month]["f_idle_1y"], (unit, year, month)
        assert unit == "110109" or not sum(idle)
    assert sample.j2["110109", 2023, 11]["f_idle_1y"] > 0


# -- rows -------------------------------------------------------------------------------------------------------------
def test_every_row_keeps_the_error_rules(sample: Sample) -> None:
    for unit, year, month, tables in sample.each():
        tasks, end = tables["J4"], end_of(year, month)
        assert len({t["task_id"] for t in tasks}) == len({t["xq_uid"] for t in tasks}) == len(tasks)
        contents = {(r["task_id"], str(r["item"])[:2]) for r in tables["J4C"]}
        for t in tasks:
            assert re.fullmatch(rf"{unit}\d{{6}}", t["xq_uid"]) and t["task_id"] == f"{t['xq_uid']}-{t['plan_year']}"
            years = {"Y1": range(1900, 2001), "Y2": range(2001, 2006)}
            assert t["elig"] == "Y3" or int(t["built_first"]) in years[t["elig"]]  # J4-006
            chains = (
                ("d_reserve", "d_plan"),
                ("d_vote", "d_start"),
                ("d_approve", "d_contract"),
                ("d_contract", "d_start"),
                ("d_start", "d_finish"),
                ("d_finish", "d_accept"),
                ("d_accept", "d_handover"),
                ("d_accept", "d_settle"),
            )
            assert all(t[a] <= t[b] for a, b in chains if a in t and b in t), t  # J4-009
            assert all(value <= end for name, value in t.items() if name.startswith("d_") and name != "d_plan")
            assert ("d_start" in t) == (t["stage"] in STARTED) == ("start_ev" in t)  # J4-011
            assert t.get("start_ev") != "E9"
            assert ("d_finish" in t) == (t["stage"] in ("ST08", "ST09", "ST10", "ST11"))
            assert ("d_accept" in t) == (t["stage"] in ("ST09", "ST10", "ST11"))
            assert t["vote_agree"] <= t["vote_part"] <= t["vote_hh"] <= t["hh"]  # J4-013
            assert [t["has_jc"], t["has_ws"], t["has_ts"]] == [
                (t["task_id"], kind) in contents for kind in ("JC", "WS", "TS")
            ]  # J4-020
            assert t["prior"] in ("N0", "N1") and t["rec_status"] == "A" and t["county_code"] == unit


def test_every_core_field_is_filled_and_every_code_is_in_its_list(sample: Sample) -> None:
    form = catalogue().form("J4")
    for unit, _, month, tables in sample.each():
        if month % 3:
            continue
        for table in form.tables:
            always = {f.id for f in table.fields if f.required == "always"}
            known = {f.id: f for f in table.fields}
            keys = [tuple(r[k] for k in table.key) for r in tables[table.id]]
            assert len(keys) == len(set(keys))
            for row in tables[table.id]:
                assert always <= row.keys() <= known.keys(), (unit, table.id, always - row.keys())
                for name, value in row.items():
                    _fits(known[name], value)
        tasks = {r["task_id"] for r in tables["J4"]}
        assert all(r["task_id"] in tasks for rows in tables.values() for r in rows)
        assert all(tables[name] for name in ("J4", "J4C", "J4F")), unit
    for name in ("J4P", "J4R"):
        assert any(tables[name] for *_, tables in sample.each())


def _fits(field: FormField, value: Any) -> None:
    if field.codelists and field.codelist != "areas":
        assert any(value in catalogue().codelist(name) for name in field.codelists), (field.id, value)
    kinds: dict[str, type] = {"date": dt.date, "bool": bool, "text": str, "month": str, "code": str}
    assert isinstance(value, kinds.get(field.type, Decimal)), (field.id, value)
    if isinstance(value, Decimal):
        assert value >= 0 and value == round(value, field.decimals)
    if isinstance(value, str):
        assert value and value[0] not in "=+-@" and value == value.strip()


def test_invented_names_say_so_and_no_two_are_alike_but_the_planted_ones(sample: Sample) -> None:
    for unit in sample.units:
        tasks = sample.j4[unit, 2023, 12]["J4"]
        for task in tasks:
            assert "模拟" in str(task["xq_name"]) and "模拟" in str(task["addr"]) and "模拟" in str(task["street"])
        places = [f"{t['xq_name']}{t['addr']}" for t in tasks]
        assert len(set(places)) == len(places)
        likest = max(
            difflib.SequenceMatcher(None, a, b, autojunk=False).ratio() for a, b in itertools.combinations(places, 2)
        )
        assert likest < 0.9


# -- planted for good -------------------------------------------------------------------------------------------------
def asked_about(tables: Tables, end: dt.date) -> set[str]:
    """Ids of the warnings that a roster would raise, worked out from its rows."""
    found, tasks = set(), tables["J4"]
    names = [(t["addr"], {t["xq_name"], t.get("xq_alias")} - {None}) for t in tasks]
    if any(a == b and some & other for (a, some), (b, other) in itertools.combinations(names, 2)):
        found.add("J4-002")
    small = [(t["proj_id"], re.sub(r"\d+号楼$", "", str(t["xq_name"]))) for t in tasks if t["hh"] < 50]
    if len(small) != len(set(small)):
        found.add("J4-005")
    central = {r["task_id"]: r["planned"] for r in tables["J4F"] if r["src"] == "F11"}
    for t in tasks:
        started = t["stage"] in STARTED
        checks = {
            "J4-007": t["built_last"] - t["built_first"] > 15 or t["built_last"] > 2005,
            "J4-012": started
            and t["stage"] != "ST90"
            and not t["inv_done_total"]
            and complete_months(t["d_start"], end) >= 2,
            "J4-014": started and (3 * t["vote_part"] < 2 * t["vote_hh"] or 2 * t["vote_agree"] <= t["vote_part"]),
            "J4-021": central.get(t["task_id"], 0) > t["inv_jc"] + Decimal("0.3") * (t["inv_ws"] + t["inv_ts"]),
            "J4-023": not 20 <= t["area"] / t["hh"] <= 250 or not 2 <= t["hh"] / t["bld"] <= 300,
            "J4-031": started and t["d_plan"] > t["d_start"] and t["d_start"].year != t["plan_year"] - 1,
        }
        found |= {rule for rule, holds in checks.items() if holds}
    return found


def test_warnings_of_rosters_are_the_planted_ones(sample: Sample) -> None:
    asked: dict[str, set[str]] = {}
    for unit, year, month, tables in sample.each():
        for rule in asked_about(tables, end_of(year, month)):
            asked.setdefault(rule, set()).add(unit)
    (split,) = asked.pop("J4-005")
    assert split in sample.units
    assert asked == {"J4-002": {"110113"}, "J4-007": {"110114"}, "J4-012": {"110112"}, "J4-014": {"110116"}}
    late = asked_about(sample.j4["110116", 2023, 12], end_of(2023, 12))
    assert late <= {"J4-014", "J4-005"} and "J4-014" in late


def test_faults_of_first_versions_change_what_they_name_and_nothing_else(sample: Sample) -> None:
    changed: dict[str, set[str]] = {}
    for (unit, month), (spoil, note) in FAULTS.items():
        right = sample.j4[unit, month // 12, month % 12 + 1]
        wrong = spoil(right, month)
        rule = re.search(r"违反((?:J4|X)-\d+)", note)
        assert rule and note.startswith("应退回")
        mended = {t["task_id"]: t for t in right["J4"]}
        fields = {
            name
            for task in wrong["J4"]
            for name in task.keys() | mended[task["task_id"]].keys()
            if task.get(name) != mended[task["task_id"]].get(name)
        }
        changed[rule[1]] = fields or {f"{len(right['J4']) - len(wrong['J4'])} left out"}
        assert rule[1] == "X-006" or len(wrong["J4"]) == len(right["J4"])
        assert [r["task_id"] for r in wrong["J4F"] if r["task_id"] not in {t["task_id"] for t in wrong["J4"]}] == []
    late = changed.pop("J4-010")
    assert {"d_accept"} <= late <= {"d_accept", "d_finish"}
    assert changed == {"X-002": {"area"}, "J4-006": {"elig"}, "X-006": {"1 left out"}, "J4-011": {"start_ev"}}


def test_wrong_area_is_out_of_its_band_and_of_the_plan_of_the_year(sample: Sample) -> None:
    month = 2023 * 12 + 2
    wrong = FAULTS["110111", month][0](sample.j4["110111", 2023, 3], month)
    assert "J4-023" in asked_about(wrong, end_of(2023, 3))
    assert total(in_plan(list(wrong["J4"]), 2023), "area") < sample.j1["110111", 2023, 1]["plan_area"]


# -- yearly returns ---------------------------------------------------------------------------------------------------
def test_effects_equal_the_roster_and_the_december_return(sample: Sample) -> None:
    for (unit, year), effects in sample.j3.items():
        tables, december, values = sample.j4[unit, year, 12], sample.j2[unit, year, 12], effects.values
        accepted = [t for t in tables["J4"] if "d_accept" in t and t["d_accept"].year == year]
        assert values["e_xq"] == len(accepted) == december["xq_accept"]
        for mine, theirs in (("e_hh", "hh"), ("e_bld", "bld"), ("e_area", "area"), ("sat_n", "sat_n")):
            assert values.get(mine, 0) == total(accepted, theirs), (unit, year, mine)
        done: Counter[str] = Counter()
        for row in tables["J4C"]:
            if str(row.get("done_ym", ""))[:4] == str(year):
                done[str(row["item"])] += row["done_qty"]
        assert {n: values[n] for n in PIPES} == {n: done[code] for n, code in PIPES.items()}
        counts = {"elev": "WS15", "park_add": "WS06", "evc": "WS08", "ebc": "WS07", "sport_area": "WS12"}
        counts |= {"svc_elder": "TS05", "svc_child": "TS06", "energy_area": "WS14"}
        assert {n: values[n] for n in counts} == {n: done[code] for n, code in counts.items()}
        assert values["pipe_total"] == sum(values[n] for n in PIPES) == december["pipe_done"]
        services = [n for n in values if n.startswith("svc_") and n != "svc_total"]
        assert values["svc_total"] == sum(values[n] for n in services) == december["svc_done"]
        assert values["svc_total"] == sum(n for code, n in done.items() if code.startswith("TS"))
        assert (values["elev"], values["park_add"]) == (december["elev_done"], december["park_done"])
        assert values["evc"] == december["evc_done"] and values["elev"] <= values["elev_all"]
        managed = Counter(str(t["pm_after"]) for t in accepted)
        assert values["pm_none"] == managed["PM0"] and values["pm_pro"] == managed["PM1"]
        assert values["pm_pro"] + values["pm_self"] + values["pm_other"] + values["pm_none"] == values["e_xq"]
        for name in ("gov_party", "gov_oc", "gov_joint", "gov_rule", "mf_set", "sat_xq", "bl_xq", "fire_lane"):
            assert values[name] <= values["e_xq"]
        if accepted:
            assert values["sat_n"] >= values["e_hh"] / 10
            assert all(1 < values[n] <= 100 for n in ("know_rate", "part_rate", "agree_rate", "sat_rate"))
        else:
            assert "sat_rate" not in values and "sat_src" not in values


def test_accounts_by_source_balance_and_equal_the_monthly_returns_but_in_one_unit(sample: Sample) -> None:
    for (unit, year), effects in sample.j3.items():
        december, rows = sample.j2[unit, year, 12], effects.accounts
        assert len({r["src"] for r in rows}) == len(rows) and all(any(r[n] for n in r if n != "src") for r in rows)
        for r in rows:
            assert r["carry_out"] == r["carry_in"] + r["arrived"] - r["paid"] - r["returned"] >= 0, (unit, r)
        more = Decimal("12.34") if (unit, year) == ("110102", 2023) else Decimal(0)
        assert total(rows, "arrived") - more == december["f_total"]
        assert total(rows, "paid") == december["p_total"] and total(rows, "returned") == december["f_return"]
        assert total(rows, "carry_in") == december["f_open"]
        assert total(rows, "carry_out") - more == december["f_close"]
        plan = sample.j1[unit, year, 3 if year == 2022 else 2]
        assert total(rows, "planned") == plan["pf_total"]
        if year == 2023:
            before = {r["src"]: r["carry_out"] for r in sample.j3[unit, 2022].accounts}
            assert {r["src"]: r["carry_in"] for r in rows if r["carry_in"]} == {s: n for s, n in before.items() if n}


def test_faults_of_yearly_returns_are_the_planted_ones(sample: Sample) -> None:
    of_year = {unit: effects.values for (unit, year), effects in sample.j3.items() if year == 2023}
    assert {u: v["pm_none"] for u, v in of_year.items() if v["pm_none"]} == {"110119": 1}
    misused = {u: (v["misuse_amt"], v["misuse_fixed"]) for u, v in of_year.items() if v["misuse_amt"]}
    assert misused == {"110101": (Decimal("18.60"), Decimal("10.00"))}
    assert {u for u, v in of_year.items() if v["sat_src"] == "G3"} == {"110118"}
    assert of_year["110118"]["sat_rate"] == 98 and of_year["110101"]["sat_src"] == "G1"


def test_revised_yearly_return_differs_in_two_items_only(sample: Sample) -> None:
    world = World(catalogue(), 20231001)
    first, last = Yearly(Rosters(world, 20231001)).revised("110108", 2022)
    assert {n for n in last.values if first.values[n] != last.values[n]} == {"sport_area", "sat_n"}
    assert all(first.values[n] < last.values[n] for n in ("sport_area", "sat_n"))
    assert first.accounts == last.accounts
