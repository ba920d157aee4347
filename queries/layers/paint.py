"""The classes of colour that a layer is drawn in, and the class of every feature."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.layers.catalogue import Layer
from data.store import Store
from queries.cache import Cache
from queries.layers.breaks import natural_breaks, quantile_breaks
from queries.layers.features import KeptLayer, text_of
from queries.layers.palette import MISSING, OTHER, PALETTE, Colour, categorical, sequential
from queries.layers.style import By, Style, stamp_of, style_of

_KEPT = 32


@dataclass(frozen=True)
class PaintClass:
    """One colour of a layer, and what it means: a text, numbers from … to, or one of the rest."""

    kind: str  # 'all' | 'category' | 'range' | 'other' | 'missing'
    colour: Colour
    n: int
    text: str = ""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Paint:
    """The classes of a layer, and the index into them of every feature."""

    classes: tuple[PaintClass, ...]
    index: NDArray[np.uint8]


def paint_of(store: Store, layer: Layer, kept: KeptLayer) -> Paint:
    """Computed once for each state of the layer."""
    cache: Cache = store.kept("layer-paints", lambda: Cache(_KEPT))
    paint: Paint = cache.get(stamp_of(layer), lambda: _paint(style_of(layer), kept))
    return paint


def _paint(style: Style, kept: KeptLayer) -> Paint:
    by = style.by
    if by is None:
        whole = PaintClass("all", style.colour, len(kept))
        return Paint((whole,), np.zeros(len(kept), np.uint8))
    values = kept.columns[by.field]
    return _categories(values, by) if by.method == "categories" else _ranges(values, by)


def _categories(values: Sequence[Any], by: By) -> Paint:
    """The most frequent ones; ties in order of the text."""
    texts = [text_of(value) for value in values]
    counts = Counter(text for text in texts if text)
    ranked = sorted(counts, key=lambda text: (-counts[text], text))
    own = ranked[: min(by.classes, len(PALETTE))]
    places = {text: place for place, text in enumerate(own)}
    index = [places.get(text, len(own) if text else len(own) + 1) for text in texts]
    classes = [
        PaintClass("category", colour, counts[text], text=text)
        for text, colour in zip(own, categorical(len(own)), strict=True)
    ]
    return _with_rest(classes, np.array(index, np.uint8))


def _ranges(values: Sequence[Any], by: By) -> Paint:
    numbers = np.array([math.nan if v is None else float(v) for v in values], float)
    is_there = np.isfinite(numbers)
    found = numbers[is_there]
    limits = (quantile_breaks if by.method == "quantiles" else natural_breaks)(found, by.classes)
    count = len(limits) + 1 if len(found) else 0
    index = np.full(len(numbers), count + 1, np.uint8)
    index[is_there] = np.searchsorted(limits, found, side="right")
    sizes = np.bincount(index[is_there], minlength=count)
    edges = [float(found.min()), *limits, float(found.max())] if count else []
    classes = [
        PaintClass("range", colour, int(sizes[i]), low=edges[i], high=edges[i + 1])
        for i, colour in enumerate(sequential(count) if count else ())
    ]
    return _with_rest(classes, index)


def _with_rest(classes: list[PaintClass], index: NDArray[np.uint8]) -> Paint:
    """Index len(classes) becomes what is left over, the next one what has no value."""
    own = len(classes)
    for kind, colour, place in (("other", OTHER, own), ("missing", MISSING, own + 1)):
        is_it = index == place
        if is_it.any():
            index[is_it] = len(classes)
            classes.append(PaintClass(kind, colour, int(is_it.sum())))
    return Paint(tuple(classes), index)
