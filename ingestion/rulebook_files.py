"""Files of the rule book, strictly: YAML without its traps, CSV, and one entry against its type.

A fault is a SetupError that names file and place. Not here: what the entries mean (catalogue.py, areas.py).
"""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from ingestion.errors import SetupError
from ingestion.rulebook_model import RulebookModel

M = TypeVar("M", bound=RulebookModel)
RULEBOOK = Path(__file__).resolve().parent.parent / "rulebook"


_PERHAPS_ANCHOR = re.compile(r"[&*][^\s,\[\]{}]")  # a name stands right behind the mark, unlike in a product


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


def place_of(path: Path) -> str:
    """A file as a message names it: from rulebook/ on."""
    return str(path.relative_to(RULEBOOK.parent)) if path.is_relative_to(RULEBOOK.parent) else str(path)


def load_yaml(path: Path) -> Any:
    """One YAML file of the rule book. Raises SetupError naming file, line and fault."""
    try:
        text = path.read_text(encoding="utf-8")
        if _PERHAPS_ANCHOR.search(text):  # looking at every token takes as long as loading
            for token in yaml.scan(text, Loader=yaml.CSafeLoader):
                if isinstance(token, yaml.AnchorToken | yaml.AliasToken):
                    raise SetupError(f"{place_of(path)}: line {token.start_mark.line + 1}: anchors are not allowed")
        return yaml.load(text, Loader=_Loader)
    except OSError as error:
        raise SetupError(f"{place_of(path)}: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise SetupError(f"{place_of(path)}: {' '.join(str(error).split())}") from error


def read_csv(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file, header → text. Raises SetupError."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))
    except OSError as error:
        raise SetupError(f"{place_of(path)}: {error.strerror}") from error


def parse(model: type[M], data: Any, path: Path, name: str) -> M:
    """One entry as its type; SetupError names the file, the entry and the first fault."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SetupError(f"{place_of(path)}: {name}: {where}: {first['msg']}") from error
