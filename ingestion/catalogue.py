"""The only reader of `rulebook/`: frozen forms, fields, rules, indicators, layouts, sources, areas, gates.

Belongs here: loading, strict checking and look-up. Not here: what any of it means for a file (returns.py,
publications.py) or for a verdict (quality). A fault in the rule book is a SetupError that names file and place.
"""

from __future__ import annotations

import csv
import datetime as dt
import difflib
import hashlib
import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from ingestion.errors import SetupError, UsageError
from ingestion.layout_model import Layout, ReleaseKey, Source, Span
from ingestion.rulebook_model import (
    Area,
    Bilingual,
    Calendar,
    ControlTotal,
    Explanations,
    FieldSet,
    Form,
    FormField,
    FormTable,
    Gates,
    Indicator,
    ReturnFormula,
    RowCondition,
    Rule,
    RulebookModel,
    Unit,
)
from ingestion.units import normalise

M = TypeVar("M", bound=RulebookModel)
RULEBOOK = Path(__file__).resolve().parent.parent / "rulebook"
NATION = "000000"


@dataclass(frozen=True)
class Dimension:
    """A breakdown: its codes, and which of them a code of the base dimension adds to (F31 → F31 and F30; → local)."""

    base: str
    codelist: str  # of the codes that rows hold
    codes: dict[str, dict[str, str]]
    adds_to: dict[str, set[str]]


class _Loader(yaml.CSafeLoader):
    """Safe YAML without its traps: duplicate keys are refused, and so are anchors (see load_yaml)."""


def _no_duplicates(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in seen:
            raise yaml.constructor.ConstructorError(None, None, f"duplicate key {key!r}", key_node.start_mark)
        seen[key] = loader.construct_object(value_node, deep=True)
    return seen


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _no_duplicates)


def _place(path: Path) -> str:
    return str(path.relative_to(RULEBOOK.parent)) if path.is_relative_to(RULEBOOK.parent) else str(path)


def load_yaml(path: Path) -> Any:
    """One YAML file of the rule book. Raises SetupError naming file, line and fault."""
    try:
        text = path.read_text(encoding="utf-8")
        if "&" in text or "*" in text:
            for token in yaml.scan(text, Loader=yaml.CSafeLoader):
                if isinstance(token, yaml.AnchorToken | yaml.AliasToken):
                    raise SetupError(f"{_place(path)}: line {token.start_mark.line + 1}: anchors are not allowed")
        return yaml.load(text, Loader=_Loader)
    except OSError as error:
        raise SetupError(f"{_place(path)}: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise SetupError(f"{_place(path)}: {' '.join(str(error).split())}") from error


def _read_csv(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))
    except OSError as error:
        raise SetupError(f"{_place(path)}: {error.strerror}") from error


def _parse(model: type[M], data: Any, path: Path, name: str) -> M:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SetupError(f"{_place(path)}: {name}: {where}: {first['msg']}") from error


class Catalogue:
    """The rule book in memory. Everything is read on first use, so that `check` pays for what it needs."""

    def __init__(self, root: Path = RULEBOOK) -> None:
        self.root = root

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

    # -- what is asked ------------------------------------------------------------------------------------------
    @cached_property
    def units(self) -> dict[str, Unit]:
        path = self.root / "units.yaml"
        return {u.name: u for u in (_parse(Unit, row, path, str(row)) for row in load_yaml(path)["units"])}

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
        found: dict[str, Form] = {}
        for path in sorted((self.root / "forms").glob("*.yaml")):
            form = _parse(Form, load_yaml(path)["form"], path, path.stem)
            if form.fields and form.locate is None:
                raise SetupError(f"{_place(path)}: a form with items needs locate")
            for fields in form.field_sets:
                self._check_fields(fields, f"{_place(path)}: {fields.id}")
            for table in form.tables:
                for name in [*table.key, *([table.parent] if table.parent else [])]:
                    if name not in table.by_id:
                        raise SetupError(f"{_place(path)}: {table.id}: no column {name}")
            found[form.id] = form
        return found

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

    def form(self, form_id: str) -> Form:
        try:
            return self.forms[form_id]
        except KeyError:
            raise UsageError(f"没有表 {form_id}；可用：{'、'.join(self.forms)} (no such form)") from None

    @cache  # noqa: B019 - one catalogue lives as long as the process
    def codelist(self, name: str) -> dict[str, dict[str, str]]:
        path = self.root / ("areas/areas.csv" if name == "areas" else f"codelists/{name}.csv")
        return {row["code"]: row for row in _read_csv(path)}

    def codes_of(self, field: FormField) -> dict[str, dict[str, str]]:
        """Every code that a field may hold, from all its lists."""
        return {code: row for name in field.codelists for code, row in self.codelist(name).items()}

    @cached_property
    def rules(self) -> dict[str, list[Rule]]:
        """form id → rules in file order."""
        found: dict[str, list[Rule]] = {}
        seen: set[str] = set()
        for path in sorted((self.root / "rules").glob("*.yaml")):
            for row in load_yaml(path)["rules"]:
                rule = _parse(Rule, row, path, str(row.get("id")))
                if rule.id in seen:
                    raise SetupError(f"{_place(path)}: rule id {rule.id} is used twice")
                seen.add(rule.id)
                found.setdefault(rule.form, []).append(rule)
        return found

    # -- what is published --------------------------------------------------------------------------------------
    @cached_property
    def indicators(self) -> dict[str, Indicator]:
        found: dict[str, Indicator] = {}
        paths = sorted((self.root / "indicators").glob("*.yaml"))
        for path, row in ((p, row) for p in paths for row in load_yaml(p)["indicators"]):
            indicator = _parse(Indicator, row, path, str(row.get("id")))
            if indicator.id in found:
                raise SetupError(f"{_place(path)}: indicator {indicator.id} is defined twice")
            if indicator.unit not in self.units:
                raise SetupError(f"{_place(path)}: {indicator.id}: unit {indicator.unit} is not declared in units.yaml")
            if len({f.form for f in indicator.accounts}) < len(indicator.accounts):
                raise SetupError(f"{_place(path)}: {indicator.id}: a form or table answers once")
            for formula in indicator.accounts:
                self._check_formula(formula, f"{_place(path)}: {indicator.id}")
            found[indicator.id] = indicator
        for indicator in found.values():
            for part in (indicator.numerator, indicator.denominator, indicator.base):
                if part is not None and part not in found:
                    raise SetupError(f"rulebook/indicators: {indicator.id}: no indicator {part}")
        return found

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
            rolled = {n for n, d in self.dimensions.items() for base in formula.rows_by if d.base == base}
            if all(name in rolled or code in formula.by.get(name, {}) for name, code in dims.items()):
                return True
        return False

    def indicator(self, indicator_id: str) -> Indicator:
        try:
            return self.indicators[indicator_id]
        except KeyError:
            near = difflib.get_close_matches(indicator_id, self.indicators, 3, 0.4)
            hint = f"；相近：{'、'.join(near)}" if near else ""
            raise UsageError(f"没有指标 {indicator_id}{hint}；全部见 rulebook/indicators (no such indicator)") from None

    @cached_property
    def indicator_names(self) -> dict[str, Bilingual]:
        return {i.id: i.name for i in self.indicators.values()}

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
        path = self.root / "gates.yaml"
        return _parse(Gates, load_yaml(path), path, "gates")

    @cached_property
    def calendar(self) -> Calendar:
        path = self.root / "calendar.yaml"
        return _parse(Calendar, load_yaml(path), path, "calendar")

    # -- publications -------------------------------------------------------------------------------------------
    @cached_property
    def layouts(self) -> dict[str, Layout]:
        found = {}
        for path in sorted((self.root / "layouts").glob("*.yaml")):
            layout = _parse(Layout, load_yaml(path)["layout"], path, path.stem)
            found[layout.id] = layout
        return found

    @cached_property
    def control_totals(self) -> list[ControlTotal]:
        path = self.root / "control_totals.csv"
        rows = []
        for number, row in enumerate(_read_csv(path), start=2):
            data: dict[str, Any] = dict(row)
            data["published_on"] = data["published_on"] or None
            rows.append(_parse(ControlTotal, data, path, f"line {number}"))
        return rows

    @cached_property
    def explanations(self) -> Explanations:
        """Known differences and printed names of another definition, each checked against what it names."""
        path = self.root / "explained.yaml"
        found = _parse(Explanations, load_yaml(path), path, "explained")
        known = {t.total_id for t in self.control_totals}
        for explanation in found.totals:
            if explanation.total_id not in known:
                raise SetupError(f"{_place(path)}: no control total {explanation.total_id}")
            for source in explanation.against:
                if source not in self.sources:
                    raise SetupError(f"{_place(path)}: {explanation.total_id}: no source {source}")
        for guard in found.names:
            if guard.near is not None and guard.near not in self.indicators:
                raise SetupError(f"{_place(path)}: {guard.names[0]}: no indicator {guard.near}")
        return found

    @cached_property
    def sources(self) -> dict[str, Source]:
        """Every publication, real tables first; the rest stand in control_totals.csv, one a key."""
        path = self.root / "sources" / "real_tables.yaml"
        found = {}
        for row in load_yaml(path)["sources"]:
            source = _parse(Source, row, path, str(row.get("id")))
            if source.layout not in self.layouts:
                raise SetupError(f"{_place(path)}: {source.id}: no layout {source.layout}")
            found[source.id] = source
        keys_path = self.root / "sources" / "releases.yaml"
        keys = sorted(
            (_parse(ReleaseKey, row, keys_path, str(row)) for row in load_yaml(keys_path)["release_keys"]),
            key=lambda k: -len(k.prefix),
        )
        for total in self.control_totals:
            if total.key in found:
                continue
            key = next((k for k in keys if total.key.startswith(k.prefix)), None)
            if key is None:
                raise SetupError(f"{_place(keys_path)}: no publisher for key {total.key} of control_totals.csv")
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

    # -- areas --------------------------------------------------------------------------------------------------
    @cached_property
    def areas(self) -> dict[str, Area]:
        """Reporting units by six-digit code; zones (non-statutory units) included."""
        path = self.root / "areas" / "areas.csv"
        found = {r["code"]: _parse(Area, r, path, r["code"]) for r in _read_csv(path)}
        for r in _read_csv(self.root / "areas" / "zones.csv"):
            found[r["code"]] = Area(
                code=r["code"],
                name_zh=r["name_zh"],
                short_zh=r["short_zh"],
                name_en="",
                level="county",
                parent_code=r["parent_code"],
                note=r["source"],
                is_zone=True,
            )
        return found

    def area(self, code: str) -> Area:
        try:
            return self.areas[code]
        except KeyError:
            raise UsageError(f"没有地区代码 {code} (unknown area code; six digits as in rulebook/areas)") from None

    @cached_property
    def _area_changes(self) -> list[dict[str, str]]:
        return _read_csv(self.root / "areas" / "area_changes.csv")

    @cached_property
    def changed_areas(self) -> set[str]:
        """Codes on either side of a renaming, merger or move."""
        return {r[k] for r in self._area_changes for k in ("old_code", "new_code") if r[k]}

    @cached_property
    def successors(self) -> dict[str, str]:
        """Code that is no longer in use → what to file under instead, in words: year, what happened, code and name."""
        found: dict[str, list[str]] = {}
        for r in self._area_changes:
            if r["old_code"] and r["old_code"] not in self.areas:
                now = f"{r['new_code']} {r['new_name']}".strip() or "已撤销，按并入的单位填报"
                found.setdefault(r["old_code"], []).append(f"{r['year']}年{r['type_zh']}：{now}")
        return {code: "；".join(words) for code, words in found.items()}

    @cached_property
    def children(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for area in self.areas.values():
            found.setdefault(area.parent_code, []).append(area.code)
        return found

    @cached_property
    def basic_units(self) -> set[str]:
        """Units that fill in returns: counties, zones, and cities without counties."""
        return {
            a.code
            for a in self.areas.values()
            if a.level == "county" or (a.level == "city" and not self.children.get(a.code))
        }

    def province_of(self, code: str) -> str:
        """The province-level unit above, by the parent chain (兵团 counties are 659xxx but belong to 660000)."""
        area = self.area(code)
        while area.level not in ("province", "national"):
            area = self.area(area.parent_code)
        return area.code

    def find_area(self, name: str, within: str = NATION, level: str | None = None) -> list[str]:
        """Codes of the units whose full or short name is `name`, below `within`. Several = ambiguous: ask."""
        wanted = normalise(name)
        codes = []
        for area in self.areas.values():
            if level and area.level != level:
                continue
            if area.level == "national" and level is None and wanted == area.name_zh:
                codes.append(area.code)
                continue
            names = {area.name_zh, area.short_zh} - {""}
            if area.level in ("city", "county"):
                names.add(re.sub(r"(市|县|区)$", "", area.name_zh) if len(area.name_zh) > 2 else area.name_zh)
            if wanted in names and self.is_within(area.code, within):
                codes.append(area.code)
        return codes

    def is_within(self, code: str, ancestor: str) -> bool:
        while code:
            if code == ancestor:
                return True
            code = self.areas[code].parent_code if code in self.areas else ""
        return False


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """The project's rule book."""
    return Catalogue()
