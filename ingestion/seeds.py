"""Writes the dbt seeds from the rule book: dbt reads areas, indicators and sources only through these files.

Generated, committed, and checked for drift by a test. `python -m ingestion.seeds` writes them, and the two models that
row_measures.py compiles. Not here: computing.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from ingestion.archive import write_whole
from ingestion.catalogue import Catalogue, catalogue
from ingestion.gating import series_of
from ingestion.row_measures import row_models
from ingestion.rulebook_model import FormTable
from ingestion.units import plain

PROJECT = Path(__file__).resolve().parent.parent / "dbt_project"
SEEDS = PROJECT / "seeds" / "generated"
MODELS = PROJECT / "models" / "intermediate" / "generated"


def _areas(c: Catalogue) -> list[list[str]]:
    order = {code: n for n, code in enumerate(c.areas)}
    return [
        [
            "area_code",
            "name_zh",
            "name_en",
            "level",
            "parent_code",
            "province_code",
            "is_basic",
            "sort_order",
            "valid_from",
            "valid_to",
        ]
    ] + [
        [
            a.code,
            a.short_zh or a.name_zh,
            a.name_en,
            a.level,
            a.parent_code,
            c.province_of(a.code),
            str(a.code in c.basic_units).lower(),
            str(order[a.code]),
            a.valid_from or "",
            a.valid_to or "",
        ]
        for a in c.areas.values()
    ]


def _closure(c: Catalogue) -> list[list[str]]:
    """Units of every time: what ended still adds to the areas above it, in its own months."""
    rows = [["area_code", "unit_code", "valid_from", "valid_to"]]
    for unit in sorted({*c.basic_units, *c.former_areas}):
        held, code = c.area(unit), unit
        while code:
            rows.append([code, unit, held.valid_from or "", held.valid_to or ""])
            code = c.area(code).parent_code
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
            "is_additive",
            "formula_zh",
            "formula_en",
            "gated_series",
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
                str(i.is_additive).lower(),
                i.formula("zh", c.indicator_names),
                i.formula("en", c.indicator_names),
                " ".join(series_of(c, i)),
            ]
        )
    return rows


def _indicator_fields(c: Catalogue) -> list[list[str]]:
    """Items of one-row forms. Several fields of one code add up to it."""
    rows = [["indicator", "kind", "version", "form", "field", "dim_name", "dim_code", "zero_when"]]
    for i in c.indicators.values():
        for formula in i.accounts:
            asked = c.field_sets[formula.form]
            if isinstance(asked, FormTable):
                continue
            fields = [("", "", formula.field or "")] + [
                (dim, code, f) for dim in formula.by for code, names in formula.fields_by(dim).items() for f in names
            ]
            for dim, code, name in fields:
                blank = asked.by_id[name].blank_means
                zero_when = blank["zero_when"] if blank else ""
                rows.append([i.id, i.kind, i.version or "", asked.id, name, dim, code, zero_when])
    return rows


def _indicator_accounts(c: Catalogue) -> list[list[str]]:
    """Where returns answer, in order of choice; of a rate the accounts that hold both operands, if there is one."""
    rows = [["indicator", "kind", "account", "form", "field", "from_rows", "rank"]]
    for i in c.indicators.values():
        formulas = c.indicators[i.numerator].accounts if i.numerator else i.accounts
        below = {f.form for f in c.indicators[i.denominator].accounts} if i.denominator else {f.form for f in formulas}
        for rank, formula in enumerate((f for f in formulas if f.form in below), start=1):
            asked = c.field_sets[formula.form]
            from_rows = isinstance(asked, FormTable)
            field = formula.field or (asked.key[0] if isinstance(asked, FormTable) else "")
            field = f"{asked.id}.{field}" if from_rows else field
            rows.append([i.id, i.kind, asked.id, c.form_of(asked.id).id, field, str(from_rows).lower(), str(rank)])
    return rows


def _dimension_members(c: Catalogue) -> list[list[str]]:
    rows = [["base_dim", "member", "dim_name", "dim_code"]]
    for name, dim in c.dimensions.items():
        rows += [[dim.base, member, name, code] for member, codes in dim.adds_to.items() for code in sorted(codes)]
    return rows


def _codelist(c: Catalogue, name: str, *more: str) -> list[list[str]]:
    columns = ["code", "name_zh", "name_en", *more]
    return [columns] + [[r[column] for column in columns] for r in c.codelist(name).values()]


def seed_tables(c: Catalogue) -> dict[str, list[list[str]]]:
    """seed name → rows, header first."""
    return {
        "areas": _areas(c),
        "area_closure": _closure(c),
        "indicators": _indicators(c),
        "indicator_fields": _indicator_fields(c),
        "indicator_accounts": _indicator_accounts(c),
        "dimension_members": _dimension_members(c),
        "fund_sources": _codelist(c, "fund_sources", "parent", "level"),
        "content_items": _codelist(c, "content_items", "class", "unit"),
        "publishers": [["publisher", "rank"]]
        + [[p, str(n)] for n, p in enumerate(c.settings["publisher_rank"], start=1)],
        "sources": [["source_id", "title", "publisher", "programme", "area_code"]]
        + [[s.id, s.title, s.publisher, s.programme, s.area] for s in c.sources.values()],
    }


def seed_text(rows: list[list[str]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue()


def write_seeds(seeds: Path = SEEDS, models: Path = MODELS) -> list[Path]:
    """Write every seed and generated model; returns the paths."""
    book = catalogue()
    texts = {seeds / f"{name}.csv": seed_text(rows) for name, rows in seed_tables(book).items()}
    texts |= {models / f"{name}.sql": sql for name, sql in row_models(book).items()}
    for path, text in texts.items():
        if not path.is_file() or path.read_bytes() != text.encode():  # an untouched file keeps dbt's manifest current
            write_whole(path, text.encode())
    return list(texts)


if __name__ == "__main__":
    write_seeds()
