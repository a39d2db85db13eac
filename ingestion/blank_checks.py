"""Cells of a blank that turn red while somebody types: what is no number, what is still wanted, relations that do not hold.

Help before filing, never the verdict: what is red here may be right, and what is not red is audited all the same. Which
relations there are comes from outside (quality.live_checks), as formulas over fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from xlsxwriter.utility import xl_rowcol_to_cell  # type: ignore[import-untyped, unused-ignore]

from ingestion.blank_cells import Styles
from ingestion.form_model import FormField


@dataclass(frozen=True)
class LiveCheck:
    """One relation over the row that is typed. formula: true = it does not hold, `{field}` stands for a cell.

    set_id: the form or table it judges; field: the cell that turns red (error) or orange (warning); said: the relation in words.
    """

    set_id: str
    field: str
    formula: str
    severity: Literal["error", "warning", "info"]
    said: str


@dataclass(frozen=True)
class Places:
    """Where the cells of a set of fields stand: field → (row, column), counted from 0. last_row: of a table."""

    cells: Mapping[str, tuple[int, int]]
    last_row: int | None = None

    def address(self, field: str) -> str:
        """As a formula names it: the one cell of an item, or the cell of the first row, to be moved down with the row."""
        row, column = self.cells[field]
        moves = self.last_row is not None
        text: str = xl_rowcol_to_cell(row, column, row_abs=not moves, col_abs=True)
        return text

    def colour(self, sheet: Any, field: str, formula: str, style: Any) -> None:
        row, column = self.cells[field]
        last = row if self.last_row is None else self.last_row
        sheet.conditional_format(
            row, column, last, column, {"type": "formula", "criteria": f"={formula}", "format": style}
        )


def watch(
    sheet: Any,
    fields: Iterable[FormField],
    places: Places,
    keys: Iterable[str],
    checks: Iterable[LiveCheck],
    styles: Styles,
) -> None:
    """Put the checks on a sheet. keys: of a table, the columns that say that a row was begun."""
    for check in checks:
        formula = check.formula.format_map({name: places.address(name) for name in places.cells})
        places.colour(sheet, check.field, formula, styles.wrong if check.severity == "error" else styles.doubtful)
    begun = "+".join(f"LEN({places.address(k)})" for k in keys)
    for field in fields:
        cell = places.address(field.id)
        if field.is_number:
            whole = f",IF(ISNUMBER({cell}),{cell}<>INT({cell}),FALSE)" if field.type == "integer" else ""
            places.colour(sheet, field.id, f"OR(ISTEXT({cell}){whole})", styles.wrong)
        if field.required == "always":
            places.colour(
                sheet, field.id, f"AND(LEN({cell})=0,{begun}>0)" if begun else f"LEN({cell})=0", styles.wanted
            )


def spoken(checks: Iterable[LiveCheck], field: FormField) -> str:
    """The note of a field: what it means, and why its cell may turn red or orange."""
    lines = [f"{'变红' if c.severity == 'error' else '变橙'}：{c.said}" for c in checks if c.field == field.id]
    return "\n".join([field.definition, *lines])
