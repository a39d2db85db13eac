"""The tasks of one plan year on their way: where they stand, what they reached, how long it took. Reads a build only.

A cohort is a plan year and never a calendar year. Counts stand in the marts of dbt_project/models/marts/pipeline; the
share not yet reached is multiplied out here from whole numbers, exactly, and rounded only for display.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ingestion.errors import UsageError
from ingestion.model import SAMPLE_MARK
from ingestion.units import json_number, plain

if TYPE_CHECKING:
    from filings.reader import Reader

MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")
SHARE_DECIMALS = Decimal("0.0001")


def shares_open(steps: list[tuple[int, int]]) -> list[Fraction]:
    """Kaplan and Meier: after each step (at risk, reached) the share that has not reached it, exactly."""
    shares, left = [], Fraction(1)
    for at_risk, reached in steps:
        left *= 1 - Fraction(reached, at_risk)
        shares.append(left)
    return shares


def _shown(share: Fraction) -> str | None:
    """Half up to four decimals, as decimal text."""
    exact = Decimal(share.numerator) / Decimal(share.denominator)
    return plain(exact.quantize(SHARE_DECIMALS, rounding=ROUND_HALF_UP))


def _month(reader: Reader, keys: list[Any], asked: str | None) -> str | None:
    """The month asked for, else the newest one with a roster."""
    if asked is not None:
        if not MONTH.fullmatch(asked):
            raise UsageError(f"月份“{asked}”无法识别；应为 2023-09 (month not understood)")
        return asked
    rows = reader.rows(
        """select max(month) as month from fct_pipeline
           where is_sample = ? and programme = ? and cohort_year = ? and area_code = ?""",
        keys,
    )
    return rows[0]["month"] if rows else None


def _survival(rows: list[dict[str, Any]], names: dict[str, str]) -> list[dict[str, Any]]:
    """One curve a pair of milestones."""
    curves: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        curves.setdefault((row["from_milestone"], row["to_milestone"]), []).append(row)
    found = []
    for (start, end), steps in curves.items():
        left = shares_open([(s["at_risk"], s["reached"]) for s in steps])
        half = next((s["months_since"] for s, share in zip(steps, left, strict=True) if share <= Fraction(1, 2)), None)
        found.append(
            {
                "from": start,
                "from_zh": names[start],
                "to": end,
                "to_zh": names[end],
                "tasks": steps[0]["at_risk"],
                "median_months": half,
                "curve": [
                    {
                        "months": s["months_since"],
                        "at_risk": s["at_risk"],
                        "reached": s["reached"],
                        "censored": s["censored"],
                        "share_not_reached": _shown(share),
                        "share_exact": f"{share.numerator}/{share.denominator}",
                    }
                    for s, share in zip(steps, left, strict=True)
                ],
            }
        )
    return found


def _of_another_month(asked: str | None, at: str | None) -> dict[str, str | None]:
    """Why durations are of another month than the stages; None where they are of the same."""
    if at == asked:
        return {"durations_note_zh": None, "durations_note_en": None}
    held = (f"这里是 {at} 的", f"these are of {at}") if at else ("此前没有", "there is none before")
    return {
        "durations_note_zh": f"用时与未到比例只按各年12月和最新一月的清单计算，{held[0]}；要按当时最新的清单，用 --as-of",
        "durations_note_en": "durations and shares are of December rosters and the newest one alone: "
        f"{held[1]}; for the newest roster of a past moment use --as-of",
    }


def pipeline(
    reader: Reader,
    area: str,
    cohort: int,
    month: str | None = None,
    *,
    programme: str = "national",
    sample: bool = False,
) -> dict[str, Any]:
    """The cohort of a plan year in an area at the end of a month: stages, milestones, durations, share not yet reached.

    month: None = the newest roster. Durations and shares are those of `durations_month`, the last December or newest
    roster not after the month; durations_note says so where that is another month. An empty `stages` says that no roster of the month holds a task of the cohort.
    Raises: UsageError for an unknown area or a month that is none.
    """
    held = reader.catalogue.area(area)
    keys = [sample, programme, cohort, area]
    asked = _month(reader, keys, month)
    codes = reader.catalogue.codelist("project_stages"), reader.catalogue.codelist("milestones")
    names = {code: row["name_zh"] for code, row in codes[1].items()}
    where = "is_sample = ? and programme = ? and cohort_year = ? and area_code = ? and month = ?"
    stages = reader.rows(f"select * from fct_pipeline where {where} order by stage", [*keys, asked])
    reached = reader.rows(f"select * from fct_milestones where {where} order by milestone_order", [*keys, asked])
    dated = reader.rows(
        """select max(month) as month from fct_stage_durations
           where is_sample = ? and programme = ? and cohort_year = ? and area_code = ? and month <= ?""",
        [*keys, asked],
    )
    at = dated[0]["month"] if dated else None
    places = {code: n for n, code in enumerate(codes[1])}
    spans = reader.rows(f"select * from fct_stage_durations where {where}", [*keys, at])
    spans.sort(key=lambda r: (places[r["from_milestone"]], places[r["to_milestone"]]))
    steps = reader.rows(f"select * from fct_survival where {where} order by months_since", [*keys, at])
    steps.sort(key=lambda r: (places[r["from_milestone"]], places[r["to_milestone"]], r["months_since"]))
    in_plan = [s for s in stages if s["is_in_plan"]]
    answer: dict[str, Any] = {
        "cohort_year": cohort,
        "month": asked,
        "area": area,
        "area_name": held.name_zh,
        "programme": programme,
        "sample_data": sample,
        "as_of": reader.as_of,
        "communities": sum(s["communities"] for s in in_plan) if stages else None,
        "households": json_number(sum((s["households"] or Decimal(0) for s in in_plan), Decimal(0)), "户")
        if stages
        else None,
        "coverage": {k: stages[0][k] if stages else None for k in ("units_reported", "units_expected")},
        "stages": [
            {
                "stage": s["stage"],
                "name_zh": codes[0][s["stage"]]["name_zh"],
                "name_en": codes[0][s["stage"]]["name_en"],
                "is_in_plan": s["is_in_plan"],
                "communities": s["communities"],
                "households": json_number(s["households"], "户"),
            }
            for s in stages
        ],
        "milestones": [
            {
                "milestone": m["milestone"],
                "name_zh": codes[1][m["milestone"]]["name_zh"],
                "name_en": codes[1][m["milestone"]]["name_en"],
                "tasks": m["tasks"],
                "communities": m["communities"],
                "households": json_number(m["households"], "户"),
                "undated": m["undated"],
            }
            for m in reached
        ],
        "durations_month": at,
        **_of_another_month(asked, at),
        "durations": [
            {
                "from": d["from_milestone"],
                "from_zh": names[d["from_milestone"]],
                "to": d["to_milestone"],
                "to_zh": names[d["to_milestone"]],
                "n": d["n"],
                "n_negative": d["n_negative"],
                "least_days": d["least_days"],
                "lower_quartile_days": plain(d["lower_quartile_days"]),
                "median_days": plain(d["median_days"]),
                "upper_quartile_days": plain(d["upper_quartile_days"]),
                "most_days": d["most_days"],
            }
            for d in spans
        ],
        "survival": _survival(steps, names),
    }
    if sample:
        answer["marker"] = SAMPLE_MARK
    return answer
