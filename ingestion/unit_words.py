"""Whether the words behind a printed number name a unit of measure that was stated elsewhere.

Not here: units by their own spellings (the rule book, Catalogue.unit_spelled).
"""

from __future__ import annotations

import re

_RESIDENT_WORDS = re.compile(r"居民|人|people|residents")
_UNIT_WORDS = {"户": re.compile(r"户|household|家庭"), "人": _RESIDENT_WORDS}
# words that hold the name of a unit and are another one: 3立方米, 5美元, 6个月, 200户居民 where residents are asked for
_OTHER_UNITS = re.compile(
    r"立方|[美港日欧]元|元/|人[次/]|个(?:工作日|小时|百分点|点|年|季|星期|[月周])|部分|户[次/]|栋次|米/"
)


def names_unit(words: str, base: str) -> bool:
    """Whether the words behind a printed number name the unit (户居民 for 户, million people for 人)."""
    if _OTHER_UNITS.match(words) or (base == "人" and words.startswith("户")):
        return False
    pattern = _UNIT_WORDS.get(base)
    return bool(pattern.search(words)) if pattern else base in words
