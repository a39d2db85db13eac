"""Every effect of an area by year: items of form J3 and of list J4C, told apart by scope, with breaks and checks. Reads only.

The marts fct_effects and fct_effect_checks hold the numbers. What is said of listed communities and of all housing stands in
two lists that nothing adds up, and no value is subtracted across a series that was computed anew. Not here: cumulative
figures with their windows (windows.py), one effect and its cells (figures.py).
"""

from __future__ import annotations

import re
from typing import Any

from filings.question import Question
from filings.reader import Reader
from ingestion import outputs
from ingestion.errors import UsageError
from ingestion.model import SAMPLE_MARK
from ingestion.units import json_number

YEAR = re.compile(r"20\d\d")
SCOPES = {
    "listed": ("在册改造小区", "of listed communities"),
    "all_housing": ("全部既有住宅", "of all housing"),
}
VERDICTS = {
    "agrees": ("相符", "agree"),
    "differs": ("不符", "differ"),
    "rebased": ("跨重算，不比", "across a new base: not compared"),
    "no_flow": ("缺流量，不能比", "no flow between: nothing to compare"),
}
KINDS = {
    "printed_window": ("公布的累计数", "printed cumulative figures"),
    "roster_stock": ("项目清单的两个年末", "rosters of two Decembers"),
}
FACTS = (
    "value", "undated", "obs_status", "is_break", "vintage", "basis", "units_reported", "units_expected", "account", "source_id",
)  # fmt: skip
# a column of the files: name, words
COLUMNS = (
    ("marker", "数据性质"), ("programme", "任务范围"), ("area", "地区代码"), ("area_name", "地区"), ("scope", "口径"),
    ("scope_zh", "口径名称"), ("list", "出自"), ("item", "项目代码"), ("name_zh", "项目"), ("name_en", "英文名称"), ("unit", "计量单位"),
    ("year", "年度"), ("value", "当年数量"), ("undated", "已完成而未填月份"), ("obs_status", "状态"), ("is_break", "序列断点"),
    ("vintage", "重算前后"), ("basis", "数怎样得来"), ("units_reported", "已报单位"), ("units_expected", "应报单位"),
    ("account", "出自哪张表"), ("source_id", "公布资料"),
)  # fmt: skip
NUMBERS = frozenset(
    f"{zh} {name}" for name, zh in COLUMNS if name in ("value", "undated", "units_reported", "units_expected")
)


def _check(reader: Reader, area: str, year: str | None, item: str | None, programme: str) -> None:
    """Raises UsageError for a question that cannot be asked, and for a release, which holds no effects by item."""
    if reader.release is not None:
        raise UsageError("发布里没有分项效果；请从构建读 (a release holds no effects by item: read the build)")
    if year is not None and not YEAR.fullmatch(year):
        raise UsageError(f"“{year}”不是年份，应如 2023 (a year is needed)")
    Question("effect_e_xq", area, year or "2023", programme=programme).check(reader.catalogue)
    known = {
        *(i for i in reader.catalogue.indicators if i.startswith("effect_")),
        *reader.catalogue.codelist("content_items"),
    }
    if item is not None and item not in known:
        raise UsageError(
            f"没有效果项目“{item}”；应为 effect_… 指标（如 effect_elev）或内容代码（如 WS15） (no such effect or content item)"
        )


def effects(
    reader: Reader,
    area: str,
    year: str | None = None,
    item: str | None = None,
    *,
    programme: str = "national",
    sample: bool = False,
) -> dict[str, Any]:
    """Effects of an area, of every year or one, all items or one.

    Returns: {area, area_name, programme, sample_data, as_of, years, scopes: [{scope, name_zh, name_en, items: [{list, item,
        name_zh, name_en, unit, content_class, content_class_en, years: [{year, value, undated, obs_status, is_break, vintage, basis,
        units_reported, units_expected, account, source_id}]}]}], checks: {counts: {verdict: n}, rows}}.
        Counts are integers where whole, every other quantity exact text in the base unit. An item without a row was not filed.
        checks.rows: of the area itself where they were printed, else of its units: {kind, item, name_zh, name_en, area,
        area_name, stock_before, stock_after, flow_period, change, flow, expected_low, expected_high, held_low, held_high,
        verdict}.
    Raises: UsageError for a question that cannot be asked, or a release.
    """
    _check(reader, area, year, item, programme)
    rows = reader.rows(
        """select * from fct_effects where is_sample = ? and programme = ? and area_code = ?
           and (?::integer is null or year = ?::integer) and (? is null or item = ?) order by list, item, year""",
        [sample, programme, area, year, year, item, item],
    )
    answer: dict[str, Any] = {
        "area": area,
        "area_name": reader.catalogue.area(area).name_zh,
        "programme": programme,
        "sample_data": sample,
        "as_of": reader.as_of,
        "years": sorted({r["year"] for r in rows}),
        "scopes": [
            {
                "scope": scope,
                "name_zh": zh,
                "name_en": en,
                "items": _items(reader, [r for r in rows if r["scope"] == scope]),
            }
            for scope, (zh, en) in SCOPES.items()
        ],
        "checks": _checks(reader, area, year, item, programme, sample),
    }
    return answer | ({"marker": SAMPLE_MARK} if sample else {})


def _items(reader: Reader, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Items of one scope: J3 in the order of the catalogue, then J4C in that of its codes."""
    contents = reader.catalogue.codelist("content_items")
    classes = {c["name_zh"]: c["name_en"] for c in reader.catalogue.codelist("content_classes").values()}
    order = {name: n for n, name in enumerate([*reader.catalogue.indicators, *contents])}
    held: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        held.setdefault(row["item"], []).append(row)
    return [
        {
            **{name: found[0][name] for name in ("list", "item", "name_zh", "name_en", "unit")},
            "content_class": contents[name]["class"] if name in contents else None,
            "content_class_en": classes.get(contents[name]["class"]) if name in contents else None,
            "years": [
                {"year": r["year"]}
                | {f: json_number(r[f], r["unit"]) if f in ("value", "undated") else r[f] for f in FACTS}
                for r in found
            ],
        }
        for name, found in sorted(held.items(), key=lambda pair: order[pair[0]])
    ]


def _checks(
    reader: Reader, area: str, year: str | None, item: str | None, programme: str, sample: bool
) -> dict[str, Any]:
    rows = reader.rows(
        """select distinct c.* from fct_effect_checks as c
           left join area_closure as z on c.area_code = z.unit_code and z.area_code = ?
           where c.is_sample = ? and c.programme = ? and (c.area_code = ? or c.kind = 'roster_stock' and z.area_code is not null)
           and (? is null or c.item = ?) and (? is null or contains(c.stock_after, ?))
           order by c.verdict, c.item, c.area_code, c.stock_before, c.stock_after""",
        [area, sample, programme, area, item, item, year, year],
    )
    order = list(VERDICTS)
    rows.sort(key=lambda r: (r["verdict"] != "differs", order.index(r["verdict"])))
    found = []
    for row in rows:
        indicator = reader.catalogue.indicator(row["item"])
        amounts = ("change", "flow", "expected_low", "expected_high", "held_low", "held_high")
        found.append(
            {
                "kind": row["kind"],
                "item": row["item"],
                "name_zh": indicator.name.zh,
                "name_en": indicator.name.en,
                "unit": indicator.unit,
                "area": row["area_code"],
                "area_name": reader.catalogue.area(row["area_code"]).name_zh,
                **{name: row[name] for name in ("stock_before", "stock_after", "flow_period")},
                **{name: json_number(row[name], indicator.unit) for name in amounts},
                "verdict": row["verdict"],
            }
        )
    return {"counts": {v: sum(r["verdict"] == v for r in found) for v in VERDICTS}, "rows": found}


def file_of(answer: dict[str, Any], suffix: str) -> bytes:
    """Every value of an answer, a row an item and year, as csv or xlsx. Raises UsageError for another format."""
    header = [f"{zh} {name}" for name, zh in COLUMNS]
    mark = SAMPLE_MARK if answer["sample_data"] else ""
    whole = {"marker": mark, **{name: answer[name] for name in ("programme", "area", "area_name")}}
    rows = [
        outputs.texts({**whole, "scope": s["scope"], "scope_zh": s["name_zh"], **i, **y}, [name for name, _ in COLUMNS])
        for s in answer["scopes"]
        for i in s["items"]
        for y in i["years"]
    ]
    title = f"{mark}改造成效 {answer['area']}"
    return outputs.table_bytes([header, *rows], suffix, title=title, sheet=f"{mark} effects".strip(), numbers=NUMBERS)
