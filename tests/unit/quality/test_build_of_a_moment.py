"""A build of a past moment answers again only while register, rule book and project are those that it was made with."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from ingestion.catalogue import catalogue
from ingestion.moments import parse_moment, stamp
from quality import warehouse
from quality.dbt_project import project_hash


@pytest.mark.parametrize(
    ("changed", "is_made_anew"),
    [
        ({}, False),
        ({"project_hash": "of other models"}, True),
        ({"rulebook_hash": "of another rule book"}, True),
        ({"watermark": 7}, True),
        ({"as_of": "2023-06-10T15:59:59.000000+00:00"}, True),
    ],
)
def test_a_kept_build_answers_only_for_what_it_was_made_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: dict[str, object], is_made_anew: bool
) -> None:
    moment = parse_moment("2023-06-10")
    meta = {
        "build_id": "asof-1", "as_of": stamp(moment), "watermark": 0, "made_at": stamp(moment), "rulebook_version": "1",
        "rulebook_hash": catalogue().content_hash, "project_hash": project_hash(),
    }  # fmt: skip
    (tmp_path / "warehouse").mkdir()
    (tmp_path / "warehouse" / "asof-1.json").write_text(json.dumps(meta | changed))
    monkeypatch.setattr(warehouse, "build", lambda *_: SimpleNamespace(build="made anew"))
    found = warehouse.build_as_of(tmp_path, moment)
    assert (found == "made anew") is is_made_anew
