"""The cells behind one figure: Σ weight × value of each role is the figure exactly. Reads only.

A national figure is thousands of returns, and one of a roster hundreds of thousands of cells: whatever can be asked for
once is asked once, and cells come one after the other (`opened`). Not here: the figure (figures.py), the sheets around the
cells (dashboards.sheets).
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from typing import Any

from filings.cells import Originals
from filings.comparable import PARTS
from filings.figures import answered
from filings.question import Question
from filings.reader import Reader
from ingestion.indicator_model import Indicator
from ingestion.register_lookups import Place, column_maps_of, submissions_of
from ingestion.units import json_number, plain
from quality.contributions import made_of_one

Row = dict[str, Any]
ROLES = {"value": 0, "numerator": 1, "denominator": 2}  # in words: the cells in the order people read them
# what `fct_contributions` says of items to date, without what it takes to plan its months, rates and factors
TO_DATE = """(select *, 'level' as accum, 'value' as figure_role, 1::decimal(6, 3) as weight, null::integer as row_no
    from int_contributions__additive)"""
COLUMNS = "figure_role, weight, observation_id, unit_code, submission_id, field, sheet, cell, printed, value, row_no"
AT_ONCE = 20_000  # cells whose returns and texts are looked up together: more than the returns of a nation
# as `_order` says it; a release in which no cell has a row knows no type of it
IN_ORDER = f"""case figure_role {" ".join(f"when '{role}' then {n}" for role, n in ROLES.items())} end, unit_code, weight desc,
    submission_id, coalesce(cell, ''), coalesce(row_no::integer, 0), coalesce(field, ''), observation_id"""


class Trace:
    """The figure, then its cells once, one after the other; what they add up to is known when the last one was taken."""

    def __init__(self, reader: Reader, question: Question) -> None:
        """Raises: UsageError for a question that cannot be asked."""
        self.reader, self.question = reader, question
        self.figure, self.rows = answered(reader, question)
        self.indicator = reader.catalogue.indicator(question.indicator)
        self.count = 0  # cells taken so far
        self._sums: dict[str, Decimal] = {}
        self._known: dict[str, Row] = {}
        self._places: dict[str, dict[str, Place]] = {}
        self._originals = Originals(reader)

    def contributions(self) -> Iterator[Row]:
        """Cells in the order in which people read them.

        Raises: RetriableError when the register or an original is gone.
        """
        units = {role: self.reader.catalogue.indicator(of).unit for role, of in _operands(self.indicator).items()}
        parts = _parts(self.reader, self.question, self.rows[0]) if self.rows else iter(())
        while some := list(islice(parts, AT_ONCE)):
            self._look_up(some)
            for part in some:
                yield self._contribution(part, units[part["figure_role"]])

    def _look_up(self, parts: list[Row]) -> None:
        new = {p["submission_id"] for p in parts} - self._known.keys()
        found = submissions_of(self.reader.home, new)
        self._known |= found
        maps = {row["map_id"] for row in found.values()} - self._places.keys()
        self._places |= column_maps_of(self.reader.home, maps)
        self._originals.look_up(parts, self._known)

    def _contribution(self, part: Row, unit_of_measure: str) -> Row:
        row, role = self._known[part["submission_id"]], part["figure_role"]
        sheet, cell = _place(part, self._places.get(row["map_id"]))
        self.count += 1
        self._sums[role] = self._sums.get(role, Decimal(0)) + part["weight"] * part["value"]
        unit = self.reader.catalogue.all_areas.get(part["unit_code"])
        raw = part["printed"]
        if raw is None and sheet and cell:
            raw = self._originals.raw(part, row, sheet, cell)
        return {
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
            "value": json_number(part["value"], unit_of_measure),
            "edited": False,
            "field": part["field"],
            "source_id": row["source_id"],
            "received_at": row["received_at"],
            "rulebook_version": row["rulebook_version"],
            "rulebook_hash": row["rulebook_hash"],
        }

    @property
    def sum(self) -> Any:
        """What the cells taken so far add up to: of a ratio by role, of anything else one number; None without any."""
        if "value" in self._sums:
            return json_number(self._sums["value"], self.indicator.unit)
        return {role: plain(value) for role, value in sorted(self._sums.items())} or None

    @property
    def audited_under(self) -> list[Row]:
        """The rule books that the submissions taken so far were judged by."""
        books = Counter((row["rulebook_version"], row["rulebook_hash"]) for row in self._known.values())
        return [{"rulebook_version": v, "rulebook_hash": h, "submissions": n} for (v, h), n in sorted(books.items())]


def trace(reader: Reader, question: Question) -> dict[str, Any]:
    """The figure and every cell that makes it.

    The figure names the rule book of its formula, each contribution the one that its submission was judged by.
    """
    opened = Trace(reader, question)
    contributions = list(opened.contributions())
    return {
        "figure": opened.figure,
        "contributions": contributions,
        "sum": opened.sum,
        "audited_under": opened.audited_under,
    }


def _operands(indicator: Indicator) -> dict[str, str]:
    """Role of a contribution → the indicator whose values have it."""
    named = {"value": indicator.base, "numerator": indicator.numerator, "denominator": indicator.denominator}
    return {role: of or indicator.id for role, of in named.items()}


def _parts(reader: Reader, question: Question, chosen: Row) -> Iterator[Row]:
    """Contributions to the chosen answer, in order: of several areas each in order, and merged."""
    code = chosen["dim_code"]
    keys = [question.sample, question.programme, question.indicator, chosen["accum"], code]
    held = [
        reader.stream(
            f"""select {COLUMNS} from {_relation(reader, question, chosen, group_id)}
                where is_sample = ? and programme = ? and indicator = ? and accum = ? and dim_code = ? and area_code = ?
                and period = ? and group_id = ? and basis = ? order by {IN_ORDER}""",
            [*keys, area, period, group_id, basis],
            made_of_one(reader.catalogue, question.indicator, period, area=area, code=code, flow=question.flow),
        )
        for area, period, group_id, basis in chosen[PARTS]
    ]
    return held[0] if len(held) == 1 else heapq.merge(*held, key=_order)


def _relation(reader: Reader, question: Question, chosen: Row, group_id: str) -> str:
    """What holds the contributions of a group."""
    kind, account = reader.catalogue.indicator(question.indicator).kind, chosen["account"]
    is_to_date = kind in ("flow", "stock", "plan") and chosen["accum"] == "level" and group_id == f"returns {account}"
    is_item = is_to_date and reader.release is None and reader.catalogue.asks_items(account)
    return TO_DATE if is_item else "fct_contributions"


def _order(part: Row) -> tuple[Any, ...]:
    return (
        ROLES[part["figure_role"]],
        part["unit_code"],
        -part["weight"],
        part["submission_id"],
        part["cell"] or "",
        int(part["row_no"] or 0),
        part["field"] or "",
        part["observation_id"],
    )


def _place(part: Row, places: dict[str, Place] | None) -> tuple[str | None, str | None]:
    """Sheet and cell of a contribution; a publication's stands with the value itself."""
    field = part["field"]
    if not field or places is None:
        return part["sheet"], part["cell"]
    sheet, cell = places.get(field, [None, None])
    if "." in field:  # a column of a table: its letters, and the row unless no row says it (a zero)
        cell = f"{cell}{part['row_no']}" if cell and part["row_no"] else None
    return sheet, cell
