"""The survey's process as Dagster shows it: numbered steps that sort in order, who answers for each, and how a page tells
what an asset is.

Dagster takes only letters, digits and _ in a group's name; Chinese stands in titles, owners and descriptions.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """One step. group: its name in Dagster; owner: the team that is asked when something here is red."""

    group: str
    zh: str
    owner: str

    @property
    def title(self) -> str:
        number, words = self.group.split("_", 1)
        return f"第 {number} 步 {self.zh} · step {number}, {words.replace('_', ' ')}"


STATISTICS, DATA, RELEASE = "team:统计_statistics", "team:数据_data", "team:发布_release"

RULEBOOK = Step("0_rulebook", "规则库", STATISTICS)
COLLECT = Step("1_collect", "收表", STATISTICS)
REVIEW = Step("2_review", "审表与催报", STATISTICS)
PROCESS = Step("3_process", "整理", DATA)
COMPUTE = Step("4_compute", "算数", DATA)
TABULATE = Step("5_tabulate", "制表", DATA)
RELEASES = Step("6_gate_and_release", "把关与发布", RELEASE)
SHOW = Step("7_show", "展示", RELEASE)
STEPS = {s.group: s for s in (RULEBOOK, COLLECT, REVIEW, PROCESS, COMPUTE, TABULATE, RELEASES, SHOW)}


def describe(step: Step, zh: str, en: str, *, fresh: str, where: str, red: str) -> str:
    """An asset's page in words: what it is, how fresh, where the file lies, what to do when it is red. All zh, then en."""
    rows = [("步骤 step", step.title), ("多新 how fresh", fresh), ("在哪里 where", where), ("变红怎么办 when red", red)]
    return "\n".join([f"{zh} {en}".strip(), "", *(f"- **{name}**：{text}" for name, text in rows)])
