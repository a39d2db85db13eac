"""Where the typed rows of a submission lie. Says it to who only reads: the writer (store.py) loads all that reads files.

Not here: what is in a partition and who writes it (store.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ingestion.catalogue import Catalogue
from ingestion.form_model import FieldSet


def partition_path(
    returns: Path, catalogue: Catalogue, row: Mapping[str, Any], fields: FieldSet | None = None
) -> Path | None:
    """The partition of a register row under `<home>/returns` (of a form with tables: of its first set unless one is named).

    None for files that gave no rows.
    """
    if row["source_id"]:
        return returns / "form=PUB" / f"source={row['source_id']}" / "rows.parquet"
    if row["form"] is None or row["unit_code"] is None or row["period"] is None:
        return None
    fields = fields or catalogue.form(row["form"]).field_sets[0]
    inner = Path(f"form={fields.id}", f"period={row['period']}", f"province={row['province_code']}")
    return returns / inner / "rows.parquet"
