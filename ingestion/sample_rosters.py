"""The rosters (J4) of the sample returns: one row a task, with its contents, money, utilities and reused space.

Rows come from the same communities as J1 and J2, so counts, households, stages and money add up to them. Stages follow
from dates. A community that waits to be taken out of the plan has a reason: suspended (ST90) when works had begun,
otherwise still ST02; once the plan has changed it is ST98. Communities that start in January were begun in the year
before and are listed from then on, of plan version V0. The plan of 2021 is left out: its balance is the subsidy paid
in advance for 2022. Not here: J3 (sample_effects.py), planted faults (sample_faults.py), files (samples.py).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ingestion.model import Value
from ingestion.sample_communities import BEFORE_START, Community, apportion, month_no
from ingestion.sample_plans import CONFIRMED, FINAL, Plans, version_at
from ingestion.sample_profiles import Profile, profiles

Row = dict[str, Value]
Tables = dict[str, list[Row]]

DRAFTED = (10, 24)  # the draft plan (V0) of the year after: month and day
NOTICED = dt.date(2023, 2, 20)  # communities outside the plan: when the county knew of them
BEFORE = dict(zip(("st_wait", *reversed(BEFORE_START)), ("ST02", "ST03", "ST04", "ST05", "ST06"), strict=True))
UTILITIES = {"F61": ("U1", "模拟供水企业"), "F62": ("U6", "模拟通信企业")}
HANDED_OVER, SETTLED, MANAGED = 2, 3, 4  # months after acceptance


def number(value: int, decimals: int = 0) -> Decimal:
    return Decimal(value).scaleb(-decimals)


def day_of(month: int, day: int) -> dt.date:
    return dt.date(month // 12, month % 12 + 1, day)


def uid(community: Community) -> str:
    return f"{community.unit}{community.number:06d}"


def task_id(community: Community) -> str:
    return f"{uid(community)}-{community.year}"


@dataclass(frozen=True)
class Task:
    """A row of a month's roster: a community, with the buildings that are not yet listed apart from it."""

    head: Community
    parts: tuple[Community, ...]
    withdrawn: bool
    outside: bool

    def total(self, name: str) -> int:
        return sum(getattr(c, name) for c in self.parts)

    def spent(self, month: int) -> int:
        return sum(c.spent(month) for c in self.parts)

    @property
    def sources(self) -> list[str]:
        return sorted({src for c in self.parts for src in c.funds})


class Rosters:
    """The rosters of every unit and month. `profiles` is what they say beside numbers."""

    def __init__(self, plans: Plans, seed: int) -> None:
        self.plans = plans
        self.profiles: dict[Community, Profile] = profiles(plans, seed)

    def tasks(self, unit: str, month: int) -> list[Task]:
        """What the roster of a month lists: the plans so far, what was begun early, what was begun outside them."""
        year, found = month // 12, []
        for some in (*self.plans.plans.values(), self.plans.off_plan):
            members = [c for c in some if c.unit == unit]
            outside = some is self.plans.off_plan
            for community in members:
                if community.year > year or outside:
                    version, listed = 1, community.begun <= month
                else:
                    version = version_at(month) if community.year == year else FINAL
                    listed = community.since <= version
                if listed and community.counted <= version:
                    apart = [c for c in members if c.host is community and c.counted > version]
                    found.append(Task(community, (community, *apart), version >= community.until, outside))
        return found

    def tables(self, unit: str, month: int) -> Tables:
        tasks = self.tasks(unit, month)
        found: Tables = {"J4": [], "J4C": [], "J4F": [], "J4P": [], "J4R": []}
        for task in tasks:
            money = self._money(task, month)
            contents = self._contents(task, month)
            found["J4"].append(self._task(task, month, contents, money))
            found["J4C"] += contents
            found["J4F"] += money
            found["J4P"] += self._utilities(task, month)
            found["J4R"] += self._reused(task, month)
        return found

    # -- one task -----------------------------------------------------------------------------------------------
    def stage(self, task: Task, month: int) -> str:
        """The stage at the end of a month, as in project_stages.csv."""
        community = task.head
        if task.withdrawn:
            return "ST98"
        if community.begun <= month < community.start:
            return "ST07"
        name = community.stage(month)
        if name == "st_out":
            return "ST90" if community.begun <= month else "ST02"
        if name == "st_accept":
            since = month - community.accept
            return "ST11" if since >= MANAGED else "ST10" if since >= HANDED_OVER else "ST09"
        return BEFORE.get(name) or {"st_build": "ST07", "st_done": "ST08"}[name]

    def _task(self, task: Task, month: int, contents: Sequence[Row], money: Sequence[Row]) -> Row:
        community, profile = task.head, self.profiles[task.head]
        households, accepted = task.total("households"), community.accept <= month
        voted = community.begun - 3 <= month
        took_part = households * profile.took_part // 100 if voted else 0
        row: Row = {
            "xq_uid": uid(community),
            "task_id": task_id(community),
            "proj_id": f"XM{community.unit}-{community.year}-{community.project:03d}",
            "xq_name": profile.name,
            "addr": profile.address,
            "street": profile.street,
            "county_code": community.unit,
            "xq_kind": profile.kind,
            "built_first": number(profile.built_first),
            "built_last": number(profile.built_last),
            "affil": profile.affiliation,
            "elig": profile.eligibility,
            "prior": profile.prior,
            "bld": number(task.total("buildings")),
            "hh": number(households),
            "area": number(task.total("area"), 2),
            "plan_year": number(community.year),
            "membership": "M2" if task.outside else "M1",
            "vote_hh": number(households),
            "vote_part": number(took_part),
            "vote_agree": number(took_part * profile.agreed // 100),
            "vote_mode": profile.vote_mode if voted else "VM9",
            "stage": self.stage(task, month),
            "inv_total": number(task.total("invest"), 2),
            "inv_done_total": number(task.spent(month), 2),
            "fund_arr": _sum(money, "arrived"),
            "fund_paid": _sum(money, "paid"),
            "rec_status": "A",
        }
        if profile.alias:
            row["xq_alias"] = profile.alias
        row |= self._listed(task, month) | self._dates(community, profile, month)
        row |= self._classes(task, contents)
        if "d_start" in row:
            row["start_ev"] = profile.evidence
        if row["stage"] in ("ST90", "ST98") or month >= community.out:
            row["out_reason"] = "T1" if row["stage"] == "ST90" else "R1"
        if accepted:
            row |= {
                "has_party": profile.has_party,
                "has_oc": profile.has_committee,
                "pm_after": profile.managed_after,
                "has_mf": profile.has_fund,
                "sat_n": number(self.asked(community)),
                "sat_rate": number(profile.satisfied, 2),
                "sat_src": profile.asked_by,
            }
        return row

    def asked(self, community: Community) -> int:
        """Households asked whether they are satisfied."""
        return -(-community.households * self.profiles[community].asked // 100)

    def _listed(self, task: Task, month: int) -> Row:
        """When and with which version it came into the plan. A building set apart was in the plan all along."""
        community = task.head
        if task.outside:
            return {"d_plan": NOTICED}
        if month < month_no(community.year, 1):
            return {"plan_ver": "V0", "d_plan": dt.date(community.year - 1, *DRAFTED)}
        confirmed = CONFIRMED[community.year][community.since]
        return {"plan_ver": f"V{community.counted}", "d_plan": confirmed}

    def _dates(self, community: Community, profile: Profile, month: int) -> Row:
        early, works = profile.early_day, profile.works_day
        events = (
            ("d_vote", community.begun - 3, early),
            ("d_approve", community.begun - 1, early),
            ("d_contract", community.begun, early),
            ("d_start", community.begun, works),
            ("d_finish", community.done, works),
            ("d_accept", community.accept, works),
            ("d_handover", community.accept + HANDED_OVER, early),
            ("d_settle", community.accept + SETTLED, early),
            ("d_mgmt", community.accept + MANAGED, early),
        )
        row: Row = {name: day_of(when, day) for name, when, day in events if when <= month}
        row["d_reserve"] = dt.date(community.year - 1, 6 + early % 4, works)
        return row

    def _classes(self, task: Task, contents: Sequence[Row]) -> Row:
        """Which classes of content a task has, what they cost, and its lifts and services done."""
        held = [any(str(r["item"]).startswith(kind) for r in contents) for kind in ("JC", "WS", "TS")]
        basic, services = self.profiles[task.head].share_basic, 6 * held[2]
        more = (100 - basic - services) * held[1]
        costs = apportion(task.total("invest"), [100 - more - services, more, services])
        row: Row = dict(zip(("has_jc", "has_ws", "has_ts"), held, strict=True))
        row |= zip(("inv_jc", "inv_ws", "inv_ts"), (number(c, 2) for c in costs), strict=True)
        row["elev_plan"] = _sum(contents, "plan_qty", "WS15")
        for name, item in (("elev_done_total", "WS15"), ("elder_done_total", "TS05"), ("child_done_total", "TS06")):
            row[name] = _sum(contents, "done_qty", item)
        return row

    # -- its lists ----------------------------------------------------------------------------------------------
    def _contents(self, task: Task, month: int) -> list[Row]:
        """Contents, whole when the works are done."""
        planned: Counter[str] = Counter()
        for community in task.parts:
            planned.update(self.profiles[community].items)
        done = task.head.done
        rows: list[Row] = []
        for item, quantity in sorted(planned.items()):
            row: Row = {"task_id": task_id(task.head), "item": item, "plan_qty": number(quantity, 2)}
            row["done_qty"] = number(quantity if done <= month else 0, 2)
            if done <= month:
                row["done_ym"] = f"{done // 12}-{done % 12 + 1:02d}"
            rows.append(row)
        return rows

    def _money(self, task: Task, month: int) -> list[Row]:
        """Money by source, life to date."""
        head, rows = task.head, []
        for src in task.sources:
            arrived = sum(c.arrived(src, month) for c in task.parts)
            allotted = sum(c.allotted(src, month) for c in task.parts)
            row: Row = {
                "task_id": task_id(head),
                "src": src,
                "planned": number(sum(c.planned_by(src) for c in task.parts), 2),
                "allotted": number(allotted, 2),
                "arrived": number(arrived, 2),
                "paid": number(sum(c.paid(src, month) for c in task.parts), 2),
                "returned": number(sum(c.returned(src, month) for c in task.parts), 2),
            }
            if allotted:
                row["doc_no"] = f"模拟文号〔{head.year}〕{src}-{head.number}号"
            if arrived:
                day = self.profiles[head].works_day
                row["first_arr"] = day_of(min(c.first_arrival(src) for c in task.parts), day)
            rows.append(row)
        return rows

    def _utilities(self, task: Task, month: int) -> list[Row]:
        """The companies that pay a part."""
        rows: list[Row] = []
        for src in (s for s in task.sources if s in UTILITIES):
            code, name = UTILITIES[src]
            paid_in = sum(c.arrived(src, month) for c in task.parts)
            row: Row = {"task_id": task_id(task.head), "pu": code, "pu_name": name, "in_plan": True}
            row |= {"self_built": False, "invest": number(paid_in, 2)}
            if task.head.accept + HANDED_OVER <= month:
                row["d_transfer"] = day_of(task.head.accept + HANDED_OVER, self.profiles[task.head].early_day)
            rows.append(row)
        return rows

    def _reused(self, task: Task, month: int) -> list[Row]:
        """The rooms that care of the elderly moved into."""
        if not task.head.effects["elder"] or task.head.done > month:
            return []
        area = 80 + 10 * (task.head.number % 20)
        row: Row = {"task_id": task_id(task.head), "res": f"X{4 + task.head.number % 6}", "area_used": number(area)}
        return [row | {"use_item": "TS05", "consent": True}]


def _sum(rows: Iterable[Row], name: str, item: str | None = None) -> Decimal:
    values = (r[name] for r in rows if item is None or r["item"] == item)
    return sum((v for v in values if isinstance(v, Decimal)), Decimal(0))
