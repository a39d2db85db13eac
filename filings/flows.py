"""Months that fell: which units lowered a year-to-date figure, and with what reason code. Reads only.

A fall is never dropped: it stays in the flow, marked V where a unit gave no reason (mart fct_negative_flows).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ingestion.units import json_number

if TYPE_CHECKING:
    from filings.question import Question
    from filings.reader import Reader

NO_REASON = ("当月为负而无原因代码", "a month below zero without a reason code")
CODELISTS = {"explanation": "explain_reasons", "plan": "adjust_reasons"}


def falls(reader: Reader, question: Question) -> list[dict[str, Any]]:
    """Units of the area whose month is below zero, with reasons; empty for anything but a flow, and in a release.

    Returns: [{unit_code, unit_name, flow, submission_id, rule, reason, reason_zh, reason_from, is_explained}].
    """
    if not question.flow or reader.release is not None:
        return []
    rows = reader.rows(
        """select * from fct_negative_flows where is_sample = ? and programme = ? and indicator = ? and month = ?
           and dim_code = ? and (unit_code = ? or unit_code in (select unit_code from area_closure where area_code = ?))
           order by unit_code""",
        [
            question.sample,
            question.programme,
            question.indicator,
            question.period,
            next(iter(question.dims.values()), ""),
            question.area,
            question.area,
        ],
    )
    unit = reader.catalogue.indicator(question.indicator).unit
    found = []
    for row in rows:
        words = reader.catalogue.codelist(CODELISTS[row["reason_from"]]) if row["reason_from"] else {}
        found.append(
            {
                "unit_code": row["unit_code"],
                "unit_name": reader.catalogue.area(row["unit_code"]).name_zh,
                "flow": json_number(row["flow"], unit),
                "submission_id": row["submission_id"],
                "rule": row["rule"],
                "reason": row["reason"],
                "reason_zh": words[row["reason"]]["name_zh"] if row["reason"] in words else None,
                "reason_from": row["reason_from"],
                "is_explained": row["is_explained"],
            }
        )
    return found
