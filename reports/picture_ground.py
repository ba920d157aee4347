"""What is filled on the map of a picture: districts, or the features of a layer, by a measure."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import shapely

from data.layers.model import Shapes
from data.store import Store
from queries.boundaries import boundaries
from queries.classes import NOT_REACHED_COLOUR, Classes, classify
from queries.comparison import compared_with
from queries.districts import difference_of, district_differences, district_values
from queries.filters import ComplaintFilter
from queries.layers.by_feature import feature_values, fitting_measure, layer_of_areas
from queries.layers.features import layer_names
from reports.drawing import LegendRow, LegendSquare
from reports.framing import to_world
from reports.map_layers import HATCH
from reports.picture_words import PictureWords

NO_VALUE = "none"  # a fill: the theme's own
STATE_FILLS = {"too_few": HATCH, "not_reached": NOT_REACHED_COLOUR, "none": NO_VALUE}
_LINE_METRES, _POINT_METRES = 60.0, 220.0  # so broad are lines and points drawn


@dataclass(frozen=True)
class Ground:
    """`shapes` are in degrees; `fills` are of them: colours, HATCH or NO_VALUE."""

    shapes: Shapes
    fills: Sequence[str]
    legend: Sequence[LegendRow | LegendSquare]
    subtitle: str
    outlines: Shapes = field(default_factory=lambda: np.empty(0, object))  # drawn below


def district_ground(
    store: Store, wanted: ComplaintFilter, writer: PictureWords, compare: str
) -> Ground:
    """The districts of the writer's level by its measure, or by how that has changed."""
    measure, level = writer.measure, writer.level
    earlier = compared_with(store, wanted, compare)
    if earlier is None:
        values = district_values(store, wanted, measure=measure, level=level)
    else:
        values = district_differences(store, wanted, earlier, measure=measure, level=level)
    known = boundaries(store, store.reference().level_index(level))
    codes = [district.code for district in known.districts]
    return _ground(store, known.shapes, codes, values, writer, earlier)


def feature_ground(
    store: Store, wanted: ComplaintFilter, writer: PictureWords, compare: str, code: str
) -> Ground:
    """The features of a layer over the outlines of the largest districts. Raises FilterError."""
    layer = layer_of_areas(store, code)
    names = layer_names(store).get(code, {})
    name = writer.reference.language_text(dict(names), writer.language) or code
    writer = writer.of_features(name, fitting_measure(layer, writer.measure))
    earlier = compared_with(store, wanted, compare)
    values = feature_values(store, wanted, code, writer.measure)
    if earlier is not None:
        values = difference_of(values, feature_values(store, earlier, code, writer.measure))
    shapes = layer.plane.shapes_to_degrees(_broad(layer.metric))
    codes = [str(number) for number in range(len(layer))]
    outlines = districts_of(store, writer.reference.city.levels[0].id)
    return _ground(store, shapes, codes, values, writer, earlier, outlines)


def districts_of(store: Store, level: str) -> Shapes:
    return boundaries(store, store.reference().level_index(level)).shapes


def _ground(
    store: Store,
    shapes: Shapes,
    codes: Sequence[str],
    values: pd.DataFrame,
    writer: PictureWords,
    earlier: ComplaintFilter | None,
    outlines: Shapes | None = None,
) -> Ground:
    is_difference = earlier is not None
    classes = classify(
        values.loc[values["state"] == "ok", "value"],
        kind="diverging" if is_difference else "sequential",
        higher_is_better=writer.measure in writer.words.HIGHER_IS_BETTER,
    )
    return Ground(
        shapes=shapes,
        fills=_fills(codes, values, classes),
        legend=writer.classes(values, classes, is_difference=is_difference, no_value=NO_VALUE),
        subtitle=writer.subtitle(store, earlier),
        outlines=np.empty(0, object) if outlines is None else outlines,
    )


def _fills(codes: Sequence[str], values: pd.DataFrame, classes: Classes) -> list[str]:
    by_code = {
        code: classes.colour(value) if state == "ok" else STATE_FILLS[state]
        for code, value, state in zip(values["code"], values["value"], values["state"], strict=True)
    }
    return [by_code.get(code, NO_VALUE) for code in codes]


def _broad(shapes: Shapes) -> Shapes:
    """Polygons as they are, lines and points so broad that their colour can be seen; metres."""
    breadth = np.array([_POINT_METRES, _LINE_METRES, 0.0])[shapely.get_dimensions(shapes)]
    found: Shapes = np.where(breadth > 0, shapely.buffer(shapes, breadth), shapes)
    return found


def in_world(ground: Ground) -> tuple[list[shapely.Geometry], list[shapely.Geometry]]:
    """Its shapes and its outlines in world units."""
    return list(to_world(ground.shapes)), list(to_world(ground.outlines))
