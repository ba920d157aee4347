"""One feature with all it says, and features by a word among what they say."""

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import shapely

from data.layers.model import LayerError
from data.store import Store
from queries.cache import Cache
from queries.layers.features import KeptLayer, kept_layer, known_layers, text_of
from queries.layers.naming import label_field

FOUND = 20  # features in one answer
_LOOKED_AT = 500  # features that match, among which the best are chosen
_KEPT = 4
_BETWEEN = "\x1f"  # two values of one feature


@dataclass(frozen=True)
class _Words:
    """What the features say, one line each, in one text without capitals."""

    text: str
    starts: list[int]  # of each feature's line


def describe_feature(store: Store, code: str, number: int) -> dict[str, Any]:
    """All properties of a feature as text, in the order of the fields, and where it lies.

    `length` is in metres, `area` in square metres. Raises LayerError for an unknown layer or
    number.
    """
    kept = kept_layer(store, code)
    if not 0 <= number < len(kept):
        there = f"0 to {len(kept) - 1}" if len(kept) else "none"
        raise LayerError(
            "layer {code!r} has no feature {number}; its numbers are {there}",
            code=code,
            number=number,
            there=there,
        )
    shape = kept.shapes[number]
    metric = kept.plane.shapes_to_metres(kept.shapes[[number]])[0]
    return {
        "number": number,
        "label": _label(store, kept, number),
        "geometry": shape.geom_type,
        "bounds": [round(edge, 6) for edge in shape.bounds],
        "length": round(metric.length, 1) if shapely.get_dimensions(shape) == 1 else None,
        "area": round(metric.area, 1) if shapely.get_dimensions(shape) == 2 else None,
        "properties": [[name, text_of(column[number])] for name, column in kept.columns.items()],
    }


def search_features(store: Store, code: str, words: str) -> dict[str, Any]:
    """Features that say `words` in some property, without regard to capitals.

    Those whose label begins so come first. `total` stops at a few hundred; then `is_more`.
    """
    kept = kept_layer(store, code)
    wanted = " ".join(words.split()).casefold()
    numbers, is_more = _matches(_words(store, kept), wanted) if wanted else ([], False)
    labels = {number: _label(store, kept, number) for number in numbers}
    ranked = sorted(numbers, key=lambda n: (not labels[n].casefold().startswith(wanted), n))
    return {
        "total": len(numbers),
        "is_more": is_more,
        "found": [
            {
                "number": number,
                "label": labels[number],
                "said": _said(kept, number, wanted),
                "bounds": [round(edge, 6) for edge in kept.shapes[number].bounds],
            }
            for number in ranked[:FOUND]
        ],
    }


def _words(store: Store, kept: KeptLayer) -> _Words:
    cache: Cache = store.kept("layer-words", lambda: Cache(_KEPT))
    words: _Words = cache.get(kept.version.id, lambda: _gather(kept))
    return words


def _gather(kept: KeptLayer) -> _Words:
    lines = [
        _BETWEEN.join(" ".join(text_of(value).split()) for value in values).casefold()
        for values in zip(*kept.columns.values(), strict=True)
    ]
    starts = list(accumulate((len(line) + 1 for line in lines[:-1]), initial=0)) if lines else []
    return _Words("\n".join(lines), starts)


def _matches(words: _Words, wanted: str) -> tuple[list[int], bool]:
    """Numbers of the first features with a match, and whether there are more."""
    numbers: list[int] = []
    at = words.text.find(wanted)
    while at >= 0:
        if len(numbers) == _LOOKED_AT:
            return numbers, True
        number = bisect_right(words.starts, at) - 1
        numbers.append(number)
        if number + 1 == len(words.starts):
            break
        at = words.text.find(wanted, words.starts[number + 1])
    return numbers, False


def _label(store: Store, kept: KeptLayer, number: int) -> str:
    """What its label field says; else its first text; else nothing."""
    field = label_field(store, known_layers(store)[kept.code], kept)
    names = [field] if field else []
    names += [field.name for field in kept.version.fields if field.kind == "text"]
    texts = (text_of(kept.columns[name][number]) for name in names)
    return next((text for text in texts if text.strip()), "")


def _said(kept: KeptLayer, number: int, wanted: str) -> list[str]:
    """The first field that matches, and its text."""
    for name, column in kept.columns.items():
        text = " ".join(text_of(column[number]).split())
        if wanted in text.casefold():
            return [name, text]
    return []
