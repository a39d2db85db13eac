"""What a reader asked to see: a page and its filters, as an address and back. The same names in the app and in the site.

`/progress?area=370000&period=2023-09&release=…&data=sample&lang=en`. Anything that is not understood is a BadView in both
languages, never an exception of another kind. Not here: what a page holds (pages/), which choices exist (data/choices.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from dashboards.theme import Words
from filings.question import Question, is_period
from ingestion.catalogue import Catalogue
from ingestion.errors import UsageError

PAGES = ("overview", "progress", "benefit", "funds", "effects", "reconciliation", "quality", "trace")
LANGS = ("zh", "en")
MAPS = ("map", "tiles")
NAMES = ("area", "period", "measure", "map", "indicator", "dim", "programme", "flow", "at", "release", "data", "lang")
RELEASE = re.compile(r"[A-Za-z0-9._-]+")


class BadView(UsageError):
    """An address that cannot be answered. words say why, in both languages; lang is the one asked for."""

    def __init__(self, zh: str, en: str, lang: str = "zh") -> None:
        super().__init__(f"{zh} ({en})")
        self.words, self.lang = Words(zh, en), lang


@dataclass(frozen=True)
class View:
    """A page with its filters. area and period "" stand for the widest area and the latest period that have figures.

    measure and map belong to the map of provinces; indicator, dim, programme, flow and at to the trace of one figure
    (at: which of its cells is looked at, counted from 0).
    """

    page: str = "overview"
    area: str = ""
    period: str = ""
    release: str = ""
    sample: bool = False
    lang: str = "zh"
    measure: str = ""
    map: str = "map"
    indicator: str = ""
    dim: str = ""
    programme: str = "national"
    flow: bool = False
    at: int = 0

    def with_(self, **changes: Any) -> View:
        return replace(self, **changes)

    def to(self, page: str) -> View:
        """Another page with the filters that pages share."""
        return View(page, self.area, self.period, self.release, self.sample, self.lang)

    def trace(self, indicator: str, area: str, period: str, dim: str, programme: str, accum: str) -> View:
        """The trace of one figure."""
        base = View("trace", area, period, self.release, self.sample, self.lang)
        return replace(base, indicator=indicator, dim=dim, programme=programme, flow=accum == "flow")

    @property
    def parameters(self) -> dict[str, str]:
        """Everything that differs from the defaults, in a fixed order."""
        held = {
            "area": self.area,
            "period": self.period,
            "measure": self.measure,
            "map": "" if self.map == "map" else self.map,
            "indicator": self.indicator,
            "dim": self.dim,
            "programme": "" if self.programme == "national" else self.programme,
            "flow": "1" if self.flow else "",
            "at": str(self.at) if self.at else "",
            "release": self.release,
            "data": "sample" if self.sample else "",
            "lang": "" if self.lang == "zh" else self.lang,
        }
        return {name: held[name] for name in NAMES if held[name]}

    @property
    def search(self) -> str:
        query = urlencode(self.parameters, safe="/=", quote_via=quote)
        return f"?{query}" if query else ""

    @property
    def address(self) -> str:
        """Path and query in the app."""
        return f"/{'' if self.page == 'overview' else self.page}{self.search}"

    @property
    def question(self) -> Question:
        """The figure that a trace is about."""
        dims = dict([self.dim.split("=", 1)]) if self.dim else {}
        return Question(self.indicator, self.area, self.period, dims, self.programme, self.flow, self.sample)


def _once(search: str, lang: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(search.lstrip("?"), keep_blank_values=True, max_num_fields=50, errors="strict")
    except ValueError:
        raise BadView("网址参数无法识别", "the parameters of the address are not understood", lang) from None
    found: dict[str, str] = {}
    for name, value in pairs:
        if name not in NAMES:
            raise BadView(f"没有参数“{name}”；可用：{'、'.join(NAMES)}", f'no parameter "{name}"', lang)
        if name in found:
            raise BadView(f"参数 {name} 给了两次", f"the parameter {name} is given twice", lang)
        found[name] = value
    return found


def lang_of(search: str) -> str:
    """The language asked for, also when nothing else of an address makes sense."""
    return "en" if "lang=en" in (search or "") else "zh"


def parse_view(path: str, search: str, catalogue: Catalogue) -> View:
    """The view that an address names. Raises BadView."""
    lang = lang_of(search)
    page = (path or "/").strip("/") or "overview"
    if page not in PAGES:
        raise BadView(f"没有页面“{page}”", f'no page "{page}"', lang)
    given = _once(search or "", lang)

    def one_of(name: str, allowed: tuple[str, ...], default: str) -> str:
        value = given.get(name) or default
        if value not in allowed:
            raise BadView(f"{name} 只能是 {'、'.join(allowed)}", f"{name} is one of {', '.join(allowed)}", lang)
        return value

    view = View(
        page,
        given.get("area", ""),
        given.get("period", ""),
        given.get("release", ""),
        one_of("data", ("real", "sample"), "real") == "sample",
        one_of("lang", LANGS, "zh"),
        given.get("measure", ""),
        one_of("map", MAPS, "map"),
        given.get("indicator", ""),
        given.get("dim", ""),
        one_of("programme", tuple(catalogue.settings["programmes"]), "national"),
        one_of("flow", ("0", "1"), "0") == "1",
        _count(given.get("at", "0"), lang),
    )
    _check(view, catalogue)
    return view


def _count(text: str, lang: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", text or "0"):
        raise BadView("at 应为从 0 起的序号", "at is a number from 0", lang)
    return int(text or "0")


def _check(view: View, catalogue: Catalogue) -> None:
    lang = view.lang
    if view.area and view.area not in catalogue.all_areas:
        raise BadView(f"没有地区代码“{view.area}”", f'no area code "{view.area}"', lang)
    first, _, last = view.period.partition("/")
    if view.period and (not is_period(view.period) or (last and first > last)):
        raise BadView(
            f"报告期“{view.period}”无法识别；应为 2023、2023-09 或 2019/2022",
            f'period "{view.period}" is not understood; write 2023, 2023-09 or 2019/2022',
            lang,
        )
    if view.release and not RELEASE.fullmatch(view.release):
        raise BadView(f"没有发布“{view.release}”", f'no release "{view.release}"', lang)
    for name, value in (("measure", view.measure), ("indicator", view.indicator)):
        if value and value not in catalogue.indicators:
            raise BadView(f"{name}：没有指标“{value}”", f'{name}: no indicator "{value}"', lang)
    if view.page != "trace":
        return
    if not (view.indicator and view.area and view.period):
        raise BadView("溯源要给出 indicator、area 和 period", "a trace needs indicator, area and period", lang)
    if view.dim and "=" not in view.dim:
        raise BadView("dim 应写成 source=F11", "write dim as source=F11", lang)
    try:
        view.question.check(catalogue)
    except UsageError as error:
        zh, _, en = str(error).rpartition(" (")
        raise BadView(zh or str(error), en.rstrip(")") or str(error), lang) from None
