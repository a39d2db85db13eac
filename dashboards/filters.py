"""The filter bar of the app: area, period, release, real or sample, language. Each control holds what the address says.

Not here: which values there are (data/choices.py), the callback that writes the address (app.py).
"""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from dashboards.data import choices
from dashboards.theme import SAMPLE_EN, SAMPLE_ZH, Words
from dashboards.view import View
from filings.reader import Reader
from ingestion.catalogue import NATION

LABELS = {
    "area": Words("地区", "Area"),
    "period": Words("报告期", "Period"),
    "release": Words("发布", "Release"),
    "data": Words("数据", "Data"),
    "lang": Words("语言", "Language"),
}
BUILD = "build"


def _control(name: str, options: list[dict[str, str]], value: str, lang: str) -> Any:
    words = LABELS[name]
    label = words.zh if lang == "zh" else words.en
    box = dcc.Dropdown(
        id={"filter": name},
        options=options,
        value=value,
        clearable=False,
        searchable=len(options) > 8,
        className="choice",
    )
    return html.Div([html.Span(label, className="label"), box], className=f"filter filter-{name}")


def _areas(reader: Reader, view: View) -> list[dict[str, str]]:
    found = []
    for code in choices.areas(reader, view):
        area = reader.catalogue.area(code)
        name = (area.short_zh or area.name_zh) if view.lang == "zh" else area.name_en or area.name_zh
        below = code != NATION and area.parent_code != NATION
        found.append({"label": f"{'　' if below else ''}{name} {code}", "value": code})
    return found


def filter_bar(reader: Reader, view: View) -> Any:
    """The controls of a page; the trace of a figure has none but the language."""
    lang = view.lang
    controls = []
    if view.page != "trace":
        controls.append(_control("area", _areas(reader, view), view.area, lang))
        held = choices.periods(reader, view)
        if held:
            controls.append(_control("period", [{"label": p, "value": p} for p in held], view.period, lang))
        build = "当前构建（未发布）" if lang == "zh" else "current build (unreleased)"
        editions = [{"label": build, "value": BUILD}]
        editions += [{"label": r, "value": r} for r in choices.releases(reader.home, view.sample)]
        controls.append(_control("release", editions, view.release or BUILD, lang))
        kinds = [
            {"label": "公布数据" if lang == "zh" else "published", "value": "real"},
            {"label": SAMPLE_ZH if lang == "zh" else SAMPLE_EN, "value": "sample"},
        ]
        controls.append(_control("data", kinds, "sample" if view.sample else "real", lang))
    languages = [{"label": "中文", "value": "zh"}, {"label": "English", "value": "en"}]
    controls.append(_control("lang", languages, lang, lang))
    return html.Div(html.Div(controls, className="wrap"), className="filters")


def view_from(view: View, given: dict[str, Any]) -> View:
    """The view that the controls ask for. Real and sample figures, and builds and releases, have other areas and periods:
    going from one to the other starts at their own widest area and latest period."""
    release = given.get("release", view.release or BUILD)
    sample = given.get("data", "sample" if view.sample else "real") == "sample"
    wanted = view.with_(
        area=given.get("area") or view.area,
        period=given.get("period") or view.period,
        release="" if release == BUILD else release,
        lang=given.get("lang") or view.lang,
    )
    if wanted.area != view.area:
        wanted = wanted.with_(period="" if wanted.period == view.period else wanted.period)
    if sample != view.sample:
        return View(wanted.page, sample=sample, lang=wanted.lang)
    if wanted.release != view.release:
        return View(wanted.page, release=wanted.release, sample=sample, lang=wanted.lang)
    return wanted
