"""How a layer is drawn: its style, read with good defaults."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from data.layers.catalogue import Layer
from data.layers.model import Field, LayerError
from queries.layers.palette import PALETTE, Colour, default_colour

ICONS = ("dot", "pump", "hospital", "fire", "gate", "water", "school", "bus")
METHODS = ("categories", "quantiles", "breaks")
KEYS = ("colour", "icon", "size", "label", "by")
BY_KEYS = ("field", "method", "classes")
MOST_CLASSES = 9
_SIZES = (1.0, 12.0)  # px: the width of a line, the radius of a dot
_DRAWING = 1  # raise it when the same style is to be drawn otherwise: browsers keep answers
_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_NAME = re.compile(r"(?:.*[_ .:-])?(?:name|nama|nom|nombre|title|judul|label)", re.IGNORECASE)


@dataclass(frozen=True)
class By:
    """The field that colours, how, and in how many classes."""

    field: str
    method: str
    classes: int


@dataclass(frozen=True)
class Style:
    """A layer's style with nothing left open."""

    colour: Colour
    icon: str
    size: float | None  # px; None: what suits the kind of shape
    label: str | None  # a field; of several that may be, see `naming.label_field`
    by: By | None


def style_of(layer: Layer) -> Style:
    """What the style says, as far as it means something; the rest by default."""
    given = layer.about.style
    fields = {field.name: field for field in layer.version.fields}
    icon = given.get("icon")
    return Style(
        colour=_colour(given.get("colour")) or default_colour(layer.id),
        icon=icon if icon in ICONS else ICONS[0],
        size=_size(given.get("size")),
        label=chosen_label(layer) or next(iter(name_fields(layer.version.fields)), None),
        by=_by(given.get("by"), fields),
    )


def chosen_label(layer: Layer) -> str | None:
    """The field that somebody chose to name the features by, if it is there."""
    label = layer.about.style.get("label")
    return label if _is_one(label, {field.name: field for field in layer.version.fields}) else None


def name_fields(fields: tuple[Field, ...]) -> tuple[str, ...]:
    """Texts that are called like names; see `naming.label_field` for the one to take."""
    return tuple(f.name for f in fields if f.kind == "text" and _NAME.fullmatch(f.name))


def check_style(style: Mapping[str, Any], fields: tuple[Field, ...]) -> None:
    """Raises LayerError for what would not be drawn as it says."""
    for key in style:
        if key not in KEYS:
            raise LayerError(f"style has {str(key)[:40]!r}; it may have {', '.join(KEYS)}")
    known = {field.name: field for field in fields}
    names = ", ".join(known) or "none"
    if style.get("colour") and not _colour(style["colour"]):
        raise LayerError(
            f"colour {str(style['colour'])[:40]!r} is neither like #1f5fbf nor one of "
            f"{', '.join(PALETTE)}"
        )
    if style.get("icon") and style["icon"] not in ICONS:
        raise LayerError(f"icon {str(style['icon'])[:40]!r} is not one of {', '.join(ICONS)}")
    if style.get("size") is not None and _size(style["size"]) != style["size"]:
        low, high = _SIZES
        raise LayerError(f"size {str(style['size'])[:40]!r} is not from {low:g} to {high:g} pixels")
    if style.get("label") and not _is_one(style["label"], known):
        raise LayerError(f"label {str(style['label'])[:40]!r} is not one of its fields: {names}")
    by = style.get("by")
    if by and (not isinstance(by, Mapping) or not _is_one(by.get("field"), known)):
        found = by.get("field") if isinstance(by, Mapping) else by
        raise LayerError(f"by {str(found)[:40]!r} is not one of its fields: {names}")
    if by:
        _check_classes(by, known[by["field"]])


def _is_one(name: Any, fields: Mapping[str, Field]) -> bool:
    """Whether it is the name of a field; anything may stand there, also what no key can be."""
    return isinstance(name, str) and name in fields


def _check_classes(by: Mapping[str, Any], field: Field) -> None:
    for key in by:
        if key not in BY_KEYS:
            raise LayerError(f"by has {str(key)[:40]!r}; it may have {', '.join(BY_KEYS)}")
    method = by.get("method") or METHODS[0]
    if method not in METHODS:
        raise LayerError(f"method {str(method)[:40]!r} is not one of {', '.join(METHODS)}")
    if method != "categories" and field.kind != "number":
        raise LayerError(f"field {field.name!r} holds no numbers; colour it by categories")
    classes = by.get("classes")
    if classes is not None and not _is_number_of_classes(classes):
        raise LayerError(f"classes {str(classes)[:40]!r} are not from 2 to {MOST_CLASSES}")


def stamp_of(layer: Layer) -> str:
    """Names one state of a layer's picture: its features and its style."""
    style = json.dumps(dict(layer.about.style), sort_keys=True, ensure_ascii=False)
    version = layer.version
    text = f"{_DRAWING}|{layer.id}|{version.id}|{version.sha256}|{style}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _colour(text: Any) -> Colour | None:
    if not isinstance(text, str):
        return None
    if text in PALETTE:
        return PALETTE[text]
    return Colour(text, text) if _HEX.fullmatch(text) else None


def _size(size: Any) -> float | None:
    if isinstance(size, bool) or not isinstance(size, int | float) or size != size:  # not a number
        return None
    return float(min(max(size, _SIZES[0]), _SIZES[1]))  # held first: a whole number may be huge


def _by(given: Any, fields: Mapping[str, Field]) -> By | None:
    if not isinstance(given, Mapping) or not _is_one(given.get("field"), fields):
        return None
    field = fields[given["field"]]
    method = given.get("method")
    if method not in METHODS or (method != "categories" and field.kind != "number"):
        method = METHODS[0]
    classes: Any = given.get("classes")
    if not _is_number_of_classes(classes):
        classes = len(PALETTE) if method == "categories" else 5
    return By(field.name, method, int(classes))


def _is_number_of_classes(value: Any) -> bool:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return is_whole and 2 <= value <= MOST_CLASSES
