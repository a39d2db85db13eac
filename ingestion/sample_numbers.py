"""The rows of J1 and J2 that the invented communities of 北京 add up to.

Every community has its households, money and dates; a return is a sum over communities, so that identities hold
by construction. Everything is an integer in the last digit that the form prints (0.01 万元, 0.01 平方米); `as_filed`
makes Decimals. Not here: which communities there are (sample_plans.py), files, times and planted faults (samples.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

from ingestion.form_model import Form
from ingestion.model import Value
from ingestion.sample_communities import GROUPS, STAGES
from ingestion.sample_communities import month_no as month_no
from ingestion.sample_plans import FINAL, FIRST, LAST, Plans, count, version_at

Row = dict[str, int]

EFFECTS = {
    "pipe_done": "pipe",
    "elev_done": "lifts",
    "park_done": "parking",
    "evc_done": "chargers",
    "elder_done": "elder",
    "child_done": "child",
    "svc_done": "services",
}
PLANNED_EFFECTS = {"plan_elev": "lifts", "plan_elder": "elder", "plan_child": "child"}


def as_filed(form: Form, row: Row) -> dict[str, Value]:
    """Integers in the last printed digit → exact decimals in the unit of the form."""
    return {name: Decimal(number).scaleb(-form.by_id[name].decimals) for name, number in row.items()}


class World(Plans):
    """The communities of the plan years, and the rows of the one-row returns they make."""

    # -- rows of J1 ---------------------------------------------------------------------------------------------
    def plan(self, unit: str, year: int, version: int) -> Row:
        listed = self.members(unit, year, version)
        row = {
            "plan_year": year,
            "plan_xq": count(listed, version),
            "plan_proj": len({c.project for c in listed if c.counted <= version}),
            "plan_bld": sum(c.buildings for c in listed),
            "plan_hh": sum(c.households for c in listed),
            "plan_area": sum(c.area for c in listed),
            "pf_total": sum(c.invest for c in listed),
        }
        row |= {name: sum(c.effects[key] for c in listed) for name, key in PLANNED_EFFECTS.items()}
        row |= {name: sum(c.planned_by(src) for c in listed for src in codes) for name, _, codes in GROUPS}
        if version > 1:
            row["adj_in_xq"], row["adj_out_xq"] = self.changes(unit, year, version)
        return row

    # -- rows of J2 ---------------------------------------------------------------------------------------------
    def progress(self, unit: str) -> dict[int, Row]:
        """month_no → row of J2, for every month of the sample."""
        months = range(month_no(*FIRST), month_no(*LAST) + 1)
        return {month: self._works(unit, month) | self._money(unit, month) for month in months}

    def _works(self, unit: str, month: int) -> Row:
        year = month // 12
        january = month_no(year, 1)
        version = version_at(month)
        planned = version_at(max(january, month_no(*FIRST)))  # planned investment is set once a year
        listed = self.members(unit, year, version)
        older = self.members(unit, year - 1, FINAL)
        begun = [c for c in listed if c.start <= month]
        accepted = [[c for c in some if january <= c.accept <= month] for some in (listed, older)]
        finished = [c for c in listed + older if january <= c.done <= month]
        stages = Counter(c.stage(month) for c in listed if c.counted <= version)
        row = {
            "xq_start": count(begun, version),
            "hh_start": sum(c.households for c in begun),
            "bld_start": sum(c.buildings for c in begun),
            "area_start": sum(c.area for c in begun),
            "xq_off": sum(january <= c.start <= month for c in self.off_plan if c.unit == unit),
            "xq_late": 0,
            "xq_early": sum(c.begun <= month for c in self.members(unit, year + 1, 1 if year == 2022 else 0)),
            "xq_accept": count(accepted[0], version) + count(accepted[1], FINAL),
            "hh_accept": sum(c.households for some in accepted for c in some),
            "st_out_started": count([c for c in begun if c.stage(month) == "st_out"], version),
        }
        row |= {stage: stages[stage] for stage in STAGES}
        row |= {name: sum(c.effects[key] for c in finished) for name, key in EFFECTS.items()}
        row["inv_plan"] = self.plan(unit, year, planned)["pf_total"] + sum(
            c.invest - c.spent(january - 1) for c in older
        )
        row["inv_done"] = sum(c.spent(month) - c.spent(january - 1) for c in listed + older)
        return row

    def _money(self, unit: str, month: int) -> Row:
        """Of all communities: arrived, paid and returned since the December before; balances as they stand."""
        before = month_no(month // 12, 1) - 1
        pairs = [(c, src) for c in self.of(unit) for src in c.funds]

        def arrived(codes: Iterable[str]) -> int:
            return sum(c.arrived(src, month) - c.arrived(src, before) for c, src in pairs if src in codes)

        def paid(*codes: str) -> int:
            return sum(c.paid(src, month) - c.paid(src, before) for c, src in pairs if not codes or src in codes)

        row: Row = {"f_total": 0}
        for _, name, codes in GROUPS:
            amount = arrived(codes)
            row[name] = row.get(name, 0) + amount
            row["f_total"] += amount
        return row | {
            "f_open": sum(c.balance(src, before) for c, src in pairs),
            "f_return": sum(c.returned(src, month) - c.returned(src, before) for c, src in pairs),
            "p_total": paid(),
            "p_cen_fin": paid("F11"),
            "p_sbond": paid("F41"),
            "f_close": sum(c.balance(src, month) for c, src in pairs),
            "f_idle_1y": sum(c.idle(src, month) for c, src in pairs),
            "f_idle_sb": sum(c.idle("F41", month) for c in self.of(unit)),
        }
