"""The yearly returns (J3) of the sample: effects of the works done, upkeep of what was accepted, accounts by source.

They add up from the same communities as the rosters and the J2 of December. Planted: subsidy misused in one unit, an
account that differs from the monthly returns in another, a return revised in March; what is self-scored or without
management comes from sample_profiles.py. Not here: files and times (samples.py).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from ingestion.model import Value
from ingestion.sample_communities import BASE, GROUPS, Community, month_no
from ingestion.sample_plans import FINAL
from ingestion.sample_rosters import Rosters, Row, number

MISUSED, RESIDUAL, REVISED = "110101", "110102", "110108"
MISUSED_IN, RESIDUAL_IN, REVISED_IN = 2023, 2023, 2022
MISUSED_AMOUNT, MISUSED_BACK = 1860, 1000  # 0.01 万元
RESIDUAL_AMOUNT = 1234

LENGTHS = {"p_water": "JC01", "p_drain": "JC02", "p_tele": "JC04", "p_power": "JC03", "p_gas": "JC06", "p_heat": "JC07"}
SERVICES = {
    "svc_center": ("TS01",),
    "svc_health": ("TS02",),
    "svc_edu": ("TS03",),
    "svc_elder": ("TS05",),
    "svc_child": ("TS06",),
    "svc_meal": ("TS07",),
    "svc_home": ("TS08",),
    "svc_shop": ("TS09", "TS10"),
    "svc_post": ("TS11",),
    "svc_other": ("TS13",),
}
COUNTS = {"park_add": "WS06", "evc": "WS08", "ebc": "WS07", "elev": "WS15"}
AREAS = {"sport_area": "WS12", "energy_area": "WS14"}
MANAGED = {"PM1": "pm_pro", "PM2": "pm_self", "PM3": "pm_other", "PM4": "pm_other", "PM5": "pm_other", "PM0": "pm_none"}
# Of the communities accepted, % that have it; and rates that nothing else depends on.
SHARES = {"gov_joint": 75, "gov_rule": 60, "fire_lane": 50, "smart_xq": 30, "green_comm": 40}
RATES = {"know_rate": 9650, "pm_fee_rate": 8230}
ACCOUNTS = ("planned", "allotted", "arrived", "paid", "returned", "carry_in", "carry_out")


@dataclass(frozen=True)
class Effects:
    """The items and the account by source of one yearly return."""

    values: dict[str, Value]
    accounts: list[Row]


class Yearly:
    """The yearly returns of every unit."""

    def __init__(self, rosters: Rosters) -> None:
        self.rosters, self.plans = rosters, rosters.plans

    def effects(self, unit: str, year: int) -> Effects:
        """The return of a year, as it stands in the end."""
        january, december = month_no(year, 1), month_no(year, 12)
        members = [c for y in (year - 1, year) for c in self.plans.members(unit, y, FINAL)]
        accepted = [c for c in members if january <= c.accept <= december]
        quantities: Counter[str] = Counter()
        for community in members:
            if january <= community.done <= december:
                quantities.update(self.rosters.profiles[community].items)
        values: dict[str, Value] = {
            "e_xq": number(len(accepted)),
            "e_hh": number(sum(c.households for c in accepted)),
            "e_bld": number(sum(c.buildings for c in accepted)),
            "e_area": number(sum(c.area for c in accepted), 2),
            "pipe_total": number(sum(quantities[code] for code in LENGTHS.values()), 2),
        }
        values |= {name: number(quantities[code], 2) for name, code in (LENGTHS | AREAS).items()}
        values |= {name: number(quantities[code] // 100) for name, code in COUNTS.items()}
        services = {name: sum(quantities[c] for c in codes) // 100 for name, codes in SERVICES.items()}
        values |= {name: number(n) for name, n in services.items()}
        values["svc_total"] = number(sum(services.values()))
        values["elev_all"] = number(quantities[COUNTS["elev"]] // 100 + 3 * (int(unit[-2:]) % 4))
        misused = (unit, year) == (MISUSED, MISUSED_IN)
        values["misuse_amt"] = number(MISUSED_AMOUNT * misused, 2)
        values["misuse_fixed"] = number(MISUSED_BACK * misused, 2)
        return Effects(values | self._upkeep(accepted), self._accounts(unit, year))

    def revised(self, unit: str, year: int) -> tuple[Effects, Effects]:
        """What was filed first and what was filed in March: sports grounds measured again, more households asked."""
        last = self.effects(unit, year)
        first = dict(last.values)
        for name, tenths in (("sport_area", 8), ("sat_n", 9)):
            value = first.get(name)
            if isinstance(value, Decimal):
                first[name] = (value * tenths / 10).quantize(value, "ROUND_DOWN")
        return Effects(first, last.accounts), last

    def _upkeep(self, accepted: list[Community]) -> dict[str, Value]:
        """Of what was accepted: how it is managed, what its residents said and were asked."""
        profiles = {c: self.rosters.profiles[c] for c in accepted}
        managed = Counter(MANAGED[p.managed_after] for p in profiles.values())
        values: dict[str, Value] = {name: number(managed[name]) for name in dict.fromkeys(MANAGED.values())}
        values |= {
            "gov_party": number(sum(p.has_party for p in profiles.values())),
            "gov_oc": number(sum(p.has_committee for p in profiles.values())),
            "mf_set": number(sum(p.has_fund for p in profiles.values())),
            "bl_xq": number(0),
            "bl_fixed": number(0),
            "sat_xq": number(len(accepted)),
        }
        values |= {name: number(len(accepted) * share // 100) for name, share in SHARES.items()}
        if not accepted:
            return values
        asked = {c: self.rosters.asked(c) for c in accepted}
        took_part = {c: c.households * p.took_part // 100 for c, p in profiles.items()}
        satisfied = sum(asked[c] * p.satisfied for c, p in profiles.items())
        agreed = sum(took_part[c] * p.agreed // 100 for c, p in profiles.items())
        values |= {name: number(rate, 2) for name, rate in RATES.items()}
        return values | {
            "part_rate": number(10_000 * sum(took_part.values()) // sum(c.households for c in accepted), 2),
            "agree_rate": number(10_000 * agreed // sum(took_part.values()), 2),
            "sat_n": number(sum(asked.values())),
            "sat_rate": number(satisfied // sum(asked.values()), 2),
            "sat_src": profiles[accepted[0]].asked_by,
        }

    def _accounts(self, unit: str, year: int) -> list[Row]:
        """One row a source with money: of the year, and the balance before and after."""
        before, december = month_no(year, 1) - 1, month_no(year, 12)
        everyone, listed = self.plans.of(unit), self.plans.members(unit, year, FINAL)
        rows: list[Row] = []
        for src in (code for *_, codes in GROUPS for code in codes):
            amounts = {
                "planned": sum(c.planned_by(src) for c in listed),
                "allotted": sum(c.allotted(src, december) - c.allotted(src, before) for c in everyone),
                "arrived": sum(c.arrived(src, december) - c.arrived(src, before) for c in everyone),
                "paid": sum(c.paid(src, december) - c.paid(src, before) for c in everyone),
                "returned": sum(c.returned(src, december) - c.returned(src, before) for c in everyone),
                "carry_in": sum(c.balance(src, before) for c in everyone),
                "carry_out": sum(c.balance(src, december) for c in everyone),
            }
            if (unit, year, src) == (RESIDUAL, RESIDUAL_IN, BASE):
                amounts["arrived"] += RESIDUAL_AMOUNT
                amounts["carry_out"] += RESIDUAL_AMOUNT
            if any(amounts.values()):
                rows.append({"src": src, **{name: number(amounts[name], 2) for name in ACCOUNTS}})
        return rows
