"""Typed rows of accepted submissions back in form units, each partition read once a batch and only as wide as asked.

Not here: which submission was in force (context.py), writing (ingestion.store).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from ingestion.catalogue import Catalogue
from ingestion.form_model import FieldSet
from ingestion.register import Register
from ingestion.store import HELD, Store


class TypedRows:
    """`forget` what was landed: those partitions are newer than what is held here."""

    def __init__(self, register: Register, store: Store, catalogue: Catalogue) -> None:
        self.register, self.store, self.catalogue = register, store, catalogue
        self._held: dict[tuple[str, tuple[str, ...]], tuple[set[str], dict[str, list[dict[str, Any]]]]] = {}

    def forget(self, partitions: Iterable[Path]) -> None:
        gone = {str(path) for path in partitions}
        self._held = {key: held for key, held in self._held.items() if key[0] not in gone}

    def rows(
        self, submission: Mapping[str, Any], fields: FieldSet, names: Iterable[str] | None = None
    ) -> list[dict[str, Any]]:
        """The rows of one submission in a set of fields, with `row_no`. names: the fields wanted (default all)."""
        path = self.store.partition_of(submission, fields)
        if path is None:
            return []
        wanted = tuple(sorted(names)) if names is not None else tuple(f.id for f in fields.fields)
        key, own = (str(path), wanted), submission["submission_id"]
        if (key not in self._held or own not in self._held[key][0]) and path.exists():  # or landed by another process
            self._held[key] = self._read(path, fields, wanted)
        if key not in self._held or own not in self._held[key][0]:
            # registered by a run that was killed before it landed: without its rows a rule would find nothing wrong
            self.forget(self.store.complete(self.register, [submission]))
            self._held[key] = self._read(path, fields, wanted)
        return self._held[key][1].get(own, [])

    def _read(
        self, path: Path, fields: FieldSet, names: tuple[str, ...]
    ) -> tuple[set[str], dict[str, list[dict[str, Any]]]]:
        file = pq.ParquetFile(path)
        held = {n for n in names if n in file.schema_arrow.names}  # a field that is newer than the file is blank
        table = file.read(columns=["submission_id", "row_no", *sorted(held)], use_threads=False)
        factors = {n: self.catalogue.unit(u).factor for n in held if (u := fields.by_id[n].unit)}
        scaled = [n for n, factor in factors.items() if factor != 1]
        found: dict[str, list[dict[str, Any]]] = {}
        for row in table.to_pylist():
            for name in scaled:
                if isinstance(row[name], Decimal):
                    row[name] = row[name] / factors[name]
            found.setdefault(row.pop("submission_id"), []).append(row)
        ids = (file.schema_arrow.metadata or {}).get(HELD, b"").decode().split()
        return set(ids), found
