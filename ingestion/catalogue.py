"""The only reader of `rulebook/`: frozen forms, fields, rules, indicators, layouts, sources, areas, gates.

Belongs here: loading, strict checking and look-up. Not here: what any of it means for a file (returns.py,
publications.py) or for a verdict (quality). A fault in the rule book is a SetupError that names file and place.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.areas import NATION, AreaDirectory
from ingestion.errors import SetupError, UsageError
from ingestion.form_model import FieldSet, Form, FormField, FormTable
from ingestion.indicator_model import Indicator, ReturnFormula, RowCondition
from ingestion.rulebook_files import RULEBOOK, load_yaml, parse, place_of, read_csv
from ingestion.rulebook_model import Bilingual, Unit
from ingestion.units import normalise
from ingestion.validity import is_asked

if TYPE_CHECKING:  # types of what a figure does not need: each is loaded where its part is
    from ingestion.layout_model import Layout, Source
    from ingestion.need_model import Need
    from ingestion.printed_model import ControlTotal, Explanations
    from ingestion.release_model import Calendar, Gates
    from ingestion.rule_model import Rule, RuleReview

__all__ = ["NATION", "RULEBOOK", "Catalogue", "Dimension", "catalogue", "load_yaml"]


@dataclass(frozen=True)
class Dimension:
    """A breakdown: its codes, and which of them a code of the base dimension adds to (F31 → F31 and F30; → local)."""

    base: str
    codelist: str  # of the codes that rows hold
    codes: dict[str, dict[str, str]]
    adds_to: dict[str, set[str]]


class Catalogue(AreaDirectory):
    """The rule book in memory. Everything is read on first use, so that `check` pays for what it needs."""

    def __init__(self, root: Path = RULEBOOK) -> None:
        super().__init__(root)

    # -- settings -----------------------------------------------------------------------------------------------
    @cached_property
    def settings(self) -> dict[str, Any]:
        data = load_yaml(self.root / "rulebook.yaml")
        if not isinstance(data, dict) or not isinstance(data.get("version"), str):
            raise SetupError("rulebook/rulebook.yaml: version must be a quoted text")
        return data

    @property
    def version(self) -> str:
        return str(self.settings["version"])

    @cached_property
    def content_hash(self) -> str:
        """sha256 over every file of the rule book in path order: names what a figure or verdict was made with."""
        digest = hashlib.sha256()
        for path in sorted(p for p in self.root.rglob("*") if p.is_file()):
            digest.update(path.relative_to(self.root).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()

    @property
    def persons_per_household(self) -> Decimal:
        return Decimal(self.settings["persons_per_household"]["value"])

    @cached_property
    def rule_review(self) -> RuleReview:
        from ingestion.rule_model import RuleReview

        path = self.root / "rulebook.yaml"
        return parse(RuleReview, self.settings.get("rule_review"), path, "rule_review")

    # -- what is asked ------------------------------------------------------------------------------------------
    @cached_property
    def units(self) -> dict[str, Unit]:
        path = self.root / "units.yaml"
        return {u.name: u for u in (parse(Unit, row, path, str(row)) for row in load_yaml(path)["units"])}

    def unit(self, name: str) -> Unit:
        try:
            return self.units[name]
        except KeyError:
            raise SetupError(f"rulebook/units.yaml: unit {name} is not declared") from None

    @cached_property
    def _spelled(self) -> dict[str, Unit]:
        return {normalise(name): u for u in self.units.values() for name in (u.name, *u.also)}

    def unit_spelled(self, text: str) -> Unit | None:
        """The unit that a table prints as `text` (spaces and width ignored)."""
        return self._spelled.get(normalise(text))

    @cached_property
    def forms(self) -> dict[str, Form]:
        return {form.id: form for form in map(self._form_in, self._form_files)}

    @cached_property
    def _form_files(self) -> list[Path]:
        return sorted((self.root / "forms").glob("*.yaml"))

    @cache  # noqa: B019 - one catalogue lives as long as the process
    def _form_in(self, path: Path) -> Form:
        form = parse(Form, load_yaml(path)["form"], path, path.stem)
        if form.fields and form.locate is None:
            raise SetupError(f"{place_of(path)}: a form with items needs locate")
        for fields in form.field_sets:
            self._check_fields(fields, f"{place_of(path)}: {fields.id}")
        for table in form.tables:
            for name in [*table.key, *([table.parent] if table.parent else [])]:
                if name not in table.by_id:
                    raise SetupError(f"{place_of(path)}: {table.id}: no column {name}")
        return form

    def _check_fields(self, fields: FieldSet, where: str) -> None:
        for what in ("id", "code", "name"):
            values = [getattr(f, what) for f in fields.fields]
            twice = {v for v in values if values.count(v) > 1}
            if twice:
                raise SetupError(f"{where}: field {what} used twice: {', '.join(sorted(twice))}")
        for field in fields.fields:
            if field.unit is not None and field.unit not in self.units:
                raise SetupError(f"{where}: {field.id}: unit {field.unit} is not declared in units.yaml")
            self.codes_of(field)

    @cached_property
    def field_sets(self) -> dict[str, FieldSet]:
        """Everything with typed rows, by id: one-row forms and the tables of all forms (J1, J2, J3, J3F, J4, J4C …)."""
        found: dict[str, FieldSet] = {}
        for form in self.forms.values():
            for fields in form.field_sets:
                if fields.id in found:
                    raise SetupError(f"rulebook/forms: id {fields.id} is used twice")
                found[fields.id] = fields
        return found

    def form_of(self, field_set_id: str) -> Form:
        """The form that a set of fields belongs to: J4F → J4."""
        for form in self.forms.values():
            if any(fields.id == field_set_id for fields in form.field_sets):
                return form
        raise UsageError(f"没有表 {field_set_id} (no such form or table)")

    @cache  # noqa: B019 - one catalogue lives as long as the process
    def form(self, form_id: str) -> Form:
        """One form. A file that is named for it is the only one that is loaded."""
        named = (self._form_in(path) for path in self._form_files if path.stem.startswith(f"{form_id}_"))
        if (found := next((form for form in named if form.id == form_id), None)) is not None:
            return found
        try:
            return self.forms[form_id]
        except KeyError:
            raise UsageError(f"没有表 {form_id}；可用：{'、'.join(self.forms)} (no such form)") from None

    def asks_items(self, account: str) -> bool:
        """Whether an account is the items of a form (J2); of a table it is the rows (J4F)."""
        return any(path.stem.startswith(f"{account}_") for path in self._form_files) and bool(self.form(account).fields)

    @cache  # noqa: B019 - one catalogue lives as long as the process
    def codelist(self, name: str) -> dict[str, dict[str, str]]:
        path = self.root / ("areas/areas.csv" if name == "areas" else f"codelists/{name}.csv")
        return {row["code"]: row for row in read_csv(path)}

    @property
    def codelists(self) -> dict[str, dict[str, dict[str, str]]]:
        """Name of each list of the rule book → its rows by code; the directory of units is none of them."""
        names = sorted(path.stem for path in (self.root / "codelists").glob("*.csv"))
        return {name: self.codelist(name) for name in names}

    def codes_of(self, field: FormField) -> dict[str, dict[str, str]]:
        """Every code that a field may hold, from all its lists."""
        return {code: row for name in field.codelists for code, row in self.codelist(name).items()}

    @cached_property
    def rules(self) -> dict[str, list[Rule]]:
        """form id → rules in file order."""
        from ingestion.rule_model import Rule

        found: dict[str, list[Rule]] = {}
        seen: set[str] = set()
        for path in sorted((self.root / "rules").glob("*.yaml")):
            data = load_yaml(path)
            for row in data["rules"]:
                rule = parse(Rule, {**data.get("defaults", {}), **row}, path, str(row.get("id")))
                if rule.id in seen:
                    raise SetupError(f"{place_of(path)}: rule id {rule.id} is used twice")
                seen.add(rule.id)
                found.setdefault(rule.form, []).append(rule)
        return found

    @cached_property
    def rules_by_id(self) -> dict[str, Rule]:
        """Every rule, in the order of `rules`."""
        return {rule.id: rule for rules in self.rules.values() for rule in rules}

    # -- what is published --------------------------------------------------------------------------------------
    @cached_property
    def indicators(self) -> dict[str, Indicator]:
        """Every indicator by id, its formulas checked against the forms."""
        for indicator, where in self._defined.values():
            for formula in indicator.accounts:
                self._check_formula(formula, where)
        return {name: indicator for name, (indicator, _) in self._defined.items()}

    @cached_property
    def _defined(self) -> dict[str, tuple[Indicator, str]]:
        """The same before that, with their places: who asks for a figure need not load the forms, which takes as long as
        all that is asked."""
        found: dict[str, tuple[Indicator, str]] = {}
        paths = sorted((self.root / "indicators").glob("*.yaml"))
        for path, row in ((p, row) for p in paths for row in load_yaml(p)["indicators"]):
            indicator = parse(Indicator, row, path, str(row.get("id")))
            if indicator.id in found:
                raise SetupError(f"{place_of(path)}: indicator {indicator.id} is defined twice")
            if indicator.unit not in self.units:
                raise SetupError(
                    f"{place_of(path)}: {indicator.id}: unit {indicator.unit} is not declared in units.yaml"
                )
            if len({f.form for f in indicator.accounts}) < len(indicator.accounts):
                raise SetupError(f"{place_of(path)}: {indicator.id}: a form or table answers once")
            found[indicator.id] = indicator, f"{place_of(path)}: {indicator.id}"
        for indicator, _ in found.values():
            for part in (indicator.numerator, indicator.denominator, indicator.base, indicator.upper_bound):
                if part is not None and part not in found:
                    raise SetupError(f"rulebook/indicators: {indicator.id}: no indicator {part}")
            self._check_parts(indicator)
        return found

    def _check_parts(self, indicator: Indicator) -> None:
        """Raises SetupError for an operand's part that is no code of a dimension, or that is no operand's."""
        where = f"rulebook/indicators: {indicator.id}"
        for parts in (indicator.numerator_of, indicator.denominator_of):
            if parts and indicator.kind != "ratio":
                raise SetupError(f"{where}: numerator_of and denominator_of belong to a ratio")
            if len(parts) > 1:
                raise SetupError(f"{where}: parts of an operand are codes of one dimension")
            for dim, codes in parts.items():
                known = self.dimensions[dim].codes if dim in self.dimensions else {}
                if unknown := [code for code in codes if code not in known]:
                    raise SetupError(f"{where}: dimension {dim} has no code {', '.join(unknown)}")

    def _check_formula(self, formula: ReturnFormula, where: str) -> None:
        """Raises SetupError for a form, column, code or dimension that does not exist, or that cannot be asked so."""
        asked = self.field_sets.get(formula.form)
        fields = [
            formula.field,
            *formula.minus,
            *formula.rows_by.values(),
            *formula.zero_with,
            *formula.zero_with.values(),
        ]
        fields += [f for dim in formula.by for names in formula.fields_by(dim).values() for f in names]
        for field in fields:
            if asked is None or (field is not None and field not in asked.by_id):
                raise SetupError(f"{where}: no field {field} in {formula.form}")
        assert asked is not None
        if not isinstance(asked, FormTable):
            if formula.asks_for_rows:
                raise SetupError(f"{where}: {formula.form} is no table: field and by are all it can be asked for")
            return
        for dim, column in formula.rows_by.items():
            if self.dimensions.get(dim) is None or asked.by_id[column].codelists != [self.dimensions[dim].codelist]:
                raise SetupError(f"{where}: column {column} of {formula.form} holds no codes of dimension {dim}")
        for name, condition in formula.where.items():
            column_of = self.column_of(formula, name)
            if column_of is None:
                raise SetupError(f"{where}: no column {name} in {formula.form} or the table above it")
            self._check_condition(condition, column_of, f"{where}: {name}")

    def _check_condition(self, condition: str | bool | list[str] | RowCondition, column: FormField, where: str) -> None:
        codes = self.codes_of(column)
        named = [condition] if isinstance(condition, str) else condition if isinstance(condition, list) else []
        if isinstance(condition, RowCondition):
            named = condition.excluding
            known = next(iter(codes.values()), {})
            if any(attribute not in known for attribute in condition.attribute):
                raise SetupError(f"{where}: the code list has no such attribute")
            if condition.months_before is not None and column.type != "date":
                raise SetupError(f"{where}: months_before needs a date")
            if condition.year is not None and column.type not in ("date", "integer"):
                raise SetupError(f"{where}: year needs a date or a year")
        elif isinstance(condition, bool) != (column.type == "bool"):
            raise SetupError(f"{where}: true and false belong to a yes-no column, and to no other")
        for code in named:
            if code not in codes:
                raise SetupError(f"{where}: no code {code} in its list")

    def column_of(self, formula: ReturnFormula, name: str) -> FormField | None:
        """A column of the formula's table, or else of the table its rows belong to."""
        table, parent = self.field_sets[formula.form], self.parent_of(formula.form)
        return table.by_id.get(name) or (parent.by_id.get(name) if parent else None)

    def parent_of(self, table_id: str) -> FieldSet | None:
        """The table that the rows of a table belong to: J4F → J4."""
        table = self.field_sets[table_id]
        return self.form_of(table_id).tables[0] if isinstance(table, FormTable) and table.parent else None

    @cached_property
    def dimensions(self) -> dict[str, Dimension]:
        """What figures are broken down by, by the name used in `by`, `rows_by` and `--dim`."""
        sources, items = self.codelist("fund_sources"), self.codelist("content_items")
        classes = {row["name_zh"]: code for code, row in self.codelist("content_classes").items()}
        gathered = {code: {code, *([row["parent"]] if row["parent"] else [])} for code, row in sources.items()}
        levels = {code: {row["level"]} for code, row in sources.items()}
        content = {code: {code, classes[row["class"]]} for code, row in items.items()}
        return {
            "source": Dimension("source", "fund_sources", sources, gathered),
            "level": Dimension("source", "fund_sources", self.codelist("fund_levels"), levels),
            "content": Dimension(
                "content", "content_items", {**self.codelist("content_classes"), **items},
                {**{code: {code} for code in classes.values()}, **content},
            ),
        }  # fmt: skip

    def is_asked(self, indicator: Indicator, period: str, dims: dict[str, str]) -> bool:
        """Whether any form asks for an indicator at such a period, broken down so."""
        for formula in indicator.accounts:
            if self.form_of(formula.form).frequency == "yearly" and len(period) == 7 and indicator.kind != "plan":
                continue
            if not self._is_asked_then(formula, period):
                continue
            rolled = {n for n, d in self.dimensions.items() for base in formula.rows_by if d.base == base}
            if all(name in rolled or code in formula.by.get(name, {}) for name, code in dims.items()):
                return True
        return False

    def _is_asked_then(self, formula: ReturnFormula, period: str) -> bool:
        """Whether form and field had begun by the end of a period."""
        form, fields = self.form_of(formula.form), self.field_sets[formula.form]
        since = fields.by_id[formula.field].since if formula.field else None
        return is_asked(form.since, period) and is_asked(since, period)

    def indicator(self, indicator_id: str) -> Indicator:
        try:
            return self._defined[indicator_id][0]
        except KeyError:
            import difflib

            near = difflib.get_close_matches(indicator_id, self._defined, 3, 0.4)
            hint = f"；相近：{'、'.join(near)}" if near else ""
            raise UsageError(f"没有指标 {indicator_id}{hint}；全部见 rulebook/indicators (no such indicator)") from None

    @cached_property
    def indicator_names(self) -> dict[str, Bilingual]:
        return {name: indicator.name for name, (indicator, _) in self._defined.items()}

    @cached_property
    def printed_names(self) -> dict[str, list[tuple[str, dict[str, str]]]]:
        """A printed name → the indicators (and dimension codes) it answers for; several may share one name."""
        found: dict[str, list[tuple[str, dict[str, str]]]] = {}
        for indicator in self.indicators.values():
            for printed in indicator.printed_as:
                found.setdefault(printed.name, []).append((indicator.id, printed.dim))
        return found

    @cached_property
    def gates(self) -> Gates:
        from ingestion.release_model import Gates

        path = self.root / "gates.yaml"
        return parse(Gates, load_yaml(path), path, "gates")

    @cached_property
    def need(self) -> Need:
        """Printed stocks and unit costs, each checked against what it names."""
        from ingestion.need_model import Need

        path = self.root / "need.yaml"
        found = parse(Need, load_yaml(path), path, "need")
        for definition in found.definitions:
            self.area(definition.area)
            for named in definition.stocks.values():
                ids = [named] if isinstance(named, str) else named
                if isinstance(named, list) and len(ids) != 2:
                    raise SetupError(f"{place_of(path)}: {definition.id}: a range has two ends")
                for total_id in ids:
                    if total_id not in self.totals_by_id:
                        raise SetupError(f"{place_of(path)}: {definition.id}: no control total {total_id}")
        for cost in found.costs:
            if cost.low > cost.high:
                raise SetupError(f"{place_of(path)}: {cost.id}: low is above high")
        return found

    @cached_property
    def totals_by_id(self) -> dict[str, ControlTotal]:
        return {total.total_id: total for total in self.control_totals}

    @cached_property
    def calendar(self) -> Calendar:
        from ingestion.release_model import Calendar

        path = self.root / "calendar.yaml"
        return parse(Calendar, load_yaml(path), path, "calendar")

    # -- publications -------------------------------------------------------------------------------------------
    @cached_property
    def layouts(self) -> dict[str, Layout]:
        from ingestion.layout_model import Layout

        found = {}
        for path in sorted((self.root / "layouts").glob("*.yaml")):
            layout = parse(Layout, load_yaml(path)["layout"], path, path.stem)
            found[layout.id] = layout
        return found

    @cached_property
    def control_totals(self) -> list[ControlTotal]:
        from ingestion.printed_model import ControlTotal

        path = self.root / "control_totals.csv"
        rows = []
        for number, row in enumerate(read_csv(path), start=2):
            data: dict[str, Any] = dict(row)
            data["published_on"] = data["published_on"] or None
            rows.append(parse(ControlTotal, data, path, f"line {number}"))
        return rows

    @cached_property
    def explanations(self) -> Explanations:
        """Known differences and printed names of another definition, each checked against what it names."""
        from ingestion.printed_model import Explanations

        path = self.root / "explained.yaml"
        found = parse(Explanations, load_yaml(path), path, "explained")
        known = {t.total_id for t in self.control_totals}
        for explanation in found.totals:
            if explanation.total_id not in known:
                raise SetupError(f"{place_of(path)}: no control total {explanation.total_id}")
            for source in explanation.against:
                if source not in self.sources:
                    raise SetupError(f"{place_of(path)}: {explanation.total_id}: no source {source}")
        for guard in found.names:
            if guard.near is not None and guard.near not in self.indicators:
                raise SetupError(f"{place_of(path)}: {guard.names[0]}: no indicator {guard.near}")
        return found

    @cached_property
    def sources(self) -> dict[str, Source]:
        """Every publication, real tables first; the rest stand in control_totals.csv, one a key."""
        from ingestion.layout_model import ReleaseKey, Source, Span

        path = self.root / "sources" / "real_tables.yaml"
        found = {}
        for row in load_yaml(path)["sources"]:
            source = parse(Source, row, path, str(row.get("id")))
            if source.layout not in self.layouts:
                raise SetupError(f"{place_of(path)}: {source.id}: no layout {source.layout}")
            found[source.id] = source
        keys_path = self.root / "sources" / "releases.yaml"
        keys = sorted(
            (parse(ReleaseKey, row, keys_path, str(row)) for row in load_yaml(keys_path)["release_keys"]),
            key=lambda k: -len(k.prefix),
        )
        for total in self.control_totals:
            if total.key in found:
                continue
            key = next((k for k in keys if total.key.startswith(k.prefix)), None)
            if key is None:
                raise SetupError(f"{place_of(keys_path)}: no publisher for key {total.key} of control_totals.csv")
            mine = [t for t in self.control_totals if t.key == total.key]
            # a progress table also prints the year's plan: its own date is that of the starts
            end = max(t.period_end for t in [t for t in mine if t.indicator.startswith("start")] or mine)
            found[total.key] = Source(
                id=total.key,
                title=total.source_title,
                address=total.source_url,
                publisher=key.publisher,
                published_on=total.published_on,
                programme=key.programme,
                layout=key.layout,
                area=NATION,
                period=Span(start=dt.date(end.year, 1, 1), end=end),
            )
        return found

    def source(self, source_id: str) -> Source:
        try:
            return self.sources[source_id]
        except KeyError:
            raise UsageError(f"规则库没有来源 {source_id} (no such source in rulebook/sources)") from None


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """The project's rule book."""
    return Catalogue()
