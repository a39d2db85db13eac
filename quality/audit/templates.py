"""Types of rules that are written as parameters: each becomes expressions of the rule-book language, one a field.

A blank in one field so hides no failure in another. What every type means stands in docs/methods/audit-language.md. Not
here: totals and their parts and required fields (compile.py), relations between rows (sets.py, versions.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ingestion.errors import SetupError
from ingestion.form_model import FieldSet
from ingestion.rule_model import Rule


@dataclass(frozen=True)
class Template:
    """One expression. each: the field that it stands for; values: name → expression, shown in messages."""

    text: str
    each: str | None = None
    values: dict[str, str] = field(default_factory=dict)


Made = Iterator[Template]


def fields_of(rule: Rule, over: FieldSet) -> list[str]:
    """The fields a rule is written for. `numbers`: all of them; `flows`: the required ones that run through a year."""
    given = rule.params["fields"]
    if given == "numbers":
        given = [f.id for f in over.fields if f.is_number]
    elif given == "flows":
        flows = [f for f in over.fields if f.is_number and f.semantics in ("ytd", "period")]
        given = [f.id for f in flows if f.required == "always"]
    return [name for name in given if name not in rule.params.get("except", [])]


def _range(rule: Rule, over: FieldSet) -> Made:
    p = rule.params
    for name in fields_of(rule, over):
        sides = [f"{name} {sign} ({p[key]})" for key, sign in (("min", ">="), ("max", "<=")) if key in p]
        yield Template(" and ".join(sides), name, {key: str(p[key]) for key in ("min", "max") if key in p})


def _not_falling(rule: Rule, over: FieldSet) -> Made:
    """A year-to-date figure does not fall within the year."""
    unless = f"{rule.params['unless']} or " if "unless" in rule.params else ""
    for name in fields_of(rule, over):
        yield Template(f"month(period) = 1 or {unless}{name} >= prev({name})", name, {"was": f"prev({name})"})


def _in_order(rule: Rule, over: FieldSet) -> Made:
    for first, then in rule.params["order"]:
        yield Template(f"{first} <= {then}")


def _consistent(rule: Rule, over: FieldSet) -> Made:
    """within: no more than another value; equals: the same as it. `each` in it is the field itself: prev(each)."""
    sign, other = ("<=", rule.params["within"]) if "within" in rule.params else ("=", rule.params["equals"])
    for name in fields_of(rule, over):
        value = re.sub(r"\beach\b", name, str(other))
        yield Template(f"{name} {sign} {value}", name, {"limit": value})


def _needs(rule: Rule, over: FieldSet) -> Made:
    """Some codes of a field need other fields to be filled."""
    codes = ", ".join(f"'{c}'" for c in rule.params["codes"])
    for name in rule.params["needs"]:
        yield Template(f"{rule.params['field']} not in ({codes}) or {name} is not null")


def _counted(rule: Rule, over: FieldSet) -> Made:
    yield Template(f"{rule.params['field']} = rows({rule.params['table']}, {rule.params['where']})")


def _unit(rule: Rule, over: FieldSet) -> Made:
    """value: lies in a band (`low` to `high`). fields with `against`: not about 10^n times, or a 10^n-th of, another value.

    A power n is taken for a slip of the unit between 10^n / spread and 10^n × spread. Where the other value is below
    `least` nothing is said. way: above, where it is natural to be far below (money spent, and the year's plan).
    """
    p = rule.params
    if "value" in p:
        yield Template(f"{p['value']} between {p['low']} and {p['high']}", values={"ratio": p["value"]})
        return
    for name in fields_of(rule, over):
        against = re.sub(r"\beach\b", name, str(p["against"]))
        ratio = f"({name}) / nullif({against}, 0)"
        bands = []
        for power in p["powers"]:
            low, high = 10 ** int(power) / p["spread"], 10 ** int(power) * p["spread"]
            bands.append(f"{ratio} between {low} and {high}")
            if p.get("way") != "above":
                bands.append(f"1 / nullif({ratio}, 0) between {low} and {high}")
        small = f"{name} = 0 or abs({against}) < {p['least']} or "
        yield Template(f"{small}not ({' or '.join(bands)})", name, {"against": against, "ratio": ratio})


def _outlier(rule: Rule, over: FieldSet) -> Made:
    """Not further from the median than k median absolute deviations, of at least `least` others.

    among: past.X, peers.X or a table; where: which of them count; floor: a part of the median that is never too far.
    """
    p = rule.params
    value, among, where = f"({p['value']})", p["among"], f"({p.get('where', 'true')})"
    median, mad = (f"rows_{what}({among}, {value}, {where})" for what in ("median", "mad"))
    enough = f"rows({among}, {value} is not null and {where}) >= {p['least']}"
    far = f"abs({value} - {median}) <= greatest({p['k']} * {mad}, {p['floor']} * abs({median}))"
    yield Template(f"case when {enough} then {far} end", values={"found": value, "median": median})


def _heaped(rule: Rule, over: FieldSet) -> Made:
    """Not too many of the rows of a table end in the same round figures; `least` rows are needed to tell."""
    p = rule.params
    where = f"({p['where']})"
    rows, round_ones = f"rows({p['table']}, {where})", f"rows({p['table']}, {where} and {p['round']})"
    values = {"rows": rows, "round": round_ones}
    yield Template(f"case when {rows} >= {p['least']} then {round_ones} <= {p['share']} * {rows} end", values=values)


def _copied(rule: Rule, over: FieldSet) -> Made:
    """Not every one of the fields is what it was in the period before, or what it is in another unit of the province."""
    names = fields_of(rule, over)
    if rule.params["of"] == "before":
        yield Template(f"not ({' and '.join(f'{n} = prev({n})' for n in names)})")
    else:
        same = " and ".join(f"{n} = this.{n}" for n in names)
        yield Template(f"rows({rule.params['of']}, {same}) = 0")


def _version(rule: Rule, over: FieldSet) -> Made:
    """Items: within a part of the first version filed, or `least` of it. Rows: as the row of that key in another list."""
    p = rule.params
    for name in fields_of(rule, over):
        if "key" in p:
            same = f"{p['key']} = this.{p['key']} and {name} <> this.{name}"
            yield Template(f"rows({p['among']}, {same}) = 0", name)
        else:
            first = f"first_version({name})"
            within = f"greatest({p['share']} * abs({first}), {p['least']})"
            yield Template(f"abs({name} - {first}) <= {within}", name, {"was": first})


def _mirror(rule: Rule, over: FieldSet) -> Made:
    """Two accounts of one thing differ by no more than a part of the larger one."""
    left, right = f"({rule.params['left']})", f"({rule.params['right']})"
    within = f"{rule.params['share']} * greatest(abs({left}), abs({right}))"
    yield Template(f"abs({left} - {right}) <= {within}", values={"left": left, "right": right})


TEMPLATES: dict[str, Callable[[Rule, FieldSet], Made]] = {
    "VIR": _range,
    "MON": _not_falling,
    "STG": _in_order,
    "VCO": _consistent,
    "COC": _needs,
    "REP": _counted,
    "UNT": _unit,
    "VNO": _outlier,
    "HEA": _heaped,
    "CPY": _copied,
    "VRT": _version,
    "VMP": _mirror,
}


def templates_of(rule: Rule, over: FieldSet, where: str) -> Sequence[Template]:
    """The expressions of a rule: its own, and those that its parameters stand for. Raises SetupError for none."""
    own = [Template(text) for text in rule.checks]
    parameters: dict[str, Any] = {k: v for k, v in rule.params.items() if k not in ("each", "at", "once", "limits")}
    try:
        made = list(TEMPLATES[rule.type](rule, over)) if parameters else []
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SetupError(f"{where}: params of type {rule.type} are missing or wrong: {error}") from None
    if not own and not made:
        raise SetupError(f"{where}: neither params nor check")
    return [*made, *own]
