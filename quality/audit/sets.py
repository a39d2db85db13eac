"""Relations between the rows of one return, and codes: what no expression over one row can say.

Types: RWD (keys used once), SIM (names and addresses that may be one place), SPL (one estate split into several), COV
(codes valid in the period). Parameters stand in the rule book. Not here: which rows count (the rule's `when`, SQL),
versions of one list (versions.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from ingestion.catalogue import Catalogue
from ingestion.errors import SetupError
from ingestion.form_model import FormField, FormTable
from ingestion.similar_places import Place, root_of, similar_pairs, without_region
from ingestion.validity import is_current
from quality.audit.compile import SetCheck
from quality.audit.relations import WHOLE, Case, Chosen, Outcome, shown
from quality.audit.versions import Found, revised, vanished


def _fields(check: SetCheck, *names: str) -> None:
    for name in names:
        if name not in check.over.by_id:
            raise SetupError(f"rulebook/rules: {check.rule.id}: no field {name} in {check.over.id}")


def _repeated_keys(check: SetCheck, rows: Chosen, case: Case, catalogue: Catalogue) -> Found:
    """Each key names one row; `keys: own` is the table's own. Blank parts are equal, but for those that are required:
    a blank there is another rule's matter. differ: fields in which rows of one key must differ to be told."""
    given = check.rule.params["keys"]
    own = [check.over.key] if isinstance(check.over, FormTable) else []
    for key in own if given == "own" else given:
        _fields(check, *key)
        must = [name for name in key if check.over.by_id[name].required == "always"]
        first: dict[tuple[Any, ...], int] = {}
        differ = check.rule.params.get("differ", [])
        lacking = {n for name in must for n, value in rows.column(name) if value is None}
        for n, values in rows.columns(key):
            if n in lacking:
                continue
            if values in first:
                row, other = rows.held[n], rows.held[first[values]]
                if differ and all(row.get(name) == other.get(name) for name in differ):
                    continue
                labels = "＋".join(check.over.by_id[name].name for name in key)
                yield n, first[values], {"at": key[0], "key": labels, "value": "、".join(shown(v) for v in values)}
            else:
                first[values] = n


def _similar(check: SetCheck, rows: Chosen, case: Case, catalogue: Catalogue) -> Found:
    """Rows of different identity whose name and address read alike: the later one, with the likest earlier one."""
    p = check.rule.params
    _fields(check, p["name"], p["alias"], p["address"], p["street"], p["within"], p["identity"])
    places = []
    asked = [p[n] for n in ("name", "alias", "address", "street", "within", "identity")]
    for _, values in rows.columns(asked):
        name, alias, address, street, within, identity = (str(value or "") for value in values)
        aliases = [a.strip() for a in alias.replace("；", ";").split(";")]
        names = tuple(n for n in (name, *aliases) if n)
        places.append(Place(within, identity, names, without_region(address, [*_region(within, catalogue), street])))
    best: dict[int, tuple[float, int]] = {}
    for (earlier, later), score in similar_pairs(places, float(p["threshold"])).items():
        best[later] = max(best.get(later, (0.0, -1)), (score, -earlier - 1))  # of equals, the first row
    for later, (score, which) in sorted(best.items()):
        yield rows.numbers[later], rows.numbers[-which - 1], {"at": p["name"], "similarity": f"{score:.2f}"}


@lru_cache(maxsize=1 << 13)
def _region(code: str, catalogue: Catalogue) -> list[str]:
    names = []
    while code in catalogue.areas and catalogue.areas[code].parent_code:
        names.append(catalogue.areas[code].name_zh)
        code = catalogue.areas[code].parent_code
    return names[::-1]


def _split(check: SetCheck, rows: Chosen, case: Case, catalogue: Catalogue) -> Found:
    """Rows that share some fields and the root of a name: one estate entered as several."""
    same, root = check.rule.params["same"], check.rule.params["root"]
    _fields(check, *same, root)
    first: dict[tuple[Any, ...], int] = {}
    for n, (*shared, name) in rows.columns([*same, root]):
        values = (*shared, root_of(str(name or "")) or None)
        if None in values:
            continue
        if values in first:
            yield n, first[values], {"at": root, "root": values[-1]}
        else:
            first[values] = n


def _codes(check: SetCheck, rows: Chosen, case: Case, catalogue: Catalogue) -> Found:
    """Every code stands in its list and is valid in the period."""
    month = f"{case.period_end:%Y-%m}"
    for item in (f for f in check.over.fields if f.codelists):
        valid = valid_codes(item, month, catalogue)
        column = rows.column(item.id)
        unknown = {value: _unknown(str(value or ""), item, valid) for value in {value for _, value in column}}
        if not any(unknown.values()):
            continue
        for n, value in column:
            for code in unknown[value]:
                yield (
                    n,
                    None,
                    {
                        "at": item.id,
                        "code": code,
                        "field.name": item.name,
                        "field.label_en": item.label.en,
                        "now": catalogue.successors.get(code, "") and f"：{catalogue.successors[code]}",
                    },
                )


def _unknown(text: str, item: FormField, valid: set[str]) -> list[str]:
    """The codes in a cell that are not valid."""
    held = [c.strip() for c in text.replace("；", ";").split(";")] if item.many else [text]
    return [code for code in held if code and code not in valid]


def valid_codes(item: FormField, month: str, catalogue: Catalogue) -> set[str]:
    """The codes that a field may hold in a month."""
    if item.codelist == "areas":  # a county's code of the period, or its code of today: its history is one
        return catalogue.basic_units_in(month) | {
            c for c in catalogue.basic_units if catalogue.area(c).valid_to is None
        }
    return {code for code, row in catalogue.codes_of(item).items() if is_current(row, month)}


TYPES: dict[str, Callable[[SetCheck, Chosen, Case, Catalogue], Found]] = {
    "RWD": _repeated_keys,
    "SIM": _similar,
    "SPL": _split,
    "COV": _codes,
    "RTS": vanished,
    "RRL": revised,
}


def judge(
    check: SetCheck, n: int, case: Case, chosen: Sequence[int], catalogue: Catalogue, everything: bool
) -> Iterator[Outcome]:
    """What a relation says of the chosen rows of case number n. everything: also what `on_na: skip` keeps quiet about."""
    held = case.rows(check.over)
    among = check.rule.params.get("among")
    if among is not None and among not in case.tables:
        if everything or check.rule.on_na == "tell":
            yield Outcome(n, WHOLE, check, None, {"at": check.over.fields[0].id})
        return
    rows = Chosen(held, chosen)
    for row, other, values in TYPES[check.rule.type](check, rows, case, catalogue):
        yield Outcome(n, row, check, False, values, other)
