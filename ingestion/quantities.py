"""One printed quantity → value, bound, unit words: `近700万户`, `34773余万元`, `两个`, `百分之六十三`, `3.52 million people`.

What could mean two things, or has lost a character, gives no quantity: the caller asks, with the cell. Not here: which
unit a word names (the rule book's units), cells, layouts.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from ingestion.units import GROUPED, LOST, half_width

SCALES = {
    "": Decimal(1),
    "百": Decimal(100),
    "千": Decimal(1000),
    "万": Decimal(10_000),
    "十万": Decimal(100_000),
    "百万": Decimal(1_000_000),
    "千万": Decimal(10_000_000),
    "亿": Decimal(100_000_000),
    "十亿": Decimal(1_000_000_000),
    "百亿": Decimal(10_000_000_000),
    "千亿": Decimal(100_000_000_000),
    "万亿": Decimal(1_000_000_000_000),
    "thousand": Decimal(1000),
    "million": Decimal(1_000_000),
    "billion": Decimal(1_000_000_000),
}
_SCALE = "|".join(sorted(filter(None, SCALES), key=len, reverse=True))
_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_MULTIPLES = {"十": 10, "百": 100, "千": 1000}
_NUMERAL = "零〇一二两三四五六七八九十百千万亿"
# a digit behind a letter belongs to a word (m2), one behind a comma or point to a number that has lost its beginning
_NUMBER = re.compile(
    r"(?<![0-9.A-Za-z])(?P<number>[0-9]+(?:[ ,][0-9]{3})*(?:\.[0-9]+)?)\s*(?P<more>[余多]*)\s*"
    rf"(?P<scale>{_SCALE})?(?!分)(?P<more2>[余多]*)\s*(?P<unit>(?:[^0-9,。;(]|(?<=[A-Za-z])[23](?![0-9]))*)"
)
_IN_WORDS = re.compile(
    rf"(?P<before>[^{_NUMERAL}]*)(?P<number>[{_NUMERAL}]+)(?P<more>[余多]*)(?P<scale>{_SCALE})?(?P<more2>[余多]*)"
    rf"(?P<unit>[^0-9{_NUMERAL},。;(]*)"
)
_BEFORE = (
    ("nearly", ("近", "接近", "不足", "不到", "不满", "不及", "nearly", "almost")),
    ("about", ("约", "约为", "约合", "大概", "大约", "大致", "估计", "about", "around")),
    ("more_than", ("超过", "超", "超出", "more than", "over", "逾", "多于", "高于", "大于", "不止", "突破", ">")),
    ("at_least", ("至少", "不少于", "不低于", "≥", "at least")),
)
# an upper bound has no word of ours; a sign or an ordinal makes another thing of the number
_NEVER_BEFORE = re.compile(
    r"(?:不超过?|未超过?|不多于|不高于|不大于|至多|最多|未满|未达到?|上限|封顶|(?<![不至])(?:少于?|低于|小于)|减少?|下降|下调"
    r"|[<≤负第/±~.,?□*×+\-−–—$€£\ue000-\uf8ff])\s*$"
)
_NEVER_BEHIND = re.compile(
    rf"以下|以内|之内|来[个户栋部处]|^.?半|^(?!千米)[{_NUMERAL}几数点.?□*×/+\-−–—~\ue000-\uf8ff]"
)
_NEUTRAL = re.compile(r"(?:共计|合计|总计|共|计|达|多达|约为|为|是)*")
_BEHIND = {"及以上": "at_least", "以上": "at_least", "左右": "about", "上下": "about", "开外": "more_than"}
_BOUND_NOTE = re.compile(r"大?约|(?:预|估)[计算]|左右|(?P<least>及?以上)|(?P<nearly>接?近)|(?P<more>[余多])")
_YUAN = re.compile(r"[¥￥]\s*$")


@dataclass(frozen=True)
class Printed:
    """One number as printed. value and half_unit are in the unit named by `unit` (scale words applied)."""

    value: Decimal
    half_unit: Decimal
    qualifier: str  # exact | about | nearly | at_least | more_than
    unit: str  # the words behind the number, scale word removed ("" when none was printed)
    scale: Decimal
    decimals: int
    note: str = ""  # what stands in brackets behind the number


def numeral(text: str) -> int | None:
    """The whole number of a Chinese numeral: `十八` → 18, `两万零五` → 20005.

    None for what is none, for digits in a row (二〇二三) and for the spoken short form (二百五: 205 or 250).
    """
    total = 0
    for mark, size in (("亿", 10**8), ("万", 10**4)):
        head, found, rest = text.partition(mark)
        if found:
            section = _section(head.removeprefix("零") if total else head)
            if not section:
                return None
            total += section * size
            text = rest
            if text and not text.startswith("零") and not re.search(r"[十百千万]", text):
                return None
    if not text:
        return total or None
    section = _section(text.removeprefix("零") if total else text)
    return None if section is None else total + section


def _section(text: str) -> int | None:
    """A numeral below 10,000."""
    total, below, digit, gap = 0, 10_000, None, False
    for char in text:
        if char in _MULTIPLES:
            size = _MULTIPLES[char]
            if size >= below or digit == 0 or (digit is None and (size != 10 or gap or total)):
                return None
            total += (1 if digit is None else digit) * size
            below, digit, gap = size, None, False
        elif char in _DIGITS and digit is None:
            if _DIGITS[char] == 0:
                if gap or not total:
                    return 0 if text in ("零", "〇") else None
                gap = True
            else:
                digit = _DIGITS[char]
        else:
            return None
    if digit is None:
        return total if total and not gap else None
    return total + digit if below in (10, 10_000) or gap else None


def parse_printed(text: str) -> Printed | None:
    """Read one printed number with its words.

    Returns None when there is no number, more than one, or one that may be read in two ways: the caller asks instead of
    guessing. The half unit is half of the last printed digit; for about, nearly, more_than and at_least it is one whole
    unit of the last significant digit (the rounding is then one-sided or loose).
    """
    if LOST.search(text):
        return None
    raw = re.sub(r"^(.*)百分之([^%]+)$", r"\1\2%", half_width(text).strip())
    note = ""
    bracket = re.search(r"\(([^)]*)\)\s*$", raw)
    if bracket and re.search(rf"[0-9{_NUMERAL}]", raw[: bracket.start()]):
        note, raw = bracket.group(1), raw[: bracket.start()].strip()
    raw = raw.replace("m²", "m2")
    if any(unicodedata.category(c) == "No" for c in raw):
        return None  # ①, ² and ½
    if not re.search("[0-9]", raw):
        return _in_words(raw, note)
    hit = _NUMBER.search(raw)
    if hit is None or re.search("[0-9]", raw[: hit.start()] + raw[hit.end() :]) or not GROUPED.fullmatch(hit["number"]):
        return None
    digits = hit["number"].replace(",", "").replace(" ", "")
    return _printed(digits, SCALES[hit["scale"] or ""], raw[: hit.start()], hit, note)


def _in_words(raw: str, note: str) -> Printed | None:
    """A quantity whose number is a Chinese numeral. Words hold such characters too (三县, 二轻公司): nothing that is no
    known word may stand before it, and what stands behind it must prove a unit of the rule book."""
    hit = _IN_WORDS.fullmatch(raw)
    if hit is None:
        return None
    before = _NEUTRAL.sub("", hit["before"]).strip()
    if before and not any(before == word for _, words in _BEFORE for word in words):
        return None
    whole, scale = hit["number"], hit["scale"] or ""
    value = numeral(whole)
    if value is None:
        return None
    # 二十一亿 is printed to the 亿, as 21亿 is
    tail = re.search("[百千万亿]*$", whole)
    step = Decimal(1)
    for char in tail[0] if tail else "":
        step *= SCALES[char]
    return _printed(str(int(value / step)), step * SCALES[scale], hit["before"], hit, note)


def _printed(digits: str, scale: Decimal, before: str, hit: re.Match[str], note: str) -> Printed | None:
    unit = hit["unit"].strip()
    before = before.rstrip().lower()
    if _NEVER_BEFORE.search(before) or _NEVER_BEHIND.search(unit):
        return None
    if _YUAN.search(before) and "元" not in unit:
        return None  # yuan, below a header that may say 万元
    qualifier = "exact"
    for name, words in _BEFORE:
        if any(before.endswith(w) or ((" " in w or (w.isascii() and w.isalpha())) and w in before) for w in words):
            qualifier = name
    for word, name in _BEHIND.items():
        if word in unit:
            qualifier, unit = name, unit.replace(word, "").strip()
    if hit["more"] or hit["more2"] or (len(unit) > 1 and unit[-1] in "余多"):
        qualifier, unit = "more_than", unit.rstrip("余多")
    bound = _BOUND_NOTE.fullmatch(note.strip())  # 5000户（约）
    if bound and qualifier == "exact":
        qualifier = {"least": "at_least", "more": "more_than"}.get(bound.lastgroup or "", bound.lastgroup or "about")
    decimals = len(digits.split(".")[1]) if "." in digits else 0
    step = Decimal(1).scaleb(-decimals)
    if qualifier == "exact":
        half = step / 2
    else:
        # one unit of the last significant digit: trailing zeros of a whole number are taken as rounding
        zeros = 0 if "." in digits else len(digits) - len(digits.rstrip("0"))
        half = step.scaleb(zeros)
    return Printed(Decimal(digits) * scale, half * scale, qualifier, unit, scale, decimals, note)
