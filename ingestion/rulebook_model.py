"""What the files of the rule book say, as frozen types: units, forms, rules, indicators, layouts, sources, gates, areas.

Shapes only. Not here: loading and look-up (catalogue.py), and what any of it means for a file or a verdict.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic import Field as Attr

Day = Annotated[int, Attr(ge=1, le=31)]
MonthDay = Annotated[str, Attr(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]


class RulebookModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Bilingual(RulebookModel):
    zh: str
    en: str

    def text(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en


class Unit(RulebookModel):
    id: str
    name: str
    base: str
    factor: Decimal


class FormField(RulebookModel):
    """One item of a form or column of a table. `name` is the short Chinese name used in expressions.

    unit None = no unit of measure; codelist names one or several lists; many = several codes parted by semicolons.
    """

    id: str
    code: str
    name: str
    label: Bilingual
    definition: str
    type: str
    unit: str | None
    semantics: Literal["ytd", "period", "stock", "plan", "event"]
    required: Literal["always", "never"] | dict[Literal["when"], str]
    core: bool
    codelist: str | list[str] | None
    source: str
    blank_means: dict[Literal["zero_when"], str] | None = None
    many: bool = False

    @property
    def codelists(self) -> list[str]:
        return [self.codelist] if isinstance(self.codelist, str) else self.codelist or []

    @property
    def is_number(self) -> bool:
        return self.type == "integer" or self.type.startswith("decimal")

    @property
    def decimals(self) -> int:
        """Digits behind the point that the form prints."""
        hit = re.match(r"decimal\((\d+),(\d+)\)", self.type)
        return int(hit[2]) if hit else 0


class Locate(RulebookModel):
    anchor: str
    code_column: str
    unit_column: str
    value_column: str


class FieldSet(RulebookModel):
    """What one row of typed data holds: the items of a one-row form, or the columns of a table in a form."""

    id: str
    title: Bilingual
    fields: list[FormField]

    @cached_property
    def by_id(self) -> dict[str, FormField]:
        return {f.id: f for f in self.fields}

    @cached_property
    def by_code(self) -> dict[str, FormField]:
        return {f.code: f for f in self.fields}


class FormTable(FieldSet):
    """A list inside a form, one row a `key`, on a sheet of its own. parent: the column that names a row of the first.

    Its id is unique among forms and tables: expressions and typed data call it by that name (J4, J4C, J3F).
    """

    sheet: str
    anchor: str
    key: list[str]
    parent: str | None = None


class Form(FieldSet):
    """One form of the survey: items filled once a return (`fields`), and tables with many rows."""

    form_no: str | None
    header: dict[str, str | None]
    source: str
    reporter: str
    chain: list[str]
    frequency: Literal["monthly", "yearly"]
    due: dict[str, str]
    layout: Literal["rows_are_indicators", "table"]
    locate: Locate | None  # None: a form of tables alone
    version_field: str | None
    blank_means: Literal["missing", "zero", "not_applicable"]
    tables: list[FormTable] = Attr(default_factory=list)

    @property
    def field_sets(self) -> list[FieldSet]:
        """Everything the form asks: its one-row items (if it has any), then its tables."""
        return [*([self] if self.fields else []), *self.tables]


class Rule(RulebookModel):
    """One audit relation. Typed (FDM, VAD) with `params`, or an expression in `check`."""

    id: str
    type: str
    name: str
    form: str
    severity: Literal["error", "warning", "info"]
    level: str
    params: dict[str, Any] = Attr(default_factory=dict)
    check: str | None = None
    when: str | None = None
    tolerance: Literal["exact", "rounding"] = "exact"
    explain: bool = True  # a warning of it is answered with a reason before the return is accepted
    message: Bilingual
    hint: Bilingual
    basis: str
    tests: dict[Literal["pass", "fail", "na"], list[dict[str, Any]]] = Attr(default_factory=dict)


class ReturnFormula(RulebookModel):
    form: str
    field: str
    by: dict[str, dict[str, str]] = Attr(default_factory=dict)  # dimension → code → field


class PrintedName(RulebookModel):
    name: str
    dim: dict[str, str] = Attr(default_factory=dict)


class Indicator(RulebookModel):
    """One published quantity. kind: flow (year to date), stock, plan, ratio, scaled (× a factor), printed."""

    id: str
    name: Bilingual
    definition: Bilingual
    kind: Literal["flow", "stock", "plan", "ratio", "scaled", "printed"]
    unit: str
    decimals: int
    audience: Literal["public", "ministry"]
    version: Literal["task", "first", "then", "now"] | None = None
    returns: ReturnFormula | None = None
    printed_as: list[PrintedName] = Attr(default_factory=list)
    numerator: str | None = None
    denominator: str | None = None
    scale: Decimal = Decimal(100)
    base: str | None = None
    factor: str | None = None
    constant_in_year: bool = False

    def formula(self, lang: str, names: dict[str, Bilingual]) -> str:
        """The formula in words, for the figure answer."""
        if self.kind == "ratio":
            assert self.numerator and self.denominator
            top, bottom = names[self.numerator].text(lang), names[self.denominator].text(lang)
            return f"{top} ÷ {bottom}" + (" × 100" if self.scale == 100 else "")
        if self.kind == "scaled":
            assert self.base
            return f"{names[self.base].text(lang)} × {self.factor}"
        return self.definition.text(lang)


class LayoutColumn(RulebookModel):
    header: str
    indicator: str
    accumulation: Literal["year_to_date", "annual", "cumulative", "stock", "period"]
    unit: str | None = None
    decimals: int | None = None
    dim: dict[str, str] = Attr(default_factory=dict)
    words: dict[str, dict[str, str]] = Attr(default_factory=dict)
    optional: bool = False
    adds_up: bool = False


class LayoutItem(RulebookModel):
    label: str
    indicator: str
    accumulation: Literal["year_to_date", "annual", "cumulative", "stock", "period"]
    within: str | None = None
    dim: dict[str, str] = Attr(default_factory=dict)
    adds_up: bool = False


class ClaimedRate(RulebookModel):
    column: str
    pattern: str
    numerator: str
    denominator: str


class LayoutSheet(RulebookModel):
    match: str
    use: str | None = None
    optional: bool = False
    rows: Literal["area", "item", "period", "statement"] | None = None
    header_anchor: str | None = None
    header_rows: int = 1
    key_column: str | None = None
    value_column: str | None = None
    row_level: str | None = None
    total_labels: list[str] = Attr(default_factory=list)
    total_adds_up: list[str] = Attr(default_factory=list)
    columns: list[LayoutColumn] = Attr(default_factory=list)
    items: list[LayoutItem] = Attr(default_factory=list)
    ignore_columns: dict[str, str] = Attr(default_factory=dict)
    ignore_rows: dict[str, str] = Attr(default_factory=dict)
    claimed_rate: ClaimedRate | None = None
    period_pattern: str | None = None
    statement: dict[str, str] = Attr(default_factory=dict)
    words: dict[str, dict[str, str]] = Attr(default_factory=dict)


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
    """One publication: where it was printed, by whom and when. published_on None = the date is not printed."""

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
    sheet: str | None = None
    statements_from: str | None = None
    aliases: dict[str, str] = Attr(default_factory=dict)
    units: dict[str, SourceUnit] = Attr(default_factory=dict)


class ReleaseKey(RulebookModel):
    prefix: str
    publisher: Literal["ministry", "province", "city", "county", "press"]
    layout: str
    programme: Literal["national", "local", "subsidy"] = "national"


class ControlTotal(RulebookModel):
    """One published figure, as transcribed. value and rounding_half_unit are in `unit`."""

    total_id: str
    indicator: str
    area_code: str
    period_start: dt.date
    period_end: dt.date
    accumulation: Literal["year_to_date", "annual", "cumulative", "stock"]
    value: Decimal
    unit: str
    printed: str
    rounding_half_unit: Decimal
    qualifier: Literal["exact", "about", "nearly", "at_least", "more_than"]
    definition: str
    published_on: dt.date | None
    source_title: str
    source_url: str
    secondary: str
    note: str

    @property
    def key(self) -> str:
        return self.total_id.split("-")[0]

    @property
    def is_doubtful(self) -> bool:
        return "DOUBTFUL" in self.note


class NameGuard(RulebookModel):
    """Printed names that answer for no indicator, and why. A trailing * stands for any ending."""

    names: list[str]
    verdict: Literal["other_definition", "no_data"]
    near: str | None = None
    zh: str
    en: str


class Explanation(RulebookModel):
    """A known difference of one control total. against: the publications it explains; empty = whatever differs."""

    total_id: str
    verdict: Literal["explained", "other_definition"]
    against: list[str] = Attr(default_factory=list)
    zh: str
    en: str
    source: str


class FactorRange(RulebookModel):
    low: Decimal
    high: Decimal
    source: str


class Explanations(RulebookModel):
    """rulebook/explained.yaml: what the reconciliation knows beside the figures."""

    persons_per_household: FactorRange
    names: list[NameGuard]
    totals: list[Explanation]

    def guard(self, printed_name: str) -> NameGuard | None:
        """The guard of a printed name, if it has one."""
        for guard in self.names:
            for name in guard.names:
                if printed_name == name or (name.endswith("*") and printed_name.startswith(name[:-1])):
                    return guard
        return None

    @cached_property
    def by_total(self) -> dict[str, list[Explanation]]:
        found: dict[str, list[Explanation]] = {}
        for explanation in self.totals:
            found.setdefault(explanation.total_id, []).append(explanation)
        return found


class Area(RulebookModel):
    code: str
    name_zh: str
    short_zh: str
    name_en: str
    level: Literal["national", "province", "city", "county"]
    parent_code: str
    note: str
    is_zone: bool = False


class Gate(RulebookModel):
    id: str
    severity: Literal["error", "warning"]
    zh: str
    en: str
    min: dict[str, Decimal] = Attr(default_factory=dict)
    kinds: list[str] = Attr(default_factory=list)


class Gates(RulebookModel):
    suite_version: str
    gates: list[Gate]
    series: dict[Literal["public", "ministry"], list[str]]

    def due(self, kind: str) -> list[Gate]:
        """The gates that a release of this kind must face."""
        return [g for g in self.gates if not g.kinds or kind in g.kinds]


class DueDates(RulebookModel):
    """When a form is due by reporting level: a day of the month after, or MM-DD of a year. Unmoved for holidays."""

    form: str
    version: str | None = None  # plan version, or `revised` for a second filing of the same period
    every: Literal["month", "year"]
    years_after: Literal[0, 1] = 0  # a yearly date falls in the reference year, or in the one after
    by: dict[Literal["county", "city", "province"], Day | MonthDay]


class ReleaseDay(RulebookModel):
    """A statutory release, unmoved: `day` of the month after the period, or `month` and `day` of a year."""

    form: str
    every: Literal["month", "year"]
    years_after: Literal[0, 1] = 0
    month: Annotated[int, Attr(ge=1, le=12)] | None = None  # of a yearly release alone
    day: Day
    kind: Literal["provisional", "revised", "final", "correction"]
    series: Literal["all"] | list[str] = "all"

    @model_validator(mode="after")
    def _month_of_a_yearly_one(self) -> ReleaseDay:
        if (self.month is not None) != (self.every == "year"):
            raise ValueError("month belongs to a yearly release, and to no other")
        return self

    @property
    def date(self) -> str | None:
        """MM-DD of a yearly release."""
        return f"{self.month:02d}-{self.day:02d}" if self.month else None


class Calendar(RulebookModel):
    source: Literal["ours"]
    due: list[DueDates]
    release: dict[str, ReleaseDay]
