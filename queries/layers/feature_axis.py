"""The axis `feature:<layer>`: complaints by the polygon that holds them, or the nearest feature.

Where polygons overlap a complaint counts once for each that holds or touches it. Of layers that
have points or lines, it counts for the nearest feature, the lowest of equally near ones, up to
NEAREST_METRES away, or as far as the axis says: `feature:pumps:200`.
"""

import math
from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    ARRAY,
    BigInteger,
    FromClause,
    String,
    bindparam,
    cast,
    func,
    literal_column,
    select,
)

from data.layers.model import LayerError
from data.store import Store
from queries.columns import MISSING, Facts, current_facts
from queries.filters import FilterError
from queries.layers.conditions import LARGEST_METRES
from queries.layers.features import KeptLayer, kept_layer, known_layers, versions_of
from queries.layers.holding import Holding
from queries.layers.keeping import reach_of
from queries.layers.naming import label_field
from queries.layers.positions import positions_of
from queries.present import Present

NEAREST_METRES = 500.0
_PREFIX = "feature:"
_FEATURE_BITS = 20  # a layer has at most 1,000,000 features
Array = NDArray[Any]


def feature_axis(code: str, metres: float | None = None) -> str:
    """The axis of a layer; `metres` is how far its nearest feature may be."""
    return f"{_PREFIX}{code}" + ("" if metres is None else f":{metres:g}")


def is_feature_axis(name: str) -> bool:
    return name.startswith(_PREFIX)


def split_feature_axis(name: str) -> tuple[str, float]:
    """The code of the layer, and metres. Raises ValueError."""
    code, _, written = name.removeprefix(_PREFIX).partition(":")
    try:
        metres = float(written) if written else NEAREST_METRES
    except ValueError:
        metres = math.nan
    if not 0 <= metres <= LARGEST_METRES:
        raise ValueError(
            f"axis {name[:80]!r} needs metres from 0 to {LARGEST_METRES:.0f}, "
            "as in feature:pumps:200"
        )
    return code, metres


def axis_layer(store: Store, name: str) -> KeptLayer:
    """Raises FilterError for a layer that is not known."""
    try:
        return kept_layer(store, split_feature_axis(name)[0])
    except LayerError as error:
        raise FilterError(f"{name[:80]}: {error}") from None


def axes_stamp(store: Store, axes: Sequence[str]) -> Hashable:
    """Changes when a layer of these axes does: part of the key of what is kept."""
    layers = [split_feature_axis(name)[0] for name in axes if is_feature_axis(name)]
    return versions_of(store, layers) if layers else ()


def feature_pairs(store: Store, axis: str, facts: Facts) -> tuple[Array, Array]:
    """Rows of `facts`, ascending, and the features for which each counts. Raises FilterError."""
    layer = axis_layer(store, axis)
    reach, positions = reach_of(store, layer.code), positions_of(store, facts)
    if layer.is_polygonal:
        held = reach.holding(positions)
        return held.rows, held.features
    nearest = reach.nearest(positions, split_feature_axis(axis)[1])
    rows = np.flatnonzero(nearest != MISSING)
    return rows, nearest[rows]


def with_features(store: Store, present: Present, axes: Sequence[str]) -> Present:
    """The same complaints with each feature axis among `axes` as a column, MISSING for none.

    A complaint that counts for several features stands there as often.
    """
    for axis in filter(is_feature_axis, dict.fromkeys(axes)):
        layer = axis_layer(store, axis)
        reach, positions = reach_of(store, layer.code), positions_of(store, present.facts)
        if layer.is_polygonal:
            present = _with_holders(present, axis, reach.holding(positions))
        else:
            nearest = reach.nearest(positions, split_feature_axis(axis)[1])
            present[axis] = nearest if present.rows is None else nearest[present.rows]
    return present


def _with_holders(present: Present, axis: str, held: Holding) -> Present:
    rows = np.arange(len(present.facts)) if present.rows is None else present.rows
    present[axis] = held.first if present.rows is None else held.first[rows]
    features, again = held.further_features(rows)
    if not len(again):
        return present
    spread = Present(present.facts, np.concatenate([rows, rows[again]]), present.seen_at)
    for name in filter(is_feature_axis, present):
        spread[name] = np.concatenate([present[name], present[name][again]])
    spread[axis][len(rows) :] = features
    return spread


def feature_relation(store: Store, axis: str) -> FromClause:
    """For statements: columns `complaint_id` and `feature`, of the complaints as they lie now."""
    facts = current_facts(store)
    rows, features = feature_pairs(store, axis, facts)
    both = (facts.ids[rows] << _FEATURE_BITS) | features
    listed = bindparam(None, ",".join(map(str, both.tolist())), String, unique=True)
    whole: Any
    if store.engine.dialect.name == "postgresql":
        numbers = cast(func.string_to_array(listed, ","), ARRAY(BigInteger))
        whole = func.unnest(numbers).table_valued("value").render_derived()
    else:
        whole = func.json_each("[" + listed + "]").table_valued("value")
    bits: Any = literal_column(str(_FEATURE_BITS))
    last: Any = literal_column(str((1 << _FEATURE_BITS) - 1))
    value = whole.c.value
    # SQLite makes an index on a table of its own, and only of values whose type it is told:
    # else it compares every complaint with every pair.
    query = select(
        cast(value.op(">>")(bits), BigInteger).label("complaint_id"),
        cast(value.op("&")(last), BigInteger).label("feature"),
    )
    return query.cte().prefix_with("MATERIALIZED")


def beside_features(source: Any, facts: FromClause, features: FromClause) -> Any:
    """`source`, which holds `facts`, with the features of each complaint, or none."""
    return source.outerjoin(features, features.c.complaint_id == facts.c.id)


def feature_groups(store: Store, axis: str) -> Callable[[Any], tuple[str, str] | None]:
    """The key and the name of a feature by its number."""
    names = feature_names(store, axis_layer(store, axis))
    return lambda number: (str(number), names[number]) if 0 <= number < len(names) else None


def feature_names(store: Store, layer: KeptLayer) -> list[str]:
    """What each feature is called: by the field for labels, or the first text."""
    field = _naming_field(store, layer)
    values = [None] * len(layer) if field is None else layer.columns[field]
    return [
        f"#{number + 1}" if value is None or value == "" else str(value)
        for number, value in enumerate(values)
    ]


def _naming_field(store: Store, layer: KeptLayer) -> str | None:
    known = known_layers(store).get(layer.code)
    label = label_field(store, known, layer) if known else None
    texts = (field.name for field in layer.version.fields if field.kind == "text")
    return label or next(texts, None)
