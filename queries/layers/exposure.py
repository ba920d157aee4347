"""What of a layer lies in each district: a measure beside those of complaints."""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
import shapely

from data.layers.model import LayerError, Shapes
from data.store import Store
from queries.cache import Cache
from queries.filters import FilterError
from queries.layers.conditions import LARGEST_METRES
from queries.layers.features import KeptLayer, kept_layer
from queries.layers.ground import Ground, ground_of

_KEPT = 64
_METRES_PER_KM = 1000.0

# What can be said of the features of each geometry, the plainest first.
EXPOSURES = {
    "point": ("features_per_km2", "share_near"),
    "line": ("length_per_km2", "share_near"),
    "polygon": ("share_covered", "share_near"),
    "mixed": ("share_near",),
}


@dataclass(frozen=True)
class Exposure:
    """`kind` of a layer in districts; `share_near` is the share within `metres` of its features."""

    layer: str
    kind: str
    metres: float | None = None

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read what `str()` writes, such as `pumps:features_per_km2` or `river:share_near:200`."""
        layer, _, rest = text.partition(":")
        kind, _, metres = rest.partition(":")
        if kind == "share_near":
            try:
                reach = float(metres)
            except ValueError:
                reach = math.nan
            if not 0 <= reach <= LARGEST_METRES:
                raise FilterError(
                    f"measure {text[:80]!r} needs metres from 0 to {LARGEST_METRES:.0f}, "
                    "as in river:share_near:200"
                )
            return cls(layer, kind, reach)
        return cls(layer, kind)

    def __str__(self) -> str:
        end = "" if self.metres is None else f":{self.metres:g}"
        return f"{self.layer}:{self.kind}{end}"


def district_exposure(store: Store, exposure: Exposure, *, level: str) -> pd.DataFrame:
    """One row for every district with a shape: code, name, value, and state 'ok'.

    Values: features or kilometres of line for each km², or shares of the area from 0 to 1.
    Raises FilterError for a layer that is not known or a kind that its geometry does not have.
    """
    try:
        layer = kept_layer(store, exposure.layer)
    except LayerError as error:
        raise FilterError(f"measure {str(exposure)[:80]!r}: {error}") from None
    kinds = EXPOSURES[layer.version.geometry]
    if exposure.kind not in kinds:
        raise FilterError(
            f"measure {str(exposure)[:80]!r}: layer {layer.code!r} has {', '.join(kinds)}"
        )
    ground = ground_of(store, level)
    cache: Cache = store.kept("exposures", lambda: Cache(_KEPT))
    key = (store.reference().version, level, layer.version_id, exposure)
    values = cache.get(key, lambda: _values(layer, exposure, ground))
    return pd.DataFrame(
        {
            "code": [d.code for d in ground.districts],
            "name": [d.name for d in ground.districts],
            "value": values,
            "state": "ok",
        }
    )


def _values(layer: KeptLayer, exposure: Exposure, ground: Ground) -> np.ndarray:
    if exposure.kind == "features_per_km2":
        _, inside = shapely.STRtree(ground.shapes).query(layer.metric, predicate="intersects")
        return np.bincount(inside, minlength=len(ground)) / ground.area_km2
    if exposure.kind == "length_per_km2":
        return _cut(layer.metric, ground, shapely.length) / _METRES_PER_KM / ground.area_km2
    shapes = layer.metric
    if exposure.metres is not None:
        shapes = shapely.buffer(shapes, exposure.metres, quad_segs=16)
    area = _cut(np.atleast_1d(shapely.union_all(shapes)), ground, shapely.area)
    share: np.ndarray = np.clip(area / shapely.area(ground.shapes), 0.0, 1.0)
    return share


def _cut(shapes: Shapes, ground: Ground, size: np.ufunc) -> np.ndarray:
    """The size of what lies in each district."""
    parts = shapely.get_parts(shapes)
    part, district = shapely.STRtree(ground.shapes).query(parts, predicate="intersects")
    pieces = size(shapely.intersection(parts[part], ground.shapes[district]))
    return np.bincount(district, weights=pieces, minlength=len(ground))
