"""Forms of the survey as frozen types: items, tables and what each field asks.

Shapes only. Not here: how a form is written (blank.py) or read (returns.py, tables.py).
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any, Literal

from pydantic import BaseModel
from pydantic import Field as Attr

from ingestion.rulebook_model import Bilingual, Month, RulebookModel

NOT_ADDITIVE = frozenset({"年", "月", "日", "度", "%"})  # units whose sum over rows or returns means nothing


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
