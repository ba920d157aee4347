"""Colours of city layers: told apart by people who see few colours, and from those of a status.

A status is red, yellow, green or grey, and a choropleth runs from blue-black over grey to yellow;
so layers are blue, magenta, brown, cyan, violet and bone, of different lightness.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Colour:
    """What is drawn on the dark page, and on the light one; both as #rrggbb."""

    dark: str
    light: str


PALETTE = {
    "blue": Colour("#7799f8", "#0571e6"),
    "magenta": Colour("#df47a2", "#910d70"),
    "brown": Colour("#cd926b", "#6f5031"),
    "cyan": Colour("#59e6fd", "#338787"),
    "violet": Colour("#8254f7", "#511493"),
    "bone": Colour("#f4ead2", "#22304a"),
}
OTHER = Colour("#8593ad", "#76839c")  # what is left of categories
MISSING = Colour("#55627c", "#a9b3c6")  # features without the value

# One hue, lightness alone rising or falling: what is much stands out from the page.
_RAMP_DARK = ("#5b4a8c", "#9a78ff", "#ded0ff", "#ffffff")
_RAMP_LIGHT = ("#c6b4f2", "#8a63e0", "#5a2fc2", "#260a63")


def default_colour(layer_id: int) -> Colour:
    """Layers that follow each other differ."""
    return tuple(PALETTE.values())[(layer_id - 1) % len(PALETTE)]


def categorical(count: int) -> tuple[Colour, ...]:
    """At most len(PALETTE)."""
    return tuple(PALETTE.values())[:count]


def sequential(count: int) -> tuple[Colour, ...]:
    """From little to much."""
    dark, light = _steps(_RAMP_DARK, count), _steps(_RAMP_LIGHT, count)
    return tuple(Colour(*pair) for pair in zip(dark, light, strict=True))


def _steps(ramp: tuple[str, ...], count: int) -> list[str]:
    places = np.linspace(0, len(ramp) - 1, count) if count > 1 else np.array([1.0])
    channels = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in ramp], float).T
    mixed = [np.interp(places, range(len(ramp)), channel) for channel in channels]
    return [f"#{round(r):02x}{round(g):02x}{round(b):02x}" for r, g, b in zip(*mixed, strict=True)]
