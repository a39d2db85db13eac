"""What the dbt project promises a reader: contracts, words, exact numbers, readers. Walks the manifest, so that a new
model is asked the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from orchestration.manifest import manifest, models, tests
from quality.dbt_docs import write_docs

ROOT = Path(__file__).parents[3]
CHINESE, ENGLISH = re.compile(r"[\u4e00-\u9fff]"), re.compile(r"[A-Za-z]{3}")
# an exact type, or a list of one
EXACT = re.compile(r"(varchar|boolean|date|integer|bigint|decimal\(\d+,\s*\d+\))(\[\])?", re.IGNORECASE)
TABLE = re.compile(r"\b(?:fct|dim|pub|int|stg|consistency)_[a-z0-9]+(?:_[a-z0-9]+)*(?:__[a-z0-9_]+)?\b")
ROOMS = {"filings": "filings", "dashboards": "dashboards", "gates": "quality/gates"}
ALL = models()
MARTS = {n["name"]: n for n in ALL.values() if n["resource_type"] == "model" and n["fqn"][1] in ("marts", "publish")}
# dbt lets nobody outside its group, and no exposure, read a private model: a step of a table, not a table to deliver
PRIVATE = sorted(name for name, n in MARTS.items() if n["access"] == "private")
DELIVERED = {name: n for name, n in MARTS.items() if name not in PRIVATE}


def is_bilingual(text: str) -> bool:
    return bool(CHINESE.search(text) and ENGLISH.search(text))


def test_there_are_tables_to_deliver() -> None:
    assert {"fct_figures", "fct_contributions", "pub_public__figures"} <= set(DELIVERED)


@pytest.mark.parametrize("name", sorted(DELIVERED))
def test_a_delivered_table_keeps_a_contract_in_words_and_exact_types(name: str) -> None:
    model = DELIVERED[name]
    assert model["config"]["contract"]["enforced"]
    assert is_bilingual(model["description"]) and model["columns"]
    inexact = [c["name"] for c in model["columns"].values() if not EXACT.fullmatch(c["data_type"])]
    assert not inexact


def test_every_model_and_seed_says_what_it_is_in_two_languages() -> None:
    assert [n["name"] for n in ALL.values() if not is_bilingual(n["description"])] == []


@pytest.mark.parametrize("kind", ["model", "seed", "source"])
def test_every_column_has_words_in_two_languages(kind: str) -> None:
    """That these are all columns which a build has, tests/integration/quality/test_dbt_words.py asks."""
    held = {n["unique_id"]: n for n in (*ALL.values(), *manifest()["sources"].values()) if n["resource_type"] == kind}
    assert held and [i for i, n in held.items() if not n["columns"]] == []
    wordless = [
        f"{i}.{c['name']}" for i, n in held.items() for c in n["columns"].values() if not is_bilingual(c["description"])
    ]
    assert wordless == []


@pytest.mark.parametrize("name", sorted(DELIVERED))
def test_indicators_of_a_delivered_table_stand_in_the_catalogue(name: str) -> None:
    opened = ("fct_contributions", "fct_level_parts")  # views asked for one figure, one indicator: never read whole
    if "indicator" not in DELIVERED[name]["columns"] or name in opened:
        return
    held = [t for t in tests().values() if t["attached_node"] == DELIVERED[name]["unique_id"]]
    related = [t["test_metadata"]["kwargs"] for t in held if t["test_metadata"]["name"] == "relationships"]
    assert ("indicator", "ref('indicators')") in [(k["column_name"], k["to"]) for k in related]


def exposures() -> dict[str, Mapping[str, Any]]:
    return {e["name"]: e for e in manifest()["exposures"].values()}


def _above(unique_id: str) -> Iterator[str]:
    """A node and everything it is made of."""
    yield unique_id
    for parent in manifest()["parent_map"].get(unique_id, []):
        yield from _above(parent)


def test_every_delivered_table_has_a_reader() -> None:
    read = {above for e in exposures().values() for node in e["depends_on"]["nodes"] for above in _above(node)}
    assert [name for name, model in DELIVERED.items() if model["unique_id"] not in read] == []
    assert all(is_bilingual(e["description"]) and is_bilingual(e["label"]) for e in exposures().values())


@pytest.mark.parametrize("name", PRIVATE)
def test_a_private_step_is_read_by_its_own_group_alone(name: str) -> None:
    children = [ALL[c] for c in manifest()["child_map"][MARTS[name]["unique_id"]] if c in ALL]
    read_by = [
        str(path.relative_to(ROOT))
        for room in ("filings", "dashboards", "quality", "orchestration")
        for path in (ROOT / room).rglob("*.py")
        if re.search(rf"\b(from|join)\s+{name}\b", path.read_text(encoding="utf-8"))
    ]
    assert children and {c["group"] for c in children} == {MARTS[name]["group"]} and read_by == []


@pytest.mark.parametrize("reader", sorted(ROOMS))
def test_an_exposure_names_exactly_what_its_room_reads(reader: str) -> None:
    known = {n["name"] for n in ALL.values() if n["resource_type"] == "model"}
    named = {
        word
        for path in (ROOT / ROOMS[reader]).rglob("*.py")
        for word in TABLE.findall(path.read_text(encoding="utf-8"))
    }
    told = {node.rpartition(".")[2] for node in exposures()[reader]["depends_on"]["nodes"]}
    assert told == named & known


def test_the_documentation_opens_with_a_page_for_newcomers(tmp_path: Path) -> None:
    text = write_docs(tmp_path / "docs.html").read_text(encoding="utf-8")
    page = manifest()["docs"]["doc.jiugai.__overview__"]["block_contents"]
    assert is_bilingual(page) and json.dumps(page)[1:-1] in text
    assert [name for name in DELIVERED if f"`{name}`" not in page] == []
    catalog = json.JSONDecoder().raw_decode(text, text.index("catalog:{") + len("catalog:"))[0]
    for name, model in DELIVERED.items():
        shown = {n: c["type"] for n, c in catalog["nodes"][f"model.jiugai.{name}"]["columns"].items()}
        assert shown == {n: c["data_type"] for n, c in model["columns"].items()}
    for column in ("is_sample", "basis", "obs_status", "units_expected", "choice_rank"):
        assert f"`{column}`" in page
