"""What was really published or filed, loaded once from a build into dictionaries for the reconciliation.

Belongs here: the rows of the marts as typed parts, the cell that a control total is, and the words for both. Not here:
what is compared with what (evidence.py), the verdict (reconcile.py).
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from filings.intervals import Interval, printed_interval
from filings.reader import Reader
from ingestion.catalogue import Catalogue
from ingestion.printed_model import ControlTotal
from ingestion.units import plain

RETURNS = "returns"
Names = list[tuple[str, dict[str, str]]]


@dataclass(frozen=True)
class Part:
    """One figure of the build that is no sum of years. group names the printed cell, or the publication summed."""

    source: str
    indicator: str
    area: str
    period: str
    value: Decimal
    half_unit: Decimal
    qualifier: str
    printed: str | None
    basis: str
    group: str
    rank: int
    is_doubtful: bool
    reported: int
    expected: int
    published_on: str | None
    total_id: str | None
    unit: str

    @property
    def interval(self) -> Interval:
        return printed_interval(self.value, self.half_unit, self.qualifier)

    @property
    def amount(self) -> str:
        return f"{plain(self.value)}{self.unit}"

    @property
    def short(self) -> str:
        return "报表" if self.source == RETURNS else self.source

    @property
    def step(self) -> Decimal | None:
        """One unit of the last printed digit of a single printed number; None for a sum or behind a word."""
        return self.half_unit * 2 if self.basis == "filed" and self.qualifier == "exact" and self.half_unit else None


def month_end(label: str) -> dt.date:
    """Last day of a month written 2023-06."""
    year, month = int(label[:4]), int(label[5:7])
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def period_zh(label: str) -> str:
    """2023 → 2023年; 2023-06 → 2023年1—6月; 2019/2022 → 2019—2022年; two dates → the one 至 the other."""
    first, _, last = label.partition("/")
    if last:
        return f"{first}—{last}年" if len(label) == 9 else f"{first}至{last}"
    if len(label) == 4:
        return f"{label}年"
    return f"{label[:4]}年1—{int(label[5:7])}月" if len(label) == 7 else label


class Holdings:
    """Real publications and returns, for the areas of the control totals."""

    def __init__(self, reader: Reader) -> None:
        self.catalogue: Catalogue = reader.catalogue
        self.totals = {t.total_id: t for t in self.catalogue.control_totals}
        self._by_total: dict[str, list[dict[str, Any]]] = {}
        self._by_place: dict[tuple[str, str, str, str, str], list[dict[str, Any]]] = {}
        self._rows: dict[tuple[str, str, str], set[str]] = {}
        self._parts: dict[tuple[str, str, str, str], dict[str, list[Part]]] = {}
        self._load_figures(reader, self._load_cells(reader))

    def _load_cells(self, reader: Reader) -> dict[str, list[dict[str, Any]]]:
        """Printed cells by group; on the way, by control total and by place in their table."""
        at: dict[str, list[dict[str, Any]]] = {}
        for o in reader.rows(
            """select indicator, dim_code, unit_code, period, value, submission_id, source_id, role, sheet, cell,
                      printed, total_id
               from fct_observations where not is_sample and source_id is not null"""
        ):
            o["group"] = f"{o['submission_id']}#{o['sheet']}!{o['cell']}"
            at.setdefault(o["group"], []).append(o)
            if o["total_id"]:
                self._by_total.setdefault(o["total_id"], []).append(o)
            if o["role"] != "text":
                place = (o["source_id"], o["unit_code"], o["indicator"], o["dim_code"], o["period"])
                self._by_place.setdefault(place, []).append(o)
            if o["role"] == "row":
                self._rows.setdefault((o["submission_id"], o["indicator"], o["period"]), set()).add(o["unit_code"])
        return at

    def _load_figures(self, reader: Reader, at: dict[str, list[dict[str, Any]]]) -> None:
        wanted = {i for names in self.catalogue.printed_names.values() for i, _ in names}
        wanted |= {base for i in wanted if (base := self.catalogue.indicator(i).base)}
        for f in reader.rows(
            """select programme, indicator, area_code, period, dim_code, basis, group_id, value, half_unit, printed,
                      qualifier, source_id, published_on, is_doubtful, choice_rank, units_reported, units_expected
               from fct_figures
               where not is_sample and accum = 'level' and group_id <> 'years' and value is not null
                 and indicator in (select unnest(?)) and area_code in (select unnest(?))
               order by choice_rank""",
            [sorted(wanted), sorted({t.area_code for t in self.totals.values()})],
        ):
            cells = at.get(f["group_id"], [])
            if f["basis"] == "filed" and f["source_id"] and not any(o["indicator"] == f["indicator"] for o in cells):
                continue  # a printed figure times a factor: made again from its base, with the factor's own range
            key = (f["programme"], f["indicator"], f["dim_code"], f["area_code"])
            self._parts.setdefault(key, {}).setdefault(f["period"], []).append(
                Part(
                    source=f["source_id"] or RETURNS,
                    indicator=f["indicator"],
                    area=f["area_code"],
                    period=f["period"],
                    value=f["value"],
                    half_unit=f["half_unit"] or Decimal(0),
                    qualifier=f["qualifier"] or "exact",
                    printed=f["printed"],
                    basis=f["basis"],
                    group=f["group_id"],
                    rank=f["choice_rank"],
                    is_doubtful=f["is_doubtful"],
                    reported=f["units_reported"],
                    expected=f["units_expected"],
                    published_on=f["published_on"],
                    total_id=next((o["total_id"] for o in cells if o["total_id"]), None),
                    unit=self.catalogue.indicator(f["indicator"]).unit,
                )
            )

    # -- look-up ------------------------------------------------------------------------------------------------
    def parts(self, programme: str, indicator: str, dim: dict[str, str], area: str) -> dict[str, list[Part]]:
        """Figures of one indicator and area by period, in the order of choice."""
        return self._parts.get((programme, indicator, next(iter(dim.values()), ""), area), {})

    def own_cells(self, total: ControlTotal, names: Names) -> list[dict[str, Any]]:
        """The received cells that the total is, or is a copy of: by its id in a text, by its place in a table."""
        found = self._by_total.get(total.total_id)
        if found is None:
            where = [
                (total.key, total.area_code, indicator, next(iter(dim.values()), ""), total.label)
                for indicator, dim in names
            ]
            found = [o for place in where for o in self._by_place.get(place, [])]
        return found

    def units_without(self, part: Part) -> list[str]:
        """Units that a partial sum of a publication lacks, by name; none are named for returns."""
        if part.source == RETURNS:
            return []
        units = self._rows.get((part.group, part.indicator, part.period), set())
        return [self.area_zh(c) for c in self.catalogue.children_in(part.area, part.period) if c not in units]

    # -- words --------------------------------------------------------------------------------------------------
    def source_zh(self, source: str) -> str:
        return "各地报表" if source == RETURNS else f"{source}《{self.catalogue.source(source).title}》"

    def area_zh(self, code: str) -> str:
        area = self.catalogue.area(code)
        return area.short_zh or area.name_zh

    def words(self, part: Part) -> tuple[str, str]:
        """One figure as it stands in a reason: who prints it, or what it is the sum of."""
        if part.source == RETURNS:
            return (
                f"各地报表{part.amount}（{part.reported}个单位）",
                f"the returns of {part.reported} units, {plain(part.value)}",
            )
        if part.basis != "filed":
            return (
                f"{self.source_zh(part.source)}{part.reported}行之和{part.amount}",
                f"the sum of {part.reported} rows of {part.source}, {plain(part.value)}",
            )
        bare = part.printed and part.printed.replace(".", "").isdigit() and part.printed != plain(part.value)
        meant = f"（{part.amount}）" if bare else ""  # a cell of a table in 万户 prints no unit
        return (
            f"{self.source_zh(part.source)}所印“{part.printed}”{meant}",
            f"{part.source} ({part.printed}{f', that is {plain(part.value)}' if bare else ''})",
        )

    def listed(self, parts: Iterable[Part]) -> tuple[str, str]:
        """Figures of several periods with their publications, joined by plus signs."""
        held = list(parts)
        return (
            "＋".join(f"{period_zh(p.period)}{p.amount}（{p.short}）" for p in held),
            " + ".join(f"{p.period}: {plain(p.value)} ({p.source})" for p in held),
        )
