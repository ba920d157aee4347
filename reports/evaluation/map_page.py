"""The city by the scores of its district offices, as rings in millimetres."""

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.i18n import format_number
from data.i18n import gettext as _
from queries.classes import Classes, classify
from queries.evaluation.model import Subject
from reports.evaluation.material import Material
from reports.evaluation.outline import Shape

Array = NDArray[Any]

_WIDTH, _HEIGHT = 128.0, 190.0  # mm
_INSET_WIDTH, _INSET_HEIGHT = 36.0, 60.0
_FAR = 4.0  # median deviations; an island beyond them is shown in the small map alone
_MIDDLE = 50.0  # points of a unit that does as the city would with its cases
_CLASSES = 5
_NO_CASES, _TOO_FEW = "none", "hatch"


def score_map(material: Material) -> dict[str, Any] | None:
    """None where no unit has a shape."""
    shapes = material.outline.shapes
    if not shapes:
        return None
    units = {unit.code: unit for unit in material.evaluation.units}
    ranked = [u.score for u in units.values() if u.is_ranked and u.score is not None]
    classes = classify(
        pd.Series(ranked, dtype=float) - _MIDDLE,
        kind="diverging",
        classes=_CLASSES,
        higher_is_better=True,
    )
    fills = [_fill(units.get(code), classes) for code in shapes]
    whole = _bounds(shapes.values())
    near = _bounds(_near(list(shapes.values())))
    main = _Frame(near, _WIDTH, _HEIGHT)
    found: dict[str, Any] = {
        "title": _("Map of the scores"),
        "alt": _alt(material, ranked),
        "width": main.width,
        "height": main.height,
        "shapes": main.draw(shapes.values(), fills),
        "legend": _legend(classes, ranked, fills),
        "notes": _notes(material),
        "inset": None,
    }
    if not np.array_equal(whole, near):
        small = _Frame(whole, _INSET_WIDTH, _INSET_HEIGHT)
        found["inset"] = {
            "width": small.width,
            "height": small.height,
            "shapes": small.draw(shapes.values(), fills),
            "box": small.box(near),
            "alt": _("The whole city in small; the frame is the part shown large."),
        }
    return found


class _Frame:
    """A part of the world in a box of millimetres, proportions kept."""

    def __init__(self, bounds: Array, width: float, height: float) -> None:
        size = np.maximum(bounds[2:] - bounds[:2], 1)
        self.scale = float(min(width / size[0], height / size[1]))
        self.bounds = bounds
        self.width, self.height = (round(float(part) * self.scale, 2) for part in size)

    def draw(self, shapes: Iterable[Shape], fills: Sequence[str]) -> list[dict[str, Any]]:
        """Rings of shapes that reach into the frame."""
        drawn = []
        for shape, fill in zip(shapes, fills, strict=True):
            rings = [self._placed(np.array(ring)) for ring in shape if len(ring) > 3]
            if rings and any(self._is_inside(ring) for ring in rings):
                drawn.append({"fill": fill, "rings": [ring.tolist() for ring in rings]})
        return drawn

    def box(self, bounds: Array) -> list[float]:
        west, north = self._placed(bounds[None, :2])[0].tolist()
        east, south = self._placed(bounds[None, 2:])[0].tolist()
        return [west, north, round(east - west, 2), round(south - north, 2)]

    def _placed(self, points: Array) -> Array:
        return np.round((points - self.bounds[:2]) * self.scale, 2) + 0.0

    def _is_inside(self, ring: Array) -> bool:
        low, high = ring.min(axis=0), ring.max(axis=0)
        return bool((high >= 0).all() and low[0] <= self.width and low[1] <= self.height)


def _bounds(shapes: Iterable[Shape]) -> Array:
    points = np.concatenate([np.array(ring) for shape in shapes for ring in shape])
    return np.concatenate((points.min(axis=0), points.max(axis=0)))


def _near(shapes: list[Shape]) -> list[Shape]:
    """The shapes but for those far off, such as islands, that would shrink all others."""
    centres = np.array([np.concatenate([np.array(r) for r in s]).mean(axis=0) for s in shapes])
    distance = np.abs(centres - np.median(centres, axis=0))
    near = (distance <= _FAR * np.maximum(np.median(distance, axis=0), 1)).all(axis=1)
    return [shape for shape, is_near in zip(shapes, near, strict=True) if is_near] or shapes


def _fill(unit: Subject | None, classes: Classes) -> str:
    if unit is None or unit.score is None:
        return _NO_CASES
    return classes.colour(unit.score - _MIDDLE) if unit.is_ranked else _TOO_FEW


def _legend(classes: Classes, ranked: Sequence[float], fills: Sequence[str]) -> list[list[str]]:
    limits = [format_number(limit + _MIDDLE, 1) for limit in classes.breaks]
    words = [
        *([_("under {limit}").format(limit=limits[0])] if limits else [_("all")]),
        *(f"{low}–{high}" for low, high in itertools.pairwise(limits)),
        *([_("{limit} and more").format(limit=limits[-1])] if limits else []),
    ]
    rows = [
        [colour, text, format_number(fills.count(colour))]
        for colour, text in zip(classes.colours, words, strict=True)
    ]
    rows.append([_TOO_FEW, _("reported, not ranked"), format_number(fills.count(_TOO_FEW))])
    rows.append([_NO_CASES, _("no cases"), format_number(fills.count(_NO_CASES))])
    return [row for row in rows if ranked or row[0] in (_TOO_FEW, _NO_CASES)]


def _notes(material: Material) -> list[str]:
    notes = [
        _(
            "Points of the score, 0 to 100. 50 is what the city would reach with the same cases:"
            " blue is better, orange worse. Classes hold about equally many units."
        ),
    ]
    agencies = sum(unit.code not in material.outline.shapes for unit in material.evaluation.units)
    if agencies:
        notes.append(
            _(
                "{n} units work all over the city and are not on the map; the table has them."
            ).format(n=format_number(agencies))
        )
    if material.outline.boundaries == "schematic":
        notes.append(_("Boundaries are schematic: drawn from official centres and areas."))
    return notes


def _alt(material: Material, ranked: Sequence[float]) -> str:
    return _(
        "Map of {city}: {n} district offices coloured by their score, from {low} to {high} points."
        " The table of all units has the same numbers."
    ).format(
        city=material.evaluation.city,
        n=format_number(len(ranked)),
        low=format_number(min(ranked, default=None), 1),
        high=format_number(max(ranked, default=None), 1),
    )
