"""The cells behind one figure: Σ weight × value of each role is the figure exactly. Reads only.

A national figure is thousands of returns, so whatever can be asked for once is asked once. Not here: the figure
(figures.py), the sheets around the cells (dashboards.sheets).
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from decimal import Decimal
from importlib import import_module
from typing import Any

from filings.cells import Originals
from filings.comparable import PARTS
from filings.figures import answered
from filings.question import Question
from filings.reader import Reader
from ingestion.indicator_model import Indicator
from ingestion.units import json_number, plain
from quality.contributions import made_of

Rows = list[dict[str, Any]]
ROLES = {"value": 0, "numerator": 1, "denominator": 2}  # in words: the cells in the order people read them


def trace(reader: Reader, question: Question) -> dict[str, Any]:
    """The figure and every cell that makes it.

    The figure names the rule book of its formula, each contribution the one that its submission was judged by.
    """
    _load_register()
    answer, rows = answered(reader, question)
    if not rows:
        return {"figure": answer, "contributions": [], "sum": None, "audited_under": []}
    indicator = reader.catalogue.indicator(question.indicator)
    parts = _parts(reader, question, rows[0])
    known, places = _registered(reader, parts)
    originals = Originals(reader)
    originals.take_items(parts, known)
    units = {role: reader.catalogue.indicator(of).unit for role, of in _operands(indicator).items()}
    contributions = []
    sums: dict[str, Decimal] = {}
    for part in parts:
        row, role = known[part["submission_id"]], part["figure_role"]
        sheet, cell = _place(part, places.get(row["map_id"]))
        sums[role] = sums.get(role, Decimal(0)) + part["weight"] * part["value"]
        unit = reader.catalogue.all_areas.get(part["unit_code"])
        raw = part["printed"]
        if raw is None and sheet and cell:
            raw = originals.raw(row, part["field"], sheet, cell)
        contributions.append(
            {
                "role": role,
                "weight": json_number(part["weight"], ""),
                "unit_code": part["unit_code"],
                "unit_name": unit.name_zh if unit else None,
                "submission_id": part["submission_id"],
                "version": row["version"],
                "file": row["file_name"],
                "sha256": row["sha256"],
                "sheet": sheet,
                "cell": cell,
                "raw": raw,
                "value": json_number(part["value"], units[role]),
                "edited": False,
                "field": part["field"],
                "source_id": row["source_id"],
                "received_at": row["received_at"],
                "rulebook_version": row["rulebook_version"],
                "rulebook_hash": row["rulebook_hash"],
            }
        )
    total: Any = (
        json_number(sums["value"], indicator.unit)
        if "value" in sums
        else {role: plain(value) for role, value in sorted(sums.items())}
    )
    books = Counter((row["rulebook_version"], row["rulebook_hash"]) for row in known.values())
    audited = [{"rulebook_version": v, "rulebook_hash": h, "submissions": n} for (v, h), n in sorted(books.items())]
    return {"figure": answer, "contributions": contributions, "sum": total, "audited_under": audited}


def _load_register() -> None:
    """The register's library takes longest to load of all that a trace needs: it loads while DuckDB is at work."""
    threading.Thread(target=import_module, args=("ingestion.register",)).start()


def _operands(indicator: Indicator) -> dict[str, str]:
    """Role of a contribution → the indicator whose values have it."""
    named = {"value": indicator.base, "numerator": indicator.numerator, "denominator": indicator.denominator}
    return {role: of or indicator.id for role, of in named.items()}


def _parts(reader: Reader, question: Question, chosen: dict[str, Any]) -> Rows:
    """Contributions to the chosen answer, in the order in which people read them."""
    parts = [
        part
        for area, period, group_id, basis in chosen[PARTS]
        for part in reader.rows(
            """select * from fct_contributions where is_sample = ? and programme = ? and indicator = ? and area_code = ?
               and period = ? and accum = ? and dim_code = ? and group_id = ? and basis = ?""",
            [
                question.sample,
                question.programme,
                question.indicator,
                area,
                period,
                chosen["accum"],
                chosen["dim_code"],
                group_id,
                basis,
            ],
            asked=made_of(reader.catalogue, [question.indicator], period, flow=question.flow),
        )
    ]
    parts.sort(
        key=lambda p: (
            ROLES[p["figure_role"]],
            p["unit_code"],
            -p["weight"],
            p["submission_id"],
            p["cell"] or "",
            p["row_no"] or 0,
            p["field"] or "",
            p["observation_id"],
        )
    )
    return parts


def _registered(reader: Reader, parts: Rows) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, list[str]]]]:
    """Register rows of the parts' submissions by id, and the column maps that they name: field → sheet and cell."""
    from ingestion.register import Register, batched, column_maps, submissions

    register = Register(reader.home)
    try:
        ids = sorted({p["submission_id"] for p in parts})
        held = [
            row for some in batched(ids) for row in register.rows(submissions, submissions.c.submission_id.in_(some))
        ]
        map_ids = sorted({row["map_id"] for row in held if row["map_id"]})
        maps = [row for some in batched(map_ids) for row in register.rows(column_maps, column_maps.c.map_id.in_(some))]
        return {row["submission_id"]: row for row in held}, {row["map_id"]: json.loads(row["map"]) for row in maps}
    finally:
        register.close()


def _place(part: dict[str, Any], places: dict[str, list[str]] | None) -> tuple[str | None, str | None]:
    """Sheet and cell of a contribution; a publication's stands with the value itself."""
    field = part["field"]
    if not field or places is None:
        return part["sheet"], part["cell"]
    sheet, cell = places.get(field, [None, None])
    if "." in field:  # a column of a table: its letters, and the row unless no row says it (a zero)
        cell = f"{cell}{part['row_no']}" if cell and part["row_no"] else None
    return sheet, cell
