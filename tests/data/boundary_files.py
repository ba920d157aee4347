"""Files of boundaries, made for one test each."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely

from data.boundaries.shapes import read_shapes
from data.database import read
from data.store import Store

CENTRES = {
    "10.1": (-6.19, 106.81),
    "10.2": (-6.19, 106.83),
    "20.1": (-6.21, 106.81),
    "20.2": (-6.21, 106.83),
}
NAMES = {"10.1": "Angsana", "10.2": "Beringin", "20.1": "Cemara", "20.2": "Dadap"}


def square(latitude: float, longitude: float, half: float = 0.01) -> shapely.Polygon:
    return shapely.box(longitude - half, latitude - half, longitude + half, latitude + half)


def tiny_squares(*, east: float = 0.0, half: float = 0.01) -> gpd.GeoDataFrame:
    """The tiny city's four districts, pushed to the east; columns kode and nama."""
    return gpd.GeoDataFrame(
        {"kode": list(CENTRES), "nama": list(NAMES.values())},
        geometry=[square(lat, lon + east, half) for lat, lon in CENTRES.values()],
        crs=4326,
    )


def saved(frame: gpd.GeoDataFrame, path: Path, **options: Any) -> str:
    if path.suffix == ".kml":
        options["driver"] = "KML"  # the other KML driver writes a folder
    frame.to_file(path, **options)
    return str(path)


def without_crs(frame: gpd.GeoDataFrame, path: Path) -> str:
    """A Shapefile without its .prj."""
    frame.to_file(path)
    path.with_suffix(".prj").unlink()
    return str(path)


def collection(path: Path, shapes: Mapping[str, Any]) -> str:
    """GeoJSON as it comes, valid or not: code to geometry, a name for each."""
    features = ", ".join(
        f'{{"type": "Feature", "properties": {{"kode": "{code}", "nama": "{NAMES.get(code)}"}}, '
        f'"geometry": {"null" if shape is None else shapely.to_geojson(shape)}}}'
        for code, shape in shapes.items()
    )
    path.write_text(f'{{"type": "FeatureCollection", "features": [{features}]}}')
    return str(path)


def leaf_shapes(store: Store, level: int = 1) -> dict[str, shapely.Geometry]:
    with read(store.engine) as connection:
        shapes = read_shapes(connection, level)
    return {store.reference().districts[key].code: shape for key, shape in shapes.items()}
