"""Writes the dbt seeds from the rule book: dbt reads areas, indicators and sources only through these files.

Generated, committed, and checked for drift by a test. `python -m ingestion.seeds` writes them, the two models that
row_measures.py compiles, the macro of field_answers.py, and the words of dbt_words.py. Not here: computing.
"""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path

from ingestion import area_seeds
from ingestion.archive import write_whole
from ingestion.catalogue import Catalogue, catalogue
from ingestion.dbt_words import form_words
from ingestion.field_answers import field_macro
from ingestion.form_model import FormTable
from ingestion.gating import series_of
from ingestion.indicator_model import Indicator
from ingestion.row_measures import row_models
from ingestion.units import plain

PROJECT = Path(__file__).resolve().parent.parent / "dbt_project"
SEEDS = PROJECT / "seeds" / "generated"
MODELS = PROJECT / "models" / "intermediate" / "generated"
FIELDS = PROJECT / "macros" / "generated" / "answering_fields.sql"
FORMS = PROJECT / "models" / "staging" / "generated" / "forms.yml"


def _areas(c: Catalogue) -> list[list[str]]:
    """Areas of every time: what a unit filed before it ended still stands below the areas above it."""
    order = {code: n for n, code in enumerate(c.all_areas)}
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
            str(c.is_basic(a.code)).lower(),
            str(order[a.code]),
            a.valid_from or "",
            a.valid_to or "",
        ]
        for a in c.all_areas.values()
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
            "upper_bound",
            "is_limit",
            "scope",
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
                i.upper_bound or "",
                str(_is_limit(c, i)).lower(),
                i.scope,
                i.formula("zh", c.indicator_names),
                i.formula("en", c.indicator_names),
                " ".join(series_of(c, i)),
            ]
        )
    return rows


def _is_limit(c: Catalogue, i: Indicator) -> bool:
    """A limit of a stock, and a rate over one."""
    parts = [c.indicators[name] for name in (i.numerator, i.denominator) if name]
    return any(part.kind == "bound" for part in (i, *parts))


def _ratio_operands(c: Catalogue) -> list[list[str]]:
    """What a rate divides: a code a row where an operand is a part of its indicator, else its total and breakdowns."""
    rows = [["ratio", "figure_role", "operand", "dim_name", "dim_code", "is_of_parts"]]
    for i in c.indicators.values():
        asked = (("numerator", i.numerator, i.numerator_of), ("denominator", i.denominator, i.denominator_of))
        for role, operand, parts in asked:
            codes = [(dim, code) for dim, listed in parts.items() for code in listed] or [("", "")]
            rows += [[i.id, role, operand, *code, str(i.is_of_parts).lower()] for code in codes if operand]
    return rows


def _indicator_fields(c: Catalogue) -> list[list[str]]:
    """Items of one-row forms. Several fields of one code add up to it."""
    rows = [["indicator", "kind", "version", "form", "field", "dim_name", "dim_code"]]
    for i in c.indicators.values():
        for formula in i.accounts:
            asked = c.field_sets[formula.form]
            if isinstance(asked, FormTable):
                continue
            fields = [("", "", formula.field or "")] + [
                (dim, code, f) for dim in formula.by for code, names in formula.fields_by(dim).items() for f in names
            ]
            for dim, code, name in fields:
                rows.append([i.id, i.kind, i.version or "", asked.id, name, dim, code])
    return rows


def _indicator_accounts(c: Catalogue) -> list[list[str]]:
    """Where returns answer, in order of choice; of a rate the accounts that hold both operands, if there is one."""
    rows = [["indicator", "kind", "account", "form", "field", "from_rows", "is_monthly", "rank"]]
    for i in c.indicators.values():
        formulas = c.indicators[i.numerator].accounts if i.numerator else i.accounts
        below = {f.form for f in c.indicators[i.denominator].accounts} if i.denominator else {f.form for f in formulas}
        for rank, formula in enumerate((f for f in formulas if f.form in below), start=1):
            asked = c.field_sets[formula.form]
            from_rows = isinstance(asked, FormTable)
            field = formula.field or (asked.key[0] if isinstance(asked, FormTable) else "")
            field = f"{asked.id}.{field}" if from_rows else field
            form = c.form_of(asked.id)
            is_monthly = form.frequency == "monthly" or i.kind == "plan"  # a yearly plan is also that of each month
            said = [str(flag).lower() for flag in (from_rows, is_monthly)]
            rows.append([i.id, i.kind, asked.id, form.id, field, *said, str(rank)])
    return rows


def _falling_fields(c: Catalogue) -> list[list[str]]:
    """Fields that do not fall within a year without a reason, by the rule that asks for it."""
    rows = [["rule", "form", "field", "unless_plan_changed"]]
    for rule in c.rules_by_id.values():
        if rule.type == "MON":
            unless = str("unless" in rule.params).lower()
            rows += [[rule.id, rule.form, field, unless] for field in rule.params["fields"]]
    return rows


def _dimension_members(c: Catalogue) -> list[list[str]]:
    rows = [["base_dim", "member", "dim_name", "dim_code"]]
    for name, dim in c.dimensions.items():
        rows += [[dim.base, member, name, code] for member, codes in dim.adds_to.items() for code in sorted(codes)]
    return rows


def _codelist(c: Catalogue, name: str, *more: str) -> list[list[str]]:
    columns = ["code", "name_zh", "name_en", *more]
    header = ["rank" if column == "order" else column for column in columns]  # order is a word of SQL
    return [header] + [[r[column] for column in columns] for r in c.codelist(name).values()]


def _control_totals(c: Catalogue) -> list[list[str]]:
    """Published figures in base units; indicator is the printed name where no indicator answers to it."""
    rows = [
        [
            "file_order",
            "total_id",
            "source_id",
            "printed_name",
            "indicator",
            "dim_name",
            "dim_code",
            "programme",
            "area_code",
            "period",
            "accumulation",
            "value",
            "unit",
            "printed",
            "half_unit",
            "qualifier",
            "definition",
            "published_on",
            "is_doubtful",
            "is_derived",
        ]
    ]
    for n, t in enumerate(c.control_totals, start=1):
        names = c.printed_names.get(t.indicator, [])
        indicator, dim = names[0] if names else (t.indicator, {})
        factor = c.unit(t.unit).factor if names else Decimal(1)
        rows.append(
            [
                str(n),
                t.total_id,
                t.key,
                t.indicator,
                indicator,
                next(iter(dim), ""),
                next(iter(dim.values()), ""),
                c.source(t.key).programme,
                t.area_code,
                t.label,
                t.accumulation,
                plain(t.value * factor) or "",
                c.indicator(indicator).unit if names else t.unit,
                t.printed,
                plain(t.rounding_half_unit * factor) or "",
                t.qualifier,
                t.definition,
                str(t.published_on or ""),
                str(t.is_doubtful).lower(),
                str(t.is_derived).lower(),
            ]
        )
    return rows


def _need_stocks(c: Catalogue) -> list[list[str]]:
    """A printed stock of a definition a row; of a printed range both ends, which carry no rounding of their own."""
    rows = [["definition", "area_code", "counted_from", "measure", "as_of", "low_value", "high_value", "half_unit", "qualifier", "printed", "total_ids"]]  # fmt: skip
    for d in c.need.definitions:
        for measure, named in d.stocks.items():
            ids = [named] if isinstance(named, str) else named
            ends = [c.totals_by_id[i] for i in ids]
            half, qualifier = (
                (ends[0].rounding_half_unit, ends[0].qualifier) if len(ends) == 1 else (Decimal(0), "exact")
            )
            rows.append([
                d.id, d.area, str(d.counted_from), measure, ends[0].period_end.isoformat(), plain(ends[0].value) or "",
                plain(ends[-1].value) or "", plain(half) or "", qualifier, ends[0].printed, " ".join(ids),
            ])  # fmt: skip
    return rows


def seed_tables(c: Catalogue) -> dict[str, list[list[str]]]:
    """seed name → rows, header first."""
    return {
        "areas": _areas(c),
        "area_closure": _closure(c),
        "area_breaks": area_seeds.breaks(c),
        "area_histories": area_seeds.histories(c),
        "area_heirs": area_seeds.heirs(c),
        "area_followers": area_seeds.followers(c),
        "area_openings": area_seeds.openings(c),
        "area_opening_areas": area_seeds.opening_areas(c),
        "indicators": _indicators(c),
        "indicator_fields": _indicator_fields(c),
        "ratio_operands": _ratio_operands(c),
        "indicator_accounts": _indicator_accounts(c),
        "falling_fields": _falling_fields(c),
        "dimension_members": _dimension_members(c),
        "fund_sources": _codelist(c, "fund_sources", "parent", "level"),
        "project_stages": _codelist(c, "project_stages", "order", "counts_as_started"),
        "milestones": _codelist(c, "milestones", "order", "date_field", "from_stage"),
        "fund_movements": _codelist(c, "fund_movements", "calendar"),
        "rebased_series": [["indicator", "area_code", "printed_before"]]
        + [[i, r.area, r.printed_before.isoformat()] for r in c.explanations.rebased for i in r.indicators],
        "need_stocks": _need_stocks(c),
        "need_costs": [["factor", "measure", "low", "high"]]
        + [[k.id, k.per, plain(k.low) or "", plain(k.high) or ""] for k in c.need.costs],
        "content_items": _codelist(c, "content_items", "class", "unit"),
        "control_totals": _control_totals(c),
        "explanations": [["total_id", "against", "verdict", "zh", "en"]]
        + [[e.total_id, against, e.verdict, e.zh, e.en] for e in c.explanations.totals for against in e.against],
        "rebased": [["indicator", "area_code", "printed_before", "zh", "en"]]
        + [[i, r.area, str(r.printed_before), r.zh, r.en] for r in c.explanations.rebased for i in r.indicators],
        "publishers": [["publisher", "rank"]]
        + [[p, str(n)] for n, p in enumerate(c.settings["publisher_rank"], start=1)],
        "sources": [["source_id", "title", "publisher", "programme", "area_code"]]
        + [[s.id, s.title, s.publisher, s.programme, s.area] for s in c.sources.values()],
    }


def seed_text(rows: list[list[str]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue()


def write_seeds(seeds: Path = SEEDS, models: Path = MODELS, forms: Path = FORMS, fields: Path = FIELDS) -> list[Path]:
    """Write every seed, generated model, macro and generated text; returns the paths."""
    book = catalogue()
    texts = {seeds / f"{name}.csv": seed_text(rows) for name, rows in seed_tables(book).items()}
    texts |= {models / f"{name}.sql": sql for name, sql in row_models(book).items()}
    texts |= {forms: form_words(book), fields: field_macro(book)}
    for path, text in texts.items():
        if not path.is_file() or path.read_bytes() != text.encode():  # an untouched file keeps dbt's manifest current
            write_whole(path, text.encode())
    return list(texts)


if __name__ == "__main__":
    write_seeds()
