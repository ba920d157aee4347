"""Small files as people send them, made for the tests: a zipped Shapefile, its parts, GeoJSON."""

import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path

import geopandas
import shapely

PLACES = ((106.815, -6.205), (106.82, -6.2), (106.825, -6.195))  # within the tiny city, and Jakarta
ORIGIN = {"Origin": "http://localhost"}


def shapefile_parts(
    folder: Path, *, places: Sequence[tuple[float, float]] = PLACES, crs: str = "EPSG:4326"
) -> dict[str, bytes]:
    """File names and contents of a Shapefile of points with a name and a state."""
    table = geopandas.GeoDataFrame(
        {
            "name": [f"Pompa {n + 1}" for n in range(len(places))],
            "state": ["broken" if n % 2 else "good" for n in range(len(places))],
        },
        geometry=[shapely.Point(place) for place in places],
        crs="EPSG:4326",
    ).to_crs(crs)
    folder.mkdir(parents=True, exist_ok=True)
    table.to_file(folder / "pumps.shp")
    return {path.name: path.read_bytes() for path in sorted(folder.glob("pumps.*"))}


def zipped(parts: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return packed.getvalue()


def zipped_shapefile(folder: Path, *, places: Sequence[tuple[float, float]] = PLACES) -> bytes:
    return zipped(shapefile_parts(folder, places=places))


def geojson(places: Sequence[tuple[float, float]] = PLACES) -> bytes:
    return json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {"name": f"Pos {n + 1}", "depth": n},
                    "geometry": {"type": "Point", "coordinates": list(place)},
                }
                for n, place in enumerate(places)
            ],
        }
    ).encode()
