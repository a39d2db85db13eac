"""The boundary file as rings and lines in kilometres of an Albers projection, and the South China Sea cut out for an inset.

Parallels 25° and 47° N, central meridian 105° E: the customary projection of maps of the whole country. Read once a
process. Not here: colours, labels, axes (figures/province_map.py); making the file (build_boundaries.py).
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FILE = Path(__file__).resolve().parent / "provinces.geojson"
RADIUS_KM = 6371.0
SOUTH, NORTH, MERIDIAN = 25.0, 47.0, 105.0
XY = tuple[float, float]
Ring = list[XY]
Box = tuple[float, float, float, float]  # west, south, east, north in km

MAIN_BOX: Box = (-2720.0, -2620.0, 2270.0, 2130.0)
SEA_BOX: Box = (280.0, -3580.0, 1870.0, -1430.0)  # what the inset shows: the South China Sea to 3° N
SEA_SCALE = 0.39
SEA_CORNER: XY = (
    1640.0,
    -2400.0,
)  # where its south-west corner stands on the main map: in the sea, east of Luzon Strait


def _constants() -> tuple[float, float, float]:
    south, north = math.radians(SOUTH), math.radians(NORTH)
    n = (math.sin(south) + math.sin(north)) / 2
    c = math.cos(south) ** 2 + 2 * n * math.sin(south)
    origin = RADIUS_KM * math.sqrt(c - 2 * n * math.sin(math.radians((SOUTH + NORTH) / 2))) / n
    return n, c, origin


_N, _C, _ORIGIN = _constants()


def albers(longitude: float, latitude: float) -> XY:
    """Kilometres east of 105° E and north of the 36th parallel."""
    rho = RADIUS_KM * math.sqrt(_C - 2 * _N * math.sin(math.radians(latitude))) / _N
    theta = _N * math.radians(longitude - MERIDIAN)
    return rho * math.sin(theta), _ORIGIN - rho * math.cos(theta)


@dataclass(frozen=True)
class Boundaries:
    """areas: code → rings, the outer ones and holes alike (an even-odd fill draws both). dashes: lines. All in km."""

    areas: dict[str, list[Ring]]
    dashes: list[Ring]


def _coarse(points: list[list[float]]) -> Ring:
    """Projected to whole kilometres; a small island keeps tenths, so that it does not vanish."""
    exact = [albers(*p) for p in points]
    for digits in (0, 1, 2):
        made: Ring = []
        for x, y in exact:
            point = (round(x, digits), round(y, digits))
            if not made or point != made[-1]:
                made.append(point)
        if len(set(made)) >= min(3, len(points)):
            break
    return made


@lru_cache(maxsize=1)
def boundaries() -> Boundaries:
    """The file, projected."""
    features = json.loads(FILE.read_text(encoding="utf-8"))["features"]
    areas = {
        f["properties"]["code"]: [_coarse(ring) for polygon in f["geometry"]["coordinates"] for ring in polygon]
        for f in features
        if "code" in f["properties"]
    }
    dashes = [
        _coarse(line)
        for f in features
        if f["properties"].get("kind") == "dash"
        for line in f["geometry"]["coordinates"]
    ]
    return Boundaries(dict(sorted(areas.items())), dashes)


def sea_place() -> Box:
    """The rectangle of the main map that the inset takes."""
    west, south = SEA_CORNER
    return west, south, west + SEA_SCALE * (SEA_BOX[2] - SEA_BOX[0]), south + SEA_SCALE * (SEA_BOX[3] - SEA_BOX[1])


def _is_in(point: XY, box: Box) -> bool:
    return box[0] <= point[0] <= box[2] and box[1] <= point[1] <= box[3]


def on_main(rings: list[Ring]) -> list[Ring]:
    """Rings and lines of the main map: those in its frame; what lies further south is in the inset alone."""
    place = sea_place()
    return [r for r in rings if all(_is_in(p, MAIN_BOX) for p in r) and not any(_is_in(p, place) for p in r)]


def _cut(ring: Ring, axis: int, bound: float, keep_above: bool) -> Ring:
    """One side of Sutherland and Hodgman's clipping."""
    made: Ring = []
    for a, b in zip(ring, ring[1:] + ring[:1], strict=True):
        a_in, b_in = (a[axis] >= bound) == keep_above, (b[axis] >= bound) == keep_above
        if a_in:
            made.append(a)
        if a_in != b_in:
            share = (bound - a[axis]) / (b[axis] - a[axis])
            made.append((round(a[0] + share * (b[0] - a[0]), 1), round(a[1] + share * (b[1] - a[1]), 1)))
    return made


def clipped(rings: list[Ring], box: Box) -> list[Ring]:
    """The rings inside a box."""
    found = []
    for ring in rings:
        for axis, bound, above in ((0, box[0], True), (1, box[1], True), (0, box[2], False), (1, box[3], False)):
            ring = _cut(ring, axis, bound, above)
        if len(ring) >= 3:
            found.append([*ring, ring[0]] if ring[0] != ring[-1] else ring)
    return found


def within(lines: list[Ring], box: Box) -> list[Ring]:
    """The lines that have points in a box, without their points outside."""
    kept = [[p for p in line if _is_in(p, box)] for line in lines]
    return [line for line in kept if len(line) > 1]


def flat(rings: list[Ring]) -> tuple[list[float | None], list[float | None]]:
    """x and y of a trace, a gap between rings."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    for ring in rings:
        if xs:
            xs.append(None)
            ys.append(None)
        xs += [p[0] for p in ring]
        ys += [p[1] for p in ring]
    return xs, ys
