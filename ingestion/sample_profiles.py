"""What the rosters say of a sample community beside its numbers: name, address, age, vote, contents, upkeep, days.

Names and addresses are invented and say 模拟. Planted here, because they stay for good: one community entered twice
under another name, two buildings entered as communities of their own, a newer community, a vote below the threshold,
a community without management after the works. Not here: rows (sample_rosters.py), faults mended later
(sample_faults.py).
"""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass, replace

from ingestion.errors import SetupError
from ingestion.sample_communities import Community, apportion, month_no
from ingestion.sample_plans import Plans

TWICE, NEWER, OUTVOTED, UNMANAGED, SELF_SCORED = "110113", "110114", "110116", "110119", "110118"
SPLIT = "模拟禾木里"  # the community whose buildings are entered one by one

STEMS = (  # two characters each
    "青禾松涛云杉锦榆柏舟槐序芳甸桐荫竹溪兰皋菊畹榴花枫桥荷风梧月"
    "杏坛桃津柳浪橘颂麦秋稻香星汉霞飞雪庐雨亭茶烟芦汀棠梨桂魄蕉影"
)
NAME_ENDS, ROAD_ENDS = ("小区", "家园", "花苑", "新村"), ("路", "街", "巷")
PIPES = ("JC01", "JC02", "JC03", "JC04", "JC06", "JC07")
SERVICES = ("TS01", "TS02", "TS03", "TS07", "TS08", "TS09", "TS10", "TS11", "TS13")
COUNTED = {"lifts": "WS15", "parking": "WS06", "chargers": "WS08", "elder": "TS05", "child": "TS06"}  # effect → item
LATER_SHARE = 10  # the rule book's cap is 15
MANAGED = ("PM1",) * 5 + ("PM2", "PM3", "PM4", "PM5")


@dataclass(frozen=True)
class Profile:
    """Of one community. items: content code → quantity in 0.01 of its unit. Rates in %, 0.01 % for satisfaction."""

    name: str
    alias: str | None
    address: str
    street: str
    kind: str
    built_first: int
    built_last: int
    affiliation: str
    eligibility: str
    prior: str
    vote_mode: str
    took_part: int
    agreed: int
    early_day: int
    works_day: int
    evidence: str
    managed_after: str
    has_party: bool
    has_committee: bool
    has_fund: bool
    asked: int
    satisfied: int
    asked_by: str
    share_basic: int
    items: dict[str, int]


def _items(community: Community, rng: random.Random) -> dict[str, int]:
    """The effects by content item, and works that no monthly return asks for."""
    effects = community.effects
    items: dict[str, int] = {}
    if effects["pipe"]:
        kinds = sorted(rng.sample(PIPES, rng.randint(1, 2)))
        items |= zip(kinds, apportion(effects["pipe"], [rng.randint(1, 4) for _ in kinds]), strict=True)
    items |= {code: effects[name] * 100 for name, code in COUNTED.items()}
    items[rng.choice(SERVICES)] = (effects["services"] - effects["elder"] - effects["child"]) * 100
    if community.host or rng.randrange(3) == 0:
        items["JC15"] = community.area * rng.randint(30, 60) // 100
    if not community.host:
        items["WS07"] = int(rng.randrange(3) == 0) * community.households // 40 * 100
        items["WS12"] = int(rng.randrange(4) == 0) * rng.randint(80, 600) * 100
        items["WS14"] = int(rng.randrange(5) == 0) * community.area * rng.randint(20, 80) // 100
    return {code: quantity for code, quantity in sorted(items.items()) if quantity}


def _profile(community: Community, rng: random.Random, name: str, address: str) -> Profile:
    later = rng.randrange(20) == 0
    built = rng.randint(2001, 2003) if later else rng.randint(1972, 1998)
    return Profile(
        name=name,
        alias=None,
        address=address,
        street=f"模拟第{rng.randint(1, 6)}街道",
        kind="K2" if community.host else rng.choice(("K1", "K1", "K1", "K3")),
        built_first=built,
        built_last=built + rng.randint(0, 2),
        affiliation=rng.choice(("A1",) * 8 + ("A2", "A4")),
        eligibility="Y2" if later else "Y1",
        prior=rng.choice(("N0",) * 5 + ("N1",)),
        vote_mode=rng.choice(("VM1", "VM2", "VM3", "VM4", "VM5")),
        took_part=rng.randint(72, 95),
        agreed=rng.randint(70, 98),
        early_day=rng.randint(1, 9),
        works_day=rng.randint(10, 27),
        evidence=rng.choice(("E1", "E2", "E3", "E4", "E5")),
        managed_after=rng.choice(MANAGED),
        has_party=rng.randrange(5) > 0,
        has_committee=rng.randrange(3) > 0,
        has_fund=rng.randrange(4) > 0,
        asked=rng.randint(12, 25),
        satisfied=rng.randint(8200, 9600),
        asked_by="G1",
        share_basic=rng.randint(60, 75),
        items=_items(community, rng),
    )


def profiles(plans: Plans, seed: int) -> dict[Community, Profile]:
    """Every community of every unit, with names of its own; then what is planted."""
    rng = random.Random(f"profiles {seed}")
    stems = [STEMS[i : i + 2] for i in range(0, len(STEMS), 2)]
    pairs = [a + b for a, b in itertools.permutations(stems, 2)]
    names, roads = rng.sample(pairs, len(pairs)), rng.sample(pairs, len(pairs))
    everyone = [c for unit in plans.units for c in plans.of(unit)]
    if len(everyone) > len(pairs):
        raise SetupError(f"样本小区名不够：{len(pairs)}个名字，{len(everyone)}个小区 (too few invented names)")
    found = {
        c: _profile(
            c,
            rng,
            f"模拟{name}{rng.choice(NAME_ENDS)}",
            f"模拟{road}{rng.choice(ROAD_ENDS)}{rng.randint(1, 199)}号",
        )
        for c, name, road in zip(everyone, names, roads, strict=False)
    }
    _within_cap(plans, found)
    _plant(plans, found)
    _with_funds(plans, found)
    return found


def _within_cap(plans: Plans, found: dict[Community, Profile]) -> None:
    """Of the households of a unit and plan year at most LATER_SHARE % live in communities built after 2000 (J4-106)."""
    for unit, year in itertools.product(plans.units, plans.plans):
        members = [c for c in plans.plans[year] if c.unit == unit]
        planned = (unit, year) != (NEWER, 2023)  # where one that is newer still is planted
        left = sum(c.households for c in members) * LATER_SHARE // 100 * planned
        for community in (c for c in members if found[c].built_first > 2000):
            left -= community.households
            if left < 0:
                left += community.households
                found[community] = replace(found[community], built_first=1998, built_last=1999, eligibility="Y1")


def _with_funds(plans: Plans, found: dict[Community, Profile]) -> None:
    """Of the communities that a unit accepts in a year at least half have a maintenance fund (J3-008)."""
    accepted: dict[tuple[str, int], list[Community]] = {}
    for community in found:
        accepted.setdefault((community.unit, community.accept // 12), []).append(community)
    for some in accepted.values():
        wanted = (len(some) + 1) // 2 - sum(found[c].has_fund for c in some)
        for community in [c for c in some if not found[c].has_fund and found[c].managed_after != "PM0"][
            : max(wanted, 0)
        ]:
            found[community] = replace(found[community], has_fund=True)


def _plant(plans: Plans, found: dict[Community, Profile]) -> None:
    def planned(unit: str) -> list[Community]:
        """Of the plan of 2023, in both of its versions, first begun first."""
        some = [c for c in plans.of(unit) if c.year == 2023 and c.in_plan(1) and c.in_plan(2)]
        return sorted(some, key=lambda c: (c.start, c.number))

    one, other = planned(TWICE)[-2:]
    found[other] = replace(found[other], alias=found[one].name, address=found[one].address)
    newer = min(planned(NEWER), key=lambda c: c.households)
    found[newer] = replace(found[newer], built_first=2006, built_last=2007, eligibility="Y3")
    outvoted = [c for c in planned(OUTVOTED) if c.start <= month_no(2023, 9)][-1]
    found[outvoted] = replace(found[outvoted], took_part=62, agreed=48)
    unmanaged = next(c for c in planned(UNMANAGED) if c.accept <= month_no(2023, 12))
    found[unmanaged] = replace(found[unmanaged], managed_after="PM0", has_fund=False)
    for community in plans.of(SELF_SCORED):
        found[community] = replace(found[community], asked_by="G3", satisfied=9800)
    split, also = [c for c in plans.plans[2022] if c.host][:2]
    host = split.host
    assert host is not None and host is also.host
    found[host] = replace(found[host], name=SPLIT)
    for number, building in ((3, split), (5, also)):
        found[building] = replace(found[building], name=f"{SPLIT}{number}号楼")
