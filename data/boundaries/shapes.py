"""Stored shapes: reading them, drawing upper levels from lower ones, measuring them."""

from collections.abc import Container, Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import shapely
from sqlalchemy import Connection, select, update

from data.city import put_geometries, read_setting, write_setting
from data.reference import District, Reference
from data.schema import districts
from data.schematic import dissolve_up

# Codes of the districts whose area or centre we measured: the pack gave none, so that the next
# import may measure again.
MEASURED = "boundaries_measured"
_EQUAL_AREA = 6933  # EPSG code of a cylindrical equal-area projection of the whole world


def read_shapes(connection: Connection, level: int) -> dict[int, shapely.Geometry]:
    """District ids of a level and their shapes, of those that have one."""
    rows = connection.execute(
        select(districts.c.id, districts.c.geometry).where(
            districts.c.level == level, districts.c.geometry.is_not(None)
        )
    ).all()
    shapes = shapely.from_geojson([row.geometry for row in rows])
    return dict(zip([row.id for row in rows], shapes, strict=True))


def drop_shapes(connection: Connection, ids: list[int]) -> None:
    if ids:
        connection.execute(update(districts).where(districts.c.id.in_(ids)).values(geometry=None))


def draw_upper_levels(
    connection: Connection, reference: Reference, *, keep: Container[str], drop_others: bool
) -> int:
    """Draw every district above the leaves as the union of its leaves; returns how many.

    Codes in `keep` keep their shape. With `drop_others`, districts without a drawn leaf lose it.
    """
    leaves = read_shapes(connection, reference.leaf_level)
    by_id = reference.districts
    ids = {district.code: district.id for district in by_id.values()}
    drawn = 0
    for level in range(reference.leaf_level):
        owner = {leaf: reference.ancestor(leaf, level) for leaf in leaves}
        parents = {by_id[leaf].code: by_id[above].code for leaf, above in owner.items() if above}
        if parents:
            owned = [leaf for leaf, above in owner.items() if above]
            cells = gpd.GeoDataFrame(
                {"code": [by_id[leaf].code for leaf in owned]},
                geometry=[leaves[leaf] for leaf in owned],
                crs=4326,
            )
            whole = dissolve_up(cells, parents)
            shapes = {
                code: shape
                for code, shape in zip(whole["code"], whole.geometry, strict=True)
                if code not in keep
            }
            put_geometries(connection, shapes, ids)
            drawn += len(shapes)
        if drop_others:
            bare = [d for d in reference.at_level(level) if d.code not in parents.values()]
            drop_shapes(connection, [d.id for d in bare if d.code not in keep])
    return drawn


def measure(connection: Connection, level: int) -> None:
    """Area and a point inside, for the districts whose pack gave none."""
    shapes = read_shapes(connection, level)
    if not shapes:
        return
    measured = read_setting(connection, MEASURED) or {}
    areas, centres = set(measured.get("areas", ())), set(measured.get("centres", ()))
    series = gpd.GeoSeries(list(shapes.values()), crs=4326)
    km2 = dict(zip(shapes, series.to_crs(_EQUAL_AREA).area / 1e6, strict=True))
    inside = shapely.get_coordinates(shapely.point_on_surface(np.asarray(list(shapes.values()))))
    points = dict(zip(shapes, inside.tolist(), strict=True))
    rows = connection.execute(
        select(districts.c.id, districts.c.code, districts.c.area_km2, districts.c.latitude).where(
            districts.c.id.in_(shapes)
        )
    ).all()
    for row in rows:
        values: dict[str, float] = {}
        if row.area_km2 is None or row.code in areas:
            areas.add(row.code)
            values["area_km2"] = round(float(km2[row.id]), 4)
        if row.latitude is None or row.code in centres:
            centres.add(row.code)
            longitude, latitude = points[row.id]
            values |= {"latitude": round(latitude, 6), "longitude": round(longitude, 6)}
        if values:
            connection.execute(update(districts).where(districts.c.id == row.id).values(**values))
    write_setting(connection, MEASURED, {"areas": sorted(areas), "centres": sorted(centres)})


def without_measured(connection: Connection, given: Sequence[District]) -> list[District]:
    """The districts, those whose centre came from earlier boundaries without one."""
    centres = set((read_setting(connection, MEASURED) or {}).get("centres", ()))
    return [
        replace(district, latitude=None, longitude=None) if district.code in centres else district
        for district in given
    ]
