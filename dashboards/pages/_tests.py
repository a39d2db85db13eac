"""Published figures against each other as tables: sums and missing units, lists, years, effects, two publications."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Protocol

from dashboards.data.reconciliation import Found
from dashboards.pages._page import Block, Cell, Table
from dashboards.theme import Words

PERIOD, INDICATOR, AREA = Words("报告期", "period"), Words("指标", "indicator"), Words("地区", "area")
WORST = ("differs", "explained", "other_definition", "interval", "no_data", "agrees")
VERDICT, REASON, CELL = Words("判定", "verdict"), Words("理由", "reason"), Words("单元格", "cell")


class Telling(Protocol):
    """What the tables need of the page: names, verdicts, cells."""

    def area(self, code: str) -> Words: ...
    def indicator(self, name: str) -> Words: ...
    def reason(self, row: dict[str, Any]) -> str: ...
    def verdict(self, row: dict[str, Any]) -> Cell: ...
    def cell(self, observation: str | None) -> Cell: ...


def span(low: Any, high: Any) -> str:
    if low is None and high is None:
        return ""
    if low == high:
        return str(low)
    return f"≤ {high}" if low is None else f"≥ {low}" if high is None else f"{low} — {high}"


def _subject(row: dict[str, Any], tell: Telling) -> Cell:
    area, name = tell.area(row["area"]), tell.indicator(row["indicator"])
    return Cell(Words(f"{area.zh} {row['period']} {name.zh}", f"{area.en} {row['period']} {name.en}"))


def _sums(found: Found, tell: Telling) -> Block | None:
    rows = []
    for r in _once(found.tests["sums"]):
        units = [tell.area(code) for code in r["units_lacking"]]
        few = units[:3]
        more = Words(f"等{len(units)}个", f" and {len(units) - 3} more") if len(units) > 3 else Words("", "")
        lacking = Words("、".join(u.zh for u in few) + more.zh, ", ".join(u.en or u.zh for u in few) + more.en)
        other = r["other_printed"] or span(r["other_low"], r["other_high"])
        rows.append(
            [
                _subject(r, tell),
                tell.verdict(r),
                Cell(str(r["point"])),
                Cell(f"{r['units_reported']}/{r['units_expected']}"),
                Cell(f"{other} {' '.join(s for s in r['other_sources'] if s != r['source_id'])}".strip()),
                Cell(span(r["rest_low"], r["rest_high"])),
                Cell(lacking),
                Cell(r["source_id"]),
            ]
        )
    headers = [
        Words("地区、报告期、指标", "area, period, indicator"),
        VERDICT,
        Words("各行之和", "sum of rows"),
        Words("行数/应有", "rows / expected"),
        Words("全数（或前后期、推得的计划）", "whole figure (or the month before or after, or the plan implied)"),
        Words("余数区间", "interval left"),
        Words("缺的单位", "units missing"),
        Words("公布资料", "publication"),
    ]
    note = Words(
        "单位齐全的表，各行之和应在全数的舍入之内；缺单位的，余数是这些单位合计可能的范围：只给范围，不作估计，也不补数。",
        "Where every unit is there, the rows must add up within the rounding of the whole figure. Where units are missing, what is "
        "left is their range together: nothing is estimated or filled in.",
    )
    return _block(
        "left_over",
        Words("各地之和与缺的单位", "Sums of units, and what is left for missing ones"),
        headers,
        rows,
        (note,),
        {2, 3},
    )


def _once(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """A year and its December, and a plan under its names, are one sum: the shortest name stays."""
    kept: dict[tuple[Any, ...], dict[str, Any]] = {}
    for r in sorted(rows, key=lambda r: (len(r["indicator"]), len(r["period"]), r["period"], r["area"])):
        same = (
            r["source_id"],
            r["area"],
            r["point"],
            r["other_basis"],
            r["other_printed"],
            r["rest_low"],
            r["rest_high"],
        )
        kept.setdefault(same, r)
    return sorted(
        kept.values(), key=lambda r: (r["verdict"] != "differs", r["area"] != "000000", r["area"], r["period"])
    )


def _sets(found: Found, tell: Telling) -> Block | None:
    lists: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for r in found.tests["sets"]:
        lists.setdefault((r["period"], r["source_id"]), []).append(r)
    rows = []
    for (period, _), members in sorted(lists.items(), reverse=True):
        counts = Counter(m["verdict"] for m in members)
        odd = [m for m in members if m["verdict"] in ("explained", "differs")]
        areas = [tell.area(m["area"]) for m in odd]
        words = Words(
            "；".join(f"{a.zh} {span(m['low'], m['high'])} < {span(m['other_low'], m['other_high'])}" for a, m in zip(areas, odd, strict=True)),
            "; ".join(f"{a.en} {span(m['low'], m['high'])} < {span(m['other_low'], m['other_high'])}" for a, m in zip(areas, odd, strict=True)),
        )  # fmt: skip
        proved = [tell.area(m["area"]) for m in members if m["verdict"] == "agrees"]
        rows.append(
            [
                Cell(period),
                Cell(str(sum(1 for m in members if m["printed"]))),
                Cell(str(counts["agrees"]), title="、".join(a.zh for a in proved)),
                Cell(str(counts["no_data"])),
                Cell(words if odd else ""),
                Cell(tell.reason(odd[0]) if odd else ""),
                tell.cell(next((o for m in members for o in m["observations"]), None)),
            ]
        )
    headers = [
        PERIOD,
        Words("名单中的单位", "units named"),
        Words("开工数证实", "proved by starts"),
        Words("无从证实", "neither proved nor refuted"),
        Words("开工数与计划不符", "starts against plan"),
        REASON,
        Words("名单首个单元格", "first cell of the list"),
    ]
    note = Words(
        "“全部开工”等名单按集合检验：列名的单位，开工数应不少于计划（部里印出的，或由其他月份的开工率推得的）；够数而未列名的也列出。",
        "Lists such as “all started” are tested as sets: a unit that is named must have started its plan (as the ministry printed "
        "it, or as rates of other months imply); a unit that has, and is not named, is listed too.",
    )
    return _block("sets", Words("“全部开工”名单", "Membership lists"), headers, rows, (note,), {1, 2, 3})


def _against(name: str, title: Words, kind: str, note: Words, found: Found, tell: Telling) -> Block | None:
    rows = []
    for r in sorted(found.tests[kind], key=lambda r: WORST.index(r["verdict"])):
        other = " ".join([r["other_printed"] or span(r["other_low"], r["other_high"]), *r["other_sources"]])
        rows.append(
            [
                _subject(r, tell),
                tell.verdict(r),
                Cell(f"{r['printed'] or r['point']} {r['source_id']}"),
                Cell(other),
                Cell("" if r["rest_point"] is None else str(r["rest_point"]), sort=str(r["rest_point"])),
                Cell(tell.reason(r)),
                tell.cell(r["observations"][0] if r["observations"] else None),
            ]
        )
    headers = [
        Words("地区、报告期、指标", "area, period, indicator"),
        VERDICT,
        Words("公布", "printed"),
        Words("对照", "against"),
        Words("差", "difference"),
        REASON,
        CELL,
    ]
    return _block(name, title, headers, rows, (note,), {4})


def _years(found: Found, tell: Telling) -> Block | None:
    note = Words(
        "累计数与历年之和；区间相加，截尾与四舍五入分开判断。",
        "Cumulative figures against the sum of the years; intervals are added, digits cut are told from digits rounded.",
    )
    return _against("years", Words("累计数与历年之和", "Cumulative figures and years"), "years", note, found, tell)


def _effects(found: Found, tell: Telling) -> Block | None:
    note = Words(
        "到年末的累计减当年、再减先前的累计，余下的是其间几个月；快于此前步调两倍以上即为跳增（两倍之限是本平台所定），序列重新计算过。",
        "The cumulative figure at the end of a year, less that year, less an earlier cumulative figure leaves the months between; "
        "more than twice the pace before is a jump (the factor of two is ours): the series was computed anew.",
    )
    title = Words("成效：流量与存量", "Effects: flow against stock")
    return _against("effects_vintages", title, "effects", note, found, tell)


def _publishers(found: Found, tell: Telling) -> Block | None:
    note = Words(
        "同一地区、时期、指标由两份资料印出；容差为两边的舍入之和。",
        "One area, period and indicator printed by two publications; the tolerance is both roundings together.",
    )
    title = Words(
        "两份资料的同一个数：省与部、前后两次", "One figure in two publications: province and ministry, then and later"
    )
    return _against("publishers", title, "publishers", note, found, tell)


def _block(
    name: str, title: Words, headers: list[Words], rows: list[list[Cell]], notes: tuple[Words, ...], numeric: set[int]
) -> Block | None:
    return Block(name, title, table=Table(headers, rows, frozenset(numeric)), notes=notes) if rows else None


TESTS = (_sums, _sets, _publishers, _years, _effects)
