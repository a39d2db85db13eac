"""What the filters of a page may be set to, and what a view without them means."""

from __future__ import annotations

import json
from pathlib import Path

from dashboards.data.money import CHAIN, funds_period
from dashboards.data.progress import overview_period, province_period, top_area
from dashboards.data.reading import HOUSEHOLDS, PLAN, STARTED, areas_with, periods_with, provinces
from dashboards.view import BadView, View
from filings.reader import Reader
from ingestion.catalogue import NATION

OF_PAGE = {
    "overview": (STARTED, PLAN, HOUSEHOLDS),
    "progress": (STARTED, PLAN),
    "benefit": (HOUSEHOLDS, STARTED),
    "funds": CHAIN,
}


def resolved(reader: Reader, view: View) -> View:
    """The view with its area and period said: the widest area and the latest period that have figures."""
    if view.page == "trace":
        return view
    area = view.area or top_area(reader, view.sample)
    period = view.period
    if not period and view.page == "progress" and area == NATION:
        period = province_period(reader, view.sample)
    elif not period and view.page == "funds":
        period = funds_period(reader, area, view.sample) or ""
    elif not period and view.page in OF_PAGE:
        period = overview_period(reader, area, view.sample)
    return view.with_(area=area, period=period)


def areas(reader: Reader, view: View) -> list[str]:
    """The nation, the provinces in the customary order, and what lies directly below the area looked at."""
    held = areas_with(reader, [i for of in OF_PAGE.values() for i in of], view.sample)
    found = [NATION, *(p for p in provinces(reader) if p in held)]
    province = reader.catalogue.province_of(view.area)
    below = [c for c in sorted(reader.catalogue.children.get(province, [])) if c in held] if province != NATION else []
    return list(dict.fromkeys([*found, *below, view.area]))


def periods(reader: Reader, view: View) -> list[str]:
    """Years and months with figures of the page, newest first."""
    asked = OF_PAGE.get(view.page)
    if asked is None:
        return []
    return list(
        dict.fromkeys(
            [*reversed(periods_with(reader, asked, view.area, view.sample)), *([view.period] if view.period else [])]
        )
    )


def releases(home: Path, sample: bool) -> list[str]:
    """Frozen releases of a home that hold real or sample figures, newest first."""
    found = []
    for manifest in (home / "releases").glob("*/manifest.json"):
        held = json.loads(manifest.read_bytes())
        if (held.get("source_kind") == "sample") == sample:
            found.append(manifest.parent.name)
    return sorted(found, reverse=True)


def check_release(home: Path, view: View) -> None:
    """A release holds real or sample figures, never both. Raises BadView when it is asked for the other kind."""
    path = home / "releases" / view.release / "manifest.json"
    if not view.release:
        return
    if not path.is_file():
        raise BadView(f"没有发布“{view.release}”", f'no release "{view.release}"', view.lang)
    is_sample = json.loads(path.read_bytes()).get("source_kind") == "sample"
    if is_sample != view.sample:
        kind = ("模拟数据", "sample data") if is_sample else ("真实数据", "real data")
        raise BadView(
            f"发布 {view.release} 只有{kind[0]}", f"the release {view.release} holds {kind[1]} only", view.lang
        )
