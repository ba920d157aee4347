"""Schematic boundaries: what a city looks like when only centres and areas are known.

Where no licensed boundaries are at hand, the official centre point and area of every district still
say a good deal. We look for the power diagram whose cells have those areas and those centroids.
"""

from collections.abc import Callable, Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.spatial import ConvexHull, cKDTree

Floats = NDArray[np.float64]
Geometries = NDArray[np.object_]

REQUIRED_COLUMNS = ("code", "latitude", "longitude", "area_km2")
FREE_ROUNDS = 80  # cells in discs: the outline is still being found
FITTED_ROUNDS = 30  # cells in the outline
CLOSING = 0.4  # inlets narrower than this many median radii, twice, are filled
TOO_SMALL = 0.02  # of its area: the cell counts as lost
WEIGHT_STEP = 0.25
SITE_STEP = 0.25
SITE_LEASH = 0.045  # pulls sites home; without it elongated cells make them wander
GHOSTS = 12  # far sites that close the outer cells
SEAM_SHARE = 1e-3  # of the parent's area
DECIMALS = 5  # about a metre


def schematic_cells(districts: pd.DataFrame) -> gpd.GeoDataFrame:
    """Columns `code` and `geometry` (a valid Polygon each, EPSG:4326), in the order of the input.

    `districts` has the columns code, latitude, longitude (degrees) and area_km2. The cells neither
    overlap nor leave gaps; their areas and centroids approach the given ones, and where those
    contradict each other the areas give way. Same input, same output. Raises ValueError for
    missing columns, unusable numbers, a repeated code, or two districts at one point.

    Power diagram: Aurenhammer, "Power diagrams: properties, algorithms and applications" (1987).
    """
    _check(districts)
    codes = districts["code"].to_numpy()
    points = gpd.GeoSeries.from_xy(districts["longitude"], districts["latitude"], crs=4326)
    metric = points.estimate_utm_crs()
    centres = shapely.get_coordinates(points.to_crs(metric).to_numpy())
    areas = districts["area_km2"].to_numpy(dtype=float) * 1e6
    scale = float(np.sqrt(np.median(areas) / np.pi))

    sites, weights = _grow_freely(centres, areas)
    outline = _outline(sites, weights, centres, scale)
    sites, weights = _fit_to(outline, sites, weights, centres, areas)
    cells = _partition(outline, sites, weights)
    cells = shapely.coverage_simplify(cells, 0.02 * scale)

    degrees = gpd.GeoSeries(cells, crs=metric).to_crs(4326).to_numpy()
    # Rounding moves a shared vertex the same way on both sides, so borders stay shared.
    rounded = shapely.transform(degrees, lambda xy: np.round(xy, DECIMALS))
    if not shapely.is_valid(rounded).all():
        rounded = degrees
    return gpd.GeoDataFrame({"code": codes}, geometry=rounded, crs=4326)


def dissolve_up(cells: gpd.GeoDataFrame, parents: Mapping[str, str]) -> gpd.GeoDataFrame:
    """Columns `code` and `geometry`, one row a parent, sorted by code, in the CRS of `cells`.

    `parents` maps the code of every cell to the code of its parent. Raises ValueError for a cell
    that has none.
    """
    orphans = [code for code in cells["code"] if code not in parents]
    if orphans:
        raise ValueError(f"district {orphans[0]!r} has no parent; add it to the parents given")
    owner = cells["code"].map(dict(parents)).to_numpy()
    codes = sorted(set(owner))
    leaves = shapely.make_valid(cells.geometry.to_numpy())
    inner = shapely.point_on_surface(leaves)
    shapes = [_union(leaves[owner == code], inner[owner != code]) for code in codes]
    return gpd.GeoDataFrame({"code": codes}, geometry=shapes, crs=cells.crs)


def _union(leaves: Geometries, strangers: Geometries) -> shapely.Geometry:
    """The leaves as one; a small hole without a stranger in it is a seam, and is filled."""
    fitting = shapely.coverage_is_valid(leaves)
    whole = shapely.coverage_union_all(leaves) if fitting else shapely.union_all(leaves)
    return fill_seams(whole, lambda hole: bool(shapely.contains(hole, strangers).any()))


def fill_seams(
    whole: shapely.Geometry, is_taken: Callable[[shapely.Polygon], bool]
) -> shapely.Geometry:
    """Without the small holes that are not taken by others: there parts do not quite meet."""
    parts = shapely.get_parts(whole)
    holes = [shapely.Polygon(ring) for part in parts for ring in part.interiors]
    small = [hole for hole in holes if hole.area < SEAM_SHARE * whole.area]
    seams = [hole for hole in small if not is_taken(hole)]
    return shapely.union_all([whole, *seams]) if seams else whole


def _check(districts: pd.DataFrame) -> None:
    if missing := [name for name in REQUIRED_COLUMNS if name not in districts]:
        raise ValueError(f"districts lack the columns {', '.join(missing)}")
    if districts.empty:
        raise ValueError("there are no districts to draw")
    numbers = districts[["latitude", "longitude", "area_km2"]].to_numpy(dtype=float)
    limits = np.array([90.0, 180.0, np.inf])
    usable = np.isfinite(numbers).all(axis=1) & (np.abs(numbers) <= limits).all(axis=1)
    usable &= numbers[:, 2] > 0
    if not usable.all():
        code = districts["code"].iloc[int(np.argmin(usable))]
        raise ValueError(f"district {code!r} needs a latitude, a longitude and an area above zero")
    codes = districts["code"]
    if codes.duplicated().any():
        raise ValueError(f"district {codes[codes.duplicated()].iloc[0]!r} is listed twice")
    places = districts[["latitude", "longitude"]].astype(float).round(6)
    again = places.duplicated()
    if again.any():
        second = int(np.argmax(again))
        first = int(np.argmax((places == places.iloc[second]).all(axis=1)))
        pair = f"{codes.iloc[first]!r} and {codes.iloc[second]!r}"
        raise ValueError(f"districts {pair} have the same centre point; move one of them")


def _power_cells(sites: Floats, weights: Floats) -> Geometries:
    """Cell i is where |x - site i|² - weight i is smallest; empty if that is nowhere.

    Read off the lower hull of the sites lifted to (x, y, |x|² - weight): each facet is a vertex of
    the diagram, computed once, so neighbours share it exactly.
    """
    count = len(sites)
    middle = sites.mean(axis=0)
    span = max(float(np.ptp(sites, axis=0).max()), float(np.sqrt(np.abs(weights).max())), 1.0)
    angle = np.linspace(0, 2 * np.pi, GHOSTS, endpoint=False) + 0.1
    ring = 12 * np.column_stack([np.cos(angle), np.sin(angle)])
    flat = np.vstack([(sites - middle) / span, ring])
    height = (flat**2).sum(axis=1) - np.concatenate([weights / span**2, np.zeros(GHOSTS)])
    hull = ConvexHull(np.column_stack([flat, height]))

    lower = hull.equations[:, 2] < -1e-12
    planes, corners = hull.equations[lower], hull.simplices[lower]
    vertices = -planes[:, :2] / (2 * planes[:, 2:3])
    owner, vertex = corners.ravel(), np.repeat(np.arange(len(corners)), 3)
    owner, vertex = owner[owner < count], vertex[owner < count]
    size = np.bincount(owner, minlength=count)
    inside = np.column_stack(
        [np.bincount(owner, vertices[vertex, axis], minlength=count) for axis in (0, 1)]
    ) / np.maximum(size, 1).reshape(-1, 1)
    across, up = (vertices[vertex] - inside[owner]).T
    order = np.lexsort((np.arctan2(up, across), owner))
    rings = np.split(vertices[vertex[order]] * span + middle, np.cumsum(size)[:-1])
    return np.array([shapely.Polygon(r) if len(r) > 2 else shapely.Polygon() for r in rings])


def _improve(
    pieces: Geometries, sites: Floats, weights: Floats, centres: Floats, areas: Floats
) -> tuple[Floats, Floats]:
    """One small step: weights towards the wanted areas, sites towards the wanted centroids."""
    centroids, found = sites.copy(), ~shapely.is_empty(pieces)
    centroids[found] = shapely.get_coordinates(shapely.centroid(pieces[found]))
    # The nearer two sites, the faster their border runs as weights change.
    caution = np.minimum(1.0, _nearest(sites) / np.sqrt(areas / np.pi))
    weights = weights + WEIGHT_STEP * caution * (areas - shapely.area(pieces)) / np.pi
    sites = sites + SITE_STEP * (centres - centroids) - SITE_LEASH * (sites - centres)
    return sites, weights


def _nearest(sites: Floats) -> Floats:
    """How far each site is from the next one; infinite for a lone site."""
    distances: Floats = cKDTree(sites).query(sites, k=[2])[0][:, 0]
    return distances


def _discs(sites: Floats, weights: Floats) -> Geometries:
    radii = np.sqrt(np.maximum(weights, 1.0))
    return np.asarray(shapely.buffer(shapely.points(sites), radii, quad_segs=12))


def _grow_freely(centres: Floats, areas: Floats) -> tuple[Floats, Floats]:
    """Each cell ends at the circle where its power is zero, so coast and islands appear."""
    sites, weights = centres.copy(), 1.3 * areas / np.pi
    for _ in range(FREE_ROUNDS):
        pieces = shapely.intersection(_power_cells(sites, weights), _discs(sites, weights))
        sites, weights = _improve(pieces, sites, weights, centres, areas)
    return sites, weights


def _outline(sites: Floats, weights: Floats, centres: Floats, scale: float) -> shapely.Geometry:
    """The discs together, small gaps closed, holes filled, the scalloped edge made smooth."""
    grown = shapely.union_all(_discs(sites, weights))
    closed = shapely.buffer(shapely.buffer(grown, CLOSING * scale), -CLOSING * scale)
    land = shapely.union_all([_smooth(part, scale) for part in shapely.get_parts(closed)])
    left_out = ~shapely.contains(land, shapely.points(centres))
    if not left_out.any():
        return land
    islets = _discs(centres, np.minimum(0.3 * scale, 0.3 * _nearest(centres)) ** 2)
    return shapely.union_all([land, *islets[left_out]])


def _smooth(part: shapely.Polygon, scale: float) -> shapely.Geometry:
    """The outer ring under a Gaussian, then grown or shrunk until it has its old area again."""
    ring = part.exterior
    area = shapely.Polygon(ring).area
    count = max(48, round(ring.length / (0.08 * scale)))
    step = ring.length / count
    path = shapely.get_coordinates(ring.interpolate(np.arange(count) * step))
    width = min(scale, ring.length / 40)  # islands keep their shape
    smooth = shapely.buffer(
        shapely.Polygon(gaussian_filter1d(path, width / step, axis=0, mode="wrap")), 0
    )
    for _ in range(3):
        smooth = shapely.buffer(smooth, (area - smooth.area) / smooth.length)
    return shapely.union_all([shapely.Polygon(p.exterior) for p in shapely.get_parts(smooth)])


def _fit_to(
    outline: shapely.Geometry, sites: Floats, weights: Floats, centres: Floats, areas: Floats
) -> tuple[Floats, Floats]:
    """Sites and weights that share out the outline, each land mass among its own districts."""
    parts = shapely.get_parts(outline)
    apart = shapely.distance(shapely.points(sites)[:, None], parts[None, :])
    home = apart.argmin(axis=1)
    wanted = np.bincount(home, areas, minlength=len(parts))
    targets = areas * (shapely.area(parts) / np.maximum(wanted, 1.0))[home]
    shapely.prepare(outline)
    # While |weight i - weight j| < |centre i - centre j|² every centre lies in its own cell.
    best = centres, np.minimum(areas / np.pi, 0.5 * _nearest(centres) ** 2)
    for _ in range(FITTED_ROUNDS):
        pieces = shapely.intersection(_power_cells(sites, weights), outline)
        if (shapely.area(pieces) > TOO_SMALL * targets).all():
            best = sites, weights
        sites, weights = _improve(pieces, sites, weights, centres, targets)
    return best


def _partition(outline: shapely.Geometry, sites: Floats, weights: Floats) -> Geometries:
    """One polygon for each site, cut from one noded drawing so that borders are shared exactly.

    A crumb cut off from its cell by the coast goes to the neighbour it leans on most, or is lost.
    """
    borders = [shapely.boundary(_power_cells(sites, weights)), [shapely.boundary(outline)]]
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(np.concatenate(borders))]))
    inner = shapely.point_on_surface(faces)
    on_land = shapely.contains(outline, inner)
    faces, inner = faces[on_land], shapely.get_coordinates(inner[on_land])
    power = ((inner[:, None, :] - sites[None, :, :]) ** 2).sum(axis=2) - weights
    owner = power.argmin(axis=1)

    largest = np.lexsort((-shapely.area(faces), owner))
    first = np.unique(owner[largest], return_index=True)[1]
    cells: Geometries = faces[largest[first]]
    for crumb in faces[np.delete(largest, first)]:
        leaning = shapely.length(shapely.intersection(shapely.boundary(cells), crumb))
        if leaning.max() > 0:
            cells[leaning.argmax()] = shapely.union(cells[leaning.argmax()], crumb)
    return cells
