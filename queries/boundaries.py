"""District boundaries for the screen: simplified together, so that neighbours still touch."""

import gzip
import hashlib
import json
from dataclasses import dataclass
from functools import partial

import numpy as np
import shapely
from sqlalchemy import select

from data import schema
from data.database import read
from data.reference import District
from data.schematic import fill_seams
from data.store import Store
from queries.cache import Cache

_TOLERANCE = 0.012  # of the side of a typical district: 20 m for a kelurahan, 130 m for a kota
_DECIMALS = 5  # degrees; about a metre
_KEPT = 8


@dataclass(frozen=True)
class Boundaries:
    """The districts of one level that have a shape, and their shapes in degrees."""

    districts: tuple[District, ...]
    shapes: np.ndarray


@dataclass(frozen=True)
class GeoJson:
    """A document ready to send, and the tag that names exactly this content."""

    body: bytes
    gzipped: bytes
    tag: str


def boundaries(store: Store, level: int) -> Boundaries:
    """Simplified shapes of a level (0 is the top), computed once per version of the boundaries."""
    version = store.reference().version
    cache: Cache = store.kept("boundaries", lambda: Cache(_KEPT))
    return cache.get((version, level), lambda: _load(store, level))


def boundaries_geojson(store: Store, level: int) -> GeoJson:
    """The same as a FeatureCollection; feature ids are the districts' codes."""
    version = store.reference().version
    cache: Cache = store.kept("boundaries_geojson", lambda: Cache(_KEPT))
    return cache.get((version, level), lambda: _write(store, boundaries(store, level)))


def simplify_together(shapes: np.ndarray, *, tolerance: float = _TOLERANCE) -> np.ndarray:
    """Shared borders stay shared. The tolerance is a share of the side of a typical shape."""
    if len(shapes) == 0:
        return shapes
    side = float(np.sqrt(np.median(shapely.area(shapes))))
    simple = shapely.coverage_simplify(_without_seams(shapes), tolerance * side)
    return shapely.transform(simple, lambda degrees: np.round(degrees, _DECIMALS))


def _without_seams(shapes: np.ndarray) -> np.ndarray:
    """Districts put together from smaller ones have small holes where those do not quite meet."""
    tree = shapely.STRtree(shapes)
    whole = shapes.copy()
    for place, shape in enumerate(shapes):
        whole[place] = fill_seams(shape, partial(_is_taken, tree=tree, owner=place))
    return whole


def _is_taken(hole: shapely.Polygon, *, tree: shapely.STRtree, owner: int) -> bool:
    """Whether another district lies in it."""
    others = [place for place in tree.query(hole) if place != owner]
    return bool(shapely.area(shapely.intersection(tree.geometries[others], hole)).any())


def _load(store: Store, level: int) -> Boundaries:
    found = whole_boundaries(store, level)
    return Boundaries(found.districts, simplify_together(found.shapes))


def whole_boundaries(store: Store, level: int) -> Boundaries:
    """The shapes of a level as they are stored."""
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
    shapes = np.asarray(shapely.from_geojson([row.geometry for row in rows]), dtype=object)
    return Boundaries(tuple(known[row.id] for row in rows), shapes.reshape(len(rows)))


def _write(store: Store, found: Boundaries) -> GeoJson:
    reference = store.reference()
    features = []
    for district, geometry in zip(found.districts, shapely.to_geojson(found.shapes), strict=True):
        parent = reference.districts.get(district.parent_id or 0)
        properties = {
            "code": district.code,
            "name": district.name,
            "parent": parent.code if parent else None,
            "parent_name": parent.name if parent else None,
        }
        features.append(
            f'{{"type":"Feature","id":{json.dumps(district.code)},'
            f'"properties":{json.dumps(properties, ensure_ascii=False)},"geometry":{geometry}}}'
        )
    about = json.dumps({"boundaries": reference.city.boundaries}, ensure_ascii=False)
    text = f'{{"type":"FeatureCollection","pantau":{about},"features":[{",".join(features)}]}}'
    body = text.encode()
    return GeoJson(body, gzip.compress(body, mtime=0), hashlib.sha256(body).hexdigest()[:32])
