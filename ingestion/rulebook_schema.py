"""JSON Schema of each kind of rule-book file, from the same types that load it: editors complete and check while typing.

Generated into rulebook/schema/, committed, and checked for drift. Each YAML file names its schema in its first line. Not
here: the types (the *_model.py), what holds between files (quality.rulebook_checks).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import model_validator

from ingestion.archive import write_whole
from ingestion.form_model import Form
from ingestion.indicator_model import Indicator
from ingestion.layout_model import Layout, ReleaseKey, Source
from ingestion.need_model import Need
from ingestion.printed_model import Explanations
from ingestion.release_model import Calendar, Gates
from ingestion.rule_model import Rule, RuleReview, Validity
from ingestion.rulebook_model import Bilingual, RulebookModel, Unit

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class Factor(RulebookModel):
    id: str
    value: str
    source: str


class SettingsFile(RulebookModel):
    version: str
    title: Bilingual
    status: str
    core_release_areas: dict[str, str]
    persons_per_household: Factor
    publisher_rank: list[str]
    programmes: dict[str, Bilingual]
    rule_review: RuleReview


class UnitsFile(RulebookModel):
    units: list[Unit]


class FormFile(RulebookModel):
    form: Form


class RuleDefaults(RulebookModel):
    """What holds for every rule of a file that does not say otherwise."""

    owner: str
    valid: Validity


class RulesFile(RulebookModel):
    defaults: RuleDefaults
    rules: list[Rule]

    @model_validator(mode="before")
    @classmethod
    def _spread(cls, data: Any) -> Any:
        """Rules as they are loaded: with the defaults of their file."""
        if isinstance(data, dict) and isinstance(data.get("defaults"), dict):
            rules = [{**data["defaults"], **r} if isinstance(r, dict) else r for r in data.get("rules") or []]
            return {**data, "rules": rules}
        return data


class IndicatorsFile(RulebookModel):
    indicators: list[Indicator]


class LayoutFile(RulebookModel):
    layout: Layout


class SourcesFile(RulebookModel):
    sources: list[Source]


class ReleaseKeysFile(RulebookModel):
    release_keys: list[ReleaseKey]


@dataclass(frozen=True)
class FileKind:
    """One kind of YAML file: which files are of it (a glob below rulebook/), and the type of the whole file."""

    name: str
    pattern: str
    model: type[RulebookModel]


KINDS = (
    FileKind("rulebook", "rulebook.yaml", SettingsFile),
    FileKind("units", "units.yaml", UnitsFile),
    FileKind("form", "forms/*.yaml", FormFile),
    FileKind("rules", "rules/*.yaml", RulesFile),
    FileKind("indicators", "indicators/*.yaml", IndicatorsFile),
    FileKind("layout", "layouts/*.yaml", LayoutFile),
    FileKind("gates", "gates.yaml", Gates),
    FileKind("calendar", "calendar.yaml", Calendar),
    FileKind("need", "need.yaml", Need),
    FileKind("explained", "explained.yaml", Explanations),
    FileKind("sources", "sources/real_tables.yaml", SourcesFile),
    FileKind("release_keys", "sources/releases.yaml", ReleaseKeysFile),
)


def kind_of(path: Path, root: Path) -> FileKind | None:
    """The kind of a file of the rule book; None for one that nobody reads."""
    inner = path.relative_to(root)
    return next((k for k in KINDS if inner.match(k.pattern) and len(inner.parts) == k.pattern.count("/") + 1), None)


def schema_text(kind: FileKind) -> str:
    """The schema of a kind of file; the same types give the same text."""
    schema: dict[str, Any] = {"$schema": DIALECT, **kind.model.model_json_schema()}
    return json.dumps(schema, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def pointer_of(path: Path, root: Path, kind: FileKind) -> str:
    """The first line of a YAML file, by which editors find its schema."""
    up = "../" * (len(path.relative_to(root).parts) - 1)
    return f"# yaml-language-server: $schema={up}schema/{kind.name}.schema.json"


def write_schemas(folder: Path) -> list[Path]:
    """Write the schema of every kind of file into a folder; returns the paths."""
    written = []
    for kind in KINDS:
        path = folder / f"{kind.name}.schema.json"
        write_whole(path, schema_text(kind).encode())
        written.append(path)
    return written
