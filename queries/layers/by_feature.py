"""One value per feature of a layer, with what it rests on: a choropleth of that layer."""

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import shapely

from data.layers.model import LayerError
from data.store import Store
from queries.counts import count_by
from queries.filters import ComplaintFilter, FilterError
from queries.layers.feature_axis import axis_layer, feature_axis, feature_names
from queries.layers.features import KeptLayer, kept_layer
from queries.measures import duration_summary
from queries.values import (
    backlog,
    clock_of,
    from_summary,
    poisson_interval,
    repeat_share,
    satisfaction,
    with_states,
)

PER_AREA, COUNT = "per_km2", "count"
FEATURE_MEASURES = (
    "median_response",
    "p90_response",
    "median_resolution",
    "p90_resolution",
    "on_time_share",
    PER_AREA,  # of layers of polygons alone
    COUNT,
    "open_backlog",
    "satisfaction",
    "repeat_share",
)
_SQUARE_METRES = 1e6  # in a km²
_COUNTED = {"open_backlog": "status", "satisfaction": "rating", "repeat_share": "is_repeat"}
_ARITHMETIC = {
    "open_backlog": backlog,
    "satisfaction": satisfaction,
    "repeat_share": repeat_share,
}


def feature_values(
    store: Store,
    complaint_filter: ComplaintFilter,
    layer: str,
    measure: str,
    *,
    metres: float | None = None,
) -> pd.DataFrame:
    """One row for every feature of the layer, in order of its number.

    Columns: feature (its number, from 0), code (the same as text), name, value, low, high (95%,
    NaN where it has none), n (what the value rests on) and state, as `district_values` has them.
    A polygon has the complaints inside it or on its edge; where polygons overlap, each has them.
    A point or line has those nearer to it than to others, up to `metres` away (NEAREST_METRES).
    Raises ValueError for an unknown measure or metres, FilterError for an unknown layer.
    """
    axis = feature_axis(layer, metres)
    kept = axis_layer(store, axis)
    if measure not in measures_of(kept):
        there = ", ".join(measures_of(kept))
        raise ValueError(f"measure {measure!r} is not one of layer {layer!r}'s: {there}")
    numbers = np.arange(len(kept))
    frame = pd.DataFrame(
        {"feature": numbers, "code": numbers.astype(str), "name": feature_names(store, kept)}
    )
    return with_states(frame.join(_found(store, complaint_filter, kept, axis, measure), on="code"))


def layer_of_areas(store: Store, code: str) -> KeptLayer:
    """The layer by whose features one counts. Raises FilterError that names those there are."""
    try:
        return kept_layer(store, code)
    except LayerError as error:
        raise FilterError(f"areas {code[:80]!r}: {error}") from None


def measures_of(layer: KeptLayer) -> tuple[str, ...]:
    """Those of FEATURE_MEASURES that mean something for this layer."""
    return tuple(m for m in FEATURE_MEASURES if m != PER_AREA or layer.is_polygonal)


def fitting_measure(layer: KeptLayer, measure: str) -> str:
    """The measure, or what stands for it here: of one per resident, one per km² or the count."""
    if measure in measures_of(layer):
        return measure
    return PER_AREA if layer.is_polygonal else COUNT


def _found(
    store: Store, complaint_filter: ComplaintFilter, layer: KeptLayer, axis: str, measure: str
) -> pd.DataFrame:
    """value, low, high and n by code, for features that have any complaints."""
    count = partial(_coded_counts, store, complaint_filter, axis)
    if measure in _COUNTED:
        return _ARITHMETIC[measure](count(_COUNTED[measure]))
    if measure in (PER_AREA, COUNT):
        n = count().set_index("code")["n"]
        scale: Any = 1.0
        if measure == PER_AREA:
            area = shapely.area(layer.metric[n.index.astype(int)]) / _SQUARE_METRES
            scale = 1 / np.where(area > 0, area, np.nan)
        low, high = poisson_interval(n.to_numpy())
        return pd.DataFrame(
            {"value": n * scale, "low": low * scale, "high": high * scale, "n": n}, index=n.index
        )
    by = axis.replace("feature:", "layer:", 1)
    summary = duration_summary(store, complaint_filter, by=by, measure=clock_of(measure))
    return from_summary(summary, measure)


def _coded_counts(
    store: Store, complaint_filter: ComplaintFilter, axis: str, *further: str
) -> pd.DataFrame:
    counts = count_by(store, [axis, *further], complaint_filter).dropna(subset=[axis])
    return counts.assign(code=counts[axis].astype("int64").astype(str))
