"""Hot spots: places with more complaints around them than chance would put there."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
from scipy import sparse
from scipy.stats import norm

from data.geography import TILE_ZOOM, to_tiles
from data.layers.model import Shapes
from data.store import Store
from queries.cache import Cache
from queries.counts import count_by
from queries.filters import ComplaintFilter
from queries.layers.ground import Ground, ground_of
from queries.layers.plane import plane_of
from queries.measures import grouping_by

FALSE_DISCOVERIES = 0.05  # the share of false ones among those called hot or cold
CELL_ZOOM = 16  # cells of about 600 m
_TOUCH_METRES = 1.0  # neighbours' borders may be drawn a little apart
_KEPT = 8


@dataclass(frozen=True)
class Places:
    """What is tested: its codes, names, size to relate counts to, and who neighbours whom.

    `weights` is binary and symmetric; a place is a neighbour of itself, as Gi* wants it.
    """

    codes: tuple[str, ...]
    names: tuple[str, ...]
    area_km2: np.ndarray
    weights: sparse.csr_array


def hot_spots(
    store: Store,
    complaint_filter: ComplaintFilter,
    *,
    places: str,
    earlier: ComplaintFilter | None = None,
) -> pd.DataFrame:
    """Getis-Ord Gi* of complaints per km², one row for each place.

    `places` is 'cell' (squares of CELL_ZOOM that lie in the city by half at least) or a level of
    districts. Columns: code, name, n, value (complaints per km²), z, p (two-sided) and kind: 'hot',
    'cold' or 'none'; a share of FALSE_DISCOVERIES of those called hot or cold may be so by chance
    (Benjamini & Hochberg 1995). With an `earlier` cohort kind is also 'new' (hot now alone),
    'persistent' (hot in both) and 'cooling' (hot then alone), and `n_before`, `z_before` are there.
    The choice of districts in the filter is left aside: a place is hot among all others.
    """
    tested = _places(store, places)
    n = _counts(store, complaint_filter, places, tested)
    found = _tested(tested, n)
    if earlier is None:
        return found
    before = _tested(tested, _counts(store, earlier, places, tested))
    found["n_before"], found["z_before"] = before["n"], before["z"]
    hot, was_hot = found["kind"] == "hot", before["kind"] == "hot"
    found["kind"] = np.select(
        [hot & was_hot, hot, was_hot], ["persistent", "new", "cooling"], found["kind"]
    )
    return found


def left_out(store: Store, complaint_filter: ComplaintFilter, spots: pd.DataFrame) -> int:
    """Complaints in none of the places: without coordinates, or where too little is city."""
    everywhere = count_by(store, ["place"], complaint_filter.replace(districts=()))
    return int(everywhere["n"].sum()) - int(spots["n"].sum())


def gi_star(values: np.ndarray, weights: sparse.csr_array) -> np.ndarray:
    """Standard scores of Gi* (Ord & Getis 1995, eq. 14); zero where all values are alike.

    `weights` hold a place itself, too.
    """
    n = len(values)
    if n < 2:
        return np.zeros(n)
    total = np.asarray(weights.sum(axis=1)).ravel()
    squares = np.asarray(weights.multiply(weights).sum(axis=1)).ravel()
    deviation = values.std()
    spread = deviation * np.sqrt(np.maximum(n * squares - total**2, 0.0) / (n - 1))
    around = weights @ values - values.mean() * total
    # Equal values differ from their mean by the last bits of a float alone.
    is_flat = deviation <= 1e-12 * max(abs(values).max(initial=0.0), 1e-300)
    return np.divide(around, spread, out=np.zeros(n), where=(spread > 0) & (not is_flat))


def discovered(p: np.ndarray, share: float = FALSE_DISCOVERIES) -> np.ndarray:
    """Which of these the procedure of Benjamini & Hochberg (1995) calls real."""
    if not len(p):
        return np.zeros(0, bool)
    ordered = np.sort(p)
    passed = np.flatnonzero(ordered <= share * np.arange(1, len(p) + 1) / len(p))
    limit = ordered[passed[-1]] if len(passed) else -1.0
    return p <= limit


def _tested(places: Places, n: np.ndarray) -> pd.DataFrame:
    density = n / places.area_km2
    z = gi_star(density, places.weights)
    p = 2 * norm.sf(np.abs(z))
    real = discovered(p)
    return pd.DataFrame(
        {
            "code": list(places.codes),
            "name": list(places.names),
            "n": n,
            "value": density,
            "z": z,
            "p": p,
            "kind": np.select([real & (z > 0), real & (z < 0)], ["hot", "cold"], "none"),
        }
    )


def _places(store: Store, places: str) -> Places:
    ground = ground_of(store, None if places == "cell" else places)
    cache: Cache = store.kept("hot-spot-places", lambda: Cache(_KEPT))
    key = (store.reference().version, places)
    make = (lambda: _cells(store, ground)) if places == "cell" else (lambda: _districts(ground))
    return cache.get(key, make)


def _districts(ground: Ground) -> Places:
    tree = shapely.STRtree(ground.shapes)
    pairs = tree.query(ground.shapes, predicate="dwithin", distance=_TOUCH_METRES)
    return Places(
        tuple(d.code for d in ground.districts),
        tuple(d.name for d in ground.districts),
        ground.area_km2,
        _weights(pairs[0], pairs[1], len(ground)),
    )


def cell_code(x: int, y: int) -> str:
    """Such as '16/52214/33892': the cell as a map tile."""
    return f"{CELL_ZOOM}/{x}/{y}"


def _cells(store: Store, ground: Ground) -> Places:
    """Cells that lie in the city by half at least, with the area that does: no cold edges."""
    column, row = _cells_around(store, ground)
    boxes = plane_of(store).shapes_to_metres(cell_shapes(column, row))
    whole = ground.whole
    shapely.prepare(whole)
    area = np.where(shapely.contains_properly(whole, boxes), shapely.area(boxes), 0.0)
    edge = (area == 0) & shapely.intersects(whole, boxes)
    area[edge] = shapely.area(shapely.intersection(boxes[edge], whole))
    kept = area >= shapely.area(boxes) / 2
    column, row = column[kept], row[kept]
    codes = tuple(cell_code(*cell) for cell in zip(column.tolist(), row.tolist(), strict=True))
    names = _names(store, boxes[kept])
    return Places(codes, names, area[kept] / 1e6, _grid_weights(column, row))


def _names(store: Store, boxes: np.ndarray) -> tuple[str, ...]:
    """Of the district that holds the middle of each cell."""
    middles = shapely.centroid(boxes)
    longitude, latitude = plane_of(store).to_degrees(shapely.get_x(middles), shapely.get_y(middles))
    found = store.locator().locate_many(latitude, longitude)
    districts = store.reference().districts
    return tuple(districts[int(one)].name if one else "" for one in found)


def _cells_around(store: Store, ground: Ground) -> tuple[np.ndarray, np.ndarray]:
    """Columns and rows of all cells between the city's corners."""
    corners = shapely.get_coordinates(ground.shapes)
    if not len(corners):
        return np.zeros(0, int), np.zeros(0, int)
    longitude, latitude = plane_of(store).to_degrees(corners[:, 0], corners[:, 1])
    x, y = (tiles >> (TILE_ZOOM - CELL_ZOOM) for tiles in to_tiles(latitude, longitude))
    column, row = np.meshgrid(np.arange(x.min(), x.max() + 1), np.arange(y.min(), y.max() + 1))
    return column.ravel(), row.ravel()


def hot_cells(store: Store) -> list[dict[str, Any]]:
    """The cells that are tested, as GeoJSON features with `code` and `name`."""
    places = _places(store, "cell")
    shapes = hot_cell_shapes(store)
    return [
        {
            "type": "Feature",
            "id": code,
            "properties": {"code": code, "name": name},
            "geometry": json.loads(geometry),
        }
        for code, name, geometry in zip(
            places.codes, places.names, shapely.to_geojson(shapes), strict=True
        )
    ]


def hot_cell_shapes(store: Store) -> Shapes:
    """Their squares in degrees, in the order in which `hot_spots` has them."""
    numbers = [tuple(map(int, code.split("/")[1:])) for code in _places(store, "cell").codes]
    column, row = np.array(numbers, int).reshape(-1, 2).T
    shapes: Shapes = shapely.transform(
        cell_shapes(column, row), lambda degrees: np.round(degrees, 6)
    )
    return shapes


def cell_shapes(column: np.ndarray, row: np.ndarray) -> np.ndarray:
    """The squares of cells, in degrees."""
    cells = 1 << CELL_ZOOM

    def degrees(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return x / cells * 360.0 - 180.0, np.degrees(
            np.arctan(np.sinh(np.pi * (1.0 - 2.0 * y / cells)))
        )

    west, north = degrees(column, row)
    east, south = degrees(column + 1, row + 1)
    boxes: np.ndarray = shapely.box(west, south, east, north)
    return boxes


def _grid_weights(column: np.ndarray, row: np.ndarray) -> sparse.csr_array:
    """A cell and the eight around it, as far as they are there."""
    place = {cell: at for at, cell in enumerate(zip(column.tolist(), row.tolist(), strict=True))}
    pairs = [
        (at, place[there])
        for (x, y), at in place.items()
        for there in ((x + i, y + j) for i in (-1, 0, 1) for j in (-1, 0, 1))
        if there in place
    ]
    first, second = np.array(pairs, int).reshape(-1, 2).T
    return _weights(first, second, len(place))


def _weights(first: np.ndarray, second: np.ndarray, n: int) -> sparse.csr_array:
    return sparse.csr_array((np.ones(len(first)), (first, second)), shape=(n, n))


def _counts(
    store: Store, complaint_filter: ComplaintFilter, places: str, tested: Places
) -> np.ndarray:
    everywhere = complaint_filter.replace(districts=())
    if places == "cell":
        codes, n = _counts_of_cells(count_by(store, ["x", "y"], everywhere).dropna())
    else:
        counts = count_by(store, ["district_id"], everywhere).dropna()
        key_of = grouping_by(store.reference(), "district", places, None).key_of
        codes = [(key_of(int(leaf)) or ("",))[0] for leaf in counts["district_id"]]
        n = counts["n"].to_numpy()
    summed = pd.Series(n, index=codes).groupby(level=0).sum()
    return summed.reindex(list(tested.codes)).fillna(0).to_numpy(float)


def _counts_of_cells(counts: pd.DataFrame) -> tuple[list[str], np.ndarray]:
    shift = TILE_ZOOM - CELL_ZOOM
    x, y = (counts[axis].to_numpy(np.int64) >> shift for axis in ("x", "y"))
    cells, place = np.unique((x << CELL_ZOOM) | y, return_inverse=True)
    n = np.bincount(place, weights=counts["n"].to_numpy(), minlength=len(cells))
    codes = [cell_code(int(c) >> CELL_ZOOM, int(c) & ((1 << CELL_ZOOM) - 1)) for c in cells]
    return codes, n
