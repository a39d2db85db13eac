"""Layouts and sources of the rule book as frozen types: which headings mean which field, and where a table was printed.

Shapes only. Not here: forms, rules, indicators (models of their own), and how a table is read (publication_*.py).
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Literal

from pydantic import Field as Attr
from pydantic import model_validator

from ingestion.rulebook_model import Bilingual, RulebookModel

Accumulation = Literal["year_to_date", "annual", "cumulative", "stock", "period"]


class LayoutColumn(RulebookModel):
    """One column of a table whose rows are areas or years.

    unit: printed in the header; from_source: nowhere printed, the source states it with evidence; None: in each cell.
    pattern: its first group is the number (共25个小区). only: read in rows, or in the total row, alone. block: read in
    rows under that label of the sheet's block_column alone.
    """

    header: str
    indicator: str
    accumulation: Accumulation
    unit: str | None = None
    decimals: int | None = None
    dim: dict[str, str] = Attr(default_factory=dict)
    words: dict[str, dict[str, str]] = Attr(default_factory=dict)
    optional: bool = False
    adds_up: bool = False
    pattern: str | None = None
    only: Literal["row", "total"] | None = None
    block: str | None = None


class LayoutItem(RulebookModel):
    """One labelled figure of an area. Items of one label share the numbers of its cell by their units (1639个、228769户).

    indicator None: it answers none, `why` says so, and it is read for sums alone. within: the total above that a part
    belongs to. column: where it stands if not in the value column. sum_of: the labels that add up to it.
    """

    label: str
    indicator: str | None = None
    accumulation: Accumulation | None = None  # None: that of its period column
    within: str | None = None
    dim: dict[str, str] = Attr(default_factory=dict)
    adds_up: bool = False
    column: str | None = None
    pattern: str | None = None
    unit: str | None = None
    sum_of: list[str] = Attr(default_factory=list)
    why: str | None = None


class LayoutPeriod(RulebookModel):
    """A value column that is a period of its own: 2022年1—10月, 2019年至2023年. basis: what its dates rest on if not print."""

    header: str
    start: dt.date
    end: dt.date
    accumulation: Accumulation
    basis: str | None = None


class ClaimedRate(RulebookModel):
    column: str
    pattern: str
    numerator: str
    denominator: str


class ListField(RulebookModel):
    """One column of a list of places or targets. A row keeps what it prints; no sum of it is a figure of the platform.

    field: the item of a form that the heading means (J4.hh); None: it means none, and `why` says what it is. kind text,
    else a quantity in the field's unit. per group: printed once for the rows of a group, and never filled down. pattern:
    which part of a cell is meant where it holds several, or with named groups one value each (street, community).
    tally: how many rows hold which word is said.
    """

    header: str
    id: str
    kind: Literal["text", "quantity"] = "quantity"
    field: str | None = None
    why: str | None = None
    unit: str | None = None
    per: Literal["row", "group"] = "row"
    pattern: str | None = None
    tally: bool = False

    @model_validator(mode="after")
    def _said(self) -> ListField:
        if (self.field is None) == (self.why is None):
            raise ValueError("say field, or why there is none")
        return self


class ListCount(RulebookModel):
    """How many names a list says it holds: the first group of `pattern`, in the heading, a row's label or the total row.

    indicator: what the number in the heading answers, if it answers one.
    """

    pattern: str
    indicator: str | None = None
    accumulation: Accumulation = "annual"


class NameSplit(RulebookModel):
    """All names of a group in one cell. continues: what a further house number of the place before it looks like
    (`操兵巷1、18号`), where that ends as `open` says. and_more: how a list says that it names only some (等)."""

    mark: str
    continues: str
    open: str
    and_more: str


class EvenRatio(RulebookModel):
    """Two fields whose ratio is hardly ever the same in every row (investment for a square metre): was one spread by the
    other? within: (largest − smallest) ÷ smallest. rows: so many at least."""

    numerator: str
    denominator: str
    within: Decimal
    rows: int = 5


class FormPair(RulebookModel):
    """A labelled text of a form. at: where the text stands from its label. pattern: named groups are a value each."""

    label: str
    id: str
    at: Literal["right", "below"] = "right"
    pattern: str | None = None


class RatioBand(RulebookModel):
    """Where the ratio of two indicators of a row lies, in base units. It proposes the unit of a column that prints none,
    and never more than proposes. basis: why; the bands are ours."""

    numerator: str
    denominator: str
    low: Decimal
    high: Decimal
    basis: str


class LayoutSheet(RulebookModel):
    """How one sheet is read, or one view of it: several entries may match the same sheet, each taking its own rows.

    total_labels and ignore_rows are regular expressions over a row's label. key_pattern: its first group is the name
    (其中:1.历下区). groups: rows of several units, or of one outside the register, with the labels they hold (regular
    expressions); checked, never stored. block_column, period_column and carried are printed once and hold for the rows
    below. until: the text with which the next of several stacked tables begins.

    rows list: fields, count, split, reached (target and actual), even_ratios, candidates_within. rows pairs: pairs.
    """

    match: str
    use: str | None = None
    optional: bool = False
    rows: Literal["area", "item", "period", "statement", "list", "pairs"] | None = None
    header_anchor: str | None = None
    header_rows: int = 1
    key_column: str | None = None
    key_pattern: str | None = None
    value_column: str | None = None
    row_level: str | None = None
    total_labels: list[str] = Attr(default_factory=list)
    total_adds_up: list[str] = Attr(default_factory=list)
    groups: dict[str, list[str]] = Attr(default_factory=dict)
    block_column: str | None = None
    period_column: str | None = None
    period_pattern: str | None = None
    periods: list[LayoutPeriod] = Attr(default_factory=list)
    columns: list[LayoutColumn] = Attr(default_factory=list)
    items: list[LayoutItem] = Attr(default_factory=list)
    ignore_columns: dict[str, str] = Attr(default_factory=dict)
    ignore_rows: dict[str, str] = Attr(default_factory=dict)
    claimed_rates: list[ClaimedRate] = Attr(default_factory=list)
    ratio_bands: list[RatioBand] = Attr(default_factory=list)
    statement: dict[str, str] = Attr(default_factory=dict)
    words: dict[str, dict[str, str]] = Attr(default_factory=dict)
    until: str | None = None
    carried: list[str] = Attr(default_factory=list)
    fields: list[ListField] = Attr(default_factory=list)
    count: ListCount | None = None
    split: NameSplit | None = None
    reached: tuple[str, str] | None = None
    even_ratios: list[EvenRatio] = Attr(default_factory=list)
    candidates_within: list[str] | None = (
        None  # names that may be one place are listed: labels or columns that part them
    )
    pairs: list[FormPair] = Attr(default_factory=list)


class Layout(RulebookModel):
    id: str
    title: Bilingual
    sheets: list[LayoutSheet]


class SourceUnit(RulebookModel):
    unit: str
    evidence: str


class Span(RulebookModel):
    start: dt.date
    end: dt.date


class Source(RulebookModel):
    """One publication: where it was printed, by whom and when. published_on None = the date is not printed.

    cut: the copy breaks off, and where; what lacks is then incomplete, not wrong. columns: those of a transcript of
    several publications that this one printed.
    """

    id: str
    title: str
    address: str
    publisher: Literal["ministry", "province", "city", "county", "press"]
    published_on: dt.date | None
    programme: Literal["national", "local", "subsidy"]
    layout: str
    area: str
    period: Span | None
    transcript: str | None = None
    columns: list[str] = Attr(default_factory=list)
    cut: str | None = None
    sheet: str | None = None
    statements_from: str | None = None
    aliases: dict[str, str] = Attr(default_factory=dict)
    units: dict[str, SourceUnit] = Attr(default_factory=dict)
    announced: dict[str, str] = Attr(default_factory=dict)


class ReleaseKey(RulebookModel):
    prefix: str
    publisher: Literal["ministry", "province", "city", "county", "press"]
    layout: str
    programme: Literal["national", "local", "subsidy"] = "national"
