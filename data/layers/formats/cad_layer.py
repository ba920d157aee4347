"""A drawing as a layer: what was drawn, and on what, in which block, as attributes."""

from collections import Counter

import numpy as np

from data.layers.formats.cad_walk import Drawing, Feature, Walk
from data.layers.formats.placing import tidy
from data.layers.limits import LIMITS
from data.layers.model import Columns, Field, LayerError, Note, RawLayer

_MOST_TAGS = 200  # attributes of blocks that become fields; all of them are texts on the map


def make_cad_layer(drawing: Drawing, name: str, crs: str | None = None) -> RawLayer:
    """Features of all visible parts of the model; what is hidden is counted.

    Fields: layer, entity, block, colour ('#rrggbb'), text, tag (of a block's attribute), elevation
    (drawing units), handle, and the attributes of blocks by their tags; those that nothing has are
    left out. Raises LayerError for more features than a layer may have.
    """
    walk = Walk(drawing, name)
    features: list[Feature] = []
    for feature in walk.features():
        features.append(feature)
        if len(features) > LIMITS.features:
            raise LayerError(
                "{name} holds more than {limit} entities once its blocks are taken apart; give "
                "a part of it",
                name=name,
                limit=LIMITS.features,
            )
    shapes = np.empty(len(features), dtype=object)
    shapes[:] = [feature.drawn.shape for feature in features]
    columns = _columns(features)
    fields = []
    for title, cells in columns.items():
        kind = "text"
        if title not in ("layer", "block", "text", "handle"):
            columns[title], kind = tidy(cells)
        fields.append(Field(title, kind))
    counts = {
        "empty": walk.shapeless,
        "flattened": sum(feature.drawn.is_flattened for feature in features),
        "curves": sum(feature.drawn.is_curved for feature in features),
        "hidden": walk.hidden,
    }
    notes = tuple(Note(kind, count) for kind, count in counts.items() if count)
    return RawLayer(shapes, columns, tuple(fields), crs, notes)


def _columns(features: list[Feature]) -> Columns:
    columns: Columns = {
        "layer": [feature.layer for feature in features],
        "entity": [feature.kind for feature in features],
        "block": [feature.block for feature in features],
        "colour": [feature.colour for feature in features],
        "text": [feature.drawn.text for feature in features],
        "tag": [feature.tag for feature in features],
        "elevation": [feature.drawn.height for feature in features],
        "handle": [feature.handle for feature in features],
    }
    columns = {
        title: cells
        for title, cells in columns.items()
        if any(cell is not None for cell in cells) or not cells
    }
    tags: Counter[str] = Counter()
    for feature in features:
        tags.update(feature.attributes.keys())
    for tag, _ in tags.most_common(_MOST_TAGS):
        title = tag if tag not in columns else f"{tag} (block)"
        columns[title] = [feature.attributes.get(tag) for feature in features]
    return columns
