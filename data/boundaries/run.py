"""Putting boundaries in force: all of what follows from them, or nothing."""

from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, select

from data.boundaries.creation import create_districts
from data.boundaries.features import FeatureFile, read_features
from data.boundaries.matching import match, refuse_few, refuse_wrong
from data.boundaries.relocation import relocate
from data.boundaries.report import BoundaryError, BoundaryReport, Relocated
from data.boundaries.shapes import draw_upper_levels, drop_shapes, measure, without_measured
from data.boundaries.source import open_source
from data.city import put_geometries, read_setting, touch_reference, write_setting
from data.database import write
from data.geography import Locator, load_locator
from data.reference import CityInfo, Reference, load_reference
from data.schema import districts
from data.schematic import schematic_cells
from data.store import Store

# Which levels were imported: {level: {"source": name, "codes": [codes that have its shapes]}}.
IMPORTS = "boundaries_imported"
_FAR_DEGREES = 3.0
_SCHEMATIC, _NONE = "schematic", "none"


def import_boundaries(
    store: Store,
    source: str,
    *,
    level: str,
    code: str,
    name: str | None = None,
    layer: str | None = None,
    crs: str | None = None,
    create: bool = False,
) -> BoundaryReport:
    """Replace the boundaries of one level by those of a vector file or http(s) address.

    `code` and `name` are columns of the file, `crs` overrules its coordinate system. The lowest
    level also moves complaints to the districts they now lie in, and redraws upper levels that
    were not imported themselves. `create` adds the districts that only the file has.
    Raises BoundaryError, and then nothing has changed.
    """
    try:
        depth = store.reference().level_index(level)
    except ValueError as error:
        raise BoundaryError(str(error)) from error
    with open_source(source, layer=layer) as (address, label):
        file = read_features(address, label, code=code, name=name, layer=layer, crs=crs)
    _refuse_elsewhere(file, store.reference().city)
    with write(store.engine) as connection:
        report = _put(connection, file, depth, create)
    store.forget()
    return report


def _refuse_elsewhere(file: FeatureFile, city: CityInfo) -> None:
    bounds = np.array([feature.shape.bounds for feature in file.features])
    west, south = bounds[:, :2].min(axis=0)
    east, north = bounds[:, 2:].max(axis=0)
    apart = max(
        west - city.longitude, city.longitude - east, south - city.latitude, city.latitude - north
    )
    if apart > _FAR_DEGREES:
        raise BoundaryError(
            f"{file.name} lies at {(south + north) / 2:.2f}, {(west + east) / 2:.2f}, far from "
            f"{city.name} ({city.latitude:.2f}, {city.longitude:.2f}); if latitude and longitude "
            "are not swapped in it, say its coordinates by --crs"
        )


def _put(connection: Connection, file: FeatureFile, depth: int, create: bool) -> BoundaryReport:
    reference = load_reference(connection)
    was_schematic = reference.city.boundaries == _SCHEMATIC
    former = _locator(connection, reference, schematic=was_schematic)
    level, present = reference.city.levels[depth].id, reference.at_level(depth)
    found = match(file.features, present)
    refuse_wrong(found, file, without_measured(connection, present))
    created = {}
    if create or not present:
        created = create_districts(connection, found.unmatched, depth, reference)
        reference = load_reference(connection)
    else:
        refuse_few(found, file, present, level)

    shapes = found.shapes | {key: feature.shape for key, feature in created.items()}
    by_code = {reference.districts[key].code: shape for key, shape in shapes.items()}
    put_geometries(connection, by_code, _ids(reference))
    imports = read_setting(connection, IMPORTS) or {}
    earlier = set(imports.get(level, {}).get("codes", ()))
    bare = [d.id for d in found.without_polygon if d.code not in earlier] if was_schematic else []
    drop_shapes(connection, bare)
    imports[level] = {"source": file.name, "codes": sorted(earlier | set(by_code))}
    write_setting(connection, IMPORTS, imports)

    redrawn, relocated = 0, None
    if depth == reference.leaf_level:
        upper = {code for entry in imports.values() for code in entry["codes"]}
        redrawn = draw_upper_levels(connection, reference, keep=upper, drop_others=was_schematic)
        in_use = file.name in (_SCHEMATIC, _NONE)
        write_setting(connection, "boundaries", f"file {file.name}" if in_use else file.name)
        relocated = relocate(
            connection, _locator(connection, reference, schematic=False), former=former
        )
    for each in range(depth + 1):
        measure(connection, each)
    touch_reference(connection)
    return BoundaryReport(
        source=file.name,
        level=level,
        read=file.read,
        empty=file.empty,
        repaired=file.repaired,
        merged=found.merged,
        by_code=len(found.by_code),
        by_name=len(found.by_name),
        created=len(created),
        unmatched=() if created else tuple(str(feature) for feature in found.unmatched),
        without_polygon=tuple(f"{d.code} {d.name}" for d in found.without_polygon),
        emptied=bool(bare),
        redrawn=redrawn,
        relocated=relocated,
        notes=file.notes,
    )


def redraw_schematic(store: Store) -> Relocated:
    """Go back to the schematic boundaries of a pack that has them. Raises BoundaryError."""
    with write(store.engine) as connection:
        reference = load_reference(connection)
        was_schematic = reference.city.boundaries == _SCHEMATIC
        former = _locator(connection, reference, schematic=was_schematic)
        city: dict[str, Any] = read_setting(connection, "city")
        if city.get("boundaries", _NONE) != _SCHEMATIC:
            raise BoundaryError(
                f"the pack of {reference.city.name} has no schematic boundaries to go back to"
            )
        columns = [districts.c[name] for name in ("code", "latitude", "longitude", "area_km2")]
        rows = connection.execute(
            select(*columns).where(districts.c.level == reference.leaf_level).order_by("id")
        ).all()
        try:
            cells = schematic_cells(pd.DataFrame(rows, columns=[c.name for c in columns]))
        except ValueError as error:
            raise BoundaryError(f"schematic boundaries cannot be drawn: {error}") from error
        shapes = dict(zip(cells["code"], cells.geometry, strict=True))
        put_geometries(connection, shapes, _ids(reference))
        write_setting(connection, IMPORTS, {})
        draw_upper_levels(connection, reference, keep=(), drop_others=True)
        write_setting(connection, "boundaries", _SCHEMATIC)
        relocated = relocate(
            connection, _locator(connection, reference, schematic=True), former=former
        )
        touch_reference(connection)
    store.forget()
    return relocated


def _locator(connection: Connection, reference: Reference, *, schematic: bool) -> Locator:
    """Finds districts in the shapes as they are stored at this moment."""
    return load_locator(connection, leaf_level=reference.leaf_level, schematic=schematic)


def _ids(reference: Reference) -> dict[str, int]:
    return {district.code: district.id for district in reference.districts.values()}
