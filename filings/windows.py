"""Which years a period holds, in words: a window is never only "the last five years"."""

from __future__ import annotations

from typing import Any


def window(period: str) -> dict[str, Any] | None:
    """The years of a year or of a range of years, with a label; None for months and dates.

    Example: 2019/2023 → 2019—2023年（5年）.
    """
    first, _, last = period.partition("/")
    if len(first) != 4 or len(last) not in (0, 4):
        return None
    years = list(range(int(first), int(last or first) + 1))
    if len(years) == 1:
        return {"label_zh": f"{first}年", "label_en": first, "years": years}
    return {
        "label_zh": f"{first}—{last}年（{len(years)}年）",
        "label_en": f"{first}–{last} ({len(years)} years)",
        "years": years,
    }
