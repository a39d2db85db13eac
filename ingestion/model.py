"""What reading a file gives: findings, values with their cells, records. Plain data; no reading, no judging.

Not here: how cells are found (locate in returns.py, publications.py) and what a verdict follows (quality).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from ingestion.units import json_number

if TYPE_CHECKING:
    from ingestion.table_rows import TableRows
    from ingestion.workbook import Workbook

Value = Decimal | str | dt.date | bool
Content = tuple[Value, Value, str]  # of a cell: value, value in the unit of the form, and as it stands there
SAMPLE_MARK = "模拟数据"  # of everything that is not real
SEVERITIES = ("error", "warning", "info", "cannot_tell")


@dataclass
class Finding:
    """One thing we say about a file: what, where, found, expected, next step. A row, never an exception."""

    rule: str
    severity: str  # error | warning | info | cannot_tell
    level: str  # ESS B0–B5
    message_zh: str
    message_en: str
    form: str | None = None
    field: str | None = None
    sheet: str | None = None
    cell: str | None = None
    row_key: str | None = None
    found: str | None = None
    expected: str | None = None
    explained: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "rule": self.rule,
            "severity": self.severity,
            "level": self.level,
            "form": self.form,
            "field": self.field,
            "sheet": self.sheet,
            "cell": self.cell,
            "row_key": self.row_key,
            "found": self.found,
            "expected": self.expected,
            "message_zh": self.message_zh,
            "message_en": self.message_en,
            "explained": self.explained,
        }


def gravest_first(found: Iterable[Finding]) -> list[Finding]:
    """Errors first; order within a severity stays."""
    return sorted(found, key=lambda f: SEVERITIES.index(f.severity))


class CellValue(NamedTuple):
    """One value of a return. value is in the base unit (yuan, m²); filed is in the unit printed on the form."""

    value: Value
    filed: Value
    unit: str | None  # base unit of measure
    sheet: str
    cell: str
    raw: str

    def as_json(self) -> dict[str, Any]:
        value: Any = self.value
        if isinstance(value, Decimal):
            value = json_number(value, self.unit)
        elif isinstance(value, dt.date):
            value = value.isoformat()
        return {"value": value, "unit": self.unit, "sheet": self.sheet, "cell": self.cell, "raw": self.raw}


@dataclass(frozen=True)
class TableRow:
    """One row of a table in a form: the row of the sheet it stands in, and the values that are filled."""

    row_no: int
    sheet: str
    values: dict[str, CellValue]


@dataclass(frozen=True)
class Observation:
    """One printed cell of a publication. Grain: submission × sheet × cell × indicator.

    value and half_unit are in the indicator's base unit; accumulation as printed; role row | total | text, or part: a
    row of a table that also counts what no unit of the register stands for, so that its rows are never summed.
    """

    row_no: int
    unit_code: str
    indicator: str
    dim_name: str
    dim_code: str
    period_start: dt.date
    period_end: dt.date
    accumulation: str
    value: Decimal
    unit: str
    printed: str
    half_unit: Decimal
    qualifier: str
    role: str
    sheet: str
    cell: str
    total_id: str = ""
    note: str = ""
    is_doubtful: bool = False


@dataclass(frozen=True)
class ListedValue:
    """What a list prints in one cell of a row. value None: a text. unit: the base unit; None where none is printed, and
    value is then as printed. qualifier and half_unit as of an observation."""

    cell: str
    printed: str
    value: Decimal | None = None
    unit: str | None = None
    half_unit: Decimal = Decimal(0)
    qualifier: str = "exact"


@dataclass(frozen=True)
class Listed:
    """One name of a published list (a place, a target), or the texts of a form. Grain: submission × row × name.

    role row | group (what is printed once for several rows) | total | form. labels: those that are printed once and hold for it.
    values: id of the layout's column → what stands there.
    """

    row_no: int
    sheet: str
    cell: str
    role: str
    name: str
    labels: dict[str, str]
    values: dict[str, ListedValue]


@dataclass(frozen=True)
class ReplyLine:
    """What a respondent says to one finding: the rule, the cell of the return that it is about, where it is said."""

    rule: str
    cell: str
    reason: str
    text: str
    address: str


@dataclass
class Reply:
    """An answer workbook that came back."""

    submission_id: str
    lines: list[ReplyLine]


@dataclass
class ReadResult:
    """One file read. form None = not recognised; values for one-row forms, observations and lists for publications."""

    form: str | None = None
    unit_code: str | None = None
    period: str | None = None
    plan_version: str | None = None
    is_sample: bool = False
    findings: list[Finding] = field(default_factory=list)
    values: dict[str, CellValue] = field(default_factory=dict)
    blanks: dict[str, tuple[str, str]] = field(default_factory=dict)  # field → (sheet, cell) of its empty cell
    tables: dict[str, TableRows] = field(default_factory=dict)  # table id (J4, J4F …) → its rows, top down
    columns: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)  # table → field → (sheet, letters)
    observations: list[Observation] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)
    reply: Reply | None = None
    unreadable: bool = False
    marks: dict[str, str] = field(default_factory=dict)  # legal marks as printed in the header
    # of a return whose cells take little room: for its answer, so that it need not be opened again
    book: Workbook | None = field(default=None, repr=False, compare=False)

    def add(self, finding: Finding) -> None:
        finding.form = finding.form or self.form
        self.findings.append(finding)

    def sort_findings(self) -> None:
        """Errors first: what must be mended is read first. Order within a severity stays."""
        self.findings = gravest_first(self.findings)

    @property
    def column_map(self) -> dict[str, list[str]]:
        """Where every value stands or should stand, so that a figure opens down to the cell.

        Items: field → [sheet, cell]. Columns of a table: `J4F.arrived` → [sheet, column letters]; the row is row_no.
        """
        return {
            **{name: list(place) for name, place in self.blanks.items()},
            **{name: [v.sheet, v.cell] for name, v in self.values.items()},
            **{f"{table}.{name}": list(place) for table, held in self.columns.items() for name, place in held.items()},
        }
