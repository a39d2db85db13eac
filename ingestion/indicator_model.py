"""Indicators as frozen types: what is published, and where the returns answer it.

Shapes only. Not here: the SQL that computes them (dbt_project), checks between files (quality.catalogue_checks).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field as Attr
from pydantic import model_validator

from ingestion.rulebook_model import Bilingual, RulebookModel


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
