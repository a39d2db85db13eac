"""A question for one figure: which indicator, of which area and period, broken down how. Checked before it is asked.

Not here: what answers it (figures.py), the cells behind the answer (trace.py).
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field

from ingestion.catalogue import Catalogue
from ingestion.errors import UsageError
from ingestion.indicator_model import Indicator

PERIOD = re.compile(r"20\d\d(-(0[1-9]|1[0-2]))?|20\d\d/20\d\d")
DATED = re.compile(r"20\d\d-\d\d-\d\d(/20\d\d-\d\d-\d\d)?")  # of publications alone: to a day, or between two days


def is_period(text: str) -> bool:
    """Whether a figure can be asked for by this label: a year, month or range of years, or dates that print gives."""
    if PERIOD.fullmatch(text):
        return True
    try:
        return bool(DATED.fullmatch(text)) and all(dt.date.fromisoformat(day) for day in text.split("/"))
    except ValueError:
        return False


def printed_dims(catalogue: Catalogue) -> dict[str, set[str]]:
    """Breakdowns that layouts give in a publication's own words (purpose, stage), with their codes."""
    found: dict[str, set[str]] = {}
    for layout in catalogue.layouts.values():
        for sheet in layout.sheets:
            for dim in [*(c.dim for c in sheet.columns), *(i.dim for i in sheet.items)]:
                for name, code in dim.items():
                    found.setdefault(name, set()).add(code)
    return {name: codes for name, codes in found.items() if name not in catalogue.dimensions}


@dataclass(frozen=True)
class Question:
    """What is asked. sample answers from sample returns only; the two never meet."""

    indicator: str
    area: str
    period: str
    dims: dict[str, str] = field(default_factory=dict)
    programme: str = "national"
    flow: bool = False
    sample: bool = False
    areas: str = "then"

    def check(self, catalogue: Catalogue) -> Indicator:
        """Raises UsageError that says what is wrong and what would be right."""
        indicator = catalogue.indicator(self.indicator)
        catalogue.area(self.area)
        if not is_period(self.period):
            raise UsageError(f"报告期“{self.period}”无法识别；应为 2023、2023-09 或 2019/2022 (period not understood)")
        first, _, last = self.period.partition("/")
        if last and first > last:
            raise UsageError(f"报告期“{self.period}”起止颠倒 (the range runs backwards)")
        if self.flow and len(self.period) != 7:
            raise UsageError("--flow 只用于月份，如 2023-09 (a flow is of one month)")
        if self.programme not in catalogue.settings["programmes"]:
            raise UsageError(
                f"没有任务范围 {self.programme}；可用：{'、'.join(catalogue.settings['programmes'])} (no such programme)"
            )
        if len(self.dims) > 1:
            raise UsageError("一次只能按一个维度分组 (one dimension at a time)")
        for name, code in self.dims.items():
            if code in printed_dims(catalogue).get(name, set()):
                continue
            if name not in catalogue.dimensions:
                raise UsageError(f"没有维度 {name}；可用：{'、'.join(catalogue.dimensions)} (no such dimension)")
            if code not in catalogue.dimensions[name].codes:
                raise UsageError(f"维度 {name} 没有代码 {code} (no such code of this dimension)")
        if self.areas == "now" and self.area not in catalogue.areas:
            now = catalogue.successors.get(self.area, "")
            raise UsageError(
                f"{self.area} 不是现行代码；{now}；按现行区划请用现行代码 (not a code of today: ask for its successor)"
            )
        return indicator
