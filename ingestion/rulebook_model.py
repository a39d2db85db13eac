"""What the files of the rule book say, as frozen types: units, forms, rules, indicators, figures printed, gates, areas.

Shapes only. Not here: layouts and sources (layout_model.py), loading and look-up (catalogue.py), and what any of it means for a file or a verdict.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic import Field as Attr

Day = Annotated[int, Attr(ge=1, le=31)]
Month = Annotated[str, Attr(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]
MonthDay = Annotated[str, Attr(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]


NOT_ADDITIVE = frozenset({"年", "月", "日", "度", "%"})  # units whose sum over rows or returns means nothing


class RulebookModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Bilingual(RulebookModel):
    zh: str
    en: str

    def text(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en


class Unit(RulebookModel):
    """A unit of measure. also: other spellings that tables print (㎡)."""

    id: str
    name: str
    base: str
    factor: Decimal
    also: list[str] = Attr(default_factory=list)


class FormField(RulebookModel):
    """One item of a form or column of a table. `name` is the short Chinese name used in expressions; `definition` is
    the Chinese wording, which alone says what the item means, and `definition_en` its translation.

    unit None = no unit of measure; codelist names one or several lists; many = several codes parted by semicolons.
    disclosure: who may see a single unit's value: anybody, or the ministry alone. personal: it may point at a person.
    since: first month that it is asked for; None: as long as its form.
    """

    id: str
    code: str
    name: str
    label: Bilingual
    definition: str
    definition_en: str = Attr(min_length=1)
    type: str
    unit: str | None
    semantics: Literal["ytd", "period", "stock", "plan", "event"]
    required: Literal["always", "never"] | dict[Literal["when"], str]
    core: bool
    codelist: str | list[str] | None
    source: str
    blank_means: dict[Literal["zero_when"], str] | None = None
    many: bool = False
    disclosure: Literal["none", "role(ministry)"] = "none"
    personal: bool = False
    since: Month | None = None

    @property
    def codelists(self) -> list[str]:
        return [self.codelist] if isinstance(self.codelist, str) else self.codelist or []

    @property
    def is_number(self) -> bool:
        return self.type == "integer" or self.type.startswith("decimal")

    @property
    def adds_up(self) -> bool:
        """Whether its values over rows or returns make a sum that means something."""
        return self.is_number and self.unit is not None and self.unit not in NOT_ADDITIVE and "/" not in self.unit

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


def _plain(model: BaseModel) -> dict[str, Any]:
    """What a model was made of, without what it has worked out since."""
    return {name: getattr(model, name) for name in type(model).model_fields}


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
    since: Month  # first month that it is asked for
    tables: list[FormTable] = Attr(default_factory=list)

    def in_period(self, period: str) -> Form:
        """The form as it is asked for in a period: without what begins later."""
        month = period if len(period) == 7 else f"{period}-12"

        def asked(fields: list[FormField]) -> list[FormField]:
            return [f for f in fields if f.since is None or f.since <= month]

        sets = [*([self] if self.fields else []), *self.tables]
        if all(len(asked(s.fields)) == len(s.fields) for s in sets):
            return self
        tables = [FormTable(**{**_plain(t), "fields": asked(t.fields)}) for t in self.tables]
        return Form(**{**_plain(self), "fields": asked(self.fields), "tables": tables})

    def set_of(self, set_id: str) -> FieldSet:
        """Its items or one of its tables."""
        return next(f for f in self.field_sets if f.id == set_id)

    @property
    def field_sets(self) -> list[FieldSet]:
        """Everything the form asks: its one-row items (if it has any), then its tables."""
        return [*([self] if self.fields else []), *self.tables]


class Validity(RulebookModel):
    """Reference periods for which a rule holds: months YYYY-MM, both included; no `to` = until further notice."""

    start: Annotated[str, Attr(alias="from", pattern=r"^\d{4}-\d{2}$")]
    to: Annotated[str, Attr(pattern=r"^\d{4}-\d{2}$")] | None = None

    def covers(self, day: dt.date) -> bool:
        return self.start <= f"{day:%Y-%m}" <= (self.to or "9999-12")


class Tolerance(RulebookModel):
    """How far a total may be from its parts, in the unit of the form."""

    abs: Decimal


def _given_for_the_file(schema: dict[str, Any]) -> None:
    """Editors need not ask each rule for what its file says once."""
    schema["required"] = [name for name in schema["required"] if name not in ("owner", "valid")]


class Rule(RulebookModel):
    """One audit relation: a type with `params`, or one or several expressions in `check`.

    over: the form's tables whose rows it judges, else its items or first table. on_na: whether a relation that cannot
    be told is listed, or is of no interest (a date that has not come yet). explain: whether a warning is answered with
    a reason before the return is accepted, or the only reasons that answer it. note: what was changed of the proposal
    and why. owner and valid may be given once for a file (`defaults`).
    """

    model_config = ConfigDict(json_schema_extra=_given_for_the_file)

    id: str
    type: str
    name: str
    form: str
    severity: Literal["error", "warning", "info"]
    level: str
    params: dict[str, Any] = Attr(default_factory=dict)
    over: str | list[str] | None = None
    check: str | list[str] | None = None
    when: str | None = None
    on_na: Literal["tell", "skip"] = "tell"
    tolerance: Literal["exact", "rounding"] | Tolerance = "exact"
    explain: bool | list[str] = True
    message: Bilingual
    hint: Bilingual
    note: Bilingual | None = None
    basis: str
    owner: str
    valid: Validity
    tests: dict[Literal["pass", "fail", "na"], list[dict[str, Any]]] = Attr(default_factory=dict)

    @property
    def tables(self) -> list[str]:
        """The tables named in `over`."""
        return [self.over] if isinstance(self.over, str) else self.over or []

    @property
    def checks(self) -> list[str]:
        """Its expressions: each is judged by itself, so that a blank in one hides nothing in another."""
        return [self.check] if isinstance(self.check, str) else self.check or []

    @property
    def reasons(self) -> list[str]:
        """The only codes of explain_reasons that answer its warning; empty: any."""
        return self.explain if isinstance(self.explain, list) else []


class RuleReview(RulebookModel):
    """When a rule is put up for review: shares of its firings in so many months."""

    months: Annotated[int, Attr(ge=1)]
    overridden_over: Decimal
    upheld_over: Decimal
    corrected_over: Decimal


class RowCondition(RulebookModel):
    """What a column of a row must hold where a plain code or list of codes does not say it. Exactly one of the four.

    attribute: columns of the code's list and the values they must have (counts_as_started: "1"). excluding: every code
    but these. year: a year or a date of the period's own year. months_before: a date at least so many complete months
    before the period ends; or_blank lets a date that was not filled pass.
    """

    attribute: dict[str, str] = Attr(default_factory=dict)
    excluding: list[str] = Attr(default_factory=list)
    year: Literal["of_period"] | None = None
    months_before: Annotated[int, Attr(ge=1)] | None = None
    or_blank: bool = False

    @model_validator(mode="after")
    def _one_thing(self) -> RowCondition:
        said = [self.attribute, self.excluding, self.year, self.months_before]
        if sum(bool(s) for s in said) != 1:
            raise ValueError("say one of attribute, excluding, year, months_before")
        if self.or_blank and self.months_before is None:
            raise ValueError("or_blank belongs to months_before")
        return self


class ReturnFormula(RulebookModel):
    """Where the returns answer: items of a one-row form (J2), or a sum over rows of a table (J3F, J4, J4F …).

    by: dimension → code → the field, or the fields that add up to it. Of tables alone: field None counts the rows;
    minus: columns taken off row by row; rows_by: dimension → the column with its code; where: which rows, by columns of
    the row or else of its parent row; zero_with: column → the column of the same row that makes a blank of it a zero
    once filled; only_positive: rows whose result is above zero.
    """

    form: str
    field: str | None = None
    by: dict[str, dict[str, str | list[str]]] = Attr(default_factory=dict)
    rows_by: dict[str, str] = Attr(default_factory=dict)
    where: dict[str, str | bool | list[str] | RowCondition] = Attr(default_factory=dict)
    minus: list[str] = Attr(default_factory=list)
    zero_with: dict[str, str] = Attr(default_factory=dict)
    only_positive: bool = False

    @property
    def asks_for_rows(self) -> bool:
        """Whether it says anything that only a table can answer."""
        rows = self.rows_by or self.where or self.minus or self.zero_with or self.only_positive
        return self.field is None or bool(rows)

    def fields_by(self, dim: str) -> dict[str, list[str]]:
        """code → the fields that add up to it."""
        return {code: [f] if isinstance(f, str) else f for code, f in self.by.get(dim, {}).items()}


class PrintedName(RulebookModel):
    name: str
    dim: dict[str, str] = Attr(default_factory=dict)


class Indicator(RulebookModel):
    """One published quantity. kind: flow (year to date), stock, plan, ratio, scaled (× a factor), printed, bound.

    bound: an upper limit of a stock, never the stock itself. also: further accounts in the returns that answer the same
    question, in order of choice behind `returns`; a year may have several. upper_bound: of a year-to-date count, the plan
    that it cannot pass, for the bounds of an incomplete total. print_cap: what a printed table shows at most; the value
    itself is never capped. numerator_of, denominator_of: the operand is not its total but the sum of these codes of one
    dimension ({level: [provincial, local]}); the rate has no breakdown.
    """

    id: str
    name: Bilingual
    definition: Bilingual
    kind: Literal["flow", "stock", "plan", "ratio", "scaled", "printed", "bound"]
    unit: str
    decimals: int
    audience: Literal["public", "ministry"]
    version: Literal["task", "first", "then", "now"] | None = None
    returns: ReturnFormula | None = None
    also: list[ReturnFormula] = Attr(default_factory=list)
    printed_as: list[PrintedName] = Attr(default_factory=list)
    numerator: str | None = None
    denominator: str | None = None
    numerator_of: dict[str, list[str]] = Attr(default_factory=dict)
    denominator_of: dict[str, list[str]] = Attr(default_factory=dict)
    scale: Decimal = Decimal(100)
    base: str | None = None
    factor: str | None = None
    constant_in_year: bool = False
    upper_bound: str | None = None
    print_cap: Decimal | None = None
    scope: Literal["listed", "all_housing"] = "listed"  # of listed communities, or of all housing; never in one sum

    @property
    def accounts(self) -> list[ReturnFormula]:
        """Where returns answer, in order of choice."""
        return [*([self.returns] if self.returns else []), *self.also]

    @property
    def is_additive(self) -> bool:
        """Whether units add up: a percentage as filed has no weight to be added with."""
        return self.unit != "%"

    @property
    def is_of_parts(self) -> bool:
        """Whether an operand is a part of its indicator, by codes of a dimension."""
        return bool(self.numerator_of or self.denominator_of)

    def formula(self, lang: str, names: dict[str, Bilingual]) -> str:
        """The formula in words, for the figure answer. Of parts the definition says it: their names are none here."""
        if self.kind == "ratio" and not self.is_of_parts:
            assert self.numerator and self.denominator
            top, bottom = names[self.numerator].text(lang), names[self.denominator].text(lang)
            return f"{top} ÷ {bottom}" + (" × 100" if self.scale == 100 else "")
        if self.kind == "scaled":
            assert self.base
            return f"{names[self.base].text(lang)} × {self.factor}"
        return self.definition.text(lang)


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
    def label(self) -> str:
        """The period as the marts write it: a year, a month, a range of years, two dates, or a day."""
        start, end = self.period_start, self.period_end
        whole = (start.month, start.day, end.month, end.day) == (1, 1, 12, 31)
        if self.accumulation == "cumulative":
            return f"{start.year}/{end.year}" if whole else f"{start}/{end}"
        if self.accumulation == "annual" and whole and start.year == end.year:
            return str(end.year)
        return f"{end:%Y-%m}" if end.day == calendar.monthrange(end.year, end.month)[1] else end.isoformat()

    @property
    def is_doubtful(self) -> bool:
        return "DOUBTFUL" in self.note

    @property
    def is_derived(self) -> bool:
        """Not printed itself, but computed from a printed change."""
        return "DERIVED" in self.note


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


class Rebasing(RulebookModel):
    """A printed series that was computed anew: what was printed before a day and after it are two vintages.

    Both stay visible; nothing is ever differenced across them.
    """

    indicators: list[str]
    area: str
    printed_before: dt.date
    zh: str
    en: str
    source: str


class Explanations(RulebookModel):
    """rulebook/explained.yaml: what the reconciliation knows beside the figures."""

    persons_per_household: FactorRange
    rebased: list[Rebasing] = Attr(default_factory=list)
    names: list[NameGuard]
    totals: list[Explanation]

    def guard(self, printed_name: str) -> NameGuard | None:
        """The guard of a printed name, if it has one."""
        for guard in self.names:
            for name in guard.names:
                if printed_name == name or (name.endswith("*") and printed_name.startswith(name[:-1])):
                    return guard
        return None

    def other(self, total_id: str) -> Explanation | None:
        """Why a total is of another definition than its printed name, whatever it is compared with."""
        held = self.by_total.get(total_id, [])
        return next((e for e in held if e.verdict == "other_definition" and not e.against), None)

    @cached_property
    def by_total(self) -> dict[str, list[Explanation]]:
        found: dict[str, list[Explanation]] = {}
        for explanation in self.totals:
            found.setdefault(explanation.total_id, []).append(explanation)
        return found


class Area(RulebookModel):
    """A reporting unit or an area above it. is_zone: a non-statutory unit, whose code is ours."""

    code: str
    name_zh: str
    short_zh: str
    name_en: str
    level: Literal["national", "province", "city", "county"]
    parent_code: str
    note: str
    is_zone: bool = False
    valid_from: Month | None = None  # first and last month; None: before, or still
    valid_to: Month | None = None
    also: list[str] = Attr(default_factory=list)  # other spellings that print uses for it

    def is_valid(self, month: str) -> bool:
        """Whether it stood in a month, `2023-09`."""
        return (self.valid_from or month) <= month <= (self.valid_to or month)


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
    """A statutory filing, unmoved: `day` of the month after the period, or `month` and `day` of a year."""

    form: str
    every: Literal["month", "year"]
    years_after: Literal[0, 1] = 0
    month: Annotated[int, Attr(ge=1, le=12)] | None = None  # of a yearly release alone
    day: Day
    kind: Literal["provisional", "revised", "final", "correction"]
    of: str | None = None  # the filing whose later edition this is
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
    headline: dict[str, list[Annotated[str, Attr(pattern=r"^[A-Z0-9]+\.[a-z0-9_]+$")]]]
