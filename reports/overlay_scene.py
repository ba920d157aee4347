"""Which city layers a picture shows, and what its legend says of them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import shapely

from data.i18n import format_number
from data.i18n import gettext as _
from data.reference import Reference
from data.store import Store
from queries.layers.paint import PaintClass
from queries.layers.simplified import WORLD
from queries.layers.style import style_of
from queries.layers.viewport import Part, part_in
from queries.points import Bounds
from reports.drawing import LegendRow
from reports.map_layers import Box
from reports.overlays import Overlay

_PIXELS = 1_000  # across the map on a picture, about
_ROWS = 14  # of a legend, beyond which a layer is named without its classes
_ABOVE_HEAT, _BELOW_POINTS = 3.0, 4.0  # in the order of drawing


@dataclass(frozen=True)
class Shown:
    """A layer that is drawn, and how much of what lies below it hides (0 to 1)."""

    code: str
    opacity: float


def overlays_in(
    store: Store, shown: Sequence[Shown], frame: Box, theme: str
) -> tuple[list[Overlay], list[Part]]:
    """What to draw of each, the lowest first. Raises LayerError for an unknown layer."""
    bounds, zoom = _bounds(frame), _zoom(frame)
    parts = [part_in(store, one.code, bounds, zoom) for one in shown]
    drawn = []
    for place, (one, part) in enumerate(zip(shown, parts, strict=True)):
        colours = np.array([getattr(c.colour, theme) for c in part.paint.classes], object)
        drawn.append(
            Overlay(
                shapely.transform(part.shapes, _to_units),
                colours[part.index] if len(part.shapes) else np.empty(0, object),
                one.opacity,
                _ABOVE_HEAT + (_BELOW_POINTS - _ABOVE_HEAT) * (place + 1) / (len(parts) + 1),
                style_of(part.layer).size,
            )
        )
    return drawn, parts


def overlay_rows(
    parts: Sequence[Part], reference: Reference, language: str, theme: str
) -> list[LegendRow]:
    """The legend: layers of one colour under one heading, then each other one with its classes."""
    plain: list[LegendRow] = []
    classed: list[LegendRow] = []
    for part in reversed(parts):
        about, classes = part.layer.about, part.paint.classes
        name = reference.language_text(dict(about.names), language) or part.layer.code
        if about.is_approximate:
            name = f"{name} ({_('Approximate').lower()})"
        fills = [getattr(one.colour, theme) for one in classes]
        if len(classes) > 1 and len(plain) + len(classed) + len(classes) < _ROWS:
            classed.append(LegendRow(name, heading=True))
            classed += [
                LegendRow(_words(one), format_number(one.n), fill=fill)
                for one, fill in zip(classes, fills, strict=True)
            ]
        else:
            count = format_number(part.layer.version.features)
            plain.append(LegendRow(name, count, fill=fills[0] if fills else None))
    return [*([LegendRow(_("City layers"), heading=True)] if plain else []), *plain, *classed]


def _words(one: PaintClass) -> str:
    if one.kind == "range" and one.low is not None and one.high is not None:
        low, high = _number(one.low), _number(one.high)
        return low if low == high else f"{low} – {high}"
    return {"other": _("others"), "missing": _("no value")}.get(one.kind, one.text)


def _number(value: float) -> str:
    """Four digits that count."""
    short = Decimal(f"{value:.4g}")
    return format_number(float(short), max(0, -int(short.as_tuple().exponent)))


def _to_units(at: np.ndarray) -> np.ndarray:
    return np.column_stack([at[:, 0] / WORLD, 1 - at[:, 1] / WORLD])


def _bounds(frame: Box) -> Bounds:
    west, south, east, north = frame

    def latitude(y: float) -> float:
        return math.degrees(math.atan(math.sinh((y - 0.5) * 2 * math.pi)))

    return Bounds((west - 0.5) * 360, latitude(south), (east - 0.5) * 360, latitude(north))


def _zoom(frame: Box) -> int:
    """At which the map on the picture has as many pixels as on a screen."""
    return round(math.log2(_PIXELS / WORLD / (frame[2] - frame[0])))
