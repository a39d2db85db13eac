"""Files of the rule book, strictly: YAML without its traps, CSV, and one entry against its type.

A fault is a SetupError that names file and place. Not here: what the entries mean (catalogue.py, areas.py).
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from ingestion.errors import SetupError
from ingestion.rulebook_model import RulebookModel

M = TypeVar("M", bound=RulebookModel)
RULEBOOK = Path(__file__).resolve().parent.parent / "rulebook"
_TEXT = yaml.resolver.BaseResolver.DEFAULT_SCALAR_TAG


def place_of(path: Path) -> str:
    """A file as a message names it: from rulebook/ on."""
    return str(path.relative_to(RULEBOOK.parent)) if path.is_relative_to(RULEBOOK.parent) else str(path)


def load_yaml(path: Path) -> Any:
    """One YAML file of the rule book. Raises SetupError naming file, line and fault."""
    try:
        return _Built(path.read_text(encoding="utf-8")).document()
    except OSError as error:
        raise SetupError(f"{place_of(path)}: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise SetupError(f"{place_of(path)}: {' '.join(str(error).split())}") from error


class _Built(yaml.CSafeLoader):
    """Safe YAML without its traps: duplicate keys, anchors and tags of collections are refused.

    Built from the events of the parser: the nodes between, which nobody looks at, take half of the time.
    """

    def document(self) -> Any:
        self.get_event()  # the stream begins
        if isinstance(self.get_event(), yaml.StreamEndEvent):
            return None
        value = self._value(self.get_event())
        self.get_event()  # the document ends
        if not isinstance(event := self.get_event(), yaml.StreamEndEvent):
            raise self._fault("a second document is not allowed", event)
        return value

    def _value(self, event: Any) -> Any:
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            raise self._fault("anchors are not allowed", event)
        if isinstance(event, yaml.ScalarEvent):
            tag = event.tag or self.resolve(yaml.ScalarNode, event.value, event.implicit)  # type: ignore[no-untyped-call]
            node: Any = yaml.ScalarNode
            return event.value if tag == _TEXT else self.construct_object(node(tag, event.value, event.start_mark))
        if event.tag:
            raise self._fault(f"tag {event.tag} is not allowed", event)
        return self._mapping() if isinstance(event, yaml.MappingStartEvent) else self._sequence()

    def _sequence(self) -> list[Any]:
        found = []
        while not isinstance(event := self.get_event(), yaml.SequenceEndEvent):
            found.append(self._value(event))
        return found

    def _mapping(self) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        while not isinstance(event := self.get_event(), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise self._fault("a key is a word", event)
            key = self._value(event)
            if key in found:
                raise self._fault(f"duplicate key {key!r}", event)
            found[key] = self._value(self.get_event())
        return found

    @staticmethod
    def _fault(said: str, event: Any) -> yaml.YAMLError:
        return yaml.YAMLError(f"line {event.start_mark.line + 1}: {said}")


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
