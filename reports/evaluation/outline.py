"""What a document shows of a city beside its figures: the shapes on its map, and its clock."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import shapely

from data.store import Store
from queries.boundaries import boundaries
from reports.framing import to_world

_UNITS = 1e8  # of the world's width, about 0.4 m each

Ring = tuple[tuple[int, int], ...]  # x eastward, y southward
Shape = tuple[Ring, ...]


@dataclass(frozen=True)
class CityOutline:
    """The shape of each unit that has a district, by its code, and the city's time zone.

    To be kept with an edition: boundaries that change later must not change its map.
    """

    time_zone: str = "UTC"
    zone_abbreviation: str = "UTC"
    boundaries: str = ""  # 'schematic', or where they came from
    shapes: Mapping[str, Shape] = field(default_factory=dict)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def local(self, instant: str) -> datetime:
        """An instant in ISO 8601, on the city's clock."""
        return datetime.fromisoformat(instant).astimezone(self.zone)

    def to_json(self) -> str:
        """The same outline gives the same text."""
        found = {
            "boundaries": self.boundaries,
            "shapes": self.shapes,
            "time_zone": self.time_zone,
            "zone_abbreviation": self.zone_abbreviation,
        }
        return json.dumps(found, sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "CityOutline":
        """What `to_json` wrote. Raises ValueError for anything else."""
        try:
            found = json.loads(text)
            shapes = {code: _frozen(shape) for code, shape in found.pop("shapes").items()}
            return cls(shapes=shapes, **found)
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError(f"this is not the JSON of a city's outline: {error!r}") from None


def outline_of(store: Store) -> CityOutline:
    """From the districts as they are known now."""
    reference = store.reference()
    units = {unit.district_id: unit.code for unit in reference.units.values() if unit.district_id}
    levels = {reference.districts[number].level for number in units}
    shapes: dict[str, Shape] = {}
    for level in sorted(levels):
        known = boundaries(store, level)
        worlds = to_world(known.shapes)
        for district, shape in zip(known.districts, worlds, strict=True):
            if district.id in units and shape is not None:
                shapes[units[district.id]] = _rings(shape)
    city = reference.city
    return CityOutline(
        time_zone=str(city.time_zone),
        zone_abbreviation=city.zone_abbreviation,
        boundaries=city.boundaries or "",
        shapes=dict(sorted(shapes.items())),
    )


def _rings(shape: shapely.Geometry) -> Shape:
    parts = shapely.get_parts(shape)
    polygons = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    return tuple(
        tuple((int(x), int(y)) for x, y in _to_units(shapely.get_coordinates(ring)))
        for ring in shapely.get_rings(polygons)
    )


def _to_units(world: np.ndarray) -> np.ndarray:
    return np.rint(np.column_stack((world[:, 0], 1 - world[:, 1])) * _UNITS).astype(np.int64)


def _frozen(shape: list[Any]) -> Shape:
    return tuple(tuple((int(x), int(y)) for x, y in ring) for ring in shape)
