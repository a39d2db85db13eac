"""One figure, with its alternatives, from a build or from a release. Reads only.

The marts hold every answer and the order of choice (dbt); here a question is looked up and put in the words of the
contract. Not here: the question (question.py), its cells (trace.py), computing (dbt), drawing (dashboards), freezing (release.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from filings.comparable import PARTS, break_at, breaks_of, codes_of, rows_of_now
from filings.flows import NO_REASON, falls
from filings.levels import bounds, level_of
from filings.missing import interval_for
from filings.question import Question
from filings.reader import Reader
from filings.windows import window
from ingestion.areas import last_month
from ingestion.catalogue import Catalogue
from ingestion.indicator_model import Indicator
from ingestion.model import SAMPLE_MARK
from ingestion.units import json_number, plain, ratio
from quality.contributions import made_of
from quality.warehouse import basis_of_cells


def candidates(reader: Reader, question: Question) -> list[dict[str, Any]]:
    """Rows of fct_figures that answer a question, the chosen one first."""
    code = next(iter(question.dims.values()), "")
    name = next(iter(question.dims), "")
    return reader.rows(
        """select * from fct_figures where is_sample = ? and programme = ? and indicator = ? and area_code = ?
           and period = ? and accum = ? and dim_code = ? and dim_name = ? order by choice_rank""",
        [
            question.sample,
            question.programme,
            question.indicator,
            question.area,
            question.period,
            "flow" if question.flow else "level",
            code,
            name,
        ],
    )


def answers(reader: Reader, question: Question) -> list[dict[str, Any]]:
    """Rows that answer a question on the areas of then or of now, the chosen one first, each with its `parts`."""

    def ask(area: str, period: str) -> list[dict[str, Any]]:
        rows = candidates(reader, replace(question, area=area, period=period))
        return [{**r, PARTS: [(area, period, r["group_id"], basis_of_cells(r["basis"]))]} for r in rows]

    if question.areas == "then":
        return ask(question.area, question.period)
    indicator = reader.catalogue.indicator(question.indicator)
    return rows_of_now(reader.catalogue, indicator, question.area, question.period, question.flow, ask)


def shown_value(row: dict[str, Any], indicator: Indicator) -> Decimal | None:
    """The value of a candidate; a ratio is divided only here, rounded half up to the catalogue's decimals."""
    if indicator.kind == "ratio":
        if row["numerator"] is None or row["denominator"] is None:
            return None
        return ratio(row["numerator"], row["denominator"], indicator.scale, indicator.decimals)
    value: Decimal | None = row["value"]
    return value


def print_value(value: Decimal | None, indicator: Indicator) -> Decimal | None:
    """What a printed table shows: at most the indicator's print_cap. Nothing but print ever uses it."""
    if value is None or indicator.print_cap is None:
        return value
    return min(value, indicator.print_cap)


def _coverage(reported: int, expected: int | None) -> dict[str, Any]:
    share = plain((Decimal(reported) / Decimal(expected)).quantize(Decimal("0.0001"))) if expected else None
    return {"units_reported": reported, "units_expected": expected, "share": share}


def absent(
    reader: Reader,
    question: Question,
    indicator: Indicator,
    ask: Callable[[Question], list[dict[str, Any]]] | None = None,
) -> tuple[str, str, str, Decimal | None, Decimal | None]:
    """Why there is no figure: status L (exists, not filed) or M (cannot exist here), and operands that do exist.

    ask: rows that answer a question about an operand, for who has read them with many others.
    """
    no_area = _no_such_area(reader.catalogue, question)
    if no_area is not None:
        return "M", *no_area, None, None
    if question.flow and (indicator.kind != "flow" or indicator.constant_in_year):
        return (
            "M",
            "此指标没有当月数，只有年内累计的数才有",
            "it has no month alone: year-to-date counts have",
            None,
            None,
        )
    if indicator.kind == "ratio":
        assert indicator.numerator and indicator.denominator
        operands = []
        lacking = []
        for part, of in (
            (indicator.numerator, indicator.numerator_of),
            (indicator.denominator, indicator.denominator_of),
        ):
            dims = {dim: codes[0] for dim, codes in of.items()} if indicator.is_of_parts else question.dims
            asked = replace(question, indicator=part, dims=dims)
            found = ask(asked) if ask else answers(reader, asked)
            operands.append(found[0]["value"] if found and sum(map(len, of.values())) <= 1 else None)
            if not found:
                lacking.append(reader.catalogue.indicator(part).name.zh)
        words = "、".join(lacking) if lacking else "同一来源的分子与分母"
        return "L", f"缺{words}，不能计算", "an operand is missing", operands[0], operands[1]
    asked_by_returns = indicator.returns is not None
    is_asked = reader.catalogue.is_asked(indicator, question.period, question.dims)
    if question.dims and asked_by_returns and not is_asked:
        return "M", "报表在此报告期不这样分列", "the forms of this period do not split it so", None, None
    if question.sample and not is_asked and indicator.kind != "scaled":
        return "M", "报表在此报告期不填报此指标", "the forms of this period do not ask for it", None, None
    return "L", "没有收到可用的报表或公布数", "nothing usable was filed or published", None, None


def units_expected(catalogue: Catalogue, question: Question, indicator: Indicator) -> int | None:
    """How many units should file what a question asks, by the register of areas; None for what no form asks.

    What a publication should print is not known before there is one.
    """
    names = made_of(catalogue, [indicator.id], question.period)["indicators"]
    if not any(catalogue.indicator(name).accounts for name in names):
        return None
    codes = codes_of(catalogue, question.area, question.period) if question.areas == "now" else None
    if codes is not None and codes != [question.area]:  # what today's area was made of then
        return len(codes)
    if question.area in catalogue.basic_units_in(question.period):
        return 1
    return len(catalogue.basic_units_below(question.area, question.period))


def _no_such_area(catalogue: Catalogue, question: Question) -> tuple[str, str] | None:
    """Why an area has no figure in a period: its territory was not one, or its code did not stand."""
    if question.areas == "now":
        if codes_of(catalogue, question.area, question.period) is not None:
            return None
        (broken,) = breaks_of(catalogue, question.area, "now")
        return f"按现行区划没有可比的数：{broken.zh}", f"no comparable figure for today's territory: {broken.en}"
    area = catalogue.area(question.area)
    if area.code not in catalogue.changed_areas or area.is_valid(last_month(question.period)):
        return None
    months = f"{area.valid_from or ''}—{area.valid_to or ''}"
    words = catalogue.successors.get(area.code) or catalogue.predecessors_in_words(area.code)
    return (f"此期没有代码 {area.code}（用于 {months}）；{words}；连续序列请用 --areas now",
            f"code {area.code} stood in {months} alone: ask --areas now for one series")  # fmt: skip


def figure(reader: Reader, question: Question) -> dict[str, Any]:
    """One figure in the contract's words. value None comes with a status and a reason.

    Raises: UsageError for a question that cannot be asked.
    """
    return answered(reader, question)[0]


def answered(reader: Reader, question: Question) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The figure, and the rows that it is the first of (see `answers`): what its cells are looked up with."""
    catalogue = reader.catalogue
    indicator = question.check(catalogue)
    rows = answers(reader, question)
    chosen = rows[0] if rows else None
    unit = indicator.unit
    answer: dict[str, Any] = {
        "indicator": indicator.id,
        "area": question.area,
        "period": question.period,
        "dims": question.dims,
        "programme": question.programme,
        "value": None,
        "unit": unit,
        "numerator": None,
        "denominator": None,
        "obs_status": "L",
        "basis": None,
        "source_kind": None,
        "account": None,
        "printed": None,
        "half_unit": None,
        "qualifier": None,
        "alternatives": [],
        "coverage": _coverage(chosen["units_reported"], chosen["units_expected"]) if chosen else None,
        "release": reader.release,
        "as_of": reader.as_of,
        "formula_zh": indicator.formula("zh", catalogue.indicator_names),
        "formula_en": indicator.formula("en", catalogue.indicator_names),
        "rulebook_version": reader.rulebook[0],
        "rulebook_hash": reader.rulebook[1],
        "sample_data": question.sample,
        "indicator_name_zh": indicator.name.zh,
        "indicator_name_en": indicator.name.en,
        "area_name": catalogue.area(question.area).name_zh,
        "flow": question.flow,
        "areas": question.areas,
        "reason_zh": None,
        "reason_en": None,
        "interval": None,
        "levels": level_of(reader, question, (chosen["account"] or chosen["source_id"]) if chosen else None),
        "bounds": bounds(reader, question),
        "falls": falls(reader, question),
        "window": window(question.period),
        "factor": None,
        "print_cap": plain(indicator.print_cap),
        "print_value": None,
    }
    if indicator.factor:
        answer["factor"] = {"name": indicator.factor, "value": plain(catalogue.persons_per_household)}
    if question.sample:
        answer["marker"] = SAMPLE_MARK
    part_unit = catalogue.indicator(indicator.numerator).unit if indicator.numerator else unit
    if chosen is None:
        status, zh, en, numerator, denominator = absent(reader, question, indicator)
        code = next(iter(question.dims.values()), "")
        others = reader.rows(
            """select distinct programme from fct_figures where is_sample = ? and indicator = ? and area_code = ?
               and period = ? and dim_code = ? and programme <> ? order by programme""",
            [question.sample, question.indicator, question.area, question.period, code, question.programme],
        )
        if others:
            zh += "；另有任务范围：" + "、".join(o["programme"] for o in others) + "（不同范围不相加）"
        answer.update(
            obs_status=status,
            reason_zh=zh,
            reason_en=en,
            numerator=json_number(numerator, part_unit),
            denominator=json_number(denominator, part_unit),
            coverage=_coverage(0, 0 if status == "M" else units_expected(catalogue, question, indicator)),
        )
        if not (question.sample or question.flow or question.dims or status == "M"):
            answer["interval"] = interval_for(
                reader, question.indicator, question.period, question.area, question.programme
            )
        return answer, rows
    value = shown_value(chosen, indicator)
    answer.update(
        value=json_number(value, unit),
        print_value=json_number(print_value(value, indicator), unit),
        numerator=json_number(chosen["numerator"], part_unit),
        denominator=json_number(chosen["denominator"], part_unit),
        obs_status=chosen["obs_status"],
        basis=chosen["basis"],
        source_kind=chosen["source_kind"],
        account=chosen.get("account"),
        printed=chosen["printed"],
        half_unit=plain(chosen["half_unit"]),
        qualifier=chosen["qualifier"],
        alternatives=[
            {
                "basis": r["basis"],
                "source_kind": r["source_kind"],
                "account": r.get("account"),
                "value": json_number(shown_value(r, indicator), unit),
                "submission_id": r["submission_id"],
                "source_id": r["source_id"],
                "publisher": r["publisher"],
                "printed": r["printed"],
                "half_unit": plain(r["half_unit"]),
                "qualifier": r["qualifier"],
                "coverage": _coverage(r["units_reported"], r["units_expected"]),
                "is_doubtful": r["is_doubtful"],
            }
            for r in rows[1:]
        ],
    )
    answer["source_id"], answer["submission_id"] = chosen["source_id"], chosen["submission_id"]
    broken = break_at(breaks_of(catalogue, question.area, question.areas), question.period, question.flow)
    if broken is not None:
        answer.update(reason_zh=broken.zh, reason_en=broken.en)
    if chosen["obs_status"] == "V":
        answer.update(reason_zh=NO_REASON[0], reason_en=NO_REASON[1])
    if chosen["denominator"] == 0:
        answer.update(reason_zh="分母为零", reason_en="the denominator is zero")
    return answer, rows
