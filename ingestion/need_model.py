"""What rulebook/need.yaml holds: printed stocks of old communities, each with its definition, and unit costs.

The numbers themselves stand in control_totals.csv and are named here by their ids. Not here: what remains (dbt).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field as Attr

from ingestion.rulebook_model import Bilingual, RulebookModel

Measure = Literal["communities", "households", "area_sqm"]


class StockDefinition(RulebookModel):
    """One printed stock. stocks: measure → id of its control total, or of the two ends of a printed range.

    counted_from: first year whose starts lessen it (ours); note: what a reader must know beside what remains.
    """

    id: str
    name: Bilingual
    definition: Bilingual
    area: str
    stocks: dict[Measure, str | list[str]]
    counted_from: int
    note: Bilingual


class UnitCost(RulebookModel):
    """A named factor: yuan for one household or m², between low and high."""

    id: str
    name: Bilingual
    per: Literal["households", "area_sqm"]
    low: Decimal = Attr(gt=0)
    high: Decimal = Attr(gt=0)
    source: Bilingual


class Need(RulebookModel):
    source: Literal["ours"]
    definitions: list[StockDefinition]
    costs: list[UnitCost]
