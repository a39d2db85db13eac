"""`rulebook check`: the project's rule book is sound, and each kind of fault is found with its file and place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ingestion.errors import UsageError
from quality.rulebook_checks import check_rulebook
from quality.rulebook_problems import Problem
from tests.rulebooks import change, copied


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return copied(tmp_path)


def test_the_rule_book_of_the_project_is_sound() -> None:
    assert check_rulebook() == []


J2_004 = "check: month(period) = 1 or xq_start - prev(xq_start) = xq_start_m"
FAULTS: list[tuple[str, str, str, str, str, str]] = [
    # file, what stands there, what is written instead, place, in the Chinese text, in the English one
    ("rules/J2.yaml", "severity: error", "severity: fatal", "rules.J2-001.severity", "不合格式", "Input should be"),
    ("rules/J2.yaml", "- id: J2-004", "- id: J2-003", "", "J2-003", "used twice"),
    ("rules/J2.yaml", J2_004, J2_004.replace("xq_start_m", "nonsense"), "", "nonsense", "no such field"),
    ("rules/J2.yaml", J2_004, J2_004 + " and read_csv('x') = 1", "J2-004", "不允许", "not allowed"),
    ("rules/J2.yaml", "prev.xq_start: 4, xq_start_m: 1}]", "prev.xq_start: 4, xq_start_m: 2}]", "J2-004", "结果是 fail", "comes out as fail"),
    ("rules/J2.yaml", "    na:   [{period: 2023-05, xq_start: 5, prev.xq_start: 4}]\n", "", "J2-004", "缺 tests.na", "no na example"),
    ("rules/J2.yaml", "本月新开工 {xq_start_m} ≠", "本月新开工 {xq_start_n} ≠", "J2-004", "{xq_start_n}", "{xq_start_n}"),
    ("rules/J2.yaml", "zh: \"累计数下降：", "zh: \"" + "累" * 121, "J2-003", "最多 120", "at most 120"),
    ("rules/cross_level.yaml", "差 {diff}\"", "差 {diff}，{who}\"", "L-001", "{who}", "{who}"),
    ("rules/J2.yaml", "explain: [W1, W2,", "explain: [W1, W77,", "J2-012", "没有原因代码 W77", "no reason W77"),
    ("rules/J2.yaml", "valid: {from: 2019-01}", "valid: {from: 2019}", "defaults.valid.from", "不合格式", "valid string"),
    ("rules/J1.yaml", "last_month: {else: 6}", "last_moon: {else: 6}", "J1-018", "no limit last_month", "no limit last_month"),
    ("rules/J2.yaml", "{of: before, fields: flows,", "{of: before, field: flows,", "J2-027", "'fields'", "'fields'"),
    ("rules/J2.yaml", "among: past.J2", "among: future.J2", "", "不是表", "no such table"),
    ("rules/J2.yaml", "powers: [4], spread: 3,", "powers: [4], spread: wide,", "J2-102", "are missing or wrong", "wrong"),
    ("rules/J4.yaml", "kept: {rec_status: [A]}", "keep: {rec_status: [A]}", "X-011", "missing: kept", "missing: kept"),
    ("rules/J4.yaml", "key: task_id, among: replaced.J4", "key: task_id, among: replaced.J4C", "V-001", "no other version", "of J4"),
    ("rules/J4.yaml", "fields: [fund_paid], within: fund_arr", "fields: [hh], within: fund_arr", "J4-017", "计量单位不同", "units differ"),
    ("rules/cross_level.yaml", "start_rate_households_plan_now]", "start_rate_communities_plan_now]", "V-004", "互不相同", "of their own"),
    ("rules/cross_level.yaml", "totals: [M2105-000000-plan", "totals: [M2105-000001-plan", "L-006", "没有说明", "not explained"),
    ("indicators/indicators.yaml", "field: plan_xq}", "field: plan_x}", "plan_communities", "plan_x", "no field plan_x"),
    ("layouts/fund_items.yaml", "indicator: funds_", "indicator: funns_", "", "没有指标 funns_", "no indicator funns_"),
    ("gates.yaml", "public: [plan_communities", "public: [plan_communes", "series.public", "plan_communes", "no indicator"),
    ("gates.yaml", "public: [plan_communities", "public: [funds_paid, plan_communities", "series.public", "ministry", "ministry"),
    ("calendar.yaml", "{form: J2, every: month, by:", "{form: J7, every: month, by:", "due", "没有表 J7", "no form J7"),
    ("calendar.yaml", "county: 5,", "county: 32,", "", "不合格式", ""),
    ("calendar.yaml", "[J1.plan_hh]", "[J1.plan_households]", "headline", "J1.plan_households", "no field"),
    ("codelists/explain_reasons.csv", "W2,", "W1,", "W1", "代码重复", "used twice"),
    ("codelists/explain_reasons.csv", "Earlier error", "", "line 3", "name_en 为空", "name_en is empty"),
    ("forms/J2_progress.yaml", "unit: 户", "unit: 口", "", "口", "not declared"),
    ("units.yaml", "units:", "units: &all", "line 3", "anchors", "anchors"),
    ("rulebook.yaml", "status: ours", "status: ours\nstatus: theirs", "", "duplicate", "duplicate"),
    ("areas/areas.csv", ",440000,no county level", ",449999,no county level", "441900", "449999", "no parent"),
    ("areas/area_changes.csv", "330110,余杭区,330113,临平区", "330110,余杭区,330110,临平区", "line 62", "名录是“余杭区”", "is 余杭区"),
    ("areas/area_changes.csv", "2019,撤县设市,341822", "2019,撤县设区,341822", "line 20", "不符", "does not fit"),
    ("areas/area_changes.csv", "341822,广德县", "340281,广德县", "line 20", "仍在名录", "still in the list"),
    ("areas/area_changes.csv", "安徽省/宣城市/广德市", "安徽省/芜湖市/广德市", "line 20", "路径上级", "the path is below"),
    ("areas/area_changes.csv", "450181,横州市", "450199,横州市", "line 81", "不在名录", "neither in the list"),
    ("areas/boundary_notes.csv", "2021-04,part", "2021-04,some", "line 4", "extent", "extent"),
    ("areas/boundary_notes.csv", "330104,330102,2021-04,part", "330109,330102,2021-04,whole", "line 4", "仍在名录", "not whole"),
    ("areas/boundary_notes.csv", "330104,330102,2021-04", "330104,330102,April", "line 4", "生效月份", "not understood"),
    ("forms/J4_projects.yaml", "disclosure: role(ministry)", "since: 2018-12", "J4.addr", "2018-12", "before its form"),
    ("forms/J4_projects.yaml", "disclosure: role(ministry)", "disclosure: secret", "addr", "不合格式", ""),
    ("codelists/explain_reasons.csv", ",needs_text\nW1,口径更正,Definition corrected,P,",
     ",needs_text,valid_from,valid_to\nW1,口径更正,Definition corrected,P,,2023-05,2023-04", "W1", "有效期", "in order"),
    ("gates.yaml", "# yaml-language-server", "# yaml", "line 1", "第一行", "first line"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "old", "new", "place", "zh", "en"), FAULTS, ids=[f"{f[0]}-{n}" for n, f in enumerate(FAULTS)]
)
def test_each_kind_of_fault_is_found(copy: Path, file: str, old: str, new: str, place: str, zh: str, en: str) -> None:
    change(copy / file, old, new)
    found = [p for p in check_rulebook(copy) if file in p.file or file in p.problem_zh]
    assert [p for p in found if place in p.place and zh in p.problem_zh and en in p.problem_en], found


def test_every_fault_of_a_file_is_listed_not_only_the_first(copy: Path) -> None:
    change(copy / "rules/J2.yaml", "severity: error", "severity: fatal")
    change(copy / "rules/J2.yaml", "severity: warning", "severity: mild")
    places = {p.place for p in check_rulebook(copy)}
    assert {"rules.J2-001.severity", "rules.J2-003.severity"} <= places


def test_an_area_may_have_no_more_units_than_a_build_can_tell(copy: Path) -> None:
    areas = copy / "areas" / "areas.csv"
    held = sum(line.split(",")[4:6] == ["county", "130100"] for line in areas.read_text(encoding="utf-8").splitlines())
    lines = [f"{139000 + n},新区{n},,,county,130100,\n" for n in range(128 - held)]
    with areas.open("a", encoding="utf-8") as file:
        file.writelines(lines[1:])
    assert not [p for p in check_rulebook(copy) if p.file == "areas/areas.csv" and "127" in p.problem_zh]
    with areas.open("a", encoding="utf-8") as file:
        file.write(lines[0])
    found = [p for p in check_rulebook(copy) if p.file == "areas/areas.csv" and "127" in p.problem_zh]
    assert [(p.place, "128" in p.problem_zh) for p in found] == [("130100", True)]


@pytest.mark.parametrize(
    ("edit", "file", "said"),
    [
        (lambda r: (r / "notes.yaml").write_text("a: 1\n", encoding="utf-8"), "notes.yaml", "没有程序读"),
        (lambda r: (r / "schema" / "rules.schema.json").unlink(), "schema/rules.schema.json", "不一致"),
        (lambda r: (r / "codelists" / "empty.csv").write_text("a,b\n", encoding="utf-8"), "codelists/empty.csv", "code"),
    ],
    ids=["unread", "schema", "columns"],
)  # fmt: skip
def test_files_that_are_missing_stale_or_read_by_nobody(
    copy: Path, edit: Callable[[Path], object], file: str, said: str
) -> None:
    edit(copy)
    assert [p for p in check_rulebook(copy) if p.file == file and said in p.problem_zh]


def test_a_folder_without_a_rule_book_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="不是规则库"):
        check_rulebook(tmp_path)


def test_a_problem_is_told_in_four_words() -> None:
    assert Problem("a", "b", "c", "d").as_json() == {"file": "a", "place": "b", "problem_zh": "c", "problem_en": "d"}
