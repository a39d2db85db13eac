"""Writes the dbt seeds from the rule book: dbt reads areas, indicators and sources only through these files.

Generated, committed, and checked for drift by a test. `python -m ingestion.seeds` writes them. Not here: computing.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from ingestion.archive import write_whole
from ingestion.catalogue import Catalogue, catalogue
from ingestion.units import plain

SEEDS = Path(__file__).resolve().parent.parent / "dbt_project" / "seeds" / "generated"


def _areas(c: Catalogue) -> list[list[str]]:
    order = {code: n for n, code in enumerate(c.areas)}
    return [["area_code", "name_zh", "name_en", "level", "parent_code", "province_code", "is_basic", "sort_order"]] + [
        [
            a.code,
            a.short_zh or a.name_zh,
            a.name_en,
            a.level,
            a.parent_code,
            c.province_of(a.code),
            str(a.code in c.basic_units).lower(),
            str(order[a.code]),
        ]
        for a in c.areas.values()
    ]


def _closure(c: Catalogue) -> list[list[str]]:
    rows = [["area_code", "unit_code"]]
    for unit in sorted(c.basic_units):
        code = unit
        while code:
            rows.append([code, unit])
            code = c.areas[code].parent_code
    return rows


def _indicators(c: Catalogue) -> list[list[str]]:
    rows = [
        [
            "indicator",
            "name_zh",
            "name_en",
            "kind",
            "version",
            "unit",
            "decimals",
            "audience",
            "numerator",
            "denominator",
            "scale",
            "base",
            "factor_value",
            "constant_in_year",
        ]
    ]
    for i in c.indicators.values():
        factor = plain(c.persons_per_household) if i.factor == "persons_per_household" else ""
        rows.append(
            [
                i.id,
                i.name.zh,
                i.name.en,
                i.kind,
                i.version or "",
                i.unit,
                str(i.decimals),
                i.audience,
                i.numerator or "",
                i.denominator or "",
                plain(i.scale) or "",
                i.base or "",
                factor or "",
                str(i.constant_in_year).lower(),
            ]
        )
    return rows


def _indicator_fields(c: Catalogue) -> list[list[str]]:
    rows = [["indicator", "kind", "version", "form", "field", "dim_name", "dim_code", "zero_when"]]
    for i in c.indicators.values():
        if i.returns is None:
            continue
        form = c.form(i.returns.form)
        fields = [("", "", i.returns.field)] + [
            (d, code, f) for d, codes in i.returns.by.items() for code, f in codes.items()
        ]
        for dim, code, name in fields:
            blank = form.by_id[name].blank_means
            rows.append([i.id, i.kind, i.version or "", form.id, name, dim, code, blank["zero_when"] if blank else ""])
    return rows


def _codelist(c: Catalogue, name: str) -> list[list[str]]:
    return [["code", "name_zh", "name_en", "parent"]] + [
        [r["code"], r["name_zh"], r["name_en"], r.get("parent", "")] for r in c.codelist(name).values()
    ]


def seed_tables(c: Catalogue) -> dict[str, list[list[str]]]:
    """seed name → rows, header first."""
    return {
        "areas": _areas(c),
        "area_closure": _closure(c),
        "indicators": _indicators(c),
        "indicator_fields": _indicator_fields(c),
        "fund_sources": _codelist(c, "fund_sources"),
        "publishers": [["publisher", "rank"]]
        + [[p, str(n)] for n, p in enumerate(c.settings["publisher_rank"], start=1)],
        "sources": [["source_id", "title", "publisher", "programme", "area_code"]]
        + [[s.id, s.title, s.publisher, s.programme, s.area] for s in c.sources.values()],
    }


def seed_text(rows: list[list[str]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue()


def write_seeds(folder: Path = SEEDS) -> list[Path]:
    """Write every seed; returns the paths."""
    written = []
    for name, rows in seed_tables(catalogue()).items():
        path = folder / f"{name}.csv"
        write_whole(path, seed_text(rows).encode())
        written.append(path)
    return written


if __name__ == "__main__":
    write_seeds()
