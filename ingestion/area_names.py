"""The spellings that print gives a unit's name: 恩施州 for 恩施土家族苗族自治州, 大兴安岭, 前郭尔罗斯县, 东西湖.

Short forms are made from the full name; which of several units is meant is not for us to say. Not here: the units (areas.py).
"""

from __future__ import annotations

import re

_PEOPLES = (
    "蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|高山|拉祜|水|东乡|纳西|景颇|柯尔克孜"
    "|土|达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|阿昌|普米|塔吉克|怒|乌孜别克|俄罗斯|鄂温克|德昂|保安|裕固|京|塔塔尔|独龙"
    "|鄂伦春|赫哲|门巴|珞巴|基诺|各"
)
_AUTONOMOUS = re.compile(rf"(?P<stem>.+?)(?:(?:{_PEOPLES})族?)*自治(?P<kind>[州县旗])")
_KINDS = re.compile(r"(?P<stem>.{2,}?)(?:地区|林区|特区|新区|盟|市|县|区)")


def spellings(name: str) -> set[str]:
    """A full name and its short forms, of one character never."""
    own = _AUTONOMOUS.fullmatch(name)
    if own:
        made = {own["stem"], own["stem"] + own["kind"], f"{own['stem']}自治{own['kind']}"}
    else:
        plain = _KINDS.fullmatch(name)
        made = {plain["stem"]} if plain else set()
    return {name} | {m for m in made if len(m) > 1}
