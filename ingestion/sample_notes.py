"""What the note of a sample delivery says: everything that was planted in the file, in the order of decision 17.

Not here: how it was planted (samples.py, sample_faults.py, sample_profiles.py, sample_effects.py).
"""

from __future__ import annotations

from ingestion.sample_communities import month_no
from ingestion.sample_effects import MISUSED, MISUSED_IN, RESIDUAL, RESIDUAL_IN
from ingestion.sample_numbers import Row
from ingestion.sample_plans import OFF_PLAN
from ingestion.sample_profiles import NEWER, OUTVOTED, SELF_SCORED, SPLIT, TWICE, UNMANAGED
from ingestion.sample_rosters import Tables

LATE, RETURNED, MISSING = "110115", "110106", "110117"
LATE_MONTH, CORRECTED_MONTH = month_no(2023, 7), month_no(2023, 5)
RETURNED_MONTH, MISSING_MONTH = month_no(2023, 8), month_no(2023, 4)

NOTES = {
    "late": "迟报：2023年7月数于9月3日才报 (late return)",
    "first": "更正前：2023年5月首报，新开工户数与资金偏低，后由更正件替代 (first version, corrected later)",
    "corrected": "更正：2023年5月更正件，新开工户数、到位与支付资金改正 (correction of an accepted return)",
    "faulty": "应退回：2023年8月首报到位资金合计比分项之和多10.00万元，违反J2-007 (to be returned: breaks J2-007)",
    "mended": "退回后重报：已改正 (filed again after it was returned)",
    "gap": "缺报之后：2023年4月从未报送 (the month before was never filed)",
    "off": "计划外开工2个，触发J2-015 (warning: started outside the plan)",
    "idle": "有滞留一年以上资金，触发J2-023 (warning: money idle over a year)",
    "stalled": "1个已开工小区待调出，收回资金{0}.{1:02d}万元 (a started community waits to be taken out; money taken back)",
    "revised": "计划调整V2：调入{0}个、调出{1}个 (plan revised: {0} added, {1} removed)",
    "settled": "年末定案V3：{0}栋独立楼单列为小区，户数不变；系样本自拟，公布计划仍为V2的400个 (year-end settlement, the "
    "sample's own: {0} buildings listed apart; the published plan of 400 is version V2)",
    "twice": "同一小区换名申报两次，触发J4-002 (warning: one community entered twice under another name)",
    "split": "一个小区的两栋楼各列一个小区，触发J4-005 (warning: one community split up for the count)",
    "newer": "2006年建成的小区按省定例外纳入，触发J4-007 (warning: a newer community)",
    "unpaid": "计划外2个小区开工两月零投资，触发J4-012 (warning: started for two months without investment)",
    "outvoted": "一个小区表决未达比例即开工，触发J4-014 (warning: started below the share of votes)",
    "held": "一个小区两个来源的资金滞留一年以上，触发J4-022 (warning: money idle over a year)",
    "self": "满意度98%系主管部门自查，未做第三方调查 (self-scored satisfaction of 98 %)",
    "unmanaged": "1个小区改造后无人管理，触发J3-007 (warning: nobody manages a renovated community)",
    "misused": "18.60万元超范围使用，已归还10.00万元，触发J3-015 (warning: money spent outside its purpose)",
    "residual": "年度决算县级到位资金比月报多12.34万元，三本账有差额，触发J3-013 (warning: accounts exceed the monthly returns by 12.34)",
    "first_year": "修订前：1月首报，文体场地未复测、满意度样本未收齐 (first version, revised in March)",
    "revised_year": "修订：3月修订，文体场地经复测、满意度样本收齐；不涉及资金与开工 (revised: sports grounds measured again, all "
    "answers in)",
}


def _said(found: list[tuple[str, bool]]) -> str:
    return "；".join(NOTES[name] for name, holds in found if holds)


def month_note(unit: str, month: int, row: Row) -> str:
    """Of an ordinary J2."""
    stalled = NOTES["stalled"].format(*divmod(row["f_return"], 100)) if row["st_out_started"] else ""
    said = _said(
        [
            ("gap", (unit, month) == (MISSING, MISSING_MONTH + 1)),
            ("off", row["xq_off"] > 0),
            ("idle", row["f_idle_1y"] > 0),
        ]
    )
    return "；".join(text for text in (said, stalled) if text)


def roster_note(unit: str, month: int, tables: Tables, row: Row) -> str:
    """Of a J4 without faults. row: the J2 of the month."""
    tasks = tables["J4"]
    return _said(
        [
            ("twice", unit == TWICE and any("xq_alias" in task for task in tasks)),
            ("split", sum(str(task["xq_name"]).startswith(SPLIT) for task in tasks) > 1),
            ("newer", unit == NEWER and any(task["elig"] == "Y3" for task in tasks)),
            ("unpaid", unit == OFF_PLAN and month >= month_no(2023, 5)),
            ("outvoted", unit == OUTVOTED and any(_below(task) for task in tasks)),
            ("held", row["f_idle_1y"] > 0),
        ]
    )


def _below(task: object) -> bool:
    return isinstance(task, dict) and "d_start" in task and 2 * task["vote_agree"] <= task["vote_part"]


def yearly_note(unit: str, year: int) -> str:
    """Of a J3."""
    return _said(
        [
            ("self", unit == SELF_SCORED),
            ("unmanaged", (unit, year) == (UNMANAGED, 2023)),
            ("misused", (unit, year) == (MISUSED, MISUSED_IN)),
            ("residual", (unit, year) == (RESIDUAL, RESIDUAL_IN)),
        ]
    )
