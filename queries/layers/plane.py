"""The city's metric plane: where distances between places are true metres."""

from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS, Transformer

from data.layers.model import Shapes
from data.store import Store

Array = NDArray[np.float64]


class Plane:
    """Transverse Mercator on WGS 84 around one place.

    True to 1 in 10,000 within 90 km of the central meridian, and whole across the antimeridian.
    """

    def __init__(self, latitude: float, longitude: float) -> None:
        self.crs = CRS.from_proj4(
            f"+proj=tmerc +lat_0={latitude} +lon_0={longitude} +k=1 +x_0=0 +y_0=0 +datum=WGS84"
            " +units=m +no_defs"
        )
        self._there = Transformer.from_crs(4326, self.crs, always_xy=True)
        self._back = Transformer.from_crs(self.crs, 4326, always_xy=True)

    def to_metres(self, longitude: ArrayLike, latitude: ArrayLike) -> tuple[Array, Array]:
        """Eastings and northings; infinite for what is not on Earth."""
        x, y = self._there.transform(np.asarray(longitude, float), np.asarray(latitude, float))
        return np.asarray(x), np.asarray(y)

    def to_degrees(self, x: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
        """Longitudes and latitudes."""
        longitude, latitude = self._back.transform(np.asarray(x, float), np.asarray(y, float))
        return np.asarray(longitude), np.asarray(latitude)

    def shapes_to_metres(self, shapes: Shapes) -> Shapes:
        return _transformed(shapes, self.to_metres)

    def shapes_to_degrees(self, shapes: Shapes) -> Shapes:
        return _transformed(shapes, self.to_degrees)


def _transformed(shapes: Shapes, change: Any) -> Shapes:
    def moved(coordinates: Array) -> Array:
        return np.column_stack(change(coordinates[:, 0], coordinates[:, 1]))

    changed: Shapes = shapely.transform(shapes, moved)
    return changed


def plane_of(store: Store) -> Plane:
    """The plane around the middle of the city."""
    city = store.reference().city
    return _plane(city.latitude, city.longitude)


@lru_cache(maxsize=8)
def _plane(latitude: float, longitude: float) -> Plane:
    return Plane(latitude, longitude)
