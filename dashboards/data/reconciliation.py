"""What the reconciliation found, for an area and the areas below it, with the cell that each figure stands in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from filings.reader import Reader
from filings.reconcile import CONSISTENCY, consistency, plans, reconcile
from ingestion.catalogue import NATION


@dataclass(frozen=True)
class Place:
    """Where an observation is written, and the figure that its trace is asked by."""

    source_id: str
    sheet: str
    cell: str
    indicator: str
    area: str
    period: str
    dim: str
    programme: str

    @property
    def words(self) -> str:
        return f"{self.source_id} {self.sheet}!{self.cell}"


@dataclass(frozen=True)
class Found:
    """Everything that one page of the reconciliation shows."""

    totals: list[dict[str, Any]]
    plans: list[dict[str, Any]]
    tests: dict[str, list[dict[str, Any]]]
    places: dict[str, Place] = field(default_factory=dict)

    def place(self, observation: str | None) -> Place | None:
        return self.places.get(observation or "")


def found(reader: Reader, area: str) -> Found:
    """The verdicts below an area, of real figures; for the nation those of every area. Builds alone hold them."""

    def below(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [r for r in rows if area == NATION or reader.catalogue.is_within(r["area"], area)]

    own = {
        r["total_id"]: {"coverage": r["coverage"], "observations": [r["observation_id"]]}
        for r in reader.rows("select total_id, observation_id, coverage from fct_control_totals")
    }
    totals = [r | own[r["total_id"]] for r in below(reconcile(reader))]
    return Found(
        totals,
        below(plans(reader)),
        {kind: below(consistency(reader, kind)) for kind in CONSISTENCY},
        _places(reader),
    )


def _places(reader: Reader) -> dict[str, Place]:
    rows = reader.rows(
        """select observation_id, source_id, coalesce(sheet, '') as sheet, coalesce(cell, '') as cell, indicator, unit_code,
                  period, dim_name, dim_code, programme
           from fct_observations where not is_sample and source_id is not null"""
    )
    return {
        r["observation_id"]: Place(
            r["source_id"],
            r["sheet"],
            r["cell"],
            r["indicator"],
            r["unit_code"],
            r["period"],
            f"{r['dim_name']}={r['dim_code']}" if r["dim_name"] else "",
            r["programme"],
        )
        for r in rows
    }
