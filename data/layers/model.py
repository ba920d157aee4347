"""What a layer is made of, from the file it comes in to the table it is kept in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from data.sentence import SaidError

Shapes = NDArray[np.object_]
Columns = dict[str, list[Any]]  # by field name; a value for every shape

FIELD_KINDS = ("text", "number", "boolean", "instant")
NOTE_KINDS = (
    "repaired",  # polygons that were invalid and were made valid
    "empty",  # features without a shape, kept out
    "flattened",  # features whose heights or measures were left out
    "mixed",  # features of another geometry than most
    "recoded",  # texts that were in another encoding than the file says
    "curves",  # arcs and circles, now lines and polygons
    "outside",  # features beyond the city's surroundings, kept
    "renamed",  # fields whose names were made fit
    "unplaced",  # rows without usable coordinates, kept out
    "hidden",  # features of layers that the drawing hides, or of its paper, kept out
)

AXES = ("xy", "yx")


class LayerError(SaidError):
    """One sentence for the person who brought the layer: what is wrong, and the remedy."""


class LayerMissing(LayerError):
    """No layer of that code."""


class LayerTaken(LayerError):
    """Somebody else was first."""


@dataclass(frozen=True)
class Field:
    """A property that every feature has, or lacks (None)."""

    name: str
    kind: str  # one of FIELD_KINDS


@dataclass(frozen=True)
class Note:
    """What was mended or left out, and how often."""

    kind: str  # one of NOTE_KINDS
    count: int


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What a person chose where a file does not say it."""

    layer: str | None = None  # of a file of several: layer, sheet, or member of an archive
    crs: str | None = None  # such as 'EPSG:32748'
    latitude: str | None = None  # column, or path in JSON and XML; with another crs: northing
    longitude: str | None = None  # the same; easting
    wkt: str | None = None  # column or path of well-known text
    records: str | None = None  # generic JSON and XML: the path or element of one record
    axes: str | None = None  # one of AXES; 'yx': northing or latitude come first, against the rule

    def __post_init__(self) -> None:
        if self.axes is not None and self.axes not in AXES:
            raise LayerError(
                "axes {axes!r} is not one of {names}", axes=self.axes[:40], names=", ".join(AXES)
            )


@dataclass(frozen=True)
class LayerInfo:
    """One of the layers that a file holds."""

    name: str
    geometry: str | None = None  # as 'Point'; None where only reading tells
    features: int | None = None


@dataclass(frozen=True)
class RawLayer:
    """What a format holds, before repair: shapes as they are, or None, in `crs`."""

    shapes: Shapes
    columns: Columns
    fields: tuple[Field, ...]
    crs: str | None  # None: the file does not say
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class FeatureTable:
    """Features ready to be kept.

    `shapes` are shapely geometries in WGS 84 degrees (longitude, latitude): 2-D, valid, none
    empty. `columns` hold str, int, finite float, bool or None, one for every shape.
    """

    shapes: Shapes
    columns: Columns
    fields: tuple[Field, ...]
    notes: tuple[Note, ...] = ()
    crs: str = "EPSG:4326"  # of the file they came in
    file_format: str = ""

    def __len__(self) -> int:
        return len(self.shapes)


@dataclass(frozen=True, kw_only=True)
class About:
    """What people say of a layer. Texts by language."""

    names: Mapping[str, str]
    descriptions: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    licence: str = ""
    owner: str = ""
    is_approximate: bool = False
    style: Mapping[str, Any] = field(default_factory=dict)


def geometry_of(shapes: Sequence[Any] | Shapes) -> str:
    """'point', 'line', 'polygon', or 'mixed'; multi-part shapes count as what they are made of."""
    kinds = {_DIMENSIONS.get(int(kind), "mixed") for kind in np.unique(shapely.get_type_id(shapes))}
    return kinds.pop() if len(kinds) == 1 else "mixed"


_DIMENSIONS = {0: "point", 1: "line", 2: "line", 3: "polygon", 4: "point", 5: "line", 6: "polygon"}
