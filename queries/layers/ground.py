"""The city's ground on its metric plane: districts with their true areas, and the whole."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from sqlalchemy import select

from data import schema
from data.database import read
from data.layers.model import Shapes
from data.reference import District
from data.store import Store
from queries.cache import Cache
from queries.layers.plane import Plane, plane_of

_KEPT = 8
_SQUARE_METRES = 1e6  # in a km²


@dataclass(frozen=True)
class Ground:
    """Districts of a level that have a shape, in order of code; shapes in metres, not simplified.

    Never changed; shared by threads.
    """

    districts: tuple[District, ...]
    shapes: Shapes

    def __len__(self) -> int:
        return len(self.districts)

    @cached_property
    def area_km2(self) -> np.ndarray:
        area: np.ndarray = shapely.area(self.shapes) / _SQUARE_METRES
        return area

    @cached_property
    def residents(self) -> np.ndarray:
        """NaN where nobody counted."""
        return np.array([d.population or np.nan for d in self.districts], float)

    @cached_property
    def whole(self) -> Any:
        """All of it as one shape."""
        return shapely.union_all(self.shapes)


def ground_of(store: Store, level: str | None = None) -> Ground:
    """The ground by districts of `level`, else the finest. Raises ValueError for no such level."""
    reference = store.reference()
    index = reference.leaf_level if level is None else reference.level_index(level)
    plane = plane_of(store)
    cache: Cache = store.kept("ground", lambda: Cache(_KEPT))
    return cache.get((reference.version, index), lambda: _load(store, index, plane))


def _load(store: Store, level: int, plane: Plane) -> Ground:
    table = schema.districts
    query = (
        select(table.c.id, table.c.geometry)
        .where(table.c.level == level, table.c.geometry.is_not(None))
        .order_by(table.c.code)
    )
    with read(store.engine) as connection:
        rows = connection.execute(query).all()
    known = store.reference().districts
    rows = [row for row in rows if row.id in known]
    shapes = np.asarray(shapely.from_geojson([row.geometry for row in rows]), object)
    moved = shapely.make_valid(plane.shapes_to_metres(shapes.reshape(len(rows))))
    return Ground(tuple(known[row.id] for row in rows), moved)
