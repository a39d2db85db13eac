"""The three accounts of one year's money side by side: J2 December, J3F, and what J4F grew by between two Decembers.

They agree, or the residual is shown: never mended and never averaged. A residual is of the units that filed both, so
that a unit that is late makes no difference of its own. Sums of rows, zeros and coverage are dbt's; the order of choice
among accounts is decision 16. Not here: one figure (figures.py), drawing (dashboards).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from filings.reader import Reader
from ingestion.catalogue import Catalogue
from ingestion.errors import UsageError
from ingestion.units import json_number, plain

UNIT = "元"
# item → its words, the calendar account (J2 and J3F), the roster to date (J4F), and whether the latter is a stock
ITEMS: dict[str, tuple[str, str, str, str | None, bool]] = {
    "planned": ("计划", "planned", "funds_planned", None, False),
    "allotted": ("下达", "allotted", "funds_allotted", "roster_funds_allotted", False),
    "arrived": ("到位", "arrived", "funds_arrived", "roster_funds_arrived", False),
    "paid": ("支付", "paid", "funds_paid", "roster_funds_paid", False),
    "returned": ("退回", "returned", "funds_returned", "roster_funds_returned", False),
    "balance": ("年末结余", "closing balance", "funds_balance", "roster_funds_balance", True),
    "idle": ("滞留一年以上", "idle over a year", "funds_idle_over_1y", "funds_idle_upper_bound", True),
}
ACCOUNTS = ("j2", "j3f", "j4f")
PAIRS = (("j2", "j3f"), ("j2", "j4f"), ("j3f", "j4f"))
OTHER_CENTRAL = "F19"

SUMMED = """
with asked(item, indicator, is_stock) as (select unnest(?), unnest(?), unnest(?)),
filed as (
    select asked.item, asked.is_stock, f.dim_name, f.dim_code, f.area_code, f.account, f.period, f.value
    from fct_figures as f
    inner join asked on f.indicator = asked.indicator
    where f.is_sample = ? and f.programme = ? and f.accum = 'level' and f.basis = 'filed' and f.value is not null
      and f.period in (?, ?) and f.area_code in (select unnest(?)) and f.account in ('J2', 'J3F', 'J4F')
      and f.dim_name in ('', 'source', 'level')
),
by_unit as (
    select
        item, dim_name, dim_code, area_code,
        max(value) filter (where account = 'J2' and period = ?) as j2,
        max(value) filter (where account = 'J3F' and period = ?) as j3f,
        max(value) filter (where account = 'J4F' and period = ?)
        - case
            when bool_or(is_stock) then 0
            else max(value) filter (where account = 'J4F' and period = ?)
        end as j4f,
        count(*) filter (where account = 'J4F' and period = ?) as has_end
    from filed
    group by all
)
select
    item, dim_name, dim_code, sum(j2) as j2, sum(j3f) as j3f, sum(j4f) as j4f, count(j2) as n_j2, count(j3f) as n_j3f,
    count(j4f) as n_j4f, sum(has_end)::integer as n_end, sum(j2 - j3f) as j2_j3f, sum(j2 - j4f) as j2_j4f,
    sum(j3f - j4f) as j3f_j4f
from by_unit
group by all
"""
# tasks that counted in the December before and count no more: what they hold leaves the roster with them
LEFT = """
with counted as (
    select p.unit_code, p.period, p.submission_id, p.task_id
    from int_j4__in_force as p
    inner join int_submissions__in_force as s on p.submission_id = s.submission_id
    where p.membership = 'M1' and p.rec_status = 'A' and s.is_sample = ? and s.programme = ?
      and p.period in (?, ?) and p.unit_code in (select unnest(?))
),
gone as (
    select b.* from counted as b
    where b.period = ?
      and exists (select 1 from counted as e where e.unit_code = b.unit_code and e.period = ?)
      and not exists (select 1 from counted as e where e.task_id = b.task_id and e.period = ?)
),
held as (
    select gone.task_id, r.src, r.allotted, r.arrived, r.paid, r.returned
    from gone inner join int_j4f__in_force as r
        on gone.submission_id = r.submission_id and gone.task_id = r.task_id
),
rolled as (
    select '' as dim_code, * from held
    union all
    select d.dim_code, held.* from held inner join dimension_members as d on d.base_dim = 'source' and d.member = held.src
)
select
    dim_code, count(distinct task_id) as tasks, sum(allotted) as allotted, sum(arrived) as arrived, sum(paid) as paid,
    sum(returned) as returned
from rolled
group by dim_code
"""


def accounts(
    reader: Reader, area: str, year: str, *, sample: bool = False, programme: str = "national"
) -> list[dict[str, Any]]:
    """Every item of a year in total, by level and by source, in each of the three accounts that holds it.

    Returns rows {item, item_zh, item_en, source, level, name_zh, name_en, unit, j2, j3f, j4f, upper_bound,
    residual_j2_j3f, residual_j2_j4f, residual_j3f_j4f, units: {j2, j3f, j4f, expected}, verdict: agrees|residual|no_data,
    reason_zh, reason_en}; amounts are exact decimals in yuan as text. A source or level that no account holds has no row.
    upper_bound: of idle money alone, from J4F; a limit, never compared as if it were the figure.
    Raises: UsageError for an unknown area, or a year that is none.
    """
    if not (len(year) == 4 and year.isdigit()):
        raise UsageError(f"“{year}”不是年份，应如 2023 (a year is needed)")
    book = reader.catalogue
    book.area(area)
    units = sorted(u for u in book.basic_units_in(year) if book.is_within(u, area))
    sums = _summed(reader, units, year, sample, programme)
    left = _left(reader, units, year, sample, programme)
    other_central = {item: row["j3f"] for (item, code), row in sums.items() if code == OTHER_CENTRAL}
    return [
        _row(book, item, dim, code, sums[item, code], left.get(code, {}), other_central.get(item), len(units), year)
        for item in ITEMS
        for dim, code in _breakdowns(book)
        if (item, code) in sums
    ]


def _breakdowns(book: Catalogue) -> Iterator[tuple[str, str]]:
    yield "", ""
    for dim in ("level", "source"):
        for code in book.dimensions[dim].codes:
            yield dim, code


def _summed(
    reader: Reader, units: list[str], year: str, sample: bool, programme: str
) -> dict[tuple[str, str], dict[str, Any]]:
    """(item, code) → sums of the units in each account, and of the units that have two of them."""
    asked = [(item, i, stock) for item, (_, _, *named, stock) in ITEMS.items() for i in named if i]
    before = str(int(year) - 1)
    rows = reader.rows(
        SUMMED,
        [*map(list, zip(*asked, strict=True)), sample, programme, year, before, units, year, year, year, before, year],
    )
    return {(r["item"], r["dim_code"]): r for r in rows}


def _left(reader: Reader, units: list[str], year: str, sample: bool, programme: str) -> dict[str, dict[str, Any]]:
    """code → tasks that left the roster since the December before, with what they held. A release holds no rosters."""
    if reader.release is not None:
        return {}
    end, before = f"{year}-12", f"{int(year) - 1}-12"
    rows = reader.rows(LEFT, [sample, programme, end, before, units, before, end, end])
    return {r["dim_code"]: r for r in rows}


def _row(
    book: Catalogue,
    item: str,
    dim: str,
    code: str,
    sums: dict[str, Any],
    left: dict[str, Any],
    other_central: Decimal | None,
    expected: int,
    year: str,
) -> dict[str, Any]:
    words = book.dimensions[dim].codes[code] if dim else {"name_zh": "合计", "name_en": "Total"}
    held: dict[str, Decimal | None] = {a: sums[a] for a in ACCOUNTS}
    residuals: dict[tuple[str, str], Decimal | None] = {pair: sums["_".join(pair)] for pair in PAIRS}
    bound = None
    if item == "idle":  # J4F gives a limit alone
        bound, held["j4f"] = held["j4f"], None
        residuals = dict.fromkeys(PAIRS)
    said = [*_differences(item, dim, code, residuals, left, other_central), *_absences(item, code, held, sums, year)]
    if bound is not None and held["j2"] is not None and sums["j2_j4f"] is not None and sums["j2_j4f"] > 0:
        amount = plain(sums["j2_j4f"])
        said.append(
            (f"填报的滞留额超过由J4F推算的上限{amount}元", f"the filed amount exceeds the limit by {amount} yuan")
        )
    elif bound is not None:
        said.append(("J4F只能给出上限，不是滞留额", "J4F gives a limit only"))
    known = [r for r in residuals.values() if r is not None]
    short = [a for a in ACCOUNTS if held[a] is not None and sums[f"n_{a}"] < expected]
    said += [
        (f"{a.upper()}只有{sums[f'n_{a}']}/{expected}个单位", f"{a.upper()} has {sums[f'n_{a}']} of {expected} units")
        for a in short
    ]
    exceeds = bound is not None and (sums["j2_j4f"] or 0) > 0
    verdict = "residual" if exceeds or any(known) else "agrees" if known else "no_data"
    return {
        "item": item,
        "item_zh": ITEMS[item][0],
        "item_en": ITEMS[item][1],
        "source": code if dim == "source" else None,
        "level": code if dim == "level" else None,
        "name_zh": words["name_zh"],
        "name_en": words["name_en"],
        "unit": UNIT,
        **{a: json_number(held[a], UNIT) for a in ACCOUNTS},
        "upper_bound": json_number(bound, UNIT),
        **{f"residual_{a}_{b}": json_number(residuals[a, b], UNIT) for a, b in PAIRS},
        "units": {**{a: sums[f"n_{a}"] if held[a] is not None else 0 for a in ACCOUNTS}, "expected": expected},
        "verdict": verdict,
        "reason_zh": "；".join(zh for zh, _ in said) or "各账户一致",
        "reason_en": "; ".join(en for _, en in said) or "the accounts agree",
    }


def _differences(
    item: str,
    dim: str,
    code: str,
    residuals: dict[tuple[str, str], Decimal | None],
    left: dict[str, Any],
    other_central: Decimal | None,
) -> Iterator[tuple[str, str]]:
    """What the accounts differ in, with the causes that the data show."""
    for (a, b), residual in residuals.items():
        if not residual:
            continue
        a, b = a.upper(), b.upper()
        yield (
            f"{a}比{b}多{plain(residual)}元" if residual > 0 else f"{a}比{b}少{plain(-residual)}元",
            (f"{a} − {b} = {plain(residual)} yuan"),
        )
    first = residuals["j2", "j3f"]
    if first and other_central and code in ("central", "other", "F99") and abs(first) == other_central:
        yield (
            "月报没有其他中央资金（F19）一行，这部分计在“其他”",
            "J2 has no row for other central funds (F19): they stand in its `other`",
        )
    if first and item == "planned":
        yield (
            "J2第39行是本年应完成投资（含结转小区），J3F是本年计划的资金，口径不同",
            "J2 row 39 is investment due in the year, carried-over communities included; J3F is money planned for it",
        )
    moved = left.get(item) if item in left else None
    if moved and (residuals["j2", "j4f"] or residuals["j3f", "j4f"]):
        yield (
            f"上年末计数、本年末不再计数的任务{left['tasks']}个，带走累计{plain(moved)}元",
            f"{left['tasks']} tasks counted a year before and no longer hold {plain(moved)} yuan to date",
        )


def _absences(
    item: str, code: str, held: dict[str, Decimal | None], sums: dict[str, Any], year: str
) -> Iterator[tuple[str, str]]:
    """Why an account says nothing."""
    if held["j2"] is None:
        if item == "allotted":
            yield "月报J2不填报下达", "J2 does not ask for allotments"
        elif code:
            yield "月报J2不这样分列", "J2 does not split it so"
        else:
            yield f"没有{year}年12月的月报J2", f"no J2 of December {year}"
    if held["j3f"] is None:
        yield ("J3F不填报滞留", "J3F does not ask for idle money") if item == "idle" else (
            f"没有{year}年的年度资金决算J3F", f"no annual accounts J3F of {year}"
        )  # fmt: skip
    if held["j4f"] is None and item == "planned":
        yield "J4F的计划是任务的全部计划，不是一年的", "the plan of J4F is of the whole task, not of a year"
    elif held["j4f"] is None and item != "idle":
        missing = int(year) if not sums["n_end"] else int(year) - 1
        yield (
            f"没有{missing}年12月的项目清单J4，算不出当年数",
            f"no roster J4 of December {missing}: no flow of the year",
        )
