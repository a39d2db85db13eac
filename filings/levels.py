"""What each level filed beside the sum of the level below, and between which bounds an incomplete total lies. Reads only.

The marts fct_levels, fct_bounds and fct_bound_units hold the numbers; here they are put beside one question. A bound never
enters a figure. Not here: the figure itself (figures.py), what a printed table leaves for its missing rows (missing.py).
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ingestion.areas import last_month
from ingestion.errors import UsageError
from ingestion.model import SAMPLE_MARK
from ingestion.units import json_number, plain, ratio

if TYPE_CHECKING:
    from filings.question import Question
    from filings.reader import Reader


def share_of(part: Decimal | int | None, whole: Decimal | int | None) -> str | None:
    """part ÷ whole to four decimals, as exact decimal text; None when either is missing or the whole is zero."""
    if part is None or not whole:
        return None
    return plain(ratio(Decimal(part), Decimal(whole), Decimal(1), 4))


def _coverage(row: dict[str, Any] | None) -> dict[str, Any]:
    """Units reported and expected, and how heavy those that reported were a year before; all None without a row."""
    if row is None:
        return {"units_reported": None, "units_expected": None, "share": None, "share_of_last_year": None}
    return {
        "units_reported": row["units_reported"],
        "units_expected": row["units_expected"],
        "share": share_of(row["units_reported"], row["units_expected"]),
        "share_of_last_year": share_of(row["last_year_reported"], row["last_year_total"]),
    }


def _held(
    reader: Reader, question: Question, areas: list[str], dim: tuple[str, str | None] | None = None
) -> list[dict[str, Any]]:
    """Rows for some areas: returns first, in the order of accounts, then publications, newest name first.

    dim: a breakdown and one of its codes, or None for all of them; no breakdown: the totals.
    """
    table, more = "fct_levels", []
    if dim is not None:
        table = "(select * from fct_level_parts where dim_name = ? and (?::varchar is null or dim_code = ?))"
        more = [dim[0], dim[1], dim[1]]
    before = f"{int(question.period[:4]) - 1}{question.period[4:]}"  # what coverage of last year rests on
    return reader.rows(
        f"""select l.* from {table} as l
           left join indicator_accounts as a on l.indicator = a.indicator and l.group_id = a.account
           where l.is_sample = ? and l.programme = ? and l.indicator = ? and l.period = ?
           and list_contains(?::varchar[], l.area_code)
           order by l.is_return desc, a.rank, l.sum_below is null or l.filed_value is null, l.group_id desc""",
        [*more, question.sample, question.programme, question.indicator, question.period, areas],
        {"indicators": {question.indicator}, "periods": {question.period, before}},
    )


def _bounded(reader: Reader, question: Question, areas: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Rows of fct_bounds by area, in the order of accounts; none of a release, of a breakdown, of a month alone."""
    if reader.release is not None or question.dims or question.flow:
        return {}
    rows = reader.rows(
        """select * from fct_bounds where is_sample = ? and programme = ? and indicator = ? and period = ?
           and list_contains(?::varchar[], area_code) order by account""",
        [question.sample, question.programme, question.indicator, question.period, areas],
    )
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["area_code"], []).append(row)
    return found


def bounds(reader: Reader, question: Question) -> dict[str, Any] | None:
    """Bounds of an incomplete year-to-date total, with the units that were filled in for each; None when there are none.

    Returns: {account, lower, upper, units_reported, units_expected, lower_units, upper_units, note_zh, note_en}; upper is
    None when a missing unit has no plan. A missing unit of which nothing is known adds nothing to the lower bound.
    """
    rows = _bounded(reader, question, [question.area]).get(question.area)
    return _filled(reader, question, rows[0]) if rows else None


def _filled(reader: Reader, question: Question, row: dict[str, Any]) -> dict[str, Any]:
    """A row of fct_bounds in words, with the units that were filled in."""
    filled = reader.rows(
        """select u.unit_code, u.last_period, u.last_value, u.plan_value from fct_bound_units as u
           inner join area_closure as c on u.unit_code = c.unit_code
           where u.is_sample = ? and u.programme = ? and u.indicator = ? and u.account = ? and u.period = ?
           and c.area_code = ? order by u.unit_code""",
        [
            question.sample,
            question.programme,
            question.indicator,
            row["account"],
            last_month(question.period),
            row["area_code"],
        ],
    )
    unit = reader.catalogue.indicator(question.indicator).unit
    return {
        "account": row["account"],
        "lower": json_number(row["lower_bound"], unit),
        "upper": json_number(row["upper_bound"], unit),
        "units_reported": row["units_reported"],
        "units_expected": row["units_expected"],
        "lower_units": [
            {"unit_code": f["unit_code"], "period": f["last_period"], "value": json_number(f["last_value"], unit)}
            for f in filled
            if f["last_value"] is not None
        ],
        "upper_units": [
            {"unit_code": f["unit_code"], "value": json_number(f["plan_value"], unit)}
            for f in filled
            if f["plan_value"] is not None
        ],
        "note_zh": "下界＝已报数＋缺报单位本年最近接收数；上界＝已报数＋缺报单位计划；不计入任何合计",
        "note_en": "lower: last accepted values of the missing units; upper: their plans; never part of a total",
    }


def _row(
    reader: Reader,
    question: Question,
    area: str,
    row: dict[str, Any] | None,
    bounded: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    unit = reader.catalogue.indicator(question.indicator).unit
    held = reader.catalogue.area(area)
    account = row["group_id"] if row and row["is_return"] else None
    known = next((b for b in bounded or [] if account in (None, b["account"])), None)
    return {
        "level": held.level,
        "area": area,
        "area_name": held.name_zh,
        "filed": json_number(row["filed_value"], unit) if row else None,
        "sum_below": json_number(row["sum_below"], unit) if row else None,
        "residual": json_number(row["residual"], unit) if row else None,
        "rounding": plain(row["rounding"]) if row else None,
        "children_known": row["children_known"] if row else None,
        "children_expected": row["children_expected"] if row else None,
        "parts_at": row["parts_at"] if row else None,
        "parted_areas": row["parted_areas"] if row else 0,
        "coverage": _coverage(row),
        "bounds": _filled(reader, question, known) if known else None,
    }


def level_of(reader: Reader, question: Question, group: str | None) -> dict[str, Any] | None:
    """The area's own row, for the answer to one figure: filed, sum below, residual, and where they first part.

    group: the account or publication of the figure; another one answers when it is None or holds nothing.
    """
    if reader.release is not None or question.dims or question.flow:
        return None
    rows = _held(reader, question, [question.area])
    if not rows:
        return None
    row = next((r for r in rows if r["group_id"] == group), rows[0])
    answer = _row(reader, question, question.area, row)
    del answer["bounds"]
    return {"group": row["group_id"], **answer}


def levels(reader: Reader, question: Question, by: str | None = None) -> dict[str, Any]:
    """An area and every area directly below it, in total or of one code of a breakdown; by: every code of a breakdown beside.

    A child without a row filed nothing: it stays in the list, without numbers.
    Returns: {indicator, unit, period, dims, group, is_return, parts_at, rows, ...}; rows[0] is the area itself. With `by`
             also parts: [{dim_name, dim_code, name_zh, name_en, ...a row of the area}], of the same account as the total.
    Raises:  UsageError for a question that cannot be asked, and for an indicator that does not add up.
    """
    indicator = question.check(reader.catalogue)
    if question.flow:
        raise UsageError("levels 只看累计数，不带 --flow (year to date alone: no --flow)")
    if question.dims and by:
        raise UsageError("--dim 与 --by 只能给一个 (give one of --dim and --by)")
    if by is not None and by not in reader.catalogue.dimensions:
        raise UsageError(f"没有维度 {by}；可用：{'、'.join(reader.catalogue.dimensions)} (no such dimension)")
    if not indicator.is_additive or indicator.kind not in ("flow", "stock", "plan"):
        raise UsageError(
            f"{indicator.id} 不能逐级相加，请查其分子分母 (does not add up over levels; ask for its operands)"
        )
    children = sorted(reader.catalogue.all_children.get(question.area, []))
    rows = _held(reader, question, [question.area, *children], next(iter(question.dims.items()), None))
    top = next((r for r in rows if r["area_code"] == question.area), rows[0] if rows else None)
    group = top["group_id"] if top else None
    held = {r["area_code"]: r for r in rows if r["group_id"] == group}
    areas = [question.area, *(c for c in children if c in held or _stands(reader, c, question.period))]
    bounded = _bounded(reader, question, areas)
    answer = {
        "indicator": indicator.id,
        "indicator_name_zh": indicator.name.zh,
        "indicator_name_en": indicator.name.en,
        "unit": indicator.unit,
        "area": question.area,
        "period": question.period,
        "dims": question.dims,
        "programme": question.programme,
        "group": group,
        "is_return": bool(top["is_return"]) if top else None,
        "parts_at": top["parts_at"] if top and top["area_code"] == question.area else None,
        "sample_data": question.sample,
        "as_of": reader.as_of,
        "rows": [_row(reader, question, area, held.get(area), bounded.get(area)) for area in areas],
    }
    if by is not None:
        answer["parts"] = _parts(reader, question, by, group)
    if question.sample:
        answer["marker"] = SAMPLE_MARK
    return answer


def _parts(reader: Reader, question: Question, by: str, group: str | None) -> list[dict[str, Any]]:
    """The area's rows by code, in the order of the code list; of one account, since accounts ask for different codes."""
    codes = reader.catalogue.dimensions[by].codes
    held = {r["dim_code"]: r for r in _held(reader, question, [question.area], (by, None)) if r["group_id"] == group}
    found = []
    for code, words in codes.items():
        if code in held:
            row = _row(reader, replace(question, dims={by: code}), question.area, held[code])
            found.append(
                {"dim_name": by, "dim_code": code, "name_zh": words["name_zh"], "name_en": words["name_en"], **row}
            )
    return found


def _stands(reader: Reader, area: str, period: str) -> bool:
    """Whether a unit exists in a period, by the months that the register of areas gives."""
    month = last_month(period)
    held = reader.catalogue.area(area)
    return (held.valid_from or month) <= month <= (held.valid_to or month)
