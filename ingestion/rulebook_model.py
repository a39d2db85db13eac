"""What every file of the rule book shares, as frozen types: text in two languages, units of measure, months, areas.

Shapes only. Not here: forms (form_model.py), rules (rule_model.py), indicators (indicator_model.py), what was printed
(printed_model.py), calendar and gates (release_model.py), layouts and sources (layout_model.py), loading and look-up
(catalogue.py).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict
from pydantic import Field as Attr

Day = Annotated[int, Attr(ge=1, le=31)]
Month = Annotated[str, Attr(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]
MonthDay = Annotated[str, Attr(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]


class RulebookModel(BaseModel):
    # a command looks at some of the types only: each is built when the first entry of it is read
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
