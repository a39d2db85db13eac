"""Audit relations of the rule book as frozen types, and when one is put up for review.

Shapes only. Not here: what an expression means (quality.audit).
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import ConfigDict
from pydantic import Field as Attr

from ingestion.rulebook_model import Bilingual, RulebookModel


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
