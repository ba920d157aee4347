"""Where the city is, and which coordinate systems its people use."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from pyproj import CRS
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_crs_info
from pyproj.enums import PJType
from sqlalchemy import select

from data.database import read
from data.layers.model import LayerError, Shapes
from data.schema import districts
from data.store import Store

_MARGIN = 0.5  # degrees: the surroundings that a city's layers reach into
_HALF_CITY = 0.15  # degrees around the districts of a city whose borders are not known yet


@dataclass(frozen=True)
class CityFrame:
    """The city's extent in degrees, and its usual coordinate systems, the most usual first."""

    west: float
    south: float
    east: float
    north: float
    epsg: tuple[str, ...] = ("EPSG:4326",)

    @property
    def surroundings(self) -> shapely.Polygon:
        return shapely.box(
            self.west - _MARGIN, self.south - _MARGIN, self.east + _MARGIN, self.north + _MARGIN
        )

    def holds(self, shapes: Shapes) -> np.ndarray:
        """Whether each shape, in degrees, touches the city or its surroundings; a bool array."""
        around = self.surroundings
        shapely.prepare(around)
        return np.asarray(shapely.intersects(around, shapes), bool)


WORLD = CityFrame(-180.0, -90.0, 180.0, 90.0)  # for layers of anywhere


def city_frame(store: Store) -> CityFrame:
    """Around the city's districts. Raises LayerError where there are none."""
    with read(store.engine) as connection:
        rows = connection.execute(
            select(districts.c.longitude, districts.c.latitude, districts.c.geometry)
        ).all()
    shapes = [row.geometry for row in rows if row.geometry is not None]
    if shapes:
        edges = shapely.total_bounds(shapely.from_geojson(shapes))
    else:
        places = [(row.longitude, row.latitude) for row in rows if row.longitude is not None]
        if not places:
            raise LayerError("the city has no districts yet; layers need to know where it is")
        edges = shapely.MultiPoint(places).buffer(_HALF_CITY).bounds
    west, south, east, north = (float(edge) for edge in edges)
    return CityFrame(west, south, east, north, usual_crs(west, south, east, north))


def usual_crs(west: float, south: float, east: float, north: float) -> tuple[str, ...]:
    """Degrees, the UTM zone of the middle, its neighbours, and web maps' metres."""
    zone = int((((west + east) / 2 + 180) % 360) // 6) + 1
    base = 32600 if (south + north) / 2 >= 0 else 32700
    zones = [zone, (zone - 2) % 60 + 1, zone % 60 + 1]
    other = 32700 if base == 32600 else 32600
    codes = [4326, *(base + one for one in zones), 3857, other + zone]
    return tuple(f"EPSG:{code}" for code in codes)


def local_crs(city: CityFrame) -> tuple[str, ...]:
    """Projected systems of the EPSG list that are meant for the city's area, narrowest first."""
    found = query_crs_info(
        auth_name="EPSG",
        pj_types=[PJType.PROJECTED_CRS],
        area_of_interest=AreaOfInterest(city.west, city.south, city.east, city.north),
        contains=True,
    )
    by_width = sorted(found, key=lambda info: _width(info.area_of_use))
    return tuple(f"EPSG:{info.code}" for info in by_width)


def _width(area: object) -> float:
    bounds: Sequence[float] = getattr(area, "bounds", (0.0, 0.0, 360.0, 180.0))
    west, south, east, north = bounds
    return ((east - west) % 360 or 360.0) * (north - south)


def crs_name(code: str) -> str:
    """As people say it: 'WGS 84 / UTM zone 48S'."""
    return CRS.from_user_input(code).name
